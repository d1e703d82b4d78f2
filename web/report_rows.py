"""What the report reads of the published warehouse, and the arithmetic that no query does."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from pipeline.labels import Outcome
from sql import reading
from sql.results import (
    AgentAmountRow,
    AgentOutcomeRow,
    AgentRow,
    AgentScoreRow,
    AgentToneRow,
    CallRow,
    DueRow,
    FailureRow,
    MetricsRow,
    PromiseRow,
    Selection,
    SparedCallRow,
    SparedHourRow,
    ToneRow,
    TotalsRow,
    WeightsRow,
)
from sql.warehouse import published_path

_Z: Final = 1.959964
"""Two-sided 95 % of the normal distribution."""

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Rows:
    """One reading of the published copy; `published_at` is when that copy was made."""

    selection: Selection
    published_at: datetime
    totals: TotalsRow
    agents: tuple[AgentRow, ...]
    outcomes: tuple[AgentOutcomeRow, ...]
    amounts: tuple[AgentAmountRow, ...]
    tone: tuple[AgentToneRow, ...]
    promises: tuple[PromiseRow, ...]
    due: tuple[DueRow, ...]
    calls: tuple[CallRow, ...]
    flags: tuple[ToneRow, ...]
    metrics: tuple[MetricsRow, ...]
    failures: tuple[FailureRow, ...]
    scores: tuple[AgentScoreRow, ...] = ()
    weights: tuple[WeightsRow, ...] = ()
    spared: tuple[SparedHourRow, ...] = ()
    spared_calls: tuple[SparedCallRow, ...] = ()


def read_rows(root: Path, selection: Selection) -> Rows:
    """All that the report shows, from one copy.

    Raises:
        StoreError: Nothing is published, or the copy is of another version.
    """
    with reading.open_published(root) as connection:
        return Rows(
            selection=selection,
            published_at=datetime.fromtimestamp(published_path(root).stat().st_mtime, UTC),
            totals=reading.totals(connection, selection),
            agents=reading.agents(connection, selection),
            outcomes=reading.agent_outcomes(connection, selection),
            amounts=reading.agent_amounts(connection, selection),
            tone=reading.agent_tone(connection, selection),
            promises=reading.promises(connection, selection),
            due=reading.promises_by_due_date(connection, selection),
            calls=reading.calls(connection, selection),
            flags=reading.tone_flags(connection, selection),
            metrics=reading.metrics(connection, selection),
            failures=reading.failures(connection),
            scores=reading.agent_scores(connection, selection),
            weights=reading.weights(connection),
            spared=reading.spared_hours(connection, selection),
            spared_calls=reading.spared_calls(connection, selection),
        )


def share_interval(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share of `n` calls, by Wilson's score: it says something even of 0 of 5.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    if n == 0:
        return 0.0, 1.0
    share, square = hits / n, _Z * _Z / n
    centre = (share + square / 2) / (1 + square)
    half = _Z * sqrt(share * (1 - share) / n + square / (4 * n)) / (1 + square)
    return max(0.0, centre - half), min(1.0, centre + half)


def quantiles(values: Sequence[float]) -> tuple[float, float, float, float]:
    """10, 25, 75 and 90 %, interpolated. `values` is not empty."""
    low, lower, upper, high = np.quantile(np.asarray(values), [0.1, 0.25, 0.75, 0.9])
    return float(low), float(lower), float(upper), float(high)


def median(values: Sequence[float]) -> float | None:
    return float(np.median(np.asarray(values))) if values else None


def weighted_share(pairs: Iterable[tuple[float | None, float]]) -> float | None:
    """Mean of shares weighted by seconds; shares that are `None` do not count."""
    known = [(share, weight) for share, weight in pairs if share is not None]
    seconds = sum(weight for _, weight in known)
    return sum(share * weight for share, weight in known) / seconds if seconds else None


def grouped(rows: Iterable[_Row], key: Callable[[_Row], str | None]) -> Mapping[str | None, list[_Row]]:
    """Rows by agent; an agent without rows has an empty list."""
    groups: defaultdict[str | None, list[_Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def outcome_counts(rows: Iterable[AgentOutcomeRow]) -> Counter[Outcome]:
    counts: Counter[Outcome] = Counter()
    for row in rows:
        counts[row.outcome] += row.calls
    return counts


def spoken_kind(call: CallRow) -> str:
    """What the recording holds, as triage heard it, or voicemail where only its words told."""
    return "voicemail" if call.outcome == "voicemail" else call.triage_kind


def conversations(rows: Rows) -> list[MetricsRow]:
    """Metrics of the calls in which two sides talk: no voicemail, no silence, no music."""
    talked = {call.call_id for call in rows.calls if spoken_kind(call) == "conversation"}
    return [m for m in rows.metrics if m.call_id in talked and m.agent_talk_share is not None]
