"""The progress bar, for people who watch a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wavefact.solution import Callback, Step

__all__ = ["counter", "progress", "samples", "trials"]


@contextmanager
def progress(wanted: bool) -> Iterator[Callback | None]:
    """Yield a callback that draws a bar on stderr; None where nobody would see it."""
    if not (wanted and sys.stderr.isatty()):
        yield None
        return
    from tqdm import tqdm

    form = "{desc}: {n_fmt} rounds, {elapsed}{postfix}"  # how many rounds there will be is not known
    with tqdm(desc="choosing weights", file=sys.stderr, leave=False, bar_format=form) as bar:

        def report(step: Step) -> None:
            bar.set_description_str("factorize", refresh=False)
            bar.set_postfix_str(f"{step.n_components} components, gap {step.gap:.1e}", refresh=False)
            bar.update()

        yield report


@contextmanager
def counter(wanted: bool, total: int) -> Iterator[Callable[[int], None] | None]:
    """Yield a callback that takes how many of `total` pictures are drawn; None where nobody would see it."""
    if not (wanted and sys.stderr.isatty()):
        yield None
        return
    from tqdm import tqdm

    with tqdm(desc="animate", total=total, unit="pictures", file=sys.stderr, leave=False) as bar:
        yield lambda done: bar.update(done - bar.n)


@contextmanager
def samples(wanted: bool, total: int) -> Iterator[Callable[[int], None] | None]:
    """Yield a callback that takes how many of `total` samples are written; None where nobody would see it."""
    if not (wanted and sys.stderr.isatty()):
        yield None
        return
    from tqdm import tqdm

    with tqdm(
        desc="convert", total=total, unit="samples", unit_scale=True, file=sys.stderr, leave=False
    ) as bar:
        yield lambda done: bar.update(done - bar.n)


@contextmanager
def trials(wanted: bool) -> Iterator[Callable[[int, int, str], None] | None]:
    """Yield a callback that takes how many of how many trials are done and what is next; or None."""
    if not (wanted and sys.stderr.isatty()):
        yield None
        return
    from tqdm import tqdm

    form = "{desc}: {bar:20} {n_fmt}/{total_fmt}, {elapsed}{postfix}"
    with tqdm(desc="compare", file=sys.stderr, leave=False, bar_format=form) as bar:

        def report(done: int, total: int, what: str) -> None:
            bar.total = total
            bar.set_postfix_str(what, refresh=False)
            bar.update(done - bar.n)
            bar.refresh()

        yield report
