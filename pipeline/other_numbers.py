"""Bare numbers that are no money: counts, days, hours, addresses, documents, telephones, years, rates."""

from __future__ import annotations

from decimal import Decimal

from pipeline.amount_clauses import JOINS_LIST, LIST_STEP, Utterance
from pipeline.amount_cues import Cue
from pipeline.amounts import AmountMatch
from pipeline.calendar_words import MONTHS, WEEKDAYS
from pipeline.numbers import NumberMatch
from pipeline.tokens import glued

_RATE_WORDS = frozenset(
    "interes intereses tasa mensual anual diario diaria mora descuento quita rebaja comision iva recargo seguro "
    "acuerdo condonan bonificacion penalidad usura sueldo salario celular bateria carga".split()
)
_MEASURED = frozenset(
    "fiebre temperatura presion azucar glucosa edad ancho largo alto promedio calificacion hematocrito".split()
)
_LARGEST_DAY = 31
_LAST_HOUR = 24
_MOST_PAYMENTS = 36
_SMALL = 10
_COMPASS = frozenset({"norte", "sur", "este", "oeste"})
_MONTH_LENGTHS = range(28, 32)
_REACH = 6
_TAKEN_AS_MEDICINE = frozenset("tomo toma tomando tomar pastilla pastillas recetaron inyecto inyectan".split())
_QUOTED = frozenset("dolar blue euro cambio tasa bcv paralelo oficial mep".split())
_BONUS = 14
_DOCUMENT_DIGITS = 8
_MOST_COUNTED = 120
_YEARS = range(1950, 2051)


def names_something_else(u: Utterance, match: AmountMatch) -> str | None:
    """What a bare number is instead of an amount; None if it may be one."""
    if match.plan is not None:
        return None
    after = u.text(match.last)
    if after == "de" and u.text(match.last + 1) in _MEASURED:
        return "count"
    if after == "al" and u.text(match.last + 1) in _COMPASS and not u.text(match.last + 2).isalpha():
        return "count"
    if after in u.words.counted and not _is_rate_of_payment(u, match):
        return "count"
    for is_one, reason in (
        (_is_exchange_rate, "exchange rate"),
        (_is_dose, "dose"),
        (_is_saying, "saying"),
        (_is_code, "code"),
        (_is_day, "day"),
        (_is_hour, "hour"),
        (_is_year, "year"),
        (_is_age, "age"),
        (_counts_unnamed, "count"),
        (_is_labelled, "label"),
        (_is_labelled_like, "label"),
        (_counts_what_was, "count"),
        (_counts_unknown_noun, "count"),
    ):
        if is_one(u, match):
            return reason
    return None


def is_rate(u: Utterance, match: AmountMatch) -> bool:
    """Whether a percentage is one of interest, of a discount or of a battery."""
    clause = u.medium[match.first]
    given = any(u.cues[i] is Cue.PAY and u.text(i - 1) in ("le", "te", "les") for i in u.clause(match.first, u.soft))
    near = range(max(0, match.first - _REACH), min(len(u.tokens), match.last + _REACH))
    soft = u.soft[match.first]
    near_words = (i for i in near if u.text(i) in _RATE_WORDS)
    return any(u.soft[i] == soft if given else u.medium[i] == clause for i in near_words)


def _literal(match: AmountMatch) -> Decimal:
    return match.literal if match.literal is not None else Decimal(0)


def _is_rate_of_payment(u: Utterance, match: AmountMatch) -> bool:
    """Whether the noun after the number is its period: "mil quincenales", "cien por semana"."""
    if u.text(match.last) == "por":
        return u.text(match.last + 1) not in ("ciento", "cien", "hora", "100", "cabeza", "persona")
    return u.text(match.last) in ("pago", "pagos", "abono") and _literal(match) >= 100


def _is_exchange_rate(u: Utterance, match: AmountMatch) -> bool:
    """As in "con el dólar a 1480", "la tasa a 240"."""
    return u.text(match.first - 1) == "a" and u.text(match.first - 2) in _QUOTED


