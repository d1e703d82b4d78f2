"""Second layer of the date grammar, days: relative ones, weekdays, numbers of a month, written dates."""

from __future__ import annotations

import re
from datetime import timedelta

from pipeline.calendars import (
    clamped_day,
    next_month_day,
    next_weekday,
    nth_weekday,
    shift_month,
)
from pipeline.date_grammar import Layer, Scan
from pipeline.date_values import Day, Month, Week

DAYS = Layer()

_COUNTED = "MONEY|HOURU|DAYU|WEEK|MES|YEARU|MINUTEU|SPAN|MERIDIEM|SLASH|QUINCENA"
NTH = "(FIRST|ORD2|ORD3|ORD4|ORD5)"
_OF = "(?:(?<=EL)|(?<=CONTR)|(?<=CONTRACTED))"
_NAMED = "(?:(?<=EL)|(?<=CONTR)|(?<=CONTRACTED)|(?<=DAYU))"
_NAMED_OR_THIS = "(?:(?<=EL)|(?<=CONTR)|(?<=CONTRACTED)|(?<=THIS)|(?<=DAYU)|(?<=ESE))"
_MONTH_TAIL = "(COMMA? (DE|EN|A)? (ART|CONTR)? m:MONTH_REF)"


# Before these words «Domingo» is a man: "mi compadre Domingo le lleva la plata".
_NAMED_SO = frozenset(
    "don compadre tio primo hermano cunado suegro yerno vecino amigo socio senor padre abuelo papa hijo sobrino "
    "maestro patron jefe santo ingeniero licenciado doctor profesor esposo marido".split()
)


def nth_number(scan: Scan, match: re.Match[str], group: str = "o") -> int:
    values = scan.items[match.start(group)].values
    for number, kind in enumerate(("FIRST", "ORD2", "ORD3", "ORD4", "ORD5"), 1):
        if kind in values:
            return number
    return -1


def month_of(scan: Scan, match: re.Match[str]) -> Month | None:
    month = scan.value(match, "m", "MONTH_REF") if "m" in match.groupdict() else None
    assert month is None or isinstance(month, Month)
    return month


@DAYS.rule(
    "DAY", "r:RELATIVE (DE? r2:RELATIVE)?", "r:RELATIVE_DOUBTFUL", f"(r:RELATIVE|MANANA) d:DAY_NUMBER (?!{_COUNTED}|DE)"
)
def relative_day(scan: Scan, match: re.Match[str]) -> Day | None:
    """«Mañana», «hoy mismo»; «pasado mañana veintinueve» where it is the 29th."""
    days = scan.value(match, "r", "RELATIVE")
    if days is None and scan.has(match, "d"):
        days = 1
    if scan.has(match, "d") and (scan.said_on + timedelta(days=days)).day != scan.value(match, "d", "DAY_NUMBER"):
        return None
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


@DAYS.rule(
    "DAY", f"(r:RELATIVE|MANANA) COMMA? w:WEEKDAY (?!OTHER|EN|NEXT) (d:DAY_NUMBER (?!{_COUNTED}) {_MONTH_TAIL}?)?"
)
def relative_day_and_weekday(scan: Scan, match: re.Match[str]) -> Day | None:
    """«Mañana viernes»: the relative day; doubtful where the weekday is another."""
    days = scan.value(match, "r", "RELATIVE")
    if scan.kind_at(match.start() - 1, "LAS", "EACH"):
        return None
    found = scan.said_on + timedelta(days=1 if days is None else days)
    number = scan.value(match, "d", "DAY_NUMBER")
    other = found.weekday() != scan.value(match, "w", "WEEKDAY") or number not in (None, found.day)
    return None if other else Day(found, "tomorrow" if days is None else "relative_day")


_AFTER_TOMORROW = frozenset("te le les os se si seguro segurisimo fijo sin mismo".split())


@DAYS.rule("DAY", "LASTPAST")
def after_tomorrow(scan: Scan, match: re.Match[str]) -> Day | None:
    """«Pasado te lo ingreso», «mañana no llego, pasado seguro»; not «el viernes pasado», «pasado el 15»."""
    item = scan.items[match.start()]
    before = scan.tokens[item.first - 1] if item.first else None
    after = scan.tokens[item.last].text if item.last < len(scan.tokens) else ""
    if scan.tokens[item.first].text != "pasado" or after not in _AFTER_TOMORROW:
        return None
    if before is not None and before.kind != "sign" and before.text not in ("y", "pero", "para", "o"):
        return None
    return Day(scan.said_on + timedelta(days=2), "day_after_tomorrow")


@DAYS.rule("DAY", "r:PAST_DAY (COMMA? ART? WEEKDAY)?")
def past_day(scan: Scan, match: re.Match[str]) -> Day:
    return Day(scan.said_on + timedelta(days=scan.value(match, "r", "PAST_DAY")), "past")


