"""One turn -> the days and amounts that it mentions and that may be due, the sure and the unsure.

The grammars of single utterances judge what stands beside a word of paying. In a call more is known: a bare "el 15"
repeats the agreed day, "ciento doce" the amount on the table, "15 y 30 de noviembre" are two days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from pipeline.amount_context import payable_amounts
from pipeline.amounts import AmountContext, AmountMatch, find_amounts, in_thousands
from pipeline.countries import CURRENCY_OF
from pipeline.date_context import judge_dates
from pipeline.dates import DateMatch, Found, read_times
from pipeline.numbers import NumberMatch, find_numbers
from pipeline.payment_reading import claimed_spans
from pipeline.promise_cues import find_phrases, has_phrase, sentence_bounds
from pipeline.tokens import Token, tokenize
from pipeline.types import Account

Share = Literal["fixed", "part", "rest", "same"]

_LARGEST_DAY = 31
_TWO_MONTHS = 62
_LISTING = frozenset({",", "y", "e", "de", "en", "del"})
_LEAST_SHARE = Decimal("0.004")
_LEAST_MINIMUM = Decimal("0.05")
_MOST_SHARE = Decimal("1.2")


@dataclass(frozen=True, slots=True)
class Known:
    """Values that the call has brought up: what an unsure mention is checked against."""

    days: frozenset[date] = frozenset()
    amounts: frozenset[Decimal] = frozenset()
    agreed: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class DayMention:
    """A day; `strength` as `judge_dates` gives it, 0 where no word of paying supports it."""

    match: DateMatch
    sure: bool
    strength: int = 0


@dataclass(frozen=True, slots=True)
class SumMention:
    """An amount mention; `match` is None for "lo mismo"."""

    start: int
    end: int
    value: Decimal | None
    share: Share
    sure: bool
    match: AmountMatch | None


@dataclass(frozen=True, slots=True)
class Mentions:
    text: str
    tokens: tuple[Token, ...]
    days: tuple[DayMention, ...]
    sums: tuple[SumMention, ...]
    denied: frozenset[date]
    bounds: tuple[tuple[int, int, bool], ...]

    def sentence_at(self, character: int) -> int:
        for index, (_, last, _) in enumerate(self.bounds):
            if character < self.tokens[last - 1].end:
                return index
        return max(0, len(self.bounds) - 1)


def read_mentions(text: str, account: Account, said_on: date, known: Known) -> Mentions:
    tokens = tokenize(text)
    numbers = find_numbers(tokens, country=account.country)
    found = read_times(tokens, numbers, said_on, account.country)
    context = AmountContext(
        account.country,
        account.currency or CURRENCY_OF.get(account.country, ""),
        account.balance,
        account.minimum_payment,
    )
    listed = [(m.start, m.end) for m in _with_listed(found, said_on) if m.rule == "day_and_month"]
    taken = (*claimed_spans(found), *listed)
    matches = find_amounts(tokens, context, taken=taken, numbers=numbers)
    sure = {m.start: m for m in payable_amounts(text, context, taken=taken, tokens=tokens, numbers=numbers)}
    days, denied = _days(text, found, said_on, known)
    sums = _sums(tokens, matches, sure, context, known)
    return Mentions(text, tokens, tuple(days), tuple(sums), denied, tuple(sentence_bounds(tokens)))


def _days(text: str, found: Found, said_on: date, known: Known) -> tuple[list[DayMention], frozenset[date]]:
    """Due days and those that may be, in order, and the days named but not as due.

    A month that names a bill and a corrected day are none; a bare day of the month is the agreed day with that
    number, or follows the month that was named before it.
    """
    judged = judge_dates(text, found, said_on).due
    sure = {due.match.start: due.strength for due in judged}
    days: list[DayMention] = []
    denied: set[date] = set()
    shift: date | None = None
    before: DateMatch | None = None
    for match in _with_listed(found, said_on):
        since = match.rule == "from" and found.tokens[match.first].text in ("desde", "contando")
        if match.date is None or match.date < said_on or match.rule in ("past", "recurring") or since:
            continue
        read = _as_agreed(match, known)
        refused = _is_denied_at(found.tokens, match) or (
            match.rule in ("month", "holiday") and not _is_told_as_day(found.tokens, match)
        )
        counts = match.rule != "now" or match.start in sure or match.date in known.days or _is_of_a_sum(found, match)
        if not refused and counts:
            read = _in_month_of(read, shift or _named_month(before, read))
            days.append(DayMention(read, match.start in sure, sure.get(match.start, 0)))
        elif read.date is not None:
            shift = read.date if refused and read.date != match.date else shift
            denied.add(read.date)
        before = read
    kept = _without_months(_without_repeats(_without_corrected(found.tokens, days)))
    if judged and len(kept) > 1 and _takes_back(found.tokens, kept):
        kept = [day for day in kept if day.match.start == judged[0].match.start] or kept
    denied |= {d.match.date for d in days if d.match.date} - {k.match.date for k in kept if k.match.date}
    return kept, frozenset(denied)


def _is_of_a_sum(found: Found, match: DateMatch) -> bool:
    """Whether the day stands right beside a number: "veinte ahora y treinta el viernes"."""
    ends = {number.last for number in found.numbers if not number.article}
    starts = {number.first for number in found.numbers if not number.article}
    following = found.tokens[match.last].text if match.last < len(found.tokens) else ""
    told_apart = any(0 <= other.first - match.last <= 2 for other in found.dates)  # "trescientos ahora, este sábado"
    return (match.first in ends or match.last in starts) and not (following == "," and told_apart)


def _with_listed(found: Found, said_on: date) -> list[DateMatch]:
    """The dates in order, with the days that share a month named once ("6, 13 y 20 de marzo"), less ordinals.

    In "el primero el quince de mayo" the first counts payments.
    """
    matches = sorted(found.dates, key=lambda m: m.start)
    numbers = {number.last: number for number in found.numbers}
    listed: list[DateMatch] = []
    for index, match in enumerate(matches):
        following = matches[index + 1] if index + 1 < len(matches) else None
        if following is not None and _is_ordinal(found.tokens, match, following):
            continue
        if match.rule == "day_and_month" and match.date is not None:
            taken = {t for m in matches for t in range(m.first, m.last) if m.rule != "day_of_month"}
            listed += _days_before(found, match, numbers, taken, said_on)
        listed.append(_same_day_of(found, listed[-1], match) if match.rule == "month" and listed else match)
    starts = {m.start: m for m in listed if m.rule == "day_and_month"}
    return sorted({m.start: starts.get(m.start, m) for m in listed}.values(), key=lambda m: m.start)


def _same_day_of(found: Found, before: DateMatch, match: DateMatch) -> DateMatch:
    """A month of "el 24 de octubre, noviembre y diciembre": the day said once is that of every month."""
    between = {token.text for token in found.tokens[before.last : match.first]}
    if before.date is None or match.date is None or before.rule != "day_and_month" or not between <= _LISTING:
        return match
    if not between & {",", "y", "e"} or not 0 < (match.date - before.date).days <= _TWO_MONTHS:
        return match
    day = min(before.date.day, match.date.day)
    return replace(match, date=match.date.replace(day=day), period_start=None, rule="day_and_month")


def _is_ordinal(tokens: Sequence[Token], match: DateMatch, following: DateMatch) -> bool:
    between = [token.text for token in tokens[match.last : following.first]]
    is_count = match.last - match.first == 1 and tokens[match.first].text in ("primero", "ultimo")
    return is_count and set(between) <= {"el", "al", "para", "en", "la", "a"} and len(between) <= 2


def _days_before(
    found: Found, match: DateMatch, numbers: Mapping[int, NumberMatch], taken: set[int], said_on: date
) -> list[DateMatch]:
    """The days listed before one with its month: the 6th and 13th of "6, 13 y 20 de marzo"."""
    days: list[DateMatch] = []
    place = match.first
    while place > 1 and match.date is not None:
        joint = place - 1
        while joint > 0 and found.tokens[joint].text in ("el", "los", "dia", "dias"):
            joint -= 1
        if found.tokens[joint].text not in ("y", ",", "e") or (number := numbers.get(joint)) is None:
            break
        is_day = number.value == int(number.value) and 1 <= number.value <= _LARGEST_DAY and number.first not in taken
        if not is_day:
            break
        try:
            day = match.date.replace(day=int(number.value))
        except ValueError:
            break
        if day < said_on:
            break
        first = number.first
        days.append(
            replace(
                match,
                start=found.tokens[first].start,
                end=found.tokens[number.last - 1].end,
                date=day,
                first=first,
                last=number.last,
            )
        )
        place = first
    return days


def _without_months(days: list[DayMention]) -> list[DayMention]:
    """The days less a month that only says which month they are in: "el 3 y el 30, los dos en octubre"."""
    exact = {(d.match.date.year, d.match.date.month) for d in days if d.match.date and d.match.rule != "month"}
    return [
        d
        for d in days
        if d.match.rule != "month" or d.match.date is None or (d.match.date.year, d.match.date.month) not in exact
    ]


def _takes_back(tokens: Sequence[Token], days: Sequence[DayMention]) -> bool:
    """Whether a turn of several days settles on one: nothing is counted up and something is corrected."""
    inside = tokens[days[0].match.last : days[-1].match.first]
    counts = has_phrase(inside, "more", "other") or has_phrase(inside, "more", "rest") or _holds_number(inside)
    return not counts and has_phrase(inside, "stance", "takes_back")


def _named_month(before: DateMatch | None, match: DateMatch) -> date | None:
    """The day before a bare one where its month was named: "el 9 de diciembre y el 23"."""
    if before is None or before.date is None or match.date is None or match.rule != "day_of_month":
        return None
    explicit = before.rule in ("day_and_month", "full_date", "before", "weekday_and_number", "end_of_month")
    return before.date if explicit and match.date < before.date else None


def _in_month_of(match: DateMatch, month: date | None) -> DateMatch:
    if month is None or match.rule != "day_of_month" or match.date is None:
        return match
    try:
        return replace(match, date=month.replace(day=match.date.day))
    except ValueError:
        return match


def _as_agreed(match: DateMatch, known: Known) -> DateMatch:
    """A bare day as the agreed day that it repeats: "correcto, el 15" of the 15th of October."""
    if match.date is None or match.date in known.agreed:
        return match
    if match.rule == "day_of_month":
        agreed = [day for day in known.agreed if day.day == match.date.day]
    elif match.rule == "weekday":
        agreed = [day for day in known.agreed if day.weekday() == match.date.weekday()]
    else:
        return match
    return replace(match, date=agreed[0]) if len(agreed) == 1 else match


def _is_told_as_day(tokens: Sequence[Token], match: DateMatch) -> bool:
    """Whether a month or feast is a day: "en abril", "para Navidad"; "la de abril" names a bill."""
    opening = tokens[match.first].text
    before = tokens[match.first - 1].text if match.first else ""
    return {opening, before} & {"en", "para", "pa", "hasta", "antes", "a"} != set()


def _is_denied_at(tokens: Sequence[Token], match: DateMatch) -> bool:
    """Whether a day is refused: "el viernes no"; "el viernes no, el otro" is a date of its own."""
    after = tokens[match.last].text if match.last < len(tokens) else ""
    before = tokens[match.first - 1].text if match.first else ""
    before_article = tokens[match.first - 2].text if match.first > 1 and before in ("el", "este", "la") else before
    return after in ("no", "tampoco") or before_article == "ni"


def _without_corrected(tokens: Sequence[Token], days: list[DayMention]) -> list[DayMention]:
    """The days less those that the next one takes the place of: "el lunes… no, mejor el miércoles"."""
    kept: list[DayMention] = []
    for day in days:
        if kept and kept[-1].match.date != day.match.date:
            between = tokens[kept[-1].match.last : day.match.first]
            near = [t for t in between[-4:] if t.kind == "word"]
            if len(between) <= 10 and has_phrase(near, "stance", "corrects") and not _holds_number(between):
                kept.pop()
        kept.append(day)
    return kept


def _holds_number(tokens: Sequence[Token]) -> bool:
    return bool(find_numbers(tuple(tokens), country=None))


def _without_repeats(days: list[DayMention]) -> list[DayMention]:
    """Each day once where it is said twice running: "hoy, veintiocho de marzo"."""
    kept: list[DayMention] = []
    for day in days:
        if kept and kept[-1].match.date == day.match.date:
            kept[-1] = DayMention(kept[-1].match, kept[-1].sure or day.sure, max(kept[-1].strength, day.strength))
        else:
            kept.append(day)
    return kept


def _sums(
    tokens: Sequence[Token],
    matches: Sequence[AmountMatch],
    sure: dict[int, AmountMatch],
    context: AmountContext,
    known: Known,
) -> list[SumMention]:
    """Amounts and words that stand for one, in order, an amount said twice running once."""
    sums: list[SumMention] = []
    for match in matches:
        payable = sure.get(match.start)
        if payable is None and match.last < len(tokens) and tokens[match.last].text in ("no", "tampoco"):
            continue
        read = _in_known_thousands(payable or in_thousands(match, context), known)
        if _is_too_small(read, context) or _is_of_the_debt(tokens, match):
            continue
        if payable is None and not _is_plausible(read, context, known):
            continue
        share: Share = "rest" if match.rule == "rest" else "part" if match.rule in ("half", "share") else "fixed"
        if match.rule == "everything" and has_phrase(tokens[match.first : match.last + 3], "more", "rest"):
            share = "rest"
        value = None if share == "rest" else read.value
        sums.append(SumMention(match.start, match.end, value, share, payable is not None, read))
    for first, last in find_phrases(tokens, "amounts", "same"):
        sums.append(SumMention(tokens[first].start, tokens[last - 1].end, None, "same", True, None))
    sums.sort(key=lambda s: s.start)
    return _without_apposition(sums, tokens)


def _in_known_thousands(match: AmountMatch, known: Known) -> AmountMatch:
    """The amount with its thousands where that is on the table: "ciento doce" for 112.000."""
    if match.kind != "number" or match.value is None or match.value in known.amounts:
        return match
    thousands = match.value * 1000
    if thousands in known.amounts:
        return replace(match, value=thousands, rule="thousands left out")
    return match


def _is_too_small(match: AmountMatch, context: AmountContext) -> bool:
    """Whether a bare number is too small to pay anything of this debt: "cuatro viernes", "mañana treinta"."""
    if match.kind != "number" or match.value is None or match.plan is not None:
        return False
    floor = max(_LEAST_SHARE * (context.balance or 0), _LEAST_MINIMUM * (context.minimum_payment or 0))
    return match.value < floor


def _is_of_the_debt(tokens: Sequence[Token], match: AmountMatch) -> bool:
    """Whether the amount is forgiven or is what will still be owed: "le quito los 20", "el saldo baja a mil"."""
    before, after = tokens[max(0, match.first - 5) : match.first], tokens[match.last : match.last + 4]
    return (
        has_phrase(before, "amounts", "forgives")
        or has_phrase(before, "amounts", "leaves")
        or has_phrase(after, "amounts", "charges")
    )


def _is_plausible(match: AmountMatch, context: AmountContext, known: Known) -> bool:
    """Whether an amount that no word of paying stands by may be one all the same."""
    if match.rule == "rest":
        return True
    if match.value is None or match.value <= 0 or match.kind == "percent":
        return False
    is_day = match.value <= _LARGEST_DAY and match.value == int(match.value)
    if match.kind == "number" and is_day:
        return False
    if match.value in known.amounts:
        return True
    if context.balance:
        return _LEAST_SHARE * context.balance <= match.value <= _MOST_SHARE * context.balance
    return True


def _without_apposition(sums: list[SumMention], tokens: Sequence[Token]) -> list[SumMention]:
    """One of two neighbours that name one amount: "la mitad, 1.075.000", "el mínimo, los 4.900", "todo, los mil"."""
    kept: list[SumMention] = []
    for one in sums:
        before = kept[-1] if kept else None
        if before is not None:
            between = [t.text for t in tokens if before.end <= t.start < one.start]
            joined = set(between) <= {",", "los", "las", "el", "la", "o", "sea", "que", "son", ":", "—"}
            same = before.value == one.value and before.value is not None
            vague = before.share in ("rest", "part") and one.share == "fixed"
            if joined and len(between) <= 4 and (same or vague):
                kept[-1] = replace(one, start=before.start, sure=before.sure or one.sure)
                continue
        kept.append(one)
    return kept
