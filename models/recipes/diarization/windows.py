"""Windows cut from synthetic conversations: samples and, for every frame, which of the window's voices speaks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.recipes.diarization.conversations import MODEL_RATE, Conversation, converse
from models.recipes.diarization.voices import RATE, draw_speakers

MAX_VOICES: Final = 3
PART: Final = ".part.npz"
"""End of the name of a file that is still being written."""


@dataclass(frozen=True, slots=True)
class Window:
    """Samples at 16 kHz, float32 (n,); activity, bool (frames, `MAX_VOICES`); the speakers' numbers, by first word."""

    samples: NDArray[np.float32]
    activity: NDArray[np.bool_]
    speakers: tuple[int, ...]


def make_conversations(part: str, n_speakers: int, n_conversations: int, seed: int) -> tuple[Conversation, ...]:
    """Calls of 40 s between speakers of a part, the same for the same seed."""
    rng = np.random.default_rng(seed)
    speakers = draw_speakers(part, n_speakers, 14, rng)
    return tuple(converse(speakers, 40.0, rng) for _ in range(n_conversations))


def save_conversations(conversations: Sequence[Conversation], path: Path) -> None:
    lengths = np.array([len(c.codes) for c in conversations])
    spans = np.array([(k, *s) for k, c in enumerate(conversations) for s in c.spans])
    part = path.with_suffix(PART)
    np.savez(part, codes=np.concatenate([c.codes for c in conversations]), lengths=lengths, spans=spans)
    # A training that runs beside this one must not find half a file.
    part.replace(path)


def load_conversations(path: Path) -> tuple[Conversation, ...]:
    with np.load(path) as stored:
        codes = np.split(stored["codes"], np.cumsum(stored["lengths"])[:-1])
        spans = stored["spans"]
    owner = spans[:, 0].astype(int)
    return tuple(
        Conversation(c, tuple((int(w), float(a), float(b)) for _, w, a, b in spans[owner == k]))
        for k, c in enumerate(codes)
    )


def load_parts(folder: Path) -> tuple[Conversation, ...]:
    """The training calls made so far, `train-*.npz` by name, their voices numbered through the files."""
    calls: list[Conversation] = []
    n_voices = 0
    for path in sorted(folder.glob("train-*.npz")):
        if not path.name.endswith(PART):
            found = load_conversations(path)
            calls += (_renumbered(call, n_voices) for call in found)
            n_voices += 1 + max(who for call in found for who, _, _ in call.spans)
    return tuple(calls)


def _renumbered(call: Conversation, first: int) -> Conversation:
    return replace(call, spans=tuple((first + who, start, end) for who, start, end in call.spans))


def draw_window(
    conversations: Sequence[Conversation],
    seconds: float,
    frame_times: NDArray[np.float64],
    rng: np.random.Generator,
    stretch: tuple[float, float] = (1.0, 1.0),
) -> Window:
    """A window from a random place of a random call.

    Args:
        conversations: Calls to draw from.
        seconds: Length of the window.
        frame_times: Centres of the frames in the window, seconds.
        rng: Chance.
        stretch: Bounds of how much of the call, in windows, is played within one: beyond 1 every voice is higher,
            smaller and faster, which makes more voices of the few there are.
    """
    call = conversations[int(rng.integers(len(conversations)))]
    # In steps of 1/25 every length has small factors, which its Fourier transform needs to be fast.
    pace = int(rng.integers(round(stretch[0] * 25), round(stretch[1] * 25) + 1)) / 25
    n = round(seconds * pace * RATE)
    first = int(rng.integers(max(1, len(call.codes) - n)))
    start, length = first / RATE, seconds * pace
    line = call.line(first, first + n)
    samples = _played(np.pad(line, (0, n - len(line))), round(seconds * MODEL_RATE))
    heard = [s for s in call.spans if s[2] > start and s[1] < start + length]
    speakers = tuple(dict.fromkeys(who for who, _, _ in heard))[:MAX_VOICES]
    activity = np.zeros((len(frame_times), MAX_VOICES), bool)
    times = start + frame_times * pace
    for who, begin, end in heard:
        if who in speakers:
            activity[:, speakers.index(who)] |= (times >= begin) & (times < end)
    gain = np.float32(10 ** (rng.uniform(-8, 4) / 20))
    return Window(samples * gain, activity, speakers)


def _played(line: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    """The same sound in n samples, more than before; its ends run into each other, which a window's edges hide."""
    spectrum = np.fft.rfft(line)
    wider = np.zeros(n // 2 + 1, np.complex64)
    wider[: len(spectrum)] = spectrum
    return (np.fft.irfft(wider, n) * (n / len(line))).astype(np.float32)
