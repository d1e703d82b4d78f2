"""The list of calls -> recordings: CSV or JSON Lines, as diallers and CRMs export them.

Only call id, start, country and debtor id are required. What is missing stays `None`, which makes a rule that needs it
"not checkable", never "kept". A line that cannot be read costs that line.
"""

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from pathlib import PurePath
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.config import ManifestConfig
from pipeline.countries import CURRENCY_OF
from pipeline.errors import CallError, SetupError
from pipeline.types import Account, Dialled, Direction, FailedCall, Recording

REQUIRED: Final = ("call_id", "started_at", "country", "debtor_id")
COLUMNS: Final = (
    *REQUIRED,
    "file",
    "direction",
    "debtor_zone",
    "debtor_region",
    "answered_at",
    "agent_id",
    "team",
    "debtor_name",
    "debt_id",
    "creditor",
    "portfolio",
    "currency",
    "balance",
    "minimum_payment",
    "due_date",
    "dialled_number",
    "dialled_whose",
    "caller_id_shown",
    "disposition",
    "agent_channel",
)
MOMENTS: Final = ("started_at", "answered_at")
MONEY: Final = ("balance", "minimum_payment")

_NUMERIC_DATE = re.compile(r"(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})(?:[T ,]+(.*))?\Z")
# A point for a colon: file names cannot hold colons everywhere.
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?\Z")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest held: calls that can go on, lines that cannot, and what was decided while reading.

    `files` is every recording that a line names, whether or not the line can be used.
    """

    recordings: tuple[Recording, ...]
    failures: tuple[FailedCall, ...]
    notes: tuple[str, ...]
    files: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Conventions:
    date_order: str
    decimal_mark: str
    utc_offset: str | None


def read_manifest(data: bytes, name: str, config: ManifestConfig) -> Manifest:
    """Recordings of a manifest file's bytes; `uri` is the file as listed, or the call id where no file is listed.

    Args:
        data: The file's content.
        name: Its name, for messages; `.jsonl` or `.ndjson` is read as JSON Lines.
        config: Delimiter, encoding, decimal mark and date order, where they are not to be recognised.

    Raises:
        SetupError: The file as a whole cannot be read, or lacks a required column.
    """
    text = _decoded(data, name, config.encoding)
    if PurePath(name).suffix in {".jsonl", ".ndjson"}:
        rows, failures = _json_rows(text, name)
    else:
        rows, failures = _csv_rows(text, name, config), []
    conventions, notes = _conventions([row for _, row in rows], config)
    recordings: list[Recording] = []
    lines_of: dict[str, list[int]] = defaultdict(list)
    for line, row in rows:
        lines_of[row.get("call_id") or f"{name}:{line}"].append(line)
    for line, row in rows:
        call_id = row.get("call_id") or f"{name}:{line}"
        lines = lines_of[call_id]
        if line != lines[0]:
            continue
        try:
            if len(lines) > 1:
                where = " and ".join(map(str, lines))
                message = f"listed in lines {where} of {name}, once expected; give each call its own id"
                raise CallError(call_id, "duplicate_call_id", message)
            recordings.append(_recording(row, call_id, f"{name}:{line}", conventions))
        except CallError as error:
            failures.append(FailedCall(call_id, row.get("file") or None, error.reason, error.message))
    files = frozenset(row["file"] for _, row in rows if row.get("file"))
    return Manifest(tuple(recordings), tuple(failures), tuple(notes), files)


def recording_from_name(file_name: str, config: ManifestConfig) -> Recording | None:
    """Metadata from a file's name by the configured pattern; `None` where no pattern is set or it does not match.

    Raises:
        CallError: The pattern matches, but what it captures is no valid metadata.
    """
    if config.file_name_pattern is None:
        return None
    match = re.search(config.file_name_pattern, file_name)
    if match is None:
        return None
    row = {k: v for k, v in match.groupdict().items() if v} | {"file": file_name}
    row.setdefault("call_id", PurePath(file_name).stem)
    conventions = _Conventions(config.date_order or "ymd", config.decimal_mark or ".", config.utc_offset)
    return _recording(row, row["call_id"], file_name, conventions)


def _decoded(data: bytes, name: str, encoding: str | None) -> str:
    for candidate in (encoding,) if encoding else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(candidate)
        except (UnicodeDecodeError, LookupError):
            continue
    raise SetupError(f"{name}: not readable as {encoding or 'UTF-8 or Windows-1252'}; set manifest.encoding")


def _csv_rows(text: str, name: str, config: ManifestConfig) -> list[tuple[int, dict[str, str]]]:
    header = text.splitlines()[0] if text.strip() else ""
    delimiter = config.delimiter or max(",;\t|", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    ours = {theirs: column for column, theirs in config.columns.items()}
    found = [ours.get(c.strip(), c.strip().lower()) for c in reader.fieldnames or ()]
    if missing := [c for c in REQUIRED if c not in found]:
        raise SetupError(
            f"{name}: column {', '.join(missing)} expected, found {', '.join(found) or 'nothing'}; "
            "name it so, or map it under [manifest.columns]"
        )
    reader.fieldnames = found
    return [
        (reader.line_num, {k: (v or "").strip() for k, v in row.items() if k in COLUMNS and isinstance(v, str)})
        for row in reader
    ]


def _json_rows(text: str, name: str) -> tuple[list[tuple[int, dict[str, str]]], list[FailedCall]]:
    rows: list[tuple[int, dict[str, str]]] = []
    failures: list[FailedCall] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            message = f"line {number} is no JSON object (column {error.colno}); one object a line expected"
            failures.append(FailedCall(f"{name}:{number}", None, "bad_manifest_line", message))
            continue
        if not isinstance(row, dict):
            message = f"line {number} holds {type(row).__name__}, an object expected"
            failures.append(FailedCall(f"{name}:{number}", None, "bad_manifest_line", message))
            continue
        rows.append((number, {k: str(v).strip() for k, v in row.items() if k in COLUMNS and v is not None}))
    return rows, failures


def _conventions(rows: Iterable[Mapping[str, str]], config: ManifestConfig) -> tuple[_Conventions, list[str]]:
    rows = list(rows)
    notes: list[str] = []
    order = config.date_order or _date_order(v for r in rows for c in (*MOMENTS, "due_date") if (v := r.get(c)))
    if order is None:
        order = "dmy"
        notes.append("dates fit day first and month first alike; read as day first, set manifest.date_order to decide")
    mark = config.decimal_mark or _decimal_mark(v for r in rows for c in MONEY if (v := r.get(c)))
    if mark is None:
        mark = "."
        notes.append("amounts fit both decimal marks; read with a point, set manifest.decimal_mark to decide")
    return _Conventions(order, mark, config.utc_offset), notes


def _date_order(values: Iterable[str]) -> str | None:
    """The order that the values prove; `None` where numeric dates exist and every one fits both orders."""
    ambiguous = False
    for value in values:
        match = _NUMERIC_DATE.match(value)
        if match is None or len(match[1]) == 4:
            continue
        if int(match[1]) > 12:
            return "dmy"
        if int(match[2]) > 12:
            return "mdy"
        ambiguous = True
    return None if ambiguous else "ymd"


def _decimal_mark(values: Iterable[str]) -> str | None:
    """The mark that the values prove: the later of two kinds, or one not followed by exactly three digits."""
    ambiguous = False
    for value in values:
        marks = re.findall(r"[.,]", value)
        if not marks:
            continue
        if len(set(marks)) == 2:
            return str(marks[-1])
        if len(marks) > 1:
            return "," if marks[0] == "." else "."
        if len(value) - value.rindex(marks[0]) - 1 != 3:
            return str(marks[0])
        ambiguous = True
    return None if ambiguous else "."


def _recording(row: Mapping[str, str], call_id: str, where: str, conventions: _Conventions) -> Recording:
    for column in REQUIRED:
        if not row.get(column):
            raise CallError(call_id, "missing_field", f"{column} is empty ({where}); fill it in")
    country = row["country"].upper()
    if country not in CURRENCY_OF:
        raise CallError(
            call_id,
            "unknown_country",
            f"country {country!r} found ({where}); one of {', '.join(CURRENCY_OF)} expected",
        )
    started_at = _moment(row["started_at"], conventions)
    if started_at is None:
        raise CallError(
            call_id,
            "bad_start",
            f"started_at is no date with time and offset ({where}); write 2026-03-12T10:42:00-06:00, "
            "or set manifest.utc_offset for starts without one",
        )
    read = _Reader(row, call_id, where)
    account = Account(
        debtor_id=row["debtor_id"],
        country=country,
        debtor_name=row.get("debtor_name") or None,
        debt_id=row.get("debt_id") or None,
        creditor=row.get("creditor") or None,
        portfolio=row.get("portfolio") or None,
        currency=(row.get("currency") or CURRENCY_OF[country]).upper(),
        balance=read.field("balance", lambda v: _money(v, conventions.decimal_mark), "12500.00"),
        minimum_payment=read.field("minimum_payment", lambda v: _money(v, conventions.decimal_mark), "900.00"),
        due_date=read.field("due_date", lambda v: _day(v, conventions.date_order), "2026-02-15"),
    )
    return Recording(
        call_id=call_id,
        uri=row.get("file") or call_id,
        started_at=started_at,
        account=account,
        direction=read.field("direction", _one_of(get_args(Direction)), " or ".join(get_args(Direction))),
        answered_at=read.field("answered_at", lambda v: _moment(v, conventions), "2026-03-12T10:42:09-06:00"),
        debtor_zone=read.field("debtor_zone", _zone, "America/Bogota"),
        debtor_region=row.get("debtor_region") or None,
        agent_id=row.get("agent_id") or None,
        team=row.get("team") or None,
        dialled_number=row.get("dialled_number") or None,
        dialled=read.field("dialled_whose", _one_of(get_args(Dialled)), " or ".join(get_args(Dialled))),
        caller_id_shown=row.get("caller_id_shown") or None,
        disposition=row.get("disposition") or None,
        agent_channel=read.field("agent_channel", {"0": 0, "1": 1}.get, "0 or 1"),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Optional fields of one line: absent is `None`, present and unreadable is an error that names the column."""

    row: Mapping[str, str]
    call_id: str
    where: str

    def field(self, column: str, read: Any, example: str) -> Any:
        value = self.row.get(column)
        if not value:
            return None
        result = read(value)
        if result is None:
            raise CallError(
                self.call_id,
                "bad_manifest_line",
                f"{column} cannot be read ({self.where}); {example} expected, or leave it empty",
            )
        return result


