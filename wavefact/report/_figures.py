"""Figures within a page: vector graphics that follow its colours, or pictures where these are smaller."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from wavefact.plots._style import BLUE, DARK, DEEP_SKY, GREEN, GREY, PALE, SKY, VERMILLION, dressed, style
from wavefact.plots.comparison import BAND
from wavefact.report._html import Html, element

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Readout", "blank", "figure", "panels"]

LARGEST_VECTOR = 350_000  # characters, beyond which a picture is smaller
DOTS = 170.0  # per inch of a picture
MOST_POINTS = 2500  # of a curve whose values can be read
DIGITS = 4

# What a colour of the plots is called in the page's style sheet, where it has a value for light and dark.
NAMES = {
    DARK: "ink",
    "#000000": "ink",
    GREY: "quiet",
    "#303030": "quiet",
    "#b0b0b0": "faint",
    PALE: "pale",
    "#ffffff": "ground",
    BLUE: "blue",
    VERMILLION: "vermillion",
    GREEN: "green",
    SKY: "sky",
    DEEP_SKY: "sky",
    BAND: "band",
}
_COLOUR = re.compile("|".join(NAMES), re.IGNORECASE)
_BY_NAME = {colour.lower(): name for colour, name in NAMES.items()}
_ID = re.compile(r'(\bid="|url\(#|href="#)')
_PLACES = re.compile(r'(?<= )(?:d|x|y)="[^"]*"')
_DECIMALS = re.compile(r"(\.\d\d)\d+")  # of coordinates [pt]; nobody sees more
_FAMILY = re.compile(r"'DejaVu Sans'[^;\"]*")


@dataclass(frozen=True, eq=False)
class Readout:
    """Say what can be read of a figure with the pointer or the arrow keys.

    Attributes
    ----------
    ax : Axes
        Within which; its horizontal axis may be linear only.
    at : (n_points,) array
        Rising places along the horizontal axis.
    series : sequence of (label, (n_points,) array)
        What is told at each.
    label : str
        What `at` is, with its unit after a blank: ``"frequency Hz"`` is told as "frequency 2.5 Hz".
    texts : sequence of n_points str, optional
        What is told instead of the place.
    unit : str
        Of the values.
    """

    ax: Axes
    at: np.ndarray
    series: Sequence[tuple[str, np.ndarray]]
    label: str
    texts: Sequence[str] | None = None
    unit: str = ""

    def record(self) -> dict[str, Any]:
        """Return where the Axes are, as shares of the figure, and the curves."""
        box, (low, high) = self.ax.get_position(), self.ax.get_xlim()
        name, _, unit = self.label.partition(" ")
        step = max(1, -(-len(self.at) // MOST_POINTS))
        return {
            "box": [_short(value) for value in (box.x0, 1 - box.y1, box.width, box.height)],
            "limits": [float(low), float(high)],
            "name": name,
            "unit": unit,
            "suffix": self.unit,
            "at": [_short(value, 7) for value in self.at[::step]],
            "texts": None if self.texts is None else list(self.texts[::step]),
            "series": [
                {"label": label, "values": [_short(value) for value in np.asarray(values)[::step]]}
                for label, values in self.series
            ],
        }


def blank(width: float, height: float) -> Figure:
    """Return a figure of a size [inch] that is not known to pyplot."""
    from matplotlib.figure import Figure

    with style():
        return Figure(figsize=(width, height), layout="constrained")


def panels(figure: Figure, n_rows: int = 1, n_columns: int = 1, **shared: Any) -> np.ndarray:
    """Return Axes in a figure, dressed as all of wavefact's are, (n_rows, n_columns)."""
    import matplotlib

    # as plain text, ticks keep the page's font, and are drawn in a third of the time
    with style(), matplotlib.rc_context({"axes.formatter.use_mathtext": False}):
        return dressed(figure.subplots(n_rows, n_columns, squeeze=False, **shared))


def figure(
    name: str, drawn: Figure, alt: str, caption: str, *, readout: Readout | None = None, class_: str = ""
) -> Html:
    """Return a figure with its caption; `alt` says what is to be seen to who cannot see it."""
    from matplotlib import pyplot

    size = drawn.get_size_inches()
    image = _vector(name, drawn, alt)
    if len(image) > LARGEST_VECTOR:
        image = min(image, _picture(drawn, alt), key=len)
    parts = [image]
    if readout is not None:
        # "<" could end the element that holds the data
        data = json.dumps(readout.record(), separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
        parts.append(element("script", Html(data), type="application/json"))
    pyplot.close(drawn)
    frame = element(
        "div",
        element("div", *parts, class_="plot"),
        class_="wide",
        style=f"max-width:{96 * size[0]:.0f}px",
        tabindex=0,
        role="region",
        aria_label=caption,
    )
    return element("figure", frame, element("figcaption", caption), class_=class_ or None)


def _vector(name: str, drawn: Figure, alt: str) -> Html:
    import matplotlib

    buffer = BytesIO()
    with style(), matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        drawn.savefig(
            buffer,
            format="svg",
            facecolor="none",
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    text = buffer.getvalue().decode()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, count=1, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = _PLACES.sub(lambda match: _DECIMALS.sub(r"\1", match[0]), text)
    text = _COLOUR.sub(lambda match: f"var(--{_BY_NAME[match[0].lower()]})", text)
    text = _FAMILY.sub("var(--sans)", text)
    text = _ID.sub(rf"\g<1>{name}-", text)  # so that no two figures of a page share a name
    text = re.sub(r'^<svg[^>]*?viewBox="([^"]*)"[^>]*>', r"<svg@ \1@>", text, count=1, flags=re.DOTALL)
    head, _, rest = text.partition("@>")
    box = head.partition("@ ")[2]
    opened = element("svg", viewBox=box, role="img", aria_label=alt, focusable="false")
    namespaces = ' xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    opened = Html(opened.removesuffix("></svg>") + namespaces + ">")
    return Html(opened + re.sub(r">\s+<", "><", rest.strip()))


def _picture(drawn: Figure, alt: str) -> Html:
    """Return the smaller of a PNG and a WebP picture."""
    encoded = []
    for kind in ("png", "webp"):
        buffer = BytesIO()
        metadata = {"Software": None} if kind == "png" else None
        with style():
            drawn.savefig(buffer, format=kind, dpi=DOTS, metadata=metadata)
        encoded.append((len(buffer.getvalue()), kind, base64.b64encode(buffer.getvalue()).decode()))
    _, kind, data = min(encoded)
    return element("img", src=f"data:image/{kind};base64,{data}", alt=alt, class_="picture")


def _short(value: float, digits: int = DIGITS) -> float | None:
    return float(f"{value:.{digits}g}") if np.isfinite(value) else None
