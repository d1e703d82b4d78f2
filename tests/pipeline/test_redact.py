"""What must not be kept is replaced; amounts and dates survive."""

import pytest

from pipeline.config import RedactConfig
from pipeline.redact import redact_turn
from pipeline.types import Span, Turn, Word

CONFIG = RedactConfig()


def turn(text: str) -> Turn:
    words = tuple(Word(w, Span(i * 0.5, i * 0.5 + 0.4), 0.9, 0) for i, w in enumerate(text.split()))
    return Turn(0, "debtor", "channel-1", Span(0, len(words) * 0.5), text, words)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            "es la cuatro cinco cinco siete uno dos tres cuatro cero cero uno uno nueve nueve ocho ocho, sí",
            "es la [CARD], sí",
        ),
        (
            "mi celular es cincuenta y cinco doce treinta y cuatro cincuenta y seis setenta y ocho",
            "mi celular es [PHONE]",
        ),
        ("llámeme al 5512345678 mañana", "llámeme al [PHONE] mañana"),
        ("mi cédula termina en cuatro ocho uno nueve", "mi cédula termina en [DOCUMENT]"),
        ("mándelo a maria punto lopez arroba correo punto com por favor", "mándelo a [EMAIL] por favor"),
        ("escriba a maria@correo.com", "escriba a [EMAIL]"),
    ],
)
def test_replaced(said: str, kept: str) -> None:
    given = redact_turn(turn(said), CONFIG)
    assert given.text == kept
    assert " ".join(w.text for w in given.words) == kept


@pytest.mark.parametrize(
    "said",
    [
        "el viernes le deposito mil quinientos",
        "son un millón doscientos cincuenta mil trescientos pesos",
        "el 14 de marzo, 286.320 pesos, y el 5 de abril 200.000",
        "dos mil quinientos el quince",
        "de nueve a seis, de lunes a viernes",
        "me quedé sin trabajo en dos mil veintitrés",
    ],
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
