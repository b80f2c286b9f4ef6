"""Third-party packages of the baselines: imported where they are used, and kept quiet."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np

from wavefact.errors import MissingPackageError

__all__ = ["imported", "quiet"]


def imported(module: str, distribution: str) -> Any:
    """Return a module of an optional distribution; call it within `quiet`.

    Raises
    ------
    MissingPackageError
        If it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingPackageError(
            f"This baseline needs {distribution}; it is not installed. Run: pip install 'wavefact[compare]'."
        ) from error


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Let a package be imported and called without its warnings, log, prints and progress bars.

    Some change numpy's error state or the warning filters for good when they are imported; here that ends
    with the block.
    """
    threshold = logging.root.manager.disable
    with contextlib.ExitStack() as stack:
        stack.enter_context(np.errstate(all="ignore"))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        stack.callback(logging.disable, threshold)
        logging.disable(logging.CRITICAL)
        yield
