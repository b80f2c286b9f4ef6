"""A page as a PDF: printed by a browser without a window, or by weasyprint."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from wavefact.errors import MissingPackageError, UnwritableTargetError

__all__ = ["browser", "print_page"]

NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
SWITCHES = (
    *("--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--no-pdf-header-footer"),
)
PATIENCE = 120.0  # [s]


def browser() -> str | None:
    """Return the path of a browser that can print, None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name)) is not None), None)


def print_page(text: str, target: Path) -> None:
    """Write a page to a PDF file.

    Raises
    ------
    MissingPackageError
        If there is neither a browser nor weasyprint.
    UnwritableTargetError
        If printing fails.
    """
    found = browser()
    if found is not None:
        _by_browser(found, text, target)
    elif find_spec("weasyprint") is not None:
        _by_weasyprint(text, target)
    else:
        raise MissingPackageError(
            "Nothing here can print a PDF: install Chromium (apt install chromium), Chrome or Edge, or run "
            "'pip install weasyprint'. The .html report prints from any browser."
        )


def _by_browser(program: str, text: str, target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="wavefact-", ignore_cleanup_errors=True) as folder:
        source, printed = Path(folder) / "report.html", Path(folder) / "report.pdf"
        source.write_text(text, encoding="utf-8")
        switches = [*SWITCHES, f"--user-data-dir={folder}/profile", f"--print-to-pdf={printed}"]
        if sys.platform == "linux" and os.geteuid() == 0:
            switches.append("--no-sandbox")  # it does not start for root with one; the page is our own
        try:
            done = subprocess.run(
                [program, *switches, source.as_uri()],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UnwritableTargetError(f"{program} did not print the report: {error}.") from error
        if not printed.is_file() or printed.stat().st_size == 0:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            why = said[-1] if said else f"it ended with code {done.returncode}"
            raise UnwritableTargetError(f"{program} did not print the report: {why}.")
        shutil.copyfile(printed, target)


def _by_weasyprint(text: str, target: Path) -> None:
    from weasyprint import HTML

    HTML(string=plain(text)).write_pdf(target)


def plain(text: str) -> str:
    """Return a page with its light colours written out and everything open, for what knows no variables."""
    block = text[text.index(":root {") : text.index(":root[data-theme")]
    values = dict(re.findall(r"(--[a-z-]+): ([^;]+);", block.replace('"', "'")))  # they come into attributes
    text = re.sub(r"<script\b.*?</script>", "", text, flags=re.DOTALL)  # nothing moves on paper
    for _ in range(2):  # a variable may stand in another
        text = re.sub(r"var\((--[a-z-]+)(?:, [^()]*)?\)", lambda match: values.get(match[1], match[0]), text)
    return text.replace("<details>", "<details open>")
