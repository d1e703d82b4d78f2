"""Plots as reports hold them, Altair rendered to SVG inside the page, are drawn by a browser that has no network."""

from collections.abc import Callable
from pathlib import Path

import altair as alt
import numpy as np
import numpy.typing as npt
import vl_convert

BAR = (0x1B, 0x5E, 0x8C)


def test_static_plot_is_drawn(tmp_path: Path, screenshot: Callable[[Path, int, int], npt.NDArray[np.uint8]]) -> None:
    rows = [{"agente": "María Ñáñez", "promesas": 8}, {"agente": "José", "promesas": 2}]
    chart = (
        alt.Chart(alt.Data(values=rows), width=400, height=200)
        .mark_bar(color="#1b5e8c")
        .encode(x="promesas:Q", y=alt.Y("agente:N", sort=None))
    )
    svg = vl_convert.vegalite_to_svg(chart.to_json())
    page = tmp_path / "report.html"
    page.write_text(f"<!doctype html><meta charset=utf-8><body>{svg}</body>", encoding="utf-8")

    drawn = screenshot(page, 700, 400)

    assert drawn.shape == (400, 700, 3)
    bars = np.all(np.abs(drawn.astype(int) - BAR) < 8, axis=-1)
    rows_drawn = np.flatnonzero(bars.any(axis=1))
    widths = bars[rows_drawn].sum(axis=1)
    assert abs(widths.max() / widths.min() - 4.0) < 0.1
