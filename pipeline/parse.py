"""Due date and amount of one utterance, with the rule that read each: what `palabra parse` prints.

Numbers, dates and amounts are found in one pass over the same tokens; dates claim their words first, so
that «el 15» is no amount.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from pipeline.amounts import AmountMatch
from pipeline.countries import CURRENCY_OF
from pipeline.dates import DateMatch
from pipeline.payment_choice import weighed
from pipeline.payment_reading import ParseRequest, read_utterance
from pipeline.payment_sense import PaymentSense
from pipeline.payment_view import PaymentView

__all__ = ["ParseRequest", "Parsed", "parse", "parse_line", "read_request"]


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


def parse(request: ParseRequest, sense: PaymentSense | None = None) -> Parsed:
    """Due date and amount of an utterance.

    Args:
        request: What was said.
        sense: Weighs what the rules chose against all that was named; without it their choice stands.
    """
    reading = read_utterance(request)
    day, money, is_unsure = reading.day, reading.amount, False
    if sense is not None and (reading.found.dates or reading.days.due or reading.named):
        view = PaymentView(reading, request.said_on)
        days = weighed(reading.day, reading.days_from(request.said_on), sense.day, view.of_day)
        sums = weighed(reading.amount, reading.sums(), sense.amount, view.of_sum)
        day, day_is_unsure = days.chosen(sums.places)
        money, money_is_unsure = sums.chosen(days.places)
        is_unsure = day_is_unsure or money_is_unsure
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
