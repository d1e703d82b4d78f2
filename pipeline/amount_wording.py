"""What the wording around a sum says that it is: a price of each, what a day brings, what is only wondered about.

«A mil el vasito», «sesenta dólares diarios», «ando viendo cómo hago con los seis mil», «¿sabe cuánto pago? Veinte mil»:
none of these promises anything, whatever word of paying stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.amount_clauses import Utterance
from pipeline.amount_cues import Cue
from pipeline.amount_values import AmountMatch
from pipeline.date_neighbours import BILL_VERBS, OWED
from pipeline.number_words import read_word

_EACH = frozenset({"el", "la", "por", "cada"})
_UNITS = frozenset(
    "hora libra kilo kg quintal galon litro docena metro caja bolsa saco bulto arroba carga pieza unidad persona "
    "cabeza jornada turno viaje carrera vuelta noche clase sesion plato vaso vasito taza tonelada carton paquete "
    "par ciento millar hectarea porcion rollo botella lata cubeta balde costal racimo atado onza gramo balon "
    "cilindro garrafa bombona yarda pie tarea copia receta entrada funcion fanega cajeta bandeja".split()
)
_NOT_EACH = frozenset("semana quincena mes dia cuota letra mensualidad proxima otra siguiente fecha verdad".split())
_GOES_FOR = frozenset(
    "doy damos dan vendo vendemos venden pagan paga pagaban compran compra sale salen fian consigo".split()
)
_TO_CREDITOR = frozenset({"le", "te", "les", "os", "se"})
_DAILY = frozenset({"diarios", "diarias", "diario", "diaria"})
_BY_DAY = frozenset({("al", "dia"), ("por", "dia"), ("cada", "dia")})
_WONDER = frozenset(
    "viendo ver veo vere buscando buscar busco pensando pensar pienso se sabe averiguando averiguar mirando".split()
)
_MEANS = frozenset({"como", "donde"})
_ASK_SELF = frozenset("sabe sabes saben sabia sabias sabian imagina imaginas imaginese vio adivine".split())
_HOW_MUCH = frozenset("cuanto cuanta cuantos cuantas".split())
_FALLS_DUE = frozenset({"vence", "vencen", "vencio", "vencia"})
_IS = frozenset("son es eran era van sale salen".split())
_BEFORE_NOUNS = frozenset("el la los las mi mis un una".split())
_TAKEN_OUT = frozenset({"ahi", "eso", "esos", "esas", "ese", "esa", "ello"})
_OBJECTS = frozenset({"lo", "la", "los", "las"})
_DONE = frozenset("hecho hecha realizado realizada efectuado efectuada recibido recibida aplicado reportado".split())
_RECORDED = frozenset("registrado registrada reflejado reflejada aplicado acreditado reportado".split())
_SHOWS = frozenset("tengo tenemos aparece consta figura hay veo esta fue".split())
_DEALINGS = frozenset("abono pago deposito transferencia consignacion giro ingreso movimiento".split())
_YOURS = frozenset({"lo suyo", "lo tuyo", "lo vuestro", "lo de ustedes", "lo de usted", "lo de vos"})
_LEAVES = frozenset("va sale queda vas listo fijo segura seguro".split())
_NONE = frozenset("no nunca debo piden cobran".split())
_APPOSED = frozenset({",", "los", "las", "o", "sea", "que", "son", "osea", ":", "como"})
_OWED_REACH = 7
_BARE_PAYING = frozenset("pago pagamos hago gasto".split())
_QUESTION_REACH = 16
_REACH = 3


def told_otherwise(u: Utterance, match: AmountMatch) -> str | None:
    """Why the wording makes it none to be paid; None if it does not."""
    if _is_price_of_each(u, match) or _goes_for(u, match):
        return "price"
    if _is_by_the_day(u, match):
        return "income"
    if _is_wondered_about(u, match):
        return "wondered"
    if _answers_own_question(u, match):
        return "price"
    if _is_on_record(u, match):
        return "past"
    if not u.has(frozenset({Cue.PAY, Cue.WEAK}), u.clause(match.first, u.soft)):
        if _falls_due(u, match):
            return "debt"
        return "expense" if _is_of_what_is_named(u, match) or _is_a_bill(u, match) else None
    return None


def _is_price_of_each(u: Utterance, match: AmountMatch) -> bool:
    """As in "dieciocho la hora", "a trescientos la libra", "a mil el vasito"."""
    place = match.last
    noun = u.text(place + 1)
    if u.text(place) not in _EACH or not noun.isalpha() or not u.taken.isdisjoint((place, place + 1)):
        return False
    if noun in _UNITS:
        return True
    of_each = u.text(match.first - 1) == "a" and u.text(place) in ("el", "la")
    return of_each and noun not in _NOT_EACH and not read_word(noun)


def _goes_for(u: Utterance, match: AmountMatch) -> bool:
    """As in "los doy a quince", "pagan a noventa", "me sale a un dólar", "cien dólares están a mil bolivianos"."""
    if u.text(match.last) in ("esta", "estan") and "a" in (u.text(match.last + 1), u.text(match.last + 2)):
        return True
    if u.text(match.first - 1) != "a" or u.text(match.first - 2) not in _GOES_FOR:
        return False
    return _TO_CREDITOR.isdisjoint([u.text(i) for i in range(match.first - 2 - _REACH, match.first - 2)])


def _is_by_the_day(u: Utterance, match: AmountMatch) -> bool:
    """As in "sesenta dólares diarios alcanzan", "mil al día"; not "le abono cien diarios"."""
    place = match.last
    if u.text(place) not in _DAILY and (u.text(place), u.text(place + 1)) not in _BY_DAY:
        return False
    if place in u.taken or u.first_content >= u.length:
        return False
    of_thing = u.text(place) in _DAILY and u.text(place + 1) in ("de", "del")
    before = range(u.clause(match.first, u.soft).start, match.first)
    offered = any(u.cues[i] in (Cue.PAY, Cue.WEAK) and u.text(i) not in _BARE_PAYING for i in before)
    to_creditor = not _TO_CREDITOR.isdisjoint([u.text(i) for i in before])
    return not to_creditor and (of_thing or not offered)


def _is_wondered_about(u: Utterance, match: AmountMatch) -> bool:
    """As in "ando viendo cómo hago con los seis mil", "no sé de dónde saco los mil"."""
    for place in range(u.clause(match.first, u.soft).start + 1, match.first):
        if u.text(place) in _MEANS:
            before = place - 1 - (u.text(place - 1) == "de")
            if u.text(before) in _WONDER:
                return True
    return False


def _answers_own_question(u: Utterance, match: AmountMatch) -> bool:
    """As in "¿sabe cuánto pago yo de gota a gota? Veinte mil"."""
    first = u.clause(match.first, u.hard).start
    if u.text(first - 1) != "?" or u.has(frozenset({Cue.PAY, Cue.WEAK}), range(first, match.first)):
        return False
    asked = [u.text(i) for i in range(max(0, first - _QUESTION_REACH), first)]
    return not _HOW_MUCH.isdisjoint(asked) and not _ASK_SELF.isdisjoint(asked)


def _falls_due(u: Utterance, match: AmountMatch) -> bool:
    """As in "el SOAT se vence el once, son seiscientos mil"."""
    first = u.clause(match.first, u.soft).start
    if first == 0 or u.hard[first - 1] != u.hard[match.first]:
        return False
    return any(u.text(i) in _FALLS_DUE for i in u.clause(first - 1, u.soft))


def _is_of_what_is_named(u: Utterance, match: AmountMatch) -> bool:
    """As in "de la academia son trescientos al mes"."""
    first = u.clause(match.first, u.soft).start
    first += u.text(first) in ("y", "que")
    first += u.text(first) == "lo" and u.text(first + 1) == "de"  # "lo de la luz son mil"
    if u.text(first) not in ("de", "del") or u.text(first + 1) in ("usted", "ustedes", "vos"):
        return False
    noun = first + 1 + (u.text(first + 1) in _BEFORE_NOUNS)
    if noun in u.inside or not u.text(noun).isalpha():
        return False
    more = u.text(match.first - 1) in ("otros", "otras")  # "y de inglés otros doscientos"
    return more or any(u.text(i) in _IS for i in range(noun + 1, match.first))


def _is_on_record(u: Utterance, match: AmountMatch) -> bool:
    """As in "un depósito de mil realizado el dos", "tengo registrado un pago de mil"."""
    if u.text(match.last) in _DONE:
        return True
    before = [u.text(i) for i in range(u.clause(match.first, u.soft).start, match.first)]
    recorded = any(one in _SHOWS and two in _RECORDED for one, two in pairwise(before))
    return recorded and not _DEALINGS.isdisjoint(before)


def _is_a_bill(u: Utterance, match: AmountMatch) -> bool:
    """As in "pago la tenencia, tres mil", "los patios son mil y los tengo que pagar"."""
    clause = u.clause(match.first, u.soft)
    before = u.clause(clause.start - 2, u.soft) if u.text(clause.start - 1) == "," and clause.start > 1 else range(0)
    before = u.clause(clause.start - 1, u.soft) if clause.start and u.text(clause.start - 1) == "," else before
    to_creditor = not _TO_CREDITOR.isdisjoint([u.text(i) for i in before])
    if not to_creditor and any(u.cues[i] is Cue.NOUN and u.cues[i - 2] is Cue.PAY for i in before if i - 2 in before):
        return True
    after = clause.stop
    if u.text(after) != "y" or u.text(after + 1) not in _OBJECTS or u.text(after + 2) not in ("tengo", "debo", "hay"):
        return False
    first = clause.start + (u.text(clause.start) == "y")
    thing = u.text(first) in _BEFORE_NOUNS and u.text(first + 1) not in OWED
    return thing and any(u.text(i) in _IS for i in range(first, match.first))


def is_taken_from(u: Utterance, match: AmountMatch, given: AmountMatch) -> bool:
    """Whether the sum given is said to be out of this one: "me caen dos mil, de ahí le aparto trescientos"."""
    for place in range(match.last, given.first):
        if u.text(place) in ("de", "con") and u.text(place + 1) in _TAKEN_OUT and u.text(place + 2) != "en":
            return True
    return False


def names_its_own(u: Utterance, index: int) -> bool:
    """Whether what the token says of was named right before: "lo de ustedes | se lo pago el otro mes"."""
    before = [u.text(i) for i in range(index - 3, index)]
    return " ".join(before) in _YOURS or " ".join(before[1:]) in _YOURS


def is_called_yours(u: Utterance, match: AmountMatch) -> bool:
    """Whether it stands beside what the listener gets: "lo suyo, cuatrocientos, se va el sábado"."""
    clause = u.clause(match.first, u.soft)
    place = clause.start - 1
    named = u.text(place) == "," and names_its_own(u, place)
    if not named or u.text(match.last) != "," or match.first > clause.start + 1:
        return False
    after = u.clause(match.last + 1, u.soft)
    said = [u.text(i) for i in after]
    return _NONE.isdisjoint(said) and not (_LEAVES.isdisjoint(said) and u.taken.isdisjoint(after))


def is_what_is_owed(u: Utterance, match: AmountMatch) -> bool:
    """Whether the debt is said to be paid and the sum stands beside it: "pago mi adeudo, son mil doscientos"."""
    clause = u.clause(match.first, u.soft)
    if (
        clause.start == 0
        or u.text(clause.start - 1) != ","
        or any(u.cues[i] not in (None, Cue.NEUTRAL) for i in clause)
    ):
        return False
    verb = next(
        (i for i in range(clause.start - 1, max(0, clause.start - _OWED_REACH), -1) if u.text(i) in BILL_VERBS), 0
    )
    if not verb or u.hard[verb] != u.hard[match.first] or u.cues[verb] is not Cue.PAY:
        return False
    before = u.text(verb - 1)
    owed = u.text(verb + 2) in OWED and u.text(verb + 1) in _BEFORE_NOUNS
    owed = owed or [u.text(i) for i in range(verb + 1, verb + 4)] == ["lo", "que", "debo"]
    return (
        owed and before not in ("no", "ya", "se", "de") and all(u.text(i) != "," for i in range(verb, clause.start - 1))
    )


def put_in_figures(u: Utterance, reasons: Sequence[str | None]) -> Iterator[int]:
    """The positions of parts that a figure beside them values: "le pago completo, cuarenta y ocho setenta y cinco"."""
    for place in range(len(u.matches) - 1):
        left, right = u.matches[place : place + 2]
        if left.kind != "balance" or right.kind == "balance" or reasons[place] or reasons[place + 1]:
            continue
        between = [u.text(i) for i in range(left.last, right.first)]
        paid = u.has(frozenset({Cue.PAY}), u.clause(left.first, u.soft))
        if paid and between and set(between) <= _APPOSED and left.rule != "rest":
            yield place


def goes_on(u: Utterance, position: int) -> bool:
    """Whether but a comma parts it from the sum before: "lo que hago son mil, mil doscientos"."""
    left, right = u.matches[position - 1 : position + 1]
    return u.text(left.last) == "," and right.first == left.last + 1 and u.nearest(right, u.soft) is None
