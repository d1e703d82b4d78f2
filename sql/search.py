"""Search over transcripts by words and phrases, accents and case folded.

A scan with patterns: over 100,000 calls it stays below a second or two on two cores, so that there is no index to keep.
"""

import re
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

import duckdb

from pipeline.errors import SetupError
from pipeline.labels import Label, Role
from sql.results import Selection
from sql.warehouse import statement

_TERM = re.compile(r'"([^"]*)"|(\S+)')
_WORD = re.compile(r"[^\W_]+")
_EDGE: Final = r"[^\pL\pN\pM]"

MOST_TERMS: Final = 6


@dataclass(frozen=True, slots=True)
class FoundTurn:
    """A turn that holds every term, with its place in the recording in seconds."""

    call_id: str
    agent_id: str | None
    debtor_id: str
    local_day: date
    turn: int
    role: Role
    starts: float
    ends: float
    text: str


def search(
    connection: duckdb.DuckDBPyConnection,
    text: str,
    selection: Selection = Selection(),  # noqa: B008  (frozen)
    *,
    label: Label | None = None,
    role: Role | None = None,
    limit: int = 100,
) -> tuple[FoundTurn, ...]:
    """Turns that hold every word and every "quoted phrase" of `text`, newest calls first.

    Whole words are looked for: «pago» does not find «pagos». Accents and case do not count: «MANANA» finds «mañana».

    Args:
        connection: From `open_published`.
        text: What was said.
        selection: Which calls.
        label: Only turns with this label.
        role: Only turns of this role.
        limit: At most this many turns.

    Raises:
        SetupError: `text` holds no word, or more than `MOST_TERMS` terms.
    """
    terms = _terms(text)
    if not terms:
        raise SetupError('search: at least one word expected, none found; write words or a "phrase"')
    if len(terms) > MOST_TERMS:
        raise SetupError(f'search: at most {MOST_TERMS} terms expected, {len(terms)} found; join words to a "phrase"')
    patterns: list[str | None] = [_pattern(term) for term in terms]
    patterns += [None] * (MOST_TERMS - len(terms))
    parameters = asdict(selection) | {f"pattern_{i}": pattern for i, pattern in enumerate(patterns, 1)}
    parameters |= {
        "label": label,
        "role": role,
        "most": limit,
    }
    rows = connection.execute(statement("queries", "search"), parameters).fetchall()
    return tuple(FoundTurn(*row) for row in rows)


def fold(text: str) -> str:
    """Lower case without accents: «MAÑANA» gives «manana»."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn")


def _terms(text: str) -> tuple[tuple[str, ...], ...]:
    """Terms as tuples of folded words: a phrase has several, a lone word one."""
    found = (_WORD.findall(fold(phrase or word)) for phrase, word in _TERM.findall(text))
    return tuple(tuple(words) for words in found if words)


def _pattern(term: tuple[str, ...]) -> str:
    words = ("".join(map(_letter, word)) for word in term)
    return rf"(?i)(^|{_EDGE})" + f"{_EDGE}+".join(words) + f"({_EDGE}|$)"


# Folding the text of every turn costs twenty times as much as a pattern that knows each letter's accents.
_ACCENTED: Final[dict[str, str]] = {}
for _code in range(0xC0, 0x180):
    _folded = fold(chr(_code))
    if len(_folded) == 1 and _folded.isascii():
        _ACCENTED[_folded] = _ACCENTED.get(_folded, "") + chr(_code)


def _letter(letter: str) -> str:
    """A folded letter as it may be written, a combining accent after it too."""
    if not letter.isalpha():
        return re.escape(letter)
    return rf"[{letter}{_ACCENTED.get(letter, '')}]\pM*"
