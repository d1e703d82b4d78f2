"""Of two sums the one that is not paid: drawn, asked for or come in, and another one is given out of it.

«Saco quinientos del cajero pero les dejo trescientos», «quiere los mil, yo le doy ochocientos», «el mínimo son
cuatrocientos, ¿no? Le paso doscientos»: alone each first sum may be the payment; beside the second it is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from pipeline.amount_clauses import Utterance
from pipeline.amount_cues import PAYING, Cue
from pipeline.amount_rejections import is_given
from pipeline.amount_wording import is_taken_from
from pipeline.amounts import AmountMatch

_DRAWN = frozenset("saco sacamos sacar sacare sacando retiro retiramos retirar retirare".split())
_WANTED = frozenset("quiere quieren queres quieres pide piden pides pedis exige exigen pretende pretenden".split())
_REDUCED = frozenset("descuento quita rebaja campana promocion bonificacion".split())
_HOLD = frozenset("tengo tenemos".split())
_SAID_ONCE = frozenset("dije decia habia dicho ser iba iban prometi ofreci".split())
_CHANGING = frozenset("pero final sino mejor pensandolo".split())
_MEANT = frozenset("iba ibamos pensaba pensabamos".split())
_IS = frozenset("es son seria serian era eran".split())
_STANDS = frozenset({"esta", "anda", "estaba", "queda"})
_TOTALS = frozenset("total minimo saldo deuda adeudo monto cuota balance importe mensualidad".split())
_FILLER = frozenset("como unos unas casi tipo de por".split())
_LIVES = frozenset("vivo vivimos sobrevivo sobrevivimos mantengo mantenemos subsisto subsistimos comemos".split())
_NEEDS = frozenset(
    "hijos hijas ninos ninas cabros chamos nenes guaguas gurises chicos chiquillos bocas vive vivir vivimos alcanza "
    "comer come arriendo renta alquiler luz medicinas remedios familia mantener quiere quieren".split()
)
_EATS = frozenset("come vive comemos vivimos vivo comen viven".split())
_THOSE = frozenset("los las esos esas mis unos unas".split())
_RECEIPTS = frozenset(
    "comprobante comprobantes voucher boucher baucher captura ticket soporte colilla constancia detalle "
    "desglose resumen aviso recordatorio carta notificacion".split()
)
_TRANSFERS = frozenset("transferencia deposito pago consignacion recibo".split())
_AFTERWARDS = frozenset({"luego", "despues"})
_YOURS = frozenset("suyo suya tuyo tuya vuestro ustedes usted".split())
_OTHERS = frozenset("otro otra otros otras resto demas".split())
_PAID = frozenset({Cue.PAY})
_REACHES = frozenset("va van anda andan vamos queda".split())
_HAVE = frozenset("tengo tenemos queda quedan traigo".split())
_NOT_THINGS = frozenset(
    "cuota mensualidad letra parte abonito pago deuda acuerdo total primera segunda tercera giro poco cuenta".split()
)
_CLITICS = frozenset("os me te se le les lo la los las nos".split())
_REACH = 5


def sources(u: Utterance, reasons: Sequence[str | None]) -> Iterator[int]:
    """The positions of the sums that a later one of the utterance is given out of or instead of."""
    later_given: AmountMatch | None = None
    later_paid = later_kept = discounted = False
    divided: set[Decimal] = set()  # sums of which a later match is a share or a payment
    for place in range(len(u.matches) - 1, -1, -1):
        match = u.matches[place]
        if reasons[place] is not None:
            continue
        if discounted or (match.value is not None and match.value in divided) or (later_kept and _is_changed(u, place)):
            yield place
            continue
        later_kept = True
        discounted = _is_after_discount(u, match)
        taken = later_given is not None and (_is_source(u, place) or is_taken_from(u, match, later_given))
        if taken or _is_split(u, place):
            yield place
        elif is_given(u, match) or _is_handed_over(u, match):
            later_given = match
            later_paid = not _is_added(u, match)
        elif later_paid and _is_only_named(u, match):
            yield place
        elif u.has(_PAID, u.clause(match.first, u.soft)):
            later_paid = not _is_added(u, match)
        if match.rule.endswith("of a sum") and match.literal is not None:
            divided.add(match.literal)
        elif place and match.plan is not None and match.plan.count and match.plan.each is not None:
            between = u.texts[u.matches[place - 1].last : match.first]
            if "en" in between and "y" not in between:  # "los trescientos se los pago en tres de cien"
                divided.add(match.plan.count * match.plan.each)


def _is_only_named(u: Utterance, match: AmountMatch) -> bool:
    """Whether nothing in its clause pays it, where another is paid: "son noventa los que debo y le paso treinta".

    A clause that is but the sum and its day shares the verb of the other: "el lunes cien y el viernes le doy mil".
    """
    clause = u.clause(match.first, u.soft)
    if match.plan is not None or match.kind == "balance" or u.has(_PAID, clause):
        return False
    reaches = u.text(match.first - 1) == "en" and u.text(match.first - 2) in _REACHES
    said = (
        reaches
        or u.text(match.first - 1) in _IS
        or any(not u.is_empty(i) and u.cues[i] is not Cue.WEAK for i in clause)
    )
    dated = any(i in u.taken for i in clause)
    return said or (not dated and u.first_content < clause.stop and u.text(match.first - 1) in _THOSE)


def _is_added(u: Utterance, match: AmountMatch) -> bool:
    """As in "y el viernes le doy otros mil", "uno de mil y otro de dos mil"."""
    before = {u.text(i) for i in range(match.first - 3, match.first)}
    return not before.isdisjoint(_OTHERS) or u.text(match.last) in ("mas", "restantes")


def _is_split(u: Utterance, place: int) -> bool:
    """As in "los seiscientos en tres recibos de doscientos"."""
    if place + 1 >= len(u.matches) or u.matches[place + 1].plan is None:
        return False
    left, right = u.matches[place : place + 2]
    return (
        u.text(left.last) == "en" and right.first - left.last < 2 * _REACH and u.soft[left.first] == u.soft[right.first]
    )


def _is_source(u: Utterance, place: int) -> bool:
    match = u.matches[place]
    if _is_described(u, place) or _is_what_comes_in(u, match):
        return True
    clause = u.clause(match.first, u.soft)
    for index in range(match.first - 1, max(clause.start, match.first - _REACH) - 1, -1):
        word = u.text(index)
        if u.cues[index] is Cue.INCOME and u.text(index - 1) in ("me", "nos"):
            return True  # "si me dan los mil del préstamo le pago quinientos"
        if word.startswith("vend") or (word in _HOLD and index >= match.first - 2 and _is_part_of_it(u, place)):
            return True
        if word in _DRAWN or (word in _WANTED and u.text(index - 1) != "si"):
            return True
        if word in _MEANT and not {"a", "dar", "darle"}.isdisjoint([u.text(index + 1)]):
            return True
    return False


def _is_after_discount(u: Utterance, match: AmountMatch) -> bool:
    """As in "son cuatrocientos, con el descuento doscientos diez"."""
    clause = u.clause(match.first, u.soft)
    before = [u.text(i) for i in range(clause.start, match.first)]
    return "con" in before and not _REDUCED.isdisjoint(before)


def _is_part_of_it(u: Utterance, place: int) -> bool:
    """As in "tengo doscientos ahorrados y te doy cien"; not "tengo cien hoy y te doy otros mañana"."""
    match, later = u.matches[place], u.matches[place + 1]
    if match.value is None or later.value is None or later.value >= match.value:
        return False
    return u.taken.isdisjoint(u.clause(match.first, u.soft)) and u.text(later.first - 1) not in (
        "otros",
        "otro",
        "otras",
    )


def _is_changed(u: Utterance, place: int) -> bool:
    """As in "le dije mil pero son ochocientos", "iban a ser mil, al final son ochocientos"."""
    match, later = u.matches[place], u.matches[place + 1]
    if _SAID_ONCE.isdisjoint([u.text(i) for i in range(max(0, match.first - 2), match.first)]):
        return False
    between = [u.text(i) for i in range(match.last, later.first)]
    return not _CHANGING.isdisjoint(between) and later.value != match.value


def _is_described(u: Utterance, place: int) -> bool:
    """Whether it is what the minimum or the total comes to: "el mínimo son cuatrocientos"; either of the two."""
    named_by = u.matches[place].first - 1
    while u.text(named_by) in _FILLER | _IS:
        named_by -= 1
    if u.text(named_by) == "en" and u.text(named_by - 1) in _STANDS:
        named_by -= 2
    is_total = u.text(named_by) in _TOTALS and u.text(named_by + 1) in _IS | _STANDS
    if is_total and not u.has(frozenset({Cue.PAY}), u.clause(named_by, u.soft)):
        return True
    for part, total in ((place, place + 1), (place - 1, place)):
        if part < 0 or total >= len(u.matches) or u.matches[part].kind != "balance":
            continue
        between = [u.text(i) for i in range(u.matches[part].last, u.matches[total].first)]
        clause = u.clause(u.matches[part].first, u.soft)
        named = bool(between) and between[0] in _IS | _STANDS and set(between[1:]) <= _FILLER | {"en"}
        if named and not u.has(frozenset({Cue.PAY}), clause):
            return True
    return False


def _is_what_comes_in(u: Utterance, match: AmountMatch) -> bool:
    """As in "cuando me salga la liquidación, que son cinco palos"."""
    first = match.first - 1
    while u.text(first) in _FILLER:
        first -= 1
    if u.text(first) == "," and u.nearest(match, u.soft) in (None, Cue.NEUTRAL):
        before = u.clause(first - 1, u.soft) if first > 0 else range(0)
        if u.has(frozenset({Cue.INCOME}), before) and not u.has(frozenset({Cue.PAY}), before):
            return True  # "me llega el bono, como dos mil, y le pago trescientos"
    if u.text(first) in _IS and u.text(first - 1) in (",", "y") and first > 1:
        before = u.clause(first - 2, u.soft)  # "me pagan por cheque, son como mil, y le mando cien"
        if u.has(frozenset({Cue.INCOME}), before) and not u.has(frozenset({Cue.PAY}), before):
            return True
    if u.text(first) not in _IS or u.text(first - 1) != "que":
        return False
    before = u.clause(first - 2, u.soft) if first > 1 else range(0)
    if u.text(first - 2) == ",":
        before = u.clause(first - 3, u.soft) if first > 2 else before
    return u.has(frozenset({Cue.INCOME}), before) or (len(before) > 0 and u.subordinate[u.soft[before.start]])


def _is_handed_over(u: Utterance, match: AmountMatch) -> bool:
    """As in "tengo doscientos y se los doy"."""
    for index in range(match.last, min(match.last + _REACH, len(u.tokens) - 1)):
        if u.text(index) in ("se", "te") and u.text(index + 1) in ("los", "las", "lo", "la"):
            return index + 2 < len(u.tokens) and u.cues[index + 2] is Cue.PAY
    return False


def of_other_money(u: Utterance, match: AmountMatch, *, periodic: bool) -> str | None:
    """What the words right around it say that it is: an income, a receipt's, another creditor's."""
    if _is_all_that_is_owed(u, match):
        return "debt"
    if _is_lived_on(u, match, periodic=periodic) or _is_what_is_earned(u, match.last):
        return "income"
    paid = u.has(frozenset({Cue.PAY, Cue.WEAK}), u.clause(match.first, u.soft))
    if not paid and _falls_short(u, match.last):
        return "income"
    if _is_on_a_receipt(u, match):
        return "past"
    return "expense" if _comes_before_this_debt(u, match) else None


def _is_all_that_is_owed(u: Utterance, match: AmountMatch) -> bool:
    """As in "el saldo total es un millón", where "saldo total" is read as a part of the debt."""
    verb = match.first - 1
    while u.text(verb) in _FILLER:
        verb -= 1
    part = u.ends.get(verb)
    return u.text(verb) in _IS and part is not None and u.matches[part].rule == "total"


def _is_lived_on(u: Utterance, match: AmountMatch, *, periodic: bool) -> bool:
    """As in "vivo con novecientos dólares", "con 900 lucas al mes y tres cabros", "tengo cien hasta el lunes"."""
    if u.text(match.last) == "hasta":
        had = {u.text(i) for i in range(match.first - _REACH, match.first)}
        return (
            not had.isdisjoint(_HAVE)
            and had.isdisjoint(("le", "te", "les", "os"))
            and not u.has(frozenset({Cue.PAY}), u.near(match))
        )
    place = match.first - 1
    if u.text(place) == "con" and not _LIVES.isdisjoint([u.text(i) for i in range(match.last, match.last + 3)]):
        return True
    while u.text(place) in _FILLER | {"unas", "los", "las", "esos", "mis"}:
        place -= 1
    if u.text(place) not in ("con", "de"):
        return False
    eats = u.text(match.last + (u.text(match.last) == "se"))
    if u.text(place - 1) in _LIVES or eats in _EATS:
        return True
    opens = place == 0 or u.soft[place - 1] != u.soft[place]
    if not (periodic and opens) or u.has(frozenset({Cue.PAY}), u.clause(match.first, u.soft)):
        return False
    said = [u.text(i) for i in u.clause(match.first, u.hard)]
    return not _NEEDS.isdisjoint(said)


def _is_what_is_earned(u: Utterance, index: int) -> bool:
    """As in "los quinientos que gano", "las lucas que me pagan al mes"."""
    if u.text(index) != "que":
        return False
    verb = index + 1
    while u.text(verb) in ("yo", "me", "nos"):
        verb += 1
    if u.has(frozenset({Cue.PAY}), range(u.clause(index - 1, u.soft).start, index)):
        return False  # "le deposito los cien que me manda mi hija"
    earned = verb < len(u.tokens) and u.cues[verb] is Cue.INCOME
    return earned and verb + 1 not in u.taken and verb + 2 not in u.taken


def _falls_short(u: Utterance, index: int) -> bool:
    """As in "el sueldo, que es un millón trescientos, no me alcanza"."""
    said = [u.text(i) for i in range(index + (u.text(index) == ","), index + 4)]
    return said[0] == "no" and not {"alcanza", "alcanzan", "llego", "alcanzamos"}.isdisjoint(said[1:3])


def _is_on_a_receipt(u: Utterance, match: AmountMatch) -> bool:
    """As in "el comprobante de los veinte mil", "la foto del depósito de mil"; not "… de los mil que le voy a dar"."""
    place = match.first - 1
    if u.text(match.last) == "que" and not {"voy", "vamos", "va"}.isdisjoint(
        [u.text(i) for i in range(match.last + 1, match.last + 4)]
    ):
        return False
    if u.text(place) in _THOSE:
        place -= 1
    if u.text(place) == "por":
        return u.text(place - 1) in _RECEIPTS
    if u.text(place) != "de":
        return False
    before = place - 1
    if u.text(before) == "cuenta" and u.text(before - 2) == "estado":
        return True
    return u.text(before) in _RECEIPTS or (
        u.text(before) in _TRANSFERS and not _RECEIPTS.isdisjoint([u.text(i) for i in range(before - 3, before)])
    )


def _comes_before_this_debt(u: Utterance, match: AmountMatch) -> bool:
    """As in "primero le pago al del gas los 450 y luego vemos lo suyo"."""
    sentence = u.clause(match.first, u.hard)
    if "primero" not in {u.text(i) for i in sentence if i < match.first}:
        return False
    for index in range(match.last, min(match.last + 2 * _REACH, len(u.tokens))):
        if u.text(index) in _AFTERWARDS:
            said = [u.text(i) for i in range(index + 1, index + 3 + _REACH)]
            return not _YOURS.isdisjoint(said) and not any(i in u.inside for i in range(index, index + _REACH))
    return False


def is_base(u: Utterance, match: AmountMatch) -> bool:
    """Whether another amount is taken out of this one: "de los ocho mil le pago cuatro mil"."""
    first = match.first
    if _is_left_open(u, match):
        return True
    if first > 0 and u.text(first - 1) == "de" and u.text(match.last) == "que" and match is not u.matches[-1]:
        return first == 1 or u.soft[first - 1] != u.soft[first - 2]  # "de mil que es la deuda le pago cien"
    opens = u.text(first - 2) == "de" and u.text(first - 1) in ("los", "las", "esos", "esas", "mis")
    starts = first == 2 or u.soft[first - 2] != u.soft[first - 3] if first >= 3 else opens
    return opens and starts and match is not u.matches[-1]


def _is_left_open(u: Utterance, match: AmountMatch) -> bool:
    """Whether "de" opens the clause, and what is paid of it follows: "de la remesa de mil le aparto cien"."""
    clause = u.clause(match.first, u.soft)
    first = clause.start + (u.text(clause.start) in (",", "y", "¿"))
    if u.text(first) != "de" or match is u.matches[-1] or match.first > first + _REACH:
        return False
    verb = match.last
    while u.text(verb) in _CLITICS or u.text(verb) == "ya":
        verb += 1
    if verb >= clause.stop or u.cues[verb] not in (Cue.PAY, Cue.WEAK) or u.has(PAYING, range(first, match.first)):
        return False
    return u.matches[u.ends[match.last] + 1].first < clause.stop


def is_priced(u: Utterance, match: AmountMatch) -> bool:
    """Whether a thing stands before it with its price: "una pantalla de cinco mil", "el aceite a nueve euros"."""
    joint = u.text(match.first - 1)
    thing = match.first - 2
    if joint not in ("de", "a", "en") or thing < 1 or u.tokens[thing].kind != "word" or u.cues[thing] in PAYING:
        return False
    if thing in u.taken or thing in u.numbered or u.text(thing) in _NOT_THINGS:
        return False
    articles = ("un", "una") if joint == "de" else ("el", "la", "los", "las", "de")
    return u.text(thing - 1) in articles and thing - 1 not in u.taken
