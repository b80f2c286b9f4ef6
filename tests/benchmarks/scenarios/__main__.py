"""Run the suite, or what is missing of it, and print its tables.

python -m tests.benchmarks.scenarios [--results FILE] [--reduced] [--jobs N] [--seeds N] [--table-only]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.benchmarks.scenarios.cases import SCENARIOS, SNRS
from tests.benchmarks.scenarios.figure import figure
from tests.benchmarks.scenarios.runner import Plan, run
from tests.benchmarks.scenarios.store import load
from tests.benchmarks.scenarios.table import Cell, cells, claims, markdown

FAST = ("wavefact", "svd", "shrinkage", "nuclear", "bandpass", "wiener", "fk")


def main() -> None:
    """Run and print."""
    options = _parser().parse_args()
    if not options.table_only:
        _run(_plan(options), options.results, options.jobs)
    found = cells(load(options.results))
    if options.figure:
        figure(found, options.figure)
    for score in ("relative_error", "mac"):
        print(markdown(found, score), end="\n\n")
    for claim, (held, total) in claims(found).items():
        print(f"{claim}: {held} of {total} cells ({100 * held / max(total, 1):.0f} %)")
    print("\n".join(line for cell in found for line in _losses(cell)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scenarios", description=__doc__)
    parser.add_argument("--results", type=Path, default=Path("scenarios.jsonl"), help="file to go on with")
    parser.add_argument("--reduced", action="store_true", help="a few scenarios and fast methods: a minute")
    parser.add_argument("--jobs", type=int, default=2, help="trials at a time")
    parser.add_argument("--seeds", type=int, default=2, help="recordings of each cell")
    parser.add_argument("--oracle-below", type=float, default=0.0, help="oracles from here down [dB]")
    parser.add_argument("--scenarios", help="names between commas")
    parser.add_argument("--methods", help="names between commas")
    parser.add_argument("--figure", type=Path, help="picture of the errors to write")
    parser.add_argument("--table-only", action="store_true", help="print what there is")
    return parser


def _plan(options: argparse.Namespace) -> Plan:
    plan = Plan(tuple(SCENARIOS), SNRS, n_seeds=options.seeds, oracle_below=options.oracle_below)
    if options.reduced:
        plan = Plan(("string", "coloured noise"), (10, -10), FAST, n_seeds=1, time_limit=600.0)
    given = {
        name: tuple(getattr(options, name).split(","))
        for name in ("scenarios", "methods")
        if getattr(options, name)
    }
    return plan._replace(**given)


def _run(plan: Plan, results: Path, n_jobs: int) -> None:
    from tqdm import tqdm

    with tqdm(unit="trials") as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        run(plan, results, n_jobs, progress)


def _losses(cell: Cell) -> list[str]:
    """Say where wavefact is not best, in words."""
    where = f"{cell.scenario}, {cell.snr_db:g} dB, {cell.score}"
    lost = []
    if not cell.is_best:
        name, value = cell.rival("automatic")
        lost.append(f"behind: {where}: {cell.ours:.4f}, {name} {value:.4f}")
    if cell.snr_db <= 0 and cell.oracle and not cell.beats_oracles:
        name, value = cell.rival("oracle")
        lost.append(f"behind an oracle: {where}: {cell.ours_at_oracle:.4f}, {name} {value:.4f}")
    return lost


if __name__ == "__main__":
    main()
