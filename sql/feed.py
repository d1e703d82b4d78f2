"""The CRM's feed: each promise under an id that stays, each change an event with a number that only grows.

The loader alone writes events, in one transaction of the journal, while it holds its lock; so numbers appear in order
and none appears late. A reader keeps the number of the last event it applied, its watermark, and asks for what is
after it. Each event holds the whole promise: applied twice, or from an earlier watermark, it leads to the same state.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

import duckdb
import pyarrow as pa

from sql.journal import open_journal, writing
from sql.warehouse import statement

EventKind = Literal["created", "updated", "cancelled", "superseded"]
Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """`content` is the promise after the event, as the CRM stores it; its `status` says whether it still stands."""

    seq: int
    promise_id: str
    kind: EventKind
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FeedReport:
    created: int = 0
    updated: int = 0
    cancelled: int = 0
    superseded: int = 0


@dataclass(frozen=True, slots=True)
class _Found:
    """A promise as the warehouse has it now."""

    call_id: str
    position: int
    plan: int
    content: dict[str, Any]
    evidence: Spans
    superseded_by: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class _Told:
    """A promise as the CRM was told last: content and evidence as the JSON text that the journal holds.

    Compared as text: of a hundred thousand promises all but a few are as they were, and parsing them all takes longer
    than everything else here.
    """

    promise_id: str
    call_id: str
    position: int
    status: str
    content: str
    evidence: str


def read_feed(root: Path, after: int = 0, limit: int = 1000) -> tuple[FeedEvent, ...]:
    """Events with a number above `after`, in order; fewer than `limit` means that these are the last.

    Raises:
        StoreError: The journal cannot be opened.
    """
    with open_journal(root) as journal:
        rows = journal.execute(
            "select seq, promise_id, kind, content from feed_events where seq > ? order by seq limit ?", [after, limit]
        ).fetchall()
    return tuple(FeedEvent(seq, promise_id, kind, json.loads(content)) for seq, promise_id, kind, content in rows)


def update_feed(connection: duckdb.DuckDBPyConnection, root: Path) -> FeedReport:
    """Tells the feed what changed in the warehouse, and the warehouse the ids; the caller is the loader.

    What was told before is compared with what is found now, so that a loader that dies in between, or finds nothing
    new, does no harm.

    Raises:
        StoreError: The journal cannot be written.
    """
    found = _found(connection)
    with open_journal(root) as journal:
        told = _told(journal)
        ids, cancelled = _assign_ids(found, told)
        changes: list[tuple[EventKind | None, _Told]] = [
            *_changes(found, ids, told),
            *_cancellations(cancelled),
        ]
        if changes:
            with writing(journal):
                for kind, promise in changes:
                    _tell(journal, kind, promise)
    _store_ids(connection, found, ids)
    kinds = [kind for kind, _ in changes]
    return FeedReport(**{kind: kinds.count(kind) for kind in ("created", "updated", "cancelled", "superseded")})


def _found(connection: duckdb.DuckDBPyConnection) -> list[_Found]:
    cursor = connection.execute(statement("queries", "feed"))
    columns = [column[0] for column in cursor.description or []]
    found: list[_Found] = []
    for values in cursor.fetchall():
        row = dict(zip(columns, values, strict=True))
        plan, evidence = row.pop("plan"), row.pop("evidence")
        by = row.pop("superseded_by_call"), row.pop("superseded_by_position")
        found.append(
            _Found(
                call_id=row["call_id"],
                position=row["position"],
                plan=plan,
                content={k: v for k, v in row.items() if k != "position"},
                evidence=tuple((span["starts"], span["ends"]) for span in evidence or ()),
                superseded_by=None if by[0] is None else by,
            )
        )
    return found


def _told(journal: sqlite3.Connection) -> list[_Told]:
    rows = journal.execute(
        "select promise_id, call_id, position, status, content, evidence from feed_promises "
        "where status <> 'cancelled' order by call_id, position"
    )
    return [_Told(*row) for row in rows]


def _assign_ids(found: Iterable[_Found], told: Iterable[_Told]) -> tuple[dict[tuple[str, int], str], list[_Told]]:
    """Ids of the promises found, by call and position; and what was told and is no longer there."""
    old: dict[str, list[_Told]] = {}
    for promise in told:
        old.setdefault(promise.call_id, []).append(promise)
    new: dict[str, list[_Found]] = {}
    for promise_found in found:
        new.setdefault(promise_found.call_id, []).append(promise_found)
    ids: dict[tuple[str, int], str] = {}
    cancelled = [p for call_id, promises in old.items() if call_id not in new for p in promises]
    for call_id, promises in new.items():
        before = old.get(call_id, [])
        if [p.evidence for p in before] == [_json(p.evidence) for p in promises]:
            pairs = {i: i for i in range(len(promises))}
        else:
            pairs = match_promises([_spans(p.evidence) for p in before], [p.evidence for p in promises])
        for i, j in pairs.items():
            ids[call_id, promises[j].position] = before[i].promise_id
        for j, promise_found in enumerate(promises):
            if j not in pairs.values():
                ids[call_id, promise_found.position] = _new_id(promise_found)
        cancelled += [p for i, p in enumerate(before) if i not in pairs]
    return ids, cancelled


def _spans(evidence: str) -> Spans:
    return tuple((start, end) for start, end in json.loads(evidence))


def match_promises(old: Sequence[Spans], new: Sequence[Spans]) -> dict[int, int]:
    """Which promise before an analysis is which after it, by position: the largest overlap of evidence first.

    Equal overlaps are matched in order. Where a side has no seconds at all, as calls that came as text, what is left
    is matched in order too.
    """
    overlaps = sorted(
        (-seconds, abs(i - j), i, j)
        for i, before in enumerate(old)
        for j, after in enumerate(new)
        if (seconds := _overlap(before, after)) > 0
    )
    pairs: dict[int, int] = {}
    for _, _, i, j in overlaps:
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    left_old = [i for i in range(len(old)) if i not in pairs]
    left_new = [j for j in range(len(new)) if j not in pairs.values()]
    timeless = [
        (i, j) for i, j in zip(left_old, left_new, strict=False) if not _seconds(old[i]) or not _seconds(new[j])
    ]
    return pairs | dict(timeless)


def _overlap(one: Spans, other: Spans) -> float:
    return sum(max(0.0, min(e1, e2) - max(s1, s2)) for s1, e1 in one for s2, e2 in other)


def _seconds(spans: Spans) -> float:
    return sum(end - start for start, end in spans)


def _new_id(found: _Found) -> str:
    """An id that nobody else has: a call is analysed once a plan, and a position is taken once in it."""
    key = f"{found.call_id}\n{found.plan}\n{found.position}"
    return "p-" + hashlib.sha256(key.encode()).hexdigest()[:20]


def _changes(
    found: Iterable[_Found], ids: Mapping[tuple[str, int], str], told: Iterable[_Told]
) -> Iterable[tuple[EventKind | None, _Told]]:
    """What to tell of each promise found; no event where only its place or its seconds moved."""
    before = {p.promise_id: p for p in told}
    for promise in found:
        promise_id = ids[promise.call_id, promise.position]
        by = promise.superseded_by
        status = "live" if by is None else "superseded"
        told_now = {
            "promise_id": promise_id,
            "status": status,
            "superseded_by": None if by is None else ids.get(by),
            **promise.content,
        }
        evidence = _json(promise.evidence)
        now = _Told(promise_id, promise.call_id, promise.position, status, _json(told_now), evidence)
        was = before.get(promise_id)
        if was is None:
            yield "created", now
        elif was.status == "live" and status == "superseded":
            yield "superseded", now
        elif was.content != now.content:
            yield "updated", now
        elif (was.position, was.evidence) != (now.position, now.evidence):
            yield None, now


def _cancellations(cancelled: Iterable[_Told]) -> Iterable[tuple[EventKind, _Told]]:
    for promise in cancelled:
        content = _json(json.loads(promise.content) | {"status": "cancelled", "superseded_by": None})
        yield "cancelled", replace(promise, status="cancelled", content=content)


def _tell(journal: sqlite3.Connection, kind: EventKind | None, promise: _Told) -> None:
    journal.execute(
        "insert or replace into feed_promises values (?, ?, ?, ?, ?, ?)",
        [promise.promise_id, promise.call_id, promise.position, promise.status, promise.content, promise.evidence],
    )
    if kind is not None:
        journal.execute(
            "insert into feed_events (promise_id, kind, content) values (?, ?, ?)",
            [promise.promise_id, kind, promise.content],
        )


def _json(value: Mapping[str, Any] | Spans) -> str:
    return _ENCODER.encode(value)


def _text(value: Any) -> str:
    """Days as ISO days; amounts as text with two decimals, or with four where it takes them."""
    if isinstance(value, Decimal):
        cents = value.quantize(Decimal("0.01"))
        return str(cents if cents == value else value)
    return str(value)


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, default=_text, sort_keys=True)

_IDS: Final = pa.schema([("call_id", pa.string()), ("position", pa.int32()), ("promise_id", pa.string())])


def _store_ids(
    connection: duckdb.DuckDBPyConnection, found: Sequence[_Found], ids: Mapping[tuple[str, int], str]
) -> None:
    rows = [{"call_id": p.call_id, "position": p.position, "promise_id": ids[p.call_id, p.position]} for p in found]
    connection.register("assigned", pa.Table.from_pylist(rows, _IDS))
    connection.begin()
    connection.execute("delete from promise_ids")
    connection.execute("insert into promise_ids by name select call_id, position, promise_id from assigned")
    connection.commit()
    connection.unregister("assigned")
