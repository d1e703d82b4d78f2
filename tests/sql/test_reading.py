"""Readers of the published copy: figures worked out by hand, and columns that match their row types."""

from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.errors import StoreError
from pipeline.types import FailedCall, ToneFlag
from sql import reading
from sql.load import load
from sql.publish import publish
from sql.results import Selection
from sql.staging import write_shard
from sql.warehouse import connect, published_path, statement, statements
from tests.sql.made import MEXICO, made_call, made_promise


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three calls of two collectors and two debtors, one flagged, and one that was set aside."""
    folder = tmp_path_factory.mktemp("data")
    threat = (ToneFlag(0, "threat", "high", 0.912, "le va a pesar"), ToneFlag(0, "hostility", "low", 0.5, "ya"))
    later = datetime(2026, 3, 14, 9, 0, tzinfo=MEXICO)
    calls = [
        made_call("c1", tone=threat),
        made_call("c2", agent_id="A-08", debtor_id="D-2", started_at=later, promises=(), outcome="refusal"),
        made_call(
            "c3",
            debt_id="K-2",
            started_at=later,
            promises=(
                replace(made_promise(), replaced_by=1),
                made_promise(due=date(2026, 3, 20), amount=Decimal("700.25"), turns=(0, 1)),
                made_promise(due=None, amount=None),
            ),
        ),
    ]
    write_shard(folder, 1, "s", calls, [FailedCall("c9", "c9.wav", "empty_file", "no bytes", "decode")])
    load(folder)
    publish(folder, as_of=date(2026, 3, 14))
    return folder


def test_agents_by_hand(root: Path) -> None:
    with reading.open_published(root) as connection:
        first, second = reading.agents(connection)
        assert (first.agent_id, first.calls, first.minutes, first.promise_calls) == ("A-07", 2, 2.0, 2)
        assert (first.promises, first.aggressive_calls, first.aggressive_turns, first.serious_turns) == (3, 1, 1, 1)
        assert first.agent_talk_share == pytest.approx(0.6)
        assert first.silence_share == pytest.approx(0.4)
        assert first.dead_air == 2
        assert first.words_per_minute == pytest.approx(40 / 18 * 60)
        # Of the greeting (met, 5) and the recap (missed, 10) in each call; empathy applies to none.
        assert first.score == pytest.approx(5 / 15)
        assert first.scored_weight == 30.0
        assert (second.agent_id, second.promises, second.promise_calls, second.aggressive_turns) == ("A-08", 0, 0, 0)
        amounts = reading.agent_amounts(connection)
        assert [(a.agent_id, a.promises, a.with_amount, a.amount) for a in amounts] == [
            ("A-07", 3, 2, Decimal("2200.25"))
        ]
        assert [(t.category, t.severity, t.turns) for t in reading.agent_tone(connection)] == [
            ("threat", "high", 1),
            ("hostility", "low", 1),
        ]


def test_replaced_promise_is_not_exported(root: Path) -> None:
    with reading.open_published(root) as connection:
        rows = reading.promises(connection)
    assert [(r.call_id, r.position, r.due, r.amount) for r in rows] == [
        ("c1", 0, date(2026, 3, 13), Decimal(1500)),
        ("c3", 1, date(2026, 3, 20), Decimal("700.25")),
        ("c3", 2, None, None),
    ]
    first = rows[0]
    assert first.started_at == datetime(2026, 3, 12, 10, 42, tzinfo=MEXICO)
    assert first.started_at.utcoffset() == timedelta(hours=-6)
    assert (first.state, first.paid, first.quote_turn) == ("pending", Decimal(0), 1)
    assert (first.quote, first.quote_starts) == ("Sí, el viernes le deposito mil quinientos.", 5.0)
    assert rows[1].quote_turn == 1, "the debtor's own turn is quoted, not the collector's proposal"


def test_selection_narrows(root: Path) -> None:
    with reading.open_published(root) as connection:
        march_14 = Selection(first_day=date(2026, 3, 14), last_day=date(2026, 3, 14))
        assert {c.call_id for c in reading.calls(connection, march_14)} == {"c2", "c3"}
        assert reading.totals(connection, march_14).promises == 2
        assert [d.debtor_id for d in reading.debtors(connection, Selection(agent_id="A-08"))] == ["D-2"]
        nobody = reading.totals(connection, Selection(debtor_id="nobody"))
        assert (nobody.calls, nobody.minutes, nobody.first_day) == (0, 0.0, None)


def test_flags_quote_their_turn(root: Path) -> None:
    with reading.open_published(root) as connection:
        flag = reading.tone_flags(connection)[0]
        assert (flag.call_id, flag.category, flag.severity, flag.score) == ("c1", "threat", "high", 0.91)
        assert (flag.quote, flag.quote_starts) == ("¿Cuándo nos puede pagar?", 1.0)
        call = next(c for c in reading.calls(connection) if c.call_id == "c1")
        assert (call.highest_severity, call.serious_turns, call.warnings) == ("high", 1, ())


def test_every_reader_gives_rows(root: Path) -> None:
    with reading.open_published(root) as connection:
        assert reading.failures(connection)[0].reason == "empty_file"
        assert [d.next_due for d in reading.debtors(connection) if d.debtor_id == "D-1"] == [date(2026, 3, 13)]
        assert [(o.agent_id, o.outcome, o.calls) for o in reading.agent_outcomes(connection)] == [
            ("A-07", "promise_to_pay", 2),
            ("A-08", "refusal", 1),
        ]
        assert [d.due for d in reading.promises_by_due_date(connection)] == [date(2026, 3, 13), date(2026, 3, 20), None]
        assert {m.longest_silence for m in reading.metrics(connection)} == {5.5}
        assert {f.result for f in reading.findings(connection)} == {"kept"}
        assert reading.turns(connection, "c1")[1].labels == ("promise",)
        assert reading.turns(connection, "unknown") == ()


def test_reader_sees_the_copy_published_last(tmp_path: Path) -> None:
    for plan, call_id in ((1, "c1"), (2, "c2")):
        write_shard(tmp_path, plan, "s", [made_call(call_id)], [])
        load(tmp_path)
        publish(tmp_path)
        if plan == 1:
            former = reading.open_published(tmp_path)
            old = former.__enter__()
    with reading.open_published(tmp_path) as new:
        assert reading.totals(old).calls == 1
        assert reading.totals(new).calls == 2
    former.__exit__(None, None, None)


def test_published_copy_cannot_be_written(root: Path) -> None:
    with reading.open_published(root) as connection, pytest.raises(Exception, match="read-only"):
        connection.execute("delete from calls")


def test_nothing_published_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing is published"), reading.open_published(tmp_path):
        pass


def test_copy_of_an_older_version_is_said(tmp_path: Path) -> None:
    write_shard(tmp_path, 1, "s", [made_call("c1")], [])
    load(tmp_path)
    publish(tmp_path)
    connection = connect(published_path(tmp_path))
    connection.execute("delete from schema_migrations where name = '0002_promises_kept'")
    connection.close()
    with pytest.raises(StoreError, match="older version"), reading.open_published(tmp_path):
        pass


def test_readers_spill_nothing_to_the_disk(root: Path) -> None:
    with reading.open_published(root) as connection:
        assert connection.execute("select current_setting('temp_directory')").fetchone() == ("",)


def test_every_statement_names_question_grain_and_columns() -> None:
    for folder in ("queries", "queries/journal", "views", "history_rules"):
        for name, text in statements(folder):
            head = [line for line in text.splitlines() if line.startswith("--")]
            for word in ("Question", "Grain", "Columns"):
                assert any(line.startswith(f"-- {word}: ") for line in head), f"{folder}/{name}: no {word}"
            assert "select *" not in text.replace("select * from calls\n    where", ""), f"{folder}/{name}"


def test_selections_are_asked_for_in_full() -> None:
    for name, text in statements("queries"):
        if "selected as" in text:
            for field in fields(Selection):
                assert f"${field.name}" in statement("queries", name), name


def test_scores_by_hand(root: Path) -> None:
    with reading.open_published(root) as connection:
        rows = [row for row in reading.agent_scores(connection) if row.agent_id == "A-07"]
        assert [(row.item, row.met, row.missed, row.not_applicable) for row in rows] == [
            ("greeting", 2, 0, 0),
            ("recap", 0, 2, 0),
            ("empathy", 0, 0, 2),
        ]
        assert [call.score for call in reading.calls(connection)] == [pytest.approx(5 / 15)] * 3
