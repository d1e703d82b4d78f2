"""Instalment plans: how many payments, in which rhythm, and on which days they fall."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from pipeline.calendar_words import WEEK
from pipeline.numbers import find_numbers
from pipeline.promise_cues import find_phrases, has_phrase
from pipeline.tokens import Token

_MIDDLE = 15
_FORTNIGHT = 15
_LARGEST_DAY = 31
_MOST = 60


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a plan is paid; `weekday` or day of the month (`day`) where every payment falls on one."""

    every: Literal["week", "fortnight", "month"]
    weekday: int | None = None
    day: int | None = None


def rhythm_of(tokens: Sequence[Token]) -> Rhythm | None:
    """The rhythm that an utterance names: "cada quincena", "mensuales", "cada viernes", "cuatro viernes seguidos"."""
    for head, end in find_phrases(tokens, "rhythm", "weekday_heads"):
        del head
        day = tokens[end].text.removesuffix("s") if end < len(tokens) else ""
        for weekday, name in enumerate(WEEK):
            if day in (name, name.removesuffix("s")):
                return Rhythm("week", weekday)
    if (fixed := _day_of_every_month(tokens)) is not None:
        return Rhythm("month", day=fixed)
    if has_phrase(tokens, "rhythm", "fortnight"):
        return Rhythm("fortnight")
    if has_phrase(tokens, "rhythm", "week"):
        return Rhythm("week")
    return Rhythm("month") if has_phrase(tokens, "rhythm", "month") else None


def _day_of_every_month(tokens: Sequence[Token]) -> int | None:
    """The 20th of "el 20 de cada mes", "siempre el día 20", "los días veinte"."""
    for number in find_numbers(tuple(tokens), country=None):
        before = [token.text for token in tokens[max(0, number.first - 3) : number.first]]
        after = [token.text for token in tokens[number.last : number.last + 3]]
        every = after in (["de", "cada", "mes"], ["de", "todos", "los"])
        always = (
            before[-2:] == ["los", "dias"] or before == ["siempre", "el", "dia"] or before[-2:] == ["siempre", "el"]
        )
        if (every or always) and 1 <= number.value <= _LARGEST_DAY and number.value == int(number.value):
            return int(number.value)
    return None


def opens_series(tokens: Sequence[Token]) -> bool:
    """Whether a turn says when a series begins: "empezando el 15", "a partir del lunes"."""
    return has_phrase(tokens, "rhythm", "opens")


def counted_payments(tokens: Sequence[Token]) -> int | None:
    """How many payments are named: "cuatro cuotas", "3 quincenas", "cuatro viernes seguidos"."""
    nouns = {first for first, _ in find_phrases(tokens, "rhythm", "counted")}
    for number in find_numbers(tuple(tokens), country=None):
        if number.last in nouns and 2 <= number.value <= _MOST and number.value == int(number.value):
            return int(number.value)
    return None


def spread(
    rhythm: Rhythm, count: int | None, first: date | None, said_on: date, *, until: date | None = None
) -> tuple[date | None, ...]:
    """The days of a plan; None for each where nothing tells when it starts.

    Args:
        rhythm: How often.
        count: How many payments; None where `until` ends them.
        first: Day of the first where it is named.
        said_on: The call's day; a weekday, day of the month or fortnight not named otherwise is the next after it.
        until: Last day on which one may fall.
    """
    day = first or _opening(rhythm, said_on)
    if day is None:
        return (None,) * (count or 0)
    days = [day]
    while len(days) < (count or _MOST):
        following = _next(rhythm, days[-1], day, len(days))
        if until is not None and following > until:
            break
        days.append(following)
    return tuple(days)


def _opening(rhythm: Rhythm, said_on: date) -> date | None:
    if rhythm.every == "fortnight":
        return _next_quincena(said_on)
    if rhythm.day is not None:
        return next(d for d in (said_on + timedelta(days=n) for n in range(1, 63)) if d.day == rhythm.day)
    if rhythm.weekday is not None:
        return said_on + timedelta(days=(rhythm.weekday - said_on.weekday() - 1) % 7 + 1)
    return None


def _next(rhythm: Rhythm, day: date, first: date, n: int) -> date:
    if rhythm.every == "week":
        return day + timedelta(days=7)
    if rhythm.every == "month":
        return _months_after(first, n, rhythm.day)
    if first.day == _MIDDLE or first.day == _last_of_month(first).day:
        return _next_quincena(day)
    return day + timedelta(days=_FORTNIGHT)


def _last_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _next_quincena(day: date) -> date:
    """The next 15th or last day of a month, strictly after the day."""
    if day.day < _MIDDLE:
        return day.replace(day=_MIDDLE)
    last = _last_of_month(day)
    return last if day < last else (day + timedelta(days=1)).replace(day=_MIDDLE)


def _months_after(day: date, n: int, of_month: int | None) -> date:
    """The same day (or the one named) n months later, or that month's last."""
    month = day.month - 1 + n
    start = date(day.year + month // 12, month % 12 + 1, 1)
    last = _last_of_month(start).day
    return start.replace(day=min(of_month or day.day, last))
