"""Which of the days or sums of an utterance is to be paid: the likeliest to the learned sense, if likely enough."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from pipeline.amount_values import AmountMatch
from pipeline.dates import DateMatch
from pipeline.payment_sense import Head

M = TypeVar("M", DateMatch, AmountMatch)


def chosen(
    own: M | None, candidates: Sequence[M], head: Head, seen: Callable[[M], Collection[int]]
) -> tuple[M | None, bool]:
    """The expression to be paid, None where there is none, and whether a person should confirm that.

    Args:
        own: What the rules chose.
        candidates: All expressions of the kind, `own` or its place among them or not.
        head: The sense of the kind.
        seen: The patterns of an expression.
    """
    best, highest = None, -1.0
    for match in _weighed(own, candidates):
        chance = head.chance(seen(match))
        if chance > highest:
            best, highest = match, chance
    if best is None or highest < head.least:
        return None, own is not None
    return best, best is not own or highest < head.doubt


def _weighed(own: M | None, candidates: Sequence[M]) -> list[M]:
    """The candidates in order, the one in the place of `own` as the rules read it."""
    weighed = list(candidates)
    if own is not None:
        weighed = [match for match in weighed if (match.first, match.last) != (own.first, own.last)]
        weighed.insert(0, own)
    return weighed
