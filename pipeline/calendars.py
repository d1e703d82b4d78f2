"""Calendar arithmetic of the annotation guidelines: pure functions of days, no words.

Days that a calendar cannot hold (year 9999 and beyond) raise `OverflowError`, as `date` does.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

FRIDAY = 4
SUNDAY = 6
FIRST_OF_WEEKEND = 5


def next_weekday(said_on: date, weekday: int) -> date:
    """First day with that name strictly after the call: «el viernes», «este viernes».

    Said on a Friday, «el viernes» is a week later, never the same day.

    Args:
        said_on: Local calendar day of the call.
        weekday: 0 for Monday to 6 for Sunday, as `date.weekday()` counts.

    Source: annotation guidelines, «Promises of the call», first rule.
    """
    return said_on + timedelta(days=(weekday - said_on.weekday() - 1) % 7 + 1)


def month_end(year: int, month: int) -> date:
    """Last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def shift_month(year: int, month: int, months: int) -> tuple[int, int]:
    """Year and month that lie a number of months away.

    Raises:
        OverflowError: The year leaves the calendar (1 to 9999).
    """
    years, zero_based = divmod(month - 1 + months, 12)
    if not 1 <= year + years <= 9999:
        raise OverflowError("year between 1 and 9999 expected; shorten the span of time")
    return year + years, zero_based + 1


def add_months(day: date, months: int) -> date:
    """Same day some months on, or that month's last day where it has no such day: «en un mes»."""
    year, month = shift_month(day.year, day.month, months)
    return clamped_day(year, month, day.day)


def clamped_day(year: int, month: int, day: int) -> date:
    """That day of the month, or its last one where the month is shorter."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def next_month_day(said_on: date, day: int) -> date:
    """Next month's day with that number strictly after the call: «el 5».

    Months without a 29th, 30th or 31st are skipped.

    Args:
        said_on: Local calendar day of the call.
        day: 1 to 31.
    """
    year, month = said_on.year, said_on.month
    while True:
        if day <= monthrange(year, month)[1]:
            found = date(year, month, day)
            if found > said_on:
                return found
        year, month = shift_month(year, month, 1)


def next_day_of_year(said_on: date, month: int, day: int) -> date | None:
    """Next such day of the year, the call's own day included: «el 5 de mayo».

    None where no year has it (31 February); 29 February waits for a leap year.
    """
    for year in range(said_on.year, min(said_on.year + 9, 10000)):
        if day <= monthrange(year, month)[1]:
            found = date(year, month, day)
            if found >= said_on:
                return found
    return None


def next_quincena(said_on: date) -> date:
    """Next 15th or last day of a month strictly after the call: «la quincena»."""
    middle = said_on.replace(day=15)
    end = month_end(said_on.year, said_on.month)
    if said_on < middle:
        return middle
    if said_on < end:
        return end
    return next_month_day(said_on, 15)


def week_friday(day: date, weeks: int = 0) -> date:
    """Friday of the Monday-to-Sunday week of a day, or of one some weeks on."""
    return week_monday(day, weeks) + timedelta(days=FRIDAY)


def week_monday(day: date, weeks: int = 0) -> date:
    """Monday of the week of a day, or of one some weeks on."""
    return day + timedelta(days=7 * weeks - day.weekday())


def this_week_end(said_on: date) -> date:
    """Due day of «esta semana»: its Friday, on a weekend its Sunday."""
    if said_on.weekday() > FRIDAY:
        return said_on + timedelta(days=SUNDAY - said_on.weekday())
    return week_friday(said_on)


def weekend_sunday(said_on: date) -> date:
    """The coming Sunday, a Sunday itself included: «el fin de semana»."""
    return said_on + timedelta(days=SUNDAY - said_on.weekday())


def add_business_days(day: date, count: int) -> date:
    """Day that lies some Mondays-to-Fridays on, as the guidelines count «días hábiles»."""
    weeks, rest = divmod(count, 5)
    found = day
    if found.weekday() > FRIDAY and count > 0:
        # Counting starts behind the weekend: from its Friday one step is the Monday.
        found -= timedelta(days=found.weekday() - FRIDAY)
    found += timedelta(days=7 * weeks)
    while rest > 0:
        found += timedelta(days=1)
        rest -= found.weekday() <= FRIDAY
    return found


def last_business_day(year: int, month: int) -> date:
    """Last Monday-to-Friday of a month."""
    end = month_end(year, month)
    return end - timedelta(days=max(0, end.weekday() - FRIDAY))


def nth_business_day(year: int, month: int, nth: int) -> date | None:
    """First, second, … Monday-to-Friday of a month; None beyond the last."""
    found = add_business_days(date(year, month, 1) - timedelta(days=1), nth)
    return found if found.month == month else None


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date | None:
    """First, second, … or (nth = -1) last such weekday of a month; None where it has none."""
    if nth < 0:
        end = month_end(year, month)
        return end - timedelta(days=(end.weekday() - weekday) % 7)
    first = date(year, month, 1)
    found = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    return found if found.month == month else None


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar.

    Source: Meeus, Astronomical Algorithms, chapter 8 (anonymous Gregorian algorithm).
    """
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, zero_based = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, zero_based + 1)


def quarter_end(year: int, month: int, months: int) -> date:
    """Last day of the block of `months` months (3 a quarter, 6 a half) that holds a month."""
    return month_end(year, ((month - 1) // months + 1) * months)
