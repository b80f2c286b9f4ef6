"""Seismic files: what obspy's own examples hold, and traces that differ in time, rate or completeness."""

from __future__ import annotations

import logging
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from foreign_traces import START, held, seg2, stream

from wavefact.errors import CorruptFileError, InputError, MissingPackageError, WavefactError
from wavefact.io import FORMATS, read, scan
from wavefact.io._traces import Channel, assembled
from wavefact.io.base import ReadOptions

obspy = pytest.importorskip("obspy", reason="obspy is not installed")
EXAMPLES = Path(obspy.__file__).parent / "io"


def example(name):
    path = EXAMPLES / name
    if not path.is_file():
        pytest.skip(f"obspy came without {name}")
    return path


def by_obspy(path, form):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return obspy.read(str(path), format=form)


@pytest.mark.parametrize(
    ("name", "form", "shape", "rate"),
    [
        ("mseed/tests/data/test.mseed", "MSEED", (1, 11947), 40.0),
        ("mseed/tests/data/two_channels.mseed", "MSEED", (2, 386), 200.0),
        ("mseed/tests/data/GEOSCOPE16_4_encoding.mseed", "MSEED", (1, 200), 1.0),
        ("mseed/tests/data/fullseed_dataquality_M.mseed", "MSEED", None, None),
        ("sac/tests/data/test.sac", "SAC", (1, 100), 1.0),
        ("sac/tests/data/test.sac.swap", "SAC", (1, 100), 1.0),
        ("segy/tests/data/00001034.sgy_first_trace", "SEGY", (1, 2001), 500.0),
        ("segy/tests/data/ld0042_file_00018.sgy_first_trace", "SEGY", (1, 2050), 500.0),
        ("seg2/tests/data/20180307_031245000.0.seg2", "SEG2", (1, 2048), 8000.0),
    ],
)
def test_examples_are_read_as_obspy_reads_them(name, form, shape, rate):
    path, traces = example(name), by_obspy(example(name), form)
    found = read(path)
    assert scan(path).format == {"MSEED": "miniseed"}.get(form, form.lower())
    if shape is not None:
        assert (found.signals.shape, found.sampling_rate) == (shape, rate)
    factor = traces[0].stats.calib if form == "SEG2" else 1.0
    np.testing.assert_array_equal(found.signals[0], traces[0].data[: found.n_samples] * factor)


def test_gaps_are_nan_and_told(caplog):
    path = example("mseed/tests/data/gaps.mseed")
    merged = by_obspy(path, "MSEED").merge()[0]
    found = read(path)
    np.testing.assert_array_equal(np.isnan(found.signals[0]), merged.data.mask)
    np.testing.assert_array_equal(found.signals[0][~merged.data.mask], merged.data.compressed())
    assert "gaps are NaN: 1648 samples of BW.BGLD..EHE" in caplog.text


def test_damaged_examples_are_refused():
    for name in ("corrupt_one_extra_byte_at_end.mseed", "brokenlastrecord.mseed", "infinite-loop.mseed"):
        with pytest.raises(CorruptFileError):
            read(example(f"mseed/tests/data/{name}"))
    for name in ("seism-longer.sac", "seism-shorter.sac"):
        with pytest.raises(CorruptFileError, match="inconsistent"):
            read(example(f"sac/tests/data/{name}"))


def test_every_example_of_obspy_is_read_or_refused_clearly():
    """None of them crashes, and what is read is plausible."""
    folders = [EXAMPLES / form / "tests/data" for form in ("mseed", "sac", "seg2", "segy")]
    paths = [path for folder in folders for path in sorted(folder.glob("*")) if path.is_file()]
    if not paths:
        pytest.skip("obspy came without its examples")
    n_read, refused = 0, []
    for path in paths:
        try:
            n_read += read(path).n_samples > 0
        except WavefactError as error:
            refused.append((path, str(error)))
    assert n_read > 40
    assert all(str(path) in text for path, text in refused)


def write_traces(path, *traces):
    obspy.Stream(list(traces)).write(str(path), "MSEED", reclen=512, encoding="FLOAT32")
    return path


