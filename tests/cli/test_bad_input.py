"""Every kind of bad input: exit code 2, one or two lines, and no file left or changed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from wavefact.io import write
from wavefact.recording import Recording

FORMATS = "known are hdf5"


def signals() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(6, 80)).cumsum(axis=1)


def changed(sensor: int, sample: int | slice, value: float) -> np.ndarray:
    values = signals()
    values[sensor, sample] = value
    return values


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return the folder of the test, with good and bad files in it."""
    good = Recording(signals(), sampling_rate=50.0, positions=np.arange(6.0) ** 1.1)
    write(good, tmp_path / "good.h5")
    write(good.replace(names=tuple("abcdef"), signals=changed(3, 17, np.nan)), tmp_path / "named.h5")
    write(good.replace(positions=np.array([0, 1, 2, 2, 4, 5.0])), tmp_path / "twice.h5")
    write(good.replace(positions=np.arange(6)[:, None] ** [1, 2]), tmp_path / "plane.h5")
    write(good.window(0, 1), tmp_path / "moment.h5")
    write(good.select([0]), tmp_path / "alone.h5")
    np.save(tmp_path / "nan.npy", changed(2, 40, np.nan))
    np.save(tmp_path / "inf.npy", changed(4, 7, -np.inf))
    np.save(tmp_path / "constant.npy", changed(5, slice(None), 2.5))
    np.save(tmp_path / "zero.npy", changed(0, slice(None), 0.0))
    np.save(tmp_path / "cube.npy", np.zeros((2, 3, 4)))
    np.save(tmp_path / "words.npy", np.array([["a", "b"], ["c", "d"]]))
    whole = (tmp_path / "good.h5").read_bytes()
    (tmp_path / "half.h5").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "half.npy").write_bytes((tmp_path / "zero.npy").read_bytes()[:1000])
    (tmp_path / "empty.h5").touch()
    (tmp_path / "picture.h5").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    (tmp_path / "prose.txt").write_text("Dear all,\nplease find attached\n")
    with h5py.File(tmp_path / "foreign.h5", "w") as file:
        file["data"] = np.eye(3)
    (tmp_path / "folder").mkdir()
    return tmp_path


def state(folder: Path) -> dict[str, bytes | None]:
    """Return every file below a folder with its content."""
    found = sorted(folder.rglob("*"))
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in found}


@pytest.mark.parametrize(
    ("file", "complaint"),
    [
        ("nan.npy", "sensor 2 has NaN at sample 40"),
        ("inf.npy", "sensor 4 has Inf at sample 7"),
        ("named.h5", "sensor 3 ('d') has NaN at sample 17"),
        ("constant.npy", "sensor 5 is constant (2.5) throughout"),
        ("zero.npy", "sensor 0 is zero throughout"),
        ("alone.h5", "has 1 sensor"),
        ("moment.h5", "has 1 sample"),
        ("twice.h5", "points 2 and 3 (at 2 m)"),
        ("plane.h5", "2-dimensional positions"),
        ("cube.npy", "shape (2, 3, 4)"),
        ("words.npy", "not of numbers; save the signals"),
        ("half.h5", "half.h5 is truncated or damaged"),
        ("half.npy", "half.npy is truncated or damaged"),
        ("empty.h5", "empty.h5 is empty"),
        ("picture.h5", FORMATS),
        ("prose.txt", "looks like text"),
        ("foreign.h5", "HDF5 but no recording"),
        ("gone.h5", "gone.h5 does not exist"),
        ("folder", "folder is a folder"),
        ("good.h5/x", "does not exist"),
    ],
)
def test_a_bad_recording_is_refused(file: str, complaint: str, run: Any, place: Path) -> None:
    before = state(place)
    outcome = run("factorize", file, "-o", "fit.h5")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("Error: ")
    assert complaint in outcome.err
    assert outcome.err.count("\n") <= 2
    assert state(place) == before


