"""Rows of the staged tables -> the analysis they were made of: the way back of `sql.rows`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone

from pipeline.types import (
    Account,
    CallAnalysis,
    CallbackRequest,
    CallMetrics,
    Finding,
    Heard,
    LabelScore,
    Loudness,
    Promise,
    Provenance,
    Recording,
    Redaction,
    RoleMetrics,
    ScorecardItem,
    Span,
    StageKey,
    ToneFlag,
    Triage,
    Turn,
    TurnLabels,
    Understood,
    VoiceEvidence,
    VoiceSpan,
    Word,
)
from sql.rows import Row


def analysis_of_rows(rows: Mapping[str, Sequence[Row]]) -> CallAnalysis:
    """The analysis that `analysis_rows` was given, from the rows of one call in any order."""
    call, heard = rows["calls"][0], rows["heard"][0]
    words: dict[int, list[Word]] = {}
    for row in _ordered(rows, "words"):
        word = Word(row["text"], _span(row), row["probability"], row["channel"])
        words.setdefault(row["turn_position"], []).append(word)
    return CallAnalysis(
        recording=_recording(call),
        heard=Heard(
            duration=call["duration"],
            channels=call["channels"],
            sha256=call["sha256"],
            triage=Triage(
                kind=call["triage_kind"],
                certainty=call["triage_certainty"],
                music=tuple(map(_span, heard["music"])),
                tones=tuple(map(_span, heard["tones"])),
                signals=tuple(call.get("triage_signals") or ()),
                speech=call.get("triage_speech") or 0.0,
                decision=call.get("triage_decision") or "analysed",
            ),
            voices=tuple(VoiceSpan(v["voice"], _span(v)) for v in heard["voices"]),
            loudness=tuple(Loudness(v["voice"], _span(v), v["level_db"], v["pitch_hz"]) for v in heard["loudness"]),
        ),
        understood=Understood(
            turns=tuple(_turn(row, words.get(row["position"], [])) for row in _ordered(rows, "turns")),
            labels=tuple(_labels(row) for row in _ordered(rows, "turn_labels")),
            tone=tuple(
                ToneFlag(r["turn"], r["category"], r["severity"], r["score"], r["evidence"], r["voice"])
                for r in _ordered(rows, "tone_flags")
            ),
            promises=tuple(_promise(row) for row in _ordered(rows, "promises")),
            callbacks=tuple(
                CallbackRequest(r["callback_on"], r["callback_at"], r["turn"], r["rule"], r["doubtful"])
                for r in _ordered(rows, "callbacks")
            ),
            metrics=_metrics(call, _ordered(rows, "role_metrics")),
            outcome=call["outcome"],
            warnings=tuple(call["warnings"]),
            voice=VoiceEvidence(
                raised=tuple(call.get("voice_raised") or ()),
                over=tuple(call.get("voice_over") or ()),
                raised_first=call.get("voice_raised_first"),
                listen=bool(call.get("voice_listen")),
            ),
        ),
        findings=tuple(
            Finding(r["rule"], r["result"], r["severity"], r["turn"], r["evidence"]) for r in _ordered(rows, "findings")
        ),
        provenance=Provenance(
            code_version=call["code_version"],
            config_digest=call["config_digest"],
            weights=tuple((w["name"], w["digest"]) for w in call["weights"]),
            stage_keys=tuple(StageKey(r["stage"], r["key"]) for r in _ordered(rows, "stage_keys")),
        ),
        scorecard=tuple(
            ScorecardItem(r["item"], r["result"], r["weight"], r["turn"]) for r in _ordered(rows, "scorecards")
        ),
    )


def _ordered(rows: Mapping[str, Sequence[Row]], table: str) -> list[Row]:
    return sorted(rows.get(table, ()), key=lambda row: row["position"])


def _aware(moment: datetime | None, offset: int | None) -> datetime | None:
    if moment is None or offset is None:
        return None
    return moment.astimezone(timezone(timedelta(seconds=offset)))


def _span(row: Row) -> Span:
    return Span(row["starts"], row["ends"])


def _recording(row: Row) -> Recording:
    started_at = _aware(row["started_at"], row["utc_offset"])
    assert started_at is not None
    return Recording(
        call_id=row["call_id"],
        uri=row["uri"],
        started_at=started_at,
        account=Account(
            debtor_id=row["debtor_id"],
            country=row["country"],
            debtor_name=row["debtor_name"],
            debt_id=row["debt_id"],
            creditor=row["creditor"],
            portfolio=row["portfolio"],
            currency=row["currency"],
            balance=row["balance"],
            minimum_payment=row["minimum_payment"],
            due_date=row["due_date"],
        ),
        sha256=row["manifest_sha256"],
        duration=row["manifest_duration"],
        channels=row["manifest_channels"],
        direction=row["direction"],
        answered_at=_aware(row["answered_at"], row["answered_offset"]),
        debtor_zone=row["debtor_zone"],
        debtor_region=row["debtor_region"],
        agent_id=row["agent_id"],
        team=row["team"],
        dialled_number=row["dialled_number"],
        dialled=row["dialled"],
        caller_id_shown=row["caller_id_shown"],
        disposition=row["disposition"],
        agent_channel=row["agent_channel"],
    )


def _metrics(call: Row, roles: Sequence[Row]) -> CallMetrics:
    return CallMetrics(
        duration=call["metric_duration"],
        speech=call["speech"],
        silence_share=call["silence_share"],
        overlap_share=call["overlap_share"],
        agent_talk_share=call["agent_talk_share"],
        dead_air=call["dead_air"],
        longest_silence=call["longest_silence"],
        hold=call["hold"],
        roles=tuple(
            RoleMetrics(r["role"], r["speech"], r["words"], r["words_per_minute"], r["interruptions"]) for r in roles
        ),
    )


def _turn(row: Row, words: Sequence[Word]) -> Turn:
    return Turn(
        index=row["turn"],
        role=row["role"],
        voice=row["voice"],
        span=_span(row),
        text=row["text"],
        words=tuple(words),
        redactions=tuple(Redaction(r["kind"], _span(r)) for r in row["redactions"]),
    )


def _labels(row: Row) -> TurnLabels:
    return TurnLabels(
        turn=row["turn"],
        labels=tuple(row["labels"]),
        steps=tuple(row["steps"]),
        reason=row["reason"],
        notices=tuple(row["notices"]),
        scores=tuple(LabelScore(s["name"], s["score"]) for s in row["scores"]),
        unclear=tuple(row["unclear"]),
        evidence=tuple(row["evidence"]),
        asked=row.get("asked"),
    )


def _promise(row: Row) -> Promise:
    return Promise(
        due=row["due"],
        due_start=row["due_start"],
        amount=row["amount"],
        currency=row["currency"],
        conditional=row["conditional"],
        promised_by=row["promised_by"],
        turns=tuple(row["turns"]),
        rule=row["rule"],
        doubtful=row["doubtful"],
        replaced_by=row["replaced_by"],
        text_spans=tuple((s["turn"], s["first"], s["last"]) for s in row["text_spans"]),
    )
