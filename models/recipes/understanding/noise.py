"""Turns as a recogniser writes them: without marks and capitals, now and then a word lost, cut or heard wrong."""

import random
import re
import unicodedata
from dataclasses import replace
from typing import Final

from pipeline.types import Turn

_MARKS: Final = re.compile(r"[^\w\s]|_")
# What Spanish recognisers confuse: letters that sound alike, and ends that are swallowed.
_ALIKE: Final = (("v", "b"), ("b", "v"), ("z", "s"), ("s", "z"), ("ll", "y"), ("y", "ll"), ("h", ""), ("c", "s"),
                 ("qu", "k"), ("g", "j"), ("d", ""), ("s", ""), ("n", "m"))  # fmt: skip
LOST: Final = 0.02
WRONG: Final = 0.04


def as_recognised(turn: Turn, draw: random.Random) -> Turn:
    """The turn with its text roughened, differently at each draw; never empty."""
    text = _MARKS.sub(" ", turn.text.lower())
    if draw.random() < 0.5:
        text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    words = [_heard(word, draw) for word in text.split() if draw.random() >= LOST]
    return replace(turn, text=" ".join(words) or turn.text)


def _heard(word: str, draw: random.Random) -> str:
    if len(word) < 3 or draw.random() >= WRONG:
        return word
    said, written = draw.choice(_ALIKE)
    return word.replace(said, written, 1) if said in word else word[:-1]
