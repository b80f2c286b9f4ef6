"""Methods in a process of their own: whatever they do there, the next one runs."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from processes import assert_gone, children

from wavefact.compare.memory import PeakMemory
from wavefact.compare.process import TrialProcess
from wavefact.compare.trial import Case
from wavefact.errors import InputError
from wavefact.operators import String
from wavefact.recording import Recording
from wavefact.worker import NoAnswerError

RECORDING = Recording(np.random.default_rng(0).normal(size=(8, 200)), 50.0)

# An operator is sent to the process with the recording.  Of the methods here only "ksvd" uses it.
MODULE = '''
"""Operators that do something else when they are used."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from wavefact.operators import String


class Wild(String):
    """Do what `deed` says."""

    def __init__(self, deed, file=""):
        super().__init__(8)
        self.deed, self.file = deed, file

    def analyze(self, signals):
        getattr(self, self.deed)()
        return super().analyze(signals)

    def crash(self):
        os._exit(3)

    def abort(self):
        os.kill(os.getpid(), 9)

    def complain(self):
        print("a last word", file=sys.stderr, flush=True)
        os._exit(4)

    def err(self):
        raise RuntimeError("of two\\nlines")

    def ask(self):
        print("what is seen by nobody")
        sys.stdout.flush()
        raise RuntimeError("there are no more than %d letters" % len(os.read(0, 10)))

    def starve(self):
        raise MemoryError

    def allocate(self):
        np.ones(25_000_000)

    def hang(self):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        Path(self.file).write_text(f"{os.getpid()} {child.pid}")
        time.sleep(600)
'''


@pytest.fixture(scope="module", autouse=True)
def wild(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return the class of operators in a module that the other process can import as well."""
    folder = tmp_path_factory.mktemp("module")
    (folder / "wild_operators.py").write_text(MODULE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        from wild_operators import Wild  # type: ignore[import-not-found]

        yield Wild


def test_a_trial_that_fails_says_why_and_the_next_one_runs(wild: Any) -> None:
    reasons = {
        "err": "RuntimeError: of two lines",
        "ask": "RuntimeError: there are no more than 0 letters",
        "starve": "out of memory",
        "crash": "ended its process with code 3",
        "complain": "ended its process with code 4: a last word",
    }
    if sys.platform != "win32":
        reasons["abort"] = "ended its process by SIGKILL"
    with TrialProcess(60.0) as process:
        for deed, reason in reasons.items():
            case = Case(RECORDING, wild(deed))
            with pytest.raises(NoAnswerError) as raised:
                process.run(case, "automatic", "ksvd")
            assert str(raised.value) == reason
        assert process.run(case, "automatic", "svd")["seconds"] > 0
    assert children() == set()


@pytest.mark.skipif(sys.platform == "win32", reason="ps and process groups are of POSIX")
def test_time_is_up_for_a_method_and_for_what_it_started(wild: Any, tmp_path: Path) -> None:
    case = Case(RECORDING, wild("hang", str(tmp_path / "processes")))
    with TrialProcess(1.5) as process:
        assert process.run(case, "automatic", "svd")["seconds"] > 0
        with pytest.raises(NoAnswerError, match=r"no answer within 1\.5 s"):
            process.run(case, "automatic", "ksvd")
        assert_gone([int(word) for word in (tmp_path / "processes").read_text().split()])
        assert process.run(case, "automatic", "svd")["seconds"] > 0


@pytest.mark.skipif(sys.platform == "win32", reason="ps and process groups are of POSIX")
def test_an_interrupt_leaves_no_process_behind(wild: Any, tmp_path: Path) -> None:
    file = tmp_path / "processes"

    def interrupt_when_it_hangs() -> None:
        while not (file.exists() and len(file.read_text().split()) == 2):
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=interrupt_when_it_hangs, daemon=True).start()
    try:
        with TrialProcess(60.0) as process, pytest.raises(KeyboardInterrupt):
            process.run(Case(RECORDING, wild("hang", str(file))), "automatic", "ksvd")
        assert_gone([int(word) for word in file.read_text().split()])
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_error_of_the_caller_leaves_no_process_behind() -> None:
    def fail() -> None:
        with TrialProcess(60.0) as process:
            process.run(Case(RECORDING, String(8)), "automatic", "svd")
            assert len(children()) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert children() == set()


def test_what_cannot_be_sent_is_refused() -> None:
    class Local(String):
        """Known to this function alone."""

    with TrialProcess(60.0) as process, pytest.raises(InputError, match="define its class at the top"):
        process.run(Case(RECORDING, Local(8)), "automatic", "svd")
    assert children() == set()


def test_a_file_in_the_working_folder_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pickle.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    with TrialProcess(60.0) as process:
        assert process.run(Case(RECORDING, String(8)), "automatic", "svd")["seconds"] > 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak")
def test_peak_memory_is_what_was_allocated_even_beside_a_large_caller(wild: Any) -> None:
    ballast = np.ones(60_000_000)  # 480 MB that must not be taken for the method's, nor hide them
    with TrialProcess(60.0) as process:
        measured = process.run(Case(RECORDING, wild("allocate")), "automatic", "ksvd")["peak_memory"]
        little = process.run(Case(RECORDING, String(8)), "automatic", "svd")["peak_memory"]
    assert measured == pytest.approx(200e6, rel=0.2)
    assert little < 20e6
    assert ballast[-1] == 1


def test_where_the_kernel_does_not_tell_the_peak_is_nan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wavefact.compare.memory.RESET", tmp_path / "absent" / "clear_refs")
    assert np.isnan(PeakMemory().beyond())
