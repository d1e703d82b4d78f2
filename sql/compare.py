"""Whether two warehouses hold the same: a digest of each table's rows, whatever their order.

Two loads of the same shards differ only in when they ran, so the moments of the ledgers are left out.
"""

import hashlib
from typing import Final

import duckdb

_MOMENTS_OF_LOADING: Final = frozenset({("ingest", "loaded_at"), ("schema_migrations", "applied_at")})


def content(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Table -> digest of its rows: equal content gives equal digests, in any order of loading."""
    columns: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "select table_name, column_name from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'main' "
        "and table_name in (select table_name from duckdb_tables() where not internal and not temporary) "
        "order by table_name, column_index"
    ).fetchall():
        if (table, column) not in _MOMENTS_OF_LOADING:
            columns.setdefault(table, []).append(f'"{column}"::varchar')
    return {table: _digest(connection, table, names) for table, names in columns.items()}


def _digest(connection: duckdb.DuckDBPyConnection, table: str, names: list[str]) -> str:
    # struct_pack keeps null apart from the text "null" and columns apart from each other.
    packed = ", ".join(f"c{i} := {name}" for i, name in enumerate(names))
    row = f"struct_pack({packed})::varchar"
    rows = connection.execute(f"select {row} as line from {table} order by line").fetchall()  # noqa: S608
    return hashlib.sha256("\n".join(line for (line,) in rows).encode()).hexdigest()
