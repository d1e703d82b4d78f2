"""Reviews: a person's judgement of what an analysis says, kept through re-analyses.

A review points at call, analysis, voice and time span, never at a turn's index, and keeps the verdict that it judged.
After a re-analysis it is carried over to the turn that overlaps at least half of its span; where none does it is to be
judged again. It is never dropped.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

import duckdb
import pyarrow as pa

from pipeline.errors import StoreError
from pipeline.types import Span
from sql.journal import moment_text, open_journal, writing
from sql.warehouse import statement

Subject = Literal["label", "step", "tone", "promise", "finding", "outcome", "role"]
Verdict = Literal["right", "wrong", "missing", "unsure"]
AnchorState = Literal["original", "carried", "judge_again"]

CARRY_SHARE: Final = 0.5
"""Least share of a review's span that a turn must cover to take it over."""


@dataclass(frozen=True, slots=True)
class Review:
    """One judgement; `voice` and `span` are both None where it is about the whole call."""

    review_id: int
    call_id: str
    analysis_key: str
    subject: Subject
    voice: str | None
    span: Span | None
    judged: Mapping[str, Any]
    verdict: Verdict
    corrected: Mapping[str, Any] | None
    reviewer: str
    reviewed_at: datetime
    turn: int | None
    state: AnchorState


@dataclass(frozen=True, slots=True)
class CarryReport:
    """Reviews of calls that were analysed again: `carried + judge_again` is their number."""

    carried: int = 0
    judge_again: int = 0


def add_review(  # noqa: PLR0913  (a row of the journal)
    root: Path,
    *,
    call_id: str,
    analysis_key: str,
    subject: Subject,
    judged: Mapping[str, Any],
    verdict: Verdict,
    reviewer: str,
    reviewed_at: datetime,
    turn: int | None = None,
    voice: str | None = None,
    span: Span | None = None,
    corrected: Mapping[str, Any] | None = None,
) -> int:
    """Records a judgement and returns its id.

    Args:
        root: The data folder.
        call_id: The call.
        analysis_key: `calls.analysis_key` of the analysis that the person saw.
        subject: What kind of thing was judged.
        judged: The verdict that was judged, as it was shown.
        verdict: What the person says to it.
        reviewer: Who.
        reviewed_at: When, aware.
        turn: Index of the turn in that analysis; with `voice` and `span`, or all three None for the whole call.
        voice: Its voice.
        span: Its seconds.
        corrected: What it should be.

    Raises:
        StoreError: Turn, voice and span are not given together, or the journal cannot be written.
    """
    if (turn is None) is not (voice is None) or (turn is None) is not (span is None):
        raise StoreError("review: turn, voice and span expected together, or none of them")
    with open_journal(root) as journal, writing(journal):
        row = journal.execute(
            "insert into reviews (call_id, analysis_key, subject, voice, starts, ends, judged, verdict, corrected, "
            "reviewer, reviewed_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning review_id",
            [
                call_id,
                analysis_key,
                subject,
                voice,
                None if span is None else span.start,
                None if span is None else span.end,
                json.dumps(dict(judged), ensure_ascii=False),
                verdict,
                None if corrected is None else json.dumps(dict(corrected), ensure_ascii=False),
                reviewer,
                moment_text(reviewed_at),
            ],
        ).fetchone()
        review_id = int(row[0])
        journal.execute("insert into review_anchors values (?, ?, ?, 'original')", [review_id, analysis_key, turn])
    return review_id


def reviews_of(root: Path, call_id: str | None = None) -> tuple[Review, ...]:
    """Reviews of a call, or all of them, in the order they were made, with where each lies now."""
    with open_journal(root) as journal:
        rows = journal.execute(statement("queries/journal", "reviews"), {"call_id": call_id}).fetchall()
    return tuple(_review(row) for row in rows)


def carry_reviews(connection: duckdb.DuckDBPyConnection, root: Path) -> CarryReport:
    """Lays reviews of calls that were analysed again over the analysis that counts now; the caller is the loader.

    Raises:
        StoreError: The journal cannot be written.
    """
    with open_journal(root) as journal:
        rows = journal.execute(statement("queries/journal", "anchored_reviews")).fetchall()
        if not rows:
            return CarryReport()
        connection.register("anchored", _anchored(rows))
        parameters = {"least_share": CARRY_SHARE}
        moved = connection.execute(statement("queries", "carried_reviews"), parameters).fetchall()
        connection.unregister("anchored")
        with writing(journal):
            journal.executemany("insert or replace into review_anchors values (?, ?, ?, ?)", moved)
    states = [state for *_, state in moved]
    return CarryReport(states.count("carried"), states.count("judge_again"))


_ANCHORED: Final = pa.schema(
    [
        ("review_id", pa.int64()),
        ("call_id", pa.string()),
        ("analysis_key", pa.string()),
        ("voice", pa.string()),
        ("starts", pa.float64()),
        ("ends", pa.float64()),
        ("anchored_to", pa.string()),
        ("original_turn", pa.int32()),
    ]
)


def _anchored(rows: list[sqlite3.Row]) -> pa.Table:
    columns = zip(*(tuple(row) for row in rows), strict=True)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, _ANCHORED, strict=True)], schema=_ANCHORED)


def _review(row: sqlite3.Row) -> Review:
    return Review(
        review_id=row["review_id"],
        call_id=row["call_id"],
        analysis_key=row["analysis_key"],
        subject=row["subject"],
        voice=row["voice"],
        span=None if row["starts"] is None else Span(row["starts"], row["ends"]),
        judged=json.loads(row["judged"]),
        verdict=row["verdict"],
        corrected=None if row["corrected"] is None else json.loads(row["corrected"]),
        reviewer=row["reviewer"],
        reviewed_at=datetime.fromisoformat(row["reviewed_at"]),
        turn=row["turn"],
        state=row["state"],
    )
