"""The collector's turns in their context -> tone flags, by the reader that the weights hold."""

from collections.abc import Iterator, Sequence

from models.classifiers.reader import ANY_TONE, CLASSES, CallReading, Reader, load_reader
from models.registry import LocalWeights
from pipeline.config import ToneConfig
from pipeline.labels import TONE_CATEGORIES, ToneCategory
from pipeline.ports import Conversation, ToneClassifier, Weights
from pipeline.types import ToneFlag

DECIMALS = 2
"""Of stored scores."""

LOWEST_SCORE = 0.25
"""Flags below half of the threshold are not even offered; `tone.min_score` decides about the others."""


def load_tone_classifier(local: LocalWeights, config: ToneConfig) -> ToneClassifier:
    """The classifier that a folder of weights holds.

    Raises:
        ModelError: The folder holds no weights of a tone classifier.
    """
    del config  # Whether a score is enough is the stage's decision.
    return ReaderToneClassifier(local, load_reader(local))


class ReaderToneClassifier:
    """`pipeline.ports.ToneClassifier` on any reader of calls."""

    def __init__(self, local: LocalWeights, reader: Reader) -> None:
        self._local = local
        self._reader = reader

    @property
    def weights(self) -> Weights:
        return self._local.weights

    def flag(self, calls: Sequence[Conversation]) -> Iterator[tuple[ToneFlag, ...]]:
        for call, read in zip(calls, self._reader.read(calls), strict=True):
            collector = [i for i, turn in enumerate(call.turns) if turn.role == "agent"]
            yield tuple(flag for i in collector for flag in self._flags(i, call.turns[i].index, read))

    def _flags(self, i: int, turn: int, read: CallReading) -> Iterator[ToneFlag]:
        """Whether the turn is aggressive is one question, of what kind the next.

        The likeliest category, seen from its own threshold, carries the score of "aggressive at all"; another one
        stands beside it only above its own threshold.
        """
        limits = self._reader.thresholds
        chances = read.probabilities[i]
        score = from_threshold(float(chances[CLASSES.index(ANY_TONE)]), float(limits[CLASSES.index(ANY_TONE)]))
        if score < LOWEST_SCORE:
            return
        own: dict[ToneCategory, float] = {
            name: from_threshold(float(chances[CLASSES.index(name)]), float(limits[CLASSES.index(name)]))
            for name in TONE_CATEGORIES
        }
        likeliest = max(TONE_CATEGORIES, key=lambda name: own[name])
        for name in TONE_CATEGORIES:
            if name == likeliest or own[name] >= 0.5:
                certain = score if name == likeliest else min(score, own[name])
                yield ToneFlag(turn, name, read.severity(i), round(certain, DECIMALS), read.evidence(i, name))


def from_threshold(probability: float, threshold: float) -> float:
    """A calibrated probability seen from its threshold: 0.5 there, straight lines to 0 and to 1.

    Categories differ in how rare they are, so their thresholds do; on this scale `tone.min_score` means the same for
    all of them.
    """
    if probability < threshold:
        return 0.5 * probability / threshold
    return 0.5 + 0.5 * (probability - threshold) / (1 - threshold)
