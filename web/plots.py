"""The plots of the report, as Altair charts: bars of calls by outcome, promises over days, tone, talk and silence.

Every bar, dot and label is placed here and not by the renderer, so that what is drawn is what the tables say and words
are formatted in one place. Agents come in the order they are drawn, top first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt

from web import svg
from web.spanish import NO_BREAK_SPACE, number_text
from web.svg import BLUE, GREY, INK, MINT, MIST, MUTED, ORANGE, PAPER, RUST, SAND, SKY, SLATE, TEAL, Plot, Width

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

STATE_FILLS: Final[Mapping[str, str]] = {
    "pending": BLUE,
    "kept": TEAL,
    "part_kept": MINT,
    "late": SAND,
    "broken": RUST,
    "superseded": GREY,
}

_ROW = 27
"""Height of one agent's row."""

_MOST_NAME: Final[Mapping[Width, int]] = {"wide": 160, "narrow": 96}
"""Most pixels for an agent's name; longer names end in an ellipsis."""

_LINE_NAME = 168
"""Pixels left of a currency's strip for its name and sum, where the plot is wide."""

_CHARACTER = 7.0
"""Pixels of a digit or narrow space of a 12-pixel label, a little more than Arial's 6.7."""


@dataclass(frozen=True, slots=True)
class StackedRow:
    """One bar: its name, and (key of the fill, value) from left to right. `total`: the words at its end."""

    name: str
    parts: tuple[tuple[str, float], ...]
    total: str


@dataclass(frozen=True, slots=True)
class DueBar:
    """What is due in one unit of time: its place on the axis, (state, amount) from the bottom, the amount in words."""

    place: int
    parts: tuple[tuple[str, float], ...]
    label: str


@dataclass(frozen=True, slots=True)
class DueLine:
    """One currency over time: its code, its sum in words."""

    name: str
    total: str
    bars: tuple[DueBar, ...]


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
    drawn = [svg.draw(_stacked(rows, width), f"{name}-{width}", title, description) for width in svg.WIDTHS]
    return Plot(*drawn)


def _stacked(rows: Sequence[StackedRow], width: Width) -> Any:
    y = _Agents([row.name for row in rows], width)
    room = y.inside - 50
    longest = max(sum(value for _, value in row.parts) for row in rows)
    bars: list[dict[str, Any]] = []
    for row in rows:
        start = 0.0
        for key, value in row.parts:
            label = number_text(value, 0 if value == int(value) else 1)
            fits = value / longest * room >= len(label) * _CHARACTER + 6
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
    parts = alt.Chart(alt.Data(values=bars))
    layers = [
        parts.mark_bar(height=_ROW - 7, stroke=PAPER, strokeWidth=1.5).encode(
            x=alt.X("start:Q", scale=x, axis=None), x2="end:Q", y=y.axis(), color=alt.Color("fill:N", scale=None)
        ),
        parts.mark_text(baseline="middle", fontWeight="bold").encode(
            x=alt.X("middle:Q", scale=x, axis=None), y=y.axis(), text="label:N", color=alt.Color("ink:N", scale=None)
        ),
        alt.Chart(alt.Data(values=ends))
        .mark_text(align="left", baseline="middle", dx=6, color=INK)
        .encode(x=alt.X("end:Q", scale=x, axis=None), y=y.axis(), text="total:N"),
    ]
    return alt.layer(*layers).properties(width=y.inside, height=len(rows) * _ROW)


def due_lines(
    lines: Sequence[DueLine], ticks: Mapping[int, str], n_places: int, name: str, title: str, description: str
) -> Plot:
    """Promised amounts over time, one strip a currency, each with its own height scale and one time axis for all."""
    drawn = [
        svg.draw(_due(lines, ticks, n_places, width), f"{name}-{width}", title, description) for width in svg.WIDTHS
    ]
    return Plot(*drawn)


def _due(lines: Sequence[DueLine], ticks: Mapping[int, str], n_places: int, width: Width) -> Any:
    shown = _thinned(ticks, 9 if width == "wide" else 4)
    axis = _DueAxis(shown, n_places, _LINE_NAME if width == "wide" else 0, svg.WIDTHS[width] - 8)
    strips = [_due_strip(line, axis, with_days=line is lines[-1]) for line in lines]
    return alt.vconcat(*strips, spacing=8 if width == "wide" else 14)


