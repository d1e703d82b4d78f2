"""Rules that look at a debtor's whole history: how often, how soon again, by how many channels.

A rule is a kind with its figures; each kind is one statement of `history_rules/`, on the calls and contacts that
`queries/rule_touches.sql` counts. They run after each load and give the same findings as the rules of one call. What is
missing makes a rule "not checkable", never "kept".
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Final, Literal, get_args

import duckdb
import pyarrow as pa

from pipeline.errors import ConfigError
from pipeline.labels import Severity
from sql.warehouse import statement, statements

HistoryKind = Literal["contacts_per_day", "contacts_per_week", "contacts_in_days", "cool_down", "channels_per_week"]
KINDS: Final[tuple[HistoryKind, ...]] = get_args(HistoryKind)


@dataclass(frozen=True, slots=True)
class HistoryRule:
    """A limit of one country.

    Attributes:
        most: Contacts or channels allowed; the days of rest for a cool-down.
        days: Length of the window of `contacts_in_days`, this day included.
        channels: Channels that count; empty counts all.
        per_debt: Counts by debtor and debt; a contact without debt is then not checkable.
        per_channel: Counts each channel for itself.
        reached_only: Counts only contacts that reached the debtor; else attempts too.
        since: First day in force.
    """

    rule: str
    country: str
    kind: HistoryKind
    most: int
    severity: Severity
    since: date
    days: int = 7
    channels: tuple[str, ...] = ()
    per_debt: bool = False
    per_channel: bool = False
    reached_only: bool = True


def shipped_rules() -> tuple[HistoryRule, ...]:
    """The rules of `history_rules/limits.toml`, with their sources beside them."""
    text = resources.files("sql").joinpath("history_rules", "limits.toml").read_text(encoding="utf-8")
    return tuple(_rule(table) for table in tomllib.loads(text)["rules"])


def _rule(table: dict[str, object]) -> HistoryRule:
    known = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items() if k not in {"source", "says"}}
    rule = HistoryRule(**known)  # type: ignore[arg-type]
    if rule.kind not in KINDS:
        raise ConfigError(f"limits.toml: {rule.rule} has kind {rule.kind}; one of {', '.join(KINDS)} expected")
    return rule


_SCHEMA: Final = pa.schema(
    [
        ("rule", pa.string()),
        ("country", pa.string()),
        ("kind", pa.string()),
        ("most", pa.int32()),
        ("severity", pa.string()),
        ("since", pa.date32()),
        ("days", pa.int32()),
        ("channels", pa.list_(pa.string())),
        ("per_debt", pa.bool_()),
        ("per_channel", pa.bool_()),
        ("reached_only", pa.bool_()),
    ]
)


def find_breaches(connection: duckdb.DuckDBPyConnection, rules: Sequence[HistoryRule]) -> int:
    """Makes `history_findings` anew from all calls and contacts; returns how many rules were found broken.

    Runs in the caller's transaction.
    """
    table = pa.Table.from_pylist([{name: getattr(r, name) for name in _SCHEMA.names} for r in rules], _SCHEMA)
    connection.register("history_limits", table)
    connection.execute("delete from history_findings")
    connection.execute(statement("queries", "rule_touches"))
    for _, text in statements("history_rules"):
        connection.execute(text)
    connection.execute("drop table rule_touches")
    connection.unregister("history_limits")
    row = connection.execute("select count(*) from history_findings where result = 'broken'").fetchone()
    assert row is not None
    return int(row[0])
