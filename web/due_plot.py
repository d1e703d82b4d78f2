"""The plot of promises over time: one strip a currency, each with its own height scale, all on one axis of days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt

from web import svg
from web.svg import BLUE, GREY, MINT, MUTED, RUST, SAND, TEAL, Plot, Tables, Width

STATE_FILLS: Final[Mapping[str, str]] = {
    "pending": BLUE,
    "kept": TEAL,
    "part_kept": MINT,
    "late": SAND,
    "broken": RUST,
    "superseded": GREY,
}

_FEW_BARS = 12

_LINE_NAME = 168
"""Pixels left of a currency's strip for its name and sum, where the plot is wide."""


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


def due_lines(
    lines: Sequence[DueLine], ticks: Mapping[int, str], n_places: int, name: str, title: str, description: str
) -> Plot:
    """Promised amounts over time, one strip a currency, each with its own height scale and one time axis for all."""
    return svg.draw_both(lambda width, tables: _due(lines, ticks, n_places, width, tables), name, title, description)


def _due(lines: Sequence[DueLine], ticks: Mapping[int, str], n_places: int, width: Width, tables: Tables) -> Any:
    shown = _thinned(ticks, 9 if width == "wide" else 4)
    axis = _DueAxis(shown, n_places, _LINE_NAME if width == "wide" else 0, svg.WIDTHS[width] - 8)
    strips = [_due_strip(line, axis, tables, with_days=line is lines[-1]) for line in lines]
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


def _due_strip(line: DueLine, axis: _DueAxis, tables: Tables, *, with_days: bool) -> Any:
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
    one = tables.chart([{"zero": 0, "name": line.name, "sum": line.total}])
    floor = one.mark_rule(color=GREY).encode(
        x=alt.value(axis.left), x2=alt.value(axis.right), y=alt.Y("zero:Q", scale=scale, axis=None)
    )
    bars = tables.chart(rows).mark_bar(size=max(2.0, min(14.0, axis.unit * 0.75)))
    texts = tables.chart(labels).mark_text(baseline="bottom", dy=-3)
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
    """Places whose label has room, the highest first: off the edges, off labels before it, over no higher bar.

    Of many bars only the high ones have a label at all.
    """
    tops = {bar.place: sum(amount for _, amount in bar.parts) for bar in bars}
    floor = 0.0 if len(bars) <= _FEW_BARS else 0.4 * max(tops.values())
    taken: list[tuple[float, float]] = []
    places = []
    for bar in sorted(bars, key=lambda b: (-tops[b.place], b.place)):
        centre, top = axis.pixel(bar.place), tops[bar.place]
        half = len(bar.label) * svg.CHARACTER / 2 + 2
        fits = centre - half >= axis.left - 4 and centre + half <= axis.right + 4
        near = (tops[p] for p in tops if abs(axis.pixel(p) - centre) < half)
        if not fits or top < floor or max(near) > top:
            continue
        if all(centre + half < start or centre - half > end for start, end in taken):
            taken.append((centre - half, centre + half))
            places.append(bar.place)
    return frozenset(places)


def _thinned(ticks: Mapping[int, str], most: int) -> dict[int, str]:
    step = -(-len(ticks) // most)
    return dict(list(ticks.items())[::step])
