"""Staged shards -> warehouse: every shard that was not loaded yet, set-wise, in one short transaction.

Of one call the highest (plan, shard) counts, whatever the order of loading: a worker that comes late changes nothing,
and a re-analysis replaces all rows of its call. What was set aside is kept as long as no later plan analysed the call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import duckdb

from pipeline.errors import StoreError
from sql.migrate import migrate_warehouse
from sql.shards import StagedShard, staged_shards, verify_files
from sql.staged_schema import ADDED, SCHEMAS, sql_type
from sql.warehouse import connect, loader_lock, statements, warehouse_path

SOURCES: Final = {
    "calls": "calls",
    "call_metrics": "calls",
    "role_metrics": "role_metrics",
    "turns": "turns",
    "words": "words",
    "turn_labels": "turn_labels",
    "tone_flags": "tone_flags",
    "promises": "promises",
    "callbacks": "callbacks",
    "findings": "findings",
    "scorecards": "scorecards",
}
"""Table of the warehouse -> staged table that its rows come from, columns by name."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did.

    Attributes:
        shards: Shards loaded now; 0 means that there was nothing new.
        new: Calls that the warehouse did not know.
        replaced: Calls whose rows a higher plan replaced.
        outdated: Analyses that lost against a higher plan, in these shards or already loaded.
        failures: Set-aside calls recorded now.
    """

    shards: int = 0
    new: int = 0
    replaced: int = 0
    outdated: int = 0
    failures: int = 0


def load(root: Path, *, words: bool = False, threads: int | None = None) -> LoadReport:
    """Merges every staged shard that the warehouse does not know yet, or none: one transaction.

    Args:
        root: The data folder.
        words: Whether single words go into the warehouse too; the staged files always hold them.
        threads: As many as there are processors, unless told.

    Raises:
        StoreError: Another loader is at work, a staged file is damaged, or a check of the loaded rows fails; the
            warehouse is then as it was before.
    """
    with loader_lock(root):
        connection = connect(warehouse_path(root), spill=root / "spill", threads=threads)
        try:
            migrate_warehouse(connection)
            return merge(connection, root, words=words)
        finally:
            connection.close()


def merge(connection: duckdb.DuckDBPyConnection, root: Path, *, words: bool = False) -> LoadReport:
    """`load` on an open warehouse, whose lock the caller holds."""
    known = {name for (name,) in connection.execute("select manifest from ingest").fetchall()}
    shards = staged_shards(root, known)
    if not shards:
        return LoadReport()
    for shard in shards:
        verify_files(root, shard)
    connection.begin()
    try:
        report = _merge(connection, root, shards, words=words)
        _check_arrivals(connection)
        connection.execute("drop table replaced")
        connection.execute("drop table winners")
        connection.commit()
    except duckdb.Error as error:
        connection.rollback()
        raise StoreError(
            f"{len(shards)} staged shards: cannot be merged ({type(error).__name__}); run rebuild, and keep the shards"
        ) from error
    except BaseException:
        connection.rollback()
        raise
    return report


def run_checks(connection: duckdb.DuckDBPyConnection) -> None:
    """Runs `checks/*.sql`, each of which returns no row in a sound warehouse.

    Raises:
        StoreError: One returned a row; names the check and how many rows it found.
    """
    for name, text in statements("checks"):
        found = connection.execute(text).fetchall()
        if found:
            raise StoreError(f"check {name}: no row expected, {len(found)} found; run rebuild, then report it")


def _check_arrivals(connection: duckdb.DuckDBPyConnection) -> None:
    """Runs the checks on the calls that came in; all rows are checked again before each publication.

    Where few calls came, views of the staged rows take the place of the tables that the checks name: a small load must
    not read a large warehouse.
    """
    is_scoped = _count(connection, "winners") * 2 < _count(connection, "calls")
    if is_scoped:
        for table, source in SOURCES.items():
            connection.execute(
                f"create temp view {table} as "  # noqa: S608
                f"select staged.* from staged_{source} as staged semi join winners using (call_id, plan, shard)"
            )
    run_checks(connection)
    if is_scoped:
        for table in SOURCES:
            connection.execute(f"drop view temp.{table}")


def _merge(
    connection: duckdb.DuckDBPyConnection, root: Path, shards: Sequence[StagedShard], *, words: bool
) -> LoadReport:
    for table in SCHEMAS:
        _stage_view(connection, root, shards, table)
    connection.execute(_WINNERS)
    connection.execute(_REPLACED)
    n_replaced = _count(connection, "replaced")
    for table, source in SOURCES.items():
        if n_replaced:
            connection.execute(f"delete from {table} where call_id in (select call_id from replaced)")  # noqa: S608
        if table != "words" or words:
            connection.execute(_insert(connection, table, source))
    connection.execute(_FAILURES)
    connection.execute(_SETTLED_FAILURES)
    now = datetime.now(UTC)
    connection.executemany(
        "insert into ingest values (?, ?, ?, ?, ?, ?, ?)",
        [[s.name, s.sha256, s.plan, s.shard, len(s.calls), len(s.failures), now] for s in shards],
    )
    n_won = _count(connection, "winners")
    return LoadReport(
        shards=len(shards),
        new=n_won - n_replaced,
        replaced=n_replaced,
        outdated=sum(len(s.calls) for s in shards) - n_won,
        failures=sum(len(s.failures) for s in shards),
    )


_WINNERS: Final = """
create or replace temp table winners as
select call_id, plan, shard
from staged_calls as staged
where not exists (
    select 1 from calls
    where calls.call_id = staged.call_id and (calls.plan, calls.shard) >= (staged.plan, staged.shard)
)
qualify row_number() over (partition by call_id order by plan desc, shard desc) = 1
"""

_REPLACED: Final = """
create or replace temp table replaced as
select call_id from winners where call_id in (select call_id from calls)
"""

_FAILURES: Final = """
insert into failures by name
select call_id, position, plan, shard, uri, reason, message, stage from staged_failures
"""

# A failure stays while it is its call's newest attempt: no later failure, no later analysis.
_SETTLED_FAILURES: Final = """
delete from failures
where exists (select 1 from calls where calls.call_id = failures.call_id and calls.plan > failures.plan)
    or exists (
        select 1 from failures as later
        where later.call_id = failures.call_id and (later.plan, later.shard) > (failures.plan, failures.shard)
    )
