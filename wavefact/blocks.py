"""A recording block by block: what a function makes of each, in order, without holding more than a few.

NumPy arrays and signals that are read by slicing are worked on in threads, of which one reads at a time,
so reading costs little beside computing, and the other way round; other arrays go through in one thread.
Dask arrays stay where they are: the function goes to them (see `distributed`).
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import Any

import numpy as np

from wavefact._arrays import Array, array_namespace, is_complex, is_dask
from wavefact.distributed import folded_on_workers, mapped_on_workers
from wavefact.errors import CorruptFileError, InputError, WavefactError
from wavefact.recording import Recording
from wavefact.threads import one_thread

__all__ = ["block_width", "folded", "in_double", "mapped", "tiles_in_double"]

BLOCK_BYTES = 2**24  # as stored
LARGEST_CHUNK = 2**28  # bytes: a file's chunks up to this size are read whole
MOST_THREADS = 8

Work = Callable[[Array, int], Any]


def mapped(work: Work, recording: Recording, begin: int = 0) -> Iterator[tuple[int, Any]]:
    """Yield each block's first sample and ``work(block, first sample)``, in order.

    Parameters
    ----------
    work : callable
        Of a block (n_sensors, at most `block_width`), in the type of the signals, and its first sample.
        For a dask array it is sent to the workers, so it must be picklable.
    recording : Recording
    begin : int
        First sample, of a dask array 0.

    Raises
    ------
    InputError
        If a block comes out of another size than asked for.

    Examples
    --------
    >>> import numpy as np
    >>> recording = Recording(np.ones((2, 300)))
    >>> [(start, float(total)) for start, total in mapped(lambda block, start: block.sum(), recording)]
    [(0, 600.0)]
    """
    if is_dask(recording.signals):
        yield from mapped_on_workers(work, recording.signals, BLOCK_BYTES)
        return
    width = block_width(recording)
    spans = [(i, min(i + width, recording.n_samples)) for i in range(begin, recording.n_samples, width)]
    if recording.is_lazy or (isinstance(recording.signals, np.ndarray) and len(spans) > 1):
        yield from _side_by_side(work, recording, spans)
        return
    for start, stop in spans:
        yield start, work(recording.signals[:, start:stop], start)


def folded(work: Work, merge: Callable[[list[Any]], Any], signals: Array) -> Any:
    """Return what `merge` makes of lists of ``work(block, first sample)`` of a dask array, on its workers."""
    return folded_on_workers(work, merge, signals, BLOCK_BYTES)


def block_width(recording: Recording) -> int:
    """Return the samples in a block: of about `BLOCK_BYTES`, and of whole chunks of a file."""
    per_sample = recording.n_sensors * (
        np.dtype(recording.signals.dtype).itemsize if recording.is_lazy else 8
    )
    width = max(recording.n_sensors, BLOCK_BYTES // per_sample, 1)
    chunks = getattr(recording.signals, "chunks", None) if recording.is_lazy else None
    chunk = int(chunks[1]) if chunks else 1
    if chunk <= width:
        return width // chunk * chunk
    return chunk if chunk * per_sample <= LARGEST_CHUNK else width


def in_double(block: Array) -> Array:
    """Return a block in double precision, real or complex; itself where it is."""
    xp = array_namespace(block)
    return xp.astype(block, xp.complex128 if is_complex(block) else xp.float64, copy=False)


def tiles_in_double(block: Array, spans: Iterable[tuple[int, int]]) -> Iterator[Array]:
    """Yield some columns of a block after others in double precision, each for use before the next.

    NumPy arrays of other types are converted in one place: asking for memory again and again costs more.
    """
    place = None
    for start, stop in spans:
        tile = block[:, start:stop]
        if not isinstance(block, np.ndarray) or block.dtype in (np.float64, np.complex128):
            yield in_double(tile)
            continue
        if place is None or place.shape[1] < stop - start:
            place = np.empty(tile.shape, np.complex128 if is_complex(block) else np.float64)
        values = place[:, : stop - start]
        np.copyto(values, tile)
        yield values


def _side_by_side(
    work: Work, recording: Recording, spans: list[tuple[int, int]]
) -> Iterator[tuple[int, Any]]:
    """Work on a few blocks at a time in threads, of which one reads at a time.

    Matrix products share no threads meanwhile: products of blocks are many and small, and threads of
    several products at a time would wait for each other, far longer yet beside other programs.
    """
    n_threads, reading = min(MOST_THREADS, os.cpu_count() or 1), Lock()

    def task(start: int, stop: int) -> Any:
        with reading:
            block = _read(recording.signals, start, stop)
        if block.shape != (recording.n_sensors, stop - start):
            raise InputError(
                f"Samples {start} to {stop} of the signals came as an array of shape {block.shape}; expected "
                f"{(recording.n_sensors, stop - start)}. They must not change while they are read."
            )
        return work(block, start)

    with one_thread(), _pool(n_threads) as pool:
        waiting = deque[tuple[int, Future]]()
        for start, stop in spans:
            waiting.append((start, pool.submit(task, start, stop)))
            if len(waiting) > n_threads:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()


def _read(signals: Any, start: int, stop: int) -> np.ndarray:
    """Return a block of signals; whatever reads them says in its own words that it cannot."""
    try:
        return np.asarray(signals[:, start:stop])
    except WavefactError:
        raise
    except OSError as error:
        raise CorruptFileError(
            f"Samples {start} to {stop} of the signals cannot be read: {error}. Their file may be truncated "
            "or damaged, or its disk out of reach."
        ) from error


@contextmanager
def _pool(n_threads: int) -> Iterator[ThreadPoolExecutor]:
    """Yield a pool; at the end, work that has not begun is dropped."""
    pool = ThreadPoolExecutor(n_threads)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
