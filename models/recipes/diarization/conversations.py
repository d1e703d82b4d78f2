"""Synthetic calls mixed to one channel: who speaks when is known because it was written.

Turns, pauses, overlaps, interjections, hold music, tones and line noise are drawn from the numpy Generator handed in.
A conversation is kept as 8-bit mu-law at 8 kHz, which is what most recorders of call centres write anyway.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

from models.recipes import telephone
from models.recipes.diarization.voices import LEVEL, RATE, Speaker, Utterance, close_pauses

MODEL_RATE: Final = 16_000
_MU: Final = 255.0
CODECS: Final = {"libopus": ("ogg", 14_000), "libmp3lame": ("mp3", 16_000), "libopencore_amrnb": ("amr", 12_200)}
_SAMPLE_FORMATS: Final = {"libmp3lame": "fltp", "libopus": "flt"}


@dataclass(frozen=True, slots=True)
class Conversation:
    """A mono call: mu-law codes, uint8 of shape (n,) at `RATE`, and (speaker, start, end) in seconds."""

    codes: NDArray[np.uint8]
    spans: tuple[tuple[int, float, float], ...]

    @property
    def duration(self) -> float:
        return len(self.codes) / RATE

    def line(self, first: int = 0, last: int | None = None) -> NDArray[np.float32]:
        """Samples first to last as float32 at `RATE`."""
        return _mu_law_values()[self.codes[first:last]]

    def samples(self) -> NDArray[np.float32]:
        """The call as float32 at `MODEL_RATE`."""
        return telephone.resample(self.line(), RATE, MODEL_RATE)


def converse(speakers: Sequence[Speaker], seconds: float, rng: np.random.Generator) -> Conversation:
    """A call of about that many seconds between one, two or three of the speakers."""
    cast = _draw_cast(speakers, rng)
    n_voices = len(cast)
    gains = {k: 10 ** (float(np.clip(rng.normal(0, 3.5), -9, 9)) / 20) for k in cast}
    tilts = {k: float(rng.normal(0, 0.25)) if rng.random() < 0.4 else 0.0 for k in cast}
    sound = np.zeros(round((seconds + 90) * RATE), np.float32)
    spans: list[tuple[int, float, float]] = []

    def say(who: int, utterance: Utterance, at: float) -> float:
        first = round(at * RATE)
        sound[first : first + len(utterance.samples)] += _tilted(utterance.samples, tilts[who]) * np.float32(gains[who])
        spans.extend((who, at + start, at + end) for start, end in utterance.spans)
        return at + utterance.duration

    now, who = float(rng.uniform(0.0, 1.5)), cast[0]
    while now < seconds:
        end = now
        for _ in range(int(rng.choice([1, 2, 3, 4], p=[0.5, 0.28, 0.14, 0.08]))):
            begin, end = end, say(who, _draw(speakers[who], rng), end)
            if n_voices > 1 and rng.random() < 0.14:
                other = _another(cast, who, rng)
                answers = speakers[other].answers
                answer = answers[int(rng.integers(len(answers)))]
                say(other, answer, begin + float(rng.uniform(0, max(end - begin - 0.3, 0.01))))
            end += float(rng.uniform(0.05, 0.6))
            if end > seconds:
                break
        now = _after_turn(sound, end, seconds, rng)
        who = _another(cast, who, rng) if n_voices > 1 else who
        now = max(0.0, now)
    length = round(max(seconds, *(end for _, _, end in spans)) * RATE) + RATE // 4
    line = _on_the_line(sound[:length], rng)
    said = [(who, *span) for who in cast for span in close_pauses((a, b) for k, a, b in spans if k == who)]
    return Conversation(_mu_law_codes(line), tuple(sorted(said, key=lambda s: s[1])))


def _draw_cast(speakers: Sequence[Speaker], rng: np.random.Generator) -> list[int]:
    """One to three voices of different variants: two of one variant may be told apart by nobody."""
    n_voices = int(rng.choice([1, 2, 3], p=[0.06, 0.84, 0.1]))
    cast: list[int] = []
    for k in rng.permutation(len(speakers)):
        if speakers[k].voice.variant not in {speakers[c].voice.variant for c in cast}:
            cast.append(int(k))
        if len(cast) == n_voices:
            break
    return cast


def _tilted(samples: NDArray[np.float32], tilt: float) -> NDArray[np.float32]:
    """Brighter or duller, as by another microphone: the difference to the sample before, added `tilt` times."""
    if tilt == 0.0:
        return samples
    filtered = samples - np.float32(np.clip(tilt, -0.6, 0.6)) * np.concatenate([samples[:1], samples[:-1]])
    gain = np.sqrt(np.mean(np.square(samples)) / max(float(np.mean(np.square(filtered))), 1e-9))
    return (filtered * np.float32(gain)).astype(np.float32)


def _draw(speaker: Speaker, rng: np.random.Generator) -> Utterance:
    return speaker.utterances[int(rng.integers(len(speaker.utterances)))]


def _another(cast: Sequence[int], who: int, rng: np.random.Generator) -> int:
    others = [k for k in cast if k != who]
    # The third of three is heard now and then only.
    return others[0] if len(others) == 1 or rng.random() < 0.75 else others[1]


def _after_turn(sound: NDArray[np.float32], end: float, seconds: float, rng: np.random.Generator) -> float:
    """When the next turn starts; now and then music or a tone is put before it."""
    kind = rng.random()
    if kind < 0.72:
        return end - 0.3 + float(np.clip(rng.normal(0.4, 0.25), 0.0, 1.4))
    if kind < 0.84:
        return end - 0.3 - float(rng.uniform(0.1, 1.2))
    if kind < 0.93 or end > seconds:
        return end + float(rng.uniform(1.0, 4.0))
    n = round(float(rng.uniform(0.4, 6.0)) * RATE)
    first = round((end + float(rng.uniform(0, 0.5))) * RATE)
    if rng.random() < 0.6:
        noise = telephone.band_pass(telephone.hold_music(n, RATE, rng), RATE) * rng.uniform(0.08, 0.3)
    else:
        patterns: tuple[telephone.TonePattern, ...] = ("ring", "busy", "beep", "dtmf", "fax")
        noise = telephone.tones(n, RATE, patterns[int(rng.integers(len(patterns)))], rng) * rng.uniform(0.05, 0.2)
    sound[first : first + n] += noise[: max(0, len(sound) - first)].astype(np.float32)
    return first / RATE + n / RATE + float(rng.uniform(0.1, 0.8))


def _on_the_line(sound: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """The call with noise, at a level of its own, through one of the codecs of recorders."""
    snr_db = float(rng.uniform(14, 45))
    hiss = telephone.noise(len(sound), RATE, "pink" if rng.random() < 0.7 else "white", rng)
    hum = telephone.noise(len(sound), RATE, "hum" if rng.random() < 0.8 else "crackle", rng)
    line = telephone.band_pass(hiss + np.float32(rng.uniform(0, 0.6)) * hum, RATE)
    mixed = sound if rng.random() < 0.08 else sound + line * np.float32(LEVEL * 10 ** (-snr_db / 20) / 0.7)
    mixed = mixed * np.float32(10 ** (rng.uniform(-10, 5) / 20))
    codec = str(rng.choice(["none", *CODECS], p=[0.6, 0.16, 0.14, 0.1]))
    mixed = np.clip(mixed, -0.98, 0.98).astype(np.float32)
    return mixed if codec == "none" else _through(mixed, codec)


@cache
def _mu_law_values() -> NDArray[np.float32]:
    """The sample of each of the 256 codes."""
    x = np.arange(256) / 127.5 - 1.0
    return (np.sign(x) * np.expm1(np.abs(x) * np.log1p(_MU)) / _MU).astype(np.float32)


def _mu_law_codes(samples: NDArray[np.float32]) -> NDArray[np.uint8]:
    x = np.clip(samples, -1.0, 1.0)
    code = np.sign(x) * np.log1p(_MU * np.abs(x)) / np.log1p(_MU)
    return np.round((code + 1.0) * 127.5).astype(np.uint8)


def _through(samples: NDArray[np.float32], codec: str) -> NDArray[np.float32]:
    """The same sound after a round trip through a codec, shifted back by the delay that it brings."""
    name, bit_rate = CODECS[codec]
    stored = io.BytesIO()
    with av.open(stored, "w", format=name) as container:
        options = {"application": "voip"} if codec == "libopus" else {}
        stream: Any = container.add_stream(
            codec, rate=RATE, options=options, layout="mono", format=_SAMPLE_FORMATS.get(codec, "s16")
        )
        stream.bit_rate = bit_rate
        frame = av.AudioFrame.from_ndarray(np.round(samples * 32767).astype(np.int16)[None], "s16", "mono")
        frame.sample_rate = RATE
        frame.pts, frame.time_base = 0, Fraction(1, RATE)
        stream.codec_context.open()
        resampler = av.AudioResampler(stream.format.name, "mono", RATE, stream.codec_context.frame_size or None)
        for ready in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(ready))
        container.mux(stream.encode(None))
    stored.seek(0)
    back = av.AudioResampler("flt", "mono", RATE)
    with av.open(stored, "r") as source:
        blocks = [b.to_ndarray()[0] for f in source.decode(audio=0) for b in back.resample(f)]
    return _aligned(np.concatenate(blocks), samples)


def _aligned(sound: NDArray[np.float32], to: NDArray[np.float32], reach: int = 2000) -> NDArray[np.float32]:
    """`sound` moved by at most `reach` samples to where it fits best, and cut or padded to the same length."""
    n = min(len(to), len(sound), 20 * RATE)
    size = 1 << (n + reach).bit_length()
    fit = np.fft.irfft(np.fft.rfft(sound[:n], size) * np.conj(np.fft.rfft(to[:n], size)), size)
    lag = int(np.argmax(np.concatenate([fit[-reach:], fit[:reach]]))) - reach
    moved = sound[lag:] if lag >= 0 else np.concatenate([np.zeros(-lag, np.float32), sound])
    return np.pad(moved, (0, max(0, len(to) - len(moved))))[: len(to)].astype(np.float32)
