"""Words that carry a date or an amount, and where two readings of the same sound disagree on them."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from pipeline.date_lexicon import opening
from pipeline.numbers import find_numbers
from pipeline.tokens import fold, tokenize

DATE_KINDS = frozenset(
    ("WEEKDAY", "WEEKDAY_SHORT", "MONTH", "MONTH_SHORT", "RELATIVE", "RELATIVE_DOUBTFUL", "NOW", "PAST_DAY", "HOLIDAY")
)
"""Kinds of the date lexicon whose single words name a day."""


def bears_figure(word: str) -> bool:
    """Whether a single word is part of a number or names a day: mishearing it changes a date or an amount."""
    tokens = tokenize(word)
    if find_numbers(tokens, country=None):
        return True
    nodes = (opening(token.text) for token in tokens)
    return any(node is not None and not DATE_KINDS.isdisjoint(node.kinds) for node in nodes)


def disputed_words(first: Sequence[str], second: Sequence[str]) -> frozenset[int]:
    """Positions of the words of the first reading that bear a figure on which the second reading differs.

    A number that the second reading writes another way (digits for words) is no difference. Where the second hears
    more of a number than the first, the words beside the gap are disputed.
    """
    if _figures(first) == _figures(second):
        return frozenset()
    return frozenset(position for position in _differing(first, second) if bears_figure(first[position]))


def _differing(first: Sequence[str], second: Sequence[str]) -> Iterator[int]:
    ours, theirs = [fold(word) for word in first], [fold(word) for word in second]
    for tag, i, j, k, m in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag != "equal" and any(bears_figure(word) for word in (*first[i:j], *second[k:m])):
            yield from range(max(0, i - 1), min(len(first), j + 1))


def _figures(words: Sequence[str]) -> tuple[object, ...]:
    tokens = tokenize(" ".join(words))
    numbers = tuple(str(match.value) for match in find_numbers(tokens, country=None))
    days = tuple(
        token.text
        for token in tokens
        if (node := opening(token.text)) is not None and not DATE_KINDS.isdisjoint(node.kinds)
    )
    return (*numbers, *days)
