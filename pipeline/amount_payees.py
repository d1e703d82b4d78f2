"""Sums that go to somebody else than who listens, or went to him already: a landlord's, a bill's, "su último pago"."""

from __future__ import annotations

from pipeline.amount_clauses import Utterance
from pipeline.amount_cues import Cue
from pipeline.amount_echoes import contains
from pipeline.amounts import AmountMatch
from pipeline.date_cues import pays_other, people
from pipeline.date_neighbours import pays_person

_ARTICLES = frozenset("el la los las mi mis su sus un una lo ese esa este esta otro otra".split())
_OTHER_DEBTS = (
    ("es", "otra", "deuda"),
    ("es", "otra", "cuenta"),
    ("es", "otro", "prestamo"),
    ("es", "otro", "credito"),
)
_TO_CREDITOR = frozenset({"le", "te", "les", "os", "usted", "ustedes"})
_MUST = frozenset("tengo tiene tenemos tendre tenia toca hay".split())
_ANOTHER = frozenset("otro otra otros otras".split())
_THEY_PAY = frozenset("pagando paga pagan pagaba pagaban".split())
_THEIR_OWN = frozenset("tarjeta prestamo credito carro auto moto deuda cuenta parte cuota".split())
_NEXT = frozenset("proximo proxima siguiente".split())
_LAST = frozenset({"ultimo", "ultima"})
_PAYMENTS = frozenset("pago abono deposito transferencia consignacion cuota movimiento ingreso".split())
_RECORDED = frozenset(
    "registramos registro registrado registrada aparece aparecio fue tenemos tengo recibimos recibio hizo figura data "
    "era vemos veo consta ingreso entro".split()
)
_REGISTERED = (
    ("se", "registro"),
    ("nos", "aparece"),
    ("registramos", "un"),
    ("nos", "figura"),
    ("quedo", "registrado"),
)
_LACKING = frozenset("falta faltan faltando faltarian faltaria".split())
_LEFT = _LACKING | frozenset("queda quedan quedarian resta restan sobran".split())
_TAKES_OFF = frozenset(
    "quito quitamos quita quitan rebajo rebajamos rebaja rebajan condono condonamos condonan perdono perdonamos "
    "bonifico bonificamos descuento descontamos".split()
)
_LENDERS = frozenset("financiera banco tienda agencia cooperativa concesionaria casa caja".split())
_LISTENERS = frozenset({"usted", "ustedes", "vos", "ti", "vosotros"})
_OURS = _LISTENERS | {"abonar", "pagar"}
_REACH = 5


def _left_or_taken_off(u: Utterance, match: AmountMatch) -> str | None:
    """What a sum is that lacks or is let off: "me faltan cien para los mil", "le quito dos y paga seis"."""
    if not _TAKES_OFF.isdisjoint(u.said):
        verb = match.first - 1
        from_it = u.text(match.last) in ("a", "al")  # "le quito mil a la compra"
        if u.text(verb) in _TAKES_OFF and u.text(verb - 1) in ("le", "te", "les", "se", "os") and not from_it:
            return "let off"
    if _LEFT.isdisjoint(u.said):
        return None
    place = match.first - 1
    while u.text(place) in ("como", "unos", "unas", "casi", "los", "nomas", "solo", "aun", "todavia", "$"):
        place -= 1
    first = u.clause(place, u.soft).start if place >= 0 else 0
    if u.text(place) in _LACKING and all(u.cues[i] is not Cue.PAY or u.text(i) in _LEFT for i in range(first, place)):
        return "lacking"
    verb = match.last + 1
    if u.text(match.last) != "que" or u.has(
        frozenset({Cue.PAY}), range(u.clause(match.first, u.soft).start, match.first)
    ):
        return None
    while u.text(verb) in ("me", "le", "te", "nos", "ya", "todavia", "aun"):
        verb += 1
    paid = u.has(frozenset({Cue.PAY}), range(verb + 1, u.clause(match.first, u.medium).stop))
    return "lacking" if u.text(verb) in _LEFT and not paid else None


def goes_elsewhere(u: Utterance, match: AmountMatch) -> str | None:
    """What a sum is that is lacking, let off, a standing expense, paid to somebody else or already on record."""
    if reason := _left_or_taken_off(u, match):
        return reason
    if _is_habit(u, match) or _pays_another(u, match) or _is_destined(u, match) or _pays_a_bill(u, match):
        return "expense"
    return "past" if _is_on_record(u, match) else None


def _is_on_record(u: Utterance, match: AmountMatch) -> bool:
    """Whether a payment that came in is told of: "su último abono fue de mil", "se registró un pago de mil"."""
    sentence = u.clause(match.first, u.hard)
    if not _LAST.isdisjoint(u.said):
        for i in sentence:
            if u.text(i) in _LAST and u.text(i + 1) in _PAYMENTS:
                if not _NEXT.isdisjoint([u.text(j) for j in range(i, match.first)]):
                    return False
                return any(u.text(j) in _RECORDED or u.cues[j] is Cue.PAST for j in range(i + 2, sentence.stop))
    return not _RECORDED.isdisjoint(u.said) and any(
        (u.text(i), u.text(i + 1)) in _REGISTERED and not _PAYMENTS.isdisjoint((u.text(i + 2), u.text(i + 3)))
        for i in sentence
        if i < match.first
    )


