"""What the voices of training conversations say: it only has to sound like a telephone call, not to make sense."""

import tomllib
from pathlib import Path
from typing import Final

import numpy as np

FILE: Final = Path(__file__).parents[3] / "corpora" / "words" / "call_phrases.toml"
_TABLES: Final[dict[str, str]] = tomllib.loads(FILE.read_text("utf-8"))

SHORT = tuple(_TABLES["short"].replace("\n", " ").replace("| ", "|").split("|"))
WORDS = tuple(_TABLES["words"].split())
JOINTS = tuple(_TABLES["joints"].split("|"))
ENDS = (".", ".", ".", "?", ",", ", ¿no?", "…")


def draw_phrase(rng: np.random.Generator) -> str:
    """A turn of Spanish words: three in ten are an answer of a word or two, the others one to three sentences."""
    if rng.random() < 0.3:
        return str(rng.choice(SHORT))
    return " ".join(_draw_sentence(rng) for _ in range(int(rng.choice([1, 2, 3], p=[0.6, 0.28, 0.12]))))


def _draw_sentence(rng: np.random.Generator) -> str:
    clauses = []
    for _ in range(int(rng.integers(1, 4))):
        words = []
        for _ in range(int(rng.integers(2, 6))):
            words.append(str(rng.choice(WORDS)))
            if rng.random() < 0.6:
                words.append(str(rng.choice(JOINTS)))
        clauses.append(" ".join(words))
    return ", ".join(clauses) + str(rng.choice(ENDS))
