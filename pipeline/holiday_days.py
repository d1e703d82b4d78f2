"""Feast days by their Spanish names: fixed days, days counted from Easter, and days that differ by country."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from pipeline.calendars import easter_sunday, nth_weekday
from pipeline.date_lexicon import load_date_lexicon
from pipeline.date_values import Day

_SEARCHED_YEARS = 2
_CARNIVAL_TUESDAY = -47
_PALM_SUNDAY = -7


def _in_year(rule: str, year: int) -> tuple[date, date] | None:
    """First and last day of a feast in a year: «05-10», «05/2-6» (second Sunday), «easter-2»."""
    if rule == "holy-week":
        easter = easter_sunday(year)
        return easter + timedelta(days=_PALM_SUNDAY), easter
    if rule == "carnival":
        tuesday = easter_sunday(year) + timedelta(days=_CARNIVAL_TUESDAY)
        return tuesday - timedelta(days=1), tuesday
    if rule.startswith("easter"):
        day = easter_sunday(year) + timedelta(days=int(rule[6:] or 0))
        return day, day
    if rule == "good-weekend":  # Friday to Monday before the Revolution's third Monday, Mexico
        monday = nth_weekday(year, 11, 0, 3)
        return None if monday is None else (monday - timedelta(days=3), monday)
    if rule == "black-friday":
        thursday = nth_weekday(year, 11, 3, 4)
        return None if thursday is None else (thursday + timedelta(days=1), thursday + timedelta(days=1))
    if "/" in rule:
        month, _, place = rule.partition("/")
        nth, _, weekday = place.rpartition("-")
        found = nth_weekday(year, int(month), int(weekday), int(nth))
        return None if found is None else (found, found)
    day = date(year, int(rule[:2]), int(rule[3:]))
    return day, day


def feast_day(rule: str, said_on: date, country: str) -> Day | None:
    """The next such feast, the call's own day included; None where the country has none.

    A feast of several days (Semana Santa, Carnaval) is dated on its last.
    """
    by_country = load_date_lexicon().holiday_rules.get(rule)
    if by_country is not None:
        rule = by_country.get(country, by_country[""])
    if rule == "none":
        return None
    for year in range(said_on.year, said_on.year + _SEARCHED_YEARS):
        found = _in_year(rule, year)
        if found is not None and found[1] >= said_on:
            first, last = found
            return Day(last, "holiday", start=first if first < last else None, grain="holiday")
    return None


@lru_cache(maxsize=64)
def _public_holidays(country: str, year: int) -> tuple[date, ...]:
    """Public holidays of a country in a year and the next, in order; none for an unknown country."""
    import holidays  # noqa: PLC0415 - slow to import and hardly ever needed

    try:
        return tuple(sorted(holidays.country_holidays(country, years=(year, year + 1))))
    except NotImplementedError:
        return ()


def next_public_holiday(said_on: date, country: str) -> Day | None:
    """The country's next public holiday after the call: «el feriado»."""
    for day in _public_holidays(country, said_on.year):
        if day > said_on:
            return Day(day, "public_holiday", doubtful=True, grain="holiday")
    return None
