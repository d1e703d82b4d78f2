"""Readings -> words with times and probabilities, each window by itself.

`WhisperModel.add_word_timestamps` shortens first words that are too long after a pause, and carries the end of the
last word from window to window to know the pause. Windows here come from different calls, so each is put so far after
the one before that the pause is always long, whatever lies beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from models.recognition.readings import Reading
from pipeline.types import Span, Word

PREPENDED = "\"'“¿([{-¡"
APPENDED = "\"'.。,，!！?？:：”)]}、"
APART = 60
"""Seconds between the starts of two windows: twice the longest, so their order in a batch cannot matter."""


@dataclass(frozen=True, slots=True)
class Sounding:
    """What timing needs to know of a window: seconds of sound, channel, encoder input in frames of 10 ms."""

    seconds: float
    channel: int
    n_frames: int


def timed_words(
    model: WhisperModel, tokenizer: Tokenizer, encoded: Any, readings: Sequence[Reading], windows: Sequence[Sounding]
) -> list[tuple[Word, ...]]:
    """Words of each window, times from its first sample; a reading without tokens has none."""
    if not any(reading.tokens for reading in readings):
        return [()] * len(readings)
    rate = model.frames_per_second
    segments: list[list[dict[str, Any]]] = []
    for position, (reading, window) in enumerate(zip(readings, windows, strict=True), start=1):
        base = float(APART * position)
        segments.append(
            [
                {
                    "tokens": list(reading.tokens),
                    "seek": int(base * rate),
                    "start": base,
                    "end": base + window.seconds,
                }
            ]
        )
    sizes = [min(window.n_frames, ceil(window.seconds) * rate) for window in windows]
    model.add_word_timestamps(segments, tokenizer, encoded, sizes, PREPENDED, APPENDED, 0.0)
    return [
        tuple(_words(segment[0].get("words") or (), segment[0]["seek"] / rate, window))
        for segment, window in zip(segments, windows, strict=True)
    ]


def _words(found: Sequence[dict[str, Any]], base: float, window: Sounding) -> list[Word]:
    words = []
    for word in found:
        text = word["word"].strip()
        start = max(0.0, round(float(word["start"]) - base, 2))
        end = max(start, round(float(word["end"]) - base, 2))
        if text:
            words.append(Word(text, Span(start, end), float(word["probability"]), window.channel))
    return words
