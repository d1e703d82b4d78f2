"""The clauses of an utterance and what each is about."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from pipeline.clause_words import YOURS, last_to_wait, told_by_words
from pipeline.date_cues import (
    ADDRESS,
    BILL,
    BIRTH,
    CALL,
    CREDITOR,
    ECHO,
    EVENT,
    HYPOTHETICAL,
    INCOME,
    LIGHT,
    MONEY,
    NEGATION,
    NEUTRAL,
    NO_CALL,
    OTHER_BILL,
    PAST,
    PAY,
    SPLIT,
    SUBORDINATE,
    UNKNOWN,
    cue_masks,
    done_on_it,
)
from pipeline.date_runons import SIGNS, run_on_cuts
from pipeline.date_wording import weigh_wording
from pipeline.dates import DateMatch, Found
from pipeline.number_words import read_word
from pipeline.numbers import NumberMatch
from pipeline.tokens import Token

_STOPS = frozenset(".?!…;")
_TO_WHOM = frozenset({"le", "te", "les", "os", "lo", "se"})
_ENCLITICS = ("arle", "arles", "arlo", "arte", "erle", "erlo", "selo", "sela", "telo")
_CONTINUES = frozenset({"hasta", "ni", "sino", "antes", "y", "o"})
_DATE_OPENS = frozenset({"el", "la", "para", "pal", "pa", "en", "al", "este"})
_COPULAS = frozenset("es son fue era cae sera".split())
_GIVE = frozenset({"de", "ponga", "haga", "transfiera", "cubra"})
_COURTESY = frozenset("gusta gustan quiere quieren quieres queres dios".split())  # "si gusta" is no condition
_MINE_OR_ME = frozenset({"me", "nos", "puedo", "tengo", "pago"})
_PROMISED = frozenset({"prometi", "prometimos"})
_PAPERS = frozenset("certificado carta finiquito constancia contrato comprobante estado documento paz".split())
_COMES = frozenset({"viene", "vienen", "llega", "llegan"})
_SUM_REACH = 8
_PUT_DOWN = frozenset("pongame ponme poneme anoteme anotame apunteme apuntame agendeme agendame cobreme".split())
_BARE_NOUNS = frozenset(
    {
        "fecha",
        "cuota",
        "mensualidad",
        "factura",
        "recibo",
        "letra",
        "renta",
        "boleta",
        "resumen",
        "pago",
        "mes",
        "periodo",
        "compra",
        "saldo",
        "deuda",
        "cargo",
    }
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of tokens with the cues in it.

    `stop`: a sentence ended before it. `joined`: it hangs on the one before by «y» alone. `denied_first`:
    a «no» stands before any word of paying. `conditional`: it opens with «si» that is no yes. `question`: a
    question mark ends it. `waits`: the last token that waits for money, as «cuando me paguen»; -1 for none.
    `told`: what `told_by_words` says of its words. Both are known where the clause has dates.
    """

    first: int
    last: int
    cues: int
    dates: tuple[DateMatch, ...]
    stop: bool
    joined: bool
    denied_first: bool
    conditional: bool
    question: bool
    has_number: bool
    waits: int = -1
    told: int = 0

    def has(self, cues: int) -> bool:
        """Whether one of the cues is there."""
        return bool(self.cues & cues)


