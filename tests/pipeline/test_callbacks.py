"""Calls that somebody asks for, with day and hour."""

from __future__ import annotations

from datetime import date, time

import pytest

from pipeline.callbacks import find_callbacks

_THURSDAY = date(2026, 3, 12)

ASKED = [
    ("Llámeme el lunes a las cinco", date(2026, 3, 16), time(17), False),
    ("¿Me puede llamar mañana después de las seis?", date(2026, 3, 13), time(18), False),
    ("Hábleme mañana como a las diez", date(2026, 3, 13), time(10), False),
    ("Márqueme en 48 horas", date(2026, 3, 14), None, False),
    ("Llamame a las siete de la noche", None, time(19), False),
    ("Llámeme el martes a las ocho", date(2026, 3, 17), time(8), True),
    ("Me marca el viernes a las 4:30 de la tarde", date(2026, 3, 13), time(16, 30), False),
    ("Llámeme a mediodía", None, time(12), False),
    ("Vuelva a llamarme en ocho días", date(2026, 3, 20), None, False),
    ("Llámeme el lunes, a las once", date(2026, 3, 16), time(11), False),
    ("Después del 6 de abril hablamos", date(2026, 4, 6), None, True),
]


@pytest.mark.parametrize(("text", "day", "hour", "doubtful"), ASKED)
def test_call_asked_for(text: str, day: date | None, hour: time | None, doubtful: bool) -> None:
    (found,) = find_callbacks(text, _THURSDAY, "MX")
    assert (found.date, found.time, found.doubtful) == (day, hour, doubtful)


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
