"""One turn -> the payments it names: its due dates and amounts, paired."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipeline.amount_context import payable_amounts
from pipeline.amounts import AmountContext, AmountMatch
from pipeline.countries import CURRENCY_OF
from pipeline.date_context import judge_dates
from pipeline.dates import DateMatch, read_times
from pipeline.numbers import find_numbers
from pipeline.parse import claimed_spans
from pipeline.tokens import tokenize
from pipeline.types import Account


@dataclass(frozen=True, slots=True)
class Payment:
    """A date, an amount, or both. `rest` stands for what other payments leave of the balance."""

    due: date | None
    due_start: date | None
    amount: Decimal | None
    currency: str | None
    rules: tuple[str, ...]
    doubtful: bool
    rest: bool
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class TurnPayments:
    """Payments of one turn in the order they are said."""

    payments: tuple[Payment, ...]

    @property
    def found(self) -> bool:
        return bool(self.payments)


def read_payments(text: str, account: Account, said_on: date) -> TurnPayments:
    """Payments that a turn names, whether proposed, promised or recapped."""
    tokens = tokenize(text)
    numbers = find_numbers(tokens, country=account.country)
    found = read_times(tokens, numbers, said_on, account.country)
    dues = sorted((d.match for d in judge_dates(text, found, said_on)), key=lambda m: m.start)
    context = AmountContext(
        account.country,
        account.currency or CURRENCY_OF.get(account.country, ""),
        account.balance,
        account.minimum_payment,
    )
    amounts = payable_amounts(text, context, taken=claimed_spans(found), tokens=tokens, numbers=numbers)
    return TurnPayments(tuple(_payment(d, a) for d, a in _paired(dues, amounts)))


def _paired(
    dues: Sequence[DateMatch], amounts: Sequence[AmountMatch]
) -> list[tuple[DateMatch | None, AmountMatch | None]]:
    """Dates with amounts: one to one in order, one amount for every date, or each with the nearest."""
    if not dues:
        return [(None, amount) for amount in amounts]
    if not amounts:
        return [(due, None) for due in dues]
    if len(dues) == len(amounts):
        return list(zip(dues, amounts, strict=True))
    if len(amounts) == 1:
        return [(due, amounts[0]) for due in dues]
    if len(dues) == 1:
        nearest = min(amounts, key=lambda a: max(a.start - dues[0].end, dues[0].start - a.end))
        return [(dues[0], nearest)]
    return [(due, min(amounts, key=lambda a: max(a.start - due.end, due.start - a.end))) for due in dues]


def _payment(due: DateMatch | None, amount: AmountMatch | None) -> Payment:
    matches = [m for m in (due, amount) if m is not None]
    return Payment(
        due=due.date if due else None,
        due_start=due.period_start if due else None,
        amount=amount.value if amount else None,
        currency=amount.currency if amount else None,
        rules=tuple(m.rule for m in matches),
        doubtful=any(m.doubtful for m in matches),
        rest=amount is not None and amount.rule == "rest",
        spans=tuple((m.start, m.end) for m in matches),
    )
