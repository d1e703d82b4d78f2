"""Second layer of the date grammar: each expression that is dated by itself."""

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
    next_weekday,
    nth_business_day,
    nth_weekday,
    quarter_end,
    shift_month,
    this_week_end,
    week_friday,
    weekend_sunday,
)
from pipeline.date_grammar import Layer, Scan
from pipeline.date_references import month_period
from pipeline.date_values import Day, Month, Span, Week
from pipeline.holiday_days import feast_day, next_public_holiday

DAYS = Layer()

_COUNTED = "MONEY|HOURU|DAYU|WEEK|MES|YEARU|MINUTEU|COLON|SPAN|MERIDIEM|SLASH|QUINCENA"
_NTH = "(FIRST|ORD2|ORD3|ORD4|ORD5)"
_MONTH_TAIL = "(COMMA? (DE|EN|A)? (ART|CONTR)? m:MONTH_REF)"
_NAMES_OF_PEOPLE = frozenset({"julio", "abril", "mayo", "domingo", "agosto"})
_START_OF_MONTH, _MIDDLE_OF_MONTH = 5, 15
_WEEKS_OF_MONTH = (7, 14, 21, 28)


def _nth_number(scan: Scan, match: re.Match[str], group: str = "o") -> int:
    values = scan.items[match.start(group)].values
    for number, kind in enumerate(("FIRST", "ORD2", "ORD3", "ORD4", "ORD5"), 1):
        if kind in values:
            return number
    return -1


def _month(scan: Scan, match: re.Match[str]) -> Month | None:
    month = scan.value(match, "m", "MONTH_REF") if "m" in match.groupdict() else None
    assert month is None or isinstance(month, Month)
    return month


@DAYS.rule("DAY", "r:RELATIVE (DE? r2:RELATIVE)?", "r:RELATIVE_DOUBTFUL")
def relative_day(scan: Scan, match: re.Match[str]) -> Day:
    days = scan.value(match, "r", "RELATIVE")
    doubtful = days is None
    if days is None:
        days = scan.value(match, "r", "RELATIVE_DOUBTFUL")
    rule = {0: "today", 1: "tomorrow", 2: "day_after_tomorrow"}.get(days, "relative_day")
    return Day(scan.said_on + timedelta(days=days), rule, doubtful=doubtful)


@DAYS.rule("DAY", "(?<!LAS)(?<!EACH) MANANA")
def tomorrow(scan: Scan, match: re.Match[str]) -> Day | None:
    if scan.kind_at(match.start() - 1, "THIS"):
        return Day(scan.said_on, "today")
    return Day(scan.said_on + timedelta(days=1), "tomorrow")


@DAYS.rule("DAY", "r:PAST_DAY")
def past_day(scan: Scan, match: re.Match[str]) -> Day:
    return Day(scan.said_on + timedelta(days=scan.value(match, "r", "PAST_DAY")), "past")


@DAYS.rule("DAY", "r:NOW")
def now(scan: Scan, match: re.Match[str]) -> Day:
    return Day(scan.said_on, "now", doubtful=True)


@DAYS.rule("NOT_DAY", "NODATE")
def no_date(scan: Scan, match: re.Match[str]) -> bool:
    del scan, match
    return True


@DAYS.rule(
    "DAY",
    "(EACH|PLURAL) DAYU? w:WEEKDAY",
    "PLURAL DAYU d:DAY_NUMBER",
    "EACH (SPAN|QUINCENA_REF|WEEK_REF|MONTH_REF|DAYU|d:DAY_NUMBER|WEEKEND|YEARU|INT)",
    "(EL|PLURAL|CONTR) DAYU? d:DAY_NUMBER (Y ART? DAY_NUMBER)? DE EACH (MONTH_REF|MES)?",
    "POR (SPAN|QUINCENA|WEEK|MES|DAYU|YEARU)",
    "ONE WEEKDAY",
    "w:WEEKDAY (DE|CLOCK)* EACH (WEEK_REF|WEEK|MES|MONTH_REF)",
    "WEEKDAY (A|CONTR) (WEEKDAY)",
)
def recurring(scan: Scan, match: re.Match[str]) -> Day:
    del scan, match
    return Day(None, "recurring", grain="none")