def _is_dose(u: Utterance, match: AmountMatch) -> bool:
    """As in "losartán de 50 cada doce horas", "tomo losartán de 50"."""
    before = {u.text(i) for i in range(match.first - 5, match.first - 1)}
    if u.text(match.first - 1) == "de" and match.kind == "number" and not before.isdisjoint(_TAKEN_AS_MEDICINE):
        return True
    rhythm = {u.text(i) for i in range(match.last + 1, match.last + 4)}
    return u.text(match.last) == "cada" and not rhythm.isdisjoint(("hora", "horas", "comida", "comidas"))


def _is_saying(u: Utterance, match: AmountMatch) -> bool:
    """As in "en un dos por tres", "el Bono 14" (Guatemala's salary in July)."""
    if u.text(match.first - 1) == "bono" and match.literal == _BONUS:
        return True
    said = [u.text(i) for i in range(match.first - 2, match.last + 2)]
    return said[-3:] == ["dos", "por", "tres"] or said[:3] == ["dos", "por", "tres"]


def _is_code(u: Utterance, match: AmountMatch) -> bool:
    """Digits of a telephone, a document, an account, a date in figures."""
    first, last = match.first, match.last
    token = u.tokens[first]
    before = u.text(first - 1) in ("-", "/", ":", "_", "#", "@") and glued(u.tokens, first)
    after = u.text(last) in ("-", "/", ":", "_") and glued(u.tokens, last) and glued_at(u, last + 1)
    letters = first > 0 and u.tokens[first - 1].kind == "word" and glued(u.tokens, first)
    if before or after or letters:
        return True
    plain = token.kind == "figure" and token.text.isdecimal() and last == first + 1
    if plain and (token.text[0] == "0" or len(token.text) >= _DOCUMENT_DIGITS):
        return True
    grouped = last > first + 2 and all(u.tokens[i].kind == "figure" for i in range(first, last))
    if grouped and u.text(first - 1) in ("el", "al"):
        return True  # "es el 987 654 321"
    return match.rule == "leading zero" or _is_in_run(u, match)


def glued_at(u: Utterance, index: int) -> bool:
    return index < len(u.tokens) and glued(u.tokens, index)


def _is_in_run(u: Utterance, match: AmountMatch) -> bool:
    """Whether three or more numbers stand in a row, commas aside: digits of a telephone."""
    numbers = u.numbers
    low = high = _position(numbers, match.first)
    while low > 0 and high - low < 3 and _side_by_side(u, numbers[low - 1], numbers[low]):
        low -= 1
    while high + 1 < len(numbers) and high - low < 6 and _side_by_side(u, numbers[high], numbers[high + 1]):
        high += 1
    run = numbers[low : high + 1]
    if numbers[low].first == match.first and len(run) > 2 and _spelled(run[1:]) == str(match.value):
        return False  # "doscientos, dos cero cero"
    joined = match.rule == "cents without con" and len(run) == 2
    if not joined and any(number.rule == "leading zero" for number in run):
        return True
    if len(run) >= 3 and all(number.form == "digits" for number in run):
        return True
    digits = [number for number in run if number.value < 1000]
    return len(digits) >= 3 and any(number.value < 100 for number in digits)


def _spelled(run: list[NumberMatch]) -> str:
    """The digits that a run of small numbers spells; "cero cinco" is one of them."""
    return "".join(f"{'0' * (number.rule == 'leading zero')}{number.value}" for number in run)


def _position(numbers: list[NumberMatch], first: int) -> int:
    low, high = 0, len(numbers) - 1
    while low < high:
        middle = (low + high) // 2
        if numbers[middle].last <= first:
            low = middle + 1
        else:
            high = middle
    return low


def _side_by_side(u: Utterance, left: NumberMatch, right: NumberMatch) -> bool:
    between = right.first - left.last
    return between == 0 or (between == 1 and u.text(left.last) in (",", "-", ".", "…"))


def _is_day(u: Utterance, match: AmountMatch) -> bool:
    """A day of the month: "el quince", "lunes 21", "5 de marzo", "siete del siete"."""
    first, before, value = match.first, u.text(match.first - 1), _literal(match)
    if value > _LARGEST_DAY or value != int(value):
        return False
    if before == "trae" and value in _MONTH_LENGTHS and first - 2 in u.taken:
        return True  # "este año trae veintinueve"
    if before in ("el", "dia", "al", "del", "dias", "pal", "l") or before in WEEKDAYS:
        return True
    if before in ("ese", "aquel", "pleno") or _says_today(u, match) or _is_day_said(u, match) or _is_in_days(u, match):
        return True
    if before == "los" and {"siempre", "todos", "cobro"} & {u.text(i) for i in range(first - _REACH, first)}:
        return True
    if before in ("uno", "en") and u.text(first - 2) in WEEKDAYS | {"hoy", "manana"}:
        return True
    following = u.text(match.last + 1)
    return u.text(match.last) in ("de", "del") and (
        following in MONTHS or match.last + 1 in u.inside or match.last + 1 in u.taken
    )


