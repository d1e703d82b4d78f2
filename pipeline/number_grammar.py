"""The grammar of Spanish numbers: groups below a thousand by falling scales, decimals, halves, fractions."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from pipeline.calendar_words import MONTHS, WEEKDAYS
from pipeline.currencies import is_money_word
from pipeline.number_atoms import DAY_WORDS, Atom
from pipeline.number_words import Role, load
from pipeline.tokens import Token

HALF = frozenset({"medio", "media"})
# Words that begin a number without being one.
STARTERS = HALF | {"par", "coma", "punto"}
_HUNDREDS_COUNTED = frozenset({"PR", "US"})
_AND = frozenset({"y", "e", "i"})
_POINT = frozenset({"coma", "punto"})
_PICO = frozenset({"pico", "tantos", "tantas", "algo", "fraccion", "piquito"})
_LARGEST_DAY = 31
_MILLION = 6
_COUNTED_PAYMENTS = frozenset("cuotas pagos letras mensualidades abonos quincenas partes cheques".split())
_CENTS = ("centav", "centim", "centesim")


# A number of one of these roles is whole where none of these words follows.
_ALONE = frozenset({Role.UNIT, Role.TEEN, Role.TENS, Role.HUNDREDS, Role.FIGURE})
_GOES_ON = _AND | _POINT | HALF | {"con", "par", "de", "tercio", "tercios", "cuarto", "cuartos", "quinto", "quintos"}
_GOES_ON |= {"sexto", "sextos", "octavo", "octavos", "decimo", "decimos", "medios"}


class Found(NamedTuple):
    """A value and the atom after it."""

    value: Decimal
    after: int
    rule: str = "cardinal"
    scale: int | None = None
    doubtful: bool = False


class NumberGrammar:
    """Reads numbers from atoms; every method looks at a bounded stretch after its start."""

    def __init__(self, atoms: list[Atom], tokens: Sequence[Token], country: str | None = None) -> None:
        self.atoms = atoms
        self.tokens = tokens
        self.counts_hundreds = country in _HUNDREDS_COUNTED

    def role(self, index: int) -> Role | None:
        return self.atoms[index].role if index < len(self.atoms) else None

    def text(self, index: int) -> str:
        return self.atoms[index].text if 0 <= index < len(self.atoms) else ""

    def is_day(self, index: int) -> bool:
        """Whether what starts here is said as a day of the month: "el quince mil pesos"."""
        if self.text(index - 1) not in DAY_WORDS:
            return False
        found = self.below_hundred(index) or self.figure(index)
        if found is None or found.value > _LARGEST_DAY or found.value < 1:
            return False
        year = self.text(found.after) == "mil" and found.value == 2
        return not (year or self.text(found.after) in ("por", "%"))

    def figure(self, index: int) -> Found | None:
        if self.role(index) is not Role.FIGURE:
            return None
        return Found(self.atoms[index].value, index + 1)

    def below_hundred(self, index: int) -> Found | None:
        """Such as "treinta y tres", "veinte y uno", "diez y seis", "veinti dos", "cuarenta 5", "siete"."""
        role = self.role(index)
        value = self.atoms[index].value if role is not None else Decimal(0)
        if role in (Role.ONE, Role.UNIT):
            return Found(value, index + 1)
        if role is Role.TENS or (role is Role.TEEN and value in (10, 20)):
            joined = self.text(index + 1) in _AND and self.role(index + 1) is None
            unit = self.unit(index + 2) if joined else None
            if unit is not None and not (value == 10 and unit < 6) and not self.counts_scale(index + 3):
                return Found(value + unit, index + 3)
            if unit is not None and joined and value != 10:
                return Found(value + unit, index + 3)
            same_word = index + 1 < len(self.atoms) and self.atoms[index + 1].token == self.atoms[index].token
            counts = self.role(index + 1) is Role.UNIT or (same_word and self.role(index + 1) is Role.ONE)
            bare = self.unit(index + 1) if value > 10 and counts else None
            if bare is not None and (same_word or not (self.text(index - 1) in DAY_WORDS and value <= 30)):
                return Found(value + bare, index + 2, doubtful=not same_word)
            return Found(value, index + 1)
        if role is Role.TEEN:
            return Found(value, index + 1)
        if role is Role.PREFIX and self.role(index + 1) in (Role.UNIT, Role.ONE):
            return Found(value + self.atoms[index + 1].value, index + 2)
        return None

    def counts_scale(self, index: int) -> bool:
        return self.role(index) is Role.SCALE

    def unit(self, index: int) -> Decimal | None:
        role = self.role(index)
        if role in (Role.ONE, Role.UNIT):
            return self.atoms[index].value
        if role is Role.FIGURE and 1 <= self.atoms[index].value <= 9 and len(self.text(index)) == 1:
            return self.atoms[index].value
        return None

    def below_thousand(self, index: int) -> Found | None:
        """Such as "ciento un", "dos cientos tres", "quinientos cuarenta"."""
        role = self.role(index)
        if role is Role.HUNDREDS:
            hundreds, after = self.atoms[index].value, index + 1
            rest = self.below_hundred(after) or self.figure_of_tens(index)
            if rest is None or (self.text(index) == "cien" and self.counts_scale(rest.after)):
                return Found(hundreds, after)
            doubtful = self.text(index) == "cien" or rest.doubtful
            return Found(hundreds + rest.value, rest.after, doubtful=doubtful)
        counted = role is Role.UNIT or (role is Role.TEEN and self.counts_hundreds)
        if counted and self.role(index + 1) is Role.HUNDRED_WORD:
            rest = self.below_hundred(index + 2)
            hundreds = self.atoms[index].value * 100
            if rest is None:
                return Found(hundreds, index + 2)
            return Found(hundreds + rest.value, rest.after)
        return self.below_hundred(index)

    def figure_of_tens(self, index: int) -> Found | None:
        """Two figures after a word for hundreds: "ciento 50 dólares"; not "doscientos 15 de abril"."""
        found = self.figure(index + 1)
        open_ended = self.text(index) == "ciento"
        if found is None or len(self.text(index + 1)) != 2 or not self.text(index + 1).isdecimal():
            return None
        if self.text(index) == "cien" or self.text(index - 1) == "por" or self.text(index + 2) in ("%", "por"):
            return None
        return found if open_ended or found.value > _LARGEST_DAY else None

    def decimals(self, index: int) -> tuple[str, int]:
        """The digits after a decimal mark and the atom after them: "cero ocho", "dos seis", "cincuenta"."""
        digits = ""
        while index < len(self.atoms):
            atom = self.atoms[index]
            if atom.role is Role.ZERO:
                digits, index = digits + "0", index + 1
                continue
            if atom.role is Role.FIGURE and atom.text.isdecimal():
                return digits + atom.text, index + 1
            found = self.below_thousand(index)
            if found is None or (digits and found.value >= 10 and digits.strip("0")):
                break
            digits, index = digits + str(found.value), found.after
            if found.value >= 10:
                break
        return digits, index

    def with_decimals(self, found: Found) -> Found:
        """The number with what "coma", "punto" or "con" adds to it."""
        mark = self.text(found.after)
        if mark in _POINT or (mark == "con" and self.role(found.after) is None):
            digits, after = self.decimals(found.after + 1)
            if not digits or (mark == "con" and not self.is_cents(digits, after, found)):
                return found
            value = found.value + Decimal(f"0.{digits}")
            doubtful = mark == "con" and len(digits) == 1
            return Found(value, after, "decimal", found.scale, doubtful)
        return found

    def is_day_with_sum(self, index: int, day: Found) -> bool:
        """Whether "con" joins a sum to a day: "el lunes 21 con cuarenta dólares", not "el lunes doce con diez"."""
        fits = 1 <= day.value <= _LARGEST_DAY and day.value == day.value.to_integral_value()
        if not fits or self.text(index - 1) not in WEEKDAYS or self.text(day.after) != "con":
            return False
        paid = self.below_thousand(day.after + 1) or self.figure(day.after + 1)
        if paid is None:
            return False
        in_figures = Role.FIGURE in (self.role(index), self.role(day.after + 1))
        return in_figures or is_money_word(self.text(paid.after))

    def is_cents(self, digits: str, after: int, found: Found) -> bool:
        """Whether "con" joins cents: two digits, or one, and no noun that they would count."""
        if len(digits) > 2 or found.value != found.value.to_integral_value():
            return False
        if self.counts_scale(after) or self.role(after) in (Role.HUNDREDS, Role.COLLECTIVE):
            return False
        following = self.text(after)
        if following.startswith(_CENTS):
            return True
        return len(digits) == 2 or not following.isalpha() or following in ("y", "el", "para", "hoy", "mañana")

    def below_million(self, index: int) -> Found | None:
        """Such as "mil quinientos", "2 mil 500", "mil y uno", "seis coma cinco"."""
        if self.is_day(index):
            return self.below_hundred(index) or self.figure(index)
        group = self.below_thousand(index) or self.figure(index)
        if group is None:
            return self.after_thousand(Decimal(1000), index + 1, doubtful=False) if self.is_bare_mil(index) else None
        pico = self.text(group.after) in _AND and self.text(group.after + 1) in _PICO
        if pico and self.text(group.after + 2) == "mil":
            return Found(group.value * 1000, group.after + 3, "at least", 3)
        if self.is_thousand(group.after):
            if self.text(index) == "uno" or (self.is_letter(group.after) and not self.letter_fits(group.after)):
                return group
            return self.after_thousand(group.value * 1000, group.after + 1, group.doubtful)
        decimal = group if self.is_day_with_sum(index, group) else self.with_decimals(group)
        if decimal is not group and self.is_thousand(decimal.after):
            return Found(decimal.value * 1000, decimal.after + 1, "decimal", 3)
        return decimal

    def is_thousand(self, index: int) -> bool:
        return self.role(index) is Role.SCALE and self.atoms[index].value == 3

    def is_bare_mil(self, index: int) -> bool:
        return self.is_thousand(index) and not self.is_letter(index) and self.text(index) != "miles"

    def is_letter(self, index: int) -> bool:
        return self.text(index) in load().letters

    def letter_fits(self, index: int) -> bool:
        """Whether "k" or "M" stands right after a figure."""
        abbreviates_currency = self.text(index + 1) == "." and self.text(index + 2) == "n"
        return self.role(index - 1) is Role.FIGURE and not abbreviates_currency

    def after_thousand(self, thousands: Decimal, index: int, doubtful: bool) -> Found:
        """What follows "mil": hundreds, tens, "y uno", "y medio", a decimal."""
        start = index + 1 if self.text(index) in _AND else index
        rest = self.below_thousand(start) if start == index else self.below_hundred(start)
        if rest is None and start == index and self.role(index) is Role.FIGURE:
            whole = self.text(index).replace(",", ".").partition(".")[0]
            plain = self.atoms[index].value < 1000 and len(whole) <= 3 and not self.text(index).startswith((",", "."))
            rest = self.figure(index) if plain else None
        if start > index and self.text(start) in HALF and self.text(start + 1) not in MONTHS:
            return Found(thousands + 500, start + 1, "half", 3)
        if rest is not None and start > index and self.counts_amount(rest.after):
            rest = None
        is_day = rest is not None and rest.value <= _LARGEST_DAY
        if rest is None or self.starts_another(rest.after, is_day) or (thousands >= 10**6 and start > index):
            return self.with_decimals(Found(thousands, index, scale=3, doubtful=doubtful))
        found = Found(thousands + rest.value, rest.after, doubtful=doubtful or rest.doubtful)
        return self.with_decimals(found)

    def counts_amount(self, index: int) -> bool:
        """Whether payments are counted: "mil | y tres de quinientos", "dos mil | y seis cuotas"."""
        if self.text(index) in _COUNTED_PAYMENTS:
            return True
        return self.text(index) == "de" and (self.role(index + 1) is not None or self.text(index + 1) == "a")

    def starts_another(self, index: int, is_day: bool = True) -> bool:
        """Whether what was read before belongs to the next number: "mil | dos mil", "mil | quince de marzo"."""
        thousand = self.role(index) is Role.SCALE and self.atoms[index].value == 3
        return thousand or (is_day and self.text(index) == "de" and self.text(index + 1) in MONTHS)

    def number(self, index: int) -> Found | None:
        """Groups joined by falling scales from a million up."""
        total, limit = Decimal(0), 99
        found: Found | None = None
        doubtful = False
        while True:
            group = self.below_million(index)
            is_scale = group is None and self.role(index) is Role.SCALE and self.atoms[index].value >= _MILLION
            is_scale = is_scale and not self.text(index).endswith("es")
            after = index if group is None else group.after
            scale = self.scale_at(after) if group is not None or (is_scale and not self.is_letter(index)) else None
            if scale is not None and group is not None and self.is_day(index):
                scale = None
            if scale is None:
                if group is None or (found is not None and group.value >= 10**limit):
                    return found
                if found is not None and self.starts_another(group.after):
                    return found
                value = total + group.value
                return Found(value, group.after, group.rule, group.scale, doubtful or group.doubtful)
            if scale >= limit:
                return found
            total += (Decimal(1) if group is None else group.value) * 10**scale
            doubtful = doubtful or (group is not None and group.doubtful)
            limit, index = scale, after + 1
            found = Found(total, index, scale=scale, doubtful=doubtful)
            if self.text(index) in _AND and self.text(index + 1) in HALF:
                return Found(total + Decimal(5) * 10 ** (scale - 1), index + 2, "half", scale)
            if self.text(index) in _AND and (self.below_million(index + 1) or found).value >= 1000:
                index += 1

    def scale_at(self, index: int) -> int | None:
        if self.role(index) is not Role.SCALE or (self.is_letter(index) and not self.letter_fits(index)):
            return None
        value = int(self.atoms[index].value)
        return value if value >= _MILLION else None

    def half(self, index: int) -> Found | None:
        """Such as "medio millón", "media docena"."""
        if self.text(index) not in HALF:
            return None
        following = self.role(index + 1)
        if following is Role.COLLECTIVE:
            return Found(self.atoms[index + 1].value / 2, index + 2, "collective")
        if following is Role.SCALE and not self.is_letter(index + 1):
            scale = int(self.atoms[index + 1].value)
            return Found(Decimal(5) * 10 ** (scale - 1), index + 2, "half", scale)
        return None

    def collective(self, index: int) -> Found | None:
        """Such as "tres docenas", "un par de miles", "un centenar"."""
        pair = index + 1 if self.role(index) is Role.ONE else index
        if self.text(pair) == "par":
            after = pair + 2 if self.text(pair + 1) == "de" else pair + 1
            if self.role(after) is Role.SCALE and not self.is_letter(after):
                scale = int(self.atoms[after].value)
                return Found(Decimal(2) * 10**scale, after + 1, "pair", scale)
            if self.role(after) is Role.HUNDRED_WORD:
                return Found(Decimal(200), after + 1, "pair")
            return Found(Decimal(2), pair + 1, "pair") if after > pair + 1 else None
        count = self.below_thousand(index) or self.figure(index)
        if count is None and self.role(index) is Role.COLLECTIVE:
            count = Found(Decimal(1), index)
        if count is not None and self.role(count.after) is Role.COLLECTIVE:
            unit = self.atoms[count.after].value
            value, after = count.value * unit, count.after + 1
            if self.text(after) in _AND and self.text(after + 1) in HALF:
                value, after = value + unit / 2, after + 2
            return Found(value, after, "collective")
        return None

    def fraction(self, index: int) -> Found | None:
        """Such as "tres cuartos", "dos tercios", "un tercio"; a bare "un cuarto" is a room."""
        count = self.unit(index)
        divisor = load().fractions.get(self.text(index + 1))
        if count is None or divisor is None or self.role(index) is Role.FIGURE:
            return None
        if self.text(index + 1) in ("medio", "cuarto", "quinto", "sexto", "octavo", "decimo") and count != 1:
            return None
        if count == 1 and self.text(index + 1) != "tercio" and self.text(index + 2) != "de":
            return None
        return Found(count / divisor, index + 2, "fraction")

    def alone(self, index: int) -> Found | None:
        """The number that starts here where it is one word or figure and nothing after it can go on with it."""
        atom = self.atoms[index]
        if atom.role not in _ALONE:
            return None
        if index + 1 < len(self.atoms):
            following = self.atoms[index + 1]
            if following.role is not None or following.text in _GOES_ON or following.token == atom.token:
                return None
        return Found(atom.value, index + 1)

    def at(self, index: int) -> Found | None:
        """The number that starts here."""
        alone = self.alone(index)
        if alone is not None:
            return alone
        special = self.half(index) or self.collective(index) or self.fraction(index)
        if special is not None:
            return special
        if self.role(index) is Role.ZERO:
            following = self.unit(index + 1) if self.role(index + 1) is not Role.FIGURE else None
            if following is not None:
                return Found(following, index + 2, "leading zero")
            return self.with_decimals_scaled(Found(Decimal(0), index + 1))
        if self.text(index) in _POINT and index == 0:
            digits, after = self.decimals(1)
            return Found(Decimal(f"0.{digits}"), after, "decimal") if digits else None
        found = self.number(index)
        if found is not None and found.rule == "cardinal" and (found.scale or 0) >= _MILLION:
            found = self.with_decimals(found)
        return None if found is None else self.with_tail(found)

    def with_decimals_scaled(self, found: Found) -> Found:
        decimal = self.with_decimals(found)
        scale = self.scale_at(decimal.after)
        if scale is None or decimal is found:
            return decimal
        return Found(decimal.value * 10**scale, decimal.after + 1, "decimal", scale)

    def with_tail(self, found: Found) -> Found:
        """The number with "y medio" or "y pico" after it."""
        if self.text(found.after) not in _AND:
            return found
        following = self.text(found.after + 1)
        if following == "medio" and found.rule == "cardinal":
            return found._replace(value=found.value + Decimal("0.5"), after=found.after + 2, rule="half")
        if following in _PICO:
            return found._replace(after=found.after + 2, rule="at least")
        return found
