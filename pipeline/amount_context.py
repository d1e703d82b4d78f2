"""Which money expressions of an utterance are amounts to be paid.

A figure is one where a word of paying is nearer than any of the past, of income, of a price or of
the debt; where nothing rejects or corrects it; where it counts nothing and labels nothing. An
utterance that is nothing but a number answers "¿cuánto?" and counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pipeline.amount_clauses import Utterance
from pipeline.amount_cues import PAYING, Cue
from pipeline.amount_echoes import Echoes
from pipeline.amount_payees import goes_elsewhere
from pipeline.amount_rejections import corrected, is_rejected, is_taken_back, sums_up
from pipeline.amount_restated import is_dated_before, is_known, is_put_right, is_told_now
from pipeline.amount_sources import is_base, is_priced, of_other_money, sources
from pipeline.amount_wording import (
    goes_on,
    is_called_yours,
    is_what_is_owed,
    names_its_own,
    put_in_figures,
    told_otherwise,
)
from pipeline.amounts import AmountContext, AmountMatch, in_scale_of, in_thousands, read_amounts, taken_tokens
from pipeline.calendar_words import WEEKDAYS
from pipeline.date_cues import ASKED_OF_DEBTOR
from pipeline.numbers import NumberMatch, find_numbers
from pipeline.other_numbers import is_rate, names_something_else
from pipeline.tokens import Token, tokenize
from pipeline.unreal import unreal_tokens

_CLITICS = frozenset("os me te se le les lo la los las nos".split())
_OF = frozenset("de en para al del por a con".split())
_ARTICLES = frozenset("el la los las mi mis su sus un una lo ese esa este esta otro otra".split())
_A_DAY = frozenset(
    {("el", "dia"), ("al", "dia"), ("por", "dia"), ("la", "hora"), ("por", "hora"), ("la", "jornada"), ("el", "turno")}
)
_MAKE = frozenset({"saco", "sacamos", "saca"})
_MENDING = frozenset("no perdon perdone digo mejor , … . miento corrijo disculpe bueno".split())
_SIGNS = frozenset({",", "…", "."})
_BY_WORDS = frozenset({"past", "expense", "debt", "price", "income", "no context of money"})
_STANDS_AT = frozenset("esta estan estaba estaban anda andan".split())
_TAKES_UP = frozenset("eso esos esas ese esa".split())
_CHARGES = frozenset(
    "gestion cobranza san tanda natillera pasanaku cundina susu quiniela interes intereses mora recargo recargos "
    "comision multa penalidad casa".split()
)
_OWN_CHARGES = frozenset("mora interes intereses recargo recargos multa penalidad gestion cobranza".split())
_TO_CREDITOR = frozenset({"le", "te", "les", "os", "usted", "ustedes"})
_EARNINGS = frozenset("sueldo salario pension ingreso ingresos aguinaldo".split())
_CHANNELS = frozenset(
    "transferencia oxxo telefono internet app aplicacion zelle yappy sinpe efecty mes semana quincena cuota favor lo "
    "ahora hoy el la este esta mercado nequi daviplata bizum yape plin banca correo cada ventanilla tarjeta caja "
    "ath western transfermovil redpagos abitab pse spei deposito cheque".split()
)
_PAID_BY = frozenset(
    "ath sinpe yape plin zelle nequi daviplata bizum yappy venmo cashapp oxxo spei transferencia".split()
)
_PAYMENTS = frozenset("cuota mensualidad pago letra abono minimo que lo todo total mitad monto".split())
_LISTENERS = frozenset({"usted", "ustedes", "ti", "vos", "vosotros"})
_MINE = ("o", "oy", "re", "mos")
_BILLS = frozenset("recibo factura boleta resumen letra cuota".split())
_NONE = frozenset({"no", "nunca", "debo", "piden", "cobran"})
_WOULD_BE = frozenset("serian seria quedarian quedaria".split())
_TO_A_DAY = frozenset(", : ' l pal para pa el la los este hasta a mas tardar del en y".split())
_ANSWER_FLOOR = 32
# A bare number beyond this many times the balance is a document, not a payment.
_MOST_OF_BALANCE = 5
_REACH = 6
_MAY_BE_RIGHT = frozenset({"no context of money", "debt"})
_US = frozenset({"me", "nos"})
_ASKED = ASKED_OF_DEBTOR | frozenset("cubre cubra pague abone deposite liquide cancele transfiera".split())
_SELLS = frozenset("pierde pierdo perdidas factura vende venden facturan saca gana ganamos".split())
_SAVINGS = frozenset("tanda junta cundina san pasanaku natillera pandero susu cadena rosca vaca".split())


@dataclass(frozen=True, slots=True)
class JudgedAmounts:
    """The amounts of an utterance weighed.

    Attributes:
        payable: Those that somebody is to pay, in order.
        refusals: Why each amount that is named is none by its own words, before the others are looked at; else None.
        cues: What each token tells of the amounts around it.
    """

    payable: tuple[AmountMatch, ...]
    refusals: tuple[str | None, ...]
    cues: tuple[Cue | None, ...]


NO_AMOUNTS: Final = JudgedAmounts((), (), ())
"""What is judged where none is named."""


def payable_amounts(
    text: str,
    context: AmountContext,
    *,
    taken: Sequence[tuple[int, int]] = (),
    tokens: Sequence[Token] | None = None,
    numbers: Sequence[NumberMatch] | None = None,
    unreal: bytearray | None = None,
    named: Sequence[AmountMatch] | None = None,
) -> tuple[AmountMatch, ...]:
    """The amounts of an utterance that somebody is to pay, in order.

    Args:
        text: The utterance as written.
        context: Call and account.
        taken: Character spans of dates and times, so that "el 15" is no amount.
        tokens: The utterance's tokens where they are known already.
        numbers: Its numbers where they are known already.
        unreal: What `unreal_tokens` gives for it where that is known already.
        named: All its amounts (`find_amounts`) where they are known already.
    """
    tokens = tokenize(text) if tokens is None else tokens
    numbers = find_numbers(tokens, country=context.country) if numbers is None else numbers
    touched = taken_tokens(tokens, taken)
    matches = read_amounts(tokens, context, touched, numbers) if named is None else tuple(named)
    if not matches:
        return ()
    unreal = unreal_tokens(text, tokens) if unreal is None else unreal
    return judge_amounts(Utterance(text, tokens, numbers, matches, touched), context, unreal).payable


def judge_amounts(utterance: Utterance, context: AmountContext, unreal: bytearray) -> JudgedAmounts:
    """The amounts of an utterance already read, and what the words around each say; `unreal` as `unreal_tokens`."""
    judge = _Judge(utterance, context.balance, unreal)
    refusals = [judge.reason_against(match) for match in utterance.matches]
    accepted = tuple([in_thousands(match, context) for match in judge.accepted(list(refusals))])
    return JudgedAmounts(accepted, tuple(refusals), tuple(utterance.cues))


class _Judge:
    """Weighs the words around the amounts of one utterance."""

    def __init__(self, utterance: Utterance, balance: Decimal | None, unreal: bytearray) -> None:
        self.u = utterance
        self.unreal = unreal
        self.limit = None if balance is None else _MOST_OF_BALANCE * balance
        self.echoes = Echoes(utterance)

    def accepted(self, reasons: list[str | None]) -> list[AmountMatch]:
        """The amounts to be paid, `reasons` being what `reason_against` says of each."""
        matches = self.u.matches
        for position in range(len(matches) - 1):
            if reasons[position] in _MAY_BE_RIGHT and reasons[position + 1] == "rejected":
                reasons[position] = None if is_put_right(self.u, matches[position]) else reasons[position]
        for position in range(2, len(matches)):
            if sums_up(self.u, position, reasons):
                reasons[position] = None
        for position in range(1, len(matches)):
            if reasons[position] in _BY_WORDS and reasons[position - 1] is None and self.is_mended(position):
                reasons[position] = None
        for position in range(1, len(matches)):
            if reasons[position] is None and reasons[position - 1] in _BY_WORDS and goes_on(self.u, position):
                reasons[position] = reasons[position - 1]
        for position in sources(self.u, reasons):
            reasons[position] = "source"
        replaced = set(corrected(self.u, reasons)) | set(put_in_figures(self.u, reasons))
        pairs = list(zip(matches, reasons, strict=True))
        kept = [
            in_scale_of(matches[max(0, i - _REACH) : i], match)
            for i, (match, reason) in enumerate(pairs)
            if reason is None and i not in replaced
        ]
        if kept:
            return kept
        named = ("income", "weak", "expense", "price", "debt", "past", "lacking")
        return [match for match, reason in pairs if reason in named and self.passed_on(match)]

    def is_mended(self, position: int) -> bool:
        """Whether nothing but a correction stands before it: "mil… no, perdón, ochocientos"."""
        left, right = self.u.matches[position - 1 : position + 1]
        between = {self.u.text(i) for i in range(left.last, right.first)}
        return is_taken_back(tuple(between)) or (not between.isdisjoint(_MENDING - _SIGNS) and between <= _MENDING)

    def reason_against(self, match: AmountMatch) -> str | None:
        """Why an amount is not to be paid; None if it is."""
        if match.kind == "number" and (reason := names_something_else(self.u, match)):
            return reason
        if match.kind == "number" and match.value is not None and self.limit and match.value > self.limit:
            return "more than is owed"
        if match.kind == "percent" and is_rate(self.u, match):
            return "rate"
        if match.value is not None and match.value <= 0:
            return "nothing"
        if self.unreal and self.unreal[match.first]:
            return "unreal"
        if is_rejected(self.u, match):
            return "rejected"
        return self.of_something_else(match) or self.by_cues(match)

    def of_something_else(self, match: AmountMatch) -> str | None:
        """What follows the amount and says what it is of: "de renta", "al doctor", "que dice", "es el saco"."""
        u, index = self.u, match.last
        if is_base(u, match):
            return "a larger sum"
        if u.text(match.first - 1) in ("en", "a", "como") and _STANDS_AT & {
            u.text(match.first - 2),
            u.text(match.first - 3),
        }:
            return "price"
        periodic = self.is_periodic(match.last)
        other = "income" if self.is_earned(match) else of_other_money(u, match, periodic=periodic)
        if other := other or told_otherwise(u, match):
            return other
        if reason := goes_elsewhere(u, match):
            return reason
        of_base = match.rule == "half" and any(is_base(u, other) for other in u.matches[:_REACH])
        if of_base or (match.rule == "half" and u.text(index) in ("de", "del") and index not in u.taken):
            return "half of something else"
        relative = index + 1 if u.text(index) == "lo" else index
        if u.text(relative) == "que":
            said = range(relative + 1, min(relative + 4, len(u.tokens)))
            by_other = any(u.text(i) in u.words.said and u.soft[i] == u.soft[relative] for i in said)
            return "said by another" if by_other and not self.i_pay_it(match) else None
        if u.has(frozenset({Cue.PAY, Cue.WEAK}), u.clause(match.first, u.soft)):
            return self.noun_after(match)
        return self.unpaid(match) or self.noun_after(match)

    def unpaid(self, match: AmountMatch) -> str | None:
        """What an amount is in a clause without a word of paying: "son para la comida", "por unas zapatillas"."""
        u, index = self.u, match.last
        if match.kind == "money" and match.value == 1 and len(u.tokens) > _REACH:
            return "idiom"
        if is_priced(u, match):
            return "price"
        if (u.text(index), u.text(index + 1)) in _A_DAY and index + 2 not in u.taken:
            return "income"
        if u.text(index) in ("es", "son") and u.text(index + 1) in ("un", "una", "el", "la", "unos", "unas", "para"):
            return None if u.text(index + 2) in _PAYMENTS | _LISTENERS else "price"
        dated = match.first > 2 and match.first - 2 - (u.text(match.first - 2) == ",") in u.taken
        if u.text(match.first - 1) == "por" and not dated and not u.has(PAYING, u.clause(match.first, u.soft)):
            return "price"
        return "price" if u.text(index) == "por" and u.text(index + 1) not in _CHANNELS else None

    def is_earned(self, match: AmountMatch) -> bool:
        """Whether it is what one makes: "saco como once mil al mes"."""
        u = self.u
        before = {u.text(i) for i in range(match.first - 3, match.first)}
        if (u.text(match.last), u.text(match.last + 1)) in _A_DAY or u.text(match.last) in ("diarios", "diarias"):
            if not before.isdisjoint(("hago", "hacemos")) and _TO_CREDITOR.isdisjoint(before):
                return True
            sells = {u.text(i) for i in range(match.first - _REACH, match.first)}
            return not _SELLS.isdisjoint(sells) and _TO_CREDITOR.isdisjoint(sells)
        if u.text(match.first - 1) == "de" and u.text(match.first - 2) in _SAVINGS:
            return True
        return self.is_periodic(match.last) and not _MAKE.isdisjoint(before)

    def noun_after(self, match: AmountMatch) -> str | None:
        u, index = self.u, match.last
        if u.text(index) not in _OF or (u.text(index) == "en" and self.pays_creditor(match)):
            return None  # "le deposito mil en la farmacia"
        if (u.text(index), u.text(index + 1)) == ("de", "mas"):
            return "too much"
        index += 1
        bare_by = u.text(index - 1) == "por" and u.text(index) not in _ARTICLES
        while u.text(index) in _ARTICLES:
            index += 1
        if bare_by or index >= len(u.tokens) or u.soft[index] != u.soft[match.last]:
            return None
        if u.text(index) in _BILLS | _OWN_CHARGES and self.pays_creditor(match):
            return None
        if u.cues[index] is Cue.NOUN or u.text(index) in _CHARGES:
            return "expense"
        earned = u.text(index) in _EARNINGS and u.text(match.last) == "de" and index == match.last + 1
        return "income" if earned else None

    def pays_creditor(self, match: AmountMatch) -> bool:
        """Whether its clause pays the one who listens: "le paso los ochenta del recibo"."""
        u = self.u
        clause = u.clause(match.first, u.soft)
        return any(
            u.cues[i + 1] is Cue.PAY and (u.text(i) in _TO_CREDITOR or (u.text(i) in _US and u.text(i + 1) in _ASKED))
            for i in clause
            if i + 1 < clause.stop
        )

    def i_pay_it(self, match: AmountMatch) -> bool:
        """Whether the speaker takes up what others ask: "le pago los mil que dice el papel"; not thrown back."""
        u = self.u
        clause = u.clause(match.first, u.soft)
        asked = u.text(u.clause(match.first, u.hard).stop - 1) == "?"
        mine = any(u.cues[i] is Cue.PAY and u.text(i).endswith(_MINE) for i in range(clause.start, match.first))
        return not asked and (mine or self.pays_creditor(match))

    def is_for_creditor(self, match: AmountMatch) -> bool:
        """Whether a clause without a verb gives it to the one who listens: "y el viernes a usted doscientos"."""
        u = self.u
        clause = u.clause(match.first, u.soft)
        if u.text(match.last) == "para" and u.text(match.last + 1) in _LISTENERS:
            return True  # "traigo mil para la renta y quinientos para usted"
        named = any(u.text(i) == "a" and u.text(i + 1) in _LISTENERS for i in clause)
        meant = match.last + (u.text(match.last) in ("van", "son", "seran"))
        if u.text(meant) == "para" and u.text(meant + 1) in _LISTENERS and u.text(meant - 1) != "mucho":
            return True
        return named and all(u.cues[i] is None for i in clause)

    def is_the_listeners(self, match: AmountMatch) -> bool:
        """Whether it is called the listener's: "el viernes ya usted tiene sus dos mil"."""
        u = self.u
        clause = u.clause(match.first, u.soft)
        told = u.has(frozenset({Cue.PAST, Cue.INCOME, Cue.PRICE, Cue.DEBT, Cue.NOUN, Cue.TOLD}), clause)
        had = [i for i in clause if u.text(i) in ("tiene", "tienen")]
        if told or not had:
            return False
        if u.text(match.first - 1) in ("sus", "tus"):
            return True
        due = any(i in u.taken for i in range(clause.start, had[0]))
        return due and u.text(had[0] + 1) in _LISTENERS and (match.kind != "number" or u.text(match.first - 1) == "los")

    def is_what_is_given(self, match: AmountMatch) -> bool:
        """Whether a sum is said to be what is paid: "mil es lo que le doy"."""
        u = self.u
        if u.text(match.last) not in ("es", "son", "seria", "serian") or u.text(match.last + 1) != "lo":
            return False
        if u.text(match.last + 2) != "que":
            return False
        clause = range(match.last + 3, min(match.last + 3 + _REACH, len(u.tokens)))
        first = next((u.cues[i] for i in clause if u.cues[i] is not None), None)
        return first in (Cue.PAY, Cue.WEAK) and _NONE.isdisjoint([u.text(i) for i in clause])

    def is_of_the_debt(self, match: AmountMatch) -> bool:
        """Whether what is paid is said to be of the debt: "le pago los dos mil del capital"."""
        u = self.u
        place = match.last + (u.text(match.last) == "de")
        if u.text(match.last) not in ("de", "del") or not self.pays_creditor(match):
            return False
        while u.text(place) in _ARTICLES or u.text(place) == "del":
            place += 1
        return place < len(u.tokens) and (u.cues[place] is Cue.DEBT or u.text(place) in _BILLS)

    def by_cues(self, match: AmountMatch) -> str | None:
        """The nearest word that tells, in the soft clause, then the clause, the sentence, the utterance."""
        u = self.u
        if self.echoes.at(match.first):
            return "echo"
        if self.is_surely_paid(match):
            return None
        if is_known(u, match) or u.nearest_named(match):
            return "debt"
        leaning = self.is_periodic(match.last)
        for bounds in (u.soft, u.medium, u.hard, None):
            cue = u.nearest(match, bounds)
            if cue is Cue.NEUTRAL:
                leaning = True
            elif cue is not None:
                if cue in PAYING:
                    return None if cue is Cue.PAY or match.kind != "balance" else self.weak_balance(match)
                answers = cue in (Cue.INCOME, Cue.DEBT) and bounds is not u.soft and self.opens_as_answer(match)
                answers = answers or (bounds is not u.soft and self.is_corrected_opening(match))
                return None if answers else cue.value
        leaning = leaning or (u.text(match.last) in ("por", "via") and u.text(match.last + 1) in _PAID_BY)
        if match.kind == "money" or match.plan is not None or (leaning and match.kind != "balance"):
            return None
        answers = self.is_answer() or self.opens_as_answer(match) or self.stands_with_date(match)
        return None if answers else "no context of money"

    def is_surely_paid(self, match: AmountMatch) -> bool:
        """Whether the words right around it say so, whatever else the sentence tells."""
        said = self.is_announced(match) or self.is_affirmed(match) or self.is_what_is_given(match)
        given = self.is_of_the_debt(match) or self.is_for_creditor(match) or self.is_the_listeners(match)
        return (
            said
            or given
            or is_dated_before(self.u, match)
            or is_called_yours(self.u, match)
            or is_what_is_owed(self.u, match)
            or self.is_proposed(match)
            or is_told_now(self.u, match)
        )

    def is_announced(self, match: AmountMatch) -> bool:
        """Whether a colon leads to it from words of paying: "le acepto el descuento: tres mil"."""
        u = self.u
        if match.first < 2 or u.text(match.first - 1) != ":" or u.nearest(match, u.soft) is not None:
            return False
        return u.has(frozenset({Cue.PAY}), u.clause(match.first - 2, u.soft))

    def is_proposed(self, match: AmountMatch) -> bool:
        """Whether a day of the same sentence comes to it: "sería el quince y serían mil pesos"."""
        u = self.u
        place = match.first - 1
        while u.text(place) in ("como", "unos", "unas", "los", "las"):
            place -= 1
        dated = not u.taken.isdisjoint(u.clause(match.first, u.hard))
        if u.text(place) in ("van", "va"):
            dated = not u.taken.isdisjoint(range(u.clause(place, u.soft).start, place))
        elif u.text(place) not in _WOULD_BE:
            return False
        return dated and "?" not in u.texts[match.last : match.last + 2] and u.nearest(match, u.soft) is Cue.NEUTRAL

    def stands_with_date(self, match: AmountMatch) -> bool:
        """Whether nothing but a day stands beside it: "Listo, don Luis, mil para el jueves; lo otro lo vemos"."""
        u = self.u
        small = match.kind == "number" and (match.literal or Decimal(0)) < _ANSWER_FLOOR
        if small or match.kind == "percent" or not u.is_apposition(u.clause(match.first, u.soft)):
            return False
        before, after = match.first - 1, match.last
        while u.text(before) in _TO_A_DAY:
            before -= 1
        while u.text(after) in _TO_A_DAY:
            after += 1
        asked = u.text(u.clause(match.first, u.hard).stop - 1) == "?"
        return not asked and (before in u.taken or after in u.taken)

    def is_periodic(self, index: int) -> bool:
        """Whether a rhythm of payment follows: "al mes", "a la quincena", "semanales"."""
        texts = [self.u.text(i) for i in range(index, index + 3)]
        if texts[0] in ("mensuales", "quincenales", "semanales", "mensual", "quincenal", "semanal"):
            return True
        period = texts[2] if texts[:2] == ["a", "la"] else texts[1]
        if texts[0] == "cada" and period in WEEKDAYS:
            return True
        return texts[0] in ("a", "al", "por", "cada") and period in ("mes", "quincena", "semana")

    def is_affirmed(self, match: AmountMatch) -> bool:
        """Whether the amount stands alone with a yes: "mil es mucho, quinientos sí"."""
        u = self.u
        clause = u.clause(match.first, u.soft)
        if u.text(match.last) != "si" or match.last not in clause:
            return False
        ends = match.last + 1 >= clause.stop or u.tokens[match.last + 1].kind == "sign"
        return ends and all(u.cues[i] in (None, *PAYING) for i in clause)

    def opens_as_answer(self, match: AmountMatch) -> bool:
        """Whether the utterance begins with nothing but the amount: "Dos millones nomás, es lo que..."."""
        u = self.u
        clause = u.clause(match.first, u.soft)
        asked = "?" in (u.text(clause.stop), u.text(clause.stop - 1))
        small = match.kind == "number" and (match.literal or Decimal(0)) < _ANSWER_FLOOR
        return not small and not asked and u.first_content >= clause.stop

    def is_corrected_opening(self, match: AmountMatch) -> bool:
        """Whether it opens the utterance and the next sum is put in its place: "doscientos… uy no, cien, que gasté"."""
        u = self.u
        if match is not u.matches[0] or len(u.matches) < 2 or not self.opens_as_answer(match):
            return False
        return is_taken_back(u.texts[match.last : u.matches[1].first])

    def is_answer(self) -> bool:
        """Whether the utterance is nothing but numbers, dates and words without content."""
        return self.u.first_content >= len(self.u.tokens)

    def weak_balance(self, match: AmountMatch) -> str | None:
        paid = self.u.has(frozenset({Cue.PAY}), self.u.near(match))
        return None if paid or match.rule != "everything" else "weak"

    def passed_on(self, match: AmountMatch) -> bool:
        """Whether what was named goes to the debt after all: "me manda cien y esos se los deposito"."""
        u = self.u
        for index in range(match.last, u.near(match).stop):
            if index in u.inside:
                return False  # they are another sum
            if u.text(index) == "para" and u.text(index - 1) == "son" and u.text(index + 1) in _LISTENERS:
                return True  # "los cien que me manda mi hija son para usted"
            clitic = u.text(index) in ("se", "te") and u.text(index + 1) in ("los", "las", "lo", "la")
            if not clitic and u.text(index) not in _TAKES_UP:
                continue
            verb = index + 1
            while u.text(verb) in _CLITICS | {"mismo", "mismos", "mismas"}:
                verb += 1
            for_me = u.text(verb - 1) == "me" or u.text(verb + 1) == "lo"  # "con eso me quedo", "hago lo que puedo"
            for_me = for_me or (u.text(verb) == "quedo" and u.text(verb + 1) not in ("al", "a"))  # "quedo en cero"
            if verb < len(u.tokens) and u.cues[verb] is Cue.PAY and not for_me and not names_its_own(u, index):
                return True
        return False
