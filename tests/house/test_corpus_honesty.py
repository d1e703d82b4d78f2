"""Corpora are written, not filled in: the rules of tests/honesty.py over this tree, and over what they must catch."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from models.recipes.corpus import corpus_text
from models.recipes.payments import marked_lines
from models.recipes.understanding.fragments import read_fragments
from tests.honesty import (
    DIGITS,
    SALT,
    Call,
    near_copies,
    read_calls,
    read_hashes,
    repeated_share,
    sealed_sentences,
    sentence_hash,
    words,
)
from tests.house.tree import ROOT, texts, tracked_files

JSON_LINES = [path for path in tracked_files() if path.name.endswith((".jsonl", ".jsonl.gz"))]
CORPORA = [path for path in JSON_LINES if path.parts[0] == "corpora"]
MARKED = [path for path in tracked_files() if path.parent.as_posix() == "corpora/sentences"]
PARTS = {"train", "validation"}


def of_calls(paths: list[Path]) -> list[Path]:
    """Those whose lines are calls with turns; tables of single expressions repeat their frames on purpose."""
    return [path for path in paths if "turns" in json.loads(corpus_text(ROOT / path).split("\n")[0])]


# A corpus is a folder of corpora/; the gold of the fixtures is one as well.
FOLDERS = sorted({path.parent for path in of_calls(JSON_LINES) if path.parts[0] in {"corpora", "tests", "fixtures"}})


def calls_of(folder: Path) -> tuple[Call, ...]:
    return read_calls(ROOT / path for path in of_calls(JSON_LINES) if path.parent == folder)


def test_at_most_one_percent_of_six_grams_come_back_in_over_three_calls() -> None:
    shares = {str(folder): round(repeated_share(calls_of(folder)), 4) for folder in FOLDERS}
    assert {folder: share for folder, share in shares.items() if share > 0.01} == {}


def test_no_two_long_turns_are_near_copies() -> None:
    found = {str(folder): near_copies(calls_of(folder))[:10] for folder in FOLDERS}
    assert {folder: copies for folder, copies in found.items() if copies} == {}


def test_no_sentence_of_the_sealed_set_is_in_a_corpus() -> None:
    spoken = ((call.where, turn) for path in JSON_LINES for call in read_calls([ROOT / path]) for turn in call.turns)
    assert sealed_sentences(spoken, read_hashes()) == ()


def test_no_marked_sentence_is_one_of_the_sealed_set() -> None:
    lines = [
        (f"{path}:{number}", re.sub(r"[][{}]", "", line.partition("|")[2]))
        for path in MARKED
        for number, line in enumerate(marked_lines(ROOT / path), 1)
    ]
    assert len(lines) > 8000
    assert len({words(line) for _, line in lines}) > 0.999 * len(lines)
    assert sealed_sentences(lines, read_hashes()) == ()


FRAGMENTS = ROOT / "corpora" / "fragments"
TWIN_WORDS = 14
"""Fragments come in twins that differ in a word or two on purpose; a turn of so many words is none."""


def test_fragments_are_written_like_the_calls() -> None:
    fragments = [Call(call.id, tuple(turn.text for turn in call.turns)) for call in read_fragments(FRAGMENTS)]
    assert len(fragments) > 3000
    assert repeated_share(fragments) < 0.01
    assert len({turn for call in fragments for turn in call.turns if len(words(turn)) > TWIN_WORDS}) > 3000
    assert sealed_sentences(((call.where, turn) for call in fragments for turn in call.turns), read_hashes()) == ()


def test_no_sentence_of_the_sealed_set_is_in_any_file() -> None:
    lines = ((f"{path}:{number}", line) for path, text in texts() for number, line in enumerate(text.splitlines(), 1))
    assert sealed_sentences(lines, read_hashes()) == ()


def test_every_line_of_a_corpus_names_its_author_and_part() -> None:
    nameless = [
        f"{path}:{number}"
        for path in CORPORA
        for number, line in enumerate(corpus_text(ROOT / path).splitlines(), 1)
        if not (record := json.loads(line)).get("author") or record.get("part") not in PARTS
    ]
    assert nameless[:10] == []


# ------------------------------------------------------------------------------- the rules catch what they must

LONG = "mire yo el jueves sin falta le deposito los trescientos pesos en la caja de ahorro"


def test_a_template_filled_in_is_found() -> None:
    filled = [Call(f"call-{n}", (f"{LONG} de la sucursal {n}",)) for n in range(4)]
    assert repeated_share(filled) > 0.5
    assert repeated_share(filled[:3]) == 0.0


def test_a_phrase_repeated_within_one_call_is_no_template() -> None:
    assert repeated_share([Call("call-1", (LONG,) * 9)]) == 0.0


def test_share_counts_occurrences() -> None:
    one_gram = "uno dos tres cuatro cinco seis"
    calls = [Call(f"call-{n}", (one_gram, f"siete{n} ocho nueve diez once doce trece")) for n in range(4)]
    # Each call: 1 gram shared by all four, 1 of its own, 1 («ocho … trece») shared by all four.
    assert repeated_share(calls) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("second", "is_copy"),
    [
        (LONG, True),
        (LONG.replace("jueves", "viernes"), True),
        (LONG.replace("trescientos", "quinientos").replace("mire ", ""), True),
        (LONG.upper() + "!!", True),
        ("no señor a mí nadie me avisó que el jueves había que pasar por la caja", False),
    ],
)
def test_near_copies_are_told_by_their_words(second: str, is_copy: bool) -> None:
    assert bool(near_copies([Call("a", (LONG,)), Call("b", (second,))])) is is_copy


def test_turns_of_eight_words_may_come_back() -> None:
    short = "buenas tardes me comunico con la señora Quispe"
    assert len(words(short)) == 8
    assert near_copies([Call("a", (short,)), Call("b", (short,))]) == ()


def test_near_copies_agree_with_comparing_every_pair() -> None:
    from itertools import combinations
    from random import Random

    from rapidfuzz.distance import Levenshtein

    draw = Random(7)
    base = [[draw.choice("abcdefgh") for _ in range(draw.randint(9, 16))] for _ in range(12)]
    turns = [
        tuple(draw.choice("xyz") if draw.random() < 0.12 else word for word in spoken)
        for spoken in base
        for _ in "1234"
    ]
    calls = [Call(str(n), (" ".join(spoken),)) for n, spoken in enumerate(turns)]
    expected = {
        (str(i), str(j))
        for (i, a), (j, b) in combinations(enumerate(turns), 2)
        if Levenshtein.normalized_similarity(a, b) >= 0.8
    }
    assert expected
    assert {(copy.first, copy.second) for copy in near_copies(calls)} == expected


def test_a_sealed_sentence_is_found_however_it_is_written() -> None:
    sealed = frozenset({sentence_hash(words("El martes por la mañana, sin falta"))})
    written = [("a:1", "Bueno. ¿El martes por la MANANA sin falta?"), ("a:2", "el martes por la tarde sin falta")]
    assert sealed_sentences(written, sealed) == ("a:1",)
    assert (
        sealed_sentences([("a:1", "sin falta el martes")], frozenset({sentence_hash(words("sin falta el martes"))}))
        == ()
    )


def test_the_hashes_are_salted_and_truncated() -> None:
    assert sentence_hash(("una", "palabra")) == hashlib.sha256(SALT + b"una palabra").hexdigest()[:DIGITS]
    hashes = read_hashes()
    assert len(hashes) > 1000
    assert {len(digest) for digest in hashes} == {DIGITS}
