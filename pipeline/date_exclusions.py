"""What a date is where it is no due date: of a bill, a birth, a street, denied, of the past, a farewell."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from pipeline import date_cues as cue
from pipeline.clause_words import COMES_IN, IS_YOURS, MAY_PAY, PAYS_LISTENER
from pipeline.date_clauses import Clause, is_of_a_bill, is_only_named
from pipeline.date_wording import is_set_apart
from pipeline.dates import DateMatch
from pipeline.tokens import Token

_FAREWELLS = frozenset(
    "adios chao chau cuidese cuidate vaya bendiciones saludos bonito bonita lindo linda feliz".split()
)
_FAREWELL_REACH = 8
_LEAVING = frozenset({"gracias", "chao", "chau", "adios", "vida", "bueno"})
_NO_MORE = frozenset({"pasa", "pasan", "paso", "pasamos", "pasara"})
_THEY_PAY = frozenset("paga pagan pagaba pagaban".split())
_LISTENERS = frozenset("le te les os se".split())
_TO_LISTENER = frozenset({"le", "te", "les", "os", "lo", "la"})
_THINGS = frozenset({"lo", "la", "los", "las"})
_ORDINALS = frozenset({"primero", "segundo", "tercero"})
_FOR_THE_FEAST = frozenset("cena regalo regalos fiesta fiestas ropa comida juguetes compras gastos".split())
_BEING = frozenset({"es", "fue", "cae", "era", "son"})
_BEFORE_A_DAY = frozenset("el un en dia ya este fecha la mi para hasta ahora recien apenas como el, ,".split())
_NOW_SO = frozenset({"son", "es", "resulta", "sale", "salen", "dicen"})
_CLOSE = 5
STREETS = frozenset({"day_and_month", "full_date", "range", "day_of_month"})


def is_denied(clause: Clause, match: DateMatch, tokens: Sequence[Token]) -> bool:
    """Whether the clause is of the past, denies the date, or pays somebody else."""
    pays = clause.has(cue.PAY)
    if clause.has(cue.PAST | cue.OTHER_PAYEE) or (
        match.rule == "now" and not (clause.has(cue.CORE) or (pays and clause.has_number))
    ):
        return True
    if pays and clause.has(cue.PAYEE):
        return True
    if clause.has(cue.OTHER_BILL) and pays:
        return True
    return clause.has(cue.NEGATION) and (clause.denied_first or not pays) and not _only_until(clause, match, tokens)


def is_excluded(clause: Clause, match: DateMatch, tokens: Sequence[Token]) -> bool:
    """Whether the date is of a bill, a birth, a street, of what was told, or says what day it is."""
    # «la de fin de mes es suya» is the quincena, no bill; of «le llevo lo del recibo» the bill is the debt.
    is_bill = (not clause.told & IS_YOURS and is_of_a_bill(tokens, match)) or (
        clause.has(cue.BILL) and not clause.told & PAYS_LISTENER
    )
    if is_bill or clause.has(cue.ECHO | cue.BIRTH | cue.HYPOTHETICAL):
        return True
    before = tokens[match.first - 1].text if match.first else ""
    opening = tokens[match.first].text
    after = tokens[match.first + 1].text if match.first + 1 < len(tokens) else ""
    if match.rule in ("day_and_month", "full_date") and (
        before in ("la", "las") or (before in ("en", "a", "sobre", "de") and not clause.has(cue.CORE))
    ):
        return True  # a street: a date takes its article
    if clause.has(cue.ADDRESS) and match.rule in STREETS and (before != "el" or not clause.has(cue.CORE | cue.MONEY)):
        return True
    if (
        opening == "entre"
        and match.rule == "range"
        and after not in ("el", "los", "mañana", "este")
        and not clause.has(cue.PAY)
    ):
        return "de" in [token.text for token in tokens[match.first : match.last]]
    if match.rule == "holiday" and not clause.has(cue.PAY) and "con" in (before, tokens[max(0, match.first - 2)].text):
        return True  # "con la Semana Santa uno se distrae"
    until = "hasta" in [token.text for token in tokens[max(0, match.first - 2) : match.first + 1]]
    if until and not clause.has(cue.PAY | cue.LIGHT) and _is_farewell(match, tokens):
        return True
    return (
        before == "ni"
        or _is_instead(clause, match, tokens)
        or (match.rule == "now" and after in _NOW_SO)  # "antes eran 45 y ahora son 62"
        or (before in ("al", "a") and opening == "dia" and match.rule == "today" and not clause.has(cue.CORE))
        or _is_set_apart(match, tokens)
        or _even_less(match, tokens)
        or _is_no_day_of_its_own(clause, match, tokens)
        or (opening == "desde" and match.rule == "from" and after != "manana" and not _may_pay_from(clause))
        or (match.rule in ("now", "today") and _waits_for(clause, match, tokens))
        or _is_term(clause, match, tokens)
        or is_only_named(match, tokens)
        or _says_what_day_it_is(clause, match, tokens)
    )


def is_the_wage(clause: Clause, match: DateMatch, tokens: Sequence[Token]) -> bool:
    """«La quincena me la dan el 14», «van a depositarme la quincena el viernes»: what is paid, on another day."""
    if match.rule != "quincena" or len(clause.dates) == 1:
        return False
    named = clause.has(cue.INCOME) and not clause.has(cue.PAY) and clause.dates[-1].rule != "quincena"
    return named or _is_given(tokens, match.last)


def _is_no_day_of_its_own(clause: Clause, match: DateMatch, tokens: Sequence[Token]) -> bool:
    """«El primero lo hago el cinco», «me quito este mes de encima», «la cena de Nochebuena»."""
    following = [token.text for token in tokens[match.last : match.last + 3]]
    if following[:2] == ["de", "encima"]:
        return True
    first = match.first
    if match.rule == "holiday" and first > 1 and tokens[first - 1].text == "de":
        return tokens[first - 2].text in _FOR_THE_FEAST
    if match.rule != "day_of_month" or tokens[match.last - 1].text not in _ORDINALS or match is clause.dates[-1]:
        return False
    verb = next((word for word in following if word not in _LISTENERS | _THINGS), "")
    return following[0] in _LISTENERS | _THINGS and bool(verb)


def _is_set_apart(match: DateMatch, tokens: Sequence[Token]) -> bool:
    """«El lunes y no el viernes»."""
    opens = max(0, match.first - _CLOSE)
    return is_set_apart([token.text for token in tokens[opens : match.first + 1]], match.first - opens)


def _is_instead(clause: Clause, match: DateMatch, tokens: Sequence[Token]) -> bool:
    """«En vez del viernes le pago el lunes», «en lugar de pagarle mil el viernes le doy cien el lunes»."""
    if match is clause.dates[-1]:
        return False
    words = [token.text for token in tokens[clause.first : match.first]]
    opens = next((i for i, word in enumerate(words) if word in ("vez", "lugar")), None)
    if opens is None or words[opens - 1 : opens] != ["en"]:
        return False
    return _TO_LISTENER.isdisjoint(words[opens:])


def _even_less(match: DateMatch, tokens: Sequence[Token]) -> bool:
    """«Y menos este viernes»."""
    words = [token.text for token in tokens[max(0, match.first - 3) : match.first + 1]]
    return any(one in ("y", "mucho") and two == "menos" for one, two in pairwise(words))


def _may_pay_from(clause: Clause) -> bool:
    """«Le puedo dar cien diarios desde el sábado»."""
    return clause.has(cue.PAY) and bool(clause.told & MAY_PAY)


def _is_term(clause: Clause, match: DateMatch, tokens: Sequence[Token]) -> bool:
    """«La minera paga a sesenta días», «deme un minuto», «estamos en febrero»: how long, or which month it is."""
    before = [token.text for token in tokens[max(clause.first, match.first - 2) : match.first]]
    if match.rule == "in_minutes" and not clause.has(cue.CORE):
        return True
    if match.rule == "month" and before in (["estamos", "en"], ["estoy", "en"], ["vamos", "en"]):
        return True
    if match.rule not in ("in_days", "in_weeks") or not (before[-1:] == ["a"] or tokens[match.first].text == "a"):
        return False
    words = {token.text for token in tokens[clause.first : match.first]}
    return not words.isdisjoint(_THEY_PAY) and words.isdisjoint(_LISTENERS)


def _waits_for(clause: Clause, match: DateMatch, tokens: Sequence[Token]) -> bool:
    """«Ahora les mando noventa cuando me caiga el cheque», «ahorita que me paguen»: as soon as, not today."""
    if match.last <= clause.waits:
        return True
    if match.last >= min(clause.last, len(tokens) - 1) or tokens[match.last].text != "que":
        return False
    return not COMES_IN.isdisjoint([token.text for token in tokens[match.last + 1 : min(match.last + 3, clause.last)]])


def _is_given(tokens: Sequence[Token], place: int) -> bool:
    """Whether the wage itself is what was named: «la quincena me la dan el 14»."""
    words = [token.text for token in tokens[place : place + 3]]
    return words[:1] in (["me"], ["nos"]) and "pagan" not in words and "paga" not in words


def _is_farewell(match: DateMatch, tokens: Sequence[Token]) -> bool:
    """«Bueno, hasta mañana», «hasta el lunes, que le vaya bien»."""
    following = {token.text for token in tokens[match.last : match.last + _FAREWELL_REACH]}
    before = {token.text for token in tokens[max(0, match.first - _FAREWELL_REACH) : match.first]}
    ends = match.last >= len(tokens) - 1 and not before.isdisjoint(_LEAVING)
    return match.rule == "tomorrow" or not following.isdisjoint(_FAREWELLS) or ends


def _only_until(clause: Clause, match: DateMatch, tokens: Sequence[Token]) -> bool:
    """«No le puedo pagar hasta el 15», «del 15 no pasa»: the 15th is the day."""
    after = [token.text for token in tokens[match.last : match.last + 2]]
    if after[:1] == ["no"] and after[-1] in _NO_MORE:
        before = {token.text for token in tokens[clause.first : match.last - 1]}
        if "de" in before or "del" in before:
            return True
    opening = [token.text for token in tokens[max(clause.first, match.first - 3) : match.first]]
    return "hasta" in opening and clause.has(cue.PAY | cue.INCOME)


def _says_what_day_it_is(clause: Clause, match: DateMatch, tokens: Sequence[Token]) -> bool:
    """«Hoy es viernes», «el diez es sábado»; of «hoy, que es viernes,» only the second names a day it is not due on."""
    place = bisect_left(clause.dates, match.first, key=lambda day: day.first)
    for first, second in pairwise(clause.dates[max(0, place - 1) : place + 2]):
        between = [token.text for token in tokens[first.last : second.first]]
        copula = next((i for i, word in enumerate(between) if word in _BEING), None)
        if (copula is None and between != ["e"]) or len(between) > _CLOSE:
            continue
        if copula is not None and not _BEFORE_A_DAY.issuperset(between[copula + 1 :]):
            continue  # "el lunes es festivo el martes mejor"
        if match is second and first.rule == "quincena" and "cae" in between:
            continue  # "mi quincena cae el 15 y ahí le pago"
        if match is second or "que" not in between:
            return True
    return False
