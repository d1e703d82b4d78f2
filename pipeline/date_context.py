"""Which dates of an utterance are the due date of a payment.

A date counts where its clause speaks of paying, or where the clause is nothing but the date, as the
answer to «¿cuándo?». It does not where the clause is about a call, an appointment, income, the past,
an address, or where it is denied or corrected.

Source: annotation guidelines, «Promises of the call», what is no due date.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from pipeline import date_cues as cue
from pipeline.clause_words import DONE_PAYING, PAYS_LISTENER, WISHED
from pipeline.date_clauses import Clause, split_clauses
from pipeline.date_due import ANSWER, DENIES, MAY_BE_NOW, REFUSED, STRONG, WEAK, DueDate, later_today
from pipeline.date_exclusions import STREETS, is_denied, is_excluded, is_the_wage
from pipeline.date_steps import NARROWER, gathers, narrows, pays_on_an_errand
from pipeline.dates import DateMatch, Found, read_times
from pipeline.numbers import find_numbers
from pipeline.tokens import Token, tokenize
from pipeline.unreal import unreal_tokens

_WIDE = frozenset(
    {
        "this_week",
        "next_week",
        "this_month",
        "next_month",
        "month",
        "year",
        "weekend",
        "after",
        "holiday",
        "week_of_month",
    }
)
_NO_DAY = frozenset({"past", "recurring"})
_LONGEST = 1100  # days; no promise is of a day further off: "treinta y nueve años"
_NO_YEAR, _GONE_BY = frozenset({"day_and_month", "numeric_date"}), 270  # days; such a date is of the past
_FAR = 30  # words; what was said before them corrects nothing
_NO_PAYING = cue.PAY | cue.NEGATION | cue.PAST | cue.EVENT | cue.CALL | cue.INCOME | cue.ECHO | cue.BILL | cue.PRETERITE
_NOT_THAT_DAY = cue.NEGATION | cue.PAST | cue.BILL | cue.HYPOTHETICAL
_WHICH_IS = frozenset({("que", "es"), ("que", "sera"), ("que", "seria"), ("que", "cae")})
_BACK_TO_IT = frozenset("saliendo regresando terminando volviendo regreso vuelta salida".split())
_NAMES_IT = 3
_SAID = 6
_YEAR_OFF = 300  # days: «un abono del 4 de marzo» said later in March was the last one
_ON_RECORD = frozenset("figura aparece registra registrado registrada veo consta refleja".split())
_DATED_ROUGHLY = frozenset({"month", "holiday"})
_DATED_BY_MONTH = frozenset({"day_and_month", "weekday_and_number"})
_DATED_FULLY = frozenset({"day_and_month", "full_date", "numeric_date"})
_THAT_DAY = frozenset(
    {("ese", "dia"), ("mismo", "dia"), ("de", "ahi"), ("de", "paso"), ("al", "salir"), ("al", "volver")}
    | {("ahi", word) for word in ("te", "le", "se", "les", "mismo")}
)
_INSTEAD = frozenset({"asi", "si", "mejor", "sino", "ya", "entonces", "pero"})
_TAKES_BACK = frozenset("no mejor digo perdon sino".split())
_AT_ONCE = frozenset({"altiro", "tiro", "al", "de"})


def _judge(  # noqa: PLR0911 - one way out for each thing a date may be
    place: int, around: _Surroundings, match: DateMatch, said_on: date, tokens: Sequence[Token]
) -> int:
    """Strength of one date; 0 where it is no due date."""
    clause = around.clauses[place]
    names_no_day = match.rule in _NO_DAY or is_the_wage(clause, match, tokens)
    ahead = -1 if match.date is None else (match.date - said_on).days
    recorded = ahead > _YEAR_OFF and match.rule in _DATED_BY_MONTH and _is_on_record(clause, match, tokens)
    if names_no_day or recorded or not 0 <= ahead <= _LONGEST:
        return REFUSED
    until = match.first > 1 and "hasta" in (tokens[match.first - 1].text, tokens[match.first - 2].text)
    same_day = not clause.has(_NOT_THAT_DAY & ~(cue.NEGATION if until else 0)) and (
        (not clause.has(cue.PAY) and _pays_on_the_same_day(place, around.clauses, tokens))
        or pays_on_an_errand(place, around.clauses, match, tokens)
    )
    if same_day or is_excluded(clause, match, tokens):
        return WEAK if same_day else REFUSED
    is_far = match.rule in _NO_YEAR and ahead > _GONE_BY
    if is_far and clause.has(cue.UNKNOWN | cue.PRETERITE) and not clause.told & PAYS_LISTENER:
        return REFUSED  # "el abono del 3 de abril", said in June
    if clause.has(cue.CALL):
        return WEAK if _pays_instead(place, around.clauses, tokens) else REFUSED
    if is_denied(clause, match, tokens):
        return REFUSED
    if clause.has(cue.PAY):
        is_told = clause.has(cue.PRETERITE) and (not clause.has(cue.CORE) or bool(clause.told & DONE_PAYING))
        return REFUSED if is_told else WEAK if clause.has(cue.SUBORDINATE) else STRONG
    if clause.has(cue.EVENT | cue.SUBORDINATE) and not clause.has(cue.INCOME):
        return WEAK if _names_the_payday(place, around.clauses, tokens) else REFUSED
    if clause.has(cue.EVENT | cue.SUBORDINATE | cue.UNKNOWN | cue.INCOME | cue.ADDRESS):
        return WEAK if around.paid_nearby(place) or narrows(place, around.clauses, match) else REFUSED
    is_other = (
        around.other[place] or (match.rule in _DATED_ROUGHLY and around.told[place]) or clause.has(cue.OTHER_BILL)
    )
    is_other = is_other or (match.rule in _DATED_FULLY and around.told[place] and around.told_before(place))
    return REFUSED if is_other or _goes_on_telling(place, around.clauses, tokens) else ANSWER


def _goes_on_telling(place: int, clauses: Sequence[Clause], tokens: Sequence[Token]) -> bool:
    """«Fui el doce, no, el trece», «el lunes es feriado, el día de la Independencia»: another day of what was told."""
    clause = clauses[place]
    after = clauses[place + 1] if place + 1 < len(clauses) else None
    if clause.stop or (after is not None and not after.stop and after.has(cue.PAY)):
        return False
    for before in reversed(clauses[max(0, place - 2) : place]):
        if before.has(cue.PAY):
            return False
        if before.dates and before.has(cue.EVENT | cue.PAST | cue.PRETERITE) and not before.has(cue.NEGATION):
            if _was_promised(before.dates[0], clauses[:place]):
                return False  # "le pago el lunes, no, el lunes es festivo, el martes"
            return _INSTEAD.isdisjoint([token.text for token in tokens[before.last : clause.last + 1]])
        if before.stop:
            return False
    return False


def _is_on_record(clause: Clause, match: DateMatch, tokens: Sequence[Token]) -> bool:
    """«Tengo registrado un pago del quince de enero»."""
    said = [token.text for token in tokens[clause.first : match.first]]
    return said[-1:] == ["del"] or not _ON_RECORD.isdisjoint(said)


def _says_the_month(first: DateMatch, second: DateMatch) -> bool:
    """«El diez le deposito, el diez de diciembre»: the same day, said in full."""
    same = first.date is not None and second.date is not None and first.date.day == second.date.day
    return same and first.rule == "day_of_month" and second.rule == "day_and_month"


def _was_promised(match: DateMatch, clauses: Sequence[Clause]) -> bool:
    return any(
        clause.has(cue.PAY) and any(day.date == match.date for day in clause.dates) for clause in clauses[-_SAID:]
    )


def _names_the_payday(place: int, clauses: Sequence[Clause], tokens: Sequence[Token]) -> bool:
    """«Apenas me paguen, que es el 20»: the day belongs to the income just named."""
    clause = clauses[place]
    said = tuple(token.text for token in tokens[clause.first : clause.first + 2])
    bare = clause.dates[0].last == clause.last and clause.dates[0].first - clause.first <= _NAMES_IT
    is_only_that = bare or not clause.has(cue.UNKNOWN | cue.EVENT | cue.NEGATION)
    return is_only_that and said in _WHICH_IS and place > 0 and clauses[place - 1].has(cue.INCOME | cue.PAY)


def _pays_on_the_same_day(place: int, clauses: Sequence[Clause], tokens: Sequence[Token]) -> bool:
    """«El lunes tengo cita y saliendo de ahí paso a pagarle»: the next clause goes back to the day."""
    goes_back = False
    for after in clauses[place + 1 : place + 4]:
        if after.dates or after.stop or after.has(DENIES):
            return False
        if after.has_number and not after.joined and not after.has(cue.CORE | cue.LIGHT):
            continue  # "la cuota vence el lunes, son mil, y ahí te la pago"
        words = [token.text for token in tokens[after.first : after.last]]
        at_an_hour = after.joined and words[:2] == ["a", "las"]  # "mañana abren y a las nueve tiene ahí sus treinta"
        goes_back = goes_back or at_an_hour or not _BACK_TO_IT.isdisjoint(words)
        goes_back = goes_back or any(pair in _THAT_DAY for pair in pairwise(words))
        if after.has(cue.PAY):
            return goes_back
        if not goes_back:
            return False
    return False


def _pays_instead(place: int, clauses: Sequence[Clause], tokens: Sequence[Token]) -> bool:
    """«El lunes le marco… no, le pago»: what was said of the call is said of the payment."""
    if place + 2 >= len(clauses):
        return False
    taken_back, instead = clauses[place + 1 : place + 3]
    said = [token.text for token in tokens[taken_back.first : taken_back.last]]
    return said == ["no"] and instead.has(cue.PAY) and not instead.dates


def _pays_without_a_day(clause: Clause) -> bool:
    """Whether a clause speaks of paying and names no day of its own."""
    if not clause.has(cue.PAY) or clause.has(cue.PAST | cue.NEGATION | cue.CALL | cue.HYPOTHETICAL | cue.SUBORDINATE):
        return False
    if clause.has(cue.OTHER_BILL | cue.OTHER_PAYEE) and not clause.has(cue.CREDITOR):
        return False
    return not clause.conditional and all(match.date is None for match in clause.dates)


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What the clauses of an utterance tell of each other.

    Attributes:
        clauses: They.
        paying: How many pay without naming a day.
        other: For each clause whether its sentence speaks of a call or of what was paid, and not of paying.
        told: The same, of anything past or anything else.
    """

    clauses: tuple[Clause, ...]
    paying: int
    other: tuple[bool, ...]
    told: tuple[bool, ...]

    def paid_nearby(self, place: int) -> bool:
        return self.paying - _pays_without_a_day(self.clauses[place]) > 0

    def told_before(self, place: int) -> bool:
        """Whether the clause before, of the same sentence, is of the past."""
        same = place > 0 and not self.clauses[place].stop
        return same and self.clauses[place - 1].has(cue.PAST | cue.PRETERITE)


