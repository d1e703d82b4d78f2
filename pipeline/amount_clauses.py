"""An utterance cut into clauses, with what its words say of the amounts in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from functools import cached_property

from pipeline.amount_cues import PAYING, Cue, context_words, cues_of
from pipeline.amount_values import AmountMatch
from pipeline.number_words import read_word
from pipeline.numbers import NumberMatch
from pipeline.tokens import Token

_SENTENCE = frozenset(". ; ? ! … ¿ ¡".split())
_SOFT = frozenset(", : ( ) - – —".split())
_TURN = frozenset("pero porque aunque sino mientras".split())
_SOFT_WORDS = frozenset({"y", "e", "que"})
_CUTTING = _SENTENCE | _SOFT | _TURN | _SOFT_WORDS
_CONDITIONS = frozenset("si cuando apenas cuanto aunque como donde mientras".split())
# No word further than this tells anything of an amount; it bounds the work on endless input.
WINDOW = 80
_JUDGED = 3
JOINS_LIST = frozenset({",", "y", "e"})
LIST_STEP = 2
_BEYOND = [""] * 32


class Utterance:
    """Tokens, amounts and clauses of one utterance.

    `soft`, `medium` and `hard` number, for every token, its clause between commas, its clause between
    "pero" and the like, and its sentence. `taken` are the tokens of dates and times.
    """

    def __init__(
        self,
        text: str,
        tokens: Sequence[Token],
        numbers: Sequence[NumberMatch],
        matches: Sequence[AmountMatch],
        taken: AbstractSet[int],
    ) -> None:
        self.written, self.tokens, self.matches = text, tokens, matches
        self.numbers = [number for number in numbers if number.form != "ordinal"]
        self.words = context_words()
        self.texts = [token.text for token in tokens]
        self.length = len(tokens)
        # The folded token, empty for a few places beyond either end. Asked for so often that a method is too slow.
        self.text: Callable[[int], str] = [*self.texts, *_BEYOND].__getitem__
        self.inside = {i for match in matches for i in range(match.first, match.last)}
        self.taken = taken
        self.numbered = {i for number in self.numbers for i in range(number.first, number.last)}
        self.cues = cues_of(tokens, text, self.inside)
        for place in taken:
            if self.cues[place] is Cue.NOUN:
                self.cues[place] = None  # "a las ocho y cuarto"
        self.told_again: bool | None = None  # known to `pipeline.amount_echoes` once it looked
        self._cut()

    def _cut(self) -> None:
        texts, inside, length = self.texts, self.inside, self.length
        soft: list[int] = []
        medium: list[int] = []
        hard: list[int] = []
        s = m = h = done = 0
        starts = [0]
        cuts = [i for i, text in enumerate(texts) if text in _CUTTING]
        for i in sorted({place for cut in cuts for place in (cut, cut + 1) if 0 < place <= length}):
            before, text = texts[i - 1], texts[i] if i < length else ""
            free = i not in inside
            outside = i - 1 not in inside
            ends = before in _SENTENCE and outside
            turns = free and text in _TURN
            if not (ends or turns or (before in _SOFT and outside) or (free and text in _SOFT_WORDS)):
                continue
            soft += [s] * (i - done)
            medium += [m] * (i - done)
            hard += [h] * (i - done)
            s, m, h, done = s + 1, m + (ends or turns), h + ends, i
            starts.append(i)
        rest = length + 1 - done
        self.soft, self.medium, self.hard = soft + [s] * rest, medium + [m] * rest, hard + [h] * rest
        self.subordinate = [False] * (s + 1)
        for i in starts:
            if i < length:
                self.subordinate[self.soft[i]] = self._opens_subordinate(i)

    def _opens_subordinate(self, first: int) -> bool:
        if self.text(first) == "que" and first > 0:
            return self.text(first - 1) == "," or self.subordinate[self.soft[first - 1]]
        return self.text(first) in _CONDITIONS or self.text(first + 1) in _CONDITIONS

    @cached_property
    def ends(self) -> dict[int, int]:
        """For the token after each amount, the amount's position."""
        return {match.last: place for place, match in enumerate(self.matches)}

    def near(self, match: AmountMatch) -> range:
        """The tokens that may tell of the amount."""
        return range(max(0, match.first - WINDOW), min(len(self.tokens), match.last + WINDOW))

    def clause(self, index: int, bounds: Sequence[int]) -> range:
        """The tokens of the clause around the index, within the window."""
        first = bisect_left(bounds, bounds[index], max(0, index - WINDOW), index)
        last = bisect_right(bounds, bounds[index], index, min(self.length, index + WINDOW + 1))
        return range(first, last)

    def is_empty(self, index: int) -> bool:
        """Whether the token has no content of its own: a filler, a sign, a number, a date."""
        token = self.tokens[index]
        return (
            index in self.inside
            or index in self.taken
            or token.kind != "word"
            or token.text in self.words.filler
            or self.cues[index] is Cue.NEUTRAL
            or bool(read_word(token.text))
        )

    def is_apposition(self, clause: range) -> bool:
        """Whether a clause holds nothing but sums and days: "le pago a la señora, | ciento sesenta, | y ya"."""
        return all(self.is_empty(i) for i in clause)

    @cached_property
    def dated_values(self) -> frozenset[Decimal]:
        """The numbers that stand in a date."""
        return frozenset(number.value for number in self.numbers if number.first in self.taken)

    @cached_property
    def listed_after_date(self) -> frozenset[int]:
        """Where a list of numbers that opens with a date goes on: "el 25, 26 y 27"."""
        found: set[int] = set()
        for place in range(LIST_STEP, self.length):
            before = place - LIST_STEP
            if self.texts[place - 1] in JOINS_LIST and (
                before in self.taken or (before in self.numbered and before in found)
            ):
                found.add(place)
        return frozenset(found)

    @cached_property
    def said(self) -> frozenset[str]:
        """The words and signs of the utterance."""
        return frozenset(self.texts)

    @cached_property
    def first_content(self) -> int:
        """The first token that says something besides numbers and dates; the length if there is none."""
        return next((i for i in range(len(self.tokens)) if not self.is_empty(i)), len(self.tokens))

    def nearest(self, match: AmountMatch, bounds: Sequence[int] | None) -> Cue | None:
        """The cue nearest to the amount within its clause.

        One that says "not to be paid" wins a tie, and wins over words like "tengo" and "son" wherever
        it stands in the clause. Outside the amount's own soft clause a condition tells nothing.
        """
        best: tuple[int, int, Cue] | None = None
        seen: set[Cue] = set()
        for index in self.near(match):
            cue = self.cues[index]
            if cue is None or (bounds is not None and bounds[index] != bounds[match.first]):
                continue
            outside = self.soft[index] != self.soft[match.first]
            if bounds is None and cue not in PAYING and self._tells_of_another(index, match):
                continue
            if outside and (cue is Cue.TOLD or (cue not in PAYING and self.subordinate[self.soft[index]])):
                continue
            if cue is Cue.JUDGE and index < match.first and self._is_of_another(index, match):
                continue
            seen.add(cue)
            if cue in (Cue.WEAK, Cue.NEUTRAL):
                continue
            distance = match.first - index if index < match.first else index - match.last + 1
            distance += cue in (Cue.NOUN, Cue.JUDGE)
            rank = (distance, int(cue in PAYING), cue)
            if best is None or rank[:2] < best[:2]:
                best = rank
        if best is not None:
            return best[2]
        return Cue.WEAK if Cue.WEAK in seen else Cue.NEUTRAL if Cue.NEUTRAL in seen else None

    def nearest_named(self, match: AmountMatch) -> bool:
        """Whether "es", "son" makes it what one earns or spends: "mi sueldo es 470 pago arriendo 180"."""
        verb = match.first - 1
        while verb > 0 and self.text(verb) in ("de", "como", "unos", "casi"):
            verb -= 1
        if verb < 1 or self.text(verb) not in ("es", "son"):
            return False
        clause = self.clause(match.first, self.soft)
        named = (self.cues[i] for i in range(verb - 1, max(clause.start, verb - _JUDGED) - 1, -1))
        return next((cue for cue in named if cue is not None), None) in (Cue.INCOME, Cue.NOUN)

    def _tells_of_another(self, index: int, match: AmountMatch) -> bool:
        """Whether the word stands in another sentence with a sum of its own: "ochenta; cien tenía antes"."""
        if self.hard[index] == self.hard[match.first]:
            return False
        clause = self.clause(index, self.soft)
        return not self.inside.isdisjoint(clause)

    def _is_of_another(self, index: int, match: AmountMatch) -> bool:
        """Whether what is judged is another sum: "dos mil es mucho señorita mil le puedo dar"."""
        near = range(max(0, index - _JUDGED), index)
        return not self.inside.isdisjoint(near) and not any(i in self.inside for i in range(index, match.first))

    def has(self, cues: frozenset[Cue], where: range) -> bool:
        """Whether any of the cues is there."""
        return not cues.isdisjoint(self.cues[where.start : where.stop])
