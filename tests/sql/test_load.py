"""Loading: idempotent, in any order, highest plan wins, nothing half done."""

import json
import multiprocessing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipeline.errors import StoreError
from pipeline.types import CallAnalysis, FailedCall, Provenance, StageKey, Turn
from sql import load as load_module
from sql.compare import content
from sql.load import LoadReport, load
from sql.publish import publish, rebuild
from sql.staged_schema import ADDED, SCHEMAS
from sql.staging import read_analyses, write_shard
from sql.warehouse import connect, loader_lock, statements, warehouse_path
from tests.sql.made import made_call

TODAY = date(2026, 3, 20)
GONE = FailedCall("c1", "c1.wav", "not_audio", "no audio stream", "decode")


def rows(root: Path, query: str) -> list[tuple[Any, ...]]:
    connection = connect(warehouse_path(root))
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def held(root: Path) -> dict[str, str]:
    connection = connect(warehouse_path(root))
    try:
        return content(connection)
    finally:
        connection.close()


def test_second_load_does_nothing(tmp_path: Path) -> None:
    write_shard(tmp_path, 1, "s", [made_call("c1"), made_call("c2")], [])
    assert load(tmp_path) == LoadReport(shards=1, new=2)
    before = held(tmp_path)
    assert load(tmp_path) == LoadReport()
    assert held(tmp_path) == before


def test_reanalysis_replaces_every_row_of_its_call(tmp_path: Path) -> None:
    write_shard(tmp_path, 1, "s", [made_call("c1"), made_call("c2")], [])
    load(tmp_path)
    shorter = made_call("c1", promises=(), outcome="refusal")
    understood = replace(shorter.understood, turns=shorter.understood.turns[:1], labels=())
    write_shard(tmp_path, 2, "s", [replace(shorter, understood=understood)], [])
    assert load(tmp_path) == LoadReport(shards=1, replaced=1)
    assert rows(tmp_path, "select call_id, count(*) from turns group by all order by all") == [("c1", 1), ("c2", 2)]
    assert rows(tmp_path, "select call_id from promises") == [("c2",)]
    assert rows(tmp_path, "select call_id, outcome, plan from calls order by call_id") == [
        ("c1", "refusal", 2),
        ("c2", "promise_to_pay", 1),
    ]


def test_late_worker_never_overwrites(tmp_path: Path) -> None:
    write_shard(tmp_path, 5, "s", [made_call("c1", text="nuevo")], [])
    load(tmp_path)
    write_shard(tmp_path, 4, "s", [made_call("c1", text="viejo"), made_call("c2")], [])
    assert load(tmp_path) == LoadReport(shards=1, new=1, outdated=1)
    assert rows(tmp_path, "select text from turns where call_id = 'c1' and turn = 1") == [("nuevo",)]


def test_failure_stands_until_a_later_plan_analyses_the_call(tmp_path: Path) -> None:
    write_shard(tmp_path, 1, "s", [], [GONE])
    load(tmp_path)
    assert rows(tmp_path, "select call_id, plan from failures") == [("c1", 1)]
    write_shard(tmp_path, 2, "s", [made_call("c1")], [])
    load(tmp_path)
    assert rows(tmp_path, "select call_id from failures") == []
    write_shard(tmp_path, 3, "s", [], [GONE])
    load(tmp_path)
    assert rows(tmp_path, "select call_id, plan from failures") == [("c1", 3)]
    assert rows(tmp_path, "select call_id, plan from calls") == [("c1", 2)], "the older analysis still stands"


def test_damaged_file_loads_nothing_of_any_shard(tmp_path: Path) -> None:
    write_shard(tmp_path, 1, "a", [made_call("c1")], [])
    write_shard(tmp_path, 1, "b", [made_call("c2")], [])
    victim = next((tmp_path / "staged").glob("day=*/turns-p000001-b-*"))
    victim.write_bytes(victim.read_bytes()[:-8] + b"\0" * 8)
    with pytest.raises(StoreError, match=r"turns-p000001-b"):
        load(tmp_path)
    assert rows(tmp_path, "select count(*) from calls") == [(0,)]


