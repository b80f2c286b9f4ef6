"""A comparison: its table, its records, and who is best in what."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest

import wavefact as wf
from wavefact.compare import Comparison, Row, Scores, compare_methods
from wavefact.compare.run import _names
from wavefact.errors import InputError
from wavefact.operators import String
from wavefact.recording import Recording

ROWS = (
    Row("wavefact", scores=Scores(relative_error=0.1, mac=0.99, missed=0), seconds=2.0, n_modes=3),
    Row("svd", scores=Scores(relative_error=math.nan, mac=0.8, missed=1), seconds=0.5, n_modes=2),
    Row("svd", "oracle", chosen="TruncatedSVD(3)", scores=Scores(relative_error=0.05, mac=0.95, missed=0)),
    Row("ica", failure="no answer within 3 s"),
    Row(
        "ksvd", scores=Scores(relative_error=0.1004, snr_gain=math.inf, mac=0.9, missed=0), peak_memory=2.5e6
    ),
)
COMPARISON = Comparison(ROWS)


def test_the_table_has_a_line_for_each_row_and_a_column_for_what_is_known() -> None:
    lines = str(COMPARISON).splitlines()
    assert len(lines) == 1 + len(ROWS)
    assert lines[0].split() == [
        "method",
        "setting",
        "error",
        "gain",
        "[dB]",
        "MAC",
        "missed",
        "modes",
        "time",
        "[s]",
        "MB",
        "note",
    ]
    assert lines[1].split() == ["wavefact", "automatic", "0.100", "–", "0.990", "0", "3", "2.00", "–"]
    assert lines[4].split()[:9] == ["ica", "automatic", *"–––––––"]
    assert lines[4].endswith("  no answer within 3 s")
    assert lines[5].split() == ["ksvd", "automatic", "0.100", "inf", "0.900", "0", "–", "–", "2"]
    assert "5 rows" in repr(COMPARISON)


def test_nothing_compared_is_a_table_too() -> None:
    assert str(Comparison(())).split()[0] == "method"
    assert Comparison(()).best("mac") is None
    assert Comparison(()).winners() == {}


def test_the_best_is_the_lowest_error_and_the_highest_likeness() -> None:
    assert COMPARISON.best("relative_error") is ROWS[2]
    assert COMPARISON.best("relative_error", "automatic") is ROWS[0]
    assert COMPARISON.best("mac") is ROWS[0]
    assert COMPARISON.best("snr_gain") is ROWS[4]  # endless, where nothing is left of the noise
    assert COMPARISON.best("damping_error") is None


def test_an_unknown_score_is_refused() -> None:
    with pytest.raises(InputError, match="no score 'speed'; expected one of relative_error"):
        COMPARISON.best("speed")


def test_winners_share_what_the_table_cannot_tell_apart() -> None:
    assert COMPARISON.winners() == {
        "relative_error": ("wavefact", "ksvd"),
        "mac": ("wavefact",),
        "missed": ("wavefact", "ksvd"),
        "seconds": ("svd",),
    }


def test_records_are_what_json_holds() -> None:
    records = json.loads(json.dumps(COMPARISON.records(), allow_nan=False))
    assert [record["method"] for record in records] == [row.method for row in ROWS]
    assert records[0]["mac"] == 0.99
    assert records[0]["held_out_error"] is None
    assert records[4]["snr_gain"] is None
    assert records[3]["failure"] == "no answer within 3 s"
    assert "model" not in records[0]


RECORDING = Recording(np.random.default_rng(0).normal(size=(6, 80)), 20.0)


def test_a_comparison_comes_back_from_its_records() -> None:
    again = Comparison.of_records(json.loads(json.dumps(COMPARISON.records())))
    assert again.records() == COMPARISON.records()
    assert again.rows[2].chosen == "TruncatedSVD(3)"
    assert math.isnan(again.rows[0].peak_memory)
    assert again.best("mac") == dataclasses.replace(
        ROWS[0], scores=again.rows[0].scores, peak_memory=math.nan
    )


@pytest.mark.parametrize(
    "record", [{"method": "svd", "colour": "red"}, {"setting": "oracle"}, {"method": "svd", "mac": "high"}, 3]
)
def test_what_is_no_record_of_a_row_is_refused(record: object) -> None:
    with pytest.raises(InputError, match="no rows of a comparison"):
        Comparison.of_records([record])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"methods": ["svd", "magic"]}, "no method 'magic'; expected some of wavefact, bandpass"),
        ({"oracle": True}, "oracle needs the truth"),
        ({"time_limit": 0.0}, "time_limit is 0.0"),
        ({"clean": np.ones((5, 80))}, r"\(5, 80\) and the noisy one \(6, 80\)"),
        ({"clean": np.zeros((6, 80))}, "zero throughout"),
        ({"clean": np.full((6, 80), np.nan)}, "not finite"),
        ({"truth": wf.ModalModel(np.ones(1), np.ones(1), np.ones((5, 1)))}, "5 points for 6 sensors"),
        ({"operator": String(7)}, "7 points and the recording 6"),
    ],
)
def test_bad_input_is_refused_before_anything_runs(settings: dict, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        compare_methods(RECORDING, **settings)


def test_complex_signals_and_unknown_rates_are_refused() -> None:
    signals = np.asarray(RECORDING.signals)
    for given in (Recording(signals), Recording(1j * signals, 20.0)):
        with pytest.raises(InputError, match="real recordings that have a sampling rate"):
            compare_methods(given)


def test_wavefact_comes_first_and_each_method_once() -> None:
    assert _names(["svd", "ksvd", "svd"]) == ["wavefact", "svd", "ksvd"]
    assert _names(None)[0] == "wavefact"


def test_a_true_answer_of_the_callback_stops() -> None:
    told = []

    def stop_before_the_second(done: int, total: int, what: str) -> bool:
        told.append((done, total, what))
        return done == 1

    comparison = compare_methods(RECORDING, methods=["svd"], callback=stop_before_the_second)
    assert [row.method for row in comparison.rows] == ["wavefact"]
    assert told == [(0, 2, "wavefact (automatic)"), (1, 2, "svd (automatic)"), (1, 2, "")]
