"""The folder of recordings that a command works on: its options, its files, their modes and conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wavefact.cli._operators import operator_for, operator_options
from wavefact.cli._options import PATH, Decorated, Numbers
from wavefact.cli._recordings import recording_for, recording_options
from wavefact.errors import InputError
from wavefact.finding import find_modes
from wavefact.modal import ModalModel, identify
from wavefact.recording import Recording

if TYPE_CHECKING:
    from wavefact.health.monitor import ConditionsFile, Watch

__all__ = ["Folder", "check_folder", "folder_of", "folder_options"]

_OPTIONS = (
    click.option(
        "--conditions",
        metavar="FILE.csv",
        type=PATH,
        help="Temperature and the like: a column time (ISO 8601 in UTC, or seconds since 1970), and one for "
        "each condition, known by its name.",
    ),
    click.option(
        "--pattern", "patterns", multiple=True, metavar="GLOB", help="Names of recordings; may be repeated."
    ),
    click.option(
        "--name-format",
        metavar="FORMAT",
        help="How names, without suffix, tell when a recording began: %Y%m%d_%H%M%S and the like.",
    ),
    click.option(
        "--range", "band", type=Numbers(2), metavar="LOW,HIGH", help="Where to look for modes [Hz]."
    ),
    operator_options,
    recording_options,
)


@dataclass(frozen=True)
class Folder:
    """Hold a folder as options describe it; all of it can be sent to another process.

    Attributes
    ----------
    watch : Watch
        Which files are recordings.
    find_modes, read : callable
        From a recording to its modes; from a path to a recording.
    conditions : ConditionsFile or None
    """

    watch: Watch
    find_modes: Callable[[Recording], ModalModel]
    read: Callable[[Path], Recording]
    conditions: ConditionsFile | None


def folder_options(command: Decorated) -> Decorated:
    """Add the options that say which files are recordings, how they are read, and how modes are found."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def check_folder(folder: Path) -> None:
    """Refuse what is no folder, before anything that belongs to it is looked at."""
    if not folder.is_dir():
        raise InputError(f"{folder} does not exist or is no folder; expected one of recordings.")


def folder_of(
    folder: Path, options: Mapping[str, Any], *others: Path, names: Sequence[str] | None = None
) -> Folder:
    """Return the folder that options describe.

    Parameters
    ----------
    folder : Path
    options : mapping
        Values of `folder_options`.
    others : paths
        Files that may be in the folder, but are no recordings.
    names : sequence of n_conditions str, optional
        Which conditions are taken, in which order; by default all as they come.

    Raises
    ------
    InputError
        If options contradict each other, or the file of conditions cannot be read or lacks one.
    """
    from wavefact.health.monitor import ConditionsFile, Watch

    if options["operator"] is not None and options["band"] is not None:
        raise InputError("--range has no effect with --operator; leave one of them out.")
    conditions = options["conditions"]
    ignored = tuple(path for path in (*others, conditions) if path is not None and path.exists())
    return Folder(
        Watch(folder, options["patterns"] or Watch(folder).patterns, ignored),
        partial(_modes, options=options),
        partial(recording_for, options=options),
        None if conditions is None else ConditionsFile(conditions, names),
    )


def _modes(recording: Recording, options: Mapping[str, Any]) -> ModalModel:
    operator = operator_for(recording, options)
    return identify(recording, options["band"]) if operator is None else find_modes(recording, operator)
