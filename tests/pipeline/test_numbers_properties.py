"""What holds of every number and every text."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.number_words import read_word
from pipeline.numbers import find_numbers
from pipeline.tokens import fold, tokenize
from tests.pipeline.spoken_numbers import spoken

_NUMBERS = st.one_of(st.integers(0, 10**4), st.integers(0, 10**12))
_WORDS = "mil y medio con el quince cien de millones un dos sesenta 15 1.000 , … coma cero par k cuartos".split()


def values(text: str) -> list[Decimal]:
    return [number.value for number in find_numbers(text)]


@given(_NUMBERS)
@example(1_001_001)
@example(21_021_021)
@example(100_100_100)
def test_words_give_the_number_back(number: int) -> None:
    assert values(spoken(number)) == [number]


@given(st.integers(0, 10**9), st.integers(0, 99), st.sampled_from([(".", ","), (",", "."), ("", "."), ("", ",")]))
def test_figures_give_the_number_back_in_every_country(whole: int, cents: int, marks: tuple[str, str]) -> None:
    group, decimal = marks
    text = f"{whole:,}".replace(",", group) + f"{decimal}{cents:02d}"
    assert values(text) == [Decimal(whole) + Decimal(cents) / 100]


@given(_NUMBERS, st.integers(10, 99))
def test_cents_in_words_are_decimals(number: int, cents: int) -> None:
    (value,) = values(f"{spoken(number)} con {spoken(cents)}")
    assert value == number + Decimal(cents) / 100


@given(_NUMBERS)
def test_accents_case_and_blanks_change_nothing(number: int) -> None:
    text = spoken(number)
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    for variant in (bare, text.upper(), text.replace(" ", "  "), unicodedata.normalize("NFD", text)):
        assert values(variant) == values(text)


@given(st.text())
@settings(max_examples=200)
def test_no_text_raises_and_spans_are_in_order(text: str) -> None:
    end = 0
    for number in find_numbers(text):
        assert end <= number.start < number.end <= len(text)
        end = number.end


@given(st.lists(st.sampled_from(_WORDS), max_size=30))
def test_no_chain_of_number_words_raises(words: list[str]) -> None:
    for number in find_numbers(" ".join(words)):
        assert number.first < number.last


@given(st.text())
def test_text_without_figures_and_number_words_has_no_number(text: str) -> None:
    tokens = tokenize(text)
    if any(token.kind == "figure" or read_word(token.text) for token in tokens):
        return
    assert all(number.rule in ("half", "pair") for number in find_numbers(text))


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)
    for token in tokenize(text):
        assert text[token.start : token.end].strip() == text[token.start : token.end] != ""