def test_failing_check_leaves_the_warehouse_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_shard(tmp_path, 1, "s", [made_call("c1")], [])
    load(tmp_path)
    before = held(tmp_path)
    write_shard(tmp_path, 2, "s", [made_call("c1"), made_call("c2")], [])
    with monkeypatch.context() as patch:
        patch.setattr(load_module, "statements", lambda _: (("never_c2", "select 1 from calls where call_id = 'c2'"),))
        with pytest.raises(StoreError, match="never_c2: no row expected, 1 found"):
            load(tmp_path)
    assert held(tmp_path) == before
    assert load(tmp_path) == LoadReport(shards=1, new=1, replaced=1)


@pytest.mark.parametrize(
    ("check", "damage"),
    [
        ("turns_without_gaps", "insert into turns select turns.* from turns where turn = 1"),
        ("references_to_turns", "update turn_labels set turn = 9"),
        ("positions_once", "insert into promises select promises.* from promises"),
        ("rows_of_known_calls", "update role_metrics set call_id = 'nobody'"),
        ("metrics_of_every_call", "delete from call_metrics"),
        ("replaced_promises", "update promises set replaced_by = position"),
        ("calls_in_ingest", "delete from ingest"),
        ("failures_are_newest", "insert into failures values ('c1', 0, 0, 's', null, 'not_audio', 'm', 'decode')"),
    ],
)
def test_each_check_finds_its_damage(tmp_path: Path, check: str, damage: str) -> None:
    write_shard(tmp_path, 1, "s", [made_call("c1")], [])
    load(tmp_path)
    connection = connect(warehouse_path(tmp_path))
    load_module.run_checks(connection)
    connection.execute(damage)
    with pytest.raises(StoreError, match=f"check {check}:"):
        load_module.run_checks(connection)
    connection.close()


def test_small_load_into_a_large_warehouse_is_checked_too(tmp_path: Path) -> None:
    """A staged file that contradicts itself, as only a wrong worker would write it, is refused at any size."""
    write_shard(tmp_path, 1, "s", [made_call(f"c{i}") for i in range(5)], [])
    load(tmp_path)
    manifest = write_shard(tmp_path, 2, "s", [made_call("c9")], [])
    document = json.loads(manifest.read_text())
    document["files"] = [f for f in document["files"] if f["table"] != "turns"]
    manifest.write_text(json.dumps(document))
    with pytest.raises(StoreError, match="check references_to_turns"):
        load(tmp_path)
    assert rows(tmp_path, "select count(*) from calls") == [(5,)]


def test_every_check_has_its_damage() -> None:
    tested = {case[0] for case in test_each_check_finds_its_damage.pytestmark[0].args[1]}  # type: ignore[attr-defined]
    assert tested == {name for name, _ in statements("checks")}


def test_rebuild_is_equal_in_content(tmp_path: Path) -> None:
    write_shard(tmp_path, 1, "s", [made_call("c1"), made_call("c2")], [GONE])
    load(tmp_path)
    write_shard(tmp_path, 3, "s", [made_call("c1", promises=())], [])
    load(tmp_path)
    write_shard(tmp_path, 2, "s", [made_call("c1"), made_call("c3")], [replace(GONE, call_id="c4")])
    load(tmp_path)
    publish(tmp_path, TODAY)
    before = held(tmp_path)
    warehouse_path(tmp_path).write_bytes(b"damaged")
    rebuild(tmp_path, TODAY)
    assert held(tmp_path) == before


def test_words_are_loaded_only_if_asked(tmp_path: Path) -> None:
    write_shard(tmp_path, 1, "s", [made_call("c1")], [])
    load(tmp_path)
    assert rows(tmp_path, "select count(*) from words") == [(0,)]
    rebuild(tmp_path, words=True)
    assert rows(tmp_path, "select turn, count(*) from words group by turn order by turn") == [(0, 4), (1, 7)]


def _hold(root: Path, ready: Any, done: Any) -> None:
    with loader_lock(root):
        ready.set()
        done.wait(60)


def test_second_loader_is_told_who_holds_the_warehouse(tmp_path: Path) -> None:
    write_shard(tmp_path, 1, "s", [made_call("c1")], [])
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(tmp_path, ready, done))
    holder.start()
    assert ready.wait(60)
    for work in (load, publish, rebuild):
        with pytest.raises(StoreError, match=rf"process {holder.pid} "):
            work(tmp_path)
    done.set()
    holder.join(60)
    assert load(tmp_path).new == 1


