"""Words that carry a date or an amount, and figures on which two readings disagree."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import PromisesConfig
from pipeline.doubt import bears_figure, disputed_words
from pipeline.promises import promises_of_call
from pipeline.types import Account, Span, Turn, TurnLabels, Word
from tests.tables import load_rows

DAY = date(2026, 11, 16)


@pytest.mark.parametrize("word", ["quinientos", "mil", "1.500", "viernes", "marzo", "hoy", "Dos,"])
def test_a_word_that_bears_a_figure(word: str) -> None:
    assert bears_figure(word)


@pytest.mark.parametrize("word", ["hola", "de", "el", "pago", "banco", "señora", ""])
def test_a_word_that_bears_none(word: str) -> None:
    assert not bears_figure(word)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    load_rows("readings_disputed"),
)
def test_figures_that_differ_are_disputed(first: str, second: str, expected: str) -> None:
    words = first.split()
    assert " ".join(words[i] for i in sorted(disputed_words(words, second.split()))) == expected


texts = st.lists(st.sampled_from("le pago mil quinientos dos el viernes jueves 1500 pesos de".split()), max_size=12)


@given(texts, texts)
def test_only_figures_of_the_first_reading_are_disputed(first: list[str], second: list[str]) -> None:
    found = disputed_words(first, second)
    assert all(bears_figure(first[i]) for i in found)
    assert disputed_words(first, first) == frozenset()


def _promised(probability: float, unsure: str) -> bool:
    text = "sí le pago mil quinientos pesos el viernes"
    words = tuple(
        Word(w, Span(k, k + 0.5), probability if w == unsure else 0.95, 0) for k, w in enumerate(text.split())
    )
    turn = Turn(0, "debtor", "channel-1", Span(0, 9), text, words)
    recap = Turn(1, "agent", "channel-0", Span(9, 12), "Queda anotado.")
    account = Account("d1", "MX", currency="MXN", balance=Decimal(9000))
    labels = [TurnLabels(0, ("promise",)), TurnLabels(1, steps=("recap",))]
    (promise,) = promises_of_call([turn, recap], labels, account, DAY, PromisesConfig(doubtful_below=0.5)).promises
    return promise.doubtful


@pytest.mark.parametrize("word", ["quinientos", "viernes"])
def test_a_disputed_figure_makes_its_promise_doubtful(word: str) -> None:
    assert _promised(0.25, word)
    assert not _promised(0.95, word)


@pytest.mark.parametrize("word", ["le", "pesos", "el"])
def test_a_word_heard_badly_beside_a_figure_does_too(word: str) -> None:
    assert _promised(0.25, word)


def test_another_word_heard_badly_does_not() -> None:
    assert not _promised(0.25, "sí")
