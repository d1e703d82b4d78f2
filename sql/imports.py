"""Payments and contacts from files into the journal: CSV or JSON Lines, as books, diallers and CRMs export them.

Importing a file again changes nothing; a line with a known id and other values corrects that entry. A line that cannot
be read costs that line. Messages name line and column, never a value: they reach logs.
"""

import csv
import io
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.errors import SetupError
from sql.journal import moment_text, open_journal, writing
from sql.storable import MONEY_LIMIT

DateOrder = Literal["ymd", "dmy", "mdy"]
DecimalMark = Literal[".", ","]

PAYMENT_COLUMNS: Final = ("payment_id", "debtor_id", "paid_on", "amount", "debt_id", "currency")
CONTACT_COLUMNS: Final = (
    "contact_id",
    "debtor_id",
    "country",
    "contacted_at",
    "channel",
    "reached",
    "debt_id",
    "debtor_zone",
)
CHANNELS: Final = ("call", "sms", "email", "message", "letter", "visit")

_YES: Final = {"1", "true", "yes", "si", "sí", "s", "y"}
_NO: Final = {"0", "false", "no", "n"}
_NUMERIC_DAY = re.compile(r"(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})\Z")


@dataclass(frozen=True, slots=True)
class Conventions:
    """How days and amounts are written; `None` is what the file itself proves."""

    date_order: DateOrder | None = None
    decimal_mark: DecimalMark | None = None
    encoding: str | None = None


AS_FOUND: Final = Conventions()


