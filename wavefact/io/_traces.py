"""Channels that start and stop at times of their own, put side by side over the time that all cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.errors import CorruptFileError, InputError
from wavefact.io.base import ReadOptions, chosen_part, logger

__all__ = ["Channel", "assembled", "date_text"]

_DAY = 86_400_000_000_000  # [ns]
_END_OF_TIME = 2**63 - 10**15  # [ns]
_LARGEST = 2**31  # samples of one channel, gaps included: beyond it, a start time is wrong


@dataclass(frozen=True)
class Channel:
    """Hold one piece of a channel.

    Attributes
    ----------
    name : str
        Pieces of the same name belong together.
    start : int
        Time of the first sample since 1970 [ns].
    rate : float
        [Hz]
    samples : (n_samples,) array
    """

    name: str
    start: int
    rate: float
    samples: np.ndarray


def assembled(pieces: Sequence[Channel], path: Path, options: ReadOptions) -> dict[str, Any]:
    """Return the fields of the recording of some channels: signals, rate, names, and the start as metadata.

    Raises
    ------
    InputError
        If rates are not positive, or differ and none is asked for, or channels have no time in common.
    """
    pieces = _of_one_rate(pieces, path, options)
    if any(abs(piece.start) >= _END_OF_TIME for piece in pieces):
        raise CorruptFileError(f"{path} is damaged: a channel begins before 1678 or after 2262.")
    rate = pieces[0].rate
    names = list(dict.fromkeys(piece.name for piece in pieces))
    origin = min(piece.start for piece in pieces)
    offsets = [_offset(piece, origin, rate) for piece in pieces]
    spans = [_span(name, pieces, offsets) for name in names]
    start, stop = max(span[0] for span in spans), min(span[1] for span in spans)
    if stop <= start or stop - start > _LARGEST:
        raise InputError(
            f"{path}: {len(names)} channels have {max(0, stop - start)} samples in common, between "
            f"{date_text(origin + round(start / rate * 1e9))} and the end of the first that stops; "
            "read them one by one."
        )
    if len(set(spans)) > 1:
        logger.info("%s: channels are cut to the %d samples that all have", path, stop - start)
    signals = _filled(names, pieces, offsets, (start, stop), path)
    begin = date_text(origin + round(start / rate * 1e9))
    return {
        "signals": signals,
        "sampling_rate": rate,
        "names": tuple(names),
        "metadata": {"start_time": begin} if begin else {},
    }


def date_text(nanoseconds: int) -> str:
    """Return a time since 1970 in ISO 8601; empty on that very day, as clocks that were never set say."""
    if 0 <= nanoseconds < _DAY:
        return ""
    text = str(np.datetime64(int(nanoseconds), "ns"))
    return text.rstrip("0").rstrip(".")


def _of_one_rate(pieces: Sequence[Channel], path: Path, options: ReadOptions) -> list[Channel]:
    """Return the pieces of the sampling rate that is asked for, or of the only one there is."""
    groups: dict[str, list[Channel]] = {}
    for piece in pieces:
        if not 0 < piece.rate < float("inf"):
            raise InputError(f"{path}: the sampling rate of {piece.name} is {piece.rate:g} Hz, not positive.")
        groups.setdefault(f"{piece.rate:.6g} Hz", []).append(piece)
    parts = {rate: ", ".join(sorted({piece.name for piece in group})[:6]) for rate, group in groups.items()}
    return groups[chosen_part(parts, options, path)]


def _offset(piece: Channel, origin: int, rate: float) -> int:
    """Return the sample at which a piece begins."""
    return round((piece.start - origin) * rate / 1e9)


def _span(name: str, pieces: Sequence[Channel], offsets: Sequence[int]) -> tuple[int, int]:
    """Return the first sample and the one after the last of a channel."""
    own = [
        (start, start + len(piece.samples))
        for piece, start in zip(pieces, offsets, strict=True)
        if piece.name == name
    ]
    return min(start for start, _ in own), max(stop for _, stop in own)


def _filled(
    names: list[str], pieces: Sequence[Channel], offsets: Sequence[int], window: tuple[int, int], path: Path
) -> np.ndarray:
    """Return the signals (n_channels, n_samples) within a window; NaN where no piece has a sample."""
    start, stop = window
    seen = np.zeros((len(names), stop - start), dtype=bool)
    rows = {name: row for row, name in enumerate(names)}
    dtype = np.result_type(*(piece.samples.dtype for piece in pieces))
    signals = np.zeros(seen.shape, dtype)
    for piece, offset in zip(pieces, offsets, strict=True):
        first, last = max(offset, start), min(offset + len(piece.samples), stop)
        if last > first:
            signals[rows[piece.name], first - start : last - start] = piece.samples[
                first - offset : last - offset
            ]
            seen[rows[piece.name], first - start : last - start] = True
    if seen.all():
        return signals
    missing = np.count_nonzero(~seen, axis=1)
    logger.warning(
        "%s: gaps are NaN: %s",
        path,
        ", ".join(f"{n} samples of {name}" for name, n in zip(names, missing, strict=True) if n),
    )
    return np.where(seen, signals, np.nan if dtype.itemsize > 4 or dtype.kind != "f" else np.float32(np.nan))
