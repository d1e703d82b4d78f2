"""Search over transcripts by words and phrases, accents and case folded. A scan: an index did not pay (benchmarks)."""

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
_EDGE: Final = r"[^\pL\pN]"


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
        SetupError: `text` holds no word.
    """
    terms = _terms(text)
    if not terms:
        raise SetupError('search: at least one word expected, none found; write words or a "phrase"')
    parameters = asdict(selection) | {
        "rare": max((word for term in terms for word in term), key=len),
        "patterns": [_pattern(term) for term in terms],
        "label": label,
        "role": role,
        "most": limit,
    }
    rows = connection.execute(statement("queries", "search"), parameters).fetchall()
    return tuple(FoundTurn(*row) for row in rows)


def fold(text: str) -> str:
    """Lower case without accents, as the warehouse's `strip_accents(lower(text))` gives it."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn")


def _terms(text: str) -> tuple[tuple[str, ...], ...]:
    """Terms as tuples of folded words: a phrase has several, a lone word one."""
    found = (_WORD.findall(fold(phrase or word)) for phrase, word in _TERM.findall(text))
    return tuple(tuple(words) for words in found if words)


def _pattern(term: tuple[str, ...]) -> str:
    return f"(^|{_EDGE})" + f"{_EDGE}+".join(map(re.escape, term)) + f"({_EDGE}|$)"
