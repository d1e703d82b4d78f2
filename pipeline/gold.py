"""Gold calls: the schema of the annotation guidelines, one JSON object a line, read and checked.

What annotators write, what `annotate` gives out and what the training corpora hold is one schema; extra keys that the
product writes beside the labels (`unclear`, `evidence`, …) are let through, `reason`, `notices`, `scores` are read.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, TypeVar

from pipeline.errors import PalabraError
from pipeline.labels import (
    LABELS,
    OUTCOMES,
    ROLES,
    SEVERITIES,
    STEPS,
    TONE_CATEGORIES,
    Label,
    Outcome,
    Severity,
    Step,
    ToneCategory,
)
from pipeline.ports import Conversation
from pipeline.types import Account, Span, Turn

Part = Literal["train", "validation"]


class GoldError(PalabraError):
    """A gold file that breaks the schema: which line, which field, what is expected there."""


@dataclass(frozen=True, slots=True)
class GoldTurn:
    """What annotators say of one turn, or what a model says in the same schema.

    `notices` is `None` where nobody looked for them; `scores` are a model's probabilities by class.
    """

    labels: tuple[Label, ...]
    tone: tuple[tuple[ToneCategory, Severity], ...]
    steps: tuple[Step, ...]
    reason: str | None = None
    notices: tuple[str, ...] | None = None
    scores: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class GoldPromise:
    """A payment that stands at the end of the call."""

    due: date | None
    amount: Decimal | None
    currency: str | None
    conditional: bool
    turns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GoldCall:
    """One annotated call; `gold[i]` belongs to `turns[i]`. `author` and `part` stand in training corpora only.

    `judged` says which turns somebody judged, where it was not all of them: reviewers look at some turns of a call.
    `annotated_again` is set where other hands have labelled the call once more, by the guidelines alone.
    """

    id: str
    started_at: datetime
    account: Account
    turns: tuple[Turn, ...]
    gold: tuple[GoldTurn, ...]
    promises: tuple[GoldPromise, ...]
    outcome: Outcome
    author: str | None = None
    part: Part | None = None
    judged: tuple[bool, ...] | None = None
    annotated_again: bool = False

    @property
    def country(self) -> str:
        return self.account.country

    @property
    def conversation(self) -> Conversation:
        return Conversation(self.id, self.country, self.turns)


def read_gold(text: str, source: str = "gold") -> tuple[GoldCall, ...]:
    """Calls of a JSON Lines document; empty lines are skipped.

    Args:
        text: The document.
        source: What to call it in an error, its file name.

    Raises:
        GoldError: A line is no JSON object of the schema, or two calls share an id.
    """
    calls: list[GoldCall] = []
    line_of: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        call = _call(_Fields(_object(line, f"{source}:{number}"), f"{source}:{number}"))
        if call.id in line_of:
            raise GoldError(f"{source}:{number}: id {call.id!r} is also on line {line_of[call.id]}; ids must differ")
        line_of[call.id] = number
        calls.append(call)
    return tuple(calls)


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise GoldError(f"{where}: no JSON ({error.msg}, column {error.colno}); one call a line expected") from error
    if not isinstance(value, dict):
        raise GoldError(f"{where}: a JSON object expected, found {type(value).__name__}")
    return value


T = TypeVar("T")


class _Fields:
    """Values of one object, asked for by name and type; an error names the path."""

    def __init__(self, values: Mapping[str, Any], where: str) -> None:
        self.values = values
        self.where = where

    def get(self, key: str, kind: type[T]) -> T:
        value = self.values.get(key)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise GoldError(f"{self.where}: {key}: {kind.__name__} expected, found {_kind_of(value)}")
        return value

    def optional(self, key: str, kind: type[T]) -> T | None:
        return None if self.values.get(key) is None else self.get(key, kind)

    def members(self, key: str) -> list["_Fields"]:
        """The objects of a list."""
        items = self.get(key, list)
        for i, item in enumerate(items):
            if not isinstance(item, dict):
                raise GoldError(f"{self.where}: {key}[{i}]: an object expected, found {_kind_of(item)}")
        return [_Fields(item, f"{self.where}: {key}[{i}]") for i, item in enumerate(items)]

    def one_of(self, key: str, known: tuple[T, ...]) -> T:
        return self._known(key, self.values.get(key), known)

    def some_of(self, key: str, known: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(self._known(key, value, known) for value in self.get(key, list))

    def _known(self, key: str, value: Any, known: tuple[T, ...]) -> T:
        if value not in known:
            raise GoldError(f"{self.where}: {key}: one of {', '.join(map(str, known))} expected, found {value!r:.40}")
        return known[known.index(value)]

    def day(self, key: str) -> date | None:
        value = self.optional(key, str)
        try:
            return None if value is None else date.fromisoformat(value)
        except ValueError as error:
            raise GoldError(f"{self.where}: {key}: an ISO day expected, found {value!r:.40}") from error

    def moment(self, key: str) -> datetime:
        try:
            moment = datetime.fromisoformat(self.get(key, str))
        except ValueError as error:
            raise GoldError(f"{self.where}: {key}: an ISO date and time with offset expected") from error
        if moment.tzinfo is None:
            raise GoldError(f"{self.where}: {key}: has no offset; the local day of the call depends on it")
        return moment

    def money(self, key: str) -> Decimal | None:
        value = self.values.get(key)
        try:
            return None if value is None else Decimal(str(value))
        except InvalidOperation as error:
            raise GoldError(f"{self.where}: {key}: a number expected, found {_kind_of(value)}") from error


def _kind_of(value: object) -> str:
    return "nothing" if value is None else type(value).__name__


def _call(fields: _Fields) -> GoldCall:
    turns = fields.members("turns")
    known = _Fields(fields.optional("account", dict) or {}, f"{fields.where}: account")
    account = Account(
        debtor_id=fields.optional("debtor_id", str) or "",
        country=fields.get("country", str),
        debtor_name=known.optional("debtor_name", str),
        creditor=known.optional("company", str),
        currency=fields.optional("currency", str),
        balance=known.money("balance"),
        minimum_payment=known.money("minimum_payment"),
        due_date=known.day("due_date"),
    )
    parts: tuple[Part, ...] = ("train", "validation")
    return GoldCall(
        id=fields.get("id", str),
        started_at=fields.moment("started_at"),
        account=account,
        turns=tuple(_turn(i, turn) for i, turn in enumerate(turns)),
        gold=tuple(_gold_turn(turn) for turn in turns),
        promises=tuple(_promise(promise, len(turns)) for promise in fields.members("promises")),
        outcome=fields.one_of("outcome", OUTCOMES),
        author=fields.optional("author", str),
        part=fields.one_of("part", parts) if "part" in fields.values else None,
    )


def _turn(index: int, fields: _Fields) -> Turn:
    role = fields.one_of("speaker", ROLES)
    # A transcript has no times: each turn gets a second of its own.
    return Turn(index, role, role, Span(float(index), float(index + 1)), fields.get("text", str))


def _gold_turn(fields: _Fields) -> GoldTurn:
    tone = tuple(
        (flag.one_of("category", TONE_CATEGORIES), flag.one_of("severity", SEVERITIES))
        for flag in fields.members("tone")
    )
    return GoldTurn(
        labels=fields.some_of("labels", LABELS),
        tone=tone,
        steps=fields.some_of("steps", STEPS),
        reason=fields.optional("reason", str),
        notices=tuple(fields.get("notices", list)) if "notices" in fields.values else None,
        scores=tuple((name, float(score)) for name, score in (fields.optional("scores", dict) or {}).items()),
    )


def _promise(fields: _Fields, n_turns: int) -> GoldPromise:
    turns = tuple(fields.get("turns", list))
    if not all(isinstance(turn, int) and 0 <= turn < n_turns for turn in turns):
        raise GoldError(f"{fields.where}: turns: numbers below {n_turns} expected")
    return GoldPromise(
        due=fields.day("date"),
        amount=fields.money("amount"),
        currency=fields.optional("currency", str),
        conditional=fields.get("conditional", bool),
        turns=turns,
    )
