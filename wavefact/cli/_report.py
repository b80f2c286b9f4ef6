"""How results are printed: tables for people, JSON for machines."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import click
import numpy as np

from wavefact._tables import aligned
from wavefact.factorization import Factorization
from wavefact.modal import ModalModel
from wavefact.solution import Status

__all__ = ["certificate_sentence", "echo_json", "echo_table", "mode_records", "mode_table"]


def plain(value: Any) -> Any:
    """Return what JSON can hold: NaN and infinity become null, arrays lists."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def echo_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object."""
    click.echo(json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False))


def echo_table(rows: Mapping[str, Any]) -> None:
    """Print names and values in two columns; what is None or empty is left out."""
    shown = {name: value for name, value in rows.items() if value is not None and value != ""}
    width = max(map(len, shown), default=0)
    for name, value in shown.items():
        click.echo(f"{name:<{width}}  {f'{value:.6g}' if isinstance(value, float) else value}")


def certificate_sentence(fit: Factorization) -> str:
    """Say in plain words what is proven of a factorization."""
    gap = fit.certificate.gap
    if fit.status is Status.CERTIFIED:
        return (
            "Certified: no other components, however many and of whatever wavenumbers, "
            f"lower the objective by more than {max(gap, 0.0):.1e} of it."
        )
    return (
        "Not certified: other components may lower the objective by up to "
        f"{max(gap, 0.0):.1e} of it ({fit.status.name})."
    )


def mode_records(model: ModalModel, truth: ModalModel | None = None) -> list[dict[str, Any]]:
    """Return what is known of each mode, with the mode of `truth` that it is."""
    records: list[dict[str, Any]] = [
        {
            "frequency": model.frequencies[mode],
            "frequency_error": model.frequency_errors[mode],
            "damping_ratio": model.damping_ratios[mode],
            "damping_error": model.damping_errors[mode],
            "wavenumber": model.wavenumbers[mode],
            "fit_quality": model.fit_quality[mode],
            "energy_share": model.contributions[mode],
            "phase_collinearity": collinearity,
            "note": note,
        }
        for mode, (collinearity, note) in enumerate(zip(model.phase_collinearity, model.notes, strict=True))
    ]
    if truth is None:
        return records
    likeness = model.mac(truth) if model.n_modes and truth.n_modes else np.zeros((0, 0))
    partners = dict(zip(*(indices.tolist() for indices in model.match(truth)), strict=True))
    for mode, record in enumerate(records):
        partner = partners.get(mode)
        record["reference_frequency"] = None if partner is None else truth.frequencies[partner]
        record["reference_damping_ratio"] = None if partner is None else truth.damping_ratios[partner]
        record["mac"] = None if partner is None else likeness[mode, partner]
    return records


_COLUMNS: tuple[
    tuple[str, str, float, str], ...
] = (  # without a form: as many decimals as errors make sense of
    ("frequency [Hz]", "frequency", 1.0, ""),
    ("± s", "frequency_error", 1.0, ""),
    ("true [Hz]", "reference_frequency", 1.0, ""),
    ("damping [%]", "damping_ratio", 100.0, ""),
    ("± s", "damping_error", 100.0, ""),
    ("true [%]", "reference_damping_ratio", 100.0, ""),
    ("wavenumber [rad/m]", "wavenumber", 1.0, ".4g"),
    ("MPC", "phase_collinearity", 1.0, ".3f"),
    ("MAC", "mac", 1.0, ".4f"),
    ("quality", "fit_quality", 1.0, ".3f"),
    ("energy [%]", "energy_share", 100.0, ".2f"),
)


_USUAL_ERROR, _MOST_DECIMALS = 1e-3, 6  # of a value whose error is not known; so that a table stays readable


def mode_table(records: Sequence[Mapping[str, Any]], length_unit: str = "m") -> str:
    """Return the records of modes as a table; one line for each."""
    if not records:
        return "No modes were found."
    columns = [["mode", *(str(number) for number in range(1, len(records) + 1))]]
    for title, key, factor, form in _COLUMNS:
        values = [_number(record.get(key), factor) for record in records]
        if any(map(math.isfinite, values)):
            title = title.replace("/m]", f"/{length_unit}]")
            form = form or _decimals(records, "damping" if "damping" in key else "frequency", factor)
            columns.append([title, *(_cell(value, form) for value in values)])
    return aligned(columns, [str(record["note"]) for record in records])


def _decimals(records: Sequence[Mapping[str, Any]], kind: str, factor: float) -> str:
    """Return the fixed form in which the smallest error of a kind has two digits."""
    value = "frequency" if kind == "frequency" else "damping_ratio"
    for key, share in ((f"{kind}_error", 1.0), (value, _USUAL_ERROR)):
        known = [
            share * number
            for record in records
            if 0 < (number := _number(record.get(key), factor)) < math.inf
        ]
        if known:
            return f".{min(max(1 - math.floor(math.log10(min(known))), 0), _MOST_DECIMALS)}f"
    return ".3f"


def _number(value: float | None, factor: float) -> float:
    return math.nan if value is None else factor * float(value)


def _cell(value: float, form: str) -> str:
    return format(value, form) if math.isfinite(value) else "–"
