"""One method tried on one recording: its answers, scored."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.baselines import Baseline, Denoiser, Identifier
from wavefact.compare.held_out import explained_by, halves, held_out_error
from wavefact.compare.memory import PeakMemory
from wavefact.compare.methods import method
from wavefact.compare.scores import denoising_scores, modal_scores
from wavefact.errors import InputError
from wavefact.modal import ModalModel
from wavefact.operators import WaveOperator
from wavefact.recording import Recording

__all__ = ["Case", "automatic_trial", "oracle_trial"]

SHORTEST = 16  # samples of a half recording that is worth looking at
SPARE = 0.9  # of the time limit, after which an oracle begins no setting


@dataclass(frozen=True, eq=False)
class Case:
    """A recording with what is known of it.

    Attributes
    ----------
    recording : Recording
    operator : WaveOperator
    clean : (n_sensors, n_samples) array or None
    truth : ModalModel or None
        Without modes it does not count.
    predicts : bool
        Whether automatic settings are also scored by the prediction of what is held out.
    """

    recording: Recording
    operator: WaveOperator
    clean: np.ndarray | None = None
    truth: ModalModel | None = None
    predicts: bool = True

    @property
    def has_modes(self) -> bool:
        """Whether true modes are known."""
        return self.truth is not None and self.truth.n_modes > 0


def automatic_trial(case: Case, name: str, time_limit: float = math.inf) -> dict[str, Any]:
    """Run a method with automatic settings.

    Returns
    -------
    dict
        Scores by the names of `Scores`; ``seconds`` and ``peak_memory`` [bytes] of one answer, without what
        its packages take to be imported; and ``model``, which is None if the method names no modes.
    """
    chosen = method(name)
    # first, so that all is imported when time is taken
    held_out = _held_out(case, chosen) if case.predicts else math.nan
    memory = PeakMemory()
    scores, model, seconds = _answers(case, chosen)
    measured = {"seconds": seconds, "peak_memory": memory.beyond(), "held_out_error": held_out}
    return {"setting": "", **scores, **measured, "model": model}


def oracle_trial(case: Case, name: str, time_limit: float = math.inf) -> dict[str, Any]:
    """Return, for each score that the truth allows, the best that any setting reaches.

    The settings that clean best and that name modes best may differ; ``setting`` tells both. No setting is
    begun that would not end within the time limit [s] if it took as long as the longest before.
    """
    chosen, start, longest = method(name), time.perf_counter(), 0.0
    if case.clean is None and not case.has_modes:
        raise InputError("An oracle needs the truth: true modes or the clean recording.")
    memory, cut = PeakMemory(), ""
    best: dict[str, tuple[tuple[float, float], dict[str, float], str]] = {}
    for number, candidate in enumerate(chosen.candidates(case.recording, case.operator)):
        begin = time.perf_counter()
        if best and begin - start + longest > SPARE * time_limit:
            cut = f"; of the first {number}, time was up"
            break
        for key, scores in _tried(case, candidate).items():
            height = (scores["mac"], -scores["false"]) if key == "modes" else (-scores["relative_error"], 0.0)
            if math.isfinite(height[0]) and (key not in best or height > best[key][0]):
                best[key] = height, scores, repr(candidate)
        longest = max(longest, time.perf_counter() - begin)
    if not best:
        raise InputError(f"No setting of {chosen.title} gave an answer.")
    merged = {name: value for _, scores, _ in best.values() for name, value in scores.items()}
    settings = "; ".join(dict.fromkeys(setting for _, _, setting in best.values())) + cut
    measured = {"seconds": time.perf_counter() - start, "peak_memory": memory.beyond()}
    return {"setting": settings, **merged, **measured, "model": None}


def _answers(case: Case, chosen: Baseline) -> tuple[dict[str, float], ModalModel | None, float]:
    scores: dict[str, float] = {}
    model, seconds = None, 0.0
    if isinstance(chosen, Denoiser):
        start = time.perf_counter()
        cleaned = chosen.denoise(case.recording, case.operator)
        seconds = time.perf_counter() - start
        if case.clean is not None:
            scores |= denoising_scores(cleaned, case.recording, case.clean)
    if isinstance(chosen, Identifier):
        start = time.perf_counter()
        model = chosen.identify(case.recording, case.operator)
        seconds = max(seconds, time.perf_counter() - start)
        if case.truth is not None and case.has_modes:
            scores |= modal_scores(model, case.truth)
    return scores, model, seconds


def _tried(case: Case, candidate: Baseline) -> dict[str, dict[str, float]]:
    """Return the scores of one setting; one that cannot be used on this recording has none."""
    found = {}
    try:
        if case.clean is not None and isinstance(candidate, Denoiser):
            cleaned = candidate.denoise(case.recording, case.operator)
            found["signals"] = denoising_scores(cleaned, case.recording, case.clean)
        if case.truth is not None and case.has_modes and isinstance(candidate, Identifier):
            found["modes"] = modal_scores(candidate.identify(case.recording, case.operator), case.truth)
    except (ValueError, ArithmeticError):  # InputError and numpy's LinAlgError are ValueErrors
        pass
    return found


def _held_out(case: Case, chosen: Baseline) -> float:
    """Return the error of prediction; NaN where half the recording is too short, for us or for the method."""
    seen, unseen = halves(case.recording)
    if seen.n_samples < SHORTEST:
        return math.nan
    try:
        if isinstance(chosen, Denoiser):
            explained = to_numpy(chosen.denoise(seen, case.operator).signals)
        elif isinstance(chosen, Identifier):
            explained = explained_by(chosen.identify(seen, case.operator), seen)
        else:
            return math.nan
    except InputError:
        return math.nan
    return held_out_error(np.asarray(explained), seen, unseen)
