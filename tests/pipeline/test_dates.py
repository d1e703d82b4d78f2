"""Every date expression with its day: the guidelines' rules, the countries' feasts, the peers' own cases."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from pipeline.dates import find_dates
from tests.tables import load_lines, load_rows

_PEERS = Path(__file__).parents[1] / "data" / "peers_dates.jsonl"

# Cases that are not the guidelines' convention or that no reading of ours covers, and why: 3 % at most.
NOT_OURS = {
    "La fecha límite es 10 Agosto": "guidelines, as decided: a day with its month, said on that day, is that day",
    "¿Estás disponible el próximo lunes 6-8 de la mañana?": "a weekday with a number behind it is a day of the month",
}


def on(text: str, said_on: str, country: str = "MX") -> list[str | None]:
    found = find_dates(text, date.fromisoformat(said_on), country=country)
    return [None if match.date is None else match.date.isoformat() for match in found]


@pytest.mark.parametrize(("text", "said_on", "expected"), load_rows("dates_of_the_guidelines"))
def test_rule_of_the_guidelines(text: str, said_on: str, expected: str) -> None:
    assert on(text, said_on) == [expected]


@pytest.mark.parametrize(("text", "said_on", "expected"), load_rows("dates_said"))
def test_what_else_people_say(text: str, said_on: str, expected: str) -> None:
    assert on(text, said_on) == [expected]


@pytest.mark.parametrize(("text", "country", "expected"), load_rows("feasts_by_country"))
def test_feasts_differ_by_country(text: str, country: str, expected: str) -> None:
    assert on(f"para {text}", "2026-03-12", country) == [expected]


def test_public_holiday_is_the_countrys_next_and_doubtful() -> None:
    (match,) = find_dates("después del feriado", date(2026, 4, 20), country="PE")
    assert (match.date, match.doubtful) == (date(2026, 5, 1), True)


@pytest.mark.parametrize("text", load_lines("words_without_dates"))
def test_no_date_is_made_of_other_words(text: str) -> None:
    assert on(text, "2026-03-12") == []


@pytest.mark.parametrize(
    "text", ["cada quincena", "todos los viernes", "los viernes", "los días 15", "el 15 de cada mes"]
)
def test_recurring_days_have_no_day(text: str) -> None:
    assert on(text, "2026-03-12") == [None]


def test_mismatch_of_weekday_and_number_is_doubtful() -> None:
    (match,) = find_dates("el lunes 21", date(2019, 1, 25), country="MX")
    assert match.doubtful
    (match,) = find_dates("el jueves 21", date(2019, 1, 25), country="MX")
    assert not match.doubtful


def test_a_period_tells_its_first_day() -> None:
    (match,) = find_dates("entre el 10 y el 12", date(2026, 3, 8), country="MX")
    assert (match.period_start, match.date) == (date(2026, 3, 10), date(2026, 3, 12))
    (match,) = find_dates("esta semana", date(2026, 3, 12), country="MX")
    assert match.period_start == date(2026, 3, 9)


def test_span_points_at_the_words() -> None:
    text = "Sí, joven, ¡el próximo viernes le pago!"
    (match,) = find_dates(text, date(2026, 3, 12), country="MX")
    assert text[match.start : match.end] == "próximo viernes"


def _peer_cases() -> list[dict[str, str]]:
    return [json.loads(line) for line in _PEERS.read_text("utf-8").splitlines()]


def test_peers_cases_are_right_but_for_the_table_of_reasons() -> None:
    cases = _peer_cases()
    wrong = {case["text"] for case in cases if on(case["text"], case["said_on"], "ES") != [case["date"]]}
    assert wrong == set(NOT_OURS)
    assert len(NOT_OURS) <= 0.03 * len(cases)