@DAYS.rule(
    "DAY", "(?<!LAS) NEXT? w:WEEKDAY NEXT?", "w:WEEKDAY_SHORT DOT? (?=DAY_NUMBER|NUMERIC)", "NEXT w:WEEKDAY_SHORT"
)
def weekday(scan: Scan, match: re.Match[str]) -> Day | None:
    number = scan.value(match, "w", "WEEKDAY")
    if number is None:
        number = scan.value(match, "w", "WEEKDAY_SHORT")
    return Day(next_weekday(scan.said_on, number), "weekday", bare_weekday=True)


@DAYS.rule("DAY", "w:WEEKDAY_SHORT DOT?")
def weekday_abbreviated(scan: Scan, match: re.Match[str]) -> Day | None:
    alone = match.start() == 0 and match.end() == len(scan.items)
    return Day(next_weekday(scan.said_on, scan.value(match, "w", "WEEKDAY_SHORT")), "weekday") if alone else None


@DAYS.rule("DAY", "w:WEEKDAY LASTPAST", "LASTPAST w:WEEKDAY")
def weekday_past(scan: Scan, match: re.Match[str]) -> Day | None:
    if scan.kind_at(match.start(), "NEXT") or scan.kind_at(match.end() - 1, "NEXT"):
        return None
    if scan.kind_at(match.end() - 1, "AFTER") and scan.kind_at(match.end(), "RELATIVE", "MANANA", "CLOCK"):
        return None
    return Day(next_weekday(scan.said_on, scan.value(match, "w", "WEEKDAY")) - timedelta(days=7), "past")


_FILL = "(OTHER_WORD|NO|A)? (OTHER_WORD|NO|A)? (OTHER_WORD|NO|A)?"
_OTHER_ONE = f"{_FILL} COMMA* (OTHER_WORD COMMA)? SINO? COMMA? (FOR|A|EN)? (EL|CONTR) (OTHER|NEXT)(?! (MES|WEEK|MONTH_REF|WEEK_REF))"


@DAYS.rule(
    "DAY",
    "(EL|CONTR)? OTHER w:WEEKDAY",
    "w:WEEKDAY (OTHER|AFTER_NEXT)",
    f"(THIS|EL|CONTR)? w:WEEKDAY NEXT? COMMA* NO {_OTHER_ONE}",
    f"NO COMMA? (FOR|A|EN)? (THIS|EL|CONTR) w:WEEKDAY NEXT? {_OTHER_ONE}",
)
def weekday_after_next(scan: Scan, match: re.Match[str]) -> Day:
    found = next_weekday(scan.said_on, scan.value(match, "w", "WEEKDAY")) + timedelta(days=7)
    return Day(found, "weekday_after_next")


@DAYS.rule(
    "DAY",
    "NEXT? w:WEEKDAY (CLOCK|COMMA)* (DE|EN|FOR)? ART? k:WEEK_REF",
    "k:WEEK_REF (COMMA|FOR|EN)* ART? w:WEEKDAY",
)
def weekday_of_week(scan: Scan, match: re.Match[str]) -> Day | None:
    week: Week = scan.value(match, "k", "WEEK_REF")
    if week.bare and scan.kind_at(match.start(), "WEEK_REF"):
        return None
    found = week.monday + timedelta(days=scan.value(match, "w", "WEEKDAY"))
    if week.is_past:
        return Day(found, "past")
    if week.rule == "this_week" and found < scan.said_on:
        return Day(found, "past", doubtful=True)
    return Day(found, "weekday_of_" + week.rule)