@DAYS.rule("DAY", "r:NOW")
def now(scan: Scan, match: re.Match[str]) -> Day | None:
    after = match.end()
    for word in ("si", "es"):  # "ahora sí es el jueves"
        after += scan.kind_at(after, "OTHER_WORD") and scan.items[after].values["OTHER_WORD"] == word
    if scan.kind_at(after, "EN", "FOR", "EL", "THIS", "CONTR"):
        return None  # "ahora en la quincena": the day follows
    return Day(scan.said_on, "now", doubtful=True)


@DAYS.rule("NOT_DAY", "NODATE")
def no_date(scan: Scan, match: re.Match[str]) -> bool:
    del scan, match
    return True


@DAYS.rule(
    "DAY",
    "(EACH|PLURAL) DAYU? w:WEEKDAY",
    "(?<!BETWEEN)PLURAL DAYU (d:DAY_NUMBER|FIRST|ORDINAL_DAY) (Y ART? DAY_NUMBER)?",
    "EACH (SPAN|QUINCENA|WEEK|MES|QUINCENA_REF|WEEK_REF|MONTH_REF|DAYU|d:DAY_NUMBER|WEEKEND|YEARU|INT)",
    "(EL|PLURAL|CONTR) DAYU? d:DAY_NUMBER (Y ART? DAY_NUMBER)? DE EACH (MONTH_REF|MES)?",
    "POR (SPAN|QUINCENA|WEEK|MES|DAYU|YEARU)",
    "ONE WEEKDAY",
    "w:WEEKDAY (DE|CLOCK)* EACH (WEEK_REF|WEEK|MES|MONTH_REF)",
    "WEEKDAY (A|CONTR) (WEEKDAY)",
    "(?<!EL)(?<!FOR)(?<!THIS)(?<!CONTR) WEEKDAY COMMA WEEKDAY (COMMA? Y|COMMA) WEEKDAY",
)
def recurring(scan: Scan, match: re.Match[str]) -> Day:
    del scan, match
    return Day(None, "recurring", grain="none")


@DAYS.rule(
    "DAY",
    "(?<!LAS) NEXT? w:WEEKDAY NEXT?",
    "w:WEEKDAY_SHORT DOT? (?=DAY_NUMBER|NUMERIC)",
    "NEXT w:WEEKDAY_SHORT (?!OTHER_WORD)",
)
def weekday(scan: Scan, match: re.Match[str]) -> Day | None:
    number = scan.value(match, "w", "WEEKDAY")
    if number is None:
        number = scan.value(match, "w", "WEEKDAY_SHORT")
    item = scan.items[match.start("w")]
    if scan.tokens[item.first].text == "domingo" and item.first and scan.tokens[item.first - 1].text in _NAMED_SO:
        return None
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
_OTHER_ONE = (
    f"{_FILL} COMMA* (OTHER_WORD COMMA)? SINO? COMMA? (FOR|A|EN)? (EL|CONTR) (OTHER|NEXT)"
    "(?! (MES|WEEK|MONTH_REF|WEEK_REF))"
)


@DAYS.rule(
    "DAY",
    "(EL|CONTR)? OTHER w:WEEKDAY",
    "w:WEEKDAY (OTHER|AFTER_NEXT)",
    "w:WEEKDAY NEXT? (COMMA|O OTHER_WORD)* NO (THIS|MANANA) WEEKDAY? COMMA? SINO? (EL|CONTR) OTHER",
    f"(THIS|EL|CONTR)? w:WEEKDAY NEXT? COMMA* NO {_OTHER_ONE}",
    f"NO COMMA? (FOR|A|EN)? (THIS|EL|CONTR) w:WEEKDAY NEXT? {_OTHER_ONE}",
    f"w:WEEKDAY (DE|EN)? ART? k:WEEK_REF COMMA* NO {_OTHER_ONE}",
)
def weekday_after_next(scan: Scan, match: re.Match[str]) -> Day:
    number = scan.value(match, "w", "WEEKDAY")
    week: Week | None = scan.value(match, "k", "WEEK_REF")
    first = next_weekday(scan.said_on, number) if week is None else week.monday + timedelta(days=number)
    return Day(first + timedelta(days=7), "weekday_after_next")


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
    between = scan.tokens[scan.items[match.start()].last : scan.items[match.end() - 1].first]
    if found < scan.said_on and any(token.text == "," for token in between):
        return None  # "no me llame esta semana, el lunes le pago"
    if week.rule == "this_week" and found < scan.said_on:
        return Day(found, "past", doubtful=True)
    return Day(found, "weekday_of_" + week.rule)


