"""Second layer of the date grammar, periods: months, weeks, quincenas, years and feasts, dated on their end."""

from __future__ import annotations

import re
from datetime import date, timedelta

from pipeline.calendars import (
    FRIDAY,
    clamped_day,
    last_business_day,
    month_end,
    next_month_day,
    next_quincena,
    nth_business_day,
    quarter_end,
    shift_month,
    this_week_end,
    week_friday,
    weekend_sunday,
)
from pipeline.date_days import DAYS, NTH, month_of, nth_number
from pipeline.date_grammar import Scan
from pipeline.date_references import month_period
from pipeline.date_values import Day, Month, Span, Week
from pipeline.holiday_days import feast_day, next_public_holiday

_NAMES_OF_PEOPLE = frozenset({"julio", "abril", "mayo", "domingo", "agosto"})
_START_OF_MONTH, _MIDDLE_OF_MONTH = 5, 15
_WEEKS_OF_MONTH = (7, 14, 21, 28)


@DAYS.rule("DAY", "m:MONTH_REF")
def month_alone(scan: Scan, match: re.Match[str]) -> Day | None:
    month = month_of(scan, match)
    assert month is not None
    before = match.start() - 1
    if month.month == 0:
        opens = scan.kind_at(before - 1, "DURING", "BEFORE_END", "BEFORE_START") and scan.kind_at(before, "EL")
        opens = opens or (scan.kind_at(before, "DURING") and scan.kind_at(before, "CONTRACTED"))  # "dentro del mes"
        return month_period(scan.said_on, month, "this_month") if opens else None
    text = scan.tokens[scan.items[match.start()].first].text
    alone = len(scan.items) == 1
    preceded = scan.kind_at(
        before,
        "EN",
        "FOR",
        "UNTIL",
        "FROM",
        "BEFORE",
        "AFTER",
        "BEGIN",
        "MIDDLE",
        "END",
        "THIS",
        "NEXT",
        "ABOUT",
        "O",
        "BETWEEN",
        "DE",
        "A",
        "Y",
    )
    if (
        text in _NAMES_OF_PEOPLE
        and not alone
        and (not preceded or scan.kind_at(before, "Y", "A"))
        and month.year is None
    ):
        return None
    if month.is_past:
        return Day(month_end(*month.resolve(scan.said_on)), "past", grain="month")
    return month_period(scan.said_on, month, month.rule)


def _in_month(scan: Scan, month: Month | None, number: int, rule: str) -> Day | None:
    """A fixed day that stands for a part of a month; of no named month the next one."""
    said = scan.said_on
    if month is None or month.month == 0:
        return Day(next_month_day(said, number), rule)
    year, month_number = month.resolve(said)
    found = clamped_day(year, month_number, number)
    if month.year is None and found < said:
        found = clamped_day(year + 1, month_number, number)
    return Day(found, "past" if month.is_past else rule)


@DAYS.rule("DAY", "a:BEGIN ART? m:MONTH_REF", "FIRSTS (n:INT? DAYU|s:SPAN) (DE ART? m:MONTH_REF)?", "FIRSTS n:INT DAYU")
def start_of_month(scan: Scan, match: re.Match[str]) -> Day | None:
    if not match.groupdict().get("m") and scan.kind_at(match.end(), "DE"):
        return None
    number = scan.value(match, "n", "INT")
    if match.groupdict().get("s"):
        number = scan.value(match, "s", "SPAN").days
    if scan.kind_at(match.start(), "AFTER") and scan.tokens[scan.items[match.start()].first].text == "saliendo":
        return None
    return _in_month(
        scan,
        month_of(scan, match),
        number or _START_OF_MONTH,
        "start_of_month" if number is None else "first_days_of_month",
    )


@DAYS.rule("DAY", "x:MIDDLE ART? m:MONTH_REF", "x:MIDDLE")
def middle_of_month(scan: Scan, match: re.Match[str]) -> Day | None:
    if not match.groupdict().get("m") and (
        scan.tokens[scan.items[match.start()].first].text != "mediados"
        or scan.kind_at(match.end(), "WEEK_REF", "ART", "YEARU", "YEAR_REF")
    ):
        return None
    return _in_month(scan, month_of(scan, match), _MIDDLE_OF_MONTH, "middle_of_month")


