"""Gold calls -> the linear reader's weights: two passes, calibrated, with thresholds from unseen authors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.classifiers.linear import FILE, Head, LinearReader, Standard, save_reader, scores_in_call
from models.classifiers.ngrams import BUCKETS, Features, features_of
from models.classifiers.reader import ANY_TONE, CLASSES, SEVERITY_CLASSES, Scores, of_role
from models.recipes.understanding.annotations import adjudicated_calls, came_with_guidelines
from models.recipes.understanding.fragments import read_fragments
from models.recipes.understanding.reasons import with_reasons
from models.recipes.understanding.ridge import (
    Matrix,
    Problem,
    best_threshold,
    fit,
    log_odds_line,
    problem_of,
    unseen_scores,
)
from models.registry import write_card
from pipeline.gold import GoldCall, GoldTurn
from pipeline.labels import LABELS
from pipeline.reasons import load_reasons

KIND = "turn_classifier"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Chosen on scores of unseen authors, never on the development set."""

    strength: float = 0.5
    # Weight of the first pass's scores against the n-grams in the second.
    around: float = 1.0
    # Share of calls with an aggressive turn where nobody wrote for tone (71 of the 190 first calls): corpora written
    # for tone hold far more, and would calibrate to a world in which every other collector shouts.
    aggressive_calls: float = 0.37
    # Share of the calibration that the calls which came with the guidelines count for: their hands wrote the law, and
    # label more turns than later ones, so thresholds of all hands alike would miss what they mark.
    guideline_share: float = 0.6


@dataclass(frozen=True, slots=True)
class Rows:
    """All turns of a corpus in order, call after call.

    Attributes:
        targets: 0 and 1, (n, len(CLASSES)).
        masks: Which classes the speaker can be given, same shape.
        lengths: Turns of each call.
    """

    features: tuple[Features, ...]
    targets: Matrix
    masks: npt.NDArray[np.bool_]
    authors: tuple[str, ...]
    lengths: tuple[int, ...]
    gold: tuple[GoldTurn, ...]


@dataclass(frozen=True, slots=True)
class Trained:
    """A reader and what it says of authors it was not shown: scores before calibration, (n, len(CLASSES))."""

    reader: LinearReader
    unseen: Matrix


def read_corpus(folder: Path, part: str) -> tuple[GoldCall, ...]:
    """Calls of every author's file of `folder/part`, by file name, adjudicated by the annotations beside them.

    Raises:
        GoldError: A call or an annotation is not as its schema says.
    """
    return tuple(call for _, call in adjudicated_calls(folder, part))


def training_calls(folder: Path) -> tuple[GoldCall, ...]:
    """All that `folder` holds to learn from: the calls of `train`, the fragments of `fragments` as calls."""
    return (*read_corpus(folder, "train"), *read_fragments(folder / "fragments"))


def rows_of(calls: Sequence[GoldCall], *, with_features: bool = True) -> Rows:
    """The turns of the calls; without n-grams, which an encoder does not read, `features` is empty."""
    features: list[Features] = []
    for call in calls if with_features else ():
        features += features_of(call.turns)
    gold = tuple(turn for call in calls for turn in call.gold)
    return Rows(
        features=tuple(features),
        targets=np.array([_targets(turn) for turn in gold], np.float64),
        masks=np.array([mask for call in calls for mask in _masks(call)]),
        authors=tuple(call.author or call.id for call in calls for _ in call.turns),
        lengths=tuple(len(call.turns) for call in calls),
        gold=gold,
    )


def _masks(call: GoldCall) -> list[tuple[bool, ...]]:
    """Which classes each turn teaches: those of its speaker, none where nobody judged it."""
    judged = call.judged or (True,) * len(call.turns)
    nothing = (False,) * len(CLASSES)
    return [of_role(turn.role) if counts else nothing for turn, counts in zip(call.turns, judged, strict=True)]


def _targets(gold: GoldTurn) -> list[bool]:
    categories = {category for category, _ in gold.tone}
    said = {*gold.labels, *gold.steps, *categories, *([ANY_TONE] if categories else [])}
    return [name in said for name in CLASSES]