def split_clauses(text: str, found: Found) -> tuple[Clause, ...]:
    """The utterance cut at signs and at words that open a clause, never inside a date or a time."""
    tokens = found.tokens
    masks = cue_masks(text, tokens)
    covered = bytearray(len(tokens))
    for first_token, after in [(s.first, s.last) for s in found.dates] + [(s.first, s.last) for s in found.clocks]:
        covered[first_token:after] = b"\x01" * (after - first_token)
    for number in found.numbers:
        for place in range(number.first, number.last):
            masks[place] &= ~(UNKNOWN | SPLIT)
    weigh_wording(tokens, masks, found)
    clauses: list[Clause] = []
    starts = {match.first for match in found.dates} if len(found.dates) > 1 else frozenset()
    _clear_inside(tokens, masks, found)
    cuts = run_on_cuts(tokens, masks, covered, {match.first: match.last for match in found.dates}, says_what_day(found))
    dated, denied_at = False, 0
    first = 0
    stop = True
    for place in range(len(tokens) + 1):
        ends = place == len(tokens)
        if place in cuts and place > first:
            _append(tokens, clauses, _clause(text, found, masks, covered, (first, place), stop))
            first, stop, dated, denied_at = place, True, False, 0
        if not ends and place in starts:
            denied = denied_at > 0 and place > denied_at
            if denied and tokens[place - 1].text not in _CONTINUES and _pays_on(tokens, masks, place):
                cut = place - (tokens[place - 1].text in _DATE_OPENS) - (tokens[place - 2].text in _DATE_OPENS)
                if cut > denied_at:
                    _append(tokens, clauses, _clause(text, found, masks, covered, (first, cut), stop))
                    first, stop = cut, True
            dated, denied_at = True, 0
        elif not ends and dated and masks[place] & NEGATION and tokens[place].text != "ni" and not covered[place]:
            denied_at = place
        sign = not ends and not covered[place] and tokens[place].kind == "sign" and tokens[place].text in SIGNS
        opens = not ends and not covered[place] and bool(masks[place] & SPLIT)
        if not (ends or sign or opens):
            continue
        dated, denied_at = False, 0
        if place > first:
            _append(tokens, clauses, _clause(text, found, masks, covered, (first, place), stop))
            stop = False
        if sign:
            stop = stop or tokens[place].text in _STOPS
            first = place + 1
        else:
            first = place
    return tuple(_of_what_follows(clauses, tokens))


def _clear_inside(tokens: Sequence[Token], masks: list[int], found: Found) -> None:
    """What only tells of the sum paid denies nothing: «le doy los quinientos que le prometí»; a feast comes."""
    for place, mask in enumerate(masks):
        if mask & ECHO and tokens[place].text in _PROMISED and _is_of_the_sum(tokens, masks, place):
            masks[place] = NEUTRAL
    for match in found.dates:
        if match.rule == "holiday" and match.first and tokens[match.first - 1].text in _COMES:
            masks[match.first - 1] |= EVENT


def _is_of_the_sum(tokens: Sequence[Token], masks: Sequence[int], place: int) -> bool:
    opens = place - 1
    while opens > 0 and tokens[opens].text in _TO_WHOM:
        opens -= 1
    if opens < 1 or tokens[opens].text != "que":
        return False
    noun = tokens[opens - 1]
    is_sum = noun.kind == "figure" or bool(read_word(noun.text)) or bool(masks[opens - 1] & MONEY) or noun.text == "lo"
    first = max(0, opens - _SUM_REACH)
    return is_sum and any(masks[i] & (PAY | LIGHT) for i in range(first, opens - 1))


def says_what_day(found: Found) -> frozenset[int]:
    """The verbs by which a date is only said to be a day: «mañana es San José», «el 24 es Nochebuena»."""
    named = {match.last for match in found.dates if is_only_named(match, found.tokens)}
    for match, second in pairwise(found.dates):
        if second.first - match.last in (1, 2) and found.tokens[match.last].text in _COPULAS | {"e"}:
            named.add(match.last)
    return frozenset(named)


def is_only_named(match: DateMatch, tokens: Sequence[Token]) -> bool:
    """Whether what follows a date tells what day it is, not what is done on it."""
    if match.last + 1 >= len(tokens) or tokens[match.last].text not in _COPULAS:
        return False
    following = tokens[match.last + 1]
    if following.kind != "word" or following.text in done_on_it():
        return False
    if tokens[match.last].text == "son" and read_word(following.text):
        return False  # "el viernes son quinientos"
    if following.text in ("el", "la", "los", "las", "un", "una") and match.last + 2 < len(tokens):
        return tokens[match.last + 2].text not in done_on_it()
    return True


def _pays_on(tokens: Sequence[Token], masks: Sequence[int], place: int) -> bool:
    """Whether paying follows before the next sign: «el viernes no puedo | el lunes sí le pago»."""
    for index in range(place, len(tokens)):
        if tokens[index].text in SIGNS or masks[index] & NEGATION:
            return False
        if masks[index] & (PAY | LIGHT):
            return True
    return False


