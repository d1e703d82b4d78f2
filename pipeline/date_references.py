"""First layers of the date grammar: times of the day, years, months, weeks, spans and written dates."""

from __future__ import annotations

import re
from datetime import date, timedelta

from pipeline.calendars import month_end, next_day_of_year, next_month_day, shift_month, week_monday
from pipeline.date_grammar import Layer, Scan
from pipeline.date_values import Clock, Day, Month, Span, Week

CLOCKS = Layer(needs="(HOUR|DECIMAL|PARTNAME|MANANA|NOON|YEAR|YEARU)")
REFERENCES = Layer(
    needs="(MONTH|MONTH_SHORT|MES|PRESENT|WEEK|QUINCENA|DAYU|YEARU|HOURU|MINUTEU|DAY_NUMBER|YEAR_REF|DOTTED)"
)

_MONTH = "(MONTH|MONTH_SHORT)"
_PART = "(DE|POR|EN|A|FOR) LAS p:(PARTNAME|MANANA)"
_SUFFIX = f"(s:MERIDIEM|COMMA? {_PART}|(A|CONTR|EN) ART? n:NOON|s2:HOURU|SHARP)"
_HOUR = "(h:HOUR ((COLON|Y) mi:INT|Y (q:QUARTER|f:HALF)|MINUS (lm:INT|lq:QUARTER))?|x:DECIMAL)"
_FILL = "(OTHER_WORD|NO|A)?"
_UNITS = "MONEY|DAYU|WEEK|MES|YEARU|MINUTEU|QUINCENA"


def _part_of(scan: Scan, match: re.Match[str]) -> str | None:
    groups = match.groupdict()
    if groups.get("n"):
        return "noon"
    for group in ("p", "p1"):
        if groups.get(group):
            item = scan.items[match.start(group)]
            text = scan.tokens[item.first].text
            return {"m": "morning", "t": "afternoon"}.get(text[0] if text != "madrugada" else "m", "night")
    if groups.get("s"):
        item = scan.items[match.start("s")]
        return "morning" if scan.tokens[item.first].text.startswith("a") else "afternoon"
    return None


@CLOCKS.rule(
    "CLOCK",
    f"LAS {_HOUR} (?!{_UNITS}|MONTH|NEXT) {_SUFFIX}?",
    f"{_HOUR} (?!{_UNITS}) {_SUFFIX}(?! {_UNITS})",
    "h:HOUR COLON mi:INT",
)
def clock(scan: Scan, match: re.Match[str]) -> Clock | None:
    groups = match.groupdict()
    if groups.get("x"):
        hour, minute = (int(part) for part in re.split(r"[.,]", scan.value(match, "x", "DECIMAL")))
    else:
        hour = scan.value(match, "h", "HOUR")
        minute = 0
        if groups.get("mi"):
            minute = scan.value(match, "mi", "INT")
        elif groups.get("q") or groups.get("f"):
            minute = 15 if groups.get("q") else 30
        elif groups.get("lm") or groups.get("lq"):
            minute = 60 - (15 if groups.get("lq") else scan.value(match, "lm", "INT"))
            hour = (hour - 1) % 24
    article = scan.tokens[scan.items[match.start()].first].text
    if not 0 <= minute < 60 or (article == "la" and hour % 12 != 1 and not groups.get("lm") and not groups.get("lq")):
        return None
    if groups.get("s2") and not groups.get("mi") and not scan.kind_at(match.start(), "LAS"):
        return None  # "en 24 horas" is a span
    part = _part_of(scan, match)
    is_pm = part in ("afternoon", "night", "noon") and hour < 12 and not (part == "night" and hour < 5)
    return Clock(hour + 12 if is_pm else hour % 24, minute, part, exact=part is not None or hour > 12)


@CLOCKS.rule(
    "CLOCK", "(DE|POR|EN|A|FOR) LAS p:(PARTNAME|MANANA)", "LAS p:(PARTNAME|MANANA) (?=DE)", "(A|CONTR|EN) n:NOON"
)
def part_of_day(scan: Scan, match: re.Match[str]) -> Clock:
    part = _part_of(scan, match)
    return Clock(12 if part == "noon" else None, 0, part, exact=part == "noon")


@CLOCKS.rule("YEAR_REF", "YEARU? y:YEAR (?!MONEY)")
def year_number(scan: Scan, match: re.Match[str]) -> int:
    return int(scan.value(match, "y", "YEAR"))


