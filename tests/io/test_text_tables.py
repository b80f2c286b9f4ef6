"""Tables as loggers and spreadsheets of many countries write them."""

import logging
import re

import numpy as np
import pytest

from wavefact.errors import CorruptFileError, InputError, UnknownFormatError
from wavefact.io import read, scan

RNG = np.random.default_rng(1)
SIGNALS = RNG.standard_normal((200, 2)).round(4)
N = len(SIGNALS)


def rows(first, *, values=SIGNALS, delimiter=",", form="{:.4f}"):
    """Return lines of cells that begin with those of `first`."""
    numbers = [delimiter.join(map(form.format, row)) for row in values]
    return "".join(f"{cell}{delimiter}{row}\n" for cell, row in zip(first, numbers, strict=True))


def seconds(step=0.01, decimals=3, first=0.0):
    return [f"{first + i * step:.{decimals}f}" for i in range(N)]


BARE = "".join(f"{a:.4f},{b:.4f}\n" for a, b in SIGNALS)


@pytest.fixture
def told(tmp_path, caplog):
    """Return what is read of a text, scanned alike, and what was logged meanwhile."""

    def reader(text, **options):
        path = tmp_path / "table.csv"
        path.write_bytes(text.encode())
        with caplog.at_level(logging.INFO, "wavefact"):
            recording = read(path, **options)
        if not options:
            info = scan(path)
            for field in ("n_sensors", "n_samples", "sampling_rate", "unit", "names"):
                assert getattr(info, field) == getattr(recording, field)
            assert info.start_time == recording.metadata.get("start_time", "")
        return recording

    return reader


def assert_signals(recording, rate):
    np.testing.assert_array_equal(recording.signals, SIGNALS.T)
    assert recording.sampling_rate == rate


# A first column without a heading


@pytest.mark.parametrize(
    ("first", "rate"),
    [
        (seconds(), 100.0),
        (seconds(first=17.25), 100.0),
        ([f"{i / 300:.3f}" for i in range(N)], 300.0),
        ([f"{5 + i / 256:.3f}" for i in range(N)], 256.0),
        (range(N), None),
        (range(1, N + 1), None),
        ([10 * i for i in range(N)], None),
    ],
    ids=[
        "seconds",
        "from elsewhere",
        "rounded",
        "rounded from elsewhere",
        "rows",
        "rows from one",
        "whole numbers",
    ],
)
def test_an_untitled_first_column_that_rises_evenly_is_no_sensor(first, rate, told, caplog):
    assert_signals(told(rows(first)), rate)
    assert "no heading and rises by even steps" in caplog.text
    assert caplog.records[0].levelno == logging.WARNING


def test_a_heading_or_another_rising_column_makes_it_a_sensor(told, caplog):
    assert told("ramp,a,b\n" + rows(seconds())).names == ("ramp", "a", "b")
    assert "has no heading" not in caplog.text
    assert "rises evenly like a clock" in caplog.text
    both = np.c_[np.arange(N) * 0.5, SIGNALS]
    assert told(rows(seconds(), values=both)).n_sensors == 4
    assert "several columns rise evenly" in caplog.text


