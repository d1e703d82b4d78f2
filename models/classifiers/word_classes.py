"""Classes of words that mean much the same on a collection call, over countries and registers (`word_classes.toml`).

What a class says of a turn is learned like any other feature: "sin chamba" in training speaks for "sin pega" later.
"""

import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

FILE = "word_classes.toml"
STEM = 2
"""Letters by which stems are looked up; no stem is shorter."""

REACH = 4
"""Words within which one class is read as following another."""

MOST_RECENT = 20_000
"""Words whose classes are kept."""


@dataclass(frozen=True, slots=True)
class WordClasses:
    """Lookup tables: whole words, stems by their first letters, phrases by their first word."""

    words: dict[str, tuple[str, ...]]
    stems: dict[str, tuple[tuple[str, str], ...]]
    phrases: dict[str, tuple[tuple[tuple[str, ...], bool, str], ...]]
    recent: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    def of(self, words: Sequence[str]) -> list[tuple[str, ...]]:
        """Classes of each of a turn's folded words, sorted; a phrase counts at its first word."""
        return [self._at(words, i) for i in range(len(words))]

    def _at(self, words: Sequence[str], i: int) -> tuple[str, ...]:
        word = words[i]
        phrases = self.phrases.get(word)
        if phrases is None:
            return self._alone(word)
        found = set(self._alone(word))
        for phrase, is_stem, name in phrases:
            here = words[i : i + len(phrase)]
            last = here[-1].startswith(phrase[-1]) if is_stem else here[-1] == phrase[-1]
            if len(here) == len(phrase) and tuple(here[:-1]) == phrase[:-1] and last:
                found.add(name)
        return tuple(sorted(found))

    def _alone(self, word: str) -> tuple[str, ...]:
        """Classes of a word whatever stands around it, sorted."""
        if word not in self.recent:
            if len(self.recent) >= MOST_RECENT:
                self.recent.clear()
            stems = {name for stem, name in self.stems.get(word[:STEM], ()) if word.startswith(stem)}
            self.recent[word] = tuple(sorted(stems.union(self.words.get(word, ()))))
        return self.recent[word]


@cache
def load_word_classes() -> WordClasses:
    """The shipped classes.

    Raises:
        ValueError: A stem is shorter than `STEM` letters and would match half the language.
    """
    text = resources.files("models").joinpath("weights", "turns-es", FILE).read_text("utf-8")
    words: dict[str, list[str]] = {}
    stems: dict[str, list[tuple[str, str]]] = {}
    phrases: dict[str, list[tuple[tuple[str, ...], bool, str]]] = {}
    for name, entries in tomllib.loads(text).items():
        for entry in entries.split():
            parts = tuple(_bare(entry.rstrip("*")).split("_"))
            is_stem = entry.endswith("*")
            if len(parts) > 1:
                phrases.setdefault(parts[0], []).append((parts, is_stem, name))
            elif is_stem:
                if len(parts[0]) < STEM:
                    raise ValueError(f"{FILE}: {name}: stem {entry} has fewer than {STEM} letters")
                stems.setdefault(parts[0][:STEM], []).append((parts[0], name))
            else:
                words.setdefault(parts[0], []).append(name)
    return WordClasses(
        {word: tuple(names) for word, names in words.items()},
        {start: tuple(found) for start, found in stems.items()},
        {start: tuple(found) for start, found in phrases.items()},
    )


def class_grams(words: Sequence[str], classes: Sequence[tuple[str, ...]]) -> tuple[list[str], list[tuple[int, int]]]:
    """Classes with what stands around them, and the (first, last + 1) word of each.

    A class alone, with the word before and after it, and with the classes that follow within `REACH` words.

    Args:
        words: Folded words of a turn.
        classes: Of each of them, from `WordClasses.of`.
    """
    grams: list[str] = []
    spans: list[tuple[int, int]] = []

    def add(gram: str, first: int, last: int) -> None:
        grams.append(gram)
        spans.append((first, last + 1))

    for i, names in enumerate(classes):
        for name in names:
            add(name, i, i)
            if i + 1 < len(words):
                add(f"{name} + {words[i + 1]}", i, i + 1)
            if i > 0:
                add(f"{words[i - 1]} + {name}", i - 1, i)
            for j in range(i + 1, min(i + 1 + REACH, len(words))):
                for other in classes[j]:
                    if other != name:
                        add(f"{name} > {other}", i, j)
    return grams, spans


def _bare(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(c))
