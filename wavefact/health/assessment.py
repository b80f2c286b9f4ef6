"""What one record says of the structure: `Assessment`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact._tables import aligned, card
from wavefact._words import listed
from wavefact.health.tracks import ModeTracks

__all__ = ["Assessment", "unknown_conditions"]


@dataclass(frozen=True, eq=False, repr=False)
class Assessment:
    """Hold what one record says of the structure.

    Attributes
    ----------
    time : float [s]
    frequencies, corrected : (n_modes,) arrays [Hz]
        As found, and as they would be at the reference condition; NaN where a mode or a condition is missing.
    shifts : (n_modes,) array
        Relative distance of the corrected frequencies from the healthy ones [-].
    score, threshold : float
        How far the record is from healthy ones, and where the alarm begins.  The score is NaN where there is
        no verdict: nothing could be judged, or a frequency could not for want of a condition, and what else
        could shows no change.
    p_value : float
        Probability that a healthy record is farther away; NaN without a verdict.
    contributions : (n_modes,) array
        Share of each mode in the distance from healthy records, by its frequency and its shape.
    macs : (n_modes,) array
        Of the shapes with the healthy ones; NaN where a mode is missing.
    shape_contributions : (n_modes,) array
        Share of the shape alone; NaN of modes whose shapes are not judged.
    tracks : ModeTracks
        The records before and this one: what the next is followed from.
    supported_rate : float
        Least probability that the number of healthy records can tell; what is rarer is said to be no more
        than that.
    unknown_conditions : tuple of str
        Names of the conditions for want of which a frequency could not be judged.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> def modes(change):
    ...     found = np.array([2.0, 5.0]) * np.exp(change + 5e-4 * rng.standard_normal(2))
    ...     return wf.ModalModel(found, np.full(2, 0.01), np.array([[0.5, 1.0], [1.0, -0.5]]))
    >>> tracks = wf.track_modes([modes(0.0) for _ in range(100)])
    >>> baseline = wf.learn_baseline(tracks, remove_environment=False)
    >>> baseline.assess(modes(np.array([0.0, -0.02])), 100.0).sentence
    'The structure has changed (...); most of all mode 2, by -2.02 % in frequency.'
    >>> print(baseline.assess(modes(0.0), 101.0))
    No change is seen (... % of healthy records are farther off).
    <BLANKLINE>
    mode  f corrected [Hz]  shift [%]     MAC  share of score [%]
       1            ...
    """

    time: float
    frequencies: np.ndarray
    corrected: np.ndarray
    shifts: np.ndarray
    score: float
    threshold: float
    p_value: float
    contributions: np.ndarray
    macs: np.ndarray
    shape_contributions: np.ndarray
    tracks: ModeTracks
    supported_rate: float = 1e-6
    unknown_conditions: tuple[str, ...] = ()

    @property
    def is_alarm(self) -> bool:
        """Whether the record is farther from healthy ones than the threshold."""
        return bool(self.score > self.threshold)

    @property
    def has_verdict(self) -> bool:
        """Whether the record tells if the structure has changed: one without an alarm may tell neither."""
        return bool(np.isfinite(self.score))

    @property
    def sentence(self) -> str:
        """The verdict in words, and which modes it leaves out."""
        if not self.has_verdict:
            return f"Whether the structure has changed is unknown: {self._why_unknown()}."
        found = np.isfinite(self.frequencies)
        parts = [self._change() if self.is_alarm else self._no_change()]
        if self.unknown_conditions:
            parts.append(f"{self._unjudged()[0].upper()}{self._unjudged()[1:]}.")
        if not found.all():
            parts.append(
                f"{_modes(~found).capitalize()} {'was' if np.sum(~found) == 1 else 'were'} not found."
            )
        return " ".join(parts)

    def _no_change(self) -> str:
        return f"No change is seen ({100 * self.p_value:.2g} % of healthy records are farther off)."

    def _why_unknown(self) -> str:
        if self.unknown_conditions:
            return f"{self._unjudged()}; nothing else shows a change"
        return "no mode of the healthy state was found, as in a poor recording or after a large change"

    def _unjudged(self) -> str:
        """Say which frequencies could not be judged, and why."""
        found, judged = np.isfinite(self.frequencies), np.isfinite(self.corrected)
        missing = " and no ".join(self.unknown_conditions)
        which = (
            f"the frequency of {_modes(found & ~judged)} could not" if judged.any() else "no frequency could"
        )
        return f"no {missing} is known at that time, so {which} be judged"

    def _change(self) -> str:
        least = max(self.supported_rate, 1e-6)
        rarely = "once in" if self.p_value >= least else "less than once in"
        rate = f"a healthy structure gives such a record {rarely} {_rounded(1 / max(self.p_value, least))}"
        mode = int(np.nanargmax(self.contributions))
        if 2 * np.nan_to_num(self.shape_contributions[mode]) > self.contributions[mode]:
            mac = self.macs[mode]
            likeness = f"MAC {mac:.4f}" if mac < 0.999 else f"1 − MAC {1 - mac:.1g}"
            how = f"in shape ({likeness} with the healthy one)"
        else:
            how = f"by {100 * self.shifts[mode]:+.2f} % in frequency"
        return f"The structure has changed ({rate}); most of all mode {mode + 1}, {how}."

    def _columns(self) -> list[list[str]]:
        """Return the table of modes as columns of text, their titles first."""
        numbers = {
            "f corrected [Hz]": (self.corrected, "{:.4f}"),
            "shift [%]": (100 * self.shifts, "{:+.2f}"),
            "MAC": (self.macs, "{:.4f}"),
            "share of score [%]": (100 * self.contributions, "{:.0f}"),
        }
        columns = [["mode", *map(str, range(1, self.shifts.size + 1))]]
        for title, (values, form) in numbers.items():
            columns.append([title, *(form.format(v) if np.isfinite(v) else "–" for v in values)])
        return columns

    def __str__(self) -> str:
        return f"{self.sentence}\n\n{aligned(self._columns(), [''] * self.shifts.size)}"

    def __repr__(self) -> str:
        return f"Assessment(score {self.score:.2f}, alarm beyond {self.threshold:.2f})\n{self}"

    def _repr_html_(self) -> str:
        title = "Alarm" if self.is_alarm else "Assessment"
        told = [self.sentence, f"score {self.score:.2f}, alarm beyond {self.threshold:.2f}"]
        return card(title, told, self._columns())


def unknown_conditions(
    found: ModeTracks, corrected: ModeTracks, conditions: np.ndarray | None, names: tuple[str, ...] | None
) -> tuple[str, ...]:
    """Return the names of the conditions (1, n_conditions) for want of which a frequency is not corrected."""
    is_lost = np.isfinite(found.frequencies) & ~np.isfinite(corrected.frequencies)
    if conditions is None or not is_lost.any():
        return ()
    missing = np.flatnonzero(~np.isfinite(conditions[0]))
    return tuple(f"condition {i + 1}" if names is None else names[i] for i in missing)


def _modes(chosen: np.ndarray) -> str:
    """Return what the chosen modes are called."""
    numbers = [str(mode + 1) for mode in np.flatnonzero(chosen)]
    return f"mode{'s' if len(numbers) > 1 else ''} {listed(numbers)}"


def _rounded(number: float) -> str:
    """Say a number of records by its first digit, so that no more is claimed than is known."""
    unit = 10 ** (len(str(int(number))) - 1)
    return f"{int(number * (1 + 1e-9)) // unit * unit:,} records"
