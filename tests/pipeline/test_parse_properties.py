"""What holds of `parse` on every string: it raises nothing, and its time grows with the length and no faster."""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files

from models.sentences import load_payment_sense
from pipeline.callbacks import find_callbacks
from pipeline.countries import CURRENCY_OF
from pipeline.parse import ParseRequest, parse

_LEXICONS = ("amount_context", "balance", "currencies", "date_cues", "dates", "numbers", "unreal")
_SIGNS: list[str] = [*",.;:?!…¿¡-/%$#()'\"€ªº²½_", "\u0301", "ñ", "Ñ", "ß", "中", "\u00a0", "\n", "\t", "٣"]
_FIGURES = "5 15 31 0 00 1.000 1,5 2027 12/3 3.000.000,50 99999999999 1e5 7-7 10:30 0981 1'200".split()
_LETTERS = "abcdeéioumnñlrst0159.,"
_COUNTRIES = [*CURRENCY_OF, "", "XX"]
_BALANCES = (None, Decimal(500), Decimal(0), Decimal("123456.78"), Decimal(10) ** 12)
_SAID_ON = date(2026, 3, 12)


@cache
def vocabulary() -> list[str]:
    """Every word of the lexicons that the grammar knows."""
    words: set[str] = set()
    for name in _LEXICONS:
        text = files("pipeline.lexicon").joinpath(f"{name}.toml").read_text("utf-8")
        for phrase in re.findall(r'"([^"\n]+)"', text):
            words.update(phrase.replace("|", " ").split())
    return sorted(words)


def fuzzed_word(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.75:
        return rng.choice(vocabulary())
    if draw < 0.85:
        return rng.choice(_SIGNS)
    if draw < 0.95:
        return rng.choice(_FIGURES)
    return "".join(rng.choices(_LETTERS, k=rng.randint(1, 12)))


def fuzzed_request(rng: random.Random) -> ParseRequest:
    between: str = rng.choice([" ", " ", " ", ""])
    text = between.join(fuzzed_word(rng) for _ in range(rng.randint(0, 30)))
    country = rng.choice(_COUNTRIES)
    said_on = date(2024, 1, 1) + timedelta(days=rng.randint(0, 2000))
    return ParseRequest(
        text, said_on, country, CURRENCY_OF.get(country, ""), rng.choice(_BALANCES), rng.choice(_BALANCES)
    )


def test_no_fuzzed_string_raises(repetitions: Callable[[int, int], int]) -> None:
    count = int(os.environ.get("PALABRA_SOAK") or repetitions(1500, 1_000_000))
    rng = random.Random(int(os.environ.get("PALABRA_SOAK_SEED") or 20260312))
    sense = load_payment_sense()
    for _ in range(count):
        request = fuzzed_request(rng)
        found = parse(request, sense)
        find_callbacks(request.text, request.said_on, request.country)
        assert found.date is None or found.date >= request.said_on
        for match in (found.date_match, found.amount_match):
            assert match is None or 0 <= match.start < match.end <= len(request.text)


def _seconds(text: str) -> float:
    request = ParseRequest(text, _SAID_ON, "MX", "MXN", Decimal(12500), Decimal(900))
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        parse(request, load_payment_sense())
        best = min(best, time.process_time() - start)
    return best


def test_no_repeated_piece_takes_more_than_its_length(repetitions: Callable[[int, int], int]) -> None:
    rng = random.Random(7)
    pieces = ["si le pagara ", "¿que si ", "tengo que ", "15, ", "el 5 y ", "mil de ", "me quieren ", "el último "]
    pieces += [
        "1'200 lo promotor ",
        "quetzales oy comienzos ",
        "documentos poligono 12-12 ",
        "12/3 navidad aguantas ½ ",
        "5 ¿ saliendo 5 ",
    ]
    pieces += [" ".join(fuzzed_word(rng) for _ in range(rng.randint(1, 4))) + " " for _ in range(repetitions(8, 600))]
    for piece in pieces:
        short, long = piece * 40, piece * 320
        assert _seconds(long) < 8 * 3.5 * _seconds(short) + 0.05, piece
