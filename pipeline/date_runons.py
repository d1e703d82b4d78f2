"""Where a new sentence begins though no sign tells: speech is written down without commas as often as with them.

«Mañana hay desfile el viernes le deposito» is two sentences, and so is «hoy ya no se armó yo le deposito el treinta».
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pipeline import date_cues as cue
from pipeline.tokens import Token

_SIGNS = frozenset('.;:?!…,—–"«»()¿¡')
_DATE_OPENS = frozenset("el la para pal pa en al este los dia".split())
_HANGS_ON = frozenset(
    "que y e o u pero como aunque si ni porque cuando donde apenas cuanto mientras de con por para en a lo sino hasta "
    "desde sin cual entonces quien pues hoy ya".split()
)
_CONTINUES = frozenset({"hasta", "ni", "sino", "antes", "y", "o", "de", "que"})
_OF_IT = frozenset("me es fue era si no nos lo son ya".split())
_GOES_ON = frozenset({"ya", "yo", "ahora", "ahorita"})
_SAYING = frozenset("confirmo digo dije aviso comento informo repito aseguro cuento recuerdo reitero".split())
_LISTENERS = frozenset({"le", "te", "les", "os"})
_CLITICS = _LISTENERS | {"se", "lo", "la", "los", "las", "me"}
_AGREED = frozenset("compromiso promesa pago abono acuerdo cuota deposito".split())
_ASKED = frozenset({"dia", "fecha", "si", "no"})
_LEAD = frozenset("nomas ya si yo ahi mismo pues joven senorita senor seno mire sin falta".split())
_SELF = ("o", "oy", "re", "mos")
_VERB_REACH = 4
_TITLE_REACH = 4
_ARTICLES = 2
_TELLS = cue.EVENT | cue.PAST | cue.PRETERITE | cue.NEGATION
_TELLS_AFTER = _TELLS | cue.CALL | cue.ECHO | cue.INCOME
_PAYS = cue.PAY | cue.LIGHT


def run_on_cuts(
    tokens: Sequence[Token],
    masks: Sequence[int],
    covered: Sequence[int],
    dates: Mapping[int, int],
    copulas: Collection[int],
) -> frozenset[int]:
    """Tokens at which a sentence begins that no sign opens.

    Args:
        tokens: The utterance.
        masks: What each token says.
        covered: Which tokens are of a date or a time.
        dates: For the first token of each date the token after it.
        copulas: Tokens of a verb by which a date only says what day it is: «mañana es feriado».
    """
    said = _Said(tokens, masks, covered, dates)
    cuts: set[int] = set()
    dated = told = paid = False
    for place, token in enumerate(tokens):
        if said.is_sign(place):
            dated = told = paid = False
            continue
        before = tokens[place - 1].text if place else ""
        if place in dates:
            start = said.with_its_article(place)
            free = start == 0 or (tokens[start - 1].text not in _CONTINUES and start - 1 not in copulas)
            if told and not paid and free and said.opens_a_promise(place, start, dated=dated):
                cuts.add(start)
                told = paid = False
            dated = True
        elif dated and told and not paid and before not in _HANGS_ON and said.pays_by(place):
            cuts.add(place)
            told = paid = False
        elif token.text == "yo" and dated and told and not paid and before not in _HANGS_ON:
            if said.pays_soon(place, _VERB_REACH):
                cuts.add(place)
                dated = told = paid = False
        elif (
            paid
            and (before not in _HANGS_ON or said.is_surely(place))
            and (
                (token.text == "eso" and said.follows(place, _OF_IT))
                or (dated and token.text in _GOES_ON and said.goes_on_telling(place))
            )
        ) or (not dated and said.opens_what_is_said(place)):
            cuts.add(place)
            dated = told = paid = False
        if covered[place]:
            continue
        copula = place in copulas or (token.text in ("es", "son") and (place == 0 or said.is_sign(place - 1)))
        told = told or bool(masks[place] & _TELLS) or copula
        paid = paid or bool(masks[place] & _PAYS)
    return frozenset(cuts)


@dataclass(frozen=True, slots=True)
class _Said:
    """An utterance and what its words say."""

    tokens: Sequence[Token]
    masks: Sequence[int]
    covered: Sequence[int]
    dates: Mapping[int, int]

    def is_sign(self, place: int) -> bool:
        return self.tokens[place].kind == "sign" and self.tokens[place].text in _SIGNS and not self.covered[place]

    def follows(self, place: int, words: frozenset[str]) -> bool:
        return place + 1 < len(self.tokens) and self.tokens[place + 1].text in words

    def pays_soon(self, place: int, reach: int | None = None) -> bool:
        """Whether paying follows before the next sign, before any denial and before another day."""
        last = len(self.tokens) if reach is None else min(len(self.tokens), place + reach)
        after = self.dates.get(place, place)
        for index in range(place, last):
            if self.is_sign(index) or self.masks[index] & cue.NEGATION:
                return False
            if index > after and index in self.dates and self.tokens[index - 1].text not in _CONTINUES:
                return False
            if self.masks[index] & _PAYS:
                return True
        return False

    def opens_a_promise(self, place: int, start: int, *, dated: bool) -> bool:
        """Whether the date opens a sentence of paying: beside another day, or right before «le pago»."""
        if dated:
            return self.pays_soon(place)
        if start == 0 or self.masks[start - 1] & cue.NEGATION or self.tokens[start - 1].text in _HANGS_ON:
            return False
        verb = self.dates[place]
        last = min(verb + _VERB_REACH, len(self.tokens))
        while verb < last and self.tokens[verb].text in _LEAD:
            verb += 1
        return self.is_my_payment(verb)

    def is_my_payment(self, place: int) -> bool:
        """Whether «le pago», «te voy a dar» stands there."""
        first = place
        while place < min(first + _VERB_REACH, len(self.tokens)) and self.tokens[place].text in _CLITICS:
            place += 1
        if place == first or place >= len(self.tokens) or self.tokens[first].text not in _LISTENERS | {"se"}:
            return False
        word = self.tokens[place].text
        if word in ("voy", "vamos", "puedo") and self.pays_soon(place, _VERB_REACH):
            return True
        return bool(self.masks[place] & _PAYS) and word.endswith(_SELF)

    def pays_by(self, place: int) -> bool:
        """Whether paying on another day is said from here: «pongamelo pal diez», «le pago el lunes»."""
        if self.covered[place]:
            return False
        order = self.tokens[place].text.endswith(("me", "melo", "mela")) and bool(self.masks[place] & cue.PAY)
        if not order and not self.is_my_payment(place):
            return False
        for index in range(place + 1, min(place + 2 + _VERB_REACH, len(self.tokens))):
            if self.is_sign(index):
                return False
            if index in self.dates:
                return True
        return False

    def is_surely(self, place: int) -> bool:
        """Whether «sí o sí» ends before it."""
        return [token.text for token in self.tokens[max(0, place - 3) : place]] == ["si", "o", "si"]

    def goes_on_telling(self, place: int) -> bool:
        """Whether something else is told from here: «ya saqué el préstamo», «yo le aviso», «ya este mes no fue»."""
        for index in range(place + 1, min(place + 1 + _VERB_REACH, len(self.tokens))):
            if self.is_sign(index) or self.masks[index] & _PAYS:
                return False
            if self.masks[index] & _TELLS_AFTER and not self.covered[index]:
                return True
        return False

    def opens_what_is_said(self, place: int) -> bool:
        """Whether «le confirmo», «ya le dije» announces what follows: «que el lunes le pago», «su compromiso es»."""
        word = self.tokens[place].text
        if place + 1 >= len(self.tokens) or self.covered[place]:
            return False
        after = self.tokens[place + 1].text
        if (word != "que" or after in _ASKED) and (word not in ("su", "tu") or after not in _AGREED):
            return False
        for verb in range(place - 1, max(place - 2 - _TITLE_REACH, 0), -1):
            if self.tokens[verb].text not in _SAYING:
                continue
            opens = verb - 2
            said_before = self.tokens[opens].text if opens >= 0 else ""
            if self.tokens[verb - 1].text not in _LISTENERS or (
                self.tokens[verb].text == "dije" and said_before != "ya"
            ):
                return False
            pays = any(mask & _PAYS for mask in self.masks[place : self.sentence_end(place)])
            return said_before not in ("no", "nunca", "que", "si", "cuando") and (pays or word != "que")
        return False

    def sentence_end(self, place: int) -> int:
        while place < len(self.tokens) and not self.is_sign(place):
            place += 1
        return place

    def with_its_article(self, place: int) -> int:
        start = place
        while start > 0 and self.tokens[start - 1].text in _DATE_OPENS and not self.covered[start - 1]:
            if place - start >= _ARTICLES:
                break
            start -= 1
        return start
