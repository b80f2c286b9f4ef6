"""What formats have in common that are read and not written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from wavefact.errors import InputError
from wavefact.io.base import ReadOptions, RecordingInfo, describe
from wavefact.recording import Recording

__all__ = ["OnlyRead"]


class OnlyRead:
    """Describe a recording by a lazy read of it, and refuse to write."""

    name: str

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the recording in the file."""
        raise NotImplementedError

    def scan(self, path: Path, options: ReadOptions) -> RecordingInfo:
        """Describe the recording; where signals can be left in the file, they are."""
        return describe(self.read(path, replace(options, lazy=True)), path, self.name)

    def write(self, recording: Recording, path: Path, compression: str | None) -> None:
        """Refuse."""
        raise InputError(f"The format {self.name} is only read.")