@DAYS.rule(
    "DAY",
    f"NEXT? (w:WEEKDAY|ws:WEEKDAY_SHORT DOT?) NEXT? COMMA? (EL|CONTR|FOR)* DAYU? (d:DAY_NUMBER|f:FIRST|d1:ORDINAL_DAY) (DOT? ORDSIGN)? (?!{_COUNTED}) {_MONTH_TAIL}?",
    "(w:WEEKDAY|ws:WEEKDAY_SHORT) COMMA? (EL|CONTR)? x:NUMERIC",
)
def weekday_and_number(scan: Scan, match: re.Match[str]) -> Day | None:
    named = scan.value(match, "w", "WEEKDAY")
    if named is None:
        named = scan.value(match, "ws", "WEEKDAY_SHORT")
    if "x" in match.groupdict():
        written: Day = scan.value(match, "x", "NUMERIC")
        found = written.due
    else:
        number = (
            1
            if scan.has(match, "f")
            else scan.value(match, "d", "DAY_NUMBER") or scan.value(match, "d1", "ORDINAL_DAY")
        )
        if scan.kind_at(match.start("d"), "ONE") or (
            scan.kind_at(match.end(), "DE") and scan.kind_at(match.end() + 1, "CLOCK")
        ):
            return None
        month = _month(scan, match) or Month(None, 0, "month")
        found = month.day(scan.said_on, number)
        if month.month == 0 and number == scan.said_on.day and named == scan.said_on.weekday():
            found = scan.said_on if scan.has(match, "m") else found
    if found is None or named is None:
        return None
    return Day(found, "weekday_and_number", doubtful=found.weekday() != named, month_day=True)


@DAYS.rule("DAY", f"(o:{_NTH}|LAST) w:WEEKDAY (CLOCK|DE|A)* (DE|EN) (ART|CONTR)? m:MONTH_REF")
def nth_weekday_of_month(scan: Scan, match: re.Match[str]) -> Day | None:
    month = _month(scan, match)
    assert month is not None
    nth = _nth_number(scan, match) if scan.has(match, "o") else -1
    year, number = month.resolve(scan.said_on)
    found = nth_weekday(year, number, scan.value(match, "w", "WEEKDAY"), nth)
    if found is not None and found < scan.said_on and not month.is_past:
        if month.month == 0:
            year, number = shift_month(year, number, 1)
        elif month.year is None:
            year += 1
        found = nth_weekday(year, number, scan.value(match, "w", "WEEKDAY"), nth)
    return None if found is None else Day(found, "past" if month.is_past else "nth_weekday_of_month", month_day=True)


def _day_of(scan: Scan, number: int, month: Month | None) -> Day | None:
    if month is None or month.month == 0:
        return Day(next_month_day(scan.said_on, number), "day_of_month", month_day=True)
    found = month.day(scan.said_on, number)
    if found is None:
        if month.year is None or month.rule not in ("next_month", "this_month"):
            return None
        return Day(clamped_day(month.year, month.month, number), "day_of_" + month.rule, doubtful=True, month_day=True)
    if month.is_past:
        return Day(found, "past")
    rule = {"month": "day_and_month" if month.year is None else "full_date"}.get(month.rule, "day_of_" + month.rule)
    return Day(found, rule, month_day=True)


