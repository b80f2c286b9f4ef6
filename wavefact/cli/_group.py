"""How commands are found, and how failures are told: one line on stderr and an exit code."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from wavefact.cli._outputs import written_by
from wavefact.cli._wording import spoken
from wavefact.errors import WavefactError

__all__ = ["BAD_INPUT", "INTERRUPTED", "NOT_CERTIFIED", "CommandGroup"]

UNEXPECTED, BAD_INPUT, NOT_CERTIFIED, INTERRUPTED = 1, 2, 3, 130


class _BadInputError(click.ClickException):
    exit_code = BAD_INPUT


class _InterruptedError(click.ClickException):
    exit_code = INTERRUPTED


class CommandGroup(click.Group):
    """Import a command when it is called for, and turn every expected failure into a message."""

    def __init__(self, *args: Any, table: Mapping[str, str], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order of the table."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name."""
        if cmd_name not in self._table:
            return None
        module, _, function = self._table[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), function)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is called; of one that there is not, tell which is meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            meant = get_close_matches(args[0].lower(), self._table, n=1)
            if not meant:
                raise
            raise click.UsageError(f"No such command {args[0]!r}. Did you mean {meant[0]!r}?", ctx) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what it may raise becomes a message with an exit code."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise _InterruptedError(interruption(written_by(ctx))) from None
        except WavefactError as error:
            raise _BadInputError(f"Error: {spoken(str(error))}") from error
        except BrokenPipeError:  # the reader of a pipe has left; click ends quietly
            raise
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            raise _BadInputError(f"Error: {where}{error.strerror or error}.") from error
        except MemoryError as error:
            raise _BadInputError(
                f"Error: there is not enough memory. {spoken(str(error))}".strip()
            ) from error

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the program and end the process with the exit code."""
        extra["standalone_mode"] = False
        with log_lines():
            code = self._code(*args, **extra)
        sys.exit(code)

    def _code(self, *args: Any, **extra: Any) -> int:
        try:
            result = super().main(*args, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            return error.exit_code
        except click.UsageError as error:
            program = error.ctx.command_path if error.ctx else "wavefact"
            tell(f"Error: {error.format_message().strip()} See '{program} --help'.")
            return error.exit_code
        except click.ClickException as error:
            tell(error.format_message())
            return error.exit_code
        except click.Abort:  # interrupted before the command began
            tell(interruption([]))
            return INTERRUPTED
        except Exception as error:
            logging.getLogger("wavefact").info("", exc_info=error)
            what = f"Error: unexpected {type(error).__name__}: {error}".rstrip(".")
            tell(f"{what}.\nThis is a fault of wavefact; -v shows where.")
            return UNEXPECTED
        return result if isinstance(result, int) else 0


def interruption(written: list[str]) -> str:
    """Say what an interrupted command leaves behind."""
    return f"Interrupted; {', '.join(written) or 'nothing'} was written."


def tell(message: str) -> None:
    """Write a message to stderr, of one or two lines and without what would break a terminal."""
    lines = [" ".join(line.split()) for line in message.splitlines() if line.strip()]
    click.echo("\n".join([*lines[:1], " ".join(lines[1:])]).strip(), err=True)


class _LineHandler(logging.Handler):
    """Write each log record as one line to stderr, above a progress bar if there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        line = " ".join(f"{record.levelname.capitalize()}: {spoken(record.getMessage())}".split())
        if record.exc_info:
            line = self.format(record).strip()
        if "tqdm" in sys.modules:
            from tqdm import tqdm

            tqdm.write(line, file=sys.stderr)
        else:
            click.echo(line, err=True)


def _log_warning(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
    logging.getLogger("wavefact").warning("%s: %s", category.__name__, message)


@contextmanager
def log_lines() -> Iterator[None]:
    """Show the library's warnings, and more where `verbose_option` lowers the level."""
    logger, handler = logging.getLogger("wavefact"), _LineHandler(logging.WARNING)
    level, propagate = logger.level, logger.propagate
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _log_warning
            yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate
