"""The pictures of damage indicators and of changed shapes: what is on them, and what they refuse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from cases import DAMAGED_OPERATORS, damaged
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

import wavefact as wf
from wavefact import plots
from wavefact.errors import InputError
from wavefact.plots._style import VERMILLION

BEAM = DAMAGED_OPERATORS["beam"]
NAMES = ["wave-residual", "frequency"]


@pytest.fixture(autouse=True)
def _figures_are_closed() -> Iterator[None]:
    yield
    plt.close("all")


def found(noise: float = 1e-3) -> wf.DamageIndicators:
    rng = np.random.default_rng(0)
    return wf.damage_indicators(
        damaged("beam", 0.0, noise, rng), damaged("beam", 0.2, noise, rng), BEAM, NAMES
    )


def test_an_indicator_lies_along_the_structure_with_its_interval() -> None:
    value = found()["wave-residual"]
    ax = plots.indicators(found(), ["wave-residual"])[0]
    curve, dots = (line for line in ax.lines if len(line.get_xdata()) > 2)
    np.testing.assert_array_equal(curve.get_xdata(), BEAM.positions)
    np.testing.assert_allclose(curve.get_ydata(), value.corrected)
    beyond = value.interval()[:, 0] > 0
    assert 0 < beyond.sum() < beyond.size
    np.testing.assert_array_equal(dots.get_xdata(), BEAM.positions[beyond])
    assert to_rgba(dots.get_color()) == to_rgba(VERMILLION)
    (band,) = ax.collections
    heights = band.get_paths()[0].vertices[:, 1]
    np.testing.assert_allclose(
        [heights.min(), heights.max()], [value.interval().min(), value.interval().max()]
    )
    assert (ax.get_title(), ax.get_xlabel()) == ("wave-residual", "position [m]")


def test_modes_have_error_bars_and_a_missing_one_none() -> None:
    before, after = damaged("beam", 0.0, 1e-3), damaged("beam", 0.2, 1e-3).select([0, 2, 3])
    ax = plots.indicators(wf.damage_indicators(before, after, BEAM, ["frequency"]))[0]
    drawn = np.concatenate([container[0].get_xydata() for container in ax.containers])
    assert {int(mode) for mode, value in drawn if np.isfinite(value)} == {1, 3, 4}
    assert ax.get_xlim() == (0.5, 4.5)
    ax.figure.canvas.draw()


def test_points_in_a_plane_are_coloured() -> None:
    plate = wf.Plate((4, 3), 0.1)
    shapes = plate.synthesize(np.eye(12)[:, :2])
    before = wf.ModalModel([1.0, 2.0], [0.01, 0.01], shapes, positions=plate.positions)
    after = replace(before, mode_shapes=shapes + 0.1 * np.eye(12)[:, [5]])
    ax = plots.indicators(wf.damage_indicators(before, after, plate, ["curvature"]))[0]
    (dots,) = ax.collections
    assert int(np.argmax(dots.get_array())) == 5
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x [m]", "y [m]")
    equal = plots.indicators(wf.damage_indicators(before, before, plate, ["curvature"]))[0]
    equal.figure.canvas.draw()


def test_indicators_go_where_they_are_told_or_are_refused() -> None:
    axes = Figure().subplots(1, 2)
    assert list(plots.indicators(found(), axes=axes)) == list(axes)
    assert [ax.get_title() for ax in axes] == NAMES
    with pytest.raises(InputError, match="'mac' is not to be shown; choose among wave-residual, frequency"):
        plots.indicators(found(), ["mac"])
    with pytest.raises(InputError, match="no indicator"):
        plots.indicators(found(), [])
    none = wf.damage_indicators(damaged("beam", 0.0), damaged("beam", 0.0).select([]), BEAM, NAMES)
    assert plots.indicators(none)[0].texts[0].get_text() == "no mode was found again"


def test_shapes_lie_over_each_other_and_their_difference_is_magnified() -> None:
    before, after = damaged("beam", 0.0, 1e-3), damaged("beam", 0.2, 1e-3)
    flipped = replace(after.select([0, 1, 3]), mode_shapes=-3j * after.mode_shapes[:, [0, 1, 3]])
    axes = plots.changed_shapes(before, flipped)
    assert axes.shape == (4,)
    assert axes[2].get_title().endswith("not found again")
    first, second, green = (line for line in axes[3].lines if len(line.get_xdata()) > 2)
    np.testing.assert_allclose(first.get_ydata(), before.mode_shapes[:, 3])
    assert np.linalg.norm(second.get_ydata() - first.get_ydata()) < 0.1 * np.linalg.norm(first.get_ydata())
    times = float(axes[3].get_title().rpartition("× ")[2])
    assert times > 1.0
    np.testing.assert_allclose(green.get_ydata(), times * (second.get_ydata() - first.get_ydata()), atol=1e-9)
    assert 0.3 < np.max(np.abs(green.get_ydata())) <= 1.0
    assert (
        f"{100 * (after.frequencies[3] / before.frequencies[3] - 1):+.2f} %".replace("-", "−")
        in axes[3].get_title()
    )
    axes[0].figure.canvas.draw()


def test_no_modes() -> None:
    none = damaged("beam", 0.0).select([])
    assert plots.changed_shapes(none, none)[0].texts[0].get_text() == "no modes"