def train_linear(calls: Sequence[GoldCall], held: Sequence[GoldCall], recipe: Recipe) -> LinearReader:
    """A reader trained on `calls`, calibrated on authors left out of its folds and on `held`."""
    rows = rows_of(calls)
    trained = train_reader(rows, recipe)
    scores = trained.unseen
    if held:
        rows = joined_rows(rows, rows_of(held))
        scores = np.concatenate([scores, raw_scores(trained.reader, held)])
    return with_reasons(calibrated(trained.reader, rows, scores, recipe), calls, recipe.strength)


def train_reader(rows: Rows, recipe: Recipe) -> Trained:
    """The reader of a corpus. Calibration and thresholds are left to `calibrated`, reasons to `with_reasons`."""
    groups = _groups(rows)
    problems = [
        problem_of([rows.features[i] for i in turns], rows.targets[np.ix_(turns, columns)], _authors(rows, turns))
        for turns, columns in groups
    ]
    first_scores, first = _first_pass(rows, groups, problems, recipe)
    inside = [rows.masks[:, k] for k in range(len(CLASSES))]
    standard = Standard(
        np.array([first_scores[m, k].mean() for k, m in enumerate(inside)], np.float32),
        np.array([first_scores[m, k].std() + 1e-3 for k, m in enumerate(inside)], np.float32),
    )
    around = scores_around(first_scores, rows, standard)
    unseen, second, weights = _second_pass(rows, groups, problems, around, recipe)
    n, n_reasons = len(CLASSES), len(load_reasons())
    reader = LinearReader(
        first=first,
        second=second,
        around=weights,
        standard=standard,
        severity=severity_head(rows, recipe),
        reasons=Head(np.zeros((BUCKETS, n_reasons), np.int8), *np.zeros((2, n_reasons), np.float32)),
        slopes=np.stack([np.ones(n, np.float32), np.zeros(n, np.float32)]),
        thresholds=np.full(n, 0.5, np.float32),
    )
    return Trained(reader, unseen)


Group = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def _groups(rows: Rows) -> list[Group]:
    """Turns and classes that belong together: the debtor's side with labels, the collector with steps and tone."""
    n_labels = len(LABELS)
    debtor = np.flatnonzero(rows.masks[:, 0])
    collector = np.flatnonzero(rows.masks[:, n_labels])
    return [(debtor, np.arange(n_labels)), (collector, np.arange(n_labels, len(CLASSES)))]


def _authors(rows: Rows, turns: npt.NDArray[np.int64]) -> list[str]:
    return [rows.authors[i] for i in turns]


def _first_pass(
    rows: Rows, groups: Sequence[Group], problems: Sequence[Problem], recipe: Recipe
) -> tuple[Matrix, Head]:
    scores = np.zeros_like(rows.targets)
    heads = []
    for (turns, columns), problem in zip(groups, problems, strict=True):
        scores[np.ix_(turns, columns)] = unseen_scores(problem.gram, problem, recipe.strength)
        heads.append(fit(problem.gram, problem, recipe.strength)[1])
    return scores, joined_heads(heads)


def _second_pass(
    rows: Rows, groups: Sequence[Group], problems: Sequence[Problem], around: npt.NDArray[np.float32], recipe: Recipe
) -> tuple[Matrix, Head, npt.NDArray[np.float32]]:
    unseen = np.zeros_like(rows.targets)
    heads = []
    weights = np.zeros((around.shape[1], len(CLASSES)), np.float32)
    share = recipe.around / around.shape[1]
    for (turns, columns), problem in zip(groups, problems, strict=True):
        near = around[turns]
        gram = problem.gram.with_near(near * np.float32(np.sqrt(share)))
        unseen[np.ix_(turns, columns)] = unseen_scores(gram, problem, recipe.strength)
        dual, head = fit(gram, problem, recipe.strength)
        heads.append(head)
        weights[:, columns] = share * (near.astype(np.float64).T @ dual)
    return unseen, joined_heads(heads), weights


def scores_around(scores: Matrix, rows: Rows, standard: Standard) -> npt.NDArray[np.float32]:
    """What the second pass reads of the first: `scores_in_call` within each call."""
    standardised = np.where(rows.masks, (scores - standard.mean) / standard.spread, 0.0)
    ends = np.cumsum(rows.lengths)
    return np.concatenate(
        [scores_in_call(standardised[end - n : end]) for n, end in zip(rows.lengths, ends, strict=True)]
    )


def joined_heads(heads: Sequence[Head]) -> Head:
    return Head(
        np.concatenate([h.table for h in heads], axis=1),
        np.concatenate([h.scale for h in heads]),
        np.concatenate([h.bias for h in heads]),
    )