@dataclass(frozen=True, slots=True)
class _DueAxis:
    """Units of time along a strip: labels by place, number of places, first and last pixel."""

    ticks: Mapping[int, str]
    n_places: int
    left: int
    right: int

    @property
    def margin(self) -> float:
        """Places left free at either end, so that the outer bars and labels stay inside."""
        return max(0.6, 26 * self.n_places / (self.right - self.left))

    @property
    def unit(self) -> float:
        """Pixels from one place to the next."""
        return (self.right - self.left) / (self.n_places - 1 + 2 * self.margin)

    def pixel(self, place: float) -> float:
        return self.left + (place + self.margin) * self.unit

    def x(self, *, with_labels: bool) -> alt.X:
        names = ", ".join(f"'{place}': '{text}'" for place, text in self.ticks.items())
        return alt.X(
            "place:Q",
            scale=alt.Scale(
                domain=[-self.margin, self.n_places - 1 + self.margin],
                range=[self.left, self.right],
                nice=False,
                zero=False,
            ),
            axis=alt.Axis(
                values=list(self.ticks),
                labelExpr=f"({{{names}}})[datum.value]",
                title=None,
                labels=with_labels,
                grid=True,
                labelPadding=6,
            ),
        )


def _due_strip(line: DueLine, axis: _DueAxis, *, with_days: bool) -> Any:
    tops = {bar.place: sum(amount for _, amount in bar.parts) for bar in line.bars}
    rows: list[dict[str, Any]] = []
    for bar in line.bars:
        start = 0.0
        for state, amount in bar.parts:
            rows.append({"place": bar.place, "start": start, "end": start + amount, "fill": STATE_FILLS[state]})
            start += amount
    labelled = _labelled(line.bars, axis)
    labels = [{"place": b.place, "end": tops[b.place], "label": b.label} for b in line.bars if b.place in labelled]
    x = axis.x(with_labels=with_days)
    scale = alt.Scale(domain=[0, max(tops.values()) * 1.5], nice=False)
    one = alt.Chart(alt.Data(values=[{"zero": 0, "name": line.name, "sum": line.total}]))
    floor = one.mark_rule(color=GREY).encode(
        x=alt.value(axis.left), x2=alt.value(axis.right), y=alt.Y("zero:Q", scale=scale, axis=None)
    )
    bars = alt.Chart(alt.Data(values=rows)).mark_bar(size=max(2.0, min(14.0, axis.unit * 0.75)))
    texts = alt.Chart(alt.Data(values=labels)).mark_text(baseline="bottom", dy=-3)
    layers = [
        floor,
        bars.encode(x=x, y=alt.Y("start:Q", scale=scale, axis=None), y2="end:Q", color=alt.Color("fill:N", scale=None)),
        texts.encode(x=x, y=alt.Y("end:Q", scale=scale, axis=None), text="label:N"),
    ]
    if axis.left:
        beside = one.mark_text(align="left", baseline="bottom", fontWeight="bold", fontSize=13, dy=-15)
        below = one.mark_text(align="left", baseline="bottom", color=MUTED, dy=1)
        layers += [
            beside.encode(x=alt.value(0), y=alt.Y("zero:Q", scale=scale, axis=None), text="name:N"),
            below.encode(x=alt.value(0), y=alt.Y("zero:Q", scale=scale, axis=None), text="sum:N"),
        ]
        return alt.layer(*layers).properties(width=axis.right, height=50)
    title = alt.TitleParams(f"{line.name} · {line.total}", offset=2)
    return alt.layer(*layers).properties(width=axis.right, height=58, title=title)


def _labelled(bars: Sequence[DueBar], axis: _DueAxis) -> frozenset[int]:
    """Places whose label has room: the highest first, each keeping off those before it and off the edges."""
    taken: list[tuple[float, float]] = []
    places = []
    for bar in sorted(bars, key=lambda b: (-sum(v for _, v in b.parts), b.place)):
        centre = axis.pixel(bar.place)
        half = len(bar.label) * _CHARACTER / 2 + 2
        fits = centre - half >= axis.left - 4 and centre + half <= axis.right + 4
        if fits and all(centre + half < start or centre - half > end for start, end in taken):
            taken.append((centre - half, centre + half))
            places.append(bar.place)
    return frozenset(places)


