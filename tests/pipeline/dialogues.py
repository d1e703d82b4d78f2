"""Short calls written in a line a turn, and the promises that the pipeline finds in them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.annotate import account_of, turns_of
from pipeline.config import PromisesConfig
from pipeline.labels import Label, Role, Step
from pipeline.promises import promises_of_call
from pipeline.types import Account, Promise, Span, Turn, TurnLabels

DIALOGUES = Path(__file__).parents[1] / "data" / "dialogues"

Value = tuple[str | None, float | None]

_ROLES: Mapping[str, Role] = {"a": "agent", "d": "debtor", "t": "third_party", "s": "system"}
_LABELS: Mapping[str, Label] = {"p": "promise", "e": "excuse", "o": "objection", "s": "situation"}
_STEPS: Mapping[str, Step] = {"O": "options", "A": "agreement", "R": "recap", "P": "purpose"}


def find(
    *lines: str,
    said_on: str = "2026-03-10",
    country: str = "MX",
    balance: str | None = "12000",
    minimum: str | None = "900",
) -> tuple[Promise, ...]:
    """The promises of a call, superseded ones included.

    A line is "a: …" for the collector, "d: …" for the debtor, "t: …" for a third party, with its labels or steps after
    the letter: "dp: …" promises, "aO: …" proposes, "aA: …" agrees, "aR: …" recaps.
    """
    turns: list[Turn] = []
    labels: list[TurnLabels] = []
    for index, line in enumerate(lines):
        head, text = line.split(": ", 1)
        role = _ROLES[head[0]]
        turns.append(Turn(index, role, role, Span(index, index + 1), text))
        is_agent = role == "agent"
        labels.append(
            TurnLabels(
                index,
                () if is_agent else tuple(_LABELS[mark] for mark in head[1:]),
                tuple(_STEPS[mark] for mark in head[1:]) if is_agent else (),
            )
        )
    account = Account(
        "D-1",
        country,
        balance=None if balance is None else Decimal(balance),
        minimum_payment=None if minimum is None else Decimal(minimum),
    )
    return promises_of_call(turns, labels, account, date.fromisoformat(said_on), PromisesConfig()).promises


def standing(promises: Iterable[Promise]) -> list[Value]:
    """Day and amount of what stands, by day."""
    return sorted((value(p) for p in promises if p.replaced_by is None), key=str)


def value(promise: Promise) -> Value:
    return (
        None if promise.due is None else promise.due.isoformat(),
        None if promise.amount is None else float(promise.amount),
    )


def calls(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def gold_labels(call: Mapping[str, Any]) -> list[TurnLabels]:
    return [TurnLabels(i, tuple(t["labels"]), tuple(t["steps"])) for i, t in enumerate(call["turns"])]


def found_in(call: Mapping[str, Any], labels: Sequence[TurnLabels] | None = None) -> tuple[Promise, ...]:
    said_on = datetime.fromisoformat(call["started_at"]).date()
    return promises_of_call(
        turns_of(call), labels or gold_labels(call), account_of(call), said_on, PromisesConfig()
    ).promises


def hits(call: Mapping[str, Any], promises: Iterable[Promise]) -> tuple[int, int, int]:
    """Exact days with amounts: found rightly, found wrongly, missed."""
    gold = Counter((p["date"], p["amount"]) for p in call["promises"])
    got = Counter((day, amount if amount is None else round(amount, 2)) for day, amount in standing(promises))
    right = sum((gold & got).values())
    return right, sum(got.values()) - right, sum(gold.values()) - right
