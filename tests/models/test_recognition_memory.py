"""Memory of the whole way from files to words, with the shipped weights: flat over calls, bounded for a long one.

A few calls and minutes in CI, thousands and three hours in `make soak`.
"""

import gc
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np

from models.registry import find_weights
from models.transcriber import WhisperTranscriber
from models.voice_activity import SileroVoiceActivity
from pipeline.config import DecodeConfig, TranscribeConfig
from pipeline.decode import decode
from pipeline.errors import CallError
from pipeline.ports import MODEL_RATE
from pipeline.prefetch import prefetched
from pipeline.transcribe import CallSpeech, find_speech, recognise, speech_of

PROMISE = Path(__file__).parent / "data" / "promesa.wav"
CONFIG = TranscribeConfig(threads=1)
MIB = 2**20


def resident(line: str = "VmRSS") -> int:
    """MiB that this process holds, or held at most (`VmHWM`)."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(next(row.split()[1] for row in status.splitlines() if row.startswith(line))) // 1024


def test_memory_is_flat_over_many_calls(repetitions: Callable[[int, int], int]) -> None:
    n_calls = repetitions(24, 10_000)
    activity = SileroVoiceActivity(CONFIG)
    transcriber = WhisperTranscriber(find_weights(CONFIG.model), CONFIG)

    def prepare(number: int) -> CallSpeech:
        audio = decode(PROMISE, f"c{number}", DecodeConfig())
        return speech_of(f"c{number}", audio, find_speech(audio, activity), CONFIG, ())

    held = []
    n_words = set()
    for _, answer in recognise(prefetched(range(n_calls), prepare, threads=2, ahead=4), transcriber):
        assert not isinstance(answer, CallError)
        n_words.add(len(answer))
        held.append(resident())
    gc.collect()
    assert len(held) == n_calls
    assert len(n_words) == 1
    # The first third warms up: allocators, the network's buffers.
    assert resident() - max(held[: n_calls // 3]) < 64


def test_a_long_call_is_held_once(tmp_path: Path, repetitions: Callable[[int, int], int]) -> None:
    """A promise every minute, on either channel in turn, as 8 kHz in two channels."""
    minutes = repetitions(3, 180)
    promise = (decode(PROMISE, "promise", DecodeConfig()).samples[0][::2] * 32767).astype("<i2")
    with wave.open(str(tmp_path / "long.wav"), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(8000)
        for minute in range(minutes):
            second = np.zeros((60 * 8000, 2), "<i2")
            second[8000 : 8000 + len(promise), minute % 2] = promise
            out.writeframes(second.tobytes())
    before = resident()
    audio = decode(tmp_path / "long.wav", "long", DecodeConfig())
    samples = 2 * minutes * 60 * MODEL_RATE * 4 // MIB
    decoded = resident("VmHWM") - before
    speech = find_speech(audio, SileroVoiceActivity(CONFIG))
    transcriber = WhisperTranscriber(find_weights(CONFIG.model), CONFIG)
    ((_, words),) = recognise([speech_of("long", audio, speech, CONFIG, ())], transcriber)
    assert not isinstance(words, CallError)
    for minute in range(minutes):
        found = [w for w in words if minute * 60 <= w.span.start < (minute + 1) * 60]
        assert len(found) > 10
        assert {w.channel for w in found} == {minute % 2}
    assert decoded < samples + 100
    # Beside the samples: ten minutes in the voice-activity network, the weights, a few windows.
    assert resident("VmHWM") - before < samples + 700
