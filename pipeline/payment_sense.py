"""How likely it is that a day or a sum in an utterance is one to be paid: learned, beside the rules of the grammar.

The rules know families of sentences that somebody thought of; every day and sum that they find is judged here by what
`pipeline.payment_view` sees of it. A linear reader of hashed patterns in plain Python, so that `palabra parse` stays
light.
"""

from __future__ import annotations

import json
import math
from array import array
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from zlib import crc32

BUCKETS: Final = 1 << 16


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


def bucket(pattern: str) -> int:
    """Where the weight of a pattern lies."""
    return crc32(pattern.encode()) % BUCKETS


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
