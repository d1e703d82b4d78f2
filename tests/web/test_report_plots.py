"""Plots: valid Vega-Lite, bars as long as their figures, labels only where they have room."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.web.report_calls import HOSTILE, many_rows
from web import due_plot, plots, svg
from web.report_pictures import due_picture, outcomes_picture, split_agents, talk_picture, tone_picture
from web.svg import Plot, Tables, Width

BARS = [
    plots.StackedRow("A-1", (("promise_to_pay", 3.0), ("voicemail", 1.0)), "4"),
    plots.StackedRow("A-2", (("refusal", 2.0),), "2"),
]
LINES = [
    due_plot.DueLine(
        "MXN",
        "3 500 en 2 promesas",
        (due_plot.DueBar(0, (("pending", 2000.0),), "2 000"), due_plot.DueBar(1, (("kept", 1500.0),), "1 500")),
    ),
    due_plot.DueLine("COP", "800 000 en 1 promesa", (due_plot.DueBar(40, (("pending", 800000.0),), "800 000"),)),
]
TICKS = {0: "13 nov", 20: "3 dic", 40: "23 dic"}
TONES = [plots.ToneLine("A-1", ((("high", 2), ("low", 1)), (), ()))]
PANELS = [
    plots.SpreadPanel(
        "Del habla",
        (
            plots.Spread("A-1", (0.4, 0.6), None, 0.5),
            plots.Spread("A-2", (), (0.1, 0.3, 0.6, 0.9), 0.45),
            plots.Spread("A-3", (), None, None),
        ),
        0.5,
    )
]


def drawn(
    bars: list[plots.StackedRow] = BARS,
) -> Plot:
    return plots.stacked_bars(bars, "bars", "Llamadas", "Todas")


def paths(picture: str, fill: str) -> list[float]:
    """Widths of the bars of a colour, in drawing order."""
    return [float(w) for w in re.findall(rf'<path d="M[\d.,-]+h([\d.]+)v[^"]*" fill="{fill}"', picture)]


@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize(
    "compose",
    [
        lambda width, tables: plots._stacked(BARS, width, tables),
        lambda width, tables: plots._tone(TONES, ["Amenaza", "Inti\u00admidación", "Insulto"], width, tables),
        lambda width, tables: plots._spreads(PANELS, width, tables),
        lambda width, tables: due_plot._due(LINES, TICKS, 41, width, tables),
    ],
)
def test_charts_are_vega_lite(compose: Callable[[Width, Tables], Any], width: Width) -> None:
    tables = Tables()
    spec = svg.specification(compose(width, tables), tables, validate=True)
    assert set(spec["datasets"]) == set(tables.rows)


def test_bars_are_as_long_as_their_figures() -> None:
    (three,) = paths(drawn().wide, svg.BLUE)
    (one,) = paths(drawn().wide, svg.MIST)
    (two,) = paths(drawn().wide, svg.RUST)
    assert three / one == pytest.approx(3, rel=0.01)
    assert two / one == pytest.approx(2, rel=0.01)


def test_pictures_fit_their_widths() -> None:
    for plot in (
        drawn([plots.StackedRow("un nombre de agente larguísimo " * 4, (("paid", 1.0),), "1")]),
        plots.tone_bars(TONES, ["Amenaza", "Intimi\u00addación", "Insulto"], "tone", "t", "d"),
        plots.spread_panels(PANELS, "talk", "t", "d"),
        due_plot.due_lines(LINES, TICKS, 41, "due", "t", "d"),
    ):
        for width in svg.WIDTHS:
            box = re.search(r'viewBox="0 0 ([\d.]+) ', getattr(plot, width))
            assert box is not None
            assert svg.WIDTHS[width] * 0.9 <= float(box[1]) <= svg.WIDTHS[width] + 6


def test_pictures_are_xml_with_title_and_description() -> None:
    for picture in (drawn().wide, drawn().narrow):
        root = ET.fromstring(picture)  # noqa: S314  # our own
        title, description = root[0], root[1]
        assert (title.text, description.text) == ("Llamadas", "Todas")
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert root.get("width") is None
    assert "bars-wide-title" in drawn().wide
    assert "bars-narrow-title" in drawn().narrow


def test_names_cannot_leave_their_text() -> None:
    picture = drawn([plots.StackedRow(HOSTILE, (("paid", 1.0),), '"><script>')]).wide
    assert "<script" not in picture
    assert ET.fromstring(picture) is not None  # noqa: S314  # our own


def test_plots_only_use_colours_with_a_dark_counterpart() -> None:
    rows = many_rows(200, 20)
    for picture in (outcomes_picture(rows), due_picture(rows), tone_picture(rows), talk_picture(rows)):
        assert picture is not None
        used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]+)"', picture.wide + picture.narrow))
        assert used - set(svg.PALETTE) == set()
        assert {key.fill for key in picture.keys} <= set(svg.PALETTE)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("fill", sorted({*plots.OUTCOME_FILLS.values(), *plots.SEVERITY_FILLS.values()}))
def test_figures_in_bars_can_be_read(fill: str) -> None:
    ink = svg.text_on(fill)
    assert contrast(fill, ink) >= 3, "bold figures on paper"
    assert contrast(svg.PALETTE[fill], svg.PALETTE[ink]) >= 3, "and in the dark scheme"


def test_severities_differ_in_lightness_alone() -> None:
    fills = [plots.SEVERITY_FILLS[s] for s in ("low", "medium", "high")]
    for a, b in ((0, 1), (1, 2)):
        assert luminance(fills[a]) > 1.6 * luminance(fills[b]), "told apart without colour"


def test_labels_of_neighbours_do_not_meet() -> None:
    bars = tuple(due_plot.DueBar(i, (("pending", float(1000 + i % 7)),), f"1 00{i % 7}") for i in range(60))
    axis = due_plot._DueAxis(TICKS, 60, 0, 332)
    places = sorted(due_plot._labelled(bars, axis))
    assert places
    apart = [(b - a) * axis.unit for a, b in pairwise(places)]
    assert min(apart) >= 5 * svg.CHARACTER


def test_label_never_covers_a_higher_bar() -> None:
    bars = (
        due_plot.DueBar(0, (("pending", 2000.0),), "2 000"),
        due_plot.DueBar(1, (("pending", 1500.0),), "1 500"),
        due_plot.DueBar(9, (("pending", 10.0),), "10"),
    )
    assert due_plot._labelled(bars, due_plot._DueAxis(TICKS, 41, 168, 872)) == {0, 9}


def test_nobody_is_put_into_a_rest_of_one() -> None:
    agents = many_rows(30, 15).agents
    assert split_agents(agents, 14) == (agents, ())
    shown, rest = split_agents(agents, 13)
    assert (len(shown), len(rest)) == (13, 2)
