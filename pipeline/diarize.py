"""Who spoke when: the channel is the voice where there are two, the diarizer tells them apart where there is one."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.config import DiarizeConfig
from pipeline.cues import fold_words
from pipeline.ports import MODEL_RATE, Diarizer
from pipeline.types import Audio, Loudness, Samples, Span, VoiceSpan, Word

FRAME = MODEL_RATE // 50
"""Samples of a 20 ms frame: levels are compared on these."""

FLOOR_DB = -100.0
"""Level given to digital silence."""

LEAK_DELAY = 0.15
"""Seconds by which a leak may come after what leaks."""

LOUD = 75
"""Percentile of the levels of a word's frames that stands for the word; the rest are its stops and edges."""

ECHO_DELAY = 0.5
"""Seconds by which an echo may come after the word itself; of a call over satellite as well."""

JITTER = 0.15
"""Seconds by which the recogniser's times of the same word differ between two channels."""

SHORT_WORD = 3
"""Letters of a word up to which both sides say it often enough within half a second of each other."""

PITCH_RANGE = (70.0, 400.0)
"""Hz within which a speaking voice's fundamental is searched."""


def channel_voice(channel: int) -> str:
    """Name of the voice that a channel is."""
    return f"channel-{channel}"


def is_mono(audio: Audio, config: DiarizeConfig) -> bool:
    """Whether voices must be told apart by a model: one channel, or two that are copies of one."""
    if config.mode != "auto":
        return config.mode == "mono"
    return audio.channels == 1 or channels_are_copies(audio, config)


def channels_are_copies(audio: Audio, config: DiarizeConfig) -> bool:
    """Whether two channels carry one conversation: a mixed call saved as stereo."""
    if audio.channels != 2:
        return False
    first, second = audio.samples
    energy = float(np.sqrt(np.dot(first, first) * np.dot(second, second)))
    return energy > 0 and float(np.dot(first, second)) / energy > config.copy_correlation


def voices_of_channels(speech: Sequence[tuple[Span, ...]]) -> tuple[VoiceSpan, ...]:
    """Voices of a recording whose channels are its voices; they may overlap."""
    found = [VoiceSpan(channel_voice(k), span) for k, spans in enumerate(speech) for span in spans]
    return tuple(sorted(found, key=lambda v: (v.span.start, v.voice)))


def diarize(recordings: Sequence[tuple[str, Samples]], diarizer: Diarizer) -> dict[str, tuple[VoiceSpan, ...]]:
    """Voices of mono recordings, (call id, float32 (n,)), by call id."""
    return dict(diarizer.diarize(recordings))


def channel_warnings(n_channels: int, voices: Sequence[VoiceSpan], config: DiarizeConfig) -> tuple[str, ...]:
    """What an operator should know of a recording's channels: two that hold one conversation tell no sides apart."""
    are_told_by_model = any(not voice.voice.startswith("channel-") for voice in voices)
    if n_channels == 2 and are_told_by_model and config.mode == "auto":
        return ("2 channels that are copies of one conversation, heard as mono: voices are told apart by a model",)
    return ()


