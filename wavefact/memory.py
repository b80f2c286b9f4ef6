"""How much memory a computation may still take, as far as the system tells."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["free_memory"]

MEMINFO = Path("/proc/meminfo")


def free_memory() -> int | None:
    """Return the bytes that can still be had; elsewhere than on Linux all that is built in; None if unknown.

    Examples
    --------
    >>> free = free_memory()
    >>> free is None or free > 0
    True
    """
    try:
        lines = dict(line.split(":") for line in MEMINFO.read_text().splitlines())
        return sum(1024 * int(lines[name].split()[0]) for name in ("MemAvailable", "SwapFree"))
    except (OSError, KeyError, ValueError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # Windows has no sysconf
        return None
