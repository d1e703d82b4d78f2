"""What became of promises: cases worked out with a calendar, and money that is never counted twice."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sql.settle import Paid, Promised, Settled, SettlementPolicy, settle

POLICY = SettlementPolicy(tolerance=Decimal("0.01"), grace_days=3, open_days=30, late_days=60)
MADE = date(2026, 3, 2)
DUE = date(2026, 3, 13)


def promised(
    call_id: str = "c1",
    position: int = 0,
    made_on: date = MADE,
    due: date | None = DUE,
    amount: int | None = 1000,
    debt_id: str | None = "K-1",
    currency: str | None = "MXN",
    minimum: int | None = 300,
) -> Promised:
    return Promised(
        call_id,
        position,
        "D-1",
        debt_id,
        made_on,
        "10:00",
        due,
        None if amount is None else Decimal(amount),
        currency,
        None if minimum is None else Decimal(minimum),
    )


def paid(
    day: date, amount: float, payment_id: str = "p1", debt_id: str | None = "K-1", currency: str | None = "MXN"
) -> Paid:
    return Paid(payment_id, "D-1", debt_id, day, Decimal(str(amount)), currency)


def states(promises: list[Promised], payments: list[Paid], as_of: date) -> list[tuple[str, Decimal]]:
    return [(s.state, s.paid) for s in settle(promises, payments, as_of, POLICY)]


@pytest.mark.parametrize(
    ("payments", "as_of", "state", "money"),
    [
        ([], date(2026, 3, 16), "pending", 0),  # the last day of grace
        ([], date(2026, 3, 17), "broken", 0),
        ([paid(date(2026, 3, 10), 1000)], date(2026, 3, 10), "kept", 1000),
        ([paid(date(2026, 3, 16), 1000)], date(2026, 4, 1), "kept", 1000),
        ([paid(date(2026, 3, 17), 1000)], date(2026, 4, 1), "late", 1000),
        ([paid(date(2026, 5, 12), 1000)], date(2026, 6, 1), "late", 1000),  # 60 days after
        ([paid(date(2026, 5, 13), 1000)], date(2026, 6, 1), "broken", 0),
        ([paid(date(2026, 3, 10), 990)], date(2026, 3, 10), "kept", 990),  # within 1 %
        ([paid(date(2026, 3, 10), 989)], date(2026, 3, 16), "pending", 989),
        ([paid(date(2026, 3, 10), 989)], date(2026, 3, 17), "part_kept", 989),
        ([paid(MADE - timedelta(days=1), 1000)], date(2026, 3, 17), "broken", 0),  # paid before it was promised
        ([paid(MADE, 1000)], date(2026, 3, 17), "kept", 1000),  # paid during the call
        ([paid(date(2026, 3, 20), 1000)], date(2026, 3, 17), "broken", 0),  # not known on that day
        ([paid(date(2026, 3, 10), 1000, currency="USD")], date(2026, 3, 17), "broken", 0),
        ([paid(date(2026, 3, 10), 1000, currency=None)], date(2026, 3, 17), "kept", 1000),
        ([paid(date(2026, 3, 10), 1000, debt_id="K-2")], date(2026, 3, 17), "broken", 0),
        ([paid(date(2026, 3, 10), 1000, debt_id=None)], date(2026, 3, 17), "kept", 1000),
        (
            [paid(date(2026, 3, 10), 600, "a"), paid(date(2026, 3, 15), 600, "b")],
            date(2026, 3, 17),
            "kept",
            1000,
        ),
    ],
)
def test_one_promise(payments: list[Paid], as_of: date, state: str, money: int) -> None:
    assert states([promised()], payments, as_of) == [(state, Decimal(money))]


def test_without_amount_any_payment_of_the_minimum_keeps_it() -> None:
    open_amount = [promised(amount=None)]
    assert states(open_amount, [paid(date(2026, 3, 10), 299)], DUE) == [("pending", Decimal(0))]
    assert states(open_amount, [paid(date(2026, 3, 10), 300)], DUE) == [("kept", Decimal(300))]


def test_without_date_it_stays_open_for_thirty_days() -> None:
    undated = [promised(due=None)]
    assert states(undated, [], date(2026, 4, 4)) == [("pending", Decimal(0))]  # 2 March + 30 days + 3 of grace
    assert states(undated, [], date(2026, 4, 5)) == [("broken", Decimal(0))]


def test_oldest_due_promise_is_paid_first() -> None:
    later_due, earlier_due = promised(position=0, due=date(2026, 3, 20)), promised(position=1, due=DUE)
    assert states([later_due, earlier_due], [paid(date(2026, 3, 10), 1200)], date(2026, 3, 12)) == [
        ("pending", Decimal(200)),
        ("kept", Decimal(1000)),
    ]


def test_later_call_supersedes_what_is_pending() -> None:
    later = promised("c2", made_on=date(2026, 3, 9), due=date(2026, 3, 20))
    first, second = settle([promised(), later], [paid(date(2026, 3, 20), 1000)], date(2026, 3, 25), POLICY)
    assert first == Settled("c1", 0, "superseded", Decimal(0), None, ("c2", 0))
    assert (second.state, second.paid, second.settled_on) == ("kept", Decimal(1000), date(2026, 3, 20))


def test_later_call_on_another_debt_supersedes_nothing() -> None:
    other = promised("c2", made_on=date(2026, 3, 9), debt_id="K-2")
    assert [s for s, _ in states([promised(), other], [], date(2026, 3, 10))] == ["pending", "pending"]


def test_kept_and_broken_promises_are_not_superseded() -> None:
    kept_first = states(
        [promised(), promised("c2", made_on=date(2026, 3, 11), due=date(2026, 3, 20))],
        [paid(date(2026, 3, 10), 1000)],
        date(2026, 3, 12),
    )
    assert [s for s, _ in kept_first] == ["kept", "pending"]
    renewed = states(
        [promised(), promised("c2", made_on=date(2026, 3, 20), due=date(2026, 3, 27))],
        [paid(date(2026, 3, 26), 1000)],
        date(2026, 3, 27),
    )
    assert renewed == [("broken", Decimal(0)), ("kept", Decimal(1000))], "money goes to what was promised anew"


def test_instalments_stand_beside_each_other() -> None:
    plan = [promised(position=i, due=date(2026, 3 + i, 13)) for i in range(3)]
    assert [s for s, _ in states(plan, [paid(date(2026, 3, 13), 1000)], date(2026, 3, 20))] == [
        "kept",
        "pending",
        "pending",
    ]


def test_single_later_promise_replaces_one_instalment() -> None:
    plan = [promised(position=i, due=date(2026, 3 + i, 13)) for i in range(3)]
    moved = promised("c2", made_on=date(2026, 3, 12), due=date(2026, 3, 18))
    assert [s for s, _ in states([*plan, moved], [], date(2026, 3, 13))] == [
        "superseded",
        "pending",
        "pending",
        "pending",
    ]
    confirmed = promised("c2", made_on=date(2026, 3, 12), due=date(2026, 4, 13))
    assert [s for s, _ in states([*plan, confirmed], [], date(2026, 3, 13))] == [
        "pending",
        "superseded",
        "pending",
        "pending",
    ]


def test_new_plan_replaces_the_old_plan() -> None:
    plan = [promised(position=i, due=date(2026, 3 + i, 13)) for i in range(2)]
    new = [promised("c2", i, date(2026, 3, 10), date(2026, 4 + i, 1)) for i in range(2)]
    assert [s for s, _ in states([*plan, *new], [], date(2026, 3, 13))] == ["superseded"] * 2 + ["pending"] * 2


DAYS = st.integers(0, 90).map(lambda n: MADE + timedelta(days=n))
PROMISES = st.lists(
    st.builds(
        promised,
        call_id=st.sampled_from(["c1", "c2", "c3"]),
        made_on=DAYS,
        due=st.none() | DAYS,
        amount=st.none() | st.integers(1, 3000),
        debt_id=st.sampled_from(["K-1", "K-2", None]),
    ),
    max_size=6,
)
PAYMENTS = st.lists(
    st.builds(paid, day=DAYS, amount=st.integers(1, 3000), debt_id=st.sampled_from(["K-1", "K-2", None])),
    max_size=6,
)


def numbered(promises: list[Promised], payments: list[Paid]) -> tuple[list[Promised], list[Paid]]:
    return (
        [replace(p, position=i) for i, p in enumerate(promises)],
        [replace(p, payment_id=f"p{i}") for i, p in enumerate(payments)],
    )


@given(PROMISES, PAYMENTS, st.randoms(), DAYS)
def test_money_is_counted_once_and_order_does_not_matter(
    promises: list[Promised], payments: list[Paid], random: Random, as_of: date
) -> None:
    promises, payments = numbered(promises, payments)
    settled = settle(promises, payments, as_of, POLICY)
    assert len(settled) == len(promises)
    assert sum(s.paid for s in settled) <= sum(p.amount for p in payments if p.paid_on <= as_of)
    for debt in ("K-1", "K-2"):
        ours = {(p.call_id, p.position) for p in promises if p.debt_id == debt}
        may = sum(p.amount for p in payments if p.debt_id in {debt, None} and p.paid_on <= as_of)
        assert sum(s.paid for s in settled if (s.call_id, s.position) in ours) <= may
    by_place = {(p.call_id, p.position): p for p in promises}
    for s in settled:
        amount = by_place[s.call_id, s.position].amount
        assert amount is None or s.paid <= amount
        assert (s.state in {"kept", "late"}) is (s.settled_on is not None)
        assert (s.state == "superseded") <= (s.superseded_by is not None)
    random.shuffle(promises)
    random.shuffle(payments)
    assert settle(promises, payments, as_of, POLICY) == settled
