"""The closed lists of reasons and notices: whole, consistent, and what phrases find."""

import json
from datetime import date
from pathlib import Path

import pytest

from models.recipes.corpus import corpus_files, corpus_text
from pipeline.gold import read_gold
from pipeline.labels import LABELS, Role
from pipeline.reasons import (
    ASKED_WITHIN,
    ReasonGiven,
    contradictions,
    load_notices,
    load_reasons,
    notices_of,
    was_asked,
)
from pipeline.types import Span, Turn
from tests.tables import load_lines, load_rows

CORPORA = Path(__file__).parents[2] / "corpora"
DATA = Path(__file__).parents[1] / "data"


def test_every_label_but_a_promise_has_reasons_with_titles() -> None:
    reasons = load_reasons()
    assert {label for reason in reasons.values() for label in reason.labels} == set(LABELS) - {"promise"}
    assert all(reason.title and reason.cues for reason in reasons.values())
    assert 20 <= len(reasons) <= 30


def test_contradictions_go_both_ways_and_name_reasons() -> None:
    reasons = load_reasons()
    pairs = {(name, other) for name, reason in reasons.items() for other in reason.against}
    assert pairs
    assert pairs == {(other, name) for name, other in pairs}
    assert {name for pair in pairs for name in pair} <= set(reasons)
    assert not any(name == other for name, other in pairs)


@pytest.mark.parametrize(
    ("text", "expected"),
    load_rows("notices_plain"),
)
def test_each_notice_is_found_in_plain_words(text: str, expected: str) -> None:
    assert expected in notices_of(text, "debtor")


def test_notices_are_the_debtors_side_alone() -> None:
    assert notices_of("No quiero vivir así.", "agent") == ()
    assert set(load_notices()) == {
        "self_harm",
        "stop_calling",
        "complaint",
        "lawyer",
        "deceased",
        "wrong_number",
        "insolvency",
    }


def test_an_ordinary_excuse_raises_no_notice() -> None:
    assert notices_of("Se me olvidó, mañana le deposito sin falta.", "debtor") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    load_rows("notices_in_other_words"),
)
def test_notices_are_found_in_other_words_too(text: str, expected: str) -> None:
    assert expected in notices_of(text, "third_party")


def test_nearly_every_call_with_a_notice_is_found_and_few_others() -> None:
    """Recall first, on calls of hands that wrote notices down; the phrases know most of them, so this is a floor."""
    found, missed, extra, bare = 0, 0, 0, 0
    for path in corpus_files(CORPORA / "validation"):
        calls = read_gold(corpus_text(path), path.name)
        if not any(turn.notices for call in calls for turn in call.gold):
            continue
        for call in calls:
            told = {notice for turn in call.gold for notice in turn.notices or ()}
            heard = {notice for turn in call.turns for notice in notices_of(turn.text, turn.role)}
            found += len(told & heard)
            missed += len(told - heard)
            extra += bool(heard - told)
            bare += not told
    assert found + missed >= 60
    assert missed <= 0.05 * (found + missed)
    assert extra <= 0.25 * bare


def said(*turns: tuple[Role, str]) -> tuple[Turn, ...]:
    return tuple(Turn(i, role, role, Span(float(i), float(i + 1)), text) for i, (role, text) in enumerate(turns))


@pytest.mark.parametrize(
    "question",
    load_lines("questions_for_a_reason"),
)
def test_a_reason_that_answers_the_question_was_asked_for(question: str) -> None:
    turns = said(
        ("agent", question), ("debtor", "Mire…"), ("agent", "Lo escucho."), ("debtor", "Me quedé sin trabajo.")
    )
    assert was_asked(turns, 3)
    assert not was_asked(turns, 0)


@pytest.mark.parametrize(
    "turns",
    [
        (("agent", "¿Por qué medio lo haría?"), ("debtor", "No puedo, me operaron.")),
        (("agent", "El motivo de mi llamada es su cuota de marzo."), ("debtor", "Se me olvidó.")),
        (("agent", "Gracias por contarme lo que pasó."), ("debtor", "Es que me operaron.")),
        (("debtor", "¿Por qué no me ha pagado mi patrón?"), ("debtor", "Por eso no le pago.")),
        (("debtor", "Me operaron."), ("agent", "¿Y por qué no ha pagado, entonces?")),
    ],
)
def test_a_reason_told_unasked(turns: tuple[tuple[Role, str], ...]) -> None:
    told = said(*turns)
    assert not was_asked(told, max(t.index for t in told if t.role == "debtor"))


def test_a_question_long_past_is_no_longer_the_one_that_is_answered() -> None:
    talk: list[tuple[Role, str]] = [("agent", "¿Por qué no ha pagado?"), ("debtor", "Se me olvidó.")]
    for _ in range(ASKED_WITHIN):
        talk += [("agent", "¿Le queda el viernes?"), ("debtor", "Déjeme ver.")]
    assert was_asked(said(*talk), 5)
    assert not was_asked(said(*talk), len(talk) - 1)


def test_phrases_and_a_reader_agree_on_what_was_asked_for() -> None:
    """200 reasons of the validation part, judged blind from the five turns before; 16 of them the reader left open."""
    calls = {
        call.id: call
        for path in corpus_files(CORPORA / "validation")
        for call in read_gold(corpus_text(path), path.name)
    }
    judged = [json.loads(line) for line in (DATA / "reasons_asked.jsonl").read_text("utf-8").splitlines()]
    agree = {
        (case["call"], case["turn"]): was_asked(calls[case["call"]].turns, case["turn"]) == case["asked"]
        for case in judged
    }
    assert len(agree) == 200
    assert sum(agree.values()) >= 195
    assert all(agree[case["call"], case["turn"]] for case in judged if case["asked"] and case["sure"])


def given(reason: str, day: int, turn: int = 1) -> ReasonGiven:
    return ReasonGiven(reason, date(2026, 3, day), f"call-{day}", turn)


def test_reasons_that_cannot_both_hold_contradict_each_other_once() -> None:
    history = [given("already_paid", 20), given("forgot", 2), given("forgot", 9), given("illness", 3)]
    (found,) = contradictions(history)
    assert (found.earlier, found.later) == (given("forgot", 2), given("already_paid", 20))
    assert contradictions(list(reversed(history))) == (found,)


def test_reasons_that_go_together_or_are_unknown_contradict_nothing() -> None:
    assert contradictions([given("lost_job", 1), given("illness", 2), given("short_of_money", 3)]) == ()
    assert contradictions([given("forgot", 1), given("of_another_version", 2)]) == ()
    assert contradictions([]) == ()


def test_two_reasons_of_one_call_can_contradict_each_other() -> None:
    (found,) = contradictions([given("not_mine", 4, turn=9), given("already_paid", 4, turn=3)])
    assert (found.earlier.turn, found.later.turn) == (3, 9)
