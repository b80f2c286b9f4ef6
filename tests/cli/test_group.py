"""The commands as a whole: documented, loaded lazily, and failing in one line."""

from __future__ import annotations

import importlib
import logging
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import click
import pytest

from wavefact.cli import COMMANDS, wavefact
from wavefact.cli import _group as group_module
from wavefact.io import FORMATS


def command(name: str) -> click.Command:
    found = wavefact.get_command(click.Context(wavefact), name)
    assert found is not None
    return found


def test_every_file_is_in_the_table() -> None:
    package = importlib.import_module("wavefact.cli")
    files = {path.stem for path in Path(str(package.__file__)).parent.glob("[!_]*.py")}
    assert files == {target.partition(":")[0].rpartition(".")[2] for target in COMMANDS.values()}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_documented(name: str, run: Any) -> None:
    found = command(name)
    assert found.help
    assert found.short_help
    assert found.name == name
    undocumented = [p.name for p in found.params if isinstance(p, click.Option) and not p.help]
    assert undocumented == []
    outcome = run(name, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert all(p.opts[0] in outcome.out for p in found.params if isinstance(p, click.Option))


@pytest.mark.parametrize("name", ["info", "convert", "factorize", "modes", "compare", "baseline", "monitor"])
def test_the_help_of_what_reads_recordings_names_all_formats(name: str, run: Any) -> None:
    told = " ".join(run(name, "--help").out.split())
    assert all(f"{form.name} (" in told for form in FORMATS)


def test_the_help_names_every_command_and_the_exit_codes(run: Any) -> None:
    outcome = run("--help")
    assert outcome.code == 0
    assert all(name in outcome.out for name in COMMANDS)
    assert "Exit codes" in outcome.out


def test_the_version_is_told(run: Any) -> None:
    assert run("--version").out.split()[-1].count(".") == 2


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["foo"], "No such command 'foo'. See 'wavefact --help'"),
        (
            ["factorise", "x.h5"],
            "No such command 'factorise'. Did you mean 'factorize'? See 'wavefact --help'",
        ),
        (["Modes"], "Did you mean 'modes'?"),
        (["info", "x.h5", "--axs", "auto"], "--axis"),
        (
            ["info", "x.h5", "--sampling-rate", "100,0"],
            "'100,0' has a comma; write numbers with a point, such as 100.0",
        ),
        (["--foo"], "See 'wavefact --help'"),
        (["info", "--foo", "x"], "See 'wavefact info --help'"),
        (["factorize"], "Missing argument 'REC'. See 'wavefact factorize --help'"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(arguments: list[str], complaint: str, run: Any) -> None:
    outcome = run(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert complaint in outcome.err
    assert "--foo" not in arguments or "--foo" in outcome.err  # quoted or not, as click likes it
    assert outcome.err.count("\n") == 1


def test_without_a_command_the_help_is_shown(run: Any) -> None:
    outcome = run()
    assert outcome.code == 2
    assert "Commands:" in outcome.err


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (OSError(28, "No space left on device", "fit.h5"), 2, "Error: fit.h5: No space left on device.\n"),
        (OSError("disk on fire"), 2, "Error: disk on fire.\n"),
        (MemoryError("Unable to allocate 9 TiB"), 2, "Error: there is not enough memory. Unable to allocate"),
        (KeyboardInterrupt(), 130, "Interrupted; nothing was written.\n"),
        (ZeroDivisionError("division"), 1, "Error: unexpected ZeroDivisionError: division.\nThis is a fault"),
    ],
)
def test_no_failure_shows_a_traceback(
    error: BaseException, code: int, message: str, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("wavefact.cli.info.scan", fail)
    outcome = run("info", "x.h5")
    assert outcome.code == code
    assert outcome.err.startswith(message)
    assert "Traceback" not in outcome.err
    assert outcome.err.count("\n") <= 2


def test_a_fault_of_ours_can_be_seen(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wavefact.cli.info.scan", lambda *_, **__: 1 / 0)
    assert "ZeroDivisionError: division by zero" in run("info", "-v", "x.h5").err
    assert "Traceback" in run("-v", "info", "x.h5").err


def test_log_lines_and_warnings_are_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("wavefact")
    before = (list(logger.handlers), logger.level, logger.propagate, warnings.showwarning)
    with group_module.log_lines():
        logger.warning("two\n  lines")
        logger.info("unseen")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("watch\nout", RuntimeWarning, stacklevel=1)
    assert capsys.readouterr().err == "Warning: two lines\nWarning: RuntimeWarning: watch out\n"
    assert before == (list(logger.handlers), logger.level, logger.propagate, warnings.showwarning)


def test_the_module_runs_and_a_plain_console_gets_question_marks(root: Path, tmp_path: Path) -> None:
    names = ",".join(f"λ{number}" for number in range(3))
    (tmp_path / "x.csv").write_text(f"{names}\n1,2,3\n4,5,7\n", encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "wavefact", "info", "x.csv"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(root), "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "?0, ?1, ?2" in result.stdout
