"""Numbers written out in Spanish by a second, plain implementation: the tests' own reference."""

from __future__ import annotations

_SMALL = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete "
    "veintiocho veintinueve"
).split()
_TENS = "treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
_HUNDREDS = (
    "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
).split()


def _below_thousand(number: int) -> str:
    if number < 30:
        return _SMALL[number]
    if number < 100:
        tens = _TENS[number // 10 - 3]
        return tens if number % 10 == 0 else f"{tens} y {_SMALL[number % 10]}"
    if number == 100:
        return "cien"
    rest = f" {_below_thousand(number % 100)}" if number % 100 else ""
    return _HUNDREDS[number // 100 - 1] + rest


def _short_one(words: str) -> str:
    return words.removesuffix("uno") + "ún" if words.endswith("veintiuno") else words.removesuffix("o")


def _counting(number: int) -> str:
    words = spoken(number)
    return _short_one(words) if words.endswith("uno") else words


def spoken(number: int) -> str:
    """The number in words, from 0 to below 10^18, in the long scale."""
    if number < 1000:
        return _below_thousand(number)
    if number < 10**6:
        head = "mil" if number < 2000 else f"{_counting(number // 1000)} mil"
        return head if number % 1000 == 0 else f"{head} {_below_thousand(number % 1000)}"
    size, one, many = (10**6, "millón", "millones") if number < 10**12 else (10**12, "billón", "billones")
    count = number // size
    head = f"un {one}" if count == 1 else f"{_counting(count)} {many}"
    return head if number % size == 0 else f"{head} {spoken(number % size)}"
