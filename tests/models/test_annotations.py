"""Calls annotated again: what the lines of annotators say, and the gold that theirs and the author's make together."""

import gzip
import json
from pathlib import Path

import pytest

from models.recipes.understanding.agreement import agreement
from models.recipes.understanding.annotations import adjudicated_calls, fingerprint, line_of, read_annotations
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
        {
            "speaker": "agent",
            "text": "¿Otra vez con su cuento?",
            "labels": [],
            "tone": [],
            "steps": ["greeting"],
            "notices": ["complaint"],
        },
        {
            "speaker": "debtor",
            "text": "Perdí la chamba, y el viernes le doy algo.",
            "labels": ["excuse", "promise"],
            "tone": [],
            "steps": [],
            "reason": "short_of_money",
        },
        {"speaker": "agent", "text": "El viernes, quinientos.", "labels": [], "tone": [], "steps": ["recap"]},
        {"speaker": "system", "text": "Esta llamada se graba.", "labels": [], "tone": [], "steps": []},
    ],
    "promises": [{"date": "2026-03-13", "amount": 500.0, "currency": "MXN", "conditional": False, "turns": [1, 2]}],
    "outcome": "no_agreement",
}
(WRITTEN,) = read_gold(json.dumps(CALL))
START = f"== a-1 {fingerprint(WRITTEN)} "
ONE = f"# hand one\n{START}promise_to_pay\n0 H1\n1 S:lost_job P\n2 a\n"
OTHER = f"{START}promise_to_pay\n0 N2\n1 S:income_cut\n2 a\n== z-9 0123abcd refusal\n0 g\n"


def corpus(folder: Path, author: str = "author0", **annotations: str) -> Path:
    (folder / "train").mkdir()
    (folder / "annotations").mkdir()
    (folder / "train" / "calls.jsonl").write_text(json.dumps(CALL | {"author": author}), "utf-8")
    for name, text in annotations.items():
        (folder / "annotations" / f"{name}.txt.gz").write_bytes(gzip.compress(text.encode("utf-8")))
    return folder


def only_call(folder: Path) -> GoldCall:
    (call,) = read_corpus(folder, "train")
    return call


def test_a_call_that_nobody_annotated_again_is_its_authors(tmp_path: Path) -> None:
    assert only_call(corpus(tmp_path)).gold == WRITTEN.gold
    assert not only_call(tmp_path).annotated_again


def test_a_single_annotators_word_takes_the_authors_place(tmp_path: Path) -> None:
    call = only_call(corpus(tmp_path, a=ONE))
    assert (call.gold[0].tone, call.gold[0].steps) == ((("hostility", "low"),), ())
    assert (call.gold[1].labels, call.gold[1].reason) == (("promise", "situation"), "lost_job")
    assert (call.gold[2].steps, call.outcome, call.annotated_again) == (("agreement",), "no_agreement", True)


def test_of_two_annotators_and_the_author_the_majority_counts(tmp_path: Path) -> None:
    call = only_call(corpus(tmp_path, a=ONE, b=OTHER))
    assert call.gold[0].steps == ()
    assert (call.gold[1].labels, call.gold[1].reason) == (("promise", "situation"), "lost_job")
    assert (call.gold[2].steps, call.outcome) == (("agreement",), "promise_to_pay")


def test_who_comes_first_decides_no_tone(tmp_path: Path) -> None:
    # Aggressive for two of three, of another kind for each: the first of the guidelines' list.
    for order in ({"a": ONE, "b": OTHER}, {"b": ONE, "a": OTHER}):
        folder = tmp_path / "".join(order)
        folder.mkdir()
        assert only_call(corpus(folder, **order)).gold[0].tone == (("insult", "medium"),)


@pytest.mark.parametrize(
    ("grades", "middle"), [("12", "low"), ("123", "medium"), ("13", "low"), ("1233", "medium"), ("33", "high")]
)
def test_of_severities_the_middle_one_counts(tmp_path: Path, grades: str, middle: str) -> None:
    hands = {f"hand{i}": f"{START}refusal\n0 T{grade}\n" for i, grade in enumerate(grades)}
    assert only_call(corpus(tmp_path, **hands)).gold[0].tone == (("threat", middle),)


def test_three_outcomes_leave_the_authors(tmp_path: Path) -> None:
    assert only_call(corpus(tmp_path, a=f"{START}refusal\n", b=f"{START}hardship\n")).outcome == "no_agreement"