@DAYS.rule(
    "DAY",
    "END ART? m:MONTH_REF",
    "(DAYU LAST|LAST DAYU) (DE ART? m:MONTH_REF)?",
    "(?:(?<=EL)|(?<=CONTR)|(?<=CONTRACTED)) LAST DE m:MONTH_REF",
    "LASTS (n:INT)? DAYU DE ART? m:MONTH_REF",
    "END BEFORE_END? n:(NEXT|OTHER) (?!WEEK|YEARU|YEAR_REF|WEEK_REF)",
    "MONTH_END",
    "END (DE ART)? m:MONTH_REF NO COMMA? SINO? (A|EN|FOR|ART|CONTR)* o:(OTHER|NEXT)",
)
def end_of_month(scan: Scan, match: re.Match[str]) -> Day:
    month = month_of(scan, match) or Month(None, 0, "month")
    if match.groupdict().get("n") and scan.kind_at(match.start("n"), "NEXT", "OTHER"):
        month = Month(*shift_month(scan.said_on.year, scan.said_on.month, 1), "next_month")
    year, number = month.resolve(scan.said_on)
    if match.groupdict().get("o"):
        year, number = shift_month(year, number, 1)
    return Day(
        month_end(year, number),
        "past" if month.is_past else "end_of_month",
        start=date(year, number, 16) if month.month else None,
    )


_WHO_IS = frozenset({"es", "soy", "eres", "sos", "fue", "ser", "seria", "sera", "por", "como"})
_AFTER_LAST = frozenset("le les te se os lo la si sin ya yo a de para pa del y como que cobro me".split())


@DAYS.rule(
    "DAY",
    "(?<=EL) LAST (?!BUSINESS|DAYU|DE|WEEKDAY|WEEKEND|MES|MONTH_REF|QUINCENA|QUINCENA_REF) "
    "(?!WEEK|WEEK_REF|MONEY|SPAN|INT)",
)
def last_of_month(scan: Scan, match: re.Match[str]) -> Day | None:
    """«El último le deposito»: the last day of the month; not «el último pago», «usted es el último»."""
    item = scan.items[match.start()]
    before = scan.tokens[item.first - 2].text if item.first > 1 else ""
    after = scan.tokens[item.last] if item.last < len(scan.tokens) else None
    if scan.tokens[item.first].text != "ultimo" or before in _WHO_IS:
        return None
    if after is not None and after.kind == "word" and after.text not in _AFTER_LAST:
        return None
    return Day(month_end(scan.said_on.year, scan.said_on.month), "end_of_month", doubtful=True)


@DAYS.rule("DAY", f"(o:{NTH}|LAST) DAYU? BUSINESS (DE ART? m:MONTH_REF)?", "LAST BUSINESS (DE ART? m:MONTH_REF)?")
def business_day_of_month(scan: Scan, match: re.Match[str]) -> Day | None:
    month = month_of(scan, match) or Month(None, 0, "month")
    nth = nth_number(scan, match) if match.groupdict().get("o") else -1
    year, number = month.resolve(scan.said_on)
    for _ in range(13):
        found = last_business_day(year, number) if nth < 0 else nth_business_day(year, number, nth)
        if found is not None and found >= scan.said_on:
            return Day(found, "last_business_day" if nth < 0 else "nth_business_day")
        if month.month and month.year is not None:
            return None
        year, number = shift_month(year, number, 12 if month.month else 1)
    return None


@DAYS.rule("DAY", "s:SPAN (?=Y)")
def hours_first(scan: Scan, match: re.Match[str]) -> Day | None:
    """«Setenta y dos horas y lo tiene»: what is promised follows."""
    span: Span = scan.value(match, "s", "SPAN")
    opens = match.start() == 0 and span.unit == "hours"
    return Day(span.after(scan.said_on), "in_hours", doubtful=True) if opens and span.hours >= 24 else None


@DAYS.rule("DAY", f"(o:{NTH}|LAST) WEEK DE ART? m:MONTH_REF", "n:INT ORDSIGN WEEK DE ART? m:MONTH_REF")
def week_of_month(scan: Scan, match: re.Match[str]) -> Day | None:
    month = month_of(scan, match)
    nth = (
        scan.value(match, "n", "INT")
        if "n" in match.groupdict()
        else (nth_number(scan, match) if scan.has(match, "o") else -1)
    )
    if nth > 4 or month is None:
        return None
    if nth < 0:
        year, number = month.resolve(scan.said_on)
        return Day(
            month_end(year, number), "week_of_month", grain="week", start=month_end(year, number) - timedelta(days=6)
        )
    found = _in_month(scan, month, _WEEKS_OF_MONTH[nth - 1], "week_of_month")
    if found is None or found.due is None:
        return None
    return Day(found.due, "week_of_month", start=found.due - timedelta(days=6), grain="week")


