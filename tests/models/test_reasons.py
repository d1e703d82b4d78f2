"""Reasons by the whole call: what the head reads, that weights keep it, and that a reason always fits its label."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.classifiers.blend import log_shares
from models.classifiers.linear import LinearReader, load_linear
from models.classifiers.ngrams import BUCKETS, features_of, with_rest_of_call
from models.recipes.understanding.reasons import found_reasons, head_of_reasons, macro_f1, with_reasons
from models.recipes.understanding.train import read_corpus, write_weights
from models.registry import find_weights
from pipeline.config import ClassifyConfig
from pipeline.gold import GoldCall
from pipeline.labels import Label, Role
from pipeline.reasons import load_reasons
from pipeline.types import Span, Turn

CORPORA = Path(__file__).parents[2] / "corpora"


def said(*turns: tuple[Role, str]) -> list[Turn]:
    return [Turn(i, role, role, Span(float(i), float(i + 1)), text) for i, (role, text) in enumerate(turns)]


@pytest.fixture(scope="module")
def shipped() -> LinearReader:
    return load_linear(find_weights(ClassifyConfig().model))


@pytest.fixture(scope="module")
def calls() -> list[GoldCall]:
    told = [call for call in read_corpus(CORPORA, "train") if sum(t.reason is not None for t in call.gold) >= 3]
    return told[:40]


def test_the_rest_of_the_call_is_read_but_only_the_debtors_side() -> None:
    talk = said(("agent", "¿Cuándo paga?"), ("debtor", "No puedo."), ("debtor", "Me operaron de la rodilla."))
    own = features_of(talk)[1]
    whole = with_rest_of_call(own, 1, talk)
    assert len(whole.buckets) == len(own.buckets) + 5
    assert np.array_equal(whole.buckets[: len(own.buckets)], own.buckets)
    assert whole.buckets.max() < BUCKETS
    assert not whole.spans[len(own.spans) :].any(), "no evidence of this turn"
    other = [talk[0], talk[1], replace(talk[2], text="Me operaron, de la rodilla")]
    assert np.array_equal(with_rest_of_call(own, 1, other).buckets, whole.buckets)
    silent = with_rest_of_call(own, 1, talk[:2])
    assert len(silent.buckets) == len(own.buckets)


def test_a_turn_that_says_little_takes_the_reason_of_its_call(calls: list[GoldCall], shipped: LinearReader) -> None:
    pairs = found_reasons(with_reasons(shipped, calls, 0.5), calls)
    assert macro_f1(pairs) > 0.9, "these very calls taught it"
    assert len(pairs) == sum(turn.reason is not None for call in calls for turn in call.gold)


def test_weights_keep_what_reasons_are_told_by(calls: list[GoldCall], shipped: LinearReader, tmp_path: Path) -> None:
    for reader in (replace(shipped, reasons_by_call=False), with_reasons(shipped, calls[:5], 0.5)):
        folder = tmp_path / str(reader.reasons_by_call)
        write_weights(reader, folder)
        again = load_linear(find_weights(str(folder)))
        assert again.reasons_by_call == reader.reasons_by_call
        read, back = reader.read_turns(calls[0].turns), again.read_turns(calls[0].turns)
        assert all(np.array_equal(read.reason_scores(i), back.reason_scores(i)) for i in range(len(calls[0].turns)))


def test_nobody_wrote_a_reason_down(calls: list[GoldCall]) -> None:
    bare = [replace(call, gold=tuple(replace(turn, reason=None) for turn in call.gold)) for call in calls[:2]]
    assert not head_of_reasons(bare, 0.5).table.any()


@pytest.mark.parametrize("label", ["excuse", "objection", "situation"])
def test_a_reason_fits_its_label(label: Label, shipped: LinearReader, calls: list[GoldCall]) -> None:
    for call in calls[:10]:
        read = shipped.read_turns(call.turns)
        for i in range(len(call.turns)):
            reason = read.reason(i, [label])
            assert reason is not None
            assert label in load_reasons()[reason].labels
            assert read.reason(i, ["promise"]) is None
            assert read.reason(i, []) is None


def test_macro_f1_by_hand() -> None:
    pairs = [("a", "a"), ("a", "b"), ("b", "b"), ("b", None)]
    assert macro_f1(pairs) == pytest.approx((2 / 3 + 1 / 2) / 2)


def test_shares_of_alternatives_add_up_to_one() -> None:
    assert np.exp(log_shares(np.array([900.0, 899.0, -900.0], np.float32))).sum() == pytest.approx(1.0, abs=1e-5)