def _says_today(u: Utterance, match: AmountMatch) -> bool:
    """As in "hoy es 18", "estamos a doce", "somos quince"."""
    before, earlier = u.text(match.first - 1), u.text(match.first - 2)
    if before == "es" and earlier == "que" and {match.first - 3, match.first - 4} & u.taken:
        return True  # "mañana, que es 29"
    if before == "es" and match.kind == "number" and {match.first - 2, match.first - 3} & u.taken:
        return match.first - 2 in u.taken or earlier == "ya"  # "mañana es dieciocho", "hoy ya es 31"
    return (before == "a" and earlier == "estamos") or before == "somos" or (before == "es" and earlier == "hoy")


def _is_in_days(u: Utterance, match: AmountMatch) -> bool:
    """Whether it goes on a list of days: "el 25, 26 y 27 no trabajan"."""
    first = match.first
    if u.text(first - 1) not in JOINS_LIST or first < LIST_STEP:
        return False
    if first - LIST_STEP in u.taken:
        return u.text(match.last) in JOINS_LIST and match.last + 1 in u.numbered
    return first in u.listed_after_date


def _is_day_said(u: Utterance, match: AmountMatch) -> bool:
    """Whether a date of the utterance names the same number, and no payment this one: "Diez, siempre es el diez"."""
    if match.literal not in u.dated_values:
        return False
    return not u.has(frozenset({Cue.PAY, Cue.WEAK}), u.clause(match.first, u.soft))


def _is_hour(u: Utterance, match: AmountMatch) -> bool:
    """An hour: "a las seis", "tipo once", "seis de la tarde"."""
    before = u.text(match.first - 1)
    if _literal(match) > _LAST_HOUR:
        return False
    if match.rule == "lower of a range" and before == "entre" and _upper(u, match) <= _LAST_HOUR:
        return match.first - 2 in u.taken  # "el jueves entre nueve y doce"
    if (
        before == "tipo"
        or (before == "de" and u.text(match.first - 2) == "golpe")
        or (before in ("las", "la") and u.text(match.first - 2) in ("a", "de", "hasta", "desde", "son"))
    ):
        return True
    after = [u.text(i) for i in range(match.last, match.last + 3)]
    return after[:2] == ["de", "la"] and after[2] in ("tarde", "manana", "noche", "madrugada")


def _is_year(u: Utterance, match: AmountMatch) -> bool:
    """A year: "en el 2029", "de agosto de 2040", "del noventa y uno"."""
    value, before = _literal(match), u.text(match.first - 1)
    if before == "del" and value < 100:
        return True
    if before == "al" and value > _LARGEST_DAY:
        return True  # a house: "25 de Mayo al 1200"
    if value not in _YEARS or value % 100 == 0:
        return False
    return before in ("en", "de", "del", "el", "desde", "hasta", "ano") and u.text(match.last) not in ("pesos", "que")


def _upper(u: Utterance, match: AmountMatch) -> Decimal:
    return u.numbers[_position(u.numbers, match.last - 1)].value


_AGE_VERBS = frozenset(
    "cumplo cumple cumples cumpli cumplio cumplir cumplira cumplire cumplen cumplan cumpla "
    "cumplieron cumpliendo".split()
)
_CHANNELS = frozenset({("ath", "movil"), ("pago", "movil")})
_YOUNGEST, _OLDEST = 15, 110
_FAR_BACK = 30
_LABEL_REACH = 14
_DOCUMENTS = frozenset(
    "ultimos ultimas primeros digitos pin clave codigo cedula dni dui rut ruc nit curp rfc nie pasaporte folio "
    "social routing expediente contrato placa poliza referencia numero".split()
)
_HAVE_THEM = frozenset("tengo tenemos son hay tenia teniamos tiene".split())
_COUNTED_THINGS = frozenset(
    "tarjeta tarjetas cuenta cuentas credito creditos prestamo prestamos cuota cuotas letra letras recibo recibos hijo "
    "hijos hija hijas nino ninos factura facturas boleta boletas linea lineas plastico plasticos".split()
)


