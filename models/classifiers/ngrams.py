"""A turn in its context -> hashed n-grams: its own words and characters, its neighbours', its place in the call.

Text is folded (case and accents off, digits to one), because recognisers lose both; what punctuation tells stands in a
block of its own. Each block has length one before its weight, so that a long neighbour does not drown a short "sí".
"""

import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from models.classifiers.word_classes import class_grams, load_word_classes
from pipeline.types import Turn

LAYOUT = 3
"""Raised when the same turn gives other features: weights name the layout they were trained on."""

BUCKET_BITS = 17
BUCKETS = 1 << BUCKET_BITS

OWN_WEIGHTS = {"phrase": 1.4, "chars": 1.0, "classes": 1.0, "form": 0.55, "place": 0.55}
NEIGHBOUR_WEIGHTS = {-3: 0.32, -2: 0.5, -1: 0.63, 1: 0.63, 2: 0.32}
CLASS_WEIGHTS = {-1: 0.45, 1: 0.45}
"""Of the neighbours' word classes."""

CALL_WEIGHT = 0.63
"""Of the words of the debtor's side in the rest of the call, which reasons are told by too."""

PHRASE_WORDS: Final = 3
CHARS: Final = (2, 3, 4, 5)
"""Sizes of a turn's own n-grams; its neighbours hear the next."""

PHRASE_WORDS_HEARD: Final = 2
CHARS_HEARD: Final = (3, 4)

Buckets = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Spans = npt.NDArray[np.int32]
Grams = tuple[Hashes, Spans]
"""Hashes of n-grams, and the (first, last + 1) word of each, (n, 2)."""

_NOWHERE: Final = np.zeros((0, 2), np.int32)

_TOKEN = re.compile(r"[^\W_]+")
_MARKS = '?!…,."'


@dataclass(frozen=True, slots=True)
class Features:
    """One turn: `buckets` and `values` of equal length.

    `spans[i]` is the (first, last + 1) word of the turn that entry i was made of, (0, 0) for entries of neighbours,
    form and place: evidence is counted by it.
    """

    buckets: Buckets
    values: npt.NDArray[np.float32]
    spans: Spans


def folded_words(text: str) -> list[str]:
    """Lower-case words without accents; each digit is 0, so that an amount is known by its length."""
    return [folded for folded, _, _ in word_places(text)]


