"""Files of each format as other programs write them, with what they hold."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wavefact.recording import Recording

__all__ = ["universal", "universal_function", "write_sets"]


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
