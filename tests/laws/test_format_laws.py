"""Laws of every file format: round trip, own files only, and no half results from damaged files."""

import bz2
import dataclasses
import logging

import numpy as np
import pytest
from cases import FOREIGN_FILES, FORMATS, HOLDS_ALL, recordings
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from mutations import assert_sound, mutated

from wavefact.errors import CorruptFileError, InputError, UnknownFormatError, WavefactError
from wavefact.io import read, scan, write
from wavefact.io.base import ReadOptions
from wavefact.recording import Recording

CASES = [
    pytest.param(form, suffix, id=f"{form.name}{suffix}")
    for form in FORMATS
    if form.compressions
    for suffix in form.extensions
]
EACH = [pytest.param(form, id=form.name) for form in FORMATS]
RECORDINGS = recordings()
HELD_BY_EACH = {"full", "bare", "float32", "one sensor"}


def wide(dtype):
    """Return the type that a format may write numbers in that it has no type for."""
    return np.dtype(np.complex128 if dtype.kind == "c" else np.float64)


def assert_same(found, expected, *, signals_only=False):
    dtype = expected.signals.dtype.newbyteorder("=")
    kept = {dtype, wide(dtype)} if signals_only else {dtype}
    assert found.signals.dtype.newbyteorder("=") in kept
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


def sample(form, folder):
    """Return a file of the format, written by ourselves where it can be, and what it holds."""
    path = folder / f"recording{form.extensions[0]}"
    if form.name in FOREIGN_FILES:
        return path, FOREIGN_FILES[form.name](path)
    write(RECORDINGS["full"], path)
    return path, RECORDINGS["full"]


def test_each_format_that_is_only_read_has_a_file_of_another_program():
    assert {form.name for form in FORMATS if not form.compressions} <= set(FOREIGN_FILES)
    assert {form.name for form in FORMATS} >= HOLDS_ALL | set(FOREIGN_FILES)


@pytest.mark.parametrize("form", [form for form in EACH if form.id in FOREIGN_FILES])
def test_what_another_program_wrote_is_read(form, tmp_path):
    path, expected = sample(form, tmp_path)
    found, lazy = read(path), read(path, lazy=True).load()
    for recording in (found, lazy):
        np.testing.assert_allclose(recording.signals, expected.signals, rtol=1e-6)
        for field in ("sampling_rate", "names", "unit", "quantity"):
            if getattr(expected, field):
                assert getattr(recording, field) == getattr(expected, field), field


@pytest.mark.parametrize("form", [form for form in EACH if not form.values[0].compressions])
def test_a_format_that_is_only_read_refuses_to_be_written(form, tmp_path):
    with pytest.raises(InputError, match=r"can be read but not written; write one of hdf5"):
        write(RECORDINGS["full"], tmp_path / f"recording{form.extensions[0]}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", EACH)
def test_a_part_that_is_not_there_is_refused(form, tmp_path):
    path, _ = sample(form, tmp_path)
    for call in (read, scan):
        with pytest.raises(InputError, match="part"):
            call(path, part="no such part")


@pytest.mark.parametrize(("form", "suffix"), CASES)
@pytest.mark.parametrize("name", RECORDINGS)
def test_what_is_written_is_read_or_refused(form, suffix, name, tmp_path):
    recording = RECORDINGS[name]
    before = np.array(recording.signals)
    try:
        path = written(form, suffix, tmp_path, recording)
    except InputError:  # the format has no type that holds these numbers
        assert form.name not in HOLDS_ALL
        assert name not in HELD_BY_EACH
        assert list(tmp_path.iterdir()) == []
        return
    found = read(path, axis="auto" if form.name in HOLDS_ALL else "sensors-first")
    assert_same(found, recording, signals_only=form.name not in HOLDS_ALL)
    np.testing.assert_array_equal(recording.signals, before)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(("form", "suffix"), CASES)
@pytest.mark.parametrize("name", RECORDINGS)
def test_a_scan_tells_what_a_read_gives(form, suffix, name, tmp_path):
    try:
        path = written(form, suffix, tmp_path, RECORDINGS[name])
    except InputError:
        return  # seen to above
    assert_scanned(form, path)


