"""Every day and sum of an utterance, what the rules choose of them to be paid, and what they say of the others."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from pipeline.amount_clauses import Utterance
from pipeline.amount_context import NO_AMOUNTS, JudgedAmounts, judge_amounts
from pipeline.amounts import AmountContext, AmountMatch, read_amounts, taken_tokens
from pipeline.date_clauses import Clause, split_clauses
from pipeline.date_context import JudgedDates, judge_dates
from pipeline.dates import DateMatch, Found, read_times
from pipeline.numbers import find_numbers
from pipeline.tokens import Token, tokenize
from pipeline.unreal import unreal_tokens


@dataclass(frozen=True, slots=True)
class ParseRequest:
    """What was said, when and where, and what the account knows; None where it does not."""

    text: str
    said_on: datetime.date
    country: str
    currency: str
    balance: Decimal | None = None
    minimum_payment: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rules found in an utterance, and all that they chose from.

    Attributes:
        tokens: The utterance.
        found: Its numbers, days and times.
        clauses: Its clauses; none where nothing was found.
        named: Every sum, whatever it is for.
        days: What the rules make of the days.
        amounts: What they make of the sums.
    """

    tokens: tuple[Token, ...]
    found: Found
    clauses: tuple[Clause, ...]
    named: tuple[AmountMatch, ...]
    days: JudgedDates
    amounts: JudgedAmounts

    @property
    def day(self) -> DateMatch | None:
        """The day that the rules take for the one to be paid on."""
        return self.days.due[0].match if self.days.due else None

    @property
    def amount(self) -> AmountMatch | None:
        """The sum that the rules take for the one to be paid."""
        return self.amounts.payable[0] if self.amounts.payable else None

    def days_from(self, first: datetime.date) -> tuple[DateMatch, ...]:
        """Every day on which something can be paid: none before `first`."""
        return tuple([match for match in self.found.dates if match.date is not None and match.date >= first])

    def sums(self) -> tuple[AmountMatch, ...]:
        """Every sum whose value is known."""
        return tuple([match for match in self.named if match.value is not None])


def read_utterance(request: ParseRequest) -> Reading:
    """Every day and sum of an utterance, and what the rules choose of them."""
    text, said_on = request.text, request.said_on
    tokens = tokenize(text)
    numbers = find_numbers(tokens, country=request.country)
    found = read_times(tokens, numbers, said_on, request.country)
    context = AmountContext(request.country, request.currency, request.balance, request.minimum_payment)
    touched = taken_tokens(tokens, claimed_spans(found))
    named = read_amounts(tokens, context, touched, numbers)
    unreal = unreal_tokens(text, tokens) if found.dates or numbers or named else bytearray()
    amounts = NO_AMOUNTS
    if named:
        amounts = judge_amounts(Utterance(text, tokens, numbers, named, touched), context, unreal)
    clauses = split_clauses(text, found) if named or found.dates or found.clocks else None
    paid = [(match.first, match.last) for match in amounts.payable]
    days = judge_dates(text, found, said_on, unreal=unreal, paid=paid, split=clauses)
    return Reading(tokens, found, clauses or (), named, days, amounts)


def claimed_spans(found: Found) -> tuple[tuple[int, int], ...]:
    """Character spans that dates and times claim, so that their numbers are no amounts."""
    return tuple([(day.start, day.end) for day in found.dates] + [(clock.start, clock.end) for clock in found.clocks])
