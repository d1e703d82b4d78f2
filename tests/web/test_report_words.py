"""Spanish on the page: numbers, days, lists, and a word for every code of the warehouse."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

from models.recipes.corpus import corpus_files, corpus_text
from pipeline.countries import CURRENCY_OF
from pipeline.labels import OUTCOMES, ROLES, SEVERITIES, TONE_CATEGORIES
from pipeline.parse import parse_line
from sql.results import PromiseState
from web import due_plot, lexicon, plots
from web.report_rows import share_interval, weighted_share
from web.spanish import (
    clock_text,
    count_text,
    list_text,
    money_text,
    number_text,
    period_text,
    share_text,
    short_period_text,
)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (number_text(1234567), "1 234 567"),
        (number_text(12345.67, 1), "12 345,7"),
        (number_text(-1500), "−1 500"),
        (money_text(Decimal("2400000.0000"), "COP"), "2 400 000 COP"),
        (money_text(Decimal("87.5000"), "USD"), "87,50 USD"),
        (money_text(Decimal("0.0050")), "0"),
        (share_text(0.45), "45 %"),
        (share_text(0.004), "0,4 %"),
        (share_text(0.0), "0 %"),
        (share_text(1.0), "100 %"),
        (share_text(None), "–"),
        (count_text(1, "promesa", "promesas"), "1 promesa"),
        (count_text(0, "promesa", "promesas"), "0 promesas"),
        (clock_text(46.29), "00:46"),
        (clock_text(3723.9), "1:02:03"),
        (list_text([]), ""),
        (list_text(["a", "b"]), "a y b"),
        (list_text(["Bolivia", "Italia"]), "Bolivia e Italia"),
        (list_text(["a", "b", "Hidalgo"]), "a, b e Hidalgo"),
        (list_text(["agua", "hielo"]), "agua y hielo"),
        (period_text(date(2026, 11, 10), date(2026, 11, 19)), "del 10 al 19 de noviembre de 2026"),
        (period_text(date(2026, 2, 28), date(2026, 3, 1)), "del 28 de febrero al 1 de marzo de 2026"),
        (period_text(date(2025, 12, 30), date(2026, 1, 2)), "del 30 de diciembre de 2025 al 2 de enero de 2026"),
        (period_text(date(2026, 1, 2), date(2026, 1, 2)), "2 de enero de 2026"),
        (short_period_text(None, date(2026, 9, 5)), "5 sep 2026"),
        (short_period_text(date(2026, 11, 17), date(2026, 11, 21)), "17–21 nov 2026"),
        (short_period_text(date(2026, 12, 28), date(2027, 1, 3)), "28 dic 2026 – 3 ene 2027"),
    ],
)
def test_spanish_forms(shown: str, expected: str) -> None:
    assert shown.replace("\u202f", " ").replace("\u00a0", " ") == expected


def test_numbers_do_not_break_across_lines() -> None:
    assert " " not in money_text(Decimal(2400000), "COP") + share_text(0.5) + count_text(3, "llamada", "llamadas")


def test_every_code_has_a_word_and_a_colour() -> None:
    assert set(lexicon.OUTCOMES) == set(OUTCOMES) == set(plots.OUTCOME_FILLS)
    assert set(lexicon.CATEGORIES) == set(TONE_CATEGORIES) == set(lexicon.CATEGORY_HEADINGS)
    assert set(lexicon.SEVERITIES) == set(SEVERITIES) == set(plots.SEVERITY_FILLS)
    assert set(lexicon.STATES) == set(get_args(PromiseState)) == set(due_plot.STATE_FILLS)
    assert set(lexicon.ROLES) == set(ROLES)
    assert set(lexicon.COUNTRIES) == set(CURRENCY_OF)
    assert set(lexicon.CURRENCIES) == set(CURRENCY_OF.values())


def test_every_rule_that_reads_a_sentence_has_words() -> None:
    files = corpus_files(Path(__file__).parents[1] / "data" / "expressions")
    lines = [line for file in files for line in corpus_text(file).splitlines()]
    read = [json.loads(parse_line(line)) for line in lines[::3]]
    rules = {rule for found in read if found and found.get("rule") for rule in found["rule"].split("+")}
    assert len(rules) > 20
    assert rules - set(lexicon.RULES) == set(), "give each its words in web/lexicon.py"


def test_a_doubt_is_named_by_its_rule() -> None:
    assert lexicon.doubt_words("either+cardinal") == "se nombraron dos días"
    assert lexicon.doubt_words("weekday+cardinal") == lexicon.DOUBT_BY_HEARING
    assert lexicon.rule_words("weekday+cardinal+weekday") == "día de la semana · cifra dicha entera"
    assert lexicon.rule_words("some_new_rule") == "some_new_rule"
    assert lexicon.rule_words("") == ""


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # Wilson's interval as tables of it give it: 0 of 10 and 2 of 20 by hand from the formula.
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (2, 20, 0.0279, 0.3010), (0, 0, 0.0, 1.0)],
)
def test_interval_of_a_share(hits: int, n: int, low: float, high: float) -> None:
    assert share_interval(hits, n) == pytest.approx((low, high), abs=5e-4)


def test_shares_are_weighted_by_seconds_and_unknown_ones_left_out() -> None:
    assert weighted_share([(0.5, 10.0), (1.0, 30.0), (None, 500.0)]) == pytest.approx(0.875)
    assert weighted_share([(None, 3.0)]) is None
