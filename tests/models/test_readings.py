"""Readings of calls by other hands: what their lines say, and what is made of theirs and the author's word."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from models.recipes.understanding.readings import read_readings, settled, settled_lines
from models.recipes.understanding.train import read_corpus
from pipeline.gold import GoldCall, GoldError, read_gold

CORPORA = Path(__file__).parents[2] / "corpora"

CALL = {
    "id": "a-1",
    "author": "author0",
    "part": "train",
    "country": "MX",
    "currency": "MXN",
    "started_at": "2026-03-12T10:42:00-06:00",
    "turns": [
        {"speaker": "agent", "text": "¿Otra vez con su cuento?", "labels": [], "tone": [], "steps": ["greeting"]},
        {
            "speaker": "debtor",
            "text": "Perdí la chamba, y el viernes le doy algo.",
            "labels": ["excuse"],
            "tone": [],
            "steps": [],
            "reason": "short_of_money",
        },
        {"speaker": "agent", "text": "El viernes, quinientos.", "labels": [], "tone": [], "steps": ["recap"]},
    ],
    "promises": [],
    "outcome": "no_agreement",
}
ONE = "# hand one\n== a-1 promise_to_pay\n0 H1\n1 S:lost_job P\n2 a\n"
OTHER = "== a-1 promise_to_pay\n0 N2\n1 S:income_cut\n2 a\n== z-9 refusal\n0 g\n"


def corpus(folder: Path, author: str = "author0", **readings: str) -> Path:
    (folder / "train").mkdir()
    (folder / "readings").mkdir()
    (folder / "train" / "calls.jsonl").write_text(json.dumps(CALL | {"author": author}), "utf-8")
    for name, text in readings.items():
        (folder / "readings" / f"{name}.txt.gz").write_bytes(gzip.compress(text.encode("utf-8")))
    return folder


def only_call(folder: Path) -> GoldCall:
    (call,) = read_corpus(folder, "train")
    return call


def test_a_call_that_nobody_read_again_is_its_authors(tmp_path: Path) -> None:
    call = only_call(corpus(tmp_path))
    assert (call.gold[2].steps, call.outcome, call.read_again) == (("recap",), "no_agreement", False)


def test_one_readers_word_takes_the_authors_place(tmp_path: Path) -> None:
    call = only_call(corpus(tmp_path, a=ONE))
    assert (call.gold[0].tone, call.gold[0].steps) == ((("hostility", "low"),), ())
    assert (call.gold[1].labels, call.gold[1].reason) == (("situation", "promise"), "lost_job")
    assert (call.gold[2].steps, call.outcome, call.read_again) == (("agreement",), "no_agreement", True)


def test_of_two_readers_and_the_author_the_majority_counts(tmp_path: Path) -> None:
    call = only_call(corpus(tmp_path, a=ONE, b=OTHER))
    # Aggressive for two of three, though of another kind for each: the first reader's.
    assert (call.gold[0].tone, call.gold[0].steps) == ((("hostility", "low"),), ())
    assert (call.gold[1].labels, call.gold[1].reason) == (("situation",), "lost_job")
    assert (call.gold[2].steps, call.outcome) == (("agreement",), "promise_to_pay")


def test_in_the_guidelines_own_calls_their_word_stands_but_for_recaps_and_reasons(tmp_path: Path) -> None:
    call = only_call(corpus(tmp_path, author="shared_x", a=ONE))
    assert (call.gold[0].tone, call.gold[0].steps) == ((), ("greeting",))
    # A lost job cannot be the reason of an excuse.
    assert (call.gold[1].labels, call.gold[1].reason) == (("excuse",), "short_of_money")
    assert call.gold[2].steps == ("agreement",)


def test_severity_is_the_middle_one(tmp_path: Path) -> None:
    (call,) = read_gold(json.dumps(CALL))
    grades = ["== a-1 refusal\n0 T1\n", "== a-1 refusal\n0 T3\n", "== a-1 refusal\n0 T3\n"]
    folder = corpus(tmp_path, a=grades[0], b=grades[1], c=grades[2])
    readings = read_readings(folder / "readings", [call])["a-1"]
    assert settled(call, readings).gold[0].tone == (("threat", "high"),)
    assert settled(replace(call, gold=(readings[0].of(0), *call.gold[1:])), readings).gold[0].tone == (
        ("threat", "high"),
    )


def test_settled_calls_are_written_in_the_schema_they_came_in(tmp_path: Path) -> None:
    folder = corpus(tmp_path, a=ONE)
    (line,) = settled_lines(folder, "train")
    assert read_gold(line)[0].gold == only_call(folder).gold
    turn = json.loads(line)["turns"][1]
    assert (turn["labels"], turn["reason"]) == (["situation", "promise"], "lost_job")
    assert {key: turn[key] for key in ("speaker", "text", "tone", "steps")} == {
        "speaker": "debtor",
        "text": "Perdí la chamba, y el viernes le doy algo.",
        "tone": [],
        "steps": [],
    }


@pytest.mark.parametrize(
    "text",
    [
        "== a-1\n",  # no outcome
        "== a-1 perhaps\n",
        "== a-1 refusal\n== a-1 refusal\n",
        "== a-1 refusal\n3 g\n",  # the call has three turns
        "== a-1 refusal\nx g\n",
        "== a-1 refusal\n1 g\n",  # a debtor has no steps
    ],
)
def test_a_line_that_says_something_else_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(GoldError, match=r"a:\d"):
        read_corpus(corpus(tmp_path, a=text), "train")


def test_every_call_of_the_corpora_was_read_again_and_every_one_of_validation_twice() -> None:
    train, held = read_corpus(CORPORA, "train"), read_corpus(CORPORA, "validation")
    assert all(call.read_again for call in (*train, *held))
    twice = read_readings(CORPORA / "readings", held)
    assert {len(twice[call.id]) for call in held if not (call.author or "").startswith("shared")} == {2}
