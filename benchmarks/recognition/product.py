"""The product's recognition as it is, and its networks alone on the same windows."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmarks.recognition.calls import read_wav
from benchmarks.recognition.counting import Networks
from benchmarks.recognition.listen import Heard, Job
from models.registry import find_weights, shipped_names
from models.transcriber import WhisperTranscriber
from models.voice_activity import SileroVoiceActivity
from pipeline.config import DEMO, PROFILES, Profile, TranscribeConfig
from pipeline.errors import CallError
from pipeline.ports import MODEL_RATE
from pipeline.prefetch import prefetched
from pipeline.transcribe import CallSpeech, find_speech, recognise, speech_of
from pipeline.types import Audio

AHEAD: Final = 8
"""Calls whose speech is found while the recogniser works on those before them, as a run does with its shards."""

NEVER: Final = 1e9

Parts = tuple[SileroVoiceActivity, WhisperTranscriber, TranscribeConfig]


def load(job: Job) -> Parts:
    """Voice activity, recogniser and their configuration: a profile's own, but for what every system is told."""
    config = _shipped(job) if job.weights in shipped_names() else _random(job)
    workers = job.workers or config.workers
    config = replace(config, workers=workers, threads=max(1, job.threads // workers))
    return SileroVoiceActivity(config), WhisperTranscriber(find_weights(config.model), config), config


def _shipped(job: Job) -> TranscribeConfig:
    config = DEMO.transcribe
    if job.window <= config.max_clip_seconds:
        return config
    return replace(config, max_clip_seconds=job.window, encoder_seconds=30.0)


def _random(job: Job) -> TranscribeConfig:
    profile: Profile = "gpu" if job.device == "cuda" else "cpu"
    return replace(
        PROFILES[profile].transcribe,
        model=job.weights,
        device=job.device,
        compute_type=job.compute_type,
        beam_size=job.beams,
        max_clip_seconds=job.window,
        # One reading a window that always counts, and no prompt, as for every system: the checks of what was heard
        # would throw the words of random weights away, and with them the work of finding their times.
        use_hints=False,
        no_speech_threshold=1.0,
        log_prob_threshold=-NEVER,
        compression_ratio_threshold=NEVER,
        max_repeats=int(NEVER),
        max_words_per_second=0.0,
        max_anomaly=0.0,
        retry_no_repeat=0,
        retry_temperatures=(),
        reread_below=0.0,
    )


def hear_all(
    job: Job, detector: SileroVoiceActivity, transcriber: WhisperTranscriber, config: TranscribeConfig
) -> Heard:
    """Text of each clip, each a recording of one channel."""
    calls = prefetched(job.clips, lambda file: _speech(file, detector, config), threads=1, ahead=AHEAD)
    for file, answer in recognise(calls, transcriber):
        if isinstance(answer, CallError):
            raise answer
        yield file, " ".join(word.text for word in answer)


def networks_alone(
    job: Job,
    networks: Networks,
    detector: SileroVoiceActivity,
    transcriber: WhisperTranscriber,
    config: TranscribeConfig,
) -> Heard:
    """Voice activity over every clip; encoder, decoder and word times over a share of the windows, for the whole.

    A window costs what any other does: the same frames in, the same tokens out. All speech is found before the first
    window is heard, and reading, cutting, features and words are outside of what is counted.
    """
    calls: list[CallSpeech] = []
    for file in job.clips:
        calls.append(_speech(file, detector, config))
        yield file, ""
    voice_activity, networks.seconds = networks.seconds, 0.0
    n_windows = sum(len(call.places) for call in calls)
    measured = [clip for call in calls for clip in call.clips()][:: max(1, round(1 / job.share))]
    for _ in transcriber.transcribe(measured):
        pass
    networks.seconds = voice_activity + networks.seconds * n_windows / max(len(measured), 1)


def _speech(file: str, detector: SileroVoiceActivity, config: TranscribeConfig) -> CallSpeech:
    audio = Audio(read_wav(Path(file))[None], MODEL_RATE)
    return speech_of(file, audio, find_speech(audio, detector), config, ())
