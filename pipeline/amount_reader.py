"""One pass over an utterance that reads every number, slang unit and named part of the debt as money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from pipeline.amount_joins import after_million, could_be_misheard, is_single_digit, join_pair
from pipeline.amount_values import AmountContext, AmountKind, AmountMatch
from pipeline.balance import Account, debt_tail, part_at, triggers
from pipeline.currencies import Mark, cents_at, load, sign_after, sign_before, slang_at
from pipeline.number_words import Role, read_word
from pipeline.numbers import NumberMatch
from pipeline.tokens import Token

_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")
_AND = frozenset({"y", "e"})
_HALF = frozenset({"medio", "media"})
_LARGEST_DAY = 31
# "Veinte varas al lago": a length.
_WAYS = frozenset("arriba abajo al a hacia norte sur este oeste lago adentro antes despues de del".split())


@lru_cache(maxsize=1)
def naming_words() -> frozenset[str]:
    """The words that name money or a part of the debt without a number."""
    return triggers() | _HALF | frozenset(load().slang)


def _goes_on(value: Decimal, more: Decimal) -> bool:
    """Whether the second number fills the places that the first left empty: "mil ochocientos… cincuenta"."""
    if value != int(value) or more != int(more) or more <= 0:
        return False
    return any(value >= place and value % place == 0 and place / 10 <= more < place for place in (100, 1000))


class AmountReader:
    """One pass over the tokens of an utterance."""

    def __init__(
        self,
        tokens: Sequence[Token],
        numbers: Sequence[NumberMatch],
        context: AmountContext,
        taken: frozenset[int],
    ) -> None:
        self.tokens = tokens
        self.numbers = {number.first: number for number in numbers}
        self.ends = {number.last for number in numbers}
        self.context = context
        self.account = Account(context.balance, context.minimum_payment)
        self.taken = taken
        self.named = naming_words()

    def text(self, index: int) -> str:
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def read(self) -> list[AmountMatch]:
        matches: list[AmountMatch] = []
        index = 0
        while index < len(self.tokens):
            named = index in self.numbers or self.tokens[index].text in self.named
            match = self.at(index) if named else None
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
        if part is None or index in self.taken or part.first in self.taken:
            return None
        last = debt_tail(self.tokens, part.last) if part.rule != "rest" else part.last
        found = self.match(part.first, last, part.value, self.context.currency, part.rule, kind="balance")
        return found if last > part.last else replace(found, share=part.share)

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
        found = self.match(
            number.first, debt_tail(self.tokens, last), value, self.context.currency, "percent", kind="percent"
        )
        return found if of_minimum or found.last > last else replace(found, share=number.value / _HUNDRED)

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
        found = self.match(number.first, last, value, self.context.currency, "share", kind="balance")
        return found if last > number.last else replace(found, share=number.value)

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
            named = own if after_right is None else after_right.currency
            joined = join_pair(number, right, self.tokens, named, self.context.balance if named == own else None)
            if joined is not None and slang_at(self.tokens, right.last, country) is None and not self.is_run(number):
                value, rule, doubtful = joined.value, joined.rule, joined.doubtful or number.doubtful
                last = right.last
        hesitant = self.numbers.get(number.last + 1) if self.text(number.last) == "…" else None
        if hesitant is not None and _goes_on(value, hesitant.value):
            value, last, rule = value + hesitant.value, hesitant.last, "after a hesitation"
        if rule == "cardinal":
            million = after_million(number, own)
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
        self, number: NumberMatch, before: Mark | None, value: Decimal, last: int, rule: str, doubtful: bool
    ) -> AmountMatch | None:
        """The number with the currency around it and the cents after it."""
        own, country = self.context.currency, self.context.country
        sign = before
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
            tenths = (value - whole) * 10
            if tenths == int(tenths) and is_single_digit(self.tokens, number.last - 1):
                value = whole + tenths / _HUNDRED
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
        if unit is None or (self.text(at).startswith("vara") and self.text(at + 1) in _WAYS):
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
