"""How likely it is that a day or a sum in an utterance is one to be paid: learned, beside the rules of the grammar.

The rules know families of sentences that somebody thought of; what they let through of all others is judged here by the
words around it. A linear reader of hashed word patterns in plain Python, so that `palabra parse` stays light.
"""

from __future__ import annotations

import json
import math
from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Protocol
from zlib import crc32

from pipeline.date_lexicon import opening
from pipeline.tokens import Token

BUCKETS: Final = 1 << 16
_NEAR_LEFT, _NEAR_RIGHT = 7, 6  # words whose distance from the expression counts
_DAY_KINDS: Final = {"WEEKDAY": "<day>", "MONTH": "<month>"}


class Placed(Protocol):
    """What lies on tokens: `first`, and `last`, the one after."""

    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Head:
    """Weights of one kind of expression.

    Attributes:
        weights: A signed byte a bucket, BUCKETS of them.
        scale: What a step of a weight is worth.
        bias: Log odds of an expression without words around it.
        least: Below this chance the expression is none to be paid.
        doubt: Below this chance a person should confirm it.
    """

    weights: array[int]
    scale: float
    bias: float
    least: float
    doubt: float

    def chance(self, features: Collection[int]) -> float:
        """Probability that the expression with these features is due."""
        weights = self.weights
        total = sum([weights[feature] for feature in features])
        odds = self.bias + self.scale * total / math.sqrt(max(1, len(features)))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


@dataclass(frozen=True, slots=True)
class PaymentSense:
    """The heads of days and of sums."""

    day: Head
    amount: Head


def features_of(tokens: Sequence[Token], numbers: Sequence[Placed], first: int, last: int) -> frozenset[int]:
    """Hashed patterns of an utterance seen from the expression on its tokens `first` to `last` (the one after)."""
    figures = {index for number in numbers for index in range(number.first, number.last)}
    left = _words(tokens, figures, 0, first)
    right = _words(tokens, figures, last, len(tokens))
    words = ["^", *left, "<it>", *right, "$"]
    found = set(words)
    found.update([f"{one} {two}" for one, two in pairwise(words)])
    found.update([f"{a} {b} {c}" for a, b, c in zip(words, words[1:], words[2:], strict=False)])
    found.update([f"{one} _ {two}" for one, two in zip(words, words[2:], strict=False)])
    for word in words:
        if len(word) > 4 and word[0] != "<":
            found.update((f"p{word[:4]}", f"e{word[-3:]}", f"m{word[:3]}{word[-2:]}"))
    for side, near, steps in (("l", left[::-1][:_NEAR_LEFT], 3), ("r", right[:_NEAR_RIGHT], 2)):
        for place, word in enumerate(near):
            distance = f"{side}{min(place // 2, steps)}"
            found.update((f"{distance}={word}", f"{distance}~{word[:4]}{word[-2:]}"))
    return frozenset([crc32(pattern.encode()) % BUCKETS for pattern in found])


def _words(tokens: Sequence[Token], figures: Collection[int], first: int, last: int) -> list[str]:
    """Words and signs, each run of numbers as one, weekdays and months by their kind."""
    words: list[str] = []
    for index in range(first, last):
        if index not in figures:
            words.append(_KNOWN[tokens[index].text])
        elif not words or words[-1] != "<number>":
            words.append("<number>")
    return words


class _Known(dict[str, str]):
    """What stands for a word, learnt once; a bounded number is kept."""

    def __missing__(self, text: str) -> str:
        node = opening(text)
        kinds = () if node is None else node.kinds
        word = next((sign for kind, sign in _DAY_KINDS.items() if kind in kinds), text)
        if len(self) < _MOST_KNOWN:
            self[text] = word
        return word


_MOST_KNOWN = 65536
_KNOWN = _Known()


def packed(sense: PaymentSense) -> bytes:
    """The file of a sense: a line of JSON, then the weights of days and of sums."""
    heads = {
        name: {"scale": head.scale, "bias": head.bias, "least": head.least, "doubt": head.doubt}
        for name, head in (("day", sense.day), ("amount", sense.amount))
    }
    return json.dumps(heads).encode() + b"\n" + sense.day.weights.tobytes() + sense.amount.weights.tobytes()


def unpacked(data: bytes) -> PaymentSense:
    """What `packed` wrote.

    Raises:
        ValueError: It is not as long as its heads are.
    """
    line, _, weights = data.partition(b"\n")
    if len(weights) != 2 * BUCKETS:
        raise ValueError(f"{2 * BUCKETS} bytes of weights expected, {len(weights)} found; copy the file again")
    day, amount = array("b"), array("b")
    day.frombytes(weights[:BUCKETS])
    amount.frombytes(weights[BUCKETS:])
    heads = json.loads(line)
    return PaymentSense(Head(day, **heads["day"]), Head(amount, **heads["amount"]))
