"""The way through, on real recordings, real Prefect, real Parquet and DuckDB; only the models answer from gold."""

import json
import logging
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows import analyze_folder as folder_flow
from flows import analyze_shard as shard_flow
from flows.analyze_folder import FolderReport, plan_folder, run_plan
from flows.jobs import read_job
from flows.progress import Progress, WatchedTranscriber, watched
from pipeline.analyze import STAGES, analyze, planned, stage_keys
from pipeline.config import Config, parse_config
from pipeline.decode import probe
from pipeline.manifest import read_manifest
from pipeline.state import Models
from pipeline.types import CallAnalysis
from sql.reading import calls, failures, open_published
from sql.staging import read_analyses, staged_calls
from tests.gold_ports import AUDIO, gold_models, read_gold

CALLS = ("mx-001", "co-001", "gt-001", "ar-001")
CONFIG = Config()


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> Models:
    """Every port answers from the gold."""
    ports = gold_models()
    ports = replace(ports, make_transcriber=lambda: WatchedTranscriber(gold_models().transcriber))
    monkeypatch.setattr(folder_flow, "weights_of", lambda _config, **_: dict(ports.weights))
    monkeypatch.setattr(shard_flow, "shared_models", lambda _config, **_: ports)
    return ports


@pytest.fixture
def without_prefect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards run as plain functions: for tests of what runs, where Prefect's seconds per flow would only add up."""

    def plain(root: str, shards: list[str]) -> list[shard_flow.ShardReport]:
        return [shard_flow.run_shard(Path(root), read_job(Path(root), shard)) for shard in shards]

    monkeypatch.setattr(folder_flow, "analyze_folder", plain)


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Some of the demo's recordings and the manifest lines that name them, with three broken ones."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    wanted = (*CALLS, "mx-901", "mx-902", "mx-903")
    lines = (AUDIO / "manifest.jsonl").read_text("utf-8").splitlines()
    kept = [line for line in lines if json.loads(line)["call_id"] in wanted]
    (folder / "manifest.jsonl").write_text("\n".join(kept), "utf-8")
    for line in kept:
        shutil.copy(AUDIO / json.loads(line)["file"], folder)
    return folder


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """One temporary Prefect server for all flow tests."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=180):
        yield


def go(folder: Path, root: Path, config: Config = CONFIG) -> FolderReport:
    return run_plan(plan_folder(folder, folder / "manifest.jsonl", config, root, allow_synthetic=True), root)


def analyses(root: Path) -> dict[str, CallAnalysis]:
    return read_analyses(root, list(CALLS))


@pytest.mark.usefixtures("models", "prefect_server")
def test_recordings_become_a_published_warehouse_and_a_second_run_does_nothing(
    recordings: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = tmp_path / "data"
    seen: list[Progress] = []
    caplog.set_level(logging.DEBUG)
    with watched(seen.append):
        first = go(recordings, root)
    assert (first.analysed, first.failed) == (len(CALLS), 3)
    assert sum(p.seconds for p in seen) == pytest.approx(first.seconds, rel=0.05)
    with open_published(root) as connection:
        assert {row.call_id: row.outcome for row in calls(connection)} == {
            call_id: read_gold()[call_id]["outcome"] for call_id in CALLS
        }
        assert {row.call_id: row.reason for row in failures(connection)} == {
            "mx-901": "truncated",
            "mx-902": "empty_file",
            "mx-903": "not_audio",
        }
    assert_nothing_said_is_in(caplog.text)
    stamp = (root / "published" / "warehouse.duckdb").stat().st_mtime_ns

    second = go(recordings, root)
    assert (second.analysed, second.failed, second.unchanged, second.still_failed) == (0, 0, len(CALLS), 3)
    assert (root / "published" / "warehouse.duckdb").stat().st_mtime_ns == stamp


@pytest.mark.usefixtures("prefect_server")
def test_prefect_and_plain_functions_give_the_same(recordings: Path, tmp_path: Path, models: Models) -> None:
    root = tmp_path / "data"
    go(recordings, root)
    manifest = read_manifest((recordings / "manifest.jsonl").read_bytes(), "manifest.jsonl", CONFIG.manifest)
    states = []
    for recording in manifest.recordings:
        if recording.call_id not in CALLS:
            continue
        path = recordings / recording.uri
        told = probe(path, recording.call_id, CONFIG.decode)
        known = replace(recording, sha256=told.sha256, channels=told.channels, duration=told.duration)
        states.append(planned(known, path, None, {}, stage_keys(known, models.weights, CONFIG)))
    finished, failed = analyze(states, models, CONFIG)
    assert failed == ()
    stored = analyses(root)
    for state in finished:
        plain = state.analysis("x", "y", ())
        assert stored[state.recording.call_id].understood == plain.understood
        assert stored[state.recording.call_id].heard == plain.heard


CHANGES: list[tuple[str, str, set[str]]] = [
    ("decode", "max_seconds = 9000.0", {s.name for s in STAGES}),
    ("triage", "silence_db = -56.0", {s.name for s in STAGES}),
    ("transcribe", "beam_size = 2", {s.name for s in STAGES}),
    (
        "diarize",
        "crosstalk_db = 13.0",
        {s.name for s in STAGES} - {"triage", "transcribe"},
    ),
    (
        "align",
        "max_pause = 1.3",
        {"align", "roles", "redact", "classify", "tone", "promises", "metrics", "outcome", "scorecard"},
    ),
    (
        "roles",
        "opening_turns = 11",
        {"roles", "redact", "classify", "tone", "promises", "metrics", "outcome", "scorecard"},
    ),
    (
        "redact",
        'kinds = ["card"]',
        {s.name for s in STAGES} - {"triage", "diarize"},
    ),
    ("classify", "unclear_margin = 0.05", {"classify", "promises", "outcome", "scorecard"}),
    ("tone", "min_score = 0.4", {"tone", "scorecard"}),
    ("promises", "doubtful_below = 0.4", {"promises", "outcome", "scorecard"}),
    ("metrics", "dead_air = 5.0", {"metrics", "scorecard"}),
    ("outcome", "closing_turns = 9", {"outcome", "scorecard"}),
    ("scorecard", "recap = 12.0", {"scorecard"}),
]


def test_every_stage_that_has_settings_is_tried() -> None:
    assert {stage for stage, _, _ in CHANGES} == {s.name for s in STAGES} - {"speech"}


@pytest.mark.usefixtures("models", "without_prefect")
def test_a_changed_setting_runs_its_stage_and_what_follows_and_nothing_else(recordings: Path, tmp_path: Path) -> None:
    root = tmp_path / "data"
    assert set(go(recordings, root).stages) == {s.name for s in STAGES}
    before = analyses(root)
    for stage, setting, expected in CHANGES:
        ran = go(recordings, root, parse_config(f"[{stage}]\n{setting}\n", "test")).stages
        assert set(ran) == expected, stage
        # Back to the first configuration: what was stored of it must come out the same.
        back = go(recordings, root)
        assert set(back.stages) == expected, stage
        assert {k: v.understood for k, v in analyses(root).items()} == {k: v.understood for k, v in before.items()}


@pytest.mark.usefixtures("models", "without_prefect")
def test_metadata_is_an_input_like_any_other(recordings: Path, tmp_path: Path) -> None:
    root = tmp_path / "data"
    go(recordings, root)
    path = recordings / "manifest.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for row in rows:
        if row["call_id"] == "mx-001":
            row["balance"] = "9999.00"
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    report = go(recordings, root)
    assert report.analysed == 1
    assert set(report.stages) == {"promises", "outcome", "scorecard"}


@pytest.mark.usefixtures("without_prefect")
def test_one_broken_call_does_not_spoil_its_batch(
    recordings: Path, tmp_path: Path, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = models.turn_classifier.classify

    def refuses_one(conversations: Any) -> Any:
        if any(c.call_id == "co-001" for c in conversations):
            raise RuntimeError("el deudor dijo algo que no debe verse")
        return real(conversations)

    monkeypatch.setattr(type(models.turn_classifier), "classify", lambda _self, calls: refuses_one(calls))
    root = tmp_path / "data"
    report = go(recordings, root)
    assert (report.analysed, report.failed) == (len(CALLS) - 1, 4)
    failed = staged_calls(root)["co-001"].failed
    assert failed is not None
    assert (failed.reason, failed.stage) == ("stage_failed", "classify")
    assert "deudor" not in failed.message


def assert_nothing_said_is_in(text: str) -> None:
    """No turn of the gold, no name and no number of the manifest stands in a log."""
    for call in read_gold().values():
        for turn in call["turns"]:
            if len(turn["text"].split()) > 3:
                assert turn["text"] not in text
        assert call["account"]["debtor_name"] not in text
