"""Rows of the warehouse as tables for a terminal, in Spanish, and as files for other systems."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from rich.table import Table

TITLES = {
    "agents": "Agentes",
    "debtors": "Deudores",
    "promises": "Promesas de pago",
    "calls": "Llamadas",
    "skipped": "Llamadas sin conversación, no analizadas",
    "triage": "Trabajo ahorrado por agente y hora",
}

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "agents": {
        "agent_id": "agente",
        "team": "equipo",
        "calls": "llamadas",
        "minutes": "minutos",
        "promise_calls": "con promesa",
        "promises": "promesas",
        "amount": "monto prometido",
        "aggressive_calls": "llamadas agresivas",
        "serious_turns": "turnos graves",
        "agent_talk_share": "habla",
        "silence_share": "silencio",
        "dead_air": "vacíos",
        "interruptions": "interrupciones",
        "score": "puntaje",
    },
    "debtors": {
        "debtor_id": "deudor",
        "debtor_name": "nombre",
        "country": "país",
        "calls": "llamadas",
        "last_call": "última llamada",
        "last_outcome": "resultado",
        "promises": "promesas",
        "pending": "pendientes",
        "kept": "cumplidas",
        "broken": "rotas",
        "next_due": "próximo pago",
        "pending_amount": "monto pendiente",
        "currency": "moneda",
    },
    "promises": {
        "due": "fecha",
        "amount": "monto",
        "currency": "moneda",
        "debtor_id": "deudor",
        "agent_id": "agente",
        "call_id": "llamada",
        "conditional": "condición",
        "doubtful": "dudosa",
        "state": "estado",
        "rule": "regla",
        "quote": "dicho",
    },
    "calls": {
        "call_id": "llamada",
        "local_day": "día",
        "duration": "segundos",
        "agent_id": "agente",
        "debtor_id": "deudor",
        "country": "país",
        "outcome": "resultado",
        "promises": "promesas",
        "aggressive_turns": "turnos agresivos",
        "highest_severity": "gravedad",
        "score": "puntaje",
        "warnings": "avisos",
    },
    "skipped": {
        "call_id": "llamada",
        "local_day": "día",
        "agent_id": "agente",
        "kind": "contenido",
        "certainty": "certeza",
        "signals": "señales",
        "decision": "decisión",
        "duration": "segundos",
        "was_wrong": "error",
    },
    "triage": {
        "agent_id": "agente",
        "hour": "hora",
        "calls": "llamadas",
        "skipped": "omitidas",
        "sampled": "comprobadas",
        "wrong": "errores",
        "seconds": "segundos omitidos",
        "speech": "segundos de voz ahorrados",
    },
}
"""Columns shown on the terminal, each with its heading; files hold every column."""

SHARES = frozenset({"agent_talk_share", "silence_share", "score", "certainty"})
NUMBERS = frozenset(
    {"calls", "minutes", "promises", "promise_calls", "amount", "duration", "pending_amount", "pending"}
)
QUOTE_WIDTH = 60


def table_of(kind: str, title: str, rows: Sequence[Any], amounts: Sequence[Any] = ()) -> Table:
    """A table of dataclass rows; `amounts` are sums by agent and currency, which never add across currencies."""
    table = Table(title=title, title_justify="left")
    for name, heading in COLUMNS[kind].items():
        right = name in NUMBERS or name in SHARES
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    sums = _sums_by_agent(amounts)
    for row in rows:
        cells = {**asdict(row), "amount": sums.get(row.agent_id, "")} if kind == "agents" else asdict(row)
        table.add_row(*(_cell(name, cells.get(name)) for name in COLUMNS[kind]))
    return table


def _sums_by_agent(amounts: Iterable[Any]) -> dict[str | None, str]:
    sums: dict[str | None, list[str]] = defaultdict(list)
    for row in amounts:
        if row.amount is not None:
            sums[row.agent_id].append(f"{_money(row.amount)} {row.currency or ''}".strip())
    return {agent: ", ".join(parts) for agent, parts in sums.items()}


def _cell(name: str, value: Any) -> str:
    if value is None or value == ():
        return "–"
    if name in SHARES:
        return f"{value:.0%}"
    if isinstance(value, bool):
        return "sí" if value else ""
    if isinstance(value, Decimal):
        return _money(value)
    if isinstance(value, float):
        return f"{value:.1f}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    text = str(value)
    return text if name != "quote" or len(text) <= QUOTE_WIDTH else text[: QUOTE_WIDTH - 1] + "…"


def _money(value: Decimal) -> str:
    """Thousands apart by a thin space, which reads alike in countries of the point and of the comma."""
    whole = f"{value:,.2f}".removesuffix(".00")
    return whole.replace(",", "\u202f")


def write_rows(rows: Sequence[Any], file: Path | None, kind: str, stdout: TextIO) -> None:
    """Writes dataclass rows to a part file, renamed when complete, so that an importer never reads half of it.

    Args:
        rows: Of one dataclass.
        file: Where to; `None` writes csv or jsonl to `stdout`.
        kind: csv, jsonl, xlsx or parquet.
        stdout: The stream for text without a file.
    """
    if file is None:
        _write_text(rows, kind, stdout)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(file.name + ".part")
    if kind in ("csv", "jsonl"):
        # utf-8-sig: a spreadsheet opens the file with its accents.
        with partial.open("w", encoding="utf-8-sig" if kind == "csv" else "utf-8", newline="") as out:
            _write_text(rows, kind, out)
    elif kind == "xlsx":
        _write_xlsx(rows, partial)
    else:
        _write_parquet(rows, partial)
    partial.replace(file)


def _write_text(rows: Sequence[Any], kind: str, out: TextIO) -> None:
    if kind == "jsonl":
        out.writelines(
            json.dumps({k: _plain(v) for k, v in asdict(row).items()}, ensure_ascii=False) + "\n" for row in rows
        )
        return
    names = _names(rows)
    writer = csv.writer(out)
    writer.writerow(names)
    for row in rows:
        writer.writerow([_guarded(_plain(getattr(row, name))) for name in names])


def _write_xlsx(rows: Sequence[Any], path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("promesas")
    names = _names(rows)
    sheet.append(names)
    for row in rows:
        sheet.append([_for_sheet(getattr(row, name)) for name in names])
    book.save(path)


def _write_parquet(rows: Sequence[Any], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = _names(rows)
    columns = {name: [getattr(row, name) for row in rows] for name in names}
    pq.write_table(pa.table(columns), path)


def _names(rows: Sequence[Any]) -> list[str]:
    from sql.results import PromiseRow

    return [f.name for f in fields(rows[0] if rows else PromiseRow)]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value) if value != value.to_integral_value() else int(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _guarded(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe: quotes come from strangers' mouths."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value


def _for_sheet(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()  # a sheet's time has no zone
    return _guarded(float(value) if isinstance(value, Decimal) else value)
