"""MAT files of version 5 to 7.2, element by element: no size in a damaged file is believed unchecked.

References
----------
The MathWorks, "MAT-File Format", chapter 1, level 5.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Matrix", "matrices_in"]

_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_TEXTS = {2: "latin-1", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32"}
_CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
_CELL, _STRUCT, _OBJECT, _CHAR = 1, 2, 3, 4
_MATRIX, _COMPRESSED = 14, 15
_DEEPEST, _LARGEST = 12, 2**32


@dataclass(frozen=True)
class Matrix:
    """Hold a variable, a field or a cell.

    Attributes
    ----------
    name : str
    values : array, str or None
        None for cells, structures, and what is not understood.
    cells : list of Matrix
        Of a cell array.
    elements : list of lists of Matrix
        Of a structure array: the fields of each element.
    """

    name: str
    values: Any = None
    cells: list[Matrix] = field(default_factory=list)
    elements: list[list[Matrix]] = field(default_factory=list)


class Elements:
    """The elements in a piece of a file, one after the other."""

    def __init__(self, content: memoryview, order: str, depth: int = 0) -> None:
        self._content, self.order, self.depth, self._at = content, order, depth, 0
        if depth > _DEEPEST:
            raise ValueError("structures are nested too deep")

    @property
    def room(self) -> int:
        """How many bytes are left."""
        return len(self._content) - self._at

    def take(self) -> tuple[int, memoryview]:
        """Return type and content of the next element."""
        word = self._integer(self._at)
        if word >> 16:  # small: all in eight bytes
            kind, size, start = word & 0xFFFF, word >> 16, self._at + 4
            end = self._at + 8
            if size > 4:
                raise ValueError(f"a small element of {size} bytes")
        else:
            kind, size, start = word, self._integer(self._at + 4), self._at + 8
            end = start + size if kind == _COMPRESSED else start + -(-size // 8) * 8
        if start + size > len(self._content):
            raise ValueError(f"an element of {size} bytes, of which {len(self._content) - start} are left")
        self._at = end
        return kind, self._content[start : start + size]

    def numbers(self) -> np.ndarray:
        """Return the next element as numbers."""
        kind, content = self.take()
        if kind not in _NUMBERS:
            raise ValueError(f"an element of type {kind} where numbers belong")
        dtype = np.dtype(self.order + _NUMBERS[kind])
        return np.frombuffer(content[: len(content) // dtype.itemsize * dtype.itemsize], dtype)

    def text(self) -> str:
        """Return the next element as text of one byte a sign."""
        return bytes(self.take()[1]).decode("latin-1")

    def _integer(self, at: int) -> int:
        if at + 4 > len(self._content):
            raise ValueError("an element is cut off")
        return int.from_bytes(self._content[at : at + 4], "little" if self.order == "<" else "big")


def matrices_in(path: Path) -> Iterator[Matrix]:
    """Yield the variables of a file."""
    content = memoryview(path.read_bytes())
    order = "<" if bytes(content[126:128]) == b"IM" else ">"
    elements = Elements(content[128:], order)
    while elements.room > 0:
        kind, piece = elements.take()
        if kind == _COMPRESSED:
            kind, piece = Elements(memoryview(_inflated(piece)), order).take()
        if kind == _MATRIX and len(piece):
            yield matrix(Elements(piece, order))


def _inflated(piece: memoryview) -> bytes:
    inflater = zlib.decompressobj()
    content = inflater.decompress(piece, _LARGEST)
    if not inflater.eof:
        raise ValueError("a compressed variable is cut off")
    return content


def matrix(elements: Elements) -> Matrix:
    """Return the variable that elements make."""
    flags = elements.numbers()
    if flags.size < 2:
        raise ValueError("a variable without flags")
    kind, is_complex = int(flags[0]) & 0xFF, bool(int(flags[0]) & 0x800)
    shape = tuple(int(n) for n in elements.numbers())
    size = math.prod(shape)
    if len(shape) < 2 or min(shape) < 0 or size > _LARGEST:
        raise ValueError(f"a variable of shape {shape}")
    name = elements.text()
    if kind in _CLASSES:
        return Matrix(name, _values(elements, np.dtype(_CLASSES[kind]), shape, is_complex))
    if kind == _CHAR:
        return Matrix(name, _signs(elements, shape))
    if kind == _CELL:
        return Matrix(name, cells=[_nested(elements) for _ in range(_believed(size, elements))])
    if kind in (_STRUCT, _OBJECT):
        if kind == _OBJECT:
            elements.take()
        return Matrix(name, elements=_structures(elements, size))
    return Matrix(name)


def _values(elements: Elements, dtype: np.dtype, shape: tuple[int, ...], is_complex: bool) -> np.ndarray:
    parts = [elements.numbers() for _ in range(2 if is_complex else 1)]
    size = math.prod(shape)
    if any(part.size < size for part in parts):
        raise ValueError(f"a variable of shape {shape} with {parts[0].size} numbers")
    values = np.empty(size, np.result_type(dtype, np.complex64) if is_complex else dtype)
    with np.errstate(invalid="ignore", over="ignore"):
        values.real = parts[0][:size]
        if is_complex:
            values.imag = parts[1][:size]
    return values.reshape(shape, order="F")


def _signs(elements: Elements, shape: tuple[int, ...]) -> str:
    kind, content = elements.take()
    encoding = _TEXTS.get(kind, "latin-1")
    suffix = {"<": "-le", ">": "-be"}[elements.order] if encoding in ("utf-16", "utf-32") else ""
    text = bytes(content).decode(encoding + suffix, "replace")
    rows = shape[0]
    return "\n".join(text[row::rows].rstrip() for row in range(rows)) if 1 < rows <= len(text) else text


def _structures(elements: Elements, size: int) -> list[list[Matrix]]:
    lengths = elements.numbers()
    length = int(lengths[0]) if lengths.size else 0
    names = elements.text()
    if not 0 < length <= 1024:
        raise ValueError(f"field names of {length} signs")
    fields = [names[i : i + length].split("\0")[0] for i in range(0, len(names), length)]
    found = []
    for _ in range(_believed(size, elements) if fields else 0):
        found.append([Matrix(name, **_content(_nested(elements))) for name in fields])
    return found


def _content(item: Matrix) -> dict[str, Any]:
    return {"values": item.values, "cells": item.cells, "elements": item.elements}


def _nested(elements: Elements) -> Matrix:
    kind, piece = elements.take()
    if kind != _MATRIX:
        raise ValueError(f"an element of type {kind} where a variable belongs")
    return matrix(Elements(piece, elements.order, elements.depth + 1)) if len(piece) else Matrix("")


def _believed(size: int, elements: Elements) -> int:
    """Return a number of nested elements that fit into what is left: each takes eight bytes at least."""
    if size > elements.room // 8:
        raise ValueError(f"an array of {size} cells, more than the file has room for")
    return size