"""


def _stage_view(connection: duckdb.DuckDBPyConnection, root: Path, shards: Sequence[StagedShard], table: str) -> None:
    connection.execute(f"drop view if exists staged_{table}")
    paths = [str(path) for shard in shards for path in shard.paths(root, table)]
    if paths:
        files = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
        source = f"read_parquet([{files}], hive_partitioning = false, union_by_name = {table in ADDED})"
        if table in ADDED:
            source = f"(select * from {source} union all by name {_no_row(table)})"  # noqa: S608
        connection.execute(f"create temp view staged_{table} as select * from {source}")  # noqa: S608
    else:
        # Not `register` of an empty table, which imports pandas: longer than loading a small shard.
        connection.execute(f"create temp view staged_{table} as {_no_row(table)}")


def _no_row(table: str) -> str:
    """A statement with all columns of a staged table and no row."""
    columns = ", ".join(f"null::{sql_type(field.type)} as {field.name}" for field in SCHEMAS[table])
    return f"select {columns} where false"


def _insert(connection: duckdb.DuckDBPyConnection, table: str, source: str) -> str:
    described = connection.execute(
        "select column_name from duckdb_columns() where table_name = ? and database_name = current_database()", [table]
    ).fetchall()
    staged = set(SCHEMAS[source].names)
    columns = ", ".join(name for (name,) in described if name in staged)
    return (
        f"insert into {table} by name select {columns} from staged_{source} "  # noqa: S608
        "semi join winners using (call_id, plan, shard)"
    )


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()  # noqa: S608
    assert row is not None
    return int(row[0])
