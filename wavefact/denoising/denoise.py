"""`denoise`: a clean recording, which is what the certified components, and they alone, explain.

λ shrinks components, which is right for finding them and wrong for their amplitudes.  Here only their
shapes are kept.  What moves in them is learned from the recording: autoregressive processes, as the response
of a structure to random forces is; or free decays, or plane waves that travel, where these are likelier.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from wavefact._arrays import to_numpy
from wavefact._fit_checks import prepare
from wavefact.denoising.clipping import Clipping
from wavefact.denoising.decays import FreeDecays, free_decays
from wavefact.denoising.processes import Processes
from wavefact.denoising.waves import plane_shapes, travelling_part
from wavefact.factorization import Factorization
from wavefact.fit import factorize
from wavefact.modal import identify
from wavefact.modal.channels import FEWEST_SAMPLES
from wavefact.operators import WaveOperator
from wavefact.recording import Recording
from wavefact.solution import Callback
from wavefact.threads import threads_for
from wavefact.whitening import whiten

__all__ = ["declip", "denoise"]

RTOL = 1e-3  # relative gap to prove: what is left of it is far below the noise


def denoise(
    recording: Recording,
    operator: WaveOperator | None = None,
    *,
    callback: Callback | None = None,
    rng: np.random.Generator | int = 0,
) -> Recording:
    """Remove the noise of a recording: all that is no wave.

    Parameters
    ----------
    recording : Recording
    operator : WaveOperator, optional
        As in `factorize`.
    callback : callable, optional
        Receives a `Step` after every round of `factorize`; a true answer stops that cleanly.
    rng : numpy.random.Generator or int
        For the noise that λ is chosen from.

    Returns
    -------
    Recording
        Of the same shape, in NumPy arrays; without components, all zeros.

    Raises
    ------
    InputError
        If the recording or the operator cannot be used; the text says why.

    Notes
    -----
    Clipped channels are repaired first (`declip`).  The recording is whitened (`whiten`) and factorized with
    automatic weights.  Given the shapes D and noise of power N, the cosine transform of the courses has mean
    (DᴴD/N + diag(1/S_i))⁻¹ Dᴴy/N at each frequency: a Wiener filter for all components at once.  Their
    spectra S_i are autoregressive; S_i and N are those of greatest likelihood.  Two other explanations take
    their place where their AIC is lower: the modes in the components (`identify`) as free decays that begin
    at one sample; or, where waves travel along a line (`directed_waves`), their plane shapes instead of D.

    Examples
    --------
    >>> from wavefact.simulate import scenario_s2
    >>> noisy = scenario_s2(10.0)
    >>> clean = wf.denoise(noisy.recording, wf.String(100))
    >>> error = wf.relative_error(clean.signals, noisy.clean)
    >>> bool(error < 0.05 * wf.relative_error(noisy.recording.signals, noisy.clean))
    True
    """
    recording, operator = prepare(recording, operator)
    with threads_for(recording.n_sensors, recording.n_samples):
        return _cleaned(_repaired(recording, operator, callback, rng), operator, callback, rng)


def declip(
    recording: Recording,
    operator: WaveOperator | None = None,
    *,
    callback: Callback | None = None,
    rng: np.random.Generator | int = 0,
) -> Recording:
    """Replace what an amplifier cut off by what the other channels say of it.

    Parameters
    ----------
    recording, operator, callback, rng
        As in `denoise`.

    Returns
    -------
    Recording
        Changed at clipped samples only, where the motion goes beyond the limits; the recording itself where
        `channel_faults` finds no clipped channel, or too few others.

    Raises
    ------
    InputError
        If the recording or the operator cannot be used; the text says why.

    Notes
    -----
    The other channels are denoised, on the operator condensed to their points; each clipped channel is
    fitted by what moves in them, by least squares over its samples within the limits.

    Examples
    --------
    >>> from wavefact.simulate import scenario_s2, with_clipping
    >>> clipped = with_clipping(scenario_s2(20.0))
    >>> whole = wf.declip(clipped.recording, wf.String(100))
    >>> errors = [wf.relative_error(each.signals, clipped.clean) for each in (clipped.recording, whole)]
    >>> bool(errors[1] < errors[0] / 2)
    True
    """
    return _repaired(*prepare(recording, operator), callback, rng)


def _repaired(
    recording: Recording,
    operator: WaveOperator,
    callback: Callback | None,
    rng: np.random.Generator | int,
) -> Recording:
    clipping = Clipping.of(recording, operator)
    if clipping is None:
        return recording
    return clipping.repaired(_cleaned(clipping.others, clipping.operator, callback, rng))


def _cleaned(
    recording: Recording,
    operator: WaveOperator,
    callback: Callback | None,
    rng: np.random.Generator | int,
) -> Recording:
    whitening = whiten(recording, operator)
    fit = factorize(whitening.recording, operator, rtol=RTOL, debias=True, callback=callback, rng=rng)
    if fit.n_components == 0:
        return recording.replace(signals=np.zeros(recording.signals.shape, fit.time_courses.dtype))
    if fit.n_components >= recording.n_sensors:  # nothing is beside the waves that would tell the noise
        return recording.replace(
            signals=_explained(recording.load(), whitening.restore(fit.time_courses.T), fit)
        )
    explained = _explained(whitening.recording, fit.time_courses.T, fit)
    return recording.replace(signals=whitening.restore(explained))


def _explained(recording: Recording, courses: np.ndarray, fit: Factorization) -> np.ndarray:
    """Return the mean of what moves in the components, given a recording under white noise."""
    signals = to_numpy(recording.signals)
    scale = float(np.max(np.abs(signals)))
    signals = signals / scale
    best: Processes | FreeDecays = Processes.begun(signals, fit.spatial_factors, courses / scale).best()
    for other in _others(signals, recording, fit):
        best = min(best, other, key=lambda each: each.criterion)
    return scale * best.explained


def _others(
    signals: np.ndarray, recording: Recording, fit: Factorization
) -> Iterator[Processes | FreeDecays]:
    """Yield what else may have moved: waves that travel, or free decays."""
    if np.iscomplexobj(signals) or recording.sampling_rate is None:
        return
    waves = travelling_part(fit, recording)
    if waves is not None:
        for shapes in plane_shapes(waves, fit.operator.positions):
            yield Processes.begun(signals, shapes, np.linalg.pinv(shapes) @ signals).best()
        return
    if recording.n_samples >= FEWEST_SAMPLES:
        decays = free_decays(signals, identify(fit), recording.sampling_rate)
        if decays is not None:
            yield decays
