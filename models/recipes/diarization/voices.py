"""Voices of training and validation and what they say, in the telephone band.

Variants of espeak-ng are kept apart: those of the demo calls in fixtures/audio and those of validation are never
trained on, so that the figures of both are figures on voices that the models have not heard.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.recipes.diarization.phrases import draw_phrase
from models.recipes.speech import MIN_RATE, SpokenText, Voice, list_variants, synthesize
from models.recipes.telephone import band_pass, resample

RATE: Final = 8000
LEVEL: Final = 0.07
"""Root mean square of speech, of full scale."""

MARGIN: Final = 0.03
"""Seconds kept before the first word and after the last one."""

MAX_GAP: Final = 0.5
"""A pause between two words of a voice shorter than this counts as speech, seconds."""

TRACT: Final = (0.9, 1.28)
"""Factors by which a voice's formants and melody are moved: nearly all training variants are men of one size."""

_DEMO = """
    Alex Alicia Andrea Annie Diogo anika antonio aunty belinda f1 f2 f3 f4 f5 grandma grandpa linda m1 m2 m3 m5 m7
    marcelo miguel steph"""
_VALIDATION = "Gene Michael david iven2 klatt2 m6 m8 norbert steph2 travis zac"
_ODD = """
    Demonic UniRobot Tweaky anikaRobot croak fast robosoft robosoft2 robosoft3 robosoft4 robosoft5 robosoft6
    robosoft7 robosoft8 whisper whisperf"""
DEMO_VARIANTS: Final = frozenset(_DEMO.split())
VALIDATION_VARIANTS: Final = frozenset(_VALIDATION.split())
ODD_VARIANTS: Final = frozenset(_ODD.split())
"""Robots and monsters: left out, no telephone sounds like them."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Speech of one voice: float32 of shape (n,) at `RATE`, and its spans of speech in seconds."""

    samples: NDArray[np.float32]
    spans: tuple[tuple[float, float], ...]

    @property
    def duration(self) -> float:
        return len(self.samples) / RATE


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice and the utterances it is heard with."""

    voice: Voice
    tract: float
    utterances: tuple[Utterance, ...]

    @property
    def answers(self) -> tuple[Utterance, ...]:
        """The shortest of the utterances: what a listener says while the other side speaks."""
        return tuple(sorted(self.utterances, key=lambda u: u.duration)[: max(1, len(self.utterances) // 4)])


def variants_of(part: str) -> tuple[str, ...]:
    """Variants that `part` ("train" or "validation") speaks with, sorted."""
    known = set(list_variants()) - ODD_VARIANTS
    if part == "validation":
        return tuple(sorted(known & VALIDATION_VARIANTS))
    return tuple(sorted(known - DEMO_VARIANTS - VALIDATION_VARIANTS))


def draw_speakers(part: str, n_speakers: int, n_utterances: int, rng: np.random.Generator) -> tuple[Speaker, ...]:
    """Speakers of a part: variants in turn, each with pitch, speed and melody of its own."""
    variants = variants_of(part)
    return tuple(_draw_speaker(variants[k % len(variants)], n_utterances, rng) for k in range(n_speakers))


def _draw_speaker(variant: str, n_utterances: int, rng: np.random.Generator) -> Speaker:
    voice = Voice(
        variant=variant,
        language="es-419" if rng.random() < 0.7 else "es",
        pitch=int(np.clip(rng.normal(48, 13), 15, 85)),
        rate=int(np.clip(rng.normal(166, 16), 125, 215)),
        range=int(np.clip(rng.normal(50, 15), 15, 90)),
    )
    tract = float(rng.uniform(*TRACT))
    return Speaker(voice, tract, tuple(_speak(voice, tract, rng) for _ in range(n_utterances)))


def _speak(voice: Voice, tract: float, rng: np.random.Generator) -> Utterance:
    # People lose their temper: one utterance in ten is higher, faster and louder, and still the same voice.
    is_shouted = rng.random() < 0.1
    drift = int(rng.integers(-4, 5))
    if is_shouted:
        voice = replace(voice, pitch=min(99, voice.pitch + 18), rate=voice.rate + 15, range=80)
    # Played faster by `tract`, so spoken slower by as much: the pace stays the voice's own.
    rate = max(MIN_RATE, round((voice.rate + drift) / tract))
    spoken = synthesize(draw_phrase(rng), replace(voice, rate=rate))
    return _cut(spoken, tract, LEVEL * (2.0 if is_shouted else 1.0))


def _cut(spoken: SpokenText, tract: float, level: float) -> Utterance:
    first = max(0.0, spoken.words[0].start - MARGIN)
    last = spoken.words[-1].end + MARGIN
    cut = spoken.samples[round(first * spoken.sample_rate) : round(last * spoken.sample_rate)]
    speech = band_pass(resample(cut, spoken.sample_rate * tract, RATE), RATE)
    rms = float(np.sqrt(np.mean(np.square(speech, dtype=np.float64))))
    spans = close_pauses(((w.start - first) / tract, (w.end - first) / tract) for w in spoken.words)
    return Utterance((speech * np.float32(level / max(rms, 1e-6))).astype(np.float32), spans)


def close_pauses(spans: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Spans of one voice in order, those less than `MAX_GAP` apart as one: the rule of the gold calls too."""
    closed: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if closed and start - closed[-1][1] < MAX_GAP:
            closed[-1] = (closed[-1][0], max(closed[-1][1], end))
        else:
            closed.append((start, end))
    return tuple(closed)
