"""Laws of every file format: round trip, own files only, and no half results from damaged files."""

import dataclasses
import logging

import numpy as np
import pytest
from cases import FORMATS, recordings
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from wavefact.errors import CorruptFileError, InputError, UnknownFormatError, WavefactError
from wavefact.io import read, scan, write
from wavefact.io.base import ReadOptions
from wavefact.recording import Recording

CASES = [
    pytest.param(form, suffix, id=f"{form.name}{suffix}") for form in FORMATS for suffix in form.extensions
]
RECORDINGS = recordings()
HOLDS_ALL = {"hdf5", "npz", "text"}


def assert_same(found, expected, *, signals_only=False):
    assert found.signals.dtype.newbyteorder("=") == expected.signals.dtype.newbyteorder("=")
    np.testing.assert_array_equal(np.asarray(found.signals), np.asarray(expected.signals))
    if signals_only:
        return
    for field in ("sampling_rate", "names", "unit", "quantity", "metadata"):
        assert getattr(found, field) == getattr(expected, field), field
        assert type(getattr(found, field)) is type(getattr(expected, field)), field
    assert [type(value) for value in found.metadata.values()] == [
        type(value) for value in expected.metadata.values()
    ]
    assert (found.positions is None) == (expected.positions is None)
    if expected.positions is not None:
        np.testing.assert_array_equal(found.positions, expected.positions)


def written(form, suffix, folder, recording):
    path = folder / f"recording{suffix}"
    write(recording, path)
    return path


@pytest.mark.parametrize(("form", "suffix"), CASES)
@pytest.mark.parametrize("name", RECORDINGS)
def test_what_is_written_is_read(form, suffix, name, tmp_path):
    recording = RECORDINGS[name]
    before = np.array(recording.signals)
    path = written(form, suffix, tmp_path, recording)
    found = read(path, axis="auto" if form.name in HOLDS_ALL else "sensors-first")
    assert_same(found, recording, signals_only=form.name not in HOLDS_ALL)
    np.testing.assert_array_equal(recording.signals, before)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(("form", "suffix"), CASES)
@pytest.mark.parametrize("name", RECORDINGS)
def test_a_scan_tells_what_a_read_gives(form, suffix, name, tmp_path):
    path = written(form, suffix, tmp_path, RECORDINGS[name])
    info, found = scan(path), read(path)
    assert (info.path, info.format) == (path, form.name)
    for field in ("n_sensors", "n_samples", "sampling_rate", "duration", "unit", "quantity", "names"):
        assert getattr(info, field) == getattr(found, field), field
    assert info.dtype == str(found.signals.dtype)
    assert info.has_positions == (found.positions is not None)


@pytest.mark.parametrize(("form", "suffix"), CASES)
@settings(deadline=None, max_examples=25, derandomize=True)
@given(
    signals=hnp.arrays(
        st.sampled_from([np.float64, np.float32, np.complex128, np.complex64, np.int64, np.uint16]),
        st.tuples(st.integers(1, 4), st.integers(1, 6)),
    )
)
def test_every_number_comes_back_to_the_last_bit(form, suffix, signals, tmp_path_factory):
    path = written(form, suffix, tmp_path_factory.mktemp("numbers"), Recording(signals))
    found = read(path, axis="auto" if form.name in HOLDS_ALL else "sensors-first").signals
    assert found.dtype == signals.dtype
    np.testing.assert_array_equal(found, signals)


@pytest.mark.parametrize(("form", "suffix"), CASES)
def test_each_format_knows_its_own_files_only(form, suffix, tmp_path):
    path = written(form, suffix, tmp_path, RECORDINGS["full"])
    disguised = path.rename(tmp_path / "recording.unknown")
    assert [other.name for other in FORMATS if other.sniff(disguised)] == [form.name]
    assert read(disguised).n_sensors in RECORDINGS["full"].signals.shape
    for other in FORMATS:
        if other is not form:
            for method in (other.read, other.scan):
                with pytest.raises((CorruptFileError, UnknownFormatError)):
                    method(disguised, ReadOptions())


