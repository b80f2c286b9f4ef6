"""`compare_methods`: methods side by side on one recording."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from wavefact._arrays import to_numpy
from wavefact._fit_checks import prepare
from wavefact.compare.comparison import Comparison, Row
from wavefact.compare.methods import METHODS, method
from wavefact.compare.process import TrialProcess
from wavefact.compare.scores import Scores
from wavefact.compare.trial import Case
from wavefact.errors import InputError
from wavefact.modal import ModalModel
from wavefact.operators import WaveOperator
from wavefact.recording import Recording
from wavefact.worker import NoAnswerError

__all__ = ["compare_methods"]

Progress = Callable[[int, int, str], Any]


def compare_methods(
    recording: Recording,
    operator: WaveOperator | None = None,
    *,
    methods: Sequence[str] | None = None,
    truth: ModalModel | None = None,
    clean: Recording | np.ndarray | None = None,
    oracle: bool = False,
    time_limit: float = 120.0,
    callback: Progress | None = None,
) -> Comparison:
    """Run methods on a recording and score what each makes of it.

    Parameters
    ----------
    recording : Recording
        Real, with a sampling rate.
    operator : WaveOperator, optional
        As in `factorize`; baselines that know a wave equation are given the same.
    methods : sequence of str, optional
        Names of `METHODS`; by default all. Wavefact always comes first.
    truth : ModalModel, optional
        The true modes.
    clean : Recording or array, shape (n_sensors, n_samples), optional
        The recording without noise.
    oracle : bool
        Also tune every baseline on the truth.
    time_limit : float
        Of each method and setting [s].
    callback : callable, optional
        Receives how many of how many trials are done, and what is next; a true answer stops there.

    Returns
    -------
    Comparison
        A method that fails, or exceeds the time limit, is a row that says so.

    Raises
    ------
    InputError
        If recording, operator, truth or settings cannot be used.

    Notes
    -----
    Each method runs in another process, with its automatic settings: nothing is told to it but the recording
    and the operator. Without truth the score is the prediction of sensors left out (`Scores`).

    Examples
    --------
    >>> from wavefact.simulate import scenario_s2
    >>> noisy = scenario_s2(0.0)
    >>> known = {"truth": noisy.truth, "clean": noisy.clean}
    >>> comparison = wf.compare_methods(noisy.recording, wf.String(100), methods=["svd"], **known)
    >>> comparison.best("relative_error").method
    'wavefact'
    """
    case = _case(recording, operator, truth, clean)
    names = _names(methods)
    if oracle and case.clean is None and not case.has_modes:
        raise InputError("An oracle needs the truth: give true modes or the clean recording.")
    if not time_limit > 0:
        raise InputError(f"time_limit is {time_limit!r}; give seconds, > 0.")
    trials = list(_trials(names, oracle))
    rows = []
    with TrialProcess(time_limit) as process:
        for done, (name, setting) in enumerate(trials):
            if callback is not None and callback(done, len(trials), f"{name} ({setting})"):
                break
            rows.append(_row(process, case, name, setting))
    if callback is not None:
        callback(len(rows), len(trials), "")
    return Comparison(tuple(rows))


def _names(methods: Sequence[str] | None) -> list[str]:
    names = list(METHODS) if methods is None else list(dict.fromkeys(["wavefact", *methods]))
    for name in names:
        method(name)
    return names


def _trials(names: list[str], oracle: bool) -> Iterator[tuple[str, str]]:
    for name in names:
        yield name, "automatic"
        if oracle and name != "wavefact":
            yield name, "oracle"


def _case(
    recording: Recording,
    operator: WaveOperator | None,
    truth: ModalModel | None,
    clean: Recording | np.ndarray | None,
) -> Case:
    recording, operator = prepare(recording, operator)
    recording = recording.load()
    recording = recording.replace(signals=to_numpy(recording.signals))
    if np.iscomplexobj(recording.signals) or recording.sampling_rate is None:
        raise InputError("Methods are compared on real recordings that have a sampling rate.")
    if truth is not None and truth.n_points != recording.n_sensors:
        raise InputError(f"The true modes have {truth.n_points} points for {recording.n_sensors} sensors.")
    if clean is not None:
        clean = to_numpy(clean.load().signals if isinstance(clean, Recording) else clean)
        if clean.shape != recording.signals.shape:
            raise InputError(
                f"The clean recording is {clean.shape} and the noisy one {recording.signals.shape}; "
                "they must agree."
            )
        if not np.all(np.isfinite(clean)) or not np.any(clean):
            raise InputError(
                "The clean recording is zero throughout, or not finite; nothing compares with it."
            )
    return Case(recording, operator, clean, truth)


def _row(process: TrialProcess, case: Case, name: str, setting: str) -> Row:
    try:
        answer = process.run(case, setting, name)
    except NoAnswerError as failure:
        return Row(name, setting, failure=str(failure))
    scores = Scores(**{f.name: answer[f.name] for f in dataclasses.fields(Scores) if f.name in answer})
    model = answer["model"]
    return Row(
        name,
        setting,
        chosen=answer["setting"],
        scores=scores,
        seconds=answer["seconds"],
        peak_memory=answer["peak_memory"],
        n_modes=None if model is None else model.n_modes,
        model=model,
    )
