"""What a recording holds besides talk."""

import numpy as np

from pipeline.config import TriageConfig
from pipeline.ports import MODEL_RATE
from pipeline.triage import find_tones, triage
from pipeline.types import Audio, Span

CONFIG = TriageConfig()
RANDOM = np.random.default_rng(7)


def tone(seconds: float, *pitches: float) -> np.ndarray:
    t = np.arange(int(seconds * MODEL_RATE)) / MODEL_RATE
    waves = np.stack([np.sin(2 * np.pi * p * t) for p in pitches])
    return np.asarray(0.2 * waves.sum(axis=0), dtype=np.float32)


def quiet(seconds: float, level: float = 1e-4) -> np.ndarray:
    return (RANDOM.standard_normal(int(seconds * MODEL_RATE)) * level).astype(np.float32)


def test_ring_back_is_found_where_it_sounds() -> None:
    samples = np.concatenate([quiet(1), tone(1, 425), quiet(2), tone(1, 440, 480), quiet(1)])
    spans = find_tones(samples)
    assert [round(s.start) for s in spans] == [1, 4]
    assert all(0.7 <= s.duration <= 1.1 for s in spans)


def test_noise_and_a_gliding_voice_are_no_tones() -> None:
    t = np.arange(3 * MODEL_RATE) / MODEL_RATE
    glide = (0.2 * np.sin(2 * np.pi * (150 * t + 60 * t**2))).astype(np.float32)
    assert find_tones(quiet(3, 0.1)) == ()
    assert find_tones(glide) == ()


def test_kinds() -> None:
    silent = Audio(quiet(5)[None, :], MODEL_RATE)
    assert triage(silent, ((),), CONFIG).kind == "silence"
    assert triage(silent, ((),), CONFIG).certainty == 1.0
    busy = Audio(np.concatenate([tone(4, 425), quiet(1)])[None, :], MODEL_RATE)
    assert triage(busy, ((),), CONFIG).kind == "tones"
    talk = Audio(np.stack([quiet(5, 0.1), quiet(5, 0.1)]), MODEL_RATE)
    assert triage(talk, ((Span(0, 1),), (Span(1, 2),)), CONFIG).kind == "conversation"
    assert triage(talk, ((Span(0, 1),), ()), CONFIG).kind == "one_sided"
