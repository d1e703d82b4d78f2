"""What a corpus must not be: one template filled in many times, its own copy, or a copy of the sealed development set.

The development set stays outside this repository; its sentences are known here only as salted, truncated hashes
(`tests/data/dev_sentences.sha256`). `python -m tests.honesty DEV.jsonl` writes that file again.
"""

import hashlib
import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

from models.recipes.corpus import corpus_text

SALT = b"palabra development set\n"
DIGITS = 16  # 64 bits: among a million sentences a false match has a chance of 1 in 10^10 a dev sentence
GRAM = 6
MAX_CALLS = 3
MAX_SHARE = 0.01
COPY_WORDS = 8
COPY_SIMILARITY = 0.8
SENTENCE_WORDS = 4

DEV_HASHES = Path(__file__).parent / "data" / "dev_sentences.sha256"


@dataclass(frozen=True, slots=True)
class Call:
    """A call, or one line of any other corpus, as its turns' texts."""

    where: str
    turns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """Two turns that say nearly the same words."""

    first: str
    second: str
    similarity: float


def words(text: str) -> tuple[str, ...]:
    """Lower-case words and figures without accents: `¿Está?` and `esta` are the same word."""
    plain = unicodedata.normalize("NFD", text.lower())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return tuple(re.findall(r"[a-z0-9]+", plain))


def sentences(text: str) -> Iterator[tuple[str, ...]]:
    """The word sequences between full stops, question and exclamation marks, quotes and line ends."""
    for part in re.split(r"[.!?…¡¿\n\r\"“”«»|<>]+", text):
        found = words(part)
        if found:
            yield found


def sentence_hash(sentence: Sequence[str]) -> str:
    return hashlib.sha256(SALT + " ".join(sentence).encode()).hexdigest()[:DIGITS]


def read_calls(paths: Iterable[Path]) -> tuple[Call, ...]:
    """Calls of JSON Lines files: the texts of `turns`, or `text` where a line is a single utterance."""
    calls = []
    for path in paths:
        for number, line in enumerate(corpus_text(path).splitlines(), 1):
            if line.strip():
                record: dict[str, Any] = json.loads(line)
                texts = [turn["text"] for turn in record["turns"]] if "turns" in record else [record.get("text", "")]
                calls.append(Call(f"{path.name}:{number}", tuple(texts)))
    return tuple(calls)


def repeated_share(calls: Sequence[Call]) -> float:
    """Part of the 6-grams spoken in a corpus, by occurrence, that occur in more than three of its calls."""
    occurrences: Counter[tuple[str, ...]] = Counter()
    spoken_in: Counter[tuple[str, ...]] = Counter()
    for call in calls:
        grams = [gram for turn in call.turns for gram in _grams(words(turn), GRAM)]
        occurrences.update(grams)
        spoken_in.update(set(grams))
    total = occurrences.total()
    return sum(occurrences[gram] for gram, n in spoken_in.items() if n > MAX_CALLS) / total if total else 0.0


def near_copies(calls: Sequence[Call]) -> tuple[Copy, ...]:
    """All pairs of turns of over 8 words whose words agree to 80 % or more by edit distance.

    Exact: two such turns with at most k edits share at least `longer - 2 - 3k` word trigrams (q-gram lemma), so only
    pairs that do are compared.
    """
    turns = [(call.where, spoken) for call in calls for spoken in map(words, call.turns) if len(spoken) > COPY_WORDS]
    posted: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    copies = []
    for index, (where, spoken) in enumerate(turns):
        grams = set(_grams(spoken, 3))
        shared = Counter(other for gram in grams for other in posted[gram])
        for other, n_shared in shared.items():
            other_where, other_spoken = turns[other]
            longer = max(len(spoken), len(other_spoken))
            edits = int(longer * (1 - COPY_SIMILARITY) + 1e-9)
            # Sets of trigrams, so a repeated one counts once: the bound is lowered by what repetition hides.
            hidden = max(len(spoken), len(other_spoken)) - 2 - min(len(grams), len(set(_grams(other_spoken, 3))))
            if n_shared >= longer - 2 - 3 * edits - hidden:
                similarity = Levenshtein.normalized_similarity(spoken, other_spoken)
                if similarity >= COPY_SIMILARITY:
                    copies.append(Copy(other_where, where, similarity))
        for gram in grams:
            posted[gram].append(index)
    return tuple(copies)


def sealed_sentences(texts: Iterable[tuple[str, str]], hashes: frozenset[str]) -> tuple[str, ...]:
    """Where (never what) a sentence of over four words stands in the sealed set, for `(where, text)` pairs."""
    return tuple(
        where
        for where, text in texts
        for sentence in sentences(text)
        if len(sentence) > SENTENCE_WORDS and sentence_hash(sentence) in hashes
    )


def read_hashes(path: Path = DEV_HASHES) -> frozenset[str]:
    return frozenset(path.read_text(encoding="ascii").split())


def _grams(spoken: Sequence[str], n: int) -> Iterator[tuple[str, ...]]:
    return (tuple(spoken[i : i + n]) for i in range(len(spoken) - n + 1))


def main(dev: Path) -> None:
    found = {
        sentence_hash(sentence)
        for call in read_calls([dev])
        for turn in call.turns
        for sentence in sentences(turn)
        if len(sentence) > SENTENCE_WORDS
    }
    DEV_HASHES.parent.mkdir(exist_ok=True)
    DEV_HASHES.write_text("".join(f"{digest}\n" for digest in sorted(found)), encoding="ascii")
    sys.stderr.write(f"{len(found)} sentences\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
