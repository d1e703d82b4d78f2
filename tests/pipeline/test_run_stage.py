"""A stage over some calls: who is set aside, and what stops the run."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.analyze import Stage, run_stage, stage_keys
from pipeline.config import Config, TranscribeConfig
from pipeline.errors import CallError, ModelError
from pipeline.state import CallState, Models
from pipeline.types import Account, Recording
from tests.gold_ports import gold_models

CONFIG = Config()


def state(call_id: str) -> CallState:
    started = datetime(2026, 11, 16, tzinfo=UTC)
    return CallState(
        Recording(call_id, f"{call_id}.wav", started, Account("d1", "MX")), Path(call_id), frozenset({"s"}), {}
    )


def run(stage: Stage, *names: str) -> tuple[list[str], list[str]]:
    finished, failed = run_stage(stage, [state(name) for name in names], gold_models(), CONFIG)
    return [s.recording.call_id for s in finished], [f"{f.call_id} {f.reason}" for f in failed]


def test_a_call_that_breaks_its_batch_is_set_aside_alone() -> None:
    def broken(states: Sequence[CallState], _models: Models, _config: Config) -> list[CallState | CallError]:
        if any(s.recording.call_id == "b" for s in states):
            raise ZeroDivisionError
        return list(states)

    assert run(Stage("s", (), broken), "a", "b", "c") == (["a", "c"], ["b stage_failed"])


def test_what_an_operator_must_mend_stops_the_run_instead_of_failing_every_call() -> None:
    def unusable(_states: Sequence[CallState], _models: Models, _config: Config) -> list[CallState | CallError]:
        raise ModelError("no GPU found; set transcribe.device")

    with pytest.raises(ModelError, match="set transcribe"):
        run(Stage("s", (), unusable), "a", "b")


def test_names_make_recognition_due_again_only_where_they_are_hints() -> None:
    def key(account: Account, config: TranscribeConfig) -> str:
        recording = Recording("c", "c.wav", datetime(2026, 11, 16, tzinfo=UTC), account)
        return stage_keys(recording, gold_models().weights, Config(transcribe=config))["transcribe"]

    named, unnamed = Account("d1", "MX", debtor_name="Ana Ruiz"), Account("d1", "MX")
    assert key(named, TranscribeConfig()) == key(unnamed, TranscribeConfig())
    assert key(named, TranscribeConfig(use_hints=True)) != key(unnamed, TranscribeConfig(use_hints=True))