@pytest.mark.parametrize("form", EACH)
def test_a_scan_tells_what_a_read_of_any_program_gives(form, tmp_path):
    assert_scanned(form, sample(form, tmp_path)[0])


def assert_scanned(form, path):
    info, found = scan(path), read(path)
    assert (info.path, info.format) == (path, form.name)
    assert info.start_time == str(found.metadata.get("start_time", ""))
    for field in ("n_sensors", "n_samples", "sampling_rate", "duration", "unit", "quantity", "names"):
        assert getattr(info, field) == getattr(found, field), field
    assert info.dtype == str(found.signals.dtype)
    assert info.has_positions == (found.positions is not None)


@pytest.mark.parametrize(("form", "suffix"), CASES)
@settings(deadline=None, max_examples=25, derandomize=True)
@example(signals=np.array([[complex(1, np.inf), complex(-np.inf, 2)]]))
@given(
    signals=hnp.arrays(
        st.sampled_from([np.float64, np.float32, np.complex128, np.complex64, np.int64, np.uint16]),
        st.tuples(st.integers(1, 4), st.integers(1, 6)),
    )
)
def test_every_number_comes_back_to_the_last_bit(form, suffix, signals, tmp_path_factory):
    try:
        path = written(form, suffix, tmp_path_factory.mktemp("numbers"), Recording(signals))
    except InputError:
        assert form.name not in HOLDS_ALL
        assert signals.dtype.kind in "iu"
        return
    found = read(path, axis="auto" if form.name in HOLDS_ALL else "sensors-first").signals
    assert found.dtype in (
        {signals.dtype} if form.name in HOLDS_ALL else {signals.dtype, wide(signals.dtype)}
    )
    np.testing.assert_array_equal(found, signals)


@pytest.mark.parametrize("form", EACH)
def test_each_format_knows_its_own_files_only(form, tmp_path):
    path, held = sample(form, tmp_path)
    disguised = path.rename(tmp_path / "recording.unknown")
    assert [other.name for other in FORMATS if other.sniff(disguised)] == [form.name]
    assert read(disguised).n_sensors in held.signals.shape
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
        if form.name not in HOLDS_ALL and not content[cut:].strip():
            continue  # nothing but the end of the last line is lost
        path.write_bytes(content[:cut])
        with pytest.raises(CorruptFileError, match="recording"):
            read(path)
    path.write_bytes(b"")
    with pytest.raises(CorruptFileError, match="empty"):
        read(path)


@pytest.mark.parametrize("form", EACH)
def test_a_damaged_file_gives_an_error_of_ours_or_a_sound_recording(form, tmp_path):
    path, held = sample(form, tmp_path)
    content = path.read_bytes()
    rng = np.random.default_rng(0)
    refused = []
    for _ in range(60):
        path.write_bytes(mutated(content, rng))
        try:
            found = read(path)
        except WavefactError as error:
            refused.append(str(error))
        else:
            assert_sound(found, held)
    assert refused
    assert all(str(path) in text for text in refused)


@pytest.mark.parametrize("form", [form for form in EACH if form.values[0].name in HOLDS_ALL])
def test_a_damaged_file_that_holds_all_gives_all_or_an_error(form, tmp_path):
    path, held = sample(form, tmp_path)
    content = path.read_bytes()
    rng = np.random.default_rng(1)
    refused = 0
    for position in rng.integers(len(content), size=30):
        damaged = bytearray(content)
        damaged[position] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        try:
            assert read(path).signals.shape == held.signals.shape
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
        assert overridden or form.name not in HOLDS_ALL
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
    "packed prose": bz2.compress(b"A bridge was measured in 2024.\nIt has three spans, two piers\n"),
    "blanks": b"   \n\n  \n",
}
TEXTS = {"prose", "source", "packed prose"}


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("suffix", [".bin", ".txt", ".h5", ".npy"])
def test_foreign_files_are_unknown(name, suffix, tmp_path):
    path = tmp_path / f"foreign{suffix}"
    path.write_bytes(FOREIGN[name])
    for call in (read, scan):
        words = "looks like text" if name in TEXTS else r"hdf5.*npy.*npz.*text"
        with pytest.raises(UnknownFormatError, match=words):
            call(path)
