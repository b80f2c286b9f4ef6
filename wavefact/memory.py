"""How much memory a computation may still take, as far as the system tells."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["free_memory"]

MEMINFO = Path("/proc/meminfo")
GROUPS = Path("/sys/fs/cgroup")  # of a container, or of a job that a scheduler started
_LIMITS = (("memory.max", "memory.current"), ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"))


def free_memory() -> int | None:
    """Return the bytes that can still be had; elsewhere than on Linux all that is built in; None if unknown.

    Examples
    --------
    >>> free = free_memory()
    >>> free is None or free > 0
    True
    """
    known = [
        free for free in (_of_machine(), *map(_of_group, *zip(*_LIMITS, strict=True))) if free is not None
    ]
    return min(known, default=None)


def _of_machine() -> int | None:
    try:
        lines = dict(line.split(":") for line in MEMINFO.read_text().splitlines())
        return sum(1024 * int(lines[name].split()[0]) for name in ("MemAvailable", "SwapFree"))
    except (OSError, KeyError, ValueError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # Windows has no sysconf
        return None


def _of_group(limit: str, used: str) -> int | None:
    """Return what the group of processes may still take; files that the system caches do not count."""
    try:
        most, taken = (int((GROUPS / name).read_text()) for name in (limit, used))
        statistics = (GROUPS / limit).with_name("memory.stat").read_text().splitlines()
    except (OSError, ValueError):  # no group, or "max": no limit
        return None
    cached = dict(line.split() for line in statistics if len(line.split()) == 2)
    return max(most - taken + int(cached.get("inactive_file", 0)), 0)
