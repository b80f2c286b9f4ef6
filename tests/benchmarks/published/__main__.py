"""Print measured recordings beside what is published of them.

python -m tests.benchmarks.published [--only NAMES] [--json FILE] [--data DIR]

All methods run with automatic settings, in one process, on recordings that are prepared the same way; nothing
is tuned on the published values.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from . import modal, waves
from .recordings import DATA, MissingRecordingError
from .table import markdown, pivoted

TABLES: dict[str, tuple[str, str, Callable[[Path], Iterable[dict[str, Any]]]]] = {
    "frame": ("Steel frame in moving air, 8 published modes", "modes", modal.frame_rows),
    "beam": ("Beam under a hammer, 4 published modes, 2 of them by camera", "modes", modal.beam_rows),
    "held-out": ("Beam: error of predicting hidden points", "held out", modal.held_out_rows),
    "waves": ("Øysand: phase speeds at 30 published wavelengths", "waves", waves.rows),
}
"""Each table: title, kind and rows."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.published", description=__doc__)
    parser.add_argument("--only", default=",".join(TABLES), help="names of tables between commas")
    parser.add_argument("--json", type=Path, help="file to write all rows to")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of recordings")
    options = parser.parse_args()
    chosen = options.only.split(",")
    unknown = [name for name in chosen if name not in TABLES]
    if unknown:
        parser.error(f"there is no table {', '.join(unknown)}; expected some of {', '.join(TABLES)}.")
    modal.load_packages()
    try:
        found = {name: _printed(name, options.data) for name in chosen}
    except MissingRecordingError as error:
        sys.exit(f"{parser.prog}: {error}")
    if options.json is not None:
        options.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _printed(name: str, data: Path) -> list[dict[str, Any]]:
    title, kind, rows = TABLES[name]
    found = list(rows(data))
    print(f"## {title}\n\n{markdown(kind, pivoted(found) if kind == 'held out' else found)}\n", flush=True)
    return found


if __name__ == "__main__":
    main()
