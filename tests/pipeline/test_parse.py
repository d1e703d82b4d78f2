"""One utterance in, due date and amount out; and the cases written by hands that had not seen the code."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.recipes.corpus import corpus_files, corpus_text
from models.sentences import load_payment_sense
from pipeline.parse import ParseRequest, parse, parse_line

_DATA = Path(__file__).parents[1] / "data"
_EXPRESSIONS = {
    path.name.partition(".")[0]: path
    for folder in ("expressions", "expressions_held")
    for path in corpus_files(_DATA / folder)
}
_LINE: dict[str, Any] = {
    "text": "El viernes le deposito mil quinientos",
    "said_on": "2026-03-12",
    "country": "MX",
    "currency": "MXN",
    "balance": 12500.0,
    "minimum_payment": 900.0,
}


def answer(**fields: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(parse_line(json.dumps(_LINE | fields)))
    return found


def test_a_line_gives_date_amount_and_their_rules() -> None:
    found = answer()
    assert (found["date"], found["start"], found["amount"], found["currency"]) == ("2026-03-13", None, 1500, "MXN")
    assert found["rule"].startswith("weekday+")
    assert found["doubtful"] is False


def test_null_where_there_is_none() -> None:
    assert answer(text="El viernes me operan") == dict.fromkeys(("date", "start", "amount", "currency", "rule")) | {
        "doubtful": False
    }


def test_a_period_gives_its_first_day() -> None:
    assert answer(text="Entre el 18 y el 20 le pago")["start"] == "2026-03-18"


def test_what_the_account_tells() -> None:
    assert answer(text="La mitad el lunes")["amount"] == 6250
    assert answer(text="El mínimo, mañana")["amount"] == 900


def test_a_day_is_no_amount() -> None:
    assert answer(text="El quince le pago quince mil")["amount"] == 15000


@pytest.mark.parametrize(
    "line",
    [
        "",
        "no json",
        "[1, 2]",
        json.dumps(_LINE | {"said_on": "mañana"}),
        json.dumps(_LINE | {"text": None}),
        json.dumps(_LINE | {"balance": "much"}),
        json.dumps(_LINE | {"balance": float("nan")}),
        json.dumps({"text": "mil"}),
        "[" * 100_000,
    ],
)
def test_an_unreadable_line_gives_an_error_in_its_place(line: str) -> None:
    found = json.loads(parse_line(line))
    assert set(found) == {"error"}
    assert "expected" in found["error"]
    assert "much" not in found["error"]


def test_every_result_names_its_span() -> None:
    text = "Sí, el viernes le deposito mil quinientos"
    found = parse(ParseRequest(text, date(2026, 3, 12), "MX", "MXN", Decimal(12500), Decimal(900)))
    assert found.date_match is not None
    assert found.amount_match is not None
    assert text[found.date_match.start : found.date_match.end] == "viernes"
    assert text[found.amount_match.start : found.amount_match.end] == "mil quinientos"


# Share of each author's cases that must stay right: dates, amounts; and false ones at most. The sense's second look
# learnt from first looks at authors left out, so that a case or two of what was learnt is given away.
FLOORS = {
    "author1": (0.98, 0.99, 0.01),
    "author2": (0.99, 0.98, 0.01),
    "author3": (0.99, 0.99, 0.01),
    "author5": (0.98, 0.98, 0.02),
    "author6": (0.92, 0.94, 0.015),  # written to be hard: odd turns of phrase that no rule should follow
    "author7": (0.98, 0.98, 0.015),  # 90.6 % and 89.3 % of false 5.4 % and 4.8 % when it was opened; learnt from since
    # Scored blind at commit 3e654f9: dates 92.5 %, 4.1 % false; amounts 94.2 %, 2.8 % false. Learnt from since.
    "author8": (0.99, 0.99, 0.01),
    # Scored blind at commit 3e654f9: dates 95.7 %, 2.8 % false; amounts 93.3 %, 5.2 % false. Learnt from since.
    "author9": (0.99, 0.99, 0.015),
    # Scored blind at commit c096850: dates 95.2 %, 0.6 % false; amounts 96.9 %, 0.6 % false. Learnt from since.
    "author10": (0.99, 0.99, 0.01),
    # Scored blind at commit fb5a41e: dates 92.9 %, 2.8 % false; amounts 94.6 %, 3.9 % false. Learnt from since, like
    # the next two: 88.7 %, 4.7 %; 94.1 %, 3.0 % and 97.9 %, 2.5 %; 93.4 %, 5.0 %.
    "author12": (0.99, 0.99, 0.01),
    "author13": (0.99, 0.99, 0.015),
    "author14": (0.99, 0.99, 0.015),
    # Scored blind at commit d995e47: dates 97.8 %, 3.2 % false; amounts 95.9 %, 3.0 % false. Learnt from since.
    "author15": (0.99, 0.98, 0.02),
    # Scored blind at commit 53825e4: dates 92.3 %, 6.5 % false; amounts 89.3 %, 11.5 % false. Learnt from since, like
    # the next: 88.4 %, 5.3 %; 83.5 %, 6.1 %.
    "author16": (0.98, 0.98, 0.01),
    "author17": (0.98, 0.97, 0.015),
    # The sense learnt from the next ten, which no rule was mended by. What each gave before: docs/performance.md.
    "author19": (0.97, 0.97, 0.015),
    "author24": (0.97, 0.97, 0.015),
    "author30": (0.97, 0.97, 0.015),
    "author31": (0.97, 0.95, 0.015),
    "author39": (0.97, 0.97, 0.015),
    "author40": (0.97, 0.97, 0.02),
    "author43": (0.97, 0.97, 0.02),
    "author44": (0.97, 0.97, 0.02),
    "author57": (0.96, 0.97, 0.02),
    "author58": (0.96, 0.97, 0.02),
    # Held out: nothing learnt from them, nothing chosen by them.
    "author69": (0.98, 0.96, 0.025),
    "author70": (0.985, 0.99, 0.025),
    "author75": (0.94, 0.97, 0.025),
    "author76": (0.95, 0.97, 0.015),
}


@pytest.mark.parametrize("author", sorted(FLOORS))
def test_cases_by_other_hands_stay_right(author: str) -> None:
    counts: Counter[str] = Counter()
    misses = []
    for line in corpus_text(_EXPRESSIONS[author]).splitlines():
        case = json.loads(line)
        expected, found = case["expect"], json.loads(parse_line(line, load_payment_sense()))
        for field in ("date", "amount"):
            kind = field if expected[field] is not None else f"no {field}"
            counts[kind] += 1
            if found[field] != expected[field]:
                counts[f"{kind} missed"] += 1
                misses.append(f"{case['id']} {field}: {expected[field]} expected, {found[field]} found")
    dates, amounts, false = FLOORS[author]
    assert 1 - counts["date missed"] / counts["date"] >= dates, misses
    assert 1 - counts["amount missed"] / counts["amount"] >= amounts, misses
    assert counts["no date missed"] / counts["no date"] <= false, misses
    assert counts["no amount missed"] / counts["no amount"] <= false, misses


_SPOKEN = _DATA / "spoken_payments.jsonl"


@pytest.mark.parametrize("line", _SPOKEN.read_text("utf-8").splitlines())
def test_spoken_sentences_with_and_without_signs(line: str) -> None:
    """The rules alone: run-on sentences, days only named, payments to others, the past without accents."""
    case = json.loads(line)
    found = json.loads(parse_line(line))
    assert (found["date"], found["amount"]) == (case["date"], case["amount"])
