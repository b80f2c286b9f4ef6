"""The frequency–wavenumber map and the singular values over frequency: what is on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import wavefact as wf
from wavefact.frequency_wavenumber import DispersionPoints, FrequencyWavenumberMap, SingularValues
from wavefact.plots.frequency_wavenumber import frequency_wavenumber
from wavefact.plots.singular_values import singular_values

F, K = np.linspace(0.0, 50.0, 26), np.linspace(-2.0, 2.0, 41)
MAP = FrequencyWavenumberMap(F, K, 1e3 / (1.0 + (F[:, None] - 25.0 * K) ** 2), unit="m/s^2")
CURVES = SingularValues(F, np.array([[4.0, 2.0, 1.0, 0.5]]) * (1.0 + F[:, None]), np.full(26, 0.1), "m/s^2")
MODES = SimpleNamespace(frequencies=np.array([10.0, 30.0]), wavenumbers=np.array([0.4, 1.2]))
PICTURES: dict[str, Callable[[Axes | None], Axes]] = {
    "map": lambda ax: frequency_wavenumber(MAP, ax, fit=MODES, points=MODES, dispersion=157.0),
    "singular values": lambda ax: singular_values(CURVES, ax, fit=MODES),
}


@pytest.fixture(autouse=True)
def _figures_are_closed() -> Iterator[None]:
    yield
    plt.close("all")


def new_axes() -> Axes:
    return Figure(figsize=(6, 4)).subplots()


def labels(ax: Axes) -> set[str]:
    return {text.get_text() for text in ax.figure.findobj(matplotlib.text.Text)} - {""}


def image(ax: Axes) -> Any:
    (shown,) = ax.images
    return shown


@pytest.mark.parametrize("name", list(PICTURES))
def test_a_picture_draws_where_it_is_told_and_changes_no_settings(name: str) -> None:
    settings, given = dict(matplotlib.rcParams), new_axes()
    assert PICTURES[name](given) is given
    assert plt.get_fignums() == []
    own = PICTURES[name](None)
    assert plt.get_fignums() == [1]
    for ax in (given, own):
        ax.figure.canvas.draw()
    assert dict(matplotlib.rcParams) == settings


def test_the_map_has_wavenumber_to_the_right_and_frequency_upwards() -> None:
    ax = frequency_wavenumber(MAP, new_axes())
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("wavenumber [rad/m]", "frequency [Hz]")
    assert (ax.get_xlim(), ax.get_ylim()) == ((-2.0, 2.0), (0.0, 50.0))
    shown = np.asarray(image(ax).get_array())
    assert shown.shape == (26, 41)
    assert np.allclose(shown, 20 * np.log10(MAP.values / MAP.values.max()))
    assert image(ax).get_clim() == (-40.0, 0.0)
    assert "largest singular value [dB re the maximum]" in labels(ax)
    left, right, bottom, top = image(ax).get_extent()
    assert (left, right, bottom, top) == pytest.approx((-2.05, 2.05, -1.0, 51.0))


def test_the_map_may_be_linear_or_scaled_at_each_frequency() -> None:
    linear = frequency_wavenumber(MAP, new_axes(), dynamic_range=None)
    assert np.allclose(image(linear).get_array(), MAP.values)
    assert image(linear).get_clim() == pytest.approx((0.0, MAP.values.max()))
    assert "largest singular value [m/s²]" in labels(linear)
    each = frequency_wavenumber(MAP, new_axes(), per_frequency=True, dynamic_range=20.0)
    assert np.allclose(np.max(image(each).get_array(), axis=1), 0.0)
    assert "largest singular value [dB re each frequency's maximum]" in labels(each)
    silence = FrequencyWavenumberMap(F, K, np.zeros((26, 41)))
    for dynamic_range in (None, 40.0):
        frequency_wavenumber(silence, new_axes(), dynamic_range=dynamic_range).figure.canvas.draw()


def test_uneven_maps_are_drawn_where_they_are() -> None:
    picture = FrequencyWavenumberMap(np.array([1.0, 2.0, 4.0]), np.array([0.5]), np.ones((3, 1)))
    ax = frequency_wavenumber(picture, new_axes())
    assert ax.get_ylim() == (1.0, 4.0)
    ax.figure.canvas.draw()


def test_components_are_circles_of_both_signs_and_picks_are_dots() -> None:
    points = DispersionPoints(np.array([20.0]), np.array([0.8]), np.ones(1), np.ones(1))
    ax = frequency_wavenumber(MAP, new_axes(), fit=MODES, points=points)
    drawn = {line.get_label(): line for line in ax.lines}
    assert np.allclose(drawn["components"].get_xdata(), [0.4, 1.2, -0.4, -1.2])
    assert np.allclose(drawn["components"].get_ydata(), [10.0, 30.0, 10.0, 30.0])
    assert np.allclose(drawn["picks"].get_xdata(), [0.8])
    assert {"components", "picks"} <= labels(ax)
    standing = FrequencyWavenumberMap(F, K[20:], MAP.values[:, 20:])
    (circles,) = frequency_wavenumber(standing, new_axes(), fit=MODES).lines
    assert np.allclose(circles.get_xdata(), [0.4, 1.2])


def test_modes_of_a_model_are_drawn() -> None:
    model = wf.ModalModel(np.array([9.0]), np.array([0.01]), np.ones((3, 1)), wavenumbers=np.array([0.3]))
    ax = frequency_wavenumber(FrequencyWavenumberMap(F, K[20:], MAP.values[:, 20:]), new_axes(), fit=model)
    assert (ax.lines[0].get_xdata()[0], ax.lines[0].get_ydata()[0]) == (0.3, 9.0)


@pytest.mark.parametrize(
    ("dispersion", "direction"),
    [
        (157.0, "right"),
        (-157.0, "left"),
        (lambda k: 157.0 * k, "both"),
        (np.column_stack([157.0 * K / (2 * np.pi), K]), "right"),
    ],
    ids=["speed", "backwards", "function", "table"],
)
def test_dispersion_relations_are_lines(dispersion: Any, direction: str) -> None:
    ax = frequency_wavenumber(MAP, new_axes(), dispersion=dispersion)
    assert ax.lines
    for line in ax.lines:
        k = np.asarray(line.get_xdata())
        along = {"right": k, "left": -k, "both": np.abs(k)}[direction]
        assert np.allclose(np.asarray(line.get_ydata()), 157.0 * along / (2 * np.pi))


def test_dispersion_relations_are_named() -> None:
    ax = frequency_wavenumber(MAP, new_axes(), dispersion={"Rayleigh": lambda k: 120 * k, "200 m/s": 200.0})
    assert {"Rayleigh", "200 m/s"} <= labels(ax)
    assert "157 m/s" in labels(frequency_wavenumber(MAP, new_axes(), dispersion=157))
    outside = frequency_wavenumber(MAP, new_axes(), dispersion={"far away": lambda k: 1e6 + k})
    assert "far away" not in labels(outside)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"fit": SimpleNamespace(frequencies=None, wavenumbers=K)}, "fit has no frequencies"),
        ({"points": SimpleNamespace(frequencies=F)}, "points has no frequencies or no wavenumbers"),
        ({"dispersion": "fast"}, "dispersion is 'fast'; expected a wave speed"),
        ({"dispersion": np.ones(3)}, "or a table"),
    ],
)
def test_overlays_that_cannot_be_read_are_refused(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(wf.InputError, match=complaint):
        frequency_wavenumber(MAP, new_axes(), **settings)


def test_singular_values_are_drawn_in_decibels_the_first_in_front() -> None:
    ax = singular_values(CURVES, new_axes())
    drawn = {line.get_label(): line for line in ax.lines}
    assert list(drawn) == ["4", "3", "2", "1"]
    assert np.allclose(drawn["1"].get_ydata(), 10 * np.log10(0.1 * CURVES.values[:, 0] ** 2))
    assert np.all(np.diff([drawn[str(i)].get_linewidth() for i in (1, 2)]) < 0)
    assert ax.get_ylabel() == "singular values [dB re 1 (m/s²)²/Hz]"
    assert ax.get_xlabel() == "frequency [Hz]"
    assert ax.get_xlim() == (0.0, 50.0)


def test_modes_are_lines_over_the_singular_values() -> None:
    ax = singular_values(CURVES, new_axes(), fit=MODES)
    vertical = [line for line in ax.lines if len(set(line.get_xdata())) == 1]
    assert [line.get_xdata()[0] for line in vertical] == [10.0, 30.0]
    with pytest.raises(wf.InputError, match="fit has no frequencies"):
        singular_values(CURVES, new_axes(), fit=SimpleNamespace(frequencies=None))


def test_silence_has_singular_values_too() -> None:
    silent = SingularValues(F, np.zeros((26, 2)), np.full(26, 0.1))
    ax = singular_values(silent, new_axes())
    ax.figure.canvas.draw()
    assert len(ax.lines) == 2
    assert np.all(np.isfinite(ax.get_ylim()))
