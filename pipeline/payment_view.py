"""What can be seen of a day or a sum in an utterance: the words around it, its clause, what the rules made of it.

Patterns for `pipeline.payment_sense`. The cues of the clauses (`pipeline.date_cues`) and the reasons of the rules tell
in a few classes what thousands of words would have to be learned for.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations, pairwise
from typing import Final, Protocol, TypeVar

from pipeline.amount_values import AmountMatch
from pipeline.date_clauses import Clause
from pipeline.date_lexicon import opening
from pipeline.dates import DateMatch
from pipeline.payment_reading import Reading
from pipeline.payment_sense import bucket
from pipeline.tokens import Token

K = TypeVar("K")
V = TypeVar("V")

_NEAR_LEFT, _NEAR_RIGHT = 7, 6  # words whose distance from the expression counts
_FAR_LEFT, _FAR_RIGHT = 3, 2  # pairs of words after which all distances are one
_HEARD: Final = 60  # words on either side that are heard at all, so that a long utterance costs by its length
_CUES_LEFT, _CUES_RIGHT = 11, 10  # tokens in which the nearest two cues of money are looked for
_CUES_EACH_SIDE = 2
_DAY_KINDS: Final = {"WEEKDAY": "<day>", "MONTH": "<month>"}
_NUMBER: Final = "<number>"
_SENTENCE_ENDS: Final = frozenset(".?!…;")
_ECHOES: Final = 3
"""In so many buckets lies what the rules chose: one among hundreds of words would hardly be heard."""
_MANY: Final = 2
"""So many others of its kind on a side are as good as more."""
_DAYS_OFF: Final = (0, 1, 2, 4, 8, 17, 32, 63, 150, 300)
"""Steps of how far off a day is: a day and month a year ahead was mostly meant for the past."""
_KINDS_OF_CUE: Final = 0xFFFFF
"""The cues of what a clause is about, without those that only help to find them."""


class Placed(Protocol):
    """What lies on tokens: `first`, and `last`, the one after."""

    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...


class PaymentView:
    """An utterance that was read, to be looked at from any day or sum in it."""

    __slots__ = (
        "_all",
        "_clauses",
        "_days",
        "_reading",
        "_refusals",
        "_said_on",
        "_sentences",
        "_starts",
        "_sums",
        "_words",
    )

    def __init__(self, reading: Reading, said_on: date | None) -> None:
        """`said_on` None: nobody knows how far off the days are."""
        self._reading = reading
        self._said_on = said_on
        self._days = [day.first for day in reading.found.dates if day.date is not None]
        self._sums = _Sums(reading.sums())
        self._words = _Words(reading.tokens, reading.found.numbers)
        self._clauses = reading.clauses
        self._starts = [clause.first for clause in reading.clauses]
        self._sentences = _cues_of_sentences(reading.clauses)
        self._all = _together(reading.clauses)
        refusals = reading.amounts.refusals
        self._refusals = {one.first: why or "none" for one, why in zip(reading.named, refusals, strict=True)}

    def of_day(self, match: DateMatch, *, with_rules: bool = True) -> set[int]:
        """The patterns of a day; what the rules made of it is among them unless `with_rules` is False."""
        seen = self._of(match)
        seen.update(_RANK["day", *_rank(match.first, self._days)])
        if self._said_on is not None and match.date is not None:
            seen.update(_FAR[match.rule, bisect_right(_DAYS_OFF, (match.date - self._said_on).days)])
        if with_rules:
            verdict = self._reading.days.verdicts.get(match.first, "no date")
            seen.update(_ruled(match, self._reading.day, verdict))
        return seen

    def of_sum(self, match: AmountMatch, *, with_rules: bool = True) -> set[int]:
        """The patterns of a sum; what the rules made of it is among them unless `with_rules` is False."""
        seen = self._of(match)
        seen.update(_RANK["sum", *_rank(match.first, self._sums.places)])
        seen.update(_SIZE[self._sums.beside(match)])
        judged = self._reading.amounts
        cues = judged.cues
        for side, places in (
            ("L", range(match.first - 1, max(-1, match.first - 1 - _CUES_LEFT), -1)),
            ("R", range(match.last, min(len(cues), match.last + _CUES_RIGHT))),
        ):
            told = [cue.value for cue in map(cues.__getitem__, places) if cue is not None][:_CUES_EACH_SIDE]
            for nearness, cue in enumerate(told):
                seen.update(_CUE_AT[f"{side}{nearness}", cue])
        if with_rules:
            seen.update(_ruled(match, self._reading.amount, self._refusals.get(match.first, "not named")))
        return seen

    def _of(self, match: Placed) -> set[int]:
        seen = self._words.seen_from(match.first, match.last)
        place = bisect_right(self._starts, match.first) - 1
        if place >= 0:
            seen.update(self._of_clause(place))
        return seen

    def _of_clause(self, place: int) -> Iterable[int]:
        """What the cues of a clause tell, of those beside it, of its sentence and of all."""
        clauses = self._clauses
        own = clauses[place]
        before = clauses[place - 1] if place else None
        after = clauses[place + 1] if place + 1 < len(clauses) else None
        found = [*_CUES["own", own.cues], *_PAIRS["own", own.cues], *_flags("own", own)]
        for side, beside in (("before", before), ("after", after)):
            if beside is None:
                found += _BESIDE[side, -1, -1]
                continue
            found += (*_CUES[side, beside.cues], *_flags(side, beside))
            found += _BESIDE[side, beside.cues & _KINDS_OF_CUE, own.cues & _KINDS_OF_CUE]
        found += _CUES["sentence", self._sentences[place]]
        found += _CUES["all", self._all]
        found.append(bucket(f"own is {own.cues} {own.question} {own.denied_first} {own.conditional}"))
        return found


def _rank(place: int, places: Sequence[int]) -> tuple[int, int]:
    """How many of `places`, in order, lie before one, and how many do not; more than `_MANY` others are as many."""
    before = bisect_left(places, place)
    return min(before, _MANY), min(len(places) - before, _MANY + 1)


class _Sums:
    """The sums of an utterance: where they stand, and how large they are beside each other."""

    __slots__ = ("_edges", "_times", "_values", "places")

    def __init__(self, sums: Sequence[AmountMatch]) -> None:
        self.places = [one.first for one in sums]
        self._values = {one.first: one.value for one in sums}
        self._times = Counter(one.value for one in sums if one.value is not None)
        self._edges = (min(self._times), max(self._times)) if self._times else None

    def beside(self, match: AmountMatch) -> tuple[bool, bool, bool]:
        """Whether another sum is larger, smaller, and as large."""
        own = match.value
        if own is None or self._edges is None:
            return False, False, False
        smallest, largest = self._edges
        itself = self._values.get(match.first) == own
        return largest > own, smallest < own, self._times[own] > itself


def _cues_of_sentences(clauses: Sequence[Clause]) -> list[int]:
    """For each clause the cues of its sentence."""
    found: list[int] = []
    first = 0
    for place in range(1, len(clauses) + 1):
        if place == len(clauses) or clauses[place].stop:
            found += [_together(clauses[first:place])] * (place - first)
            first = place
    return found


def _together(clauses: Sequence[Clause]) -> int:
    cues = 0
    for clause in clauses:
        cues |= clause.cues
    return cues


def _flags(side: str, clause: Clause) -> tuple[int, ...]:
    return _FLAGS[
        side,
        (
            clause.told,
            clause.stop,
            clause.joined,
            clause.denied_first,
            clause.conditional,
            clause.question,
            clause.has_number,
        ),
    ]


def _ruled(match: DateMatch | AmountMatch, own: DateMatch | AmountMatch | None, verdict: str) -> list[int]:
    """What the rules made of an expression: `own` they chose, `verdict` is what they say of it alone."""
    if own is None:
        told = ["refused", f"refused {match.rule}"]
    elif (match.first, match.last) == (own.first, own.last):
        told = ["chosen", f"chosen {own.rule}", f"chosen doubtful {own.doubtful}"]
    else:
        told = ["left", f"left before {match.first < own.first}"]
    is_own = own is not None and own.first == match.first
    told += ["asked", f"verdict {verdict}", f"verdict {verdict} {is_own}"]
    return [place for pattern in told for place in _RULED[pattern]]


class _Words:
    """The words of an utterance, to be seen from any expression in it; what does not move is hashed once."""

    __slots__ = ("_ends", "_pairs", "_parts", "_place", "_skips", "_threes", "_words")

    def __init__(self, tokens: Sequence[Token], numbers: Sequence[Placed]) -> None:
        self._words, self._place = _read(tokens, numbers)
        words = self._words
        self._parts = [_PARTS[word] for word in words]
        self._pairs = [bucket(f"{a} {b}") for a, b in pairwise(words)]
        self._skips = [bucket(f"{a} _ {b}") for a, b in zip(words, words[2:], strict=False)]
        self._threes = [bucket(f"{a} {b} {c}") for a, b, c in zip(words, words[1:], words[2:], strict=False)]
        self._ends = [i for i, word in enumerate(words) if word in _SENTENCE_ENDS]

    def seen_from(self, first: int, last: int) -> set[int]:
        """Patterns of the utterance seen from the expression on its tokens `first` to `last` (the one after)."""
        words = self._words
        start, end = self._place[first], self._place[last - 1] + 1
        low, high = max(0, start - _HEARD), min(len(words), end + _HEARD)
        found = {bucket("<it>")}
        for parts in (self._parts[low:start], self._parts[end:high]):
            found.update(*parts)
        for run, width in ((self._pairs, 2), (self._skips, 3), (self._threes, 3)):
            found.update(run[low : max(low, start - width + 1)], run[end : max(end, high - width + 1)])
        found.update(_around(words[max(0, start - 2) : start], words[end : end + 2]))
        for index in range(max(1, start - _NEAR_LEFT), start):
            found.update(_AT[f"l{min((start - 1 - index) // 2, _FAR_LEFT)}", words[index]])
        for index in range(end, min(len(words) - 1, end + _NEAR_RIGHT)):
            found.update(_AT[f"r{min((index - end) // 2, _FAR_RIGHT)}", words[index]])
        after = bisect_left(self._ends, start)
        opened = self._ends[after - 1] if after else 0
        after = bisect_left(self._ends, end)
        closed = self._ends[after] if after < len(self._ends) else len(words) - 1
        for index in range(max(low, opened + 1), start):
            found.update(_AT["s", words[index]])
        for index in range(end, min(high, closed)):
            found.update(_AT["t", words[index]])
        found.add(bucket(f"closed {words[closed]}"))
        return found


def _around(left: Sequence[str], right: Sequence[str]) -> list[int]:
    """The patterns that hold the expression itself."""
    words = [*left, "<it>", *right]
    patterns = [f"{a} {b}" for a, b in pairwise(words) if "<it>" in (a, b)]
    patterns += [f"{a} _ {b}" for a, b in zip(words, words[2:], strict=False)]
    patterns += [f"{a} {b} {c}" for a, b, c in zip(words, words[1:], words[2:], strict=False)]
    return [bucket(pattern) for pattern in patterns]


def _read(tokens: Sequence[Token], numbers: Sequence[Placed]) -> tuple[list[str], list[int]]:
    """Words and signs between a sign of beginning and one of the end, and the place of each token among them.

    Each run of numbers is one word, weekdays and months stand by their kind.
    """
    figures = {index for number in numbers for index in range(number.first, number.last)}
    words, place = ["^"], []
    for index, token in enumerate(tokens):
        if index not in figures:
            words.append(_KNOWN[token.text])
        elif words[-1] != _NUMBER:
            words.append(_NUMBER)
        place.append(len(words) - 1)
    words.append("$")
    return words, place


class _Known(dict[str, str]):
    """What stands for a word, learnt once; like the others below it keeps a bounded number."""

    def __missing__(self, text: str) -> str:
        node = opening(text)
        kinds = () if node is None else node.kinds
        return _kept(self, text, next((sign for kind, sign in _DAY_KINDS.items() if kind in kinds), text))


class _Parts(dict[str, tuple[int, ...]]):
    """Buckets of a word and of its beginning and end."""

    def __missing__(self, word: str) -> tuple[int, ...]:
        patterns = [word]
        if len(word) > 4 and word[0] != "<":
            patterns += [f"p{word[:4]}", f"e{word[-3:]}", f"m{word[:3]}{word[-2:]}"]
        return _kept(self, word, tuple([bucket(pattern) for pattern in patterns]))


class _At(dict[tuple[str, str], tuple[int, ...]]):
    """Buckets of a word at a distance from the expression, or on a side of it in the same sentence."""

    def __missing__(self, at: tuple[str, str]) -> tuple[int, ...]:
        side, word = at
        short = word[:4] if side in "st" else f"{word[:4]}{word[-2:]}"
        return _kept(self, at, (bucket(f"{side}={word}"), bucket(f"{side}~{short}")))


class _Cues(dict[tuple[str, int], tuple[int, ...]]):
    """Buckets of the cues of a clause."""

    def __missing__(self, at: tuple[str, int]) -> tuple[int, ...]:
        side, cues = at
        return _kept(self, at, tuple([bucket(f"{side} cue {bit}") for bit in _bits(cues)]))


class _Pairs(dict[tuple[str, int], tuple[int, ...]]):
    """Buckets of all pairs of the cues of a clause."""

    def __missing__(self, at: tuple[str, int]) -> tuple[int, ...]:
        side, cues = at
        return _kept(self, at, tuple([bucket(f"{side} cues {a} {b}") for a, b in combinations(_bits(cues), 2)]))


class _Flags(dict[tuple[str, tuple[int, ...]], tuple[int, ...]]):
    """Buckets of what a clause is besides its cues."""

    def __missing__(self, at: tuple[str, tuple[int, ...]]) -> tuple[int, ...]:
        side, flags = at
        return _kept(self, at, tuple([bucket(f"{side} {name} {int(flag)}") for name, flag in enumerate(flags)]))


class _Beside(dict[tuple[str, int, int], tuple[int, ...]]):
    """Bucket of the cues of a clause together with those of the one before or after; -1 where there is none."""

    def __missing__(self, at: tuple[str, int, int]) -> tuple[int, ...]:
        side, beside, own = at
        return _kept(self, at, (bucket(f"{side} {beside} own {own}"),))


class _Ruled(dict[str, tuple[int, ...]]):
    """Buckets of what the rules made of an expression."""

    def __missing__(self, told: str) -> tuple[int, ...]:
        return _kept(self, told, tuple([bucket(f"{echo} rules {told}") for echo in range(_ECHOES)]))


class _Rank(dict[tuple[str, int, int], tuple[int, ...]]):
    """Buckets of how many of its kind stand before an expression, and after it."""

    def __missing__(self, at: tuple[str, int, int]) -> tuple[int, ...]:
        kind, before, after = at
        return _kept(self, at, (bucket(f"{kind} before {before}"), bucket(f"{kind} after {after}")))


class _Size(dict[tuple[bool, bool, bool], tuple[int, ...]]):
    """Buckets of how large a sum is beside the others."""

    def __missing__(self, at: tuple[bool, bool, bool]) -> tuple[int, ...]:
        return _kept(self, at, tuple([bucket(f"{echo} size {at}") for echo in range(_ECHOES)]))


class _Far(dict[tuple[str, int], tuple[int, ...]]):
    """Buckets of how far off a day is that a rule read."""

    def __missing__(self, at: tuple[str, int]) -> tuple[int, ...]:
        rule, step = at
        told = [f"{echo} far {step}" for echo in range(_ECHOES)]
        return _kept(self, at, tuple([bucket(pattern) for pattern in (*told, f"far {step} {rule}")]))


class _CueAt(dict[tuple[str, str], tuple[int, ...]]):
    """Buckets of a cue of money on a side of a sum."""

    def __missing__(self, at: tuple[str, str]) -> tuple[int, ...]:
        side, cue = at
        return _kept(self, at, (bucket(f"{side} money {cue}"), bucket(f"{side[0]} money {cue}")))


def _bits(cues: int) -> list[int]:
    return [bit for bit in range(cues.bit_length()) if cues >> bit & 1]


def _kept(known: dict[K, V], key: K, value: V) -> V:
    if len(known) < _MOST_KNOWN:
        known[key] = value
    return value


_MOST_KNOWN: Final = 65536
_KNOWN = _Known()
_PARTS = _Parts()
_AT = _At()
_CUES = _Cues()
_PAIRS = _Pairs()
_FLAGS = _Flags()
_CUE_AT = _CueAt()
_RANK = _Rank()
_SIZE = _Size()
_FAR = _Far()
_BESIDE = _Beside()
_RULED = _Ruled()
