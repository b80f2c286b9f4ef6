"""How many threads matrix products share: one where the matrices are small.

A product that is shared waits for the last of its threads.  Where another program has taken a core, that is
until the system gives it back, some milliseconds later, which is longer than any small product takes and
happens again in each: measured, 10 to 50 times the time.  On idle cores small products gain nothing from a
second thread, or a tenth.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["one_thread", "threads_for"]

SMALL = 2**27  # multiplications of a matrix with its adjoint: some 20 ms of one core

_limited = threading.Lock()
_found: tuple[int, Any] = (0, None)  # number of modules when libraries were looked for, and the libraries


@contextmanager
def one_thread() -> Iterator[None]:
    """Let no matrix product share threads meanwhile, in the whole process.

    Nests.  Of several threads that want it at a time, one sets the limit, the others make use of it, and when
    that one is done, all is as it was: whoever else has set back a limit could have set back a wrong one.
    """
    if not _limited.acquire(blocking=False):
        yield
        return
    try:
        with _controller().limit(limits=1):
            yield
    finally:
        _limited.release()


@contextmanager
def threads_for(n_rows: int, n_columns: int) -> Iterator[None]:
    """Let work on a matrix of this size share threads only where it is large enough to profit.

    Examples
    --------
    >>> import numpy as np
    >>> signals = np.ones((64, 1000))
    >>> with threads_for(*signals.shape):
    ...     gram = signals @ signals.T
    """
    if n_rows * n_columns * min(n_rows, n_columns) >= SMALL:
        yield
        return
    with one_thread():
        yield


def _controller() -> Any:
    """Return what controls the libraries; looking for them takes milliseconds, and they come with modules."""
    global _found
    if _found[0] != len(sys.modules):
        from threadpoolctl import ThreadpoolController

        _found = len(sys.modules), ThreadpoolController()
    return _found[1]
