"""The picture of a comparison: which panels, which order, which marks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from wavefact.compare import Comparison, Row, Scores
from wavefact.errors import InputError
from wavefact.plots import comparison

FULL = (
    Row("svd", scores=Scores(0.5, mac=0.8, missed=1, false=0, held_out_error=0.9), seconds=0.01),
    Row("svd", "oracle", scores=Scores(0.3, mac=0.9, missed=0, false=2), seconds=5.0),
    Row("wavefact", scores=Scores(0.2, mac=0.99, missed=0, false=0, held_out_error=0.8), seconds=2.0),
    Row("own", scores=Scores(math.nan, mac=0.7, missed=2, false=40), seconds=1.0),
    Row(
        "ica", failure="MissingPackageError: This baseline needs scikit-learn; it is not installed. Run: pip."
    ),
)


@pytest.fixture(autouse=True)
def _figures_are_closed() -> Iterator[None]:
    yield
    plt.close("all")


def names(axes: Any) -> list[str]:
    return [label.get_text() for label in axes[0, 0].get_yticklabels()]


def marks(ax: Any, marker: str) -> list[tuple[float, float]]:
    """Return where markers of a kind are, from the top."""
    lines = [line for line in ax.lines if line.get_marker() == marker]
    return [(float(x), float(y)) for line in lines for x, y in zip(*line.get_data(), strict=True)]


def test_rows_are_sorted_by_error_and_failures_stand_below() -> None:
    axes = comparison(Comparison(FULL))
    axes[0, 0].figure.canvas.draw()
    assert names(axes) == ["wavefact", "truncated SVD", "own", "FastICA"]
    written = [text.get_text() for text in axes[0, 0].texts]
    assert written == ["This baseline needs scikit-learn; it is not installed"]
    assert axes[0, 0].get_yticklabels()[0].get_fontweight() == "bold"


def test_dots_are_automatic_and_diamonds_tuned() -> None:
    error, held_out, mac, modes, seconds = comparison(Comparison(FULL))[0]
    assert marks(error, "o") == [(0.2, 0), (0.5, 1)]
    assert marks(error, "D") == [(0.3, 1)]
    assert error.get_xscale() == seconds.get_xscale() == "log"
    assert marks(held_out, "o") == [(0.8, 0), (0.9, 1)]
    assert marks(mac, "o") == [(0.99, 0), (0.8, 1), (0.7, 2)]
    assert marks(modes, "o") == [(0, 0), (0, 0), (-1, 1), (0, 1), (-2, 2), (40, 2)]
    assert [text.get_text() for text in modes.texts] == ["1", "2", "40"]
    assert marks(seconds, "o") == [(2.0, 0), (0.01, 1), (1.0, 2)]
    assert marks(seconds, "D") == []  # the time of many answers


def test_panels_without_numbers_are_left_out() -> None:
    rows = tuple(
        Row(name, scores=Scores(held_out_error=error), seconds=1.0)
        for name, error in (("b", 0.4), ("a", 0.3))
    )
    axes = comparison(Comparison(rows))
    assert axes.shape == (1, 2)
    assert names(axes) == ["a", "b"]
    assert axes[0, 0].figure.legends == []  # nothing but dots


def test_what_is_alike_looks_alike() -> None:
    rows = tuple(Row(n, scores=Scores(held_out_error=e), seconds=1.0) for n, e in (("a", 0.5), ("b", 0.5001)))
    low, high = comparison(Comparison(rows))[0, 0].get_xlim()
    assert high - low == pytest.approx(0.02)


@pytest.mark.parametrize(
    "row",
    [
        Row("perfect", scores=Scores(relative_error=0.0, snr_gain=math.inf, mac=1.0), seconds=0.1),
        Row("failed", failure="no answer within 3 s"),
        Row("unscored"),
    ],
)
def test_extremes_are_drawn(row: Row) -> None:
    comparison(Comparison((row,)))[0, 0].figure.canvas.draw()


def test_long_reasons_are_cut() -> None:
    axes = comparison(Comparison((*FULL[:1], Row("ica", failure="x" * 500))))
    (text,) = axes[0, 0].texts
    assert text.get_text().endswith("…")
    assert len(text.get_text()) < 200


def test_it_draws_on_the_axes_it_is_given() -> None:
    given = Figure(figsize=(11, 4)).subplots(1, 5)
    returned = comparison(Comparison(FULL), given)
    assert [id(ax) for ax in returned[0]] == [id(ax) for ax in given]
    assert plt.get_fignums() == []
    given[0].figure.canvas.draw()
    with pytest.raises(InputError, match="3 axes came; this picture has 5 panels"):
        comparison(Comparison(FULL), np.array(given)[:3])


def test_nothing_compared_is_refused() -> None:
    with pytest.raises(InputError, match="no rows"):
        comparison(Comparison(()))
