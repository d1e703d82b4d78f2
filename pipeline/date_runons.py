"""Where a new sentence begins though no sign tells: speech is written down without commas as often as with them.

«Mañana hay desfile el viernes le deposito» is two sentences, and so is «hoy ya no se armó yo le deposito el treinta».
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pipeline import date_cues as cue
from pipeline.date_neighbours import is_number
from pipeline.tokens import Token

SIGNS = frozenset('.;:?!…,—–"«»()¿¡')
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
_LEAD = frozenset(
    "en su dia a primera ultima hora nomas ya si yo ahi mismo pues joven senorita senor seno mire sin falta temprano "
    "tempranito".split()
)
_WHEN = frozenset({"cuando", "apenas"})
_AS_SOON = frozenset({"cuanto"})
# After these the day told of is the day of paying: «el lunes me operan, cuando salga le pago».
_FREE_AGAIN = frozenset(
    "salga salgo saliendo termine termino acabe acabo regrese regreso vuelva vuelvo llegue llego desocupe desocupo "
    "baje suelten dejen".split()
)
_NO_CORRECTION = frozenset("que lo es el la los las un una muy a de en mucho".split())
_ABOUT_TO = frozenset({"voy", "vamos", "puedo", "estoy", "estamos"})
_SELF = ("o", "oy", "re", "mos")
_VERB_REACH = 4
_TITLE_REACH = 4
_PROMISE_REACH = 16
_ARTICLES = 2
_TELLS = cue.EVENT | cue.PAST | cue.PRETERITE | cue.NEGATION
_HAPPENS = cue.EVENT | cue.PAST | cue.PRETERITE
_TELLS_AFTER = _TELLS | cue.CALL | cue.ECHO | cue.INCOME
_PAYS = cue.PAY | cue.LIGHT
# What the sentence so far holds.
_DATED, _TOLD, _HAPPENED, _EARNED, _ECHOED, _PAID = 1, 2, 4, 8, 16, 32


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
    seen = 0
    ended = -1  # the token after the last date
    for place, token in enumerate(tokens):
        if said.is_sign(place):
            seen = 0
            continue
        if place in dates:
            start = said.with_its_article(place)
            free = start == 0 or (tokens[start - 1].text not in _CONTINUES and start - 1 not in copulas)
            if free and said.begins(place, start, seen, touches=start == ended and start < place, apart=ended < start):
                cuts.add(start)
                seen = 0
            seen |= _DATED
            ended = dates[place]
        elif said.is_cut(place, seen):
            cuts.add(place)
            seen = 0
        if covered[place]:
            continue
        mask = masks[place]
        if mask & cue.CALL and place and tokens[place - 1].text in ("me", "nos"):
            seen |= _HAPPENED | _TOLD  # "ya van tres veces que me llama | el jueves le pago"
        copula = place in copulas or (token.text in ("es", "son") and (place == 0 or said.is_sign(place - 1)))
        seen |= (_TOLD if mask & _TELLS or copula else 0) | (_HAPPENED if mask & _HAPPENS else 0)
        seen |= (_EARNED if mask & cue.INCOME else 0) | (_ECHOED if mask & cue.ECHO else 0)
        seen |= _PAID if mask & _PAYS else 0
    return frozenset(cuts)


@dataclass(frozen=True, slots=True)
class _Said:
    """An utterance and what its words say."""

    tokens: Sequence[Token]
    masks: Sequence[int]
    covered: Sequence[int]
    dates: Mapping[int, int]

    def is_sign(self, place: int) -> bool:
        return self.tokens[place].kind == "sign" and self.tokens[place].text in SIGNS and not self.covered[place]

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

    def begins(self, place: int, start: int, seen: int, *, touches: bool, apart: bool) -> bool:
        """Whether the date begins a sentence of paying after what was told, or after a wage of another day."""
        if touches and self.opens_a_promise(place, start, dated=False):
            return True  # "quedo tirado hasta el domingo el lunes le pago"
        once = (apart and seen & _DATED) or seen & _ECHOED
        if once and not seen & _PAID and self.opens_a_promise(place, start, dated=False):
            return True  # "el quince se me va en eso el treinta le pago", "ya le dije el lunes le pago"
        if seen & _PAID or not seen & (_TOLD | _EARNED):
            return False
        if seen & _TOLD:
            return self.opens_a_promise(place, start, dated=bool(seen & _DATED))
        if not self.opens_a_promise(place, start, dated=False):
            return False
        return bool(seen & _DATED) or not self.pays_by(self.first_said(self.dates[place]))  # "cobro el 9 te pago el 10"

    def is_cut(self, place: int, seen: int) -> bool:
        """Whether a sentence begins at a word that is no date, after what was `seen` in the one before."""
        word = self.tokens[place].text
        before = self.tokens[place - 1].text if place else ""
        hangs = before in _HANGS_ON
        if seen & _PAID:
            if (not hangs or self.is_surely(place)) and (
                (word == "eso" and self.follows(place, _OF_IT))
                or (seen & _DATED and word in _GOES_ON and self.goes_on_telling(place))
            ):
                return True
        elif seen & (_TOLD | _EARNED) and self.is_cut_unpaid(place, seen, hangs=hangs):
            return True
        if seen & _ECHOED and self.takes_back(place):
            return True
        return not seen & _DATED and (self.opens_what_is_said(place) or self.is_sum_said(place))

    def is_cut_unpaid(self, place: int, seen: int, *, hangs: bool) -> bool:
        """The same where nothing was paid yet: «… le pago el lunes», «… cuando pueda le abono», «… yo le deposito»."""
        word = self.tokens[place].text
        happened = seen & _HAPPENED and not self.masks[place - 1] & cue.NEGATION
        if not hangs and (seen & _DATED or happened) and self.pays_by(place):
            return True
        if not seen & _TOLD:
            return False
        if word == "si":  # "dos mil no alcanzo mil quinientos | sí le deposito"
            return place > 0 and is_number(self.tokens[place - 1]) and self.is_my_payment(place + 1)
        if not seen & _DATED:
            return False
        return self.waits(place) or (word == "yo" and not hangs and self.pays_soon(place, _VERB_REACH))

    def waits(self, place: int) -> bool:
        """Whether paying hangs on something else than the day just told: «… cuando pueda le abono»."""
        word = self.tokens[place].text
        opens = place + 1 + (word == "en" and self.follows(place, _AS_SOON))
        if word not in _WHEN and opens == place + 1:
            return False
        following = [token.text for token in self.tokens[opens : opens + _VERB_REACH]]
        return _FREE_AGAIN.isdisjoint(following) and self.pays_soon(place)

    def takes_back(self, place: int) -> bool:
        """Whether what was said once is put right from here: «le había dicho el quince mejor el veinte le deposito»."""
        if self.tokens[place].text != "mejor" or (place and self.tokens[place - 1].text in _NO_CORRECTION):
            return False
        for index in range(place, min(place + _PROMISE_REACH, len(self.tokens))):
            if self.is_sign(index) or self.masks[index] & _PAYS:
                return not self.is_sign(index)
        return False

    def opens_a_promise(self, place: int, start: int, *, dated: bool) -> bool:
        """Whether the date opens a sentence of paying: beside another day, or right before «le pago»."""
        if dated:
            return self.pays_soon(place)
        if start == 0 or self.masks[start - 1] & cue.NEGATION or self.tokens[start - 1].text in _HANGS_ON:
            return False
        return self.is_my_payment(self.first_said(self.dates[place]))

    def first_said(self, place: int) -> int:
        """The first of the next tokens that only leads up to nothing: «el 31 temprano, ya sin falta | le pago»."""
        last = min(place + _VERB_REACH, len(self.tokens))
        while place < last and ((self.covered[place] and place not in self.dates) or self.tokens[place].text in _LEAD):
            place += 1
        return place

    def is_my_payment(self, place: int) -> bool:
        """Whether «le pago», «te voy a dar» stands there."""
        first = place
        while place < min(first + _VERB_REACH, len(self.tokens)) and self.tokens[place].text in _CLITICS:
            place += 1
        if place == first or place >= len(self.tokens) or self.tokens[first].text not in _LISTENERS | {"se"}:
            return False
        word = self.tokens[place].text
        if word in _ABOUT_TO and self.pays_soon(place, _VERB_REACH):
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

    def is_sum_said(self, place: int) -> bool:
        """Whether a sum follows «ya le dije»: «ya le dije treinta y ocho el último día del mes»."""
        if place < 3 or self.tokens[place - 1].text != "dije" or not is_number(self.tokens[place]):
            return False
        return self.tokens[place - 2].text in _LISTENERS and self.tokens[place - 3].text in ("ya", "yo")

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
