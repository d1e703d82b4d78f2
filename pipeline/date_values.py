"""What date rules make: days with their period, months, weeks and spans of time, before they are a match."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from pipeline.calendars import add_business_days, add_months, month_end, next_day_of_year, next_month_day

Grain = Literal["day", "week", "weekend", "quincena", "month", "year", "holiday", "none"]


@dataclass(frozen=True, slots=True)
class Day:
    """A date expression resolved: the day it is dated on.

    Attributes:
        due: The day; None for what names no single day (recurring, vague).
        start: First day of the period that the expression names, None for a day.
        rule: Stable name of the guideline rule.
        doubtful: Two readings are near.
        grain: How wide the expression is; «antes de» and «a partir de» go by the first day.
        month_day: The day was named with its number, so that «13 a» may stand before it.
    """

    due: date | None
    rule: str
    start: date | None = None
    doubtful: bool = False
    grain: Grain = "day"
    month_day: bool = False
    bare_weekday: bool = False

    @property
    def first(self) -> date | None:
        return self.start or self.due


@dataclass(frozen=True, slots=True)
class Month:
    """A month named. Without a year it is the next one; month 0 is «el mes», of which nothing more is said."""

    year: int | None
    month: int
    rule: str
    is_past: bool = False

    def day(self, said_on: date, number: int) -> date | None:
        """The day with that number; None where the month never has it."""
        if self.month == 0:
            return next_month_day(said_on, number)
        if self.year is None:
            return next_day_of_year(said_on, self.month, number)
        end = month_end(self.year, self.month)
        return end.replace(day=number) if number <= end.day else None

    def resolve(self, said_on: date) -> tuple[int, int]:
        """Year and month; one without a year has not ended on the call's day."""
        if self.month == 0:
            return said_on.year, said_on.month
        if self.year is None:
            return said_on.year + (self.month < said_on.month), self.month
        return self.year, self.month


@dataclass(frozen=True, slots=True)
class Week:
    """A Monday-to-Sunday week; `bare` is «la semana», `named` one known by a day in it."""

    monday: date
    rule: str
    bare: bool = False
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time."""

    days: int = 0
    months: int = 0
    business_days: int = 0
    hours: int = 0
    quincenas: int = 0
    unit: str = "days"
    doubtful: bool = False

    def after(self, day: date, sign: int = 1) -> date:
        """The day that lies this long after (or, with sign -1, before) another."""
        moved = add_months(day, sign * self.months) if self.months else day
        if self.business_days:
            moved = add_business_days(moved, self.business_days)
        return moved + timedelta(days=sign * (self.days + self.hours // 24 + 15 * self.quincenas))


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of the day as said: the hour may be of either half of the day.

    `part` is morning, afternoon, night or None; `hour` None where only a part is named.
    """

    hour: int | None
    minute: int = 0
    part: str | None = None
    exact: bool = False
