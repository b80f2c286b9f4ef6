import pickle

import h5py
import numpy as np
import pytest

from wavefact.errors import CorruptFileError, InputError, UnknownFormatError
from wavefact.io import read, scan, write
from wavefact.recording import Recording


@pytest.fixture
def recording():
    return Recording(np.random.default_rng(3).standard_normal((5, 60_000)), sampling_rate=100.0, unit="m")


@pytest.fixture
def path(recording, tmp_path):
    write(recording, tmp_path / "a.h5")
    return tmp_path / "a.h5"


def test_the_schema_is_as_documented(path):
    with h5py.File(path) as file:
        assert dict(file.attrs) == {
            "format": b"wavefact-recording",
            "version": 1,
            "sampling_rate": 100.0,
            "unit": b"m",
            "quantity": b"",
        }
        assert set(file) == {"signals", "metadata"}
        signals = file["signals"]
        assert signals.chunks[0] == 5
        assert 1 < signals.chunks[1] < 60_000
        assert (signals.compression, signals.fletcher32) == ("gzip", True)


@pytest.mark.parametrize("compression", ["gzip", "lzf", None])
def test_the_compression_is_the_one_asked_for(compression, recording, tmp_path):
    write(recording, tmp_path / "b.h5", compression=compression)
    with h5py.File(tmp_path / "b.h5") as file:
        assert file["signals"].compression == compression
    np.testing.assert_array_equal(read(tmp_path / "b.h5").signals, recording.signals)


def test_lazy_signals_open_the_file_for_each_access_only(path, recording):
    found = read(path, lazy=True)
    assert found.is_lazy
    signals = found.signals
    assert (signals.shape, signals.ndim, signals.dtype) == ((5, 60_000), 2, np.float64)
    np.testing.assert_array_equal(signals[1:3, 100:200], recording.signals[1:3, 100:200])
    np.testing.assert_array_equal(signals[4], recording.signals[4])
    np.testing.assert_array_equal(np.asarray(signals), recording.signals)
    assert np.asarray(signals, dtype=np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="copy"):
        np.asarray(signals, copy=False)
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(found)).window(5, 9).signals, recording.signals[:, 5:9]
    )
    with h5py.File(path, "r+") as file:  # nothing holds it open
        file.attrs["note"] = "x"


def test_lazy_signals_notice_a_file_that_went_or_changed(path):
    signals = read(path, lazy=True).signals
    write(Recording(np.ones((2, 3))), path)
    with pytest.raises(InputError, match="has changed"):
        signals[0]
    path.write_bytes(path.read_bytes()[:900])
    with pytest.raises(CorruptFileError, match="truncated or damaged"):
        signals[0]
    path.unlink()
    with pytest.raises(InputError, match="is gone"):
        signals[0]


def test_a_lazy_recording_can_replace_its_own_file(path, recording):
    write(read(path, lazy=True).replace(unit="mm"), path, compression="lzf")
    assert read(path).unit == "mm"
    np.testing.assert_array_equal(read(path).signals, recording.signals)


def test_a_scan_reads_no_signal(path):
    with h5py.File(path, "r+") as file:
        offset, size = next(iter(_chunks(file["signals"])))
    content = bytearray(path.read_bytes())
    content[offset : offset + size] = bytes(size)
    path.write_bytes(content)
    assert scan(path).duration == 600.0
    with pytest.raises(CorruptFileError):
        read(path)
    with pytest.raises(CorruptFileError):
        read(path, lazy=True).load()


def _chunks(dataset):
    for i in range(dataset.id.get_num_chunks()):
        info = dataset.id.get_chunk_info(i)
        yield info.byte_offset, info.size


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda file: file.attrs.__delitem__("format"), UnknownFormatError, "attribute format is None"),
        (lambda file: file.attrs.update(format="other"), UnknownFormatError, "'other'"),
        (lambda file: file.attrs.update(version=2), UnknownFormatError, "update wavefact"),
        (lambda file: file.attrs.__delitem__("unit"), CorruptFileError, "damaged"),
        (lambda file: file.attrs.update(sampling_rate=-1.0), CorruptFileError, "contradicts itself"),
        (lambda file: file.attrs.update(sampling_rate="fast"), CorruptFileError, "damaged"),
        (lambda file: file.attrs.update(quantity="speed"), CorruptFileError, "contradicts itself"),
        (lambda file: file.__delitem__("signals"), CorruptFileError, "damaged"),
        (lambda file: file.__delitem__("metadata"), CorruptFileError, "damaged"),
        (lambda file: file.update(positions=np.zeros(4)), CorruptFileError, "contradicts itself"),
        (lambda file: file.update(names=np.zeros(5)), CorruptFileError, "damaged"),
    ],
)
@pytest.mark.parametrize("lazy", [True, False])
def test_a_file_that_breaks_the_schema_is_refused(path, change, error, message, lazy):
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(error, match=message):
        read(path, lazy=lazy)
    with pytest.raises(error, match=message):
        scan(path)


def test_a_file_made_by_hand_with_the_schema_is_read(tmp_path):
    with h5py.File(tmp_path / "hand.h5", "w") as file:
        file.attrs.update(format="wavefact-recording", version=1, unit="µm", quantity="strain")
        file.update(signals=np.eye(2), metadata='{"run": 3}', names=["a", "ü"], positions=[1, 2])
    found = read(tmp_path / "hand.h5")
    assert (found.unit, found.names, found.sampling_rate) == ("µm", ("a", "ü"), None)
    assert found.metadata == {"run": 3}
    np.testing.assert_array_equal(found.positions, [1.0, 2.0])


def test_many_sensors_and_few_samples_are_chunked_too(tmp_path):
    signals = np.random.default_rng(0).standard_normal((70_000, 3))
    write(Recording(signals), tmp_path / "wide.h5")
    np.testing.assert_array_equal(read(tmp_path / "wide.h5").signals, signals)
