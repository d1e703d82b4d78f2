"""Roles of written calls: which voice is the collector, a swapped map, third parties and recordings.

The calls of `corpora/validation` taught none of the cues. The channels' names are drawn, so that no order helps.
"""

import json
import random
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from models.recipes.corpus import corpus_files, corpus_text
from pipeline.config import RolesConfig
from pipeline.roles import assign_roles
from pipeline.types import Account, Span, Utterance, Word

CORPORA = Path(__file__).parents[2] / "corpora" / "validation"


@cache
def calls() -> list[dict[str, Any]]:
    texts = [corpus_text(path) for path in corpus_files(CORPORA)]
    return [json.loads(line) for text in texts for line in text.splitlines() if line.strip()]


def as_heard(call: dict[str, Any]) -> tuple[list[Utterance], Account, int]:
    """Its utterances on two channels, the account, and the collector's channel; a recording is on either."""
    rng = random.Random(call["id"])
    agent = rng.randrange(2)
    channels = {"agent": agent, "debtor": 1 - agent, "third_party": 1 - agent, "system": rng.randrange(2)}
    utterances = []
    for k, turn in enumerate(call["turns"]):
        channel = channels[turn["speaker"]]
        word = Word(turn["text"], Span(3.0 * k, 3.0 * k + 2.5), 0.9, channel)
        utterances.append(Utterance(f"channel-{channel}", (word,)))
    account = call.get("account") or {}
    given = Account("D-1", "MX", debtor_name=account.get("debtor_name"), creditor=account.get("company"))
    return utterances, given, agent


def with_two_sides() -> list[dict[str, Any]]:
    return [c for c in calls() if {"agent", "debtor"} <= {t["speaker"] for t in c["turns"]}]


def agent_share(account_is_known: bool) -> float:
    right = 0
    for call in with_two_sides():
        utterances, account, agent = as_heard(call)
        turns = assign_roles(utterances, account if account_is_known else None, None, RolesConfig()).turns
        right += {t.voice for t in turns if t.role == "agent"} == {f"channel-{agent}"}
    return right / len(with_two_sides())


def test_what_is_said_tells_which_voice_collects() -> None:
    assert agent_share(account_is_known=True) >= 0.99


def test_it_does_so_without_the_account_too() -> None:
    assert agent_share(account_is_known=False) >= 0.97


def test_a_swapped_map_is_noticed_and_a_right_one_is_left_alone() -> None:
    noticed = warned = 0
    for call in with_two_sides():
        utterances, account, agent = as_heard(call)
        noticed += bool(assign_roles(utterances, account, 1 - agent, RolesConfig()).warnings)
        warned += bool(assign_roles(utterances, account, agent, RolesConfig()).warnings)
    assert noticed / len(with_two_sides()) >= 0.95
    assert warned == 0


def test_third_parties_and_recordings_are_found_more_often_than_missed() -> None:
    found: Counter[tuple[str, str]] = Counter()
    for call in calls():
        utterances, account, agent = as_heard(call)
        turns = assign_roles(utterances, account, agent, RolesConfig()).turns
        found.update((gold["speaker"], turn.role) for gold, turn in zip(call["turns"], turns, strict=True))
    for role in ("third_party", "system"):
        said = sum(n for (gold, _), n in found.items() if gold == role)
        given = sum(n for (_, got), n in found.items() if got == role)
        assert found[role, role] / said >= 0.55, role
        assert found[role, role] / given >= 0.55, role
    debtors = sum(n for (gold, _), n in found.items() if gold == "debtor")
    assert found["debtor", "debtor"] / debtors >= 0.97
