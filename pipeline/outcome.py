"""Labels, promises and the last words -> the outcome of the call."""

from collections.abc import Sequence
from datetime import date

from pipeline.config import OutcomeConfig
from pipeline.cues import fold_words, load_cues, weigh
from pipeline.labels import Label, Outcome
from pipeline.types import CallbackRequest, Promise, Turn, TurnLabels

ENOUGH = 2.0
"""Points that a section of the lexicon needs before it decides."""


def outcome_of(
    turns: Sequence[Turn],
    labels: Sequence[TurnLabels],
    promises: Sequence[Promise],
    callbacks: Sequence[CallbackRequest],
    said_on: date,
    config: OutcomeConfig,
) -> Outcome:
    """How the call ended, by the annotation guidelines' list.

    Who was reached comes first: nobody (voicemail), a stranger (wrong number), somebody else (third party, unless
    they promise). Then what stands at the end: money paid on the line, a promise. Only where nothing was agreed do
    labels decide, the last ones counting most.

    Args:
        turns: All turns of the call.
        labels: One a turn.
        promises: Superseded ones do not count.
        callbacks: Calls that the debtor asked for.
        said_on: The call's day where the debtor is: a payment of that day may have been made on the line.
        config: How many turns are the closing.
    """
    cues = load_cues("outcome")
    answered = [t for t in turns if t.role in ("debtor", "third_party")]
    standing = [p for p in promises if p.replaced_by is None]
    if not standing and _ends_in_a_recording(turns):
        return "voicemail"
    if not standing and weigh(_said(answered), cues["wrong_number"]) >= ENOUGH and len(answered) <= STRANGER_TURNS:
        return "wrong_number"
    closing = fold_words(" ".join(t.text for t in turns[-config.closing_turns :]))
    if standing:
        paid_today = any(p.due == said_on for p in standing) and weigh(closing, cues["paid"]) >= ENOUGH
        return "paid" if paid_today else "promise_to_pay"
    if not any(t.role == "debtor" for t in turns):
        return "third_party" if answered else "no_agreement"
    return _without_agreement(turns, labels, callbacks, closing)


STRANGER_TURNS = 12
"""Turns of whoever answered: a stranger who talks longer than this knows the debtor after all."""


def _ends_in_a_recording(turns: Sequence[Turn]) -> bool:
    """Whether a recording asked for a message and no person answered after it."""
    cues = load_cues("outcome")
    asked = [
        i for i, t in enumerate(turns) if t.role == "system" and weigh(fold_words(t.text), cues["voicemail"]) >= ENOUGH
    ]
    return bool(asked) and not any(t.role in ("debtor", "third_party") for t in turns[asked[-1] :])


def _without_agreement(
    turns: Sequence[Turn], labels: Sequence[TurnLabels], callbacks: Sequence[CallbackRequest], closing: str
) -> Outcome:
    cues = load_cues("outcome")
    n_turns = max(1, len(turns))
    weight: dict[Label, float] = {"promise": 0.0, "excuse": 0.0, "objection": 0.0, "situation": 0.0}
    for item in labels:
        for label in item.labels:
            weight[label] += 0.5 + item.turn / n_turns
    answers = [t for t in turns if t.role in ("debtor", "third_party")][-LAST_ANSWERS:]
    last_words = fold_words(" ".join(t.text for t in answers))
    asked_late = any(c.turn >= LATE * n_turns for c in callbacks) or weigh(last_words, cues["callback"]) > ENOUGH
    if weight["objection"] > 0 and weigh(closing, cues["dispute"]) >= ENOUGH:
        return "dispute"
    if max(weigh(last_words, cues["refusal"]), weigh(closing, cues["refusal"]) - 1) >= ENOUGH:
        return "refusal"
    if weight["situation"] > 0 and weight["situation"] >= 0.5 * weight["objection"]:
        return "hardship"
    return "callback" if asked_late else "no_agreement"


LAST_ANSWERS = 4
"""Turns of whoever answered that are their last word."""

LATE = 0.5
"""Share of the call after which a request to be called again is how it ended."""


def _said(turns: Sequence[Turn]) -> str:
    return fold_words(" ".join(t.text for t in turns))