@pytest.mark.parametrize(
    "ramp",
    [
        np.arange(N) * 0.01 + 1e-3 * RNG.standard_normal(N),
        np.cumsum(RNG.integers(1, 4, N)),
        np.linspace(0, 1, N) ** 1.02,
        np.arange(N)[::-1] * 0.01,
        np.zeros(N),
        np.where(np.arange(N) < N // 2, np.arange(N), np.arange(N) - N / 4) * 0.01,
    ],
    ids=["noisy", "steps", "bent", "falling", "constant", "sawtooth"],
)
def test_ramps_that_are_no_clock_stay_sensors(ramp, told):
    assert told(rows(ramp, form="{:.5f}")).n_sensors == 3


def test_a_few_rows_are_no_clock(told):
    assert told("".join(rows(seconds()).splitlines(keepends=True)[:30])).n_sensors == 3


def test_gaps_of_an_untitled_clock_are_refused(told):
    lines = rows(seconds()).splitlines(keepends=True)
    with pytest.raises(InputError, match="time steps are not uniform"):
        told("".join(lines[:90] + lines[100:]))
    assert told("".join(lines[:90] + lines[100:]), sampling_rate=100.0).n_sensors == 2


# Rates above the table


@pytest.mark.parametrize(
    ("line", "rate"),
    [
        ("Sampling rate: 100 Hz", 100.0),
        ("# Sample rate = 0.1 kHz", 100.0),
        ("SampleRate;100", 100.0),
        ("% Fs=100", 100.0),
        ("Sampling frequency (Hz): 1,000.5", 1000.5),
        ("Sampling rate: 2,000 Hz", 2000.0),
        ("Station: A | Measurement frequency (Hz): 1000 | Gain: 20", 1000.0),
        ("Abtastrate: 100,5 Hz", 100.5),
        ("Abtastintervall: 5 ms", 200.0),
        ("Fréquence d'échantillonnage : 256 Hz", 256.0),
        ("dt = 0.001", 1000.0),
        ("Sampling interval [ms]: 4", 250.0),
        ("Sampling rate: 100 Hz, 24 bit", 100.0),
        ('"Sampling Rate","100"', 100.0),
        ("Acquisition rate (kS/s): 0.1", 100.0),
        ("Sampling rate;100;100", 100.0),
        ("Sampling rate,100,100", 100.0),
        ("Sampling rate: unknown", None),
        ("Sampling rate: 100 rpm", None),
        ("Heart rate: 60", None),
        ("resampling rate 5", None),
    ],
)
def test_rates_are_read_in_many_spellings(line, rate, told):
    recording = told(f"Bridge 7\n{line}\n{BARE}")
    assert_signals(recording, rate)
    assert recording.metadata["preamble"].startswith("Bridge 7 | ")
    assert told(f"{line}\n{BARE}").sampling_rate == rate


@pytest.mark.parametrize(
    ("line", "rate"),
    [
        ("Abtastrate: 1.000 Hz", 1000.0),
        ("Abtastrate;100,5", 100.5),
        ("dt = 0,001", 1000.0),
        ("Fs: 1,2 kHz", 1200.0),
        ("Messrate [Hz]: 50", 50.0),
    ],
)
def test_rates_above_decimal_commas_have_commas_too(line, rate, told):
    assert_signals(told(f"{line}\nA;B\n{BARE.replace(',', ';').replace('.', ',')}"), rate)


def test_a_rate_and_the_times_must_agree(told):
    header = "Sampling rate: {}\ntime [s],a,b\n"
    assert_signals(told(header.format("100 Hz") + rows(seconds())), 100.0)
    with pytest.raises(InputError, match="200 Hz are told above the table, the times in it make 100 Hz"):
        told(header.format("200 Hz") + rows(seconds()))
    assert told(header.format("200 Hz") + rows(seconds()), sampling_rate=200.0).sampling_rate == 200.0
    with pytest.raises(InputError, match="line 1 says 200 Hz, line 2 100 Hz"):
        told("Fs: 200 Hz\n# dt = 0.01 s\n" + BARE)
    with pytest.raises(InputError, match="contradicts itself"):
        told("Fs: 300 Hz\n" + rows(seconds()))


@pytest.mark.parametrize("step", [10, 10_000])
def test_a_rate_tells_the_unit_of_untitled_times(step, told):
    assert_signals(told("Fs: 100 Hz\n" + rows([i * step for i in range(N)])), 100.0)


def test_a_rate_serves_where_the_unit_of_time_is_unknown(told):
    assert_signals(told("Fs: 100 Hz\ntime [ticks],a,b\n" + rows(range(N))), 100.0)


# Commas


def test_decimal_commas_between_commas_with_blanks_are_read(told, caplog):
    text = "".join(f"{a:.4f}| {b:.4f}\n".replace(".", ",").replace("|", ",") for a, b in SIGNALS)
    assert_signals(told(text), None)
    assert "decimal commas" in caplog.text
    assert told("left, right\n" + text).names == ("left", "right")


def test_quotes_set_decimal_commas_apart(told):
    text = "".join(f'"{a:.4f}"|"{b:.4f}"\n'.replace(".", ",").replace("|", ",") for a, b in SIGNALS)
    assert_signals(told("left,right\n" + text), None)


@pytest.mark.parametrize("before", ["", "left,right\n"])
@pytest.mark.parametrize("first", [[""] * N, [f"{i}," for i in range(N)]], ids=["bare", "rows"])
def test_decimal_commas_between_commas_are_refused(first, before, told):
    text = "".join(
        f"{cell}{a:.4f},{b:.4f}\n".replace(".", ",") for cell, (a, b) in zip(first, SIGNALS, strict=True)
    )
    with pytest.raises(
        InputError, match=r"look like decimal commas .*, 2 numbers a row or [45]; export with semicolons"
    ):
        told(before + text)


@pytest.mark.parametrize(
    "counts",
    [
        RNG.integers(-2000, 2000, (N, 4)),
        RNG.integers(0, 9, (N, 4)),
        RNG.integers(1000, 9999, (N, 4)),
        np.c_[RNG.integers(-5, 5, N), RNG.integers(10, 99, N)],
        np.zeros((N, 2), int),
    ],
)
def test_whole_numbers_between_commas_are_sensors(counts, told):
    recording = told("".join(",".join(map(str, row)) + "\n" for row in counts))
    np.testing.assert_array_equal(recording.signals, counts.T)


# Lines above the table


def test_lines_above_a_table_are_kept_and_passed_over(told):
    above = "Bridge 7\nChannels\t2\n\nOperator: N. N.\n24\nstart 12:00\nx\ty\n"
    recording = told(above + BARE.replace(",", "\t"))
    assert_signals(recording, None)
    assert recording.names == ("x", "y")
    assert recording.metadata["preamble"] == "Bridge 7 | Channels 2 | Operator: N. N. | 24 | start 12:00"


def test_a_hundred_lines_above_a_table_do_no_harm(told):
    above = "".join(f"Setting {i}: value of it\n" for i in range(100))
    assert_signals(told(f"{above}Fs: 50\n{BARE}"), 50.0)


def test_a_damaged_first_row_is_no_header(told):
    with pytest.raises(CorruptFileError, match="line 3, column 2: '0x' is not a number"):
        told(f"Bridge 7\nof steel\n0.5,0x\n{BARE}")
    with pytest.raises(CorruptFileError, match="line 2, column 2: the row has 1 numbers instead of 2"):
        told(f"a,b\n0.5\n{BARE}")


def test_text_that_is_no_table_is_called_so_with_a_line(told):
    with pytest.raises(
        UnknownFormatError, match=r"looks like text.*line 2 comes nearest: 'two 7 words'.*CSV"
    ):
        told("one word\ntwo 7 words\nthree words\n")


# Headings


@pytest.mark.parametrize(
    ("header", "names", "unit"),
    [
        ("time [s],A [m/s^2],B [m/s^2]", ("A", "B"), "m/s^2"),
        ("Time,A (g),B (g)", ("A", "B"), "g"),
        ("Time,A,B\ns,m/s^2,m/s^2", ("A", "B"), "m/s^2"),
        ("Time,A,B\n[s],[m/s²],[m/s²]", ("A", "B"), "m/s²"),
        ("Bridge 7\n\nTime,A,B\n(s),(mV),(mV)", ("A", "B"), "mV"),
        ("Unit: mm\nTime,A,B", ("A", "B"), "mm"),
        ("Bridge 7\nTime,A,B\ns,furlong,furlong", ("A", "B"), ""),
        ("Time,A (left),B (N)", ("A (left)", "B (N)"), ""),
        ("Time,A,B\ns,left,right", ("A", "B"), ""),
    ],
)
def test_units_of_columns_are_read(header, names, unit, told):
    recording = told(f"{header}\n{rows(seconds())}")
    assert_signals(recording, 100.0)
    assert (recording.names, recording.unit) == (names, unit)


def test_different_units_are_kept_beside_the_signals(told, caplog):
    recording = told("t [s],A [g],B [mm]\n" + rows(seconds()))
    assert (recording.unit, recording.metadata["units"]) == ("", "g, mm")
    assert "different units" in caplog.text


def test_the_row_of_units_says_the_unit_of_time(told):
    assert_signals(told("Time,A,B\n[ms],[g],[g]\n" + rows([10 * i for i in range(N)])), 100.0)


# Row numbers


@pytest.mark.parametrize(
    "heading", ["Sample", "Index", "No.", "Nr", "#", '"#"', "Row", "Scan", "sample no", ""]
)
@pytest.mark.parametrize("n_rows", [20, N])
def test_what_counts_the_rows_is_no_sensor(heading, n_rows, told, caplog):
    first = range(1, n_rows + 1)
    recording = told(f"{heading},A,B\n" + rows(first, values=SIGNALS[:n_rows]))
    assert recording.names == ("A", "B")
    np.testing.assert_array_equal(recording.signals, SIGNALS[:n_rows].T)
    told_of = [record for record in caplog.records if "row number" in record.message]
    is_comment = heading in ("", "#")  # as which # is taken off
    assert {record.levelno for record in told_of} == {logging.INFO if is_comment else logging.WARNING}


@pytest.mark.parametrize("heading", ["Sample", "No.", "#", ""])
@pytest.mark.parametrize(("time", "unit"), [("Time [s]", 1.0), ("t (ms)", 1e3)])
def test_time_behind_row_numbers_is_time(heading, time, unit, told):
    first = [f"{i + 1},{i / 100 * unit:.3f}" for i in range(N)]
    recording = told(f"{heading},{time},A,B\n" + rows(first))
    assert recording.names == ("A", "B")
    assert_signals(recording, 100.0)


def test_time_behind_other_numbers_is_a_sensor(told):
    first = [f"{i % 7},{i / 100:.3f}" for i in range(N)]
    assert told("Sample,Time [s],A,B\n" + rows(first)).names == ("Sample", "Time", "A", "B")


@pytest.mark.parametrize(
    ("heading", "first"),
    [("Force", range(1, N + 1)), ("Sample", range(0, 2 * N, 2)), ("Index", np.arange(N) + 0.5)],
)
def test_other_counts_and_headings_are_sensors(heading, first, told):
    assert told(f"{heading},A,B\n" + rows(first)).names == (heading, "A", "B")


def test_delimiters_at_the_end_of_a_row_are_no_columns(told):
    lines = rows(seconds(), delimiter="\t").splitlines(keepends=True)
    lines[7] = lines[7].rstrip("\n") + 21 * "\t" + "\n"
    assert_signals(told("time [s]\tA\tB\t\t\t\n" + "".join(lines)), 100.0)


# Dates and hours


def clock(form, start=12 * 3600.0, step=0.1):
    """Return date and hour of each row, beyond midnight if the start is late."""
    cells = []
    for i in range(N):
        days, rest = divmod(round(start + i * step, 6), 86400)
        minutes, second = divmod(rest, 60)
        cells.append(form.format(d=1 + int(days), h=int(minutes // 60), m=int(minutes % 60), s=second))
    return cells


HOUR = "{h:02d}:{m:02d}:{s:04.1f}"


@pytest.mark.parametrize("start", [12 * 3600.0, 86390.0])
@pytest.mark.parametrize(
    ("header", "form", "delimiter"),
    [
        ("Date;Time;A;B\n", "{d:02d}.06.2026;" + HOUR, ";"),
        ("", "{d:02d}.06.2026;" + HOUR, ";"),
        ("Datum;Uhrzeit;A;B\n[];[];[g];[g]\n", "{d:02d}.06.26;" + HOUR, ";"),
        ("Date\tTime\tA\tB\n", "2026-06-{d:02d}\t" + HOUR, "\t"),
        ("Date,Time,A,B\n", "2026/06/{d:02d}," + HOUR, ","),
        ("date time A B\n", "2026-06-{d:02d} " + HOUR, " "),
        ("", "2026-06-{d:02d}T" + HOUR + "Z", ","),
        ("Timestamp;A;B\n", "2026-06-{d:02d} " + HOUR, ";"),
    ],
)
def test_dates_and_hours_are_one_clock(header, form, delimiter, start, told):
    text = header + rows(clock(form, start), delimiter=delimiter)
    recording = told(
        re.sub(r"\.(?!06)", ",", text).replace(",26;", ".26;").replace(",2026", ".2026")
        if delimiter == ";"
        else text
    )
    assert_signals(recording, 10.0)
    assert recording.metadata["start_time"] == f"2026-06-01T{'12:00:00' if start < 80000 else '23:59:50'}"
    assert recording.names == (("A", "B") if header else None)


def test_date_and_seconds(told):
    lines = [f"2026-06-01,{cell}" for cell in seconds()]
    recording = told("Date,Time [s],A,B\n" + rows(lines))
    assert_signals(recording, 100.0)
    assert recording.metadata["start_time"] == "2026-06-01T00:00:00"


def test_hours_without_dates_go_beyond_midnight(told):
    recording = told("Time,A,B\n" + rows(clock(HOUR, 86390.0)))
    assert_signals(recording, 10.0)
    assert "start_time" not in recording.metadata


@pytest.mark.parametrize("decimals", [3, 4, 6])
@pytest.mark.parametrize("rate", [128, 256, 300, 512, 600])
@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("Time,A,B\n", "2026-06-{d:02d}T{h:02d}:{m:02d}:{s:0W.Df}"),
        ("Time,A,B\n", "{h:02d}:{m:02d}:{s:0W.Df}"),
        ("Date,Time,A,B\n", "2026-06-{d:02d},{h:02d}:{m:02d}:{s:0W.Df}"),
    ],
)
def test_stamps_are_rounded_to_their_last_digit(header, form, rate, decimals, told):
    form = form.replace("W", str(decimals + 3)).replace("D", str(decimals))
    assert_signals(told(header + rows(clock(form, 86399.0, 1 / rate))), rate)


@pytest.mark.parametrize("rate", [256, 512, 640])
@pytest.mark.parametrize("lost", [1, N // 2, N - 2])
def test_a_lost_sample_is_seen_in_stamps_of_whole_milliseconds(rate, lost, told):
    stamps = [f"{1000 * i / rate:.0f}" for i in range(N)]
    assert_signals(told("time [ms],A,B\n" + rows(stamps)), rate)
    lines = rows(stamps).splitlines(keepends=True)
    del lines[lost]
    with pytest.raises(InputError, match="not uniform"):
        told("time [ms],A,B\n" + "".join(lines))


def test_stamps_that_are_uneven_beyond_their_last_digit_are_refused(told):
    lines = rows(clock("{h:02d}:{m:02d}:{s:06.3f}", step=1 / 128)).splitlines(keepends=True)
    with pytest.raises(InputError, match="not uniform"):
        told("Time,A,B\n" + "".join(lines[:70] + lines[73:]))


def test_seconds_rounded_to_six_decimals_make_a_round_rate(told):
    assert_signals(told("time [s],A,B\n" + rows(seconds(1 / 128, 6))), 128.0)


def test_hours_of_twelve(told):
    hours = [
        f"{11 + i // 60 if i < 120 else 1}:{i % 60:02d}:00 {'A' if i < 60 else 'P'}M" for i in range(150)
    ]
    text = rows([f"06/13/2026,{hour}" for hour in hours], values=SIGNALS[:150])
    recording = told("Date,Time,A,B\n" + text)
    assert recording.sampling_rate == pytest.approx(1 / 60)
    assert recording.metadata["start_time"] == "2026-06-13T11:00:00"


def test_dates_that_may_be_two_have_no_start(told, caplog):
    recording = told("Date,Time,A,B\n" + rows(clock("06/0{d}/2026," + HOUR)))
    assert_signals(recording, 10.0)
    assert "start_time" not in recording.metadata
    assert "may be two dates" in caplog.text
    late = told("Date,Time,A,B\n" + rows(clock("06/0{d}/2026," + HOUR, 86390.0)))
    assert late.metadata["start_time"] == "2026-06-01T23:59:50"  # one day on is the second of June


def test_a_damaged_hour_is_named(told):
    lines = rows(clock("2026-06-{d:02d}," + HOUR)).splitlines(keepends=True)
    lines[70] = lines[70].replace(":", ";", 1)
    with pytest.raises(CorruptFileError, match="12;00"):
        told("".join(lines))
    with pytest.raises(InputError, match="not uniform"):
        told("".join(lines[:70] + lines[80:]))


# Clocks by other names


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("Timestamp", 1.0),
        ("TIME STAMP", 1.0),
        ("timestamp_ms", 1e3),
        ("Timestamp [ms]", 1e3),
        ("Elapsed Time (s)", 1.0),
        ("Elapsed", 1.0),
        ("Relative time", 1.0),
        ("X_Value", 1.0),
    ],
)
def test_clocks_by_other_names_are_time(heading, unit, told):
    assert_signals(told(f"{heading},A,B\n" + rows([f"{i / 100 * unit:.3f}" for i in range(N)])), 100.0)


@pytest.mark.parametrize("heading", ["T1", "t_air", "Relative humidity", "X", "Epochs", "Timer"])
def test_names_like_those_of_clocks_are_sensors(heading, told, caplog):
    recording = told(f"{heading},A,B\n" + rows([f"{i % 7}" for i in range(N)]))
    assert recording.names == (heading, "A", "B")
    assert "like a clock" not in caplog.text


@pytest.mark.parametrize(
    ("heading", "count"),
    [("Time", 1), ("Unix time", 1e3), ("epoch", 1e6), ("DateTime", 1e9), ("Time [ms]", 1e3)],
)
def test_time_since_1970_is_taken_in_the_unit_that_makes_it_a_date(heading, count, told):
    stamps = [f"{(1780000000 + i / 100) * count:.{2 if count == 1 else 0}f}" for i in range(N)]
    recording = told(f"{heading},A,B\n" + rows(stamps))
    assert_signals(recording, pytest.approx(100.0, rel=1e-6))
    assert recording.metadata["start_time"] == "2026-05-28T20:26:40"


def test_whole_seconds_that_nobody_called_seconds_are_told(told, caplog):
    assert_signals(told("Time,A,B\n" + rows([10 * i for i in range(N)])), 0.1)
    assert "taken as time in seconds, in whole numbers" in caplog.text
    caplog.clear()
    assert_signals(told("Time,A,B\n" + rows(seconds())), 100.0)
    assert_signals(told("Time [s],A,B\n" + rows(range(N))), 1.0)
    assert "whole numbers" not in caplog.text


def test_a_sensor_that_rises_like_a_clock_is_told(told, caplog):
    lines = "".join(f"{a:.4f},{b:.4f},{i / 100:.2f}\n" for i, (a, b) in enumerate(SIGNALS))
    assert told("A,B,Ticks\n" + lines).names == ("A", "B", "Ticks")
    assert "column 'Ticks' rises evenly like a clock" in caplog.text


def test_a_given_rate_is_scanned_instead_of_uneven_times(tmp_path):
    path = tmp_path / "gap.csv"
    lines = rows(seconds()).splitlines(keepends=True)
    path.write_text("Time [s],A,B\n" + "".join(lines[:40] + lines[50:]))
    with pytest.raises(InputError, match="not uniform"):
        scan(path)
    info = scan(path, sampling_rate=100.0)
    assert (info.sampling_rate, info.duration, info.n_sensors) == (100.0, (N - 10) / 100, 2)
    with pytest.raises(InputError, match="must be a positive number of hertz"):
        scan(path, sampling_rate=0.0)