def severity_head(rows: Rows, recipe: Recipe) -> Head:
    """How grave a flag is, learned from flagged turns: scores above 0 say yes."""
    flagged = [i for i, turn in enumerate(rows.gold) if turn.tone]
    if not flagged:
        n = len(SEVERITY_CLASSES)
        return Head(np.zeros((BUCKETS, n), np.int8), np.ones(n, np.float32), np.full(n, -1, np.float32))
    worst = [{severity for _, severity in rows.gold[i].tone} for i in flagged]
    targets = np.array([[bool(s & {"medium", "high"}), "high" in s] for s in worst], np.float64)
    problem = problem_of([rows.features[i] for i in flagged], targets, [rows.authors[i] for i in flagged])
    head = fit(problem.gram, problem, recipe.strength)[1]
    return Head(head.table, head.scale, head.bias - np.float32(0.5))


def usual_mix(rows: Rows, share: float, guideline_share: float | None = None) -> Matrix:
    """A weight for each turn, so that calls with an aggressive turn are `share` of all calls; their mean is 1.

    Within that, calls that came with the guidelines are `guideline_share` of the harsh and of the calm ones.
    """
    ends = np.cumsum(rows.lengths)
    harsh = np.array(
        [any(turn.tone for turn in rows.gold[end - n : end]) for n, end in zip(rows.lengths, ends, strict=True)]
    )
    law = np.array([came_with_guidelines(rows.authors[end - 1]) for end in ends])
    of_call = brought_to(np.ones(len(ends)), harsh, share)
    if guideline_share is not None:
        for kind in (harsh, ~harsh):
            of_call[kind] = brought_to(of_call[kind], law[kind], guideline_share)
    return np.repeat(of_call, rows.lengths)


def brought_to(weights: Matrix, chosen: npt.NDArray[np.bool_], share: float) -> Matrix:
    """The weights changed so that the chosen ones are `share` of their sum; as they were where all or none are."""
    total, own = float(weights.sum()), float(weights[chosen].sum())
    if not 0 < own < total:
        return weights
    return np.where(chosen, weights * share * total / own, weights * (1 - share) * total / (total - own))


def calibrated(reader: LinearReader, rows: Rows, scores: Matrix, recipe: Recipe) -> LinearReader:
    """The reader with probabilities and thresholds from scores of turns whose authors it had not seen."""
    slopes, thresholds = calibration_of(rows, scores, recipe)
    return replace(reader, slopes=slopes, thresholds=thresholds)


def calibration_of(rows: Rows, scores: Matrix, recipe: Recipe) -> tuple[Scores, Scores]:
    """Slopes and intercepts (2, classes) and thresholds (classes,) from scores of turns that trained nothing."""
    slopes, thresholds = [], []
    mix = usual_mix(rows, recipe.aggressive_calls, recipe.guideline_share)
    for k in range(len(CLASSES)):
        inside = rows.masks[:, k]
        own, truth, weights = scores[inside, k], rows.targets[inside, k] > 0.5, mix[inside]
        slope, intercept = log_odds_line(own, truth, weights)
        slopes.append((slope, intercept))
        thresholds.append(best_threshold(1 / (1 + np.exp(-(slope * own + intercept))), truth, weights))
    return np.array(slopes, np.float32).T.copy(), np.array(thresholds, np.float32)


def joined_rows(one: Rows, other: Rows) -> Rows:
    return Rows(
        (*one.features, *other.features),
        np.concatenate([one.targets, other.targets]),
        np.concatenate([one.masks, other.masks]),
        (*one.authors, *other.authors),
        (*one.lengths, *other.lengths),
        (*one.gold, *other.gold),
    )


def raw_scores(reader: LinearReader, calls: Sequence[GoldCall]) -> Matrix:
    """Scores before calibration, of calls that the reader was not trained on."""
    rows = []
    for call in calls:
        read = reader.read_turns(call.turns).probabilities.astype(np.float64)
        odds = np.log(np.clip(read, 1e-9, 1 - 1e-9) / (1 - np.clip(read, 1e-9, 1 - 1e-9)))
        rows.append((odds - reader.slopes[1]) / reader.slopes[0])
    return np.concatenate(rows)


def write_weights(reader: LinearReader, folder: Path) -> None:
    save_reader(reader, folder)
    write_card(folder, synthetic_only=False, kind=KIND, files=(FILE,))
