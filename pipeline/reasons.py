"""The closed lists of reasons and notices, and which phrases of a turn speak for each.

Notices are looked for in every turn of the debtor's side, recall first, because a person reads each of them.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from pipeline.cues import fold_words, weigh
from pipeline.labels import Label, Role

ENOUGH = 2.0
"""Points from which a phrase or several together count."""


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


def _table(lexicon: str) -> dict[str, Any]:
    text = resources.files("pipeline.lexicon").joinpath(f"{lexicon}.toml").read_text("utf-8")
    return tomllib.loads(text)


def _cues(entry: Mapping[str, Any]) -> dict[str, float]:
    return {fold_words(phrase): float(points) for phrase, points in entry["cues"].items()}
