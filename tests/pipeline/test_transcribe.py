"""Clips: cut from speech, packed into windows, and their words brought back onto the recording's clock."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import TranscribeConfig
from pipeline.ports import MODEL_RATE, Clip, ClipId, Piece
from pipeline.transcribe import cut_clips, place_words
from pipeline.types import Audio, Span, Word

CONFIG = TranscribeConfig(max_clip_seconds=30.0)


def recording(seconds: float, channels: int = 1) -> Audio:
    """A recording whose sample value tells its time, so that a clip shows where it was cut from."""
    ramp = np.arange(int(seconds * MODEL_RATE), dtype=np.float32) / MODEL_RATE / 1000
    return Audio(np.stack([ramp + channel for channel in range(channels)]), MODEL_RATE)


def clips_of(audio: Audio, *speech: tuple[Span, ...]) -> list[Clip]:
    return list(cut_clips("c1", audio, speech, CONFIG, ()))


def test_a_channel_without_speech_gives_no_clip() -> None:
    clips = clips_of(recording(10, 2), (Span(1, 2),), ())
    assert [clip.id.channel for clip in clips] == [0]


def test_far_spans_share_a_window_without_the_silence_between() -> None:
    (clip,) = clips_of(recording(300), (Span(10, 14), Span(200, 205)))
    assert len(clip.samples) / MODEL_RATE == pytest.approx(9 + 4 * CONFIG.speech_pad + 0.4, abs=0.01)
    assert [p.start for p in clip.pieces] == pytest.approx([10 - CONFIG.speech_pad, 200 - CONFIG.speech_pad])


def test_speech_longer_than_the_window_is_cut() -> None:
    clips = clips_of(recording(100), (Span(0, 95),))
    assert len(clips) == 4
    assert all(len(clip.samples) <= CONFIG.max_clip_seconds * MODEL_RATE for clip in clips)


def test_a_word_comes_back_to_where_it_was_said() -> None:
    pieces = (Piece(0.0, 10.0, 4.0), Piece(4.4, 200.0, 5.0))
    clip = Clip(ClipId("c1", 1, 0), np.zeros(1, np.float32), pieces)
    words = [Word("uno", Span(1.0, 1.5), 0.9, 0), Word("dos", Span(4.5, 4.9), 0.9, 0)]
    placed = place_words(clip, words)
    assert [(w.span.start, w.span.end) for w in placed] == [(11.0, 11.5), (200.1, 200.5)]
    assert {w.channel for w in placed} == {1}


def test_a_word_over_a_seam_stays_in_the_piece_of_its_middle() -> None:
    pieces = (Piece(0.0, 10.0, 4.0), Piece(4.4, 200.0, 5.0))
    clip = Clip(ClipId("c1", 0, 0), np.zeros(1, np.float32), pieces)
    (word,) = place_words(clip, [Word("x", Span(3.8, 4.5), 0.9, 0)])
    assert (word.span.start, word.span.end) == (13.8, 14.0)


gaps = st.lists(st.tuples(st.floats(0.05, 40), st.floats(0.1, 70)), min_size=1, max_size=12)


@given(gaps)
def test_every_second_of_speech_is_in_exactly_one_clip(pairs: list[tuple[float, float]]) -> None:
    spans, at = [], 0.0
    for gap, length in pairs:
        spans.append(Span(at + gap, at + gap + length))
        at = spans[-1].end
    pieces = [p for clip in clips_of(recording(at + 1), tuple(spans)) for p in clip.pieces]
    assert [p.start for p in pieces] == sorted(p.start for p in pieces)
    for before, after in pairwise(pieces):
        assert before.start + before.duration <= after.start + 1e-6
    covered = sum(max(0.0, min(p.start + p.duration, s.end) - max(p.start, s.start)) for p in pieces for s in spans)
    assert covered == pytest.approx(sum(s.duration for s in spans), abs=0.06 * len(spans))


@given(gaps)
def test_samples_of_a_clip_are_those_of_its_pieces(pairs: list[tuple[float, float]]) -> None:
    spans, at = [], 0.0
    for gap, length in pairs:
        spans.append(Span(at + gap, at + gap + length))
        at = spans[-1].end
    for clip in clips_of(recording(at + 1), tuple(spans)):
        for piece in clip.pieces:
            middle = round((piece.at + piece.duration / 2) * MODEL_RATE)
            assert clip.samples[middle] * 1000 == pytest.approx(piece.start + piece.duration / 2, abs=0.01)
