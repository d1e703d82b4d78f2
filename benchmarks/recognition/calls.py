"""Synthetic calls as mono clips, one a channel, with what was said in each: what every system hears.

Half of a hundred calls last under 30 s, the shortest 20 s, the longest three minutes. In every fourth nobody but the
one side speaks, as where a machine answers. Longer calls are several conversations of the fixtures' bank one after
the other; shorter ones end after a turn.
"""

import json
import math
import multiprocessing
import os
import random
import wave
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE: Final = 16_000
SHORTEST: Final = 20.0
MEDIAN: Final = 30.0
LONGEST: Final = 180.0
SPREAD: Final = 0.5
"""Standard deviation of the logarithm of a call's length."""

ONE_SIDED: Final = 4
PAUSE: Final = 0.6


@dataclass(frozen=True, slots=True)
class SpokenClip:
    """One channel of a call in a file of its own; `words` as said, empty where only the line hums."""

    call: str
    channel: int
    file: str
    seconds: float
    words: str


def lengths_of(n_calls: int, seed: int) -> tuple[float, ...]:
    """Seconds of each call: the distribution's own quantiles in drawn order, the last of them the longest call."""
    law = NormalDist(math.log(MEDIAN), SPREAD)
    drawn = [math.exp(law.inv_cdf((i + 0.5) / n_calls)) for i in range(n_calls)]
    lengths = [min(max(seconds, SHORTEST), LONGEST) for seconds in drawn]
    if n_calls > 20:
        lengths[-1] = LONGEST
    random.Random(seed).shuffle(lengths)
    return tuple(lengths)


def make_clips(n_calls: int, folder: Path, seed: int) -> tuple[SpokenClip, ...]:
    """Writes two WAV files a call and `clips.json`; each call is spoken in a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    # espeak-ng carries its state from one text to the next: the same seed again needs fresh processes.
    with ProcessPoolExecutor(
        max_workers=os.cpu_count() or 1, mp_context=multiprocessing.get_context("spawn"), max_tasks_per_child=1
    ) as pool:
        futures = [
            pool.submit(write_call, number, seconds, folder, seed)
            for number, seconds in enumerate(lengths_of(n_calls, seed))
        ]
        clips = tuple(clip for future in futures for clip in future.result())
    (folder / "clips.json").write_text(json.dumps([asdict(clip) for clip in clips], ensure_ascii=False), "utf-8")
    return clips


def read_clips(folder: Path) -> tuple[SpokenClip, ...]:
    """What `make_clips` wrote."""
    return tuple(SpokenClip(**clip) for clip in json.loads((folder / "clips.json").read_text("utf-8")))


def write_call(number: int, seconds: float, folder: Path, seed: int) -> tuple[SpokenClip, ...]:
    """One call of about so many seconds, never fewer than `SHORTEST` nor more than `LONGEST`."""
    samples, turns = _spoken(number, seconds, seed)
    length = _cut_point(turns, min(seconds, samples.shape[1] / RATE))
    samples = samples[:, : round(length * RATE)]
    silent = 1 if number % ONE_SIDED == ONE_SIDED - 1 else None
    clips = []
    for channel in (0, 1):
        said = [text for text, end, side in turns if side == channel and end <= length and side != silent]
        sound = _hum(samples.shape[1], seed + number) if channel == silent else samples[channel]
        name = f"call-{number:04d}-{channel}.wav"
        _write_wav(folder / name, sound)
        clips.append(SpokenClip(f"call-{number:04d}", channel, name, len(sound) / RATE, " ".join(said)))
    return tuple(clips)


def read_wav(path: Path) -> Samples:
    """Samples in [-1, 1] at `RATE`."""
    with wave.open(str(path), "rb") as stream:
        data = np.frombuffer(stream.readframes(stream.getnframes()), np.int16)
    return data.astype(np.float32) / np.float32(32768)


Turn = tuple[str, float, int]


def _spoken(number: int, seconds: float, seed: int) -> tuple[Samples, list[Turn]]:
    """Sound of shape (2, n) and (text, end, channel) of each turn, at least so long."""
    parts: list[Samples] = []
    turns: list[Turn] = []
    now = 0.0
    for samples, spoken in _conversations(number, seed):
        turns += [(text, now + end, channel) for text, end, channel in spoken]
        pause = np.zeros((2, round(PAUSE * RATE)), np.float32)
        parts += [samples, pause]
        now += samples.shape[1] / RATE + PAUSE
        if now >= seconds:
            break
    return np.concatenate(parts, axis=1), turns


def _conversations(number: int, seed: int) -> Iterator[tuple[Samples, list[Turn]]]:
    from fixtures.audio.bank import write_screenplays
    from fixtures.audio.render import RATE as RENDERED
    from fixtures.audio.render import render
    from models.recipes import telephone

    for play in write_screenplays(20, seed * 10_000 + number):
        rendered = render(replace(play, layout="agent_left"))
        samples = np.stack([telephone.resample(side, RENDERED, RATE) for side in rendered.samples])
        yield samples, [(turn["text"], float(turn["end"]), int(turn["channel"])) for turn in rendered.gold["turns"]]


def _cut_point(turns: Sequence[Turn], seconds: float) -> float:
    """Just after the last turn that ends in time; where that would be too short, the length itself."""
    ends = [end + 0.3 for _, end, _ in turns if SHORTEST <= end + 0.3 <= seconds]
    return max(ends, default=seconds)


def _hum(n: int, seed: int) -> Samples:
    from models.recipes import telephone

    return (telephone.noise(n, RATE, "pink", np.random.default_rng(seed)) * 0.003).astype(np.float32)


def _write_wav(path: Path, samples: Samples) -> None:
    with wave.open(str(path), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(RATE)
        stream.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
