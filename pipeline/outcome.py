"""Labels, promises and the last words -> the outcome of the call."""

from collections.abc import Sequence

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
    config: OutcomeConfig,
) -> Outcome:
    """How the call ended, by the annotation guidelines' list.

    Who was reached comes first: nobody (voicemail), a stranger (wrong number), somebody else (third party, unless
    they promise). Then what stands at the end: money paid on the line, a promise. Only where nothing was agreed do
    labels decide, the last ones counting most.
    """
    cues = load_cues("outcome")
    text = {role: _said(turns, role) for role in ("agent", "debtor", "third_party", "system")}
    answered = [t for t in turns if t.role in ("debtor", "third_party")]
    if weigh(text["system"], cues["voicemail"]) >= ENOUGH and len(answered) <= 1:
        return "voicemail"
    standing = [p for p in promises if p.replaced_by is None]
    others = text["debtor"] + text["third_party"]
    if not standing and weigh(others, cues["wrong_number"]) >= ENOUGH and len(answered) <= 8:
        return "wrong_number"
    closing = fold_words(" ".join(t.text for t in turns[-config.closing_turns :]))
    if standing:
        paid = weigh(closing, cues["paid"]) >= ENOUGH and any(p.due is not None for p in standing)
        return "paid" if paid and _paid_on_the_line(standing) else "promise_to_pay"
    if not any(t.role == "debtor" for t in turns):
        return "third_party" if answered else "no_agreement"
    return _without_agreement(turns, labels, callbacks, closing)


def _paid_on_the_line(promises: Sequence[Promise]) -> bool:
    return all(promise.rule == "paid_on_call" for promise in promises) or len(promises) == 1


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
    if weigh(last_words, cues["refusal"]) >= ENOUGH:
        return "refusal"
    if weight["situation"] >= 1.0 and weight["situation"] >= 0.5 * weight["objection"]:
        return "hardship"
    return "callback" if asked_late else "no_agreement"


LAST_ANSWERS = 4
"""Turns of whoever answered that are their last word."""

LATE = 0.5
"""Share of the call after which a request to be called again is how it ended."""


def _said(turns: Sequence[Turn], role: str) -> str:
    return fold_words(" ".join(t.text for t in turns if t.role == role))
