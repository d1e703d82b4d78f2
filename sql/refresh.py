"""What follows from loaded calls and the journal together: erasures, promises settled, rules of the history.

Made anew as a whole before each publication: it depends on the day, and on payments that come without any call. A
promise whose due day lies after the last payment known stays pending: without books nothing is broken.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from pipeline.errors import StoreError
from sql.history import HistoryRule, find_breaches, shipped_rules
from sql.journal import open_journal
from sql.load import SOURCES, run_checks
from sql.settle import Paid, Promised, Settled, SettlementPolicy, settle
from sql.staged_schema import MOMENT, MONEY
from sql.warehouse import statement


@dataclass(frozen=True, slots=True)
class RefreshConfig:
    """How promises are settled, and which limits on contacts are looked at."""

    settlement: SettlementPolicy = field(default_factory=SettlementPolicy)
    history: tuple[HistoryRule, ...] = field(default_factory=shipped_rules)


_PAYMENTS: Final = pa.schema(
    [
        ("payment_id", pa.string()),
        ("debtor_id", pa.string()),
        ("debt_id", pa.string()),
        ("paid_on", pa.date32()),
        ("amount", MONEY),
        ("currency", pa.string()),
    ]
)
_CONTACTS: Final = pa.schema(
    [
        ("contact_id", pa.string()),
        ("debtor_id", pa.string()),
        ("debt_id", pa.string()),
        ("country", pa.string()),
        ("contacted_at", MOMENT),
        ("local_day", pa.date32()),
        ("channel", pa.string()),
        ("reached", pa.bool_()),
    ]
)
_STATES: Final = pa.schema(
    [
        ("call_id", pa.string()),
        ("position", pa.int32()),
        ("state", pa.string()),
        ("paid", MONEY),
        ("settled_on", pa.date32()),
        ("superseded_by_call", pa.string()),
        ("superseded_by_position", pa.int32()),
    ]
)


def refresh(connection: duckdb.DuckDBPyConnection, root: Path, as_of: date, config: RefreshConfig) -> None:
    """Brings everything derived up to the calls, the journal and the day, in one transaction.

    Raises:
        StoreError: The journal cannot be read, or a check of the result fails; the warehouse is then as it was.
    """
    with open_journal(root) as journal:
        payments, contacts, erased = _payments(journal), _contacts(journal), _erased(journal)
    connection.begin()
    try:
        _erase(connection, erased)
        _replace(connection, "payments", payments)
        _replace(connection, "contacts", contacts)
        _replace(connection, "promise_states", _settled(connection, payments, as_of, config.settlement))
        find_breaches(connection, config.history)
        run_checks(connection)
        connection.commit()
    except duckdb.Error as error:
        connection.rollback()
        raise StoreError(f"warehouse: cannot be brought up to the journal ({type(error).__name__}); rebuild") from error
    except BaseException:
        connection.rollback()
        raise


def _payments(journal: sqlite3.Connection) -> pa.Table:
    rows = journal.execute("select payment_id, debtor_id, debt_id, paid_on, amount_e4, currency from payments")
    return _table(
        _PAYMENTS,
        ((i, who, debt, date.fromisoformat(on), Decimal(e4).scaleb(-4), c) for i, who, debt, on, e4, c in rows),
    )


def _contacts(journal: sqlite3.Connection) -> pa.Table:
    rows = journal.execute(
        "select contact_id, debtor_id, debt_id, country, contacted_at, local_day, channel, reached from contacts"
    )
    return _table(
        _CONTACTS,
        (
            (i, who, debt, country, datetime.fromisoformat(at), date.fromisoformat(day), channel, bool(reached))
            for i, who, debt, country, at, day, channel, reached in rows
        ),
    )


def _erased(journal: sqlite3.Connection) -> list[str]:
    return [row[0] for row in journal.execute("select debtor_id from erasures")]


def _table(schema: pa.Schema, rows: Iterable[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(values, f.type) for values, f in zip(columns, schema, strict=True)], schema=schema)


def _replace(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    connection.register("renewed", rows)
    connection.execute(f"delete from {table}")  # noqa: S608
    columns = ", ".join(rows.schema.names)
    connection.execute(f"insert into {table} by name select {columns} from renewed")  # noqa: S608
    connection.unregister("renewed")


def _erase(connection: duckdb.DuckDBPyConnection, debtors: list[str]) -> None:
    """Takes out every call of erased debtors, those that staged files brought back too."""
    if not debtors:
        return
    connection.register("erased", pa.table({"debtor_id": pa.array(debtors, pa.string())}))
    for table in SOURCES:
        if table != "calls":
            where = "call_id in (select call_id from calls semi join erased using (debtor_id))"
            connection.execute(f"delete from {table} where {where}")  # noqa: S608
    connection.execute("delete from calls where debtor_id in (select debtor_id from erased)")
    connection.unregister("erased")


def _settled(
    connection: duckdb.DuckDBPyConnection, payments: pa.Table, as_of: date, policy: SettlementPolicy
) -> pa.Table:
    # Promises are judged as far as the books reach: before payments of a day were imported, nobody knows who paid.
    reached = max(payments["paid_on"].to_pylist(), default=date.min)
    promised = (Promised(*row) for row in connection.execute(statement("queries", "promised")).fetchall())
    paid = (Paid(*row) for row in zip(*(column.to_pylist() for column in payments.columns), strict=True))
    return _table(_STATES, map(_state, settle(promised, paid, min(as_of, reached), policy)))


def _state(settled: Settled) -> tuple[Any, ...]:
    call_id, position = settled.superseded_by or (None, None)
    return settled.call_id, settled.position, settled.state, settled.paid, settled.settled_on, call_id, position
