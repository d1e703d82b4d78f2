"""Hold music: notes stand still for a third of a second, a voice's harmonics never do.

The measure is the share of a frame's energy that lies in spectral peaks which keep their frequency for `STILL` frames.
Over the telephone band, on windows of two seconds, real and synthetic speech stays below 0.75 and music above 0.85.
Mains hum is as still as music, so what counts as music must also change its notes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pipeline.ports import MODEL_RATE
from pipeline.spectra import BLOCK_FRAMES, Spectrogram, bin_hz, power_blocks
from pipeline.types import Samples, Span

WINDOW = 2048
HOP = 1024
STEP = HOP / MODEL_RATE
"""Seconds from frame to frame, 64 ms."""

BAND_HZ = (250.0, 3400.0)
"""What a telephone line carries, less the mains' first harmonics."""

STILL = 5
"""Frames that a peak must keep its frequency, 0.32 s."""

PEAK_OVER_MEDIAN = 16.0
"""Power of a peak over its frame's median: below it the peak is noise."""

FRAMES_PER_SECOND = MODEL_RATE / HOP
SMOOTH = round(2.0 * FRAMES_PER_SECOND)
"""Frames over which stillness is averaged, two seconds."""

MUSIC_ABOVE = 0.8
SHORTEST = 3.0
"""Seconds; a held vowel or a sung word is shorter."""

LEAST_CHANGE = 0.05
"""Mean distance (1 less the cosine) of spectra a second apart: hum and tones stay below 0.02, melodies above 0.1."""

RANGE_DB = 35.0
"""Frames this far below the loudest are pauses: they say nothing for or against."""

BEAT_SECONDS = (0.2, 1.6)


@dataclass(frozen=True, slots=True)
class Music:
    """A stretch of music: its mean stillness in [0, 1], and the strength of its beat in [0, 1]."""

    span: Span
    stillness: float
    beat: float


def find_music(samples: Samples, without: Sequence[Span] = ()) -> tuple[Music, ...]:
    """Stretches of music, in order and apart.

    Args:
        samples: float32 of shape (n,) at `MODEL_RATE`.
        without: Spans known to be tones, which stand still too.
    """
    blocks = list(_measured(samples))
    if not blocks:
        return ()
    still = np.concatenate([b[0] for b in blocks])
    level = np.concatenate([b[1] for b in blocks])
    flux = np.concatenate([b[2] for b in blocks])
    change = np.concatenate([b[3] for b in blocks])
    sounds = level > max(float(level.max()) - RANGE_DB, -65.0)
    for span in without:
        sounds[max(0, int(span.start / STEP) - 3) : int(span.end / STEP) + 2] = False
    smooth = _mean_where(still, sounds)
    found = []
    for first, last in _stretches((smooth > MUSIC_ABOVE) & _near(sounds)):
        inside = sounds[first:last]
        if (last - first) * STEP < SHORTEST or inside.sum() * STEP < 0.5 * SHORTEST:
            continue
        if float(change[first:last][inside].mean()) < LEAST_CHANGE:
            continue
        span = Span(round((first + 0.5) * STEP, 2), round((last + 0.5) * STEP, 2))
        stillness = float(still[first:last][inside].mean())
        found.append(Music(span, round(stillness, 3), round(_beat(flux[first:last]), 3)))
    return tuple(found)


def _measured(samples: Samples) -> Iterator[tuple[npt.NDArray[np.float32], ...]]:
    """Stillness, level in dB, rise of the spectrum and change within a second of each frame, a block at a time."""
    low, high = (round(hz / bin_hz(WINDOW)) for hz in BAND_HZ)
    second = round(FRAMES_PER_SECOND)
    for first, before, full in power_blocks(samples, WINDOW, HOP, margin=second):
        power = full[:, low:high]
        n = min(len(power) - before, _block_length(first, samples))
        own = slice(before, before + n)
        total = power.sum(axis=1)
        level = 10 * np.log10(total + 1e-12)
        compressed = np.sqrt(power)
        rise = np.maximum(np.diff(compressed, axis=0, prepend=compressed[:1]), 0).sum(axis=1)
        flux = rise / np.maximum(compressed.sum(axis=1), 1e-9)
        yield (
            _stillness(power, total)[own].astype(np.float32),
            level[own].astype(np.float32),
            flux[own].astype(np.float32),
            _change(compressed, second)[own].astype(np.float32),
        )


