"""A pool of spoken utterances on disk, that training draws from again and again.

One shard holds some ten minutes at 16 kHz in int16. Its texts, voices and times follow from
(seed, shard number) alone, so that a stopped pool goes on where it was; its samples differ
where the ear hears no difference, since espeak-ng carries its state from one text to the next.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.recipes.recogniser.texts import Sources, TextMaker
from models.recipes.speech import Samples, SpokenText, Voice, list_variants, synthesize
from models.recipes.telephone import resample

SAMPLE_RATE: Final = 16000
SHARD_SECONDS: Final = 600.0
MAX_SECONDS: Final = 6.0
# Voices that no training sample has; the exam speaks with them as "unseen".
UNSEEN_VARIANTS: Final = ("klatt", "klatt2", "klatt3", "klatt4", "klatt5", "klatt6", "f4", "m7")
# Robots and monsters: kept, for variety, but rare.
ODD_VARIANTS: Final = frozenset(
    "Demonic UniRobot anikaRobot Tweaky croak whisper whisperf robosoft robosoft2 robosoft3 "
    "robosoft4 robosoft5 robosoft6 robosoft7 robosoft8 fast".split()
)


@dataclass(frozen=True, slots=True)
class Utterance:
    """Speech at 16 kHz as int16, its words, and when each starts and ends, in seconds."""

    samples: NDArray[np.int16]
    words: tuple[str, ...]
    starts: tuple[float, ...]
    ends: tuple[float, ...]
    voice: str


def seen_variants() -> tuple[str, ...]:
    """Every variant that training may use."""
    return tuple(v for v in list_variants() if v not in UNSEEN_VARIANTS)


def draw_voice(variants: tuple[str, ...], rng: np.random.Generator) -> Voice:
    """A voice of one of the variants, with pitch, speed and melody of its own."""
    variant = variants[int(rng.integers(len(variants)))]
    while variant in ODD_VARIANTS and rng.random() < 0.8:
        variant = variants[int(rng.integers(len(variants)))]
    return Voice(
        variant=variant,
        language="es-419" if rng.random() < 0.65 else "es",
        pitch=int(np.clip(rng.normal(50, 17), 5, 95)),
        rate=int(np.clip(rng.normal(168, 28), 105, 260)),
        range=int(np.clip(rng.normal(50, 20), 5, 100)),
        word_gap=int(rng.integers(0, 5)) if rng.random() < 0.15 else 0,
    )


def speak(text: str, voice: Voice, stretch: float, rng: np.random.Generator) -> SpokenText:
    """The text with pauses and melody of chance, stretched in time and pitch together."""
    words = text.split()
    marks = [("," if rng.random() < 0.06 else "") for _ in words]
    marks[-1] = str(rng.choice([".", ".", "?", "!", ",", ""]))
    spoken = synthesize(" ".join(w + m for w, m in zip(words, marks, strict=True)), voice)
    return _stretched(spoken, stretch)


def _stretched(spoken: SpokenText, stretch: float) -> SpokenText:
    rate = spoken.sample_rate / stretch
    samples = resample(spoken.samples, rate, SAMPLE_RATE)
    words = tuple(type(w)(w.text.strip(",.?!"), w.start * stretch, w.end * stretch) for w in spoken.words)
    return SpokenText(samples, SAMPLE_RATE, words)


def make_shard(sources: Sources, seed: int, number: int) -> list[Utterance]:
    """The utterances of one shard."""
    rng = np.random.default_rng([seed, number])
    maker = TextMaker(sources, rng)
    variants = seen_variants()
    shard: list[Utterance] = []
    seconds = 0.0
    while seconds < SHARD_SECONDS:
        voice = draw_voice(variants, rng)
        for _ in range(4):
            text = maker.make()
            utterance = to_utterance(speak(text, voice, float(rng.uniform(0.92, 1.09)), rng), voice)
            if utterance is not None and " ".join(utterance.words) == text:
                shard.append(utterance)
                seconds += len(utterance.samples) / SAMPLE_RATE
    return shard


def make_check_shard(sources: Sources, seed: int, n: int = 140) -> list[Utterance]:
    """New texts of three words or more, every other one in an unseen voice."""
    rng = np.random.default_rng([seed, 99])
    maker = TextMaker(sources, rng)
    seen = seen_variants()
    shard: list[Utterance] = []
    while len(shard) < n:
        voice = draw_voice(UNSEEN_VARIANTS if len(shard) % 2 else seen, rng)
        text = maker.make()
        utterance = to_utterance(speak(text, voice, 1.0, rng), voice)
        if utterance is not None and len(utterance.words) >= 3:
            shard.append(utterance)
    return shard


def to_utterance(spoken: SpokenText, voice: Voice) -> Utterance | None:
    """The speech without silence around it; None if empty, silent or over `MAX_SECONDS`."""
    if not spoken.words:
        return None
    start, end = spoken.words[0].start, spoken.words[-1].end
    if not 0.1 < end - start <= MAX_SECONDS:
        return None
    part = spoken.samples[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE) + 1]
    peak = float(np.abs(part).max(initial=0.0))
    if peak < 1e-3:
        return None
    return Utterance(
        np.round(part / peak * 30000).astype(np.int16),
        tuple(w.text for w in spoken.words),
        tuple(max(0.0, w.start - start) for w in spoken.words),
        tuple(w.end - start for w in spoken.words),
        voice.variant,
    )


def save_shard(path: Path, shard: list[Utterance]) -> None:
    """Write a shard at once, under its name only when whole."""
    meta = [(u.words, [round(s, 3) for s in u.starts], [round(e, 3) for e in u.ends], u.voice) for u in shard]
    partial = path.with_suffix(".part.npz")
    np.savez(
        partial,
        samples=np.concatenate([u.samples for u in shard]),
        lengths=np.array([len(u.samples) for u in shard]),
        meta=np.frombuffer(json.dumps(meta).encode(), np.uint8),
    )
    partial.rename(path)


def load_shard(path: Path) -> Iterator[Utterance]:
    """The utterances of a saved shard."""
    with np.load(path) as data:
        samples, lengths = data["samples"], data["lengths"]
        meta = json.loads(data["meta"].tobytes())
    edges = np.concatenate([[0], np.cumsum(lengths)])
    for i, (words, starts, ends, voice) in enumerate(meta):
        part = samples[edges[i] : edges[i + 1]]
        yield Utterance(part, tuple(words), tuple(starts), tuple(ends), voice)


def fill_pool(folder: Path, sources: Sources, seed: int, n_shards: int, first: int = 0) -> None:
    """Make the shards that are missing, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, n_shards):
        path = folder / f"shard-{number:04d}.npz"
        if not path.exists():
            save_shard(path, make_shard(sources, seed, number))


def as_float(samples: NDArray[np.int16]) -> Samples:
    """Samples in -1 to 1."""
    return samples.astype(np.float32) / 32768.0
