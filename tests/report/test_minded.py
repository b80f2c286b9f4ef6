"""What a report says of its input: what was never told, or does not fit together."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import wavefact as wf
from tests.report import results
from wavefact.modal import read_modes, write_modes
from wavefact.report._minded import minded_of
from wavefact.report._words import counted, energy_shares

MEASURED = results.recording()


def reported(**changes: object) -> wf.Report:
    """Return the report of the recording with some fields changed, and of its fit over both axes."""
    changed = MEASURED.replace(metadata={}, names=None, **changes)
    settings = {"wave_weight": 10.0, "time_weight": 0.02, "regularization": 10.0}
    fit = wf.factorize(changed, wf.String(results.N_SENSORS), **settings)
    known = changed.sampling_rate is not None
    return wf.Report(fit, changed, modes=wf.identify(fit) if known else None)


@pytest.fixture(scope="module")
def known() -> wf.Report:
    return reported()


@pytest.fixture(scope="module")
def nowhere() -> wf.Report:
    return reported(positions=None)


@pytest.fixture(scope="module")
def timeless() -> wf.Report:
    return reported(positions=None, sampling_rate=None)


def test_a_recording_that_tells_all_is_certified_in_green(known: wf.Report) -> None:
    text = known.html()
    assert minded_of(known) == ()
    assert '<div class="tile good"><p class="name">Decomposition</p>' in text
    assert "rad/m" in text
    assert "rad/sensor" not in text
    assert "the optimum of the problem as stated" in text


def test_positions_that_nobody_gave_are_no_metres(nowhere: wf.Report) -> None:
    text = nowhere.html()
    assert "assumed evenly spaced" in text
    assert "rad/sensor" in text
    assert not re.search(r"rad/m\b|\[m\]", text)
    assert '<div class="tile good"' not in text
    assert "! one warning" in text


def test_the_unit_of_lengths_goes_with_fit_modes_and_files(nowhere: wf.Report, tmp_path: Path) -> None:
    assert nowhere.fit is not None
    assert nowhere.modes is not None
    nowhere.fit.save(tmp_path / "fit.h5")
    nowhere.modes.save(tmp_path / "modes.h5")
    write_modes(nowhere.modes, tmp_path / "modes.csv")
    kept = (
        wf.Factorization.load(tmp_path / "fit.h5"),
        wf.ModalModel.load(tmp_path / "modes.h5"),
        read_modes(tmp_path / "modes.csv"),
        nowhere.modes.select([0]),
    )
    assert {found.length_unit for found in kept} == {"sensor"}
    assert "wavenumber [rad/sensor]" in str(nowhere.modes)
    assert nowhere.fit.filters.bands().unit == "rad/sensor"
    np.testing.assert_allclose(kept[2].wavenumbers, nowhere.modes.wavenumbers)


def test_without_a_rate_nothing_is_in_hertz(timeless: wf.Report) -> None:
    text = timeless.html()
    assert len(minded_of(timeless)) == 2
    assert "cycles/sample" in text
    assert not re.search(r"\bHz\b", text)
    assert timeless.fit is not None
    assert "Hz" not in timeless.fit._repr_html_()
    assert timeless.fit.time_filters is not None
    assert timeless.fit.time_filters.bands().unit == "cycles/sample"


@pytest.mark.parametrize(
    "changes",
    [
        {"metadata": {"units": ", ".join(["m/s^2"] * 6 + ["m/s"] * 6)}},
        {"metadata": {}, "names": [*["a [m/s^2]"] * 6, *["b [m/s]"] * 6]},
    ],
)
def test_channels_of_different_units_are_told(changes: dict[str, object]) -> None:
    mixed = MEASURED.replace(unit="", **changes)
    (told,) = minded_of(wf.Report(recording=mixed))
    assert "m/s² and m/s" in told


def test_channels_of_one_unit_are_not_mixed() -> None:
    alike = MEASURED.replace(names=[f"a{i} [m/s^2]" for i in range(12)], metadata={})
    assert minded_of(wf.Report(recording=alike)) == ()


def test_levels_far_apart_are_told_and_seen() -> None:
    signals = np.array(MEASURED.signals)
    signals[[2, 5]] *= 1e-3
    quiet = wf.Report(recording=MEASURED.replace(signals=signals))
    (told,) = minded_of(quiet)
    assert "channels A2 and A5 hardly count" in told
    assert "the axis logarithmic" in quiet.html()


def test_what_differs_in_number_from_modes_is_explained(known: wf.Report) -> None:
    assert known.fit is not None
    assert known.modes is not None
    assert np.count_nonzero(energy_shares(known.fit) < 1e-4) == 1
    text = known.html()
    assert f"It has {counted(known.fit.n_components, 'component')}, of which one" in text
    assert "carries less than 0.01\u00a0% of their energy" in text
    assert "&lt; 0.01" in text


def test_a_page_is_called_as_the_recording_is() -> None:
    named = MEASURED.replace(metadata={"title": "bridge 7", "snr_db": -3.0})
    assert wf.Report(recording=named).heading == "Bridge 7"
    assert wf.Report(recording=named, title="Cable").heading == "Cable"
    text = wf.Report(recording=named).html()
    assert "snr db" not in text
    assert "signal-to-noise ratio [dB]" in text


def test_the_map_is_of_waves_and_not_of_drift() -> None:
    """A slow drift a thousand times as loud as the waves leaves them the brighter part of the colours."""
    from wavefact.report.sections.wavenumbers import _loud, _map

    time = np.arange(MEASURED.n_samples) / results.RATE
    signals = np.asarray(MEASURED.signals) + 300 * np.sin(2 * np.pi * time / 90 + 1) + 7e3 + 5 * time
    fit = results.fit_of(MEASURED)
    modes = wf.identify(fit)
    picture = _map(wf.Report(fit, MEASURED.replace(signals=signals), modes=modes))
    assert picture is not None
    loud = _loud(picture, modes) or float(picture.values.max())
    rows = np.searchsorted(picture.frequencies, modes.frequencies)
    assert np.all(picture.values[rows].max(axis=1) > loud * 10 ** (-30 / 20))


def test_the_diagram_marks_the_modes_of_the_table() -> None:
    report = results.everything()
    assert report.diagram is not None
    moved = replace(report.diagram.model, frequencies=1.01 * report.diagram.model.frequencies)
    text = wf.Report(modes=moved, diagram=report.diagram).html()
    assert "the modes of the table, which come from the components" in text
    assert "here by up to 0.99\u00a0%" in text


def test_groups_of_poles_are_told_by_the_modes_of_the_table() -> None:
    from wavefact.report.sections.stability import _verdicts

    diagram = results.everything().diagram
    assert diagram is not None
    assert _verdicts(diagram, diagram.model) == [group.verdict for group in diagram.groups]
    first = next(group for group in diagram.groups if group.verdict == "mode 2")
    explained = replace(first, verdict="explained by other modes")
    beside = replace(explained, frequency=1.2 * first.frequency)
    other = replace(diagram, groups=(replace(explained, frequency=1.0001 * first.frequency), first, beside))
    table = diagram.model.select([1, 2])
    text = ["explained by other modes", "mode 1 of the table", "explained by other modes"]
    assert _verdicts(other, table) == text  # the nearest group, once, in the numbers of the table
    alone = _verdicts(
        replace(diagram, groups=(replace(explained, frequency=1.0001 * first.frequency),)), table
    )
    assert alone == ["mode 1 of the table"]
    missing = _verdicts(replace(diagram, groups=(first,)), diagram.model.select([0]))
    assert missing == ["a mode of the poles, none of the table"]


def test_shapes_without_places_are_told_unless_a_geometry_says_where() -> None:
    modes = wf.ModalModel(np.array([2.0]), np.array([0.01]), np.array([[1.0], [0.5], [-1.0]]))
    (told,) = minded_of(wf.Report(modes=modes))
    assert "shapes are drawn along a line" in told
    placed = wf.Geometry(np.eye(3), channel_points=[0, 1, 2], channel_directions=["x", "y", "z"])
    assert minded_of(wf.Report(modes=modes, geometry=placed)) == ()
    assert minded_of(wf.Report(modes=replace(modes, positions=np.arange(3.0)))) == ()


def test_faulty_channels_are_told_but_for_samples_that_a_fit_was_told_are_missing() -> None:
    signals = np.array(MEASURED.signals)
    signals[5] = signals[4]
    copied = MEASURED.replace(signals=signals, metadata={})
    (told,) = minded_of(wf.Report(recording=copied))
    assert "sensor 5 ('A5') (duplicate: identical with sensor 4)" in told
    signals = np.array(MEASURED.signals)
    signals[3, 10:20] = np.nan
    gappy = MEASURED.replace(signals=signals, metadata={})
    fit = wf.factorize(gappy, wf.String(12), missing="nan", wave_weight=10.0, regularization=10.0)
    assert minded_of(wf.Report(fit, gappy)) == ()
    assert "10 NaN" in minded_of(wf.Report(recording=gappy))[0]
