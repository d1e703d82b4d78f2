"""Where a new sentence begins though no sign tells: speech is written down without commas as often as with them.

«Mañana hay desfile el viernes le deposito» is two sentences, and so is «hoy ya no se armó yo le deposito el treinta».
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pipeline import date_cues as cue
from pipeline.tokens import Token

_SIGNS = frozenset('.;:?!…,—–"«»()¿¡')
_DATE_OPENS = frozenset("el la para pal pa en al este los".split())
_HANGS_ON = frozenset(
    "que y e o u pero como aunque si ni porque cuando donde apenas cuanto mientras de con por para en a lo sino hasta "
    "desde sin cual entonces quien pues hoy ya".split()
)
_CONTINUES = frozenset({"hasta", "ni", "sino", "antes", "y", "o", "de", "que"})
_OF_IT = frozenset("me es fue era si no nos lo son ya".split())
_VERB_REACH = 4
_TELLS = cue.EVENT | cue.PAST | cue.PRETERITE | cue.NEGATION
_PAYS = cue.PAY | cue.LIGHT


def run_on_cuts(
    tokens: Sequence[Token],
    masks: Sequence[int],
    covered: Sequence[int],
    dates: Collection[int],
    copulas: Collection[int],
) -> frozenset[int]:
    """Tokens at which a sentence begins that no sign opens.

    Args:
        tokens: The utterance.
        masks: What each token says.
        covered: Which tokens are of a date or a time.
        dates: First tokens of the dates.
        copulas: Tokens of a verb by which a date only says what day it is: «mañana es feriado».
    """
    cuts: set[int] = set()
    dated = told = paid = False
    for place, token in enumerate(tokens):
        if token.kind == "sign" and token.text in _SIGNS and not covered[place]:
            dated = told = paid = False
            continue
        before = tokens[place - 1].text if place else ""
        if place in dates:
            start = _with_its_article(tokens, place, covered)
            free = start == 0 or (tokens[start - 1].text not in _CONTINUES and start - 1 not in copulas)
            if dated and told and not paid and free and _pays_soon(tokens, masks, place):
                cuts.add(start)
                told = paid = False
            dated = True
        elif token.text == "yo" and dated and told and not paid and before not in _HANGS_ON:
            if _pays_soon(tokens, masks, place, _VERB_REACH):
                cuts.add(place)
                dated = told = paid = False
        elif token.text == "eso" and paid and before not in _HANGS_ON and _follows(tokens, place, _OF_IT):
            cuts.add(place)
            dated = told = paid = False
        if covered[place]:
            continue
        told = told or bool(masks[place] & _TELLS) or place in copulas
        paid = paid or bool(masks[place] & _PAYS)
    return frozenset(cuts)


def _follows(tokens: Sequence[Token], place: int, words: frozenset[str]) -> bool:
    return place + 1 < len(tokens) and tokens[place + 1].text in words


def _pays_soon(tokens: Sequence[Token], masks: Sequence[int], place: int, reach: int | None = None) -> bool:
    """Whether paying follows before the next sign and before any denial."""
    last = len(tokens) if reach is None else min(len(tokens), place + reach)
    for index in range(place, last):
        if (tokens[index].kind == "sign" and tokens[index].text in _SIGNS) or masks[index] & cue.NEGATION:
            return False
        if masks[index] & _PAYS:
            return True
    return False


def _with_its_article(tokens: Sequence[Token], place: int, covered: Sequence[int]) -> int:
    start = place
    while start > 0 and tokens[start - 1].text in _DATE_OPENS and not covered[start - 1] and place - start < 2:
        start -= 1
    return start
