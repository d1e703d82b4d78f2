"""Diarization error of weights on the demo calls: `python -m benchmarks.diarization.error_rate [WEIGHTS]`.

The mono recordings as they are, and the stereo ones mixed to one channel. No collar, overlap included; the truth is
the time of the words, pauses below half a second counted as speech. The last column needs no recogniser: it is the
share of the true words that `pipeline.align` gives to a wrong voice.
"""

import argparse
import json
import time
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pyannote.core import Annotation, Segment  # type: ignore[import-untyped]
from pyannote.metrics.diarization import DiarizationErrorRate

from models.diarizer import PyannoteDiarizer
from models.registry import find_weights
from pipeline.align import assign_voices
from pipeline.config import AlignConfig, DecodeConfig, DiarizeConfig
from pipeline.decode import decode
from pipeline.types import Samples, Span, VoiceSpan, Word

AUDIO = Path(__file__).parents[2] / "fixtures" / "audio"
MAX_GAP = 0.5
"""Seconds between two words of a turn below which the voice has not stopped."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Errors of one call, seconds, and words on a wrong voice."""

    call_id: str
    is_mono: bool
    speech: float
    missed: float
    false_alarm: float
    confused: float
    words: int
    wrong_words: int

    @property
    def error(self) -> float:
        return (self.missed + self.false_alarm + self.confused) / self.speech


def true_voices(call: dict[str, Any]) -> list[tuple[str, float, float]]:
    """(speaker, start, end) of a call's gold, by its words."""
    spans: list[tuple[str, float, float]] = []
    for turn in call["turns"]:
        for k, (_, start, end) in enumerate(turn["words"]):
            if k > 0 and start - spans[-1][2] < MAX_GAP:
                spans[-1] = (turn["speaker"], spans[-1][1], end)
            else:
                spans.append((turn["speaker"], start, end))
    return spans


def score(call: dict[str, Any], found: Iterable[VoiceSpan], *, is_mono: bool) -> Scored:
    """A call's voices against its gold."""
    found = tuple(found)
    truth, guess = Annotation(uri=call["id"]), Annotation(uri=call["id"])
    for k, (who, start, end) in enumerate(true_voices(call)):
        truth[Segment(start, end), k] = who
    for k, voice in enumerate(found):
        guess[Segment(voice.span.start, voice.span.end), k] = voice.voice
    metric = DiarizationErrorRate(collar=0.0, skip_overlap=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = metric(truth, guess, detailed=True)
        mapping = metric.optimal_mapping(truth, guess)
    words = [(Word(w, Span(a, b), 1.0, 0), t["speaker"]) for t in call["turns"] for w, a, b in t["words"]]
    given = assign_voices([word for word, _ in words], found, AlignConfig().reach)
    wrong = sum(mapping.get(v.voice) != who for v, (_, who) in zip(given, words, strict=True))
    return Scored(
        call["id"], is_mono, parts["total"], parts["missed detection"], parts["false alarm"], parts["confusion"],
        len(words), wrong,
    )  # fmt: skip


def mixed(call: dict[str, Any]) -> Samples:
    """The recording on one channel, float32 (n,) at 16 kHz."""
    audio = decode(AUDIO / call["audio"]["file"], call["id"], DecodeConfig())
    samples: Samples = audio.samples.mean(axis=0, dtype=np.float32)
    return samples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", nargs="?", default="pyannote-demo", help="shipped name or folder")
    asked = parser.parse_args()
    calls = [json.loads(line) for line in (AUDIO / "gold.jsonl").read_text("utf-8").splitlines()]
    recordings = [(call["id"], mixed(call)) for call in calls]
    diarizer = PyannoteDiarizer(find_weights(asked.weights), DiarizeConfig())
    began = time.process_time()
    found = dict(diarizer.diarize(recordings))
    spent = time.process_time() - began
    silent = [call["id"] for call in calls if not call["turns"]]
    print("silent:", {name: len(found[name]) for name in silent}, "spans found, 0 expected")
    scores = [
        score(c, found[c["id"]], is_mono=c["audio"]["channels"] == 1) for c in calls if c["id"] not in silent
    ]  # fmt: skip
    print_table("mono", [s for s in scores if s.is_mono])
    print_table("stereo, mixed", [s for s in scores if not s.is_mono])
    seconds = sum(len(samples) for _, samples in recordings) / 16_000
    print(f"{seconds:.0f} s of audio in {spent:.1f} CPU-s, {seconds / spent:.0f} times real time of one core")


def total_of(name: str, scores: list[Scored]) -> Scored:
    """All calls as one."""
    speech, missed, false_alarm, confused = (
        sum(getattr(s, part) for s in scores) for part in ("speech", "missed", "false_alarm", "confused")
    )
    n_words, n_wrong = sum(s.words for s in scores), sum(s.wrong_words for s in scores)
    return Scored(name, True, speech, missed, false_alarm, confused, n_words, n_wrong)


def print_table(part: str, scores: list[Scored]) -> None:
    print(f"{'call':18} {'DER':>6} {'missed':>7} {'false':>7} {'confused':>9} {'wrong words':>12}")
    for s in (*sorted(scores, key=lambda s: s.call_id), total_of(f"all {part}", scores)):
        missed, false, confused = (x / s.speech for x in (s.missed, s.false_alarm, s.confused))
        words = f"{s.wrong_words}/{s.words}"
        print(f"{s.call_id:18} {s.error:6.1%} {missed:7.1%} {false:7.1%} {confused:9.1%} {words:>12}")


if __name__ == "__main__":
    main()
