"""Damage to heaps of HDF5 that would make the library hang."""

import h5py
import numpy as np
import pytest

from wavefact.errors import CorruptFileError
from wavefact.io import read
from wavefact.io._hdf5_heaps import heaps_are_sound


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["x"] = np.arange(5.0)
        file["x"].attrs["unit"] = "m/s"  # a string of variable length lives in a heap
    return path


def test_a_whole_heap_is_sound(path):
    assert b"GCOL" in path.read_bytes()
    assert heaps_are_sound(path)


def test_free_space_without_a_size_is_damage(path):
    content = bytearray(path.read_bytes())
    first = content.index(b"GCOL") + 16
    content[first : first + 16] = bytes(16)
    path.write_bytes(content)
    assert not heaps_are_sound(path)
    with pytest.raises(CorruptFileError, match="contradicts itself"):
        read(path)


def test_what_is_cut_off_does_not_matter(path):
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"GCOL") + 9])
    assert heaps_are_sound(path)
