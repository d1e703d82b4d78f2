"""Words, figures and signs of a Spanish utterance, with their places in the original text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import partial
from itertools import accumulate
from typing import Literal, NamedTuple

TokenKind = Literal["word", "figure", "sign"]

# One alternative a kind, each a single character class or a chain of them, so that the scan is linear.
# A figure keeps its separators ("1.250,50"); a mark that opens it (",77") counts where no word touches it.
_FIGURE = r"\d+(?:[.,'’´]\d+)*|(?<![\w.,/])[.,]\d+"
_SIGN = r"[^\w\s]|_"
_TOKEN = re.compile(rf"([^\W\d_]+|{_FIGURE}|{_SIGN})")
_TOKEN_WITH_MARKS = re.compile(
    rf"((?<![\w.,/])[.,]\d+|[^\W\d_][^\W\d_\u0300-\u036f]*(?:[\u0300-\u036f]+[^\W\d_\u0300-\u036f]*)*|{_FIGURE}|{_SIGN})"
)
_COMBINING = dict.fromkeys(range(0x0300, 0x0370))


class Token(NamedTuple):
    """A word, a figure or a sign.

    `text` is lower case, without accents; `start` and `end` count characters of the original text.
    """

    text: str
    start: int
    end: int
    kind: TokenKind


class _Folding(dict[int, str]):
    """A translation table that learns each character once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        base = unicodedata.normalize("NFD", character)[0].lower()
        self[code] = base if len(base) == 1 else character
        return self[code]


_FOLDING = _Folding({code: chr(code).lower() for code in range(128)})


def fold(text: str) -> str:
    """The text in lower case without accents, character for character as long as it was."""
    return text.lower() if text.isascii() else text.translate(_FOLDING)


class _Kinds(dict[str, TokenKind]):
    """The kind of a token by its text, learnt once; a bounded number is kept."""

    def __missing__(self, text: str) -> TokenKind:
        kind: TokenKind = "figure" if text[-1].isdecimal() else "word" if text[0].isalnum() else "sign"
        if len(self) < _MOST_KNOWN:
            self[text] = kind
        return kind


_MOST_KNOWN = 65536
_new_token = partial(tuple.__new__, Token)  # what `Token._make` does, without its call of a Python function
_KINDS = _Kinds()


def tokenize(text: str) -> tuple[Token, ...]:
    """Words, figures and signs in order; blanks separate and are dropped."""
    folded = fold(text)
    plain = folded.isascii()
    # Blanks and tokens in turn; their ends, summed up, are where the tokens start and end.
    pieces = (_TOKEN if plain else _TOKEN_WITH_MARKS).split(folded)
    places = list(accumulate(map(len, pieces)))
    texts = pieces[1::2]
    kinds = map(_KINDS.__getitem__, texts)
    if not plain:
        texts = [text if text.isascii() else text.translate(_COMBINING) or text for text in texts]
    return tuple(map(_new_token, zip(texts, places[0::2], places[1::2], kinds, strict=False)))


def glued(tokens: Sequence[Token], index: int) -> bool:
    """Whether the token touches the one before it, as in "10k" or "$500"."""
    return index > 0 and tokens[index - 1].end == tokens[index].start