def _of_what_follows(clauses: list[Clause], tokens: Sequence[Token]) -> list[Clause]:
    """The clauses, one of «y el cinco, que cobro, se lo pago» being about the paying that follows it."""
    for place in range(len(clauses) - 1):
        clause = clauses[place]
        after = clauses[place + 1]
        if after.joined and clause.dates and not clause.cues & _SAID:
            words = [token.text for token in tokens[after.first : after.first + 2]]
            is_day_after = words[:1] == ["pasado"] and words[-1] in _COPULAS
            if is_day_after or (after.dates and is_only_named(after.dates[0], tokens)):  # "mañana y pasado son fiestas"
                clauses[place] = clause = replace(clause, cues=clause.cues | EVENT)
        bare = bool(clause.dates) and clause.first >= clause.dates[0].first - 2
        if not bare or clause.last >= len(tokens) or tokens[clause.last].text != "," or clause.cues & PAY:
            continue
        told = clause.joined and place > 0 and bool(clauses[place - 1].cues & _SHARED)
        if not told and not (clause.cues & _SAID == 0 and tokens[clause.last + 1].text == "que"):
            continue
        for after in clauses[place + 1 : place + 4]:
            if after.stop or after.dates or tokens[after.first - 1].text == "pero":
                break
            if after.cues & PAY and not after.cues & (SUBORDINATE | NEGATION | PAST):
                clauses[place] = replace(clause, cues=(clause.cues & ~_SHARED) | PAY)
                break
    return clauses


_SHARED = CALL | EVENT | PAST | INCOME | BILL | ADDRESS | BIRTH | ECHO | HYPOTHETICAL
_SAID = PAY | CALL | EVENT | PAST | INCOME | UNKNOWN | NEGATION


def _append(tokens: Sequence[Token], clauses: list[Clause], clause: Clause) -> None:
    """Add a clause; of two joined by «y» one that is but a date is about what the other is about."""
    if clause.joined and clauses:
        before = clauses[-1]
        bare = bool(clause.dates) and not clause.cues & _SAID
        said = {token.text for token in tokens[clause.first : clause.last]}
        if bare or (before.cues & BILL and not (clause.cues & PAY and said & _TO_WHOM)):
            clause = replace(clause, cues=clause.cues | (before.cues & (_SHARED | PAY)))
        elif before.dates and not before.cues & _SAID and clause.dates:
            clauses[-1] = replace(before, cues=before.cues | (clause.cues & (_SHARED | PAY)))
    clauses.append(clause)


def _weigh_light(tokens: Sequence[Token], cues: int, has_number: bool) -> int:
    """Whether a verb of many uses pays: «le llevo el dinero», not «llevo a mi hijo a la escuela»."""
    words = [token.text for token in tokens]
    if not _RECEIPTS.isdisjoint(words):
        return EVENT
    if cues & MONEY or has_number or not YOURS.isdisjoint(words):
        return PAY
    if not _PAPERS.isdisjoint(words):
        return UNKNOWN  # "el certificado se lo mandamos el lunes"
    to_creditor = any(word in _TO_WHOM or (len(word) > 5 and word.endswith(_ENCLITICS)) for word in words)
    return PAY if cues & CREDITOR or (to_creditor and not cues & EVENT) else UNKNOWN


_RECEIPTS = frozenset("comprobante comprobantes voucher baucher captura ticket papeleta".split())
_FEW = 8  # up to here a plain look is faster than a search

_Placed = TypeVar("_Placed", DateMatch, NumberMatch)


def _inside(matches: Sequence[_Placed], first: int, last: int) -> Sequence[_Placed]:
    """The matches that start between two tokens; they come in order."""
    if len(matches) <= _FEW:
        return [match for match in matches if first <= match.first < last]
    start = bisect_left(matches, first, key=lambda match: match.first)
    return matches[start : bisect_left(matches, last, key=lambda match: match.first)]


