"""Forward-only migrations: each file and its record in one transaction, with the digest of what was run.

A migration is never edited: a file whose digest is not the recorded one is an error, a database from a newer program
too.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import duckdb

from pipeline.errors import StoreError
from sql.warehouse import statements

_RECORD: Final = """
create table if not exists schema_migrations (
    name varchar primary key,
    sha256 varchar not null,
    applied_at timestamptz not null
);
comment on table schema_migrations is 'Migrations that made this schema.';
comment on column schema_migrations.name is 'File name of the migration.';
comment on column schema_migrations.sha256 is 'Digest of its text when it was run.';
comment on column schema_migrations.applied_at is 'When it was run.';
"""


@dataclass(frozen=True, slots=True)
class Migration:
    name: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrations(store: str) -> tuple[Migration, ...]:
    """Migrations of a store, `warehouse` or `journal`, in order."""
    return tuple(Migration(name, text) for name, text in statements(f"migrations/{store}"))


def pending(known: tuple[Migration, ...], applied: dict[str, str], where: str) -> tuple[Migration, ...]:
    """Migrations that are still to run.

    Raises:
        StoreError: A recorded one is unknown here, or its text has changed since.
    """
    digests = {m.name: m.sha256 for m in known}
    for name, sha256 in applied.items():
        if name not in digests:
            raise StoreError(f"{where}: migration {name} is unknown here; update this program")
        if digests[name] != sha256:
            raise StoreError(f"{where}: migration {name} was changed after it ran; bring back its first text")
    return tuple(m for m in known if m.name not in applied)


def migrate_warehouse(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Brings the warehouse up to date, then makes its views anew; names the migrations that ran."""
    exists = "select 1 from duckdb_tables() where table_name = 'schema_migrations' and not internal"
    if connection.execute(exists).fetchone() is None:
        connection.begin()
        connection.execute(_RECORD)
        connection.commit()
    applied = dict(connection.execute("select name, sha256 from schema_migrations").fetchall())
    due = pending(migrations("warehouse"), applied, "warehouse")
    for migration in due:
        connection.begin()
        try:
            connection.execute(migration.text)
            connection.execute(
                "insert into schema_migrations values (?, ?, ?)", [migration.name, migration.sha256, datetime.now(UTC)]
            )
            connection.commit()
        except duckdb.Error as error:
            connection.rollback()
            raise StoreError(f"warehouse: migration {migration.name} failed ({type(error).__name__})") from error
    _make_views(connection)
    return tuple(m.name for m in due)


def _make_views(connection: duckdb.DuckDBPyConnection) -> None:
    connection.begin()
    there = connection.execute("select view_name from duckdb_views() where not internal").fetchall()
    for (view,) in there:
        connection.execute(f'drop view "{view}"')
    for _, text in statements("views"):
        connection.execute(text)
    connection.commit()