@DAYS.rule(
    "DAY",
    f"(?<=EL|THIS|DAYU) d:DAY_NUMBER (DOT? ORDSIGN)? (?!{_COUNTED}|DE? OTHER_WORD HALF|Y HALF) {_MONTH_TAIL}?".replace(
        "(?<=EL|THIS|DAYU)", "(?:(?<=EL)|(?<=CONTR)|(?<=CONTRACTED)|(?<=THIS)|(?<=DAYU))"
    ),
    f"(?:(?<=EL)|(?<=CONTR)|(?<=CONTRACTED)|(?<=DAYU)) o:ORDINAL_DAY (?!{_COUNTED}) {_MONTH_TAIL}?",
    f"(?<=DAYU) f:FIRST {_MONTH_TAIL}?",
    f"(?:(?<=EL)|(?<=CONTR)|(?<=CONTRACTED)) f:FIRST DE ART? m:MONTH_REF",
    f"(d:DAY_NUMBER (DOT? ORDSIGN)?|o:ORDINAL_DAY|f:FIRST) (DE|EL|COMMA|SLASH|DASH)* m:MONTH_REF",
    f"NEXT d:DAY_NUMBER (?!{_COUNTED}) {_MONTH_TAIL}?",
)
def day_of_month(scan: Scan, match: re.Match[str]) -> Day | None:
    groups = match.groupdict()
    month = _month(scan, match)
    number = 1 if groups.get("f") else scan.value(match, "d", "DAY_NUMBER") or scan.value(match, "o", "ORDINAL_DAY")
    before = match.start() - 1
    article = scan.kind_at(before, "EL", "CONTR", "CONTRACTED", "THIS", "DAYU")
    if scan.kind_at(before, "THIS") and scan.tokens[scan.items[before].first].text[:4] in ("esta", "esto"):
        return None
    if scan.kind_at(match.start(), "ONE"):
        return None
    if month is None and groups.get("o") and scan.tokens[scan.items[match.start()].first].kind == "word":
        return None  # «el octavo» is a floor
    if month is not None and not article and (month.month == 0 or (month.year is not None and month.rule != "month")):
        if scan.kind_at(before, "BETWEEN", "DE", "Y", "A", "UNTIL", "DASH") or scan.kind_at(
            match.start() + 1, "MONTH_REF"
        ):
            return _day_of(scan, number, month)
        return None
    if (
        scan.kind_at(match.end() - 1, "DAY_NUMBER")
        and scan.kind_at(match.end(), "CLOCK")
        and scan.kind_at(before, "CLOCK")
    ):
        return None
    return _day_of(scan, number, month)


@DAYS.rule("DAY", f"(EL|CONTR) d:DAY_NUMBER DE (ART|CONTR)? (n:(NEXT|OTHER|PRESENT)) (?!WEEK|MES|YEARU)")
def day_of_next(scan: Scan, match: re.Match[str]) -> Day | None:
    steps = 0 if scan.kind_at(match.start("n"), "PRESENT") else 1
    month = Month(*shift_month(scan.said_on.year, scan.said_on.month, steps), "next_month" if steps else "this_month")
    return _day_of(scan, scan.value(match, "d", "DAY_NUMBER"), month)


@DAYS.rule(
    "DAY",
    f"(?:(?<=EL)|(?<=CONTR)|(?<=CONTRACTED)|(?<=FOR)) f:FIRST (?!{_COUNTED}|DE|WEEKDAY|OTHER_WORD|QUINCENA|SPAN)",
    "(?<=EL) f:FIRST (?=FOR|OTHER_WORD)",
)
def first_of_month(scan: Scan, match: re.Match[str]) -> Day | None:
    before = scan.items[match.start() - 2] if match.start() >= 2 else None
    text = scan.tokens[scan.items[match.start()].first].text
    following = scan.tokens[scan.items[match.end()].first].text if match.end() < len(scan.items) else ""
    if (
        text != "primero"
        or following in ("que", "en", "es", "son", "de", "va", "sera", "fue")
        or (before is not None and scan.tokens[before.first].text in ("es", "soy", "fue", "eres", "sos"))
    ):
        return None
    return Day(next_month_day(scan.said_on, 1), "day_of_month", doubtful=match.end() < len(scan.items), month_day=True)


@DAYS.rule("DAY", "MONTH_REF d:DAY_NUMBER (COMMA? (DE|EN)? y:YEAR_REF)? (?!" + _COUNTED + ")")
def month_then_day(scan: Scan, match: re.Match[str]) -> Day | None:
    month: Month = scan.items[match.start()].values["MONTH_REF"]
    if month.month == 0 or (month.year is not None and month.rule != "month") or scan.kind_at(match.start("d"), "ONE"):
        return None
    number = scan.value(match, "d", "DAY_NUMBER")
    year = scan.value(match, "y", "YEAR_REF")
    return _day_of(scan, number, Month(year if year is not None else month.year, month.month, "month"))


@DAYS.rule("DAY", "x:NUMERIC")
def written(scan: Scan, match: re.Match[str]) -> Day:
    day: Day = scan.value(match, "x", "NUMERIC")
    return day


