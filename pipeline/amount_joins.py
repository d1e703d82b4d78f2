"""What only money talk does with numbers: "dos quinientos", "doce cincuenta", "un millón doscientos"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from pipeline.currencies import counts_cents, counts_thousands
from pipeline.number_words import Role, read_word, sound
from pipeline.numbers import NumberMatch
from pipeline.tokens import Token

_MILLION = 10**6
# Words that a telephone line takes for each other; either may have been said.
_MISHEARD = frozenset(sound(word) for word in ("sesenta", "setenta", "seiscientos", "setecientos"))
# Above what is owed, an amount is hardly meant: two per cent are left for costs.
_SLACK = Decimal("1.02")


class Joined(NamedTuple):
    """A value put together from two numbers, and the rule."""

    value: Decimal
    rule: str
    doubtful: bool


def join_pair(
    left: NumberMatch, right: NumberMatch, tokens: Sequence[Token], currency: str, balance: Decimal | None = None
) -> Joined | None:
    """The one amount that two numbers side by side make; None where they are two.

    Source: annotation guidelines: "dos quinientos" is 2500, "mil dos cincuenta" 1250, "doce
    cincuenta" 12.50 where the currency counts cents in daily use; also where only that fits the balance.
    """
    if left.last != right.first or not _are_plain(left, right):
        return None
    a, b = int(left.value), int(right.value)
    leading_zero = right.rule == "leading zero"
    if 1 <= a <= 999 and 100 <= b <= 999:
        if a % 100 == 0 or left.article:
            return None
        return Joined(Decimal(a * 1000 + b), "thousands left out", doubtful=False)
    if a >= 1000 and 1 <= a % 1000 <= 9 and 10 <= b <= 99 and tokens[left.first].kind == "word":
        units = a % 1000
        return Joined(Decimal(a - units + 100 * units + b), "hundreds left out", doubtful=False)
    if not (10 <= b <= 99 or (leading_zero and 1 <= b <= 9)) or a < 1 or left.article:
        return None
    fits_only_as_cents = balance is not None and a <= balance < 100 * a
    if (counts_cents(currency) or fits_only_as_cents) and a < 10**5:
        return Joined(left.value + Decimal(b) / 100, "cents without con", doubtful=a < 10)
    if leading_zero or a > 99:
        return None
    return Joined(Decimal(100 * a + b), "hundreds left out", doubtful=True)


def _are_plain(left: NumberMatch, right: NumberMatch) -> bool:
    rules = {left.rule, right.rule} - {"cardinal", "leading zero"}
    whole = left.value == int(left.value) and right.value == int(right.value)
    digits = left.form == "digits" and right.form == "digits"
    return not rules and whole and left.rule != "leading zero" and not digits


def after_million(number: NumberMatch, currency: str) -> Joined | None:
    """A million and hundreds with "mil" left out: "un millón doscientos" is 1 200 000.

    "Tres millones trescientos cuarenta y siete" is taken literally but where hundreds buy nothing.
    """
    rest = int(number.value % _MILLION) if number.value == int(number.value) else 0
    if number.value < _MILLION or not 10 <= rest <= 999 or number.rule != "cardinal":
        return None
    if rest % 10 and not counts_thousands(currency):
        return None
    return Joined(number.value - rest + rest * 1000, "thousands left out", doubtful=True)


@dataclass(frozen=True, slots=True)
class Scale:
    """What is known of the debt when a bare number may have "mil" left out."""

    currency: str
    balance: Decimal | None
    minimum_payment: Decimal | None


def left_out_thousands(value: Decimal, scale: Scale) -> Decimal | None:
    """The value in thousands where a bare number must mean that: "cuarenta y tres" for 43 000 pesos.

    In Argentina, Chile, Colombia and Paraguay a figure below a thousand buys nothing; elsewhere only
    the known minimum payment or balance tells. None where the number stands as it is.
    """
    if value != int(value) or value < 1 or scale.balance is None:
        return None
    units = value % 1000
    hundreds = value - units + 100 * units
    if value >= 1000 and 1 <= units <= 9 and hundreds in (scale.minimum_payment, scale.balance):
        return hundreds
    if value >= 10**4:
        return None
    thousands = value * 1000
    if thousands in (scale.minimum_payment, scale.balance):
        return thousands
    if not counts_thousands(scale.currency) or thousands > scale.balance * _SLACK:
        return None
    return thousands if value < 1000 else None


def could_be_misheard(number: NumberMatch, tokens: Sequence[Token]) -> bool:
    """Whether sixty could have been seventy, or six hundred seven hundred."""
    for token in tokens[number.first : number.last]:
        if token.kind == "word" and read_word(token.text) and sound(token.text) in _MISHEARD:
            return True
    return False


def is_single_digit(tokens: Sequence[Token], index: int) -> bool:
    """Whether the token says one digit, as the cents in "con cinco centavos"."""
    token = tokens[index]
    if token.kind == "figure":
        return len(token.text) == 1
    words = read_word(token.text)
    return bool(words) and words[-1].role in (Role.ONE, Role.UNIT)
