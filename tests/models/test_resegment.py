"""Voices found again moment by moment: made embeddings, whose owners are known."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.resegment import FILE, Resegmentation, load_parameters, relabel, relabelled, speaks_at
from pipeline.errors import ModelError
from pipeline.types import Span, VoiceSpan

ASKED = Resegmentation(reach=0.56, trust=0.05, change=1.0, rounds=2)
STEP = 0.08


def moments(turns: list[tuple[int, float]], spread: float = 0.5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times, embeddings about two voices' own directions, and whose they are, for (voice, seconds) in turn."""
    owners = np.concatenate([np.full(round(seconds / STEP), voice) for voice, seconds in turns])
    rng = np.random.default_rng(len(owners))
    vectors = np.eye(16)[owners] + spread / 4 * rng.standard_normal((len(owners), 16))
    return STEP * np.arange(len(owners)), vectors / np.linalg.norm(vectors, axis=1, keepdims=True), owners


def test_a_turn_given_to_the_wrong_voice_is_taken_back() -> None:
    times, vectors, truth = moments([(0, 6), (1, 5), (0, 4), (1, 6), (0, 3)])
    first = truth.copy()
    wrong = (times >= 11) & (times < 14)
    first[wrong] = 1 - first[wrong]
    assert np.array_equal(relabel(times, vectors, first, 2, ASKED), truth)


def test_a_moment_that_sounds_like_the_other_voice_does_not_cut_a_turn() -> None:
    times, vectors, truth = moments([(0, 6), (1, 6)])
    vectors[30] = np.eye(16)[1]
    assert np.array_equal(relabel(times, vectors, truth, 2, ASKED), truth)


def test_without_rounds_nothing_changes() -> None:
    times, vectors, truth = moments([(0, 3), (1, 3)])
    asked = Resegmentation(0.56, 0.05, 1.0, 0)
    assert np.array_equal(relabel(times, vectors, 1 - truth, 2, asked), 1 - truth)


spans = st.lists(st.tuples(st.floats(0.01, 2), st.floats(0.1, 3), st.sampled_from("AB")), min_size=1, max_size=8)


@given(spans, st.randoms(use_true_random=False))
def test_speech_stays_where_it_was_and_each_moment_has_one_voice(parts: list[tuple[float, float, str]], rng) -> None:  # type: ignore[no-untyped-def]
    voices, at = [], 0.0
    for gap, length, name in parts:
        voices.append(VoiceSpan(name, Span(at + gap, at + gap + length)))
        at += gap + length
    times = np.arange(STEP / 2, at, STEP)
    times = times[speaks_at(voices, times)]
    owner = np.searchsorted([v.span.start for v in voices], times, side="right") - 1
    found = relabelled(voices, times, owner, [rng.choice("xyz") for _ in times])
    assert sum(v.span.duration for v in found) == pytest.approx(sum(v.span.duration for v in voices))
    assert {v.span.start for v in voices} <= {v.span.start for v in found}
    assert all(a.span.end <= b.span.start for a, b in itertools.pairwise(found))
    assert found[0].voice == "voice-0"


def test_weights_without_the_file_ask_for_nothing(tmp_path: Path) -> None:
    assert load_parameters(tmp_path) is None


def test_a_file_of_something_else_is_said_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(json.dumps({"reach": 0.5}), "utf-8")
    with pytest.raises(ModelError, match="reach, trust, change and rounds"):
        load_parameters(tmp_path)
