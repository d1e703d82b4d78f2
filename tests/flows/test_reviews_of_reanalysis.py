"""Reviews of the fixtures when other weights hear them: every one is found again or asked for again, none is lost."""

import json
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows import analyze_folder as folder_flow
from flows import analyze_shard as shard_flow
from flows.analyze_folder import plan_folder, run_plan
from flows.jobs import read_job
from pipeline.config import Config
from sql.reading import open_published, turns
from sql.reviews import add_review, reviews_of
from sql.rows import analysis_key
from sql.staging import read_analyses
from tests.gold_ports import AUDIO, gold_models

CALLS = ("mx-001", "co-001", "ar-001")
CONFIG = Config()


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    lines = (AUDIO / "manifest.jsonl").read_text("utf-8").splitlines()
    kept = [line for line in lines if json.loads(line)["call_id"] in CALLS]
    (folder / "manifest.jsonl").write_text("\n".join(kept), "utf-8")
    for line in kept:
        shutil.copy(AUDIO / json.loads(line)["file"], folder)
    return folder


def run(folder: Path, root: Path) -> int:
    report = run_plan(plan_folder(folder, folder / "manifest.jsonl", CONFIG, root, allow_synthetic=True), root)
    return report.analysed


def test_every_review_is_accounted_for_when_the_shipped_weights_hear_what_the_gold_said(
    recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "data"

    def plain(data: str, shards: list[str]) -> list[shard_flow.ShardReport]:
        return [shard_flow.run_shard(Path(data), read_job(Path(data), shard)) for shard in shards]

    monkeypatch.setattr(folder_flow, "analyze_folder", plain)
    with monkeypatch.context() as gold:
        ports = gold_models()
        gold.setattr(folder_flow, "weights_of", lambda _config, **_: dict(ports.weights))
        gold.setattr(shard_flow, "shared_models", lambda _config, **_: ports)
        assert run(recordings, root) == len(CALLS)
    judged = Counter[str]()
    for call_id, analysis in read_analyses(root, list(CALLS)).items():
        for turn in (None, *analysis.understood.turns):
            add_review(
                root,
                call_id=call_id,
                analysis_key=analysis_key(analysis.provenance),
                subject="outcome" if turn is None else "label",
                judged={"outcome": analysis.understood.outcome} if turn is None else {"label": "promise"},
                verdict="right",
                reviewer="ana",
                reviewed_at=datetime(2026, 3, 20, 12, 0, tzinfo=UTC),
                turn=None if turn is None else turn.index,
                voice=None if turn is None else turn.voice,
                span=None if turn is None else turn.span,
            )
            judged[call_id] += 1

    assert run(recordings, root) == len(CALLS), "other weights, so every call is heard again"
    found = reviews_of(root)
    assert Counter(review.call_id for review in found) == judged
    assert {review.state for review in found} <= {"carried", "judge_again"}
    assert Counter(review.state for review in found)["carried"] > len(CALLS), "more than the outcomes came over"
    with open_published(root) as connection:
        spans = {(call_id, t.turn): (t.starts, t.ends) for call_id in CALLS for t in turns(connection, call_id)}
    for review in found:
        if review.span is not None and review.state == "carried":
            assert review.turn is not None
            starts, ends = spans[review.call_id, review.turn]
            assert min(ends, review.span.end) - max(starts, review.span.start) >= review.span.duration / 2 - 0.02
