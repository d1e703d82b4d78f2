"""Sums said again: put right, named after their day, or only known: "sesenta, no setenta", "ya sé que son mil"."""

from __future__ import annotations

from pipeline.amount_clauses import Utterance
from pipeline.amount_cues import Cue
from pipeline.amount_echoes import is_told_again
from pipeline.amounts import AmountMatch

_ARTICLES = frozenset("el la los las".split())
_TELLING = frozenset({"digo", "dije", "ofrezco", "propongo"})
_TO_LISTENER = frozenset({"le", "te", "les", "os"})
_SAID_BEFORE = 12
_NOTED = frozenset({"anoto", "apunto", "registro", "agendo"})
_KNOWN = frozenset("se sabemos consta entiendo veo".split())
_IS_OWED = frozenset("son es debo debemos eran".split())


def is_put_right(u: Utterance, match: AmountMatch) -> bool:
    """Whether the next sum is the one not meant: "yo le dije sesenta, no setenta"."""
    place = u.ends[match.last] + 1
    if place >= len(u.matches):
        return False
    said = range(max(u.clause(match.first, u.hard).start, match.first - _SAID_BEFORE), match.first)
    if not u.has(frozenset({Cue.PAY, Cue.WEAK}), said):
        return False  # "usted dijo mil, no ochocientos", "debo mil, no dos mil"
    between = [u.text(i) for i in range(match.last, u.matches[place].first)]
    opening = between[1:2] if between[:1] in ([","], ["y"]) else between[:1]
    return opening == ["no"] and set(between[2:]) <= {"no", *_ARTICLES} and not u.taken & {u.matches[place].last}


def is_dated_before(u: Utterance, match: AmountMatch) -> bool:
    """Whether it is all that is said after a comma and its day is all before it: "mejor el sábado, los mil"."""
    clause = u.clause(match.first, u.soft)
    if clause.start < 2 or u.text(clause.start - 1) != "," or not all(u.is_empty(i) for i in clause):
        return False
    if any(i in u.taken for i in clause) and not _NOTED.isdisjoint(
        u.texts[max(0, clause.start - _SAID_BEFORE) : clause.start]
    ):
        return True  # "le anoto, señora, mil el cinco"
    before = u.clause(clause.start - 1, u.soft)
    dated = any(i in u.taken for i in before) and all(u.is_empty(i) for i in before)
    return dated and u.has(frozenset({Cue.PAY}), u.near(match))


def is_known(u: Utterance, match: AmountMatch) -> bool:
    """Whether the debt is only said to be known: "ya sé que son mil", "mil cien, me lo repiten a diario"."""
    if u.has(frozenset({Cue.PAY}), u.near(match)):
        return False
    first = u.clause(match.first, u.soft).start
    if u.text(first) == "que" and u.text(first - 1) in _KNOWN and u.text(first + 1) in _IS_OWED:
        return True
    return is_told_again(u) and not u.has(frozenset({Cue.WEAK}), u.clause(match.first, u.soft))


def is_told_now(u: Utterance, match: AmountMatch) -> bool:
    """Whether "le digo que" announces it: "usted me pide mil y yo le digo que cien el lunes"."""
    clause = u.clause(match.first, u.soft)
    if clause.start < 2 or u.text(clause.start) != "que" or any(u.cues[i] is not None for i in clause):
        return False
    told, denied = u.text(clause.start - 1) in _TELLING, u.text(clause.start - 3) == "no"
    return told and not denied and u.text(clause.start - 2) in _TO_LISTENER and match.first - clause.start < 3
