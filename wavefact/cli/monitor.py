"""`wavefact monitor`: follow a folder of recordings, and raise alarms."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from math import inf
from pathlib import Path
from typing import Any

import click

from wavefact.cli._folders import Folder, check_folder, folder_of, folder_options
from wavefact.cli._options import FORMATS_HELP, NUMBER, PATH, quiet_option, verbose_option
from wavefact.cli._outputs import outputs
from wavefact.cli._report import plain
from wavefact.errors import InputError

__all__ = ["ALARM", "QUARANTINED", "UNKNOWN", "monitor"]

ALARM, QUARANTINED, UNKNOWN = 4, 5, 6  # exit codes


@click.command(short_help="Follow a folder of recordings, and raise alarms.", epilog=FORMATS_HELP)
@click.argument("folder", type=PATH)
@click.option("--baseline", required=True, metavar="BASELINE.h5", type=PATH, help="The healthy state.")
@click.option("--once", is_flag=True, help="Take what is there and end, rather than wait for more.")
@click.option(
    "--state", metavar="FOLDER", type=PATH, help="Where to remember what was done; by default FOLDER.monitor."
)
@click.option("--hook", metavar="COMMAND", help="Runs at each alarm, which it gets as JSON on its input.")
@click.option(
    "--hook-timeout", type=NUMBER, metavar="S", default=30.0, help="The hook is killed after it [s]; 30."
)
@click.option(
    "--settle", type=NUMBER, metavar="S", default=10.0, help="Unchanged for so long, a file is whole; 10."
)
@click.option(
    "--time-limit",
    type=NUMBER,
    metavar="S",
    default=600.0,
    help="An analysis is stopped after it, and its file put in quarantine [s]; 600, inf for none.",
)
@click.option("--interval", type=NUMBER, metavar="S", default=10.0, help="Between looks at the folder; 10.")
@click.option("--retry", is_flag=True, help="Take up again what is in quarantine or without a verdict.")
@folder_options
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each file, one a line.")
@quiet_option
@verbose_option
def monitor(folder: Path, **options: Any) -> int:
    """Assess each recording in FOLDER once, and each that comes, against a baseline.

    Any readable format; files that are still being written wait.  With an operator (--operator and its
    options) modes are those of `find_modes`, else those in the signals.  Files that cannot be used, or not
    within the time limit, go into quarantine, which moves nothing, until they change.  The process may be
    killed at any moment and started again; Ctrl-C ends it after the file in hand, a second one at once.

    Exit codes are about what was assessed in this run: 0 no alarm and nothing put in quarantine, also where
    nothing was new, 4 an alarm, 5 no alarm, but files were put in quarantine, 6 neither, but a recording
    allowed no verdict, as where its conditions are not known.  Those of `wavefact health` are about the
    state: that of the recording assessed last, in whatever run.
    """
    from wavefact.health.monitor import Hook, Monitor, Procedure, default_state, health_summary

    check_folder(folder)
    baseline = options["baseline"]
    learned = _baseline(baseline)
    given = folder_of(folder, options, baseline, names=learned.condition_names)
    _check_conditions(learned, given, baseline)
    state = default_state(folder) if options["state"] is None else options["state"]
    plan = Monitor(
        given.watch,
        Procedure(learned, given.find_modes, given.read, given.conditions),
        state,
        None if options["hook"] is None else Hook.of(options["hook"], options["hook_timeout"]),
        options["settle"],
        options["name_format"],
        None if options["time_limit"] == inf else options["time_limit"],
        f"{baseline.name} ({blake2b(baseline.read_bytes(), digest_size=4).hexdigest()})",
    )
    with outputs(before=(state,)), _stopped_by_signals() as stop, _reports(options) as report:
        tally = plan.run(
            once=options["once"],
            interval=options["interval"],
            retry=options["retry"],
            stop=stop,
            callback=report,
        )
    if not (options["quiet"] or options["as_json"]):
        click.echo(f"{tally}. State: {state}.")
        for alarm in health_summary(state, n_alarms=1).alarms if tally.n_alarms else ():
            click.echo(f"Last alarm, {alarm['time']}: {alarm['sentence']}")
    codes = ((tally.n_alarms, ALARM), (tally.n_quarantined, QUARANTINED), (tally.n_without_verdict, UNKNOWN))
    return next((code for count, code in codes if count), 0)


def _baseline(path: Path) -> Any:
    from wavefact import health

    if not path.is_file():
        raise InputError(f"{path} does not exist or is no file; expected a baseline.")
    learned = health.Baseline.load(path)
    _ = learned.detector  # computed once, here
    return learned


def _check_conditions(learned: Any, given: Folder, path: Path) -> None:
    """Refuse conditions that the baseline does not have, or lacks."""
    expected = 0 if learned.conditions is None else learned.conditions.shape[1]
    count = 0 if given.conditions is None else len(given.conditions.names)
    if count != expected:
        known = ", ".join(learned.condition_names or ()) or f"{expected or 'no'} conditions"
        raise InputError(
            f"{path} was learned with {known}, and --conditions gives {count or 'none'}; "
            + ("give a file of these." if expected else "leave it out.")
        )


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C and SIGTERM set; a second one of them ends the process at once."""
    stop = threading.Event()
    watched = (signal.SIGINT, signal.SIGTERM)

    def ask(number: int, frame: object) -> None:
        stop.set()
        for other in watched:
            signal.signal(other, signal.default_int_handler)

    before = {number: signal.signal(number, ask) for number in watched}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _reports(options: Mapping[str, Any]) -> Iterator[Callable[[Any], None] | None]:
    """Yield what tells of each file, in a line: of JSON, or of few words; or None."""
    if options["as_json"]:
        yield lambda event: click.echo(_json_line(event))
    elif options["quiet"]:
        yield None
    elif not sys.stderr.isatty():
        yield lambda event: _echo(event, click.echo)
    else:
        from tqdm import tqdm

        with tqdm(desc="monitor", unit="files", file=sys.stderr, leave=False) as bar:

            def report(event: Any) -> None:
                _echo(event, bar.write)
                bar.total = event.n_total
                bar.update(event.n_done - bar.n)
                bar.refresh()

            yield report


def _echo(event: Any, write: Callable[[str], Any]) -> None:
    """Write the line of a file, but of one in quarantine, of which the log tells."""
    if event.outcome != "quarantined":
        write(_line(event))


def _line(event: Any) -> str:
    """Say when a recording began, how far from healthy it is, and what is most unusual."""
    from wavefact.health.monitor.summary import score_text

    if event.record is None:
        return f"{event.file}: {event.text}"
    record = event.record
    told = f"{record['time']}  {event.file}  "
    if record["score"] is None or record["threshold"] is None:
        return f"{told}no verdict. {record['sentence']}"
    told += f"{score_text(record, '.2f')}  "
    shares = [share or 0.0 for share in record["contributions"]]
    if not record["is_alarm"]:
        missing = [str(mode + 1) for mode, frequency in enumerate(record["frequencies"]) if frequency is None]
        return f"{told}healthy, without mode {', '.join(missing)}" if missing else f"{told}healthy"
    if not shares:
        return f"{told}ALARM"
    return f"{told}ALARM, most of all mode {shares.index(max(shares)) + 1}"


def _json_line(event: Any) -> str:
    line = {"file": event.file, "outcome": event.outcome, "text": event.text} | dict(event.record or {})
    return json.dumps(plain(line), ensure_ascii=False, allow_nan=False)