@pytest.mark.parametrize("command", ["info", "modes"])
@pytest.mark.parametrize(
    "file", ["half.h5", "half.npy", "empty.h5", "picture.h5", "prose.txt", "foreign.h5", "gone.h5", "folder"]
)
def test_every_command_refuses_what_is_no_recording(command: str, file: str, run: Any, place: Path) -> None:
    before = state(place)
    outcome = run(command, file)
    assert (outcome.code, outcome.out) == (2, "")
    assert file in outcome.err
    assert state(place) == before


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("--sampling-rate 0", "positive number of hertz"),
        ("--sampling-rate -50", "positive number of hertz"),
        ("--sampling-rate nan", "positive number of hertz"),
        ("--sampling-rate often", "not a valid float"),
        ("--positions 1,2,3", "shape (3,); expected (6,)"),
        ("--positions 0,1,2,3,4,4", "points 4 and 5 (at 4 m)"),
        ("--positions 0,1,2,3,4,nan", "sensor 5 is not finite"),
        ("--positions gone.txt", "neither a list of numbers nor a file"),
        ("--positions prose.txt", "prose.txt holds no positions"),
        ("--positions picture.h5", "picture.h5 holds no positions"),
        ("--positions 0,1,2,3,4,5 --spacing 1", "contradict each other"),
        ("--axis samples-first", "leave --axis out"),
        ("--axis sideways", "'sideways' is not one of"),
        ("--operator plate --shape 2,2", "4 points and the recording 6 sensors"),
        ("--operator plate --shape 6", "a plate has two"),
        ("--operator plate --shape 2,x", "not a list of whole numbers"),
        ("--operator plate --shape 2,3 --ends clamped", "unknown to Plate"),
        ("--operator plate --shape 2,3 --span 0,1", "--span belongs to a line"),
        ("--operator membrane", "needs --shape"),
        ("--shape 2,3", "--shape belongs to a grid"),
        ("--operator media", "needs --speeds"),
        ("--operator media --speeds 1,2,3", "3 speeds"),
        ("--speeds 1,2", "--speeds belongs to --operator media"),
        ("--operator string --boundaries 2", "--boundaries belongs to --operator media"),
        ("--operator rod", "'rod' is not one of"),
        ("--operator beam --ends fixed", "unknown to Beam"),
        ("--spacing 0", "--spacing is 0.0"),
        ("--spacing -1", "--spacing is -1.0"),
        ("--spacing 1,2", "a line has one"),
        ("--span 3", "--span is (3.0,)"),
        ("--span 1,2", "do not fit in the span"),
        ("--wave-weight -1", "--wave-weight is -1.0"),
        ("--wave-weight nan", "--wave-weight is nan"),
        ("--wave-weight much", "neither a number nor 'auto'"),
        ("--bandwidth 0.1", "is not BANDWIDTH@WAVENUMBER"),
        ("--bandwidth -0.1@0.5", "0 < bandwidth"),
        ("--bandwidth 0.1@0.5 --wave-weight 3", "say the same"),
        ("--regularization -1", "--regularization is -1.0"),
        ("--regularization 0", "--regularization is 0.0"),
        ("--regularization inf", "--regularization is inf"),
        ("--rtol 0", "--rtol is 0.0"),
        ("--max-components 0", "--max-components is 0"),
        ("--max-components few", "not a valid integer"),
        ("--plot picture.doc", "as a picture"),
        ("--plot none/picture.png", "there is no folder"),
        ("--plot fit.h5", "it is written twice"),
        ("--plot good.h5", "it is read from"),
    ],
)
def test_bad_options_are_refused(arguments: str, complaint: str, run: Any, place: Path) -> None:
    before = state(place)
    outcome = run("factorize", "good.h5", "-o", "fit.h5", *arguments.split())
    assert (outcome.code, outcome.out) == (2, "")
    assert complaint in outcome.err
    assert outcome.err.count("\n") <= 2
    assert state(place) == before


def test_an_array_the_wrong_way_round_is_told_at_once(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wavefact._recording_fields.hinted", set())
    monkeypatch.setattr("wavefact.fit.survey", lambda *_, **__: pytest.fail("it began to work"))
    monkeypatch.setattr("wavefact._fit_output.survey", lambda *_, **__: pytest.fail("it began to work"))
    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(size=(5000, 4)))
    outcome = run("factorize", "x.npy", "--axis", "sensors-first", "-o", "fit.h5")
    assert outcome.code == 2
    hint, error = outcome.err.splitlines()
    assert hint.startswith("Warning: 5000 sensors of 4 samples each: is this array the wrong way round?")
    assert error.startswith("Error: 4 samples are too few to choose")


def test_an_unknown_device_is_refused(run: Any, place: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    outcome = run("factorize", "good.h5", "-o", "fit.h5", "--device", "abacus")
    assert outcome.code == 2
    assert "--device abacus cannot be used" in outcome.err
    assert not (place / "fit.h5").exists()


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        ("none/fit.h5", "there is no folder"),
        ("folder", "it is a folder"),
        ("good.h5", "it is read from"),
        ("./folder/../good.h5", "it is read from"),
        ("prose.txt/fit.h5", "there is no folder"),
        ("x" * 300 + ".h5", "Cannot write"),
    ],
)
def test_an_unwritable_target_is_refused_before_the_work(
    target: str, complaint: str, run: Any, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wavefact.cli.factorize.solve", lambda *_, **__: pytest.fail("it began to work"))
    before = state(place)
    outcome = run("factorize", "good.h5", "-o", target)
    assert (outcome.code, outcome.out) == (2, "")
    assert complaint in outcome.err
    assert outcome.err.count("\n") == 1
    assert state(place) == before


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no such permission on Windows")
def test_a_folder_without_permission_is_refused(run: Any, place: Path) -> None:
    (place / "folder").chmod(0o500)
    if os.access(place / "folder", os.W_OK):
        pytest.skip("this user may write everywhere")
    outcome = run("factorize", "good.h5", "-o", "folder/fit.h5")
    assert outcome.code == 2
    assert "Permission denied" in outcome.err


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_while_writing_leaves_what_was_there(
    error: BaseException, run: Any, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "fit.h5").write_text("precious")
    before = state(place)

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("wavefact.plots.save", fail)  # after the result itself has been written
    given = ["--wave-weight", "1", "--regularization", "30"]
    outcome = run("factorize", "good.h5", "-o", "fit.h5", "--plot", "picture.png", *given)
    assert outcome.code == (130 if isinstance(error, KeyboardInterrupt) else 2)
    assert state(place) == before