def _is_age(u: Utterance, match: AmountMatch) -> bool:
    """An age: "cumplo treinta", "tengo sesenta y ocho y ya nadie…", "a mis setenta", "anda por los ochenta"."""
    value, before, first = _literal(match), u.text(match.first - 1), match.first
    if not 0 < value <= _OLDEST:
        return False
    if before in _AGE_VERBS or (before in ("los", "sus", "mis", "como") and u.text(first - 2) in _AGE_VERBS):
        return True
    if before == "mis" and u.text(first - 2) in ("a", "con") and value >= _YOUNGEST:
        return True
    if _is_birthday(u, match):
        return True
    if u.has(frozenset({Cue.PAY}), u.near(match)):
        return False
    if before in ("los", "para") and u.text(first - 2) in ("por", "va", "voy", "pasa", "paso", "tiene"):
        return True
    if before not in ("tengo", "tiene") or value < _YOUNGEST:
        return False
    return u.text(match.last) == "y" and u.text(match.last + 1) not in ("le", "se", "te", "con", "eso", "nada")


def _is_birthday(u: Utterance, match: AmountMatch) -> bool:
    """As in "en octubre hago los cincuenta", "el veinte son los quince de mi hija"."""
    before, value = u.text(match.first - 1), _literal(match)
    if before == "los" and value == _YOUNGEST and u.text(match.last) == "de":
        return u.text(match.last + 2) in ("hija", "nieta", "nena", "nina", "sobrina", "hermana", "ahijada")
    made = match.first - 1 - (before == "los")
    if u.text(made) not in ("hago", "hace") or value < _YOUNGEST or u.text(made - 1) in ("le", "te", "les", "me"):
        return False
    in_month = made - 1 in u.taken and u.text(made - 1) in MONTHS
    return match.kind == "number" and (before == "los" or in_month)


def _counts_unnamed(u: Utterance, match: AmountMatch) -> bool:
    """Whether it counts what is not named with it: "uno de estos días", "las dos", "¿en seis?"."""
    value, before = _literal(match), u.text(match.first - 1)
    if match.rule == "cents without con":
        return False
    clause = u.clause(match.first, u.soft)
    paid = u.has(frozenset({Cue.PAY}), clause)
    if before == "en" and (value <= _MOST_PAYMENTS or (not paid and u.has(frozenset({Cue.WEAK}), clause))):
        return True
    if "par" in (u.text(match.first), u.text(match.first + 1)):
        return u.text(match.last) == "de"
    if before == "la" or (before in ("las", "otras") and value < _SMALL):
        return True
    if u.text(match.last) == "de" and u.text(match.last + 1) in ("las", "los", "esas", "esos", "estas", "mis", "ellas"):
        return value < _MOST_PAYMENTS
    alone = u.first_content >= len(u.tokens)
    if value == 1:
        return len(u.tokens) > match.last - match.first + 2
    if value < _SMALL and not paid and _says_what_is_counted(u, match):
        return True
    return value < _SMALL and not alone and not u.has(frozenset({Cue.PAY, Cue.WEAK}), clause)


def _says_what_is_counted(u: Utterance, match: AmountMatch) -> bool:
    """Whether what one may have several of was named before: "¿de cuál tarjeta?, yo tengo dos con ustedes"."""
    first = match.first
    verb = first - 1 - (u.text(first - 1) in ("otros", "otras"))
    if u.text(verb) not in _HAVE_THEM:
        return False
    if u.text(match.last) == "con" and u.text(match.last + 1) in ("ustedes", "usted", "vos", "el"):
        return True
    return not _COUNTED_THINGS.isdisjoint(u.texts[max(0, first - _FAR_BACK) : first])


