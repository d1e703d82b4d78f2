"""Turns in their context -> labels, steps, reasons, notices, by the reader that the weights hold."""

from collections.abc import Iterator, Sequence

from models.classifiers.reader import CLASSES, CallReading, Reader, load_reader, of_role
from models.registry import LocalWeights
from pipeline.config import ClassifyConfig
from pipeline.labels import LABELS, STEPS
from pipeline.ports import Conversation, TurnClassifier, Weights
from pipeline.reasons import notices_of, was_asked
from pipeline.types import LabelScore, Turn, TurnLabels

DECIMALS = 2
"""Of stored scores."""


def load_turn_classifier(local: LocalWeights, config: ClassifyConfig) -> TurnClassifier:
    """The classifier that a folder of weights holds.

    Raises:
        ModelError: The folder holds no weights of a turn classifier.
    """
    return ReaderTurnClassifier(local, load_reader(local), config)


class ReaderTurnClassifier:
    """`pipeline.ports.TurnClassifier` on any reader of calls."""

    def __init__(self, local: LocalWeights, reader: Reader, config: ClassifyConfig) -> None:
        self._local = local
        self._reader = reader
        self._config = config

    @property
    def weights(self) -> Weights:
        return self._local.weights

    def classify(self, calls: Sequence[Conversation]) -> Iterator[tuple[TurnLabels, ...]]:
        for call, read in zip(calls, self._reader.read(calls), strict=True):
            yield tuple(self._labels(i, call.turns, read) for i in range(len(call.turns)))

    def _labels(self, i: int, turns: Sequence[Turn], read: CallReading) -> TurnLabels:
        turn = turns[i]
        chances = dict(zip(CLASSES, read.probabilities[i].tolist(), strict=True))
        limits = dict(zip(CLASSES, self._reader.thresholds.tolist(), strict=True))
        allowed = dict(zip(CLASSES, of_role(turn.role), strict=True))
        labels = tuple(name for name in LABELS if allowed[name] and chances[name] >= limits[name])
        asked = [name for name in (*LABELS, *STEPS) if allowed[name]]
        margin = self._config.unclear_margin
        reason = read.reason(i, labels)
        return TurnLabels(
            turn=turn.index,
            labels=labels,
            steps=tuple(name for name in STEPS if allowed[name] and chances[name] >= limits[name]),
            reason=reason,
            notices=notices_of(turn.text, turn.role),
            scores=tuple(LabelScore(name, round(chances[name], DECIMALS)) for name in asked),
            unclear=tuple(name for name in asked if abs(chances[name] - limits[name]) < min(margin, limits[name] / 2)),
            evidence=tuple(read.evidence(i, name) for name in labels),
            asked=None if reason is None else was_asked(turns, i),
        )
