"""Which of the days or sums of an utterance is to be paid: what the rules chose, weighed against the learned sense."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from pipeline.amount_values import AmountMatch
from pipeline.dates import DateMatch
from pipeline.payment_sense import Head

M = TypeVar("M", DateMatch, AmountMatch)

_ALONE: Final = 0.6
"""From this chance an expression counts that the rules refused."""
_LEAD: Final = 0.3
"""So much likelier must another expression be to take the place of the one that the rules chose."""


def chosen(
    own: M | None, candidates: Sequence[M], head: Head, seen: Callable[[int, int], frozenset[int]]
) -> tuple[M | None, bool]:
    """The expression to be paid and whether a person should confirm it; None where there is none.

    Args:
        own: What the rules chose.
        candidates: All expressions of the kind, `own` or its place among them.
        head: The sense of the kind.
        seen: The features of an utterance from the expression between two tokens.
    """
    if own is not None and len(candidates) < 2:
        chance = head.chance(seen(own.first, own.last))
        return (None if chance < head.least else own), chance < head.doubt
    if not candidates:
        return own, False
    chances = [head.chance(seen(match.first, match.last)) for match in candidates]
    likeliest = max(range(len(candidates)), key=chances.__getitem__)
    if own is None:
        return (candidates[likeliest], True) if chances[likeliest] >= _ALONE else (None, False)
    same = [i for i, match in enumerate(candidates) if (match.first, match.last) == (own.first, own.last)]
    chance = chances[same[0]] if same else head.chance(seen(own.first, own.last))
    if chances[likeliest] - chance > _LEAD:
        return candidates[likeliest], True
    return (None if chance < head.least else own), chance < head.doubt
