"""WAV files of SciPy and of recorders, in all widths."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from scipy.io import wavfile

from wavefact.errors import CorruptFileError, InputError
from wavefact.io import read, scan

COUNTS = np.array([[0, 1, -1, 7, -128, 127, 64], [5, -6, 100, -100, 3, 2, 1]])


def chunk(name, content, length=None):
    return (
        name
        + struct.pack("<I", len(content) if length is None else length)
        + content
        + b"\0" * (len(content) % 2)
    )


def riff(*chunks, magic=b"RIFF"):
    content = b"WAVE" + b"".join(chunks)
    return magic + struct.pack("<I", len(content)) + content


def form(kind, channels, rate, bits, extra=b"", block=None):
    block = channels * bits // 8 if block is None else block
    return chunk(b"fmt ", struct.pack("<HHIIHH", kind, channels, rate, rate * block, block, bits) + extra)


@pytest.mark.parametrize(
    ("dtype", "scale"), [(np.int16, 2**15), (np.int32, 2**31), (np.float32, 1), (np.float64, 1)]
)
def test_every_width_that_scipy_writes_is_a_share_of_full_scale(dtype, scale, tmp_path):
    values = COUNTS.astype(dtype) * dtype(scale // 128 or 1)
    wavfile.write(tmp_path / "a.wav", 44100, values.T)
    found = read(tmp_path / "a.wav")
    np.testing.assert_array_equal(found.signals, values / scale)
    assert (found.sampling_rate, found.unit) == (44100.0, "full scale")
    lazy = read(tmp_path / "a.wav", lazy=True)
    assert lazy.is_lazy
    np.testing.assert_array_equal(lazy.signals[1, 2:5], found.signals[1, 2:5])
    np.testing.assert_array_equal(lazy.signals[[1], ::-2], found.signals[[1], ::-2])
    assert scan(tmp_path / "a.wav").dtype == str(found.signals.dtype)


def test_one_channel_of_8_bits_is_read(tmp_path):
    wavfile.write(tmp_path / "a.wav", 8000, (COUNTS[0] + 128).astype(np.uint8))
    np.testing.assert_array_equal(read(tmp_path / "a.wav").signals, COUNTS[:1] / 128)


def test_24_bits_of_a_broadcast_recorder_are_read(tmp_path):
    counts = COUNTS * 2**16 + 11
    packed = b"".join(int(value).to_bytes(3, "little", signed=True) for value in counts.T.ravel())
    bext = bytes(320) + b"2018-12-1712:48:23" + bytes(264)
    extensible = (
        struct.pack("<HHI", 22, 24, 3) + struct.pack("<H", 1) + b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
    )
    (tmp_path / "a.wav").write_bytes(
        riff(
            chunk(b"bext", bext),
            chunk(b"junk", b"odd"),
            form(0xFFFE, 2, 48000, 24, extensible),
            chunk(b"data", packed),
        )
    )
    found = read(tmp_path / "a.wav")
    np.testing.assert_array_equal(found.signals * 2.0**23, counts)
    assert found.metadata == {"start_time": "2018-12-17T12:48:23"}
    assert scan(tmp_path / "a.wav").start_time == "2018-12-17T12:48:23"


@pytest.mark.parametrize("length", [0, 0xFFFFFFFF])
def test_a_recorder_that_was_cut_off_or_wrote_much_is_read_to_the_end(length, tmp_path):
    samples = COUNTS.T.astype("<i2").tobytes()
    (tmp_path / "a.wav").write_bytes(riff(form(1, 2, 100, 16), chunk(b"data", samples, length)))
    assert read(tmp_path / "a.wav").n_samples == 7
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 0, len(samples), 7, 0))
    (tmp_path / "b.wav").write_bytes(
        riff(
            ds64,
            form(1, 2, 100, 16),
            chunk(b"data", samples, 0xFFFFFFFF),
            chunk(b"tail", b"more"),
            magic=b"RF64",
        )
    )
    np.testing.assert_array_equal(read(tmp_path / "b.wav").signals * 2**15, COUNTS)


def test_what_cannot_be_is_refused(tmp_path):
    samples = chunk(b"data", bytes(8))
    for content, error, message in (
        (riff(form(1, 0, 100, 16), samples), CorruptFileError, "0 channels"),
        (riff(form(1, 2, 0, 16), samples), CorruptFileError, "2 channels of 16 bits"),
        (riff(form(1, 2, 100, 16, block=3), samples), CorruptFileError, "frames of 3 bytes"),
        (riff(form(85, 2, 100, 16), samples), InputError, "kind 85"),
        (riff(samples, form(1, 2, 100, 16)), CorruptFileError, "before it says"),
        (riff(form(1, 2, 100, 16)), CorruptFileError, "ends before the samples"),
        (riff(form(1, 2, 100, 16), chunk(b"data", bytes(8), 12)), CorruptFileError, "8 of 12 bytes"),
    ):
        (tmp_path / "a.wav").write_bytes(content)
        with pytest.raises(error, match=message):
            read(tmp_path / "a.wav")
