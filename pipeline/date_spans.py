"""Second layer of the date grammar, lengths of time: «en tres días», «dos semanas más», «hace un mes»."""

from __future__ import annotations

import re
from datetime import timedelta

from pipeline.date_days import DAYS
from pipeline.date_grammar import Scan
from pipeline.date_values import Day, Span

_POLITE = frozenset(
    "favor joven senorita senora senor licenciada licenciado pues si nomas jefe jefa don dona yo".split()
)


def span_day(scan: Scan, span: Span, past: bool = False) -> Day:
    """The day a span of time from the call, forward or back."""
    if past:
        return Day(span.after(scan.said_on, -1), "past")
    return Day(span.after(scan.said_on), "in_" + span.unit, doubtful=span.doubtful)


_ONE_MONTH = 31
_OF_A_KIND = frozenset(
    "bueno buena malo mala normal flojo floja regular fuerte flaco flaca tranquilo cualquiera".split()
)


@DAYS.rule(
    "DAY",
    "(IN|EN) (ART|ABOUT)* NEXT? s:SPAN (NEXT|MORE)? (?!AGO|HENCE)",
    "s:SPAN (MORE|NEXT|FROMNOW) (?!HENCE)",
    "NEXT s:SPAN",
    "(IN|EN)? s:SPAN FROMNOW",
    "GIVEME (ABOUT|ART|ONE)* s:SPAN MORE?",
    "s:SPAN MORE? GIVEME",
    "(A|CONTR) ART? s:SPAN (?!DE OTHER_WORD)",
    "UNTIL s:SPAN",
)
def in_span(scan: Scan, match: re.Match[str]) -> Day | None:
    span: Span = scan.value(match, "s", "SPAN")
    place = match.start("s")
    if scan.kind_at(match.start() - 1, "SINCE", "EACH", "POR", "RELATIVE", "WEEKDAY", "MANANA"):
        return None
    following = scan.items[match.end()].values.get("OTHER_WORD") if match.end() < len(scan.items) else None
    if scan.kind_at(match.end(), "AGO") or (span.days <= _ONE_MONTH and following in _OF_A_KIND):
        return None  # "en un día bueno me hago mil"
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
    """A span is a date by itself where it is all that is said, or holds «próximos» within."""
    inner: Span = scan.value(match, "s", "SPAN")
    place = match.start()
    words = scan.tokens[scan.items[place].first : scan.items[place].last]
    if any(token.text.startswith("proxim") for token in words):
        return span_day(scan, inner)
    for index, item in enumerate(scan.items):
        is_polite = item.values.get("OTHER_WORD") in _POLITE or scan.kind_at(
            index, "COMMA", "DOT", "POR", "MORE", "ABOUT"
        )
        if index != place and not is_polite:
            return None
    return Day(inner.after(scan.said_on), "in_" + inner.unit, doubtful=True)


@DAYS.rule("DAY", "SINCE (ABOUT|MORE)? s:SPAN", "s:SPAN AGO", "(ART)? (LASTS|LASTPAST) s:SPAN", "s:SPAN LASTPAST")
def span_ago(scan: Scan, match: re.Match[str]) -> Day:
    return span_day(scan, scan.value(match, "s", "SPAN"), past=True)
