"""What the tests of the transcriber share: the shipped weights loaded once a configuration, clips, a spoken promise."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.registry import LocalWeights, find_weights
from models.transcriber import WhisperTranscriber
from pipeline.config import DecodeConfig, TranscribeConfig
from pipeline.decode import decode
from pipeline.errors import CallError
from pipeline.ports import MODEL_RATE, Answer, Clip, ClipId, Piece
from pipeline.types import Samples, Word

DATA = Path(__file__).parent / "data"
DEMO = TranscribeConfig(threads=1)
UNGUARDED = replace(
    DEMO,
    no_speech_threshold=1.0,
    log_prob_threshold=-100.0,
    compression_ratio_threshold=1e9,
    max_repeats=10**6,
    max_words_per_second=0.0,
    max_anomaly=0.0,
    retry_no_repeat=0,
)


@cache
def shipped() -> LocalWeights:
    return find_weights(DEMO.model)


@cache
def adapter(config: TranscribeConfig = DEMO) -> WhisperTranscriber:
    return WhisperTranscriber(shipped(), config)


@cache
def promise() -> Samples:
    """Seven seconds of a promise, spoken by a synthesiser."""
    samples: Samples = decode(DATA / "promesa.wav", "promesa", DecodeConfig()).samples[0][: 10 * MODEL_RATE]
    return samples


def clip(name: str, sound: npt.ArrayLike, channel: int = 0, hints: tuple[str, ...] = ()) -> Clip:
    samples: Samples = np.asarray(sound, dtype=np.float32)
    return Clip(ClipId(name, channel, 0), samples, (Piece(0.0, 0.0, len(samples) / MODEL_RATE),), hints)


def words_of(answer: Answer) -> tuple[Word, ...]:
    assert not isinstance(answer, CallError)
    return answer


def text_of(answer: Answer) -> str:
    return " ".join(word.text for word in words_of(answer))


def hear(samples: Samples, config: TranscribeConfig = DEMO) -> str:
    ((_, answer),) = adapter(config).transcribe([clip("one", samples)])
    return text_of(answer)


def some_clips() -> list[Clip]:
    """Speech whole, late, slow to start, quiet, none at all; two channels, six calls."""
    speech = promise()
    return [
        clip("whole", speech),
        clip("late", speech[2 * MODEL_RATE :], channel=1),
        clip("paused", np.concatenate([np.zeros(MODEL_RATE), speech[: 6 * MODEL_RATE]])),
        clip("quiet", speech * 0.1),
        clip("silent", np.zeros(4 * MODEL_RATE)),
        clip("short", speech[: 3 * MODEL_RATE]),
    ]


def assert_same(first: Answer, second: Answer) -> None:
    """The same words; probabilities as near as CONTRACT's 0.001 asks, times within the 0.01 s that are stored."""
    ours, theirs = words_of(first), words_of(second)
    assert [w.text for w in ours] == [w.text for w in theirs]
    for a, b in zip(ours, theirs, strict=True):
        assert abs(a.probability - b.probability) < 1e-3
        assert abs(a.span.start - b.span.start) <= 0.021
        assert abs(a.span.end - b.span.end) <= 0.021
