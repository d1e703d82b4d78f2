"""Calls that somebody asks for, with day and hour."""

from __future__ import annotations

from datetime import date, time

import pytest

from pipeline.callbacks import find_callbacks
from tests.tables import load_rows

_THURSDAY = date(2026, 3, 12)


@pytest.mark.parametrize(("text", "day", "hour", "doubtful"), load_rows("callbacks_asked"))
def test_call_asked_for(text: str, day: str, hour: str, doubtful: str) -> None:
    (found,) = find_callbacks(text, _THURSDAY, "MX")
    assert (found.date, found.time, found.doubtful) == (
        date.fromisoformat(day) if day else None,
        time.fromisoformat(hour) if hour else None,
        bool(doubtful),
    )


@pytest.mark.parametrize(
    "text",
    [
        "Yo le llamo el lunes",
        "El viernes le pago",
        "No me llame el domingo",
        "Me llamaron el lunes",
        "Entre diez y doce no me llame",
        "El lunes le aviso",
    ],
)
def test_no_call_asked_for(text: str) -> None:
    assert find_callbacks(text, _THURSDAY, "MX") == ()


def test_the_payment_beside_the_call_keeps_its_day() -> None:
    (found,) = find_callbacks("Llámeme mañana y el viernes le pago", _THURSDAY, "MX")
    assert found.date == date(2026, 3, 13)


def test_span_points_at_day_and_hour() -> None:
    text = "Oiga, llámeme el lunes a las cinco, por favor"
    (found,) = find_callbacks(text, _THURSDAY, "MX")
    assert text[found.start : found.end] == "lunes a las cinco"
