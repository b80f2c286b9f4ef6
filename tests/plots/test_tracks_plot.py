"""The picture of tracks: which modes share a panel, and what is drawn beside them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

import wavefact as wf
from wavefact import plots
from wavefact.errors import InputError

N = 40
REFERENCE = np.array([5.0, 1.0, 1.02])


def tracks_of(shift: float = 0.0) -> wf.ModeTracks:
    frequencies = REFERENCE + 0.001 * np.random.default_rng(0).standard_normal((N, 3)) + shift
    frequencies[3, 1] = np.nan
    shapes = np.ones((N, 2, 3))
    return wf.ModeTracks(86_400.0 * np.arange(N), frequencies, frequencies, shapes, REFERENCE, shapes[0])


@pytest.fixture(autouse=True)
def _figures_are_closed() -> Iterator[None]:
    yield
    plt.close("all")


def test_close_modes_share_a_panel_and_conditions_are_below() -> None:
    found = tracks_of()
    axes = plots.tracks(found, conditions=np.arange(N), condition="wind [m/s]")
    assert axes.shape == (3, 1)
    assert [len(ax.lines) for ax in axes[:, 0]] == [2, 1, 1]
    np.testing.assert_array_equal(axes[0, 0].lines[0].get_ydata(), found.frequencies[:, 1])
    np.testing.assert_array_equal(axes[1, 0].lines[0].get_xdata(), np.arange(N))
    assert [text.get_text() for text in axes[0, 0].get_legend().get_texts()] == ["1 Hz", "1.02 Hz"]
    assert [ax.get_ylabel() for ax in axes[:, 0]] == ["f [Hz]", "f [Hz]", "wind [m/s]"]
    assert axes[2, 0].get_xlabel() == "time [days]"


def test_levels_have_bands_and_corrected_tracks_a_column_of_the_same_scale() -> None:
    found, corrected = tracks_of(), tracks_of(0.001)
    levels = wf.mode_levels(found)
    axes = plots.tracks(found, corrected, Figure().subplots(2, 2), levels=levels)
    assert [[len(ax.collections) for ax in row] for row in axes] == [[2, 0], [1, 0]]
    np.testing.assert_array_equal(axes[1, 0].lines[1].get_ydata(), levels.frequencies[:, 0])
    np.testing.assert_array_equal(axes[1, 1].lines[0].get_ydata(), corrected.frequencies[:, 0])
    assert axes[0, 0].get_ylim() == axes[0, 1].get_ylim()


def test_what_does_not_fit_together_is_refused() -> None:
    found = tracks_of()
    with pytest.raises(InputError, match="same records and modes"):
        plots.tracks(found, found.select(slice(5)))
    with pytest.raises(InputError, match="5 conditions came for 40 records"):
        plots.tracks(found, conditions=np.arange(5))
    with pytest.raises(InputError, match="2 panels"):
        plots.tracks(found, axes=Figure().subplots(3))
