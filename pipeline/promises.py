"""Turns, labels and the account -> what stands promised at the end of the call, and the callbacks asked for.

A call is read once, in order. The collector's turns put proposals on the table, ask about what is left, and repeat
what was agreed; a turn labelled `promise` takes a proposal up, names its own day or amount, fills in what was open,
or moves what stood. A recap that nobody objects to is the strongest evidence of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.callbacks import find_callbacks
from pipeline.config import PromisesConfig
from pipeline.countries import CURRENCY_OF
from pipeline.payments import read_payments
from pipeline.promise_collector import complete_amount, hear_collector
from pipeline.promise_cues import has_phrase
from pipeline.promise_debtor import hear_other, hear_promise, says_yes_to_pending
from pipeline.promise_doubt import Doubts, doubts_of
from pipeline.promise_ledger import Entry
from pipeline.promise_settle import settle
from pipeline.promise_talk import Talk
from pipeline.tokens import tokenize
from pipeline.types import Account, CallbackRequest, Promise, Turn, TurnLabels


@dataclass(frozen=True, slots=True)
class PromisesFound:
    """Promises of a call in the order they came up, superseded ones included, and callbacks."""

    promises: tuple[Promise, ...]
    callbacks: tuple[CallbackRequest, ...]


def promises_of_call(
    turns: Sequence[Turn], labels: Sequence[TurnLabels], account: Account, said_on: date, config: PromisesConfig
) -> PromisesFound:
    """What stands at the end of one call.

    Args:
        turns: All turns in order.
        labels: One a turn; `promise`, `objection` and the steps are read.
        account: Balance, minimum payment, currency, country.
        said_on: The call's day where the debtor is.
        config: Below which word probability a date or amount is doubtful.
    """
    promises: tuple[Promise, ...] = ()
    if any("promise" in label.labels for label in labels):
        talk = Talk(account, said_on)
        for turn, label in zip(turns, labels, strict=True):
            _read(talk, turn, label)
        promises = tuple(_promises(settle(talk), account, doubts_of(turns, labels, config)))
    return PromisesFound(promises, tuple(_callbacks(turns, said_on, account.country)))


def _read(talk: Talk, turn: Turn, label: TurnLabels) -> None:
    """Let one turn act on the talk."""
    is_recap = turn.role == "agent" and bool({"recap", "agreement"} & set(label.steps))
    is_recap = is_recap or (turn.role == "agent" and has_phrase(tokenize(turn.text), "stance", "recaps"))
    is_offer = turn.role == "agent" and "options" in label.steps
    reading = read_payments(
        turn.text,
        talk.account,
        talk.said_on,
        by_agent=turn.role in ("agent", "system"),
        is_recap=is_recap or is_offer or "promise" in label.labels,
        known=talk.known(),
    )
    if turn.role == "agent":
        hear_collector(talk, turn, reading, is_recap=is_recap, is_offer=is_offer, is_claim="purpose" in label.steps)
    elif turn.role == "system":
        complete_amount(talk, turn, reading)
    elif "promise" in label.labels or says_yes_to_pending(talk, reading):
        hear_promise(talk, turn, reading)
    else:
        hear_other(talk, turn, reading, label)
    talk.remember(turn, reading)


def _promises(entries: Sequence[Entry], account: Account, doubts: Doubts) -> list[Promise]:
    standing = [entry for entry in entries if entry.replaced_by is None]
    own = account.currency or CURRENCY_OF.get(account.country, "")
    return [
        Promise(
            due=entry.due,
            due_start=entry.due_start,
            amount=entry.amount,
            currency=(entry.currency or own) if entry.amount is not None else None,
            conditional=entry.conditional,
            promised_by=entry.by,
            turns=entry.turns,
            rule="+".join(dict.fromkeys((*entry.rules, *why))),
            doubtful=entry.doubtful or bool(why),
            replaced_by=entry.replaced_by,
            text_spans=entry.spans,
        )
        for entry, why in ((entry, doubts.of(entry, standing)) for entry in entries)
    ]


def _callbacks(turns: Sequence[Turn], said_on: date, country: str) -> list[CallbackRequest]:
    return [
        CallbackRequest(found.date, found.time, turn.index, found.rule, found.doubtful)
        for turn in turns
        if turn.role in ("debtor", "third_party")
        for found in find_callbacks(turn.text, said_on, country)
    ]
