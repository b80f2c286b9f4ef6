"""The yardstick: covariance-driven subspace identification (SSI-cov) of pyOMA-2, and how memory is measured.

pyOMA-2 is optional: ``python -m pip install "pyOMA-2>=1.4.3"``.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import io
import logging
import multiprocessing
import resource
import warnings
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest


@contextlib.contextmanager
def quiet_pyoma() -> Iterator[None]:
    """Let pyOMA-2 be called without its warnings, log and progress bars; skip where it is absent.

    Importing it changes numpy's error state for good; here that ends with the block.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(np.errstate(divide="ignore", invalid="ignore"))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        pytest.importorskip("pyoma2", reason='pyOMA-2 is not installed (pip install "pyOMA-2>=1.4.3")')
        logging.getLogger("pyoma2").setLevel(logging.CRITICAL)
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))  # where tqdm writes
        yield


def ssi_cov(
    signals: np.ndarray,
    sampling_rate: float,
    n_references: int = 4,
    block_rows: int = 30,
    order: int = 60,
    method: str = "cov",
) -> Any:
    """Run SSI-cov of pyOMA-2 as its examples do: one setup, one algorithm, all orders up to the largest.

    Only its log, progress bars and warnings are silenced. The result holds the poles of every order in
    ``Fn_poles``, ``Xi_poles`` and ``Phi_poles``, and which of them are stable in ``Lab``. The test is
    skipped where pyOMA-2 is absent.

    Parameters
    ----------
    signals : (n_points, n_samples) array
    sampling_rate : float [Hz]
    n_references : int
        Channels that all others are correlated with, spread evenly over the array.
    block_rows, order : int
        ``br`` and ``ordmax`` of pyOMA-2.
    method : "cov" or "cov_R"
        Covariances by one product of block Hankel matrices (pyOMA-2's default), or lag by lag.
    """
    with quiet_pyoma():
        from pyoma2.algorithms import SSI
        from pyoma2.setup import SingleSetup

        setup = SingleSetup(signals.T, fs=sampling_rate)
        chosen = references(len(signals), n_references)
        setup.add_algorithms(SSI(name="SSI", method=method, br=block_rows, ordmax=order, ref_ind=chosen))
        setup.run_by_name("SSI")
        return setup["SSI"].result


def references(n_points: int, n_references: int) -> list[int]:
    """Return evenly spread channels, one in each of equal parts of the array, a little off its middle.

    The middles themselves, 1/8, 3/8, 5/8 and 7/8, are all nodes of a string's eighth mode.
    """
    return [int((part + 0.4) * n_points / n_references) for part in range(n_references)]


def stable_modes(result: Any, frequencies: np.ndarray, rtol: float = 0.02) -> tuple[np.ndarray, np.ndarray]:
    """Return the median frequency [Hz] and damping ratio of the stable poles nearest to each true frequency.

    NaN where no stable pole of any order is within ``rtol`` of it.
    """
    stable = (result.Lab == 1) & np.isfinite(result.Fn_poles)
    poles, damping = result.Fn_poles[stable], result.Xi_poles[stable]
    nearest = np.abs(poles[:, None] / frequencies - 1)
    mine = (nearest <= rtol) & (nearest == nearest.min(axis=1, keepdims=True))
    found = np.full((2, len(frequencies)), np.nan)
    for mode, own in enumerate(mine.T):
        if own.any():
            found[:, mode] = np.median(poles[own]), np.median(damping[own])
    return found[0], found[1]


def peak_memory(call: Callable[[], object], warm_up: Callable[[], object] | None = None) -> int:
    """Return how many bytes of resident memory a call needs at its peak, beyond what is resident before it.

    The call runs in a forked child, which inherits its arguments without a copy: they do not count, and what
    it returns does. Before it, the child runs `warm_up`, gives freed memory back to the system and resets the
    kernel's own high-water mark, from which the peak is then read: nothing is sampled and nothing is missed,
    whichever library allocates, workspaces of LAPACK included. `warm_up` should be the same call on something
    small, so that imports, and libraries paged in, do not count; they take about 100 MB.

    Linux only: the test is skipped elsewhere. What the call raises is raised here, a skip too.
    """
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("peak memory is measured through /proc, which only Linux has")
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_measure, args=(call, warm_up, sender))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking with idle threads of BLAS
        child.start()
    sender.close()
    try:
        outcome = receiver.recv()
    except EOFError:
        child.join()
        raise MemoryError(f"The measured call ended its process with code {child.exitcode}.") from None
    child.join()
    if isinstance(outcome, Exception):
        raise outcome
    if isinstance(outcome, str):
        pytest.skip(outcome)
    return outcome


def _measure(call: Callable[[], object], warm_up: Callable[[], object] | None, sender: Connection) -> None:
    try:
        if warm_up is not None:
            warm_up()
        gc.collect()
        with contextlib.suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)  # of glibc: memory freed earlier must not serve the call unseen
        Path("/proc/self/clear_refs").write_text("5")  # the peak is now what is resident
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        kept = call()
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        del kept
        sender.send(1024 * (after - before))
    except pytest.skip.Exception as skip:  # which cannot be sent itself
        sender.send(str(skip))
    except Exception as error:
        sender.send(error)