@DAYS.rule(
    "DAY",
    "(o:(FIRST|ORD2)|LAST) (QUINCENA|QUINCENA_REF|MITAD) (DE ART? m:MONTH_REF)?",
    "(QUINCENA|QUINCENA_REF) DE ART? m:MONTH_REF",
    "o:(FIRST|ORD2) MIDDLE ART? m:MONTH_REF",
    "m:MONTH_REF (COMMA|FOR|EN|A)* (ART|CONTR)? (o:(FIRST|ORD2)|LAST) (QUINCENA|QUINCENA_REF)",
)
def half_of_month(scan: Scan, match: re.Match[str]) -> Day | None:
    month = month_of(scan, match)
    nth = nth_number(scan, match) if match.groupdict().get("o") else (2 if scan.kind_at(match.start(), "LAST") else 1)
    if month is None and scan.kind_at(match.start() + 1, "MITAD"):
        return None
    if match.start("m") == match.start() and (month is None or month.month == 0 or month.is_past):
        return None
    if nth == 1:
        middle = _in_month(scan, month, _MIDDLE_OF_MONTH, "half_of_month")
        return (
            None
            if middle is None or middle.due is None
            else Day(middle.due, middle.rule, start=middle.due.replace(day=1), grain="quincena")
        )
    year, number = (month or Month(None, 0, "month")).resolve(scan.said_on)
    return Day(month_end(year, number), "half_of_month", start=date(year, number, 16), grain="quincena")


@DAYS.rule("DAY", "END? ART? q:QUINCENA_REF (DE ART? d:DAY_NUMBER)?")
def quincena(scan: Scan, match: re.Match[str]) -> Day | None:
    steps = scan.value(match, "q", "QUINCENA_REF")
    if steps == 0:
        return Day(None, "past", grain="none")
    number = scan.value(match, "d", "DAY_NUMBER")
    found = next_quincena(scan.said_on)
    if number is not None:
        if number not in (14, 15, 16, 28, 29, 30, 31):
            return None
        while (found.day == _MIDDLE_OF_MONTH) != (number < 20):
            found = next_quincena(found)
    return Day(
        next_quincena(found) if steps > 1 else found, "quincena" if steps == 1 else "quincena_after_next", grain="day"
    )


@DAYS.rule("DAY", "(END|LASTS DAYU DE)? ART? k:WEEK_REF", "k:WEEK_REF FERIADO?")
def week(scan: Scan, match: re.Match[str]) -> Day | None:
    found: Week = scan.value(match, "k", "WEEK_REF")
    place = match.start("k")
    if found.bare:
        during = scan.kind_at(place - 1, "LAS") and scan.kind_at(place - 2, "DURING", "END", "BEFORE_END", "FOR")
        if (
            not during
            and not scan.kind_at(place - 1, "END", "BEFORE_END")
            and not (match.start() < place and scan.kind_at(match.start(), "END"))
        ):
            return None
    if found.is_past:
        return Day(week_friday(found.monday), "past", grain="week")
    due = this_week_end(scan.said_on) if found.rule == "this_week" else week_friday(found.monday)
    return Day(due, found.rule, start=found.monday, grain="week")


@DAYS.rule(
    "DAY",
    "BEGIN (DE|ART)* k:WEEK_REF",
    "f:FIRSTS DAYU DE ART? k:WEEK_REF",
    "m:MIDDLE (DE|ART)* k:WEEK_REF",
    "m:MIDDLE WEEK",
    "(?<=A) m:HALF WEEK_REF",
)
def part_of_week(scan: Scan, match: re.Match[str]) -> Day:
    groups = match.groupdict()
    found = scan.value(match, "k", "WEEK_REF") if groups.get("k") else None
    monday = found.monday if found is not None else scan.said_on - timedelta(days=scan.said_on.weekday())
    offset = 2 if groups.get("m") or groups.get("f") else 0
    due = monday + timedelta(days=offset)
    if due < scan.said_on and (found is None or found.bare):
        due += timedelta(days=7)
    return Day(due, "part_of_week", doubtful=True)


@DAYS.rule(
    "DAY",
    "n:(THIS|NEXT|OTHER)? WEEKEND n2:(NEXT|AFTER_NEXT|LASTPAST|OTHER)?",
    "THIS WEEKEND NO COMMA? SINO? (EN|FOR)? (EL|CONTR) n:(OTHER|NEXT)",
    "LASTPAST WEEKEND",
    "n:(THIS|NEXT|OTHER) FIN (?!DE)",
    "(?<=EL) FIN n2:(NEXT|LASTPAST)",
)
def weekend(scan: Scan, match: re.Match[str]) -> Day:
    sunday = weekend_sunday(scan.said_on)
    groups = match.groupdict()
    place = match.start("n2") if groups.get("n2") else (match.start("n") if groups.get("n") else -1)
    if (scan.kind_at(place, "LASTPAST") and not scan.kind_at(place, "NEXT")) or scan.kind_at(match.start(), "LASTPAST"):
        return Day(sunday - timedelta(days=7), "past", grain="weekend")
    later = scan.kind_at(place, "OTHER", "AFTER_NEXT") or scan.kind_at(match.start() + 2, "NO")
    if later or (scan.kind_at(place, "NEXT") and scan.said_on.weekday() > FRIDAY):
        sunday += timedelta(days=7)
    return Day(sunday, "weekend", start=sunday - timedelta(days=1), grain="weekend")


