"""Card numbers, documents, phones and e-mails -> typed placeholders and the seconds to bleep.

Runs before anything is stored or classified. Amounts and dates must survive: a run of digits is only taken where it
is longer than any amount said in a call, or where the words before it ask for such a number.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.config import RedactConfig
from pipeline.cues import fold_words
from pipeline.types import Redaction, Span, Turn, Word

DIGIT_WORDS = frozenset(["cero", "uno", "una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"])
PAIR_WORDS = frozenset(
    [
        "diez",
        "once",
        "doce",
        "trece",
        "catorce",
        "quince",
        "dieciseis",
        "diecisiete",
        "dieciocho",
        "diecinueve",
        "veinte",
        "veintiuno",
        "veintidos",
        "veintitres",
        "veinticuatro",
        "veinticinco",
        "veintiseis",
        "veintisiete",
        "veintiocho",
        "veintinueve",
        "treinta",
        "cuarenta",
        "cincuenta",
        "sesenta",
        "setenta",
        "ochenta",
        "noventa",
        "doble",
        "triple",
    ]
)
GROUPERS = frozenset(
    ["mil", "millon", "millones", "cien", "ciento", "doscientos", "trescientos", "quinientos", "pesos"]
)

LONG_RUN = 7
"""Digits: the longest amount said digit by digit is shorter, the shortest phone number is not."""

SHORT_RUN = 4
"""Digits that are enough right after a word that asks for such a number."""

CARD_DIGITS = 13

CUES = {
    "tarjeta": "card",
    "cvv": "card",
    "plastico": "card",
    "cedula": "document",
    "dni": "document",
    "documento": "document",
    "identidad": "document",
    "pasaporte": "document",
    "rut": "document",
    "curp": "document",
    "rfc": "document",
    "nit": "document",
    "ci": "document",
    "telefono": "phone",
    "celular": "phone",
    "movil": "phone",
    "whatsapp": "phone",
    "numero": "phone",
    "cuenta": "account",
    "clabe": "account",
    "cbu": "account",
    "iban": "account",
    "referencia": "account",
}
"""Word -> kind: what a number said within a few words after it is."""

CUE_REACH = 5
AMOUNT = re.compile(r"\d[.,]\d|[$€%/]")
EMAIL = re.compile(r"\S+@\S+\.\w+")


@dataclass(frozen=True, slots=True)
class _Run:
    first: int
    last: int
    digits: int


def redact_turn(turn: Turn, config: RedactConfig) -> Turn:
    """The turn with placeholders such as `[CARD]` in place of what must not be kept, in its words as in its text."""
    words = turn.words
    if not config.enabled or not words:
        return turn
    # A number written with grouped thousands is an amount, never a part of a longer number.
    folded = ["" if AMOUNT.search(word.text) else fold_words(word.text).strip() for word in words]
    found: list[tuple[_Run, str]] = []
    for run in _runs(folded):
        kind = _kind_of(folded, run)
        if kind is not None and kind in config.kinds:
            found.append((run, kind))
    if "email" in config.kinds:
        found += [(_Run(i, i, 0), "email") for i, word in enumerate(words) if EMAIL.fullmatch(word.text)]
        found += [(run, "email") for run in _spoken_emails(folded)]
    if not found:
        return turn
    return _with_placeholders(turn, words, sorted(found, key=lambda f: f[0].first))


def _runs(folded: Sequence[str]) -> list[_Run]:
    """Runs of words that are digits, digit words or two-digit words, without a word that makes them one number."""
    runs: list[_Run] = []
    first: int | None = None
    digits = 0
    for i, word in enumerate([*folded, "."]):
        size = _digits_in(word)
        if size and word not in GROUPERS:
            first, digits = (i if first is None else first), digits + size
        elif first is not None and word == "y" and i + 1 < len(folded) and folded[i + 1] in DIGIT_WORDS:
            digits -= 1  # "cincuenta y cinco" is two digits, not three.
        elif first is not None:
            if word not in GROUPERS:
                runs.append(_Run(first, i - 1, digits))
            first, digits = None, 0
    return runs


def _digits_in(word: str) -> int:
    bare = word.replace(" ", "")
    if bare.isdigit():
        return len(bare)
    return 1 if word in DIGIT_WORDS else 2 if word in PAIR_WORDS else 0


def _kind_of(folded: Sequence[str], run: _Run) -> str | None:
    before = folded[max(0, run.first - CUE_REACH) : run.first]
    cue = next((CUES[word] for word in reversed(before) if word in CUES), None)
    if run.digits >= CARD_DIGITS:
        return "card"
    if run.digits >= LONG_RUN:
        return cue or "phone"
    return cue if cue is not None and run.digits >= SHORT_RUN and run.last > run.first else None


def _spoken_emails(folded: Sequence[str]) -> list[_Run]:
    """Addresses read aloud, «maria punto lopez arroba correo punto com», from the first dotted part to the last."""
    runs = []
    for i, word in enumerate(folded):
        if word != "arroba":
            continue
        first = i - 1
        while first >= 2 and folded[first - 1] in {"punto", "guion"}:
            first -= 2
        last = i + 1
        while last + 2 < len(folded) and folded[last + 1] == "punto":
            last += 2
        runs.append(_Run(max(0, first), min(last, len(folded) - 1), 0))
    return runs


def _with_placeholders(turn: Turn, words: Sequence[Word], found: Sequence[tuple[_Run, str]]) -> Turn:
    kept: list[Word] = []
    spans: list[Redaction] = []
    at = 0
    for run, kind in found:
        if run.first < at:
            continue
        taken = words[run.first : run.last + 1]
        span = Span(taken[0].span.start, max(w.span.end for w in taken))
        ending = taken[-1].text[-1] if taken[-1].text[-1] in ".,;?!" else ""
        kept += words[at : run.first]
        kept.append(Word(f"[{kind.upper()}]{ending}", span, min(w.probability for w in taken), taken[0].channel))
        spans.append(Redaction(kind, span))  # type: ignore[arg-type]
        at = run.last + 1
    kept += words[at:]
    return replace(turn, text=" ".join(w.text for w in kept), words=tuple(kept), redactions=tuple(spans))