@dataclass(frozen=True, slots=True)
class RefusedLine:
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did; `unchanged` lines were known already."""

    new: int
    changed: int
    unchanged: int
    refused: tuple[RefusedLine, ...]


class _LineError(Exception):
    pass


def import_payments(root: Path, file: Path, conventions: Conventions = AS_FOUND) -> ImportReport:
    """Payments of a file into the journal; the next load settles promises with them.

    Columns: payment_id, debtor_id, paid_on, amount; debt_id and currency if known.

    Raises:
        SetupError: The file cannot be read, lacks a column, or its amounts fit both decimal marks.
        StoreError: The journal cannot be written.
    """
    lines = _lines(file, PAYMENT_COLUMNS[:4], conventions)
    mark = conventions.decimal_mark or _decimal_mark((row.get("amount", "") for _, row in lines), file)
    order = conventions.date_order or _date_order(row.get("paid_on", "") for _, row in lines)

    def read(row: dict[str, str]) -> tuple[Any, ...]:
        return (
            _required(row, "payment_id"),
            _required(row, "debtor_id"),
            row.get("debt_id") or None,
            _day(row, "paid_on", order).isoformat(),
            _amount_e4(row, "amount", mark),
            (row.get("currency") or "").upper() or None,
        )

    return _import(root, "payments", lines, read)


def import_contacts(root: Path, file: Path, conventions: Conventions = AS_FOUND) -> ImportReport:
    """Attempts without a recording, messages and visits of a file into the journal, for the rules of the history.

    Columns: contact_id, debtor_id, country, contacted_at (with offset), channel (one of `CHANNELS`), reached; debt_id
    and debtor_zone if known. `reached` may be empty for messages and letters, which count as received.

    Raises:
        SetupError: The file cannot be read or lacks a column.
        StoreError: The journal cannot be written.
    """

    def read(row: dict[str, str]) -> tuple[Any, ...]:
        at = _moment(row, "contacted_at")
        zone = _zone(row)
        channel = _required(row, "channel").lower()
        if channel not in CHANNELS:
            raise _LineError(f"channel is one of {', '.join(CHANNELS)}")
        return (
            _required(row, "contact_id"),
            _required(row, "debtor_id"),
            row.get("debt_id") or None,
            _required(row, "country").upper(),
            moment_text(at),
            (at if zone is None else at.astimezone(zone)).date().isoformat(),
            channel,
            _reached(row, channel),
        )

    return _import(root, "contacts", _lines(file, CONTACT_COLUMNS[:5], conventions), read)


def _import(
    root: Path,
    table: str,
    lines: Sequence[tuple[int, dict[str, str]]],
    read: Callable[[dict[str, str]], tuple[Any, ...]],
) -> ImportReport:
    rows: list[tuple[Any, ...]] = []
    refused: list[RefusedLine] = []
    for number, row in lines:
        try:
            rows.append(read(row))
        except _LineError as error:
            refused.append(RefusedLine(number, f"line {number}: {error}"))
    with open_journal(root) as journal, writing(journal):
        counts = dict.fromkeys(("new", "changed", "unchanged"), 0)
        for values in rows:
            counts[_put(journal, table, values)] += 1
    return ImportReport(counts["new"], counts["changed"], counts["unchanged"], tuple(refused))


def _put(journal: sqlite3.Connection, table: str, values: tuple[Any, ...]) -> str:
    key = {"payments": "payment_id", "contacts": "contact_id"}[table]
    known = journal.execute(f"select * from {table} where {key} = ?", values[:1]).fetchone()  # noqa: S608
    if known is not None and tuple(known) == values:
        return "unchanged"
    places = ", ".join("?" * len(values))
    journal.execute(f"insert or replace into {table} values ({places})", values)  # noqa: S608
    return "new" if known is None else "changed"


def _lines(file: Path, required: Sequence[str], conventions: Conventions) -> list[tuple[int, dict[str, str]]]:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise SetupError(f"{file}: cannot be read ({error.strerror}); check the path") from error
    text = _decoded(data, file, conventions.encoding)
    if file.suffix in {".jsonl", ".ndjson"}:
        return _json_lines(text, file)
    header = text.splitlines()[0] if text.strip() else ""
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t|", key=header.count))
    found = [name.strip().lower() for name in reader.fieldnames or ()]
    if missing := [name for name in required if name not in found]:
        raise SetupError(f"{file}: column {', '.join(missing)} expected, found {', '.join(found) or 'nothing'}")
    reader.fieldnames = found
    return [(reader.line_num, {k: (v or "").strip() for k, v in row.items() if isinstance(k, str)}) for row in reader]


def _decoded(data: bytes, file: Path, encoding: str | None) -> str:
    for candidate in (encoding,) if encoding else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(candidate)
        except (UnicodeDecodeError, LookupError):
            continue
    raise SetupError(f"{file}: not readable as {encoding or 'UTF-8 or Windows-1252'}; set manifest.encoding")


def _json_lines(text: str, file: Path) -> list[tuple[int, dict[str, str]]]:
    lines: list[tuple[int, dict[str, str]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise SetupError(f"{file}: line {number} is no JSON (column {error.colno}); one object a line") from error
        if not isinstance(row, dict):
            raise SetupError(f"{file}: line {number} holds {type(row).__name__}; one object a line expected")
        lines.append((number, {k.lower(): str(v).strip() for k, v in row.items() if v is not None}))
    return lines


def _required(row: dict[str, str], column: str) -> str:
    value = row.get(column, "")
    if not value:
        raise _LineError(f"{column} is empty; fill it in")
    return value


def _day(row: dict[str, str], column: str, order: DateOrder | None) -> date:
    match = _NUMERIC_DAY.match(_required(row, column))
    if match is None:
        raise _LineError(f"{column} is no day; write 2026-03-12")
    parts = [int(part) for part in match.groups()]
    if len(match[1]) == 4:
        order = "ymd"
    elif order is None:
        raise _LineError(f"{column} fits day first and month first; write 2026-03-12, or set manifest.date_order")
    year, month, day = (parts[order.index(letter)] for letter in "ymd")
    try:
        return date(year if year > 99 else 2000 + year, month, day)
    except ValueError as error:
        raise _LineError(f"{column} is no day of the calendar; write 2026-03-12") from error


def _date_order(values: Iterable[str]) -> DateOrder | None:
    """The order that a number above 12 proves; `None` is unknown, since a guess would date money wrongly."""
    for value in values:
        match = _NUMERIC_DAY.match(value)
        if match is not None and len(match[1]) < 4:
            if int(match[1]) > 12:
                return "dmy"
            if int(match[2]) > 12:
                return "mdy"
    return None


def _decimal_mark(values: Iterable[str], file: Path) -> DecimalMark:
    """The mark that the amounts prove: the later of two kinds, or one that is not before exactly three digits."""
    ambiguous = False
    for value in values:
        marks = re.findall(r"[.,]", value)
        if not marks:
            continue
        if len(set(marks)) == 2:
            return "," if marks[-1] == "," else "."
        if len(marks) > 1:
            return "." if marks[0] == "," else ","
        if len(value) - value.rindex(marks[0]) - 1 != 3:
            return "," if marks[0] == "," else "."
        ambiguous = True
    if ambiguous:
        raise SetupError(f"{file}: its amounts fit both decimal marks; set manifest.decimal_mark")
    return "."


def _amount_e4(row: dict[str, str], column: str, mark: DecimalMark) -> int:
    bare = re.sub(r"[^\d.,-]", "", _required(row, column)).replace("," if mark == "." else ".", "").replace(mark, ".")
    try:
        amount = Decimal(bare)
    except InvalidOperation as error:
        raise _LineError(f"{column} is no amount; write 1500.00") from error
    if not 0 < amount < MONEY_LIMIT:
        raise _LineError(f"{column} is no payment; an amount above 0 and below 10^14 expected")
    return int((amount * 10_000).to_integral_value())


def _moment(row: dict[str, str], column: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_required(row, column))
    except ValueError as error:
        raise _LineError(f"{column} is no moment; write 2026-03-12T10:42:00-06:00") from error
    if moment.utcoffset() is None:
        raise _LineError(f"{column} has no offset; write 2026-03-12T10:42:00-06:00")
    return moment


def _zone(row: dict[str, str]) -> ZoneInfo | None:
    name = row.get("debtor_zone")
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _LineError("debtor_zone is no IANA zone; write America/Bogota, or leave it empty") from error


def _reached(row: dict[str, str], channel: str) -> int:
    value = row.get("reached", "").lower()
    if value in _YES or (not value and channel not in {"call", "visit"}):
        return 1
    if value in _NO:
        return 0
    raise _LineError("reached is yes or no")
