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
class PhraseNode:
    """A word of a phrase: what may follow, and the kinds of the phrase that ends here.

    `code` stands for the kinds in `pipeline.date_grammar`, which gives it.
    """

    following: dict[str, PhraseNode] = field(default_factory=dict)
    kinds: dict[str, Value] = field(default_factory=dict)
    code: str = ""


@dataclass(frozen=True, slots=True)
class DateLexicon:
    """Phrases by their words, single words by their sound, holiday rules by country.

    `holiday_rules`: rule name -> country ("" for every other) -> how the day is found.
    """

    root: PhraseNode
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
    root = PhraseNode()
    nodes: list[PhraseNode] = []

    def add(phrase: str, kind: str, value: Value) -> None:
        for words in _spellings(phrase):
            node = root
            for word in words:
                node = node.following.setdefault(word, PhraseNode())
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


@lru_cache(maxsize=65536)
def opening(word: str) -> PhraseNode | None:
    """The phrases that a word may open; None for most words."""
    known = known_word(word)
    return None if known is None else load_date_lexicon().root.following[known]


@lru_cache(maxsize=1)
def anchors(kinds: frozenset[str]) -> frozenset[str]:
    """Of every phrase of the kinds its longest word: where none of them is said, no such phrase is."""
    found: set[str] = set()
    waiting: list[tuple[PhraseNode, str]] = [(load_date_lexicon().root, "")]
    while waiting:
        node, longest = waiting.pop()
        if not kinds.isdisjoint(node.kinds):
            found.add(longest)
            continue  # a longer phrase holds this one's words
        for word, following in node.following.items():
            waiting.append((following, word if len(word) > len(longest) else longest))
    return frozenset(found)


def phrase_at(tokens: tuple[Token, ...], index: int) -> tuple[PhraseNode, int] | None:
    """The longest phrase that starts at a token, and the token after it."""
    node = opening(tokens[index].text)
    found: tuple[PhraseNode, int] | None = None
    while node is not None:
        index += 1
        if node.kinds:
            found = node, index
        if not node.following or index == len(tokens):
            break
        word = tokens[index].text
        following = node.following.get(word)
        if following is None and (known := known_word(word)) is not None:
            following = node.following.get(known)
        node = following
    return found
