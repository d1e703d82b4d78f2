"""Sums said again: put right, named after their day, or only known: "sesenta, no setenta", "ya sé que son mil"."""

from __future__ import annotations

from pipeline.amount_clauses import Utterance
from pipeline.amount_cues import Cue
from pipeline.amount_echoes import contains
from pipeline.amounts import AmountMatch

_ARTICLES = frozenset("el la los las".split())
_KNOWN = frozenset("se sabemos consta entiendo veo".split())
_IS_OWED = frozenset("son es debo debemos eran".split())
_TOLD_AGAIN = (
    ("lo", "ha", "dicho"),
    ("lo", "han", "dicho"),
    ("lo", "dijo"),
    ("lo", "dijeron"),
    ("lo", "repite"),
    ("lo", "repiten"),
    ("lo", "repitio"),
    ("lo", "tiene", "que", "repetir"),
    ("lo", "se", "de", "memoria"),
)


def is_put_right(u: Utterance, match: AmountMatch) -> bool:
    """Whether the next sum is the one not meant: "yo le dije sesenta, no setenta"."""
    place = u.ends[match.last] + 1
    if place >= len(u.matches):
        return False
    between = [u.text(i) for i in range(match.last, u.matches[place].first)]
    opening = between[1:2] if between[:1] in ([","], ["y"]) else between[:1]
    return opening == ["no"] and set(between[2:]) <= {"no", *_ARTICLES} and not u.taken & {u.matches[place].last}


def is_dated_before(u: Utterance, match: AmountMatch) -> bool:
    """Whether it is all that is said after a comma and its day is all before it: "mejor el sábado, los mil"."""
    clause = u.clause(match.first, u.soft)
    if clause.start < 2 or u.text(clause.start - 1) != "," or not all(u.is_empty(i) for i in clause):
        return False
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
    return contains(u.texts, _TOLD_AGAIN) and not u.has(frozenset({Cue.WEAK}), u.clause(match.first, u.soft))
