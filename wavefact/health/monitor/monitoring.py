"""`Monitor`: follow a folder of recordings, assess each of them once, and raise alarms."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

from wavefact.errors import InputError
from wavefact.health.monitor._analysis import analysis
from wavefact.health.monitor._run import Run
from wavefact.health.monitor.alarms import Hook
from wavefact.health.monitor.assessing import Procedure
from wavefact.health.monitor.files import Watch
from wavefact.health.monitor.log import logged
from wavefact.health.monitor.progress import Progress, Tally
from wavefact.health.monitor.state import LOG, MonitorState

__all__ = ["Monitor"]

_logger = logging.getLogger("wavefact")


@dataclass(frozen=True)
class Monitor:
    """Follow a folder of recordings.

    Parameters
    ----------
    watch : Watch
        The folder, and which of its files are recordings; nothing in it is ever changed.
    procedure : Procedure
        How a recording is assessed.
    state : Path
        Folder for what the monitor remembers, made if need be: ``state.sqlite``, ``results/`` with the modes
        of each recording (`ModalModel.load`), ``alarms.jsonl`` and ``monitor.log``.
    hook : Hook, optional
        Called with each alarm.
    settle : float
        How long a file has to stay unchanged before it is taken for whole [s].
    name_format : str, optional
        What names say of the start of a recording; see `start_time`.
    time_limit : float, optional
        After which an analysis is stopped, and its file put in quarantine [s].  Recordings are then assessed
        in another process, whose start takes about a second; what `procedure` consists of has to be defined
        in modules.  By default there is none.
    baseline_name : str
        What the log, the records and `wavefact health` call the baseline.

    Notes
    -----
    A file is known by path, size and time of change, and its content by a digest: whatever a file is called,
    its content is assessed once.  Recordings are taken in the order in which they began.  A file whose
    reading, identification or assessment fails is kept in quarantine, a table, until it changes; one whose
    content is replaced is assessed anew.  Each file is one transaction of the database, after which its alarm
    is passed on: a process that is killed in between does so when it starts again, so that the hook may hear
    of an alarm twice, with the same ``id``, and never of none.

    Examples
    --------
    >>> import tempfile
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from wavefact.recording import Recording
    >>> from wavefact.io import write
    >>> class Baseline:  # stands for one that was learnt
    ...     def assess(self, model, time, conditions=None):
    ...         none = np.zeros(0)
    ...         return SimpleNamespace(corrected=model.frequencies, score=1.0, threshold=3.0, p_value=0.5,
    ...                                is_alarm=False, contributions=none, sentence="As it was.")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     bridge = Path(folder) / "bridge"
    ...     bridge.mkdir()
    ...     noise = np.random.default_rng(0).standard_normal((2, 2000))
    ...     write(Recording(noise, sampling_rate=100.0), bridge / "hour1.h5")
    ...     monitor = Monitor(Watch(bridge), Procedure(Baseline()), bridge.with_name("state"), settle=0.0)
    ...     first, second = monitor.run(once=True), monitor.run(once=True)
    >>> first.n_assessed, second.n_assessed
    (1, 0)
    """

    watch: Watch
    procedure: Procedure
    state: Path
    hook: Hook | None = None
    settle: float = 10.0
    name_format: str | None = None
    time_limit: float | None = None
    baseline_name: str = "the baseline"

    def __post_init__(self) -> None:
        if self.state.resolve() == self.watch.folder.resolve():
            raise InputError(
                f"{self.state} is the folder that is watched; name another folder for the state."
            )
        if not self.settle >= 0:
            raise InputError(f"settle is {self.settle}; expected seconds, 0 or more.")
        if not (self.time_limit is None or 0 < self.time_limit < inf):
            raise InputError(f"time_limit is {self.time_limit}; expected seconds, more than 0, or None.")
        object.__setattr__(self, "watch", replace(self.watch, ignored=(*self.watch.ignored, self.state)))

    def run(
        self,
        *,
        once: bool = False,
        interval: float = 10.0,
        retry: bool = False,
        stop: threading.Event | None = None,
        callback: Callable[[Progress], None] | None = None,
    ) -> Tally:
        """Assess what is in the folder and what comes.

        Parameters
        ----------
        once : bool
            End when all that is there is done; files that are still being written are left.
        interval : float
            How long to wait before the folder is looked at again [s].
        retry : bool
            Take up all files in quarantine again, and the recordings without a verdict.
        stop : threading.Event, optional
            Ends the run when set, after the file in hand.
        callback : callable, optional
            Hears of each file.

        Returns
        -------
        Tally
            What was done.

        Raises
        ------
        InputError
            If there is no such folder, another monitor uses the state, or it is that of another folder.
        UnknownFormatError, CorruptFileError
            If the state is newer than this wavefact, or damaged.
        UnwritableTargetError
            If the state cannot be written, such as on a full disk; without `once` that is logged and waited
            for, as is a folder that vanishes.
        """
        if not self.watch.folder.is_dir():
            raise InputError(
                f"{self.watch.folder} does not exist or is no folder; expected one of recordings."
            )
        with (
            MonitorState.opened(self.state) as state,
            logged(self.state / LOG),
            analysis(self.procedure, self.time_limit) as assess,
        ):
            for change in state.claim(self.watch.folder, self.baseline_name):
                _logger.warning("%s", change)
            if retry:
                state.reopen()
            _logger.info("monitor of %s begins", self.watch.folder)
            run = Run(self, state, assess, stop or threading.Event(), callback)
            tally = run.once() if once else run.follow(interval)
            _logger.info("monitor of %s ends: %s", self.watch.folder, tally)
            return tally
