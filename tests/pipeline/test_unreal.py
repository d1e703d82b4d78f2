"""Payments that are supposed, asked about, thrown back or refused: neither their date nor their amount is kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from pipeline.parse import ParseRequest, parse
from pipeline.tokens import tokenize
from pipeline.unreal import unreal_tokens
from tests.tables import load_lines

_SAID_ON = date(2026, 3, 12)


def read(text: str) -> tuple[date | None, Decimal | None]:
    found = parse(ParseRequest(text, _SAID_ON, "MX", "MXN"))
    return found.date, found.amount


@pytest.mark.parametrize(
    "text",
    load_lines("payments_unreal"),
)
def test_no_payment_is_read(text: str) -> None:
    assert read(text) == (None, None)


@pytest.mark.parametrize(
    "text",
    load_lines("payments_meant"),
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
