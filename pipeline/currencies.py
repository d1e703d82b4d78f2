"""Currency signs, codes, words and slang around a number, from package data."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from pipeline.number_words import sound
from pipeline.tokens import Token, glued, tokenize

_SHORTEST_BY_SOUND = 5


class Mark(NamedTuple):
    """A currency named at a place: the tokens `first` to `last` (exclusive)."""

    currency: str
    first: int
    last: int


class Slang(NamedTuple):
    """A slang unit: its value, and its currency where the word names one."""

    value: Decimal
    currency: str | None


@dataclass(frozen=True, slots=True)
class _Money:
    signs: dict[str, tuple[tuple[tuple[str, ...], str], ...]]
    signs_by_end: dict[str, tuple[tuple[tuple[str, ...], str], ...]]
    letters: dict[str, str]
    shared: dict[str, dict[str, str]]
    units: dict[str, str]
    units_by_sound: dict[str, str]
    qualified: dict[str, dict[str, str]]
    qualified_of: tuple[tuple[tuple[str, ...], str], ...]
    cents: dict[str, str]
    slang: dict[str, dict[str, Any]]
    slang_by_sound: dict[str, dict[str, Any]]
    dollars: frozenset[str]
    in_cents: frozenset[str]
    in_thousands: frozenset[str]


def _sequences(signs: dict[str, str], place: int) -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """Token sequences by their first (0) or last (-1) token, longest first."""
    table: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for sign, currency in signs.items():
        sequence = tuple(token.text for token in tokenize(sign))
        table.setdefault(sequence[place], []).append((sequence, currency))
    return {key: tuple(sorted(rows, key=lambda row: -len(row[0]))) for key, rows in table.items()}


@lru_cache(maxsize=1)
def load() -> _Money:
    """The money words of the package data, read once."""
    data: dict[str, Any] = tomllib.loads(files("pipeline.lexicon").joinpath("currencies.toml").read_text("utf-8"))
    units = {word: row["currency"] for row in data["units"] for word in row["words"]}
    cents = dict.fromkeys(data["cents"]["words"], "own") | data["cents"]["others"]
    slang: dict[str, dict[str, Any]] = {}
    for row in data["slang"]:
        for word in row["words"]:
            slang[word] = row
    return _Money(
        signs=_sequences(data["signs"], 0),
        signs_by_end=_sequences(data["signs"], -1),
        letters=data["letter_countries"],
        shared=data["shared"],
        units=units,
        units_by_sound={sound(w): c for w, c in units.items() if len(w) >= _SHORTEST_BY_SOUND},
        qualified=data["qualified"],
        qualified_of=tuple((tuple(k.split()), v) for k, v in data["qualified_of"].items()),
        cents=cents,
        slang=slang,
        slang_by_sound={sound(word): row for word, row in slang.items()},
        dollars=frozenset(data["slang_dollars"]["words"]),
        in_cents=frozenset(data["counted_in_cents"]["codes"]),
        in_thousands=frozenset(data["counted_in_thousands"]["codes"]),
    )


def _name(code: str, country: str | None, own: str) -> str:
    if code == "own":
        return own
    shared = load().shared.get(code)
    return code if shared is None else shared.get(country or "", shared["default"])


def _letter_fits(tokens: Sequence[Token], first: int, last: int, number: int, country: str | None) -> bool:
    """Whether a sign that is also a word is meant as a sign: it touches the figure or is at home."""
    home = load().letters.get(tokens[first].text)
    if home is None or last - first > 1:
        return True
    touches = glued(tokens, number) if number >= last else glued(tokens, first)
    figure = tokens[number if number >= last else first - 1].kind == "figure"
    return figure and (touches or (home == country and home != ""))


def sign_before(tokens: Sequence[Token], number: int, country: str | None, own: str) -> Mark | None:
    """The sign, code or word for a currency that ends right before the number."""
    if number == 0:
        return None
    money = load()
    end = tokens[number - 1].text
    letter = money.letters.get(end)
    rows = money.signs_by_end.get(end, ())
    if letter is not None and not rows:
        rows = (((end,), {"q": "GTQ", "l": "HNL"}.get(end, "own")),)
    for sequence, code in rows:
        first = number - len(sequence)
        matches = first >= 0 and tuple(token.text for token in tokens[first:number]) == sequence
        together = all(glued(tokens, i) for i in range(first + 1, number))
        if matches and together and _letter_fits(tokens, first, number, number, country):
            return Mark(_name(code, country, own), first, number)
    if end == "." and number >= 2 and tokens[number - 2].text in ("l", "q") and glued(tokens, number - 1):
        code = {"q": "GTQ", "l": "HNL"}[tokens[number - 2].text]
        if code == own:
            return Mark(code, number - 2, number)
    if end in ("dolar", "dolares", "euros", "pesos") and tokens[number].kind == "figure":
        return Mark(_name(money.units[end], country, own), number - 1, number)
    return None


def unit_at(tokens: Sequence[Token], index: int, country: str | None, own: str) -> Mark | None:
    """The currency word at the token with what qualifies it: "dólares americanos", "pesos"."""
    if index >= len(tokens):
        return None
    money = load()
    text = tokens[index].text
    code = money.units.get(text)
    if code is None and tokens[index].kind == "word" and len(text) >= _SHORTEST_BY_SOUND:
        code = money.units_by_sound.get(sound(text))
    if code is None:
        return None
    for sequence, named in money.qualified_of:
        if tuple(token.text for token in tokens[index : index + len(sequence)]) == sequence:
            return Mark(named, index, index + len(sequence))
    following = tokens[index + 1].text if index + 1 < len(tokens) else ""
    named_by = money.qualified.get(code, {}).get(following)
    if named_by is not None:
        return Mark(named_by, index, index + 2)
    if code == "CRC" and country == "SV":
        code = "SVC"
    return Mark(_name(code, country, own), index, index + 1)


def sign_after(tokens: Sequence[Token], index: int, country: str | None, own: str) -> Mark | None:
    """The currency that follows a number: a word ("pesos", "de pesos" after millions), a sign or a code."""
    if index >= len(tokens):
        return None
    unit = unit_at(tokens, index, country, own)
    if unit is not None:
        return unit
    for sequence, code in load().signs.get(tokens[index].text, ()):
        last = index + len(sequence)
        if tuple(token.text for token in tokens[index:last]) != sequence:
            continue
        together = all(glued(tokens, i) for i in range(index + 1, last))
        opens_next = last < len(tokens) and tokens[last].kind == "figure" and glued(tokens, last)
        fits = together and _letter_fits(tokens, index, last, index - 1, country)
        if fits and not (opens_next and not glued(tokens, index)):
            return Mark(_name(code, country, own), index, last)
    if tokens[index].text in ("q", "l") and glued(tokens, index):
        return Mark({"q": "GTQ", "l": "HNL"}[tokens[index].text], index, index + 1)
    return None


def cents_at(tokens: Sequence[Token], index: int, own: str) -> str | None:
    """The currency of the word for cents at the token; None if there is none."""
    if index >= len(tokens):
        return None
    code = load().cents.get(tokens[index].text)
    return own if code == "own" else code


def slang_at(tokens: Sequence[Token], index: int, country: str | None) -> Slang | None:
    """The slang unit at the token, worth what it is in the country; None where it is no money there."""
    if index >= len(tokens):
        return None
    money = load()
    row = money.slang.get(tokens[index].text)
    if row is None and len(tokens[index].text) >= _SHORTEST_BY_SOUND:
        row = money.slang_by_sound.get(sound(tokens[index].text))
    if row is None:
        return None
    value = row["values"].get(country or "", row["values"].get("default"))
    if value is None:
        return None
    named = row.get("currency", {})
    return Slang(Decimal(str(value)), named.get(country or "", named.get("default")))


def counts_cents(currency: str) -> bool:
    """Whether "doce cincuenta" is 12.50: dollars, euros, soles."""
    return currency in load().in_cents


def counts_thousands(currency: str) -> bool:
    """Whether people leave "mil" out: "cuarenta y tres" for 43 000 Chilean pesos."""
    return currency in load().in_thousands


def is_money_word(text: str) -> bool:
    """Whether the word alone names money or may do so."""
    money = load()
    return text in money.units or text in money.slang or text in money.cents
