"""Offsets and drifts, which no wave explains, are taken out of every sensor."""

from __future__ import annotations

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import InputError
from wavefact.recording import Recording

__all__ = ["detrend"]

KINDS = ("constant", "linear")
_ROUNDING = 16 * np.finfo(float).eps  # relative to the peak; three times what a line leaves of a line


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
        In NumPy arrays of double precision.  A sensor that was nothing but trend is exactly zero: what
        rounding leaves of it would look like noise to whatever scales channels to one level.

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
    signals = to_numpy(recording.load().signals)
    signals = signals.astype(np.result_type(signals, float), copy=False)
    left = remove(signals, axis=1, type=kind)
    peaks, lasting = (np.max(np.abs(values), axis=1, initial=0.0) for values in (signals, left))
    left[lasting <= _ROUNDING * peaks] = 0.0
    return recording.replace(signals=left)
