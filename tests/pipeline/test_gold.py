"""Gold calls are read whole or refused with a line that says what is wrong."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.recipes.corpus import corpus_files, corpus_text
from pipeline.gold import GoldError, read_gold

CORPORA = Path(__file__).parents[2] / "corpora"


def record(**changes: Any) -> dict[str, Any]:
    return {
        "id": "pe-1",
        "country": "PE",
        "currency": "PEN",
        "started_at": "2026-03-12T10:42:00-05:00",
        "agent_id": "A-1",
        "debtor_id": "D-9",
        "account": {"company": "Crédito Sur", "debtor_name": "Elsa", "balance": 870.5, "due_date": "2026-02-15"},
        "turns": [
            {"speaker": "agent", "text": "Buenas.", "labels": [], "tone": [], "steps": ["greeting"]},
            {
                "speaker": "debtor",
                "text": "El viernes.",
                "labels": ["promise"],
                "tone": [],
                "steps": [],
                "notices": ["lawyer"],
                "unclear": ["excuse"],
            },
        ],
        "promises": [{"date": "2026-03-13", "amount": 87.5, "currency": "PEN", "conditional": False, "turns": [1]}],
        "outcome": "promise_to_pay",
        **changes,
    }


def test_a_call_is_read() -> None:
    (call,) = read_gold(json.dumps(record(author="ana", part="validation")) + "\n\n")
    assert (call.id, call.country, call.author, call.part) == ("pe-1", "PE", "ana", "validation")
    assert call.account.balance == Decimal("870.5")
    assert call.account.minimum_payment is None
    assert [turn.role for turn in call.turns] == ["agent", "debtor"]
    assert call.gold[0].notices is None
    assert call.gold[1].notices == ("lawyer",)
    assert call.promises[0].due == date(2026, 3, 13)
    assert call.conversation.turns == call.turns


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"turns": [{"speaker": "cobrador", "text": "Hola"}]}, r"turns\[0\]: speaker: one of agent"),
        ({"turns": [{"speaker": "agent", "text": 3, "labels": []}]}, r"turns\[0\]: text: str expected, found int"),
        (
            {"turns": [{"speaker": "agent", "text": "", "labels": ["lie"], "tone": [], "steps": []}]},
            r"labels: one of promise, excuse, objection, situation expected, found 'lie'",
        ),
        (
            {
                "turns": [
                    {
                        "speaker": "agent",
                        "text": "",
                        "labels": [],
                        "tone": [{"category": "threat", "severity": 3}],
                        "steps": [],
                    }
                ]
            },
            r"tone\[0\]: severity: one of low, medium, high",
        ),
        ({"started_at": "2026-03-12T10:42:00"}, "has no offset"),
        ({"started_at": "ayer"}, "started_at: an ISO date and time"),
        ({"outcome": "won"}, "outcome: one of promise_to_pay"),
        ({"part": "dev"}, "part: one of train, validation"),
        ({"promises": [{"date": "13/03", "conditional": False, "turns": []}]}, "date: an ISO day expected"),
        ({"promises": [{"date": None, "conditional": False, "turns": [2]}]}, "turns: numbers below 2"),
        ({"promises": [{"date": None, "conditional": "no", "turns": [1]}]}, "conditional: bool expected, found str"),
        ({"promises": None}, "promises: list expected, found nothing"),
        ({"account": {"balance": "mucho"}}, "account: balance: a number expected"),
    ],
)
def test_what_breaks_the_schema_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(GoldError, match=f"gold:1: .*{message}"):
        read_gold(json.dumps(record(**change)))


def test_a_line_that_is_no_json_is_named() -> None:
    with pytest.raises(GoldError, match=r"calls\.jsonl:2: no JSON .*column 2"):
        read_gold(json.dumps(record()) + "\n{", "calls.jsonl")
    with pytest.raises(GoldError, match="a JSON object expected, found list"):
        read_gold("[]")


def test_two_calls_with_one_id_are_refused() -> None:
    line = json.dumps(record())
    with pytest.raises(GoldError, match="gold:2: id 'pe-1' is also on line 1"):
        read_gold(f"{line}\n{line}\n")


@pytest.mark.parametrize("part", ["train", "validation"])
def test_every_corpus_is_gold_and_in_its_part(part: str) -> None:
    files = corpus_files(CORPORA / part)
    assert files
    calls = [call for path in files for call in read_gold(corpus_text(path), path.name)]
    assert {call.part for call in calls} == {part}
    assert len({call.id for call in calls}) == len(calls)


def test_no_author_writes_for_both_parts() -> None:
    authors = {
        part: {c.author for p in corpus_files(CORPORA / part) for c in read_gold(corpus_text(p), p.name)}
        for part in ("train", "validation")
    }
    assert authors["train"].isdisjoint(authors["validation"])