def test_channels_are_cut_to_the_time_that_all_cover(tmp_path, caplog):
    recording = held()
    traces = stream(recording)
    traces[0].trim(traces[0].stats.starttime + 10 / 250.0)
    traces[2].trim(endtime=traces[2].stats.endtime - 5 / 250.0)
    with caplog.at_level(logging.INFO, "wavefact"):
        found = read(write_traces(tmp_path / "a.mseed", *traces))
    np.testing.assert_array_equal(found.signals, recording.signals[:, 10:55])
    assert found.names == recording.names
    assert found.metadata["start_time"] == "2024-02-29T23:59:59.54"
    assert "cut to the 45 samples" in caplog.text
    whole = read(write_traces(tmp_path / "b.mseed", *stream(recording)))
    assert whole.metadata["start_time"] == START


def test_channels_without_a_common_time_are_refused(tmp_path):
    first, second, _ = stream(held())
    second.stats.starttime += 3600
    with pytest.raises(InputError, match="0 samples in common"):
        read(write_traces(tmp_path / "a.mseed", first, second))


def test_of_several_rates_one_is_named(tmp_path):
    first, second, third = stream(held())
    second.stats.sampling_rate = 100.0
    path = write_traces(tmp_path / "a.mseed", first, second, third)
    listed = r"'250 Hz' \(XX.DECK..HHN, XX.PIER..HHZ\), '100 Hz' \(XX.DECK..HHZ\)"
    with pytest.raises(InputError, match=listed):
        read(path)
    assert read(path, part="250 Hz").names == ("XX.PIER..HHZ", "XX.DECK..HHN")
    assert read(path, part="100 Hz").sampling_rate == 100.0


def test_pieces_are_joined_at_their_times():
    pieces = [
        Channel("a", 10**18, 10.0, np.arange(4.0)),
        Channel("a", 10**18 + 600_000_000, 10.0, np.arange(6.0, 9.0)),
    ]
    found = assembled(pieces, Path("a"), ReadOptions())
    np.testing.assert_array_equal(found["signals"], [[0, 1, 2, 3, np.nan, np.nan, 6, 7, 8]])
    with pytest.raises(CorruptFileError, match="1678"):
        assembled([Channel("a", 2**70, 10.0, np.ones(3))], Path("a"), ReadOptions())
    with pytest.raises(InputError, match="0 Hz, not positive"):
        assembled([Channel("a", 0, 0.0, np.ones(3))], Path("a"), ReadOptions())


def test_seg2_tells_factor_unit_and_places_of_geophones(tmp_path, monkeypatch):
    """As the headers of a line of three geophones with gains of their own say."""
    path = tmp_path / "line.seg2"
    seg2(path)
    counts = np.array([3, -5, 7, 11], dtype=np.int32)
    traces = [
        obspy.Trace(counts, {"sampling_rate": 1000.0, "calib": 0.5 * (i + 1), "seg2": header(2.0 * i)})
        for i in range(3)
    ]
    monkeypatch.setattr(obspy, "read", lambda *_, **__: traces)
    found = read(path)
    np.testing.assert_array_equal(found.signals, [0.5 * counts, 1.0 * counts, 1.5 * counts])
    np.testing.assert_array_equal(found.positions, [0.0, 2.0, 4.0])
    assert (found.unit, found.names, found.sampling_rate) == ("mV", ("1", "2", "3"), 1000.0)


def header(place):
    return {"RECEIVER_LOCATION": f"{place} 0.0 0.0", "DESCALING_FACTOR": "1"}


def test_segy_tells_where_traces_were(tmp_path):
    traces = stream(held())
    for i, trace in enumerate(traces):
        trace.stats.starttime = obspy.UTCDateTime("2024-02-29")
        trace.stats.segy = {"trace_header": {}}
        trace.stats.segy.trace_header.group_coordinate_x = 150 * i
        trace.stats.segy.trace_header.scalar_to_be_applied_to_all_coordinates = -100
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traces.write(str(tmp_path / "a.segy"), "SEGY", data_encoding=5)
    np.testing.assert_allclose(read(tmp_path / "a.segy").positions, [0.0, 1.5, 3.0])


def test_without_obspy_the_error_says_what_to_install(tmp_path, monkeypatch):
    path = write_traces(tmp_path / "a.mseed", *stream(held()))
    monkeypatch.setitem(sys.modules, "obspy", None)
    assert [form.name for form in FORMATS if form.sniff(path)] == ["miniseed"]
    with pytest.raises(MissingPackageError, match=r"miniseed files.*pip install 'wavefact\[seismic\]'"):
        read(path)
