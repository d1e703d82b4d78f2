"""When somebody asks to be called: day and time, kept apart from promises for the dialler.

«Llámeme el lunes a las cinco» is Monday, 17:00. An hour without its half of the day is read as one at
which people take calls; where both halves are such, the result is doubtful.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline import date_cues as cue
from pipeline.date_clauses import Clause, split_clauses
from pipeline.date_values import Clock
from pipeline.dates import ClockMatch, DateMatch, Found, read_times
from pipeline.numbers import find_numbers
from pipeline.tokens import Token, tokenize

_FIRST_MORNING_HOUR = 7  # "a las siete" may be either half; before it nobody is called in the morning
_LAST_OPEN_HOUR = 9
_ASKED = frozenset(
    "llameme llamame llamenme llamarme marqueme marcame marquenme marcarme hableme hablame hablenme hablarme "
    "escribame escribime escribeme escribirme busqueme buscame contacteme comuniquese devuelvame timbreme timbrame "
    "tireme insistame telefoneame recuerdeme recuerdame recordame llamar llame llamen llama marque marca marquen hable "
    "hablen insista intente intentelo regreseme call llamadita llamada fonazo telefonazo mensaje mensajito".split()
)
_TOGETHER = frozenset("hablamos hablemos platicamos platiquemos conversamos conversemos charlamos llamamos".split())
_YOU_TO_ME = frozenset(
    "llama llamas llaman marca marcas marcan habla hablas hablan llame marque hable llamen escribe".split()
)


@dataclass(frozen=True, slots=True)
class Callback:
    """A call asked for.

    Attributes:
        date: The day, None where none is said.
        time: The local time, None where none or only a part of the day is said.
        start: First character of what names day and time, or of the request.
        end: Character after it.
        rule: "asked" for a request, "talk_again" for «hablamos el lunes».
        doubtful: The hour may be of either half of the day, or the day has two readings.
    """

    date: datetime.date | None
    time: datetime.time | None
    start: int
    end: int
    rule: str
    doubtful: bool


def _request(tokens: Sequence[Token], clause: Clause) -> tuple[int, str] | None:
    """The token of the clause that asks for a call, and the rule; None where none does."""
    for place in range(clause.first, clause.last):
        word = tokens[place].text
        before = {tokens[index].text for index in range(max(clause.first, place - 3), place)}
        if "no" in before or "ni" in before:
            continue
        if word in _TOGETHER:
            return place, "talk_again"
        if (
            word in _YOU_TO_ME
            and not before & {"me", "nos"}
            and word not in ("llame", "marque", "hable", "llamen", "llama")
        ):
            continue
        if word in _ASKED or word in _YOU_TO_ME:
            if before & {"le", "te", "les"} and word not in ("llameme", "llamame"):
                continue  # "yo le llamo": the speaker will call
            return place, "asked"
    return None


def clock_time(clock: Clock) -> tuple[datetime.time | None, bool]:
    """The time of the day that was meant, and whether both halves of it are possible."""
    if clock.hour is None:
        return None, False
    if clock.exact or clock.hour >= 12:
        return datetime.time(clock.hour % 24, clock.minute), False
    if clock.hour < _FIRST_MORNING_HOUR:
        return datetime.time(clock.hour + 12 if clock.hour else 0, clock.minute), False
    return datetime.time(clock.hour, clock.minute), clock.hour <= _LAST_OPEN_HOUR


def _day_for(place: int, clauses: Sequence[Clause]) -> DateMatch | None:
    """The date of the request's clause, else of the clauses beside it that speak of nothing else."""
    for index in (place, place + 1, place - 1):
        if 0 <= index < len(clauses):
            clause = clauses[index]
            if index != place and (clause.has(cue.PAY | cue.PAST | cue.EVENT | cue.INCOME | cue.NEGATION)):
                continue
            for match in clause.dates:
                if match.date is not None and match.rule not in ("past", "recurring", "now"):
                    return match
    return None


def _clock_for(place: int, clauses: Sequence[Clause], clocks: Sequence[ClockMatch]) -> ClockMatch | None:
    for index in (place, place + 1, place - 1):
        if not 0 <= index < len(clauses):
            continue
        clause = clauses[index]
        if index != place and clause.has(cue.PAY | cue.PAST | cue.EVENT | cue.INCOME | cue.UNKNOWN | cue.NEGATION):
            continue
        inside = [clock for clock in clocks if clause.first <= clock.first < clause.last]
        exact = [clock for clock in inside if clock.clock.hour is not None]
        if exact or inside:
            return (exact or inside)[0]
    return None


def judge_callbacks(text: str, found: Found, said_on: datetime.date) -> tuple[Callback, ...]:
    """The callbacks of an utterance already read."""
    clauses = split_clauses(text, found)
    callbacks: list[Callback] = []
    used: set[int] = set()
    for place, clause in enumerate(clauses):
        if not clause.has(cue.CALL) or clause.has(cue.ECHO | cue.HYPOTHETICAL | cue.PAST):
            continue
        request = _request(found.tokens, clause)
        if request is None:
            continue
        day = _day_for(place, clauses)
        clock = _clock_for(place, clauses, found.clocks)
        if day is not None and (day.date is None or day.date < said_on):
            day = None
        hour, open_half = clock_time(_with_part(clock, clause, found.clocks)) if clock is not None else (None, False)
        spans = [span for span in (day, clock) if span is not None]
        if (not spans and request[1] == "talk_again") or (day is not None and day.start in used):
            continue
        token = found.tokens[request[0]]
        start = min([span.start for span in spans], default=token.start)
        end = max([span.end for span in spans], default=token.end)
        if day is not None:
            used.add(day.start)
        doubtful = open_half or (day is not None and day.doubtful) or request[1] == "talk_again"
        callbacks.append(Callback(None if day is None else day.date, hour, start, end, request[1], doubtful))
    return tuple(callbacks)


def _with_part(clock: ClockMatch, clause: Clause, clocks: Sequence[ClockMatch]) -> Clock:
    """The clock with the part of the day that the same clause names elsewhere: «a las siete, en la noche»."""
    own = clock.clock
    if own.exact or own.hour is None:
        return own
    for other in clocks:
        if other is not clock and clause.first <= other.first < clause.last and other.clock.part is not None:
            late = other.clock.part in ("afternoon", "night") and own.hour < 12
            return Clock(own.hour + 12 if late else own.hour, own.minute, other.clock.part, exact=True)
    return own


def find_callbacks(text: str, said_on: datetime.date, country: str) -> tuple[Callback, ...]:
    """The calls that somebody asks for in an utterance, each with day and local time.

    Args:
        text: What was said.
        said_on: Local calendar day of the call.
        country: ISO 3166 code.
    """
    tokens = tokenize(text)
    return judge_callbacks(text, read_times(tokens, find_numbers(tokens, country=country), said_on, country), said_on)
