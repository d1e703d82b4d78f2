"""A grammar over typed items, in layers: what a layer finds is one item for the next.

An item is a phrase of the lexicon, a number, or what an earlier layer made of several. Every set of
kinds that an item can have is one character, so that a rule, written with the names of kinds, is a
regular expression over a short string: «d:DAY_NUMBER DE m:MONTH». No rule repeats a repetition, so the
time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from typing import Any, NamedTuple

from pipeline.date_lexicon import Value, load_date_lexicon, opening, phrase_at
from pipeline.numbers import NumberMatch
from pipeline.tokens import Token

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
_SHORTEST_TELEPHONE = 3
_HUNDRED = 100
_DOTTED = re.compile(r"\d{1,2}\.\d{1,2}\.(\d{4}|\d{2})")
_DECIMAL_CLOCK = re.compile(r"([01]?\d|2[0-4])[.,]([0-5]\d)")


def _all_codes() -> dict[frozenset[str], str]:
    sets = sorted(load_date_lexicon().kind_sets, key=sorted)
    sets += [*_NUMBER_KINDS, *(frozenset({kind}) for kind in MADE), _OTHER]
    return {kinds: chr(0xE000 + place) for place, kinds in enumerate(dict.fromkeys(sets))}


CODES = _all_codes()
OTHER_WORD = CODES[_OTHER]
MADE_CODES = {kind: CODES[frozenset({kind})] for kind in MADE}


class Item(NamedTuple):
    """A typed stretch of the utterance: `code` stands for its kinds, `first` to `last` are its tokens."""

    code: str
    first: int
    last: int
    values: dict[str, Any]


@dataclass(slots=True)
class Scan:
    """What the rules of a layer see: the items, and against which day and country they resolve."""

    said_on: date
    country: str
    tokens: tuple[Token, ...]
    items: list[Item]
    string: str = ""

    def value(self, match: re.Match[str], group: str, kind: str) -> Any:
        """The value that the item of a group has as a kind; None where the group took no part."""
        place = match.start(group) if group in match.re.groupindex else -1
        return None if place < 0 else self.items[place].values.get(kind)

    def has(self, match: re.Match[str], group: str) -> bool:
        return group in match.re.groupindex and match.start(group) >= 0

    def kind_at(self, place: int, *kinds: str) -> bool:
        """Whether the item at a place has one of the kinds."""
        if not 0 <= place < len(self.items):
            return False
        values = self.items[place].values
        for kind in kinds:  # noqa: SIM110 - a plain loop, for this is asked often
            if kind in values:
                return True
        return False


class _OtherValues(dict[str, dict[str, Any]]):
    """The values of an item that is a word of no phrase, made once a word; a bounded number is kept."""

    def __missing__(self, text: str) -> dict[str, Any]:
        values = {"OTHER_WORD": text}
        if len(self) < _MOST_KNOWN:
            self[text] = values
        return values


_MOST_KNOWN = 65536
_OTHER_VALUES = _OtherValues()
new_item = partial(tuple.__new__, Item)  # hot: one for every word

Production = Callable[[Scan, re.Match[str]], Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern and what it makes; None from `make` means that the words fit and the value does not."""

    kind: str
    pattern: re.Pattern[str]
    make: Production


_GROUP_NAME = re.compile(r"\(\?P<\w+>")
_WORD = re.compile(r"(?<![?A-Za-z])([A-Z][A-Z_0-9]*)")


def kind_class(kind: str) -> str:
    """Every code that stands for a set with the kind, as a character class."""
    codes = "".join(code for kinds, code in CODES.items() if kind in kinds)
    if not codes:
        raise ValueError(f"a kind of the lexicon expected, {kind} found; add it to lexicon/dates.toml")
    return f"[{codes}]"


@cache
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """A rule's pattern as a regular expression over codes: «d:KIND» names what it matches."""
    spaced = re.sub(r"([a-z]\w*):\(", r"(?P<\1>", pattern)
    spaced = re.sub(r"([a-z]\w*):([A-Z][A-Z_0-9]*)", r"(?P<\1>\2)", spaced)
    return re.compile(_WORD.sub(lambda word: kind_class(word[1]), spaced).replace(" ", ""))


@dataclass(slots=True)
class Layer:
    """Rules that are tried together: at each place the longest wins, of equals the first declared.

    `needs` is a pattern that is found wherever a rule of the layer fits.
    """

    table: dict[str, list[Rule]] = field(default_factory=dict)
    needs: str = ""
    starts: Callable[[str, int], re.Match[str] | None] | None = None
    any_of: dict[str, Callable[[str, int], re.Match[str] | None]] = field(default_factory=dict)

    def rule(self, kind: str, *patterns: str) -> Callable[[Production], Production]:
        """Declare that the patterns make items of a kind by the decorated function."""

        def add(make: Production) -> Production:
            for pattern in patterns:
                compiled = compile_pattern(pattern)
                for code in CODES.values():
                    if _may_start(compiled, code):
                        self.table.setdefault(code, []).append(Rule(kind, compiled, make))
            return make

        return add

    def reduce(self, scan: Scan) -> bool:
        """Put what the rules make in place of the items they took; whether anything was made."""
        items, string = scan.items, scan.string
        if self.needs and compile_pattern(self.needs).search(string) is None:
            return False
        search, any_of = self._starts(), self.any_of
        reduced: list[Item] = []
        done = place = 0
        while (start := search(string, place)) is not None:
            place = start.start()
            if any_of[string[place]](string, place) is None:
                place += 1
                continue
            best, after = self._longest(scan, string, place)
            if best is None:
                place += 1
                continue
            reduced += items[done:place]
            reduced.append(Item(best.code, items[place].first, items[after - 1].last, best.values))
            done = place = after
        if not reduced:
            return False
        reduced += items[done:]
        scan.items = reduced
        scan.string = "".join([item.code for item in reduced])
        return True

    def _starts(self) -> Callable[[str, int], re.Match[str] | None]:
        """Search for the next place where a rule can start; made once, when all rules are declared."""
        if self.starts is None:
            for code, rules in self.table.items():
                sources = dict.fromkeys(_GROUP_NAME.sub("(?:", rule.pattern.pattern) for rule in rules)
                self.any_of[code] = re.compile("|".join(sources)).match
            self.starts = re.compile(f"[{''.join(self.table)}]").search
        return self.starts

    def _longest(self, scan: Scan, string: str, place: int) -> tuple[Item | None, int]:
        best: Item | None = None
        after = place
        for rule in self.table.get(string[place], ()):
            match = rule.pattern.match(string, place)
            if match is None or match.end() <= after:
                continue
            try:
                value = rule.make(scan, match)
            except (ValueError, OverflowError):  # a day that no calendar has
                continue
            if value is not None:
                best, after = Item(MADE_CODES[rule.kind], 0, 0, {rule.kind: value}), match.end()
        return best, after


