"""An utterance cut into clauses, with what its words say of the amounts in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from pipeline.amount_cues import PAYING, Cue, context_words, cue_at
from pipeline.amount_values import AmountMatch
from pipeline.amounts import taken_tokens
from pipeline.number_words import read_word
from pipeline.numbers import NumberMatch
from pipeline.tokens import Token

_SENTENCE = frozenset(". ; ? ! … ¿ ¡".split())
_SOFT = frozenset(", : ( ) - – —".split())
_TURN = frozenset("pero porque aunque sino mientras".split())
_SOFT_WORDS = frozenset({"y", "e", "que", "pues"})
_CUTTING = _SENTENCE | _SOFT | _TURN | _SOFT_WORDS
_CONDITIONS = frozenset("si cuando apenas cuanto aunque como donde mientras".split())
# No word further than this tells anything of an amount; it bounds the work on endless input.
WINDOW = 80


class Utterance:
    """Tokens, amounts and clauses of one utterance.

    `soft`, `medium` and `hard` number, for every token, its clause between commas, its clause between
    "pero" and the like, and its sentence.
    """

    def __init__(
        self,
        text: str,
        tokens: Sequence[Token],
        numbers: Sequence[NumberMatch],
        matches: Sequence[AmountMatch],
        taken: Sequence[tuple[int, int]],
    ) -> None:
        self.written, self.tokens, self.matches = text, tokens, matches
        self.numbers = [number for number in numbers if number.form != "ordinal"]
        self.words = context_words()
        self.texts = [token.text for token in tokens]
        self.length = len(tokens)
        self.inside = {i for match in matches for i in range(match.first, match.last)}
        self.taken = taken_tokens(tokens, taken)
        self.cues = [None if i in self.inside else cue_at(tokens, i, text) for i in range(len(tokens))]
        self._cut()

    def _cut(self) -> None:
        soft, medium, hard = [0], [0], [0]
        s = m = h = 0
        inside, before = self.inside, self.texts[0] if self.texts else ""
        for i, text in enumerate([*self.texts[1:], ""], 1):
            if before in _CUTTING or text in _CUTTING:
                free = i not in inside
                outside = i - 1 not in inside
                ends = before in _SENTENCE and outside
                turns = free and text in _TURN
                s += ends or turns or (before in _SOFT and outside) or (free and text in _SOFT_WORDS)
                m += ends or turns
                h += ends
            soft.append(s)
            medium.append(m)
            hard.append(h)
            before = text
        self.soft, self.medium, self.hard = soft, medium, hard
        self.subordinate = [False] * (soft[-1] + 1)
        for i in range(len(self.tokens)):
            if i == 0 or soft[i] != soft[i - 1]:
                self.subordinate[soft[i]] = self._opens_subordinate(i)

    def _opens_subordinate(self, first: int) -> bool:
        if self.text(first) == "que" and first > 0:
            return self.text(first - 1) == "," or self.subordinate[self.soft[first - 1]]
        return self.text(first) in _CONDITIONS or self.text(first + 1) in _CONDITIONS

    def text(self, index: int) -> str:
        """The folded token, empty beyond the ends."""
        return self.texts[index] if 0 <= index < self.length else ""

    def near(self, match: AmountMatch) -> range:
        """The tokens that may tell of the amount."""
        return range(max(0, match.first - WINDOW), min(len(self.tokens), match.last + WINDOW))

    def clause(self, index: int, bounds: Sequence[int]) -> range:
        """The tokens of the clause around the index, within the window."""
        first = last = index
        while first > 0 and bounds[first - 1] == bounds[index] and index - first < WINDOW:
            first -= 1
        while last + 1 < len(self.tokens) and bounds[last + 1] == bounds[index] and last - index < WINDOW:
            last += 1
        return range(first, last + 1)

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
            if outside and (cue is Cue.TOLD or (cue not in PAYING and self.subordinate[self.soft[index]])):
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

    def has(self, cues: frozenset[Cue], where: range) -> bool:
        """Whether any of the cues is there."""
        return any(self.cues[i] in cues for i in where)
