"""Which processes there are."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable


def is_running(process: int) -> bool:
    """Tell whether a process is there and no zombie."""
    state = _listed("-o", "stat=", "-p", str(process))
    return bool(state) and not state[0].startswith("Z")


def assert_gone(processes: Iterable[int]) -> None:
    """Wait until they have ended; fail after a while."""
    end, processes = time.monotonic() + 20, list(processes)
    while any(map(is_running, processes)):
        assert time.monotonic() < end, "a process was left behind"
        time.sleep(0.02)


def children(process: int | None = None) -> set[int]:
    """Return the workers of a process, by default this one."""
    lines = _listed("-o", "pid=,args=", "--ppid", str(process or os.getpid()))
    return {int(line.split()[0]) for line in lines if "wavefact.worker" in line}


def _listed(*options: str) -> list[str]:
    done = subprocess.run(["ps", *options], capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


def crash(*_: object) -> None:
    """End this process as a fault in a library does."""
    os.kill(os.getpid(), signal.SIGSEGV)
