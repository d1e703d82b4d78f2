"""What holds of the amounts of every text."""

from __future__ import annotations

import time
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.amount_context import payable_amounts
from pipeline.amounts import AmountContext, find_amounts, has_trigger
from pipeline.countries import CURRENCY_OF
from pipeline.tokens import tokenize
from tests.pipeline.spoken_numbers import spoken

_COUNTRIES = st.sampled_from(sorted(CURRENCY_OF))
_FRAMES = st.sampled_from(["Le pago {} el viernes.", "{}", "Puedo abonar {}, señorita.", "El lunes te deposito {}"])
_WORDS = (
    "le pago doy no ni tampoco mil quinientos 1.500 $ pesos lucas palo y medio con todo la mitad el mínimo resto de "
    "cuotas en tres , … ? . gano renta por ciento % entre o que si perdón mejor dólares sesenta un"
).split()


def context(country: str) -> AmountContext:
    return AmountContext(country, CURRENCY_OF[country], Decimal(10) ** 13, Decimal(500))


def values(text: str, country: str) -> list[Decimal | None]:
    return [match.value for match in payable_amounts(text, context(country))]


@given(st.integers(1000, 10**12), _COUNTRIES, _FRAMES)
def test_amount_in_words_comes_back(number: int, country: str, frame: str) -> None:
    if number >= 10**6 and 10 <= number % 10**6 <= 999 and number % 10 == 0:
        return  # "un millón doscientos" is read as 1 200 000
    (value,) = values(frame.format(spoken(number) + " pesos"), country)
    assert value == number


@given(st.integers(1, 10**9), st.integers(0, 99), _COUNTRIES, _FRAMES)
def test_amount_in_figures_comes_back(whole: int, cents: int, country: str, frame: str) -> None:
    (value,) = values(frame.format(f"${whole:,}.{cents:02d}"), country)
    assert value == Decimal(whole) + Decimal(cents) / 100


@given(st.integers(1001, 10**6), _COUNTRIES)
def test_accents_case_and_blanks_change_nothing(number: int, country: str) -> None:
    text = f"El viernes le abono {spoken(number)} pesos"
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    for variant in (bare, text.upper(), text.replace(" ", "  ")):
        assert values(variant, country) == values(text, country)


@given(st.text(), _COUNTRIES)
@settings(max_examples=200)
def test_no_text_raises_and_spans_are_in_order(text: str, country: str) -> None:
    end = 0
    for match in find_amounts(text, context(country)):
        assert end <= match.start < match.end <= len(text)
        end = match.end
    payable_amounts(text, context(country))


@given(st.lists(st.sampled_from(_WORDS), max_size=40), _COUNTRIES)
def test_no_chain_of_money_words_raises(words: list[str], country: str) -> None:
    text = " ".join(words)
    found = find_amounts(text, context(country))
    paid = payable_amounts(text, context(country))
    assert len(paid) <= len(found)


@given(st.text(), _COUNTRIES)
def test_text_without_any_money_word_has_no_amount(text: str, country: str) -> None:
    if not has_trigger(tokenize(text)):
        assert find_amounts(text, context(country)) == ()


@given(
    st.lists(st.sampled_from(["hola", "el", "viernes", "señorita", "¿", "mañana", "le", "llamo", "pago"]), max_size=20)
)
def test_plain_talk_has_no_amount(words: list[str]) -> None:
    assert payable_amounts(" ".join(words), context("MX")) == ()


@pytest.mark.parametrize(
    "piece",
    [
        "mil ",
        "1 000 ",
        "mil. ",
        "cero ",
        "entre mil y ",
        "si le doy mil que ",
        "dosmil",
        "ni ",
        "palo y medio ",
        "15, ",
    ],
)
def test_four_times_the_text_takes_no_more_than_four_times_as_long(piece: str) -> None:
    def seconds(n: int) -> float:
        text = piece * (n // len(piece))
        start = time.process_time()
        payable_amounts(text, context("AR"))
        return time.process_time() - start

    def is_in_proportion() -> bool:
        return long < 4 * 2 * short + 0.02

    seconds(100)
    short = long = float("inf")
    # The best of three of each, and of more where somebody else had the processor's caches meanwhile.
    for turn in range(10):
        short, long = min(short, seconds(2000)), min(long, seconds(8000))
        if turn >= 2 and is_in_proportion():
            break
    assert is_in_proportion()
