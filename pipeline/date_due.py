"""A due date, how surely it is one, and the payment that is made today without saying so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline import date_cues as cue
from pipeline.date_clauses import Clause
from pipeline.date_steps import charged_at_once
from pipeline.dates import DateMatch, Found
from pipeline.tokens import Token

STRONG, ANSWER, WEAK, REFUSED = 3, 2, 1, 0
DENIES = cue.NEGATION | cue.PAST | cue.EVENT | cue.CALL
_BEING = frozenset({"estoy", "estamos"})
MAY_BE_NOW = _BEING | {"vez"}
_OTHERWISE = frozenset("otra otro otros otras desde cada siempre puntual hace meses".split())


@dataclass(frozen=True, slots=True)
class DueDate:
    """A date with how surely it is due: 3 said with paying, 2 an answer, 1 by what stands beside it."""

    match: DateMatch
    strength: int
    clause: int


def _paying_now(clause: Clause, tokens: Sequence[Token]) -> int | None:
    """The token of «estoy» in «ya te lo estoy transfiriendo»; None where nothing is being paid to the creditor now."""
    words = [token.text for token in tokens[clause.first : clause.last]]
    if "ya" not in words or not _OTHERWISE.isdisjoint(words):
        return None
    for place in range(len(words) - 1):
        if words[place] in _BEING and "ndo" in words[place + 1]:
            to_creditor = {"le", "te", "les", "se", "os"} & set(words[max(0, place - 2) : place])
            if to_creditor or not words[place + 1].endswith("ndo"):
                return clause.first + place
    return None


def later_today(clauses: Sequence[Clause], found: Found, said_on: date) -> tuple[DueDate, ...]:
    """«En la noche te hago el pago», «ya te lo estoy transfiriendo», no day being named, is today."""
    for place, clause in enumerate(clauses):
        charged = charged_at_once(clause, found.tokens)
        if charged is not None and not clause.dates and not clause.has(cue.NEGATION | cue.HYPOTHETICAL):
            start, end = found.tokens[charged].start, found.tokens[charged + 2].end
            return (DueDate(DateMatch(start, end, said_on, None, "now", True, charged, charged + 3), WEAK, place),)
        if (
            clause.dates
            or not clause.has(cue.CORE)
            or clause.has(DENIES | cue.ADDRESS | cue.SUBORDINATE | cue.HYPOTHETICAL)
        ):
            continue
        paying = _paying_now(clause, found.tokens)
        if paying is not None:
            start, end = found.tokens[paying].start, found.tokens[paying + 1].end
            return (DueDate(DateMatch(start, end, said_on, None, "now", True, paying, paying + 2), WEAK, place),)
        for clock in found.clocks:
            is_part = clock.clock.hour is None and clock.clock.part in ("afternoon", "night")
            if is_part and clause.first <= clock.first < clause.last and clock.last - clock.first == 3:
                match = DateMatch(clock.start, clock.end, said_on, None, "today", True, clock.first, clock.last)
                return (DueDate(match, WEAK, place),)
    return ()
