"""One spelling for what can be written in several ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalise import normalise_words, spell_integer, spell_numbers
from tests.tables import load_rows


@pytest.mark.parametrize(
    ("text", "words"),
    load_rows("words_of_one_spelling"),
)
def test_normalise_words(text: str, words: str) -> None:
    assert normalise_words(text) == tuple(words.split())


@pytest.mark.parametrize(
    ("value", "words"),
    load_rows("integers_spelt"),
)
def test_spell_integer(value: str, words: str) -> None:
    assert spell_integer(int(value)) == words


def test_before_a_noun_one_is_shortened_and_punctuation_is_left() -> None:
    assert spell_numbers("¿21 días? No: 21.") == "¿veintiún días? No: veintiuno."


@given(st.integers(0, 10**7 - 1))
def test_digits_and_words_of_a_number_are_the_same(value: int) -> None:
    assert normalise_words(str(value)) == normalise_words(spell_integer(value))


@given(st.text(alphabet="abcñé 0123456789.,:%$¿?"))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise_words(text)
    assert normalise_words(" ".join(once)) == once
