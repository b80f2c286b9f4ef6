"""Checks of a baseline's settings, when it is constructed."""

from __future__ import annotations

import math

from wavefact.errors import InputError

__all__ = ["check_at_least"]


def check_at_least(least: float, **settings: float | None) -> None:
    """Refuse settings that are not finite or too small; None is automatic.

    Raises
    ------
    InputError
        Which names the setting.
    """
    for name, value in settings.items():
        if value is not None and not (math.isfinite(value) and value >= least):
            raise InputError(
                f"{name} is {value!r}; give a number of at least {least:g}, or None for automatic."
            )
