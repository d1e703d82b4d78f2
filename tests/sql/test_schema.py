"""Both stores as they are made: documented, strict, and changed by migrations only."""

import sqlite3
from pathlib import Path
from typing import get_args

import duckdb
import pytest

from pipeline.errors import StoreError
from pipeline.labels import LABELS, OUTCOMES, ROLES, SEVERITIES, STEPS, TONE_CATEGORIES
from pipeline.types import Dialled, Direction
from sql import journal as journal_module
from sql import migrate
from sql.dictionary import dictionary, journal_tables, warehouse_tables
from sql.journal import journal_path, open_journal, writing
from sql.migrate import Migration, migrate_warehouse
from sql.results import PromiseState
from sql.warehouse import connect


def test_the_dictionary_tells_every_column_that_the_migrations_make() -> None:
    told = dictionary()
    for table in (*warehouse_tables(), *journal_tables()):
        assert f"### {table.name}\n\n{table.comment}" in told
        for column in table.columns:
            assert f"| {column.name} |" in told
            assert (column.comment or "no comment") in told


def test_every_table_and_column_says_what_it_means() -> None:
    for table in (*warehouse_tables(), *journal_tables()):
        assert table.comment, table.name
        assert table.comment.endswith("."), table.name
        for column in table.columns:
            assert column.comment, f"{table.name}.{column.name}"


def test_closed_lists_are_those_of_the_domain() -> None:
    with connect(":memory:", threads=1) as connection:
        migrate_warehouse(connection)
        for name, members in {
            "speaker_role": ROLES,
            "turn_label": LABELS,
            "call_step": STEPS,
            "call_outcome": OUTCOMES,
            "tone_category": TONE_CATEGORIES,
            "severity": SEVERITIES,
            "call_direction": get_args(Direction),
            "dialled_party": get_args(Dialled),
            "promise_state": get_args(PromiseState),
        }.items():
            found = connection.execute(f"select enum_range(null::{name})").fetchone()
            assert found is not None
            assert tuple(found[0]) == tuple(members), name


def test_every_journal_table_is_strict(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        for name, strict in journal.execute("select name, strict from pragma_table_list where schema = 'main'"):
            assert strict or name.startswith("sqlite_"), name
        assert journal.execute("pragma journal_mode").fetchone()[0] == "wal"
        with pytest.raises(sqlite3.IntegrityError):
            journal.execute("insert into payments values ('p', 'D', null, '2026-03-12', 'much', null)")


def test_migration_runs_once_and_wholly(monkeypatch: pytest.MonkeyPatch) -> None:
    first, broken = (
        Migration("1", "create table a (x integer)"),
        Migration("2", "create table b (x integer); select no;"),
    )
    with connect(":memory:", threads=1) as connection:
        monkeypatch.setattr(migrate, "statements", lambda _: ())
        monkeypatch.setattr(migrate, "migrations", lambda _: (first, broken))
        with pytest.raises(StoreError, match="migration 2 failed"):
            migrate_warehouse(connection)
        tables = {row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()}
        assert tables == {"schema_migrations", "a"}, "the failing migration left nothing"
        monkeypatch.setattr(migrate, "migrations", lambda _: (first, Migration("2", "create table b (x integer)")))
        assert migrate_warehouse(connection) == ("2",)
        assert migrate_warehouse(connection) == ()
        recorded = connection.execute("select name, sha256 from schema_migrations order by name").fetchall()
        assert recorded[0] == ("1", first.sha256)


def test_edited_and_unknown_migrations_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with connect(":memory:", threads=1) as connection:
        migrate_warehouse(connection)
        changed = tuple(Migration(m.name, m.text + " ") for m in migrate.migrations("warehouse"))
        monkeypatch.setattr(migrate, "migrations", lambda _: changed)
        with pytest.raises(StoreError, match="was changed after it ran"):
            migrate_warehouse(connection)
        monkeypatch.setattr(migrate, "migrations", lambda _: ())
        with pytest.raises(StoreError, match="update this program"):
            migrate_warehouse(connection)


def test_journal_migration_is_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_journal(tmp_path):
        pass
    known = migrate.migrations("journal")
    broken = Migration("9999_broken", "create table extra (x integer) strict;\ninsert into nowhere values (1);\n")
    with monkeypatch.context() as patch:
        patch.setattr(journal_module, "migrations", lambda _: (*known, broken))
        with pytest.raises(StoreError, match="no journal of this program"), open_journal(tmp_path):
            pass
    with open_journal(tmp_path) as journal:
        assert journal.execute("select count(*) from sqlite_master where name = 'extra'").fetchone()[0] == 0


def test_journal_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal, writing(journal):
        journal.execute("insert into schema_migrations values ('9999_newer', 'x', '2030-01-01T00:00:00Z')")
    with pytest.raises(StoreError, match="update this program"), open_journal(tmp_path):
        pass


def test_file_that_is_no_journal_is_said(tmp_path: Path) -> None:
    journal_path(tmp_path).write_bytes(b"no database, and long enough to be looked at as one" * 30)
    with pytest.raises(StoreError, match="no journal"), open_journal(tmp_path):
        pass


def test_failed_block_writes_nothing(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        with pytest.raises(KeyError), writing(journal):  # noqa: PT012
            journal.execute("insert into erasures values (1, 'D', 'r', 'u', '2026-03-12T00:00:00Z')")
            raise KeyError
        assert journal.execute("select count(*) from erasures").fetchone()[0] == 0


def test_no_connection_reaches_for_extensions() -> None:
    with connect(":memory:", threads=1) as connection:
        for setting in ("autoinstall_known_extensions", "autoload_known_extensions"):
            found = connection.execute("select current_setting(?)", [setting]).fetchone()
            assert found == (False,), setting
        with pytest.raises(duckdb.Error):
            connection.execute("select stem('pagos', 'spanish')")
