"""How well recordings were heard: word error, speaker-attributed word error, dates and amounts, per call and in all.

Words are compared after `normalise_words`, which is published with the figures. Where the channel is the side, word
error is counted by channel, so that talking over each other is no error of order; a mono recording is compared in
order of time. Speaker-attributed word error compares what each role said: a word given to the wrong role is an error
twice, missing there and too much here, as in cpWER with the roles as the assignment.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import Levenshtein

from pipeline.labels import ROLES
from pipeline.normalise import normalise_words
from pipeline.types import Promise, Turn

Pair = tuple[str | None, float | None]


@dataclass(frozen=True, slots=True)
class Errors:
    """Word errors against so many reference words."""

    errors: int
    words: int

    @property
    def rate(self) -> float:
        """Errors by reference words; where nothing was said, 0 if nothing was heard and else 1."""
        return self.errors / self.words if self.words else float(self.errors > 0)

    def __add__(self, other: "Errors") -> "Errors":
        return Errors(self.errors + other.errors, self.words + other.words)


@dataclass(frozen=True, slots=True)
class Matches:
    """Expected, found, and of both: `right` is how many are the same."""

    expected: int
    found: int
    right: int

    def __add__(self, other: "Matches") -> "Matches":
        return Matches(self.expected + other.expected, self.found + other.found, self.right + other.right)


@dataclass(frozen=True, slots=True)
class HeardScores:
    """One call, or all of them."""

    call_id: str
    words: Errors
    by_role: Errors
    dates: Matches
    amounts: Matches
    pairs: Matches
    outcome_right: int
    calls: int = 1

    def __add__(self, other: "HeardScores") -> "HeardScores":
        return HeardScores(
            "all",
            self.words + other.words,
            self.by_role + other.by_role,
            self.dates + other.dates,
            self.amounts + other.amounts,
            self.pairs + other.pairs,
            self.outcome_right + other.outcome_right,
            self.calls + other.calls,
        )


def score_heard(
    gold: Mapping[str, Any], turns: Sequence[Turn], promises: Sequence[Promise], outcome: str
) -> HeardScores:
    """Scores of one call.

    Args:
        gold: A gold call with `channel`, `start` and `text` in each turn.
        turns: What the analysis made of the recording.
        promises: Its promises; superseded ones do not count.
        outcome: Its outcome.
    """
    standing = [p for p in promises if p.replaced_by is None]
    expected: list[Pair] = [(p["date"], p["amount"]) for p in gold["promises"]]
    found: list[Pair] = [
        (p.due.isoformat() if p.due else None, float(p.amount) if p.amount is not None else None) for p in standing
    ]
    return HeardScores(
        call_id=gold["id"],
        words=_word_errors(gold, turns),
        by_role=_role_errors(gold, turns),
        dates=_matches((p[0] for p in expected), (p[0] for p in found)),
        amounts=_matches((p[1] for p in expected), (p[1] for p in found)),
        pairs=_matches(expected, found),
        outcome_right=int(outcome == gold["outcome"]),
    )


def word_errors(reference: Iterable[str], heard: Iterable[str]) -> Errors:
    """Substitutions, deletions and insertions between two texts given in pieces, after normalisation."""
    expected = normalise_words(" ".join(reference))
    found = normalise_words(" ".join(heard))
    return Errors(int(Levenshtein.distance(expected, found)), len(expected))


def _word_errors(gold: Mapping[str, Any], turns: Sequence[Turn]) -> Errors:
    # A mono recording says so by a channel of null, or by having only one.
    channels = sorted({turn["channel"] for turn in gold["turns"] if turn["channel"] is not None})
    by_channel = len(channels) > 1
    total = Errors(0, 0)
    for channel in channels if by_channel else [None]:
        said = [t for t in gold["turns"] if not by_channel or t["channel"] == channel]
        heard = [(w.span.start, w.text) for t in turns for w in t.words if not by_channel or w.channel == channel]
        total += word_errors(
            (t["text"] for t in sorted(said, key=lambda t: t["start"])), (text for _, text in sorted(heard))
        )
    return total


def _role_errors(gold: Mapping[str, Any], turns: Sequence[Turn]) -> Errors:
    total = Errors(0, 0)
    for role in ROLES:
        said = [t["text"] for t in sorted(gold["turns"], key=lambda t: t["start"]) if t["speaker"] == role]
        heard = [t.text for t in sorted(turns, key=lambda t: t.span.start) if t.role == role]
        total += word_errors(said, heard)
    return total


def _matches(expected: Iterable[object], found: Iterable[object]) -> Matches:
    wanted = Counter(x for x in expected if x is not None)
    given = Counter(x for x in found if x is not None)
    return Matches(wanted.total(), given.total(), (wanted & given).total())
