"""The recipe of the turn classifier: its mathematics by hand, and a small slice trained from end to end."""

from pathlib import Path

import numpy as np
import pytest

from models.classifiers.linear import load_linear
from models.classifiers.ngrams import BUCKETS, features_of
from models.classifiers.reader import CLASSES
from models.classifiers.word_classes import class_grams, load_word_classes
from models.recipes.understanding.ridge import (
    best_threshold,
    fit,
    folds_of,
    log_odds_line,
    problem_of,
    quantised,
    unseen_scores,
)
from models.recipes.understanding.train import (
    Recipe,
    calibrated,
    read_corpus,
    rows_of,
    train_reader,
    usual_mix,
    write_weights,
)
from models.registry import find_weights
from models.turn_classifier import load_turn_classifier
from pipeline.config import ClassifyConfig
from pipeline.types import Span, Turn

CORPORA = Path(__file__).parents[2] / "corpora"


def said(*texts: str) -> list[Turn]:
    return [Turn(i, "debtor", "debtor", Span(float(i), float(i + 1)), text) for i, text in enumerate(texts)]


def test_words_of_one_class_share_features() -> None:
    classes = load_word_classes()
    assert "job" in classes.of(["la", "chamba"])[1]
    assert classes.of(["la", "pega"])[1] == classes.of(["el", "laburo"])[1]
    assert "job_lost" in classes.of(["sin", "camello"])[0]
    words = ["me", "quede", "sin", "pega"]
    grams, spans = class_grams(words, classes.of(words))
    assert dict(zip(grams, spans, strict=True))["job"] == (3, 4)
    assert ("job_lost > job", (1, 4)) in list(zip(grams, spans, strict=True))


def test_features_ignore_case_and_accents_and_keep_blocks_apart() -> None:
    plain, accented = features_of(said("manana le pago"))[0], features_of(said("Mañana LE págo"))[0]
    assert np.array_equal(plain.buckets, accented.buckets)
    alone, followed = features_of(said("bueno"))[0], features_of(said("bueno", "no pago"))[0]
    assert not np.array_equal(alone.buckets, followed.buckets)
    assert plain.buckets.max() < BUCKETS
    assert len(plain.buckets) == len(plain.values) == len(plain.spans)


def test_folds_hold_out_whole_authors() -> None:
    authors = np.array(["a", "b", "a", "c", "b", "b"])
    folds = folds_of(authors, most=2)
    assert np.sum(folds, axis=0).tolist() == [1] * 6
    assert all(len(set(held[authors == name])) == 1 for held in folds for name in "abc")


def test_dual_ridge_is_the_primal_one() -> None:
    features = features_of(said("ya pague", "no tengo plata", "ya le pague ayer", "no hay plata"))
    targets = np.array([[1.0], [0.0], [1.0], [0.0]])
    problem = problem_of(features, targets, ["a", "a", "b", "b"])
    dual, head = fit(problem.gram, problem, 0.5)
    direct = [float(head.scores(f)[0]) for f in features]
    assert direct == pytest.approx((problem.gram @ dual.astype(np.float32))[:, 0].tolist(), abs=0.01)
    unseen = unseen_scores(problem.gram, problem, 0.5)[:, 0]
    assert unseen[0] > unseen[1]
    assert unseen[2] > unseen[3]


def test_quantised_weights_are_within_half_a_step() -> None:
    weights = np.random.default_rng(3).normal(size=(50, 2)).astype(np.float32)
    head = quantised(weights, np.zeros(2, np.float32))
    assert np.abs(head.table * head.scale - weights).max() <= head.scale.max() / 2 + 1e-6


def test_calibration_finds_the_log_odds() -> None:
    draw = np.random.default_rng(5)
    scores = draw.normal(size=20_000)
    truth = draw.random(20_000) < 1 / (1 + np.exp(-(2 * scores - 1)))
    assert log_odds_line(scores, truth, np.ones(20_000)) == pytest.approx((2, -1), abs=0.1)


def test_threshold_of_the_best_f1() -> None:
    chances = np.array([0.9, 0.8, 0.3, 0.2, 0.1])
    truth = np.array([True, True, True, False, False])
    assert 0.2 < best_threshold(chances, truth, np.ones(5)) <= 0.3
    # Counted a hundredfold, the false one below costs more than the true one above gains.
    mixed = np.array([True, True, False, True, False])
    assert best_threshold(chances, mixed, np.array([1, 1, 100, 1, 1])) > 0.3
    assert best_threshold(chances, np.zeros(5, bool), np.ones(5)) == 0.5


@pytest.fixture(scope="module")
def slice_rows() -> object:
    calls = read_corpus(CORPORA, "train")
    harsh = [c for c in calls if any(t.tone for t in c.gold)][:6]
    calm = [c for c in calls if not any(t.tone for t in c.gold)][:6]
    return rows_of([*harsh, *calm])


def test_calls_are_weighed_to_the_usual_mix(slice_rows) -> None:  # type: ignore[no-untyped-def]
    mix = usual_mix(slice_rows, 0.25)
    ends = np.cumsum(slice_rows.lengths)
    of_call = mix[ends - 1]
    assert of_call.tolist() == pytest.approx([0.5] * 6 + [1.5] * 6)


def test_a_slice_trains_calibrates_and_is_read_back(slice_rows, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    recipe = Recipe()
    trained = train_reader(slice_rows, recipe)
    reader = calibrated(trained.reader, slice_rows, trained.unseen, recipe)
    write_weights(reader, tmp_path / "slice")
    local = find_weights(str(tmp_path / "slice"))
    again = load_linear(local)
    calls = read_corpus(CORPORA, "train")[:1]
    assert np.array_equal(
        again.read_turns(calls[0].turns).probabilities, reader.read_turns(calls[0].turns).probabilities
    )
    (labels,) = load_turn_classifier(local, ClassifyConfig()).classify([calls[0].conversation])
    assert len(labels) == len(calls[0].turns)
    # Trained on these very calls, it must know a greeting when it sees one.
    greeting = CLASSES.index("greeting")
    ranks = reader.read_turns(calls[0].turns).probabilities[:, greeting]
    assert "greeting" in calls[0].gold[int(ranks.argmax())].steps
