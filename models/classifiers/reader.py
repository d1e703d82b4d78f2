"""What every reader of calls answers, whatever model it is: probabilities of the same classes, reasons, evidence.

The turn and the tone classifier stand on a reader, so that a linear model and a transformers encoder give verdicts by
the same rules.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from models.registry import LocalWeights
from pipeline.cues import fold_words, weigh
from pipeline.labels import LABELS, STEPS, TONE_CATEGORIES, Label, Role, Severity
from pipeline.ports import Conversation
from pipeline.reasons import load_reasons
from pipeline.types import Turn

ANY_TONE = "aggressive"
"""Class of a collector's turn with any flag: easier to tell than which."""

CLASSES: tuple[str, ...] = (*LABELS, *STEPS, *TONE_CATEGORIES, ANY_TONE)
SEVERITY_CLASSES = ("at least medium", "high")

ENCODER_ABOUT = "encoder.json"
"""File that makes a folder of weights an encoder."""

BLEND_ABOUT = "blend.json"
"""File that makes a folder of weights a linear reader and an encoder together."""

CUE_WEIGHT = 0.05
MOST_CUES = 4.0
"""What a point of a phrase list adds to a reason's learned score, and the points beyond which it adds no more."""

EVIDENCE_WORDS = 8
"""The most words that are shown for a verdict."""

Scores = npt.NDArray[np.float32]


class CallReading(Protocol):
    """One call as a reader sees it; `i` is a turn's place in the call."""

    @property
    def probabilities(self) -> Scores:
        """Calibrated, float32 (n_turns, len(CLASSES)), 0 where a class is not of the speaker's role."""
        ...

    def reason(self, i: int, labels: Sequence[Label]) -> str | None:
        """Why the debtor does not pay, where the labels can have a reason."""
        ...

    def severity(self, i: int) -> Severity:
        """How grave a flag of the turn would be."""
        ...

    def evidence(self, i: int, name: str) -> str:
        """The stretch of the turn's words that speaks most for a class, as it stands in the text."""
        ...


class Reader(Protocol):
    """Reads whole calls. A call's reading never depends on the calls beside it."""

    @property
    def thresholds(self) -> Scores:
        """Probability from which a class is said, float32 (len(CLASSES),)."""
        ...

    def read(self, calls: Sequence[Conversation]) -> Iterator[CallReading]:
        """One reading a call, in order."""
        ...


@lru_cache(maxsize=2)
def load_reader(local: LocalWeights) -> Reader:
    """The reader of a folder of weights; both classifiers share it where they name the same weights.

    Raises:
        ModelError: The folder holds no reader, or one that was trained for other classes.
    """
    # Each stands on this module, and torch takes seconds that the linear reader need not wait for.
    if (local.folder / BLEND_ABOUT).is_file():
        from models.classifiers.blend import load_blend

        return load_blend(local)
    if (local.folder / ENCODER_ABOUT).is_file():
        from models.classifiers.encoder import load_encoder

        return load_encoder(local)
    if (local.folder / "config.json").is_file():
        from models.classifiers.instruct import load_instruct

        return load_instruct(local)
    from models.classifiers.linear import load_linear

    return load_linear(local)


def of_role(role: Role) -> tuple[bool, ...]:
    """Which of `CLASSES` a speaker can be given: labels who answers for the debt, steps and tone the collector."""
    n_labels = len(LABELS)
    return tuple(role == "agent" if i >= n_labels else role in ("debtor", "third_party") for i in range(len(CLASSES)))


def likeliest_reason(turn: Turn, scores: Scores, labels: Sequence[Label]) -> str | None:
    """The best of the reasons that the labels can have: what was learned, helped by phrases.

    Args:
        turn: The turn.
        scores: Of each reason of `load_reasons`, in its order.
        labels: What the turn is.
    """
    folded = fold_words(turn.text)
    points = {
        reason.name: float(score) + CUE_WEIGHT * min(weigh(folded, reason.cues), MOST_CUES)
        for reason, score in zip(load_reasons().values(), scores, strict=True)
        if set(reason.labels).intersection(labels)
    }
    return max(points, key=lambda name: points[name], default=None)


def best_stretch(scores: Scores, longest: int) -> tuple[int, int]:
    """First and last position of the run of at most `longest` whose sum is greatest; the shortest such run."""
    sums = np.concatenate([[0.0], np.cumsum(scores)])
    runs = (
        (sums[last + 1] - sums[first], first - last, first, last)
        for first in range(len(scores))
        for last in range(first, min(first + longest, len(scores)))
    )
    _, _, first, last = max(runs)
    return first, last
