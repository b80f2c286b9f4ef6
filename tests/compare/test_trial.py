"""One method tried: what is scored, and what an oracle chooses."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from wavefact.baselines import TruncatedSVD
from wavefact.compare.methods import METHODS
from wavefact.compare.trial import Case, automatic_trial, oracle_trial
from wavefact.errors import InputError, MissingPackageError
from wavefact.metrics import relative_error
from wavefact.operators import String
from wavefact.recording import Recording
from wavefact.simulate import Structure, simulate

STRING = String(10, 0.5)
MADE = simulate(
    Structure.of(STRING, 3, wave_speed=20.0), "random", sampling_rate=20.0, duration=20.0, snr_db=3.0, rng=1
)
CASE = Case(MADE.recording, STRING, MADE.clean, MADE.truth)


@dataclasses.dataclass(frozen=True)
class Slow(TruncatedSVD):
    """Need time, and more candidates than there is time for."""

    def candidates(self, recording: Recording, operator: Any) -> Iterator[TruncatedSVD]:
        """Return ever more components, slowly."""
        for n_components in range(1, 11):
            time.sleep(0.05)
            yield TruncatedSVD(n_components)


@dataclasses.dataclass(frozen=True)
class Fussy(TruncatedSVD):
    """Refuse some settings, and half recordings."""

    def candidates(self, recording: Recording, operator: Any) -> Iterator[TruncatedSVD]:
        """Return one that is refused and one that is not."""
        yield Fussy(1)
        yield Fussy(3)

    def denoise(self, recording: Recording, operator: Any) -> Recording:
        """Refuse one component."""
        if self.n_components == 1:
            raise np.linalg.LinAlgError("did not converge")
        if recording.n_samples < 400:
            raise InputError("Too short.")
        return TruncatedSVD(self.n_components).denoise(recording, operator)


def test_all_scores_that_the_truth_allows_are_there() -> None:
    answer = automatic_trial(CASE, "svd")
    chosen = TruncatedSVD()
    cleaned = chosen.denoise(MADE.recording, STRING)
    assert answer["relative_error"] == relative_error(cleaned.signals, MADE.clean)
    assert answer["model"].n_modes == chosen.identify(MADE.recording, STRING).n_modes > 0
    assert answer["missed"] + answer["model"].n_modes - answer["false"] == MADE.truth.n_modes
    assert 0 < answer["held_out_error"] < 1
    assert answer["seconds"] > 0


def test_without_truth_only_prediction_is_scored() -> None:
    answer = automatic_trial(dataclasses.replace(CASE, clean=None, truth=None), "svd")
    assert math.isfinite(answer["held_out_error"])
    assert not {"relative_error", "mac"} & set(answer)


def test_a_truth_without_modes_does_not_count() -> None:
    case = dataclasses.replace(CASE, truth=MADE.truth.select([]))
    assert not case.has_modes
    assert "mac" not in automatic_trial(case, "svd")


def test_half_a_recording_may_be_too_short(monkeypatch: pytest.MonkeyPatch) -> None:
    short = dataclasses.replace(CASE, recording=MADE.recording.window(0, 31), clean=MADE.clean[:, :31])
    assert math.isnan(automatic_trial(short, "svd")["held_out_error"])
    monkeypatch.setitem(METHODS, "fussy", Fussy)
    answer = automatic_trial(CASE, "fussy")
    assert math.isnan(answer["held_out_error"])
    assert math.isfinite(answer["relative_error"])


def test_an_oracle_finds_the_best_setting_for_each_score() -> None:
    answer = oracle_trial(CASE, "svd")
    tried = list(TruncatedSVD().candidates(MADE.recording, STRING))
    errors = [relative_error(one.denoise(MADE.recording, STRING).signals, MADE.clean) for one in tried]
    assert answer["relative_error"] == min(errors) < errors[1]
    assert repr(tried[int(np.argmin(errors))]) in answer["setting"]
    assert answer["mac"] >= automatic_trial(CASE, "svd")["mac"]
    assert answer["model"] is None


def test_an_oracle_needs_the_truth() -> None:
    with pytest.raises(InputError, match="needs the truth"):
        oracle_trial(dataclasses.replace(CASE, clean=None, truth=None), "svd")


def test_an_oracle_keeps_what_it_found_when_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(METHODS, "slow", Slow)
    answer = oracle_trial(CASE, "slow", 0.2)
    assert "of the first" in answer["setting"]
    assert math.isfinite(answer["relative_error"])
    assert "of the first" not in oracle_trial(CASE, "slow", 60.0)["setting"]


def test_settings_that_cannot_be_used_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(METHODS, "fussy", Fussy)
    assert "Fussy(n_components=3)" in oracle_trial(dataclasses.replace(CASE, truth=None), "fussy")["setting"]
    short = dataclasses.replace(CASE, recording=MADE.recording.window(0, 99), truth=None)
    with pytest.raises(InputError, match="No setting of truncated SVD gave an answer"):
        oracle_trial(short, "fussy")


def test_an_absent_package_is_no_unusable_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise MissingPackageError("needs a package")

    monkeypatch.setattr(Fussy, "denoise", refuse)
    monkeypatch.setitem(METHODS, "fussy", Fussy)
    for trial in (automatic_trial, oracle_trial):
        with pytest.raises(MissingPackageError):
            trial(CASE, "fussy")
