"""Signals of the network, of a fax or of an answering machine: steady tones, and what their rhythm says they are.

Frequencies and cadences are those of Latin America and Spain: ring-back and busy at 425 Hz (400 to 450 in some), or
440+480 and 480+620 Hz where the network is of the North American kind (Dominican Republic, Puerto Rico, the United
States). Source: ITU-T E.180 Supplement 2; special information tones: ITU-T E.180/Q.35; fax: ITU-T T.30; keys: ITU-T
Q.23.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from pipeline.ports import MODEL_RATE
from pipeline.spectra import Spectrogram, bin_hz, power_blocks
from pipeline.types import Samples, Span

SignalKind = Literal["ring_back", "busy", "sit", "fax", "key", "beep", "tone"]

WINDOW = 1024
HOP = 512
STEP = HOP / MODEL_RATE
"""Seconds from frame to frame, 32 ms: the shortest busy tone, 0.2 s, holds four whole frames."""

PEAK_SHARE = 0.85
"""Share of a frame's energy in its two strongest narrow peaks above which it is a tone: speech stays below 0.6 on
average, a vowel can reach it for some frames."""

LEAST_POWER = 1e-6
"""Power of a tone of -60 dB of full scale; below it there is only noise."""

DRIFT_HZ = 14.0
"""How far a tone's centre may lie from where it began: a vowel that is as narrow as a tone moves further."""

GLIDE_HZ = 6.0
"""How far the halves of a run may lie apart: a falling or rising voice moves on."""

SHORTEST = 0.09
"""Seconds of the shortest run that is looked at, a key press; alone, a run must last `SHORTEST_ALONE`."""

SHORTEST_ALONE = 0.4


@dataclass(frozen=True, slots=True)
class Tone:
    """A steady stretch: centre of its lower and, 0 where there is none, of its higher frequency, Hz."""

    span: Span
    low_hz: float
    high_hz: float


@dataclass(frozen=True, slots=True)
class Signal:
    """What one or more tones are. `rounds` counts the tones that agree with its rhythm."""

    kind: SignalKind
    span: Span
    tones: tuple[Span, ...]

    @property
    def rounds(self) -> int:
        return len(self.tones)

    @property
    def has_rhythm(self) -> bool:
        """Whether its time, not only its pitch, says that a machine made it."""
        return self.kind in ("busy", "sit", "fax") or (self.kind == "ring_back" and self.rounds > 1)


def find_tones(samples: Samples) -> tuple[Tone, ...]:
    """Every steady run of tone frames, short ones too: a vowel may be among them until rhythm is asked."""
    lows: list[npt.NDArray[np.float32]] = []
    highs: list[npt.NDArray[np.float32]] = []
    for _, _, power in power_blocks(samples, WINDOW, HOP):
        low, high = _centres(power)
        lows.append(low)
        highs.append(high)
    if not lows:
        return ()
    return tuple(_runs(np.concatenate(lows), np.concatenate(highs)))


def name_signals(tones: Sequence[Tone]) -> tuple[Signal, ...]:
    """Signals that the tones make, in order; a short tone that fits no rhythm is a vowel and is left out."""
    found: list[Signal] = [*_special_information(tones), *_faxes(tones), *_keys(tones)]
    taken = {id(t) for t in tones for s in found if any(t.span == own for own in s.tones)}
    progress = [t for t in tones if id(t) not in taken and _is_progress(t)]
    found += [*_rounds(BUSY, progress), *_rounds(RING_BACK, progress)]
    named = {span for s in found for span in s.tones}
    for tone in tones:
        if tone.span in named or tone.span.duration < SHORTEST_BEEP:
            continue
        if tone.high_hz == 0 and BEEP_HZ[0] <= tone.low_hz <= BEEP_HZ[1] and tone.span.duration <= LONGEST_BEEP:
            found.append(Signal("beep", tone.span, (tone.span,)))
        elif tone.span.duration >= SHORTEST_ALONE:
            found.append(Signal("tone", tone.span, (tone.span,)))
    return tuple(sorted(found, key=lambda s: s.span.start))


