"""What the collector put on the table, and what becomes of payments that complete each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipeline.payments import Payment, Terms
from pipeline.promise_ledger import Entry


@dataclass(frozen=True, slots=True)
class Offer:
    """What the collector put on the table in one turn, or in two that complete each other."""

    turns: tuple[int, ...]
    payments: tuple[Payment, ...]
    adds: bool
    is_recap: bool
    alternatives: bool
    named: frozenset[date] = frozenset()

    @property
    def last(self) -> int:
        return self.turns[-1]


def repeats(payment: Payment, entry: Entry) -> bool:
    """Whether the collector says an entry again: its day, or its weekday with the number it falls on."""
    if payment.due is None or entry.due is None or payment.amount not in (None, entry.amount):
        return False
    same_weekday = payment.due.weekday() == entry.due.weekday() and "weekday_and_number" in payment.rules
    return payment.due == entry.due or same_weekday


def without_days(offer: Offer) -> Offer:
    """A proposal whose days were refused; its amounts may still be taken up."""
    payments = tuple(replace(p, due=None, due_start=None) for p in offer.payments if p.amount is not None or p.rest)
    return replace(offer, payments=payments, is_recap=False)


def names_months(payments: Sequence[Payment]) -> bool:
    return len(payments) > 1 and all(p.due is not None and "month" in p.rules for p in payments)


def on_day(payments: Sequence[Payment], day: int) -> tuple[Payment, ...]:
    """Payments of whole months on a day of each: "en noviembre y en diciembre", "siempre el 20"."""
    return tuple(
        replace(p, due=p.due.replace(day=min(day, p.due.day)), due_start=None) if p.due else p for p in payments
    )


def revised(payments: Sequence[Payment], earlier: Sequence[Payment]) -> tuple[Payment, ...]:
    """New days for a proposal of several payments: a day that stays keeps its amount, the rest follow in order."""
    left = [p for p in earlier if p.due not in {new.due for new in payments}]
    revised: list[Payment] = []
    for payment in payments:
        stays = next((p for p in earlier if p.due == payment.due), None)
        source = stays or (left.pop(0) if left else None)
        revised.append(with_amount(payment, source) if source else payment)
    return tuple(revised)


def agrees(payment: Payment, offer: Offer) -> bool:
    """Whether what is said repeats a payment of the recap and contradicts none."""
    return any(
        payment.due in (None, p.due) and payment.amount in (None, p.amount) and not (payment.rest and p.amount is None)
        for p in offer.payments
        if p.due is not None
    )


def merged_terms(table: Terms, said: Terms) -> Terms:
    return Terms(
        said.count or table.count,
        said.rhythm or table.rhythm,
        said.each if said.each and "plan" in said.each.rules else table.each or said.each,
        said.first or table.first,
        said.until or table.until,
    )


def single_amount(payments: Sequence[Payment]) -> Payment | None:
    named = [p for p in payments if p.amount is not None]
    return named[0] if len({p.amount for p in named}) == 1 else None


def with_amount(payment: Payment, other: Payment) -> Payment:
    """The payment with the other's amount where it has none of its own."""
    if payment.amount is not None or payment.rest:
        return payment
    return replace(
        payment,
        amount=other.amount,
        currency=other.currency,
        share=other.share,
        rules=(*payment.rules, *other.rules),
        doubtful=payment.doubtful or other.doubtful,
    )


def with_day(payment: Payment, other: Payment) -> Payment:
    if payment.due is not None or other.due is None:
        return payment
    return replace(
        payment,
        due=other.due,
        due_start=other.due_start,
        rules=(*other.rules[:1], *payment.rules),
        conditional=payment.conditional or other.conditional,
    )


def from_offer(payment: Payment, offer: Offer, *, alone: bool, taken: set[date]) -> Payment:
    """What a payment leaves open, from the proposal that it answers; no day that is `taken` already."""
    if payment.amount is None and not payment.rest:
        match = next((p for p in offer.payments if p.due == payment.due and (p.amount is not None or p.rest)), None)
        match = match or (single_amount(offer.payments) if alone else None)
        return with_amount(payment, match) if match else payment
    if payment.due is None and alone:
        match = next((p for p in offer.payments if p.amount == payment.amount and p.due is not None), None)
        days = {p.due: p for p in offer.payments if p.due is not None and p.due not in taken}
        match = match or (next(iter(days.values())) if len(days) == 1 else None)
        return with_day(payment, match) if match else payment
    return payment