_STARTS: dict[re.Pattern[str], frozenset[str]] = {}


def _may_start(pattern: re.Pattern[str], code: str) -> bool:
    """Whether a match can begin with the code, judged on the parsed pattern's leading elements."""
    if pattern not in _STARTS:
        _STARTS[pattern] = frozenset(_leading(pattern.pattern))
    return code in _STARTS[pattern]


def _leading(source: str) -> set[str]:
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


def _number_item(number: NumberMatch, tokens: Sequence[Token]) -> Item | None:
    """A whole number as an item; None for what dates have no use for."""
    text = tokens[number.first].text
    single = number.last == number.first + 1
    if single and _DECIMAL_CLOCK.fullmatch(text) and not text.isdecimal():
        return Item(CODES[frozenset({"DECIMAL"})], number.first, number.last, {"DECIMAL": text})
    if number.value != number.value.to_integral_value() or number.form == "fraction":
        return None
    value = int(number.value)
    if number.form == "ordinal":
        if not 1 <= value <= 31 or (value < 6 and tokens[number.first].kind == "word" and single):
            return None
        kinds = frozenset({"ORDINAL_DAY"})
    elif value == 1 and number.article:
        kinds = frozenset({"INT", "HOUR", "DAY_NUMBER", "ONE"})
    else:
        names = {"INT"}
        names |= {"DAY_NUMBER"} if 1 <= value <= 31 else set()
        names |= {"HOUR"} if 0 <= value <= 24 else set()
        names |= {"YEAR"} if 2000 <= value <= 2100 else set()
        kinds = frozenset(names)
    return Item(CODES[kinds], number.first, number.last, dict.fromkeys(kinds, value))


def _telephones(tokens: Sequence[Token], numbers: Sequence[NumberMatch]) -> list[int]:
    """The first tokens of numbers in a row of three or more of which two stand side by side: "al nueve ocho siete"."""
    found: list[int] = []
    row: list[NumberMatch] = []
    side_by_side = False
    for number in [*numbers, None]:
        gap = number.first - row[-1].last if number is not None and row else 0
        if number is not None and row and gap <= 1 and (gap == 0 or tokens[row[-1].last].text in ",.-…"):
            side_by_side = side_by_side or (gap == 0 and row[-1].value < _HUNDRED and number.value < _HUNDRED)
            row.append(number)
            continue
        if len(row) >= _SHORTEST_TELEPHONE and side_by_side:
            found += [member.first for member in row]
        row, side_by_side = ([] if number is None else [number]), False
    return found


def _word_items(tokens: tuple[Token, ...], numbers: Iterable[NumberMatch]) -> list[Item]:
    items: list[Item] = []
    by_first = {number.first: number for number in numbers}
    if len(by_first) >= _SHORTEST_TELEPHONE:
        for first in _telephones(tokens, list(by_first.values())):
            del by_first[first]
    place = 0
    while place < len(tokens):
        token = tokens[place]
        number = by_first.get(place) if by_first else None
        if number is None and token.kind == "word" and opening(token.text) is None:
            items.append(new_item((OTHER_WORD, place, place + 1, _OTHER_VALUES[token.text])))
            place += 1
            continue
        item = _number_item(number, tokens) if number is not None else None
        phrase = phrase_at(tokens, place) if token.kind != "figure" else None
        if item is not None and (phrase is None or phrase[1] <= item.last):
            items.append(item)
            place = item.last
            continue
        if phrase is not None:
            node, after = phrase
            node.code = node.code or CODES[frozenset(node.kinds)]
            items.append(new_item((node.code, place, after, node.kinds)))
            place = after
            continue
        if token.kind == "figure" and _DOTTED.fullmatch(token.text):
            items.append(Item(CODES[frozenset({"DOTTED"})], place, place + 1, {"DOTTED": token.text}))
        elif not (token.kind == "sign" and token.text in "¿¡\"'«»“”"):
            items.append(Item(OTHER_WORD, place, place + 1, {"OTHER_WORD": token.text}))
        place += 1
    return items


def scan_items(tokens: tuple[Token, ...], numbers: Iterable[NumberMatch], said_on: date, country: str) -> Scan:
    """The utterance as typed items, before any rule."""
    items = _word_items(tokens, numbers)
    return Scan(said_on, country, tokens, items, "".join([item.code for item in items]))


__all__ = ["CODES", "Item", "Layer", "Rule", "Scan", "Value", "compile_pattern", "kind_class", "scan_items"]