@DAYS.rule("DAY", "m:MONTH_REF")
def month_alone(scan: Scan, match: re.Match[str]) -> Day | None:
    month = _month(scan, match)
    assert month is not None
    before = match.start() - 1
    if month.month == 0:
        return (
            month_period(scan.said_on, month, "this_month")
            if scan.kind_at(before - 1, "DURING") and scan.kind_at(before, "EL")
            else None
        )
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


@DAYS.rule("DAY", "a:BEGIN ART? m:MONTH_REF", "FIRSTS n:INT? DAYU (DE ART? m:MONTH_REF)?", "FIRSTS n:INT DAYU")
def start_of_month(scan: Scan, match: re.Match[str]) -> Day | None:
    if not match.groupdict().get("m") and scan.kind_at(match.end(), "DE"):
        return None
    number = scan.value(match, "n", "INT") if match.groupdict().get("n") else None
    if scan.kind_at(match.start(), "AFTER") and scan.tokens[scan.items[match.start()].first].text in ("saliendo",):
        return None
    return _in_month(
        scan,
        _month(scan, match),
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
    return _in_month(scan, _month(scan, match), _MIDDLE_OF_MONTH, "middle_of_month")


@DAYS.rule(
    "DAY",
    "END ART? m:MONTH_REF",
    "(DAYU LAST|LAST DAYU) (DE ART? m:MONTH_REF)?",
    "(?:(?<=EL)|(?<=CONTR)|(?<=CONTRACTED)) LAST DE m:MONTH_REF",
    "LASTS (n:INT)? DAYU DE ART? m:MONTH_REF",
    "END BEFORE_END? n:(NEXT|OTHER) (?!WEEK|YEARU|YEAR_REF|WEEK_REF)",
    "END (DE ART)? m:MONTH_REF NO COMMA? SINO? (A|EN|FOR|ART|CONTR)* o:(OTHER|NEXT)",
)
def end_of_month(scan: Scan, match: re.Match[str]) -> Day:
    month = _month(scan, match) or Month(None, 0, "month")
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


@DAYS.rule("DAY", f"(o:{_NTH}|LAST) DAYU? BUSINESS (DE ART? m:MONTH_REF)?", "LAST BUSINESS (DE ART? m:MONTH_REF)?")
def business_day_of_month(scan: Scan, match: re.Match[str]) -> Day | None:
    month = _month(scan, match) or Month(None, 0, "month")
    nth = _nth_number(scan, match) if match.groupdict().get("o") else -1
    year, number = month.resolve(scan.said_on)
    for _ in range(13):
        found = last_business_day(year, number) if nth < 0 else nth_business_day(year, number, nth)
        if found is not None and found >= scan.said_on:
            return Day(found, "last_business_day" if nth < 0 else "nth_business_day")
        if month.month and month.year is not None:
            return None
        year, number = shift_month(year, number, 12 if month.month else 1)
    return None


@DAYS.rule("DAY", f"(o:{_NTH}|LAST) WEEK DE ART? m:MONTH_REF", "n:INT ORDSIGN WEEK DE ART? m:MONTH_REF")
def week_of_month(scan: Scan, match: re.Match[str]) -> Day | None:
    month = _month(scan, match)
    nth = (
        scan.value(match, "n", "INT")
        if "n" in match.groupdict()
        else (_nth_number(scan, match) if scan.has(match, "o") else -1)
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
    "(o:(FIRST|ORD2)|LAST) (QUINCENA|MITAD) (DE ART? m:MONTH_REF)?",
    "QUINCENA DE ART? m:MONTH_REF",
    "o:(FIRST|ORD2) MIDDLE ART? m:MONTH_REF",
)
def half_of_month(scan: Scan, match: re.Match[str]) -> Day | None:
    month = _month(scan, match)
    nth = _nth_number(scan, match) if match.groupdict().get("o") else (2 if scan.kind_at(match.start(), "LAST") else 1)
    if month is None and scan.kind_at(match.start() + 1, "MITAD"):
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


@DAYS.rule("DAY", "END? ART? q:QUINCENA_REF (DE ART? d:DAY_NUMBER)?", "EN (o:FIRST|ORD2|LAST) QUINCENA_REF")
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
    "b:BEGIN (ART|DE)* (y:YEAR_REF|YEARU)",
    "h:MIDDLE (ART|DE)* (y:YEAR_REF|YEARU)",
)
def part_of_year(scan: Scan, match: re.Match[str]) -> Day:
    said = scan.said_on
    given = scan.value(match, "y", "YEAR_REF") if match.groupdict().get("y") else None
    year = given if given is not None else said.year
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
    "(THIS|n:NEXT|n:PRESENT|n:OTHER)? (QUARTERU|h:HALFYEARU) n2:(NEXT|PRESENT)?".replace(
        "n:PRESENT|n:OTHER", "PRESENT"
    ),
    "o:(FIRST|ORD2|ORD3|ORD4) (QUARTERU|h:HALFYEARU) (DE y:YEAR_REF)?",
)
def part_of_calendar_year(scan: Scan, match: re.Match[str]) -> Day:
    groups = match.groupdict()
    months = 6 if groups.get("h") else 3
    said = scan.said_on
    if groups.get("o"):
        year = scan.value(match, "y", "YEAR_REF") or said.year
        end = month_end(year, _nth_number(scan, match) * months)
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


