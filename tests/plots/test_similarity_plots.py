"""The MAC map and the picture of phases: what is on them, and where they draw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

import wavefact as wf
from wavefact import plots


@pytest.fixture(autouse=True)
def _figures_are_closed() -> Iterator[None]:
    yield
    plt.close("all")


def model(n_modes: int, n_points: int = 9, *, is_complex: bool = True, seed: int = 0) -> wf.ModalModel:
    rng = np.random.default_rng(seed)
    shapes = rng.standard_normal((n_points, n_modes))
    if is_complex:
        shapes = (shapes + 0.2j * rng.standard_normal(shapes.shape)) * np.exp(1j * np.arange(n_modes))
    return wf.ModalModel(1.5 + 2.25 * np.arange(n_modes), np.full(n_modes, 0.01), shapes)


def test_the_map_shows_the_mac_with_frequencies_on_both_axes() -> None:
    first, second = model(3), model(2, seed=1)
    ax = plots.mac_matrix(first, second)
    (image,) = ax.images
    assert np.allclose(image.get_array(), first.mac(second))
    assert image.get_clim() == (0.0, 1.0)
    assert [text.get_text() for text in ax.texts] == [f"{v:.2f}" for v in first.mac(second).ravel()]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["1.5", "3.75", "6"]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["1.5", "3.75"]
    assert (ax.get_title(), ax.get_xlabel()) == ("MAC", "frequency [Hz]")
    ax.figure.canvas.draw()


def test_numbers_can_be_read_on_dark_and_light_cells() -> None:
    ax = plots.mac_matrix(model(3))
    colours = {text.get_text() == "1.00": to_rgba(text.get_color())[0] for text in ax.texts}
    assert colours == {True: 1.0, False: pytest.approx(0x22 / 255)}
    assert ax.get_title() == "auto-MAC"


def test_many_modes_are_not_annotated_and_some_named() -> None:
    ax = plots.mac_matrix(model(40))
    assert len(ax.texts) == 0
    assert len(ax.get_yticks()) == 20
    ax.figure.canvas.draw()


@pytest.mark.parametrize("draw", [plots.mac_matrix, plots.phases])
def test_no_modes(draw: Any) -> None:
    ax = np.ravel(draw(model(3).select([])))[0]
    assert [text.get_text() for text in ax.texts] == ["no modes"]


def test_they_draw_where_they_are_told() -> None:
    ax, axes = Figure().subplots(), Figure().subplots(1, 2)
    assert plots.mac_matrix(model(2), ax=ax) is ax
    assert list(plots.phases(model(2), axes)) == list(axes)
    assert plt.get_fignums() == []
    with pytest.raises(wf.InputError, match="2 axes came; this picture has 3 panels"):
        plots.phases(model(3), axes)


def test_arrows_are_the_entries_turned_to_their_mean_phase() -> None:
    shown = model(3)
    for index, ax in enumerate(plots.phases(shown)):
        (arrows,) = ax.collections
        entries = np.asarray(arrows.U) + 1j * np.asarray(arrows.V)
        assert np.max(np.abs(entries)) == pytest.approx(1)
        assert wf.mac(entries, shown.mode_shapes[:, index])[0, 0] == pytest.approx(1)
        assert np.sum(entries**2).imag == pytest.approx(0, abs=1e-9)  # the nearest line is the real axis
        assert np.sum(entries**2).real > 0
        title = f"MPC {wf.mpc(entries)[0]:.3f}, MPD {wf.mpd(entries)[0]:.1f}°"
        assert ax.get_title().splitlines() == [f"{index + 1}: {1.5 + 2.25 * index:.4g} Hz", title]


def test_a_real_shape_stays_on_the_axis() -> None:
    (ax,) = plots.phases(model(1, is_complex=False))
    (arrows,) = ax.collections
    assert np.allclose(arrows.V, 0)
    ax.figure.canvas.draw()
