"""Windows cut from synthetic conversations: samples and, for every frame, which of the window's voices speaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.recipes.diarization.conversations import Conversation, converse
from models.recipes.diarization.voices import RATE, draw_speakers

MAX_VOICES: Final = 3


@dataclass(frozen=True, slots=True)
class Window:
    """Samples at 16 kHz, float32 (n,); activity, bool (frames, `MAX_VOICES`); the speakers' numbers, by first word."""

    samples: NDArray[np.float32]
    activity: NDArray[np.bool_]
    speakers: tuple[int, ...]


def make_conversations(part: str, n_speakers: int, n_conversations: int, seed: int) -> tuple[Conversation, ...]:
    """Calls of 40 s between speakers of a part, the same for the same seed."""
    rng = np.random.default_rng(seed)
    speakers = draw_speakers(part, n_speakers, 12, rng)
    return tuple(converse(speakers, 40.0, rng) for _ in range(n_conversations))


def save_conversations(conversations: Sequence[Conversation], path: Path) -> None:
    lengths = np.array([len(c.codes) for c in conversations])
    spans = np.array([(k, *s) for k, c in enumerate(conversations) for s in c.spans])
    np.savez(path, codes=np.concatenate([c.codes for c in conversations]), lengths=lengths, spans=spans)


def load_conversations(path: Path) -> tuple[Conversation, ...]:
    with np.load(path) as stored:
        codes = np.split(stored["codes"], np.cumsum(stored["lengths"])[:-1])
        spans = stored["spans"]
    owner = spans[:, 0].astype(int)
    return tuple(
        Conversation(c, tuple((int(w), float(a), float(b)) for _, w, a, b in spans[owner == k]))
        for k, c in enumerate(codes)
    )


def draw_window(
    conversations: Sequence[Conversation], seconds: float, frame_times: NDArray[np.float64], rng: np.random.Generator
) -> Window:
    """A window from a random place of a random call; `frame_times` are the frames' centres in the window, seconds."""
    call = conversations[int(rng.integers(len(conversations)))]
    n = round(seconds * RATE)
    first = int(rng.integers(max(1, len(call.codes) - n)))
    start = first / RATE
    samples = call.samples(first, first + n)
    padded = np.zeros(2 * n, np.float32)
    padded[: len(samples)] = samples[: 2 * n]
    heard = [s for s in call.spans if s[2] > start and s[1] < start + seconds]
    speakers = tuple(dict.fromkeys(who for who, _, _ in heard))[:MAX_VOICES]
    activity = np.zeros((len(frame_times), MAX_VOICES), bool)
    for who, begin, end in heard:
        if who in speakers:
            activity[:, speakers.index(who)] |= (frame_times >= begin - start) & (frame_times < end - start)
    gain = np.float32(10 ** (rng.uniform(-8, 4) / 20))
    return Window(padded * gain, activity, speakers)
