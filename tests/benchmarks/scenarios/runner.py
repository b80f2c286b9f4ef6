"""Run what is missing of the suite, a few trials at a time."""

from __future__ import annotations

import itertools
import math
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks.scenarios.cases import case_of
from tests.benchmarks.scenarios.store import Key, append, load
from wavefact.compare.methods import METHODS
from wavefact.compare.process import TrialProcess
from wavefact.worker import NoAnswerError

__all__ = ["Plan", "keys_of", "run"]

THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
"""What linear algebra reads when it is loaded: threads of two trials that want the same core wait in turn."""


class Plan(NamedTuple):
    """What to run.

    Attributes
    ----------
    scenarios, methods : names
    snrs : decibels
    n_seeds : int
        Recordings of each cell.
    oracle_below : float
        Oracles are run from here down [dB], for the first seed.
    time_limit : float
        Of a trial [s].
    """

    scenarios: Sequence[str]
    snrs: Sequence[float]
    methods: Sequence[str] = tuple(METHODS)
    n_seeds: int = 2
    oracle_below: float = 0.0
    time_limit: float = 40.0


def keys_of(plan: Plan) -> Iterator[list[Key]]:
    """Yield the trials of one recording after the other."""
    for seed, scenario, snr_db in itertools.product(range(plan.n_seeds), plan.scenarios, plan.snrs):
        keys = [Key(scenario, snr_db, seed, name, "automatic") for name in plan.methods]
        if seed == 0 and snr_db <= plan.oracle_below:
            keys += [key._replace(setting="oracle") for key in keys if key.method != "wavefact"]
        yield keys


def run(plan: Plan, path: Path, n_jobs: int, progress: Callable[[int, int], Any] | None = None) -> None:
    """Run all trials of a plan that are not in the file yet."""
    for name in THREADS:  # for the processes to come
        os.environ.setdefault(name, str(max(1, (os.cpu_count() or 1) // n_jobs)))
    known, lock = load(path), threading.Lock()
    groups = [[key for key in keys if key not in known] for keys in keys_of(plan)]
    total, done = sum(map(len, groups)), itertools.count(1)
    processes = [TrialProcess(plan.time_limit) for _ in range(n_jobs)]
    idle = list(processes)

    def work(keys: list[Key]) -> None:
        with lock:
            process = idle.pop()
        case = case_of(*keys[0][:3])
        for key in keys:
            record = _record(process, case, key)
            with lock:
                append(path, key, record)
                if progress is not None:
                    progress(next(done), total)
        with lock:
            idle.append(process)

    try:
        with ThreadPoolExecutor(n_jobs) as pool:
            list(pool.map(work, [keys for keys in groups if keys]))
    finally:
        for process in processes:
            process.stop()


def _record(process: TrialProcess, case: Any, key: Key) -> dict[str, Any]:
    try:
        answer = process.run(case, key.setting, key.method)
    except NoAnswerError as failure:
        return {"failure": str(failure)}
    model, chosen = answer.pop("model"), answer.pop("setting")
    answer |= {"chosen": chosen, "n_modes": None if model is None else model.n_modes}
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in answer.items()
    }
