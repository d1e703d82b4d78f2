"""Every date expression with its day: the guidelines' rules, the countries' feasts, the peers' own cases."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from pipeline.dates import find_dates

_PEERS = Path(__file__).parents[1] / "data" / "peers_dates.jsonl"

# Cases that are not the guidelines' convention or that no reading of ours covers, and why: 3 % at most.
NOT_OURS = {
    "La fecha límite es 10 Agosto": "guidelines, as decided: a day with its month, said on that day, is that day",
    "¿Estás disponible el próximo lunes 6-8 de la mañana?": "a weekday with a number behind it is a day of the month",
}


def on(text: str, said_on: str, country: str = "MX") -> list[str | None]:
    found = find_dates(text, date.fromisoformat(said_on), country=country)
    return [None if match.date is None else match.date.isoformat() for match in found]


# 12 March 2026 is a Thursday, 13 March a Friday.
GUIDELINES = [
    ("el viernes", "2026-03-12", "2026-03-13"),
    ("el viernes", "2026-03-13", "2026-03-20"),
    ("este viernes", "2026-03-13", "2026-03-20"),
    ("el próximo viernes", "2026-03-12", "2026-03-13"),
    ("el viernes que viene", "2026-03-12", "2026-03-13"),
    ("el viernes de la próxima semana", "2026-03-12", "2026-03-20"),
    ("el viernes no, el otro", "2026-03-12", "2026-03-20"),
    ("del viernes en ocho", "2026-03-12", "2026-03-20"),
    ("del sábado en quince", "2026-03-12", "2026-03-28"),
    ("el otro lunes", "2026-03-12", "2026-03-23"),
    ("el 5", "2026-03-05", "2026-04-05"),
    ("el 31", "2026-01-31", "2026-03-31"),
    ("el treinta", "2028-01-30", "2028-03-30"),
    ("el 29", "2028-01-30", "2028-02-29"),
    ("el 5 de mayo", "2026-05-05", "2026-05-05"),
    ("el 5 de mayo", "2026-05-06", "2027-05-05"),
    ("29 de febrero", "2026-03-01", "2028-02-29"),
    ("la quincena", "2026-03-15", "2026-03-31"),
    ("la quincena", "2026-02-28", "2026-03-15"),
    ("en tres semanas", "2026-03-12", "2026-04-02"),
    ("de hoy en ocho", "2026-03-12", "2026-03-19"),
    ("de hoy en quince", "2026-03-12", "2026-03-26"),
    ("en ocho días", "2026-03-12", "2026-03-20"),
    ("en quince días", "2026-03-12", "2026-03-27"),
    ("en un mes", "2026-01-31", "2026-02-28"),
    ("fin de mes", "2026-03-31", "2026-03-31"),
    ("último día hábil", "2026-05-12", "2026-05-29"),
    ("mediados de mes", "2026-03-15", "2026-04-15"),
    ("principios de mes", "2026-03-12", "2026-04-05"),
    ("esta semana", "2026-03-13", "2026-03-13"),
    ("esta semana", "2026-03-14", "2026-03-15"),
    ("la próxima semana", "2026-03-15", "2026-03-20"),
    ("el fin de semana", "2026-03-12", "2026-03-15"),
    ("el próximo mes", "2026-01-31", "2026-02-28"),
    ("a más tardar el 10", "2026-03-12", "2026-04-10"),
    ("el 10 o antes", "2026-03-12", "2026-04-10"),
    ("antes del 10", "2026-03-12", "2026-04-09"),
    ("antes del viernes", "2026-03-12", "2026-03-12"),
    ("antes del 1 de marzo", "2028-02-10", "2028-02-29"),
    ("a partir del 10", "2026-03-12", "2026-04-10"),
    ("después del 10", "2026-03-12", "2026-04-10"),
    ("el 10 del mes que viene", "2026-03-01", "2026-04-10"),
    ("lunes 21", "2019-01-25", "2019-02-21"),
    ("entre el 10 y el 12", "2026-03-08", "2026-03-12"),
    ("del uno al cinco", "2026-03-12", "2026-04-05"),
    ("el otro mes", "2026-03-12", "2026-04-30"),
    ("en abril", "2026-03-12", "2026-04-30"),
    ("el mes que entra", "2026-12-12", "2027-01-31"),
    ("la primera quincena de abril", "2026-03-12", "2026-04-15"),
    ("la segunda quincena de febrero", "2028-01-12", "2028-02-29"),
    ("la otra semana", "2026-03-12", "2026-03-20"),
    ("la semana entrante", "2026-03-12", "2026-03-20"),
    ("el lunes no, el otro", "2026-03-12", "2026-03-23"),
    ("esta quincena no, la otra", "2026-03-12", "2026-03-31"),
    ("en 24 horas", "2026-03-12", "2026-03-13"),
    ("en setenta y dos horas", "2026-03-12", "2026-03-15"),
    ("en las próximas dos semanas", "2026-03-12", "2026-03-26"),
    ("la primera semana de abril", "2026-03-12", "2026-04-07"),
    ("la semana del 18", "2026-05-04", "2026-05-22"),
]


@pytest.mark.parametrize(("text", "said_on", "expected"), GUIDELINES)
def test_rule_of_the_guidelines(text: str, said_on: str, expected: str) -> None:
    assert on(text, said_on) == [expected]


SAID = [
    ("cuando cobro el 4", "2026-03-12", "2026-04-04"),
    ("saliendo de la quincena", "2026-03-12", "2026-03-15"),
    ("los primeros días", "2026-03-12", "2026-04-05"),
    ("después de Reyes", "2026-12-20", "2027-01-06"),
    ("antes de Semana Santa", "2026-03-12", "2026-03-28"),
    ("en Semana Santa", "2026-03-12", "2026-04-05"),
    ("el Viernes Santo", "2026-03-12", "2026-04-03"),
    ("antes de que acabe el mes", "2026-03-12", "2026-03-31"),
    ("para fin de año", "2026-03-12", "2026-12-31"),
    ("dentro de tres días hábiles", "2026-03-12", "2026-03-17"),
    ("quince de marzo del veintisiete", "2026-03-12", "2027-03-15"),
    ("15/03", "2026-03-12", "2026-03-15"),
    ("15-3-2027", "2026-03-12", "2027-03-15"),
    ("15.3.2027", "2026-03-12", "2027-03-15"),
    ("el primero", "2026-03-12", "2026-04-01"),
    ("el día 1º", "2026-03-12", "2026-04-01"),
    ("tres días después de la quincena", "2026-03-12", "2026-03-18"),
    ("al otro día de la quincena", "2026-03-12", "2026-03-16"),
    ("el primer viernes de abril", "2026-03-12", "2026-04-03"),
    ("el quinto día hábil de abril", "2026-03-12", "2026-04-07"),
    ("de aquí a quince días", "2026-03-12", "2026-03-27"),
    ("en mes y medio", "2026-03-12", "2026-04-27"),
    ("tres días más", "2026-03-12", "2026-03-15"),
    ("pasado mañana", "2026-03-12", "2026-03-14"),
    ("la semana subsiguiente", "2026-03-12", "2026-03-27"),
    ("a mediados de julio", "2026-03-12", "2026-07-15"),
    ("el juebes", "2026-03-13", "2026-03-19"),
    ("el biernes", "2026-03-12", "2026-03-13"),
    ("el savado", "2026-03-12", "2026-03-14"),
    ("la procsima semana", "2026-03-12", "2026-03-20"),
    ("pasado manana", "2026-03-12", "2026-03-14"),
]


@pytest.mark.parametrize(("text", "said_on", "expected"), SAID)
def test_what_else_people_say(text: str, said_on: str, expected: str) -> None:
    assert on(text, said_on) == [expected]


FEASTS = [
    ("el día de la madre", "MX", "2026-05-10"),
    ("el día de la madre", "AR", "2026-10-18"),
    ("el día de la madre", "PA", "2026-12-08"),
    ("el día de la madre", "DO", "2026-05-31"),
    ("el día de la madre", "CR", "2026-08-15"),
    ("el día de la madre", "CO", "2026-05-10"),
    ("el día del padre", "ES", "2026-03-19"),
    ("el día del padre", "CL", "2026-06-21"),
    ("el día del padre", "UY", "2026-07-12"),
    ("el día del padre", "SV", "2026-06-17"),
    ("las fiestas patrias", "CL", "2026-09-18"),
    ("las fiestas patrias", "PE", "2026-07-28"),
    ("el día de la independencia", "BO", "2026-08-06"),
    ("el día del amor y la amistad", "CO", "2026-09-19"),
    ("el día del amor y la amistad", "MX", "2027-02-14"),
    ("el carnaval", "UY", "2027-02-09"),
]


@pytest.mark.parametrize(("text", "country", "expected"), FEASTS)
def test_feasts_differ_by_country(text: str, country: str, expected: str) -> None:
    assert on(f"para {text}", "2026-03-12", country) == [expected]


def test_public_holiday_is_the_countrys_next_and_doubtful() -> None:
    (match,) = find_dates("después del feriado", date(2026, 4, 20), country="PE")
    assert (match.date, match.doubtful) == (date(2026, 5, 1), True)


NO_DATES = [
    "vivo con mi hija",
    "el dos por ciento",
    "uno de estos días",
    "son tres cuotas de mil",
    "el 20 % de la deuda",
    "ahora bien",
    "le pago quince mil",
    "Julio no está en casa",
    "la luna y las estrellas",
]


@pytest.mark.parametrize("text", NO_DATES)
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