def _clause(
    text: str, found: Found, masks: Sequence[int], covered: bytearray, span: tuple[int, int], stop: bool
) -> Clause:
    first, last = span
    cues = 0
    denied_first = False
    supposed = _denies_a_condition(found.tokens, masks, span)
    for place in range(first, last):
        if not covered[place] and place != supposed:
            denied_first = denied_first or (bool(masks[place] & NEGATION) and not cues & (PAY | LIGHT))
            cues |= masks[place]
    joined = (
        bool(masks[first] & SPLIT)
        and found.tokens[first].text in ("y", "e")
        and not stop
        and found.tokens[first - 1].kind != "sign"
    )
    while first < last and masks[first] & SPLIT and not masks[first] & SUBORDINATE:
        first += 1
    opens_with_que = first < last and found.tokens[first].text == "que" and stop
    if opens_with_que or not (first < last and masks[first] & SUBORDINATE and not covered[first]):
        cues &= ~SUBORDINATE
    if cues & OTHER_BILL and cues & (PAY | LIGHT) and _is_for_the_creditor(found.tokens[first:last]):
        cues &= ~OTHER_BILL
    if cues & NO_CALL and not cues & (PAY | LIGHT):
        cues |= CALL
    after = found.tokens[last].text if last < len(found.tokens) else ""
    if after == "?" and _throws_back(found.tokens, masks, span):
        cues |= HYPOTHETICAL
    has_number = any(not covered[number.first] and not number.article for number in _inside(found.numbers, first, last))
    dates = tuple(_inside(found.dates, span[0], last))
    if cues & LIGHT and not cues & PAY:
        ends_with_it = bool(masks[last - 1] & LIGHT) and bool(dates)  # "el lunes paso"
        cues |= PAY if ends_with_it else _weigh_light(found.tokens[first:last], cues, has_number)
    opening = found.tokens[span[0]]
    conditional = opening.text == "si" and text[opening.end - 1] not in "íÍ" and last > span[0] + 2
    conditional = conditional and found.tokens[span[0] + 1].text not in _COURTESY
    waits, told = -1, 0
    if dates:
        words = [token.text for token in found.tokens[first:last]]
        waits, told = last_to_wait(words), told_by_words(words)
        waits += first if waits >= 0 else 0
    asked = after == "?"
    return Clause(first, last, cues, dates, stop, joined, denied_first, conditional, asked, has_number, waits, told)


def _is_for_the_creditor(tokens: Sequence[Token]) -> bool:
    """Whether something is paid to the one who listens: «le pago», «te deposito», «póngame»."""
    words = [token.text for token in tokens]
    if not _PUT_DOWN.isdisjoint(words) or any(word in ("le", "te", "les") for word in words):
        return True
    return any(word == "se" and after in ("lo", "la", "los", "las") for word, after in pairwise(words))


def _denies_a_condition(tokens: Sequence[Token], masks: Sequence[int], span: tuple[int, int]) -> int:
    """The «no» of «si no llueve, el domingo le pago», which denies no payment; -1 for none."""
    first, last = span
    if first + 2 >= last or (tokens[first].text, tokens[first + 1].text) != ("si", "no"):
        return -1
    verb = tokens[first + 2].text
    return -1 if masks[first + 2] & (PAY | LIGHT | NEGATION) or verb in _TO_WHOM or verb in _MINE_OR_ME else first + 1


def _throws_back(tokens: Sequence[Token], masks: Sequence[int], span: tuple[int, int]) -> bool:
    """«¿Que pague mil el lunes?»: what was asked, said again."""
    first, last = span
    if tokens[first].text != "que":
        return False
    verb = first + 1
    while verb < last and tokens[verb].text in _TO_WHOM | {"yo", "me"}:
        verb += 1
    if verb == last:
        return False
    said = tokens[verb].text
    return said in _GIVE or (said.endswith("e") and bool(masks[verb] & (PAY | LIGHT | PAST)))


def is_of_a_bill(tokens: Sequence[Token], match: DateMatch) -> bool:
    """Whether the date belongs to a noun, as «la cuota de abril», «el de octubre», «la factura del 3»."""
    place = match.first - 1
    while place >= 0 and tokens[place].text in ("el", "la", "los", "las", "mes"):
        place -= 1
    if place < 1 or tokens[place].text not in ("de", "del"):
        return False
    noun = tokens[place - 1].text
    if match.rule == "month" and (tokens[place - 1].kind == "figure" or read_word(noun)):
        return True  # "los quinientos de junio"
    if noun in ("el", "la", "lo", "los", "las"):
        return match.rule in ("month", "this_month", "next_month") or noun in ("lo", "los", "las")
    return noun in _BARE_NOUNS
