"""Free decays from ambient vibration: correlation functions and random decrement signatures.

Both decay as the structure would after a release.  Correlation functions use every sample and have known
statistics; random decrement keeps the unit of the signals, and compares amplitudes where damping depends on
them, by the level of its trigger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from wavefact._recording_fields import sensor_indices
from wavefact.errors import InputError
from wavefact.preparation._checks import finite_signals, positive, whole
from wavefact.recording import Recording, rate_of

__all__ = ["correlation_functions", "random_decrement"]

_FEWEST_TRIGGERS = 10


def correlation_functions(
    recording: Recording,
    max_lag: float | None = None,
    *,
    n_lags: int | None = None,
    references: int | str | slice | Sequence[int | str] | np.ndarray | None = None,
) -> Recording:
    """Correlate all channels with reference channels: free decays from ambient vibration (NExT).

    Parameters
    ----------
    recording : Recording
        Of ambient vibration without offsets (`detrend`).  Loaded into memory if it is not.
    max_lag : float, optional
        Longest lag [s]; some decay times of the slowest mode.
    n_lags : int, optional
        Longest lag in samples, instead of max_lag.
    references : optional
        Channels as in `Recording.select`: those in which all modes are strong.  By default all.

    Returns
    -------
    Recording
        Of shape (n_references · n_sensors, n_lags + 1): all channels with the first reference, then with the
        second.  Channel a with reference b is called "a·ref b" and is at the position of a; the unit is the
        square of the recording's.

    Raises
    ------
    InputError
        Unless one of max_lag and n_lags is given and makes at least 1 lag and at most half the samples; if a
        reference does not exist; for NaN, Inf and complex signals.

    Notes
    -----
    R_ab(k) = 1/M Σ_t y_a(t + k) y_b(t) with M = n_samples − n_lags, all lags over the same times t: unbiased
    for stationary vibration, and for a free decay a sum of exactly the decay's own exponentials.  Computed
    by FFT.  For vibration by white noise, R(k) at k ≥ 0 decays with the frequencies, damping ratios and
    shapes of the structure.  White sensor noise is at lag zero of a channel with itself only.  What chance
    leaves in correlation functions resonates like the structure: `identify` finds more, and more surely, in
    the recording itself.

    References
    ----------
    G. H. James, T. G. Carne and J. P. Lauffer, "The Natural Excitation Technique (NExT) for modal parameter
    extraction from operating structures", Modal Analysis 10(4), 1995.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> signals = np.random.default_rng(0).normal(size=(3, 5000))
    >>> noise = wf.Recording(signals, 50.0, names=("a", "b", "c"))
    >>> decays = wf.correlation_functions(noise, 2.0, references="b")
    >>> decays.names, decays.n_samples
    (('a·ref b', 'b·ref b', 'c·ref b'), 101)
    >>> np.abs(decays.signals[:, 0]).round(1)
    array([0., 1., 0.])
    """
    longest = _longest_lag(recording, max_lag, n_lags)
    rows = sensor_indices(
        slice(None) if references is None else references, recording.names, recording.n_sensors
    )
    signals = finite_signals(recording)
    n_times = recording.n_samples - longest
    means = [_lagged_sums(signals, signals[row, :n_times], longest) / n_times for row in rows]
    called = recording.names or tuple(str(sensor) for sensor in range(recording.n_sensors))
    positions = recording.positions
    return recording.replace(
        signals=np.concatenate(means),
        positions=None if positions is None else np.concatenate([positions] * len(rows)),
        names=tuple(f"{name}·ref {called[row]}" for row in rows for name in called),
        unit=f"({recording.unit})^2" if recording.unit else "",
        quantity="",
    )


def random_decrement(
    recording: Recording,
    reference: int | str,
    length: float,
    *,
    trigger: str = "level",
    level: float = 2**0.5,
) -> Recording:
    """Average the stretches of all channels after triggers in one: free decays from ambient vibration.

    Parameters
    ----------
    recording : Recording
        Of ambient vibration without offsets (`detrend`), with a sampling rate.
    reference : int or str
        Index or name of the channel that triggers.
    length : float
        Of the signatures [s].
    trigger : {"level", "points", "extrema"}
        Where the reference crosses the level, either way; at every sample beyond it; or at its local
        extremes beyond it.  Triggers at the negative level count with the sign changed.
    level : float
        In standard deviations of the reference; √2 gives level crossings the least variance.

    Returns
    -------
    Recording
        Of shape (n_sensors, length · sampling_rate + 1), in the recording's unit; the number of triggers is
        in the metadata, as "random_decrement_triggers".

    Raises
    ------
    InputError
        If there are fewer than 10 triggers, the trigger is unknown, the length is below one sample or above
        half the recording, the reference is no single channel; for NaN, Inf and complex signals.

    Notes
    -----
    D_a(k) = 1/N Σ_j s_j y_a(t_j + k) over the N triggers t_j of sign s_j.  For Gaussian vibration D is
    proportional to the correlation function of channel a with the reference.

    References
    ----------
    H. A. Cole, "On-the-line analysis of random vibrations", AIAA Paper 68-288, 1968.
    J. C. Asmussen, "Modal analysis based on the random decrement technique", PhD thesis, Aalborg, 1997.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> noise = np.random.default_rng(0).normal(size=20_002)
    >>> signals = np.stack([noise[2:] + 0.5 * noise[1:-1], noise[1:-1] + 0.5 * noise[:-2]])
    >>> signatures = wf.random_decrement(wf.Recording(signals, 50.0), 0, 0.1)
    >>> int(np.argmax(signatures.signals[1]))  # the second channel is one sample late
    1
    """
    longest = _longest_lag(recording, length, None)
    rows = sensor_indices(reference, recording.names, recording.n_sensors)
    if len(rows) != 1:
        raise InputError(f"One channel triggers, not {len(rows)}; call once for each reference.")
    if trigger not in _TRIGGERS:
        raise InputError(f"Unknown trigger {trigger!r}; expected one of {', '.join(map(repr, _TRIGGERS))}.")
    signals = finite_signals(recording)
    watched = signals[rows[0]]
    bound = positive(level, "The level", "standard deviations") * watched.std()
    signs = np.zeros(recording.n_samples - longest)
    for sign in (1.0, -1.0):
        signs[_TRIGGERS[trigger](sign * watched[: signs.size], bound)] = sign
    n_triggers = np.count_nonzero(signs)
    if bound == 0 or n_triggers < _FEWEST_TRIGGERS:
        raise InputError(
            f"{recording.label(rows[0])} triggers {n_triggers if bound else 0} times; at least "
            f"{_FEWEST_TRIGGERS} are needed: lower the level, take another reference or a longer recording."
        )
    return recording.replace(
        signals=_lagged_sums(signals, signs, longest) / n_triggers,
        metadata={**recording.metadata, "random_decrement_triggers": n_triggers},
    )


def _lagged_sums(signals: np.ndarray, weights: np.ndarray, n_lags: int) -> np.ndarray:
    """Return Σ_t signals[:, t + k] weights[t] at lags k = 0 … n_lags; len(weights) + n_lags = n_samples."""
    from scipy.fft import irfft, next_fast_len, rfft

    size = next_fast_len(signals.shape[1], real=True)
    spectrum = np.conj(rfft(weights, size))
    return np.stack([irfft(rfft(signal, size) * spectrum, size)[: n_lags + 1] for signal in signals])


def _longest_lag(recording: Recording, seconds: float | None, samples: int | None) -> int:
    """Return the longest lag in samples."""
    if (seconds is None) == (samples is None):
        raise InputError("Give either max_lag [s] or n_lags [samples], and not both.")
    if seconds is None:
        longest = whole(samples, "n_lags", 1)
    else:
        longest = round(positive(seconds, "The longest lag", "seconds") * rate_of(recording))
    if not 1 <= longest <= recording.n_samples // 2:
        raise InputError(
            f"{longest} lags came for {recording.n_samples} samples; expected at least 1 and at most half of "
            "the samples, or too little is averaged."
        )
    return longest


def _crossings(signal: np.ndarray, bound: float) -> np.ndarray:
    above = signal >= bound
    return 1 + np.flatnonzero(above[1:] != above[:-1])


def _points(signal: np.ndarray, bound: float) -> np.ndarray:
    return np.flatnonzero(signal >= bound)


def _extrema(signal: np.ndarray, bound: float) -> np.ndarray:
    inner = signal[1:-1]
    return 1 + np.flatnonzero((inner >= bound) & (inner > signal[:-2]) & (inner >= signal[2:]))


_TRIGGERS: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "level": _crossings,
    "points": _points,
    "extrema": _extrema,
}
