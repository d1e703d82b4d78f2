"""Tokens as the grammar of numbers sees them: a joined word is several, blank-grouped figures are one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from pipeline.figures import read_figure
from pipeline.number_words import NumberWord, Role, load, read_word
from pipeline.tokens import Token

_ZERO = Decimal(0)
_LONGEST_LOST = 3
# What may follow "siento" and "sien" where they are "ciento" and "cien".
_AFTER_HUNDRED = (frozenset({Role.TENS, Role.TEEN, Role.UNIT}), frozenset({Role.SCALE}))
DAY_WORDS = frozenset({"el", "dia", "pal"})


class Atom(NamedTuple):
    """A token, or a part of a joined word, as the grammar sees it."""

    role: Role | None
    value: Decimal
    token: int
    text: str
    exact: bool = True


new_atom = partial(tuple.__new__, Atom)  # hot: one for every token


def _is_space_group(tokens: Sequence[Token], index: int) -> bool:
    """Whether the figure goes on the one before it as a group of three: "1 414 021"."""
    token = tokens[index]
    return (
        token.kind == "figure"
        and len(token.text) == 3
        and token.text.isdecimal()
        and token.start == tokens[index - 1].end + 1
    )


def _spaced_figure(tokens: Sequence[Token], index: int) -> tuple[Decimal, int] | None:
    """A figure grouped by blanks and the token after it; None if it is not one."""
    head = tokens[index]
    if not head.text.isdecimal() or len(head.text) > 3 or head.text[0] == "0":
        return None
    after = index + 1
    while after < len(tokens) and after - index <= 5 and _is_space_group(tokens, after):
        after += 1
    is_day = index > 0 and tokens[index - 1].text in DAY_WORDS and len(head.text) < 3
    follows_figure = index > 0 and tokens[index - 1].kind == "figure"
    if after == index + 1 or is_day or follows_figure or after - index > 5:
        return None
    return Decimal("".join(token.text for token in tokens[index:after])), after


def _word_atoms(tokens: Sequence[Token], index: int) -> list[Atom]:
    text = tokens[index].text
    words = read_word(text)
    lost = load().lost_s.get(text) if len(text) <= _LONGEST_LOST else None
    if lost is not None and index + 1 < len(tokens):
        following = read_word(tokens[index + 1].text)
        stutters = bool(following) and following[0].role is Role.HUNDREDS and following[0].value == lost * 100
        if stutters:
            return [Atom(None, _ZERO, index, text)]  # "sei seiscientos"
        if following and following[0].role in (Role.SCALE, Role.HUNDREDS, Role.HUNDRED_WORD):
            words = (NumberWord(Role.UNIT if lost < 10 else Role.TEEN, lost),)
    if text in load().with_s and index + 1 < len(tokens):
        following = read_word(tokens[index + 1].text)
        if following and following[0].role in _AFTER_HUNDRED[text == "sien"]:
            return [Atom(Role.HUNDREDS, Decimal(100), index, "cien")]
    if not words:
        return [Atom(None, _ZERO, index, text)]
    return [Atom(word.role, Decimal(word.value), index, text, word.exact) for word in words]


def read_atoms(tokens: Sequence[Token]) -> list[Atom]:
    """The tokens as atoms, a joined word as several, blank-grouped figures as one."""
    atoms: list[Atom] = []
    lost, with_s = load().lost_s, load().with_s
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.kind == "word":
            if not read_word(token.text) and token.text not in lost and token.text not in with_s:
                atoms.append(new_atom((None, _ZERO, index, token.text, True)))
            else:
                atoms.extend(_word_atoms(tokens, index))
        elif token.kind == "figure":
            spaced = _spaced_figure(tokens, index)
            value = read_figure(token.text) if spaced is None else spaced[0]
            role = None if value is None else Role.FIGURE
            atoms.append(Atom(role, value or Decimal(0), index, token.text))
            if spaced is not None:
                index = spaced[1] - 1
        else:
            atoms.append(new_atom((None, _ZERO, index, token.text, True)))
        index += 1
    return atoms
