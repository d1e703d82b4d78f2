"""A turn in its context -> hashed n-grams: its own words and characters, its neighbours', its place in the call.

Text is folded (case and accents off, digits to one), because recognisers lose both; what punctuation tells stands in a
block of its own. Each block has length one before its weight, so that a long neighbour does not drown a short "sí".
"""

import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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

Buckets = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

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
    spans: npt.NDArray[np.int32]


def folded_words(text: str) -> list[str]:
    """Lower-case words without accents; each digit is 0, so that an amount is known by its length."""
    return [folded for folded, _, _ in word_places(text)]


def word_places(text: str) -> list[tuple[str, int, int]]:
    """Each folded word with where it lies in the text: first character, last + 1."""
    found = ((_folded(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(text))
    return [place for place in found if place[0]]


def _folded(word: str) -> str:
    bare = unicodedata.normalize("NFD", word.lower())
    return re.sub(r"\d", "0", re.sub(r"[^a-z0-9]", "", bare))


def features_of(turns: Sequence[Turn]) -> list[Features]:
    """Features of every turn of one call; they depend on that call alone."""
    words = [folded_words(turn.text) for turn in turns]
    neighbours = [_neighbour_hashes(turn, own) for turn, own in zip(turns, words, strict=True)]
    classes = [_neighbour_classes(turn, own) for turn, own in zip(turns, words, strict=True)]
    return [_features(i, turns, words[i], neighbours, classes) for i in range(len(turns))]


def _features(
    i: int, turns: Sequence[Turn], words: list[str], neighbours: Sequence[Hashes], classes: Sequence[Hashes]
) -> Features:
    phrases, phrase_spans = _phrases(words, 3)
    chars, char_spans = _chars(words, (2, 3, 4, 5))
    class_names, class_spans = class_grams(words)
    nowhere = np.zeros((0, 2), np.int32)
    blocks = [
        ("phrase", phrases, phrase_spans, OWN_WEIGHTS["phrase"]),
        ("chars", chars, char_spans, OWN_WEIGHTS["chars"]),
        ("classes", _hashed(class_names), np.array(class_spans, np.int32).reshape(-1, 2), OWN_WEIGHTS["classes"]),
        ("form", _hashed(_form(turns[i].text, words)), nowhere, OWN_WEIGHTS["form"]),
        ("place", _hashed(_place(i, turns)), nowhere, OWN_WEIGHTS["place"]),
    ]
    around = (("turn", neighbours, NEIGHBOUR_WEIGHTS), ("classes", classes, CLASS_WEIGHTS))
    for name, of_turn, weights in around:
        for offset, weight in weights.items():
            inside = 0 <= i + offset < len(turns)
            hashes = of_turn[i + offset] if inside else _hashed(["none"])
            blocks.append((f"{name}{offset:+d}", hashes, nowhere, weight))
    return _joined(blocks)


def with_rest_of_call(features: Features, i: int, turns: Sequence[Turn]) -> Features:
    """The features of turn `i` and the words of all other turns of the debtor's side.

    "No puedo" has the reason that the call has told elsewhere.
    """
    rest = (turn for j, turn in enumerate(turns) if j != i and turn.role in ("debtor", "third_party"))
    words = sorted({word for turn in rest for word in folded_words(turn.text)})
    block = _joined([("call", _hashed(words), np.zeros((0, 2), np.int32), CALL_WEIGHT)])
    return Features(
        np.concatenate([features.buckets, block.buckets]),
        np.concatenate([features.values, block.values]),
        np.concatenate([features.spans, block.spans]),
    )


def _joined(blocks: Sequence[tuple[str, Hashes, npt.NDArray[np.int32], float]]) -> Features:
    buckets, values, spans = [], [], []
    for name, hashes, span, weight in blocks:
        distinct, first = np.unique(_bucket(hashes, name), return_index=True)
        buckets.append(distinct)
        values.append(np.full(len(distinct), weight / np.sqrt(max(1, len(distinct))), np.float32))
        spans.append(span[first] if len(span) else np.zeros((len(distinct), 2), np.int32))
    return Features(np.concatenate(buckets), np.concatenate(values), np.concatenate(spans))


def _bucket(hashes: Hashes, block: str) -> Buckets:
    # Fibonacci hashing of the CRC with the block's name mixed in: the same n-gram falls elsewhere in each block.
    mixed = (hashes ^ np.uint64(zlib.crc32(block.encode()))) * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(64 - BUCKET_BITS)).astype(np.int64)


def _hashed(grams: Sequence[str]) -> Hashes:
    return np.fromiter((zlib.crc32(gram.encode()) for gram in grams), np.uint64, len(grams))


def _phrases(words: list[str], longest: int) -> tuple[Hashes, npt.NDArray[np.int32]]:
    grams, spans = [], []
    for n in range(1, longest + 1):
        for start in range(len(words) - n + 1):
            grams.append(" ".join(words[start : start + n]))
            spans.append((start, start + n))
    return _hashed(grams), np.array(spans, np.int32).reshape(-1, 2)


def _chars(words: list[str], sizes: tuple[int, ...]) -> tuple[Hashes, npt.NDArray[np.int32]]:
    line = f" {' '.join(words)} "
    # Number of the word that each character belongs to; a space belongs to the word after it.
    owner = np.minimum(np.cumsum([c == " " for c in line]) - 1, max(0, len(words) - 1))
    grams, spans = [], []
    for n in sizes:
        for start in range(len(line) - n + 1):
            grams.append(f"#{line[start : start + n]}")
            spans.append((owner[start], owner[start + n - 1] + 1))
    return _hashed(grams), np.array(spans, np.int32).reshape(-1, 2)


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


def _neighbour_hashes(turn: Turn, words: list[str]) -> Hashes:
    def grams() -> Iterator[str]:
        yield f"role {turn.role}"
        yield from _form(turn.text, words)

    phrases, _ = _phrases(words, 2)
    chars, _ = _chars(words, (3, 4))
    role = np.uint64(zlib.crc32(turn.role.encode()))
    return np.concatenate([phrases, chars, _hashed(list(grams()))]) ^ (role << np.uint64(32))


def _neighbour_classes(turn: Turn, words: list[str]) -> Hashes:
    found = {name for names in load_word_classes().of(words) for name in names}
    return _hashed([f"{turn.role} {name}" for name in sorted(found)])
