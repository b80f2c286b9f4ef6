"""How much memory a piece of work takes at its peak."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import math
from pathlib import Path

__all__ = ["PeakMemory"]

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class PeakMemory:
    """Measure from construction on; only Linux tells, elsewhere everything is NaN.

    Notes
    -----
    ``VmHWM`` is the high-water mark of what this process has resident, and writing 5 to ``clear_refs`` sets
    it back (Linux, Documentation/filesystems/proc.rst). ``ru_maxrss`` will not do: it begins with the size
    of the process that started this one.
    """

    def __init__(self) -> None:
        gc.collect()
        with contextlib.suppress(AttributeError, OSError, TypeError):
            ctypes.CDLL(None).malloc_trim(0)  # of glibc: memory freed earlier must not serve unseen
        try:
            RESET.write_text("5")
        except OSError:
            self._before = math.nan
        else:
            self._before = _high_water_mark()

    def beyond(self) -> float:
        """Return the peak beyond what was resident at the start [bytes]."""
        return max(_high_water_mark() - self._before, 0.0) if self._before == self._before else math.nan


def _high_water_mark() -> float:
    for line in STATUS.read_text().splitlines():
        if line.startswith("VmHWM:"):
            return 1024.0 * int(line.split()[1])
    return math.nan