@pytest.mark.parametrize(("form", "suffix"), CASES)
@pytest.mark.parametrize("name", ["full", "bare", "complex"])
def test_a_truncated_file_is_corrupt(form, suffix, name, tmp_path):
    path = written(form, suffix, tmp_path, RECORDINGS[name])
    content = path.read_bytes()
    cuts = {
        *range(1, 40),
        *np.linspace(1, len(content) - 1, 40).astype(int),
        len(content) - 1,
        len(content) - 2,
    }
    for cut in sorted(cuts):
        path.write_bytes(content[:cut])
        with pytest.raises(CorruptFileError, match="recording"):
            read(path)
    path.write_bytes(b"")
    with pytest.raises(CorruptFileError, match="empty"):
        read(path)


@pytest.mark.parametrize(("form", "suffix"), CASES)
def test_a_damaged_file_gives_an_error_of_ours_or_a_whole_recording(form, suffix, tmp_path):
    path = written(form, suffix, tmp_path, RECORDINGS["full"])
    content = bytearray(path.read_bytes())
    rng = np.random.default_rng(0)
    shape = RECORDINGS["full"].signals.shape
    refused = 0
    for position in rng.integers(len(content), size=30):
        damaged = content.copy()
        damaged[position] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        try:
            assert sorted(read(path).signals.shape) == sorted(shape)
        except WavefactError:
            refused += 1
    assert refused > 0


@pytest.mark.parametrize(("form", "suffix"), CASES)
def test_options_fill_in_and_override(form, suffix, tmp_path, caplog):
    full = RECORDINGS["full"]
    path = written(form, suffix, tmp_path, full)
    given_options = {
        "sampling_rate": 7.5,
        "positions": np.arange(full.n_sensors) ** 2.0,
        "names": tuple(f"n{i}" for i in range(full.n_sensors)),
        "unit": "mm",
        "quantity": "strain",
    }
    with caplog.at_level(logging.WARNING, "wavefact"):
        found = read(path, axis="auto" if form.name in HOLDS_ALL else "sensors-first", **given_options)
    expected = dataclasses.replace(full, **given_options)
    for field in ("sampling_rate", "names", "unit", "quantity"):
        assert getattr(found, field) == getattr(expected, field)
        overridden = any(f"the {field} given" in message for message in caplog.messages)
        assert overridden == (form.name in HOLDS_ALL)
    np.testing.assert_array_equal(found.positions, expected.positions)
    with pytest.raises(InputError, match="positions have shape"):
        read(path, positions=[1.0, 2.0])


@pytest.mark.parametrize(("form", "suffix"), CASES)
def test_the_same_recording_gives_the_same_bytes(form, suffix, tmp_path):
    if form.name == "npz":
        pytest.skip("a ZIP archive holds the time of writing")
    first = written(form, suffix, tmp_path, RECORDINGS["full"]).read_bytes()
    assert written(form, suffix, tmp_path, RECORDINGS["full"]).read_bytes() == first


@pytest.mark.parametrize(("form", "suffix"), CASES)
def test_each_compression_of_a_format_works_and_others_are_refused(form, suffix, tmp_path):
    path = tmp_path / f"recording{suffix}"
    for compression in form.compressions:
        write(RECORDINGS["full"], path, compression=compression)
        np.testing.assert_array_equal(
            np.ravel(np.sort(read(path).signals, axis=None)), np.sort(RECORDINGS["full"].signals, axis=None)
        )
    with pytest.raises(InputError, match="no compression 'zip'"):
        write(RECORDINGS["full"], path, compression="zip")


FOREIGN = {
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "prose": b"A bridge was measured in 2024.\nIt has three spans, two piers\nand a deck.\nMore words.\n",
    "source": b"import numpy as np\n\n\ndef add(x, y):\n    return x + y\n",
    "zip": b"PK\x03\x04" + bytes(200),
    "blanks": b"   \n\n  \n",
}


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("suffix", [".bin", ".txt", ".h5", ".npy"])
def test_foreign_files_are_unknown(name, suffix, tmp_path):
    path = tmp_path / f"foreign{suffix}"
    path.write_bytes(FOREIGN[name])
    for call in (read, scan):
        with pytest.raises(UnknownFormatError, match=r"hdf5.*npy.*npz.*text"):
            call(path)
