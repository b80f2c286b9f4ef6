"""Files of each format as other programs write them, with what they hold."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wavefact.recording import Recording

__all__ = [
    "held",
    "labview",
    "labview_text",
    "matlab",
    "matlab_numbers",
    "matlab_toolbox",
    "matlab_version_73",
    "tdms",
    "universal",
    "universal_function",
    "wav",
    "write_sets",
]


def held(dtype: Any = np.float64, n_samples: int = 40) -> Recording:
    """Return a recording of three accelerometers, of which none is like another."""
    signals = np.random.default_rng(5).standard_normal((3, n_samples)).astype(dtype)
    return Recording(
        signals, sampling_rate=1024.0, names=("12:+x", "12:-y", "7:+z"), unit="m/s^2", quantity="acceleration"
    )


def universal_function(values: Any, dof: tuple[int, int], **fields: Any) -> dict[str, Any]:
    """Return a time response, or what `fields` say, as pyuff takes it."""
    function = {
        "type": 58,
        "func_type": 1,
        "binary": 1,
        "rsp_node": dof[0],
        "rsp_dir": dof[1],
        "ref_node": 0,
        "ref_dir": 0,
        "id1": "NONE",
        "id3": "17-Dec-18 12:48:23",
        "data": np.asarray(values),
        "x": np.arange(len(values)) / 1024.0,
        "abscissa_spacing": 1,
        "abscissa_spec_data_type": 17,
        "ordinate_spec_data_type": 12,
        "orddenom_spec_data_type": 0,
        "ordinate_axis_units_lab": "m/s^2",
    }
    return function | fields


def universal(path: Path) -> Recording:
    """Write a universal file with pyuff: a frequency response, then time responses in binary."""
    recording = held()
    response = universal_function(np.ones(9) * 1j, (1, 1), func_type=4, abscissa_spec_data_type=18, binary=0)
    dofs = [(12, 1), (12, -2), (7, 3)]
    sets = [universal_function(row, dof) for row, dof in zip(recording.signals, dofs, strict=True)]
    write_sets(path, response, *sets)
    return recording


def write_sets(path: Path, *sets: dict[str, Any]) -> Path:
    """Write data sets with pyuff, which leaves files open, and loses binary heads that it does not add."""
    pyuff = pytest.importorskip("pyuff", reason="pyuff is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        path.unlink(missing_ok=True)
        pyuff.UFF(str(path)).write_sets([dict(item) for item in sets], mode="add")
    return path


def tdms(path: Path) -> Recording:
    """Write a TDMS file with nptdms: a group of texts, and one of signals in two segments."""
    nptdms = pytest.importorskip("nptdms", reason="nptdms is not installed")
    recording = held()
    properties = {
        "wf_increment": 1 / 1024,
        "wf_start_time": np.datetime64("2018-12-17T12:48:23.5"),
        "unit_string": "m/s^2",
    }
    with nptdms.TdmsWriter(str(path)) as file:
        file.write_segment([nptdms.ChannelObject("notes", "operator", ["A", "B"])])
        for part in (slice(0, 25), slice(25, None)):
            file.write_segment(
                [
                    nptdms.ChannelObject("deck", name, row[part], properties=properties)
                    for name, row in zip(recording.names or (), recording.signals, strict=True)
                ]
            )
    return recording.replace(quantity="")


def wav(path: Path) -> Recording:
    """Write a WAV file of single precision with SciPy."""
    from scipy.io import wavfile

    recording = held(np.float32)
    wavfile.write(path, 1024, recording.signals.T)
    return recording.replace(names=None, unit="full scale", quantity="")


def labview_text(
    *segments: tuple[str, str], x_columns: str = "No", decimal: str = ".", separator: str = "Tab"
) -> str:
    """Return a file of LabVIEW: the header of the file, and segments of a header and rows."""
    mark = {"Tab": "\t", "Comma": ","}[separator]
    lines = [
        "LabVIEW Measurement",
        f"Writer_Version{mark}2",
        f"Reader_Version{mark}2",
        f"Separator{mark}{separator}",
        f"Decimal_Separator{mark}{decimal}",
        f"Multi_Headings{mark}Yes",
        f"X_Columns{mark}{x_columns}",
        f"Time_Pref{mark}Absolute",
        f"Operator{mark}Domen",
        f"Date{mark}2018/12/17",
        f"Time{mark}12:48:23{decimal}5013039999998275277",
        f"***End_of_Header***{mark}",
        mark,
    ]
    for header, rows in segments:
        lines += [*header.replace("\t", mark).splitlines(), f"***End_of_Header***{mark}{mark}"]
        lines += [rows.replace("\t", mark)]
    return "\r\n".join(lines) + "\r\n"


def labview(path: Path) -> Recording:
    """Write a file as LabVIEW does in many countries: decimal commas, no abscissae."""
    recording = held()
    header = (
        "Channels\t3\t\t\nSamples\t40\t40\t40\nDate\t2018/12/17\t2018/12/17\t2018/12/17\n"
        "Time\t12:48:23,5\t12:48:23,5\t12:48:23,5\nY_Unit_Label\tm/s^2\tm/s^2\tm/s^2\n"
        "Y_Dimension\tAcceleration\tAcceleration\tAcceleration\nX_Dimension\tTime\tTime\tTime\n"
        "X0\t0,0E+0\t0,0E+0\t0,0E+0\nDelta_X\t9,765625E-4\t9,765625E-4\t9,765625E-4"
    )
    names = "\t".join(recording.names or ())
    rows = [
        "\t" + "\t".join(f"{value:.12g}" for value in row).replace(".", ",") for row in recording.signals.T
    ]
    text = labview_text((header, "\n".join([f"X_Value\t{names}\tComment", *rows])), decimal=",")
    path.write_bytes(text.encode())
    return recording


def matlab(path: Path) -> Recording:
    """Write a MAT file of version 5 with SciPy: samples first, in a structure, with their rate and unit."""
    from scipy.io import savemat

    recording = held()
    names = np.array(recording.names, dtype=object)
    test = {"acc": recording.signals.T, "fs": 1024.0, "channel_names": names, "unit": "m/s^2"}
    savemat(path, {"test": test, "operator": "Domen", "temperature": 20.5})
    return recording.replace(quantity="")


def matlab_text(file: Any, name: str, text: str) -> Any:
    """Write text as MATLAB does: a column of codes."""
    dataset = file.create_dataset(name, data=np.array([[ord(sign)] for sign in text], dtype=np.uint16))
    dataset.attrs["MATLAB_class"] = np.bytes_("char")
    return dataset


def matlab_version_73(path: Path, fill: Callable[[Any], None]) -> Path:
    """Write a file of version 7.3, whose axes are the other way round than in MATLAB."""
    import h5py

    with h5py.File(path, "w", userblock_size=512) as file:
        fill(file)
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")
    return path


def matlab_numbers(file: Any, name: str, values: Any, **options: Any) -> None:
    values = np.atleast_2d(values)
    dataset = file.create_dataset(name, data=values.T, **options)
    dataset.attrs["MATLAB_class"] = np.bytes_("double")


def matlab_toolbox(file: Any) -> None:
    """Fill a file with a structure as toolboxes make it, with a cell of names."""
    import h5py

    matlab_numbers(file, "test/acc", held().signals.T)
    matlab_numbers(file, "test/Fs", 1024.0)
    matlab_text(file, "test/unit", "m/s^2")
    cells = [matlab_text(file, f"#refs#/{name}", name) for name in ("deck", "pier", "mast")]
    names = file.create_dataset("test/labels", (3, 1), dtype=h5py.ref_dtype)
    names[:, 0] = [cell.ref for cell in cells]
    names.attrs["MATLAB_class"] = np.bytes_("cell")
    empty = file.create_dataset("test/notes", data=np.zeros(2, np.uint64))
    empty.attrs["MATLAB_class"], empty.attrs["MATLAB_empty"] = np.bytes_("double"), np.uint8(1)
