"""Two shards in flight: the next one is decoded while the one before it is recognised, and nothing else changes."""

import json
import shutil
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from flows import ahead
from flows import analyze_folder as folder_flow
from flows import analyze_shard as shard_flow
from flows.analyze_folder import plan_folder
from flows.jobs import ShardJob
from pipeline.config import Config, RunConfig
from pipeline.errors import SetupError
from pipeline.ports import Answer, Clip, ClipId, Transcriber, VoiceActivity, Weights
from pipeline.state import Models
from pipeline.types import Samples, Span
from sql.staging import read_analyses
from tests.gold_ports import AUDIO, gold_models

CALLS = ("mx-001", "co-001", "ar-001")
ONE_CALL_A_SHARD = Config(run=RunConfig(shard_seconds=1.0))


@dataclass
class Meeting:
    """Says whether the second call's speech was looked for while the first was still being recognised."""

    looked: threading.Semaphore
    met: list[bool]


@dataclass(frozen=True)
class WaitingTranscriber:
    """Answers a call only after the voice activity of another was asked for, or after a minute."""

    real: Transcriber
    meeting: Meeting

    @property
    def weights(self) -> Weights:
        return self.real.weights

    def transcribe(self, clips: Iterable[Clip]) -> Iterator[tuple[ClipId, Answer]]:
        if not self.meeting.met:
            self.meeting.met.append(self.meeting.looked.acquire(timeout=60))
        yield from self.real.transcribe(clips)


@dataclass(frozen=True)
class TellingActivity:
    """The first call is looked at before recognition begins; every one after that is told."""

    real: VoiceActivity
    meeting: Meeting
    seen: list[int]

    @property
    def weights(self) -> Weights:
        return self.real.weights

    def speech(self, samples: Samples) -> tuple[Span, ...]:
        found = self.real.speech(samples)
        self.seen.append(len(samples))
        if len(set(self.seen)) > 1:
            self.meeting.looked.release()
        return found


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[ShardJob, ...]:
    """One shard a call, planned with the gold's ports."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    lines = [json.loads(line) for line in (AUDIO / "manifest.jsonl").read_text("utf-8").splitlines()]
    kept = [line for line in lines if line["call_id"] in CALLS]
    (folder / "manifest.jsonl").write_text("\n".join(map(json.dumps, kept)), "utf-8")
    for line in kept:
        shutil.copy(AUDIO / line["file"], folder)
    monkeypatch.setattr(folder_flow, "weights_of", lambda _config, **_: dict(gold_models().weights))
    plan = plan_folder(folder, folder / "manifest.jsonl", ONE_CALL_A_SHARD, tmp_path, allow_synthetic=True)
    assert len(plan.shards) == len(CALLS)
    return plan.shards


def use(models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shard_flow, "shared_models", lambda _config, **_: models)


def run_all(root: Path, jobs: tuple[ShardJob, ...]) -> None:
    """What `analyze_folder` does, without Prefect and without loading."""
    for position, job in enumerate(jobs):
        if position + 1 < len(jobs):
            shard_flow.prepare_shard(root, jobs[position + 1].shard)
        shard_flow.run_shard(root, job)


# A shard of one second is shorter than any call, so every call is far longer than its shard was meant to be.
@pytest.fixture(autouse=True)
def _any_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "LONG_SHARD", 1e9)


def test_the_next_shard_is_prepared_while_one_is_recognised(
    jobs: tuple[ShardJob, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = gold_models()
    meeting = Meeting(threading.Semaphore(0), [])
    use(
        replace(
            ports,
            make_transcriber=lambda: WaitingTranscriber(ports.transcriber, meeting),
            make_voice_activity=lambda: TellingActivity(ports.voice_activity, meeting, []),
        ),
        monkeypatch,
    )
    run_all(tmp_path, jobs)
    assert meeting.met == [True]


def test_what_is_found_is_what_one_shard_after_the_other_finds(
    jobs: tuple[ShardJob, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(gold_models(), monkeypatch)
    run_all(tmp_path, jobs)
    ahead_found = read_analyses(tmp_path, list(CALLS))
    for job in jobs:
        shard_flow.run_shard(tmp_path, job)
    assert read_analyses(tmp_path, list(CALLS)) == ahead_found
    assert set(ahead_found) == set(CALLS)


def test_a_very_long_call_is_not_held_beside_another(
    jobs: tuple[ShardJob, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "LONG_SHARD", 2.0)
    assert not ahead.prepare(tmp_path, jobs[0], gold_models())
    assert ahead.take(tmp_path, jobs[0].shard) == {}


def test_calls_that_an_earlier_run_stored_are_not_decoded_for_nothing(
    jobs: tuple[ShardJob, ...], tmp_path: Path
) -> None:
    stored = replace(jobs[0], calls=tuple(replace(c, stored_keys={"decode": "x"}) for c in jobs[0].calls))
    assert not ahead.prepare(tmp_path, stored, gold_models())


def test_an_operators_error_ahead_is_told_when_its_shard_comes(jobs: tuple[ShardJob, ...], tmp_path: Path) -> None:
    def broken() -> VoiceActivity:
        raise SetupError("no network expected, found none; run `make setup` again")

    assert ahead.prepare(tmp_path, jobs[1], replace(gold_models(), make_voice_activity=broken))
    with pytest.raises(SetupError, match="make setup"):
        ahead.take(tmp_path, jobs[1].shard)
