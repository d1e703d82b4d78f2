"""One spelling for what can be written in several ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalise import normalise_words, spell_integer, spell_numbers


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("El 15 le pago $1.500,50.", "el quince le pago mil quinientos con cincuenta"),
        ("son 94.300 pesos", "son noventa y cuatro mil trescientos pesos"),
        ("31 de mayo", "treinta y uno de mayo"),
        ("21 pesos", "veintiuno pesos"),
        ("veintiún pesos", "veintiuno pesos"),
        ("a las 10:30", "a las diez treinta"),
        ("a las 9:00", "a las nueve"),
        ("5512345678", "cinco cinco uno dos tres cuatro cinco seis siete ocho"),
        ("el 08", "el cero ocho"),
        ("el 50% de 1,250.00", "el cincuenta por ciento de mil doscientos cincuenta"),
        ("treinta y una cuotas de doscientas", "treinta y uno cuotas de doscientos"),
        ("12.50", "doce con cincuenta"),
        ("en 2026", "en dos mil veintiséis"),
        ("1.000.000", "un millón"),
        ("¿Qué? ¡No, señor!", "qué no señor"),
        ("48hs", "cuarenta y ocho hs"),
        ("…", ""),
    ],
)
def test_normalise_words(text: str, words: str) -> None:
    assert normalise_words(text) == tuple(words.split())


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "cero"),
        (16, "dieciséis"),
        (22, "veintidós"),
        (31, "treinta y uno"),
        (100, "cien"),
        (101, "ciento uno"),
        (555, "quinientos cincuenta y cinco"),
        (1000, "mil"),
        (21_000, "veintiún mil"),
        (31_121, "treinta y un mil ciento veintiuno"),
        (1_000_000, "un millón"),
        (2_300_000, "dos millones trescientos mil"),
        (1_000_000_000, "mil millones"),
        (-7, "menos siete"),
    ],
)
def test_spell_integer(value: int, words: str) -> None:
    assert spell_integer(value) == words


def test_before_a_noun_one_is_shortened_and_punctuation_is_left() -> None:
    assert spell_numbers("¿21 días? No: 21.") == "¿veintiún días? No: veintiuno."


@given(st.integers(0, 10**7 - 1))
def test_digits_and_words_of_a_number_are_the_same(value: int) -> None:
    assert normalise_words(str(value)) == normalise_words(spell_integer(value))


@given(st.text(alphabet="abcñé 0123456789.,:%$¿?"))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise_words(text)
    assert normalise_words(" ".join(once)) == once
