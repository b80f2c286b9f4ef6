"""Offsets and drifts, which no wave explains, are taken out of every sensor."""

from __future__ import annotations

from wavefact._arrays import to_numpy
from wavefact.errors import InputError
from wavefact.recording import Recording

__all__ = ["detrend"]

KINDS = ("constant", "linear")


def detrend(recording: Recording, kind: str = "linear") -> Recording:
    """Remove the offset, or the offset and drift, of every sensor.

    No wave explains an offset, so it bends the shapes of components; raw accelerometer and
    strain data always have one.

    Parameters
    ----------
    recording : Recording
        Loaded into memory if it is not.
    kind : {"linear", "constant"}
        Subtract the straight line that fits best, or the mean only.

    Returns
    -------
    Recording
        In NumPy arrays of double precision.

    Raises
    ------
    InputError
        If the kind is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> drifting = wf.Recording(np.stack([np.arange(5.0), 7.0 - np.arange(5.0)]))
    >>> bool(np.allclose(wf.detrend(drifting).signals, 0.0))
    True
    """
    from scipy.signal import detrend as remove

    if kind not in KINDS:
        raise InputError(f"Unknown kind of trend {kind!r}; expected one of {', '.join(map(repr, KINDS))}.")
    return recording.replace(signals=remove(to_numpy(recording.load().signals), axis=1, type=kind))
