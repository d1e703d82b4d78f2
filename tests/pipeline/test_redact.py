"""What must not be kept is replaced; amounts and dates survive."""

import pytest

from pipeline.config import RedactConfig
from pipeline.redact import redact_turn
from pipeline.types import Span, Turn, Word
from tests.tables import load_lines, load_rows

CONFIG = RedactConfig()


def turn(text: str) -> Turn:
    words = tuple(Word(w, Span(i * 0.5, i * 0.5 + 0.4), 0.9, 0) for i, w in enumerate(text.split()))
    return Turn(0, "debtor", "channel-1", Span(0, len(words) * 0.5), text, words)


@pytest.mark.parametrize(
    ("said", "kept"),
    load_rows("redacted"),
)
def test_replaced(said: str, kept: str) -> None:
    given = redact_turn(turn(said), CONFIG)
    assert given.text == kept
    assert " ".join(w.text for w in given.words) == kept


@pytest.mark.parametrize(
    "said",
    load_lines("not_redacted"),
)
def test_kept(said: str) -> None:
    assert redact_turn(turn(said), CONFIG).text == said


def test_seconds_to_bleep_are_those_of_the_words() -> None:
    given = redact_turn(turn("al 5512345678 mañana"), CONFIG)
    (redaction,) = given.redactions
    assert (redaction.kind, redaction.span) == ("phone", Span(0.5, 0.9))


def test_twice_is_once() -> None:
    once = redact_turn(turn("llámeme al 5512345678 mañana"), CONFIG)
    assert redact_turn(once, CONFIG).text == once.text


def test_only_the_configured_kinds() -> None:
    assert redact_turn(turn("al 5512345678"), RedactConfig(kinds=("card",))).text == "al 5512345678"
    assert redact_turn(turn("al 5512345678"), RedactConfig(enabled=False)).text == "al 5512345678"
