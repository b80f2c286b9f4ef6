"""Numbers and results in words that everybody knows."""

from __future__ import annotations

import math

import numpy as np

from wavefact._words import number_text
from wavefact.factorization import Factorization
from wavefact.modal import ModalModel
from wavefact.plots._style import gap_text, unit_text
from wavefact.solution import Status

__all__ = [
    "FAINT",
    "TITLES",
    "certificate_text",
    "counted",
    "decimals",
    "duration_text",
    "energy_shares",
    "gap_words",
    "measure_text",
    "range_text",
    "sure_text",
]

MOST_PLACES = 6  # behind the point of a number in a table
_SMALL = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def counted(number: int, noun: str, plural: str = "") -> str:
    """Write "no modes", "one mode", "twelve modes" or "13 modes"."""
    word = _SMALL[number] if number < len(_SMALL) else f"{number:,}"
    return f"{word} {noun if number == 1 else plural or noun + 's'}"


def measure_text(value: float | None, unit: str = "", digits: int = 4) -> str:
    """Write a number with its unit; nothing where it is unknown."""
    if value is None or not np.isfinite(value):
        return ""
    return f"{number_text(value, digits)} {unit_text(unit) if unit else ''}".strip()


def duration_text(seconds: float) -> str:
    """Write a duration in the unit in which it is between 1 and about 100."""
    for size, unit in ((86_400.0, "days"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size:
            return f"{number_text(seconds / size, 3)} {unit}"
    return f"{number_text(seconds, 3)} s"


def range_text(model: ModalModel) -> str:
    """Write from where to where the frequencies of a model reach."""
    low, high = (number_text(float(model.frequencies[mode]), 3) for mode in (0, -1))
    return f"{low} Hz" if model.n_modes == 1 else f"{low} to {high} Hz"


def sure_text(errors: np.ndarray, values: np.ndarray) -> str:
    """Write the largest relative standard error of some values as "± 0.2 %"; nothing where none is known."""
    relative = 100 * np.abs(errors / np.where(values == 0, np.nan, values))
    known = relative[np.isfinite(relative)]
    return f"±\u00a0{known.max():.2g}\u00a0%" if known.size else ""


def gap_words(gap: float) -> str:
    """Write a relative gap as a percentage, or in powers of ten where it is tiny."""
    return f"{100 * gap:.1g}\u00a0%" if gap >= 1e-5 else gap_text(gap)


TITLES = ("title", "name", "structure", "project", "scenario")  # of a recording, the first that is there
FAINT = 1e-4  # share of the energy, below which a component is hardly there


def energy_shares(fit: Factorization) -> np.ndarray:
    """Return each component's share of the energy of all, (n_components,)."""
    sizes = [np.sum(np.abs(part) ** 2, axis=0) for part in (fit.spatial_factors, fit.time_courses)]
    energies = np.asarray(sizes[0] * sizes[1])
    return np.asarray(energies / (np.sum(energies) or 1.0))


def decimals(values: np.ndarray, digits: int) -> str:
    """Return the form in which all of a column have as many decimals as the largest needs for its digits."""
    finite = np.abs(values[np.isfinite(values)])
    largest = float(np.max(finite, initial=0.0))
    places = digits - 1 - math.floor(math.log10(largest)) if largest > 0 else 0
    return f",.{places}f" if 0 <= places <= MOST_PLACES else f".{digits}g" if places > 0 else ",.0f"


def certificate_text(fit: Factorization) -> str:
    """Say in one sentence what is proven."""
    gap = gap_words(fit.certificate.gap)
    if fit.status is Status.CERTIFIED:
        return (
            "Certified: it is proven that no other set of components, however many and of whatever "
            f"wavenumbers, lowers the objective by more than {gap} of it. That is the optimum of the problem "
            "as it was stated: of this recording, with these positions, units, wave equation and "
            "weights."
        )
    return (
        f"The result is not certified: another set of components may be better by up to {gap} of the "
        f"objective. {fit.status.value}"
    )
