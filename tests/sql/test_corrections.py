"""Reviewers' corrections as gold calls: the judged turns count, with what was corrected in them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.classifiers.reader import CLASSES
from models.recipes.understanding.train import rows_of
from pipeline.errors import StoreError
from pipeline.types import ToneFlag
from sql.corrections import corrected_calls
from sql.reviews import Subject, Verdict, add_review
from sql.rows import analysis_key
from sql.staging import write_shard
from tests.sql.made import made_call

CALL = made_call("c1", tone=(ToneFlag(0, "hostility", "low", 0.7, "paga"),))


def judge(
    root: Path,
    turn: int,
    subject: Subject,
    verdict: Verdict,
    corrected: Mapping[str, Any] | None = None,
    judged: Mapping[str, Any] | None = None,
) -> None:
    seen = CALL.understood.turns[turn]
    add_review(
        root,
        call_id="c1",
        analysis_key=analysis_key(CALL.provenance),
        subject=subject,
        judged=judged or {},
        verdict=verdict,
        corrected=corrected,
        reviewer="ana",
        reviewed_at=datetime(2026, 3, 20, 12, tzinfo=UTC),
        turn=turn,
        voice=seen.voice,
        span=seen.span,
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_shard(tmp_path, 1, "s", [CALL], [])
    return tmp_path


def test_nothing_judged_gives_nothing(root: Path) -> None:
    assert corrected_calls(root) == ()
    judge(root, 1, "label", "unsure", {"labels": ["excuse"]})
    judge(root, 1, "promise", "wrong", {"amount": 5})
    assert corrected_calls(root) == ()


def test_a_wrong_label_is_replaced_and_the_other_turn_teaches_nothing(root: Path) -> None:
    judge(root, 1, "label", "wrong", {"labels": ["excuse"], "reason": "forgot"})
    (call,) = corrected_calls(root)
    assert call.judged == (False, True)
    assert (call.gold[1].labels, call.gold[1].reason) == (("excuse",), "forgot")
    assert call.gold[0].tone == (), "nobody judged that flag"
    rows = rows_of([call], with_features=False)
    assert rows.masks.any(axis=1).tolist() == [False, True]
    assert [CLASSES[k] for k in np.flatnonzero(rows.targets[1])] == ["excuse"]


def test_right_makes_the_judged_true_and_the_later_review_counts(root: Path) -> None:
    tone = {"tone": [{"category": "hostility", "severity": "low"}]}
    judge(root, 0, "tone", "wrong", {"tone": []})
    judge(root, 0, "tone", "right", judged=tone)
    judge(root, 0, "step", "missing", {"steps": ["options", "greeting"]})
    (call,) = corrected_calls(root)
    assert call.gold[0].tone == (("hostility", "low"),)
    assert call.gold[0].steps == ("greeting", "options")
    assert call.judged == (True, False)


@pytest.mark.parametrize("broken", [{}, {"labels": ["promesa"]}, {"labels": "promise"}])
def test_a_correction_of_another_form_is_refused(root: Path, broken: Mapping[str, Any]) -> None:
    judge(root, 1, "label", "wrong", broken)
    with pytest.raises(StoreError, match="gold schema"):
        corrected_calls(root)
