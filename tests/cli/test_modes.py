"""`wavefact modes`: tables, JSON, comparison with the truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wavefact.cli._report import mode_table
from wavefact.io import read, write
from wavefact.modal import ModalModel, identify, read_modes
from wavefact.preparation import detrend
from wavefact.recording import Recording
from wavefact.spectral import frequency_response, modes_of_response


def test_the_modes_of_a_factorization_are_named(run: Any, fit: Path, truth: Path) -> None:
    outcome = run("modes", fit)
    assert (outcome.code, outcome.err) == (0, "")
    rows = [line.split() for line in outcome.out.splitlines()]
    expected = ModalModel.load(truth)
    assert [float(row[1]) for row in rows[1:]] == pytest.approx(expected.frequencies, rel=0.02)
    assert [float(row[5]) for row in rows[1:]] == pytest.approx(expected.wavenumbers, rel=0.01)
    assert "true" not in outcome.out


def test_json_and_file_hold_the_same(run: Any, fit: Path) -> None:
    outcome = run("modes", fit, "--json", "-o", "modes.h5")
    modes, model = json.loads(outcome.out)["modes"], ModalModel.load("modes.h5")
    assert [mode["frequency"] for mode in modes] == model.frequencies.tolist()
    assert [mode["damping_ratio"] for mode in modes] == model.damping_ratios.tolist()
    assert [mode["wavenumber"] for mode in modes] == model.wavenumbers.tolist()
    assert all(0 < mode["fit_quality"] <= 1 for mode in modes)


def test_the_truth_stands_beside(run: Any, fit: Path, truth: Path) -> None:
    text = run("modes", fit, "--truth", truth).out
    assert "MAC" in text
    assert "Not found" not in text
    content = json.loads(run("modes", fit, "--truth", truth, "--json").out)
    assert content["missed"] == []
    expected = ModalModel.load(truth)
    assert [mode["reference_frequency"] for mode in content["modes"]] == expected.frequencies.tolist()
    assert min(mode["mac"] for mode in content["modes"]) > 0.99


def test_a_range_leaves_modes_out(run: Any, fit: Path, truth: Path) -> None:
    first, second, third = ModalModel.load(truth).frequencies
    band = f"{(first + second) / 2},{(second + third) / 2}"
    outcome = run("modes", fit, "--range", band, "--truth", truth)
    assert f"Not found: {first:.5g} Hz, {third:.5g} Hz." in outcome.out
    content = json.loads(run("modes", fit, "--range", band, "--truth", truth, "--json").out)
    assert len(content["modes"]) == 1
    assert content["missed"] == [first, third]


def test_a_recording_has_modes_without_wavenumbers(run: Any, recording: Path) -> None:
    write(read(recording).select([1, 4, 9]), "three.h5")
    outcome = run("modes", "three.h5", "--json")
    assert outcome.code == 0
    modes = json.loads(outcome.out)["modes"]
    assert modes
    assert all(mode["wavenumber"] is None for mode in modes)
    table = run("modes", "three.h5").out
    assert "wavenumber" not in table
    assert "–" not in table


def test_a_rate_can_be_given_later(run: Any, fit: Path) -> None:
    slow = json.loads(run("modes", fit, "--json").out)["modes"]
    fast = json.loads(run("modes", fit, "--sampling-rate", "80", "--json").out)["modes"]
    assert [mode["frequency"] for mode in fast] == pytest.approx([2 * mode["frequency"] for mode in slow])


def test_noise_has_no_modes(run: Any) -> None:
    np.savetxt("noise.csv", np.random.default_rng(0).normal(size=(500, 4)), delimiter=",")
    outcome = run("factorize", "noise.csv", "-o", "fit.h5", "--sampling-rate", "10")
    assert outcome.code == 0
    assert "0 components, in" in outcome.out
    found = run("modes", "fit.h5").out
    assert found.startswith("No modes were found.\n")
    assert "record longer" in found
    assert json.loads(run("modes", "fit.h5", "--json").out) == {"modes": []}


def test_a_picture_is_written(run: Any, fit: Path, tmp_path: Path) -> None:
    from matplotlib import pyplot

    outcome = run("modes", fit, "--plot", "modes.png", "-o", "modes.h5")
    assert (outcome.code, outcome.err) == (0, "")
    assert (tmp_path / "modes.png").read_bytes().startswith(b"\x89PNG")
    assert "Wrote modes.h5 and modes.png." in outcome.out
    assert pyplot.get_fignums() == []


def test_errors_and_notes_stand_beside(run: Any, fit: Path) -> None:
    modes = json.loads(run("modes", fit, "--json").out)["modes"]
    assert all(0 < mode["frequency_error"] < 0.01 * mode["frequency"] for mode in modes)
    assert all(mode["damping_error"] > 0 for mode in modes)
    assert run("modes", fit).out.count("± s") == 2


def test_tables_universal_files_and_the_diagram_are_written(run: Any, fit: Path, tmp_path: Path) -> None:
    outcome = run("modes", fit, "-o", "modes.csv", "--diagram", "diagram.png", "--plot", "modes.svg")
    assert (outcome.code, outcome.err) == (0, "")
    assert "Wrote modes.csv, modes.svg and diagram.png." in outcome.out
    assert (tmp_path / "diagram.png").read_bytes().startswith(b"\x89PNG")
    assert run("modes", fit, "-o", "modes.uff").code == 0
    assert read_modes("modes.uff").frequencies == pytest.approx(read_modes("modes.csv").frequencies, rel=1e-5)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["{truth}"], "holds modes already"),
        (["{fit}", "--truth", "{fit}"], "expected wavefact-modal-model"),
        (["{fit}", "--truth", "gone.h5"], "gone.h5 does not exist"),
        (["{fit}", "--truth", "other.h5"], "12 and 2 points"),
        (["{fit}", "--range", "3"], "holds 1 numbers; expected 2"),
        (["{fit}", "--range", "5,3"], "5 to 3 Hz"),
        (["{fit}", "--range", "25,99"], "nothing above 20 Hz"),
        (["{fit}", "--sampling-rate", "-3"], "sampling rate must be positive"),
        (["{recording}", "--sampling-rate", "0"], "sampling rate must be a positive"),
        (["bare.csv"], "Frequencies need a sampling rate"),
        (["{fit}", "-o", "{fit}"], "it is read from"),
        (["{fit}", "-o", "none/x.h5"], "there is no folder"),
        (["{fit}", "-o", "modes.doc"], "modes.doc"),
        (["{fit}", "-o", "modes.csv", "--geometry", "gone.h5"], "gone.h5"),
        (["{fit}", "--diagram", "x.doc"], "Cannot write x.doc as a picture"),
        (["{fit}", "--plot", "x.doc"], "Cannot write x.doc as a picture"),
        (["gone.h5"], "gone.h5 does not exist"),
        (["."], "is a folder"),
    ],
)
def test_bad_input_is_refused(
    arguments: list[str], complaint: str, run: Any, recording: Path, fit: Path, truth: Path, tmp_path: Path
) -> None:
    ModalModel(np.array([2.0]), np.array([0.01]), np.array([[1.0], [0.5]])).save("other.h5")
    np.savetxt("bare.csv", np.random.default_rng(0).normal(size=(99, 4)), delimiter=",")
    before, content = sorted(tmp_path.iterdir()), fit.read_bytes()
    outcome = run("modes", *(text.format(recording=recording, fit=fit, truth=truth) for text in arguments))
    assert (outcome.code, outcome.out) == (2, "")
    assert complaint in outcome.err
    assert outcome.err.count("\n") <= 2
    assert (sorted(tmp_path.iterdir()), fit.read_bytes()) == (before, content)


def test_a_trend_is_removed_from_a_recording_only(run: Any, recording: Path, fit: Path) -> None:
    raw = read(recording)
    write(raw.replace(signals=raw.signals + 5.0 + np.linspace(0.0, 50.0, raw.n_samples)), "drifting.h5")
    write(detrend(raw, "linear"), "level.h5")
    found = [
        json.loads(run("modes", *call, "--json").out)["modes"]
        for call in (("drifting.h5", "--detrend", "linear"), ("level.h5",))
    ]
    assert len(found[0]) > 0
    assert [m["frequency"] for m in found[0]] == pytest.approx([m["frequency"] for m in found[1]], rel=1e-6)
    assert "--detrend is for recordings" in run("modes", fit, "--detrend", "linear").err


def struck(n_responses: int = 2, names: tuple[str, ...] | None = ("a1", "a2", "hammer")) -> Recording:
    """Return what modes of 30 and 80 Hz do after a blow, and the force at the end."""
    rate, rng = 1000.0, np.random.default_rng(0)
    time = np.arange(4000) / rate
    force = np.zeros(4000)
    force[100:102] = 10.0, 0.5  # [N]
    responses = np.zeros((n_responses, 4000))
    for frequency, shape in ((30.0, (1.0, 0.6)), (80.0, (0.8, -1.0))):
        omega = 2 * np.pi * frequency
        impulse = np.exp(-0.01 * omega * time) * np.sin(omega * time)
        responses += np.outer(shape[:n_responses], np.convolve(force, impulse)[:4000])
    responses += 1e-3 * rng.standard_normal(responses.shape)
    return Recording(np.vstack([responses, force]), rate, names=names, quantity="acceleration")


@pytest.mark.parametrize("channel", ["hammer", "2", "-1"])
def test_a_measured_force_is_named_or_numbered(channel: str, run: Any) -> None:
    write(struck(), "struck.h5")
    outcome = run("modes", "struck.h5", "--force", channel, "--json")
    assert outcome.code == 0
    assert "looks like" not in outcome.err
    modes = json.loads(outcome.out)["modes"]
    expected = modes_of_response(frequency_response(struck(), "hammer"))
    assert [mode["frequency"] for mode in modes] == expected.frequencies.tolist()
    assert [mode["frequency"] for mode in modes] == pytest.approx([30.0, 80.0], rel=1e-3)
    near = json.loads(run("modes", "struck.h5", "--force", channel, "--range", "50,200", "--json").out)
    assert [mode["frequency"] for mode in near["modes"]] == pytest.approx([80.0], rel=1e-3)


def test_a_channel_that_looks_like_a_force_is_told(run: Any, recording: Path) -> None:
    write(struck(), "struck.h5")
    said = "channel 'hammer' looks like a hammer's force; if it is, give --force 'hammer'"
    assert said in run("modes", "struck.h5").err
    assert said in run("modes", "struck.h5", "--diagram", "diagram.png").err
    assert "spikes sensor 2, or a hammer's force (modes --force)" in run("info", "struck.h5").out
    write(struck(names=None), "nameless.h5")
    assert (
        "channel 2 looks like a hammer's force; if it is, give --force 2" in run("modes", "nameless.h5").err
    )
    assert "looks like" not in run("modes", recording).err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["struck.h5", "--force", "pull"], "No sensor is named 'pull'; there are 'a1', 'a2', 'hammer'."),
        (["struck.h5", "--force", "7"], "There is no sensor 7"),
        (["struck.h5", "--force", "0", "--force", "a1", "--force", "a2"], "name each input once"),
        (["struck.h5", "--force", "hammer", "--diagram", "x.png"], "--diagram shows the poles"),
        (["{fit}", "--force", "hammer"], "--force is for recordings"),
    ],
)
def test_forces_that_cannot_be_are_refused(arguments: list[str], complaint: str, run: Any, fit: Path) -> None:
    write(struck(), "struck.h5")
    outcome = run("modes", *(text.format(fit=fit) for text in arguments))
    assert (outcome.code, outcome.out) == (2, "")
    assert complaint in outcome.err


def test_the_modes_of_a_beam_that_a_hammer_strikes(run: Any, shared_data: Path) -> None:
    path = shared_data / "beam_highspeed_camera" / "acceleration.lvm"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    found = json.loads(run("modes", path, "--force", "Force (Trigger)", "--json").out)["modes"]
    published = [695.7, 1898.1, 2777.6, 3671.2]  # [Hz]
    assert [mode["frequency"] for mode in found[:4]] == pytest.approx(published, rel=1e-4)


def test_one_channel_has_modes(run: Any) -> None:
    alone = struck().select([0]).window(105, 4000)
    write(alone, "alone.h5")
    outcome = run("modes", "alone.h5", "--json", "--diagram", "diagram.png")
    assert outcome.code == 0
    modes = json.loads(outcome.out)["modes"]
    assert [mode["frequency"] for mode in modes] == pytest.approx([30.0, 80.0], rel=1e-3)
    assert [mode["frequency"] for mode in modes] == identify(alone).frequencies.tolist()


def test_decimals_are_those_that_the_smallest_error_makes_sense_of() -> None:
    records = [
        {"frequency": 3671.0042, "frequency_error": 0.0801, "damping_ratio": 0.002, "damping_error": 3.04e-6},
        {"frequency": 5.0, "frequency_error": None, "damping_ratio": 0.01, "damping_error": 0.001},
    ]
    first, second = (row.split() for row in mode_table([{**r, "note": ""} for r in records]).splitlines()[1:])
    assert first == ["1", "3671.004", "0.080", "0.20000", "0.00030"]
    assert second == ["2", "5.000", "–", "1.00000", "0.10000"]


def test_without_errors_their_columns_are_left_out() -> None:
    record = {"frequency": 12.3456, "frequency_error": None, "damping_ratio": 0.0123, "damping_error": np.nan}
    title, row = mode_table([record | {"wavenumber": None, "note": ""}]).splitlines()
    assert "±" not in title
    assert "wavenumber" not in title
    assert row.split() == ["1", "12.346", "1.2300"]