def _keep_open(root: Path, ready: Any, done: Any) -> None:
    connection = duckdb.connect(str(warehouse_path(root)))
    ready.set()
    done.wait(60)
    connection.close()


def test_file_held_by_other_means_is_told(tmp_path: Path) -> None:
    """Somebody who opens the file with DuckDB's own shell, say, is named too."""
    write_shard(tmp_path, 1, "s", [made_call("c1")], [])
    load(tmp_path)
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    holder = context.Process(target=_keep_open, args=(tmp_path, ready, done))
    holder.start()
    assert ready.wait(60)
    write_shard(tmp_path, 2, "s", [made_call("c2")], [])
    with pytest.raises(StoreError, match=rf"held by process {holder.pid};"):
        load(tmp_path)
    done.set()
    holder.join(60)
    assert load(tmp_path).new == 1


def test_analysis_that_does_not_fit_is_a_failure(tmp_path: Path) -> None:
    call = made_call("c1")
    jumped = replace(call.understood, turns=(replace(call.understood.turns[0], index=4), *call.understood.turns[1:]))
    faults: list[CallAnalysis] = [
        replace(call, understood=jumped),
        made_call("c2", promises=(replace(made_call("x").understood.promises[0], turns=(7,)),)),
    ]
    write_shard(tmp_path, 1, "s", faults, [])
    load(tmp_path)
    assert rows(tmp_path, "select call_id, reason from failures order by 1") == [
        ("c1", "stage_failed"),
        ("c2", "stage_failed"),
    ]


def test_analysis_key_ignores_the_order_of_stages(tmp_path: Path) -> None:
    call = made_call("c1")
    keys = (StageKey("b", "2"), StageKey("a", "1"))
    provenance: Provenance = replace(call.provenance, stage_keys=keys)
    other = replace(call.provenance, stage_keys=keys[::-1])
    write_shard(
        tmp_path,
        1,
        "s",
        [replace(call, provenance=provenance), replace(made_call("c2"), provenance=other)],
        [],
    )
    load(tmp_path)
    assert rows(tmp_path, "select count(distinct analysis_key) from calls") == [(1,)]


def test_call_without_turns_loads(tmp_path: Path) -> None:
    call = made_call("c1", promises=())
    nothing: tuple[Turn, ...] = ()
    silent = replace(call.understood, turns=nothing, labels=(), outcome="voicemail")
    write_shard(tmp_path, 1, "s", [replace(call, understood=silent, findings=(), scorecard=())], [])
    assert load(tmp_path).new == 1


def test_shards_of_a_version_that_told_less_are_loaded_with_nulls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        for table, columns in ADDED.items():
            fields = [field for field in SCHEMAS[table] if field.name not in columns]
            patch.setitem(SCHEMAS, table, pa.schema(fields))
        write_shard(tmp_path, 1, "old", [made_call("c1")], [])
    call = made_call("c2")
    labels = (replace(call.understood.labels[0], labels=("excuse",), reason="forgot", asked=True),)
    new = replace(call, understood=replace(call.understood, labels=labels))
    write_shard(tmp_path, 1, "new", [new], [])
    load(tmp_path)
    asked = "select call_id, asked from turn_labels order by call_id"
    assert rows(tmp_path, asked) == [("c1", None), ("c2", True)]
    assert rows(tmp_path, "select call_id, reason, asked from reasons") == [("c2", "forgot", True)]
    read = read_analyses(tmp_path, ["c1", "c2"])
    assert [read[name].understood.labels[0].asked for name in ("c1", "c2")] == [None, True]


def test_a_shard_of_an_older_version_alone_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        for table, columns in ADDED.items():
            patch.setitem(SCHEMAS, table, pa.schema([f for f in SCHEMAS[table] if f.name not in columns]))
        write_shard(tmp_path, 1, "old", [made_call("c1")], [])
    assert load(tmp_path).new == 1
    assert rows(tmp_path, "select call_id, asked from turn_labels") == [("c1", None)]
