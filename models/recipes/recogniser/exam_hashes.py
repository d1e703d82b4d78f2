"""The exam's runs of five words, as hashes: what must never be in a training text."""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from pipeline.normalise import normalise_words

RUN_LENGTH: Final = 5
FILE: Final = Path(__file__).parents[3] / "corpora" / "exam_runs.bin"


def hash_runs(words: tuple[str, ...]) -> Iterator[int]:
    """A 40-bit hash of each run of five consecutive words."""
    for i in range(len(words) - RUN_LENGTH + 1):
        run = " ".join(words[i : i + RUN_LENGTH]).encode()
        yield int.from_bytes(hashlib.blake2b(run, digest_size=5).digest(), "big")


@cache
def exam_runs() -> frozenset[int]:
    """Hashes of every run of five words of the exam's turns."""
    raw = np.frombuffer(FILE.read_bytes(), np.uint8)
    wide = np.zeros((len(raw) // 5, 8), np.uint8)
    wide[:, 3:] = raw.reshape(-1, 5)
    return frozenset(wide.view(">u8").ravel().tolist())


def pack_runs(texts: Iterable[str]) -> bytes:
    """What `FILE` holds for these texts."""
    runs = sorted({h for text in texts for h in hash_runs(normalise_words(text))})
    return b"".join(h.to_bytes(5, "big") for h in runs)


def is_in_exam(words: tuple[str, ...]) -> bool:
    """Whether five consecutive words stand in the exam."""
    return any(h in exam_runs() for h in hash_runs(words))
