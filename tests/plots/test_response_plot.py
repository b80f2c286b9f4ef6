"""The picture of frequency response functions: what is on its three panels."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

import wavefact as wf
from wavefact.plots.response import response

F = np.linspace(0.5, 20.0, 40)
GAINS = np.array([[1.0, -2.0], [0.5j, 0.0]])
CURVES = wf.FrequencyResponse(
    F,
    GAINS[:, :, None] / (25.0 - F**2 + 1j * F),
    coherence=np.full((2, 40), 0.9),
    standard_errors=np.full((2, 2, 40), 0.01),
    output_names=("tip", "root"),
    input_names=("hammer", "shaker"),
    unit="m/s^2",
    input_unit="N",
)


@pytest.fixture(autouse=True)
def _figures_are_closed() -> Iterator[None]:
    yield
    plt.close("all")


def new_axes() -> np.ndarray:
    return np.asarray(Figure(figsize=(6, 5)).subplots(3))


def test_it_draws_where_it_is_told_and_changes_no_settings() -> None:
    settings, given = dict(matplotlib.rcParams), new_axes()
    assert list(response(CURVES, given)) == list(given)
    assert plt.get_fignums() == []
    for ax in (given[0], response(CURVES)[0]):
        ax.figure.canvas.draw()
    assert plt.get_fignums() == [1]
    assert dict(matplotlib.rcParams) == settings


def test_each_curve_has_magnitude_phase_and_coherence() -> None:
    magnitude, phase, coherence = response(CURVES, new_axes())
    assert [line.get_label() for line in magnitude.lines] == [
        "tip / hammer",
        "tip / shaker",
        "root / hammer",
        "root / shaker",
    ]
    assert np.allclose(magnitude.lines[0].get_ydata(), np.abs(CURVES.values[0, 0]))
    assert magnitude.get_yscale() == "log"
    assert magnitude.get_ylabel() == "magnitude [(m/s²)/N]"
    assert np.allclose(phase.lines[0].get_ydata(), np.degrees(np.angle(CURVES.values[0, 0])))
    assert np.allclose(coherence.lines[0].get_ydata(), 0.9)
    assert coherence.get_xlim() == (0.5, 20.0)


def test_one_pair_may_be_chosen_and_modes_are_lines() -> None:
    axes = response(CURVES, new_axes(), outputs=[1], inputs=[0], fit=SimpleNamespace(frequencies=[5.0]))
    for ax in axes:
        vertical = [line for line in ax.lines if len(set(line.get_xdata())) == 1]
        assert [line.get_xdata()[0] for line in vertical] == [5.0]
        assert len(ax.lines) == 2
    assert axes[0].get_legend() is None


def test_many_curves_are_drawn_alike_behind_their_mean() -> None:
    values = np.repeat(CURVES.values[:1, :1], 9, axis=0)
    magnitude, phase, _ = response(wf.FrequencyResponse(F, values), new_axes())
    assert len(magnitude.lines) == 10
    assert magnitude.lines[-1].get_label() == "root mean square of 9"
    assert np.allclose(magnitude.lines[-1].get_ydata(), np.abs(CURVES.values[0, 0]))
    assert len(phase.lines) == 9


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"outputs": [2]}, r"outputs \[2\] cannot be drawn; the response has 2"),
        ({"inputs": []}, "inputs .* cannot be drawn"),
        ({"fit": SimpleNamespace(frequencies=None)}, "fit has no frequencies"),
        ({"axes": [None]}, "this picture has 3 panels"),
    ],
)
def test_what_cannot_be_drawn_is_refused(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(wf.InputError, match=complaint):
        response(CURVES, **settings)