@DAYS.rule(
    "DAY",
    "END (ART|DE)* y:YEAR_REF",
    "END ART? YEARU",
    "BEFORE_END ART YEARU",
    "b:BEGIN (ART|DE)* (y:YEAR_REF|YEARU)",
    "h:MIDDLE (ART|DE)* (y:YEAR_REF|YEARU)",
)
def part_of_year(scan: Scan, match: re.Match[str]) -> Day | None:
    said = scan.said_on
    given = scan.value(match, "y", "YEAR_REF") if match.groupdict().get("y") else None
    year = given if given is not None else said.year
    if year < said.year:
        return None  # "una entrada de dos mil"
    if match.groupdict().get("b"):
        return Day(date(year if given is not None else said.year + 1, 1, 31), "start_of_year", doubtful=True)
    if match.groupdict().get("h"):
        found = date(year, 6, 30)
        return Day(
            found if given is not None or found >= said else date(year + 1, 6, 30), "middle_of_year", doubtful=True
        )
    return Day(date(year, 12, 31), "end_of_year", start=date(year, 7, 1))


@DAYS.rule("DAY", "y:YEAR_REF")
def year_alone(scan: Scan, match: re.Match[str]) -> Day | None:
    year = scan.value(match, "y", "YEAR_REF")
    relative = (
        scan.kind_at(match.start(), "YEAR_REF")
        and scan.tokens[scan.items[match.start()].last - 1].kind == "word"
        and any(
            token.text.startswith("a")
            for token in scan.tokens[scan.items[match.start()].first : scan.items[match.start()].last]
        )
    )
    if not relative and not scan.kind_at(match.start() - 1, "EN", "UNTIL"):
        return None
    rule = "past" if year < scan.said_on.year else "year"
    return Day(date(year, 12, 31), rule, start=date(year, 1, 1), grain="year")


@DAYS.rule(
    "DAY",
    "(THIS|n:NEXT|PRESENT)? (QUARTERU|h:HALFYEARU) n2:(NEXT|PRESENT)?",
    "o:(FIRST|ORD2|ORD3|ORD4) (QUARTERU|h:HALFYEARU) (DE y:YEAR_REF)?",
)
def part_of_calendar_year(scan: Scan, match: re.Match[str]) -> Day:
    groups = match.groupdict()
    months = 6 if groups.get("h") else 3
    said = scan.said_on
    if groups.get("o"):
        year = scan.value(match, "y", "YEAR_REF") or said.year
        end = month_end(year, nth_number(scan, match) * months)
    else:
        steps = months if groups.get("n") or (groups.get("n2") and scan.kind_at(match.start("n2"), "NEXT")) else 0
        end = quarter_end(*shift_month(said.year, said.month, steps), months)
    year, month = shift_month(end.year, end.month, 1 - months)
    return Day(end, "part_of_year", start=date(year, month, 1), grain="month")


@DAYS.rule("DAY", "h:HOLIDAY", "h:HOLIDAY_NAME")
def holiday(scan: Scan, match: re.Match[str]) -> Day | None:
    place = match.start()
    if place and scan.tokens[scan.items[place].first - 1].text in ("sin", "dice", "llama"):
        return None
    name = scan.value(match, "h", "HOLIDAY")
    if name is None:
        while scan.kind_at(place - 1, "ART", "CONTR", "DAYU") and not scan.kind_at(place - 1, "A", "DE"):
            place -= 1
        if not scan.kind_at(
            place - 1, "AFTER", "BEFORE", "FOR", "UNTIL", "FROM", "EN", "BEFORE_START", "ABOUT", "CONTR"
        ):
            return None
        name = scan.value(match, "h", "HOLIDAY_NAME")
    return feast_day(str(name), scan.said_on, scan.country)


@DAYS.rule("DAY", "(?:(?<=EL)|(?<=CONTR)|(?<=CONTRACTED)|(?<=FOR)) NEXT? FERIADO NEXT?")
def public_holiday(scan: Scan, match: re.Match[str]) -> Day | None:
    del match
    return next_public_holiday(scan.said_on, scan.country)
