"""What a single word says as part of a number: spelled right, misspelled, joined or diminutive.

Recognisers and tired transcribers write "dosientos", "nobenta", "dosmil", "cuarentaicinco".
Four rules meet them instead of a list: words that sound the same are the same; a joined word is
the number words it is made of; a diminutive is its base; a long word may have one letter wrong.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any


class Role(StrEnum):
    """The place of a word in a number."""

    ZERO = "zero"
    ONE = "one"
    UNIT = "unit"
    TEEN = "teen"
    TENS = "tens"
    HUNDREDS = "hundreds"
    HUNDRED_WORD = "hundred_word"
    PREFIX = "prefix"
    SCALE = "scale"
    COLLECTIVE = "collective"
    ORDINAL = "ordinal"
    FRACTION = "fraction"
    FIGURE = "figure"


@dataclass(frozen=True, slots=True)
class NumberWord:
    """A word's value in its role; a scale's value is the power of ten, a fraction's the divisor.

    `exact` is false where a spelling rule had to be stretched.
    """

    role: Role
    value: int
    exact: bool = True


_SHORTEST_JOINED = 6
_LONGEST_WORD = 80
_SHORTEST_MISSPELLED = 8
_DIMINUTIVES = ("sitos", "sitas", "sito", "sita", "itos", "itas", "ito", "ita")
_ENDINGS = ("os", "as", "o", "a", "es", "e", "")


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """The word as it sounds in Latin America: s = z = soft c, b = v, no h, ll = y, gn = n, mp = np, single letters.

    >>> sound("doscientos") == sound("dosientoz")
    True
    """
    word = word.replace("ch", "C").replace("h", "").replace("qu", "k").replace("v", "b").replace("w", "b")
    word = word.replace("mp", "np").replace("mb", "nb")
    word = word.replace("xc", "c").replace("sc", "c").replace("gn", "n")
    word = word.replace("ce", "se").replace("ci", "si").replace("c", "k").replace("z", "s").replace("x", "s")
    word = word.replace("gue", "ge").replace("gui", "gi").replace("ll", "y").replace("ss", "s")
    for letter in "aeiouns":
        word = word.replace(letter + letter, letter)
    return word


@dataclass(frozen=True, slots=True)
class _Lexicon:
    words: dict[str, NumberWord]
    sounds: dict[str, NumberWord]
    misspelled: dict[str, NumberWord]
    stems: dict[str, int]
    not_numbers: frozenset[str]
    first_sounds: frozenset[str]
    fractions: dict[str, int]
    letters: frozenset[str]
    lost_s: dict[str, int]
    with_s: frozenset[str]


def _feminine(word: str) -> str:
    return word[:-2] + "as" if word.endswith("os") else word


def _holes(word: str) -> set[str]:
    """The word with any one letter taken out."""
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


@lru_cache(maxsize=1)
def load() -> _Lexicon:
    """The number words of the package data, read once."""
    data: dict[str, Any] = tomllib.loads(files("pipeline.lexicon").joinpath("numbers.toml").read_text("utf-8"))
    words: dict[str, NumberWord] = {}
    for word in data["zero"]["words"]:
        words[word] = NumberWord(Role.ZERO, 0)
    for word in data["one"]["words"]:
        words[word] = NumberWord(Role.ONE, 1)
    tables = {"units": Role.UNIT, "teens": Role.TEEN, "tens": Role.TENS, "hundreds": Role.HUNDREDS}
    for table, role in tables.items():
        for word, value in data[table].items():
            words[word] = NumberWord(role, value)
            if role is Role.HUNDREDS:
                words[_feminine(word)] = NumberWord(role, value)
    for word in data["hundred_word"]["words"]:
        words[word] = NumberWord(Role.HUNDRED_WORD, 100)
    rest = {
        "prefixes": Role.PREFIX,
        "scales": Role.SCALE,
        "collectives": Role.COLLECTIVE,
        "ordinals": Role.ORDINAL,
    }
    for table, role in rest.items():
        for word, value in data[table].items():
            words[word] = NumberWord(role, value)
    letters = frozenset(data["scale_letters"]["words"])
    by_sound: dict[str, NumberWord] = {}
    misspelled: dict[str, NumberWord] = {}
    for word, entry in words.items():
        if word in letters or word == "ciento" or entry.role in (Role.ORDINAL, Role.HUNDRED_WORD):
            continue
        key = sound(word)
        by_sound.setdefault(key, entry)
        if entry.role in (Role.TEEN, Role.TENS, Role.HUNDREDS) and len(key) >= _SHORTEST_MISSPELLED:
            for hole in _holes(key) | {key}:
                misspelled.setdefault(hole, NumberWord(entry.role, entry.value, exact=False))
    return _Lexicon(
        words=words,
        sounds=by_sound,
        misspelled=misspelled,
        stems={sound(stem): value for stem, value in data["tens_stems"].items()},
        not_numbers=frozenset(data["not_numbers"]["words"]),
        first_sounds=frozenset(key[0] for key in by_sound),
        fractions=dict(data["fractions"]),
        letters=letters,
        lost_s=dict(data["lost_s"]),
        with_s=frozenset(data["with_s"]["words"]),
    )


def _split_joined(key: str, lexicon: _Lexicon) -> tuple[NumberWord, ...] | None:
    """The number words that a joined word is made of, longest first, without looking back.

    "dosmilquinientos" gives dos, mil, quinientos; "cuarentaicinco" gives cuarenta, cinco.
    None where any part is no number word.
    """
    parts: list[NumberWord] = []
    position = 0
    while position < len(key):
        for length in range(min(len(key) - position, 14), 1, -1):
            piece = key[position : position + length]
            entry = lexicon.sounds.get(piece)
            if entry is None and piece in ("sientos", "sientas") and parts:
                entry = NumberWord(Role.HUNDRED_WORD, 100)
            if entry is None and piece[-1] in "iy" and piece[:-1] in lexicon.stems:
                entry = NumberWord(Role.TENS, lexicon.stems[piece[:-1]])
            if entry is not None and (entry.role is not Role.COLLECTIVE):
                parts.append(entry)
                position += length
                break
        else:
            joins = parts and parts[-1].role in (Role.TENS, Role.TEEN) and key[position] in "iye"
            if not joins:
                return None
            position += 1
    if len(parts) < 2 or all(part.role is Role.ONE for part in parts):
        return None
    if parts[0].role is Role.ONE and parts[1].role is not Role.SCALE:
        return None
    return tuple(parts)


def _one_letter_off(key: str, lexicon: _Lexicon) -> NumberWord | None:
    if len(key) < _SHORTEST_MISSPELLED - 1:
        return None
    found = lexicon.misspelled.get(key)
    if found is None and len(key) >= _SHORTEST_MISSPELLED:
        for hole in sorted(_holes(key)):
            found = lexicon.misspelled.get(hole)
            if found is not None:
                break
    return found


@lru_cache(maxsize=65536)
def read_word(word: str) -> tuple[NumberWord, ...]:
    """The number words in a folded word: one as a rule, more in a joined word, none in any other."""
    lexicon = load()
    entry = lexicon.words.get(word)
    if entry is not None:
        return (entry,)
    if len(word) < 3 or len(word) > _LONGEST_WORD or word in lexicon.not_numbers:
        return ()
    key = sound(word)
    if not key or key[0] not in lexicon.first_sounds:
        return ()
    entry = lexicon.sounds.get(key)
    if entry is not None:
        return (entry,)
    for ending in _DIMINUTIVES:
        if key.endswith(ending) and len(key) > len(ending) + 2:
            base = key[: -len(ending)]
            for tail in _ENDINGS:
                entry = lexicon.sounds.get(base + tail)
                if entry is not None and (entry.value >= 30 or entry == NumberWord(Role.SCALE, 6)):
                    return (entry,)
    if len(word) >= _SHORTEST_JOINED:
        parts = _split_joined(key, lexicon)
        if parts is not None:
            return parts
        entry = _one_letter_off(key, lexicon)
        if entry is not None:
            return (entry,)
    return ()
