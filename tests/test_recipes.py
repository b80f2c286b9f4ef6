"""The recipes of CONTRIBUTING.md make members that the laws accept, in fewer than sixty lines."""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from test_documentation import faults, member_faults, members
from test_public_api import run_examples

import wavefact.health.indicators
import wavefact.operators

RECIPES = {"Foundation": wavefact.operators, "StiffnessLoss": wavefact.health.indicators}


@pytest.fixture(params=RECIPES)
def followed(request: pytest.FixtureRequest, root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the module of a recipe, its class in its room as if it were listed there."""
    text = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    codes = [textwrap.dedent(code) for code in re.findall(r"^ *```python\n(.*?)^ *```$", text, re.M | re.S)]
    (code,) = [code for code in codes if f"class {request.param}(" in code]
    room = RECIPES[request.param]
    module = ModuleType(f"{room.__name__}.recipe")
    monkeypatch.setitem(sys.modules, module.__name__, module)  # where dataclasses look
    exec(compile(code, "CONTRIBUTING.md", "exec"), module.__dict__)
    monkeypatch.setattr(room, request.param, getattr(module, request.param), raising=False)
    module.code = code  # type: ignore[attr-defined]
    return module


def test_a_recipe_is_short_and_documented(followed: ModuleType) -> None:
    (name,) = followed.__all__
    thing = getattr(followed, name)
    assert len(followed.code.splitlines()) < 60
    assert [fault for fault in faults(thing) if "raises" not in fault] == []
    assert {member: said for member, value in members(thing) if (said := member_faults(value))} == {}
    results, report = run_examples(followed)
    assert (results.failed, results.attempted > 0) == (0, True), report


@pytest.mark.parametrize("followed", ["Foundation"], indirect=True)
def test_the_operator_of_the_recipe_is_one(followed: ModuleType) -> None:
    operator = followed.Foundation(7, 0.3)
    rebuilt = operator.basis @ np.diag(operator.eigenvalues) @ operator.basis.T
    np.testing.assert_allclose(rebuilt, operator.matrix(), atol=1e-12)
    assert operator.eigenvalues.min() == pytest.approx(0.3)
