"""What readers ask of the published warehouse. Nobody here writes, and no reader meets the loader's lock.

    with open_published(root) as connection:
        for row in agents(connection, Selection(first_day=date(2026, 3, 1))):
            ...

Each function runs the statement of its name in `queries/` and returns a tuple of the row type of `sql.results`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any, Final, TypeVar

import duckdb

from pipeline.errors import StoreError
from sql.migrate import migrations, pending
from sql.results import (
    AgentAmountRow,
    AgentOutcomeRow,
    AgentRow,
    AgentScoreRow,
    AgentToneRow,
    CallRow,
    DebtorRow,
    DueRow,
    FailureRow,
    FindingRow,
    MetricsRow,
    PromiseRow,
    Selection,
    SparedCallRow,
    SparedHourRow,
    ToneRow,
    TotalsRow,
    TurnRow,
    VoiceRow,
    WeightsRow,
)
from sql.warehouse import connect, published_path, statement

Connection = duckdb.DuckDBPyConnection

ALL: Final = Selection()
_Row = TypeVar("_Row")


@contextmanager
def open_published(root: Path, *, threads: int | None = None) -> Iterator[Connection]:
    """The published copy, read-only, as it is now: a copy published later is seen by whoever opens later.

    The connection belongs to one thread; take `connection.cursor()` for another.

    Raises:
        StoreError: Nothing was published yet, or the copy is of another version.
    """
    path = published_path(root)
    if not path.exists():
        raise StoreError(f"{path}: nothing is published yet; run some calls first, or load")
    # Attached to an own instance in memory: a process that still reads the former copy would else be given that one.
    connection = connect(":memory:", threads=threads)
    try:
        attached = str(path).replace("'", "''")
        try:
            connection.execute(f"attach '{attached}' as published (read_only)")
            connection.execute("use published")
            connection.execute("set enable_external_access = false")
            applied = dict(connection.execute("select name, sha256 from schema_migrations").fetchall())
        except duckdb.Error as error:
            raise StoreError(f"{path}: cannot be opened ({type(error).__name__}); publish it again: load") from error
        if pending(migrations("warehouse"), applied, str(path)):
            raise StoreError(f"{path}: published by an older version of this program; publish it again: load")
        yield connection
    finally:
        connection.close()


def totals(connection: Connection, selection: Selection = ALL) -> TotalsRow:
    """The selection in all, in one row."""
    return _selected(connection, "totals", TotalsRow, selection)[0]


def agents(connection: Connection, selection: Selection = ALL) -> tuple[AgentRow, ...]:
    """One row a collector, most calls first."""
    return _selected(connection, "agents", AgentRow, selection)


def agent_outcomes(connection: Connection, selection: Selection = ALL) -> tuple[AgentOutcomeRow, ...]:
    """How each collector's calls ended."""
    return _selected(connection, "agent_outcomes", AgentOutcomeRow, selection)


def agent_amounts(connection: Connection, selection: Selection = ALL) -> tuple[AgentAmountRow, ...]:
    """What each collector was promised, by currency."""
    return _selected(connection, "agent_amounts", AgentAmountRow, selection)


def agent_tone(connection: Connection, selection: Selection = ALL) -> tuple[AgentToneRow, ...]:
    """Aggressive turns of each collector by category and severity."""
    return _selected(connection, "agent_tone", AgentToneRow, selection)


def agent_scores(connection: Connection, selection: Selection = ALL) -> tuple[AgentScoreRow, ...]:
    """How often each collector's calls met each item of the scorecard."""
    return _selected(connection, "agent_scores", AgentScoreRow, selection)


def debtors(connection: Connection, selection: Selection = ALL) -> tuple[DebtorRow, ...]:
    """One row a debtor, newest call first."""
    return _selected(connection, "debtors", DebtorRow, selection)


def promises(connection: Connection, selection: Selection = ALL) -> tuple[PromiseRow, ...]:
    """Promises that stand at the end of their call, by start of the call: the CRM's export."""
    return _selected(connection, "promises", PromiseRow, selection)


def promises_by_due_date(connection: Connection, selection: Selection = ALL) -> tuple[DueRow, ...]:
    """Promises and amounts by due day, currency and state; no due day comes last."""
    return _selected(connection, "promises_by_due_date", DueRow, selection)


def calls(connection: Connection, selection: Selection = ALL) -> tuple[CallRow, ...]:
    """One row a call, by start."""
    return _selected(connection, "calls", CallRow, selection)


def tone_flags(connection: Connection, selection: Selection = ALL) -> tuple[ToneRow, ...]:
    """Aggressive turns with their quotes, gravest first."""
    return _selected(connection, "tone_flags", ToneRow, selection)


def metrics(connection: Connection, selection: Selection = ALL) -> tuple[MetricsRow, ...]:
    """Talk, silence and interruptions of each call."""
    return _selected(connection, "metrics", MetricsRow, selection)


def findings(connection: Connection, selection: Selection = ALL) -> tuple[FindingRow, ...]:
    """Rules that were looked at, those of the debtor's history too."""
    return _selected(connection, "findings", FindingRow, selection)


def spared_calls(connection: Connection, selection: Selection = ALL) -> tuple[SparedCallRow, ...]:
    """Calls that triage skipped, or that were analysed to see whether that were right, by hour."""
    return _selected(connection, "spared_calls", SparedCallRow, selection)


def spared_hours(connection: Connection, selection: Selection = ALL) -> tuple[SparedHourRow, ...]:
    """What triage spared, by hour and collector."""
    return _selected(connection, "spared_hours", SparedHourRow, selection)


def voices(connection: Connection, selection: Selection = ALL) -> tuple[VoiceRow, ...]:
    """Calls in which a voice was raised, those to listen to first: all audio it was measured on is synthetic."""
    return _selected(connection, "voices", VoiceRow, selection)


def weights(connection: Connection) -> tuple[WeightsRow, ...]:
    """Weights that made the analyses, by name."""
    return _read(connection, "weights", WeightsRow, {})


def failures(connection: Connection) -> tuple[FailureRow, ...]:
    """Calls that were set aside, by reason."""
    return _read(connection, "failures", FailureRow, {})


def turns(connection: Connection, call_id: str) -> tuple[TurnRow, ...]:
    """The turns of one call with their labels, in order; none if the call is unknown."""
    return _read(connection, "turns", TurnRow, {"call_id": call_id})


def _selected(connection: Connection, name: str, row: type[_Row], selection: Selection) -> tuple[_Row, ...]:
    return _read(connection, name, row, asdict(selection))


def _read(connection: Connection, name: str, row: type[_Row], parameters: Mapping[str, Any]) -> tuple[_Row, ...]:
    """Rows of a statement as values: columns by name, moments in the offset of their call."""
    cursor = connection.execute(statement("queries", name), dict(parameters))
    columns = [column[0] for column in cursor.description or []]
    known = {field.name for field in fields(row)}  # type: ignore[arg-type]
    return tuple(row(**_values(columns, values, known)) for values in cursor.fetchall())


def _values(columns: list[str], values: tuple[Any, ...], known: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {c: tuple(v) if isinstance(v, list) else v for c, v in zip(columns, values, strict=True)}
    offset = found.get("utc_offset")
    if offset is not None:
        found["started_at"] = found["started_at"].astimezone(timezone(timedelta(seconds=offset)))
    return {name: found[name] for name in known}
