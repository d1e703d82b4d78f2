"""Two readers as one: the linear one knows words and turns of phrase, the encoder what stands around them.

Their log odds are added up with a weight each, a class at a time, learned from calls of authors that neither had seen.
A reason is told by both, severity is the encoder's, evidence the words that speak most in it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from models.classifiers.encoder import EncoderReader, EncoderReading, load_encoder, save_encoder
from models.classifiers.linear import LinearReader, LinearReading, load_linear, save_reader
from models.classifiers.reader import BLEND_ABOUT, CLASSES, Scores, likeliest_reason, of_role
from models.registry import LocalWeights
from pipeline.errors import ModelError
from pipeline.labels import Label, Severity
from pipeline.ports import Conversation

NEAREST: Final = 1e-6
"""Probabilities are kept this far from 0 and 1 before they become log odds."""

REASONS_SHARE: Final = 0.04
"""Weight of the encoder's log probability of a reason beside the linear reader's score of it, which is about 0 to 1."""


@dataclass(frozen=True, slots=True)
class BlendReader:
    """`models.classifiers.reader.Reader` on a linear reader and an encoder.

    Attributes:
        linear: The one.
        encoder: The other.
        mix: Weight of the linear's log odds, of the encoder's, and what is added, float32 (3, len(CLASSES)).
        thresholds: Probability from which a class is said, float32 (len(CLASSES),).
    """

    linear: LinearReader
    encoder: EncoderReader
    mix: Scores
    thresholds: Scores

    def read(self, calls: Sequence[Conversation]) -> Iterator["BlendReading"]:
        for one, other in zip(self.linear.read(calls), self.encoder.read(calls), strict=True):
            mask = np.array([of_role(turn.role) for turn in other.turns], bool).reshape(one.probabilities.shape)
            yield BlendReading(one, other, np.where(mask, self.blend(one.probabilities, other.probabilities), 0.0))

    def blend(self, linear: Scores, encoder: Scores) -> Scores:
        """Probabilities of both, float32 (turns, len(CLASSES)) each -> theirs together."""
        odds = self.mix[0] * log_odds(linear) + self.mix[1] * log_odds(encoder) + self.mix[2]
        return np.asarray(1 / (1 + np.exp(-odds)), np.float32)


@dataclass(frozen=True, slots=True)
class BlendReading:
    """`models.classifiers.reader.CallReading` of both."""

    linear: LinearReading
    encoder: EncoderReading
    probabilities: Scores

    def reason(self, i: int, labels: Sequence[Label]) -> str | None:
        scores = self.linear.reason_scores(i) + REASONS_SHARE * log_shares(self.encoder.told.reasons[i])
        return likeliest_reason(self.encoder.turns[i], scores, labels)

    def severity(self, i: int) -> Severity:
        return self.encoder.severity(i)

    def evidence(self, i: int, name: str) -> str:
        return self.encoder.evidence(i, name)


def log_odds(probabilities: Scores) -> Scores:
    near = np.clip(probabilities, NEAREST, 1 - NEAREST)
    return np.asarray(np.log(near / (1 - near)), np.float32)


def log_shares(scores: Scores) -> Scores:
    """Scores of alternatives -> log probability of each."""
    least = scores - scores.max()
    return np.asarray(least - np.log(np.exp(least).sum()), np.float32)


def save_blend(reader: BlendReader, folder: Path) -> tuple[str, ...]:
    """Writes the folder that `load_blend` reads; returns the names of its files."""
    files = save_encoder(reader.encoder, folder, small=True)
    save_reader(reader.linear, folder)
    about = {"classes": list(CLASSES), "mix": reader.mix.tolist(), "thresholds": reader.thresholds.tolist()}
    (folder / BLEND_ABOUT).write_text(json.dumps(about, indent=1), "utf-8")
    return tuple(sorted({*files, BLEND_ABOUT, *(path.name for path in folder.glob("*.npz"))}))


def load_blend(local: LocalWeights) -> BlendReader:
    """Both readers of a folder of weights.

    Raises:
        ModelError: One of them is missing, or they were made for other classes.
    """
    about = json.loads((local.folder / BLEND_ABOUT).read_text("utf-8"))
    if about["classes"] != list(CLASSES):
        raise ModelError(f"{local.name}: {BLEND_ABOUT} is of other classes than this version has; train it again")
    return BlendReader(
        load_linear(local),
        load_encoder(local),
        np.asarray(about["mix"], np.float32),
        np.asarray(about["thresholds"], np.float32),
    )
