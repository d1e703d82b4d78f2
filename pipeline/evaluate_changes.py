"""Two predictions of the same gold calls: what each measure gains or loses, and which verdicts changed."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.evaluate import COVERAGE, RESAMPLES, drawn_f1, held_classes, mean_f1, measured, paired
from pipeline.gold import GoldCall, GoldPromise, GoldTurn

Turned = Literal["right", "wrong", "still wrong"]


@dataclass(frozen=True, slots=True)
class Changed:
    """A verdict on which two predictions differ: `turn` is `None` for what is said of the whole call."""

    call_id: str
    turn: int | None
    what: str
    gold: str
    before: str
    after: str

    @property
    def turned(self) -> Turned:
        """What became of it, by the gold."""
        if self.after == self.gold:
            return "right"
        return "wrong" if self.before == self.gold else "still wrong"


@dataclass(frozen=True, slots=True)
class MeasureChange:
    """A measure of both predictions; the interval is of the difference, over the same drawn calls for both."""

    name: str
    before: float
    after: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """`turned` counts the changed verdicts of each kind by what became of them: right, wrong, still wrong."""

    measures: tuple[MeasureChange, ...]
    turned: tuple[tuple[str, Turned, int], ...]
    changes: tuple[Changed, ...]


def compare(
    gold: Sequence[GoldCall], before: Sequence[GoldCall], after: Sequence[GoldCall], *, resamples: int = RESAMPLES
) -> Comparison:
    """Measure by measure and verdict by verdict.

    Raises:
        EvaluationError: A call of the gold is missing in one of them, or its turns are not those of the gold.
    """
    changes = changed_verdicts(gold, before, after)
    counts = Counter((change.what, change.turned) for change in changes)
    return Comparison(
        _measure_changes(gold, before, after, resamples),
        tuple((what, turned, n) for (what, turned), n in sorted(counts.items())),
        changes,
    )


def _measure_changes(
    gold: Sequence[GoldCall], before: Sequence[GoldCall], after: Sequence[GoldCall], resamples: int
) -> tuple[MeasureChange, ...]:
    changes = []
    for (name, old), (_, new) in zip(measured(paired(gold, before)), measured(paired(gold, after)), strict=True):
        was, is_now = held_classes(old), held_classes(new)
        if not was.shape[1] or not is_now.shape[1]:
            continue
        low, high = np.percentile(drawn_f1(is_now, resamples) - drawn_f1(was, resamples), COVERAGE)
        changes.append(MeasureChange(name, mean_f1(was), mean_f1(is_now), float(low), float(high)))
    return tuple(changes)


def changed_verdicts(
    gold: Sequence[GoldCall], before: Sequence[GoldCall], after: Sequence[GoldCall]
) -> tuple[Changed, ...]:
    """Turn by turn and call by call, where two predictions differ, and what the gold says there."""
    changes: list[Changed] = []
    for (call, old), (_, new) in zip(paired(gold, before), paired(gold, after), strict=True):
        for i, (one, was, is_now) in enumerate(zip(call.gold, old.gold, new.gold, strict=True)):
            for what, said in _OF_TURN.items():
                if said(was) != said(is_now):
                    changes.append(Changed(call.id, i, what, said(one), said(was), said(is_now)))
        for what, told in _OF_CALL.items():
            if told(old) != told(new):
                changes.append(Changed(call.id, None, what, told(call), told(old), told(new)))
    return tuple(changes)


def _payment(promise: GoldPromise) -> str:
    return f"{promise.due or 'no date'} {promise.amount if promise.amount is not None else 'no amount'}"


_OF_TURN: Mapping[str, Callable[[GoldTurn], str]] = {
    "labels": lambda turn: " ".join(sorted(turn.labels)),
    "tone": lambda turn: " ".join(sorted({category for category, _ in turn.tone})),
    "steps": lambda turn: " ".join(sorted(turn.steps)),
}
_OF_CALL: Mapping[str, Callable[[GoldCall], str]] = {
    "promises": lambda call: ", ".join(sorted(_payment(promise) for promise in call.promises)),
    "outcome": lambda call: call.outcome,
}
