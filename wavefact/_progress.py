"""A progress bar for notebooks and terminals, to be given as `callback`."""

from __future__ import annotations

from typing import Any, Self

__all__ = ["Progress"]

_ROUNDS = "{desc}: {n_fmt} rounds, {elapsed}{postfix}"  # how many there will be is not known
_COUNTS = "{desc}: {bar:20} {n_fmt}/{total_fmt}, {elapsed}{postfix}"


class Progress:
    """Draw a progress bar from what callbacks are told: give it as ``callback``.

    In a notebook it is a widget where ipywidgets are installed, else a line of text.  It ends with the block
    it was opened in, or when nobody holds it any more.

    Parameters
    ----------
    description : str
        What stands before the bar.
    total : int, optional
        Of what is counted, such as the pictures of an animation, where the callback is told the count alone.
    settings : keywords
        As for `tqdm.tqdm`, such as ``file``, ``leave`` or ``disable``.

    Examples
    --------
    >>> import io
    >>> signals = np.outer(np.sin(np.pi * np.arange(1, 10) / 10), np.sin(0.3 * np.arange(200)))
    >>> told = io.StringIO()
    >>> with wf.Progress("fit", file=told) as bar:
    ...     fit = wf.factorize(signals, wf.String(9), wave_weight=10.0, regularization=1.0, callback=bar)
    >>> "fit: " in told.getvalue(), "1 components" in told.getvalue()
    (True, True)
    """

    def __init__(self, description: str = "", *, total: int | None = None, **settings: Any) -> None:
        self._description, self._total, self._settings = description, total, settings
        self._bar: Any = None

    def __call__(self, *told: Any) -> None:
        """Draw what a callback is told: a `Step`, a count, or a count and its total, and what comes next."""
        if len(told) > 1:
            done, total, *what = told
            self._draw(done, total, " ".join(map(str, what)))
        elif hasattr(told[0], "n_components"):
            step = told[0]
            self._draw(None, None, f"{step.n_components} components, gap {step.gap:.1e}")
        else:
            self._draw(int(told[0]), self._total, "")

    def _draw(self, done: int | None, total: int | None, text: str) -> None:
        bar = self._started()
        bar.total, bar.bar_format = total, _ROUNDS if total is None else _COUNTS
        bar.set_postfix_str(text, refresh=False)
        bar.update(1 if done is None else done - bar.n)
        bar.refresh()

    def _started(self) -> Any:
        if self._bar is None:
            from tqdm.auto import tqdm

            form = _ROUNDS if self._total is None else _COUNTS
            self._bar = tqdm(desc=self._description, total=self._total, bar_format=form, **self._settings)
        return self._bar

    def say(self, text: str) -> None:
        """Show what is being done.

        Parameters
        ----------
        text : str
            A few words.
        """
        self._started().set_postfix_str(text, refresh=False)
        self.refresh()

    def refresh(self) -> None:
        """Draw the bar again, so that its clock goes on."""
        self._started().refresh()

    def close(self) -> None:
        """End the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def __enter__(self) -> Self:
        self._started()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()
