"""What became of promises, by the payments known: pending, kept, part-kept, late, broken, superseded.

The history of one debtor is replayed in order of days. On a day, what was promised comes before what was paid.

- Money goes to the oldest due promise first, each unit once; promises without a day come after those with one.
- A promise is complete when what is missing is within the tolerance. One without amount is complete by a payment of
  at least the account's minimum, and takes all of it.
- Complete up to the grace days after the due day is kept, afterwards late, if within `late_days`.
- One without a day stays open for `open_days`.
- A later call about the same debt makes an earlier pending promise superseded. Where the earlier call left several
  (instalments), a later plan of several replaces the plan; a single later promise replaces the instalment of the same
  day, else the next one due, and the others stand.
- A promise that was broken before the later call stays broken; from then on money goes to what was promised anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from sql.results import PromiseState

_NO_MONEY: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class SettlementPolicy:
    # What a bank fee or a rounding may take off: a share of the amount promised.
    tolerance: Decimal = Decimal("0.01")
    # A transfer on Friday evening is booked on Monday or Tuesday.
    grace_days: int = 3
    # A promise without a day is watched this long.
    open_days: int = 30
    # Money that comes later than this after the due day no longer counts for the promise.
    late_days: int = 60


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise that stands at the end of its call; `order` sorts calls of one day, such as by their start."""

    call_id: str
    position: int
    debtor_id: str
    debt_id: str | None
    made_on: date
    order: str
    due: date | None
    amount: Decimal | None
    currency: str | None
    minimum: Decimal | None


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment; without `debt_id` it counts for any debt of the debtor, without currency for any currency."""

    payment_id: str
    debtor_id: str
    debt_id: str | None
    paid_on: date
    amount: Decimal
    currency: str | None


@dataclass(frozen=True, slots=True)
class Settled:
    call_id: str
    position: int
    state: PromiseState
    paid: Decimal
    settled_on: date | None
    superseded_by: tuple[str, int] | None


@dataclass(slots=True)
class _Open:
    promised: Promised
    deadline: date
    paid: Decimal = _NO_MONEY
    settled_on: date | None = None
    superseded_by: Promised | None = None
    closed: bool = False

    @property
    def takes_money(self) -> bool:
        return self.settled_on is None and self.superseded_by is None and not self.closed


@dataclass(slots=True)
class _Debtor:
    policy: SettlementPolicy
    promises: list[_Open] = field(default_factory=list)

    def promise(self, made: Sequence[Promised]) -> None:
        """One call's promises on one debt: supersedes what they replace, then opens them."""
        first = made[0]
        earlier = [p for p in self.promises if p.takes_money and p.promised.debt_id == first.debt_id]
        grace = timedelta(days=self.policy.grace_days)
        for promise in earlier:
            promise.closed = first.made_on > promise.deadline + grace
        pending = sorted((p for p in earlier if not p.closed), key=_due_order)
        for promise in _replaced(pending, made):
            promise.superseded_by = made[0]
        self.promises.extend(_Open(m, self._deadline(m)) for m in made)

    def pay(self, payment: Paid) -> None:
        left = payment.amount
        last = timedelta(days=self.policy.late_days)
        for promise in sorted(self.promises, key=_due_order):
            if left <= 0:
                return
            if not promise.takes_money or payment.paid_on > promise.deadline + last or not _same(promise, payment):
                continue
            left -= self._credit(promise, left, payment.paid_on)

    def settled(self, as_of: date) -> Iterable[Settled]:
        for promise in self.promises:
            by = promise.superseded_by
            yield Settled(
                promise.promised.call_id,
                promise.promised.position,
                self._state(promise, as_of),
                promise.paid,
                promise.settled_on,
                None if by is None else (by.call_id, by.position),
            )

    def _deadline(self, promised: Promised) -> date:
        return promised.due or promised.made_on + timedelta(days=self.policy.open_days)

    def _credit(self, promise: _Open, money: Decimal, paid_on: date) -> Decimal:
        """Counts money towards a promise; returns how much of it was used."""
        amount = promise.promised.amount
        if amount is None:
            if money < (promise.promised.minimum or _NO_MONEY):
                return _NO_MONEY
            promise.paid, promise.settled_on = money, paid_on
            return money
        used = min(money, amount - promise.paid)
        promise.paid += used
        if promise.paid >= amount * (1 - self.policy.tolerance):
            promise.settled_on = paid_on
        return used

    def _state(self, promise: _Open, as_of: date) -> PromiseState:
        last_day = promise.deadline + timedelta(days=self.policy.grace_days)
        if promise.settled_on is not None:
            return "kept" if promise.settled_on <= last_day else "late"
        if promise.superseded_by is not None:
            return "superseded"
        if as_of <= last_day:
            return "pending"
        return "part_kept" if promise.paid > 0 else "broken"


def settle(
    promises: Iterable[Promised], payments: Iterable[Paid], as_of: date, policy: SettlementPolicy
) -> tuple[Settled, ...]:
    """The state of each promise at the end of a day, by call and position.

    Args:
        promises: Promises that stand at the end of their calls, in any order.
        payments: Payments, in any order; those after `as_of` are not looked at.
        as_of: The day of the judgement.
        policy: Tolerances and days.
    """
    debtors: dict[str, list[Promised | Paid]] = {}
    for promised in promises:
        debtors.setdefault(promised.debtor_id, []).append(promised)
    for paid in payments:
        if paid.debtor_id in debtors and paid.paid_on <= as_of:
            debtors[paid.debtor_id].append(paid)
    settled = (s for events in debtors.values() for s in _replay(events, as_of, policy))
    return tuple(sorted(settled, key=lambda s: (s.call_id, s.position)))


def _replay(events: Sequence[Promised | Paid], as_of: date, policy: SettlementPolicy) -> Iterable[Settled]:
    debtor = _Debtor(policy)
    made: list[Promised] = []
    for event in [*sorted(events, key=_event_order), None]:
        if made and (not isinstance(event, Promised) or _call_and_debt(event) != _call_and_debt(made[0])):
            debtor.promise(made)
            made = []
        if isinstance(event, Promised):
            made.append(event)
        elif event is not None:
            debtor.pay(event)
    return debtor.settled(as_of)


def _event_order(event: Promised | Paid) -> tuple[date, int, str, str, int]:
    if isinstance(event, Promised):
        return event.made_on, 0, event.order, event.call_id, event.position
    return event.paid_on, 1, event.payment_id, "", 0


def _call_and_debt(promised: Promised) -> tuple[str, str | None]:
    return promised.call_id, promised.debt_id


def _due_order(promise: _Open) -> tuple[bool, date, date, str, str, int]:
    p = promise.promised
    return p.due is None, p.due or date.max, p.made_on, p.order, p.call_id, p.position


def _same(promise: _Open, payment: Paid) -> bool:
    """Whether a payment may count for a promise: not of another debt, not in another currency."""
    promised = promise.promised
    debts = {promised.debt_id, payment.debt_id} - {None}
    currencies = {promised.currency, payment.currency} - {None}
    return len(debts) <= 1 and len(currencies) <= 1


def _replaced(pending: Sequence[_Open], made: Sequence[Promised]) -> Iterable[_Open]:
    """Which pending promises of earlier calls a later call's promises replace; `pending` by due day."""
    plans: dict[str, list[_Open]] = {}
    for promise in pending:
        plans.setdefault(promise.promised.call_id, []).append(promise)
    for plan in plans.values():
        if len(plan) == 1 or len(made) > 1:
            yield from plan
        else:
            same_day = [p for p in plan if p.promised.due is not None and p.promised.due == made[0].due]
            yield (same_day or plan)[0]