def _surroundings(clauses: tuple[Clause, ...]) -> _Surroundings:
    other: list[bool] = []
    told: list[bool] = []
    any_pays = any(clause.has(cue.PAY) and not clause.has(cue.PAST | cue.NEGATION) for clause in clauses)
    was_paid = False
    first = 0
    for place in range(1, len(clauses) + 1):
        if place < len(clauses) and not clauses[place].stop:
            continue
        said = main = 0
        pays = question = False
        for clause in clauses[first:place]:
            if not clause.cues & cue.SUBORDINATE:
                said |= clause.cues
                main += 1
                question = clause.question
                pays = pays or clause.cues & (cue.PAY | cue.PAST) == cue.PAY
        is_other = bool(said & cue.ECHO and question) or bool(not pays and said & (cue.CALL | cue.PAID))
        is_told = bool(not pays and said & (cue.PAST | cue.PRETERITE | cue.UNKNOWN))
        is_other = is_other or (was_paid and not pays and not any_pays and main == place - first)
        was_paid = was_paid or bool(said & cue.PAID)
        other += [is_other] * (place - first)
        told += [is_told] * (place - first)
        first = place
    return _Surroundings(clauses, sum(map(_pays_without_a_day, clauses)), tuple(other), tuple(told))


def _corrected(first: DueDate, second: DueDate, tokens: Sequence[Token], text: str, taking_back: Sequence[int]) -> bool:
    """Whether between two dates something takes the first back: «no», «mejor», «digo», «o sea».

    `taking_back` are the places of the words that do so within a clause.
    """
    if first.clause == second.clause:
        place = bisect_left(taking_back, first.match.last)
        return place < len(taking_back) and taking_back[place] < second.match.first
    since = max(first.match.last, second.match.first - _FAR)
    masks = cue.cue_masks(text, tokens[since : second.match.first])
    return any(mask & cue.CORRECTION for mask in masks)


