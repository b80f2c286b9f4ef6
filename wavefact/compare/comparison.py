"""What a comparison found: a row for each method and setting, as a table, as JSON, and by score."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wavefact._tables import aligned, card, frame
from wavefact.compare.scores import Scores
from wavefact.errors import InputError
from wavefact.modal import ModalModel

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["Comparison", "Row", "column_title"]

HIGHER_IS_BETTER = {"snr_gain", "mac"}
COLUMNS: dict[str, tuple[str, float, str]] = {
    "relative_error": ("error", 1, ".3f"),
    "snr_gain": ("gain [dB]", 1, ".1f"),
    "held_out_error": ("held out", 1, ".3f"),
    "mac": ("MAC", 1, ".3f"),
    "missed": ("missed", 1, ".0f"),
    "false": ("false", 1, ".0f"),
    "frequency_error": ("f err [%]", 100, ".3f"),
    "damping_error": ("ζ err [%]", 100, ".1f"),
    "wavenumber_error": ("k err [%]", 100, ".2f"),
}
"""Of the table: title, factor and format of each score; columns without a number are left out."""

MEASURED: dict[str, tuple[str, float, str]] = {
    "n_modes": ("modes", 1, ".0f"),
    "seconds": ("time [s]", 1, ".2f"),
    "peak_memory": ("MB", 1e-6, ".0f"),
}
"""The same of what is measured in any case."""


@dataclass(frozen=True)
class Row:
    """Hold what one method did.

    Attributes
    ----------
    method : str
        Its name in `METHODS`.
    setting : str
        "automatic", or "oracle": tuned on the truth.
    chosen : str
        The settings that the oracle chose, and whether it had time for all; empty for an automatic one.
    scores : Scores
    seconds : float
        Of one answer, packages imported, or of all the oracle's; NaN where there is none.
    peak_memory : float
        Beyond what was resident before [bytes]; NaN where it cannot be told.
    n_modes : int or None
        How many modes the method named; None if it names none.
    failure : str
        Why there is no answer; empty where there is one.
    model : ModalModel or None

    Examples
    --------
    >>> from wavefact.compare import Row
    >>> Row("svd", "automatic").method
    'svd'
    """

    method: str
    setting: str = "automatic"
    chosen: str = ""
    scores: Scores = field(default_factory=Scores)
    seconds: float = math.nan
    peak_memory: float = math.nan
    n_modes: int | None = None
    failure: str = ""
    model: ModalModel | None = field(default=None, repr=False, compare=False)

    def record(self) -> dict[str, Any]:
        """Return what JSON can hold; NaN and infinity as None.

        Returns
        -------
        dict
        """
        fields = dataclasses.asdict(dataclasses.replace(self, model=None))
        fields.pop("model")
        fields |= fields.pop("scores")
        return {key: value if _is_told(value) else None for key, value in fields.items()}


@dataclass(frozen=True, repr=False)
class Comparison:
    """Hold methods side by side.

    Attributes
    ----------
    rows : tuple of Row
        In the order of the methods; an oracle after the automatic setting.

    Examples
    --------
    >>> rows = (Row("wavefact", scores=Scores(mac=0.99)), Row("svd", scores=Scores(mac=0.81)))
    >>> Comparison(rows).best("mac").method
    'wavefact'
    """

    rows: tuple[Row, ...]

    def best(self, score: str, setting: str | None = None) -> Row | None:
        """Return the row of the best value of a score of `Scores`; None where nobody has one.

        Parameters
        ----------
        score : str
        setting : str, optional
            "automatic" or "oracle", to look among those only.

        Returns
        -------
        Row or None

        Raises
        ------
        InputError
            If there is no such score.
        """
        known = [field.name for field in dataclasses.fields(Scores)]
        if score not in known:
            raise InputError(f"There is no score {score!r}; expected one of {', '.join(known)}.")
        rows = [row for row in self.rows if setting in (None, row.setting)]
        told = [row for row in rows if not math.isnan(_value(row, score))]
        return min(told, key=lambda row: _lower_is_better(row, score), default=None)

    def winners(self, setting: str = "automatic") -> dict[str, tuple[str, ...]]:
        """Return for each score, and ``seconds``, the methods that are best to the digits of the table.

        What is not told of two methods at least has no winner.

        Parameters
        ----------
        setting : str
            Of the rows: ``"automatic"`` or ``"oracle"``.

        Returns
        -------
        dict of str to tuple of str
            Methods by score.
        """
        rows = [row for row in self.rows if row.setting == setting]
        won = {}
        for name in (*COLUMNS, "seconds"):
            told = [row for row in rows if not math.isnan(_value(row, name))]
            if len(told) > 1:
                best = _cell(min(told, key=lambda row: _lower_is_better(row, name)), name)
                won[name] = tuple(row.method for row in told if _cell(row, name) == best)
        return won

    def records(self) -> list[dict[str, Any]]:
        """Return one dictionary a row, of what JSON can hold.

        Returns
        -------
        list of dict
        """
        return [row.record() for row in self.rows]

    def to_pandas(self) -> DataFrame:
        """Return a pandas table of one row a method and setting, with what is known of any of them.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        MissingPackageError
            If pandas is not installed.
        """
        records = self.records()
        columns = {name: [record[name] for record in records] for name in records[0]} if records else {}
        methods = columns.pop("method", [])
        told = {
            name: column for name, column in columns.items() if any(value is not None for value in column)
        }
        return frame(told, methods, "method")

    @classmethod
    def of_records(cls, records: Sequence[Mapping[str, Any]]) -> Comparison:
        """Return the comparison of which `records` told; models are not in it.

        Raises
        ------
        InputError
            If a record is none of a row.

        Examples
        --------
        >>> rows = (Row("wavefact", scores=Scores(mac=0.99)), Row("svd", failure="out of memory"))
        >>> again = Comparison.of_records(Comparison(rows).records())
        >>> again.rows[0].scores.mac, again.rows[1].failure
        (0.99, 'out of memory')
        """
        try:
            return cls(tuple(_row_of(dict(record)) for record in records))
        except (TypeError, ValueError) as error:
            raise InputError(
                f"These are no rows of a comparison ({error}); give what `Comparison.records` returned, or "
                "`wavefact compare -o` wrote."
            ) from error

    def _columns(self) -> list[list[str]]:
        """Return the table as columns of text, their titles first."""
        shown = [name for name in COLUMNS if any(not math.isnan(_value(row, name)) for row in self.rows)]
        columns = [
            ["method", *(row.method for row in self.rows)],
            ["setting", *(row.setting for row in self.rows)],
        ]
        for name in (*shown, *MEASURED):
            columns.append([column_title(name), *(_cell(row, name) for row in self.rows)])
        return columns

    def __str__(self) -> str:
        (title, *methods), *others = self._columns()
        width = max(map(len, methods), default=0)
        first = [title, *(method.ljust(width) for method in methods)]
        return aligned([first, *others], [row.failure for row in self.rows])

    def _repr_html_(self) -> str:
        return card(
            f"Comparison: {len(self.rows)} rows", [], self._columns(), [row.failure for row in self.rows]
        )

    def __repr__(self) -> str:
        return f"Comparison({len(self.rows)} rows)\n{self}"


def _row_of(record: dict[str, Any]) -> Row:
    told = {key: value for key, value in record.items() if value is not None}
    numbers = [*COLUMNS, "seconds", "peak_memory"]
    told |= {key: float(told[key]) for key in numbers if key in told}
    scores = {field.name: told.pop(field.name) for field in dataclasses.fields(Scores) if field.name in told}
    return Row(scores=Scores(**scores), **told)


def column_title(name: str) -> str:
    """Return what a table calls a score, or ``n_modes``, ``seconds``, ``peak_memory``."""
    return (COLUMNS | MEASURED)[name][0]


def _value(row: Row, name: str) -> float:
    value = getattr(row if name in MEASURED else row.scores, name)
    return math.nan if value is None else float(value)


def _lower_is_better(row: Row, name: str) -> float:
    return -_value(row, name) if name in HIGHER_IS_BETTER else _value(row, name)


def _cell(row: Row, name: str) -> str:
    _, factor, form = (COLUMNS | MEASURED)[name]
    value = _value(row, name)
    return "–" if math.isnan(value) else format(factor * value, form)


def _is_told(value: Any) -> bool:
    return not isinstance(value, float) or math.isfinite(value)
