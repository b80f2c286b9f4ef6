"""`wavefact info`: what is in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from wavefact.cli._files import BASELINE, MODEL, modes_in, result_kind
from wavefact.cli._inspection import inspected, sparklines
from wavefact.cli._options import FORMATS_HELP, PATH, json_option, layout_options, rate_option, verbose_option
from wavefact.cli._report import echo_json, echo_table
from wavefact.errors import InputError, UnknownFormatError
from wavefact.factorization import Factorization
from wavefact.io import scan
from wavefact.modal import ModalModel

__all__ = ["info"]

_UNITS = {"sampling_rate": "Hz", "duration": "s", "frequencies": "Hz"}
_OF_SIGNALS = ("noise", "regularization")  # in the unit of what was measured


@click.command(short_help="Say what is in a recording or a result file.", epilog=FORMATS_HELP)
@click.argument("file", type=PATH)
@rate_option
@layout_options
@json_option
@verbose_option
def info(file: Path, as_json: bool, sampling_rate: float | None, **layout: Any) -> None:
    """Say what is in FILE: a recording, a factorization, modes or a baseline.

    Recordings of up to a million numbers are searched for gaps and faulty channels; of longer ones the
    spectrum is taken from windows all along them, where the format lets them be read without all the rest.
    """
    kind = result_kind(file)
    if kind is not None and sampling_rate is not None:
        raise InputError(f"{file} is a result ({kind}); --sampling-rate is for recordings.")
    content = _measured(file, sampling_rate, layout) if kind is None else _result(file, kind)
    (echo_json if as_json else _echo)(content)


def _echo(content: dict[str, Any]) -> None:
    units = _units(content)
    shown = {name.replace("_", " "): _with_unit(value, units.get(name)) for name, value in content.items()}
    if content["kind"] == "recording" and content["sampling_rate"] is None:
        shown["sampling rate"] = "unknown: give --sampling-rate"
    spectrum, names = shown.pop("spectrum", None), content.get("names")
    if spectrum is not None:
        end = (
            "half the sampling rate"
            if content["sampling_rate"] is None
            else f"{content['sampling_rate'] / 2:.4g} Hz"
        )
        shown |= {
            "spectrum": f"0 to {end}; full bars are the peak, empty ones 60 dB below or less",
            **sparklines(spectrum, names),
        }
    echo_table(shown)


def _units(content: dict[str, Any]) -> dict[str, str]:
    """Return the unit of each entry that has one."""
    lengths = {"wavenumbers": f"rad/{content['length_unit']}"} if "length_unit" in content else {}
    return _UNITS | lengths | dict.fromkeys(_OF_SIGNALS, content.get("unit", ""))


def _with_unit(value: Any, unit: str | None) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and unit is not None:
        digits = 10 if unit in _UNITS.values() else 6  # a rate is exact, what was estimated is not
        return f"{value:.{digits}g} {unit}".strip()
    if isinstance(value, list):
        return f"{_shortened(value)} {unit if value and unit else ''}".strip()
    return value


def _shortened(values: list[Any]) -> str:
    words = [_word(value) for value in values] or ["none found"]
    return ", ".join(words if len(words) <= 8 else [*words[:5], "…", words[-1]])


def _word(value: Any) -> str:
    if isinstance(value, dict) and "fault" in value:
        blow = ", or a hammer's force (modes --force)" if value["fault"] == "spikes" else ""
        return f"{value['fault']} sensor {value['sensor']}{blow}"
    if isinstance(value, dict):
        return f"{value['samples']} samples of sensor {value['sensor']} from {value['first']}"
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def _measured(file: Path, sampling_rate: float | None, layout: dict[str, Any]) -> dict[str, Any]:
    """Describe a recording, or the modes in a universal file that holds no recording."""
    try:
        return _recording(file, sampling_rate, layout)
    except UnknownFormatError:
        model = modes_in(file) if sampling_rate is None else None
        if model is None:
            raise
        return {"file": str(file), "kind": "modes", **_model(model)}


def _recording(file: Path, sampling_rate: float | None, layout: dict[str, Any]) -> dict[str, Any]:
    layout = layout if sampling_rate is None else layout | {"sampling_rate": sampling_rate}
    found = scan(file, **layout)
    return {
        "file": str(file),
        "kind": "recording",
        "format": found.format,
        "sensors": found.n_sensors,
        "samples": found.n_samples,
        "sampling_rate": found.sampling_rate,
        "duration": found.duration,
        "start_time": found.start_time or None,
        "quantity": found.quantity,
        "unit": found.unit,
        "part": found.part or None,
        "type": found.dtype,
        "positions": found.has_positions,
        "names": None if found.names is None else list(found.names),
        **inspected(file, found, layout),
    }


def _result(file: Path, kind: str) -> dict[str, Any]:
    if kind == MODEL and (model := modes_in(file)) is not None:
        return {"file": str(file), "kind": "modes", **_model(model)}
    if kind == BASELINE:
        return {"file": str(file), "kind": "baseline", **_baseline(file)}
    return {"file": str(file), "kind": "factorization", **_factorization(Factorization.load(file))}


def _baseline(file: Path) -> dict[str, Any]:
    from wavefact.health import Baseline

    baseline = Baseline.load(file)
    return {
        "modes": baseline.tracks.n_modes,
        "records": baseline.tracks.n_records,
        "frequencies": baseline.tracks.reference_frequencies.tolist(),
        "conditions": None if baseline.condition_names is None else list(baseline.condition_names),
        "false_alarm_rate": baseline.false_alarm_rate,
    }


def _factorization(fit: Factorization) -> dict[str, Any]:
    return {
        "components": fit.n_components,
        "wavenumbers": fit.wavenumbers.tolist(),
        "length_unit": fit.length_unit,
        "points": len(fit.spatial_factors),
        "samples": len(fit.time_courses),
        "status": fit.status.name,
        "gap": fit.certificate.gap,
        "polar": fit.certificate.polar,
        "operator": f"{type(fit.operator).__name__}: {fit.operator.description()}",
        "wave_weight": fit.wave_weight,
        "regularization": fit.regularization,
        "noise": fit.noise,
        "sampling_rate": fit.sampling_rate,
        "quantity": fit.quantity,
        "unit": fit.unit,
    }


def _model(model: ModalModel) -> dict[str, Any]:
    return {
        "modes": model.n_modes,
        "points": model.n_points,
        "frequencies": model.frequencies.tolist(),
        "damping_ratios": model.damping_ratios.tolist(),
        "quantity": model.quantity,
        "unit": model.unit,
    }
