"""Speech by Silero's network, the one that comes inside faster-whisper's wheel: nothing is downloaded."""

from faster_whisper.vad import VadOptions, get_speech_timestamps

from models.silero import silero_weights
from pipeline.config import TranscribeConfig
from pipeline.ports import MODEL_RATE, Weights
from pipeline.types import Samples, Span

CHUNK_SECONDS = 600
"""Audio per run of the network, seconds: 10 minutes take 240 MB, an hour 680 MB."""


class SileroVoiceActivity:
    """`pipeline.ports.VoiceActivity` on Silero VAD v6."""

    def __init__(self, config: TranscribeConfig) -> None:
        # speech_pad is applied once, when clips are cut; the network's own 400 ms would run turns into each other.
        self._options = VadOptions(
            threshold=config.vad_threshold,
            min_silence_duration_ms=int(config.min_silence * 1000),
            speech_pad_ms=30,
        )

    @property
    def weights(self) -> Weights:
        return silero_weights()

    def speech(self, samples: Samples) -> tuple[Span, ...]:
        size = CHUNK_SECONDS * MODEL_RATE
        spans: list[Span] = []
        for first in range(0, len(samples), size):
            spans.extend(
                Span((first + found["start"]) / MODEL_RATE, (first + found["end"]) / MODEL_RATE)
                for found in get_speech_timestamps(samples[first : first + size], self._options)
            )
        return tuple(spans)
