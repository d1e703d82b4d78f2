"""Ports that answer from the gold of fixtures/audio: what the pipeline would say if every model were right.

For tests of the way through and of the pages, never for figures.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.ports import MODEL_RATE, Clip, ClipId, Conversation, Weights
from pipeline.state import Models
from pipeline.types import Samples, Span, ToneFlag, Turn, TurnLabels, VoiceSpan, Word
from tests.fakes import FakeVoiceActivity

AUDIO = Path(__file__).parents[1] / "fixtures" / "audio"
Gold = Mapping[str, dict[str, Any]]


WEIGHTS = {
    role: Weights(f"gold-{role}", role.encode().hex().ljust(64, "0")) for role in ("asr", "diarizer", "turns", "tone")
}


@cache
def read_gold(path: Path = AUDIO / "gold.jsonl") -> Gold:
    """Gold calls by id."""
    return {(call := json.loads(line))["id"]: call for line in path.read_text("utf-8").splitlines()}


@dataclass(frozen=True)
class GoldTranscriber:
    """Says the words of the gold that lie in the clip's pieces."""

    gold: Gold

    @property
    def weights(self) -> Weights:
        return WEIGHTS["asr"]

    def transcribe(self, clips: Iterable[Clip]) -> Iterator[tuple[ClipId, tuple[Word, ...]]]:
        for clip in clips:
            yield clip.id, tuple(self._words(clip))

    def _words(self, clip: Clip) -> Iterator[Word]:
        for turn in self.gold[clip.id.call_id]["turns"]:
            if (turn["channel"] or 0) != clip.id.channel:
                continue
            for text, start, end in turn["words"]:
                for piece in clip.pieces:
                    if piece.start <= (start + end) / 2 < piece.start + piece.duration:
                        at = max(0.0, start - piece.start) + piece.at
                        yield Word(text, Span(at, at + end - start), 0.95, clip.id.channel)


@dataclass(frozen=True)
class GoldDiarizer:
    """Knows who speaks when."""

    gold: Gold

    @property
    def weights(self) -> Weights:
        return WEIGHTS["diarizer"]

    def diarize(self, recordings: Iterable[tuple[str, Samples]]) -> Iterator[tuple[str, tuple[VoiceSpan, ...]]]:
        for call_id, samples in recordings:
            end = len(samples) / MODEL_RATE
            yield (
                call_id,
                tuple(
                    VoiceSpan(turn["speaker"], Span(turn["start"], min(end, turn["end"])))
                    for turn in self.gold[call_id]["turns"]
                ),
            )


@dataclass(frozen=True)
class GoldTurnClassifier:
    """Labels a turn as the gold turn that it overlaps longest."""

    gold: Gold

    @property
    def weights(self) -> Weights:
        return WEIGHTS["turns"]

    def classify(self, calls: Sequence[Conversation]) -> Iterator[tuple[TurnLabels, ...]]:
        for call in calls:
            yield tuple(self._labels(turn, call.call_id) for turn in call.turns)

    def _labels(self, turn: Turn, call_id: str) -> TurnLabels:
        known = _gold_turn(turn, self.gold[call_id])
        return (
            TurnLabels(turn.index, tuple(known["labels"]), tuple(known["steps"])) if known else TurnLabels(turn.index)
        )


@dataclass(frozen=True)
class GoldToneClassifier:
    """Flags a turn as the gold turn that it overlaps longest."""

    gold: Gold

    @property
    def weights(self) -> Weights:
        return WEIGHTS["tone"]

    def flag(self, calls: Sequence[Conversation]) -> Iterator[tuple[ToneFlag, ...]]:
        for call in calls:
            found = ((turn, _gold_turn(turn, self.gold[call.call_id])) for turn in call.turns if turn.role == "agent")
            yield tuple(
                ToneFlag(turn.index, tone["category"], tone["severity"], 0.9, turn.text.split()[0])
                for turn, known in found
                if known
                for tone in known["tone"]
            )


def _gold_turn(turn: Turn, call: Mapping[str, Any]) -> dict[str, Any] | None:
    shared = [(turn.span.overlap(Span(known["start"], known["end"])), known) for known in call["turns"]]
    overlap, best = max(shared, key=lambda pair: pair[0], default=(0.0, None))
    return best if overlap > 0 else None


def gold_models() -> Models:
    """All ports, answering from the fixtures' gold."""
    gold = read_gold()
    return Models(
        weights={
            "voice_activity": FakeVoiceActivity().weights,
            "transcriber": WEIGHTS["asr"],
            "diarizer": WEIGHTS["diarizer"],
            "turn_classifier": WEIGHTS["turns"],
            "tone_classifier": WEIGHTS["tone"],
        },
        make_voice_activity=FakeVoiceActivity,
        make_transcriber=lambda: GoldTranscriber(gold),
        make_diarizer=lambda: GoldDiarizer(gold),
        make_turn_classifier=lambda: GoldTurnClassifier(gold),
        make_tone_classifier=lambda: GoldToneClassifier(gold),
    )
