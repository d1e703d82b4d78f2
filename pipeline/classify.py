"""Turns -> labels, steps, reasons, notices: the port answers for whole calls, this stage checks what it answered."""

from collections.abc import Sequence

from pipeline.ports import Conversation, TurnClassifier
from pipeline.types import TurnLabels


def classify(calls: Sequence[Conversation], classifier: TurnClassifier) -> dict[str, tuple[TurnLabels, ...]]:
    """Labels of every turn of every call, by call id.

    Raises:
        ValueError: The classifier left out a call or a turn, which would shift every later verdict.
    """
    found = dict(zip((c.call_id for c in calls), classifier.classify(calls), strict=True))
    for call in calls:
        if [item.turn for item in found[call.call_id]] != [turn.index for turn in call.turns]:
            raise ValueError(f"{call.call_id}: one answer for each of {len(call.turns)} turns expected")
    return found
