"""Which of the days or sums of an utterance is to be paid: the likeliest to the learned sense, if likely enough."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipeline.amount_values import AmountMatch
from pipeline.dates import DateMatch
from pipeline.payment_sense import Head, Placed

M = TypeVar("M", DateMatch, AmountMatch)


@dataclass(frozen=True, slots=True)
class Weighed(Generic[M]):
    """All days or all sums of an utterance, and what the sense first says of each.

    Attributes:
        own: What the rules chose.
        head: The sense of the kind.
        matches: The expressions, the one in the place of `own` as the rules read it.
        places: Where each stands, and its first log odds.
    """

    own: M | None
    head: Head
    matches: tuple[M, ...]
    places: tuple[Placed, ...]

    def chosen(self, other: Sequence[Placed]) -> tuple[M | None, bool]:
        """The expression to be paid, None where there is none, and whether a person should confirm that.

        Args:
            other: The expressions of the other kind.
        """
        best, highest = None, -1.0
        for match, chance in zip(self.matches, self.head.chances(self.places, other), strict=True):
            if chance > highest:
                best, highest = match, chance
        if best is None or highest < self.head.least:
            return None, self.own is not None
        return best, best is not self.own or highest < self.head.doubt


def weighed(own: M | None, candidates: Sequence[M], head: Head, seen: Callable[[M], Collection[int]]) -> Weighed[M]:
    """The expressions of a kind, weighed one by one.

    Args:
        own: What the rules chose.
        candidates: All expressions of the kind, `own` or its place among them or not.
        head: The sense of the kind.
        seen: The patterns of an expression.
    """
    matches = list(candidates)
    if own is not None:
        matches = [match for match in matches if (match.first, match.last) != (own.first, own.last)]
        matches.insert(0, own)
    return Weighed(own, head, tuple(matches), tuple([(one.first, head.first_odds(seen(one))) for one in matches]))
