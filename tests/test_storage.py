"""Result files: whole, of their own kind, or refused."""

import json

import h5py
import numpy as np
import pytest

from wavefact import storage
from wavefact.errors import CorruptFileError, InputError, UnknownFormatError, UnwritableTargetError
from wavefact.storage import VERSION, load_fields, save_fields

KIND = "wavefact-test"
ARRAYS = {
    "real": np.array([[1.0, -0.0], [np.pi, 5e-324]]),
    "complex": np.array([1 + 2j, np.inf - 1j]),
    "whole": np.array([2**62, -1]),
    "empty": np.zeros((3, 0)),
}
ATTRIBUTES = {"name": "Brücke 橋", "none": None, "number": 0.1, "nested": {"list": [1, 2.5, "x"]}}


@pytest.fixture
def path(tmp_path):
    save_fields(tmp_path / "result.h5", KIND, {**ARRAYS, "absent": None}, ATTRIBUTES)
    return tmp_path / "result.h5"


def test_round_trip_is_bitwise(path):
    arrays, attributes = load_fields(path, KIND)
    assert attributes == ATTRIBUTES
    assert arrays.keys() == ARRAYS.keys()
    for name, expected in ARRAYS.items():
        assert arrays[name].dtype == expected.dtype
        assert arrays[name].tobytes() == expected.tobytes()


def test_nothing_else_is_left_in_the_folder(path):
    assert [entry.name for entry in path.parent.iterdir()] == ["result.h5"]


def test_an_existing_file_is_replaced(path):
    save_fields(path, KIND, {}, {"new": 1})
    assert load_fields(path, KIND) == ({}, {"new": 1})


def test_a_failed_write_leaves_the_old_file(path):
    before = path.read_bytes()
    with pytest.raises(TypeError):
        save_fields(path, KIND, {}, {"unfit for JSON": object()})
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["result.h5"]


def test_an_unwritable_target_is_an_error_of_its_own(tmp_path):
    with pytest.raises(UnwritableTargetError, match="nowhere"):
        save_fields(tmp_path / "nowhere" / "result.h5", KIND, {}, {})


@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.9, 0.99])
def test_truncated_files_are_corrupt(path, fraction):
    content = path.read_bytes()
    path.write_bytes(content[: int(fraction * len(content))])
    with pytest.raises(CorruptFileError, match="truncated or damaged"):
        load_fields(path, KIND)


def test_a_flipped_bit_in_the_numbers_is_noticed(path):
    content = bytearray(path.read_bytes())
    place = content.find(ARRAYS["whole"].tobytes())
    assert place > 0
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(CorruptFileError, match="damaged"):
        load_fields(path, KIND)


@pytest.mark.parametrize("content", [b"", b"time,a,b\n0,1,2\n", bytes(range(256)) * 20])
def test_foreign_files_are_unknown(tmp_path, content):
    (tmp_path / "foreign.h5").write_bytes(content)
    with pytest.raises(UnknownFormatError, match="not an HDF5 file"):
        load_fields(tmp_path / "foreign.h5", KIND)


def test_files_of_another_kind_or_without_one_are_unknown(path, tmp_path):
    with pytest.raises(UnknownFormatError, match=KIND):
        load_fields(path, "wavefact-other")
    with h5py.File(tmp_path / "bare.h5", "w") as file:
        file["values"] = np.arange(3)
    with pytest.raises(UnknownFormatError, match="foreign data"):
        load_fields(tmp_path / "bare.h5", KIND)


def test_newer_versions_are_unknown(path):
    with h5py.File(path, "r+") as file:
        file.attrs["version"] = VERSION + 1
    with pytest.raises(UnknownFormatError, match=f"version {VERSION + 1}"):
        load_fields(path, KIND)


def test_attributes_that_are_no_json_are_corrupt(path):
    with h5py.File(path, "r+") as file:
        del file[storage.ATTRIBUTES]
        file[storage.ATTRIBUTES] = np.frombuffer(json.dumps(ATTRIBUTES).encode()[:-5], dtype=np.uint8)
    with pytest.raises(CorruptFileError, match="damaged"):
        load_fields(path, KIND)


def test_missing_files_and_folders_are_bad_input(tmp_path):
    for path in (tmp_path / "missing.h5", tmp_path):
        with pytest.raises(InputError, match="does not exist or is not a file"):
            load_fields(path, KIND)
