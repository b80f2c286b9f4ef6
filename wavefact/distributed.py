"""Work on the blocks of a dask array where they are: on threads, processes or the machines of a cluster.

Whatever scheduler is active is used; a `distributed.Client` makes itself active.  Workers that die are
survived as far as the scheduler does, since each block's work can be repeated.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from types import ModuleType
from typing import Any

import numpy as np

from wavefact._arrays import Array
from wavefact.errors import CorruptFileError, MissingPackageError, WavefactError

__all__ = ["folded_on_workers", "mapped_on_workers"]

BRANCHES = 8  # of the tree of sums
SPREAD = 8  # times larger or smaller than asked for, blocks are left as they are: moving them costs more
BATCH = 16  # blocks whose results are fetched together

Work = Callable[[Array, int], Any]


def mapped_on_workers(work: Work, signals: Array, block_bytes: int) -> Iterator[tuple[int, Any]]:
    """Yield each block's first sample and ``work(block, first sample)``, in order.

    Results are fetched a batch at a time; workers are at the next batch while one is made use of.
    """
    starts, tasks = _tasks(work, signals, block_bytes)
    batches = [slice(i, i + BATCH) for i in range(0, len(tasks), BATCH)]
    with ThreadPoolExecutor(1) as pool:
        coming = deque[tuple[slice, Future]]()
        for batch in batches:
            compute = copy_context().run  # a client may be active in this context only
            coming.append((batch, pool.submit(compute, _computed, *tasks[batch])))
            if len(coming) > 1:
                done, results = coming.popleft()
                yield from zip(starts[done], results.result(), strict=True)
        for done, results in coming:
            yield from zip(starts[done], results.result(), strict=True)


def folded_on_workers(work: Work, merge: Callable[[list[Any]], Any], signals: Array, block_bytes: int) -> Any:
    """Return what `merge` makes of ``work(block, first sample)`` of all blocks, in order, as a tree."""
    dask = _dask()
    _, parts = _tasks(work, signals, block_bytes)
    while len(parts) > 1:
        groups = [parts[i : i + BRANCHES] for i in range(0, len(parts), BRANCHES)]
        parts = [dask.delayed(merge)(group) for group in groups]
    return _computed(parts[0])[0]


def _computed(*tasks: Any) -> Any:
    """Return what tasks give; that blocks cannot be read is told from what else may be wrong with files."""
    try:
        return _dask().compute(*tasks)
    except WavefactError:
        raise
    except OSError as error:
        raise CorruptFileError(
            f"A block of the dask array cannot be had: {error}. What it is read from may be truncated, "
            "damaged or out of the workers' reach."
        ) from error


def _dask() -> ModuleType:
    try:
        import dask
    except ImportError as error:
        raise MissingPackageError(
            "These signals are a dask array and dask is not installed; run: pip install 'wavefact[dask]'."
        ) from error
    return dask


def _tasks(work: Work, signals: Array, block_bytes: int) -> tuple[list[int], list[Any]]:
    """Return the first sample of each block, of all sensors, and the task on it."""
    per_sample = signals.shape[0] * signals.dtype.itemsize
    sizes = [per_sample * int(n) for n in signals.chunks[1]]
    fit = max(sizes) <= SPREAD * block_bytes and sum(sizes) / len(sizes) >= block_bytes / SPREAD
    columns = signals.chunks[1] if fit else "auto"
    whole = signals.rechunk({0: -1, 1: columns}, block_size_limit=block_bytes)
    edges = np.cumsum([0, *whole.chunks[1]]).tolist()
    blocks = whole.to_delayed(optimize_graph=True)[0]
    task = _dask().delayed(work, pure=False)
    return edges[:-1], [task(block, start) for block, start in zip(blocks, edges[:-1], strict=True)]
