"""Payments that are supposed, asked about, thrown back or refused: neither their date nor their amount is kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.countries import CURRENCY_OF
from pipeline.parse import ParseRequest, parse
from pipeline.tokens import tokenize
from pipeline.unreal import unreal_tokens

_SAID_ON = date(2026, 3, 12)


def read(text: str) -> tuple[date | None, Decimal | None]:
    found = parse(ParseRequest(text, _SAID_ON, "MX", "MXN"))
    return found.date, found.amount


@pytest.mark.parametrize(
    "text",
    [
        "Supongamos que mañana le pago mil, ¿qué gano?",
        "Si le abono quinientos el lunes, ¿me quitan los recargos?",
        "¿Qué pasaría si deposito dos mil el viernes?",
        "Ojalá pudiera darle los mil el lunes",
        "Si tuviera los ochocientos se los llevaría hoy mismo",
        "Me hubiera gustado abonarle trescientos el sábado",
        "Con gusto le pagaría los doscientos el lunes, pero no los tengo",
        "¿Que le pague mil quinientos el viernes?",
        "¿Tengo que pagar los dos mil antes del viernes?",
        "Usted me está pidiendo que pague novecientos el lunes",
        "Yo nunca dije que el viernes le daba quinientos",
        "Eso de pagar mil el lunes está muy difícil",
        "Me niego a pagar quinientos el viernes",
    ],
)
def test_no_payment_is_read(text: str) -> None:
    assert read(text) == (None, None)


@pytest.mark.parametrize(
    "text",
    [
        "Claro que sí, el lunes le pago mil",
        "¿Y si lo dejamos en mil para el lunes?",
        "Antes del lunes está difícil, pero el lunes le pago mil",
        "Quisiera pagarle mil el lunes",
        "Si me pagan el lunes le doy mil",
        "Supongamos lo que quiera, pero el lunes le pago mil",
        "Con la carrera que traigo, el lunes le pago mil para que vea",
    ],
)
def test_a_meant_payment_is_kept(text: str) -> None:
    assert read(text) == (date(2026, 3, 16), Decimal(1000))


def test_only_the_sentence_is_unreal() -> None:
    text = "¿Tengo que pagar mil? El lunes le doy quinientos."
    mask = unreal_tokens(text, tokenize(text))
    said = [token.text for token, is_unreal in zip(tokenize(text), mask, strict=True) if is_unreal]
    assert said == ["¿", "tengo", "que", "pagar", "mil", "?"]
    assert read(text) == (date(2026, 3, 16), Decimal(500))


def test_nothing_unreal_gives_an_empty_mask() -> None:
    text = "El lunes le pago mil"
    assert unreal_tokens(text, tokenize(text)) == bytearray()


_WHOM = tuple(
    line.split("|")
    for line in (Path(__file__).parents[1] / "data" / "promised_or_not.psv").read_text("utf-8").splitlines()
    if not line.startswith("#")
)


@pytest.mark.parametrize(("country", "due", "amount", "text"), _WHOM)
def test_whether_the_listener_is_promised_anything(country: str, due: str, amount: str, text: str) -> None:
    """Other creditors, letters, records, evasions, mockery and others' debts, and their twins that do promise."""
    found = parse(ParseRequest(text, _SAID_ON, country, CURRENCY_OF[country]))
    assert found.date == (date.fromisoformat(due) if due else None)
    assert found.amount == (Decimal(amount) if amount else None)
