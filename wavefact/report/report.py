"""A report: results of one structure on one page that can be sent to anybody."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from wavefact._words import listed
from wavefact.compare import Comparison
from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.geometry import Geometry
from wavefact.io.atomic import atomic_path
from wavefact.modal import ModalModel, Stabilization
from wavefact.plots._display import check_sizes
from wavefact.recording import Recording
from wavefact.report._excerpt import Excerpt
from wavefact.report._minded import minded_of
from wavefact.report._words import TITLES
from wavefact.report.health_state import HealthState

if TYPE_CHECKING:
    from wavefact.report.sections import Section

__all__ = ["Report"]

PARTS = ("fit", "recording", "modes", "diagram", "comparison", "health", "geometry")
SUFFIXES = (".html", ".htm", ".pdf")


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """Hold the results that a report shows; what is not given is left out.

    Parameters
    ----------
    fit : Factorization, optional
        Components, with what is proven of them.
    recording : Recording, optional
        What was measured, and factorized where there is a fit: its quality, its spectrum, its map over
        frequency and wavenumber.
    modes : ModalModel, optional
        By default those of `diagram`.
    diagram : Stabilization, optional
    comparison : Comparison, optional
        With other methods.
    health : HealthState, optional
    geometry : Geometry, optional
        Of the modes' channels; by default made from their positions.
    title : str
        Such as the name of the structure.
    date : str
        As it is to be written; nothing is written by default, so that the same input gives the same page.

    Raises
    ------
    InputError
        If there is nothing to report, or recording, fit and modes are not of the same structure: of other
        numbers of sensors, or samples.

    Examples
    --------
    >>> signals = np.outer(np.sin(np.arange(1, 13)), np.cos(0.3 * np.arange(300)))
    >>> recording = wf.Recording(signals, sampling_rate=50.0)
    >>> fit = wf.factorize(recording, wf.String(12), wave_weight=1.0, regularization=1.0)
    >>> report = wf.Report(fit, recording, modes=wf.identify(fit), title="Cable 7")
    >>> report.save("report.html")
    >>> report.sections[:3]
    ('Summary', 'Recording', 'Components')
    """

    fit: Factorization | None = None
    recording: Recording | None = None
    modes: ModalModel | None = None
    diagram: Stabilization | None = None
    comparison: Comparison | None = None
    health: HealthState | None = None
    geometry: Geometry | None = None
    title: str = ""
    date: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "recording", recording_of(self.fit, self.recording))
        if self.modes is None and self.diagram is not None:
            object.__setattr__(self, "modes", self.diagram.model)
        if all(getattr(self, name) is None for name in PARTS[:-1]):
            raise InputError("There is nothing to report; give at least a recording, a fit, or modes.")
        _check_points(self)

    @property
    def heading(self) -> str:
        """The title, else that of the recording where its file says one."""
        return self.title or title_of(self.recording) or "Modal analysis"

    @property
    def sections(self) -> tuple[str, ...]:
        """Titles of the sections, in their order."""
        return tuple(section.title for section in self._made)

    @cached_property
    def _seen(self) -> Excerpt | None:
        """As much of the recording as is looked at."""
        return None if self.recording is None else Excerpt.of(self.recording)

    @cached_property
    def _minded(self) -> tuple[str, ...]:
        """What is to be minded before anything is believed."""
        return minded_of(self)

    @cached_property
    def _made(self) -> tuple[Section, ...]:
        from wavefact.report.sections import sections_of

        return sections_of(self)

    def html(self) -> str:
        """Return the page: one HTML document that needs no network and no other file.

        Returns
        -------
        str
        """
        from wavefact.report._page import page

        return page(self, self._made)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the report to a file, which is there whole or not at all.

        Parameters
        ----------
        path : path
            ``.html``, or ``.pdf``, which Chromium, Chrome, Edge or the package weasyprint prints.

        Raises
        ------
        InputError
            If the suffix is another one.
        MissingPackageError
            If nothing on this machine can print a PDF.
        UnwritableTargetError
            If the file cannot be written.
        """
        target = Path(path)
        check_suffix(target)
        text = self.html()
        with atomic_path(target) as temporary:
            if target.suffix.lower() == ".pdf":
                from wavefact.report._printing import print_page

                print_page(text, temporary)
            else:
                temporary.write_bytes(text.encode())  # the same on every system

    def __repr__(self) -> str:
        given = [name for name in PARTS if getattr(self, name) is not None]
        return f"Report({self.heading!r}: {', '.join(given)})"


def recording_of(fit: Factorization | None, recording: Recording | None) -> Recording | None:
    """Return the recording of a fit, with its sampling rate where only the fit knows that; refuse another."""
    if recording is None or fit is None:
        return recording
    check_sizes(recording, fit, may_be_part=True)
    if fit.sampling_rate is None or recording.sampling_rate is not None:
        return recording
    return recording.replace(sampling_rate=fit.sampling_rate)


def _check_points(report: Report) -> None:
    """Refuse modes of another structure than what else is reported."""
    fit, recording, geometry, modes = report.fit, report.recording, report.geometry, report.modes
    known = {
        "the factorization": None if fit is None else len(fit.spatial_factors),
        "the recording": None if recording is None else recording.n_sensors,
        "the geometry": None if geometry is None else geometry.n_channels,
    }
    given = {name: number for name, number in known.items() if number is not None}
    if modes is not None and given and modes.n_points not in given.values():
        others = listed([f"{name} {number}" for name, number in given.items()])
        raise InputError(f"The modes have {modes.n_points} points, {others}; pass modes of the same sensors.")


def title_of(recording: Recording | None) -> str:
    """Return what a recording's file calls it; nothing where it does not."""
    metadata = {} if recording is None else recording.metadata
    named = next((str(metadata[key]).strip() for key in TITLES if str(metadata.get(key, "")).strip()), "")
    return named[:1].upper() + named[1:]


def check_suffix(path: Path) -> None:
    """Refuse a file that cannot become a report."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"Cannot write a report as {path}; end its name in one of {', '.join(SUFFIXES)}.")
