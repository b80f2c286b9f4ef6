"""What the results say: the two claims, and a table of errors and MAC for each scenario and noise level."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from tests.benchmarks.scenarios.store import Key

__all__ = ["Cell", "cells", "claims", "markdown"]

TOLERANCE = 0.02  # of the best: as good as the best
SCORES = {"relative_error": -1, "mac": 1}
"""Scores that cells are judged by, and whether more is better."""


class Cell(NamedTuple):
    """One score in one scenario at one noise level.

    Attributes
    ----------
    scenario, snr_db, score
    automatic, oracle : dict of float by method
        Means over seeds, and the oracle's value; methods without an answer are left out.
    ours_at_oracle : float
        Wavefact's value on the recordings that oracles had.
    """

    scenario: str
    snr_db: float
    score: str
    automatic: dict[str, float]
    oracle: dict[str, float]
    ours_at_oracle: float

    @property
    def ours(self) -> float:
        """Wavefact's value."""
        return self.automatic.get("wavefact", math.nan)

    def rival(self, kind: str) -> tuple[str, float]:
        """Return the best of the others with settings of a kind, and its value."""
        others = {name: value for name, value in getattr(self, kind).items() if name != "wavefact"}
        sign = SCORES[self.score]
        return max(others.items(), key=lambda item: sign * item[1], default=("–", math.nan))

    @property
    def is_best(self) -> bool:
        """Whether wavefact is best or within 2 % of the best automatic setting."""
        best = self.rival("automatic")[1]
        if self.score == "mac":
            return bool(self.ours >= (1 - TOLERANCE) * best)
        return bool(self.ours <= (1 + TOLERANCE) * best)

    @property
    def beats_oracles(self) -> bool:
        """Whether wavefact is at least as good as every oracle, to the three digits that are shown."""
        sign = SCORES[self.score]
        return bool(sign * round(self.ours_at_oracle, 3) >= sign * round(self.rival("oracle")[1], 3))


def cells(results: Mapping[Key, Mapping[str, Any]]) -> list[Cell]:
    """Return all cells that another method has an automatic value in; where ours is missing, it is lost."""
    values: dict[tuple[str, float, str], dict[str, dict[str, list[float]]]] = defaultdict(
        lambda: {"automatic": defaultdict(list), "oracle": defaultdict(list), "first": defaultdict(list)}
    )
    for key, record in results.items():
        for score in SCORES:
            value = record.get(score)
            if key.method == "wavefact" and record.get("failure"):
                value = math.nan  # no answer on one recording: the cell is lost
            if value is None:
                continue
            cell = values[key.scenario, key.snr_db, score]
            cell[key.setting][key.method].append(value)
            if key.seed == 0 and key.setting == "automatic":
                cell["first"][key.method].append(value)
    made = []
    for (scenario, snr_db, score), kinds in values.items():
        automatic, oracle = (
            {name: float(np.mean(v)) for name, v in kinds[k].items()} for k in ("automatic", "oracle")
        )
        first = kinds["first"].get("wavefact", [math.nan])[0]
        made.append(Cell(scenario, snr_db, score, automatic, oracle, first))
    return [cell for cell in made if cell.automatic.keys() - {"wavefact"}]


def claims(found: Iterable[Cell]) -> dict[str, tuple[int, int]]:
    """Return in how many of how many cells each claim holds."""
    found = list(found)
    low = [cell for cell in found if cell.snr_db <= 0 and cell.oracle]
    return {
        "best or within 2 % of the best automatic": (sum(c.is_best for c in found), len(found)),
        "at 0 dB and below, as good as every oracle": (sum(c.beats_oracles for c in low), len(low)),
    }


def markdown(found: Iterable[Cell], score: str) -> str:
    """Return a table: scenarios as rows, noise levels as columns, ours and the best other in each cell."""
    chosen = [cell for cell in found if cell.score == score]
    snrs = sorted({cell.snr_db for cell in chosen}, reverse=True)
    rows = [
        f"| {score} | " + " | ".join(f"{snr:g} dB" for snr in snrs) + " |",
        "|---" * (len(snrs) + 1) + "|",
    ]
    for scenario in dict.fromkeys(cell.scenario for cell in chosen):
        mine = {cell.snr_db: cell for cell in chosen if cell.scenario == scenario}
        rows.append(f"| {scenario} | " + " | ".join(_text(mine.get(snr)) for snr in snrs) + " |")
    return "\n".join(rows)


def _text(cell: Cell | None) -> str:
    if cell is None:
        return "–"
    name, value = cell.rival("automatic")
    ours = f"**{cell.ours:.3f}**" if cell.is_best else f"{cell.ours:.3f}"
    return f"{ours} / {value:.3f} {name}"
