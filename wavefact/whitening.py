"""Coloured noise made white: each frequency over the noise's strength there.

Automatic weights take noise for white. What sensors and amplifiers add is not: it rises towards low
frequencies, or follows an anti-alias filter. At any one frequency waves occupy few wavenumbers and noise
all of them, so a low quantile over wavenumbers tells the noise beside, and below, the waves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import InputError
from wavefact.operators import WaveOperator
from wavefact.recording import Recording, check_signals

__all__ = ["Whitening", "whiten"]

SMOOTHING = 0.02  # of the band up to half the sampling rate, over which the noise is taken to be even
FEWEST = 5  # bins
QUIET = 0.25  # share of the wavenumbers that waves are taken to leave to the noise at every frequency
N_NODES = 1000  # of the integral over an order statistic
QUIETEST = 1e-9  # of the loudest frequency: less noise than this cannot be told from rounding


@dataclass(frozen=True, eq=False)
class Whitening:
    """Hold a whitened recording and the way back.

    Attributes
    ----------
    recording : Recording
        Whose noise has the same strength at all frequencies; its geometric mean over frequency is as it was.
    frequencies : (n_samples,) array [Hz], or in cycles per sample where no sampling rate is known
        Of the discrete cosine transform.
    deviations : (n_samples,) array, in the recording's unit
        Standard deviation of the noise at each.

    Examples
    --------
    >>> from wavefact.simulate import scenario_s2, with_coloured_noise
    >>> rumble = with_coloured_noise(scenario_s2(), -10.0).recording
    >>> whitening = wf.whiten(rumble, wf.String(100))
    >>> low, high = whitening.deviations[[5, 900]]
    >>> bool(low > 10 * high)
    True
    """

    recording: Recording
    frequencies: np.ndarray
    deviations: np.ndarray

    @property
    def gains(self) -> np.ndarray:
        """What each frequency was multiplied by, (n_samples,)."""
        return np.exp(np.mean(np.log(self.deviations))) / self.deviations

    def restore(self, signals: np.ndarray) -> np.ndarray:
        """Undo the whitening of signals (n_sensors, n_samples).

        Parameters
        ----------
        signals : array, shape (n_sensors, n_samples)
            Whitened.

        Returns
        -------
        numpy.ndarray, shape (n_sensors, n_samples)
            In the unit of the recording before.
        """
        return _filtered(signals, 1 / self.gains)


def whiten(recording: Recording, operator: WaveOperator) -> Whitening:
    """Divide each frequency by the standard deviation of the noise there.

    Parameters
    ----------
    recording : Recording
    operator : WaveOperator
        Of as many points as sensors: it tells waves from noise.

    Returns
    -------
    Whitening

    Raises
    ------
    InputError
        If the operator has another number of points, or the recording cannot be used.

    Notes
    -----
    The logarithm of the noise at a frequency is that of the lower quartile of the magnitudes over the
    operator's eigenvectors, less what it is for normal variables of unit power, and is averaged over 2 % of
    the band.  That is right where the waves of one frequency occupy less than three quarters of the
    wavenumbers.  What varies of it is then shrunk by the share of its variance that chance explains (James &
    Stein), so that white noise stays nearly as it is.

    References
    ----------
    W. James and C. Stein, "Estimation with quadratic loss", Proc. 4th Berkeley Symp. Math. Stat. Prob. 1
    (1961); H. A. David and H. N. Nagaraja, Order Statistics, Wiley 2003, eq. (2.1.3).

    Examples
    --------
    >>> from wavefact.simulate import scenario_s2, with_coloured_noise
    >>> rumble = with_coloured_noise(scenario_s2(), 0.0).recording
    >>> whitening = wf.whiten(rumble, wf.String(100))
    >>> fit = wf.factorize(whitening.recording, wf.String(100))
    >>> fit.n_components, whitening.restore(fit.reconstruct()).shape
    (5, (100, 1000))
    """
    check_signals(recording)
    signals = to_numpy(recording.load().signals)
    if len(signals) != operator.n_points:
        raise InputError(
            f"The recording has {len(signals)} sensors and the operator {operator.n_points} points; "
            "give an operator of the sensors."
        )
    scale = float(np.max(np.abs(signals)))
    deviations = scale * _deviations(np.asarray(operator.analyze(signals / scale)))
    rate = recording.sampling_rate or 1.0
    frequencies = np.arange(recording.n_samples) * rate / (2 * recording.n_samples)
    whitening = Whitening(recording, frequencies, deviations)
    white = scale * _filtered(signals / scale, whitening.gains)
    return Whitening(recording.replace(signals=white), frequencies, deviations)


def _deviations(data: np.ndarray) -> np.ndarray:
    """Return the noise at each frequency, from signals in the operator's eigenbasis."""
    from scipy.fft import dct
    from scipy.ndimage import uniform_filter1d

    spectrum = np.abs(dct(data, axis=1, norm="ortho"))
    rank = max(1, round(QUIET * len(data)))
    mean, variance = _log_order_statistic(rank, len(data), np.iscomplexobj(data))
    quiet = np.partition(spectrum, rank - 1, axis=0)[rank - 1]
    logs = np.log(np.maximum(quiet, QUIETEST * float(spectrum.max()))) - mean
    width = min(max(FEWEST, int(SMOOTHING * len(logs))), len(logs))
    smooth = uniform_filter1d(logs, width, mode="reflect")
    middle, spread = float(np.mean(smooth)), float(np.var(smooth))
    share = max(1 - variance / (width * spread), 0.0) if spread > 0 else 0.0
    return np.asarray(np.exp(middle + share * (smooth - middle)))


def _log_order_statistic(rank: int, n: int, is_complex: bool) -> tuple[float, float]:
    """Return mean and variance of the logarithm of the rank-th least of n normal magnitudes of unit power."""
    from scipy.special import betaincinv, ndtri

    levels = betaincinv(rank, n + 1 - rank, (np.arange(N_NODES) + 0.5) / N_NODES)
    logs = np.log(np.sqrt(-np.log1p(-levels)) if is_complex else ndtri((1 + levels) / 2))
    return float(np.mean(logs)), float(np.var(logs))


def _filtered(signals: np.ndarray, gains: np.ndarray) -> np.ndarray:
    from scipy.fft import dct, idct

    return np.asarray(idct(gains * dct(signals, axis=1, norm="ortho"), axis=1, norm="ortho"))
