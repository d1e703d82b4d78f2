"""The words of dates: from the lexicon file to typed items, every phrase with all kinds it can be."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from itertools import product
from typing import Any

from pipeline.number_words import sound
from pipeline.tokens import Token, tokenize

Value = int | str
_SHORTEST_BY_SOUND = 5
_VALUED = {
    "weekday": "WEEKDAY",
    "weekday_short": "WEEKDAY_SHORT",
    "month": "MONTH",
    "month_short": "MONTH_SHORT",
    "relative_day": "RELATIVE",
    "relative_day_doubtful": "RELATIVE_DOUBTFUL",
    "now": "NOW",
    "past": "PAST_DAY",
    "holiday": "HOLIDAY",
    "holiday_name": "HOLIDAY_NAME",
}


@dataclass(slots=True)
class _Node:
    """A word of a phrase: what may follow, and the kinds of the phrase that ends here."""

    following: dict[str, _Node] = field(default_factory=dict)
    kinds: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DateLexicon:
    """Phrases by their words, single words by their sound, holiday rules by country.

    `holiday_rules`: rule name -> country ("" for every other) -> how the day is found.
    """

    root: _Node
    sounds: Mapping[str, str]
    holiday_rules: Mapping[str, Mapping[str, str]]
    kind_sets: frozenset[frozenset[str]]


def _spellings(phrase: str) -> list[tuple[str, ...]]:
    """The phrase's words, one list for each choice of its alternatives ("fin|fines de")."""
    words = [word.split("|") for word in phrase.split()]
    spellings = []
    for choice in product(*words):
        spellings.append(tuple(token.text for token in tokenize(" ".join(choice))))
        if len(choice) > 1 and choice[-1] in ("de", "a"):
            spellings.append((*spellings[-1][:-1], choice[-1] + "l" if choice[-1] == "a" else "del"))
    return spellings


@lru_cache(maxsize=1)
def load_date_lexicon() -> DateLexicon:
    """The lexicon of the package data, read once."""
    data: dict[str, Any] = tomllib.loads(files("pipeline.lexicon").joinpath("dates.toml").read_text("utf-8"))
    root = _Node()
    nodes: list[_Node] = []

    def add(phrase: str, kind: str, value: Value) -> None:
        for words in _spellings(phrase):
            node = root
            for word in words:
                node = node.following.setdefault(word, _Node())
            node.kinds.setdefault(kind, value)
            if len(words) > 1 and words[-1] in ("del", "al"):
                node.kinds.setdefault("CONTRACTED", 0)
            nodes.append(node)

    for table, kind in _VALUED.items():
        for phrase, value in data[table].items():
            add(phrase, kind, value)
    for kind, phrases in data["kinds"].items():
        for phrase in phrases:
            add(phrase, kind, 0)
    sounds = {sound(word): word for word in sorted(root.following) if len(word) >= _SHORTEST_BY_SOUND}
    return DateLexicon(
        root=root,
        sounds=sounds,
        holiday_rules=data["holiday_rules"],
        kind_sets=frozenset(frozenset(node.kinds) for node in nodes),
    )


@lru_cache(maxsize=65536)
def known_word(word: str) -> str | None:
    """The lexicon's spelling of a word, found as it is or by its sound; None for any other word."""
    lexicon = load_date_lexicon()
    if word in lexicon.root.following:
        return word
    if len(word) < _SHORTEST_BY_SOUND or len(word) > 20:
        return None
    return lexicon.sounds.get(sound(word))


def phrase_at(tokens: tuple[Token, ...], index: int) -> tuple[dict[str, Value], int] | None:
    """Kinds of the longest phrase that starts at a token, and the token after it."""
    following = load_date_lexicon().root.following
    found: tuple[dict[str, Value], int] | None = None
    while index < len(tokens):
        word = tokens[index].text
        node = following.get(word)
        if node is None:
            known = known_word(word)
            node = following.get(known) if known is not None else None
            if node is None:
                break
        index += 1
        if node.kinds:
            found = node.kinds, index
        following = node.following
    return found
