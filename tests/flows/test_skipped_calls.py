"""A run over recordings of which one holds a busy tone: it is skipped, listed, or analysed where it is told so."""

import json
import shutil
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flows import analyze_folder as folder_flow
from flows import analyze_shard as shard_flow
from flows.analyze_folder import FolderReport, plan_folder, run_plan
from flows.jobs import read_job
from pipeline.config import Config, TriageConfig
from pipeline.state import Models
from sql.reading import open_published, spared_calls
from tests.fakes import FakeDiarizer, FakeToneClassifier, FakeTranscriber, FakeTurnClassifier, FakeVoiceActivity
from tests.gold_ports import AUDIO


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A call of the fixtures and a busy line."""
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    shutil.copy(AUDIO / "co-001.opus", recordings)
    lines = (AUDIO / "manifest.jsonl").read_text("utf-8").splitlines()
    talk = next(json.loads(line) for line in lines if json.loads(line)["call_id"] == "co-001")
    busy = {**talk, "call_id": "busy", "file": "busy.wav", "debtor_id": "D-9"}
    (recordings / "manifest.jsonl").write_text(f"{json.dumps(talk)}\n{json.dumps(busy)}\n", "utf-8")
    t = np.arange(12 * 8000) / 8000
    tone = np.where(t % 0.5 < 0.25, 0.2 * np.sin(2 * np.pi * 425 * t), 0.0)
    with wave.open(str(recordings / "busy.wav"), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes((tone * 32767).astype("<i2").tobytes())
    return recordings


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> FakeTranscriber:
    """Fakes for all models, a network that takes every tone for a voice, and no Prefect: what was recognised."""
    transcriber = FakeTranscriber()
    diarizer = FakeDiarizer()
    ports = Models(
        weights={
            "voice_activity": FakeVoiceActivity().weights,
            "transcriber": transcriber.weights,
            "diarizer": diarizer.weights,
            "turn_classifier": FakeTurnClassifier().weights,
            "tone_classifier": FakeToneClassifier().weights,
        },
        make_voice_activity=FakeVoiceActivity,
        make_transcriber=lambda: transcriber,
        make_diarizer=lambda: diarizer,
        make_turn_classifier=FakeTurnClassifier,
        make_tone_classifier=FakeToneClassifier,
    )
    monkeypatch.setattr(folder_flow, "weights_of", lambda _config, **_: dict(ports.weights))
    monkeypatch.setattr(shard_flow, "shared_models", lambda _config, **_: ports)

    def plain(root: str, shards: list[str]) -> list[shard_flow.ShardReport]:
        return [shard_flow.run_shard(Path(root), read_job(Path(root), shard)) for shard in shards]

    monkeypatch.setattr(folder_flow, "analyze_folder", plain)
    return transcriber


def go(folder: Path, root: Path, triage: TriageConfig) -> FolderReport:
    config = replace(Config(), triage=triage)
    return run_plan(plan_folder(folder, folder / "manifest.jsonl", config, root, allow_synthetic=True), root)


def test_a_busy_line_is_skipped_and_listed(folder: Path, tmp_path: Path, asked: FakeTranscriber) -> None:
    report = go(folder, tmp_path / "data", TriageConfig(analyse_anyway=0.0))
    assert (report.analysed, report.failed) == (2, 0)
    assert (report.triage.skipped, report.triage.sampled) == (("busy",), ())
    assert report.triage.seconds == pytest.approx(12.0, abs=0.1)
    assert report.triage.speech > 5
    assert {clip.call_id for clip in asked.asked} == {"co-001"}
    with open_published(tmp_path / "data") as connection:
        (row,) = spared_calls(connection)
    assert (row.call_id, row.kind, row.signals, row.decision) == ("busy", "tones", ("busy",), "skipped")


def test_without_triage_it_is_read(folder: Path, tmp_path: Path, asked: FakeTranscriber) -> None:
    report = go(folder, tmp_path / "data", TriageConfig(enabled=False))
    assert report.triage.skipped == report.triage.sampled == ()
    assert {clip.call_id for clip in asked.asked} == {"co-001", "busy"}


def test_of_the_share_that_is_analysed_all_the_same_it_is_read_and_compared(
    folder: Path, tmp_path: Path, asked: FakeTranscriber
) -> None:
    report = go(folder, tmp_path / "data", TriageConfig(analyse_anyway=1.0))
    assert (report.triage.skipped, report.triage.sampled) == ((), ("busy",))
    assert "busy" in {clip.call_id for clip in asked.asked}
    with open_published(tmp_path / "data") as connection:
        (row,) = spared_calls(connection)
    assert row.decision == "sampled"
    assert row.was_wrong is not None
