"""Numbers that say how good an answer is: of a cleaned recording, and of modes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import InputError
from wavefact.metrics import relative_error
from wavefact.modal import ModalModel, mac
from wavefact.recording import Recording

__all__ = ["Scores", "denoising_scores", "modal_scores"]

LEAST_MAC, LARGEST_SHIFT = 0.5, 0.2  # of a mode that counts as found


@dataclass(frozen=True)
class Scores:
    """Hold the scores of one method on one recording; NaN where there is nothing to score.

    Attributes
    ----------
    relative_error : float
        ‖cleaned − clean‖ / ‖clean‖ [-].
    snr_gain : float
        By how much the error is below the noise of the recording [dB].
    mac : float
        Mean over the true modes of the MAC with the found mode that is paired with it; 0 for one without [-].
    missed, false : float
        How many true modes were not found, and how many of those found are no true one.
    frequency_error, damping_error, wavenumber_error : float
        Mean relative error of the found modes [-].
    held_out_error : float
        Of the prediction of sensors left out, in the second half of the recording, by what the method made of
        the first, over their root mean square [-].  Noise cannot be predicted: the least possible is not 0.

    Examples
    --------
    >>> from wavefact.compare import Scores
    >>> Scores(mac=0.99).mac
    0.99
    """

    relative_error: float = math.nan
    snr_gain: float = math.nan
    mac: float = math.nan
    missed: float = math.nan
    false: float = math.nan
    frequency_error: float = math.nan
    damping_error: float = math.nan
    wavenumber_error: float = math.nan
    held_out_error: float = math.nan


def denoising_scores(cleaned: Recording, noisy: Recording, clean: np.ndarray) -> dict[str, float]:
    """Return the scores of a cleaned recording.

    Parameters
    ----------
    cleaned, noisy : Recording
    clean : (n_sensors, n_samples) array
        The truth, in the recording's unit.

    Returns
    -------
    dict with ``relative_error`` and ``snr_gain``

    Examples
    --------
    >>> from wavefact.simulate import scenario_s2
    >>> noisy = scenario_s2(0.0)
    >>> scores = wf.compare.denoising_scores(noisy.recording, noisy.recording, noisy.clean)
    >>> {name: round(value) for name, value in scores.items()}
    {'relative_error': 1, 'snr_gain': 0}
    """
    after = relative_error(to_numpy(cleaned.signals), clean)
    before = relative_error(to_numpy(noisy.load().signals), clean)
    gain = math.inf if after == 0 else 20 * math.log10(before / after) if before > 0 else -math.inf
    return {"relative_error": after, "snr_gain": gain}


def modal_scores(model: ModalModel, truth: ModalModel) -> dict[str, float]:
    """Return the scores of identified modes.

    Parameters
    ----------
    model, truth : ModalModel
        On the same points.

    Returns
    -------
    dict with ``mac``, ``missed``, ``false``, and errors of frequency, damping and wavenumber

    Raises
    ------
    InputError
        If the points differ, or the truth has no mode.

    Notes
    -----
    Modes are paired such that the sum of their MAC is largest, whatever their frequencies, so that methods
    which tell none are scored alike. A pair counts as found from a MAC of 0.5 and within 20 % in frequency.

    Examples
    --------
    >>> from wavefact.simulate import scenario_s2
    >>> truth = scenario_s2().truth
    >>> scores = wf.compare.modal_scores(truth.select([0, 1, 2, 3]), truth)
    >>> round(scores["mac"], 3), scores["missed"], scores["false"]
    (0.8, 1.0, 0.0)
    """
    from scipy.optimize import linear_sum_assignment

    if truth.n_modes == 0 or model.n_points != truth.n_points:
        raise InputError(
            f"The truth has {truth.n_modes} modes at {truth.n_points} points and the model "
            f"{model.n_points} points; scores need modes, at the same points."
        )
    likeness = mac(model.mode_shapes, truth.mode_shapes) if model.n_modes else np.zeros((0, truth.n_modes))
    ours, theirs = linear_sum_assignment(-likeness)
    shifts = np.abs(model.frequencies[ours] - truth.frequencies[theirs])
    near = shifts <= LARGEST_SHIFT * truth.frequencies[theirs]
    found = near & (likeness[ours, theirs] >= LEAST_MAC)
    pairs = ours[found], theirs[found]
    errors = {
        f"{name}_error": _mean_error(getattr(model, field)[pairs[0]], getattr(truth, field)[pairs[1]])
        for name, field in (
            ("frequency", "frequencies"),
            ("damping", "damping_ratios"),
            ("wavenumber", "wavenumbers"),
        )
    }
    return {
        "mac": float(np.sum(likeness[ours, theirs])) / truth.n_modes,
        "missed": float(truth.n_modes - np.sum(found)),
        "false": float(model.n_modes - np.sum(found)),
        **errors,
    }


def _mean_error(values: np.ndarray, truth: np.ndarray) -> float:
    """Return the mean relative error where both are known; NaN where none is."""
    known = np.isfinite(values) & np.isfinite(truth) & (truth != 0)
    return float(np.mean(np.abs(values[known] / truth[known] - 1))) if np.any(known) else math.nan
