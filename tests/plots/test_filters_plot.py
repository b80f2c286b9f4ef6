"""A component's filter between its limits, and errors over the wave weight: what is on the picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import wavefact as wf
from wavefact.filters import FilterErrors
from wavefact.plots import filters

GAMMAS = 10.0 ** np.arange(-2, 5)
ERRORS = FilterErrors(GAMMAS, 0.4 + 0.03 * (np.arange(7.0) - 3) ** 2, np.linspace(2.0, 0.6, 7), 0.55, 0.7)
LINE = wf.String(20, 0.5)


@pytest.fixture(scope="module")
def fit() -> wf.Factorization:
    """Return two components, the second the stronger."""
    shapes = np.sin(np.pi * np.outer(np.arange(1, 21), [2, 5]) / 21)
    signals = shapes @ [[1.0], [2.0]] * np.array([[1.0, -0.5, 0.2]])
    signals = np.concatenate([signals, shapes @ [[1.0], [-2.0]] * np.array([[0.3, 0.9, 0.1]])], axis=1)
    return wf.factorize(signals, LINE, wave_weight=10.0, time_weight=0, regularization=0.5)


@pytest.fixture(autouse=True)
def _figures_are_closed() -> Iterator[None]:
    yield
    plt.close("all")


def lines_of(ax: Axes) -> dict[str, Any]:
    return {str(line.get_label()): line for line in ax.lines}


def drawn(fit: wf.Factorization, **settings: Any) -> np.ndarray:
    return filters(fit, ERRORS, Figure(figsize=(9, 4)).subplots(1, 2), **settings)


def test_it_draws_where_it_is_told_and_changes_no_settings(fit: wf.Factorization) -> None:
    settings = dict(matplotlib.rcParams)
    given = Figure(figsize=(9, 4)).subplots(1, 2)
    assert [id(ax) for ax in filters(fit, ERRORS, given).ravel()] == [id(ax) for ax in given]
    assert plt.get_fignums() == []
    for own in (filters(fit), filters(fit, ERRORS)):
        own[0, 0].figure.canvas.draw()
    assert plt.get_fignums() == [1, 2]
    assert filters(fit).shape == (1, 1)
    assert dict(matplotlib.rcParams) == settings


def test_the_filter_is_the_components_and_lies_between_its_limits(fit: wf.Factorization) -> None:
    ax = drawn(fit, component=0)[0, 0]
    lines, (low, high) = lines_of(ax), wf.passband(LINE, 10.0, float(fit.wavenumbers[0]))
    at, gain = lines["wave-informed (γ = 10)"].get_data()
    assert gain == pytest.approx(wf.gains(LINE, 10.0, float(fit.wavenumbers[0]), at))
    assert np.interp([low, high], at, gain) == pytest.approx([0.5**0.5] * 2)
    assert np.interp([low, high], *lines["classical band-pass"].get_data()) == pytest.approx([0.5**0.5] * 2)
    assert set(lines["nuclear norm (γ = 0)"].get_ydata()) == {1.0}
    (spike,) = (c for c in ax.collections if c.get_label() == "group lasso (γ → ∞)")
    at_spike = float(spike.get_segments()[0][0, 0])
    nearest = np.abs(LINE.wavenumber(LINE.eigenvalues) - fit.wavenumbers[0]).argmin()
    assert at_spike == pytest.approx(float(LINE.wavenumber(LINE.eigenvalues)[nearest]))
    assert f"{high - low:.3g} rad/m" in {text.get_text() for text in ax.texts}
    wider = lines["γ/30, 30 γ"].get_ydata()
    assert np.all(wider >= gain - 1e-12)


def test_the_strongest_component_is_shown_unless_another_is_asked_for(fit: wf.Factorization) -> None:
    assert fit.n_components > 1
    strengths = np.linalg.norm(fit.spatial_factors, axis=0) * np.linalg.norm(fit.time_courses, axis=0)
    for component, expected in ((None, int(np.argmax(strengths))), (0, 0)):
        at, gain = lines_of(drawn(fit, component=component)[0, 0])["wave-informed (γ = 10)"].get_data()
        assert at[np.argmax(gain)] == pytest.approx(fit.wavenumbers[expected])
    assert int(np.argmax(strengths)) != 0


def test_errors_are_drawn_over_the_weight_with_both_limits(fit: wf.Factorization) -> None:
    ax = drawn(fit)[0, 1]
    lines = lines_of(ax)
    assert lines["wave-informed"].get_xdata() == pytest.approx(GAMMAS)
    assert lines["wave-informed"].get_ydata() == pytest.approx(ERRORS.factorization)
    assert lines["classical band-pass, same bands"].get_ydata() == pytest.approx(ERRORS.bandpass)
    (x,), (y,) = lines["the factorization's γ"].get_data()
    assert (x, y) == (10.0, pytest.approx(0.4))
    flat = {line.get_ydata()[0] for line in ax.lines if len(set(line.get_ydata())) == 1}
    assert {0.55, 0.7} <= flat
    assert {"nuclear norm (γ = 0)", "group lasso (γ → ∞)"} <= {text.get_text() for text in ax.texts}
    assert ax.get_xscale() == "log"


def test_what_cannot_be_drawn_is_refused(fit: wf.Factorization) -> None:
    signals = np.random.default_rng(0).normal(size=(20, 30))
    for settings in (
        {"wave_weight": 0.0, "regularization": 3.0},
        {"wave_weight": 1.0, "regularization": 99.0},
    ):
        with pytest.raises(wf.InputError, match=r"components and wave weight"):
            filters(wf.factorize(signals, LINE, **settings))
    with pytest.raises(wf.InputError, match="component is 7; expected 0 to"):
        filters(fit, component=7)
    with pytest.raises(wf.InputError, match="2 panels"):
        filters(fit, ERRORS, Figure().subplots(1, 3))
