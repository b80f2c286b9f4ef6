"""What a recording says of itself, in a line and in a notebook."""

from __future__ import annotations

from typing import Any

from wavefact._tables import card


def text_of(recording: Any) -> str:
    """Return the recording in a line."""
    parts = [f"{recording.n_sensors} sensors × {recording.n_samples} samples", *_facts(recording)]
    return f"Recording({', '.join(filter(None, parts))})"


def card_of(recording: Any) -> str:
    """Return the recording as HTML, its sensors in a table."""
    title = f"Recording: {recording.n_sensors} sensors × {recording.n_samples} samples"
    told = [*_facts(recording), str(recording.metadata.get("start_time", ""))]
    numbers = [str(sensor) for sensor in range(recording.n_sensors)]
    columns = [["name", *recording.names]] if recording.names is not None else []
    if recording.positions is not None:
        places = recording.positions.reshape(recording.n_sensors, -1).T
        titles = ["x [m]", "y [m]", "z [m]"] if len(places) > 1 else ["position [m]"]
        pairs = zip(titles, places, strict=False)
        columns += [[title, *(f"{value:g}" for value in place)] for title, place in pairs]
    return card(title, told, [["sensor", *numbers], *columns] if columns else [])


def _facts(recording: Any) -> list[str]:
    """Return what there is to tell beside the size, in short; empty texts where nothing is known."""
    unit, positions = recording.unit, recording.positions
    return [
        str(recording.signals.dtype),
        ""
        if recording.sampling_rate is None
        else f"{recording.sampling_rate:g} Hz, {recording.duration:g} s",
        f"{recording.quantity or 'signals'} [{unit}]" if unit else recording.quantity,
        "" if positions is None else f"{1 if positions.ndim == 1 else positions.shape[1]}-D positions",
        "" if recording.names is None else "named",
        "lazy" if recording.is_lazy else "",
    ]
