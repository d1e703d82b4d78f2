"""What words far apart make of each other's cues: a quotation, a contrast, whose debt or bill it is.

`pipeline.date_cues` reads a word by itself and its neighbours; here the sentence around it and the dates are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from pipeline import date_cues as cue
from pipeline.date_neighbours import BILL_VERBS, OWED, is_number, pays_a_thing
from pipeline.dates import DateMatch, Found
from pipeline.tokens import Token

_STOPS = frozenset(".?!;…")
_PAYS = cue.PAY | cue.LIGHT
_THINGS = frozenset({"lo", "la", "los", "las"})
_LISTENERS = frozenset({"le", "les", "te", "os"})
_ARTICLES = frozenset({"el", "la", "los", "las", "este", "esta", "para", "pal", "en"})
_BEFORE_DAYS = _ARTICLES - {"este", "esta"}
_INSURED = frozenset({"el", "del", "mi", "su", "un", "al", "de", "otro", "los", "este", "ese"})
_ASKS_WHICH = frozenset({"dia", "fecha", "si", "cuando", "tal"})
_ASKED_FOR = frozenset("pidio pidieron pediste exigio exigieron solicito solicitaron ofrecio ofrecieron indico".split())
_TO_ANYBODY = _LISTENERS | {"me", "nos", "se"}
_US = frozenset("usted ustedes vos ti el ella ellos mi la las los lo".split())
_CONTRASTS = frozenset({"y", "pero", "luego", "despues", ",", ";", "."})
_AWAY = frozenset({"esta", "estan", "atiende", "atienden", "viene", "vienen"})
_YOU = frozenset({"usted", "ustedes"})
_VISITS = frozenset("visita visitas cita reunion inspeccion entrevista llamada turno".split())
_SCHEDULES = ("agend", "program", "reprogram", "coordin", "apart")
_CARDS = frozenset("tarjeta tarjetas visa mastercard".split())
_MAY = frozenset("puede pueden podes puedes podria podrian".split())
_CHARGING = frozenset("descontar cobrar cargar debitar".split())
_CHARGES = frozenset("cobra cobras carga cargas debita debitas".split())
_COMES_IN = frozenset({"cae", "sale", "llega", "entra"})
_SUBJUNCTIVES = frozenset("pague de abone deposite liquide cancele ponga entregue transfiera consigne".split())
_SCORN = frozenset("loco loca locos sonando sonado estuviera estuviese fuera".split())
_OWES = frozenset("debe debia deben debian".split())
_ITS_OWNER = frozenset("mi la el su otro otra".split())
_TAKES_UP = frozenset("esos esas eso ese esa".split())
_EXPLAINS = frozenset("ya se ando estoy hoy".split())
_HAVE_TO = frozenset("tengo tenemos que voy vamos a debo hay".split())
_COSTS = frozenset("son es cuesta cuestan vale valen sale salen cobran".split())
_TO_PAY_WITH = frozenset("que para chance como modo manera forma con de un una el la lo pago".split())
_DEALINGS = frozenset("abono pago deposito transferencia consignacion giro ingreso movimiento".split())
_DONE = frozenset("hecho hecha realizado realizada efectuado efectuada recibido recibida aplicado reportado".split())
_NEAR, _SENTENCE, _FAR = 4, 10, 60
_PLACES = frozenset("banco oficina sucursal caja agencia tienda ventanilla".split())


def weigh_wording(tokens: Sequence[Token], masks: list[int], found: Found) -> None:
    """Change the cues of single tokens by the sentence they stand in.

    Args:
        tokens: The utterance.
        masks: What `cue_masks` gives for each token; changed in place.
        found: Its dates.
    """
    words = [token.text for token in tokens]
    said = _Said(
        tokens,
        words,
        masks,
        {match.first: match for match in found.dates},
        frozenset(match.last for match in found.dates),
    )
    for place, word in enumerate(words):
        for rule in _RULES.get(word, ()):
            rule(said, place)
    for match in found.dates:
        said.beside(match)


@dataclass(frozen=True, slots=True)
class _Said:
    """An utterance's words, what each says, the dates by their first token, and the tokens after them."""

    tokens: Sequence[Token]
    words: list[str]
    masks: list[int]
    dates: dict[int, DateMatch]
    lasts: frozenset[int]

    def opens(self, place: int) -> int:
        """The first token of the sentence, as far back as anything is still meant."""
        farthest = max(0, place - _FAR)
        while place > farthest and self.words[place - 1] not in _STOPS:
            place -= 1
        return place

    def ends(self, place: int) -> int:
        farthest = min(len(self.words), place + _FAR)
        while place < farthest and self.words[place] not in _STOPS:
            place += 1
        return place

    def has(self, first: int, last: int, cues: int) -> bool:
        return any(mask & cues for mask in self.masks[max(0, first) : last])

    def dated(self, first: int, last: int) -> bool:
        return any(place in self.dates for place in range(first, last))

    def mark(self, first: int, last: int, cues: int) -> None:
        for place in range(first, last):
            self.masks[place] |= cues

    def beside(self, match: DateMatch) -> None:
        """What stands right before or after a date."""
        before = self.words[match.first - 1] if match.first else ""
        after = self.words[match.last] if match.last < len(self.words) else ""
        if match.rule == "quincena" and "mi" in (before, self.words[match.first]) and after in _COMES_IN:
            self.masks[match.last] |= cue.INCOME  # "mi quincena cae el 15"
        first = match.first
        while first > 0 and self.words[first - 1] in _BEFORE_DAYS:
            first -= 1
        asks = first > 1 and any(
            one in _AWAY and two in _YOU for one, two in permutations(self.words[first - 2 : first], 2)
        )
        if asks or (before in _YOU and self.words[match.first] in _AWAY):
            self.masks[first - 1] |= cue.EVENT  # "¿usted está mañana?"

    def confirms(self, place: int) -> None:
        """«Le confirmo: lunes 16, por mil», «¿lo confirmo para el 14 por mil?» say what was agreed."""
        if not self.masks[place] & cue.CALL or "confirmo" not in self.words[place + 1 : place + 3]:
            return
        after = self.words.index("confirmo", place + 1) + 1
        end = self.ends(after)
        following = self.words[after] if after < end else ""
        sums = "por" in self.words[after:end]
        listed = following == ":" or (following == "," and self.dated(after, min(after + _NEAR, end)))
        if listed or (following == "para" and sums and self.dated(after, end)):
            self.masks[place] = cue.NEUTRAL

    def tells_that(self, place: int) -> None:
        """«Le digo que el lunes le entra»: said now; not «mañana le digo qué día»."""
        following = self.words[place + 1 : place + 4]
        if not self.masks[place] & cue.CALL or following[:2] != ["digo", "que"] or following[-1] in _ASKS_WHICH:
            return
        if not self.dated(self.opens(place), place):
            self.masks[place] = cue.NEUTRAL

    def surely(self, place: int) -> None:
        """«Pasado seguro» is no insurance."""
        if place and self.words[place - 1] not in _INSURED:
            self.masks[place] &= ~cue.OTHER_BILL

    def asked_for(self, place: int) -> None:
        """«Le doy el 29 lo que me pidió»: only tells of the sum."""
        opens = place - 1
        while opens > 0 and self.words[opens] in _TO_ANYBODY:
            opens -= 1
        if self.words[opens] != "que" or not self.has(self.opens(place), opens, _PAYS):
            return
        if self.words[opens - 1] == "lo" or self.words[opens - 1].isdecimal() or self.masks[opens - 1] & cue.MONEY:
            self.masks[place] = cue.NEUTRAL

    def pays_another(self, place: int) -> None:
        """«A Elektra le pago el viernes; a ustedes, cuando pueda»: beside the creditor in front it is another."""
        name = place + 1
        if name >= len(self.words) or self.words[name] in _US or not self.masks[name] & cue.UNKNOWN:
            return
        end = min(name + _NEAR, len(self.words))
        verb = next((i for i in range(name + 1, end - 1) if self.words[i] in ("le", "les")), -1)
        pays_first = verb > 0 and bool(self.masks[verb + 1] & _PAYS)
        pays_after = place > 1 and self.words[place - 2] in ("le", "les") and bool(self.masks[place - 1] & _PAYS)
        if not pays_first and not pays_after:
            return
        for creditor in range(name + 1, min(name + _FAR, len(self.words))):
            if self.masks[creditor] & cue.CREDITOR and not _CONTRASTS.isdisjoint(self.words[name:creditor]):
                self.masks[place] |= cue.OTHER_PAYEE
                return

    def goes_on(self, place: int) -> None:
        """«El arriendo son mil y lo pago el cinco» pays the rent; «cobro el 8, el 9 la llevo» the wage just named."""
        verb = place + 1
        while verb < len(self.words) and self.words[verb] in _HAVE_TO:
            verb += 1
        if verb >= len(self.words) or not self.masks[verb] & _PAYS:
            return
        if verb > place + 1 and self.words[place - 1] not in _TO_ANYBODY and self.is_of_a_thing(place):
            self.masks[place] |= cue.OTHER_BILL  # "la multa son mil y la tengo que pagar el lunes"
        if verb > place + 1:
            return
        opens, before = self.opens(place), self.words[place - 1] if place else ""
        if before in ("y", ",") and not self.has(opens, place, cue.INCOME):
            for bill in range(place - 1, opens, -1):
                if self.masks[bill] & _PAYS:
                    break
                if self.masks[bill] & cue.OTHER_BILL and self.words[bill - 1] in ("el", "la", "los", "las"):
                    self.masks[place] |= cue.OTHER_BILL
        following = self.words[place + 2 : place + 5]
        elsewhere = following[:1] in (["a"], ["al"]) and _PLACES.isdisjoint(following)
        recent = max(opens, place - _SENTENCE)
        earned = self.has(recent, place, cue.INCOME) and not self.has(recent, place, cue.EVENT)
        if self.words[place + 1].endswith("o") and not elsewhere and earned:
            self.masks[place + 1] |= cue.PAY

    def is_of_a_thing(self, place: int) -> bool:
        """Whether what the sentence begins with costs a sum and is no word of the debt."""
        opens = self.opens(place)
        while opens + 1 < place and self.words[opens] not in _BEFORE_DAYS | {"del"}:
            opens += 1
        costs = _COSTS.isdisjoint(self.words[opens:place])
        return not costs and opens + 1 < place and self.words[opens + 1] not in OWED

    def schedules(self, place: int) -> None:
        """«Le agendo la visita para el jueves»."""
        if any(word.startswith(_SCHEDULES) for word in self.words[max(0, place - _NEAR) : place]):
            self.masks[place] |= cue.CALL

    def charges(self, place: int) -> None:
        """«Tome los datos de la tarjeta y me cobra los mil ahora»: asked for by who pays."""
        before = self.words[place - 1] if place else ""
        after = self.words[place + 1] if place + 1 < len(self.words) else ""
        if before != "me" or after not in (*_THINGS, "ahora", "ahorita", "de", "hoy", "ya"):
            return
        if not _CARDS.isdisjoint(self.words):
            self.masks[place] = cue.PAY | cue.CORE

    def is_charged(self, place: int) -> None:
        """«Mañana me pueden descontar cincuenta de la tarjeta»: no wage."""
        asked = place > 1 and self.words[place - 2] == "me" and self.words[place - 1] in _MAY
        if asked and not _CARDS.isdisjoint(self.words):
            self.masks[place] = cue.PAY | cue.CORE

    def given_to_me(self, place: int) -> None:
        """«Tiene que darme a mí los tres mil»."""
        if place > 1 and self.words[place - 1] == "a" and self.words[place - 2].endswith(("rme", "rmelo", "rmela")):
            self.masks[place - 2] = cue.INCOME

    def throws_back(self, place: int) -> None:
        """«Que yo pague el lunes, usted está loco»."""
        verb = place + 1
        while verb < len(self.words) and self.words[verb] in _LISTENERS | {"yo"}:
            verb += 1
        if verb >= len(self.words) or self.words[verb] not in _SUBJUNCTIVES or place != self.opens(place):
            return
        end = self.ends(place)
        if not _SCORN.isdisjoint(self.words[verb:end]):
            self.mark(place, end, cue.HYPOTHETICAL)

    def explains(self, place: int) -> None:
        """«Le doy mil que ya hablé con el patrón», «le hago el pago es que se fue la luz»: the reason comes after."""
        following = self.words[place + 1] if place + 1 < len(self.words) else ""
        is_reason = self.words[place] == "es" and following == "que"
        if following == "ya" and self.ends_a_date(place) and "mejor" in self.words[max(0, place - _NEAR) : place]:
            self.masks[place] |= cue.SPLIT | cue.SUBORDINATE  # "mejor el martes | que ya vendí"
            return
        if not is_reason and (self.words[place] != "que" or following not in _EXPLAINS):
            return
        opens = self.opens(place)
        noun = self.words[place - 1] in cue.PAYMENTS | {"transferencia"} and self.words[place - 2] in _INSURED | {"la"}
        if self.has(opens, place, _PAYS) and self.dated(opens, place) and not self.ends_a_date(place) and not noun:
            self.masks[place] |= cue.SPLIT | cue.SUBORDINATE

    def repeats(self, place: int) -> None:
        """«El diez le deposito, el diez de diciembre te digo»: said again, and no call."""
        if place < 1 or self.masks[place] & cue.CALL == 0 or place not in self.lasts:
            return
        dates = [match for match in self.dates.values() if match.first < place]
        last = [match.date.day for match in dates[-2:] if match.date is not None]
        if len(last) > 1 and last[0] == last[1]:
            self.masks[place] = cue.NEUTRAL

    def there_is(self, place: int) -> None:
        """«El viernes hay ampliado», «mañana hay paro»: an event."""
        first = place + 1
        if place not in self.lasts or first >= len(self.words) or self.words[first] in _TO_PAY_WITH:
            return
        if self.masks[first] & cue.UNKNOWN and not self.masks[first] & (cue.MONEY | cue.INCOME):
            self.masks[first] |= cue.EVENT

    def pays_a_thing(self, place: int) -> None:
        """«Tengo que pagar la patente»: another bill."""
        if self.masks[place] & _PAYS and pays_a_thing(self.tokens, place):
            self.masks[place + 2] |= cue.OTHER_BILL

    def is_a_place(self, place: int) -> None:
        """«Descargo un camión en el mercado»: no bill."""
        if self.words[place + 1 : place + 2] in (["el"], ["la"], ["mi"]) and place + 2 < len(self.words):
            self.masks[place + 2] &= ~cue.OTHER_BILL

    def makes(self, place: int) -> None:
        """«Me hago cuarenta mil», «lo que hago en la semana», «en octubre hago los cincuenta y tres»."""
        before = self.words[max(0, place - 2) : place]
        after = self.words[place + 1] if place + 1 < len(self.words) else ""
        number = place + 1 < len(self.words) and is_number(self.tokens[place + 1])
        if (after in ("al", "en", "por") and (before[-1:] == ["me"] or before == ["lo", "que"])) or (
            before[-1:] == ["me"] and number
        ):
            self.masks[place] = cue.INCOME
        elif (
            place in self.lasts
            and (number or after == "los")
            and any(match.last == place and match.rule == "month" for match in self.dates.values())
        ):
            self.masks[place] = cue.BIRTH

    def goes_off(self, place: int) -> None:
        """«Lo suyo, cuatrocientos, se va el sábado»."""
        opens = self.opens(place)
        yours = self.has(opens, place, cue.CREDITOR) and not self.has(opens, place, _PAYS | cue.NEGATION)
        if yours and self.dated(place, place + _NEAR):
            self.masks[place] |= cue.PAY

    def was_done(self, place: int) -> None:
        """«Un abono de mil hecho el cuatro de marzo»."""
        start = place + 1
        while start < len(self.words) and self.words[start] in _ARTICLES | {"del"} and start not in self.dates:
            start += 1
        noun = any(word in _DEALINGS for word in self.words[max(0, place - _SENTENCE) : place])
        if noun and start in self.dates:
            self.masks[place] |= cue.PAST

    def ends_a_date(self, place: int) -> bool:
        return place in self.lasts

    def owed_by_another(self, place: int) -> None:
        """«La que debe es mi cuñada, y ella dice que paga el sábado»."""
        if place < 2 or self.words[place - 1] != "que" or self.words[place - 2] not in ("el", "la"):
            return
        if self.words[place + 1 : place + 2] and self.words[place + 1].endswith("r"):
            return  # "el que debe pagar es mi hijo": he pays
        end = min(place + _SENTENCE, len(self.words) - 1)
        for copula in range(place + 1, end):
            if self.words[copula] == "es" and self.words[copula + 1] in _ITS_OWNER:
                self.mark(place, self.ends(place), cue.ECHO)
                return

    def owes_another(self, place: int) -> None:
        """«Le debo a Claro ochenta mil y esos los pago el viernes»: another's, unless said to you."""
        if self.words[place + 1 : place + 2] not in (["a"], ["al"]) or self.words[place + 2 : place + 3] == []:
            return
        if self.words[place + 2] in _US | {"un", "una"}:
            return
        end = self.ends(place)
        taken_up = next((i for i in range(place + 3, end) if self.words[i] in _TAKES_UP), end)
        for index in range(taken_up, end):
            if self.words[index] in _LISTENERS | _YOU:
                return
            if self.masks[index] & _PAYS:
                self.masks[index] |= cue.OTHER_PAYEE

    def waits(self, place: int) -> None:
        """«Si me espera hasta el lunes le pago»: no form of the past."""
        if self.masks[place] & cue.HYPOTHETICAL:
            self.masks[place] = cue.LIGHT

    def contrasts(self, place: int) -> None:
        """«El 10 del mes que viene, no este 10», «la segunda, no la primera»; «el quince no | el dieciséis»."""
        following = self.words[place + 1 : place + 3]
        if following in (["la", "primera"], ["la", "segunda"]) and {"primera", "segunda"} & set(
            self.words[self.opens(place) : place]
        ):
            self.masks[place] = cue.NEUTRAL
            return
        start = place + 1
        while start < len(self.words) and self.words[start] in _ARTICLES and start not in self.dates:
            start += 1
        match = self.dates.get(start)
        if match is None or not self.dated(max(0, place - _FAR), place):
            return
        if is_set_apart(self.words, match.first):
            self.masks[place] = cue.NEUTRAL
        elif self.ends_a_date(place) and start > place + 1 and self.is_cut_off(match.last):
            self.masks[place + 1] |= cue.SPLIT

    def is_cut_off(self, place: int) -> bool:
        return place >= len(self.words) or self.words[place] in _STOPS | {","} or bool(self.masks[place] & cue.SPLIT)


