"""The picture of local wavenumbers: what is on it, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from wavefact.errors import InputError
from wavefact.local_wavenumber import LocalWavenumbers
from wavefact.plots import local_wavenumbers

X, Y = np.linspace(0.01, 0.05, 5), np.linspace(0.02, 0.04, 3)
K = 400.0 + np.arange(15.0).reshape(5, 3)
FOUND = LocalWavenumbers(X, Y, np.where(K == 407.0, np.nan, K), K / 100, np.full((5, 3), 0.99), 0.02)


@pytest.fixture(autouse=True)
def _figures_are_closed() -> Iterator[None]:
    yield
    plt.close("all")


def test_the_map_lies_where_its_places_are() -> None:
    left, right = local_wavenumbers(FOUND)
    (image,) = left.images
    np.testing.assert_allclose(image.get_extent(), (0.005, 0.055, 0.015, 0.045))
    np.testing.assert_array_equal(image.get_array().filled(0.0), np.nan_to_num(FOUND.wavenumbers.T))
    assert image.get_array().mask.sum() == 1
    np.testing.assert_allclose(right.images[0].get_array(), -20.0)
    assert [ax.get_xlabel() for ax in (left, right)] == ["x [m]", "x [m]"]


def test_colours_span_most_places_or_the_limits_given() -> None:
    axes = Figure().subplots(1, 2)
    assert list(local_wavenumbers(FOUND, axes, limits=(300.0, 500.0))) == list(axes)
    assert axes[0].images[0].get_clim() == (300.0, 500.0)
    low, high = local_wavenumbers(FOUND)[0].images[0].get_clim()
    assert 400.0 < low < 401.0
    assert 413.0 < high < 414.0


def test_one_place_is_drawn_as_wide_as_its_patch() -> None:
    one = LocalWavenumbers(X[:1], Y, K[:1], K[:1], np.ones((1, 3)), 0.02)
    np.testing.assert_allclose(local_wavenumbers(one)[0].images[0].get_extent(), (0.0, 0.02, 0.015, 0.045))


def test_without_any_wavenumber_limits_are_needed() -> None:
    none = LocalWavenumbers(X, Y, np.full((5, 3), np.nan), K, K / 1000, 0.02)
    with pytest.raises(InputError, match="give limits"):
        local_wavenumbers(none)
    assert local_wavenumbers(none, limits=(1.0, 2.0))[0].images[0].get_array().mask.all()
