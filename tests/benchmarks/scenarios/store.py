"""Results on disk: a line of JSON for each trial, appended when it is done, so that a run can go on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Key", "append", "load"]


class Key(NamedTuple):
    """Which trial a result is of."""

    scenario: str
    snr_db: float
    seed: int
    method: str
    setting: str


def load(path: Path) -> dict[Key, dict[str, Any]]:
    """Return all results in a file; a line that was cut off while it was written is left out."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            continue
        key = Key(*(record[name] for name in Key._fields))
        found[key] = record
    return found


def append(path: Path, key: Key, record: dict[str, Any]) -> None:
    """Add one result, on a line of its own even where the last one was cut off."""
    text = path.read_bytes()[-1:] if path.exists() else b"\n"
    with path.open("a", encoding="utf-8") as file:
        file.write(("" if text in (b"\n", b"") else "\n") + json.dumps(key._asdict() | record) + "\n")