def span_day(scan: Scan, span: Span, past: bool = False) -> Day:
    """The day a span of time from the call, forward or back."""
    if past:
        return Day(span.after(scan.said_on, -1), "past")
    return Day(span.after(scan.said_on), "in_" + span.unit, doubtful=span.doubtful)


@DAYS.rule(
    "DAY",
    "(IN|EN) (ART|UNOS)* NEXT? s:SPAN (NEXT|MORE)? (?!AGO|HENCE)".replace("|UNOS", "|ABOUT"),
    "s:SPAN (MORE|NEXT|FROMNOW) (?!HENCE)",
    "NEXT s:SPAN",
    "(IN|EN)? s:SPAN FROMNOW",
    "GIVEME (ABOUT|ART|ONE)* s:SPAN MORE?",
    "(A|CONTR) ART? s:SPAN (?!DE OTHER_WORD)",
    "UNTIL s:SPAN",
)
def in_span(scan: Scan, match: re.Match[str]) -> Day | None:
    span: Span = scan.value(match, "s", "SPAN")
    place = match.start("s")
    if scan.kind_at(match.start() - 1, "SINCE", "EACH", "POR", "RELATIVE", "WEEKDAY", "MANANA"):
        return None
    if scan.kind_at(match.end(), "AGO"):
        return None
    forms = [
        kind
        for kind in ("NEXT", "MORE", "FROMNOW")
        if scan.kind_at(place - 1, kind) or scan.kind_at(match.end() - 1, kind)
    ]
    base = span_day(scan, span)
    if "NEXT" in forms or any(scan.kind_at(index, "NEXT") for index in range(match.start(), place)):
        return Day(base.due, "next_" + span.unit, start=scan.said_on + timedelta(days=1), doubtful=base.doubtful)
    return base


@DAYS.rule("DAY", "s:SPAN")
def span_alone(scan: Scan, match: re.Match[str]) -> Day | None:
    """A span is a date by itself only where it is all that is said."""
    if any(not scan.kind_at(index, "COMMA", "DOT") for index in range(len(scan.items)) if index != match.start()):
        inner: Span = scan.value(match, "s", "SPAN")
        text = scan.tokens[scan.items[match.start()].first : scan.items[match.start()].last]
        return (
            span_day(scan, inner)
            if any(scan.kind_at(match.start(), "SPAN") and token.text.startswith(("proxim",)) for token in text)
            else None
        )
    inner = scan.value(match, "s", "SPAN")
    return Day(inner.after(scan.said_on), "in_" + inner.unit, doubtful=True)


@DAYS.rule("DAY", "SINCE (ABOUT|MORE)? s:SPAN", "s:SPAN AGO", "(ART)? (LASTS|LASTPAST) s:SPAN", "s:SPAN LASTPAST")
def span_ago(scan: Scan, match: re.Match[str]) -> Day:
    return span_day(scan, scan.value(match, "s", "SPAN"), past=True)
