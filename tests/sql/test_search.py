"""Search over transcripts: whole words, phrases, folded accents, and every filter."""

import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SetupError
from sql.load import load
from sql.publish import publish
from sql.reading import open_published
from sql.results import Selection
from sql.search import _pattern, _terms, fold, search
from sql.staging import write_shard
from sql.warehouse import connect
from tests.sql.made import MEXICO, made_call


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    root = tmp_path_factory.mktemp("search")
    later = datetime(2026, 3, 14, 9, 0, tzinfo=MEXICO)
    calls = [
        made_call("c1", text="Mañana, sin falta, le hago el PAGO de la pensión."),
        made_call("c2", text="De mañana no pasa; los pagos van el día 15.", agent_id="A-08", started_at=later),
        made_call("c3", text="¿Y qué hago? Le falta firma.", debtor_id="D-2"),
    ]
    write_shard(root, 1, "s", calls, [])
    load(root)
    publish(root)
    with open_published(root) as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("mañana", ["c2", "c1"]),
        ("MANANA", ["c2", "c1"]),
        ("pago", ["c1"]),
        ("pension", ["c1"]),
        ("pagos 15", ["c2"]),
        ('"le hago"', ["c1"]),
        ('"hago le"', ["c3"]),
        ("hago le", ["c1", "c3"]),
        ('"sin falta le hago"', ["c1"]),
        ("falta", ["c1", "c3"]),
        ("faltas", []),
        ('manana "no pasa"', ["c2"]),
        ("'; drop table calls; --falta", []),
        (".*", None),
    ],
)
def test_words_and_phrases(connection: duckdb.DuckDBPyConnection, text: str, calls: list[str] | None) -> None:
    if calls is None:
        with pytest.raises(SetupError, match="at least one word"):
            search(connection, text)
    else:
        assert [t.call_id for t in search(connection, text)] == calls


def test_filters(connection: duckdb.DuckDBPyConnection) -> None:
    assert [t.call_id for t in search(connection, "mañana", Selection(agent_id="A-08"))] == ["c2"]
    assert [t.call_id for t in search(connection, "mañana", Selection(last_day=date(2026, 3, 13)))] == ["c1"]
    assert [t.call_id for t in search(connection, "hago", Selection(debtor_id="D-2"))] == ["c3"]
    assert len(search(connection, "mañana", label="promise")) == 2
    assert search(connection, "mañana", label="excuse") == ()
    assert search(connection, "mañana", role="agent") == ()
    assert len(search(connection, "mañana", limit=1)) == 1
    (found,) = search(connection, "pension")
    assert (found.turn, found.role, found.starts, found.local_day) == (1, "debtor", 5.0, date(2026, 3, 12))


WORDS = st.text("abcnñáéíóúüAÁÉÑ", min_size=1, max_size=5)


@given(st.lists(WORDS, min_size=1, max_size=5), st.integers(0, 4), st.sampled_from(["NFC", "NFD"]))
def test_a_word_is_found_however_it_is_written(words: list[str], place: int, form: Literal["NFC", "NFD"]) -> None:
    """The slow and obvious reference: folded words compared one by one."""
    wanted = words[place % len(words)].swapcase()
    said = unicodedata.normalize(form, ", ".join(words))
    with connect(":memory:", threads=1) as memory:
        for word in (wanted, wanted + "a", wanted[:-1]):
            terms = _terms(word)
            if terms:
                row = memory.execute("select regexp_matches(?, ?)", [said, _pattern(terms[0])]).fetchone()
                assert row == (fold(word) in map(fold, words),), (said, word)


def test_too_many_terms_are_refused(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(SetupError, match="at most 6 terms"):
        search(connection, "a b c d e f g")


def test_a_turn_is_found_by_each_of_its_words(tmp_path: Path) -> None:
    said = "Señora Ibáñez: ¿vendrá usted —el miércoles— a «liquidar» 1.500,50 ¡o no!?"
    write_shard(tmp_path, 1, "s", [made_call("c1", text=said)], [])
    load(tmp_path)
    publish(tmp_path)
    with open_published(tmp_path) as opened:
        for word in said.split():
            assert [t.call_id for t in search(opened, word)] == ["c1"], word
        assert search(opened, f'"{said}"')
