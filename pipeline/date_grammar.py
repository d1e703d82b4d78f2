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
from functools import partial
from typing import Any, NamedTuple

from pipeline.date_lexicon import opening, phrase_at
from pipeline.date_patterns import CODES, MADE_CODES, OTHER_WORD, compile_pattern, leading, pattern_source
from pipeline.numbers import NumberMatch
from pipeline.tokens import Token

_SHORTEST_TELEPHONE = 3
_HUNDRED = 100
_LARGEST_DAY = 31
_DOTTED = re.compile(r"\d{1,2}\.\d{1,2}\.(\d{4}|\d{2})")
_DECIMAL_CLOCK = re.compile(r"([01]?\d|2[0-4])[.,]([0-5]\d)")


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


Matcher = Callable[[str, int], re.Match[str] | None]


@dataclass(slots=True)
class Rule:
    """A pattern and what it makes; None from `make` means that the words fit and the value does not.

    `match` is compiled when it is first asked for: most rules never are in a short run.
    """

    kind: str
    source: str
    make: Production
    match: Matcher | None = None

    def compiled(self) -> Matcher:
        self.match = re.compile(self.source).match
        return self.match


_GROUP_NAME = re.compile(r"\(\?P<\w+>")


class _AnyOf(dict[str, Matcher]):
    """For each code one expression of all rules that can start with it, compiled when it is first met."""

    def __init__(self, table: dict[str, list[Rule]]) -> None:
        super().__init__()
        self.table = table

    def __missing__(self, code: str) -> Matcher:
        sources = dict.fromkeys(_GROUP_NAME.sub("(?:", rule.source) for rule in self.table[code])
        self[code] = re.compile("|".join(sources)).match
        return self[code]


@dataclass(slots=True)
class Layer:
    """Rules that are tried together: at each place the longest wins, of equals the first declared.

    `needs` is a pattern that is found wherever a rule of the layer fits.
    """

    table: dict[str, list[Rule]] = field(default_factory=dict)
    needs: str = ""
    starts: Matcher | None = None
    any_of: dict[str, Matcher] = field(init=False)

    def __post_init__(self) -> None:
        self.any_of = _AnyOf(self.table)

    def rule(self, kind: str, *patterns: str) -> Callable[[Production], Production]:
        """Declare that the patterns make items of a kind by the decorated function."""

        def add(make: Production) -> Production:
            for pattern in patterns:
                rule = Rule(kind, pattern_source(pattern), make)
                for code in leading(rule.source):
                    self.table.setdefault(code, []).append(rule)
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

    def _starts(self) -> Matcher:
        """Search for the next place where a rule can start; made once, when all rules are declared."""
        if self.starts is None:
            self.starts = re.compile(f"[{''.join(self.table)}]").search
        return self.starts

    def _longest(self, scan: Scan, string: str, place: int) -> tuple[Item | None, int]:
        best: Item | None = None
        after = place
        for rule in self.table.get(string[place], ()):
            match = (rule.match or rule.compiled())(string, place)
            if match is None or match.end() <= after:
                continue
            try:
                value = rule.make(scan, match)
            except (ValueError, OverflowError):  # a day that no calendar has
                continue
            if value is not None:
                best, after = Item(MADE_CODES[rule.kind], 0, 0, {rule.kind: value}), match.end()
        return best, after


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
    side_by_side, listed = False, True
    for number in [*numbers, None]:
        gap = number.first - row[-1].last if number is not None and row else 0
        if number is not None and row and gap <= 1 and (gap == 0 or tokens[row[-1].last].text in ",.-…"):
            side_by_side = side_by_side or (gap == 0 and row[-1].value < _HUNDRED and number.value < _HUNDRED)
            listed = listed and gap == 1 and tokens[number.first - 1].text == ","
            row.append(number)
            continue
        dictated = listed and len(row) > _SHORTEST_TELEPHONE and any(member.value > _LARGEST_DAY for member in row)
        if len(row) >= _SHORTEST_TELEPHONE and (side_by_side or dictated):
            found += [member.first for member in row]
        row, side_by_side, listed = ([] if number is None else [number]), False, True
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
