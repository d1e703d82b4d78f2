"""What a telephone line and a call centre do to speech, and sounds that are no speech.

Everything takes and gives float32 samples of shape (n,) in -1 to 1, and draws its chance
from the numpy Generator handed in, so that the same seed gives the same sound.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
NoiseColour = Literal["white", "pink", "brown", "hum", "crackle"]
TonePattern = Literal["ring", "busy", "congestion", "fax", "dial", "beep", "dtmf"]

TELEPHONE_BAND_HZ: Final = (300.0, 3400.0)
_MU: Final = 255.0
# (frequencies in Hz, seconds on, seconds off), as heard on networks of Spain and America.
_TONES: Final[dict[str, tuple[tuple[float, ...], float, float]]] = {
    "ring": ((425.0,), 1.5, 3.0),
    "busy": ((425.0,), 0.2, 0.2),
    "congestion": ((425.0, 480.0), 0.25, 0.25),
    "fax": ((1100.0,), 0.5, 3.0),
    "dial": ((350.0, 440.0), 60.0, 0.0),
    "beep": ((1000.0,), 0.4, 60.0),
}
_DTMF_LOW: Final = (697.0, 770.0, 852.0, 941.0)
_DTMF_HIGH: Final = (1209.0, 1336.0, 1477.0)


def resample(samples: Samples, from_hz: float, to_hz: float) -> Samples:
    """The same sound at another rate, band-limited; length round(n * to / from)."""
    n = len(samples)
    if from_hz == to_hz or n == 0:
        return samples
    m = max(1, round(n * to_hz / from_hz))
    # A tail of silence of one eighth keeps the end from ringing into the start.
    pad = _smooth_length(n + max(64, n // 8))
    target = max(1, round(pad * to_hz / from_hz))
    spectrum = np.fft.rfft(samples, pad)
    bins = target // 2 + 1
    kept = np.zeros(bins, spectrum.dtype)
    kept[: min(bins, len(spectrum))] = spectrum[: min(bins, len(spectrum))]
    out = np.fft.irfft(kept, target)[:m] * np.float32(target / pad)
    return out.astype(np.float32)


def _smooth_length(n: int) -> int:
    """The least multiple of a large power of two that holds n: quick to transform."""
    step = 1 << max(0, n.bit_length() - 4)
    return -(-n // step) * step


def band_pass(
    samples: Samples,
    sample_rate: int,
    low_hz: float = TELEPHONE_BAND_HZ[0],
    high_hz: float = TELEPHONE_BAND_HZ[1],
) -> Samples:
    """The band between two frequencies, with soft edges of a sixth of each."""
    pad = _smooth_length(len(samples) + 512)
    hz = np.fft.rfftfreq(pad, 1.0 / sample_rate)
    rise = np.clip((hz - low_hz * 5 / 6) / max(low_hz / 3, 1.0), 0.0, 1.0)
    fall = np.clip((high_hz * 7 / 6 - hz) / (high_hz / 3), 0.0, 1.0)
    gain = (np.sin(rise * np.pi / 2) ** 2 * np.sin(fall * np.pi / 2) ** 2).astype(np.float32)
    return np.fft.irfft(np.fft.rfft(samples, pad) * gain, pad)[: len(samples)].astype(np.float32)


def mu_law(samples: Samples) -> Samples:
    """After a round trip through 8-bit mu-law (ITU-T G.711), at the rate it has."""
    places = np.clip(np.round(samples * 32767.0), -32767, 32767).astype(np.int32) + 32767
    return _mu_law_table()[places]


@cache
def _mu_law_table() -> Samples:
    """What each of the 65535 values of a sample becomes."""
    x = np.arange(-32767, 32768) / 32767.0
    code = np.sign(x) * np.log1p(_MU * np.abs(x)) / np.log1p(_MU)
    code = np.round((code + 1.0) / 2.0 * 255.0) / 255.0 * 2.0 - 1.0
    return (np.sign(code) * np.expm1(np.abs(code) * np.log1p(_MU)) / _MU).astype(np.float32)


def telephone(samples: Samples, sample_rate: int) -> Samples:
    """After a narrow-band line: 300 to 3400 Hz, 8 kHz, mu-law, and back to its rate."""
    n = len(samples)
    line = mu_law(resample(band_pass(samples, sample_rate), sample_rate, 8000))
    back = resample(line, 8000, sample_rate)
    return np.pad(back, (0, max(0, n - len(back))))[:n]


def noise(n: int, sample_rate: int, colour: NoiseColour, rng: np.random.Generator) -> Samples:
    """Noise of n samples with root mean square 1."""
    if colour == "hum":
        t = np.arange(n) / sample_rate
        base = float(rng.choice([50.0, 60.0]))
        sound = sum(
            rng.uniform(0.2, 1.0) / k * np.sin(2 * np.pi * base * k * t + rng.uniform(0, 6.3)) for k in (1, 2, 3, 5, 7)
        )
        return _unit(np.asarray(sound) + 0.05 * rng.standard_normal(n))
    if colour == "crackle":
        clicks = rng.standard_normal(n) * (rng.random(n) < 20.0 / sample_rate)
        kernel = np.exp(-np.arange(32) / 6.0) * rng.standard_normal(32)
        return _unit(np.convolve(clicks, kernel)[:n] + 0.01 * rng.standard_normal(n))
    white = rng.standard_normal(n)
    if colour == "white":
        return _unit(white)
    pad = _smooth_length(n)
    hz = np.fft.rfftfreq(pad, 1.0 / sample_rate)
    slope = 0.5 if colour == "pink" else 1.0
    shaped = np.fft.rfft(white, pad) / np.maximum(hz, 20.0) ** slope
    return _unit(np.fft.irfft(shaped, pad)[:n])


def babble(voices: Sequence[Samples], n: int, rng: np.random.Generator) -> Samples:
    """Many people at once: each voice repeated from a random place; root mean square 1."""
    sound = np.zeros(n)
    for voice in voices:
        if len(voice):
            repeats = n // len(voice) + 2
            start = int(rng.integers(len(voice)))
            sound += np.tile(voice, repeats)[start : start + n] * rng.uniform(0.4, 1.0)
    return _unit(sound)


def tones(n: int, sample_rate: int, pattern: TonePattern, rng: np.random.Generator) -> Samples:
    """Signals of the network or of a fax, starting somewhere in their rhythm; peak 1."""
    if pattern == "dtmf":
        return _key_presses(n, sample_rate, rng)
    frequencies, on, off = _TONES[pattern]
    t = np.arange(n) / sample_rate + rng.uniform(0, on + min(off, 3.0))
    detune = rng.uniform(0.97, 1.03)
    sound = sum(np.sin(2 * np.pi * f * detune * t) for f in frequencies) / len(frequencies)
    gate = (t % (on + off)) < on if off else np.ones(n, bool)
    return np.asarray(sound * gate, np.float32)


def _key_presses(n: int, sample_rate: int, rng: np.random.Generator) -> Samples:
    sound = np.zeros(n, np.float32)
    at = int(rng.uniform(0, 0.3) * sample_rate)
    while at < n:
        length = int(rng.uniform(0.08, 0.25) * sample_rate)
        t = np.arange(min(length, n - at)) / sample_rate
        low, high = rng.choice(_DTMF_LOW), rng.choice(_DTMF_HIGH)
        sound[at : at + len(t)] = (np.sin(2 * np.pi * low * t) + np.sin(2 * np.pi * high * t)) / 2
        at += length + int(rng.uniform(0.08, 0.8) * sample_rate)
    return sound


def hold_music(n: int, sample_rate: int, rng: np.random.Generator) -> Samples:
    """Synthesised chords with a melody and a beat, as on hold; peak about 1."""
    sound = np.zeros(n)
    beat = rng.uniform(0.3, 0.7)
    root = rng.uniform(110.0, 220.0)
    scale = np.array([0, 2, 4, 5, 7, 9, 11]) if rng.random() < 0.6 else np.array([0, 2, 3, 5, 7, 8, 10])
    harmonics = np.asarray(1.0 / np.arange(1, 7) ** rng.uniform(0.8, 2.5), np.float64)
    has_drums = rng.random() < 0.5
    chord = np.array([0, 2, 4])
    for step in range(int(n / sample_rate / beat) + 1):
        at = int(step * beat * sample_rate)
        if step % 4 == 0:
            chord = (int(rng.integers(7)) + np.array([0, 2, 4])).astype(int)
            for degree in chord:
                _add_note(sound, at, 4 * beat, root * _pitch(scale, degree), harmonics, 0.25, sample_rate)
        if rng.random() < 0.8:
            degree = int(rng.choice(chord)) + int(rng.integers(-1, 2))
            length = beat * rng.choice([0.5, 1.0, 2.0])
            _add_note(sound, at, length, 2 * root * _pitch(scale, degree), harmonics, 0.5, sample_rate)
        if has_drums:
            hit = rng.standard_normal(min(int(0.06 * sample_rate), max(0, n - at)))
            sound[at : at + len(hit)] += 0.3 * hit * np.exp(-np.arange(len(hit)) / (0.015 * sample_rate))
    peak = float(np.abs(sound).max(initial=0.0))
    return (sound / max(peak, 1e-6)).astype(np.float32)


def _pitch(scale: NDArray[np.int_], degree: int) -> float:
    octave, step = divmod(int(degree), len(scale))
    return float(2.0 ** (octave + scale[step] / 12.0))


def _add_note(
    sound: NDArray[np.float64],
    at: int,
    seconds: float,
    hz: float,
    harmonics: NDArray[np.float64],
    level: float,
    sample_rate: int,
) -> None:
    n = min(int(seconds * sample_rate), len(sound) - at)
    if n <= 0:
        return
    t = np.arange(n) / sample_rate
    tone = np.zeros(n)
    for k, weight in enumerate(harmonics, 1):
        if hz * k < sample_rate / 2:
            tone += weight * np.sin(2 * np.pi * hz * k * t)
    fade = np.minimum(1.0, t / 0.01) * np.exp(-1.5 * t / seconds)
    sound[at : at + n] += level * tone * fade


def add_at_ratio(speech: Samples, other: Samples, ratio_db: float) -> Samples:
    """Speech with another sound beneath it, `ratio_db` weaker by root mean square."""
    level = _rms(speech) / max(_rms(other), 1e-9) * 10.0 ** (-ratio_db / 20.0)
    return (speech + other[: len(speech)] * level).astype(np.float32)


def set_peak(samples: Samples, peak: float) -> Samples:
    """Scaled so that the loudest sample is `peak`; silence stays silence."""
    loudest = float(np.abs(samples).max(initial=0.0))
    return samples if loudest == 0.0 else (samples * (peak / loudest)).astype(np.float32)


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0


def _unit(sound: NDArray[np.floating]) -> Samples:
    return (sound / max(_rms(np.asarray(sound, np.float32)), 1e-9)).astype(np.float32)
