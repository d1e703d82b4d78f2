"""What reviewers said of turns, as gold calls: better weights are trained on their corrections.

A correction is a mapping in the gold schema: `{"labels": [...]}` for the subject "label", which may bring its `reason`,
`{"steps": [...]}` for "step", `{"tone": [{"category": ..., "severity": ...}]}` for "tone". A verdict "right" makes what
was judged the truth. The rest of a judged turn stays as the analysis has it: who judged one thing saw the others.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.errors import StoreError
from pipeline.gold import GoldCall, GoldTurn
from pipeline.labels import LABELS, SEVERITIES, STEPS, TONE_CATEGORIES
from pipeline.types import CallAnalysis
from sql.reviews import Review, reviews_of
from sql.staging import read_analyses

AUTHOR = "reviewers"
_UNJUDGED = GoldTurn((), (), ())


def corrected_calls(root: Path) -> tuple[GoldCall, ...]:
    """Every call with a judged turn, by id; `judged` tells which turns count, the others are context.

    Reviews that are to be judged again, those that are unsure and those about other subjects are left out. Of two
    reviews of the same thing the later one counts.

    Raises:
        StoreError: A correction is not in the gold schema.
    """
    by_call: dict[str, dict[int, list[Review]]] = defaultdict(lambda: defaultdict(list))
    for review in reviews_of(root):
        if review.turn is not None and _truth(review) is not None:
            by_call[review.call_id][review.turn].append(review)
    analyses = read_analyses(root, sorted(by_call))
    return tuple(_call(analyses[call_id], by_call[call_id]) for call_id in sorted(analyses))


def _truth(review: Review) -> Mapping[str, Any] | None:
    if review.subject not in ("label", "step", "tone") or review.state == "judge_again":
        return None
    if review.verdict == "right":
        return review.judged
    return review.corrected if review.verdict in ("wrong", "missing") else None


def _call(analysis: CallAnalysis, reviews: Mapping[int, list[Review]]) -> GoldCall:
    understood, recording = analysis.understood, analysis.recording
    labels = {found.turn: found for found in understood.labels}
    gold = []
    for turn in understood.turns:
        if turn.index not in reviews:
            gold.append(_UNJUDGED)
            continue
        found = labels.get(turn.index)
        flags = tuple((f.category, f.severity) for f in understood.tone if f.turn == turn.index)
        known = GoldTurn(found.labels, flags, found.steps, found.reason) if found else GoldTurn((), flags, ())
        for review in reviews[turn.index]:
            known = _corrected(known, review)
        gold.append(known)
    return GoldCall(
        id=recording.call_id,
        started_at=recording.started_at,
        account=recording.account,
        turns=understood.turns,
        gold=tuple(gold),
        promises=(),
        outcome=understood.outcome,
        author=AUTHOR,
        part="train",
        judged=tuple(turn.index in reviews for turn in understood.turns),
    )


def _corrected(turn: GoldTurn, review: Review) -> GoldTurn:
    truth = _truth(review) or {}
    try:
        match review.subject:
            case "label":
                labels = tuple(name for name in LABELS if name in _known(truth["labels"], LABELS))
                return replace(turn, labels=labels, reason=truth.get("reason", turn.reason) if labels else None)
            case "step":
                return replace(turn, steps=tuple(name for name in STEPS if name in _known(truth["steps"], STEPS)))
            case _:
                flags = [(flag["category"], flag["severity"]) for flag in truth["tone"]]
                _known([category for category, _ in flags], TONE_CATEGORIES)
                _known([severity for _, severity in flags], SEVERITIES)
                return replace(turn, tone=tuple(flags))
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"review {review.review_id} of {review.call_id}: a correction in the gold schema expected "
            f"({type(error).__name__}); judge that turn again"
        ) from error


def _known(names: Any, closed: tuple[str, ...]) -> list[str]:
    """The names, all of the closed list."""
    if not isinstance(names, list) or not set(names) <= set(closed):
        raise ValueError("names of the closed list expected")
    return names
