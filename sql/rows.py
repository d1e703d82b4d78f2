"""One call's analysis as rows of the staged tables; `sql.analyses` is the way back.

Amounts are rounded to the four decimals of the money columns; everything else comes back equal.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from pipeline.types import (
    CallAnalysis,
    Heard,
    Promise,
    Provenance,
    Recording,
    Span,
    Turn,
    TurnLabels,
    Word,
)

Row = dict[str, Any]
Rows = dict[str, list[Row]]
"""Table name -> rows; a table without rows may be missing."""

_FOUR_DECIMALS: Final = Decimal("0.0001")


def local_day(recording: Recording) -> date:
    """Day of the call where the debtor is: by `debtor_zone` if given, else by the offset of `started_at`."""
    if recording.debtor_zone is None:
        return recording.started_at.date()
    return recording.started_at.astimezone(ZoneInfo(recording.debtor_zone)).date()


def analysis_key(provenance: Provenance) -> str:
    """One digest for all stage keys of a call: two analyses with the same key say the same."""
    lines = sorted(f"{k.stage}={k.key}" for k in provenance.stage_keys)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]


def analysis_rows(analysis: CallAnalysis) -> Rows:
    """Rows of one analysis by table, without the key columns."""
    understood = analysis.understood
    return {
        "calls": [_call_row(analysis)],
        "heard": [_heard_row(analysis.heard)],
        "stage_keys": [
            {"position": i, "stage": k.stage, "key": k.key} for i, k in enumerate(analysis.provenance.stage_keys)
        ],
        "turns": [_turn_row(i, t) for i, t in enumerate(understood.turns)],
        "words": [_word_row(t.index, i, j, w) for i, t in enumerate(understood.turns) for j, w in enumerate(t.words)],
        "turn_labels": [_labels_row(i, labels) for i, labels in enumerate(understood.labels)],
        "tone_flags": [
            {
                "position": i,
                "turn": f.turn,
                "category": f.category,
                "severity": f.severity,
                "score": f.score,
                "evidence": f.evidence,
                "voice": f.voice,
            }
            for i, f in enumerate(understood.tone)
        ],
        "promises": [_promise_row(i, p) for i, p in enumerate(understood.promises)],
        "callbacks": [
            {
                "position": i,
                "callback_on": c.on,
                "callback_at": c.at,
                "turn": c.turn,
                "rule": c.rule,
                "doubtful": c.doubtful,
            }
            for i, c in enumerate(understood.callbacks)
        ],
        "findings": [
            {
                "position": i,
                "rule": f.rule,
                "result": f.result,
                "severity": f.severity,
                "turn": f.turn,
                "evidence": f.evidence,
            }
            for i, f in enumerate(analysis.findings)
        ],
        "scorecards": [
            {"position": i, "item": s.item, "result": s.result, "weight": s.weight, "turn": s.turn}
            for i, s in enumerate(analysis.scorecard)
        ],
        "role_metrics": [
            {
                "position": i,
                "role": m.role,
                "speech": m.speech,
                "words": m.words,
                "words_per_minute": m.words_per_minute,
                "interruptions": m.interruptions,
            }
            for i, m in enumerate(understood.metrics.roles)
        ],
    }


def _money(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(_FOUR_DECIMALS, ROUND_HALF_EVEN)


def _moment(moment: datetime | None) -> tuple[datetime | None, int | None]:
    if moment is None:
        return None, None
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("an aware datetime expected, found one without offset")
    return moment, int(offset.total_seconds())


def _spans(spans: Sequence[Span]) -> list[Row]:
    return [{"starts": s.start, "ends": s.end} for s in spans]


def _call_row(analysis: CallAnalysis) -> Row:
    recording, heard, metrics = analysis.recording, analysis.heard, analysis.understood.metrics
    account, provenance = recording.account, analysis.provenance
    started_at, utc_offset = _moment(recording.started_at)
    answered_at, answered_offset = _moment(recording.answered_at)
    return {
        "uri": recording.uri,
        "started_at": started_at,
        "utc_offset": utc_offset,
        "local_day": local_day(recording),
        "answered_at": answered_at,
        "answered_offset": answered_offset,
        "direction": recording.direction,
        "debtor_zone": recording.debtor_zone,
        "debtor_region": recording.debtor_region,
        "agent_id": recording.agent_id,
        "team": recording.team,
        "debtor_id": account.debtor_id,
        "debtor_name": account.debtor_name,
        "debt_id": account.debt_id,
        "creditor": account.creditor,
        "portfolio": account.portfolio,
        "country": account.country,
        "currency": account.currency,
        "balance": _money(account.balance),
        "minimum_payment": _money(account.minimum_payment),
        "due_date": account.due_date,
        "dialled_number": recording.dialled_number,
        "dialled": recording.dialled,
        "caller_id_shown": recording.caller_id_shown,
        "disposition": recording.disposition,
        "agent_channel": recording.agent_channel,
        "manifest_sha256": recording.sha256,
        "manifest_duration": recording.duration,
        "manifest_channels": recording.channels,
        "duration": heard.duration,
        "channels": heard.channels,
        "sha256": heard.sha256,
        "triage_kind": heard.triage.kind,
        "triage_certainty": heard.triage.certainty,
        "triage_decision": heard.triage.decision,
        "triage_signals": list(heard.triage.signals),
        "triage_speech": heard.triage.speech,
        "voice_raised": list(analysis.understood.voice.raised),
        "voice_over": list(analysis.understood.voice.over),
        "voice_raised_first": analysis.understood.voice.raised_first,
        "voice_listen": analysis.understood.voice.listen,
        "outcome": analysis.understood.outcome,
        "warnings": list(analysis.understood.warnings),
        "metric_duration": metrics.duration,
        "speech": metrics.speech,
        "silence_share": metrics.silence_share,
        "overlap_share": metrics.overlap_share,
        "agent_talk_share": metrics.agent_talk_share,
        "dead_air": metrics.dead_air,
        "longest_silence": metrics.longest_silence,
        "hold": metrics.hold,
        "code_version": provenance.code_version,
        "config_digest": provenance.config_digest,
        "weights": [{"name": name, "digest": digest} for name, digest in provenance.weights],
        "analysis_key": analysis_key(provenance),
    }


def _heard_row(heard: Heard) -> Row:
    return {
        "music": _spans(heard.triage.music),
        "tones": _spans(heard.triage.tones),
        "voices": [{"voice": v.voice, "starts": v.span.start, "ends": v.span.end} for v in heard.voices],
        "loudness": [
            {
                "voice": v.voice,
                "starts": v.span.start,
                "ends": v.span.end,
                "level_db": v.level_db,
                "pitch_hz": v.pitch_hz,
            }
            for v in heard.loudness
        ],
    }


def _turn_row(position: int, turn: Turn) -> Row:
    return {
        "position": position,
        "turn": turn.index,
        "role": turn.role,
        "voice": turn.voice,
        "starts": turn.span.start,
        "ends": turn.span.end,
        "text": turn.text,
        "redactions": [{"kind": r.kind, "starts": r.span.start, "ends": r.span.end} for r in turn.redactions],
    }


def _word_row(turn: int, turn_position: int, position: int, word: Word) -> Row:
    return {
        "turn": turn,
        "turn_position": turn_position,
        "position": position,
        "text": word.text,
        "starts": word.span.start,
        "ends": word.span.end,
        "probability": word.probability,
        "channel": word.channel,
    }


def _labels_row(position: int, labels: TurnLabels) -> Row:
    return {
        "position": position,
        "turn": labels.turn,
        "labels": list(labels.labels),
        "steps": list(labels.steps),
        "reason": labels.reason,
        "notices": list(labels.notices),
        "scores": [{"name": s.name, "score": s.score} for s in labels.scores],
        "unclear": list(labels.unclear),
        "evidence": list(labels.evidence),
        "asked": labels.asked,
    }


def _promise_row(position: int, promise: Promise) -> Row:
    return {
        "position": position,
        "due": promise.due,
        "due_start": promise.due_start,
        "amount": _money(promise.amount),
        "currency": promise.currency,
        "conditional": promise.conditional,
        "promised_by": promise.promised_by,
        "turns": list(promise.turns),
        "rule": promise.rule,
        "doubtful": promise.doubtful,
        "replaced_by": promise.replaced_by,
        "text_spans": [{"turn": t, "first": first, "last": last} for t, first, last in promise.text_spans],
    }
