"""Which channels commands take, and what they say of faulty ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wavefact as wf

RATE, N = 100.0, 6000
NAMES = ("deck", "7", "pier,west", "mast")


@pytest.fixture
def signals() -> np.ndarray:
    """Return two modes at 3.1 and 9.7 Hz in four channels."""
    rng = np.random.default_rng(0)
    courses = []
    for frequency in (3.1, 9.7):
        pole = np.exp(2 * np.pi * frequency / RATE * (-0.01 + 1j))
        state, course = 0j, np.empty(N)
        for k, force in enumerate(rng.standard_normal(N)):
            state = pole * state + force
            course[k] = state.imag
        courses.append(course / course.std())
    shapes = np.array([[1.0, 0.5], [0.8, -0.4], [1.0, 0.3], [0.5, -1.0]])
    return np.asarray(shapes @ courses + 0.05 * rng.standard_normal((4, N)))


@pytest.fixture
def named(signals: np.ndarray, tmp_path: Path) -> Path:
    wf.write(wf.Recording(signals, RATE, names=NAMES, positions=[0.0, 2.0, 3.0, 7.0]), tmp_path / "named.h5")
    return tmp_path / "named.h5"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--channels", "0,2-3"), ("deck", "pier,west", "mast")),
        (("--channels", "mast, deck"), ("deck", "mast")),
        (("--channels", "7"), ("7",)),  # a name comes before a number
        (("--channels", "pier,west"), ("pier,west",)),
        (("--channels", "-1"), ("mast",)),
        (("--leave-out", "7,deck"), ("pier,west", "mast")),
    ],
)
def test_channels_are_taken_by_name_and_number(
    options: tuple[str, str], expected: tuple[str, ...], run: Any, named: Path
) -> None:
    assert run("convert", named, "part.h5", *options).code == 0
    found, whole = wf.read("part.h5"), wf.read(named)
    assert found.names == expected
    rows = [NAMES.index(name) for name in expected]
    np.testing.assert_array_equal(found.signals, whole.signals[rows])
    np.testing.assert_array_equal(found.positions, whole.positions[rows])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--channels", "9"), "There is no sensor 9; the recording has 4, from 0."),
        (("--channels", "2-7"), "There is no sensor 4"),
        (("--channels", "3-1"), "'3-1' runs backward; write 1-3."),
        (("--channels", "roof"), "No sensor is named 'roof'; there are 'deck', '7', 'pier,west', 'mast'."),
        (("--leave-out", "0-3"), "--leave-out 0-3 leaves none of the 4 channels."),
        (("--leave-out", "0", "--channels", "1"), "both say what is taken"),
    ],
)
def test_channels_that_are_not_there_are_refused(
    options: tuple[str, ...], message: str, run: Any, named: Path
) -> None:
    ended = run("convert", named, "part.h5", *options)
    assert ended.code == 2
    assert message in ended.err
    assert not Path("part.h5").exists()


def test_modes_comparisons_and_reports_take_the_same_channels(run: Any, named: Path) -> None:
    left = ("--leave-out", "deck")
    assert run("factorize", named, *left, "-o", "fit.h5").code in (0, 3)
    np.testing.assert_array_equal(wf.Factorization.load("fit.h5").operator.positions, [2.0, 3.0, 7.0])
    ended = run("report", "fit.h5", "--recording", named, "-o", "fit.html")
    assert ended.code == 2
    assert run("report", "fit.h5", "--recording", named, *left, "-o", "fit.html").code == 0
    assert run("modes", named, *left, "-o", "modes.h5").code == 0
    assert wf.ModalModel.load("modes.h5").n_points == 3
    assert "factorize with those you want" in run("modes", "fit.h5", *left).err


def test_distances_that_are_lost_are_asked_for(run: Any, signals: np.ndarray) -> None:
    np.save("bare.npy", signals)
    about = ("bare.npy", "--sampling-rate", RATE, "-o", "fit.h5")
    refused = run("factorize", *about, "--leave-out", "1")
    assert refused.code == 2
    assert (
        "The 3 channels that stay are not evenly spaced; give --positions, of all 4 channels" in refused.err
    )
    assert run("factorize", *about, "--leave-out", "1", "--positions", "0,2,3,7").code in (0, 3)
    np.testing.assert_array_equal(wf.Factorization.load("fit.h5").operator.positions, [0.0, 3.0, 7.0])
    assert run("factorize", *about, "--leave-out", "3").code in (0, 3)  # an end: the others stay even


@pytest.mark.parametrize("command", ["modes", "factorize"])
def test_faulty_channels_are_told_with_what_leaves_them_out(
    command: str, run: Any, signals: np.ndarray
) -> None:
    signals[2] = np.clip(signals[2], -1.0, 1.0)
    signals[1, 2000:] = signals[1, 2000]
    wf.write(wf.Recording(signals, RATE, names=NAMES), "faulty.h5")
    target = ("-o", f"{command}.h5")
    told = run(command, "faulty.h5", *target).err
    assert "channel 7 is faulty (stuck: 4000 equal samples from 2000)" in told
    assert "channel 2 is faulty (clipped:" in told  # its name holds a comma
    assert "--leave-out 2 leaves it out" in told
    clean = run(
        command, "faulty.h5", *target, "--channels", "0,3", *(["--spacing", "3"] * (command[0] == "f"))
    )
    assert "faulty" not in clean.err


def test_few_samples_and_many_hammers_tell_nothing(run: Any, signals: np.ndarray) -> None:
    np.save("turned.npy", signals)
    ended = run("modes", "turned.npy", "--sampling-rate", RATE, "--axis", "samples-first")
    assert ended.code == 2
    assert "give --axis for the other way round." in ended.err
    assert "faulty" not in ended.err
    assert "hammer" not in ended.err


def test_spacing_over_positions_and_foreign_suffixes_are_told(run: Any, named: Path) -> None:
    assert "--spacing 2 replaces the positions" in run("factorize", named, "--spacing", "2", "-o", "a.h5").err
    refused = run("factorize", named, "-o", "a.csv")
    assert (refused.code, "end its name in .h5" in refused.err) == (2, True)
