"""Damage that would make HDF5 hang: heaps of strings and references whose objects have no size."""

from __future__ import annotations

import struct
from pathlib import Path

__all__ = ["heaps_are_sound"]

_HEAP = b"GCOL\x01\0\0\0"
_HEADER = 16  # bytes before the objects of a heap, and before the content of each
_REACH = 2**22  # bytes looked at from both ends of a file, where writers put their heaps


def heaps_are_sound(path: Path) -> bool:
    """Tell whether HDF5 can walk the global heaps of a file, as far as they are near its ends.

    Notes
    -----
    Object zero of a heap is its free space, and its size counts its header; where damage has left none,
    the library walks on the spot for ever.

    References
    ----------
    The HDF Group, "HDF5 File Format Specification Version 3.0", III.E, Global Heap.
    """
    with path.open("rb") as file:
        start = file.read(_REACH)
        file.seek(max(len(start), path.stat().st_size - _REACH))
        return all(map(_is_sound, (start, file.read())))


def _is_sound(content: bytes) -> bool:
    at = content.find(_HEAP)
    while at >= 0:
        (size,) = struct.unpack_from("<Q", content.ljust(at + _HEADER, b"\0"), at + len(_HEAP))
        if not _can_be_walked(content[at : at + size]):
            return False
        at = content.find(_HEAP, at + 1)
    return True


def _can_be_walked(heap: bytes) -> bool:
    at = _HEADER
    while at + _HEADER <= len(heap):
        index, size = struct.unpack_from("<H6xQ", heap, at)
        step = size if index == 0 else _HEADER + (size + 7) // 8 * 8
        if step < _HEADER:
            return False
        at += step
    return True