def _block_length(first: int, samples: Samples) -> int:
    return min(BLOCK_FRAMES, (len(samples) - WINDOW) // HOP + 1 - first)


def _stillness(power: Spectrogram, total: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Square root of the share of energy in peaks that stay within a bin for `STILL` frames around each frame."""
    peak = np.zeros(power.shape, bool)
    inner = power[:, 1:-1]
    floor = PEAK_OVER_MEDIAN * np.median(power, axis=1, keepdims=True)
    peak[:, 1:-1] = (inner > power[:, :-2]) & (inner >= power[:, 2:]) & (inner > floor)
    near = peak.copy()
    near[:, 1:] |= peak[:, :-1]
    near[:, :-1] |= peak[:, 1:]
    # Lasting: some run of STILL frames that holds this one has the peak in every frame.
    run = near.copy()
    n = len(near)
    for k in range(1, STILL):
        run[: n - k] &= near[k:]
        run[n - k :] = False
    lasting = run.copy()
    for k in range(1, STILL):
        lasting[k:] |= run[: n - k]
    energy = power.copy()
    energy[:, 1:] += power[:, :-1]
    energy[:, :-1] += power[:, 1:]
    share = (energy * (peak & lasting)).sum(axis=1) / np.maximum(total, 1e-12)
    kept: npt.NDArray[np.float32] = np.sqrt(np.clip(share, 0.0, 1.0)).astype(np.float32)
    return kept


def _change(compressed: Spectrogram, lag: int) -> npt.NDArray[np.float32]:
    """1 less the cosine of each frame's spectrum and that of `lag` frames later; the last frames take the last."""
    norm = np.linalg.norm(compressed, axis=1) + 1e-9
    later = np.minimum(np.arange(len(compressed)) + lag, len(compressed) - 1)
    cosine = (compressed * compressed[later]).sum(axis=1) / (norm * norm[later])
    change: npt.NDArray[np.float32] = (1.0 - cosine).astype(np.float32)
    return change


def _mean_where(values: npt.NDArray[np.float32], counts: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Mean over `SMOOTH` frames of the values that count; 0 where fewer than a quarter do."""
    kernel = np.ones(min(SMOOTH, len(values)))
    weight = np.convolve(counts.astype(float), kernel, "same")
    total = np.convolve(np.where(counts, values, 0.0), kernel, "same")
    mean: npt.NDArray[np.float64] = np.where(weight > len(kernel) / 4, total / np.maximum(weight, 1.0), 0.0)
    return mean


def _near(counts: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Frames with one that counts within half a second: a rest between notes belongs to the music."""
    kernel = np.ones(round(FRAMES_PER_SECOND))
    near: npt.NDArray[np.bool_] = np.convolve(counts.astype(float), kernel, "same")[: len(counts)] > 0
    return near


def _stretches(inside: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], inside, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in pairwise(edges.tolist())][::2]


def _beat(flux: npt.NDArray[np.float32]) -> float:
    """Highest autocorrelation of the rises of the spectrum at the lags of a beat; 0 where there is none."""
    first, last = (round(s * FRAMES_PER_SECOND) for s in BEAT_SECONDS)
    if len(flux) < 2 * last:
        return 0.0
    centred = flux - flux.mean()
    energy = float(np.dot(centred, centred))
    if energy <= 0:
        return 0.0
    lags = [float(np.dot(centred[k:], centred[:-k])) / energy * len(flux) / (len(flux) - k) for k in range(first, last)]
    return min(1.0, max(0.0, *lags))
