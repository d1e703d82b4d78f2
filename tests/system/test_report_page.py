"""The report in a browser: no complaint on its console, plots drawn in both widths, nothing beyond the edge."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from sql.results import Selection
from tests.web.report_calls import publish_calls, varied_calls
from web.report import render_report
from web.svg import BLUE, RUST

Picture = npt.NDArray[np.uint8]
Screenshot = Callable[[Path, int, int], Picture]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = publish_calls(tmp_path_factory.mktemp("data"), varied_calls())
    file = tmp_path_factory.mktemp("page") / "informe.html"
    file.write_text(render_report(root, Selection()), encoding="utf-8")
    return file


def complaints(browser: str, page: Path, folder: Path) -> list[str]:
    """What the browser writes to the console while it lays the page out: refused loads, errors, warnings."""
    command = [
        browser,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--enable-logging=stderr",
        f"--user-data-dir={folder / 'profile'}",
        "--dump-dom",
        page.as_uri(),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert "</html>" in ran.stdout, ran.stderr
    return [line for line in ran.stderr.splitlines() if "CONSOLE" in line]


def pixels(picture: Picture, colour: str) -> npt.NDArray[np.bool_]:
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return np.asarray(np.all(np.abs(picture.astype(int) - wanted) < 8, axis=-1))


def test_console_stays_silent(browser: str, page: Path, tmp_path: Path) -> None:
    assert complaints(browser, page, tmp_path) == []


def test_console_of_a_broken_page_is_heard(browser: str, page: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    text = page.read_text(encoding="utf-8")
    broken.write_text(text.replace("</body>", "<img src='file:///none.png'></body>"), encoding="utf-8")
    assert complaints(browser, broken, tmp_path)


def test_plots_are_drawn_where_there_is_room(page: Path, screenshot: Screenshot) -> None:
    drawn = screenshot(page, 1200, 3000)
    bars = pixels(drawn, BLUE)
    widest = max(_longest_run(row) for row in bars)
    assert 400 < widest < 900, "the bar of three promises of four calls"
    assert pixels(drawn, RUST).sum() > 500, "refusal and high severity"


def test_phone_shows_the_narrow_plots_and_nothing_leaves_the_edge(page: Path, screenshot: Screenshot) -> None:
    drawn = screenshot(page, 500, 5000)
    widest = max(_longest_run(row) for row in pixels(drawn, BLUE))
    assert 100 < widest < 400
    paper = drawn[0, 0]
    # The table by agent scrolls inside its own frame and may touch the edge.
    touched = np.any(drawn[:, -6:] != paper, axis=(1, 2))
    assert touched.mean() < 0.2


def _longest_run(row: npt.NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], row.astype(np.int8), [0]))))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0
