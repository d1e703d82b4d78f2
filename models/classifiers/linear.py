"""Two passes of linear models over a call: the second reads what the first said of the neighbouring turns.

"Sí, está bien" is a promise after a proposal and nothing after a greeting, so the second pass sees, besides the
n-grams, the first pass's scores of the turns around. Weights are int8 with one scale a class; sums run per turn in
float32, so a verdict never depends on the calls or turns scored beside it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.classifiers.ngrams import BUCKETS, LAYOUT, Features, features_of, word_places
from models.registry import LocalWeights
from pipeline.cues import fold_words, weigh
from pipeline.errors import ModelError
from pipeline.labels import LABELS, STEPS, TONE_CATEGORIES, Label, Role
from pipeline.reasons import load_reasons
from pipeline.types import Turn

FILE = "linear.npz"
ANY_TONE = "aggressive"
"""Class of a collector's turn with any flag: easier to tell than which."""

CLASSES: tuple[str, ...] = (*LABELS, *STEPS, *TONE_CATEGORIES, ANY_TONE)
SEVERITY_CLASSES = ("at least medium", "high")
OFFSETS = (-3, -2, -1, 0, 1, 2)
"""Turns whose first scores the second pass reads."""

HEADS = ("first", "second", "severity", "reasons")

EVIDENCE_WORDS = 8

CUE_WEIGHT = 0.1
MOST_CUES = 4.0
"""What a point of a phrase list adds to a reason's learned score, and the points beyond which it adds no more."""

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Head:
    """Linear scores of `k` classes: `table` is int8 (BUCKETS, k), `scale` and `bias` float32 (k,)."""

    table: npt.NDArray[np.int8]
    scale: Scores
    bias: Scores

    def scores(self, features: Features) -> Scores:
        """Float32 (k,)."""
        return self.bias + self.scale * (features.values @ self.table[features.buckets].astype(np.float32))

    def word_scores(self, features: Features, position: int, n_words: int) -> Scores:
        """What each of the turn's own words adds to one class, float32 (n_words,)."""
        own = np.flatnonzero(features.spans[:, 1] > 0)
        weights = self.table[features.buckets[own], position] * features.values[own] * self.scale[position]
        lengths = (features.spans[own, 1] - features.spans[own, 0]).astype(np.float32)
        # Each n-gram is shared equally by the words it covers: a difference at its first word, the opposite after its
        # last, summed up.
        steps = np.zeros(n_words + 1, np.float32)
        np.add.at(steps, features.spans[own, 0], weights / lengths)
        np.add.at(steps, features.spans[own, 1], -weights / lengths)
        return np.cumsum(steps, dtype=np.float32)[:n_words]


@dataclass(frozen=True, slots=True)
class Standard:
    """Mean and spread that first scores are brought to before the second pass, float32 (len(CLASSES),)."""

    mean: Scores
    spread: Scores


@dataclass(frozen=True, slots=True)
class CallScores:
    """One call: calibrated probabilities, float32 (n_turns, len(CLASSES)), 0 where a class is not of the role."""

    features: tuple[Features, ...]
    probabilities: Scores


