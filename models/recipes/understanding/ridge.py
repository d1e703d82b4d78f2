"""Ridge regression over hashed n-grams in its dual form, with scores of unseen authors.

Classes and folds are solved side by side by conjugate gradients, which need the Gram matrix only to multiply by it: it
is never made (5 GB for 36,000 turns, and as long to make as all is to solve). On some thousand turns it also beat
logistic regression (see CARD.md of the weights).
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse
import torch

from models.classifiers.linear import Head
from models.classifiers.ngrams import BUCKETS, Features

BIAS = 0.3
"""Square of the constant feature."""

Matrix = npt.NDArray[np.float64]
Columns = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Gram:
    """The products of all turns with each other plus `BIAS`, (n, n), as something to multiply by.

    Attributes:
        features: Hashed features, (n, BUCKETS).
        turned: The same as (BUCKETS, n).
        near: Further features, (n, m).
    """

    features: torch.Tensor
    turned: torch.Tensor
    near: Columns

    def __matmul__(self, columns: Columns) -> Columns:
        given = torch.from_numpy(np.ascontiguousarray(columns))
        found = (self.features @ (self.turned @ given)).numpy()
        found += np.float32(BIAS) * columns.sum(axis=0)
        found += self.near @ (self.near.T @ columns)
        return np.asarray(found, np.float32)

    def with_near(self, near: Columns) -> "Gram":
        """The same turns with further features, (n, m)."""
        return replace(self, near=near)


def gram_of(sparse: scipy.sparse.csr_matrix) -> Gram:
    return Gram(_on_torch(sparse), _on_torch(sparse.T.tocsr()), np.zeros((sparse.shape[0], 0), np.float32))


def _on_torch(matrix: scipy.sparse.csr_matrix) -> torch.Tensor:
    """For its product with many columns, which is a third faster than scipy's."""
    starts, places = (torch.from_numpy(part.astype(np.int32)) for part in (matrix.indptr, matrix.indices))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparse ", UserWarning)  # that it is in beta, and unchecked
        return torch.sparse_csr_tensor(starts, places, torch.from_numpy(matrix.data), matrix.shape)


@dataclass(frozen=True, slots=True)
class Problem:
    """Turns of one role: features, targets (n, k) of 0 and 1, and the author of each.

    Attributes:
        sparse: Hashed features, scipy CSR of shape (n, BUCKETS).
        gram: Their products.
    """

    sparse: scipy.sparse.csr_matrix
    gram: Gram
    targets: Matrix
    authors: npt.NDArray[np.str_]


def problem_of(features: Sequence[Features], targets: Matrix, authors: Sequence[str]) -> Problem:
    sparse = sparse_of(features)
    return Problem(sparse, gram_of(sparse), targets, np.array(authors))


def sparse_of(features: Sequence[Features]) -> scipy.sparse.csr_matrix:
    starts = np.concatenate([[0], np.cumsum([len(f.buckets) for f in features])])
    buckets = np.concatenate([f.buckets for f in features])
    values = np.concatenate([f.values for f in features])
    matrix = scipy.sparse.csr_matrix((values, buckets, starts), shape=(len(features), BUCKETS))
    matrix.sum_duplicates()
    return matrix


def folds_of(authors: npt.NDArray[np.str_], most: int = 6) -> list[npt.NDArray[np.bool_]]:
    """Which turns to hold out together: whole authors, spread over at most `most` folds by their amount of text."""
    names, counts = np.unique(authors, return_counts=True)
    loads = [0] * min(most, len(names))
    held: list[list[str]] = [[] for _ in loads]
    for name, count in sorted(zip(names, counts, strict=True), key=lambda pair: (-pair[1], pair[0])):
        lightest = loads.index(min(loads))
        loads[lightest] += int(count)
        held[lightest].append(str(name))
    return [np.isin(authors, group) for group in held]


def unseen_scores(gram: Gram, problem: Problem, strength: float) -> Matrix:
    """Scores of each turn by a model that saw no turn of its author, (n, k)."""
    folds = folds_of(problem.authors)
    n_classes = problem.targets.shape[1]
    seen = np.repeat(np.column_stack([~held for held in folds]), n_classes, axis=1)
    dual = _dual(gram, np.tile(problem.targets, len(folds)), strength, UNSEEN_TOLERANCE, seen)
    scores = gram @ dual.astype(np.float32)
    own = np.zeros_like(problem.targets)
    for k, held in enumerate(folds):
        own[held] = scores[held, k * n_classes : (k + 1) * n_classes]
    return own


