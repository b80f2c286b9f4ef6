"""Pictures of charts and operating curves: what is on them, and what they refuse."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from wavefact.errors import InputError
from wavefact.health import cusum_chart, operating_curve
from wavefact.plots import control_chart
from wavefact.plots import operating_curve as draw_curve

CHART = cusum_chart(np.append(np.zeros(20), 2.0 * np.ones(10)))


@pytest.fixture(autouse=True)
def _figures_are_closed() -> Iterator[None]:
    yield
    plt.close("all")


def test_a_chart_shows_values_statistic_limit_and_alarms():
    ax = control_chart(CHART)
    lines = {line.get_label(): line for line in ax.lines}
    np.testing.assert_array_equal(lines["score of a record"].get_ydata(), CHART.values)
    np.testing.assert_array_equal(lines["CUSUM"].get_ydata(), CHART.statistic)
    np.testing.assert_array_equal(lines["alarm"].get_xdata(), np.flatnonzero(CHART.alarms))
    assert lines["limit"].get_ydata()[0] == CHART.limit
    assert ax.get_title(loc="left") == "first alarm at record 23; a false one in 1000 records on average"


def test_a_chart_over_times_and_without_alarms():
    days = np.arange("2026-01-01", "2026-01-21", dtype="datetime64[D]")
    ax = control_chart(cusum_chart(np.zeros(20)), Figure().subplots(), times=days)
    assert ax.get_xlabel() == "time"
    assert ax.get_title(loc="left").startswith("no alarm")
    with pytest.raises(InputError, match="one for each of 30 records"):
        control_chart(CHART, times=days)


def test_curves_are_drawn_by_name(rng):
    curve = operating_curve(rng.normal(size=200), rng.normal(2.0, 1.0, 100))
    ax = draw_curve({"ours": curve, "theirs": curve}, Figure().subplots())
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == [f"{name} (area {curve.area:.3f})" for name in ("ours", "theirs")] + ["chance"]
    assert ax.get_xlim() == (0.0025, 1.0)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), curve.detection_rates)
    assert draw_curve(curve).get_legend().get_texts()[0].get_text() == f"area {curve.area:.3f}"
    with pytest.raises(InputError, match="no curve"):
        draw_curve({})
