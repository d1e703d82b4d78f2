"""The benchmark of parsing: what counts as right and as false, and which verdict follows."""

from typing import Any

import pytest

from benchmarks.parse.compare import (
    Line,
    ask_peers,
    compare,
    first_figure,
    judge,
    only_date,
    only_number,
    read_rows,
    score,
)


def test_right_counts_where_a_value_is_expected_and_false_where_none_is() -> None:
    found = score(["2026-03-13", "2026-03-14", None, None], ["2026-03-13", None, None, "2026-03-15"], "f", "date", "p")
    assert found == Line("f", "date", "p", lines=2, right=1, empty=2, false=1)


def test_sets_are_read_with_the_fields_they_tell_of() -> None:
    fields = {row["file"]: set(row["expect"]) for row in read_rows()}
    assert {"date", "amount"} <= fields["author1"]
    assert fields["due_dates_own"] == {"date"}
    assert fields["peers_dates"] == {"date in it"}
    assert fields["peers_numbers"] == {"number"}


def test_ours_and_the_peer_are_scored_on_the_same_lines() -> None:
    rows: list[dict[str, Any]] = [
        {
            "file": "a",
            "text": "Le pago quinientos el viernes",
            "said_on": "2026-03-12",
            "country": "MX",
            "expect": {"date": "2026-03-13", "amount": 500.0},
        },
        {
            "file": "b",
            "text": "No voy a pagar nada",
            "said_on": "2026-03-12",
            "country": "MX",
            "expect": {"date": None, "amount": None},
        },
    ]
    peers = {
        "dateparser": {"answers": ["2026-03-20", "2026-03-12"]},
        "text2num": {"answers": ["Le pago 500 el viernes", "No voy a pagar nada"]},
    }
    whole = {(line.field, line.system): line for line in compare(rows, peers)}
    assert whole["date", "palabra"] == Line("all", "date", "palabra", 1, 1, 1, 0)
    assert whole["date", "dateparser"] == Line("all", "date", "dateparser", 1, 0, 1, 1)
    assert whole["amount", "text2num"] == Line("all", "amount", "text2num", 1, 1, 1, 0)


def test_a_sentence_with_several_is_no_answer_where_one_is_asked_for() -> None:
    day = {"said_on": "2026-03-12", "country": "ES"}
    assert only_date({"text": "el viernes", **day}) == "2026-03-13"
    assert only_date({"text": "la mitad el viernes y el resto el 2 de mayo", **day}) is None
    assert only_number({"text": "ochenta y siete"}) == 87.0
    assert first_figure("el 15 le pago 2.500", above=31) == 2500.0


def table(ours_right: int, ours_false: int) -> list[Line]:
    pairs = [("date", "dateparser"), ("date in it", "dateparser"), ("amount", "text2num"), ("number", "text2num")]
    ours = [Line("all", field, "palabra", 10, ours_right, 10, ours_false) for field, _ in pairs]
    return [*ours, *(Line("all", field, peer, 10, 5, 10, 2) for field, peer in pairs)]


@pytest.mark.parametrize(
    ("right", "false", "rate", "is_kept"),
    [(9, 1, 900.0, True), (5, 1, 900.0, False), (9, 3, 900.0, False), (9, 1, 400.0, False)],
)
def test_gate_is_more_right_no_more_false_and_faster_than_dateparser(
    right: int, false: int, rate: float, is_kept: bool
) -> None:
    assert judge(table(right, false), {"palabra": rate, "dateparser": 500.0, "text2num": 9000.0}) is is_kept


def test_without_the_peers_there_is_no_comparison() -> None:
    with pytest.raises(FileNotFoundError):
        ask_peers([], 1, "no-such-python")
