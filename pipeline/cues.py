"""Weighted phrases of a lexicon, found in folded text in one pass.

Folding drops case and accents, because recognisers lose both; phrases match on whole words only.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources


def fold_words(text: str) -> str:
    """Lower case, accents off, everything but letters and digits to one space; padded with a space on both sides."""
    bare = unicodedata.normalize("NFD", text.lower())
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    return f" {' '.join(re.findall(r'[a-z0-9]+', bare))} "


@cache
def load_cues(lexicon: str) -> Mapping[str, Mapping[str, float]]:
    """Sections of `pipeline/lexicon/<lexicon>.toml`, each phrase with its weight."""
    text = resources.files("pipeline.lexicon").joinpath(f"{lexicon}.toml").read_text("utf-8")
    return {
        section: {fold_words(phrase): float(weight) for phrase, weight in phrases.items()}
        for section, phrases in tomllib.loads(text).items()
    }


def weigh(folded: str, phrases: Mapping[str, float]) -> float:
    """Sum of the weights of the phrases that `fold_words`-ed text holds, each counted once."""
    return sum(weight for phrase, weight in phrases.items() if phrase in folded)
