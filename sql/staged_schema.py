"""Columns of the staged Parquet tables: what a worker writes and the loader reads.

Every table names plan and shard in each row, so that the loader can choose the winning plan of each call by a join.
`position` is the place in the tuple that the row came from; `turn` is the turn's own index. Seconds are DOUBLE here,
as the stages made them; the warehouse rounds them to 0.01 s. Money has four decimals: no currency in use has more.
"""

from typing import Final

import pyarrow as pa

MONEY: Final = pa.decimal128(18, 4)
MOMENT: Final = pa.timestamp("us", tz="UTC")

_SPAN = pa.struct([("starts", pa.float64()), ("ends", pa.float64())])

_CALLS: Final = {
    "uri": pa.string(),
    "started_at": MOMENT,
    "utc_offset": pa.int32(),
    "local_day": pa.date32(),
    "answered_at": MOMENT,
    "answered_offset": pa.int32(),
    "direction": pa.string(),
    "debtor_zone": pa.string(),
    "debtor_region": pa.string(),
    "agent_id": pa.string(),
    "team": pa.string(),
    "debtor_id": pa.string(),
    "debtor_name": pa.string(),
    "debt_id": pa.string(),
    "creditor": pa.string(),
    "portfolio": pa.string(),
    "country": pa.string(),
    "currency": pa.string(),
    "balance": MONEY,
    "minimum_payment": MONEY,
    "due_date": pa.date32(),
    "dialled_number": pa.string(),
    "dialled": pa.string(),
    "caller_id_shown": pa.string(),
    "disposition": pa.string(),
    "agent_channel": pa.int32(),
    "manifest_sha256": pa.string(),
    "manifest_duration": pa.float64(),
    "manifest_channels": pa.int32(),
    "duration": pa.float64(),
    "channels": pa.int32(),
    "sha256": pa.string(),
    "triage_kind": pa.string(),
    "triage_certainty": pa.float64(),
    "triage_decision": pa.string(),
    "triage_signals": pa.list_(pa.string()),
    "triage_speech": pa.float64(),
    "voice_raised": pa.list_(pa.int32()),
    "voice_over": pa.list_(pa.int32()),
    "voice_raised_first": pa.string(),
    "voice_listen": pa.bool_(),
    "outcome": pa.string(),
    "warnings": pa.list_(pa.string()),
    "metric_duration": pa.float64(),
    "speech": pa.float64(),
    "silence_share": pa.float64(),
    "overlap_share": pa.float64(),
    "agent_talk_share": pa.float64(),
    "dead_air": pa.int32(),
    "longest_silence": pa.float64(),
    "hold": pa.float64(),
    "code_version": pa.string(),
    "config_digest": pa.string(),
    "weights": pa.list_(pa.struct([("name", pa.string()), ("digest", pa.string())])),
    "analysis_key": pa.string(),
}

_OWN: Final[dict[str, dict[str, pa.DataType]]] = {
    "calls": _CALLS,
    "heard": {
        "music": pa.list_(_SPAN),
        "tones": pa.list_(_SPAN),
        "voices": pa.list_(pa.struct([("voice", pa.string()), *_SPAN])),
        "loudness": pa.list_(
            pa.struct([("voice", pa.string()), *_SPAN, ("level_db", pa.float64()), ("pitch_hz", pa.float64())])
        ),
    },
    "stage_keys": {"position": pa.int32(), "stage": pa.string(), "key": pa.string()},
    "turns": {
        "position": pa.int32(),
        "turn": pa.int32(),
        "role": pa.string(),
        "voice": pa.string(),
        "starts": pa.float64(),
        "ends": pa.float64(),
        "text": pa.string(),
        "redactions": pa.list_(pa.struct([("kind", pa.string()), *_SPAN])),
    },
    "words": {
        "turn": pa.int32(),
        "turn_position": pa.int32(),
        "position": pa.int32(),
        "text": pa.string(),
        "starts": pa.float64(),
        "ends": pa.float64(),
        "probability": pa.float64(),
        "channel": pa.int32(),
    },
    "turn_labels": {
        "position": pa.int32(),
        "turn": pa.int32(),
        "labels": pa.list_(pa.string()),
        "steps": pa.list_(pa.string()),
        "reason": pa.string(),
        "notices": pa.list_(pa.string()),
        "scores": pa.list_(pa.struct([("name", pa.string()), ("score", pa.float64())])),
        "unclear": pa.list_(pa.string()),
        "evidence": pa.list_(pa.string()),
        "asked": pa.bool_(),
    },
    "tone_flags": {
        "position": pa.int32(),
        "turn": pa.int32(),
        "category": pa.string(),
        "severity": pa.string(),
        "score": pa.float64(),
        "evidence": pa.string(),
        "voice": pa.string(),
    },
    "promises": {
        "position": pa.int32(),
        "due": pa.date32(),
        "due_start": pa.date32(),
        "amount": MONEY,
        "currency": pa.string(),
        "conditional": pa.bool_(),
        "promised_by": pa.string(),
        "turns": pa.list_(pa.int32()),
        "rule": pa.string(),
        "doubtful": pa.bool_(),
        "replaced_by": pa.int32(),
        "text_spans": pa.list_(pa.struct([("turn", pa.int32()), ("first", pa.int32()), ("last", pa.int32())])),
    },
    "callbacks": {
        "position": pa.int32(),
        "callback_on": pa.date32(),
        "callback_at": pa.time64("us"),
        "turn": pa.int32(),
        "rule": pa.string(),
        "doubtful": pa.bool_(),
    },
    "findings": {
        "position": pa.int32(),
        "rule": pa.string(),
        "result": pa.string(),
        "severity": pa.string(),
        "turn": pa.int32(),
        "evidence": pa.string(),
    },
    "scorecards": {
        "position": pa.int32(),
        "item": pa.string(),
        "result": pa.string(),
        "weight": pa.float64(),
        "turn": pa.int32(),
    },
    "role_metrics": {
        "position": pa.int32(),
        "role": pa.string(),
        "speech": pa.float64(),
        "words": pa.int32(),
        "words_per_minute": pa.float64(),
        "interruptions": pa.int32(),
    },
    "failures": {
        "position": pa.int32(),
        "uri": pa.string(),
        "reason": pa.string(),
        "message": pa.string(),
        "stage": pa.string(),
    },
}

ADDED: Final[dict[str, tuple[str, ...]]] = {
    "calls": (
        "triage_decision",
        "triage_signals",
        "triage_speech",
        "voice_raised",
        "voice_over",
        "voice_raised_first",
        "voice_listen",
    ),
    "turn_labels": ("asked",),
}
"""Columns that files of earlier versions lack: they are read as null."""

_KEY: Final = {"call_id": pa.string(), "plan": pa.int32(), "shard": pa.string()}

SCHEMAS: Final = {name: pa.schema(list((_KEY | columns).items())) for name, columns in _OWN.items()}
"""Table name -> Arrow schema; the order of the names is the order in which they are written."""

_SQL_TYPES: Final = {
    pa.string(): "varchar",
    pa.int32(): "integer",
    pa.float64(): "double",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    pa.time64("us"): "time",
    MOMENT: "timestamptz",
    MONEY: "decimal(18, 4)",
}


def sql_type(kind: pa.DataType) -> str:
    """The type that DuckDB reads a staged column as."""
    if pa.types.is_list(kind):
        return f"{sql_type(kind.value_type)}[]"
    if pa.types.is_struct(kind):
        return f"struct({', '.join(f'{field.name} {sql_type(field.type)}' for field in kind)})"
    return _SQL_TYPES[kind]