BEEP_HZ = (350.0, 2100.0)
SHORTEST_BEEP = 0.2
LONGEST_BEEP = 2.0


# ------------------------------------------------------------------------------------------------ frames to runs


def _centres(power: Spectrogram) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Centre of each frame's two lumps of energy in Hz, the lower first; 0 and 0 where the frame is no tone."""
    total = power.sum(axis=1)
    rows = np.arange(len(power))
    left = power.copy()
    # Two frequencies as near as 440 and 480 Hz make one lump whose strongest bin jumps; its centre does not.
    first, strength = _take_lump(left, rows, 5)
    second, weaker = _take_lump(left, rows, 3)
    narrow = _narrow_share(power, rows) * total
    is_tone = (narrow > PEAK_SHARE * total) & (power.max(axis=1) > LEAST_POWER)
    has_second = weaker > 0.1 * strength
    low = np.where(has_second, np.minimum(first, second), first)
    high = np.where(has_second, np.maximum(first, second), 0.0)
    return np.where(is_tone, low, 0.0).astype(np.float32), np.where(is_tone, high, 0.0).astype(np.float32)


def _take_lump(
    power: Spectrogram, rows: npt.NDArray[np.int_], reach: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float32]]:
    """Centre in Hz and energy of the strongest lump of each row, which is then taken out of `power`."""
    peak = power.argmax(axis=1)
    energy = np.zeros(len(power), np.float32)
    moment = np.zeros(len(power), np.float64)
    for offset in range(-reach, reach + 1):
        bins = np.clip(peak + offset, 0, power.shape[1] - 1)
        energy += power[rows, bins]
        moment += power[rows, bins] * bins
        power[rows, bins] = 0
    return moment / np.maximum(energy, 1e-20) * bin_hz(WINDOW), energy


def _narrow_share(power: Spectrogram, rows: npt.NDArray[np.int_]) -> npt.NDArray[np.float32]:
    """Share of each row's energy within two bins of its strongest bin and of the strongest one left after it."""
    left = power.copy()
    energy = np.zeros(len(power), np.float32)
    for _ in range(2):
        peak = left.argmax(axis=1)
        for offset in range(-2, 3):
            bins = np.clip(peak + offset, 0, power.shape[1] - 1)
            energy += left[rows, bins]
            left[rows, bins] = 0
    share: npt.NDArray[np.float32] = energy / np.maximum(power.sum(axis=1), 1e-20)
    return share


def _runs(low: npt.NDArray[np.float32], high: npt.NDArray[np.float32]) -> Iterator[Tone]:
    """Runs of frames that keep their frequencies."""
    edges = np.flatnonzero(np.concatenate(([True], np.diff((low > 0).astype(np.int8)) != 0, [True])))
    for first, last in pairwise(edges.tolist()):
        if low[first] == 0:
            continue
        start = first
        for i in range(first + 1, last + 1):
            if i < last and abs(low[i] - np.median(low[start:i])) <= DRIFT_HZ:
                continue
            yield from _tone(start, i, low, high)
            start = i


def _tone(start: int, stop: int, low: npt.NDArray[np.float32], high: npt.NDArray[np.float32]) -> Iterator[Tone]:
    # A frame counts from the middle of its window: the window's edges weigh nothing.
    span = Span(round((start + 0.5) * STEP, 2), round((stop + 0.5) * STEP, 2))
    half = (stop - start) // 2
    glides = half > 0 and abs(np.median(low[start : start + half]) - np.median(low[stop - half : stop])) > GLIDE_HZ
    if span.duration >= SHORTEST and not glides:
        second = float(np.median(high[start:stop]))
        yield Tone(span, round(float(np.median(low[start:stop])), 1), round(second, 1))


# ------------------------------------------------------------------------------------------------ runs to signals

PROGRESS_HZ = (340.0, 640.0)
SIT_HZ = ((880.0, 1020.0), (1340.0, 1460.0), (1740.0, 1810.0))
KEY_LOW_HZ = (697.0, 770.0, 852.0, 941.0)
KEY_HIGH_HZ = (1209.0, 1336.0, 1477.0, 1633.0)


