"""Where the console script `wavefact` and ``python -m wavefact`` begin."""

from __future__ import annotations

import sys
from contextlib import suppress

from wavefact.cli import wavefact

__all__ = ["main"]


def main() -> None:
    """Run the command line; ends the process with the exit code."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # a console that knows no λ shows a question mark
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    wavefact(prog_name="wavefact")


if __name__ == "__main__":
    main()
