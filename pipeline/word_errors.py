"""Word error rates of recognised turns against those of the gold."""

from collections.abc import Sequence
from dataclasses import dataclass

import jiwer

from pipeline.labels import ROLES
from pipeline.normalise import normalise_words
from pipeline.types import Turn


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """Word error rates: all words in order, and each role's words by themselves. `words` of the reference."""

    words: int
    wer: float
    speaker_attributed: float


def error_rates(heard: Sequence[tuple[Sequence[Turn], Sequence[Turn]]]) -> ErrorRates:
    """Word error rates over calls of (gold turns, recognised turns), words as `normalise_words` writes them.

    Speaker-attributed: each role's words are compared with those recognised for that role, so a word given to the
    wrong side counts as a deletion here and an insertion there.
    """
    whole, apart, n_words = 0, 0, 0
    for gold, found in heard:
        reference = _words(gold)
        n_words += len(reference)
        whole += _errors(reference, _words(found))
        for role in ROLES:
            apart += _errors(_words([t for t in gold if t.role == role]), _words([t for t in found if t.role == role]))
    return ErrorRates(n_words, _share(whole, n_words), _share(apart, n_words))


def _words(turns: Sequence[Turn]) -> list[str]:
    return [word for turn in turns for word in normalise_words(turn.text)]


def _errors(reference: list[str], found: list[str]) -> int:
    """Substitutions, deletions and insertions; jiwer refuses an empty reference, where every word is inserted."""
    if not reference:
        return len(found)
    measured = jiwer.process_words(" ".join(reference), " ".join(found))
    return measured.substitutions + measured.deletions + measured.insertions


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