def _others_follow(candidates: Sequence[DueDate]) -> list[bool]:
    """For each due date whether a later clause names another day."""
    following: list[bool] = []
    later: set[date | None] = set()
    waiting: list[DueDate] = []
    for one in reversed(candidates):
        if waiting and waiting[-1].clause != one.clause:
            later.update(other.match.date for other in waiting)
            waiting.clear()
        following.append(bool(later - {one.match.date}) if len(later) < 2 else True)
        waiting.append(one)
    return following[::-1]


def _only_wished(clause: Clause, clauses: Sequence[Clause], place: int, tokens: Sequence[Token]) -> bool:
    """«Quería pagar el 10, pero no me alcanzó»."""
    if not clause.told & WISHED or place + 1 == len(clauses):
        return False
    after = clauses[place + 1]
    opening = tokens[max(0, after.first - 1)].text
    return opening == "pero" and not after.stop and not after.dates and after.has(cue.NEGATION)


def _taken_back(candidate: DueDate, clauses: Sequence[Clause], others_follow: bool, tokens: Sequence[Token]) -> bool:
    """Whether an answer is denied right after: «¿Para el diez? No, para el diez no llego»."""
    if candidate.strength == STRONG:
        wished = _only_wished(clauses[candidate.clause], clauses, candidate.clause, tokens)
        return wished or _refused_after_all(candidate, clauses, tokens)
    day = candidate.match.date
    for index in range(candidate.clause + 1, min(candidate.clause + 4, len(clauses))):
        clause = clauses[index]
        named = [match for match in clause.dates if match.date == day]
        denies = clause.has(DENIES) or (clauses[candidate.clause].question and clause.has(cue.UNKNOWN))
        if named and denies and not clause.has(cue.SUBORDINATE | cue.PAY | cue.INCOME):
            return True
        if others_follow or clause.has(cue.HARMLESS | cue.SUBORDINATE) or clause.has_number:
            continue
        if clause.first < len(tokens) and tokens[clause.first].text == "antes":
            continue
        if not clause.dates and (
            clause.has(cue.CANNOT) or (clauses[candidate.clause].question and clause.denied_first)
        ):
            return True
    return False


