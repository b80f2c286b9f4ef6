"""Every picture draws where it is told, so that pictures can be composed."""

from __future__ import annotations

import doctest
import inspect

import numpy as np
import pytest
from matplotlib import pyplot as plt

import wavefact as wf
from wavefact import plots

WRITTEN = {"animate", "save"}
"""What writes files, and so draws into no Axes."""

WHOLE_PAGES = {"summary"}
DRAWN = sorted(set(plots.__all__) - WRITTEN - WHOLE_PAGES)


def fault(draw):
    """Return what keeps a picture from being composed with others; empty where nothing does."""
    signature = inspect.signature(draw)
    taken = [name for name in ("ax", "axes") if name in signature.parameters]
    expected = {"ax": "Axes", "axes": "np.ndarray"}
    if len(taken) != 1:
        return f"takes {taken or 'no axes'}"
    if signature.parameters[taken[0]].default is not None:
        return f"{taken[0]} has a default"
    if signature.return_annotation != expected[taken[0]]:
        return f"takes {taken[0]} and returns {signature.return_annotation}"
    return ""


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_takes_axes_and_returns_them(name):
    assert fault(getattr(plots, name)) == ""


def test_the_search_for_faults_bites():
    def no_axes(fit) -> Axes: ...  # noqa: F821
    def returns_nothing(fit, ax=None) -> None: ...

    assert fault(no_axes) == "takes no axes"
    assert "returns None" in fault(returns_nothing)


@pytest.mark.parametrize("name", DRAWN)
def test_the_example_of_a_picture_draws_into_a_figure_of_its_own_and_opens_no_window(name):
    draw = getattr(plots, name)
    assert "Figure()" in draw.__doc__
    plt.close("all")
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    names = dict(inspect.unwrap(draw).__globals__) | {"np": np, "wf": wf}
    report = []
    for test in doctest.DocTestFinder(recurse=False).find(draw, name, globs=names):
        runner.run(test, out=report.append)
    assert runner.tries > 0
    assert runner.failures == 0, "".join(report)
    assert plt.get_fignums() == []
