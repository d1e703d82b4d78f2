"""Whole calls as text -> the same calls with labels, tone, steps, promises and outcome, in the guidelines' schema."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.classify import classify
from pipeline.config import Config
from pipeline.countries import CURRENCY_OF
from pipeline.errors import PalabraError
from pipeline.labels import ROLES
from pipeline.outcome import outcome_of
from pipeline.ports import Conversation, ToneClassifier, TurnClassifier
from pipeline.promises import promises_of_call
from pipeline.tone import flag_tone
from pipeline.types import Account, Promise, Span, ToneFlag, Turn, TurnLabels

BATCH = 64
"""Calls classified in one pass."""

REQUIRED = ("id", "country", "started_at", "turns")


class CallTextError(PalabraError):
    """A line that is no call of the schema; says which line and what is wrong."""


def annotate_lines(
    lines: Iterable[str], turn_classifier: TurnClassifier, tone_classifier: ToneClassifier, config: Config
) -> Iterator[str]:
    """Each call's line with its annotations, in the order they came.

    Raises:
        CallTextError: A line is no call; what came before it has been given out.
    """
    batch: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        batch.append(_call_of(line, number))
        if len(batch) == BATCH:
            yield from _annotated(batch, turn_classifier, tone_classifier, config)
            batch = []
    yield from _annotated(batch, turn_classifier, tone_classifier, config)


def _call_of(line: str, number: int) -> dict[str, Any]:
    try:
        call = json.loads(line)
    except json.JSONDecodeError as error:
        raise CallTextError(
            f"line {number}: no JSON object (column {error.colno}); one call a line expected"
        ) from error
    if not isinstance(call, dict) or (missing := [key for key in REQUIRED if key not in call]):
        what = ", ".join(missing) if isinstance(call, dict) else "an object"
        raise CallTextError(f"line {number}: {what} expected, not found; see the schema in docs/annotate.md")
    for turn in call["turns"]:
        if not isinstance(turn, dict) or turn.get("speaker") not in ROLES or not isinstance(turn.get("text"), str):
            raise CallTextError(f"line {number}: each turn needs text and a speaker, one of {', '.join(ROLES)}")
    return call


def _annotated(
    calls: Sequence[dict[str, Any]], turn_classifier: TurnClassifier, tone_classifier: ToneClassifier, config: Config
) -> Iterator[str]:
    conversations = [
        Conversation(str(position), call["country"], turns_of(call)) for position, call in enumerate(calls)
    ]
    labels = classify(conversations, turn_classifier)
    tone = flag_tone(conversations, tone_classifier)
    for call, conversation in zip(calls, conversations, strict=True):
        own = labels[conversation.call_id]
        flags = tuple(f for f in tone[conversation.call_id] if f.score >= config.tone.min_score)
        annotated = _filled(call, conversation.turns, own, flags, config)
        yield json.dumps(annotated, ensure_ascii=False)


def turns_of(call: Mapping[str, Any]) -> tuple[Turn, ...]:
    """Turns of a transcript: without times, so each gets a second of its own."""
    return tuple(
        Turn(i, turn["speaker"], turn["speaker"], Span(float(i), float(i + 1)), turn["text"])
        for i, turn in enumerate(call["turns"])
    )


def account_of(call: Mapping[str, Any]) -> Account:
    """The account a transcript names, with the country's currency where it names none."""
    told = call.get("account") or {}
    return Account(
        debtor_id=str(call.get("debtor_id", "")),
        country=call["country"],
        debtor_name=told.get("debtor_name"),
        creditor=told.get("company"),
        currency=call.get("currency") or CURRENCY_OF.get(call["country"]),
        balance=_money(told.get("balance")),
        minimum_payment=_money(told.get("minimum_payment")),
    )


def _filled(
    call: dict[str, Any],
    turns: Sequence[Turn],
    labels: Sequence[TurnLabels],
    flags: Sequence[ToneFlag],
    config: Config,
) -> dict[str, Any]:
    moment = datetime.fromisoformat(call["started_at"])
    if zone := call.get("debtor_zone"):
        moment = moment.astimezone(ZoneInfo(zone))
    found = promises_of_call(turns, labels, account_of(call), moment.date(), config.promises)
    outcome = outcome_of(turns, labels, found.promises, found.callbacks, moment.date(), config.outcome)
    filled_turns = [
        _filled_turn(given, own, [f for f in flags if f.turn == own.turn])
        for given, own in zip(call["turns"], labels, strict=True)
    ]
    promises = [_promise(p) for p in found.promises if p.replaced_by is None]
    callbacks = [
        {"date": c.on and c.on.isoformat(), "time": c.at and c.at.isoformat("minutes"), "turn": c.turn}
        for c in found.callbacks
    ]
    return {**call, "turns": filled_turns, "promises": promises, "outcome": outcome, "callbacks": callbacks}


def _filled_turn(given: Mapping[str, Any], own: TurnLabels, flags: Sequence[ToneFlag]) -> dict[str, Any]:
    return {
        **given,
        "labels": list(own.labels),
        "tone": [{"category": f.category, "severity": f.severity} for f in flags],
        "steps": list(own.steps),
        "scores": {s.name: s.score for s in own.scores},
        "unclear": list(own.unclear),
        "reason": own.reason,
        "asked": own.asked,
        "notices": list(own.notices),
        "evidence": [*own.evidence, *(f.evidence for f in flags if f.evidence)],
    }


def _promise(promise: Promise) -> dict[str, Any]:
    return {
        "date": promise.due.isoformat() if promise.due else None,
        "start": promise.due_start.isoformat() if promise.due_start else None,
        "amount": float(promise.amount) if promise.amount is not None else None,
        "currency": promise.currency,
        "conditional": promise.conditional,
        "turns": list(promise.turns),
        "promised_by": promise.promised_by,
        "rule": promise.rule,
        "doubtful": promise.doubtful,
    }


def _money(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))
