"""Plots with one row an agent, as Altair charts: calls by outcome, tone, talk and silence.

Every bar, dot and label is placed here and not by the renderer, so that what is drawn is what the tables say and words
are formatted in one place. Agents come in the order they are drawn, top first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt

from web import svg
from web.spanish import NO_BREAK_SPACE, SOFT_HYPHEN, number_text
from web.svg import (
    BLUE,
    GREY,
    INK,
    MINT,
    MIST,
    MUTED,
    ORANGE,
    PAPER,
    RUST,
    SAND,
    SKY,
    SLATE,
    TEAL,
    Plot,
    Tables,
    Width,
)

OUTCOME_FILLS: Final[Mapping[str, str]] = {
    "promise_to_pay": BLUE,
    "paid": SKY,
    "callback": TEAL,
    "no_agreement": MINT,
    "hardship": SAND,
    "dispute": ORANGE,
    "refusal": RUST,
    "third_party": SLATE,
    "wrong_number": GREY,
    "voicemail": MIST,
}

SEVERITY_FILLS: Final[Mapping[str, str]] = {"low": SAND, "medium": ORANGE, "high": RUST}

_ROW = 27
"""Height of one agent's row."""

_MOST_NAME: Final[Mapping[Width, int]] = {"wide": 160, "narrow": 96}
"""Most pixels for an agent's name; longer names end in an ellipsis."""


@dataclass(frozen=True, slots=True)
class StackedRow:
    """One bar: its name, and (key of the fill, value) from left to right. `total`: the words at its end."""

    name: str
    parts: tuple[tuple[str, float], ...]
    total: str


