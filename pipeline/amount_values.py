"""What a money expression is: its value, currency, the rule that read it; and what is known of the call."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

AmountKind = Literal["money", "number", "balance", "percent"]


@dataclass(frozen=True, slots=True)
class AmountContext:
    """What is known of the call and the account; None where it is not."""

    country: str | None = None
    currency: str = ""
    balance: Decimal | None = None
    minimum_payment: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """An instalment plan: how many payments of one amount each; `count` None where it is not said."""

    count: int | None
    each: Decimal | None


@dataclass(frozen=True, slots=True)
class AmountMatch:
    """A money expression.

    `start`, `end` count characters, `first`, `last` tokens (`last` is the one after). `value` is None
    where the account does not tell ("la mitad" of an unknown balance). `kind`: "money" names a currency
    or slang, "number" is bare, "balance" names a part of the debt, "percent" a share of it. `rule` is the
    reading, `doubtful` tells that another is near. `literal` is the bare number that was said, or the sum
    that a share is of; `share` is the fraction that a part of the debt or of a sum is.
    """

    start: int
    end: int
    value: Decimal | None
    currency: str
    rule: str
    doubtful: bool
    kind: AmountKind
    first: int
    last: int
    plan: Plan | None = None
    literal: Decimal | None = None
    share: Decimal | None = None
