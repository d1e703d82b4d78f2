"""Participles after a sum that say it was paid: "llevo once mil pagados", "ya van dos millones puestos"."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.currencies import is_money_word
from pipeline.number_words import read_word
from pipeline.tokens import Token

PAID_UP = frozenset(
    "pagados pagadas pagado dados dadas dado abonados abonadas abonado puestos puestas depositados depositadas "
    "entregados entregadas cancelados cancelado metidos metidas invertidos soltados consignados".split()
)
_SO_FAR = frozenset({"llevo", "llevamos", "van", "tengo"})
_TO_CREDITOR = frozenset({"le", "te", "les"})
_WITHIN = 8


def ends_paid_up(tokens: Sequence[Token], first: int) -> bool:
    """Whether "pagados" closes what starts here: "llevo | como once mil pagados"."""
    for token in tokens[first : first + _WITHIN]:
        if token.text in PAID_UP:
            return True
        if token.kind == "sign" or token.text in ("y", "que", "para"):
            return False
    return False


def is_told_as_paid(tokens: Sequence[Token], index: int) -> bool:
    """As in "tengo pagados tres mil", "ya van dos millones pagados"; not "lo tengo pagado el lunes"."""
    texts = [token.text for token in tokens[max(0, index - _WITHIN) : index]]
    before = texts[-1] if texts else ""
    if before in ("tengo", "tenemos"):
        return tokens[index].text.endswith("s")
    if before == "ya":
        return len(texts) > 1 and _counts(texts[-2])  # "novecientas lucas ya puestas"
    return _counts(before) and any(
        word in _SO_FAR and (at == 0 or texts[at - 1] not in _TO_CREDITOR) for at, word in enumerate(texts)
    )


def _counts(word: str) -> bool:
    return bool(read_word(word)) or word[-1:].isdecimal() or is_money_word(word)
