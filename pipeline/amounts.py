"""Every money expression of a Spanish utterance with its value, currency and the rule that read it.

This layer reads; it does not judge. Whether an amount is one to be paid, and no price, income or
past payment, is decided in `pipeline.amount_context`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from pipeline.amount_joins import (
    Scale,
    after_million,
    could_be_misheard,
    is_single_digit,
    join_pair,
    left_out_thousands,
)
from pipeline.balance import Account, debt_tail, part_at, triggers
from pipeline.currencies import cents_at, is_money_word, load, sign_after, sign_before, slang_at
from pipeline.number_words import Role, read_word
from pipeline.numbers import NumberMatch, find_numbers
from pipeline.plans import plan_after, plan_before
from pipeline.tokens import Token, glued, tokenize

AmountKind = Literal["money", "number", "balance", "percent"]

_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")
_AND = frozenset({"y", "e"})
_HALF = frozenset({"medio", "media"})
_LARGEST_DAY = 31


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
    reading, `doubtful` tells that another is near. `literal` is the bare number that was said.
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


def find_amounts(
    text: str | Sequence[Token],
    context: AmountContext,
    *,
    taken: Sequence[tuple[int, int]] = (),
    numbers: Sequence[NumberMatch] | None = None,
) -> tuple[AmountMatch, ...]:
    """Every money expression and every number that may be one, in order, without overlaps.

    Args:
        text: The utterance, or its tokens.
        context: Call and account.
        taken: Character spans of dates and times; no number there is an amount, nor joined to one.
        numbers: The numbers of the utterance where they are known already.
    """
    tokens = tokenize(text) if isinstance(text, str) else text
    if not has_trigger(tokens):
        return ()
    found = find_numbers(tokens, country=context.country) if numbers is None else numbers
    free = [n for n in found if n.form != "ordinal" and not _overlaps(n.start, n.end, taken)]
    matches = _Reader(tokens, free, context, taken).read()
    matches = _lower_of_ranges(matches, tokens)
    matches = _with_plans(matches, tokens, free)
    return tuple(_with_rest(matches, context))


def has_trigger(tokens: Sequence[Token]) -> bool:
    """Whether there is a figure, a number word, a money word or a word for a part of the debt."""
    named = triggers()
    return any(
        token.kind == "figure"
        or (
            token.kind == "word"
            and (token.text in named or token.text in _HALF or is_money_word(token.text) or bool(read_word(token.text)))
        )
        for token in tokens
    )


def _goes_on(value: Decimal, more: Decimal) -> bool:
    """Whether the second number fills the places that the first left empty: "mil ochocientos… cincuenta"."""
    if value != int(value) or more != int(more) or more <= 0:
        return False
    return any(value >= place and value % place == 0 and place / 10 <= more < place for place in (100, 1000))


def _overlaps(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < to and end > since for since, to in spans)


class _Reader:
    """One pass over the tokens of an utterance."""

    def __init__(
        self,
        tokens: Sequence[Token],
        numbers: Sequence[NumberMatch],
        context: AmountContext,
        taken: Sequence[tuple[int, int]],
    ) -> None:
        self.tokens = tokens
        self.numbers = {number.first: number for number in numbers}
        self.ends = {number.last for number in numbers}
        self.context = context
        self.account = Account(context.balance, context.minimum_payment)
        self.taken = taken

    def text(self, index: int) -> str:
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def read(self) -> list[AmountMatch]:
        matches: list[AmountMatch] = []
        index = 0
        while index < len(self.tokens):
            match = self.at(index)
            if match is None:
                index += 1
                continue
            if matches and match.first < matches[-1].last:
                match = replace(match, first=index, start=self.tokens[index].start)
            matches.append(match)
            index = max(match.last, index + 1)
        return matches

    def at(self, index: int) -> AmountMatch | None:
        number = self.numbers.get(index)
        if number is not None:
            return self.percent(number) or self.share(number) or self.number(number)
        slang = self.bare_slang(index)
        if slang is not None:
            return slang
        part = part_at(self.tokens, index, self.account)
        if part is None or _overlaps(self.tokens[part.first].start, self.tokens[index].end, self.taken):
            return None
        last = debt_tail(self.tokens, part.last) if part.rule != "rest" else part.last
        return self.match(part.first, last, part.value, self.context.currency, part.rule, kind="balance")

    def match(
        self,
        first: int,
        last: int,
        value: Decimal | None,
        currency: str,
        rule: str,
        *,
        kind: AmountKind = "money",
        doubtful: bool = False,
        literal: Decimal | None = None,
    ) -> AmountMatch:
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        if value is not None:
            value = value.quantize(_CENT) if value != value.to_integral_value() else value.quantize(Decimal(1))
            value = value.normalize() if value != value.to_integral_value() else value
        return AmountMatch(start, end, value, currency, rule, doubtful, kind, first, last, literal=literal)

    def percent(self, number: NumberMatch) -> AmountMatch | None:
        """A share of the balance, or of the minimum: "el cincuenta por ciento", "20%"."""
        after = tuple(self.text(i) for i in range(number.last, number.last + 2))
        if after[0] == "%" or after[0] in ("porciento", "porcien"):
            last = number.last + 1
        elif after[0] == "por" and after[1] in ("ciento", "cien", "100", "siento"):
            last = number.last + 2
        else:
            return None
        of_minimum = any(self.text(i) == "minimo" for i in range(last, last + 4))
        base = self.account.minimum_payment if of_minimum else self.account.balance
        value = None if base is None else base * number.value / _HUNDRED
        last = debt_tail(self.tokens, last)
        return self.match(number.first, last, value, self.context.currency, "percent", kind="percent")

    def share(self, number: NumberMatch) -> AmountMatch | None:
        """A fraction of the debt: "un tercio de la deuda", "tres cuartos"."""
        last_word = self.text(number.last)
        if last_word in ("parte", "partes") or self.text(number.first + 1) in ("parte", "partes"):
            return None
        if number.form != "fraction":
            return None
        balance = self.account.balance
        value = None if balance is None else balance * number.value
        last = debt_tail(self.tokens, number.last)
        return self.match(number.first, last, value, self.context.currency, "share", kind="balance")

    def number(self, number: NumberMatch) -> AmountMatch | None:
        own, country = self.context.currency, self.context.country
        slang = self.slang(number)
        if slang is not None:
            return slang
        before = sign_before(self.tokens, number.first, country, own)
        value, last, rule, doubtful = number.value, number.last, number.rule, number.doubtful
        right = self.numbers.get(number.last)
        is_day = self.text(number.first - 1) in ("el", "dia", "pal") and number.value <= _LARGEST_DAY
        if right is not None and before is None and not is_day:
            after_right = sign_after(self.tokens, right.last, country, own)
            joined = join_pair(number, right, self.tokens, own if after_right is None else after_right.currency)
            if joined is not None and slang_at(self.tokens, right.last, country) is None and not self.is_run(number):
                value, rule, doubtful = joined.value, joined.rule, joined.doubtful or number.doubtful
                last = right.last
        hesitant = self.numbers.get(number.last + 1) if self.text(number.last) == "…" else None
        if hesitant is not None and _goes_on(value, hesitant.value):
            value, last, rule = value + hesitant.value, hesitant.last, "after a hesitation"
        if rule == "cardinal":
            million = after_million(number)
            if million is not None:
                value, rule, doubtful = million
        return self.with_currency(number, before, value, last, rule, doubtful)

    def is_run(self, number: NumberMatch) -> bool:
        """Whether three or more small numbers stand in a row, as in a telephone number."""
        following = self.numbers.get(number.last)
        if following is None:
            return False
        return following.last in self.numbers or number.first in self.ends

    def with_currency(
        self, number: NumberMatch, before: object, value: Decimal, last: int, rule: str, doubtful: bool
    ) -> AmountMatch | None:
        """The number with the currency around it and the cents after it."""
        own, country = self.context.currency, self.context.country
        sign = sign_before(self.tokens, number.first, country, own) if before is not None else None
        skip = 1 if self.text(last) == "de" and (number.scale or 0) >= 6 else 0
        after = sign_after(self.tokens, last + skip, country, own)
        misheard = could_be_misheard(number, self.tokens)
        cents = cents_at(self.tokens, last, own)
        if cents is not None and after is None:
            return self.cents_only(number, sign.currency if sign else cents, value, last, rule)
        if sign is None and after is None:
            if number.article:
                return None
            return self.match(
                number.first,
                last,
                value,
                own,
                rule,
                kind="number",
                doubtful=doubtful or misheard,
                literal=value,
            )
        first = number.first if sign is None else sign.first
        currency = after.currency if after is not None and (sign is None or sign.currency == own) else ""
        currency = currency or (sign.currency if sign is not None else own)
        if after is not None:
            last = after.last
            value, last = self.scaled(value, last)
        if after is not None:
            value, last = self.with_cents(value, last)
        if number.rule == "decimal" and cents_at(self.tokens, last, own) is not None:
            last += 1
        return self.match(first, last, value, currency, rule, doubtful=doubtful or misheard)

    def scaled(self, value: Decimal, last: int) -> tuple[Decimal, int]:
        """The value with a scale after the currency: "75 USD millones"."""
        while self.tokens[last - 1].kind != "figure" and last < len(self.tokens):
            words = read_word(self.text(last))
            if len(words) != 1 or words[0].role is not Role.SCALE or self.text(last) in ("m", "mm", "k"):
                break
            value, last = value * 10 ** words[0].value, last + 1
        return value, last

    def cents_only(self, number: NumberMatch, currency: str, value: Decimal, last: int, rule: str) -> AmountMatch:
        """Cents without a unit ("veinticinco centavos"), or after "con" ("dos con cinco centavos")."""
        if rule == "decimal":
            whole = value.to_integral_value(rounding="ROUND_FLOOR")
            if is_single_digit(self.tokens, number.last - 1):
                value = whole + (value - whole) / 10
        else:
            value = value / _HUNDRED
        last += 1
        if self.text(last) == "de":
            named = sign_after(self.tokens, last + 1, self.context.country, self.context.currency)
            if named is not None:
                currency, last = named.currency, named.last
        return self.match(number.first, last, value, currency, "cents")

    def with_cents(self, value: Decimal, last: int) -> tuple[Decimal, int]:
        """What follows the unit as cents: "con cincuenta centavos", "y 15", "50"."""
        joint = self.text(last)
        at = last + 1 if joint in ("con", "y") or (joint == "," and self.text(last + 1) in ("con", "y")) else last
        if joint == ",":
            at = last + 2
        number = self.numbers.get(at)
        if number is None or not 0 <= number.value < _HUNDRED or number.value != int(number.value):
            return value, last
        named = cents_at(self.tokens, number.last, "own") is not None
        cents = number.value / _HUNDRED
        if named:
            return value + cents, number.last + 1
        following = self.text(number.last)
        counts = sign_after(self.tokens, number.last, self.context.country, "") is not None
        counts = counts or slang_at(self.tokens, number.last, self.context.country) is not None
        counts = counts or following in ("%", "cuotas", "pagos", "dias", "horas", "por", "meses", "de")
        two_digits = number.value >= 10 or number.rule == "leading zero"
        if counts or not two_digits or joint == "," or value != int(value):
            return value, last
        return value + cents, number.last

    def slang(self, number: NumberMatch) -> AmountMatch | None:
        """A number of slang units with what hangs on them: "dos palos trescientos", "tres lucas y media"."""
        unit = slang_at(self.tokens, number.last, self.context.country)
        if unit is None:
            return None
        before = sign_before(self.tokens, number.first, self.context.country, self.context.currency)
        return self.slang_tail(number.first if before is None else before.first, number.last, number.value)

    def slang_tail(self, first: int, at: int, count: Decimal) -> AmountMatch | None:
        unit = slang_at(self.tokens, at, self.context.country)
        if unit is None:
            return None
        currency = unit.currency or self.context.currency
        value, last, doubtful = count * unit.value, at + 1, False
        if self.text(last) in load().dollars:
            currency, last = "USD", last + 1
        if self.text(last) in _AND and self.text(last + 1) in _HALF and self.text(last + 2) != "docena":
            return self.match(first, last + 2, value + unit.value / 2, currency, "slang")
        joint = 1 if self.text(last) in _AND | {"con"} else 0
        rest = self.numbers.get(last + joint)
        follows = rest is not None and slang_at(self.tokens, rest.last, self.context.country) is None
        if rest is not None and follows and unit.value >= _HUNDRED and not rest.article:
            added = self.added_to_slang(rest.value, unit.value)
            if added is not None and not (joint and unit.value * count < rest.value):
                value, last, doubtful = value + added, rest.last, True
        named = sign_after(self.tokens, last, self.context.country, self.context.currency)
        if named is not None:
            currency, last = named.currency, named.last
        return self.match(first, last, value, currency, "slang", doubtful=doubtful)

    @staticmethod
    def added_to_slang(rest: Decimal, unit: Decimal) -> Decimal | None:
        """What a number after the unit adds: thousands to a million, units to a thousand."""
        if rest != int(rest) or rest >= unit:
            return None
        if unit >= 10**6:
            return rest * 1000 if 10 <= rest < 1000 else rest
        return rest if rest >= 10 else None

    def bare_slang(self, index: int) -> AmountMatch | None:
        """Slang without a number: "luca y media", "medio palo"."""
        text = self.text(index)
        if text in _HALF and slang_at(self.tokens, index + 1, self.context.country) is not None:
            return self.slang_tail(index, index + 1, Decimal("0.5"))
        unit = slang_at(self.tokens, index, self.context.country)
        if unit is not None and self.text(index + 1) in _AND and self.text(index + 2) in _HALF:
            return self.slang_tail(index, index, Decimal(1))
        return None


def _between(tokens: Sequence[Token], left: AmountMatch, right: AmountMatch) -> tuple[str, ...]:
    return tuple(token.text for token in tokens[left.last : right.first])


def _lower_of_ranges(matches: list[AmountMatch], tokens: Sequence[Token]) -> list[AmountMatch]:
    """The ranges as their lower figure: "entre mil y mil quinientos", "dos o tres mil"."""
    kept: list[AmountMatch] = []
    for match in matches:
        left = kept[-1] if kept else None
        if left is not None and _is_range(left, match, tokens):
            kept[-1] = _lower(left, match)
            continue
        kept.append(match)
    return kept


def _is_range(left: AmountMatch, right: AmountMatch, tokens: Sequence[Token]) -> bool:
    joint = _between(tokens, left, right)
    if left.value is None or right.value is None or {left.kind, right.kind} - {"money", "number"}:
        return False
    opened = tokens[left.first - 1].text if left.first else ""
    if joint in (("y",), ("e",)):
        return opened == "entre"
    if joint in (("a",), ("hasta",), ("a", "los"), ("hasta", "los")):
        return (opened in ("de", "desde", "unos", "como") or left.value < right.value) and left.value != right.value
    hyphen = joint == ("-",) and not glued(tokens, right.first)
    return (hyphen or joint in (("o",), ("u",), ("o", "hasta"))) and left.value != right.value


def _lower(left: AmountMatch, right: AmountMatch) -> AmountMatch:
    """The lower figure; it shares the scale of the upper one where it needs it: "dos o tres mil"."""
    low, high = left.value or Decimal(0), right.value or Decimal(0)
    scale = 1
    for power in (6, 3):
        count = high / 10**power
        if high >= 10**power and low < count and count == int(count):
            scale = 10**power
            break
    value = low * scale if left.kind == "number" else min(low, high)
    value = min(value, high)
    kind: AmountKind = "money" if "money" in (left.kind, right.kind) else "number"
    currency = right.currency if right.kind == "money" else left.currency
    return replace(
        left,
        end=right.end,
        last=right.last,
        value=value,
        literal=value,
        kind=kind,
        currency=currency,
        rule="lower of a range",
    )


def _with_plans(
    matches: list[AmountMatch], tokens: Sequence[Token], numbers: Sequence[NumberMatch]
) -> list[AmountMatch]:
    """The matches with their instalment plans; a number that only counts payments is dropped."""
    counts = {number.last: number for number in numbers}
    starts = {number.first: number for number in numbers}
    kept: list[AmountMatch] = []
    for match in matches:
        if match.kind == "balance" or match.value is None:
            kept.append(match)
            continue
        found = plan_before(tokens, match.first, counts)
        if found is not None:
            count, first = found
            while kept and kept[-1].last > first and kept[-1].kind != "balance":
                kept.pop()
            match = replace(match, plan=Plan(count, match.value), rule="plan")
        else:
            split = plan_after(tokens, match.last, starts)
            if split is not None and match.value:
                each = (match.value / split).quantize(Decimal("0.01")).normalize() + 0
                match = replace(match, plan=Plan(split, each), value=each, rule="plan")
        kept.append(match)
    return kept


def _with_rest(matches: list[AmountMatch], context: AmountContext) -> list[AmountMatch]:
    """The matches with "el resto" computed where exactly the other payments are known."""
    if context.balance is None:
        return matches
    paid = Decimal(0)
    done: list[AmountMatch] = []
    for match in matches:
        if match.rule == "rest" and paid and paid < context.balance:
            match = replace(match, value=context.balance - paid)
        elif match.value is not None and match.currency == context.currency:
            paid += match.value * (match.plan.count if match.plan and match.plan.count else 1)
        done.append(match)
    return done


def in_thousands(match: AmountMatch, context: AmountContext) -> AmountMatch:
    """A bare number with the "mil" that was left out, where the debt shows that it was."""
    if (
        match.kind != "number"
        or match.value is None
        or match.rule
        not in (
            "cardinal",
            "thousands left out",
            "hundreds left out",
            "lower of a range",
            "plan",
            "at least",
        )
    ):
        return match
    scale = Scale(context.currency, context.balance, context.minimum_payment)
    value = left_out_thousands(match.value, scale)
    if value is None:
        return match
    plan = None if match.plan is None else replace(match.plan, each=value)
    return replace(match, value=value, plan=plan, rule="thousands left out", doubtful=True)
