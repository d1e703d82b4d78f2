"""Words, figures and signs of a Spanish utterance, with their places in the original text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal, NamedTuple

TokenKind = Literal["word", "figure", "sign"]

# One alternative a kind, each a single character class or a chain of them, so that the scan is linear.
# A figure keeps its separators ("1.250,50"); a mark that opens it (",77") counts where no word touches it.
_TOKEN = re.compile(
    r"(?P<figure>(?<![\w.,/])[.,]\d+|\d+(?:[.,'’´]\d+)*)"
    r"|(?P<word>[^\W\d_][^\W\d_\u0300-\u036f]*(?:[\u0300-\u036f]+[^\W\d_\u0300-\u036f]*)*)"
    r"|(?P<sign>[^\w\s]|_)"
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


def tokenize(text: str) -> tuple[Token, ...]:
    """Words, figures and signs in order; blanks separate and are dropped."""
    folded = fold(text)
    tokens = [Token(match.group(), *match.span(), match.lastgroup) for match in _TOKEN.finditer(folded)]  # type: ignore[arg-type]
    if not folded.isascii():
        tokens = [
            token._replace(text=token.text.translate(_COMBINING))
            if token.kind == "word" and not token.text.isascii()
            else token
            for token in tokens
        ]
    return tuple(tokens)


def glued(tokens: Sequence[Token], index: int) -> bool:
    """Whether the token touches the one before it, as in "10k" or "$500"."""
    return index > 0 and tokens[index - 1].end == tokens[index].start
