"""The ports of `pipeline.ports` without a model: written answers, the same rules as the adapters must keep."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.ports import MODEL_RATE, Clip, ClipId, Conversation, Weights
from pipeline.types import Samples, Span, ToneFlag, TurnLabels, VoiceSpan, Word


def _fake_weights(role: str) -> Weights:
    return Weights(f"fake-{role}", role.encode().hex().ljust(64, "0")[:64], synthetic_only=True)


@dataclass(slots=True)
class FakeVoiceActivity:
    """Speech is what is louder than `level`, in spans at least `gap` seconds apart."""

    level: float = 0.01
    gap: float = 0.3
    weights: Weights = field(default_factory=lambda: _fake_weights("vad"))

    def speech(self, samples: Samples) -> tuple[Span, ...]:
        spans: list[Span] = []
        for start, end in _loud_stretches(samples, self.level):
            if spans and start - spans[-1].end < self.gap:
                spans[-1] = Span(spans[-1].start, end)
            else:
                spans.append(Span(start, end))
        return tuple(spans)


@dataclass(slots=True)
class FakeTranscriber:
    """One word a loud stretch of the clip, or the words written for the clip; says which clips it was asked for."""

    written: Mapping[ClipId, tuple[Word, ...]] = field(default_factory=dict)
    asked: list[ClipId] = field(default_factory=list)
    weights: Weights = field(default_factory=lambda: _fake_weights("asr"))

    def transcribe(self, clips: Iterable[Clip]) -> Iterator[tuple[ClipId, tuple[Word, ...]]]:
        for clip in clips:
            self.asked.append(clip.id)
            heard = tuple(
                Word(f"palabra{k}", Span(start, end), 0.9, clip.id.channel)
                for k, (start, end) in enumerate(_loud_stretches(clip.samples, 0.01))
            )
            yield clip.id, self.written.get(clip.id, heard)


@dataclass(slots=True)
class FakeDiarizer:
    """Two voices told apart by level, or the spans written for the call; says which calls it was asked for.

    A loud stretch belongs to the first voice if its level is nearer to the first stretch's than to the one that
    differs most from it.
    """

    written: Mapping[str, tuple[VoiceSpan, ...]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    weights: Weights = field(default_factory=lambda: _fake_weights("diarizer"))

    def diarize(self, recordings: Iterable[tuple[str, Samples]]) -> Iterator[tuple[str, tuple[VoiceSpan, ...]]]:
        for call_id, samples in recordings:
            self.asked.append(call_id)
            yield call_id, self.written[call_id] if call_id in self.written else _voices_by_level(samples)


def _no_labels(call: Conversation) -> tuple[TurnLabels, ...]:
    return tuple(TurnLabels(turn.index) for turn in call.turns)


@dataclass(slots=True)
class FakeTurnClassifier:
    """No label for any turn, or what `answer` gives for the call."""

    answer: Callable[[Conversation], tuple[TurnLabels, ...]] = _no_labels
    weights: Weights = field(default_factory=lambda: _fake_weights("turns"))

    def classify(self, calls: Sequence[Conversation]) -> Iterator[tuple[TurnLabels, ...]]:
        for call in calls:
            yield self.answer(call)


@dataclass(slots=True)
class FakeToneClassifier:
    """No flag for any call, or what `answer` gives for it."""

    answer: Callable[[Conversation], tuple[ToneFlag, ...]] = lambda _: ()
    weights: Weights = field(default_factory=lambda: _fake_weights("tone"))

    def flag(self, calls: Sequence[Conversation]) -> Iterator[tuple[ToneFlag, ...]]:
        for call in calls:
            yield self.answer(call)


def _loud_stretches(samples: Samples, level: float, frame: int = MODEL_RATE // 50) -> list[tuple[float, float]]:
    """Seconds of stretches whose 20 ms frames are all louder than `level`."""
    n_frames = len(samples) // frame
    power = np.square(samples[: n_frames * frame].reshape(n_frames, frame)).mean(axis=1)
    loud = np.concatenate([[False], power > level**2, [False]])
    edges = np.flatnonzero(loud[1:] != loud[:-1]) * frame / MODEL_RATE
    return [(float(a), float(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _voices_by_level(samples: Samples) -> tuple[VoiceSpan, ...]:
    stretches = _loud_stretches(samples, 0.01)
    if not stretches:
        return ()
    cuts = [samples[round(a * MODEL_RATE) : round(b * MODEL_RATE)] for a, b in stretches]
    levels = [float(np.sqrt(np.mean(np.square(cut)))) for cut in cuts]
    other = max(levels, key=lambda level: abs(level - levels[0]))
    return tuple(
        VoiceSpan(f"voice-{int(abs(level - other) < abs(level - levels[0]))}", Span(start, end))
        for level, (start, end) in zip(levels, stretches, strict=True)
    )
