"""Which amounts of an utterance are to be paid: the guidelines' rules, line by line, and what is no amount."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from pipeline.amount_context import payable_amounts
from pipeline.amounts import AmountContext
from pipeline.countries import CURRENCY_OF
from pipeline.dates import find_dates
from tests.tables import load_rows

SAID_ON = date(2026, 3, 12)


def money(value: str) -> Decimal | None:
    return Decimal(value) if value else None


def first_amount(text: str, country: str, balance: str = "", minimum: str = "") -> tuple[Decimal, str] | None:
    context = AmountContext(country, CURRENCY_OF[country], money(balance), money(minimum))
    taken = [(found.start, found.end) for found in find_dates(text, SAID_ON, country=country)]
    for match in payable_amounts(text, context, taken=taken):
        if match.value is not None:
            return match.value, match.currency
    return None


@pytest.mark.parametrize(("country", "balance", "minimum", "text", "value"), load_rows("amounts_to_pay"))
def test_amount_to_be_paid(country: str, balance: str, minimum: str, text: str, value: str) -> None:
    amount, _, currency = value.partition(" ")
    assert first_amount(text, country, balance, minimum) == (Decimal(amount), currency or CURRENCY_OF[country])


@pytest.mark.parametrize(("country", "balance", "minimum", "text", "value"), load_rows("no_amounts"))
def test_no_amount_to_be_paid(country: str, balance: str, minimum: str, text: str, value: str) -> None:
    assert value == "-"
    assert first_amount(text, country, balance, minimum) is None


def test_day_that_a_date_claims_is_no_amount() -> None:
    context = AmountContext("MX", "MXN")
    text = "Para el 15 quinientos y el 30 doscientos."
    spans = [(text.index(day), text.index(day) + 2) for day in ("15", "30")]
    assert [match.value for match in payable_amounts(text, context, taken=spans)] == [500, 200]


def test_rest_is_what_the_other_payments_leave() -> None:
    context = AmountContext("MX", "MXN", Decimal(5000), None)
    found = payable_amounts("Le doy dos mil hoy y el resto se lo pago el 30.", context)
    assert [match.value for match in found] == [2000, 3000]
    assert found[1].rule == "rest"


def test_plan_says_how_many_and_how_much_each() -> None:
    context = AmountContext("CO", "COP", Decimal(800000), None)
    (match,) = payable_amounts("Le pago cuatro cuotas de doscientos mil, una cada quincena.", context)
    assert match.plan is not None
    assert match.plan.count == 4
    assert match.plan.each == 200000


def test_thousands_left_out_are_doubtful() -> None:
    context = AmountContext("CL", "CLP", Decimal(384600), Decimal(62300))
    (match,) = payable_amounts("Le deposito cincuenta el viernes.", context)
    assert match.value == 50000
    assert match.doubtful


def test_unknown_balance_leaves_half_unknown() -> None:
    (match,) = payable_amounts("Le pago la mitad.", AmountContext("MX", "MXN"))
    assert match.value is None
