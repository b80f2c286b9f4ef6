"""What the library says in terms of Python, said in terms of the running command's options.

The library names its arguments as Python does.  Who reads its messages at a shell has options instead; so
arguments that the command has as options are named as these, wherever a message passes through `spoken`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import click

from wavefact.recording import Recording

__all__ = ["spoken"]

_ALIASES = {"dispersion": "--wave-speed", "frequency_range": "--range"}
"""Arguments whose options have other names."""

_VALUE = r"""(?:'(?P<quoted>[^']*)'|(?P<plain>-?\d[\d.]*(?<!\.))|\.\.\.|…)?"""
_NO_PATH = r"(?<![\w./\\-])", r"(?![\w/\\]|\.\w)"  # before and after a word that is no part of a path
_METHOD = "|".join(sorted({*(name for name in dir(Recording) if name[0] != "_"), "decimate", "to_quantity"}))

_GENERAL = (
    (r"\((?:[\w.]+), or (--[\w-]+) on the command line\)", r"(\1)"),
    (r"\S+ \((--[^()]+) on the command line\)", r"\1"),
    (rf"\(((?:{_METHOD})(?:, (?:or )?(?:{_METHOD}))*)\)", r"(in Python: \1)"),
    (rf"\bwith ({_METHOD})\b(?![(\w])", r"(in Python: \1)"),
)
"""What holds for every command: the option where both are named, and what has none."""


def spoken(message: str, command: click.Command | None = None) -> str:
    """Return a message of the library as the user of a command understands it.

    Parameters
    ----------
    message : str
    command : click.Command, optional
        By default the one that is running; without any the message is returned as it is.

    Examples
    --------
    >>> from wavefact.cli.factorize import factorize
    >>> spoken("wave_weight is -1.0; expected a finite number ≥ 0 or 'auto'.", factorize)
    "--wave-weight is -1.0; expected a finite number ≥ 0 or 'auto'."
    >>> spoken("give fewer (window, or decimate), or time_weight=0.0", factorize)
    'give fewer (in Python: window, or decimate), or --time-weight 0.0'
    """
    command = command or _running()
    if command is None:
        return message
    for pattern, replacement in _GENERAL:
        message = re.sub(pattern, replacement, message)
    for pattern, option in _patterns(command):
        message = re.sub(pattern, _said(option), message)
    return message


def _running() -> click.Command | None:
    """Return the command that is running, or has just failed."""
    context = click.get_current_context(silent=True)
    if context is None or not isinstance(context.command, click.Group):
        return None if context is None else context.command
    name = context.invoked_subcommand
    return None if name is None else context.command.get_command(context, name)


@cache
def _patterns(command: click.Command) -> list[tuple[str, str]]:
    """Return what names each option in messages, and the option."""
    options = {p.name: p.opts[-1] for p in command.params if isinstance(p, click.Option) and p.name}
    options = {name: option for name, option in options.items() if option.startswith("--")}
    options |= {name: option for name, option in _ALIASES.items() if option in options.values()}
    before, after = _NO_PATH
    found = []
    for name, option in options.items():
        found.append((rf"set it with (?:recording\.)?replace\({name}=\.\.\.\)", f"give {option}"))
        found.append((rf"{before}{name}={_VALUE}", option))
        found.append((rf"^{name}(?= (?:is|are|needs|ties)\b)", option))
        found.append((rf"(?P<verb>(?:\b(?:[Gg]ive|[Ll]eave|say)|--[\w-]+ and) ){name}{after}(?! of)", option))
        if "_" in name:
            found.append((rf"{before}{name}{after}", option))
    return found


def _said(option: str) -> Callable[[re.Match[str]], str]:
    """Return what names an option in the place of a match, with the value that is there."""

    def said(match: re.Match[str]) -> str:
        parts = match.groupdict()
        value = parts.get("quoted") or parts.get("plain") or ""
        is_flag = option == "--missing"
        return f"{parts.get('verb') or ''}{option}{f' {value}' if value and not is_flag else ''}"

    return said