def _is_habit(u: Utterance, match: AmountMatch) -> bool:
    """Whether a standing expense is told: "de renta pago tres mil", "esa es otra deuda"."""
    if not _ANOTHER.isdisjoint(u.said) and contains([u.text(i) for i in u.clause(match.first, u.hard)], _OTHER_DEBTS):
        return True
    return any(
        u.cues[i] is Cue.NOUN and u.text(i - 1) in ("de", "en") and u.text(i + 1) in ("pago", "pagamos", "gasto")
        for i in u.clause(match.first, u.soft)
        if i + 2 >= match.first > i
    )


def _pays_another(u: Utterance, match: AmountMatch) -> bool:
    """Whether somebody else is paid: "le doy los quinientos a mi hermano", "al plomero mil", "a la señora, cien"."""
    clause = u.clause(match.first, u.soft)
    first = clause.start
    if u.text(first) == "que" and (u.text(first - 1) in _MUST or u.text(first - 1) in people()):
        first = u.clause(first - 1, u.soft).start  # "al agiotista le tengo | que dar mil"
    elif first > 1 and u.text(first - 1) == "," and u.is_apposition(clause):
        first = u.clause(first - 2, u.soft).start
    places = [i for i in range(first, clause.stop) if i not in u.inside]
    if u.text(match.first - 1) == "sus" and u.text(match.first - 2) in ("quiere", "quieren", "pide", "piden"):
        return _LISTENERS.isdisjoint([u.text(i) for i in places])  # "la señora quiere sus doscientos"
    if any(u.text(i) in people() and pays_person(u.tokens, i) and not _brings_it(u, i) for i in places):
        return True
    if _is_set_against(u, match, clause) or any(_is_named_by_what_it_sold(u, i) for i in places):
        return True
    if pays_other(u.tokens, places) or _pays_their_own(u, places):
        return True
    return any(u.text(i) in _ANOTHER and u.text(i - 1) == "a" and i + 1 in places for i in places)


def _is_named_by_what_it_sold(u: Utterance, i: int) -> bool:
    """As in "a la financiera del carro", "al banco de la casa"."""
    if (
        u.text(i) not in _LENDERS
        or u.text(i + 1) not in ("del", "de")
        or u.text(i - 1) not in ("al", "la", "el", "los")
    ):
        return False
    thing = i + 2 + (u.text(i + 2) in _ARTICLES)
    return thing < len(u.tokens) and u.cues[thing] is Cue.NOUN


def _brings_it(u: Utterance, person: int) -> bool:
    """Whether the person is sent with it: "le mando a mi hija con doscientos"."""
    sent = any(u.text(i).startswith(("mand", "envi")) for i in range(max(0, person - _REACH), person))
    return sent and u.text(person + 1) == "con"


def _is_set_against(u: Utterance, match: AmountMatch, clause: range) -> bool:
    """As in "al banco le pago mil y a ustedes ochocientos": somebody is named first, then who listens."""
    first = clause.start + (u.text(clause.start) in (",", "y", "si"))
    if u.text(first) not in ("al", "a") or u.text(first + 1) in _LISTENERS or _LISTENERS.isdisjoint(u.said):
        return False
    if first in u.taken or not {"le", "les"} & {u.text(i) for i in range(first + 1, match.first)}:
        return False
    after = range(match.last, u.clause(match.first, u.hard).stop - 1)
    return any(u.text(i) == "a" and u.text(i + 1) in _LISTENERS for i in after)


def _pays_their_own(u: Utterance, places: list[int]) -> bool:
    """As in "mi hija está pagando lo suyo", "mi mujer paga su tarjeta"; not "mi hija le paga"."""
    for i in places:
        if u.text(i) not in _THEY_PAY or u.text(i - 1) in _TO_CREDITOR | {"estoy", "estamos"}:
            continue
        owned = (u.text(i + 1), u.text(i + 2))
        if owned in (("lo", "suyo"), ("la", "suya")) or (owned[0] in ("su", "sus") and owned[1] in _THEIR_OWN):
            return True
    return False


def _pays_a_bill(u: Utterance, match: AmountMatch) -> bool:
    """Whether another bill is what is paid with it: "me faltan mil para completar la renta"."""
    clause = u.clause(match.first, u.soft)
    if clause.start > 1 and u.text(clause.start - 1) == "," and u.is_apposition(clause):
        clause = range(u.clause(clause.start - 2, u.soft).start, clause.stop)
    if not _TO_CREDITOR.isdisjoint([u.text(i) for i in clause]):
        return False
    return any(
        u.cues[i] is Cue.NOUN and u.text(i - 1) in _ARTICLES and i - 2 in clause and u.cues[i - 2] is Cue.PAY
        for i in clause
    )


def _is_destined(u: Utterance, match: AmountMatch) -> bool:
    """Whether it is said to be for something else: "doce dólares, y son para la comida"."""
    clause = u.clause(match.first, u.soft)
    tail = clause.stop if u.text(clause.stop) == "y" and not u.has(frozenset({Cue.PAY}), clause) else match.last
    if u.text(tail) == "que":  # "los cien que me manda mi hija son para la comida"
        ends = range(tail, min(tail + 2 * _REACH + 2, len(u.tokens) - 1))
        tail = next((i for i in ends if u.text(i) == "son" and u.text(i + 1) == "para"), tail)
    follows = [u.text(i) for i in range(tail, tail + _REACH)]
    while follows[0] in (",", "y", "pero"):
        follows.pop(0)
    return follows[0] == "son" and follows[1] in ("para", "pa") and follows[2] not in _OURS
