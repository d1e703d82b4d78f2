"""Every number of a Spanish utterance with its value: in words, in figures, and in both mixed.

A grammar, not a list: groups below a thousand are put together by falling scales ("dos millones
tres mil cuatro"), decimals and halves hang on them ("con cincuenta", "y medio"). Joins that only
money talk makes ("dos quinientos", "doce cincuenta") are left to `pipeline.amounts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from pipeline.number_atoms import Atom, read_atoms
from pipeline.number_grammar import STARTERS, NumberGrammar
from pipeline.number_words import Role, read_word
from pipeline.tokens import Token, tokenize

NumberForm = Literal["words", "digits", "mixed", "ordinal", "fraction"]

_ORDINAL_MARKS = frozenset("º ª ° o a er ro ra do da to ta mo ma vo va".split())


@dataclass(frozen=True, slots=True)
class NumberMatch:
    """A number, its place and how it was said.

    `start`, `end` count characters, `first`, `last` tokens (`last` is the one after). `doubtful`:
    another reading is near. `article`: a bare "un" or "una", a number only if something counts on it.
    `scale` is the power of ten of the last scale word, None without one. `exact_words` is false where
    only a stretched spelling rule gave the word.
    """

    start: int
    end: int
    value: Decimal
    form: NumberForm
    doubtful: bool
    rule: str
    first: int
    last: int
    article: bool = False
    scale: int | None = None
    exact_words: bool = True


@lru_cache(maxsize=65536)
def opens_number(word: str) -> bool:
    """Whether a number may begin with the word or figure."""
    return word in STARTERS or word[-1].isdecimal() or bool(read_word(word))


def _form(atoms: Sequence[Atom], rule: str) -> NumberForm:
    if rule == "fraction":
        return "fraction"
    figures = sum(atom.role is Role.FIGURE for atom in atoms)
    if figures == 0:
        return "words"
    return "digits" if all(atom.role in (Role.FIGURE, None) for atom in atoms) else "mixed"


def _ordinal(grammar: NumberGrammar, index: int) -> tuple[Decimal, int] | None:
    """Such as "primero", "vigésimo quinto", "1º", "2da": value and the atom after."""
    atoms = grammar.atoms
    if grammar.role(index) is Role.ORDINAL:
        value, after = atoms[index].value, index + 1
        if value >= 10 and value % 10 == 0 and grammar.role(after) is Role.ORDINAL and atoms[after].value < 10:
            return value + atoms[after].value, after + 1
        return value, after
    if grammar.role(index) is Role.FIGURE and index + 1 < len(atoms):
        mark = atoms[index + 1]
        touching = grammar.tokens[mark.token].start == grammar.tokens[atoms[index].token].end
        if mark.text in _ORDINAL_MARKS and touching and atoms[index].text.isdecimal():
            return atoms[index].value, index + 2
    return None


def find_numbers(text: str | Sequence[Token], *, country: str | None = None) -> tuple[NumberMatch, ...]:
    """Every number of an utterance, in order, without overlaps.

    Args:
        text: The utterance, or its tokens.
        country: Where it was said; "quince cientos" is a number in Puerto Rico and the United States only.
    """
    tokens = tokenize(text) if isinstance(text, str) else text
    if not any(map(opens_number, [token.text for token in tokens])):
        return ()
    atoms = read_atoms(tokens)
    grammar = NumberGrammar(atoms, tokens, country)
    matches: list[NumberMatch] = []
    done = 0
    for index in [place for place, atom in enumerate(atoms) if atom.role is not None or atom.text in STARTERS]:
        if index < done:
            continue
        match, after = _match_at(grammar, index)
        if match is not None:
            matches.append(match)
        done = max(after, index + 1)
    return tuple(matches)


def _match_at(grammar: NumberGrammar, index: int) -> tuple[NumberMatch | None, int]:
    atoms, tokens = grammar.atoms, grammar.tokens
    role = atoms[index].role
    ordinal = _ordinal(grammar, index) if role is Role.ORDINAL or role is Role.FIGURE else None
    if ordinal is not None:
        value, after = ordinal
        span = (atoms[index].token, atoms[after - 1].token + 1)
        place = (tokens[span[0]].start, tokens[span[1] - 1].end)
        return NumberMatch(*place, value, "ordinal", False, "ordinal", *span), after
    found = grammar.at(index)
    if found is None:
        return None, index + 1
    used = atoms[index : found.after]
    first, last = atoms[index].token, used[-1].token + 1
    if found.after < len(atoms) and atoms[found.after].token < last:
        # A part of words written as one, "docecientos": nobody knows which number was meant.
        rest = (place for place in range(found.after, len(atoms)) if atoms[place].token >= last)
        return None, next(rest, len(atoms))
    exact = all(atom.exact for atom in used)
    match = NumberMatch(
        start=tokens[first].start,
        end=tokens[last - 1].end,
        value=found.value.normalize() + 0 if found.value else Decimal(0),
        form=_form(used, found.rule),
        doubtful=found.doubtful or not exact,
        rule=found.rule,
        first=first,
        last=last,
        article=len(used) == 1 and used[0].role is Role.ONE and used[0].text != "uno",
        scale=found.scale,
        exact_words=exact,
    )
    return match, found.after
