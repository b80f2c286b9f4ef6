"""The picture of what a monitor has found."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from tests.report.results import history
from wavefact import plots
from wavefact.health.monitor import MonitorHistory


def test_shifts_are_of_healthy_records_and_alarms_lie_above_the_limit() -> None:
    found = history()
    upper, lower = plots.monitoring(found, Figure().subplots(2, 1))
    second = upper.get_lines()[1].get_ydata()
    assert abs(np.nanmedian(second[:30])) < 0.1
    assert np.allclose(second[30:], -3.0, atol=0.5)
    lines = {line.get_label(): line.get_ydata() for line in lower.get_lines()}
    assert np.allclose(lines["alarm"], found.scores[30:] / 4.0)
    assert min(lines["alarm"]) > lines["alarm limit"][0] == 1.0
    assert len(lines["no alarm"]) == 30
    assert "mode 2" in upper.get_legend().get_texts()[1].get_text()


def test_all_records_may_be_alarms_and_a_mode_never_seen() -> None:
    found = history()
    frequencies = np.column_stack([found.frequencies, np.full(40, np.nan)])
    alarmed = MonitorHistory(
        found.times, frequencies, found.scores, found.thresholds, np.ones(40, bool), found.sentences
    )
    upper, _ = plots.monitoring(alarmed, Figure().subplots(2, 1))
    assert len(upper.get_legend().get_texts()) == 2


def test_nothing_assessed_is_said() -> None:
    empty = MonitorHistory([], np.zeros((0, 0)), [], [], [], ())
    axes = plots.monitoring(empty, Figure().subplots(2, 1))
    assert "no recording" in axes[0].texts[0].get_text()
