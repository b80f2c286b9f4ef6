"""All pictures of one factorization on one page, and how a figure becomes a file."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.io.atomic import atomic_path
from wavefact.modal.model import ModalModel
from wavefact.plots._display import strongest_window
from wavefact.plots._style import count_text, dressed, style, styled
from wavefact.plots.certificate import certificate
from wavefact.plots.components import components
from wavefact.plots.modes import columns_for, modes
from wavefact.plots.polar import polar
from wavefact.plots.wavefield import wavefield
from wavefact.recording import Recording

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

__all__ = ["save", "summary"]

MOST_MODES, MOST_COMPONENTS = 6, 4


@styled
def summary(recording: Recording, fit: Factorization, model: ModalModel | None = None) -> Figure:
    """Compose wavefield, modes or components, certificate and polar on one page.

    Parameters
    ----------
    recording : Recording
    fit : Factorization
        Of that recording.
    model : ModalModel, optional
        Identified from the fit; without it, or without a mode in it, components are shown.

    Returns
    -------
    matplotlib.figure.Figure
        12 × 8 inches, not known to pyplot: it needs no display and no closing.  `save` writes it.

    Examples
    --------
    >>> recording = wf.Recording(np.random.default_rng(0).normal(size=(8, 200)), sampling_rate=50.0)
    >>> figure = summary(recording, wf.factorize(recording, wave_weight=1.0))
    >>> figure.get_size_inches().tolist()
    [12.0, 8.0]
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12.0, 8.0), layout="constrained")
    figure.suptitle(_title(recording, fit, model))
    halves: Any = figure.subfigures(2, 1, height_ratios=(0.36, 0.64), hspace=0.03)
    top, bottom = halves
    rate = recording.sampling_rate or 1.0
    start, stop = strongest_window(fit)
    wavefield(recording, fit, dressed(top.subplots(1, 3)), window=(start / rate, stop / rate))
    if fit.n_components:
        left, right = bottom.subfigures(1, 2, width_ratios=(0.58, 0.42), wspace=0.02)
        proof = dressed(right.subplots(2, 1))
        if model is not None and model.n_modes:
            _draw_modes(left, model)
        else:
            _draw_components(left, fit)
    else:
        proof = dressed(bottom.subplots(1, 2))
    certificate(fit, proof[0])
    polar(fit, recording, proof[1])
    return figure


def save(figure: Figure, path: str | PathLike[str], *, dpi: float = 150.0) -> None:
    """Write a figure to a file, whole or not at all, in the format of its suffix.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    path : path
        Such as ``picture.png``, ``picture.pdf`` or ``picture.svg``.
    dpi : float
        Dots per inch.

    Raises
    ------
    InputError
        If matplotlib writes no such format.
    UnwritableTargetError
        If the file cannot be written.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> save(Figure(), "picture.png")
    """
    known = figure.canvas.get_supported_filetypes()
    suffix = Path(path).suffix.lower().removeprefix(".")
    if suffix not in known:
        endings = ", ".join(f".{name}" for name in sorted(known))
        raise InputError(f"Cannot write a picture as {path}; end its name in one of {endings}.")
    with atomic_path(path) as temporary, style():
        figure.savefig(temporary, format=suffix, dpi=dpi)


def _title(recording: Recording, fit: Factorization, model: ModalModel | None) -> str:
    size = f"{recording.n_sensors} sensors × {recording.n_samples:,} samples"
    found = count_text(fit.n_components, "component")
    if model is not None:
        found += f", {count_text(model.n_modes, 'mode')}"
    return f"{size}: {found}"


def _draw_modes(place: SubFigure, model: ModalModel) -> None:
    shown = model.select(slice(MOST_MODES))
    n_columns = columns_for(shown.n_modes)
    grid = dressed(place.subplots(-(-shown.n_modes // n_columns), n_columns, squeeze=False))
    for ax in grid.flat[shown.n_modes :]:
        ax.remove()
    modes(shown, grid.flat[: shown.n_modes])


def _draw_components(place: SubFigure, fit: Factorization) -> None:
    n_rows = min(max(fit.n_components, 1), MOST_COMPONENTS)
    components(fit, dressed(place.subplots(n_rows, 3, squeeze=False)), max_components=MOST_COMPONENTS)
