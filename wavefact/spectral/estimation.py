"""Estimate frequency response functions from recorded forces and responses."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from functools import reduce
from operator import add
from typing import Any

import numpy as np

from wavefact._recording_fields import sensor_indices
from wavefact.errors import InputError
from wavefact.modal.channels import checked_rate
from wavefact.recording import Recording
from wavefact.spectral._cut import Cut, are_impacts
from wavefact.spectral._estimators import ESTIMATORS, SpectralMatrices, coherences, relative_errors
from wavefact.spectral._segments import real_signals, segment_length
from wavefact.spectral.response import FrequencyResponse

__all__ = ["frequency_response"]

_logger = logging.getLogger("wavefact")

USUAL_SEGMENTS = 19  # half overlapped: each a tenth of the recording


def frequency_response(
    outputs: Recording | Sequence[Recording],
    inputs: int | str | Sequence[int | str] | Recording | Sequence[Recording],
    *,
    estimator: str = "H1",
    resolution: float | None = None,
    window: str = "auto",
    overlap: float = 0.5,
    force_duration: float | None = None,
    decay_time: float | None = None,
    input_unit: str = "",
) -> FrequencyResponse:
    """Estimate the frequency response functions from each input to each output.

    Parameters
    ----------
    outputs : Recording, or sequence of Recordings that are averaged over, such as one of each impact
        Real signals of one sampling rate; the same channels in each.
    inputs : indices or names of channels of `outputs`, or Recording, or sequence of Recordings
        The forces; channels named here are no outputs.  Recordings have as many samples as the outputs.
    estimator : "H1", "H2" or "Hv"
        Noise in the outputs, in the one input, or in both.
    resolution : float, optional
        Distance of the lines, one over the length of a segment [Hz].  By default a tenth of the shortest
        recording makes a segment, and of impacts the whole of it.
    window : str
        "impact" for transients that end within a segment: none but the two below.  For steady forces a window
        that `scipy.signal.get_window` knows.  "auto" takes the first where nine tenths of the energy of every
        force are in a hundredth of its samples or less, else "hann".
    overlap : float
        Share of a segment that the next one repeats; 0 for impacts.
    force_duration : float, optional
        Of impacts: keep the force so long around its largest value, and end it in cosines half as long [s].
    decay_time : float, optional
        Of impacts: multiply force and response by exp(−t/decay_time) from the start of the segment [s], so
        that the response ends within it.  The damping that this adds is kept in `decay_rate`.
    input_unit : str
        Unit of the inputs, where they are channels.

    Returns
    -------
    FrequencyResponse
        At the lines above zero; NaN where inputs are silent or cannot be told apart.

    Raises
    ------
    InputError
        If channels, rates or lengths do not match, signals are not finite or complex, inputs are silent or
        depend on each other at all lines, segments are fewer than inputs, or an argument is out of its range.

    Notes
    -----
    With G the mean of products of the transforms of segments, H1 = G_yx G_xx⁻¹, which noise in the outputs
    does not bias, and H2 = G_yy / G_xy, which noise in the input does not.  Hv is the total least squares
    of all channels at unit power: of one input the geometric mean of H1 and H2.  The multiple coherence
    is G_yx G_xx⁻¹ G_xy / G_yy.  Standard errors are |H| √((1 − γ²) / (2 n γ²)) of one input, with n the
    number of independent averages that the overlapping segments are worth.  Coherence and errors are NaN
    where segments are not more than inputs.

    An exponential window on both force and response is exact: the transform is then at s = 1/decay_time + iω.

    References
    ----------
    J. S. Bendat and A. G. Piersol, "Random Data", 4th ed., Wiley, 2010, equations 6.36 and 9.73.
    G. T. Rocklin, J. Crowley and H. Vold, "A comparison of H1, H2, and Hv frequency response functions",
    Proc. 3rd International Modal Analysis Conference, 1985.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> force = rng.standard_normal(4000)
    >>> signals = np.stack([force, 0.5 * force + 0.01 * rng.standard_normal(4000)])
    >>> recording = wf.Recording(signals, sampling_rate=100.0, names=("force", "a1"))
    >>> response = wf.frequency_response(recording, "force", resolution=1.0)
    >>> response.values.shape, np.abs(response.values[0, 0, :3]).round(2)
    ((1, 1, 50), array([0.5, 0.5, 0.5]))
    """
    pairs = _pairs(outputs, inputs)
    rate = _common_rate(pairs)
    if estimator not in ESTIMATORS:
        raise InputError(f"estimator is {estimator!r}; expected one of {', '.join(map(repr, ESTIMATORS))}.")
    cut = _cut(pairs, rate, resolution, window, overlap, (force_duration, decay_time))
    n_segments = sum(cut.count(measured.n_samples) for measured, _ in pairs)
    n_inputs = pairs[0][1].n_sensors
    if n_segments < n_inputs:
        raise InputError(f"{n_segments} segments cannot tell {n_inputs} inputs apart; record more or longer.")
    matrices, units = reduce(add, _products(pairs, cut)).normalized()
    averages = float(sum(cut.averages(measured.n_samples) for measured, _ in pairs))
    multiple, ordinary = coherences(matrices)
    errors = relative_errors(matrices, averages) * units
    if n_segments <= n_inputs:
        _logger.warning("coherence is unknown: %d segments for %d inputs", n_segments, n_inputs)
        multiple, ordinary, errors = (np.full_like(known, np.nan) for known in (multiple, ordinary, errors))
    measured, forces = pairs[0]
    return FrequencyResponse(
        frequencies=np.fft.rfftfreq(cut.length, 1 / rate)[1:],
        values=(ESTIMATORS[estimator](matrices) * units).transpose(1, 2, 0),
        coherence=multiple.T,
        ordinary_coherence=ordinary.transpose(1, 2, 0),
        standard_errors=errors.transpose(1, 2, 0),
        n_averages=averages,
        decay_rate=0.0 if decay_time is None else 1.0 / decay_time,
        estimator=estimator,
        output_names=measured.names,
        input_names=forces.names,
        output_positions=measured.positions,
        input_positions=forces.positions,
        quantity=measured.quantity,
        unit=measured.unit,
        input_unit=forces.unit if _are_recordings(inputs) else input_unit,
    )


def _are_recordings(inputs: Any) -> bool:
    if isinstance(inputs, Recording):
        return True
    return isinstance(inputs, list | tuple) and any(isinstance(item, Recording) for item in inputs)


def _pairs(outputs: Any, inputs: Any) -> list[tuple[Recording, Recording]]:
    """Return outputs and inputs of each recording, checked against each other."""
    measured = [outputs] if isinstance(outputs, Recording) else list(outputs)
    if not measured or not all(isinstance(recording, Recording) for recording in measured):
        raise InputError("outputs must be a Recording, or a sequence of at least one of them.")
    if _are_recordings(inputs):
        forces = [inputs] if isinstance(inputs, Recording) else list(inputs)
        if len(forces) != len(measured) or not all(isinstance(force, Recording) for force in forces):
            raise InputError(f"{len(forces)} recordings of inputs came for {len(measured)} of outputs.")
        pairs = list(zip(measured, forces, strict=True))
    else:
        pairs = [_split(recording, inputs) for recording in measured]
    first = pairs[0]
    for index, (response, force) in enumerate(pairs):
        if response.n_samples != force.n_samples:
            raise InputError(
                f"The outputs of recording {index} have {response.n_samples} samples, its inputs "
                f"{force.n_samples}; cut them to the same stretch."
            )
        if (response.n_sensors, force.n_sensors) != (first[0].n_sensors, first[1].n_sensors):
            raise InputError(
                f"Recording {index} has {response.n_sensors} outputs and {force.n_sensors} inputs, "
                f"recording 0 {first[0].n_sensors} and {first[1].n_sensors}; average over the same channels."
            )
    return pairs


def _split(recording: Recording, inputs: Any) -> tuple[Recording, Recording]:
    chosen = sensor_indices(inputs, recording.names, recording.n_sensors)
    others = [index for index in range(recording.n_sensors) if index not in chosen]
    if not others or len(set(chosen)) < len(chosen):
        raise InputError(
            f"inputs {inputs!r} leave {len(others)} of {recording.n_sensors} channels as outputs; "
            "name each input once, and not all channels."
        )
    return recording.select(others), recording.select(chosen)


def _common_rate(pairs: list[tuple[Recording, Recording]]) -> float:
    rates = {recording.sampling_rate for pair in pairs for recording in pair}
    if len(rates) > 1:
        raise InputError(f"The recordings have different sampling rates, {rates} Hz; resample them to one.")
    return checked_rate(rates.pop())


def _cut(
    pairs: list[tuple[Recording, Recording]],
    rate: float,
    resolution: float | None,
    window: str,
    overlap: float,
    limits: tuple[float | None, float | None],
) -> Cut:
    shortest = min(measured.n_samples for measured, _ in pairs)
    is_struck = window != "impact" and are_impacts([real_signals(forces) for _, forces in pairs])
    if window == "auto":
        window = "impact" if is_struck else "hann"
        _logger.info("the forces are %s", "impacts" if window == "impact" else "steady")
    elif is_struck:
        _logger.warning('the forces are impacts, of which window=%r loses most; "impact" is for them', window)
    if resolution is None:
        share = 1 if window == "impact" else 2 / (USUAL_SEGMENTS + 1)
        resolution = rate / max(int(share * shortest), 1)
    length = segment_length(shortest, rate, resolution)
    if window == "impact":
        return Cut.impacts(length, rate, *limits)
    if limits != (None, None):
        raise InputError('force_duration and decay_time are for impacts; give window="impact" with them.')
    return Cut.steady(length, window, overlap)


def _products(pairs: list[tuple[Recording, Recording]], cut: Cut) -> Iterator[SpectralMatrices]:
    for measured, forces in pairs:
        for x, y in cut.spectra(real_signals(forces), real_signals(measured)):
            yield SpectralMatrices.of(x, y)