def word_places(text: str) -> list[tuple[str, int, int]]:
    """Each folded word with where it lies in the text: first character, last + 1."""
    found = ((_folded(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(text))
    return [place for place in found if place[0]]


@lru_cache(maxsize=20_000)
def _folded(word: str) -> str:
    bare = unicodedata.normalize("NFD", word.lower())
    return re.sub(r"\d", "0", re.sub(r"[^a-z0-9]", "", bare))


def features_of(turns: Sequence[Turn]) -> list[Features]:
    """Features of every turn of one call; they depend on that call alone."""
    told = [_told(turn) for turn in turns]
    return [_features(i, turns, told) for i in range(len(turns))]


@dataclass(frozen=True, slots=True)
class _Told:
    """What one turn gives: n-grams of its own, and what its neighbours hear of it."""

    own: tuple[tuple[str, Grams, float], ...]
    heard: Hashes
    classes_heard: Hashes


def _told(turn: Turn) -> _Told:
    words = folded_words(turn.text)
    form = _hashed(_form(turn.text, words))
    phrases, chars = _phrases(words), _chars(words)
    classes = load_word_classes().of(words)
    names, spans = class_grams(words, classes)
    own = (
        ("phrase", _joined(phrases), OWN_WEIGHTS["phrase"]),
        ("chars", _joined([chars[n] for n in CHARS]), OWN_WEIGHTS["chars"]),
        ("classes", (_hashed(names), np.array(spans, np.int32).reshape(-1, 2)), OWN_WEIGHTS["classes"]),
        ("form", (form, _NOWHERE), OWN_WEIGHTS["form"]),
    )
    heard = [*(grams for grams, _ in phrases[:PHRASE_WORDS_HEARD]), *(chars[n][0] for n in CHARS_HEARD), form]
    role = np.uint64(zlib.crc32(turn.role.encode()) << 32)
    all_classes = sorted({name for found in classes for name in found})
    return _Told(
        own,
        np.concatenate([*heard, _hashed([f"role {turn.role}"])]) ^ role,
        _hashed([f"{turn.role} {name}" for name in all_classes]),
    )


def _features(i: int, turns: Sequence[Turn], told: Sequence[_Told]) -> Features:
    blocks = [*told[i].own, ("place", (_hashed(_place(i, turns)), _NOWHERE), OWN_WEIGHTS["place"])]
    for offset, weight in NEIGHBOUR_WEIGHTS.items():
        hashes = told[i + offset].heard if 0 <= i + offset < len(turns) else _NOBODY
        blocks.append((f"turn{offset:+d}", (hashes, _NOWHERE), weight))
    for offset, weight in CLASS_WEIGHTS.items():
        hashes = told[i + offset].classes_heard if 0 <= i + offset < len(turns) else _NOBODY
        blocks.append((f"classes{offset:+d}", (hashes, _NOWHERE), weight))
    return _weighed(blocks)


def with_rest_of_call(features: Features, i: int, turns: Sequence[Turn]) -> Features:
    """The features of turn `i` and the words of all other turns of the debtor's side.

    "No puedo" has the reason that the call has told elsewhere.
    """
    rest = (turn for j, turn in enumerate(turns) if j != i and turn.role in ("debtor", "third_party"))
    words = sorted({word for turn in rest for word in folded_words(turn.text)})
    block = _weighed([("call", (_hashed(words), _NOWHERE), CALL_WEIGHT)])
    return Features(
        np.concatenate([features.buckets, block.buckets]),
        np.concatenate([features.values, block.values]),
        np.concatenate([features.spans, block.spans]),
    )


def _joined(parts: Sequence[Grams]) -> Grams:
    return np.concatenate([hashes for hashes, _ in parts]), np.concatenate([spans for _, spans in parts])


def _weighed(blocks: Sequence[tuple[str, Grams, float]]) -> Features:
    """The distinct buckets of each block, by block; a block's values have length one before its weight."""
    sizes = [len(hashes) for _, (hashes, _), _ in blocks]
    salts = np.array([zlib.crc32(name.encode()) for name, _, _ in blocks], np.uint64)
    buckets = _bucket(np.concatenate([hashes for _, (hashes, _), _ in blocks]), np.repeat(salts, sizes))
    places = buckets + (np.repeat(np.arange(len(blocks)), sizes) << BUCKET_BITS)
    spans = np.concatenate([s if len(s) else np.zeros((len(h), 2), np.int32) for _, (h, s), _ in blocks])
    distinct, first = np.unique(places, return_index=True)
    counts = np.bincount(distinct >> BUCKET_BITS, minlength=len(blocks))
    weights = np.array([weight for _, _, weight in blocks]) / np.sqrt(np.maximum(1, counts))
    return Features(distinct & (BUCKETS - 1), np.repeat(weights.astype(np.float32), counts), spans[first])


def _bucket(hashes: Hashes, salts: Hashes) -> Buckets:
    # Fibonacci hashing of the CRC with the block's name mixed in: the same n-gram falls elsewhere in each block.
    mixed = (hashes ^ salts) * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(64 - BUCKET_BITS)).astype(np.int64)


def _hashed(grams: Sequence[str]) -> Hashes:
    return np.array([zlib.crc32(gram.encode()) for gram in grams], np.uint64)


_NOBODY: Final = _hashed(["none"])


def _phrases(words: list[str]) -> list[Grams]:
    """N-grams by the number of their words."""
    found = []
    for n in range(1, PHRASE_WORDS + 1):
        starts = np.arange(max(0, len(words) - n + 1), dtype=np.int32)
        grams = [" ".join(words[start : start + n]) for start in starts]
        found.append((_hashed(grams), np.stack([starts, starts + n], 1)))
    return found


def _chars(words: list[str]) -> dict[int, Grams]:
    """N-grams of characters by their length, over the words with a blank before, between and behind."""
    line = np.frombuffer(f" {' '.join(words)} ".encode("ascii"), np.uint8).astype(np.uint32)
    # Number of the word that each character belongs to; a space belongs to the word after it.
    owner = np.minimum(np.cumsum(line == ord(" ")) - 1, max(0, len(words) - 1)).astype(np.int32)
    state = np.full(len(line), _AFTER_MARK, np.uint32)
    found = {}
    for n in range(1, CHARS[-1] + 1):
        n_grams = max(0, len(line) - n + 1)
        state = state[:n_grams]
        state = _CRC[(state ^ line[n - 1 : n - 1 + n_grams]) & 255] ^ (state >> 8)
        if n in CHARS:
            spans = np.stack([owner[:n_grams], owner[n - 1 : n - 1 + n_grams] + 1], 1)
            found[n] = ((state ^ _FLIPPED).astype(np.uint64), spans)
    return found


def _crc_table() -> npt.NDArray[np.uint32]:
    """What one byte does to a CRC-32 (zlib's): all n-grams of a turn are hashed side by side with it."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, np.uint32(0xEDB88320) ^ (table >> 1), table >> 1)
    return table


_CRC: Final = _crc_table()
_FLIPPED: Final = np.uint32(0xFFFFFFFF)
_AFTER_MARK: Final = np.uint32(zlib.crc32(b"#")) ^ _FLIPPED
"""State of the hash behind the mark that keeps n-grams of characters apart from words."""


def _form(text: str, words: list[str]) -> list[str]:
    grams = [f"mark {mark}" for mark in _MARKS if mark in text]
    if text.rstrip().endswith("?"):
        grams.append("asks")
    grams.append(f"length {len(words) if len(words) < 5 else 5 + min(len(words) // 5, 8)}")
    if words:
        grams += [f"first {words[0]}", f"last {words[-1]}"]
        grams += [f"first two {' '.join(words[:2])}", f"last two {' '.join(words[-2:])}"]
    return grams


def _place(i: int, turns: Sequence[Turn]) -> list[str]:
    n = len(turns)
    near = (-2, -1, 1, 2)
    roles = [f"{offset} {turns[i + offset].role if 0 <= i + offset < n else 'none'}" for offset in near]
    return [f"from start {min(i, 6)}", f"to end {min(n - 1 - i, 6)}", f"tenth {10 * i // n}", *roles]
