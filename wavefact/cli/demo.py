"""`wavefact demo`: the whole way, from a noisy recording to modes beside their truth."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
import numpy as np

from wavefact.cli._options import PATH, verbose_option
from wavefact.cli._outputs import check_targets, outputs
from wavefact.cli._progress import progress
from wavefact.cli._report import certificate_sentence, mode_records, mode_table
from wavefact.errors import UnwritableTargetError
from wavefact.fit import factorize
from wavefact.io import read, write
from wavefact.modal import ModalModel, identify, mac
from wavefact.recording import Recording

__all__ = ["demo"]

_STORED = Path(__file__).resolve().parents[2] / "data"  # in a checkout; an installed package has none
_FILES = ("recording.h5", "truth.h5", "fit.h5", "modes.h5", "picture.png")


@click.command(short_help="Run the demonstration, in well under a minute.")
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="FOLDER",
    type=PATH,
    default="wavefact-demo",
    help="Folder to write to; by default ./wavefact-demo.",
)
@verbose_option
def demo(folder: Path) -> None:
    """Find the modes of a footbridge in a recording with twice as much noise as motion.

    Writes the recording, its truth, the factorization, the modes and a picture to FOLDER.
    """
    with _created(folder):
        targets = [folder / name for name in _FILES]
        check_targets(*targets)
        recording, truth = _recording()
        click.echo(
            f"A footbridge in the wind, {recording.n_sensors} accelerometers, {recording.duration:.0f} s, "
            "twice as much noise as motion.\nNothing says how many modes there are.\n"
        )
        _run(recording, truth, targets)


def _run(recording: Recording, truth: ModalModel, targets: list[Path]) -> None:
    from wavefact.plots import save, summary
    from wavefact.simulate import demo_operator

    begin = time.perf_counter()
    with progress(True, "factorize") as callback:
        fit = factorize(recording, demo_operator(), callback=callback)
    model = identify(fit)
    seconds = time.perf_counter() - begin
    figure = summary(recording, fit, model)
    with outputs(*targets) as temporary:
        write(recording, temporary[0])
        truth.save(temporary[1])
        fit.save(temporary[2])
        model.save(temporary[3])
        save(figure, temporary[4])
    click.echo(mode_table(mode_records(model, truth), model.length_unit))
    click.echo(
        f"\n{model.n_modes} of {truth.n_modes} modes, from {fit.n_components} components, in {seconds:.1f} s."
    )
    click.echo(certificate_sentence(fit))
    click.echo(_comparison(recording, model, truth))
    click.echo(f"\nThe picture is {targets[4]}; the results are beside it. Look on with")
    click.echo(f"  wavefact info {targets[2]}\n  wavefact modes {targets[2]} --truth {targets[1]}")


def _comparison(recording: Recording, model: ModalModel, truth: ModalModel) -> str:
    """Set the shapes beside those of a plain singular value decomposition."""
    vectors = np.linalg.svd(np.asarray(recording.signals), full_matrices=False)[0][:, : truth.n_modes]
    plain = mac(vectors, truth.mode_shapes).max(axis=0)
    found, partners = model.match(truth)
    ours = model.mac(truth)[found, partners]
    return (
        f"Lowest MAC with the truth: {ours.min(initial=1.0):.4f}. A plain SVD, even when told that there are "
        f"{truth.n_modes}: {plain.min():.4f}."
    )


def _recording() -> tuple[Recording, ModalModel]:
    """Return the demonstration's recording and truth: those stored in a checkout, or the same made anew."""
    stored, truth = _STORED / "demo.h5", _STORED / "demo.truth.h5"
    if stored.is_file() and truth.is_file():
        return read(stored), ModalModel.load(truth)
    from wavefact.simulate import make_demo

    simulation = make_demo()
    return simulation.recording, simulation.truth


@contextmanager
def _created(folder: Path) -> Iterator[None]:
    """Create the folder where there is none; on failure what was created goes again."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableTargetError(f"Cannot create the folder {folder}: {error.strerror}.") from error
    try:
        yield
    except BaseException:
        with suppress(OSError):  # someone else has put a file there
            for path in missing:
                path.rmdir()
        raise