@dataclass(frozen=True, slots=True)
class LinearReader:
    """Reads whole calls.

    Attributes:
        first: Head of the first pass, over `CLASSES`.
        second: Head of the second pass, over `CLASSES`.
        around: Weights of the first pass's scores in the second, float32 (len(OFFSETS) * len(CLASSES), len(CLASSES)).
        standard: How first scores are standardised.
        severity: Head over `SEVERITY_CLASSES`, trained on flagged turns alone.
        reasons: Head over the names of `pipeline.reasons.load_reasons`, trained on labelled turns alone.
        slopes: Score -> log odds, float32 (2, len(CLASSES)): slope, intercept.
        thresholds: Probability from which a class is said, float32 (len(CLASSES),).
    """

    first: Head
    second: Head
    around: Scores
    standard: Standard
    severity: Head
    reasons: Head
    slopes: Scores
    thresholds: Scores

    def read(self, turns: Sequence[Turn]) -> CallScores:
        features = tuple(features_of(turns))
        mask = np.array([of_role(turn.role) for turn in turns], bool).reshape(len(turns), len(CLASSES))
        first = np.array([self.first.scores(f) for f in features], np.float32).reshape(mask.shape)
        dense = neighbour_scores(np.where(mask, (first - self.standard.mean) / self.standard.spread, 0.0))
        second = [self.second.scores(f) + near @ self.around for f, near in zip(features, dense, strict=True)]
        odds = np.array(second, np.float32).reshape(mask.shape) * self.slopes[0] + self.slopes[1]
        return CallScores(features, np.where(mask, 1 / (1 + np.exp(-odds)), 0.0).astype(np.float32))

    def reason(self, turn: Turn, features: Features, labels: Sequence[Label]) -> str | None:
        """Why the debtor does not pay, where the labels can have a reason: what was learned, helped by phrases."""
        reasons = tuple(load_reasons().values())
        folded = fold_words(turn.text)
        scores = self.reasons.scores(features)
        points = {
            reason.name: float(score) + CUE_WEIGHT * min(weigh(folded, reason.cues), MOST_CUES)
            for reason, score in zip(reasons, scores, strict=True)
            if set(reason.labels).intersection(labels)
        }
        return max(points, key=lambda name: points[name], default=None)

    def evidence(self, turn: Turn, features: Features, name: str) -> str:
        """The stretch of the turn's words that speaks most for a class, as it stands in the text."""
        places = word_places(turn.text)
        if not places:
            return turn.text
        scores = self.second.word_scores(features, CLASSES.index(name), len(places))
        first, last = best_stretch(scores, EVIDENCE_WORDS)
        return turn.text[places[first][1] : places[last][2]]


def of_role(role: Role) -> tuple[bool, ...]:
    """Which of `CLASSES` a speaker can be given: labels who answers for the debt, steps and tone the collector."""
    n_labels = len(LABELS)
    return tuple(role == "agent" if i >= n_labels else role in ("debtor", "third_party") for i in range(len(CLASSES)))


def neighbour_scores(scores: npt.NDArray[np.floating]) -> Scores:
    """(n_turns, k) -> (n_turns, len(OFFSETS) * k): the rows around each turn side by side, zeros outside the call."""
    n, k = scores.shape
    wide = np.zeros((n, len(OFFSETS), k), np.float32)
    for column, offset in enumerate(OFFSETS):
        source = slice(max(0, offset), min(n, n + offset))
        target = slice(max(0, -offset), min(n, n - offset))
        if source.start < source.stop:
            wide[target, column] = scores[source]
    return wide.reshape(n, len(OFFSETS) * k)


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


def _about() -> dict[str, object]:
    """What weights and code must agree on."""
    return {"layout": LAYOUT, "classes": list(CLASSES), "offsets": list(OFFSETS), "reasons": list(load_reasons())}


def save_reader(reader: LinearReader, folder: Path) -> None:
    heads = {name: getattr(reader, name) for name in HEADS}
    arrays = {f"{name}_{part}": getattr(h, part) for name, h in heads.items() for part in ("table", "scale", "bias")}
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / FILE,
        about=np.array(json.dumps(_about())),
        around=reader.around,
        mean=reader.standard.mean,
        spread=reader.standard.spread,
        slopes=reader.slopes,
        thresholds=reader.thresholds,
        **arrays,
    )


@lru_cache(maxsize=2)
def load_reader(local: LocalWeights) -> LinearReader:
    """The reader of a folder of weights; both classifiers share it where they name the same weights.

    Raises:
        ModelError: The file is no such reader, or was trained on another layout of features.
    """
    try:
        with np.load(local.folder / FILE) as arrays:
            about = json.loads(str(arrays["about"]))
            if about != _about() or arrays["first_table"].shape[0] != BUCKETS:
                raise ModelError(
                    f"{local.name}: trained on layout {about.get('layout')}, {LAYOUT} expected; train it again with "
                    "`palabra train` or install the weights of this version"
                )
            heads = [Head(*(arrays[f"{name}_{part}"] for part in ("table", "scale", "bias"))) for name in HEADS]
            return LinearReader(
                heads[0],
                heads[1],
                arrays["around"],
                Standard(arrays["mean"], arrays["spread"]),
                heads[2],
                heads[3],
                arrays["slopes"],
                arrays["thresholds"],
            )
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(
            f"{local.name}: {FILE} of a linear reader expected ({type(error).__name__}); name another folder in "
            "classify.model and tone.model"
        ) from error
