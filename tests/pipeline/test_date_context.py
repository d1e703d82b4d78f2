"""Which dates are due dates: said with paying, as an answer, or beside it, and which are of something else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from pipeline.date_context import due_dates

_THURSDAY = date(2026, 3, 12)


def due(text: str, said_on: date = _THURSDAY, country: str = "MX") -> str | None:
    found = due_dates(text, said_on, country)
    return found[0].date.isoformat() if found and found[0].date else None


DUE = [
    ("El viernes le deposito mil quinientos.", "2026-03-13"),
    ("El viernes.", "2026-03-13"),
    ("Pues… para el 20, señorita.", "2026-03-20"),
    ("¿Queda para el lunes?", "2026-03-16"),
    ("El viernes no puedo, el lunes sí.", "2026-03-16"),
    ("Mañana… no, mejor el sábado.", "2026-03-14"),
    ("El diez. Perdón, el doce.", "2026-04-12"),
    ("El 20 me cae la remesa, póngalo para el 21.", "2026-03-21"),
    ("El viernes cobro y le pago.", "2026-03-13"),
    ("No le puedo pagar hasta el 15.", "2026-03-15"),
    ("Le doy mil el viernes y mil a fin de mes.", "2026-03-13"),
    ("La renta la pago el uno y a usted el cinco.", "2026-04-05"),
    ("Mañana a las diez le hago la transferencia.", "2026-03-13"),
    ("En un mes más le pago, antes imposible.", "2026-04-12"),
    ("El lunes sin falta, no se preocupe.", "2026-03-16"),
    ("ahorita mismo le hago el pago", "2026-03-12"),
]


@pytest.mark.parametrize(("text", "expected"), DUE)
def test_due_date(text: str, expected: str) -> None:
    assert due(text) == expected


NOT_DUE = [
    "El viernes me operan.",
    "Llámeme el lunes.",
    "Mejor hábleme mañana a las cinco.",
    "Ya le pagué el lunes.",
    "El viernes pasado deposité mil pesos.",
    "Vivo en la Avenida 5 de Mayo, número 20.",
    "Nací el 5 de marzo del 62.",
    "La factura del 3 de abril no me llegó.",
    "La cuota de abril está mal.",
    "El viernes no voy a pagar.",
    "El viernes no puedo.",
    "¿Para el diez? No, para el diez no llego.",
    "Uno de estos días le deposito.",
    "Yo pago cada quincena.",
    "Trabajo de lunes a viernes.",
    "El treinta me pagan y ya lo debo todo.",
    "Si me hubiera llamado el lunes, le pagaba.",
    "¿Cómo que el viernes? ¿Quién dijo que el viernes?",
    "¿Y qué pasa si no pago hasta fin de mes?",
    "El sábado es el bautizo de mi nieto.",
    "Su pago venció el 10 de febrero.",
]


@pytest.mark.parametrize("text", NOT_DUE)
def test_no_due_date(text: str) -> None:
    assert due(text) is None


def test_the_time_of_the_day_is_no_second_date() -> None:
    assert len(due_dates("Mañana por la mañana, a las ocho, le pago", _THURSDAY, "MX")) == 1


def test_a_day_gone_by_is_not_due() -> None:
    assert due("El 5 de este mes le pago") is None


_OWN = Path(__file__).parents[1] / "data" / "due_dates_own.jsonl"


def test_own_cases_of_all_kinds_stay_right() -> None:
    """Cases of the grammar's own author, so a net below the others' and no measure of it."""
    cases = [json.loads(line) for line in _OWN.read_text("utf-8").splitlines()]
    found = [due(case["text"], date.fromisoformat(case["said_on"]), case["country"]) for case in cases]
    dated = [case["date"] == day for case, day in zip(cases, found, strict=True) if case["date"]]
    false = [day is not None for case, day in zip(cases, found, strict=True) if not case["date"]]
    assert sum(dated) >= 0.97 * len(dated)
    assert sum(false) <= 0.02 * len(false)