def _is_labelled(u: Utterance, match: AmountMatch) -> bool:
    """Whether a label stands before it: "calle", "termina en", "cédula"."""
    first = match.first
    by_branch = u.text(first - 1) in ("sucursal", "agencia", "cajero") and _is_figure(u, first)
    if u.text(first - 1) == "#" or by_branch or _is_on_a_street(u, match) or _is_told_of_document(u, first):
        return True
    if u.text(first - 1) == "el" and _is_figure(u, first) and not u.has(frozenset({Cue.PAY}), u.clause(first, u.soft)):
        return True  # "el 30458"
    if u.text(first - 1) == "los" and u.has(frozenset({Cue.PAY}), u.clause(first, u.soft)):
        return False
    if u.text(first - 1) == ":" and first > 1:
        first -= 2  # "los últimos cuatro: dos mil"
    for index in range(first - 1, max(first - _REACH, -1), -1):
        if u.soft[index] != u.soft[first] and not (u.text(index + 1) == "numero" or u.text(index) == ","):
            return False
        if u.text(index) == "," and not _is_figure(u, first):
            return False
        if u.text(index) in u.words.labelled:
            return not _pays_into(u, index, first) and (u.text(index - 1), u.text(index)) not in _CHANNELS
        if u.cues[index] is Cue.PAY:
            return False
    return False


def _is_on_a_street(u: Utterance, match: AmountMatch) -> bool:
    """As in "la audiencia es en Talcahuano 550", "en San Martín 1240"."""
    first = match.first - 1
    while (
        first > 0 and match.first - first < 4 and u.written[u.tokens[first].start].isupper() and u.cues[first] is None
    ):
        first -= 1
    named = first < match.first - 1 and u.text(first) == "en" and _is_figure(u, match.first)
    return named and not u.has(frozenset({Cue.PAY}), u.clause(match.first, u.soft))


def _is_told_of_document(u: Utterance, first: int) -> bool:
    """As in "los últimos cuatro de mi seguro social son 4500", "el PIN que me llegó es 1800"."""
    if u.text(first - 1) not in ("es", "son"):
        return False
    near = range(max(u.clause(first, u.medium).start, first - _LABEL_REACH), first)
    return any(u.text(i) in _DOCUMENTS for i in near) and not u.has(frozenset({Cue.PAY}), near)


def _is_labelled_like(u: Utterance, match: AmountMatch) -> bool:
    """Whether it is of the same kind as a label just read: "acaba en 0512 y el otro en 1500"."""
    before = [u.text(i) for i in range(match.first - 3, match.first)]
    if before[:1] not in (["otro"], ["otra"]) and before[1:2] not in (["otro"], ["otra"]):
        return False
    labels = range(max(0, match.first - 2 * _REACH), match.first)
    return before[-1] in ("en", "es", "el", "la") and any(u.text(i) in u.words.labelled for i in labels)


def _counts_what_was(u: Utterance, match: AmountMatch) -> bool:
    """Whether it counts what was or what lacks: "de las cuarenta y ocho que eran", "faltan quince para que me den"."""
    if _literal(match) > _MOST_COUNTED:
        return False
    before, after, second = u.text(match.first - 1), u.text(match.last), u.text(match.last + 1)
    if before in ("las", "los") and after == "que" and second in ("eran", "son", "fueron", "hay"):
        return u.text(match.first - 2) == "de"
    return before in ("faltan", "falta") and after == "para" and second in ("que", "salir", "terminar", "acabar")


def _pays_into(u: Utterance, label: int, first: int) -> bool:
    """As in "le abono a la tarjeta ochocientos"."""
    into = u.text(label - 1) == "al" or (u.text(label - 2), u.text(label - 1)) in (
        ("a", "la"),
        ("a", "mi"),
        ("a", "su"),
    )
    near = range(max(0, label - 4), label)
    return into and label == first - 1 and not _is_figure(u, first) and u.has(frozenset({Cue.PAY}), near)


def _is_figure(u: Utterance, index: int) -> bool:
    return u.tokens[index].kind == "figure"


def _counts_unknown_noun(u: Utterance, match: AmountMatch) -> bool:
    """Whether a word follows a small number that is none of those that follow an amount."""
    after = u.text(match.last)
    if not after.isalpha() or _literal(match) >= 100 or match.last in u.taken:
        return False
    paying = match.last < len(u.tokens) and u.cues[match.last] in (Cue.PAY, Cue.WEAK, Cue.PAST)
    return after not in u.words.after_number and not paying
