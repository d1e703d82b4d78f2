"""Training texts share no five words in a row with the exam, and say what they should."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.recipes.recogniser import exam_hashes, material
from models.recipes.recogniser.exam_hashes import exam_runs, hash_runs, is_in_exam, pack_runs
from models.recipes.recogniser.texts import MAX_WORDS, Sources, TextMaker, read_sources
from pipeline.normalise import normalise_words


def test_no_training_text_holds_five_words_of_the_exam_in_a_row() -> None:
    maker = TextMaker(Sources((), ()), np.random.default_rng(4))
    texts = [maker.make() for _ in range(12_000)]
    assert not [text for text in texts if is_in_exam(normalise_words(text))]
    assert len(set(texts)) > 10_000


def test_the_patterns_themselves_are_not_in_the_exam() -> None:
    assert not [p for p in material.PATTERNS if is_in_exam(normalise_words(p.replace("{", "").replace("}", "")))]


def test_exam_hashes_cover_the_exam() -> None:
    assert len(exam_runs()) == 10_056


def test_a_turn_of_the_exam_is_refused_when_a_corpus_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    leaked = normalise_words("la vaca del vecino comió 3 lechugas en mi patio")
    monkeypatch.setattr(exam_hashes, "exam_runs", lambda: frozenset(hash_runs(leaked)))
    maker = TextMaker(Sources((leaked,), ()), np.random.default_rng(1))
    texts = " | ".join(maker.make() for _ in range(2_000))
    assert "comió tres lechugas" in texts
    assert "vecino comió tres lechugas en" not in texts


def test_packed_runs_are_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "uno dos tres cuatro cinco seis siete"
    packed = pack_runs([text])
    assert len(packed) == 3 * 5
    monkeypatch.setattr(exam_hashes, "FILE", tmp_path / "runs.bin")
    exam_hashes.FILE.write_bytes(packed)
    assert exam_runs.__wrapped__() == set(hash_runs(tuple(text.split())))


def test_same_seed_same_texts() -> None:
    first, second = (TextMaker(Sources((), ("hola", "mesa")), np.random.default_rng(9)) for _ in range(2))
    assert [first.make() for _ in range(200)] == [second.make() for _ in range(200)]


def test_texts_are_lower_case_words_of_spanish_letters() -> None:
    maker = TextMaker(Sources((), ("ñandú",)), np.random.default_rng(2))
    for _ in range(3_000):
        text = maker.make()
        assert set(text) <= set("abcdefghijklmnopqrstuvwxyzáéíóúüñ ")
        assert 1 <= len(text.split()) <= MAX_WORDS


def test_sources_spell_numbers_and_read_latin_1(tmp_path: Path) -> None:
    call = {"turns": [{"text": "El 15 le pago $1.500, ¿sí?"}]}
    (tmp_path / "c.jsonl").write_text(json.dumps(call, ensure_ascii=False) + "\n", encoding="utf-8")
    (tmp_path / "w").write_bytes("ñu\nÁrbol\n3D\n".encode("latin-1"))
    sources = read_sources([tmp_path / "c.jsonl"], [tmp_path / "w"])
    assert sources.turns == (("el", "quince", "le", "pago", "mil", "quinientos", "sí"),)
    assert {"ñu", "árbol"} <= set(sources.words)
    assert "3d" not in sources.words
