"""What is released holds what it needs, and says one version everywhere."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from pathlib import Path

import wavefact


def test_all_data_of_the_package_is_released(root: Path) -> None:
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["wavefact"]
    package = root / "wavefact"
    files = [path for path in package.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}]
    names = [path.relative_to(package).as_posix() for path in files]
    assert "py.typed" in names
    assert [name for name in names if not any(fnmatch.fnmatch(name, one) for one in patterns)] == []


def test_there_is_one_version(root: Path) -> None:
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" in settings["project"]["dynamic"]
    assert settings["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "wavefact.__version__"}
    citation = (root / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {wavefact.__version__}\n" in citation
    assert f"\n## [{wavefact.__version__}]" in (root / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_citation_names_the_paper(root: Path) -> None:
    citation = (root / "CITATION.cff").read_text(encoding="utf-8")
    assert "doi: 10.1109/TSP.2023.3348948" in citation
    assert citation.startswith("cff-version: 1.2.0\n")


def test_lowest_versions_are_held_by_a_job(root: Path) -> None:
    workflow = (root / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    scripts = re.search(r"script: \[(.*)\]", workflow)
    assert scripts is not None
    for name in scripts[1].split(", "):
        assert (root / ".ci" / name).is_file()
