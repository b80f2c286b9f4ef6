"""The site's configuration: Markdown pages beside this file, README, docstrings and examples.

    python -m sphinx -W --keep-going -b html .docs build/docs

Nothing is fetched, neither when the site is built nor when it is read: formulas become MathML.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
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

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "numpydoc",
]
exclude_patterns = ["_*"]
templates_path = ["_templates"]
nitpicky = True
default_role = "autolink"  # `name` in a docstring is a link where there is such a name
suppress_warnings = ["myst.header"]  # README begins where its page does

myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3

autosummary_generate = True
autodoc_typehints = "none"  # numpydoc's sections say more: shapes and units
autodoc_member_order = "bysource"
numpydoc_class_members_toctree = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
# What tests/test_documentation.py asks of every public name is asked there; here numpydoc parses all of it.

html_theme = "furo"
html_title = f"wavefact {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_math_renderer = "mathml"
pygments_style = "friendly"
pygments_dark_style = "monokai"

ROOMS = (
    ("", "Everything at hand"),
    ("operators", "Wave operators"),
    ("io", "Files"),
    ("preparation", "Preparation of raw recordings"),
    ("filters", "The filter view"),
    ("denoising", "Denoising"),
    ("modal", "Modes"),
    ("spectral", "Frequency domain"),
    ("frequency_wavenumber", "Frequency–wavenumber maps"),
    ("local_wavenumber", "Local wavenumbers"),
    ("geometry", "Geometry"),
    ("health", "Structural health"),
    ("health.indicators", "Damage indicators"),
    ("health.monitor", "Monitoring of a folder"),
    ("compare", "Comparison of methods"),
    ("baselines", "Methods to compare with"),
    ("simulate", "Simulated recordings"),
    ("solvers", "Solvers"),
    ("plots", "Pictures"),
    ("report", "Reports"),
)


def public_names(module: Any) -> list[str]:
    """Return the names that a room shows and that have documentation of their own."""
    named = [getattr(module, name) for name in module.__all__]
    pairs = zip(module.__all__, named, strict=True)
    return [name for name, thing in pairs if inspect.isclass(thing) or inspect.isfunction(thing)]


def write_rooms() -> None:
    """Write one page for each room: its own words, and a table of its names."""
    folder = HERE / "api"
    folder.mkdir(exist_ok=True)
    there = {"", *(m.name for m in pkgutil.walk_packages(wavefact.__path__))}
    for room, title in ROOMS:
        if room.partition(".")[0] not in there:
            continue
        module = importlib.import_module(f"wavefact.{room}".rstrip("."))
        lines = [title, "=" * len(title), "", f".. currentmodule:: {module.__name__}", ""]
        lines += [inspect.cleandoc(module.__doc__ or ""), "", ".. autosummary::", "   :toctree: names", ""]
        lines += [f"   {name}" for name in public_names(module)]
        page, text = folder / f"{room or 'wavefact'}.rst", "\n".join(lines) + "\n"
        if not page.is_file() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")


def show_formula(translator: Any, node: nodes.math | nodes.math_block) -> None:
    """Write a formula as MathML, which every browser draws without a script."""
    block = isinstance(node, nodes.math_block)
    formula = convert(node.astext().strip(), display="block" if block else "inline")
    translator.body.append(f'<div class="formula">{formula}</div>' if block else formula)
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Add what is ours to Sphinx."""
    app.add_html_math_renderer("mathml", (show_formula, None), (show_formula, None))
    write_rooms()