def test_promises_and_notices_stay_the_authors(tmp_path: Path) -> None:
    call = only_call(corpus(tmp_path, a=f"{START}refusal\n0 H1\n1 S:lost_job\n"))
    assert call.promises == WRITTEN.promises
    assert call.gold[1].labels == ("promise", "situation")  # the standing promise names the turn
    assert call.gold[0].notices == ("complaint",)


def test_in_the_guidelines_own_calls_their_word_stands_but_for_recaps_and_reasons(tmp_path: Path) -> None:
    call = only_call(corpus(tmp_path, author="shared_x", a=f"{START}refusal\n0 H1\n1 E:forgot\n2 a\n"))
    assert (call.gold[0].tone, call.gold[0].steps) == ((), ("greeting",))
    assert (call.gold[1].labels, call.gold[1].reason) == (("promise", "excuse"), "forgot")
    assert call.gold[2].steps == ("agreement",)


def test_a_reason_that_the_laws_labels_cannot_have_is_not_taken(tmp_path: Path) -> None:
    call = only_call(corpus(tmp_path, author="shared_x", a=ONE))
    assert (call.gold[1].labels, call.gold[1].reason) == (("promise", "excuse"), "short_of_money")


def test_adjudicated_calls_are_written_in_the_schema_they_came_in(tmp_path: Path) -> None:
    ((line, call),) = adjudicated_calls(corpus(tmp_path, a=ONE), "train")
    assert read_gold(line_of(line, call))[0].gold == call.gold
    turn = json.loads(line_of(line, call))["turns"][1]
    assert (turn["labels"], turn["reason"]) == (["promise", "situation"], "lost_job")
    assert (turn["speaker"], turn["text"]) == ("debtor", "Perdí la chamba, y el viernes le doy algo.")
    assert line_of(line, call).startswith('{"id": "a-1", "author": "author0"')


@pytest.mark.parametrize(
    "text",
    [
        "== a-1 refusal\n",  # no fingerprint
        "== a-1 00000000 refusal\n",  # of other turns
        f"{START}perhaps\n",
        f"{START}refusal\n{START}refusal\n",
        "== z-9 0123abcd refusal\n== z-9 0123abcd refusal\n",
        f"0 g\n{START}refusal\n",
        f"{START}refusal\n4 g\n",  # the call has four turns
        f"{START}refusal\n0 g\n0 H1\n",
        f"{START}refusal\n² g\n",
        f"{START}refusal\n1 g\n",  # a debtor has no steps
        f"{START}refusal\n3 E:busy\n",  # nor a recording labels
    ],
)
def test_a_line_that_says_something_else_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(GoldError, match=r"a:\d"):
        read_corpus(corpus(tmp_path, a=text), "train")


def test_a_file_that_is_not_packed_text_is_refused(tmp_path: Path) -> None:
    folder = corpus(tmp_path)
    (folder / "annotations" / "a.txt.gz").write_bytes(b"== a-1")
    with pytest.raises(GoldError, match="packed by gzip expected"):
        read_corpus(folder, "train")


def test_agreement_compares_annotators_with_the_author_and_with_each_other(tmp_path: Path) -> None:
    folder = corpus(tmp_path, a=ONE, b=OTHER)
    one, other = (folder / "annotations" / f"{name}.txt.gz" for name in "ab")
    against_author = {m.name: m.value for m in agreement(one, folder).measures}
    against_other = {m.name: m.value for m in agreement(other, folder, one).measures}
    assert (against_author["outcome accuracy"], against_other["outcome accuracy"]) == (0, 1)
    assert (against_author["steps macro-F1"], against_other["steps macro-F1"]) == (0, 1)
    assert against_other["any aggressive tone F1"] == 1
    assert not {name for name in against_other if name.startswith(("promise", "notice"))}


def test_every_call_of_the_corpora_was_annotated_again_and_those_of_validation_by_two_hands() -> None:
    held = read_corpus(CORPORA, "validation")
    assert all(call.annotated_again for call in (*read_corpus(CORPORA, "train"), *held))
    hands = {name: len(own) for name, own in read_annotations(CORPORA / "annotations", held).items()}
    # The word of those who wrote the guidelines stands in their own calls.
    assert {hands[call.id] for call in held if (call.author or "").startswith("shared")} == {1}
    assert {hands[call.id] for call in held if not (call.author or "").startswith("shared")} == {2}
