"""The ledger at the end of a call: rests computed, amounts filled in, what was taken back left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from pipeline.promise_ledger import Entry
from pipeline.promise_talk import Talk


def settle(talk: Talk) -> list[Entry]:
    """The ledger at the end: rests computed, what was taken back and not replaced left out."""
    talk.adopt_pending()
    entries = talk.ledger.entries
    kept = {i for i, e in enumerate(entries) if not (e.withdrawn and e.replaced_by is None)}
    kept = {i for i in kept if _end_of(entries, i) in kept}
    standing = {i for i in kept if entries[i].replaced_by is None}
    bare = {i for i in standing if entries[i].due is None and entries[i].amount is None and entries[i].share == "fixed"}
    if standing - bare:
        kept = {i for i in kept if _end_of(entries, i) not in bare}
    order = _in_order(entries, kept)
    places = {old: new for new, old in enumerate(order)}
    settled = [
        replace(entries[i], replaced_by=None if (by := entries[i].replaced_by) is None else places[by]) for i in order
    ]
    return [_with_asked(talk, _with_rest(talk, e, settled)) for e in settled]


def _in_order(entries: Sequence[Entry], kept: set[int]) -> list[int]:
    """The entries as they came up, but what was replaced before what replaced it."""
    order: list[int] = []

    def put(place: int) -> None:
        if place in order:
            return
        for earlier in sorted(kept):
            if entries[earlier].replaced_by == place:
                put(earlier)
        order.append(place)

    for place in sorted(kept):
        put(place)
    return order


def _with_asked(talk: Talk, entry: Entry) -> Entry:
    """A payment with a day and no amount is of what the collector asked for; doubtful, since nobody said it."""
    asked = talk.table.asked
    if entry.due is None or entry.amount is not None or entry.replaced_by is not None or asked is None:
        return entry
    if talk.table.vague:
        return entry
    return replace(
        entry,
        amount=asked.amount,
        currency=asked.currency,
        rules=(*entry.rules, "amount asked for"),
        doubtful=True,
    )


def _with_rest(talk: Talk, entry: Entry, settled: Sequence[Entry]) -> Entry:
    if entry.share != "rest" or entry.replaced_by is not None:
        return entry
    others = [e for e in settled if e.replaced_by is None and e is not entry and e.share != "rest"]
    paid = sum((e.amount for e in others if e.amount is not None), Decimal(0))
    base = _base_of_rest(talk, paid, entry.touched)
    if base is None or paid >= base or any(e.amount is None for e in others):
        return replace(entry, share="fixed")
    return replace(entry, amount=base - paid, share="fixed")


def _base_of_rest(talk: Talk, paid: Decimal, said_in: int) -> Decimal | None:
    """The total that a rest is of: one whose remainder was named, else the last called a total, else the balance."""
    balance = talk.account.balance
    named = {value for _, value, _ in talk.table.totals}
    bases = [value for index, value, _ in reversed(talk.table.totals) if value > paid and index <= said_in]
    if balance is not None:
        bases.insert(0, balance)
    for base in bases:
        if (base - paid in named and base - paid != paid) or (base == 2 * paid and base != balance):
            return base
    called = [value for index, value, total in talk.table.totals if total and value > paid and index <= said_in]
    return called[-1] if called and paid else balance


def _end_of(entries: Sequence[Entry], place: int) -> int:
    while (successor := entries[place].replaced_by) is not None:
        place = successor
    return place