TOLERANCE: Final = 1e-3
"""Of a class's residual against its targets: weights are rounded to int8 afterwards."""
UNSEEN_TOLERANCE: Final = 1e-2
"""The same where scores only calibrate: they differ by a hundredth of their spread, in half as many steps."""

MOST_STEPS: Final = 1000


def _dual(
    gram: Gram,
    targets: Matrix,
    strength: float,
    tolerance: float,
    seen: npt.NDArray[np.bool_] | None = None,
) -> Matrix:
    """Dual weights of each column of targets, (n, columns), by conjugate gradients in float32.

    A factorisation would cost a copy of the Gram matrix for every fold, and OpenBLAS's fails beyond some 25,000 turns.

    Args:
        gram: (n, n).
        targets: (n, columns).
        strength: What is added on the diagonal.
        tolerance: Of a column's residual against its targets.
        seen: Which turns a column is learned from, (n, columns); all unless given. The others' weights are 0.
    """
    mask = np.ones(targets.shape, np.float32) if seen is None else seen.astype(np.float32)
    residual = targets.astype(np.float32) * mask
    found, direction = np.zeros_like(residual), residual.copy()
    square = _products(residual, residual)
    goal = np.maximum(square, 1e-12) * np.float32(tolerance**2)
    for _ in range(MOST_STEPS):
        going = np.flatnonzero(square > goal)
        if not len(going):
            break
        own = direction[:, going]
        turned = gram @ own
        turned += np.float32(strength) * own
        turned *= mask[:, going]
        step = square[going] / _products(own, turned)
        found[:, going] += step * own
        residual[:, going] -= step * turned
        left = _products(residual[:, going], residual[:, going])
        direction[:, going] = residual[:, going] + left / square[going] * own
        square[going] = left
    return found.astype(np.float64)


def _products(one: Columns, other: Columns) -> npt.NDArray[np.float32]:
    """Inner product of each column with the other's."""
    return np.asarray(np.einsum("ij,ij->j", one, other), np.float32)


def fit(gram: Gram, problem: Problem, strength: float) -> tuple[Matrix, Head]:
    """Dual weights (n, k), and the head they give over the hashed features."""
    dual = _dual(gram, problem.targets, strength, TOLERANCE)
    weights = np.asarray(problem.sparse.T @ dual, np.float32)
    return dual, quantised(weights, np.asarray(BIAS * dual.sum(axis=0), np.float32))


def quantised(weights: npt.NDArray[np.float32], bias: npt.NDArray[np.float32]) -> Head:
    """Int8 with one scale a class: the rounding moves a score by far less than a threshold's distance."""
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-12) / 127
    return Head(np.rint(weights / scale).astype(np.int8), scale.astype(np.float32), bias)


def log_odds_line(scores: Matrix, truth: npt.NDArray[np.bool_], weights: Matrix) -> tuple[float, float]:
    """Slope and intercept of Platt's line from scores to log odds, by Newton's method with his smoothed targets."""
    positive, negative = float(weights[truth].sum()), float(weights[~truth].sum())
    target = np.where(truth, (positive + 1) / (positive + 2), 1 / (negative + 2))
    design = np.column_stack([scores, np.ones(len(scores))])
    line = np.array([1.0, np.log((positive + 1) / (negative + 1))])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ line, -30, 30)))
        gradient = design.T @ (weights * (target - chance)) - 1e-6 * line
        curvature = (design * (weights * chance * (1 - chance))[:, None]).T @ design + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        line = line + np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-8:
            break
    return float(line[0]), float(line[1])


def best_threshold(chances: Matrix, truth: npt.NDArray[np.bool_] | Matrix, weights: Matrix) -> float:
    """The probability above which saying the class gives the best F1; 0.5 where there is nothing to find.

    With the chances themselves as `truth` it is the best expected F1 of calibrated chances, which needs no gold and so
    follows none of its accidents (Lipton, Elkan and Naryanaswamy 2014).
    """
    if not truth.any():
        return 0.5
    order = np.argsort(-chances, kind="stable")
    hits = np.cumsum(weights[order] * truth[order])
    f1 = 2 * hits / (np.cumsum(weights[order]) + hits[-1])
    # The middle of all cuts that come within half a percent of the best: one lucky cut would not hold elsewhere.
    good = np.flatnonzero(f1 >= f1.max() - 0.005)
    ranked = np.append(chances[order], 0.0)
    cuts = (ranked[good] + ranked[good + 1]) / 2
    return float(np.clip(np.median(cuts), 0.05, 0.95))
