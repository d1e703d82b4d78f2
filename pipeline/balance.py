"""Parts of the debt that are named, not numbered: all of it, half of it, the minimum, the rest."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from pipeline.number_words import Role, load, read_word
from pipeline.tokens import Token

_HALF = Decimal("0.5")
_RESTING = 4


@dataclass(frozen=True, slots=True)
class Account:
    """What the account says; None where it is not known."""

    balance: Decimal | None = None
    minimum_payment: Decimal | None = None


class Part(NamedTuple):
    """A named part of the debt: tokens `first` to `last` (exclusive); no value where it is not known."""

    first: int
    last: int
    value: Decimal | None
    rule: str
    share: Decimal | None = None


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, dict[str, frozenset[str]]]:
    data: dict[str, Any] = tomllib.loads(files("pipeline.lexicon").joinpath("balance.toml").read_text("utf-8"))
    return {table: {key: frozenset(words) for key, words in rows.items()} for table, rows in data.items()}


@lru_cache(maxsize=1)
def triggers() -> frozenset[str]:
    """The words without which no part of the debt is named."""
    words = _lexicon()
    rest = words["rest"]
    named = words["half"]["words"] | words["total"]["words"] | rest["heads"] | rest["after_lo"] | rest["after_lo_que"]
    complete = words["complete"]["adjectives"] | words["complete"]["adverbs"]
    return (
        named
        | complete
        | {"todo", "to", "toda", "todito", "minimo", "minima", "diferencia", "saldo", "parte", "partes"}
    )


def _text(tokens: Sequence[Token], index: int) -> str:
    return tokens[index].text if 0 <= index < len(tokens) else ""


def _following(tokens: Sequence[Token], index: int, n: int) -> tuple[str, ...]:
    return tuple(token.text for token in tokens[index : index + n])


def part_at(tokens: Sequence[Token], index: int, account: Account) -> Part | None:
    """The part of the debt whose head word is at the index."""
    text = tokens[index].text
    if text not in triggers():
        return None
    for read in (_half, _everything, _total, _minimum, _rest, _share):
        part = read(tokens, index, account)
        if part is not None:
            return part
    return None


def debt_tail(tokens: Sequence[Token], last: int) -> int:
    """The token after "de la deuda", "del saldo", "de lo que debo" where that follows; else `last`."""
    if _text(tokens, last) not in ("de", "del"):
        return last
    debts = _lexicon()["everything"]["debts"] | {"total"}
    for index in range(last + 1, min(last + 5, len(tokens))):
        if tokens[index].text in debts:
            return index + 1
        if tokens[index].text not in (
            "la",
            "el",
            "lo",
            "que",
            "mi",
            "su",
            "toda",
            "todo",
            "esa",
            "ese",
            "le",
            "les",
            "yo",
            "te",
            "me",
        ):
            return last
    return last


def _times(value: Decimal | None, factor: Decimal) -> Decimal | None:
    return None if value is None else value * factor


def _half(tokens: Sequence[Token], index: int, account: Account) -> Part | None:
    """Reads "la mitad", "la otra mitad", "la mitad del mínimo"."""
    words = _lexicon()["half"]
    if tokens[index].text not in words["words"] or _text(tokens, index - 1) in ("a", "hasta"):
        return None
    after = _following(tokens, index + 1, _RESTING)
    if after[:1] in (("yo",), ("mi",), ("nosotros",)):
        return None
    if after[:1] in (("de",), ("del",)) and words["not_after"] & set(after[1:3]):
        return None
    first = index
    while first > 0 and _text(tokens, first - 1) in ("la", "otra", "una", "su", "esa"):
        first -= 1
    if after[:1] in (("de",), ("del",)) and "minimo" in after[1:4]:
        return Part(first, index + 2 + after.index("minimo"), _times(account.minimum_payment, _HALF), "half minimum")
    return Part(first, index + 1, _times(account.balance, _HALF), "half", _HALF)


def _everything(tokens: Sequence[Token], index: int, account: Account) -> Part | None:
    """Reads "todo", "todo el saldo", "toda la deuda", "todo lo que debo"."""
    words = _lexicon()["everything"]
    text = tokens[index].text
    if text not in ("todo", "toda", "to", "todito"):
        return None
    if text == "to" and _text(tokens, index + 1) not in ("'", "’", "eso", "lo"):
        return None
    after = _following(tokens, index + 1, 5)
    debt = next((i for i, word in enumerate(after) if word in words["debts"]), None)
    names_debt = debt is not None and after[0] in ("el", "la", "lo", "mi", "su", "ese", "esa", "eso")
    if names_debt and debt is not None:
        return Part(index, index + 2 + debt, account.balance, "everything")
    if text == "toda" or _text(tokens, index - 1) in words["not_before"]:
        return None
    dated = after[:1] in (("el",), ("la",)) and len(after) > 1 and (after[1].isdigit() or _is_date_word(after[1]))
    ends = not after or not after[0].isalpha()
    fits = ends or (after[0] in words["followers"] and " ".join(after[:2]) not in words["not_followers"])
    if not (dated or (fits and (ends or after[0] not in ("el", "la")))):
        return None
    return Part(index, index + 1, account.balance, "everything")


def _is_date_word(word: str) -> bool:
    days = ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo", "dia", "mes", "proximo", "ultimo")
    return word in days or bool(read_word(word))


def _total(tokens: Sequence[Token], index: int, account: Account) -> Part | None:
    """Reads "el total", "la totalidad", "la deuda completa"."""
    complete = _lexicon()["complete"]
    text, before = tokens[index].text, _text(tokens, index - 1)
    if text in complete["adjectives"] and before in complete["heads"]:
        return Part(index - 1, index + 1, account.balance, "total")
    if text in complete["adverbs"] and before in complete["verbs"] and _stands_alone(tokens, index + 1):
        return Part(index, index + 1, account.balance, "everything")
    if text in complete["adjectives"] and text.startswith("complet") and before in ("lo", "la"):
        return None
    if text in _lexicon()["total"]["words"] and before in ("el", "la", "su", "mi", "al", "por"):
        if _text(tokens, index + 1) in ("de", "del") and (_is_number(tokens, index + 2)):
            return None
        if _text(tokens, index + 1) in ("es", "son", "seria", "era", "serian"):
            return None
        return Part(index - 1, index + 1, account.balance, "total")
    return None


def _stands_alone(tokens: Sequence[Token], after: int) -> bool:
    """Whether nothing follows that would be what is paid: "le cancelo completo", not "pago completo el mes"."""
    following = _text(tokens, after)
    if following in ("el", "la", "los", "las", "de", "del", "lo"):
        return following in ("el", "la") and (
            _text(tokens, after + 1).isdigit() or _is_date_word(_text(tokens, after + 1))
        )
    return following != "su" and not _is_number(tokens, after)


def _is_number(tokens: Sequence[Token], index: int) -> bool:
    if index >= len(tokens) or tokens[index].text in ("una", "un"):
        return False
    return tokens[index].kind == "figure" or bool(read_word(tokens[index].text)) or tokens[index].text == "$"


def _minimum(tokens: Sequence[Token], index: int, account: Account) -> Part | None:
    """Reads "el mínimo", "el pago mínimo", "la cuota mínima"; not "como mínimo" nor "mínimo quinientos"."""
    words = _lexicon()["minimum"]
    text, before = tokens[index].text, _text(tokens, index - 1)
    if text not in ("minimo", "minima"):
        return None
    named = before in words["heads"] or (text == "minimo" and before in words["articles"])
    skip = 2 if _text(tokens, index + 1) == "de" else 1
    if not named or before in words["not_heads"] or _is_number(tokens, index + skip):
        return None
    if _text(tokens, index + 1) in ("para", "que", "esfuerzo", "vital", "legal", "nacional"):
        return None
    first = index - 1
    if before in words["heads"] and _text(tokens, first - 1) in ("el", "la"):
        first -= 1
    return Part(first, index + 1, account.minimum_payment, "minimum")


def _rest(tokens: Sequence[Token], index: int, account: Account) -> Part | None:
    """Reads "el resto", "lo demás", "lo que falte", "la diferencia": valued once the other payments are known."""
    balance = account.balance
    words = _lexicon()["rest"]
    text, before = tokens[index].text, _text(tokens, index - 1)
    if text in words["heads"] and before in ("el", "del", "al", "lo", "saldo"):
        if words["not_after"] & set(_following(tokens, index + 1, 3)):
            return None
        return Part(index - 1, index + 1, None, "rest")
    if text in words["after_lo"] and before == "lo" and _text(tokens, index + 1) not in ("que", "es", "de"):
        return Part(index - 1, index + 1, None, "rest")
    if text in words["after_lo_que"] and before in ("que", "me", "le", "te"):
        lo = index - 2 if before == "que" else index - 3
        of_it = _following(tokens, index + 1, 3)
        if (
            _text(tokens, lo) == "lo"
            and of_it[:1] in (("de",), ("del",))
            and of_it[-1] in _lexicon()["complete"]["heads"]
        ):
            return Part(lo, index + 1 + len(of_it), balance, "rest")
        if _text(tokens, lo) == "lo" and _text(tokens, index + 1) != "de":
            return Part(lo, index + 1, None, "rest")
    if text == "diferencia" and before == "la":
        return Part(index - 1, index + 1, None, "rest")
    return None


def _share(tokens: Sequence[Token], index: int, account: Account) -> Part | None:
    """Reads "la tercera parte", "una cuarta parte", "tres cuartas partes"."""
    text = tokens[index].text
    if text not in ("parte", "partes") or index == 0:
        return None
    words = load().words
    ordinal = words.get(_text(tokens, index - 1)) or words.get(_text(tokens, index - 1).removesuffix("s"))
    if ordinal is None or ordinal.role is not Role.ORDINAL or ordinal.value < 3:
        return None
    count = read_word(_text(tokens, index - 2))
    number = count[0].value if count and count[0].role in (Role.ONE, Role.UNIT) else 1
    if text == "parte" and _text(tokens, index - 2) not in ("la", "una"):
        return None
    part = Decimal(number) / ordinal.value
    return Part(index - 2, index + 1, _times(account.balance, part), "share", part)
