"""What triage spared, by call, by collector and hour; and whether it was right where it was tried."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from pipeline.types import CallAnalysis, Triage, TriageDecision
from sql import reading
from sql.load import load
from sql.migrate import migrate_warehouse, migrations
from sql.publish import publish
from sql.results import Selection
from sql.staging import read_analyses, write_shard
from sql.warehouse import connect
from tests.sql.made import MEXICO, made_call

NOON = datetime(2026, 3, 12, 12, 5, tzinfo=MEXICO)


def with_triage(call: CallAnalysis, decision: TriageDecision, *, speech: float, silent: bool) -> CallAnalysis:
    found = Triage("tones", 0.995, signals=("busy",), speech=speech, decision=decision)
    call = replace(call, heard=replace(call.heard, triage=found))
    if not silent:
        return call
    nothing = replace(
        call.understood, turns=(), labels=(), promises=(), outcome="no_agreement", metrics=call.understood.metrics
    )
    return replace(call, understood=nothing, findings=(), scorecard=())


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    calls = [
        made_call("talk", started_at=NOON),
        with_triage(made_call("busy-1", started_at=NOON), "skipped", speech=12.5, silent=True),
        with_triage(made_call("busy-2", started_at=NOON.replace(minute=59)), "skipped", speech=1.5, silent=True),
        with_triage(made_call("busy-3", started_at=NOON.replace(hour=13)), "skipped", speech=0.0, silent=True),
        with_triage(made_call("tried", started_at=NOON), "sampled", speech=4.0, silent=True),
        with_triage(made_call("wrong", started_at=NOON, agent_id=None), "sampled", speech=30.0, silent=False),
    ]
    write_shard(folder, 1, "s", calls, [])
    load(folder)
    publish(folder)
    return folder


def test_skipped_and_sampled_calls_are_listed(root: Path) -> None:
    with reading.open_published(root) as connection:
        rows = {row.call_id: row for row in reading.spared_calls(connection)}
    assert set(rows) == {"busy-1", "busy-2", "busy-3", "tried", "wrong"}
    assert (rows["busy-1"].decision, rows["busy-1"].signals, rows["busy-1"].was_wrong) == ("skipped", ("busy",), None)
    assert (rows["tried"].turns, rows["tried"].was_wrong) == (0, False)
    assert (rows["wrong"].turns, rows["wrong"].was_wrong) == (2, True)
    assert rows["busy-3"].hour.isoformat() == "2026-03-12T13:00:00"


def test_seconds_spared_by_collector_and_hour(root: Path) -> None:
    with reading.open_published(root) as connection:
        rows = reading.spared_hours(connection)
        one = reading.spared_hours(connection, Selection(agent_id="A-07", last_day=date(2026, 3, 12)))
        none = reading.spared_hours(connection, Selection(first_day=date(2026, 3, 13)))
    told = {(r.agent_id, r.hour.hour): (r.calls, r.skipped, r.sampled, r.wrong, r.seconds, r.speech) for r in rows}
    assert told == {
        ("A-07", 12): (4, 2, 1, 0, 120.0, 14.0),
        ("A-07", 13): (1, 1, 0, 0, 60.0, 0.0),
        (None, 12): (1, 0, 1, 1, 0.0, 0.0),
    }
    assert len(one) == 2
    assert none == ()


def test_triage_comes_back_from_staging_as_it_was(root: Path) -> None:
    found = read_analyses(root, ["busy-1"])["busy-1"].heard.triage
    assert found == Triage("tones", 0.995, signals=("busy",), speech=12.5, decision="skipped")


def test_a_warehouse_of_before_keeps_its_calls(tmp_path: Path) -> None:
    before = [m for m in migrations("warehouse") if m.name < "0005"]
    with connect(tmp_path / "w.duckdb", threads=1) as connection:
        for migration in before:
            connection.execute(migration.text)
        _insert_old_call(connection)
        connection.execute(
            "create table schema_migrations (name varchar primary key, sha256 varchar, applied_at timestamptz)"
        )
        connection.executemany(
            "insert into schema_migrations values (?, ?, now())", [[m.name, m.sha256] for m in before]
        )
        assert "0005_triage" in migrate_warehouse(connection)
        kept = connection.execute("select call_id, triage_kind, triage_decision from calls").fetchall()
        assert kept == [("old", "hold_music", None)]
        assert connection.execute("select count(*) from spared_calls").fetchone() == (0,)


def _insert_old_call(connection: duckdb.DuckDBPyConnection) -> None:
    needed = connection.execute(
        "select column_name, data_type from duckdb_columns() where table_name = 'calls' and not is_nullable"
    ).fetchall()
    given = {"call_id": "'old'", "triage_kind": "'hold_music'", "outcome": "'no_agreement'", "started_at": "now()"}
    defaults = {"INTEGER": "1", "VARCHAR": "'x'", "DATE": "current_date", "VARCHAR[]": "[]"}
    values = [given.get(name) or defaults.get(kind) or ("[]" if kind.endswith("[]") else "1") for name, kind in needed]
    names = ", ".join(name for name, _ in needed)
    connection.execute(f"insert into calls ({names}) values ({', '.join(values)})")  # noqa: S608
