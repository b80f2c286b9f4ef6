"""An impact within a recording: when it was, and which modes were at rest before."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from wavefact.modal.channels import FEWEST_SAMPLES
from wavefact.modal.estimates import joined
from wavefact.modal.model import ModalModel
from wavefact.modal.spectrum import FIFTH

__all__ = ["Onset", "onset_of", "since_impact"]

_logger = logging.getLogger("wavefact")

_APART = 1.5  # ratio of frequencies beyond which modes are looked at one by one
_QUIET = 0.1  # power from which an impact rises over its peak; energy before it over that since
_FAINT = 0.03  # power before an impact over its peak: what random forces move is seldom so quiet for so long
_VISIBLE = 3.0  # peak over noise of an impact that can be seen
_WINDOWS = 500  # of a recording, in which power is smoothed


@dataclass(frozen=True)
class Onset:
    """When an impact set modes in motion.

    Attributes
    ----------
    sample : int
        The first from which the modes move freely; 0 where no impact is seen.
    struck : (n_modes,) boolean array
        Which modes were at rest before.
    """

    sample: int
    struck: np.ndarray


@dataclass(frozen=True)
class _Envelope:
    """The power of a band over time, less the noise's, on a grid of `step` samples."""

    power: np.ndarray
    noise: float
    step: float
    width: int  # steps that the band cannot tell apart

    def shares(self, sample: float, unsure: float = 0.0) -> tuple[float, float]:
        """Return the energy well before a sample that is known within `unsure` samples, and since."""
        slack = max(self.width, round(unsure / self.step)) if unsure else 0
        place = int(sample / self.step)
        return float(np.sum(self.power[: max(place - slack, 0)])), float(np.sum(self.power[place:]))

    def rise(self) -> tuple[float, float]:
        """Return the sample about which an impact lifts the power, and its peak over the noise; or zeros."""
        smooth = np.convolve(self.power, np.full(self.width, 1 / self.width), "valid")
        peak = int(np.argmax(smooth))
        faint = np.flatnonzero(smooth[:peak] < _QUIET * smooth[peak])
        if faint.size == 0 or smooth[peak] < _VISIBLE * self.noise:
            return 0.0, 0.0
        begin = int(faint[-1]) + 1
        before, since = self.shares(begin * self.step)
        if np.mean(smooth[:begin]) > _FAINT * smooth[peak] or before > _QUIET * since:
            return 0.0, 0.0
        return peak * self.step, float(smooth[peak]) / max(self.noise, np.finfo(float).tiny)


def onset_of(signals: np.ndarray, frequencies: np.ndarray) -> Onset:
    """Find an impact that set modes in motion.

    What moves freely from an impact on is known but for noise; what is quiet before it tells nothing, and a
    free decay that begins within the recording would be taken for another damping.  An impact is seen where
    the power about some mode, on average until it rises to its peak, is below a tenth of that, and holds less
    than a tenth of the mode's energy.  Of modes that slower or other motion hides, it is believed unless more
    than a tenth of their energy came before.

    Parameters
    ----------
    signals : (n_channels, n_samples) real array, without mean
    frequencies : (n_modes,) array [cycles per sample]
        About where the modes are.
    """
    n_samples = signals.shape[1]
    none = Onset(0, np.zeros(frequencies.size, dtype=bool))
    if frequencies.size == 0:
        return none
    values = np.fft.rfft(_closed(signals), axis=1)
    bands = list(_bands(frequencies))
    envelopes = [_envelope(values, n_samples, band) for _, band in bands]
    seen = [(*envelope.rise(), band) for envelope, (_, band) in zip(envelopes, bands, strict=True)]
    about, clearness, band = max(seen, key=lambda each: each[1] * (each[2][1] - each[2][0]))
    if clearness == 0:
        return none
    unsure = 1 / (band[1] - band[0])
    sample = _peak(values, n_samples, band, (about - 2 * unsure, about + 2 * unsure))
    if n_samples - sample < FEWEST_SAMPLES:
        return none
    struck = none.struck.copy()
    for envelope, (members, _) in zip(envelopes, bands, strict=True):
        before, since = envelope.shares(sample, unsure)
        chance = _VISIBLE * envelope.noise * np.sqrt(sample / envelope.step)
        struck[members] = before <= _QUIET * since + chance
    return Onset(sample, struck)


