"""The journal: one SQLite file in WAL mode, what people and other systems said. It is never rebuilt: back it up.

Readers and one writer at a time work side by side; a writer waits up to ten seconds for another one.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pipeline.errors import StoreError
from sql.migrate import migrations, pending

BUSY_SECONDS: Final = 10.0

_RECORD: Final = """
create table if not exists schema_migrations (
    name text primary key not null, -- File name of the migration.
    sha256 text not null, -- Digest of its text when it was run.
    applied_at text not null -- When it was run.
) strict
"""


def journal_path(root: Path) -> Path:
    return root / "journal.sqlite"


@contextmanager
def open_journal(root: Path) -> Iterator[sqlite3.Connection]:
    """The journal, made or brought up to date if need be. Rows come by column name; close ends the block.

    Writes go into `with writing(connection)`; without it a statement is a transaction of its own.

    Raises:
        StoreError: The file cannot be opened, or comes from a newer program.
    """
    path = journal_path(root)
    try:
        root.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{path}: cannot be opened ({type(error).__name__}); check its rights") from error
    with closing(connection):
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("pragma journal_mode = wal")
            # Full: what a person judged is on the disk when the page says so.
            connection.execute("pragma synchronous = full")
            connection.execute("pragma foreign_keys = on")
            apply_migrations(connection, path.name)
        except sqlite3.Error as error:
            raise StoreError(f"{path}: no journal of this program ({error}); bring back a backup") from error
        yield connection


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction that takes the write lock at once: all of the block or nothing of it.

    Raises:
        StoreError: Another process has been writing for `BUSY_SECONDS`.
    """
    try:
        connection.execute("begin immediate")
    except sqlite3.OperationalError as error:
        raise StoreError("journal: another process is writing; wait until it is done") from error
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def now_text() -> str:
    """This moment as the journal writes it."""
    return moment_text(datetime.now(UTC))


def moment_text(moment: datetime) -> str:
    """A moment as the journal writes it: ISO 8601 in UTC, to the second, sortable as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def apply_migrations(connection: sqlite3.Connection, name: str) -> None:
    """Brings a journal up to date; `name` is for messages.

    Raises:
        StoreError: It comes from a newer program, or a migration was changed after it ran.
    """
    known = migrations("journal")
    if [row[0] for row in _applied(connection)] == [m.name for m in known]:
        pending(known, {row[0]: row[1] for row in _applied(connection)}, name)
        return
    # Under the write lock, and looked up again: two programs may start at once.
    with writing(connection):
        connection.execute(_RECORD)
        for migration in pending(known, {row[0]: row[1] for row in _applied(connection)}, name):
            for statement in _statements(migration.text):
                connection.execute(statement)
            connection.execute(
                "insert into schema_migrations values (?, ?, ?)", [migration.name, migration.sha256, now_text()]
            )


def _applied(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    found = connection.execute("select 1 from sqlite_master where name = 'schema_migrations'").fetchone()
    return connection.execute("select name, sha256 from schema_migrations order by name").fetchall() if found else []


def _statements(text: str) -> Iterator[str]:
    """Statements of a script one by one: `executescript` would commit the transaction that holds them together."""
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
