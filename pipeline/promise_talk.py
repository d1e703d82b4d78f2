"""The state of a call while it is read: what is on the table, what was brought up, what stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from pipeline.payments import Known, Payment, Terms, TurnPayments
from pipeline.promise_cues import has_phrase
from pipeline.promise_ledger import Ledger, entry_of
from pipeline.promise_offers import Offer, with_amount
from pipeline.types import Account, Turn


@dataclass(slots=True)
class Table:
    """The state of the talk."""

    offer: Offer | None = None
    pending: Offer | None = None
    topic: Payment | None = None
    topic_turn: int = -1
    heard_days: frozenset[date] = frozenset()
    adds: bool = False
    vague: bool = False
    recapped: list[tuple[int, date]] = field(default_factory=list)
    each: Payment | None = None
    down: Payment | None = None
    terms: Terms = field(default_factory=Terms)
    terms_turns: tuple[int, ...] = ()
    totals: list[tuple[int, Decimal, bool]] = field(default_factory=list)
    asked: Payment | None = None
    days: set[date] = field(default_factory=set)
    amounts: set[Decimal] = field(default_factory=set)


_REACH = 6
"""Turns after a promise within which "aprobado" is of its payment."""


class Talk:
    """One call: its account, its table, its ledger."""

    def __init__(self, account: Account, said_on: date) -> None:
        self.account = account
        self.said_on = said_on
        self.ledger = Ledger()
        self.table = Table()
        self.table.amounts |= {value for value in (account.balance, account.minimum_payment) if value}

    def known(self) -> Known:
        amounts = set(self.table.amounts)
        live = self.ledger.live()
        paid = sum((e.amount for e in live if e.amount is not None), Decimal(0))
        for base in [self.account.balance, *(value for _, value, _ in self.table.totals[-3:])]:
            if base is not None and 0 < paid < base:
                amounts.add(base - paid)
        if self.account.balance:
            amounts.add(self.account.balance / 2)
        agreed = {e.due for e in live if e.due}
        if self.table.pending is not None:
            agreed |= {p.due for p in self.table.pending.payments if p.due}
        return Known(frozenset(self.table.days), frozenset(amounts), frozenset(agreed))

    def remember(self, turn: Turn, reading: TurnPayments) -> None:
        table = self.table
        self._notice_payment(turn, reading)
        table.days |= {p.due for p in reading.payments if p.due}
        table.amounts |= {p.amount for p in reading.sums if p.amount}
        if turn.role == "agent":
            table.heard_days = reading.named
            table.totals += [
                (turn.index, p.amount, p.sentence in reading.totals) for p in reading.sums if p.amount is not None
            ]
            claims = (self.account.minimum_payment, self.account.balance)
            named = [p for claim in claims for p in reading.sums if p.amount == claim]
            table.asked = named[0] if named else table.asked

    def _notice_payment(self, turn: Turn, reading: TurnPayments) -> None:
        """A payment that goes through while they speak: "aprobado", "ya salió", "operación exitosa"."""
        if not has_phrase(reading.tokens, "paying", "done"):
            return
        for i in self.ledger.standing():
            entry = self.ledger.entries[i]
            is_recent = 0 <= turn.index - entry.touched <= _REACH
            if entry.due == self.said_on or (entry.due is None and not entry.conditional and is_recent):
                self.ledger.entries[i] = replace(entry, due=self.said_on, rules=("paid_on_call",))

    def adopt_pending(self) -> None:
        """A recap that nobody objected to settles what stands."""
        pending, self.table.pending = self.table.pending, None
        if pending is not None and self.ledger.live():
            self.adopt(pending, ())

    def adopt(
        self, offer: Offer, by_turns: tuple[int, ...], turn: Turn | None = None, *, conditional: bool = False
    ) -> None:
        """A proposal or recap taken up as it stands."""
        table = self.table
        payments = list(offer.payments)
        if table.topic is not None and len(payments) == 1 and payments[0].amount is None:
            payments = [with_amount(payments[0], table.topic)]
        elif len(payments) > 1 and table.each is not None:
            payments = self.with_each(payments)
        if offer.is_recap and any(p.is_complete for p in payments):
            payments = [p for p in payments if p.due is not None or p.conditional]
        live = self.ledger.live()
        role = turn.role if turn else (live[-1].by if live else "debtor")
        entries = [
            entry_of(replace(p, conditional=p.conditional or conditional), (*offer.turns, *by_turns), role, offer.last)
            for p in payments
        ]
        entries = [replace(e, silent=not by_turns) for e in entries]
        adds = offer.adds or (table.topic is not None and not offer.is_recap) or self.is_remainder(payments)
        whole = offer.is_recap and bool(live)
        self.ledger.take(entries, adds=adds, whole=whole, named=offer.named, room=self.account.balance)
        if whole and all(e.is_complete and e.share == "fixed" for e in entries if not e.conditional):
            self.ledger.leave_out(
                entries,
                undated=all(p.due is not None for p in offer.payments),
                kept=offer.named,
                agreed={day for index, day in table.recapped if index < offer.turns[0]} | {self.said_on},
            )

    def with_each(self, own: list[Payment]) -> list[Payment]:
        each = self.table.each
        if each is None or not all(p.amount is None for p in own if not p.rest):
            return own
        return [p if p.rest and len(own) == 1 else with_amount(p, each) if p.due is not None else p for p in own]

    def is_remainder(self, payments: Sequence[Payment]) -> bool:
        """Whether the payments are just what those that stand leave of a total that was named."""
        new = sum((p.amount for p in payments if p.amount is not None), Decimal(0))
        stood = sum((e.amount for e in self.ledger.live() if e.amount is not None), Decimal(0))
        totals = {self.account.balance, *(value for _, value, _ in self.table.totals)}
        return new > 0 and stood > 0 and new + stood in totals and new != stood
