"""Each room of one file, one line has an explicit table in its `__init__.py`, and every file is in it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

# Room: the name of its table, and the public files that are no member of it but what members are made of.
ROOMS: dict[str, tuple[str, set[str]]] = {
    "baselines": ("BASELINES", {"base"}),
    "health.indicators": ("INDICATORS", {"base"}),
    "io": ("FORMATS", {"atomic", "base"}),
    "operators": ("OPERATORS", {"base"}),
    "solvers": (
        "SOLVERS",
        {
            "base",
            "descent",
            "growth",
            "joint_descent",
            "joint_search",
            "observed_descent",
            "row_systems",
            "space_search",
        },
    ),
    "plots": ("__all__", {"base"}),
    "report.sections": ("SECTIONS", set()),
}


def entries(room: ModuleType, table: str) -> list[Any]:
    """Return what the table of a room lists: classes, their instances, functions, or the modules' names."""
    listed = getattr(room, table)
    if table == "__all__":
        return [getattr(room, name) for name in listed]
    return list(listed.values() if isinstance(listed, Mapping) else listed)


def home(entry: Any) -> str:
    """Return the name of the module that defines an entry; a string names it, as "module:Name"."""
    if isinstance(entry, str):
        return entry.partition(":")[0]
    return getattr(entry, "__module__", type(entry).__module__)


def unlisted(room: ModuleType, table: str, no_members: Iterable[str]) -> list[str]:
    """Return the public files of a room that define no entry of its table."""
    homes = {home(entry).rpartition(".")[2] for entry in entries(room, table)}
    files = {path.stem for path in Path(str(room.__file__)).parent.glob("[!_]*.py")}
    return sorted(files - homes - set(no_members))


@pytest.mark.parametrize("name", sorted(ROOMS))
def test_every_file_is_in_the_table_of_its_room(name: str) -> None:
    table, no_members = ROOMS[name]
    room = importlib.import_module(f"wavefact.{name}")
    assert hasattr(room, table), f"wavefact/{name}/__init__.py has no table {table}"
    assert len(entries(room, table)) > 1
    assert unlisted(room, table, no_members) == []


def test_a_file_that_is_not_in_the_table_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = tmp_path / "attic"
    room.mkdir()
    for file in ("base", "_line", "string", "beam", "plate", "forgotten"):
        (room / f"{file}.py").write_text("class Thing:\n    pass\n")
    (room / "__init__.py").write_text(
        "from attic.string import Thing as String\n"
        "from attic.beam import Thing as Beam\n"
        "from attic.forgotten import Thing as Forgotten\n"  # imported, and still in no table
        "TABLE = {'String': String, 'Beam': Beam(), 'Plate': 'attic.plate:Thing'}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    try:
        assert unlisted(importlib.import_module("attic"), "TABLE", {"base"}) == ["forgotten"]
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "attic"]:
            del sys.modules[name]