@CLOCKS.rule("YEAR_REF", "(THIS|NEXT|OTHER|PRESENT) YEARU", "YEARU (NEXT|OTHER|PRESENT)", "YEARU LASTPAST")
def year_relative(scan: Scan, match: re.Match[str]) -> int:
    year = scan.said_on.year
    place = match.start() if not scan.kind_at(match.start(), "YEARU") else match.start() + 1
    if scan.kind_at(place, "THIS", "PRESENT"):
        return year
    return year + (-1 if scan.kind_at(place, "LASTPAST") else 1)


def _month_number(scan: Scan, match: re.Match[str], group: str = "m") -> int:
    return int(scan.value(match, group, "MONTH") or scan.value(match, group, "MONTH_SHORT"))


_YEARS_AHEAD = 15


def _full_year(number: int, said_on: date) -> int:
    """The year of two digits that lies at most fifteen years ahead: «del veintisiete», «del sesenta y ocho»."""
    if number >= 100:
        return number
    century = said_on.year // 100 * 100
    return century + number - (100 if century + number > said_on.year + _YEARS_AHEAD else 0)


@REFERENCES.rule(
    "MONTH_REF",
    f"(MES DE)? (m:MONTH|m1:MONTH_SHORT DOT?) ((COMMA|EN|DE)? y:YEAR_REF|DE y2:INT (?!{_UNITS}|DE))?",
    f"(NEXT|THIS) m:{_MONTH}",
    f"m:{_MONTH} (NEXT|past:LASTPAST)",
    "n:DAY_NUMBER SLASH y:YEAR_REF",
)
def month_named(scan: Scan, match: re.Match[str]) -> Month | None:
    groups = match.groupdict()
    if groups.get("n"):
        number = scan.value(match, "n", "DAY_NUMBER")
        return Month(scan.value(match, "y", "YEAR_REF"), number, "month") if number <= 12 else None
    name = "m1" if groups.get("m1") else "m"
    number = _month_number(scan, match, name)
    place = match.start(name)
    if "MONTH" not in scan.items[place].values:  # an abbreviation needs a number beside it
        before = scan.kind_at(place - 1, "INT", "ORDINAL_DAY") or scan.kind_at(place - 2, "INT", "ORDINAL_DAY", "FIRST")
        if not (before or groups.get("y") or scan.kind_at(place + 1, "INT") or scan.kind_at(place - 1, "FIRST")):
            return None
    if groups.get("past"):
        said = scan.said_on
        return Month(said.year - (number >= said.month), number, "past", is_past=True)
    year = None
    if groups.get("y"):
        year = scan.value(match, "y", "YEAR_REF")
    elif groups.get("y2"):
        short = scan.value(match, "y2", "INT")
        if not (20 <= short < 100 or 1900 <= short < 2100):
            return None
        year = _full_year(short, scan.said_on)
    return Month(year, number, "month")


@REFERENCES.rule(
    "MONTH_REF",
    "THIS MES DE m:MONTH",
    "THIS MES NO COMMA? SINO? (A|EN|FOR)? ART? n:(OTHER|NEXT)",
    "n:(NEXT|OTHER|PRESENT|THIS|LASTPAST) MES",
    "MES n:(NEXT|OTHER|PRESENT|LASTPAST|AFTER_NEXT)",
    "MES a:HENCE ART? NEXT MES?",
    f"(NEXT MES|MES NEXT) a:NO {_FILL} {_FILL} COMMA* SINO? (A|EN|FOR)? ART? (OTHER|NEXT)",
    "(?<=DE) n:PRESENT",
    "MES",
)
def month_relative(scan: Scan, match: re.Match[str]) -> Month | None:
    said = scan.said_on
    if "m" in match.groupdict():
        return Month(None, _month_number(scan, match), "month")
    if "a" in match.groupdict():
        return Month(*shift_month(said.year, said.month, 2), "next_month")
    if "n" not in match.groupdict():
        return None if scan.kind_at(match.start() - 1, "INT", "EACH", "POR", "HALF") else Month(None, 0, "month")
    place = match.start("n")
    if scan.kind_at(place, "LASTPAST") and not scan.kind_at(place, "NEXT"):
        year, month = shift_month(said.year, said.month, -1)
        return Month(year, month, "past", is_past=True)
    steps, rule = 1, "next_month"
    if scan.kind_at(place, "THIS", "PRESENT"):
        steps, rule = 0, "this_month"
    elif scan.kind_at(place, "AFTER_NEXT"):
        steps = 2
    year, month = shift_month(said.year, said.month, steps)
    return Month(year, month, rule)


