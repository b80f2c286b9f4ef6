"""The command line: one command per file, listed in `COMMANDS`.

To add a command: one file with one click command, and one line in the table.  Modules here import
only what `import wavefact` has loaded anyway; the rest is imported in the functions that use it.
A command returns its exit code, None for 0; what went wrong is raised, and told in `_group`.
"""

from __future__ import annotations

import click

from wavefact.cli._group import CommandGroup
from wavefact.cli._options import verbose_option

__all__ = ["COMMANDS", "wavefact"]

COMMANDS: dict[str, str] = {
    "demo": "wavefact.cli.demo:demo",
    "info": "wavefact.cli.info:info",
    "convert": "wavefact.cli.convert:convert",
    "simulate": "wavefact.cli.simulate:simulate",
    "simulate-week": "wavefact.cli.simulate_week:simulate_week",
    "factorize": "wavefact.cli.factorize:factorize",
    "modes": "wavefact.cli.modes:modes",
    "compare": "wavefact.cli.compare:compare",
    "report": "wavefact.cli.report:report",
    "animate": "wavefact.cli.animate:animate",
    "baseline": "wavefact.cli.baseline:baseline",
    "monitor": "wavefact.cli.monitor:monitor",
    "health": "wavefact.cli.health:health",
}
"""Each command's name, and the function that a word on the command line leads to."""

EPILOG = (
    "Exit codes: 0 done, and certified where that is asked; 3 done but not certified; "
    "2 bad input; 4 alarm, 5 files in quarantine; 130 interrupted.\n\n"
    'Completion by the tab key: eval "$(_WAVEFACT_COMPLETE=bash_source wavefact)" in ~/.bashrc; '
    "zsh_source and fish_source for other shells."
)


@click.group(cls=CommandGroup, table=COMMANDS, epilog=EPILOG)
@click.version_option(package_name="wavefact", message="%(prog)s %(version)s")
@verbose_option
def wavefact() -> None:
    """Decompose sensor recordings into waves, with a proof that nothing better exists.

    Begin with `wavefact demo`.
    """
