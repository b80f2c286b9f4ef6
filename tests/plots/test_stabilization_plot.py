"""The stabilisation diagram as a picture."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

import wavefact as wf
from wavefact import plots


def diagram_of(signals: np.ndarray) -> wf.Stabilization:
    return wf.stabilization(wf.Recording(signals, sampling_rate=50.0))


def test_poles_modes_and_spectrum_are_drawn() -> None:
    times = np.arange(1500) / 50.0
    courses = np.exp(-0.3 * times) * np.sin(2 * np.pi * np.outer([5.0, 5.4], times))
    shapes = np.array([[1.0, 0.6], [0.6, -1.0]])
    diagram = diagram_of(shapes @ courses + 0.01 * np.random.default_rng(0).normal(size=(2, 1500)))
    assert diagram.model.n_modes == 2
    ax = plots.stabilization(diagram, Figure().subplots())
    lines = {line.get_label(): line for line in ax.get_lines()}
    assert len(lines["stable pole"].get_xdata()) == np.count_nonzero(diagram.stable)
    assert len(lines["pole"].get_xdata()) == np.count_nonzero(~diagram.stable)
    written = [text.get_text() for text in ax.texts]
    assert written == [f"{frequency:.4g}" for frequency in diagram.model.frequencies]
    places = [text.xyann[0] for text in ax.texts]
    assert places[1] - places[0] > 0.9 * np.ptp(ax.get_xlim()) / 34  # labels stand apart
    assert ax.get_xlim()[0] < 5.0 < ax.get_xlim()[1]
    assert len(ax.figure.axes) == 2


def test_without_modes_there_is_still_a_picture() -> None:
    diagram = diagram_of(np.random.default_rng(1).normal(size=(2, 800)))
    ax = plots.stabilization(diagram, Figure().subplots())
    assert len(ax.texts) == 0
