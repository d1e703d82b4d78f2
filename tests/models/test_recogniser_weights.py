"""The shipped weights load unchanged in faster-whisper, hear Spanish, and stay silent in silence."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pytest
from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.audio import decode_audio

from models.recipes.recogniser.batches import wordless_sound
from models.recipes.recogniser.exam import WORDLESS_KINDS
from pipeline.normalise import normalise_words

ROOT = Path(__file__).parents[2]
WEIGHTS = ROOT / "models" / "weights" / "whisper-demo-es"
DATA = Path(__file__).parent / "data"
MIB = 2**20
MAX_CLIP_WER = 0.25


@pytest.fixture(scope="module")
def model() -> Any:
    return WhisperModel(str(WEIGHTS), device="cpu", compute_type="int8", cpu_threads=2)


def _clip() -> tuple[Any, dict[str, float]]:
    samples = decode_audio(str(DATA / "promesa.wav"))
    return samples, {"start": 0.0, "end": len(samples) / 16_000}


def test_weights_stay_within_their_budget() -> None:
    assert sum(p.stat().st_size for p in WEIGHTS.iterdir()) <= 10 * MIB
    card = (WEIGHTS / "CARD.md").read_text(encoding="utf-8")
    assert "synthetic speech only" in card


def test_model_is_multilingual_so_that_the_language_holds(model: Any) -> None:
    assert model.model.is_multilingual
    _, info = model.transcribe(_clip()[0], language="es")
    assert info.language == "es"


def test_batched_pipeline_hears_a_promise_and_times_its_words(model: Any) -> None:
    samples, clip = _clip()
    gold = json.loads((DATA / "promesa.json").read_text(encoding="utf-8"))
    segments, _ = BatchedInferencePipeline(model).transcribe(
        samples, language="es", clip_timestamps=[clip], word_timestamps=True
    )
    words = [w for s in segments for w in s.words or ()]
    said, heard = normalise_words(gold["text"]), [normalise_words(w.word)[0] for w in words]
    assert jiwer.wer(" ".join(said), " ".join(heard)) <= MAX_CLIP_WER
    assert all(a.start <= b.start for a, b in pairwise(words))
    right = {w: s for w, s in zip(said, gold["starts"], strict=True) if said.count(w) == 1}
    errors = [abs(w.start - right[h]) for w, h in zip(words, heard, strict=True) if h in right]
    assert float(np.median(errors)) <= 0.16


def test_sequential_path_writes_the_same_words_with_timestamps(model: Any) -> None:
    samples, clip = _clip()
    batched, _ = BatchedInferencePipeline(model).transcribe(samples, language="es", clip_timestamps=[clip])
    sequential = list(model.transcribe(samples, language="es", temperature=0.0)[0])
    first, second = (normalise_words(" ".join(s.text for s in x)) for x in (batched, sequential))
    assert jiwer.wer(" ".join(first), " ".join(second)) <= 0.3
    assert all(0.0 <= s.start < s.end <= clip["end"] + 0.5 for s in sequential)


@pytest.mark.parametrize("kind", WORDLESS_KINDS)
def test_nothing_is_written_where_nobody_speaks(model: Any, kind: str) -> None:
    wordy = 0
    for i in range(6):
        rng = np.random.default_rng([77, WORDLESS_KINDS.index(kind), i])
        sound = wordless_sound(int(rng.uniform(2, 30) * 16_000), rng, kind)
        clip = {"start": 0.0, "end": len(sound) / 16_000}
        segments, _ = BatchedInferencePipeline(model).transcribe(
            sound, language="es", clip_timestamps=[clip], beam_size=1
        )
        wordy += bool(normalise_words(" ".join(s.text for s in segments)))
    assert wordy == 0