def _refused_after_all(candidate: DueDate, clauses: Sequence[Clause], tokens: Sequence[Token]) -> bool:
    """«Ponga el lunes si quiere, pero el lunes no le voy a pagar»: the same day, said again and denied."""
    for clause in clauses[candidate.clause + 1 : candidate.clause + 4]:
        if not clause.has(cue.NEGATION) or not clause.denied_first or clause.has(cue.HARMLESS):
            continue
        for match in clause.dates:
            following = tokens[match.last].text if match.last < len(tokens) else ""
            if match.rule == "now" != candidate.match.rule:
                continue  # "hoy en la noche le pago, ahora no puedo"
            if match.date == candidate.match.date and following in ("no", "tampoco", "ni"):
                return True
    return False


def _is_alternative(match: DateMatch, tokens: Sequence[Token]) -> bool:
    """«El viernes; si no, el lunes»: the first stands."""
    before = [token.text for token in tokens[max(0, match.first - 4) : match.first]]
    return any(before[place : place + 3] == ["si", "no", ","] for place in range(len(before) - 2))


def _leads_up(candidate: DueDate, current: DueDate, clauses: Sequence[Clause]) -> bool:
    """«Hoy ando en la obra, pero mañana voy al banco y te lo abono»: the day right before the paying is its day."""
    return _pays_next(candidate.clause, clauses) and not _pays_next(current.clause, clauses)


def _tells_after(current: DueDate, candidate: DueDate) -> bool:
    """«Pasado el puente, el martes»: the day meant by what it comes after."""
    one, two = current.match.date, candidate.match.date
    apposed = current.match.rule == "after" and candidate.clause == current.clause + 1
    return apposed and one is not None and two is not None and 0 <= (two - one).days < 7


def _pays_next(place: int, clauses: Sequence[Clause]) -> bool:
    return place + 1 < len(clauses) and _pays_without_a_day(clauses[place + 1])


def _stands(
    candidates: Sequence[DueDate], clauses: Sequence[Clause], tokens: Sequence[Token], text: str
) -> DueDate | None:
    """Of several due dates the one that stands: the corrected one, else the first payment's."""
    current: DueDate | None = None
    several = len(candidates) > 1
    taking_back = [place for place, token in enumerate(tokens) if several and token.text in _TAKES_BACK]
    for candidate in candidates:
        if current is None:
            current = candidate
            continue
        if candidate.match.date == current.match.date or _is_alternative(candidate.match, tokens):
            continue
        if (
            candidate.match.rule == "now"
            and current.strength >= ANSWER
            and tokens[candidate.match.first].text in _AT_ONCE
        ):
            continue  # "a fin de mes le pago altiro": without delay
        if (
            (clauses[candidate.clause].has(cue.CREDITOR) and not clauses[current.clause].has(cue.CREDITOR))
            or (candidate.strength >= ANSWER and _corrected(current, candidate, tokens, text, taking_back))
            or candidate.strength > current.strength
            or (candidate.strength == current.strength == WEAK and _leads_up(candidate, current, clauses))
            or NARROWER.get(current.match.rule) == candidate.match.rule
            or _says_the_month(current.match, candidate.match)
            or _tells_after(current, candidate)
            or gathers(clauses[current.clause], clauses[candidate.clause])
            or (
                candidate.strength == current.strength
                and current.match.rule in _WIDE
                and candidate.match.rule not in _WIDE
                and candidate.clause <= current.clause + 1
            )
        ):
            current = candidate
    return current