@REFERENCES.rule(
    "WEEK_REF",
    "THIS WEEK NO COMMA? SINO? (A|EN|FOR)? LAS n:(OTHER|NEXT)",
    "NO COMMA? (EN|FOR)? THIS WEEK COMMA? SINO? (A|EN|FOR)? LAS n:(OTHER|NEXT)",
    "n:(THIS|PRESENT|NEXT|OTHER|LASTPAST) WEEK",
    "WEEK n:(PRESENT|NEXT|OTHER|AFTER_NEXT|LASTPAST)",
    "WEEK a:HENCE ART? (NEXT|OTHER) (?!WEEKDAY|DAY_NUMBER|MES)",
    f"(NEXT WEEK|WEEK NEXT) a:NO {_FILL} {_FILL} COMMA* SINO? (A|EN|FOR)? LAS (OTHER|NEXT)",
    "WEEK (?!BUSINESS)",
)
def week_relative(scan: Scan, match: re.Match[str]) -> Week | None:
    said = scan.said_on
    if "a" in match.groupdict():
        return Week(week_monday(said, 2), "week_after_next")
    if "n" not in match.groupdict():
        if scan.kind_at(
            match.start() - 1, "INT", "EACH", "POR", "HALF", "FIRST", "LAST", "ORD2", "ORD3", "ORD4", "ORD5"
        ):
            return None
        return Week(week_monday(said), "this_week", bare=True)
    place = match.start("n")
    if scan.kind_at(place, "AFTER_NEXT"):
        return Week(week_monday(said, 2), "week_after_next")
    if scan.kind_at(place, "LASTPAST") and not scan.kind_at(place, "NEXT"):
        return Week(week_monday(said, -1), "past", is_past=True)
    if scan.kind_at(place, "THIS", "PRESENT"):
        return Week(week_monday(said), "this_week")
    return Week(week_monday(said, 1), "next_week")


@REFERENCES.rule(
    "WEEK_REF",
    "WEEK (NEXT|DE|EN) (ART|DAYU|WEEKDAY)* d:DAY_NUMBER "
    "(DE m:(MONTH|MONTH_SHORT)|DE n:NEXT MES|DE MES n2:NEXT)? (?!MONEY)",
)
def week_of_day(scan: Scan, match: re.Match[str]) -> Week | None:
    number = scan.value(match, "d", "DAY_NUMBER")
    groups = match.groupdict()
    day: date | None
    if groups["m"]:
        day = next_day_of_year(scan.said_on, _month_number(scan, match), number)
    elif groups["n"] or groups["n2"]:
        day = Month(*shift_month(scan.said_on.year, scan.said_on.month, 1), "next_month").day(scan.said_on, number)
    else:
        day = next_month_day(scan.said_on, number)
    return None if day is None else Week(week_monday(day), "week_of_day")


@REFERENCES.rule(
    "QUINCENA_REF",
    "(THIS|NEXT)? QUINCENA NEXT?",
    "(LASTPAST QUINCENA|QUINCENA past:LASTPAST)",
    "n:OTHER QUINCENA",
    f"(NEXT QUINCENA|QUINCENA NEXT) NO {_FILL} {_FILL} {_FILL} COMMA* SINO? (A|EN|FOR)? LAS n:(OTHER|NEXT)",
    f"THIS QUINCENA NO {_FILL} {_FILL} {_FILL} COMMA* SINO? (A|EN|FOR)? LAS n:(OTHER|NEXT)",
    "NO COMMA? (EN|FOR)? THIS QUINCENA COMMA? SINO? (A|EN|FOR)? LAS n:(OTHER|NEXT)",
)
def quincena_relative(scan: Scan, match: re.Match[str]) -> int | None:
    """How many quincenas on: 1 is the next; 0 stands for one that is past."""
    if scan.kind_at(match.start() - 1, "INT", "EACH", "POR", "FIRST", "ORD2", "HALF"):
        return None
    if match.groupdict().get("past") or scan.kind_at(match.start(), "LASTPAST"):
        return 0
    return 2 if match.groupdict().get("n") else 1


