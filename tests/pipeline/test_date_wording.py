"""Dates told apart by the words around them: quotations, contrasts, others' debts, wages, reasons given after."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.parse import ParseRequest, parse
from tests.tables import load_rows

_THURSDAY = date(2026, 3, 12)


def due(text: str, country: str) -> str | None:
    found = parse(ParseRequest(text, _THURSDAY, country, "USD")).date
    return None if found is None else found.isoformat()


@pytest.mark.parametrize(("country", "expected", "text"), load_rows("due_dates_wording"))
def test_day_that_is_due_or_none(country: str, expected: str, text: str) -> None:
    assert due(text, country) == (expected or None)


def test_the_quincena_that_comes_is_the_next_one_on_its_own_day() -> None:
    request = ParseRequest(
        "En la quincena quedé, pero no me alcanzó; será en la que viene.", date(2026, 3, 16), "MX", ""
    )
    assert parse(request).date == date(2026, 3, 31)
