"""How likely it is that a day or a sum in an utterance is one to be paid: learned, beside the rules of the grammar.

The rules know families of sentences that somebody thought of; every day and sum that they find is judged here by what
`pipeline.payment_view` sees of it: a linear reader of hashed patterns. A second look, a small network, weighs that
against what the first says of the others in the utterance: where a sum is surely promised, the day beside it is likely
its day. Plain Python, so that `palabra parse` stays light.
"""

from __future__ import annotations

import json
import math
from array import array
from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from operator import mul
from typing import Any, Final
from zlib import crc32

BUCKETS: Final = 1 << 16

Placed = tuple[int, float]
"""Where an expression stands among the tokens, and its log odds."""

_SURE: Final = 6.0
"""Log odds beyond which nothing is surer."""
_NEAR: Final = 6
"""So many tokens apart two expressions are near."""
FACTS: Final = 12
"""So many numbers a second look sees of an expression."""


def beside(same: Sequence[Placed], other: Sequence[Placed]) -> list[list[float]]:
    """What a second look sees of each expression of a kind: `FACTS` numbers each, in order.

    Args:
        same: All of the kind in the utterance.
        other: All of the other kind.
    """
    rivals = sorted((_held(odds), place) for place, odds in same)
    earlier = _best_before(same)
    partners = sorted((place, _held(odds)) for place, odds in other)
    places = [place for place, _ in partners]
    partner = max([odds for _, odds in partners], default=0.0)
    has_partner = float(bool(partners))
    told = []
    for place, given in same:
        odds = _held(given)
        rival = next((its for its, at in reversed(rivals) if at != place), None)
        at = bisect_left(places, place)
        around = [(abs(where - place), -its) for where, its in partners[max(0, at - 1) : at + 1]]
        distance, nearest = min(around, default=(_NEAR, 0.0))
        nearest_chance = has_partner * chance_of(-nearest)
        told.append(
            [
                odds,
                chance_of(odds),
                float(rival is not None),
                rival or 0.0,
                0.0 if rival is None else chance_of(rival),
                chance_of(earlier[place]),
                has_partner,
                partner,
                has_partner * chance_of(partner),
                -nearest,
                nearest_chance,
                nearest_chance if distance < _NEAR else 0.0,
            ]
        )
    return told


def _best_before(same: Sequence[Placed]) -> dict[int, float]:
    """For each place the highest log odds of those before it."""
    found: dict[int, float] = {}
    highest = -_SURE
    for place, odds in sorted(same):
        found.setdefault(place, highest)  # of two in one place neither stands before the other
        highest = max(highest, _held(odds))
    return found


def _held(odds: float) -> float:
    return max(-_SURE, min(_SURE, odds))


def chance_of(odds: float) -> float:
    """Log odds as a probability."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def _product(facts: Sequence[float], weights: Sequence[float]) -> float:
    """Of the facts with as many weights; what follows those is left."""
    return float(sum(map(mul, facts, weights)))


@dataclass(frozen=True, slots=True)
class Network:
    """A layer of rectified units beside a linear one.

    Attributes:
        units: Of each unit the weights of the facts, its bias, and what it adds to the log odds: FACTS + 2 numbers.
        line: Weights of the facts themselves, and the bias: FACTS + 1.
    """

    units: tuple[tuple[float, ...], ...]
    line: tuple[float, ...]

    def odds(self, facts: Sequence[float]) -> float:
        """Log odds that an expression of which `beside` told these facts is due."""
        total = self.line[FACTS] + _product(facts, self.line)
        for unit in self.units:
            heard = unit[FACTS] + _product(facts, unit)
            if heard > 0:
                total += heard * unit[FACTS + 1]
        return total


@dataclass(frozen=True, slots=True)
class Head:
    """Weights of one kind of expression.

    Attributes:
        weights: A signed byte a bucket, BUCKETS of them.
        scale: What a step of a weight is worth.
        bias: Log odds of an expression without words around it.
        second: The second look.
        least: Below this chance the expression is none to be paid.
        doubt: Below this chance a person should confirm it.
    """

    weights: array[int]
    scale: float
    bias: float
    second: Network
    least: float
    doubt: float

    def first_odds(self, features: Collection[int]) -> float:
        """Log odds that an expression with these features is due, whatever else is said."""
        weights = self.weights
        total = sum([weights[feature] for feature in features])
        return self.bias + self.scale * total / math.sqrt(max(1, len(features)))

    def chances(self, same: Sequence[Placed], other: Sequence[Placed]) -> list[float]:
        """Probability that each expression of the kind is due, given the first log odds of all of both kinds."""
        return [chance_of(self.second.odds(facts)) for facts in beside(same, other)]


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
        name: {
            "scale": head.scale,
            "bias": head.bias,
            "second": {"units": head.second.units, "line": head.second.line},
            "least": head.least,
            "doubt": head.doubt,
        }
        for name, head in (("day", sense.day), ("amount", sense.amount))
    }
    return json.dumps(heads).encode() + b"\n" + sense.day.weights.tobytes() + sense.amount.weights.tobytes()


def unpacked(data: bytes) -> PaymentSense:
    """What `packed` wrote.

    Raises:
        ValueError: It is not as long as its heads are, or lacks a part of them.
    """
    line, _, weights = data.partition(b"\n")
    if len(weights) != 2 * BUCKETS:
        raise ValueError(f"{2 * BUCKETS} bytes of weights expected, {len(weights)} found; copy the file again")
    day, amount = array("b"), array("b")
    day.frombytes(weights[:BUCKETS])
    amount.frombytes(weights[BUCKETS:])
    heads = json.loads(line)
    try:
        return PaymentSense(_head(day, heads["day"]), _head(amount, heads["amount"]))
    except KeyError as error:
        raise ValueError(f"{error} of each head expected, none found; copy the file of this release") from None


def _head(weights: array[int], told: dict[str, Any]) -> Head:
    second = told["second"]
    network = Network(tuple(map(tuple, second["units"])), tuple(second["line"]))
    return Head(weights, told["scale"], told["bias"], network, told["least"], told["doubt"])
