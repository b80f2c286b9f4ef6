"""The site's configuration: Markdown pages beside this file, README, docstrings and examples.

    python -m sphinx -W --keep-going -b html .docs build/docs

Nothing is fetched, neither when the site is built nor when it is read: formulas become MathML.
"""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import wavefact  # noqa: E402

project = "wavefact"
author = "the wavefact developers"
copyright = f"2026, {author}"
version = release = wavefact.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
exclude_patterns = ["_*"]
default_role = "autolink"  # `name` in a docstring is a link where there is such a name
nitpicky = True
nitpick_ignore_regex = [("py:obj", ".*"), ("py:class", r".*\._.*|abc\.ABC|enum\.Enum|(typing\.)?Protocol")]

myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3

autosummary_generate = False
autodoc_typehints = "none"  # numpydoc's sections say more: shapes and units
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_theme = "furo"
html_title = f"wavefact {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_math_renderer = "mathml"
pygments_style = "friendly"
pygments_dark_style = "monokai"

ROOMS = {
    "operators": "Wave operators",
    "io": "Files",
    "preparation": "Preparation of raw recordings",
    "filters": "The filter view",
    "denoising": "Denoising",
    "modal": "Modes",
    "spectral": "Frequency domain",
    "frequency_wavenumber": "Frequency–wavenumber maps",
    "local_wavenumber": "Local wavenumbers",
    "geometry": "Geometry",
    "health": "Structural health",
    "health.indicators": "Damage indicators",
    "health.monitor": "Monitoring of a folder",
    "compare": "Comparison of methods",
    "baselines": "Methods to compare with",
    "simulate": "Simulated recordings",
    "solvers": "Solvers",
    "plots": "Pictures",
    "report": "Reports",
}
"""Rooms with a page of their own, and its title; what is in none of them is on the first page."""


def names_of(module: Any) -> dict[str, Any]:
    """Return the classes and functions that a module shows, by name."""
    named = {name: getattr(module, name) for name in module.__all__}
    return {
        name: thing for name, thing in named.items() if inspect.isclass(thing) or inspect.isfunction(thing)
    }


def write_rooms() -> None:
    """Write one page for each room: its own words, a table of its names, and what each of them is."""
    (HERE / "api").mkdir(exist_ok=True)
    front, seen = names_of(wavefact), set()
    for room, title in ROOMS.items():
        if importlib.util.find_spec(f"wavefact.{room}") is None:
            continue
        module = importlib.import_module(f"wavefact.{room}")
        new = {name: thing for name, thing in names_of(module).items() if thing not in seen}
        seen.update(new.values())
        homes = {name: "wavefact" if front.get(name) is new[name] else module.__name__ for name in new}
        write_room(room, title, module, {f"{home}.{name}": new[name] for name, home in homes.items()})
    rest = {f"wavefact.{name}": thing for name, thing in front.items() if thing not in seen}
    write_room("wavefact", "Factorization, recordings, errors", wavefact, rest)


def write_room(room: str, title: str, module: Any, things: dict[str, Any]) -> None:
    """Write the page of a room, where it has changed."""
    lines = [title, "=" * len(title), "", f".. currentmodule:: {module.__name__}", ""]
    lines += [inspect.cleandoc(module.__doc__ or ""), "", ".. currentmodule:: None", ""]
    lines += [".. autosummary::", ""]
    lines += [f"   ~{name}" for name in things]
    for name, thing in things.items():
        head = name.removeprefix("wavefact.")
        kind = (
            ["autoclass", "   :members:", "   :show-inheritance:"]
            if inspect.isclass(thing)
            else ["autofunction"]
        )
        lines += ["", head, "-" * len(head), "", f".. {kind[0]}:: {name}", *kind[1:]]
    page, text = HERE / "api" / f"{room}.rst", "\n".join(lines) + "\n"
    if not page.is_file() or page.read_text(encoding="utf-8") != text:
        page.write_text(text, encoding="utf-8")


def show_bars(*event: Any) -> None:
    """Keep |x| in docstrings what it is; reStructuredText would look for a substitution."""
    lines, is_code = event[-1], False
    for i, line in enumerate(lines):
        is_code = line.lstrip().startswith(">>>") or (is_code and bool(line.strip()))
        if not is_code:
            parts = re.split(r"(``.*?``)", line)
            lines[i] = "".join(part if part.startswith("``") else part.replace("|", r"\|") for part in parts)


def put_together(app: Sphinx, page: str, source: list[str]) -> None:
    """Put a document of the top level into the page that names it, with links as they are from there."""

    def document(marker: re.Match[str]) -> str:
        text = (HERE.parent / marker[1]).read_text(encoding="utf-8")
        text = re.sub(
            r"\]\((README|CONTRIBUTING|CHANGELOG)\.md", lambda link: f"]({PLACES[link[1]]}.md", text
        )
        text = text.replace("](.docs/", "](")
        return re.sub(r"\]\((?=examples/|LICENSE|CITATION|data/)", "](../", text)

    source[0] = re.sub(r"^<!-- (\w+\.md) -->$", document, source[0], flags=re.MULTILINE)


PLACES = {"README": "index", "CONTRIBUTING": "contributing", "CHANGELOG": "changelog"}


def show_formula(translator: Any, node: nodes.math | nodes.math_block) -> None:
    """Write a formula as MathML, which every browser draws without a script."""
    block = isinstance(node, nodes.math_block)
    formula = convert(node.astext().strip(), display="block" if block else "inline")
    translator.body.append(f'<div class="formula">{formula}</div>' if block else formula)
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Add what is ours to Sphinx."""
    app.add_html_math_renderer("mathml", (show_formula, None), (show_formula, None))
    app.connect("autodoc-process-docstring", show_bars)
    app.connect("source-read", put_together)
    write_rooms()
