"""Patterns of the date grammar: kinds of items, a character for every set of them, and expressions over these.

A rule is written with the names of kinds, «d:DAY_NUMBER DE m:MONTH»; here it becomes a regular expression.
"""

from __future__ import annotations

import re
from functools import cache

from pipeline.date_lexicon import load_date_lexicon

_NUMBER_KINDS = (
    frozenset({"INT", "HOUR"}),
    frozenset({"INT", "HOUR", "DAY_NUMBER"}),
    frozenset({"INT", "HOUR", "DAY_NUMBER", "ONE"}),
    frozenset({"INT", "DAY_NUMBER"}),
    frozenset({"INT"}),
    frozenset({"INT", "YEAR"}),
    frozenset({"DOTTED"}),
    frozenset({"DECIMAL"}),
    frozenset({"ORDINAL_DAY"}),
)
MADE = ("MONTH_REF", "WEEK_REF", "QUINCENA_REF", "NUMERIC", "SPAN", "CLOCK", "DAY", "YEAR_REF", "NOT_DAY")
_OTHER = frozenset({"OTHER_WORD"})


def _all_codes() -> dict[frozenset[str], str]:
    sets = sorted(load_date_lexicon().kind_sets, key=sorted)
    sets += [*_NUMBER_KINDS, *(frozenset({kind}) for kind in MADE), _OTHER]
    return {kinds: chr(0xE000 + place) for place, kinds in enumerate(dict.fromkeys(sets))}


CODES = _all_codes()
OTHER_WORD = CODES[_OTHER]
MADE_CODES = {kind: CODES[frozenset({kind})] for kind in MADE}


_WORD = re.compile(r"(?<![?A-Za-z])([A-Z][A-Z_0-9]*)")
_GROUP_OF = re.compile(r"([a-z]\w*):\(")
_GROUP = re.compile(r"([a-z]\w*):([A-Z][A-Z_0-9]*)")


@cache
def kind_class(kind: str) -> str:
    """Every code that stands for a set with the kind, as a character class."""
    codes = "".join(code for kinds, code in CODES.items() if kind in kinds)
    if not codes:
        raise ValueError(f"a kind of the lexicon expected, {kind} found; add it to lexicon/dates.toml")
    return f"[{codes}]"


def pattern_source(pattern: str) -> str:
    """A rule's pattern as the source of a regular expression over codes: «d:KIND» names what it matches."""
    spaced = _GROUP.sub(r"(?P<\1>\2)", _GROUP_OF.sub(r"(?P<\1>", pattern))
    return _WORD.sub(lambda word: kind_class(word[1]), spaced).replace(" ", "")


@cache
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The regular expression over codes of a pattern."""
    return re.compile(pattern_source(pattern))


def leading(source: str) -> set[str]:
    """Characters that a match of the pattern can start with; optional elements let the next one start too."""
    codes, _ = _leading_at(source, 0)
    return codes


def _leading_at(source: str, place: int) -> tuple[set[str], bool]:
    """Leading characters of the alternatives from a place to their closing parenthesis; whether one is empty."""
    result: set[str] = set()
    empty_any = False
    open_path = True
    while place < len(source) and source[place] != ")":
        if source[place] == "|":
            empty_any |= open_path
            open_path, place = True, place + 1
            continue
        codes, empty, place = _element(source, place)
        if open_path:
            result |= codes
            open_path = empty
    return result, empty_any or open_path


def _element(source: str, place: int) -> tuple[set[str], bool, int]:
    """Leading characters of one element, whether it may be empty, and the place after it."""
    if source[place] == "[":
        end = source.index("]", place)
        codes, empty, after = set(source[place + 1 : end]), False, end + 1
    elif source[place] == "(":
        end = _closing(source, place)
        head = source[place : place + 3]
        if head in ("(?!", "(?=", "(?<") and not source.startswith("(?P<", place):
            return set(), True, end + 1
        inner = place + 1
        if source.startswith("(?P<", place):
            inner = source.index(">", place) + 1
        elif source.startswith("(?:", place):
            inner = place + 3
        codes, empty = _leading_at(source, inner)
        after = end + 1
    else:  # an anchor
        return set(), True, place + 1
    if after < len(source) and source[after] in "?*":
        return codes, True, after + 1
    return codes, empty, after + (after < len(source) and source[after] == "+")


def _closing(source: str, place: int) -> int:
    depth = 0
    for index in range(place, len(source)):
        depth += (source[index] == "(") - (source[index] == ")")
        if depth == 0:
            return index
    raise ValueError("an unbalanced parenthesis in a rule's pattern; close it")
