"""The closed lists of reasons and notices, and which phrases of a turn speak for each.

Notices are looked for in every turn of the debtor's side, recall first, because a person reads each of them.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from pipeline.cues import fold_words, load_cues, weigh
from pipeline.labels import Label, Role
from pipeline.types import Turn

ENOUGH = 2.0
"""Points from which a phrase or several together count."""

ASKED_WITHIN = 3
"""Turns of the collector that are looked at for the question a reason answers: it may be told in several turns."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a debtor has not paid, puts it off or resists.

    `against` names reasons that contradict it when the same debtor gives both; the relation goes both ways.
    """

    name: str
    title: str
    labels: tuple[Label, ...]
    against: tuple[str, ...]
    cues: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Notice:
    """What must reach a person, or changes how one may collect."""

    name: str
    title: str
    roles: tuple[Role, ...]
    cues: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ReasonGiven:
    """A reason as a debtor gave it: which call and turn, on which local day."""

    reason: str
    said_on: date
    call_id: str
    turn: int


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two reasons of one debtor that cannot both hold; `earlier` was given first."""

    earlier: ReasonGiven
    later: ReasonGiven


@cache
def load_reasons() -> Mapping[str, Reason]:
    """Reasons of `lexicon/reasons.toml` by name, in the file's order; `against` made symmetric."""
    table = _table("reasons")
    against = {name: set(entry["against"]) for name, entry in table.items()}
    for name, entry in table.items():
        for other in entry["against"]:
            against[other].add(name)
    return {
        name: Reason(name, e["title"], tuple(e["labels"]), tuple(sorted(against[name])), _cues(e))
        for name, e in table.items()
    }


@cache
def load_notices() -> Mapping[str, Notice]:
    """Notices of `lexicon/notices.toml` by name, in the file's order."""
    return {
        name: Notice(name, entry["title"], tuple(entry["roles"]), _cues(entry))
        for name, entry in _table("notices").items()
    }


def notices_of(text: str, role: Role) -> tuple[str, ...]:
    """All notices that a turn's words give reason to look at."""
    folded = fold_words(text)
    return tuple(
        notice.name
        for notice in load_notices().values()
        if role in notice.roles and weigh(folded, notice.cues) >= ENOUGH
    )


def was_asked(turns: Sequence[Turn], i: int) -> bool:
    """Whether the collector asked why nothing was paid, in the last `ASKED_WITHIN` of his turns before turn `i`."""
    cues = load_cues("asked")["why"]
    before = [turn for turn in turns[:i] if turn.role == "agent"][-ASKED_WITHIN:]
    return any(weigh(fold_words(turn.text), cues) >= ENOUGH for turn in before)


def contradictions(history: Sequence[ReasonGiven]) -> tuple[Contradiction, ...]:
    """Reasons of one debtor that contradict each other by `lexicon/reasons.toml`, in the order they came up.

    Each pair of reasons is told once, by the first turn that brought up each: what a debtor goes on saying is no new
    contradiction. Reasons that are not on the list, from an older version, contradict nothing.

    Args:
        history: What the debtor gave, in any order.
    """
    known = load_reasons()
    first: dict[str, ReasonGiven] = {}
    for given in sorted(history, key=lambda g: (g.said_on, g.call_id, g.turn)):
        if given.reason in known:
            first.setdefault(given.reason, given)
    return tuple(
        Contradiction(earlier, later)
        for name, later in first.items()
        for other, earlier in first.items()
        if other in known[name].against and _came_before(earlier, later)
    )


def _came_before(one: ReasonGiven, other: ReasonGiven) -> bool:
    return (one.said_on, one.call_id, one.turn) < (other.said_on, other.call_id, other.turn)


def _table(lexicon: str) -> dict[str, Any]:
    text = resources.files("pipeline.lexicon").joinpath(f"{lexicon}.toml").read_text("utf-8")
    return tomllib.loads(text)


def _cues(entry: Mapping[str, Any]) -> dict[str, float]:
    return {fold_words(phrase): float(points) for phrase, points in entry["cues"].items()}
