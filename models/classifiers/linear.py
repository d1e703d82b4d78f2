"""Two passes of linear models over a call: the second reads what the first said of the call's other turns.

"Sí, está bien" is a promise after a proposal and nothing after a greeting, so the second pass sees, besides the
n-grams, the first pass's scores of the turns around, and the highest of all before and after. Weights are int8 with one
scale a class; sums run per turn in float32, so a verdict never depends on the calls scored beside it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.classifiers.ngrams import BUCKETS, LAYOUT, Features, features_of, with_rest_of_call, word_places
from models.classifiers.reader import CLASSES, EVIDENCE_WORDS, Scores, best_stretch, likeliest_reason, of_role
from models.registry import LocalWeights
from pipeline.errors import ModelError
from pipeline.labels import SEVERITIES, Label, Severity
from pipeline.ports import Conversation
from pipeline.reasons import load_reasons
from pipeline.types import Turn

FILE = "linear.npz"
OFFSETS = (-3, -2, -1, 0, 1, 2)
"""Neighbours whose first scores the second pass reads one by one."""

HEADS = ("first", "second", "severity", "reasons")

BY_CALL = "reasons by call"
"""Key that weights have whose reasons are told by the rest of the call too."""

WHOLE_CALL = "whole call"
"""Key that weights have whose second pass reads the highest scores before and after a turn too."""


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
class LinearReader:
    """Reads whole calls.

    Attributes:
        first: Head of the first pass, over `CLASSES`.
        second: Head of the second pass, over `CLASSES`.
        around: Weights of the first pass's scores in the second, float32 ((len(OFFSETS) + 2) * len(CLASSES),
            len(CLASSES)), in the order of `scores_in_call`.
        standard: How first scores are standardised.
        severity: Head over `SEVERITY_CLASSES`, trained on flagged turns alone.
        reasons: Head over the names of `pipeline.reasons.load_reasons`, trained on labelled turns alone.
        slopes: Score -> log odds, float32 (2, len(CLASSES)): slope, intercept.
        thresholds: Probability from which a class is said, float32 (len(CLASSES),).
        reasons_by_call: Whether reasons are told by the rest of the call too; weights of earlier versions were not.
    """

    first: Head
    second: Head
    around: Scores
    standard: Standard
    severity: Head
    reasons: Head
    slopes: Scores
    thresholds: Scores
    reasons_by_call: bool = False

    def read(self, calls: Sequence[Conversation]) -> Iterator["LinearReading"]:
        return (self.read_turns(call.turns) for call in calls)

    def read_turns(self, turns: Sequence[Turn]) -> "LinearReading":
        features = tuple(features_of(turns))
        mask = np.array([of_role(turn.role) for turn in turns], bool).reshape(len(turns), len(CLASSES))
        first = np.array([self.first.scores(f) for f in features], np.float32).reshape(mask.shape)
        dense = scores_in_call(np.where(mask, (first - self.standard.mean) / self.standard.spread, 0.0))
        second = [self.second.scores(f) + near @ self.around for f, near in zip(features, dense, strict=True)]
        odds = np.array(second, np.float32).reshape(mask.shape) * self.slopes[0] + self.slopes[1]
        chances = np.where(mask, 1 / (1 + np.exp(-odds)), 0.0).astype(np.float32)
        return LinearReading(self, tuple(turns), features, chances)


@dataclass(frozen=True, slots=True)
class LinearReading:
    """`models.classifiers.reader.CallReading` of the linear reader."""

    reader: LinearReader
    turns: tuple[Turn, ...]
    features: tuple[Features, ...]
    probabilities: Scores

    def reason(self, i: int, labels: Sequence[Label]) -> str | None:
        return likeliest_reason(self.turns[i], self.reason_scores(i), labels)

    def reason_scores(self, i: int) -> Scores:
        """Of each reason of `load_reasons`, in its order, before phrases are counted."""
        own = self.features[i]
        return self.reader.reasons.scores(with_rest_of_call(own, i, self.turns) if self.reader.reasons_by_call else own)

    def severity(self, i: int) -> Severity:
        above = self.reader.severity.scores(self.features[i]) > 0
        return SEVERITIES[2 if above[1] else int(above[0])]

    def evidence(self, i: int, name: str) -> str:
        text = self.turns[i].text
        places = word_places(text)
        if not places:
            return text
        scores = self.reader.second.word_scores(self.features[i], CLASSES.index(name), len(places))
        first, last = best_stretch(scores, EVIDENCE_WORDS)
        return text[places[first][1] : places[last][2]]


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


def scores_in_call(scores: npt.NDArray[np.floating]) -> Scores:
    """(n_turns, k) -> (n_turns, (len(OFFSETS) + 2) * k): `neighbour_scores`, then the highest before and after a turn.

    What was said at any time tells what is left to say: an agreement said again is its recap, and a collector who has
    threatened once is heard differently. Scores below 0, and none at all, count as 0.
    """
    above = np.maximum(scores, 0)
    nothing = np.zeros((min(1, len(scores)), scores.shape[1]))
    before = np.maximum.accumulate(np.concatenate([nothing, above[:-1]]))
    after = np.maximum.accumulate(np.concatenate([nothing, above[:0:-1]]))[::-1]
    return np.concatenate([neighbour_scores(scores), before, after], axis=1).astype(np.float32)


def _about() -> dict[str, object]:
    """What weights and code must agree on."""
    return {"layout": LAYOUT, "classes": list(CLASSES), "offsets": list(OFFSETS), "reasons": list(load_reasons())}


def save_reader(reader: LinearReader, folder: Path) -> None:
    heads = {name: getattr(reader, name) for name in HEADS}
    arrays = {f"{name}_{part}": getattr(h, part) for name, h in heads.items() for part in ("table", "scale", "bias")}
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / FILE,
        about=np.array(json.dumps(_about() | {WHOLE_CALL: True} | ({BY_CALL: True} if reader.reasons_by_call else {}))),
        around=reader.around,
        mean=reader.standard.mean,
        spread=reader.standard.spread,
        slopes=reader.slopes,
        thresholds=reader.thresholds,
        **arrays,
    )


def load_linear(local: LocalWeights) -> LinearReader:
    """The linear reader of a folder of weights.

    Raises:
        ModelError: The file is no such reader, or was trained on another layout of features.
    """
    try:
        with np.load(local.folder / FILE) as arrays:
            about = json.loads(str(arrays["about"]))
            by_call, whole_call = bool(about.pop(BY_CALL, False)), bool(about.pop(WHOLE_CALL, False))
            if about != _about() or arrays["first_table"].shape[0] != BUCKETS:
                raise ModelError(
                    f"{local.name}: trained on layout {about.get('layout')}, {LAYOUT} expected; train it again with "
                    "`palabra train` or install the weights of this version"
                )
            around = arrays["around"]
            if not whole_call:  # Weights of earlier versions knew the neighbours alone.
                around = np.pad(around, ((0, 2 * len(CLASSES)), (0, 0)))
            heads = [Head(*(arrays[f"{name}_{part}"] for part in ("table", "scale", "bias"))) for name in HEADS]
            return LinearReader(
                heads[0],
                heads[1],
                around,
                Standard(arrays["mean"], arrays["spread"]),
                heads[2],
                heads[3],
                arrays["slopes"],
                arrays["thresholds"],
                by_call,
            )
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(
            f"{local.name}: {FILE} of a linear reader expected ({type(error).__name__}); name another folder in "
            "classify.model and tone.model"
        ) from error
