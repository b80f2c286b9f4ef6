"""How a structure is: what a report tells of its health."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from wavefact.errors import InputError
from wavefact.health import Assessment, ControlChart, ModeTracks, StiffnessProfile
from wavefact.health.monitor import HealthSummary, MonitorHistory, health_summary, monitor_history

__all__ = ["HealthState"]

MOST_ALARMS = 5  # that are listed, the latest first
_NO_RECORD = "No recording has been assessed yet."


@dataclass(frozen=True, eq=False)
class HealthState:
    """Hold the verdict on a structure, and what it rests on.

    Parameters
    ----------
    sentence : str
        The verdict in words, such as `Assessment.sentence`.
    is_alarm : bool or None
        None where the last record allowed no verdict.
    history : MonitorHistory, optional
        What a monitor found in every recording.
    summary : HealthSummary, optional
        What it counts and lists.
    tracks, corrected : ModeTracks, optional
        Modes through many recordings, and the same freed from conditions.
    chart : ControlChart, optional
    times : (n_records,) array, optional
        Of the records of the chart [days]; by default their numbers.
    profile : StiffnessProfile, optional
        Where stiffness was lost.

    Raises
    ------
    InputError
        If `times` are not those of the chart.

    Examples
    --------
    >>> chart = wf.cusum_chart(np.r_[np.zeros(20), 2.0 * np.ones(20)])
    >>> state = wf.HealthState("The structure has changed.", is_alarm=True, chart=chart)
    >>> state.verdict
    'changed'
    """

    sentence: str
    is_alarm: bool | None
    history: MonitorHistory | None = None
    summary: HealthSummary | None = None
    tracks: ModeTracks | None = None
    corrected: ModeTracks | None = None
    chart: ControlChart | None = None
    times: np.ndarray | None = None
    profile: StiffnessProfile | None = None

    def __post_init__(self) -> None:
        if self.times is not None and (self.chart is None or len(self.times) != self.chart.values.size):
            raise InputError("times are those of the records of the chart; give one for each, or none.")

    @property
    def verdict(self) -> str:
        """The verdict in one word: "changed", "no change", or "unknown" where there is none."""
        return {True: "changed", False: "no change", None: "unknown"}[self.is_alarm]

    @classmethod
    def of_assessment(cls, assessment: Assessment) -> HealthState:
        """Return the state of the structure that one record tells.

        Parameters
        ----------
        assessment : Assessment
            By `Baseline.assess`.

        Returns
        -------
        HealthState
            Unknown where the record allows no verdict.

        Examples
        --------
        >>> rng, shape = np.random.default_rng(0), np.array([[0.5], [1.0]])
        >>> def modes():
        ...     found = 2 + 0.01 * rng.standard_normal(1)
        ...     return wf.ModalModel(found, [0.01], shape, frequency_errors=[0.01])
        >>> hours = 3600.0 * np.arange(60)
        >>> baseline = wf.learn_baseline(wf.track_modes([modes() for _ in hours], hours))
        >>> nothing = wf.ModalModel(np.zeros(0), np.zeros(0), np.zeros((2, 0)))
        >>> wf.HealthState.of_assessment(baseline.assess(nothing, 3600.0 * 60)).verdict
        'unknown'
        """
        return cls(assessment.sentence, assessment.is_alarm if assessment.has_verdict else None)

    @classmethod
    def of_monitor(cls, folder: str | PathLike[str]) -> HealthState:
        """Return the state of the structure whose recordings `wavefact monitor` follows.

        Parameters
        ----------
        folder : path
            Of the monitor's state, or the folder that is followed if its state is in the usual place.

        Returns
        -------
        HealthState
            The verdict is that of the recording assessed last.

        Raises
        ------
        InputError
            If there is no state.
        UnknownFormatError, CorruptFileError
            If it is of another version, or damaged.
        """
        summary, history = health_summary(Path(folder), n_alarms=MOST_ALARMS), monitor_history(Path(folder))
        if summary.latest is None:
            return cls(_NO_RECORD, is_alarm=None, history=history, summary=summary)
        latest = summary.latest
        is_alarm = None if latest["score"] is None else bool(latest["is_alarm"])
        return cls(str(latest["sentence"]), is_alarm, history=history, summary=summary)