def without_crosstalk(words: Sequence[Word], audio: Audio, config: DiarizeConfig) -> tuple[Word, ...]:
    """Words less those that a channel only overhears.

    A headset leaks the other side into its microphone; the recogniser writes the leak down on both channels. It is
    much quieter there than on the other channel at that moment; or it is an echo, the same word up to `ECHO_DELAY`
    later and quieter, which may outlast what it repeats. Short words ("sí") are also said by both sides in turn, so
    that alone is no proof against them.
    """
    if audio.channels != 2:
        return tuple(words)
    levels = [frame_levels(channel) for channel in audio.samples]
    said = [_Said(word, fold_words(word.text).strip(), _level(levels[word.channel], word.span)) for word in words]
    sides = [sorted((s for s in said if s.word.channel == k), key=lambda s: s.word.span.start) for k in (0, 1)]
    return tuple(
        s.word
        for s in said
        if not _is_leak(s.word, levels, config.crosstalk_db) and not _is_echo(s, sides[1 - s.word.channel], config)
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """A word, its letters, and its level on its channel in dB."""

    word: Word
    letters: str
    level: float


def _frames(span: Span) -> slice:
    return slice(int(span.start * 50), max(int(span.end * 50), int(span.start * 50) + 1))


def _level(levels: Samples, span: Span) -> float:
    held = levels[_frames(span)]
    return float(np.median(held)) if len(held) else FLOOR_DB


def _is_leak(word: Word, levels: Sequence[Samples], quieter_db: float) -> bool:
    """By the loud frames of both, those of the other channel from `LEAK_DELAY` earlier: a leak comes a little late."""
    own = levels[word.channel][_frames(word.span)]
    other = levels[1 - word.channel][_frames(Span(max(0.0, word.span.start - LEAK_DELAY), word.span.end))]
    if len(own) == 0 or len(other) == 0:
        return False
    return float(np.percentile(other, LOUD) - np.percentile(own, LOUD)) >= quieter_db


def _is_echo(said: _Said, others: Sequence[_Said], config: DiarizeConfig) -> bool:
    if len(said.letters) <= SHORT_WORD:
        return False
    start = said.word.span.start
    near = others[
        bisect_left(others, start - ECHO_DELAY, key=_start) : bisect_right(others, start + JITTER, key=_start)
    ]
    return any(o.letters == said.letters and o.level - said.level >= config.echo_db for o in near)


def _start(said: _Said) -> float:
    return said.word.span.start


def frame_levels(samples: Samples) -> Samples:
    """RMS of 20 ms frames in dB of full scale, float32 of shape (frames,)."""
    n_frames = len(samples) // FRAME
    power = np.square(samples[: n_frames * FRAME].reshape(n_frames, FRAME)).mean(axis=1)
    levels: Samples = np.maximum(10 * np.log10(power + 1e-12), FLOOR_DB).astype(np.float32)
    return levels


def loudness_of(audio: Audio, voices: Sequence[VoiceSpan]) -> tuple[Loudness, ...]:
    """Level and pitch of each span of a voice, on its own channel where the channel is the voice."""
    return tuple(_loudness(audio, voice) for voice in voices)


def _loudness(audio: Audio, voice: VoiceSpan) -> Loudness:
    channel = int(voice.voice.removeprefix("channel-")) if voice.voice.startswith("channel-") else 0
    cut = audio.samples[channel, round(voice.span.start * MODEL_RATE) : round(voice.span.end * MODEL_RATE)]
    levels = frame_levels(cut)
    # The loud half of the frames is the voice; the rest are the gaps between words.
    level = float(np.median(levels[levels >= np.median(levels)])) if len(levels) else FLOOR_DB
    return Loudness(voice.voice, voice.span, round(level, 1), _pitch(cut))


def _pitch(samples: Samples) -> float | None:
    """Median fundamental of the voiced 40 ms frames in Hz, by autocorrelation; `None` where none is voiced."""
    size, hop = MODEL_RATE // 25, MODEL_RATE // 20
    if len(samples) < size:
        return None
    starts = np.arange(0, len(samples) - size + 1, hop)
    frames = samples[starts[:, None] + np.arange(size)] * np.hanning(size).astype(np.float32)
    spectrum = np.fft.rfft(frames, 2 * size, axis=1)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2, axis=1)[:, :size]
    low, high = int(MODEL_RATE / PITCH_RANGE[1]), int(MODEL_RATE / PITCH_RANGE[0])
    best = correlation[:, low:high].argmax(axis=1) + low
    strength = correlation[np.arange(len(best)), best] / np.maximum(correlation[:, 0], 1e-9)
    voiced = best[strength > 0.45]
    return round(float(MODEL_RATE / np.median(voiced)), 1) if len(voiced) >= 3 else None
