"""What holds of every date and of every text."""

from __future__ import annotations

import os
import random
import time
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.callbacks import find_callbacks
from pipeline.date_context import due_dates
from pipeline.dates import find_dates
from tests.pipeline.spoken_numbers import spoken

_DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))
_COUNTRIES = st.sampled_from("AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PR PY SV UY VE".split())
_MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
_WEEKDAYS = "lunes martes miércoles jueves viernes sábado domingo".split()
_WORDS = (
    "el la los lunes viernes sábado 5 15 31 treinta y uno de del mes semana quincena en ocho días antes después a "
    "partir entre hasta no otro otra que viene próximo fin abril mayo 2027 mañana pasado hoy le pago llámeme a las "
    "cinco tarde por hace cada primer último hábil horas dos mil pesos , . ¿ ? / - … para o cuando cobro Reyes Navidad "
    "feriado medio"
).split()
_SENTENCES = st.sampled_from(
    [
        "El miércoles le deposito, señorita.",
        "Mañana a más tardar le pago",
        "Le pago el próximo sábado por la mañana",
        "A mediados del próximo mes le abono",
        "El 15 de abril te transfiero",
        "El último día hábil le cancelo",
        "Llámeme el miércoles a las cinco",
        "Esta quincena no, la otra le pago",
        "El lunes no puedo, el jueves sí",
        "En tres días hábiles le deposito",
    ]
)


def days(text: str, said_on: date, country: str = "MX") -> list[date | None]:
    return [match.date for match in find_dates(text, said_on, country=country)]


@given(_DAYS, _DAYS)
def test_a_full_date_comes_back_in_words(day: date, said_on: date) -> None:
    in_words = f"{spoken(day.day)} de {_MONTHS[day.month - 1]} de {spoken(day.year)}"
    assert days(f"el {in_words}", said_on) == [day]
    assert days(f"el {day.day} de {_MONTHS[day.month - 1]} de {day.year}", said_on) == [day]


@given(_DAYS, _DAYS)
def test_a_written_date_comes_back(day: date, said_on: date) -> None:
    for form in ("{0.day}/{0.month}/{0.year}", "{0.day:02}-{0.month:02}-{0.year}", "{0.day}.{0.month}.{0.year}"):
        assert days("el " + form.format(day), said_on) == [day]


@given(_DAYS, st.integers(1, 60))
def test_a_number_of_days_is_added(said_on: date, count: int) -> None:
    word = "día" if count == 1 else "días"
    number = "un" if count == 1 else spoken(count)
    assert days(f"en {number} {word}", said_on) == [said_on + timedelta(days=count)]


@given(_DAYS, st.integers(0, 6))
def test_a_weekday_is_the_next_one_strictly_after_the_call(said_on: date, weekday: int) -> None:
    (found,) = days(f"el {_WEEKDAYS[weekday]}", said_on)
    assert found is not None
    assert found.weekday() == weekday
    assert 1 <= (found - said_on).days <= 7


@given(_DAYS, st.integers(1, 31))
def test_a_day_of_the_month_keeps_its_number_and_lies_ahead(said_on: date, number: int) -> None:
    (found,) = days(f"el {number}", said_on)
    assert found is not None
    assert found.day == number
    assert 1 <= (found - said_on).days <= 62


@given(st.lists(st.sampled_from(_WORDS), max_size=14), _DAYS, _COUNTRIES)
@example(["el", "31", "de", "abril"], date(2026, 1, 1), "MX")
@example(["en", "2027", "mes"], date(2090, 1, 1), "MX")
def test_a_due_date_is_never_before_the_call(words: list[str], said_on: date, country: str) -> None:
    text = " ".join(words)
    for match in due_dates(text, said_on, country):
        assert match.date is not None
        assert match.date >= said_on
        assert 0 <= match.start < match.end <= len(text)


@given(_SENTENCES, _DAYS)
def test_blanks_accents_and_case_change_nothing(text: str, said_on: date) -> None:
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    expected = [match.date for match in due_dates(text, said_on, "MX")]
    for variant in (text.replace(" ", "  "), plain, text.upper(), text.lower()):
        assert [match.date for match in due_dates(variant, said_on, "MX")] == expected


@settings(max_examples=150)
@given(st.text(max_size=80), _DAYS, _COUNTRIES)
def test_no_text_raises(text: str, said_on: date, country: str) -> None:
    find_dates(text, said_on, country=country)
    find_callbacks(text, said_on, country)
    due_dates(text, said_on, country)


def test_no_fuzzed_sentence_raises(repetitions: Callable[[int, int], int]) -> None:
    count = int(os.environ.get("PALABRA_SOAK") or repetitions(1500, 100_000))
    rng = random.Random(20260312)
    first = date(2024, 1, 1)
    for _ in range(count):
        text = " ".join(rng.choices(_WORDS, k=rng.randint(1, 25)))
        said_on = first + timedelta(days=rng.randint(0, 2000))
        due_dates(text, said_on, "CO")
        find_callbacks(text, said_on, "CO")


def test_days_at_the_end_of_the_calendar_raise_nothing() -> None:
    for text in ("en un mes", "la quincena", "el viernes", "el 31", "en 900 años", "el próximo año", "Semana Santa"):
        due_dates(text, date(9999, 12, 31), "MX")
        due_dates(text, date(1, 1, 1), "MX")


def _seconds(text: str) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        due_dates(text, date(2026, 3, 12), "MX")
        best = min(best, time.process_time() - start)
    return best


def test_time_grows_with_the_length_and_no_faster() -> None:
    rng = random.Random(7)
    for piece in (
        "el lunes no, ",
        "entre el 10 y ",
        "no ",
        "el ",
        "a las ",
        "antes de ",
        "15 de ",
        "y ",
        "la semana ",
        *rng.choices(_WORDS, k=6),
    ):
        short, long = piece * 60, piece * 480
        assert _seconds(long) < 8 * 3.5 * _seconds(short) + 0.05, piece
