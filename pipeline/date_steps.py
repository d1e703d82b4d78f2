"""Which of two clauses has the day of paying: the narrower day, the later step, the errand on the way."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline import date_cues as cue
from pipeline.clause_words import GATHERS, HANDS_OVER
from pipeline.date_clauses import Clause
from pipeline.dates import DateMatch
from pipeline.tokens import Token

_DENIES = cue.NEGATION | cue.PAST | cue.EVENT | cue.CALL
_GOING = frozenset({"voy", "salgo", "bajo", "paso"})
_LATER = frozenset({"despues", "luego", "cuando", "apenas", "manana"})
_TO_CREDITOR = frozenset({"le", "te", "les", "se", "os"})
_CHARGE_ME = frozenset(
    "cargueme carguelo cargamelo cobreme cobrame cobremelo cobrese debiteme debitelo debitame".split()
)
NARROWER = {"next_week": "weekday_of_next_week", "next_month": "day_of_next_month"}


def narrows(place: int, clauses: Sequence[Clause], match: DateMatch) -> bool:
    """«La próxima semana le deposito, el jueves que salgo temprano»: the day of the period paid in."""
    if place == 0 or clauses[place].has(_DENIES):
        return False
    before = clauses[place - 1]
    return before.has(cue.PAY) and any(NARROWER.get(period.rule) == match.rule for period in before.dates)


def gathers(current: Clause, candidate: Clause) -> bool:
    """«El domingo le junto los cien y el lunes se los deposito»: got together on one day, paid on the next."""
    if not candidate.has(cue.PAY) or current.has(cue.CORE):
        return False
    return bool(candidate.told & HANDS_OVER and current.told & GATHERS)


def pays_on_an_errand(place: int, clauses: Sequence[Clause], match: DateMatch, tokens: Sequence[Token]) -> bool:
    """«Ahora al mediodía voy a la farmacia y le deposito los 40»: on the way, the same day."""
    if match.rule not in ("now", "today") or place + 1 >= len(clauses):
        return False
    after = clauses[place + 1]
    if not after.joined or after.dates or not after.has(cue.CORE) or after.has(_DENIES | cue.INCOME):
        return False
    going = [token.text for token in tokens[clauses[place].first : clauses[place].last]]
    said = [token.text for token in tokens[after.first : after.last]]
    return not _GOING.isdisjoint(going) and _LATER.isdisjoint(said) and not _TO_CREDITOR.isdisjoint(said)


def charged_at_once(clause: Clause, tokens: Sequence[Token]) -> int | None:
    """The token of «de» in «cárgueme los 64 dólares de una vez»; None where nothing is to be charged at once."""
    words = [token.text for token in tokens[clause.first : clause.last]]
    if _CHARGE_ME.isdisjoint(words) or not clause.has_number:
        return None
    for place in range(len(words) - 2):
        if words[place : place + 3] == ["de", "una", "vez"]:
            return clause.first + place
    return None
