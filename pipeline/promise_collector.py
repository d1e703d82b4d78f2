"""What a collector's turn does to the talk: it proposes, asks for more, repeats what was agreed."""

from __future__ import annotations

from dataclasses import replace

from pipeline.payments import Payment, TurnPayments
from pipeline.promise_cues import has_phrase
from pipeline.promise_offers import (
    Offer,
    merged_terms,
    names_months,
    on_day,
    repeats,
    revised,
    single_amount,
    with_amount,
)
from pipeline.promise_talk import Talk
from pipeline.types import Turn

_REACH = 6
"""Turns within which two proposals complete each other."""


def hear_collector(
    talk: Talk, turn: Turn, reading: TurnPayments, *, is_recap: bool, is_offer: bool, is_claim: bool
) -> None:
    table = talk.table
    talk.adopt_pending()
    complete_amount(talk, turn, reading)
    is_recap = is_recap or _is_echo(talk, turn, reading)
    offer = None
    if is_recap or is_offer or not is_claim:
        offer = _offer_of(talk, turn, reading, is_recap=is_recap, steps=is_recap or is_offer)
    if offer is not None:
        table.offer = offer
        table.pending = offer if is_recap else None
        if is_recap:
            table.recapped += [(turn.index, p.due) for p in offer.payments if p.due is not None]
            talk.ledger.fill(offer.payments, turn.index)
    if reading.each is not None:
        table.each = reading.each
    table.down = reading.down or table.down
    if reading.each is not None or reading.terms.rhythm is not None:
        is_revised = table.terms.rhythm is not None and reading.terms.rhythm is None and reading.terms.count is not None
        table.terms_turns = (*table.terms_turns, turn.index) if is_revised else (turn.index,)
        table.terms = merged_terms(table.terms, reading.terms) if is_revised else reading.terms
    if reading.topic is not None and talk.ledger.live() and not _resolves_rest(talk, reading.topic):
        table.topic, table.topic_turn = reading.topic, turn.index
    elif is_recap and offer is not None:
        table.topic = None
    table.adds = (
        reading.asks_more
        or (offer is not None and offer.adds)
        or _asks_beside(reading)
        or (reading.asks_another and all(e.is_complete for e in talk.ledger.live()))
    )


def _resolves_rest(talk: Talk, topic: Payment) -> bool:
    """Whether a figure tells the rest that was promised already: "o sea, los 515 que faltarían"."""
    if topic.amount is None:
        return False
    for i in talk.ledger.standing():
        entry = talk.ledger.entries[i]
        if entry.share == "rest" and entry.amount is None:
            talk.ledger.entries[i] = replace(entry, amount=topic.amount, currency=topic.currency, share="part")
            return True
    return False


def _is_echo(talk: Talk, turn: Turn, reading: TurnPayments) -> bool:
    """Whether the collector says again what was just promised, with or without the word for it."""
    stated = [p for p in reading.payments if not p.asked and p.due is not None]
    fresh = [e for e in talk.ledger.live() if e.touched == turn.index - 1]
    return bool(stated) and all(any(repeats(p, e) for e in fresh) for p in stated)


def _asks_beside(reading: TurnPayments) -> bool:
    return has_phrase(reading.tokens, "more", "besides") and reading.payments != ()


def _offer_of(talk: Talk, turn: Turn, reading: TurnPayments, *, is_recap: bool, steps: bool) -> Offer | None:
    payments = tuple(p for p in reading.payments if p.due is not None or p.amount is not None or p.rest)
    if not steps:
        payments = tuple(p for p in payments if p.amount is not None or p.rest or p.asked)
    if not payments:
        return None
    earlier = talk.table.offer
    turns: tuple[int, ...] = (turn.index,)
    days = [p for p in payments if p.due is not None]
    lacks = all(p.amount is None and not p.rest for p in payments)
    if earlier is not None and not is_recap and turn.index - earlier.last <= _REACH:
        if not days and all(p.due is not None and p.amount is None for p in earlier.payments):
            one = reading.each or payments[0]
            payments = tuple(with_amount(p, one) for p in earlier.payments)
            turns = (*earlier.turns, turn.index)
        elif lacks and (talk.table.each is not None or single_amount(earlier.payments)):
            shared = talk.table.each or single_amount(earlier.payments)
            payments = tuple(with_amount(p, shared) if shared else p for p in payments)
            turns = (*earlier.turns, turn.index)
        elif reading.terms.rhythm is not None and reading.terms.rhythm.day and names_months(earlier.payments):
            payments = on_day(earlier.payments, reading.terms.rhythm.day)
            turns = (*earlier.turns, turn.index)
        elif lacks and len(payments) == len(earlier.payments) > 1:
            payments = revised(payments, earlier.payments)
            turns = (*earlier.turns, turn.index)
    adds = reading.asks_more and not is_recap
    return Offer(turns, payments, adds, is_recap, reading.alternatives, reading.named)


def complete_amount(talk: Talk, turn: Turn, reading: TurnPayments) -> None:
    """The amount that a collector or a recording names for the one payment that lacks it."""
    amounts = {p.amount for p in reading.sums}
    lacking = [i for i in talk.ledger.standing() if talk.ledger.entries[i].amount is None]
    lacking = [i for i in lacking if talk.ledger.entries[i].share == "fixed"]
    if len(amounts) == 1 and len(lacking) == 1 and reading.topic is None:
        entry = talk.ledger.entries[lacking[0]]
        days = {p.due for p in reading.payments if p.due}
        if days <= {entry.due}:
            one = reading.sums[0]
            talk.ledger.entries[lacking[0]] = replace(
                entry, amount=one.amount, currency=one.currency, rules=(*entry.rules, *one.rules)
            )
    del turn