def since_impact(
    onset: Onset, frequencies: np.ndarray, sampling_rate: float, estimated: Callable[[int], ModalModel]
) -> ModalModel:
    """Return the modes that an impact set in motion as estimated from it on, others from the whole.

    Parameters
    ----------
    onset : Onset
    frequencies : (n_modes,) array [Hz]
        About where the modes are, as for the onset.
    sampling_rate : float [Hz]
    estimated : callable
        Returns the modes as estimated from a sample on.
    """
    if not np.any(onset.struck):
        return estimated(0)
    _logger.info("an impact after %.4g s sets modes in motion", onset.sample / sampling_rate)
    if np.all(onset.struck):
        return estimated(onset.sample)
    parts = []
    for sample, chosen in ((onset.sample, True), (0, False)):
        model = estimated(sample)
        nearest = np.argmin(np.abs(np.log(model.frequencies[:, None] / frequencies)), axis=1)
        parts.append(model.select(onset.struck[nearest] == chosen))
    return joined(parts)


def _closed(signals: np.ndarray) -> np.ndarray:
    """Take off the line from first to last sample: the transform would hear drift as a blow at both ends."""
    share = np.linspace(0.0, 1.0, signals.shape[1])
    return np.asarray(signals - signals[:, :1] * (1 - share) - signals[:, -1:] * share)


def _bands(frequencies: np.ndarray) -> Iterator[tuple[np.ndarray, tuple[float, float]]]:
    """Yield the modes that lie near one another, and a band (low, high) around them."""
    order = np.argsort(frequencies)
    rising = frequencies[order]
    apart = np.flatnonzero(rising[1:] > _APART * rising[:-1]) + 1
    for members in np.split(order, apart):
        own = frequencies[members]
        yield members, (float(own.min()) / np.sqrt(_APART), min(float(own.max()) * np.sqrt(_APART), 0.5))


def _bins(n_samples: int, band: tuple[float, float], wider: float = 1.0) -> slice:
    low, high = max(int(band[0] / wider * n_samples), 1), int(band[1] * wider * n_samples) + 1
    return slice(low, max(high, low + 1))


def _envelope(values: np.ndarray, n_samples: int, band: tuple[float, float]) -> _Envelope:
    own = values[:, _bins(n_samples, band)]
    quiet = np.quantile(np.abs(values[:, _bins(n_samples, band, wider=2.0)]) ** 2, 0.2, axis=1) / FIFTH
    n_bins = own.shape[1]
    n_steps = 2 * n_bins
    power = np.sum(np.abs(np.fft.ifft(own, n_steps, axis=1) * n_steps) ** 2, axis=0)
    noise = float(np.sum(quiet)) * n_bins
    return _Envelope(power - noise, noise, n_samples / n_steps, max(n_steps // _WINDOWS, 2))


def _peak(values: np.ndarray, n_samples: int, band: tuple[float, float], about: tuple[float, float]) -> int:
    """Return the sample of the strongest motion of a band within a stretch of samples."""
    inside = _bins(n_samples, band)
    kept = np.zeros_like(values)
    kept[:, inside] = values[:, inside]
    power = np.sum(np.fft.irfft(kept, n_samples, axis=1) ** 2, axis=0)
    width = max(n_samples // _WINDOWS, 4)
    first, last = max(int(about[0]), 0), min(int(about[1]) + width, n_samples)
    smooth = np.convolve(power[first:last], np.full(width, 1 / width), "valid")
    peak = first + int(np.argmax(smooth))
    return peak + int(np.argmax(power[peak : peak + width]))
