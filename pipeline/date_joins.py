"""Third layer of the date grammar: what is said of days: ranges, before, after, «en ocho», either of two."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from pipeline.calendars import clamped_day, next_quincena, next_weekday, shift_month
from pipeline.date_grammar import Item, Layer, Scan
from pipeline.date_patterns import CODES, compile_pattern
from pipeline.date_values import Day, Span

DAY_CODE = CODES[frozenset({"DAY"})]
_TWO_DAYS = "DAY(?s:.)*DAY"
OFFSETS = Layer(needs=f"{_TWO_DAYS}|SPAN|DAY (EN|A) INT")
RANGES = Layer(needs=f"{_TWO_DAYS}|DAY_NUMBER (Y|A|RANGE_TO|DASH)|DAY (DASH|O|COMMA)")
BOUNDS = Layer(needs="(BEFORE|BEFORE_START|BEFORE_END|FROM|AFTER|ABOUT)")

_EIGHT, _FIFTEEN = 8, 15
_MONEY_NEXT = "(?!MONEY|MES|YEARU|WEEK|HOURU)"


def _day(scan: Scan, match: re.Match[str], group: str = "x") -> Day:
    day: Day = scan.value(match, group, "DAY")
    return day


@OFFSETS.rule("DAY", f"DE? (ART|CONTR)? x:DAY (EN|A) n:INT (DAYU)? {_MONEY_NEXT}", "x:DAY (EN|A) s:SPAN")
def day_in_eight(scan: Scan, match: re.Match[str]) -> Day | None:
    """«Del viernes en ocho» is a week on, «en quince» two; the count takes in both ends."""
    day = _day(scan, match)
    if day.due is None or day.rule in ("past", "now"):
        return None
    if match.groupdict().get("s"):
        span: Span = scan.value(match, "s", "SPAN")
        days = {_EIGHT: 7, _FIFTEEN: 14}.get(span.days, span.days) if span.unit == "days" else span.days
        return Day(replace(span, days=days).after(day.due), "day_in_eight")
    number = scan.value(match, "n", "INT")
    if number not in (_EIGHT, _FIFTEEN):
        return None
    return Day(day.due + timedelta(days=7 if number == _EIGHT else 14), "day_in_eight")


@OFFSETS.rule("DAY", "(IN|EN)? s:SPAN HENCE (ART|CONTR|THIS)* x:DAY", "(A|EN)? s:SPAN b:BEFORE (ART|CONTR|THIS)* x:DAY")
def span_from_day(scan: Scan, match: re.Match[str]) -> Day | None:
    day = _day(scan, match)
    span: Span = scan.value(match, "s", "SPAN")
    if day.due is None:
        return None
    if match.groupdict().get("b"):
        return Day(span.after(day.due, -1), "span_before_day")
    return Day(span.after(day.due), "span_after_day")


@OFFSETS.rule("DAY", "y:DAY (DE|A) (ART|CONTR)? x:DAY")
def day_after(scan: Scan, match: re.Match[str]) -> Day | None:
    """«Al otro día de la quincena», «el día siguiente del 15»."""
    item = scan.items[match.start("y")]
    words = " ".join(token.text for token in scan.tokens[item.first : item.last])
    day = _day(scan, match)
    if not words.endswith(("otro dia", "dia siguiente", "dia despues")) or day.due is None:
        return None
    return Day(day.due + timedelta(days=1), "day_after")


@OFFSETS.rule("DAY", "w:DAY (HENCE|b:BEFORE) (ART|CONTR|THIS)* x:DAY", "w:DAY FOLLOWING A (ART|CONTR)? x:DAY")
def weekday_beside_day(scan: Scan, match: re.Match[str]) -> Day | None:
    """«El lunes después de Navidad», «el viernes antes de la quincena»."""
    named, day = _day(scan, match, "w"), _day(scan, match)
    if not named.bare_weekday or named.due is None or day.due is None or day.rule == "past":
        return None
    following = next_weekday(day.due, named.due.weekday())
    if match.groupdict().get("b"):
        first = day.first
        assert first is not None
        before = next_weekday(first, named.due.weekday()) - timedelta(days=7)
        return Day(before if before < first else before - timedelta(days=7), "weekday_before_day")
    return Day(following, "weekday_after_day")


_ART = "(ART|CONTR|THIS|DAYU|FOR)*"


@RANGES.rule(
    "DAY",
    f"BETWEEN {_ART} a:DAY CLOCK? COMMA? (Y|A|RANGE_TO) {_ART} CLOCK? b:DAY",
    f"(DE|FROM|DASH)? {_ART} a:DAY (A? CLOCK)? (A|RANGE_TO|DASH) {_ART} (CLOCK DE?)? b:DAY",
    f"FROM CLOCK DE? {_ART} a:DAY RANGE_TO CLOCK DE? b:DAY",
    f"BETWEEN {_ART} a:DAY COMMA b:DAY",
)
def range_of_days(scan: Scan, match: re.Match[str]) -> Day | None:
    first, last = _day(scan, match, "a"), _day(scan, match, "b")
    if first.due is None or last.due is None or "past" in (first.rule, last.rule):
        return None
    if scan.kind_at(match.start("b") - 1, "FOR"):
        return None
    start, due = first.first, last.due
    assert start is not None
    if first.rule == "now":
        start = scan.said_on
    while start > due and first.rule in ("day_and_month", "numeric_date"):
        start = clamped_day(start.year - 1, start.month, start.day)
    if start > due and first.rule == "day_of_month":
        start = clamped_day(*shift_month(start.year, start.month, -1), start.day)
    if first.bare_weekday and last.bare_weekday and start > due:
        if scan.kind_at(match.start(), "BETWEEN"):
            start -= timedelta(days=7)
        else:
            due += timedelta(days=7)
    if first.bare_weekday and last.rule == "weekday_of_next_week":
        start = due - timedelta(days=(due.weekday() - first.due.weekday()) % 7)
    if start > due:
        return None
    return Day(due, "range", start=start, doubtful=last.doubtful)


@RANGES.rule(
    "DAY",
    f"(BETWEEN|DE|FROM)* {_ART} n:DAY_NUMBER (Y|A|RANGE_TO|DASH) {_ART} b:DAY",
    f"b:DAY DASH {_ART} n:DAY_NUMBER {_MONEY_NEXT}",
    f"BETWEEN {_ART} n:DAY_NUMBER (Y|A) n2:DAY_NUMBER (?=THIS|DE)",
)
def range_in_month(scan: Scan, match: re.Match[str]) -> Day | None:
    """«Del 13 al 15 de julio»: the month is said once."""
    if "b" not in match.groupdict():
        return None
    last = _day(scan, match, "b")
    if last.due is None or not last.month_day or last.rule == "past":
        return None
    number = scan.value(match, "n", "DAY_NUMBER")
    if scan.kind_at(match.start("n") - 1, "ART") and scan.kind_at(match.start("n"), "ONE"):
        return None
    if match.start("n") > match.start("b"):  # "noviembre 19-20"
        due = clamped_day(last.due.year, last.due.month, number)
        return Day(due, "range", start=last.due) if due > last.due else None
    between = scan.kind_at(match.start(), "BETWEEN", "DE", "FROM", "CONTR", "EL", "DAY_NUMBER")
    if not between or (
        scan.kind_at(match.start("n") + 1, "Y") and not scan.kind_at(match.start(), "BETWEEN", "DE", "EL", "CONTR")
    ):
        return None
    year, month = last.due.year, last.due.month
    if number >= last.due.day:
        year, month = shift_month(year, month, -1)
    if scan.kind_at(match.start("n") + 1, "Y") and not scan.kind_at(match.start(), "BETWEEN"):
        return None
    return Day(last.due, "range", start=clamped_day(year, month, number), doubtful=last.doubtful)


@RANGES.rule(
    "DAY",
    f"a:DAY CLOCK? COMMA* O COMMA? (UNTIL|BEFORE)? {_ART} b:DAY",
    f"a:DAY COMMA? O (EL|CONTR)? n:DAY_NUMBER {_MONEY_NEXT} (?!COLON|DE OTHER_WORD|SPAN|CLOCK)",
    f"a:DAY c:COMMA n:DAY_NUMBER {_MONEY_NEXT} (?!COLON|DE|Y|COMMA DAY_NUMBER|SPAN|CLOCK|INT)",
)
def either_day(scan: Scan, match: re.Match[str]) -> Day | None:
    """«El 15 o el 16»: the later one, as a period is dated on its end."""
    first = _day(scan, match, "a")
    if first.due is None or first.rule in ("past", "now"):
        return None
    if match.groupdict().get("n"):
        if not first.month_day:
            return None
        number = scan.value(match, "n", "DAY_NUMBER")
        if match.groupdict().get("c") and number != first.due.day + 1:
            return None
        step = 0 if number > first.due.day else 1
        due = clamped_day(*shift_month(first.due.year, first.due.month, step), number)
        return Day(due, "either", start=first.due, doubtful=True)
    last = _day(scan, match, "b")
    if last.due is None or last.rule in ("past", "now"):
        return None
    early, late = sorted((first.due, last.due))
    return Day(late, "either", start=early if early < late else None, doubtful=True)


@BOUNDS.rule("DAY", f"(b:(BEFORE|BEFORE_START)|e:BEFORE_END) {_ART} DE? x:DAY")
def before_day(scan: Scan, match: re.Match[str]) -> Day | None:
    """«Antes del 10» is the 9th; a period is over before its first day; «antes de que acabe» is its end."""
    day = _day(scan, match)
    if day.due is None or day.rule in ("past", "now"):
        return None
    if match.groupdict().get("e"):
        return Day(day.due, "before_end", start=day.start, doubtful=day.doubtful)
    first = day.due if day.rule in ("end_of_month", "end_of_year", "range", "either") else day.first
    assert first is not None
    if first <= scan.said_on:
        return None
    return Day(
        first - timedelta(days=1),
        "before",
        doubtful=day.doubtful or day.rule in ("end_of_month", "end_of_year"),
        grain="day",
    )


@BOUNDS.rule("DAY", f"(f:FROM|AFTER) {_ART} x:DAY")
def from_day(scan: Scan, match: re.Match[str]) -> Day | None:
    """«A partir del 10», «después del 10»: the 10th; from a period on: its first day, after it: its last."""
    day = _day(scan, match)
    if day.due is None or day.rule == "past":
        return None
    if match.groupdict().get("f"):
        first = day.first
        assert first is not None
        return Day(max(first, scan.said_on), "from", doubtful=day.doubtful)
    return Day(day.due, "after", doubtful=day.doubtful)


@BOUNDS.rule("DAY", f"AFTER {_ART} x:DAY COMMA? {_ART} w:DAY")
def weekday_after(scan: Scan, match: re.Match[str]) -> Day | None:
    """«Pasado el puente, el martes»: the first Tuesday after it."""
    day, named = _day(scan, match), _day(scan, match, "w")
    if not named.bare_weekday or named.due is None or day.due is None or day.rule == "past":
        return None
    return Day(next_weekday(day.due, named.due.weekday()), "weekday_after_day")


@BOUNDS.rule("DAY", f"ABOUT {_ART} x:DAY")
def about_day(scan: Scan, match: re.Match[str]) -> Day | None:
    day = _day(scan, match)
    text = scan.tokens[scan.items[match.start()].first].text
    return (
        None
        if day.due is None or day.rule == "past"
        else replace(day, doubtful=day.doubtful or text not in ("ponele", "digamos"))
    )


_LIST_OF_DAYS = compile_pattern("(DAY|DAY_NUMBER) (Y|COMMA) COMMA? (ART|CONTR|DAYU|FOR)* DAY")
_DAY_AND_MORE = compile_pattern("DAY(?s:.)*(DAY|SPAN|NEXT|LASTPAST)")


def share_the_month(scan: Scan) -> None:
    """«El 5 y el 20 de abril», «15 y 30 de mayo»: the month, said once, is that of every day of the list."""
    if _LIST_OF_DAYS.search(scan.string) is None:
        return
    month: date | None = None
    place = len(scan.items) - 1
    while place >= 0:
        day: Day | None = scan.items[place].values.get("DAY")
        number = scan.items[place].values.get("DAY_NUMBER") if month is not None else None
        if day is not None and day.due is not None and day.month_day:
            if day.rule != "day_of_month":
                month = day.due
            elif month is not None and day.due.day < month.day:
                _put_day(scan, place, month.replace(day=day.due.day))
        elif month is not None and number is not None and number < month.day:
            _put_day(scan, place, month.replace(day=number))
        else:
            month = None
        place -= 1
        while scan.kind_at(place, "ART", "CONTR", "DAYU", "FOR"):
            place -= 1
        if month is not None and not scan.kind_at(place, "Y", "COMMA"):
            month = None
        place -= scan.kind_at(place, "Y", "COMMA")
        place -= month is not None and scan.kind_at(place, "COMMA")


def _put_day(scan: Scan, place: int, due: date) -> None:
    if due >= scan.said_on:
        day = Day(due, "day_and_month", month_day=True)
        scan.items[place] = scan.items[place]._replace(code=DAY_CODE, values={"DAY": day})


_QUINCENA_AND_OTHER = compile_pattern("DAY(?s:.)*(LAS|THIS) (OTHER|NEXT)")
_NEXT_DAY = ("otro dia", "dia siguiente", "siguiente dia", "dia despues")
_GOES_ON = frozenset("te le les os se lo la ya sin voy vamos paso pago".split())
_NO_ANCHOR = frozenset({"past", "recurring", "now"})


def count_from_days_before(scan: Scan) -> None:
    """«El 20 cobro y al otro día le pago», «el lunes siguiente», «dos días después»: counted from the day before it."""
    if _DAY_AND_MORE.search(scan.string) is None:
        return
    anchor: Day | None = None
    named: Day | None = None
    tomorrow = False
    for place, item in enumerate(scan.items):
        day: Day | None = item.values.get("DAY")
        tomorrow = tomorrow or (day is not None and day.rule == "tomorrow")
        if tomorrow and "LASTPAST" in item.values and _is_day_after(scan, item):
            day = Day(scan.said_on + timedelta(days=2), "day_after_tomorrow")
            scan.items[place] = item._replace(code=DAY_CODE, values={"DAY": day})
            continue
        if anchor is not None and scan.kind_at(place, "NO", "O", "SINO", "Y", "DOT"):
            anchor = None if anchor.rule == "next_week" else anchor
        again = _named_again(scan, place, named) if named is not None and day is not None else None
        if again is not None:
            day = again
            scan.items[place] = item._replace(code=DAY_CODE, values={"DAY": day})
        elif anchor is not None and anchor.due is not None:
            counted = _counted_from(
                scan, place, anchor.due, anchor.rule, anchor.start if anchor.rule == "next_week" else None
            ) or _in_that_month(scan, place, anchor)
            if counted is not None:
                day = counted
                scan.items[place] = item._replace(code=DAY_CODE, values={"DAY": day})
        if day is not None and day.due is not None and day.rule not in _NO_ANCHOR:
            anchor = named = day


def _is_day_after(scan: Scan, item: Item) -> bool:
    """«Mañana cobro y pasado te deposito»: said after «mañana», «pasado» alone is the day after it."""
    after = scan.tokens[item.last].text if item.last < len(scan.tokens) else ""
    return scan.tokens[item.first].text == "pasado" and after in _GOES_ON


_PAID_IN_BETWEEN = 4  # words
_LISTENERS = frozenset({"le", "te", "les", "os", "se"})


def _in_that_month(scan: Scan, place: int, anchor: Day) -> Day | None:
    """«El mes que entra le pago, el día 15»: the day belongs to the month just named, the payment standing between."""
    day: Day | None = scan.items[place].values.get("DAY")
    if anchor.rule != "next_month" or anchor.due is None or day is None or day.rule != "day_of_month":
        return None
    opens = place - 1
    while scan.kind_at(opens, "EL", "DAYU", "FOR", "EN", "ART", "CONTR"):
        opens -= 1
    words = [item.values.get("OTHER_WORD", "") for item in scan.items[max(0, opens - _PAID_IN_BETWEEN) : opens]]
    if day.due is None or not scan.kind_at(opens, "COMMA") or _LISTENERS.isdisjoint(words):
        return None
    return replace(day, due=clamped_day(anchor.due.year, anchor.due.month, day.due.day), rule="day_of_next_month")


def name_quincenas(scan: Scan) -> None:
    """«Esta quincena no, que es la de la renta; la otra le doy tres mil»: the noun is said once."""
    if _QUINCENA_AND_OTHER.search(scan.string) is None:
        return
    anchor: Day | None = None
    steps = False
    for place, item in enumerate(scan.items):
        day: Day | None = item.values.get("DAY")
        words = [token.text for token in scan.tokens[item.first : item.last]]
        if day is not None and (day.rule == "quincena" or (day.rule == "past" and "quincena" in words)):
            anchor, steps = day, "esta" in words
        elif anchor is not None and _stands_for_it(scan, place):
            due = next_quincena(scan.said_on)
            if anchor.due is not None and (steps or "OTHER" in item.values or words[0].startswith("siguiente")):
                due = next_quincena(anchor.due)
            made = Day(due, "quincena_after_next" if due > next_quincena(scan.said_on) else "quincena", grain="day")
            scan.items[place] = item._replace(code=DAY_CODE, values={"DAY": made})


def _stands_for_it(scan: Scan, place: int) -> bool:
    """Whether «la otra», «la que viene» stands there with no noun of its own."""
    if not scan.kind_at(place, "OTHER", "NEXT") or not scan.kind_at(place - 1, "LAS", "THIS"):
        return False
    if scan.tokens[scan.items[place - 1].first].text not in ("la", "esta"):
        return False
    return not scan.kind_at(place + 1, "WEEK", "QUINCENA", "MES", "YEARU", "DAY", "MONEY", "QUINCENA_REF", "WEEK_REF")


_SAME = frozenset({"mismo", "misma"})


def _says(scan: Scan, item: Item, word: str) -> bool:
    """Whether the word is of the expression or stands in the four tokens after it."""
    return any(token.text == word for token in scan.tokens[item.first : item.last + 4])


def _named_again(scan: Scan, place: int, named: Day) -> Day | None:
    """«El viernes de esa semana», «ese lunes», «el 5 de ese mes», «la semana siguiente» after one was named."""
    item, anchor = scan.items[place], named.due
    day: Day = item.values["DAY"]
    if day.due is None or anchor is None:
        return None
    after = [token.text for token in scan.tokens[item.last : item.last + 4] if token.text not in _SAME][:3]
    if day.rule == "day_of_month" and after == ["de", "ese", "mes"]:
        return replace(day, due=clamped_day(anchor.year, anchor.month, day.due.day), rule="day_and_month")
    if day.rule == "weekday_of_next_week" and named.rule == "next_week" and _says(scan, item, "siguiente"):
        return Day(day.due + timedelta(days=7), "weekday_of_week_after_next")
    if day.rule != "weekday":
        return None
    monday = anchor - timedelta(days=anchor.weekday())
    if after == ["de", "esa", "semana"] or (after == ["de", "la", "semana"] and _says(scan, item, "misma")):
        return Day(monday + timedelta(days=day.due.weekday()), "weekday_of_week_named")
    if scan.kind_at(place - 1, "ESE") and anchor.weekday() == day.due.weekday():
        return Day(anchor, "weekday_named_again")
    if named.rule == "next_week" and after == ["de", "la", "siguiente"]:
        return Day(monday + timedelta(days=7 + day.due.weekday()), "weekday_of_week_after_next")
    return None


def _counted_from(scan: Scan, place: int, anchor: date, anchor_rule: str, week: date | None) -> Day | None:
    item = scan.items[place]
    day: Day | None = item.values.get("DAY")
    if "NEXT" in item.values and scan.kind_at(place - 1, "LAS") and not scan.kind_at(place + 1, "WEEK", "QUINCENA"):
        this_week = week is None and anchor_rule == "this_week"
        return Day(anchor + timedelta(days=7), "next_week") if this_week else None
    span: Span | None = item.values.get("SPAN")
    if span is not None:
        after = scan.tokens[item.last].text if item.last < len(scan.tokens) else ""
        return Day(span.after(anchor), "span_after_day") if after in ("despues", "luego") else None
    if day is not None and day.rule == "day_of_month" and scan.kind_at(place - 1, "ESE"):
        return replace(day, due=anchor) if day.due is not None and day.due.day == anchor.day else None
    if day is None or day.due is None:
        return None
    if day.rule not in ("tomorrow", "weekday"):
        return None
    if week is not None and day.bare_weekday:
        return Day(week + timedelta(days=day.due.weekday()), "weekday_of_next_week")
    words = " ".join([token.text for token in scan.tokens[item.first : item.last]])
    if day.rule == "tomorrow":
        return Day(anchor + timedelta(days=1), "day_after") if words.endswith(_NEXT_DAY) else None
    return Day(next_weekday(anchor, day.due.weekday()), "weekday_after_day") if "siguiente" in words else None
