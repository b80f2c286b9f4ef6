"""LVM, the text files of LabVIEW ("LabVIEW Measurement"): headers, and a table for each segment.

Segments that continue each other are one recording; others are parts, numbered from "1", and so are channels
of another length or rate.  Decimal commas, and abscissae of none, one or each of the channels, are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from wavefact._recording_fields import QUANTITIES
from wavefact.errors import UnknownFormatError
from wavefact.io._lvm_segments import Segment, segments_of
from wavefact.io._only_read import OnlyRead
from wavefact.io.base import (
    ReadOptions,
    chosen_part,
    common_unit,
    head,
    reading,
    refuse_axis,
    stored_recording,
)
from wavefact.recording import Recording

__all__ = ["LvmFormat"]


@dataclass(frozen=True)
class LvmFormat(OnlyRead):
    """Read recordings from the text files of LabVIEW."""

    name: str = "lvm"
    extensions: tuple[str, ...] = (".lvm",)
    magic: bytes = b"LabVIEW Measurement"
    compressions: tuple[str | None, ...] = ()

    def sniff(self, path: Path) -> bool:
        """Tell by its first line whether the file is of LabVIEW."""
        return head(path, 64).removeprefix(b"\xef\xbb\xbf").startswith(self.magic)

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return a recording; text cannot be read lazily."""
        if not self.sniff(path):
            raise UnknownFormatError(f"{path} is no file of LabVIEW measurements.")
        refuse_axis(path, options)
        with reading(path, self.name):
            parts = {str(number): part for number, part in enumerate(_joined(segments_of(path)), start=1)}
            told = {
                number: f"{len(part.names)} signals of {part.values.shape[1]} samples"
                for number, part in parts.items()
            }
            return _recording(parts[chosen_part(told, options, path)], path)


def _recording(part: Segment, path: Path) -> Recording:
    unit, metadata = common_unit(part.units, path)
    if part.began is not None:
        metadata["start_time"] = part.began.isoformat()
    quantities = {quantity if quantity in QUANTITIES else "" for quantity in part.quantities}
    return stored_recording(
        path,
        signals=part.values,
        sampling_rate=part.rate,
        names=part.names,
        unit=unit,
        quantity=quantities.pop() if len(quantities) == 1 else "",
        metadata=metadata,
    )


def _joined(segments: Iterator[Segment]) -> list[Segment]:
    """Return the segments, those that continue each other as one."""
    runs: list[list[Segment]] = []
    for segment in segments:
        if runs and segment.follows(runs[-1][-1]):
            runs[-1].append(segment)
        else:
            runs.append([segment])
    return [replace(run[0], values=np.hstack([segment.values for segment in run])) for run in runs]
