"""Documents whose code runs: the blocks of a page in order, and what each of them shows.

Blocks in ``python`` share one namespace; of those in ``bash`` the lines that begin with ``wavefact`` run, in
the same folder.  An ``output`` block right after one holds what it prints: the same words, and numbers to two
per cent, since the last digits differ from computer to computer; ``…`` stands for anything.

    python tests/pages.py PAGE ...    writes outputs and pictures anew
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"\A\s*^```output\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PICTURE = re.compile(r"!\[[^\]]*\]\((?:\.\./)*pictures/([\w-]+\.\w+)\)")
NUMBER = re.compile(r"[-+−]?\d+\.?\d*(?:e[-+]?\d+)?")
SHELLS = "bash", "sh", "console", "shell"


def blocks(text: str, *languages: str) -> list[str]:
    """Return the fenced blocks in `languages`."""
    return [body for language, body in FENCE.findall(text) if language in languages]


def commands(text: str) -> list[str]:
    """Return the command lines of the shell blocks, without comments and continuation marks."""
    lines = "\n".join(blocks(text, *SHELLS)).replace("\\\n", " ").splitlines()
    return [line.removeprefix("$ ").strip() for line in lines if line.strip() and not line.startswith("#")]


def steps(text: str) -> Iterator[tuple[str, str, re.Match[str] | None, int]]:
    """Yield the blocks that run: language, body, the block of its output, and where that is looked for."""
    for block in FENCE.finditer(text):
        if block[1] in ("python", *SHELLS):
            yield block[1], block[2], SHOWN.match(text[block.end() :]), block.end()


def same(expected: str, printed: str) -> bool:
    """Say whether what was printed is what the page shows."""
    words = re.escape(NUMBER.sub("0", expected).strip()).replace("…", ".*?")
    pattern = re.sub(r"(?:\\?\s)+", r"\\s+", words)
    if not re.fullmatch(pattern, NUMBER.sub("0", printed).strip(), re.DOTALL):
        return False
    if "…" in expected:
        return True
    pairs = zip(NUMBER.findall(expected), NUMBER.findall(printed), strict=True)
    return all(abs(_value(a) - _value(b)) <= 0.02 * abs(_value(a)) + _unit(a) for a, b in pairs)


def _value(number: str) -> float:
    return float(number.replace("−", "-"))


def _unit(number: str) -> float:
    """Return the value of one in the last decimal shown; 0 of whole numbers, which are counts."""
    mantissa, _, exponent = number.partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 10.0 ** (float(exponent or 0) - decimals) if decimals else 0.0


def run(page: Path, folder: Path, root: Path) -> list[str]:
    """Run a page in a process of its own, in `folder`; return what each block printed."""
    for name in ("data", "examples"):
        (folder / name).symlink_to(root / name)
    result = subprocess.run(
        [sys.executable, "-W", "error", __file__, "--run", page.resolve()],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(root), "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise RuntimeError(f"{page.name}: {result.stderr}")
    return list(json.loads(result.stdout))


def _run_here(text: str) -> list[str]:
    """Run the blocks of a page in this process."""
    printed, names = [], {"__name__": "__main__"}
    for language, body, _, _ in steps(text):
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            if language == "python":
                exec(compile(body, f"block {len(printed) + 1}", "exec"), names)
        printed.append(shown.getvalue() if language == "python" else _run_commands(body))
    return printed


def _run_commands(body: str) -> str:
    """Run the lines of a shell block that are ours; `# ends with code N` says which exit code is right."""
    shown = []
    for line in body.replace("\\\n", " ").splitlines():
        for part in line.removeprefix("$ ").partition("#")[0].split("&&"):
            if part.strip().startswith("wavefact "):
                shown.append(_run_command(part, line))
    return "".join(shown)


def _run_command(command: str, line: str) -> str:
    from click.testing import CliRunner

    from wavefact.cli import wavefact

    expected = re.search(r"# .*code (\d)", line)
    result = CliRunner().invoke(wavefact, shlex.split(command)[1:], prog_name="wavefact")
    if result.exit_code != int(expected[1] if expected else 0):
        raise RuntimeError(f"{line}: code {result.exit_code}\n{result.output}\n{result.exception!r}")
    return result.stdout


def rewritten(page: Path, root: Path) -> str:
    """Return a page with its outputs as they are now; new pictures go into the folder ``pictures``."""
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        printed = run(page, Path(folder), root)
        for name in PICTURE.findall(text):
            if (Path(folder) / name).is_file():
                shutil.copy(Path(folder) / name, root / ".docs" / "pictures" / name)
    for (_, _, shown, end), output in reversed(list(zip(steps(text), printed, strict=True))):
        if shown and not same(shown[1], output):
            body = "\n".join(line.rstrip() for line in output.strip("\n").splitlines())
            text = text[: end + shown.start(1)] + body + "\n" + text[end + shown.end(1) :]
    return text


def main(arguments: list[str]) -> None:
    """Run one page, for `run`, or rewrite pages."""
    if arguments[0] == "--run":
        sys.stdout.write(json.dumps(_run_here(Path(arguments[1]).read_text(encoding="utf-8"))))
        return
    for argument in arguments:
        page = Path(argument)
        page.write_text(rewritten(page, Path(__file__).resolve().parents[1]), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
