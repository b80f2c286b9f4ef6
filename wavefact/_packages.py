"""Optional packages: imported where they are used, with an error that says how to get them."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from wavefact.errors import MissingPackageError

__all__ = ["optional", "warnings_logged"]

logger = logging.getLogger("wavefact")


def optional(module: str, extra: str, purpose: str) -> Any:
    """Return a module of an optional package.

    Raises
    ------
    MissingPackageError
        If it is not installed; `purpose`, such as "SAC files", is what it is needed for.
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise MissingPackageError(
            f"The package {package} is needed for {purpose} and cannot be imported ({error}). "
            f"Run: pip install 'wavefact[{extra}]'."
        ) from error


@contextmanager
def warnings_logged(path: Path | str) -> Iterator[None]:
    """Log the first of the warnings that packages give about a file, and how many there were."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    if caught:
        first = " ".join(str(caught[0].message).split())[:200]
        logger.warning("%s: %s%s", path, first, f" (and {len(caught) - 1} more)" if len(caught) > 1 else "")
