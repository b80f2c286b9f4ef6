"""Numbers and results in words that everybody knows."""

from __future__ import annotations

import numpy as np

from wavefact.factorization import Factorization
from wavefact.modal import ModalModel
from wavefact.plots._style import gap_text, unit_text
from wavefact.solution import Status

__all__ = [
    "certificate_text",
    "counted",
    "duration_text",
    "gap_words",
    "number_text",
    "range_text",
    "sure_text",
]

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


def number_text(value: float | None, unit: str = "", form: str = ".4g") -> str:
    """Write a number with its unit; nothing where it is unknown."""
    if value is None or not np.isfinite(value):
        return ""
    return f"{value:{form}} {unit_text(unit) if unit else ''}".strip()


def duration_text(seconds: float) -> str:
    """Write a duration in the unit in which it is between 1 and about 100."""
    for size, unit in ((86_400.0, "days"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def range_text(model: ModalModel) -> str:
    """Write from where to where the frequencies of a model reach."""
    low, high = float(model.frequencies[0]), float(model.frequencies[-1])
    return f"{low:.3g} Hz" if model.n_modes == 1 else f"{low:.3g} to {high:.3g} Hz"


def sure_text(errors: np.ndarray, values: np.ndarray) -> str:
    """Write the largest relative standard error of some values as "± 0.2 %"; nothing where none is known."""
    relative = 100 * np.abs(errors / np.where(values == 0, np.nan, values))
    known = relative[np.isfinite(relative)]
    return f"±\u00a0{known.max():.2g}\u00a0%" if known.size else ""


def gap_words(gap: float) -> str:
    """Write a relative gap as a percentage, or in powers of ten where it is tiny."""
    return f"{100 * gap:.1g}\u00a0%" if gap >= 1e-5 else gap_text(gap)


def certificate_text(fit: Factorization) -> str:
    """Say in one sentence what is proven."""
    gap = gap_words(fit.certificate.gap)
    if fit.status is Status.CERTIFIED:
        return (
            "It is proven that no other set of components, however many and of whatever wavenumbers, "
            f"explains this recording better by more than {gap} of the objective."
        )
    return (
        f"The result is not certified: another set of components may be better by up to {gap} of the "
        f"objective. {fit.status.value}"
    )
