"""Which dates are due dates: said with paying, as an answer, or beside it, and which are of something else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from pipeline.date_context import due_dates
from tests.tables import load_lines, load_rows

_THURSDAY = date(2026, 3, 12)


def due(text: str, said_on: date = _THURSDAY, country: str = "MX") -> str | None:
    found = due_dates(text, said_on, country)
    return found[0].date.isoformat() if found and found[0].date else None


@pytest.mark.parametrize(("text", "expected"), load_rows("due_dates"))
def test_due_date(text: str, expected: str) -> None:
    assert due(text) == expected


@pytest.mark.parametrize("text", load_lines("no_due_dates"))
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
