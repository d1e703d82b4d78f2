"""Recorded prompts: whatever sounds the same twice was never said by a person.

A menu that waits for a key starts again, a queue's announcement comes round every half minute, and so does its music.
The envelope of a recording in 16 bands is compared with itself at every lag; a person who repeats a sentence never
keeps its time to a frame.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.metrics import union
from pipeline.ports import MODEL_RATE
from pipeline.spectra import bin_hz, power_blocks
from pipeline.types import Samples, Span

WINDOW = 2048
"""Four hops: copies that lie half a hop apart must still look alike."""
HOP = 512
STEP = HOP / MODEL_RATE

N_BANDS = 16
BAND_HZ = (250.0, 3400.0)
RANGE_DB = 40.0
"""Envelopes are cut this far below the loudest band: below it lies the noise of the line."""

SHORTEST = 3.0
"""Seconds that must sound the same: «¿bueno?, ¿bueno?» and «sí, sí» are shorter."""

LEAST_LAG = 4.0
MOST_SECONDS = 1800.0
"""Only so much of a recording is compared with itself: a menu answers at its start."""

ALIKE = 0.88
"""Mean cosine of two envelopes over a second: the same prompt through G.711 and noise of -20 dB stays above 0.93,
people and different prompts stay below 0.8."""

N_LAGS = 12
"""Lags that are looked at, the most promising first."""


def find_repeats(samples: Samples) -> tuple[Span, ...]:
    """Stretches of `SHORTEST` seconds or more that sound again elsewhere in the recording, each copy, joined."""
    envelope, sounds = _envelope(samples[: int(MOST_SECONDS * MODEL_RATE)])
    least, n = round(LEAST_LAG / STEP), len(envelope)
    if n < least + round(SHORTEST / STEP) or sounds.sum() * STEP < 2 * SHORTEST:
        return ()
    # A copy rarely lies a whole number of frames later: half a frame earlier and later are tried too.
    shifted = (envelope, _midway(envelope, 1), _midway(envelope, -1))
    spans: list[Span] = []
    for lag in _lags(envelope, least):
        heard = max((_alike(envelope, copy, sounds, lag) for copy in shifted), key=lambda f: sum(b - a for a, b in f))
        spans += [
            Span(round((start + 0.5) * STEP, 2), round((start + last - first + 0.5) * STEP, 2))
            for first, last in heard
            for start in (first, first + lag)
        ]
    return union(spans)


def _midway(envelope: npt.NDArray[np.float32], step: int) -> npt.NDArray[np.float32]:
    """Each frame's mean with the one `step` later, of unit length again."""
    mean = envelope + np.roll(envelope, -step, axis=0)
    unit: npt.NDArray[np.float32] = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-6)
    return unit


def _envelope(samples: Samples) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Unit vectors of the bands' levels less their means, zero in pauses, and which frames sound."""
    edges = np.geomspace(BAND_HZ[0], BAND_HZ[1], N_BANDS + 1) / bin_hz(WINDOW)
    bounds = np.round(edges).astype(int)
    spectra = power_blocks(samples, WINDOW, HOP)
    blocks = [np.add.reduceat(power[:, : bounds[-1]], bounds[:-1], axis=1) for _, _, power in spectra]
    if not blocks:
        return np.zeros((0, N_BANDS), np.float32), np.zeros(0, bool)
    level = 10 * np.log10(np.concatenate(blocks) + 1e-12)
    loudest = level.max(axis=1)
    floor = float(loudest.max()) - RANGE_DB
    sounds: npt.NDArray[np.bool_] = loudest > max(floor + 10, -60.0)
    level = np.maximum(level, floor)
    if sounds.any():
        level -= level[sounds].mean(axis=0)
    level -= level.mean(axis=1, keepdims=True)
    unit = level / np.maximum(np.linalg.norm(level, axis=1, keepdims=True), 1e-6)
    return np.where(sounds[:, None], unit, 0.0).astype(np.float32), sounds


def _lags(envelope: npt.NDArray[np.float32], least: int) -> list[int]:
    """Lags at which most of the recording agrees with itself, each at least half a second from the others."""
    n = len(envelope)
    size = 1 << (2 * n - 1).bit_length()
    agreement = np.zeros(n)
    for band in range(envelope.shape[1]):
        spectrum = np.fft.rfft(envelope[:, band], size)
        agreement += np.fft.irfft(np.abs(spectrum) ** 2, size)[:n]
    agreement[:least] = -np.inf
    chosen: list[int] = []
    apart = round(0.25 / STEP)
    for _ in range(N_LAGS):
        lag = int(agreement.argmax())
        if agreement[lag] <= 0:
            break
        chosen.append(lag)
        agreement[max(0, lag - apart) : lag + apart + 1] = -np.inf
    return chosen


def _alike(
    envelope: npt.NDArray[np.float32], copy: npt.NDArray[np.float32], sounds: npt.NDArray[np.bool_], lag: int
) -> Sequence[tuple[int, int]]:
    """First and last frame of the stretches that agree with those of `copy` that lie `lag` frames later."""
    both = sounds[:-lag] & sounds[lag:]
    either = sounds[:-lag] | sounds[lag:]
    cosine = (envelope[:-lag] * copy[lag:]).sum(axis=1)
    kernel = np.ones(min(round(1.0 / STEP), len(cosine)))
    # A frame that sounds in one copy only disagrees; a pause of both says nothing, but ends where the other goes on.
    weight = np.convolve(either.astype(float), kernel, "same")
    mean = np.convolve(np.where(both, cosine, 0.0), kernel, "same") / np.maximum(weight, 1.0)
    agree = (mean > ALIKE) | (weight <= 0.1 * len(kernel))
    edges = np.flatnonzero(np.diff(np.concatenate(([False], agree, [False])).astype(np.int8))).tolist()
    stretches = zip(edges[::2], edges[1::2], strict=True)
    return [(a, b) for a, b in stretches if both[a:b].sum() * STEP >= SHORTEST]
