"""A linear reader and an encoder -> one reader: weights of their log odds from calls that neither was trained on.

python -m models.recipes.understanding.blend corpora LINEAR ENCODER OUT
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from models.classifiers.blend import BlendReader, log_odds, save_blend
from models.classifiers.encoder import EncoderReader, load_encoder
from models.classifiers.linear import LinearReader, load_linear
from models.classifiers.reader import CLASSES, Reader, Scores
from models.recipes.understanding.annotations import came_with_guidelines
from models.recipes.understanding.ridge import Matrix, best_threshold
from models.recipes.understanding.train import (
    KIND,
    Recipe,
    Rows,
    brought_to,
    read_corpus,
    rows_of,
    usual_mix,
)
from models.registry import find_weights, write_card
from pipeline.gold import GoldCall

EVEN: Final = np.array([0.5, 0.5, 0.0])
"""Where the weights stand before anything is known of a class."""

HOLD: Final = np.array([8.0, 8.0, 0.5])
"""How hard they are held there: a class seen ten times keeps about the mean of both readers."""


def blend(
    linear: LinearReader,
    encoder: EncoderReader,
    held: Sequence[GoldCall],
    usual: Sequence[GoldCall],
    recipe: Recipe,
) -> BlendReader:
    """Both readers as one.

    Args:
        linear: Trained without `held`.
        encoder: Likewise.
        held: Calls of other authors; weights and thresholds come from them.
        usual: Calls that hold each class as often as calls at work do; they may have been trained on.
        recipe: How calls are weighed.
    """
    rows = rows_of(held, with_features=False)
    odds = odds_of(linear, held), odds_of(encoder, held)
    mix, thresholds = mix_of(rows, *odds, rates_of(usual), recipe)
    return BlendReader(linear, encoder, mix, thresholds)


def rates_of(calls: Sequence[GoldCall]) -> Matrix:
    """How often each class is said by those who can be given it, (classes,)."""
    rows = rows_of(calls, with_features=False)
    return np.array([rows.targets[rows.masks[:, k], k].mean() for k in range(len(CLASSES))])


def odds_of(reader: Reader, calls: Sequence[GoldCall]) -> Matrix:
    """Log odds of each turn, (turns, len(CLASSES))."""
    read = reader.read([call.conversation for call in calls])
    return np.concatenate([log_odds(call.probabilities) for call in read]).astype(np.float64)


def mix_of(rows: Rows, one: Matrix, other: Matrix, rates: Matrix, recipe: Recipe) -> tuple[Scores, Scores]:
    """Weights (3, classes) and thresholds (classes,) from log odds of both, (turns, classes) each.

    Turns with a class weigh so much that it is as frequent as `rates`, (classes,), says: a few held-out hands are
    sparing with it or generous, the many that wrote the law are known better. The blended chances are calibrated, so
    thresholds are those of the best expected F1.
    """
    weights = usual_mix(rows, recipe.aggressive_calls, recipe.guideline_share)
    lines, thresholds = [], []
    for k in range(len(CLASSES)):
        inside = rows.masks[:, k]
        design = np.column_stack([one[inside, k], other[inside, k], np.ones(int(inside.sum()))])
        truth = rows.targets[inside, k] > 0.5
        own = brought_to(weights[inside], truth, float(rates[k])) if rates[k] else weights[inside]
        line = _fitted(design, truth, own)
        chances = 1 / (1 + np.exp(-np.clip(design @ line, -30, 30)))
        lines.append(line)
        thresholds.append(best_threshold(chances, chances if truth.any() else truth, own))
    return np.array(lines, np.float32).T.copy(), np.array(thresholds, np.float32)


def _fitted(design: Matrix, truth: np.ndarray[tuple[int], np.dtype[np.bool_]], weights: Matrix) -> Matrix:
    """Logistic regression by Newton's method, held near `EVEN`, no reader counted against the other."""
    line = EVEN.copy()
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ line, -30, 30)))
        gradient = design.T @ (weights * (truth - chance)) - HOLD * (line - EVEN)
        curvature = (design * (weights * chance * (1 - chance))[:, None]).T @ design + np.diag(HOLD)
        step = np.linalg.solve(curvature, gradient)
        line = line + np.clip(step, -1, 1)
        line[:2] = np.maximum(line[:2], 0.0)
        if np.abs(step).max() < 1e-8:
            break
    return line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="folder with train/ and validation/")
    parser.add_argument("linear", help="folder of a linear reader")
    parser.add_argument("encoder", help="folder of an encoder")
    parser.add_argument("out", type=Path, help="folder to write")
    given = parser.parse_args()
    linear, encoder = load_linear(find_weights(given.linear)), load_encoder(find_weights(given.encoder))
    held = read_corpus(given.corpora, "validation")
    usual = [c for c in (*read_corpus(given.corpora, "train"), *held) if came_with_guidelines(c.author)]
    both = blend(linear, encoder, held, usual or held, Recipe())
    write_card(given.out, synthetic_only=False, kind=KIND, files=save_blend(both, given.out))


if __name__ == "__main__":
    main()
