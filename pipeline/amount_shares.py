"""A part of a sum that the utterance names: "de los mil la mitad", "son ochocientos, le pago el treinta por ciento"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from pipeline.amount_values import AmountMatch
from pipeline.tokens import Token

_THOSE = frozenset("los las esos esas mis".split())
_IS = frozenset("es son seria serian era eran de por en da dan sale suma".split())
_OWED = frozenset("debo debe debemos deben debia adeudo adeuda".split())
_FILLER = frozenset("como unos unas casi los las tipo".split())
_NAMING = frozenset(
    "total deuda saldo cuenta adeudo cuota balance monto recibo factura letra sueldo dice dicen pide piden que si "
    "dijo minimo credito prestamo importe".split()
)
_REACH = 4
_CENT = Decimal("0.01")


def is_opened_by_of(tokens: Sequence[Token], match: AmountMatch) -> bool:
    """Whether "de los" stands before it: a sum of which something is taken."""
    first = match.first
    return first > 1 and tokens[first - 1].text in _THOSE and tokens[first - 2].text == "de"


def _is_described(tokens: Sequence[Token], match: AmountMatch) -> bool:
    """Whether it is what something comes to: "del total, que son mil", "me dice que debo mil", "son mil, ¿no?"."""
    place = match.first - 1
    while place >= 0 and tokens[place].text in _FILLER:
        place -= 1
    if place < 0:
        return False
    if tokens[place].text in _OWED:
        return True
    if tokens[place].text not in _IS:
        return False
    before = {token.text for token in tokens[max(0, place - _REACH) : place]}
    opens = place == 0 or tokens[place - 1].kind == "sign"
    return (opens and tokens[place].text.startswith("s")) or not before.isdisjoint(_NAMING)


def shares_of_sums(matches: list[AmountMatch], tokens: Sequence[Token]) -> list[AmountMatch]:
    """The matches with "la mitad", "el diez por ciento" valued where it is of a named sum, which is its `literal`."""
    if not any(match.share is not None for match in matches):
        return matches
    done: list[AmountMatch] = []
    base: AmountMatch | None = None
    for match in matches:
        last = done[-1] if done else None
        if last is not None and last.share is not None and match.value is not None and match.share is None:
            joint = [token.text for token in tokens[last.last : match.first]]
            if match.kind != "balance" and joint[:1] == ["de"] and joint[1:] in ([], *([word] for word in _THOSE)):
                done[-1] = replace(_share(last, match), end=match.end, last=match.last)
                continue
        if match.share is not None:
            done.append(match if base is None else _share(match, base))
            continue
        if match.kind != "balance" and match.value is not None:
            told = is_opened_by_of(tokens, match) or _is_described(tokens, match)
            base = match if told else base
        done.append(match)
    return done


def _share(part: AmountMatch, base: AmountMatch) -> AmountMatch:
    value = (Decimal(base.value or 0) * Decimal(part.share or 0)).quantize(_CENT).normalize() + 0
    return replace(part, value=value, currency=base.currency, literal=base.value, rule=f"{part.rule} of a sum")