@DAYS.rule(
    "DAY",
    "NEXT? (w:WEEKDAY|ws:WEEKDAY_SHORT DOT?) NEXT? COMMA? (EL|CONTR|FOR)* DAYU? "
    f"(d:DAY_NUMBER|f:FIRST|d1:ORDINAL_DAY) (DOT? ORDSIGN)? (?!{_COUNTED}) {_MONTH_TAIL}?",
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
        month = month_of(scan, match) or Month(None, 0, "month")
        found = month.day(scan.said_on, number)
        if month.month == 0 and number == scan.said_on.day and named == scan.said_on.weekday():
            found = scan.said_on if scan.has(match, "m") else found
    if found is None or named is None:
        return None
    return Day(found, "weekday_and_number", doubtful=found.weekday() != named, month_day=True)


@DAYS.rule("DAY", f"(o:{NTH}|LAST) w:WEEKDAY (CLOCK|DE|A)* (DE|EN) (ART|CONTR)? m:MONTH_REF")
def nth_weekday_of_month(scan: Scan, match: re.Match[str]) -> Day | None:
    month = month_of(scan, match)
    assert month is not None
    nth = nth_number(scan, match) if scan.has(match, "o") else -1
    year, number = month.resolve(scan.said_on)
    found = nth_weekday(year, number, scan.value(match, "w", "WEEKDAY"), nth)
    if found is not None and found < scan.said_on and not month.is_past:
        if month.month == 0:
            year, number = shift_month(year, number, 1)
        elif month.year is None:
            year += 1
        found = nth_weekday(year, number, scan.value(match, "w", "WEEKDAY"), nth)
    return None if found is None else Day(found, "past" if month.is_past else "nth_weekday_of_month", month_day=True)


def _is_next_day(scan: Scan, place: int) -> bool:
    """Whether «próximo día» stands there, as in «el próximo día 3»."""
    item = scan.items[place]
    return [token.text for token in scan.tokens[item.first : item.last]] == ["proximo", "dia"]


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
    f"{_NAMED_OR_THIS} d:DAY_NUMBER (DOT? ORDSIGN)? (?!{_COUNTED}|Y HALF) {_MONTH_TAIL}?",
    f"{_NAMED} o:ORDINAL_DAY (?!{_COUNTED}) {_MONTH_TAIL}?",
    f"(?<=DAYU) f:FIRST {_MONTH_TAIL}?",
    f"{_OF} f:FIRST DE ART? m:MONTH_REF",
    "(d:DAY_NUMBER (DOT? ORDSIGN)?|o:ORDINAL_DAY|f:FIRST) (DE|EL|COMMA|SLASH|DASH)* m:MONTH_REF",
    f"NEXT d:DAY_NUMBER (?!{_COUNTED}) {_MONTH_TAIL}?",
    f"r:RELATIVE d:DAY_NUMBER (?!{_COUNTED}) {_MONTH_TAIL}?",
)
def day_of_month(scan: Scan, match: re.Match[str]) -> Day | None:
    groups = match.groupdict()
    month = month_of(scan, match)
    number = 1 if groups.get("f") else scan.value(match, "d", "DAY_NUMBER") or scan.value(match, "o", "ORDINAL_DAY")
    before = match.start() - 1
    article = scan.kind_at(before, "EL", "CONTR", "CONTRACTED", "THIS", "DAYU", "ESE")
    if scan.kind_at(before, "THIS") and scan.tokens[scan.items[before].first].text[:4] in ("esta", "esto"):
        return None
    if scan.kind_at(match.start(), "ONE") or (groups.get("r") and not _is_next_day(scan, match.start())):
        return None
    worded = bool(groups.get("o")) and scan.tokens[scan.items[match.start()].first].kind == "word"
    if worded and month is not None and not scan.kind_at(match.start() + 1, "DE", "MONTH_REF"):
        return None  # «el décimo cuarto, en agosto» is a wage
    if month is None and worded:
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


@DAYS.rule("DAY", f"m:MONTH_REF COMMA? (FOR|EN)? (EL|CONTR) DAYU? d:DAY_NUMBER (?!{_COUNTED}|DE)")
def day_of_month_named_first(scan: Scan, match: re.Match[str]) -> Day | None:
    """«El mes que entra, el día 10»; not «en abril, el 10»."""
    month = month_of(scan, match)
    return _day_of(scan, scan.value(match, "d", "DAY_NUMBER"), month) if month and month.rule == "next_month" else None


@DAYS.rule("DAY", "(EL|CONTR) d:DAY_NUMBER DE (ART|CONTR)? (n:(NEXT|OTHER|PRESENT)) (?!WEEK|MES|YEARU)")
def day_of_next(scan: Scan, match: re.Match[str]) -> Day | None:
    steps = 0 if scan.kind_at(match.start("n"), "PRESENT") else 1
    month = Month(*shift_month(scan.said_on.year, scan.said_on.month, steps), "next_month" if steps else "this_month")
    return _day_of(scan, scan.value(match, "d", "DAY_NUMBER"), month)


_ITS_DAY = "COMMA? (FOR|EN|A)? (EL|CONTR|THIS) (DAY_NUMBER|WEEKDAY|DAYU)"  # "el primero el 15": the first payment


@DAYS.rule(
    "DAY",
    "(?:(?<=EL)|(?<=CONTR)|(?<=CONTRACTED)|(?<=FOR)) f:FIRST "
    f"(?!{_COUNTED}|DE|WEEKDAY|OTHER_WORD|QUINCENA|SPAN|{_ITS_DAY})",
    f"(?:(?<=EL)|(?<=CONTRACTED)) f:FIRST (?!{_ITS_DAY}) (?=FOR|OTHER_WORD)",
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
