"""Files of each format as other programs write them, with what they hold."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wavefact.recording import Recording

__all__ = ["tdms", "universal", "universal_function", "wav", "write_sets"]


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
