"""Instalment plans around an amount: "cuatro cuotas de doscientos mil", "tres mil en dos pagos"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.numbers import NumberMatch
from pipeline.tokens import Token

PAYMENT_NOUNS = frozenset(
    "cuota cuotas pago pagos parte partes abono abonos mensualidad mensualidades letra letras "
    "parcialidad parcialidades exhibicion exhibiciones plazo plazos deposito depositos giro giros "
    "entrega entregas transferencia transferencias quincena quincenas tracto tractos cuotita cuotitas "
    "armada armadas tanto tantos cheque cheques cheq pagare pagares vez veces abonito abonitos "
    "paguito paguitos cuotica cuoticas abonitico letrita letritas pagito pagitos vencimiento vencimientos "
    "contado contados consignacion consignaciones recibo recibos semana semanas mes meses".split()
)
_COUNTED_TIME = frozenset("semana semanas mes meses quincena quincenas vez veces".split())
_ADJECTIVES = frozenset(
    "iguales igualitos igualitas fijas fijos mensuales semanales quincenales seguidas seguidos chicas "
    "chiquitas chiquitos bimestrales sin interes intereses corridas corridos".split()
)
_JOINTS = frozenset("de a por cada una uno con : , como en la los las son serian".split())
_MOST_PAYMENTS = 120


def _count_ending_at(index: int, counts: Mapping[int, NumberMatch]) -> NumberMatch | None:
    number = counts.get(index)
    if number is None or number.form == "fraction" or not 2 <= number.value <= _MOST_PAYMENTS:
        return None
    return number if number.value == int(number.value) else None


def plan_before(
    tokens: Sequence[Token], first: int, counts: Mapping[int, NumberMatch], free: Mapping[int, NumberMatch]
) -> tuple[int, int] | None:
    """How many payments the amount at `first` is one of, and the token of the count.

    "Dos pagos de quince mil", "tres cuotas iguales de a cien", "tres de cuarenta".

    Args:
        tokens: The utterance.
        first: First token of the amount.
        counts: The numbers by the token after them.
        free: Those of them that are in no date.
    """
    index = first
    while index > 0 and tokens[index - 1].text in _JOINTS and first - index < 4:
        index -= 1
    joint = tuple(token.text for token in tokens[index:first])
    bare = _count_ending_at(index, free)
    if bare is not None and joint in (("de",), ("de", "a")):
        return int(bare.value), bare.first
    reach = index
    while reach > 0 and tokens[reach - 1].text in _ADJECTIVES and index - reach < 4:
        reach -= 1
    if reach == 0 or tokens[reach - 1].text not in PAYMENT_NOUNS or not joint:
        return None
    if tokens[reach - 1].text in _COUNTED_TIME and joint[0] not in ("de", "a", "por"):
        return None
    count = _count_ending_at(reach - 1, counts)
    if count is None or (joint[-1] in (",", ":") and "de" not in joint and reach - 1 == index):
        return None
    return int(count.value), count.first


def plan_after(tokens: Sequence[Token], last: int, starts: Mapping[int, NumberMatch]) -> int | None:
    """In how many payments the amount that ends before `last` is split: "tres mil en dos pagos"."""
    if last + 2 < len(tokens) and tokens[last].text == "," and tokens[last + 1].text == "en":
        last += 1
    if last + 1 >= len(tokens) or tokens[last].text not in ("en", "a"):
        return None
    number = starts.get(last + 1)
    if number is None or not 2 <= number.value <= _MOST_PAYMENTS or number.last >= len(tokens):
        return None
    noun = tokens[number.last].text
    if noun not in PAYMENT_NOUNS or noun in _COUNTED_TIME:
        return None
    return int(number.value)
