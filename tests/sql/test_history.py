"""Rules of a debtor's history, on days worked out with a calendar, and contacts and payments from files."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SetupError
from sql.history import HistoryRule, shipped_rules
from sql.imports import Conventions, ImportReport, import_contacts, import_payments
from sql.journal import open_journal, writing
from sql.load import load
from sql.publish import publish
from sql.reading import findings, open_published, promises
from sql.refresh import RefreshConfig
from sql.staging import write_shard
from sql.warehouse import statements
from tests.sql.made import MEXICO, made_call, made_promise

TODAY = date(2026, 3, 31)
SINCE = date(2020, 1, 1)
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=MEXICO)


def rule(kind: Any, most: int, **changes: Any) -> HistoryRule:
    return HistoryRule("R", "MX", kind, most, "high", SINCE, **changes)


def results(root: Path, limit: HistoryRule, *calls: Any, contacts: str = "") -> dict[str, str]:
    """Result of the rule for each call and contact that it looked at."""
    write_shard(root, 1, "s", calls, [])
    load(root)
    if contacts:
        file = root / "contacts.csv"
        file.write_text("contact_id,debtor_id,debt_id,country,contacted_at,channel,reached\n" + contacts)
        assert not import_contacts(root, file).refused
    publish(root, TODAY, RefreshConfig(history=(limit,)))
    with open_published(root) as connection:
        rows = connection.execute("select coalesce(call_id, contact_id), result from history_findings").fetchall()
    return dict(rows)


def call(call_id: str, hours: float, **changes: Any) -> Any:
    return made_call(call_id, started_at=MONDAY + timedelta(hours=hours), **changes)


def test_contacts_per_day(tmp_path: Path) -> None:
    found = results(
        tmp_path,
        rule("contacts_per_day", 1),
        call("c1", 0),
        call("c2", 3),
        call("c3", 24),
        call("unreached", 25, outcome="voicemail"),
        call("other", 1, debtor_id="D-2"),
    )
    assert found == {"c1": "kept", "c2": "broken", "c3": "kept", "other": "kept"}


def test_attempts_count_where_the_rule_says_so(tmp_path: Path) -> None:
    limit = rule("contacts_per_day", 1, reached_only=False)
    assert results(tmp_path, limit, call("c1", 0, outcome="voicemail"), call("c2", 1)) == {
        "c1": "kept",
        "c2": "broken",
    }


def test_messages_count_beside_calls(tmp_path: Path) -> None:
    found = results(
        tmp_path,
        rule("contacts_per_day", 1),
        call("c1", 0),
        contacts="m1,D-1,K-1,MX,2026-03-02T09:00:00-06:00,sms,\nm2,D-1,K-1,CO,2026-03-02T09:30:00-06:00,sms,\n",
    )
    assert found == {"m1": "kept", "c1": "broken"}


def test_each_channel_for_itself(tmp_path: Path) -> None:
    found = results(
        tmp_path,
        rule("contacts_per_day", 1, per_channel=True),
        call("c1", 0),
        contacts="m1,D-1,K-1,MX,2026-03-02T09:00:00-06:00,sms,\nm2,D-1,K-1,MX,2026-03-02T19:30:00-06:00,sms,\n",
    )
    assert found == {"m1": "kept", "c1": "kept", "m2": "broken"}


def test_week_goes_from_monday_to_sunday(tmp_path: Path) -> None:
    sunday_before, sunday, next_monday = -24, 6 * 24, 7 * 24
    found = results(
        tmp_path,
        rule("contacts_per_week", 1),
        call("before", sunday_before),
        call("monday", 0),
        call("sunday", sunday),
        call("next", next_monday),
    )
    assert found == {"before": "kept", "monday": "kept", "sunday": "broken", "next": "kept"}


def test_rolling_window(tmp_path: Path) -> None:
    found = results(
        tmp_path,
        rule("contacts_in_days", 2, days=7),
        call("c1", -24),
        call("c2", 0),
        call("c3", 5 * 24),
        call("c4", 7 * 24),
    )
    assert found == {"c1": "kept", "c2": "kept", "c3": "broken", "c4": "kept"}


def test_cool_down_counts_the_day_of_the_talk(tmp_path: Path) -> None:
    found = results(
        tmp_path,
        rule("cool_down", 7, reached_only=False, per_debt=True),
        call("talk", 0),
        call("same_day", 2, outcome="voicemail"),
        call("sixth_day", 6 * 24, outcome="voicemail"),
        call("seventh_day", 7 * 24, outcome="voicemail"),
        call("other_debt", 24, debt_id="K-2"),
        call("no_debt", 24, debt_id=None),
    )
    assert found == {
        "talk": "kept",
        "same_day": "broken",
        "sixth_day": "broken",
        "seventh_day": "kept",
        "other_debt": "kept",
        "no_debt": "not_checkable",
    }


def test_second_channel_of_the_week(tmp_path: Path) -> None:
    found = results(
        tmp_path,
        rule("channels_per_week", 1),
        call("c1", 0),
        call("c2", 30),
        contacts="m1,D-1,K-1,MX,2026-03-03T09:00:00-06:00,sms,\nm2,D-1,K-1,MX,2026-03-10T09:00:00-06:00,sms,\n",
    )
    assert found == {"c1": "kept", "m1": "broken", "c2": "kept", "m2": "kept"}


def test_unknown_direction_is_not_checkable_and_inbound_does_not_count(tmp_path: Path) -> None:
    unknown, inbound = call("unknown", 1), call("inbound", 2)
    found = results(
        tmp_path,
        rule("contacts_per_day", 1),
        call("c1", 0),
        replace(unknown, recording=replace(unknown.recording, direction=None)),
        replace(inbound, recording=replace(inbound.recording, direction="inbound")),
    )
    assert found == {"c1": "kept", "unknown": "not_checkable"}


def test_rule_is_not_applied_before_it_was_in_force(tmp_path: Path) -> None:
    late = HistoryRule("R", "MX", "contacts_per_day", 1, "high", date(2026, 3, 3))
    assert results(tmp_path, late, call("c1", 0), call("c2", 1)) == {}


def test_findings_of_the_history_are_findings_of_the_call(tmp_path: Path) -> None:
    results(tmp_path, rule("contacts_per_day", 1), call("c1", 0), call("c2", 1))
    with open_published(tmp_path) as connection:
        (broken,) = [f for f in findings(connection) if f.result == "broken"]
    assert (broken.call_id, broken.rule, broken.evidence) == ("c2", "R", "contact 2 of the day, 1 allowed")


def test_shipped_rules_are_readable_and_have_their_statement() -> None:
    rules = shipped_rules()
    assert len({r.rule for r in rules}) == len(rules) > 5
    assert {r.kind for r in rules} == {name for name, _ in statements("history_rules")}


PAYMENTS = "payment_id;debtor_id;paid_on;amount;debt_id\np1;D-1;13/03/2026;1.500,00;K-1\np2;D-9;17/03/2026;20,5;\n"


def test_payments_settle_promises(tmp_path: Path) -> None:
    write_shard(tmp_path, 1, "s", [made_call("c1", promises=(made_promise(),))], [])
    load(tmp_path)
    file = tmp_path / "payments.csv"
    file.write_text(PAYMENTS, encoding="cp1252")
    assert import_payments(tmp_path, file) == ImportReport(2, 0, 0, ())
    assert import_payments(tmp_path, file) == ImportReport(0, 0, 2, ())
    publish(tmp_path, TODAY)
    with open_published(tmp_path) as connection:
        (promise,) = promises(connection)
    assert (promise.state, promise.paid, promise.settled_on) == ("kept", Decimal(1500), date(2026, 3, 13))
    file.write_text(PAYMENTS.replace("1.500,00", "700,00"))
    assert import_payments(tmp_path, file) == ImportReport(0, 1, 1, ())
    publish(tmp_path, TODAY)
    with open_published(tmp_path) as connection:
        assert [(p.state, p.paid) for p in promises(connection)] == [("part_kept", Decimal(700))]


def test_promises_are_judged_as_far_as_the_books_reach(tmp_path: Path) -> None:
    write_shard(tmp_path, 1, "s", [made_call("c1", promises=(made_promise(),))], [])
    load(tmp_path)
    states = []
    for line in ("", "p1,D-9,2026-03-16,5\n", "p2,D-9,2026-03-17,5\n"):
        file = tmp_path / "payments.csv"
        file.write_text("payment_id,debtor_id,paid_on,amount\n" + line)
        import_payments(tmp_path, file)
        publish(tmp_path, TODAY)
        with open_published(tmp_path) as connection:
            states += [p.state for p in promises(connection)]
    assert states == ["pending", "pending", "broken"]


def test_json_lines_and_bad_lines(tmp_path: Path) -> None:
    file = tmp_path / "payments.jsonl"
    good = '{"payment_id": "p1", "debtor_id": "D", "paid_on": "2026-03-13", "amount": 1500.5}'
    bad = good.replace("2026-03-13", "ayer").replace("p1", "p2")
    file.write_text(f"{good}\n\n{bad}\n{good.replace('1500.5', '-3').replace('p1', 'p3')}\n")
    report = import_payments(tmp_path, file)
    assert (report.new, [r.line for r in report.refused]) == (1, [3, 4])
    assert all("ayer" not in r.message and "-3" not in r.message for r in report.refused)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("payment_id,debtor_id,amount\n", "column paid_on expected"),
        ("payment_id,debtor_id,paid_on,amount\np,D,2026-03-01,1.500\n", "decimal_mark"),
        ("", "column payment_id"),
    ],
)
def test_file_that_cannot_be_read_is_said(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "payments.csv"
    file.write_text(text)
    with pytest.raises(SetupError, match=message):
        import_payments(tmp_path, file)


def test_ambiguous_days_are_refused_unless_told(tmp_path: Path) -> None:
    file = tmp_path / "payments.csv"
    file.write_text("payment_id,debtor_id,paid_on,amount\np,D,03/04/2026,5\n")
    assert "date_order" in import_payments(tmp_path, file).refused[0].message
    assert import_payments(tmp_path, file, Conventions(date_order="dmy")).new == 1
    with open_journal(tmp_path) as journal:
        assert journal.execute("select paid_on from payments").fetchone()[0] == "2026-04-03"


@pytest.mark.parametrize(
    "line",
    [
        "k,D,,MX,2026-03-02T09:00:00,sms,",
        "k,D,,MX,2026-03-02T09:00:00-06:00,fax,",
        "k,D,,MX,2026-03-02T09:00:00-06:00,call,",
        "k,,,MX,2026-03-02T09:00:00-06:00,sms,",
    ],
)
def test_bad_contacts_are_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text(f"contact_id,debtor_id,debt_id,country,contacted_at,channel,reached\n{line}\n")
    report = import_contacts(tmp_path, file)
    assert (report.new, len(report.refused)) == (0, 1)


def test_local_day_of_a_contact_is_the_debtors(tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text(
        "contact_id,debtor_id,country,contacted_at,channel,reached,debtor_zone\n"
        "k,D,ES,2026-03-02T23:30:00+00:00,call,sí,Europe/Madrid\n"
    )
    import_contacts(tmp_path, file)
    with open_journal(tmp_path) as journal:
        row = journal.execute("select local_day, contacted_at, reached from contacts").fetchone()
    assert tuple(row) == ("2026-03-03", "2026-03-02T23:30:00Z", 1)


def test_erased_debtor_is_gone_and_stays_gone(tmp_path: Path) -> None:
    write_shard(tmp_path, 1, "s", [call("c1", 0), call("c2", 0, debtor_id="D-2")], [])
    load(tmp_path)
    with open_journal(tmp_path) as journal, writing(journal):
        journal.execute("insert into erasures values (1, 'D-1', 'asked', 'ana', '2026-03-12T00:00:00Z')")
    publish(tmp_path, TODAY)
    write_shard(tmp_path, 2, "s", [call("c1", 0)], [])
    load(tmp_path)
    publish(tmp_path, TODAY)
    with open_published(tmp_path) as connection:
        for table in ("calls", "turns", "turn_labels", "promises", "role_metrics", "call_metrics"):
            found = connection.execute(f"select distinct call_id from {table}").fetchall()  # noqa: S608
            assert found == [("c2",)], table