def _one_of(values: tuple[str, ...]) -> Any:
    return lambda value: value.lower() if value.lower() in values else None


def _zone(value: str) -> str | None:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    return value


def _money(value: str, mark: str) -> Decimal | None:
    bare = re.sub(r"[^\d.,-]", "", value).replace("," if mark == "." else ".", "").replace(mark, ".")
    try:
        return Decimal(bare)
    except InvalidOperation:
        return None


def _day(value: str, order: str) -> date | None:
    match = _NUMERIC_DATE.match(value)
    if match is None:
        return None
    parts = [int(match[i]) for i in (1, 2, 3)]
    year, month, day = _ordered(parts, "ymd" if len(match[1]) == 4 else order)
    try:
        return date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        return None


def _ordered(parts: list[int], order: str) -> tuple[int, int, int]:
    return parts[order.index("y")], parts[order.index("m")], parts[order.index("d")]


def _moment(value: str, conventions: _Conventions) -> datetime | None:
    match = _NUMERIC_DATE.match(value)
    day = _day(value, conventions.date_order)
    clock = _CLOCK.match(match[4].strip()) if match and match[4] else None
    if day is None or clock is None:
        return None
    offset = clock[4] or conventions.utc_offset
    if offset is None:
        return None
    try:
        return datetime(
            day.year, day.month, day.day, int(clock[1]), int(clock[2]), int(clock[3] or 0), tzinfo=_offset(offset)
        )
    except ValueError:
        return None


def _offset(text: str) -> timezone:
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-span if text[0] == "-" else span)
