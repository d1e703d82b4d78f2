"""The data dictionary, made from the comments in the migrations of both stores and from the headers of the views.

python -m sql.dictionary    # prints it: it is made of the migrations' comments, so no copy lies in the tree
"""

import re
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass

from sql.journal import apply_migrations
from sql.migrate import migrate_warehouse
from sql.warehouse import connect, statements

_HEAD = """# Data dictionary

Made from the comments in `sql/migrations/` and `sql/views/` by `python -m sql.dictionary`; a test compares the two.

- **Warehouse** (`warehouse.duckdb`, read in `published/`): made from recordings, can be made again at any time.
- **Journal** (`journal.sqlite`): what people and other systems said; back it up, nothing can make it again.
"""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: str
    nullable: bool
    comment: str | None


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    comment: str | None
    columns: tuple[Column, ...]


def warehouse_tables() -> tuple[Table, ...]:
    """Tables of the warehouse with their comments."""
    connection = connect(":memory:", threads=1)
    try:
        migrate_warehouse(connection)
        tables = connection.execute(
            "select table_name, comment from duckdb_tables() where not internal order by table_name"
        ).fetchall()
        columns = connection.execute(
            "select table_name, column_name, data_type, is_nullable, comment from duckdb_columns() "
            "where not internal order by table_name, column_index"
        ).fetchall()
    finally:
        connection.close()
    return tuple(
        Table(
            name, comment, tuple(Column(c, _short(kind), null, note) for t, c, kind, null, note in columns if t == name)
        )
        for name, comment in tables
    )


def journal_tables() -> tuple[Table, ...]:
    """Tables of the journal: SQLite keeps the text of a table with the comments in it."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        apply_migrations(connection, "journal")
        rows = connection.execute(
            "select name, sql from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name"
        ).fetchall()
        comments = _table_comments()
        return tuple(
            Table(
                name,
                comments.get(name),
                tuple(
                    Column(c["name"], c["type"].lower(), not c["notnull"], _column_comments(text).get(c["name"]))
                    for c in connection.execute(f'pragma table_info("{name}")')
                ),
            )
            for name, text in rows
        )


def dictionary() -> str:
    """The document."""
    parts = [_HEAD, "## Warehouse\n"]
    parts += [_section(table) for table in warehouse_tables()]
    parts.append("## Views of the warehouse\n")
    parts += [_view(name, text) for name, text in statements("views")]
    parts.append("## Journal\n")
    parts += [_section(table) for table in journal_tables()]
    return "\n".join(parts).rstrip() + "\n"


def _short(kind: str) -> str:
    """A type without the spelled-out members of its enumerations: those are listed by the guidelines."""
    return re.sub(r"ENUM\(([^)]*)\)", lambda m: "one of " + m[1].replace("'", ""), kind).lower()


def _table_comments() -> dict[str, str]:
    found: dict[str, str] = {"schema_migrations": "Migrations that made this schema."}
    for _, text in statements("migrations/journal"):
        found |= {name: comment for comment, name in re.findall(r"^-- (.+)\ncreate table (\w+)", text, re.MULTILINE)}
    return found


def _column_comments(text: str) -> dict[str, str]:
    return dict(re.findall(r"^ {4}([a-z_0-9]+) .*? -- (.+)$", text, re.MULTILINE))


def _section(table: Table) -> str:
    lines = [
        f"### {table.name}\n",
        f"{table.comment}\n",
        "| column | type | may be null | meaning |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| {c.name} | {c.kind} | {'yes' if c.nullable else ''} | {c.comment} |" for c in table.columns]
    return "\n".join(lines) + "\n"


def _view(name: str, text: str) -> str:
    head = " ".join(line.removeprefix("-- ").strip() for line in text.splitlines() if line.startswith("--"))
    question, grain, columns = re.split(r" ?(?:Question|Grain|Columns): ", head)[1:4]
    return f"### {name.split('_', 1)[1]}\n\n{question}\n\n- Grain: {grain}\n- Columns: {columns}\n"


if __name__ == "__main__":
    sys.stdout.write(dictionary())
