"""Numbers as they are said and written, with the public cases of other libraries."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.figures import read_figure
from pipeline.number_words import read_word
from pipeline.numbers import find_numbers
from pipeline.tokens import fold, tokenize
from tests.tables import load_rows

PEERS = Path(__file__).parents[1] / "data" / "peers_numbers.jsonl"
# Cases whose convention is the guidelines' and that are not met, with the reason; at most 3 %.
NOT_MET: dict[str, str] = {}


def values(text: str) -> list[Decimal]:
    found = find_numbers(text)
    counted = [number for number in found if not number.article]
    return [number.value for number in counted or found]


@pytest.mark.parametrize("row", [json.loads(line) for line in PEERS.read_text("utf-8").splitlines()])
def test_peers_case_has_its_value(row: dict[str, object]) -> None:
    if row["text"] in NOT_MET:
        pytest.fail("met now: take it out of the table") if values(str(row["text"])) == [row["value"]] else None
        return
    assert [float(value) for value in values(str(row["text"]))] == [row["value"]]


def test_table_of_unmet_cases_is_short() -> None:
    assert len(NOT_MET) <= 0.03 * len(PEERS.read_text("utf-8").splitlines())


@pytest.mark.parametrize(
    ("text", "value"),
    load_rows("numbers_mixed"),
)
def test_mixed_and_spoken_forms(text: str, value: str) -> None:
    assert values(text)[-1] == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    load_rows("numbers_misspelt"),
)
def test_lost_spelling(text: str, value: str) -> None:
    assert values(text) == [Decimal(value)]


@pytest.mark.parametrize(
    "word",
    "siento sien dosis cuarentena milagro milonga unos todos traes veneno sesión cerro centro docente quincena "
    "decente seña mina dolor mitad quienes novela cinta presenta inventa misiones melones sienta caza".split(),
)
def test_ordinary_words_are_no_numbers(word: str) -> None:
    assert find_numbers(f"la {word}") == ()
    assert read_word(fold(word)) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    load_rows("numbers_beside_others"),
)
def test_neighbours_are_kept_apart(text: str, expected: str) -> None:
    assert values(text) == [Decimal(value) for value in expected.split()]


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("1.000", "1000"),
        ("1,000", "1000"),
        ("1.250,50", "1250.50"),
        ("1,250.50", "1250.50"),
        ("12,5", "12.5"),
        ("0,683", "0.683"),
        ("1.8500", "1.8500"),
        ("1.234.567,5", "1234567.5"),
        ("10.30.15", None),
        ("123456789012345678901", None),
    ],
)
def test_separator_before_three_digits_groups_thousands(figure: str, value: str | None) -> None:
    assert read_figure(figure) == (None if value is None else Decimal(value))


def test_span_and_tokens_point_into_the_original() -> None:
    text = "Sí… le doy DOSCIENTOS  veintitrés, ¿ya?"
    (number,) = find_numbers(text)
    tokens = tokenize(text)
    assert text[number.start : number.end] == "DOSCIENTOS  veintitrés"
    assert tokens[number.first].start == number.start
    assert tokens[number.last - 1].end == number.end


@pytest.mark.parametrize(("text", "doubtful"), [("uno con cinco", True), ("cuarenta cinco", True), ("mil", False)])
def test_second_readings_are_marked(text: str, doubtful: bool) -> None:
    assert find_numbers(text)[0].doubtful is doubtful


@pytest.mark.parametrize(
    "text", ["docecientos", "le pago dozecientas el lunes", "1,5 dozecientas", "veintecientos pesos"]
)
def test_a_part_of_words_written_as_one_is_no_number(text: str) -> None:
    assert all(match.value == Decimal("1.5") and match.first < match.last for match in find_numbers(text))
