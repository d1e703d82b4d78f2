"""Every date that a Spanish utterance names, with the day it is dated on.

`find_dates` resolves expressions; which of them is the due date of a payment is `pipeline.date_context`'s
to say. Days follow the annotation guidelines, «Promises of the call».
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline import date_periods, date_spans  # noqa: F401 - their rules join the layer of days
from pipeline.date_days import DAYS
from pipeline.date_grammar import Item, Scan, scan_items
from pipeline.date_joins import BOUNDS, OFFSETS, RANGES, count_from_days_before, name_quincenas, share_the_month
from pipeline.date_lexicon import anchors, known_word
from pipeline.date_patterns import kind_class
from pipeline.date_references import CLOCKS, REFERENCES
from pipeline.date_values import Clock, Day
from pipeline.numbers import NumberMatch, find_numbers
from pipeline.tokens import Token, tokenize

_TRIGGER_KINDS = (
    "WEEKDAY WEEKDAY_SHORT MONTH MONTH_SHORT RELATIVE RELATIVE_DOUBTFUL NOW PAST_DAY HOLIDAY HOLIDAY_NAME MANANA "
    "WEEK WEEKEND MES YEARU DAYU HOURU MINUTEU QUINCENA QUARTERU HALFYEARU DAY_NUMBER HOUR ORDINAL_DAY DOTTED "
    "DECIMAL NOON PARTNAME FERIADO LASTPAST MIDDLE YEAR FIRST LAST FIRSTS FIN MONTH_END"
).split()
_TRIGGER_SET = frozenset(_TRIGGER_KINDS)
_TRIGGERS = frozenset("".join(kind_class(kind)[1:-1] for kind in _TRIGGER_KINDS))


_BEFORE_ONE = frozenset({"la", "el", "las", "dia", "al", "del"})


@lru_cache(maxsize=65536)
def _may_date(word: str) -> bool:
    """Whether no date or time is without such a word: it is in a phrase of a trigger's kind, or is a figure."""
    needed = anchors(_TRIGGER_SET)
    return word[-1].isdecimal() or word in needed or known_word(word) in needed


@dataclass(frozen=True, slots=True)
class DateMatch:
    """A date expression in an utterance.

    Attributes:
        start: First character of the expression in the text.
        end: Character after it.
        date: The day it is dated on; None for what names none («cada quincena», «la quincena pasada»).
        period_start: First day of the period that it names, None for a day.
        rule: Stable name of the guideline rule.
        doubtful: Another reading is near (weekday and number do not match, «o», «como el»).
        first: First of its tokens.
        last: Token after it.
    """

    start: int
    end: int
    date: datetime.date | None
    period_start: datetime.date | None
    rule: str
    doubtful: bool
    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class ClockMatch:
    """A time of the day in an utterance; its tokens are `first` to before `last`."""

    start: int
    end: int
    clock: Clock
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Found:
    """Numbers, dates and times of one utterance, found in one pass over its tokens."""

    tokens: tuple[Token, ...]
    numbers: tuple[NumberMatch, ...]
    dates: tuple[DateMatch, ...]
    clocks: tuple[ClockMatch, ...]


def read_times(
    tokens: tuple[Token, ...],
    numbers: Sequence[NumberMatch],
    said_on: datetime.date,
    country: str,
) -> Found:
    """Dates and times of an utterance already split into tokens and numbers."""
    if not any(map(_may_date, [token.text for token in tokens])) and not _may_be_days(tokens, numbers):
        return Found(tokens, tuple(numbers), (), ())
    scan = scan_items(tokens, numbers, said_on, country)
    if _TRIGGERS.isdisjoint(scan.string):
        return Found(tokens, tuple(numbers), (), ())
    for layer in (CLOCKS, REFERENCES, DAYS, OFFSETS, RANGES, BOUNDS):
        layer.reduce(scan)
    share_the_month(scan)
    count_from_days_before(scan)
    name_quincenas(scan)
    dates = tuple([_match(scan, item) for item in scan.items if "DAY" in item.values])
    clocks = tuple(
        [
            ClockMatch(tokens[i.first].start, tokens[i.last - 1].end, i.values["CLOCK"], i.first, i.last)
            for i in scan.items
            if "CLOCK" in i.values
        ]
    )
    return Found(tokens, tuple(numbers), dates, clocks)


def _may_be_days(tokens: Sequence[Token], numbers: Sequence[NumberMatch]) -> bool:
    """Whether one of the numbers may be a day or an hour; «un», «una» are but articles, save in «la una»."""
    return any(
        not number.article or (number.first > 0 and tokens[number.first - 1].text in _BEFORE_ONE) for number in numbers
    )


def _match(scan: Scan, item: Item) -> DateMatch:
    day: Day = item.values["DAY"]
    return DateMatch(
        start=scan.tokens[item.first].start,
        end=scan.tokens[item.last - 1].end,
        date=day.due,
        period_start=day.start,
        rule=day.rule,
        doubtful=day.doubtful,
        first=item.first,
        last=item.last,
    )


def find_dates(text: str, said_on: datetime.date, *, country: str) -> tuple[DateMatch, ...]:
    """Every date expression of an utterance, due or not, in order and without overlaps.

    Args:
        text: What was said.
        said_on: Local calendar day of the call.
        country: ISO 3166 code; feasts differ by country.
    """
    tokens = tokenize(text)
    return read_times(tokens, find_numbers(tokens, country=country), said_on, country).dates
