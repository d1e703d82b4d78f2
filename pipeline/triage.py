"""What a recording holds besides a conversation, told from levels and spectra before any model work."""

from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.config import TriageConfig
from pipeline.diarize import frame_levels
from pipeline.ports import MODEL_RATE
from pipeline.types import Audio, Samples, Span, Triage

WINDOW = MODEL_RATE // 10
"""Samples of the 100 ms windows whose spectra are looked at."""

TONE_PEAK = 0.85
"""Share of a window's energy in its two strongest narrow peaks above which it is a tone: speech stays below 0.6."""

SHORTEST_TONE = 0.4
"""Seconds; a vowel can look like a tone for two or three windows, a busy tone lasts half a second."""


def triage(audio: Audio, speech: Sequence[tuple[Span, ...]], config: TriageConfig) -> Triage:
    """Kind of recording, with its certainty.

    Silence is certain where every channel stays below the configured level; a recording whose other channel never
    speaks is one-sided; tones are listed in every case, because dead air must not count them as speech.
    """
    tones = tuple(span for channel in audio.samples for span in find_tones(channel))
    loudest = max((float(np.percentile(frame_levels(c), 95)) for c in audio.samples if len(c)), default=-100.0)
    if loudest < config.silence_db:
        return Triage("silence", 1.0, tones=tones)
    seconds = [sum(span.duration for span in spans) for spans in speech]
    if sum(seconds) == 0:
        if sum(t.duration for t in tones) > 0.5 * audio.duration:
            return Triage("tones", 0.95, tones=tones)
        return Triage("silence", 0.8, tones=tones)
    if audio.channels == 2 and min(seconds) == 0:
        return Triage("one_sided", 0.9, tones=tones)
    return Triage("conversation", 0.9, tones=tones)


def find_tones(samples: Samples) -> tuple[Span, ...]:
    """Ring-back, busy and fax tones and beeps: stretches whose energy sits in one or two steady frequencies."""
    n_windows = len(samples) // WINDOW
    if n_windows == 0:
        return ()
    windows = samples[: n_windows * WINDOW].reshape(n_windows, WINDOW) * np.hanning(WINDOW).astype(np.float32)
    power = np.abs(np.fft.rfft(windows, axis=1)) ** 2
    total = power.sum(axis=1)
    share = _peak_energy(power) / np.maximum(total, 1e-12)
    is_tone = (share > TONE_PEAK) & (total > 1e-3 * WINDOW)
    return tuple(_steady_runs(is_tone.tolist(), power.argmax(axis=1).tolist()))


def _steady_runs(is_tone: Sequence[bool], peaks: Sequence[int]) -> Iterator[Span]:
    """Runs of tone windows that keep their frequency: a vowel can be as narrow as a tone, but it moves."""
    step = WINDOW / MODEL_RATE
    first: int | None = None
    for i in range(len(is_tone) + 1):
        goes_on = first is not None and i < len(is_tone) and is_tone[i] and abs(peaks[i] - peaks[first]) <= 1
        if goes_on:
            continue
        if first is not None and (i - first) * step >= SHORTEST_TONE:
            yield Span(round(first * step, 2), round(i * step, 2))
        first = i if i < len(is_tone) and is_tone[i] else None


def _peak_energy(power: "np.ndarray[tuple[int, int], np.dtype[np.float32]]") -> Samples:
    """Energy within two bins of the strongest bin and of the strongest one left after it, of each row."""
    left = power.copy()
    energy = np.zeros(len(power), dtype=np.float32)
    rows = np.arange(len(power))
    for _ in range(2):
        peak = left.argmax(axis=1)
        for offset in range(-2, 3):
            bins = np.clip(peak + offset, 0, power.shape[1] - 1)
            energy += left[rows, bins]
            left[rows, bins] = 0
    return energy
