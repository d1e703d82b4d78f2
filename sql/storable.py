"""Whether an analysis fits the stores, told by the worker: one call that does not must not cost a shard or a load."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from math import isfinite
from typing import Final

from pipeline.types import CallAnalysis, CallMetrics, Span

MONEY_LIMIT: Final = Decimal(10) ** 14
"""Amounts of this size or more do not fit the money columns, decimal(18, 4)."""

SECONDS_LIMIT: Final = 1e7
"""Times of this size or more do not fit the columns of seconds, decimal(9, 2): 115 days."""

WEIGHT_LIMIT: Final = 1e5
"""Weights of this size or more do not fit their column, decimal(7, 2)."""


def misfit(analysis: CallAnalysis) -> str | None:
    """What does not fit, with what is expected, or `None`: found by stages that are wrong, or in the manifest."""
    return next(_misfits(analysis), None)


def _misfits(analysis: CallAnalysis) -> Iterator[str]:
    understood = analysis.understood
    if not analysis.recording.call_id:
        yield "a call id expected, an empty one found"
    if not all(a.is_finite() and abs(a) < MONEY_LIMIT for a in _money(analysis)):
        yield "an amount below 10^14 expected; correct balance and minimum payment in the manifest"
    if not all(s.end < SECONDS_LIMIT for s in _spans(analysis)):
        yield "times below 10^7 s expected"
    if not all(isfinite(v) and 0 <= v < SECONDS_LIMIT for v in _durations(analysis)):
        yield "durations from 0 to 10^7 s expected"
    if not all(0 <= share <= 1 for share in _shares(analysis)):
        yield "scores and shares from 0 to 1 expected"
    n_turns = len(understood.turns)
    if [t.index for t in understood.turns] != list(range(n_turns)):
        yield "turns numbered from 0 without gaps expected"
    if not all(0 <= turn < n_turns for turn in _references(analysis)):
        yield f"references to the call's {n_turns} turns expected, one beyond them found"
    labelled = [labels.turn for labels in understood.labels]
    if len(set(labelled)) != len(labelled):
        yield "labels once a turn expected"
    n_promises = len(understood.promises)
    replacing = ((i, p.replaced_by) for i, p in enumerate(understood.promises) if p.replaced_by is not None)
    if not all(0 <= by < n_promises and by != i for i, by in replacing):
        yield "a promise replaced by another one of the same call expected"
    roles = [m.role for m in understood.metrics.roles]
    if len(set(roles)) != len(roles):
        yield "metrics once a role expected"
    items = [entry.item for entry in analysis.scorecard]
    if len(set(items)) != len(items):
        yield "items of the scorecard once each expected"
    if not all(isfinite(entry.weight) and 0 < entry.weight < WEIGHT_LIMIT for entry in analysis.scorecard):
        yield f"weights of the scorecard above 0 and below {WEIGHT_LIMIT:.0f} expected; correct [scorecard]"


def _money(analysis: CallAnalysis) -> Iterator[Decimal]:
    account = analysis.recording.account
    amounts = (account.balance, account.minimum_payment, *(p.amount for p in analysis.understood.promises))
    return (a for a in amounts if a is not None)


def _spans(analysis: CallAnalysis) -> Iterator[Span]:
    for turn in analysis.understood.turns:
        yield turn.span
        yield from (w.span for w in turn.words)
        yield from (r.span for r in turn.redactions)


def _durations(analysis: CallAnalysis) -> Iterator[float]:
    metrics: CallMetrics = analysis.understood.metrics
    yield from (analysis.heard.duration, analysis.heard.triage.speech)
    yield from (metrics.duration, metrics.speech, metrics.longest_silence, metrics.hold)
    for role in metrics.roles:
        yield role.speech
        yield role.words_per_minute or 0.0


def _shares(analysis: CallAnalysis) -> Iterator[float]:
    metrics = analysis.understood.metrics
    yield analysis.heard.triage.certainty
    yield from (metrics.silence_share, metrics.overlap_share, metrics.agent_talk_share or 0.0)
    yield from (flag.score for flag in analysis.understood.tone)
    yield from (score.score for labels in analysis.understood.labels for score in labels.scores)
    yield from (word.probability for turn in analysis.understood.turns for word in turn.words)


def _references(analysis: CallAnalysis) -> Iterable[int]:
    understood = analysis.understood
    yield from (labels.turn for labels in understood.labels)
    yield from (flag.turn for flag in understood.tone)
    yield from (turn for promise in understood.promises for turn in promise.turns)
    yield from (request.turn for request in understood.callbacks)
    yield from (finding.turn for finding in analysis.findings if finding.turn is not None)
    yield from (entry.turn for entry in analysis.scorecard if entry.turn is not None)