def _is_progress(tone: Tone) -> bool:
    return all(PROGRESS_HZ[0] <= hz <= PROGRESS_HZ[1] for hz in (tone.low_hz, tone.high_hz) if hz)


@dataclass(frozen=True, slots=True)
class _Cadence:
    """Seconds of tone and of pause, each from the shortest to the longest in use; `slack`: how far rounds may differ.

    Networks keep time to a few milliseconds, vowels do not: four of a kind in a row are a machine's.
    """

    kind: SignalKind
    on: tuple[float, float]
    off: tuple[float, float]
    slack: float
    least: int


BUSY = _Cadence("busy", (0.12, 0.8), (0.1, 0.85), 0.07, 4)
RING_BACK = _Cadence("ring_back", (0.7, 2.3), (2.0, 6.0), 0.2, 1)
FAX_CALLING = _Cadence("fax", (0.35, 0.7), (2.4, 3.6), 0.1, 2)


def _rounds(cadence: _Cadence, tones: Sequence[Tone]) -> Iterator[Signal]:
    """Runs of tones of one pitch that keep the cadence's time."""
    fitting = [t for t in tones if cadence.on[0] <= t.span.duration <= cadence.on[1]]
    run: list[Tone] = []
    for tone in [*fitting, None]:
        if tone is not None and (not run or _keeps_time(cadence, run, tone)):
            run.append(tone)
            continue
        if len(run) >= cadence.least:
            yield _signal(cadence.kind, run)
        run = [] if tone is None else [tone]


def _keeps_time(cadence: _Cadence, run: Sequence[Tone], tone: Tone) -> bool:
    pause = tone.span.start - run[-1].span.end
    first = run[1].span.start - run[0].span.end if len(run) > 1 else pause
    return (
        cadence.off[0] <= pause <= cadence.off[1]
        and abs(pause - first) <= 2 * cadence.slack
        and abs(tone.span.duration - run[0].span.duration) <= cadence.slack
        and abs(tone.low_hz - run[0].low_hz) <= 12
        and (tone.high_hz > 0) == (run[0].high_hz > 0)
    )


def _special_information(tones: Sequence[Tone]) -> Iterator[Signal]:
    """Three rising tones of 0.27 or 0.38 s: the number does not exist, or the network cannot reach it."""
    for trio in zip(tones, tones[1:], tones[2:], strict=False):
        rising = all(low <= t.low_hz <= high for t, (low, high) in zip(trio, SIT_HZ, strict=True))
        close = all(b.span.start - a.span.end < 0.2 for a, b in pairwise(trio))
        if rising and close and all(0.15 <= t.span.duration <= 0.5 for t in trio):
            yield _signal("sit", trio)


def _faxes(tones: Sequence[Tone]) -> Iterator[Signal]:
    """Calling tone 1100 Hz of half a second every 3.5 s, twice at least; answering tone 2100 Hz of 1.8 s or more."""
    single = [t for t in tones if t.high_hz == 0]
    yield from _rounds(FAX_CALLING, [t for t in single if abs(t.low_hz - 1100) <= 38])
    for tone in single:
        if abs(tone.low_hz - 2100) <= 25 and tone.span.duration >= 1.8:
            yield _signal("fax", [tone])


def _keys(tones: Sequence[Tone]) -> Iterator[Signal]:
    for tone in tones:
        low = any(abs(tone.low_hz - hz) <= 0.018 * hz for hz in KEY_LOW_HZ)
        high = any(abs(tone.high_hz - hz) <= 0.018 * hz for hz in KEY_HIGH_HZ)
        if low and high:
            yield _signal("key", [tone])


def _signal(kind: SignalKind, tones: Sequence[Tone]) -> Signal:
    spans = tuple(t.span for t in tones)
    return Signal(kind, Span(spans[0].start, spans[-1].end), spans)


def kinds_of(signals: Sequence[Signal]) -> tuple[SignalKind, ...]:
    """Kinds among the signals, each once, in alphabetical order."""
    return tuple(kind for kind, _ in groupby(sorted(s.kind for s in signals)))