def is_set_apart(words: Sequence[str], first: int) -> bool:
    """Whether the date that starts there is the one not meant: «el lunes y no el viernes», «no este 10»."""
    place = first - 1
    while place >= 0 and words[place] in _ARTICLES:
        place -= 1
    if place < 1 or words[place] != "no":
        return False
    this = words[place + 1] in ("este", "esta") or words[first] in ("este", "esta")
    return words[place - 1] == "y" or (this and words[place - 1] != ",")


_RULES = {
    **dict.fromkeys(("le", "te", "les"), (_Said.confirms, _Said.tells_that, _Said.repeats)),
    "hay": (_Said.there_is,),
    "hago": (_Said.makes,),
    **dict.fromkeys(("va", "sale"), (_Said.goes_off,)),
    "en": (_Said.is_a_place,),
    **dict.fromkeys(BILL_VERBS, (_Said.pays_a_thing,)),
    **dict.fromkeys(_DONE, (_Said.was_done,)),
    **dict.fromkeys(("se",), (_Said.confirms,)),
    **dict.fromkeys(("la", "los", "las"), (_Said.goes_on,)),
    "lo": (_Said.confirms, _Said.goes_on),
    "seguro": (_Said.surely,),
    **dict.fromkeys(_ASKED_FOR, (_Said.asked_for,)),
    **dict.fromkeys(("a", "al"), (_Said.pays_another,)),
    **dict.fromkeys(_VISITS, (_Said.schedules,)),
    **dict.fromkeys(_CHARGES, (_Said.charges,)),
    "que": (_Said.throws_back, _Said.explains),
    "es": (_Said.explains,),
    "mi": (_Said.given_to_me,),
    **dict.fromkeys(_CHARGING, (_Said.is_charged,)),
    **dict.fromkeys(_OWES, (_Said.owed_by_another,)),
    **dict.fromkeys(("espera", "esperas"), (_Said.waits,)),
    "no": (_Said.contrasts,),
    **dict.fromkeys(("debo", "debemos"), (_Said.owes_another,)),
}
