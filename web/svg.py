"""From an Altair chart to SVG that a page holds: one look, both colour schemes, words for screen readers.

A colour of `PALETTE` is drawn as an attribute, and the page's style sheet replaces it by attribute in the dark scheme:
the plot stays a plain SVG that any program can show.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final, Literal

import altair as alt
import vl_convert
from altair.utils import schemapi

Width = Literal["wide", "narrow"]

WIDTHS: Final[dict[Width, int]] = {"wide": 880, "narrow": 340}
"""Pixels, equal to CSS pixels where the page has room; the page shows one of both, by the width of the window."""

FONT: Final = "Arial, Helvetica, Liberation Sans, DejaVu Sans Condensed, sans-serif"
"""vl-convert measures text with Liberation Sans, whose widths are Arial's; the others are no wider."""

INK: Final = "#1b2026"
MUTED: Final = "#5c6670"
GRID: Final = "#e2e6ea"
PAPER: Final = "#fffffe"
ON_DARK: Final = "#fffffd"
ON_LIGHT: Final = "#1b2025"

BLUE, SKY = "#1b5e8c", "#7fb2d6"
TEAL, MINT = "#1d7a70", "#8ccabf"
SAND, ORANGE, RUST = "#f3c98b", "#d9742b", "#8f3a12"
SLATE, GREY, MIST = "#6d7883", "#a7b0b8", "#d4dae0"

PALETTE: Final[dict[str, str]] = {
    INK: "#e8ecf0",
    MUTED: "#a3aeb8",
    GRID: "#333b44",
    PAPER: "#171b20",
    ON_DARK: "#ffffff",
    ON_LIGHT: "#14181c",
    BLUE: "#2f7fb8",
    SKY: "#8fc1e3",
    TEAL: "#23897d",
    MINT: "#8ccabf",
    SAND: "#f3c98b",
    ORANGE: "#d9742b",
    RUST: "#b4532a",
    SLATE: "#7a8691",
    GREY: "#a7b0b8",
    MIST: "#c3cbd3",
}
"""Colour on paper -> colour in the dark scheme. Hues keep apart for the colour-blind: blue, teal, orange, grey, and
lightness within each."""

CHARACTER: Final = 7.0
"""Pixels of a digit or narrow space of a 12-pixel label, a little more than Arial's 6.7."""

LIGHT_FILLS: Final = frozenset({SKY, MINT, SAND, GREY, MIST})
"""Fills on which dark text is read."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One picture in both widths, as SVG."""

    wide: str
    narrow: str


def text_on(fill: str) -> str:
    """Colour of text on a fill, the same in both schemes."""
    return ON_LIGHT if fill in LIGHT_FILLS else ON_DARK


class Tables:
    """The rows that a chart draws, by name: a chart that held them would copy them at each step of its making."""

    def __init__(self) -> None:
        self.rows: dict[str, Sequence[Mapping[str, Any]]] = {}

    def chart(self, rows: Sequence[Mapping[str, Any]]) -> alt.Chart:
        """A chart over rows of its own."""
        name = f"rows-{len(self.rows)}"
        self.rows[name] = rows
        return alt.Chart(alt.NamedData(name))


def draw_both(compose: Callable[[Width, Tables], Any], name: str, title: str, description: str) -> Plot:
    """The plot in both widths.

    Args:
        compose: Gives the chart of a width, with the rows it names in the tables.
        name: Unique on the page; ids begin with it.
        title: What a screen reader says first.
        description: What the plot shows, in words.
    """
    drawn = []
    for width in WIDTHS:
        tables = Tables()
        # Altair checks each object it makes against the schema of Vega-Lite: the tests do, a report has no use for it.
        with schemapi.debug_mode(False):
            chart = compose(width, tables)
        drawn.append(_inline(_svg_of(chart, tables), f"{name}-{width}", title, description))
    return Plot(*drawn)


def specification(chart: Any, tables: Tables, *, validate: bool) -> dict[str, Any]:
    """The chart in our look as Vega-Lite.

    Raises:
        altair.utils.schemapi.SchemaValidationError: It is none, and was to be validated.
    """
    with schemapi.debug_mode(validate):
        spec: dict[str, Any] = chart.configure(**_look()).to_dict(validate=validate)
    return spec | {"datasets": tables.rows}


def _svg_of(chart: Any, tables: Tables) -> str:
    return str(vl_convert.vegalite_to_svg(specification(chart, tables, validate=False)))


def _look() -> dict[str, Any]:
    return {
        "font": FONT,
        "background": "transparent",
        "aria": False,
        "padding": 2,
        "view": alt.ViewConfig(stroke=None),
        "axis": alt.AxisConfig(
            labelColor=MUTED,
            labelFontSize=12,
            titleColor=MUTED,
            titleFontSize=12,
            titleFontWeight="normal",
            gridColor=GRID,
            domain=False,
            ticks=False,
        ),
        "text": alt.MarkConfig(fontSize=12, color=INK),
        "title": alt.TitleConfig(color=INK, fontSize=13, fontWeight="bold", anchor="start"),
    }


_TAG = re.compile(r"<[^<>]+>")
_HIDDEN_TEXT = re.compile(r'<text [^<>]*\bopacity="0"[^<>]*>[^<]*</text>')
_EMPTY = re.compile(r'<path class="(?:background|foreground)" aria-hidden="true" d="[^"]*"(?: [a-z-]+="[^"]*")*/>')
_DIGITS = re.compile(r"(\.\d\d)\d+")
_NOISE = re.compile(r' (?:aria-[a-z]+|role|pointer-events|class)="[^"]*"')
_ROOT = re.compile(r"<svg [^>]*?width=\"([\d.]+)\" height=\"([\d.]+)\"[^>]*>")


def _inline(svg: str, name: str, title: str, description: str) -> str:
    """The renderer's SVG without its roles and hidden labels, with a viewBox instead of a size, with title and ids."""
    root = _ROOT.match(svg)
    if root is None:
        raise ValueError("an SVG with a size expected from the renderer")
    width, height = root[1], root[2]
    body = _EMPTY.sub("", _HIDDEN_TEXT.sub("", svg[root.end() :]))
    body = _TAG.sub(lambda tag: _DIGITS.sub(r"\1", _NOISE.sub("", tag[0])), body)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", body)
    return (
        f'<svg viewBox="0 0 {width} {height}" style="max-width:{width}px" role="img" '
        f'aria-labelledby="{name}-title {name}-desc" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>{body}'
    )