@dataclass(frozen=True, slots=True)
class ToneLine:
    """Flagged turns of one agent: for each category in order, (severity, turns)."""

    name: str
    categories: tuple[tuple[tuple[str, int], ...], ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """Shares of one agent's calls in [0, 1]: one dot a call, or where there are many, their quantiles.

    `quantiles`: 10, 25, 75 and 90 %.
    """

    name: str
    dots: tuple[float, ...]
    quantiles: tuple[float, float, float, float] | None
    median: float | None


@dataclass(frozen=True, slots=True)
class SpreadPanel:
    """One share over all agents; `middle` is the median of all calls."""

    title: str
    spreads: tuple[Spread, ...]
    middle: float | None


def stacked_bars(rows: Sequence[StackedRow], name: str, title: str, description: str) -> Plot:
    """Calls of each agent, stacked by outcome, with the count in each part that has room for it."""
    return svg.draw_both(lambda width, tables: _stacked(rows, width, tables), name, title, description)


def _stacked(rows: Sequence[StackedRow], width: Width, tables: Tables) -> Any:
    y = _Agents([row.name for row in rows], width)
    room = y.inside - 50
    longest = max(sum(value for _, value in row.parts) for row in rows)
    bars: list[dict[str, Any]] = []
    for row in rows:
        start = 0.0
        for key, value in row.parts:
            label = number_text(value, 0 if value == int(value) else 1)
            fits = value / longest * room >= len(label) * svg.CHARACTER + 6
            fill = OUTCOME_FILLS[key]
            bars.append(
                {
                    "agent": row.name,
                    "start": start,
                    "end": start + value,
                    "middle": start + value / 2,
                    "fill": fill,
                    "label": label if fits else "",
                    "ink": svg.text_on(fill),
                }
            )
            start += value
    ends = [{"agent": row.name, "end": sum(v for _, v in row.parts), "total": row.total} for row in rows]
    x = alt.Scale(domain=[0, longest * y.inside / room], nice=False)
    parts = tables.chart(bars)
    layers = [
        parts.mark_bar(height=_ROW - 7, stroke=PAPER, strokeWidth=1.5).encode(
            x=alt.X("start:Q", scale=x, axis=None), x2="end:Q", y=y.axis(), color=alt.Color("fill:N", scale=None)
        ),
        parts.mark_text(baseline="middle", fontWeight="bold").encode(
            x=alt.X("middle:Q", scale=x, axis=None), y=y.axis(), text="label:N", color=alt.Color("ink:N", scale=None)
        ),
        tables.chart(ends)
        .mark_text(align="left", baseline="middle", dx=6, color=INK)
        .encode(x=alt.X("end:Q", scale=x, axis=None), y=y.axis(), text="total:N"),
    ]
    return alt.layer(*layers).properties(width=y.inside, height=len(rows) * _ROW)


def tone_bars(lines: Sequence[ToneLine], headings: Sequence[str], name: str, title: str, description: str) -> Plot:
    """Flagged turns: a row an agent, a column a category, stacked by severity, all on one scale.

    Headings break at their soft hyphens where the plot is narrow.
    """
    return svg.draw_both(lambda width, tables: _tone(lines, headings, width, tables), name, title, description)


def _tone(lines: Sequence[ToneLine], headings: Sequence[str], width: Width, tables: Tables) -> Any:
    y = _Agents([line.name for line in lines], width)
    room = y.inside / len(headings)
    longest = max(sum(n for _, n in cell) for line in lines for cell in line.categories)
    reach = 1 - (len(str(longest)) * svg.CHARACTER + 12) / room
    bars: list[dict[str, Any]] = []
    ends: list[dict[str, Any]] = []
    for line in lines:
        for column, cell in enumerate(line.categories):
            start = 0
            for severity, turns in cell:
                x1, x2 = (column + reach * n / longest for n in (start, start + turns))
                bars.append({"agent": line.name, "start": x1, "end": x2, "fill": SEVERITY_FILLS[severity]})
                start += turns
            label = number_text(start) if start else "·"
            ends.append({"agent": line.name, "end": column + reach * start / longest, "label": label})
    texts = [heading.replace(SOFT_HYPHEN, "") if width == "wide" else heading for heading in headings]
    names = ", ".join(f"'{i}': {_lines(text)}" for i, text in enumerate(texts))
    axis = alt.Axis(
        orient="top",
        values=list(range(len(headings))),
        labelExpr=f"({{{names}}})[datum.value]",
        labelAlign="left",
        labelColor=INK,
        labelFontSize=12 if width == "wide" else 10.5,
        labelLineHeight=12,
        labelPadding=18 if any(SOFT_HYPHEN in text for text in texts) else 6,
        labelFlush=False,
        labelOverlap=False,
        title=None,
        grid=True,
    )
    x = alt.Scale(domain=[0, len(headings)], nice=False)
    layers = [
        tables.chart(bars)
        .mark_bar(height=_ROW - 9, stroke=PAPER, strokeWidth=1)
        .encode(x=alt.X("start:Q", scale=x, axis=axis), x2="end:Q", y=y.axis(), color=alt.Color("fill:N", scale=None)),
        tables.chart(ends)
        .mark_text(align="left", baseline="middle", dx=5)
        .encode(x=alt.X("end:Q", scale=x, axis=axis), y=y.axis(), text="label:N"),
    ]
    return alt.layer(*layers).properties(width=y.inside, height=len(lines) * _ROW)


def _lines(heading: str) -> str:
    """A heading as Vega reads it: a list of its lines."""
    parts = heading.split(SOFT_HYPHEN)
    return str([f"{part}-" for part in parts[:-1]] + parts[-1:])


def spread_panels(panels: Sequence[SpreadPanel], name: str, title: str, description: str) -> Plot:
    """Shares of each agent's calls as dots or quantiles, panels side by side or, where narrow, one below the other."""
    return svg.draw_both(lambda width, tables: _spreads(panels, width, tables), name, title, description)


def _spreads(panels: Sequence[SpreadPanel], width: Width, tables: Tables) -> Any:
    y = _Agents([spread.name for spread in panels[0].spreads], width)
    if width == "narrow":
        return alt.vconcat(*(_spread(panel, y, y.inside - 12, tables, with_names=True) for panel in panels), spacing=24)
    gap = 40
    inside = (y.inside - 12 - gap * (len(panels) - 1)) // len(panels)
    drawn = [_spread(panel, y, inside, tables, with_names=index == 0) for index, panel in enumerate(panels)]
    return alt.hconcat(*drawn, spacing=gap)


def _spread(panel: SpreadPanel, agents: "_Agents", inside: int, tables: Tables, *, with_names: bool) -> Any:
    most = max((share for s in panel.spreads for share in (*s.dots, *(s.quantiles or ()))), default=1.0)
    end = next(end for end in (0.25, 0.5, 1.0) if most <= end)
    axis = alt.Axis(
        values=[end * i / 4 for i in range(5)] if end == 1 else [end * i / 5 for i in range(6)],
        labelExpr=f"round(datum.value * 100) + '{NO_BREAK_SPACE}%'",
        title=None,
        labelFlush=True,
        labelPadding=6,
    )
    scale = alt.Scale(domain=[0, end], nice=False)
    y = agents.axis(with_names=with_names)
    boxes = [
        dict(zip(("agent", "p10", "p25", "p75", "p90"), (s.name, *s.quantiles), strict=True))
        for s in panel.spreads
        if s.quantiles is not None
    ]
    dots = [{"agent": s.name, "share": share} for s in panel.spreads for share in s.dots]
    medians = [{"agent": s.name, "share": s.median} for s in panel.spreads if s.median is not None]
    middle = [] if panel.middle is None else [{"share": panel.middle}]

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, axis=axis)

    box = tables.chart(boxes)
    layers = [
        tables.chart(middle).mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x=x("share")),
        box.mark_rule(color=SKY, strokeWidth=2).encode(x=x("p10"), x2="p90:Q", y=y),
        box.mark_bar(color=SKY, height=10).encode(x=x("p25"), x2="p75:Q", y=y),
        tables.chart(medians)
        .mark_tick(color=INK, thickness=2.5, height=20, orient="vertical")
        .encode(x=x("share"), y=y),
        tables.chart(dots)
        .mark_circle(color=BLUE, size=58, opacity=0.7, stroke=PAPER, strokeWidth=0.8)
        .encode(x=x("share"), y=y),
    ]
    title = alt.TitleParams(panel.title, offset=8, frame="group")
    return alt.layer(*layers).properties(width=inside, height=len(agents.names) * _ROW, title=title)


@dataclass(frozen=True, slots=True)
class _Agents:
    """The rows of a plot by agent: their names take the room that the longest needs."""

    names: Sequence[str]
    width: Width

    @property
    def room(self) -> int:
        """Pixels for names."""
        return min(_MOST_NAME[self.width], int(max(map(len, self.names)) * svg.CHARACTER) + 14)

    @property
    def inside(self) -> int:
        """Pixels right of the names."""
        return svg.WIDTHS[self.width] - self.room - 8

    def axis(self, *, with_names: bool = True) -> alt.Y:
        extent = self.room if with_names else 0
        axis = alt.Axis(
            title=None,
            labels=with_names,
            labelColor=INK,
            labelLimit=self.room - 8,
            labelPadding=8,
            minExtent=extent,
            maxExtent=extent,
        )
        return alt.Y("agent:N", sort=list(self.names), scale=alt.Scale(domain=list(self.names)), axis=axis)
