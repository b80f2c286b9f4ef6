"""The measured telecommunication tower: poles of 494 half hours in three weeks, and its temperatures."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import h5py
import numpy as np

import wavefact as wf

PAIRS = (
    (0.34, 0.36),
    (0.61, 0.64),
    (1.28, 1.35),
    (2.03, 2.07),
    (3.27, 3.45),
)  # [Hz], published near 0.35, 0.62, …


@cache
def tower(folder: Path) -> tuple[np.ndarray, list[wf.ModalModel], np.ndarray, np.ndarray]:
    """Return times [s], the poles of each record, five temperatures [°C], and the log RMS of acceleration."""
    with h5py.File(folder / "modal_accel.nc") as file:
        hours, rms = file["time"][:], file["rms"][:]
        models = wf.models_of_poles(
            file["frequencies"][:],
            file["damping"][:] / 100,
            file["modeshapes"][:],
            frequency_errors=file["std_frequencies"][:],
        )
    with h5py.File(folder / "stats_temp.nc") as file:
        minutes, temperatures = file["time"][:], file["mean"][:]
    rows = np.searchsorted(minutes - 150, 60 * hours)  # their clock starts two and a half hours earlier
    with np.errstate(divide="ignore"):
        vibration = np.log(np.mean(rms, axis=1))
    return 3600.0 * hours, models, temperatures[rows], np.where(np.isfinite(vibration), vibration, np.nan)
