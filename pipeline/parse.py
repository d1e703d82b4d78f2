"""Due date and amount of one utterance, with the rule that read each: what `palabra parse` prints.

Numbers, dates and amounts are found in one pass over the same tokens; dates claim their words first, so
that «el 15» is no amount.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from pipeline.amount_context import payable_amounts
from pipeline.amounts import AmountContext, AmountMatch, find_amounts
from pipeline.countries import CURRENCY_OF
from pipeline.date_context import judge_dates
from pipeline.dates import DateMatch, Found, read_times
from pipeline.numbers import find_numbers
from pipeline.payment_choice import chosen
from pipeline.payment_sense import PaymentSense, features_of
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
class Parsed:
    """The payment that an utterance names.

    Attributes:
        date: Day it is due, None where none is named.
        start: First day of the period where the expression names one («esta semana»), else None.
        amount: In `currency`, None where none is named.
        currency: ISO 4217 of the amount, None without one.
        rule: Names of the date's and the amount's rules, joined by "+"; None where nothing was found.
        doubtful: Either has another reading that is near, or stands as what is to be paid seldom does.
        date_match: The date expression.
        amount_match: The money expression.
    """

    date: datetime.date | None
    start: datetime.date | None
    amount: Decimal | None
    currency: str | None
    rule: str | None
    doubtful: bool
    date_match: DateMatch | None = None
    amount_match: AmountMatch | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the rules found in an utterance, and all that they chose from."""

    tokens: tuple[Token, ...]
    found: Found
    named: tuple[AmountMatch, ...]
    day: DateMatch | None
    amount: AmountMatch | None


def _read(request: ParseRequest) -> _Reading:
    tokens = tokenize(request.text)
    numbers = find_numbers(tokens, country=request.country)
    found = read_times(tokens, numbers, request.said_on, request.country)
    unreal = unreal_tokens(request.text, tokens) if found.dates or numbers else None
    context = AmountContext(request.country, request.currency, request.balance, request.minimum_payment)
    taken = claimed_spans(found)
    named = find_amounts(tokens, context, taken=taken, numbers=numbers)
    amounts = payable_amounts(
        request.text, context, taken=taken, tokens=tokens, numbers=numbers, unreal=unreal, named=named
    )
    paid = [(match.first, match.last) for match in amounts]
    dues = judge_dates(request.text, found, request.said_on, unreal=unreal, paid=paid)
    return _Reading(tokens, found, named, dues[0].match if dues else None, amounts[0] if amounts else None)


def claimed_spans(found: Found) -> tuple[tuple[int, int], ...]:
    """Character spans that dates and times claim, so that their numbers are no amounts."""
    return tuple([(day.start, day.end) for day in found.dates] + [(clock.start, clock.end) for clock in found.clocks])


def parse(request: ParseRequest, sense: PaymentSense | None = None) -> Parsed:
    """Due date and amount of an utterance.

    Args:
        request: What was said.
        sense: Weighs what the rules chose against all that was named; without it their choice stands.
    """
    reading = _read(request)
    day, money, is_unsure = reading.day, reading.amount, False
    if sense is not None:
        day, money, is_unsure = _sensed(reading, request.said_on, sense)
    rules = [match.rule for match in (day, money) if match is not None]
    return Parsed(
        date=None if day is None else day.date,
        start=None if day is None else day.period_start,
        amount=None if money is None else money.value,
        currency=None if money is None or money.value is None else money.currency,
        rule="+".join(rules) or None,
        doubtful=is_unsure or (day is not None and day.doubtful) or (money is not None and money.doubtful),
        date_match=day,
        amount_match=money,
    )


def _sensed(
    reading: _Reading, said_on: datetime.date, sense: PaymentSense
) -> tuple[DateMatch | None, AmountMatch | None, bool]:
    """Day and sum after the sense has weighed them, and whether a person should confirm either."""
    seen = partial(features_of, reading.tokens, reading.found.numbers)
    days = [match for match in reading.found.dates if match.date is not None and match.date >= said_on]
    known = [match for match in reading.named if match.value is not None]
    day, day_unsure = chosen(reading.day, days, sense.day, seen)
    money, money_unsure = chosen(reading.amount, known, sense.amount, seen)
    return day, money, day_unsure or money_unsure


def _number(record: dict[str, Any], field: str) -> Decimal | None:
    value = record.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{field}: a number or null expected, {type(value).__name__} found; write 1250.5 or null")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{field}: a number expected, other text found; write 1250.5 or null") from None
    if not number.is_finite():
        raise ValueError(f"{field}: a finite number expected; write 1250.5 or null")
    return number


def _text(record: dict[str, Any], field: str, default: str | None = None) -> str:
    value = record.get(field)
    if value is None:
        value = default
    if not isinstance(value, str):
        found = "nothing" if value is None else type(value).__name__
        raise ValueError(f'{field}: text expected, {found} found; add "{field}": "…" to the line')
    return value


def read_request(line: str) -> ParseRequest:
    """One line of JSON as a request.

    Raises:
        ValueError: The line is no JSON object or a field is missing or of another type; the message says
            what was expected, what was found and what to do, never what the line holds.
    """
    try:
        record = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        raise ValueError("a JSON object on one line expected, other text found; write one object a line") from None
    if not isinstance(record, dict):
        raise ValueError(f"a JSON object expected, {type(record).__name__} found; write one object a line")
    day = _text(record, "said_on")
    try:
        said_on = datetime.date.fromisoformat(day[:10])
    except ValueError:
        raise ValueError("said_on: a day as 2026-03-12 expected, other text found; write year-month-day") from None
    country = _text(record, "country", "").upper()
    return ParseRequest(
        text=_text(record, "text"),
        said_on=said_on,
        country=country,
        currency=_text(record, "currency", CURRENCY_OF.get(country, "")).upper(),
        balance=_number(record, "balance"),
        minimum_payment=_number(record, "minimum_payment"),
    )


def _plain(amount: Decimal | None) -> int | float | None:
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def parse_line(line: str, sense: PaymentSense | None = None) -> str:
    """One line of JSON in, one out: {date, start, amount, currency, rule, doubtful}, or {error}."""
    try:
        found = parse(read_request(line), sense)
    except ValueError as error:
        return json.dumps({"error": str(error)}, ensure_ascii=False)
    answer = {
        "date": None if found.date is None else found.date.isoformat(),
        "start": None if found.start is None else found.start.isoformat(),
        "amount": _plain(found.amount),
        "currency": found.currency,
        "rule": found.rule,
        "doubtful": found.doubtful,
    }
    return json.dumps(answer, ensure_ascii=False)
