"""What the words of a dated clause tell besides its cues; looked up once a clause, however many dates it names."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

# Bits of `told_by_words`.
PAYS_LISTENER, IS_YOURS, MAY_PAY, DONE_PAYING, GATHERS, HANDS_OVER, WISHED = (1 << bit for bit in range(7))

YOURS = frozenset("suya suyo suyas suyos tuya tuyo tuyas tuyos".split())
_BEING = frozenset({"es", "son"})
_TO_LISTENER = frozenset({"le", "te", "les", "os", "lo", "la"})
_LISTENERS = frozenset("le te les os se".split())
_MY_PAYING = frozenset(
    "pago abono deposito cancelo liquido doy llevo paso mando hago transfiero consigno giro pagare abonare "
    "depositare cancelare dare llevare pasare mandare hare transferire".split()
)
_MAY = frozenset({"puedo", "podria", "voy", "podemos", "vamos"})
_ENDED = frozenset(
    "termino termine terminaron acabo acabe acabaron quiso quise pudo pude alcance logre deje dejo".split()
)
_GATHERING = frozenset("junto reuno consigo completo juntamos reunimos conseguimos vendo".split())
_THINGS = frozenset({"lo", "la", "los", "las"})
_WISHED = frozenset("queria queriamos quise pensaba iba ibamos hubiera deseaba esperaba".split())
_AS_SOON = frozenset({"cuando", "apenas", "cuanto", "pronto"})
COMES_IN = frozenset({"me", "nos", "cobre", "venda", "salga", "cobremos", "termine"})


def told_by_words(words: Sequence[str]) -> int:
    """What they tell, as bits.

    PAYS_LISTENER «te pago», IS_YOURS «es suya», MAY_PAY «le puedo dar», DONE_PAYING «terminó de pagar», GATHERS
    «junto los cien», HANDS_OVER «se los deposito», WISHED «quería pagar».
    """
    told = 0
    if not _MY_PAYING.isdisjoint(words) and _any_pair(words, _TO_LISTENER, _MY_PAYING):
        told |= PAYS_LISTENER
    if not YOURS.isdisjoint(words) and _any_pair(words, _BEING, YOURS):
        told |= IS_YOURS
    if not _MAY.isdisjoint(words) and _any_pair(words, _LISTENERS, _MAY):
        told |= MAY_PAY
    if not _ENDED.isdisjoint(words) and _ends_paying(words):
        told |= DONE_PAYING
    if not _GATHERING.isdisjoint(words):
        told |= GATHERS
    if "se" in words and any(one == "se" and two in _THINGS for one, two in pairwise(words)):
        told |= HANDS_OVER
    return told if _WISHED.isdisjoint(words) else told | WISHED


def _any_pair(words: Sequence[str], ones: frozenset[str], twos: frozenset[str]) -> bool:
    return any(one in ones and two in twos for one, two in pairwise(words))


def _ends_paying(words: Sequence[str]) -> bool:
    return any(
        before in _ENDED and (after.endswith("r") or (after == "de" and following.endswith("r")))
        for before, after, following in zip(words, words[1:], [*words[2:], ""], strict=False)
    )


def last_to_wait(words: Sequence[str]) -> int:
    """Where the last «cuando me paguen», «apenas cobre» opens; -1 for none."""
    if _AS_SOON.isdisjoint(words) or COMES_IN.isdisjoint(words):
        return -1
    for place in range(len(words) - 2, -1, -1):
        if words[place] in _AS_SOON and not COMES_IN.isdisjoint(words[place + 1 : place + 3]):
            return place
    return -1
