"""The stages in order, over the calls of a shard: what Prefect wraps, and what runs without it.

A stage has a key: the digest of its configuration section, its code version, its weights, the keys of its inputs and
the part of the call's metadata it reads. A call whose stored key is still the same keeps its stored result; only what
differs runs, and what follows from it. `decode` and `speech` give what is stored nowhere (samples), so they run exactly
when a later stage needs audio.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pipeline import stages
from pipeline.config import Config, digest
from pipeline.errors import CallError, SetupError
from pipeline.ports import Weights
from pipeline.state import CallState, ModelRole, Models
from pipeline.types import FailedCall, Recording

CODE_VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class Stage:
    """One step over all calls of a shard.

    Attributes:
        name: Also the configuration section it reads, where `section` is not given.
        inputs: Stages whose results it takes.
        version: Raised by hand when the stage's code gives other results for the same input.
        run: Takes the states that are due, gives one state a call, or the error that sets the call aside.
        metadata: The part of the manifest's entry that its result depends on.
        model: Which port answers in it, if any; its weights are part of the key.
        stored: Whether its result is kept; the others run when a stage after them needs them.
    """

    name: str
    inputs: tuple[str, ...]
    run: Callable[[Sequence[CallState], Models, Config], list[CallState | CallError]]
    version: int = 1
    section: str | None = None
    metadata: Callable[[Recording, Config], object] | None = None
    model: ModelRole | None = None
    stored: bool = True


STAGES: tuple[Stage, ...] = (
    Stage("decode", (), stages.run_decode, stored=False, metadata=lambda r, _: r.sha256),
    Stage(
        "speech",
        ("decode",),
        stages.run_speech,
        section="transcribe",
        stored=False,
        model="voice_activity",
    ),
    Stage("triage", ("speech",), stages.run_triage, version=2),
    Stage(
        "transcribe",
        ("speech", "triage"),
        stages.run_transcribe,
        model="transcriber",
        metadata=stages.hints_of,
        version=2,
    ),
    Stage("diarize", ("speech", "triage"), stages.run_diarize, model="diarizer"),
    Stage("align", ("transcribe", "diarize"), stages.run_align),
    Stage(
        "roles",
        ("align",),
        stages.run_roles,
        version=2,
        metadata=lambda r, _: (r.agent_channel, r.account.creditor, r.account.debtor_name),
    ),
    # What was redacted is stored nowhere, so another redaction needs the words from the recording again.
    Stage("redact", ("roles", "transcribe"), stages.run_redact),
    Stage(
        "classify",
        ("redact",),
        stages.run_classify,
        version=2,
        model="turn_classifier",
        metadata=lambda r, _: r.account.country,
    ),
    Stage("tone", ("redact", "diarize"), stages.run_tone, version=2, model="tone_classifier"),
    Stage(
        "promises",
        ("classify",),
        stages.run_promises,
        metadata=lambda r, _: (r.started_at.isoformat(), r.debtor_zone, asdict(r.account)),
    ),
    Stage("metrics", ("redact", "triage"), stages.run_metrics),
    Stage("outcome", ("classify", "promises"), stages.run_outcome),
    Stage("scorecard", ("classify", "tone", "promises", "metrics", "outcome"), stages.run_scorecard),
)

BY_NAME: Mapping[str, Stage] = {stage.name: stage for stage in STAGES}
NEEDS_AUDIO = ("triage", "transcribe", "diarize")


def stage_keys(recording: Recording, weights: Mapping[ModelRole, Weights], config: Config) -> dict[str, str]:
    """Key of every stage for one call, by stage name. No model is loaded for it."""
    keys: dict[str, str] = {}
    for stage in STAGES:
        parts = {
            "stage": stage.name,
            "version": stage.version,
            "config": digest(getattr(config, stage.section or stage.name)),
            "weights": weights[stage.model].digest if stage.model else None,
            "inputs": [keys[name] for name in stage.inputs],
            "metadata": stage.metadata(recording, config) if stage.metadata else None,
        }
        keys[stage.name] = hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:32]
    return keys


def due_stages(keys: Mapping[str, str], stored: Mapping[str, str]) -> frozenset[str]:
    """Stages that must run, given the keys of now and those of the stored analysis; empty where nothing changed."""
    due = {stage.name for stage in STAGES if stage.stored and stored.get(stage.name) != keys[stage.name]}
    if "redact" in due and "redact" in stored and not due & {"align", "roles"}:
        due |= {"transcribe", "align", "roles"}
    if due.intersection(NEEDS_AUDIO):
        due |= {"decode", "speech"}
    return frozenset(due)


def analyze(
    states: Iterable[CallState], models: Models, config: Config
) -> tuple[tuple[CallState, ...], tuple[FailedCall, ...]]:
    """All due stages of some calls, without Prefect: the finished states and the calls set aside."""
    current = tuple(states)
    failures: list[FailedCall] = []
    for stage in STAGES:
        current, failed = run_stage(stage, current, models, config)
        failures += failed
    return current, tuple(failures)


def run_stage(
    stage: Stage, states: Sequence[CallState], models: Models, config: Config
) -> tuple[tuple[CallState, ...], list[FailedCall]]:
    """One stage over the calls for which it is due; the others pass through.

    A call that fails is set aside with its reason and the rest goes on. Where a whole batch fails for a reason that
    names no call, each call is tried alone, so that one broken call does not spoil its batch.
    """
    due = [state for state in states if stage.name in state.due]
    answers = _answers(stage, due, models, config)
    finished, failures = [], []
    for state in states:
        answer = answers.get(state.recording.call_id, state)
        if isinstance(answer, CallError):
            failures.append(
                FailedCall(state.recording.call_id, state.recording.uri, answer.reason, answer.message, stage.name)
            )
        else:
            finished.append(answer)
    return tuple(finished), failures


def _answers(
    stage: Stage, due: Sequence[CallState], models: Models, config: Config
) -> dict[str, CallState | CallError]:
    if not due:
        return {}
    ids = [state.recording.call_id for state in due]
    try:
        return dict(zip(ids, stage.run(due, models, config), strict=True))
    except SetupError:
        # No call is at fault: an operator must act, and trying each call alone would hide it behind their number.
        raise
    except Exception as error:  # noqa: BLE001 - a stage is any code; the batch must survive it.
        if len(due) > 1:
            return {k: v for state in due for k, v in _answers(stage, [state], models, config).items()}
        if isinstance(error, CallError):
            return {ids[0]: error}
        # The exception's own text may quote what was said, so only its type is kept.
        where = _innermost(error)
        message = f"stage {stage.name} failed ({type(error).__name__} {where}); run it again, report it if it stays"
        return {ids[0]: CallError(ids[0], "stage_failed", message)}


def _innermost(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def planned(
    recording: Recording, path: Path, stored: CallState | None, stored_keys: Mapping[str, str], keys: Mapping[str, str]
) -> CallState:
    """State of a call before its stages run: what is stored of it, and what is due."""
    due = due_stages(keys, stored_keys)
    if stored is None:
        return CallState(recording, path, due, dict(keys))
    return replace(stored, recording=recording, path=path, due=due, keys=dict(keys))
