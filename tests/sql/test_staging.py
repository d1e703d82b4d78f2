"""Staged shards: an exact round trip, and a manifest that alone makes files exist."""

import ast
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sql.staging
from pipeline.errors import StoreError
from pipeline.types import CallAnalysis, FailedCall, StageKey
from sql.shards import staged_shards, unlisted_files, verify_files
from sql.staged_schema import SCHEMAS, sql_type
from sql.staging import next_plan, read_analyses, staged_calls, write_shard
from tests.sql.calls import ANALYSES
from tests.sql.made import made_call


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(ANALYSES, max_size=3, unique_by=lambda a: a.recording.call_id))
def test_what_was_written_is_read_again(analyses: list[CallAnalysis]) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        write_shard(root, next_plan(root), "s-1", analyses, [])
        found = read_analyses(root, [a.recording.call_id for a in analyses])
        assert found == {a.recording.call_id: a for a in analyses}
        for analysis in analyses:
            again = found[analysis.recording.call_id].recording
            assert again.started_at.utcoffset() == analysis.recording.started_at.utcoffset()


def test_newest_plan_is_read(tmp_path: Path) -> None:
    old, new = made_call("c1"), made_call("c1", text="otra vez")
    write_shard(tmp_path, 2, "b", [new], [])
    write_shard(tmp_path, 1, "a", [old], [])
    assert read_analyses(tmp_path, ["c1", "unknown"]) == {"c1": new}
    call = staged_calls(tmp_path)["c1"]
    assert (call.plan, call.shard, call.failed) == (2, "b", None)
    assert call.stage_keys == {k.stage: k.key for k in new.provenance.stage_keys}


def test_plan_numbers_never_repeat(tmp_path: Path) -> None:
    assert [next_plan(tmp_path) for _ in range(3)] == [1, 2, 3]
    write_shard(tmp_path, 9, "s", [made_call("c1")], [])
    assert next_plan(tmp_path) == 10


def test_failure_is_known_until_a_later_plan_succeeds(tmp_path: Path) -> None:
    failure = FailedCall("c1", "a.wav", "not_audio", "no audio stream", "decode")
    write_shard(tmp_path, 1, "s", [], [failure, FailedCall("c2", None, "file_missing", "no such file")])
    assert staged_calls(tmp_path)["c1"].failed == failure
    assert staged_calls(tmp_path)["c2"].plan == 0
    write_shard(tmp_path, 2, "s", [made_call("c1")], [])
    assert staged_calls(tmp_path)["c1"].failed is None
    write_shard(tmp_path, 3, "s", [], [failure])
    call = staged_calls(tmp_path)["c1"]
    assert (call.plan, call.failed, call.failed_plan) == (2, failure, 3)
    assert read_analyses(tmp_path, ["c1"]) == {"c1": made_call("c1")}


def test_first_commit_of_a_shard_stays(tmp_path: Path) -> None:
    first = write_shard(tmp_path, 1, "s", [made_call("c1")], [])
    before = first.read_bytes()
    assert write_shard(tmp_path, 1, "s", [made_call("c1", text="de otro trabajador")], []) == first
    assert first.read_bytes() == before
    assert read_analyses(tmp_path, ["c1"]) == {"c1": made_call("c1")}
    with pytest.raises(StoreError, match="other calls"):
        write_shard(tmp_path, 1, "s", [made_call("c2")], [])


def test_worker_that_dies_before_its_manifest_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sql.staging, "_create_exclusively", die)
    with pytest.raises(KeyboardInterrupt):
        write_shard(tmp_path, 1, "s", [made_call("c1")], [])
    assert staged_shards(tmp_path) == ()
    assert staged_calls(tmp_path) == {}
    assert len(unlisted_files(tmp_path)) > 5


def test_changed_or_lost_file_is_refused(tmp_path: Path) -> None:
    write_shard(tmp_path, 1, "s", [made_call("c1")], [])
    (shard,) = staged_shards(tmp_path)
    verify_files(tmp_path, shard)
    assert unlisted_files(tmp_path) == ()
    (turns,) = shard.paths(tmp_path, "turns")
    content = turns.read_bytes()
    turns.write_bytes(content[:-1] + b"\0")
    with pytest.raises(StoreError, match="another content"):
        verify_files(tmp_path, shard)
    turns.unlink()
    with pytest.raises(StoreError, match="cannot be read"):
        verify_files(tmp_path, shard)
    with pytest.raises(StoreError, match="cannot be read"):
        read_analyses(tmp_path, ["c1"])


def test_damaged_manifest_is_named(tmp_path: Path) -> None:
    manifest = write_shard(tmp_path, 1, "s", [made_call("c1")], [])
    manifest.write_text("{")
    with pytest.raises(StoreError, match=manifest.name):
        staged_calls(tmp_path)


def test_amount_that_does_not_fit_costs_its_call_only(tmp_path: Path) -> None:
    good, bad = made_call("c1"), made_call("c2")
    recording = replace(bad.recording, account=replace(bad.recording.account, balance=Decimal(10) ** 15))
    write_shard(tmp_path, 1, "s", [good, replace(bad, recording=recording)], [])
    calls = staged_calls(tmp_path)
    assert calls["c1"].failed is None
    assert calls["c2"].failed is not None
    assert calls["c2"].failed.reason == "stage_failed"


@pytest.mark.parametrize("shard", ["", "../x", "a/b", "á"])
def test_shard_name_must_be_a_file_name(tmp_path: Path, shard: str) -> None:
    with pytest.raises(StoreError, match="letters"):
        write_shard(tmp_path, 1, shard, [], [])


def test_call_twice_in_a_shard_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="twice"):
        write_shard(tmp_path, 1, "s", [made_call("c1"), made_call("c1")], [])


def test_stage_keys_are_those_of_the_winning_shard(tmp_path: Path) -> None:
    old = made_call("c1")
    keys = (StageKey("decode", "d2"),)
    new = replace(old, provenance=replace(old.provenance, stage_keys=keys))
    write_shard(tmp_path, 1, "s", [old, made_call("c2")], [])
    write_shard(tmp_path, 2, "s", [new], [])
    assert staged_calls(tmp_path)["c1"].stage_keys == {"decode": "d2"}
    assert "decode" in staged_calls(tmp_path)["c2"].stage_keys


def test_workers_need_no_database() -> None:
    """Staging and what it imports of `sql` import neither duckdb nor sqlite3."""
    for module in ("staging", "shards", "rows", "analyses", "staged_schema"):
        source = (Path(sql.staging.__file__).parent / f"{module}.py").read_text(encoding="utf-8")
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""])
        }
        assert not imported & {"duckdb", "sqlite3"}, module


@pytest.mark.parametrize("table", sorted(SCHEMAS))
def test_sql_types_are_those_that_parquet_is_read_as(tmp_path: Path, table: str) -> None:
    pq.write_table(SCHEMAS[table].empty_table(), tmp_path / "empty.parquet")
    connection = duckdb.connect()
    read = connection.execute("describe select * from read_parquet(?)", [f"{tmp_path}/empty.parquet"]).fetchall()
    columns = ", ".join(f"null::{sql_type(field.type)} as {field.name}" for field in SCHEMAS[table])
    told = connection.execute(f"describe select {columns}").fetchall()
    assert [row[:2] for row in told] == [row[:2] for row in read]
