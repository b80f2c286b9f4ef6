"""The scores that automatic weights were chosen from: what is on the picture."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

import wavefact as wf
from wavefact.joint_selection import WeightChoice
from wavefact.plots import weight_choice

WIDTHS, GAMMAS = 0.25 * 2.0 ** np.arange(11), 4.0 ** np.arange(6)
CHOICE = WeightChoice(WIDTHS, (np.arange(11.0) - 3) ** 2, GAMMAS, (np.arange(6.0) - 2) ** 2, 2.0, 16.0)


def drawn(time_weight: float, choice: WeightChoice | None = CHOICE) -> Any:
    fit: Any = SimpleNamespace(choice=choice, time_weight=time_weight, frequency_unit="Hz")
    return weight_choice(fit, axes=Figure(figsize=(8, 3)).subplots(1, 2))


def test_scores_are_drawn_over_candidates_and_the_choice_is_marked() -> None:
    time, space = drawn(1.0)[0]
    for ax, candidates, lowest, chosen in ((time, WIDTHS, 3, 2.0), (space, GAMMAS, 2, 16.0)):
        scores, _, mark = ax.lines
        assert np.allclose(scores.get_xdata(), candidates)
        assert np.argmin(scores.get_ydata()) == lowest
        assert np.min(scores.get_ydata()) == 1.0
        assert set(mark.get_xdata()) == {chosen}
    assert (time.get_title(), space.get_title()) == ("chosen: 2 Hz", "chosen: 16")
    assert [text.get_text() for text in time.get_xticklabels()] == ["0.25", "1", "4", "16", "64", "256"]


def test_a_bandwidth_that_is_not_used_is_not_marked() -> None:
    time, space = drawn(0.0)[0]
    assert (len(time.lines), len(space.lines)) == (2, 3)
    assert "not used" in time.get_title()


def test_nothing_chosen_is_refused() -> None:
    with pytest.raises(wf.InputError, match="nothing was chosen"):
        drawn(1.0, None)
