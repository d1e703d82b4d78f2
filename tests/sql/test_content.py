"""Whatever the order of shards: the same content; and figures that add up whichever way they are summed."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.types import CallAnalysis, FailedCall
from sql import reading
from sql.compare import content
from sql.load import merge
from sql.migrate import migrate_warehouse
from sql.staging import write_shard
from sql.warehouse import connect
from tests.sql.calls import ANALYSES

CALL_IDS = ("c1", "c2", "c3", "c4")
FAILURES = st.builds(
    FailedCall,
    call_id=st.sampled_from(CALL_IDS),
    uri=st.none(),
    reason=st.sampled_from(["not_audio", "truncated"]),
    message=st.just("m"),
)


@st.composite
def shards(draw: st.DrawFn) -> list[tuple[int, str, list[CallAnalysis], list[FailedCall]]]:
    """Shards of up to four plans over the same few calls, so that most of them are re-analyses of others."""
    pool = draw(st.lists(ANALYSES, min_size=2, max_size=4))
    made = []
    for number in range(draw(st.integers(1, 5))):
        ids = draw(st.lists(st.sampled_from(CALL_IDS), unique=True, max_size=3))
        calls = [_renamed(draw(st.sampled_from(pool)), call_id) for call_id in ids]
        made.append((draw(st.integers(1, 4)), f"s{number}", calls, draw(st.lists(FAILURES, max_size=2))))
    return made


def _renamed(analysis: CallAnalysis, call_id: str) -> CallAnalysis:
    return replace(analysis, recording=replace(analysis.recording, call_id=call_id))


def opened() -> duckdb.DuckDBPyConnection:
    connection = connect(":memory:", threads=1)
    migrate_warehouse(connection)
    return connection


def stage(root: Path, made: Sequence[tuple[int, str, list[CallAnalysis], list[FailedCall]]]) -> None:
    for plan, shard, calls, failures in made:
        write_shard(root, plan, shard, calls, failures)


@settings(
    max_examples=max(8, settings().max_examples // 8),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking such examples takes minutes
)
@given(shards(), st.randoms(use_true_random=False))
def test_order_repetition_and_interleaving_change_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    made: list[tuple[int, str, list[CallAnalysis], list[FailedCall]]],
    random: Random,
) -> None:
    at_once, one_by_one = tmp_path_factory.mktemp("a"), tmp_path_factory.mktemp("b")
    stage(at_once, made)
    with opened() as first, opened() as second:
        merge(first, at_once)
        shuffled = random.sample(made, len(made))
        for shard in shuffled:
            stage(one_by_one, [shard])
            if random.random() < 0.7:
                merge(second, one_by_one)
            stage(one_by_one, shuffled[:1])
        merge(second, one_by_one)
        assert content(first) == content(second)
        newest: dict[str, tuple[int, str]] = {}
        for plan, shard_name, calls, _ in made:
            for call in calls:
                call_id = call.recording.call_id
                newest[call_id] = max(newest.get(call_id, (0, "")), (plan, shard_name))
        found = first.execute("select call_id, plan, shard from calls").fetchall()
        assert {call_id: (plan, shard) for call_id, plan, shard in found} == newest


@settings(
    max_examples=max(8, settings().max_examples // 8),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking such examples takes minutes
)
@given(st.lists(ANALYSES, min_size=1, max_size=5, unique_by=lambda a: a.recording.call_id))
def test_sums_over_agents_are_sums_over_calls(
    tmp_path_factory: pytest.TempPathFactory, analyses: list[CallAnalysis]
) -> None:
    root = tmp_path_factory.mktemp("sums")
    write_shard(root, 1, "s", analyses, [])
    with opened() as connection:
        merge(connection, root)
        agents, calls, totals = reading.agents(connection), reading.calls(connection), reading.totals(connection)
        debtors, promises = reading.debtors(connection), reading.promises(connection)
        assert sum(a.calls for a in agents) == len(calls) == totals.calls == len(analyses)
        assert sum(a.minutes for a in agents) == pytest.approx(totals.minutes)
        assert sum(c.duration for c in calls) / 60 == pytest.approx(totals.minutes)
        assert sum(a.promises for a in agents) == sum(c.promises for c in calls) == totals.promises == len(promises)
        assert sum(d.calls for d in debtors) == len(calls)
        assert sum(d.promises for d in debtors) == len(promises)
        for field in ("aggressive_turns", "serious_turns"):
            assert sum(getattr(a, field) for a in agents) == sum(getattr(c, field) for c in calls)
        assert sum(o.calls for o in reading.agent_outcomes(connection)) == len(calls)
        due = reading.promises_by_due_date(connection)
        assert sum(d.promises for d in due) == len(promises)
        amounts = reading.agent_amounts(connection)
        assert sum(a.promises for a in amounts) == len(promises)
        assert sum(a.amount or 0 for a in amounts) == sum(d.amount or 0 for d in due)
        assert sum(a.amount or 0 for a in amounts) == sum(p.amount or 0 for p in promises)
        assert sum(m.dead_air for m in reading.metrics(connection)) == sum(a.dead_air for a in agents)
        expected = sum(1 for a in analyses for p in a.understood.promises if p.replaced_by is None)
        assert len(promises) == expected
