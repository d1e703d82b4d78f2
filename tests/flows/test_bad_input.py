"""All that can be wrong with a file or a line: one clear line each, recorded with its reason, the rest goes on."""

import json
from pathlib import Path

import pytest

from flows import analyze_folder as folder_flow
from flows import analyze_shard as shard_flow
from flows.analyze_folder import plan_folder, run_plan
from flows.jobs import read_job
from pipeline.config import Config
from pipeline.errors import REASONS, SetupError
from pipeline.state import Models
from sql.reading import calls, failures, open_published
from tests.fakes import FakeDiarizer, FakeToneClassifier, FakeTranscriber, FakeTurnClassifier, FakeVoiceActivity

BROKEN = Path(__file__).parents[2] / "fixtures" / "broken"
EXPECTED = json.loads((BROKEN / "expected.json").read_text("utf-8"))


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fakes for the models, plain functions for Prefect: what is tried here is what happens around them."""
    ports = Models(
        weights={
            "voice_activity": FakeVoiceActivity().weights,
            "transcriber": FakeTranscriber().weights,
            "diarizer": FakeDiarizer().weights,
            "turn_classifier": FakeTurnClassifier().weights,
            "tone_classifier": FakeToneClassifier().weights,
        },
        make_voice_activity=FakeVoiceActivity,
        make_transcriber=FakeTranscriber,
        make_diarizer=FakeDiarizer,
        make_turn_classifier=FakeTurnClassifier,
        make_tone_classifier=FakeToneClassifier,
    )

    def plain(root: str, shards: list[str]) -> list[shard_flow.ShardReport]:
        return [shard_flow.run_shard(Path(root), read_job(Path(root), shard)) for shard in shards]

    monkeypatch.setattr(folder_flow, "weights_of", lambda _config, **_: dict(ports.weights))
    monkeypatch.setattr(shard_flow, "shared_models", lambda _config, **_: ports)
    monkeypatch.setattr(folder_flow, "analyze_folder", plain)


def test_each_broken_input_is_set_aside_with_its_reason_and_the_rest_goes_on(tmp_path: Path) -> None:
    plan = plan_folder(BROKEN, BROKEN / "manifest.csv", Config(), tmp_path, allow_synthetic=True)
    report = run_plan(plan, tmp_path)
    with open_published(tmp_path) as connection:
        found = {row.call_id: row for row in failures(connection)}
        assert {row.call_id for row in calls(connection)} == set(EXPECTED["analysed"])
    assert {call_id: row.reason for call_id, row in found.items()} == EXPECTED["set_aside"] | EXPECTED["unlisted"]
    for row in found.values():
        assert row.reason in REASONS
        # Found, expected; remedy - in one line that quotes nothing of the debtor.
        assert "\n" not in row.message
        assert ";" in row.message
        assert "Rosalía" not in row.message
    assert report.analysed == len(EXPECTED["analysed"])

    again = plan_folder(BROKEN, BROKEN / "manifest.csv", Config(), tmp_path, allow_synthetic=True)
    assert (again.n_due, again.failures) == (0, ())
    assert again.still_failed >= len(EXPECTED["set_aside"])


def test_the_same_bytes_under_two_ids_are_both_kept_and_reported(tmp_path: Path) -> None:
    plan = plan_folder(BROKEN, BROKEN / "manifest.csv", Config(), tmp_path, allow_synthetic=True)
    assert any("ok-plain" in note and "ok-only-required" in note and "both are kept" in note for note in plan.notes)


def test_a_mended_file_is_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    folder.mkdir()
    (folder / "manifest.csv").write_text(
        "call_id,file,started_at,country,debtor_id\nc1,a.ogg,2026-11-10T10:42:00-06:00,MX,D1\n", "utf-8"
    )
    (folder / "a.ogg").write_bytes((BROKEN / "cut.opus").read_bytes())
    root = tmp_path / "data"
    first = run_plan(plan_folder(folder, folder / "manifest.csv", Config(), root, allow_synthetic=True), root)
    assert (first.analysed, first.failed) == (0, 1)
    (folder / "a.ogg").write_bytes((BROKEN / "plain.ogg").read_bytes())
    second = run_plan(plan_folder(folder, folder / "manifest.csv", Config(), root, allow_synthetic=True), root)
    assert (second.analysed, second.failed) == (1, 0)
    with open_published(root) as connection:
        assert [row.call_id for row in calls(connection)] == ["c1"]
        assert failures(connection) == ()


def test_metadata_from_the_file_name_without_a_manifest(tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    folder.mkdir()
    (folder / "MX_A07_D1001_2026-03-12T10.42.00Z.ogg").write_bytes((BROKEN / "plain.ogg").read_bytes())
    (folder / "sin-nombre.ogg").write_bytes((BROKEN / "plain.ogg").read_bytes())
    pattern = r"(?P<country>[A-Z]{2})_(?P<agent_id>A\d+)_(?P<debtor_id>D\d+)_(?P<started_at>[\d-]+T[\d.]+Z)"
    config = Config(manifest=Config().manifest.__class__(file_name_pattern=pattern))
    plan = plan_folder(folder, None, config, tmp_path / "data", allow_synthetic=True)
    assert [job.calls[0].recording.agent_id for job in plan.shards] == ["A07"]
    assert [f.reason for f in plan.failures] == ["not_in_manifest"]


@pytest.mark.parametrize(
    ("folder", "manifest", "message"),
    [
        ("nowhere", "manifest.csv", "folder nowhere expected"),
        (".", "nowhere.csv", "manifest nowhere.csv expected"),
        (".", None, "a manifest expected"),
    ],
)
def test_a_wrong_path_is_a_set_up_error(tmp_path: Path, folder: str, manifest: str | None, message: str) -> None:
    with pytest.raises(SetupError, match=message):
        plan_folder(
            tmp_path / folder if folder != "." else BROKEN,
            BROKEN / manifest if manifest else None,
            Config(),
            tmp_path / "data",
            allow_synthetic=True,
        )