def _with_amounts(clauses: tuple[Clause, ...], paid: Sequence[tuple[int, int]]) -> tuple[Clause, ...]:
    """The clauses, those in which an amount is to be paid being about paying: «que sean sesenta para el lunes»."""
    if not paid:
        return clauses
    return tuple(
        replace(clause, cues=clause.cues | cue.PAY)
        if not clause.has(_NO_PAYING) and any(clause.first <= first < clause.last for first, _ in paid)
        else clause
        for clause in clauses
    )


@dataclass(frozen=True, slots=True)
class JudgedDates:
    """The dates of an utterance weighed.

    Attributes:
        due: Those that are due; the one that stands comes first.
        verdicts: What became of each date, by its first token.
    """

    due: tuple[DueDate, ...]
    verdicts: Mapping[int, str]


def judge_dates(
    text: str,
    found: Found,
    said_on: date,
    *,
    unreal: bytearray | None = None,
    paid: Sequence[tuple[int, int]] = (),
    split: tuple[Clause, ...] | None = None,
) -> JudgedDates:
    """The due dates of an utterance already read, and what the words around each date say.

    Args:
        text: The utterance as written.
        found: Its dates and times.
        said_on: Local calendar day of the call.
        unreal: What `unreal_tokens` gives for the utterance, where it is known already.
        paid: Token spans of amounts that are to be paid; their clauses speak of paying.
        split: What `split_clauses` gives for it, where it is known already.
    """
    if not found.dates and not found.clocks and not any(token.text in MAY_BE_NOW for token in found.tokens):
        return JudgedDates((), {})
    tokens = found.tokens
    unreal = unreal_tokens(text, tokens) if unreal is None else unreal
    clauses = _with_amounts(split_clauses(text, found) if split is None else split, paid)
    if any(clause.has(cue.ECHO) and clause.question for clause in clauses):
        return JudgedDates((), dict.fromkeys([match.first for match in found.dates], "echo"))
    candidates, verdicts = _candidates(found, clauses, said_on, unreal)
    kept = []
    for one, others in zip(candidates, _others_follow(candidates), strict=True):
        if _taken_back(one, clauses, others, tokens):
            verdicts[one.match.first] += " taken back"
        else:
            kept.append(one)
    standing = _stands(kept, clauses, tokens, text)
    if standing is None:
        return JudgedDates(later_today(clauses, found, said_on) if not candidates else (), verdicts)
    return JudgedDates((standing, *(one for one in kept if one is not standing)), verdicts)


def _candidates(
    found: Found, clauses: tuple[Clause, ...], said_on: date, unreal: bytearray
) -> tuple[list[DueDate], dict[int, str]]:
    """The dates that may be due by their own clause, and what is said of every date."""
    tokens = found.tokens
    around = _surroundings(clauses)
    address = any(clause.has(cue.ADDRESS) for clause in clauses)
    candidates: list[DueDate] = []
    verdicts: dict[int, str] = {}
    for place, clause in enumerate(clauses):
        for match in clause.dates:
            street = address and match.rule in STREETS and not clause.has(cue.PAY | cue.INCOME)
            by_article = match.first > 0 and tokens[match.first - 1].text == "el" and not clause.has(cue.ADDRESS)
            if (street and not by_article) or (unreal and unreal[match.first]):
                verdicts[match.first] = "street" if street else "unreal"
                continue
            strength = _judge(place, around, match, said_on, tokens)
            verdicts[match.first] = str(strength)
            if strength > REFUSED:
                candidates.append(DueDate(match, strength, place))
    return candidates, verdicts


def due_dates(text: str, said_on: date, country: str) -> tuple[DateMatch, ...]:
    """The dates on which a payment is said to be due; the one that stands comes first.

    Args:
        text: What was said.
        said_on: Local calendar day of the call. No date before it is given.
        country: ISO 3166 code.
    """
    tokens = tokenize(text)
    found = read_times(tokens, find_numbers(tokens, country=country), said_on, country)
    return tuple(due.match for due in judge_dates(text, found, said_on).due)