def _thinned(ticks: Mapping[int, str], most: int) -> dict[int, str]:
    step = -(-len(ticks) // most)
    return dict(list(ticks.items())[::step])


def tone_bars(lines: Sequence[ToneLine], headings: Sequence[str], name: str, title: str, description: str) -> Plot:
    """Flagged turns: a row an agent, a column a category, stacked by severity, all on one scale."""
    drawn = [svg.draw(_tone(lines, headings, width), f"{name}-{width}", title, description) for width in svg.WIDTHS]
    return Plot(*drawn)


def _tone(lines: Sequence[ToneLine], headings: Sequence[str], width: Width) -> Any:
    y = _Agents([line.name for line in lines], width)
    room = y.inside / len(headings)
    longest = max(sum(n for _, n in cell) for line in lines for cell in line.categories)
    reach = 1 - (len(str(longest)) * _CHARACTER + 12) / room
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
    names = ", ".join(f"'{i}': {_lines(heading, 12 if width == 'wide' else 8)}" for i, heading in enumerate(headings))
    axis = alt.Axis(
        orient="top",
        values=list(range(len(headings))),
        labelExpr=f"({{{names}}})[datum.value]",
        labelAlign="left",
        labelColor=INK,
        labelFontSize=12 if width == "wide" else 10.5,
        labelLineHeight=12,
        labelFlush=False,
        labelOverlap=False,
        title=None,
        grid=True,
    )
    x = alt.Scale(domain=[0, len(headings)], nice=False)
    layers = [
        alt.Chart(alt.Data(values=bars))
        .mark_bar(height=_ROW - 9, stroke=PAPER, strokeWidth=1)
        .encode(x=alt.X("start:Q", scale=x, axis=axis), x2="end:Q", y=y.axis(), color=alt.Color("fill:N", scale=None)),
        alt.Chart(alt.Data(values=ends))
        .mark_text(align="left", baseline="middle", dx=5)
        .encode(x=alt.X("end:Q", scale=x, axis=axis), y=y.axis(), text="label:N"),
    ]
    return alt.layer(*layers).properties(width=y.inside, height=len(lines) * _ROW)


def _lines(heading: str, most: int) -> str:
    """A heading as Vega reads it: a string, or where it is too long two lines with a hyphen."""
    if len(heading) <= most + 1:
        return f"'{heading}'"
    return f"['{heading[:most]}-', '{heading[most:]}']"


def spread_panels(panels: Sequence[SpreadPanel], name: str, title: str, description: str) -> Plot:
    """Shares of each agent's calls as dots or quantiles, panels side by side or, where narrow, one below the other."""
    drawn = [svg.draw(_spreads(panels, width), f"{name}-{width}", title, description) for width in svg.WIDTHS]
    return Plot(*drawn)


def _spreads(panels: Sequence[SpreadPanel], width: Width) -> Any:
    y = _Agents([spread.name for spread in panels[0].spreads], width)
    if width == "narrow":
        return alt.vconcat(*(_spread(panel, y, y.inside - 12, with_names=True) for panel in panels), spacing=24)
    gap = 40
    inside = (y.inside - 12 - gap * (len(panels) - 1)) // len(panels)
    drawn = [_spread(panel, y, inside, with_names=index == 0) for index, panel in enumerate(panels)]
    return alt.hconcat(*drawn, spacing=gap)


def _spread(panel: SpreadPanel, agents: "_Agents", inside: int, *, with_names: bool) -> Any:
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

    box = alt.Chart(alt.Data(values=boxes))
    layers = [
        alt.Chart(alt.Data(values=middle)).mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x=x("share")),
        box.mark_rule(color=SKY, strokeWidth=2).encode(x=x("p10"), x2="p90:Q", y=y),
        box.mark_bar(color=SKY, height=10).encode(x=x("p25"), x2="p75:Q", y=y),
        alt.Chart(alt.Data(values=medians))
        .mark_tick(color=INK, thickness=2.5, height=20, orient="vertical")
        .encode(x=x("share"), y=y),
        alt.Chart(alt.Data(values=dots))
        .mark_circle(color=BLUE, size=58, opacity=0.6, stroke=PAPER, strokeWidth=0.8)
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
        return min(_MOST_NAME[self.width], int(max(map(len, self.names)) * _CHARACTER) + 14)

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
