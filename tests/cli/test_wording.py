"""Messages of the library in the words of the shell."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click
import numpy as np
import pytest

from wavefact.cli import COMMANDS
from wavefact.cli._wording import spoken


def command(name: str) -> click.Command:
    module, _, function = COMMANDS[name].partition(":")
    found: click.Command = getattr(import_module(module), function)
    return found


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("time_weight is 'x'; expected a number.", "--time-weight is 'x'; expected a number."),
        ("rtol is 0.0; expected more.", "--rtol is 0.0; expected more."),
        ("or time_weight=0.0, which reads", "or --time-weight 0.0, which reads"),
        ("what wave_weight=0 does not couple", "what --wave-weight 0 does not couple"),
        ("ends='clamped' is unknown to Plate", "--ends clamped is unknown to Plate"),
        ("mark it (missing='nan' for NaN)", "mark it (--missing for NaN)"),
        ("shape (9, 2); say axis=... if not", "shape (9, 2); say --axis if not"),
        ("leave axis out.", "leave --axis out."),
        ("give wave_weight and regularization.", "give --wave-weight and --regularization."),
        ("dispersion is -1; expected a wave speed", "--wave-speed is -1; expected a wave speed"),
        ("set it with recording.replace(sampling_rate=...).", "give --sampling-rate."),
        ("give sampling_rate (--sampling-rate on the command line).", "give --sampling-rate."),
        ("remove them (wavefact.detrend, or --detrend on the command line).", "remove them (--detrend)."),
        ("repair or remove it (select, window), or", "repair or remove it (in Python: select, window), or"),
        ("remove it with select.", "remove it (in Python: select)."),
    ],
)
def test_arguments_are_options(message: str, said: str) -> None:
    assert spoken(message, command("factorize")) == said


@pytest.mark.parametrize(
    "message",
    [
        "wave_weight/x.h5 does not exist.",
        "data/sampling_rate.csv is empty.",
        "The span of the line is short.",
        "no dispersion relation was given",
        "The regularization is a guess",
        "n_points=3 are too few",
    ],
)
def test_what_is_no_argument_stays(message: str) -> None:
    assert spoken(message, command("factorize")) == message


def test_arguments_that_a_command_does_not_have_stay() -> None:
    assert spoken("wave_weight is -1.0", command("modes")) == "wave_weight is -1.0"
    assert spoken("sampling_rate is -1.0", command("modes")) == "--sampling-rate is -1.0"


def test_without_a_command_nothing_is_changed() -> None:
    assert spoken("give sampling_rate (--sampling-rate on the command line).").startswith(
        "give sampling_rate"
    )


def test_errors_and_warnings_of_a_run_are_said_so(run: Any, tmp_path: Any) -> None:
    signals = np.random.default_rng(0).normal(size=(4, 200))
    np.save(tmp_path / "offset.npy", signals + 9.0)
    signals[1, 7] = np.nan
    np.save(tmp_path / "gap.npy", signals)
    for name in ("modes", "factorize"):
        output = ("-o", "fit.h5") if name == "factorize" else ()
        told = run(name, "gap.npy", "--sampling-rate", 9, *output).err
        assert told.endswith("(in Python: select, window), or factorize with --missing.\n")
    assert "give --sampling-rate." in run("modes", "offset.npy").err
    assert "(--detrend)." in run("factorize", "offset.npy", "-o", "fit.h5").err