def _unit_span(scan: Scan, place: int, count: int, business: bool) -> Span:
    kinds = scan.items[place].values
    if "DAYU" in kinds:
        return Span(business_days=count, unit="days") if business else Span(days=count, unit="days")
    if "WEEK" in kinds:
        return Span(days=7 * count, unit="weeks")
    if "MES" in kinds:
        return Span(months=count, unit="months")
    if "YEARU" in kinds:
        return Span(months=12 * count, unit="years")
    if "QUINCENA" in kinds:
        return Span(quincenas=count, unit="quincenas")
    if "HOURU" in kinds:
        return Span(business_days=count // 24, unit="hours") if business else Span(hours=count, unit="hours")
    return Span(unit="minutes")


_LONGEST_DELAY = 12  # "a 36 meses" is how long a contract lasts

_UNIT = "(DAYU|WEEK|MES|YEARU|HOURU|MINUTEU|QUINCENA)"


@REFERENCES.rule(
    "SPAN",
    f"n:INT nx:NEXT? u:{_UNIT} b:BUSINESS? (f:(Y HALF)|Y n2:INT u2:{_UNIT})?",
    f"n:INT HALF u:{_UNIT}",
    f"n:INT pair:DE u:{_UNIT}",
    f"n:INT Y f:HALF u:{_UNIT}",
    f"u:{_UNIT} f:(Y HALF)",
    f"f0:HALF u:{_UNIT}",
)
def span(scan: Scan, match: re.Match[str]) -> Span | None:
    groups = match.groupdict()
    count = scan.value(match, "n", "INT") if groups.get("n") else (0 if groups.get("f0") else 1)
    lasts = (
        scan.kind_at(match.start() - 1, "A", "CONTR")
        and scan.kind_at(match.start("u"), "MES")
        and count > _LONGEST_DELAY
    )
    if (
        count > 1000
        or lasts
        or (groups.get("pair") and not scan.tokens[scan.items[match.start()].last - 1].text.startswith("par"))
    ):
        return None
    base = _unit_span(scan, match.start("u"), count, bool(groups.get("b")))
    if groups.get("f") or groups.get("f0"):
        half = {"months": 15, "weeks": 4, "years": 0, "days": 1 if groups.get("f") else 0}.get(base.unit, 0)
        months = base.months + (6 if base.unit == "years" else 0)
        days = base.days + half + (7 if base.unit == "quincenas" else 0)
        return Span(days, months, base.business_days, base.hours, base.quincenas, base.unit, doubtful=True)
    if groups.get("u2"):
        more = _unit_span(scan, match.start("u2"), scan.value(match, "n2", "INT"), business=False)
        return Span(
            base.days + more.days, base.months + more.months, base.business_days, base.hours + more.hours, 0, base.unit
        )
    return base


def _written(scan: Scan, day: int, month: int, year: int | None) -> Day | None:
    if not 1 <= month <= 12:
        return None
    if year is None:
        found = next_day_of_year(scan.said_on, month, day)
        return None if found is None else Day(found, "numeric_date", month_day=True)
    return Day(date(_full_year(year, scan.said_on), month, day), "numeric_date", month_day=True)


@REFERENCES.rule(
    "NUMERIC",
    "d:DAY_NUMBER SLASH m:INT (SLASH (y:INT|y4:YEAR_REF))?",
    "d:DAY_NUMBER DASH m:INT DASH (y:INT|y4:YEAR_REF)",
    "d:DAY_NUMBER DASH m:INT (?!DE|COMMA? MONEY|DASH|CLOCK|NEXT|PARTNAME)",
    f"d:DAY_NUMBER (SLASH|DASH) w:{_MONTH} ((SLASH|DASH) (y:INT|y4:YEAR_REF))?",
    "y:YEAR_REF DASH m:INT DASH d:DAY_NUMBER",
    "(?<=ART) d:DAY_NUMBER DE m:INT (DE (y:INT|y4:YEAR_REF))? (?!MONEY|MES|DE MES)",
    "d:DAY_NUMBER DE m:INT DE (y:INT|y4:YEAR_REF) (?!MONEY)",
    "x:DOTTED",
)
def written_date(scan: Scan, match: re.Match[str]) -> Day | None:
    groups = match.groupdict()
    if groups.get("x"):
        day, month, year = (int(part) for part in scan.value(match, "x", "DOTTED").split("."))
        return _written(scan, day, month, year)
    day = scan.value(match, "d", "DAY_NUMBER")
    given = None
    if groups.get("y") or groups.get("y4"):
        given = (
            scan.value(match, "y", "INT") or scan.value(match, "y", "YEAR_REF") or scan.value(match, "y4", "YEAR_REF")
        )
    if groups.get("w"):
        return _written(scan, day, _month_number(scan, match, "w"), given)
    if (
        (day, scan.value(match, "m", "INT")) in ((1, 2), (1, 3), (1, 4), (2, 3), (3, 4), (24, 7))
        and given is None
        and not scan.kind_at(match.start() - 1, "ART", "CONTR", "DASH")
    ):
        return None  # a fraction, round the clock
    return _written(scan, day, scan.value(match, "m", "INT"), given)


def month_period(said_on: date, month: Month, rule: str) -> Day:
    """The month as a period, dated on its last day."""
    year, number = month.resolve(said_on)
    return Day(month_end(year, number), rule, start=date(year, number, 1), grain="month")


def shift_day(day: date, days: int) -> date:
    return day + timedelta(days=days)
