"""Clips: cut from speech, packed into windows, and their words brought back onto the recording's clock."""

import gc
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import TranscribeConfig
from pipeline.errors import CallError
from pipeline.ports import MODEL_RATE, Answer, Clip, ClipId, Piece, Weights
from pipeline.prefetch import prefetched
from pipeline.transcribe import CallSpeech, cut_clips, find_speech, hints_of, place_words, recognise, speech_of
from pipeline.types import Account, Audio, Samples, Span, Word
from tests.fakes import FakeTranscriber, FakeVoiceActivity

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


# ------------------------------------------------------------------------------------------------ many calls


def beeps(*starts: float, seconds: float, channels: int = 1) -> Audio:
    """Half a second of sound at each start, on every channel but the last of several."""
    samples = np.zeros((channels, int(seconds * MODEL_RATE)), dtype=np.float32)
    for start in starts:
        samples[: max(1, channels - 1), int(start * MODEL_RATE) : int((start + 0.5) * MODEL_RATE)] = 0.3
    return Audio(samples, MODEL_RATE)


def prepared(call_id: str, audio: Audio) -> CallSpeech:
    return speech_of(call_id, audio, find_speech(audio, FakeVoiceActivity()), CONFIG, ())


@dataclass
class CountingTranscriber:
    """Answers clips in batches of any calls; counts them."""

    batch_size: int = 16
    n_clips: int = 0
    mixed: int = 0
    weights: Weights = field(default_factory=lambda: FakeTranscriber().weights)

    def transcribe(self, clips: Iterable[Clip]) -> Iterator[tuple[ClipId, Answer]]:
        real, batch = FakeTranscriber(), list[Clip]()
        for clip in clips:
            batch.append(clip)
            if len(batch) == self.batch_size:
                yield from self._answered(real, batch)
                batch = []
        yield from self._answered(real, batch)

    def _answered(self, real: FakeTranscriber, batch: list[Clip]) -> Iterator[tuple[ClipId, Answer]]:
        self.n_clips += len(batch)
        self.mixed += len({clip.id.call_id for clip in batch}) > 1
        yield from real.transcribe(batch)


def test_two_thousand_calls_pass_through_and_few_are_alive_at_a_time() -> None:
    """Calls are prepared in threads, ahead of a transcriber that takes sixteen clips a batch."""
    n_calls, ahead, threads = 2_000, 6, 2
    living: weakref.WeakValueDictionary[int, Audio] = weakref.WeakValueDictionary()
    model = CountingTranscriber()
    most = 0

    class Living(Audio):
        __slots__ = ("__weakref__",)

    def prepare(number: int) -> CallSpeech:
        made = beeps(0.2 + number % 7 / 10, seconds=1.5)
        audio = Living(made.samples, made.sample_rate)
        living[number] = audio
        return prepared(f"c{number}", audio)

    heard = []
    for call_id, words in recognise(prefetched(range(n_calls), prepare, threads=threads, ahead=ahead), model):
        heard.append(call_id)
        if len(heard) % 50 == 0:
            gc.collect()
            most = max(most, len(living))
        assert isinstance(words, tuple)
        assert words[0].span.start == pytest.approx(0.2 + int(call_id[1:]) % 7 / 10, abs=0.05)
    assert heard == [f"c{i}" for i in range(n_calls)]
    assert model.mixed > n_calls / 20
    assert 0 < most <= ahead + threads + 2


def test_a_call_leaves_when_its_last_clip_is_answered() -> None:
    drawn: list[str] = []

    def calls() -> Iterator[CallSpeech]:
        for name in "abcd":
            drawn.append(name)
            yield prepared(name, beeps(0.5, 40.0, seconds=60.0))

    answers = recognise(calls(), CountingTranscriber(batch_size=1))
    assert next(answers)[0] == "a"
    # The fifth at most: the call whose first clip is looked for, never all.
    assert drawn == ["a"]


def test_silent_calls_and_channels_cost_nothing_and_are_answered() -> None:
    silent = Audio(np.zeros((2, 10 * MODEL_RATE), np.float32), MODEL_RATE)
    one_sided = beeps(1.0, seconds=10.0, channels=2)
    model = CountingTranscriber()
    heard = dict(recognise((prepared(n, a) for n, a in (("s", silent), ("o", one_sided), ("t", silent))), model))
    assert (heard["s"], heard["t"], model.n_clips) == ((), (), 1)
    assert isinstance(heard["o"], tuple)
    assert [w.channel for w in heard["o"]] == [0]


def test_only_silent_calls_are_answered_too() -> None:
    silent = Audio(np.zeros((1, MODEL_RATE), np.float32), MODEL_RATE)
    assert dict(recognise([prepared("s", silent)], FakeTranscriber())) == {"s": ()}


def test_a_clip_that_cannot_be_heard_fails_its_own_call() -> None:
    class Failing(CountingTranscriber):
        def _answered(self, real: FakeTranscriber, batch: list[Clip]) -> Iterator[tuple[ClipId, Answer]]:
            for clip_id, answer in super()._answered(real, batch):
                is_bad = clip_id == ("b", 0, 1)
                yield clip_id, CallError("b", "stage_failed", "window 1 failed") if is_bad else answer

    long = beeps(*range(1, 90, 2), seconds=90.0)
    heard = dict(recognise((prepared(name, long) for name in "abc"), Failing(batch_size=4)))
    assert isinstance(heard["b"], CallError)
    assert all(isinstance(heard[name], tuple) and len(heard[name]) == 45 for name in "ac")  # type: ignore[arg-type]


def test_hints_hold_amounts_only_where_that_is_wanted() -> None:
    account = Account("d", "MX", debtor_name="Ana Ruiz", creditor="Banco Sol", balance=Decimal("1500.00"))
    assert hints_of(account, TranscribeConfig(use_hints=True)) == ("Banco Sol", "Ana Ruiz")
    assert hints_of(account, TranscribeConfig(use_hints=True, hint_amounts=True)) == ("Banco Sol", "Ana Ruiz", "1500")
    assert hints_of(account, TranscribeConfig(hint_amounts=True)) == ("Banco Sol", "Ana Ruiz")


def test_clips_are_cut_only_when_they_are_asked_for() -> None:
    """Three hours of speech on a channel are 690 MB of samples; their clips are never held beside them."""
    samples: Samples = np.zeros((1, 3600 * MODEL_RATE), np.float32)
    call = speech_of("long", Audio(samples, MODEL_RATE), [(Span(0.0, 3600.0),)], CONFIG, ())
    assert len(call.places) == 120
    clips = call.clips()
    first = next(clips)
    assert len(first.samples) == 30 * MODEL_RATE
