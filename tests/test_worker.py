"""A process for calls: it stays for the next, and never outlives its caller for long."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from processes import assert_gone, children

from wavefact.worker import NoAnswerError, Worker


def test_one_process_answers_all_calls_and_a_function_is_sent_once() -> None:
    with Worker() as worker:
        first = worker.call(os.getpid, seconds=60.0)
        assert {first} == children()
        assert worker.call(os.getpid, seconds=60.0) == first
        assert worker.call(divmod, 7, 3, seconds=60.0) == (2, 1)
        with pytest.raises(NoAnswerError, match="ZeroDivisionError: "):
            worker.call(divmod, 7, 0, seconds=60.0)
        assert worker.call(os.getpid, seconds=60.0) == first
        worker.stop()
        assert worker.call(os.getpid, seconds=60.0) != first
    assert children() == set()


# It never gives the interpreter back, so that nothing written in Python can end it.
HOLDS = """
import os
import wavefact.worker as room
room.GRACE = 0.5
worker = room.Worker()
worker.call(os.getpid, seconds=60.0)
print(worker._process.pid, flush=True)
worker.call(eval, "__import__('ctypes').PyDLL(None).sleep(600)", seconds=2.0)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_call_whose_caller_was_killed_ends(root: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS],
        env=os.environ | {"PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    worker = int(process.stdout.readline())
    process.kill()
    process.communicate()
    assert_gone([worker])
