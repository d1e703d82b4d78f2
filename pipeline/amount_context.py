"""Which money expressions of an utterance are amounts to be paid.

A figure is one where a word of paying is nearer than any of the past, of income, of a price or of
the debt; where nothing rejects or corrects it; where it counts nothing and labels nothing. An
utterance that is nothing but a number answers "¿cuánto?" and counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from pipeline.amount_cues import PAYING, Cue, context_words, cue_at
from pipeline.amounts import AmountContext, AmountMatch, find_amounts, has_trigger, in_thousands
from pipeline.number_words import read_word
from pipeline.numbers import NumberMatch, find_numbers
from pipeline.tokens import Token, glued, tokenize

_SENTENCE = frozenset(". ; ? ! … ¿ ¡".split())
_SOFT = frozenset(", : ( ) - – —".split())
_TURN = frozenset("pero porque aunque sino mientras".split())
_SOFT_WORDS = frozenset({"y", "e", "que", "pues"})
_CLITICS = frozenset("me te se le les lo la los las nos".split())
_WEEKDAYS = frozenset("lunes martes miercoles jueves viernes sabado domingo".split())
_MONTHS = frozenset(
    "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre".split()
)
_OF = frozenset("de en para al del por a con".split())
_ARTICLES = frozenset("el la los las mi mis su sus un una lo ese esa este esta otro otra los".split())
_PERIOD_RATES = frozenset("hora dia semana mes quincena ano".split())
_ECHOES = (
    ("como", "que"),
    ("o", "sea", "que"),
    ("osea", "que"),
    ("dice", "usted"),
    ("donde", "dice"),
    ("quien", "dijo"),
    ("esta", "pidiendo"),
    ("estas", "pidiendo"),
    ("que", "pasa", "si"),
    ("por", "que"),
)
_TAKES_UP = frozenset("eso esos esas ese esa".split())
_CONDITIONS = frozenset("si cuando apenas cuanto aunque como donde mientras".split())
_BUT_ONLY = ("mas", "sino", "menos", "pasar", "que")
_RATE_WORDS = frozenset(
    "interes intereses tasa mensual anual diario diaria mora descuento quita rebaja comision iva recargo seguro "
    "acuerdo condonan bonificacion penalidad usura sueldo salario".split()
)
_LARGEST_DAY = 31
_REACH = 6
_DOCUMENT_DIGITS = 8
_MOST_PAYMENTS = 36
_LAST_HOUR = 24


def payable_amounts(
    text: str,
    context: AmountContext,
    *,
    taken: Sequence[tuple[int, int]] = (),
    tokens: Sequence[Token] | None = None,
    numbers: Sequence[NumberMatch] | None = None,
) -> tuple[AmountMatch, ...]:
    """The amounts of an utterance that somebody is to pay, in order.

    Args:
        text: The utterance as written.
        context: Call and account.
        taken: Character spans of dates and times, so that "el 15" is no amount.
        tokens: The utterance's tokens where they are known already.
        numbers: Its numbers where they are known already.
    """
    tokens = tokenize(text) if tokens is None else tokens
    if not has_trigger(tokens):
        return ()
    numbers = find_numbers(tokens, country=context.country) if numbers is None else numbers
    matches = find_amounts(tokens, context, taken=taken, numbers=numbers)
    if not matches:
        return ()
    judge = _Judge(text, tokens, numbers, matches, taken)
    accepted = judge.accepted()
    return tuple(in_thousands(match, context) for match in accepted)


class _Judge:
    """Weighs the words around the amounts of one utterance."""

    def __init__(
        self,
        text: str,
        tokens: Sequence[Token],
        numbers: Sequence[NumberMatch],
        matches: Sequence[AmountMatch],
        taken: Sequence[tuple[int, int]],
    ) -> None:
        self.tokens, self.numbers, self.matches = tokens, numbers, matches
        self.words = context_words()
        self.inside = {i for match in matches for i in range(match.first, match.last)}
        self.taken = {
            i for i, token in enumerate(tokens) if any(token.start < to and token.end > since for since, to in taken)
        }
        self.cues = [None if i in self.inside else cue_at(tokens, i, text) for i in range(len(tokens))]
        self.soft, self.medium, self.hard = self.clauses()

    def text(self, index: int) -> str:
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def clauses(self) -> tuple[list[int], list[int], list[int]]:
        """For every token the number of its soft clause, its clause and its sentence."""
        soft, medium, hard = [0], [0], [0]
        for i in range(1, len(self.tokens) + 1):
            text, before = self.text(i), self.text(i - 1)
            free = i not in self.inside
            ends = before in _SENTENCE and i - 1 not in self.inside
            turns = free and text in _TURN
            parts = ends or turns or (before in _SOFT and i - 1 not in self.inside)
            parts = parts or (free and text in _SOFT_WORDS)
            soft.append(soft[-1] + parts)
            medium.append(medium[-1] + (ends or turns))
            hard.append(hard[-1] + ends)
        return soft, medium, hard

    def accepted(self) -> list[AmountMatch]:
        reasons = [self.reason_against(i) for i in range(len(self.matches))]
        corrected = set(self.corrected(reasons))
        kept = [
            match
            for i, (match, reason) in enumerate(zip(self.matches, reasons, strict=True))
            if reason is None and i not in corrected
        ]
        if kept:
            return kept
        named = ("income", "weak", "expense", "price", "debt")
        pairs = zip(self.matches, reasons, strict=True)
        return [match for match, reason in pairs if reason in named and self.passed_on(match)]

    def reason_against(self, position: int) -> str | None:
        """Why an amount is not to be paid; None if it is."""
        match = self.matches[position]
        if match.kind == "number" and (reason := self.is_other_number(match)):
            return reason
        if match.kind == "percent" and self.is_rate(match):
            return "rate"
        if match.value is not None and match.value <= 0:
            return "nothing"
        return self.rejected(match) or self.of_something_else(match) or self.by_cues(match)

    # What a number is when it is no money.

    def is_other_number(self, match: AmountMatch) -> str | None:
        first, last = match.first, match.last
        value = match.literal if match.literal is not None else Decimal(0)
        before, after = self.text(first - 1), self.text(last)
        if match.plan is None and after in self.words.counted and not self.is_counted_money(match):
            return "count"
        if self.is_code(match):
            return "code"
        if value <= _LARGEST_DAY and match.plan is None and value == int(value) and self.is_day(match):
            return "day"
        if self.is_hour(match):
            return "hour"
        if self.counts_unnamed(match):
            return "count"
        if self.is_labelled(first):
            return "label"
        if after.isalpha() and value < 100 and match.plan is None and last not in self.taken:
            known = after in self.words.after_number or self.cues[last] in (Cue.PAY, Cue.WEAK, Cue.PAST)
            if not known and after not in ("tantos", "redondos"):
                return "count"
        return None

    def is_hour(self, match: AmountMatch) -> bool:
        """Whether it is an hour: "a las seis", "tipo seis de la tarde"."""
        before = self.text(match.first - 1)
        if before in ("las", "la") and (match.literal or 0) <= _LAST_HOUR:
            return self.text(match.first - 2) in ("a", "de", "hasta", "desde", "son", "sobre", "como")
        after = [self.text(i) for i in range(match.last, match.last + 3)]
        return after[:2] == ["de", "la"] and after[2] in ("tarde", "manana", "noche", "madrugada")

    def counts_unnamed(self, match: AmountMatch) -> bool:
        """Whether it counts what is not named with it: "uno de estos días", "un par de", "¿en seis?"."""
        if match.plan is not None:
            return False
        if self.text(match.first - 1) == "en" and (match.literal or 0) <= _MOST_PAYMENTS:
            return True
        if "par" in (self.text(match.first), self.text(match.first + 1)):
            return self.text(match.last) == "de"
        return match.literal == 1 and len(self.tokens) > match.last - match.first + 2

    def is_counted_money(self, match: AmountMatch) -> bool:
        """Whether the noun after the number is one of period, not of things: "mil quincenales", "cien por semana"."""
        if self.text(match.last) == "por":
            return self.text(match.last + 1) not in ("ciento", "cien", "hora", "100")
        return self.text(match.last) in ("pago", "pagos", "abono") and (match.literal or 0) >= 100

    def is_code(self, match: AmountMatch) -> bool:
        """Digits of a telephone, a document, an account, a date in figures."""
        first, last = match.first, match.last
        token = self.tokens[first]
        joined_before = self.text(first - 1) in ("-", "/", ":", "_", "#", "@") and glued(self.tokens, first)
        joined_after = self.text(last) in ("-", "/", ":", "_") and last < len(self.tokens) and glued(self.tokens, last)
        letters = first > 0 and self.tokens[first - 1].kind == "word" and glued(self.tokens, first)
        if joined_before or joined_after or letters:
            return True
        if token.kind == "figure" and token.text.isdecimal() and last == first + 1:
            if token.text[0] == "0" or len(token.text) >= _DOCUMENT_DIGITS:
                return True
        return self.in_run(match)

    def in_run(self, match: AmountMatch) -> bool:
        """Whether three or more numbers stand in a row, commas aside: digits of a telephone."""
        members = [n for n in self.numbers if n.form != "ordinal"]
        at = next((i for i, n in enumerate(members) if n.first >= match.first), None)
        if at is None:
            return False
        low = high = at
        while low > 0 and self.side_by_side(members[low - 1], members[low]):
            low -= 1
        while high + 1 < len(members) and self.side_by_side(members[high], members[high + 1]):
            high += 1
        return high - low >= 2 and not any(n.scale for n in members[low : high + 1])

    def side_by_side(self, left: NumberMatch, right: NumberMatch) -> bool:
        between = right.first - left.last
        return between == 0 or (between == 1 and self.text(left.last) in (",", "-", "."))

    def is_day(self, match: AmountMatch) -> bool:
        first, before = match.first, self.text(match.first - 1)
        if before in ("el", "dia", "al", "del", "dias", "pal", "l") or before in _WEEKDAYS:
            return True
        if before == "los" and {"siempre", "todos"} & {self.text(i) for i in range(first - _REACH, first)}:
            return True
        if before in ("uno", "en") and self.text(first - 2) in _WEEKDAYS | {"hoy", "manana"}:
            return True
        return self.text(match.last) == "de" and self.text(match.last + 1) in _MONTHS

    def is_labelled(self, first: int) -> bool:
        """Whether a label stands before the number in its clause: "calle", "termina en", "cédula"."""
        if self.text(first - 1) == "#":
            return True
        for index in range(first - 1, max(first - _REACH, -1), -1):
            if self.medium[index] != self.medium[first] or self.cues[index] is Cue.PAY:
                return False
            if self.text(index) in self.words.labelled:
                return True
        return False

    def is_rate(self, match: AmountMatch) -> bool:
        clause = self.medium[match.first]
        near = range(max(0, match.first - _REACH), min(len(self.tokens), match.last + _REACH))
        return any(self.medium[i] == clause and self.text(i) in _RATE_WORDS for i in near)

    # What is rejected or corrected.

    def rejected(self, match: AmountMatch) -> str | None:
        first, last, words = match.first, match.last, self.words
        index = first - 1
        while index >= 0 and self.text(index) in _ARTICLES | {"de", "a", "son", "es", "con", "por", "esos", "pagar"}:
            index -= 1
        if index >= 0 and self.text(index) in words.reject | {"tampoco"} and self.soft[index] == self.soft[first]:
            if not (self.text(index) == "no" and self.text(index + 1) in ("menos", "mas")):
                return "rejected"
        if index >= 0 and self.text(index) == "ni" and index >= first - 3:
            return "rejected"
        return self.rejected_after(last) or self.rejected_before(first)

    def rejected_after(self, last: int) -> str | None:
        """ "quinientos no", "dos mil no puedo", "¿Mil? No"."""
        after = self.text(last)
        clause = self.soft[last - 1]
        if after in ("no", "tampoco") and self.text(last + 1) not in ("mas", "?", "menos"):
            question = self.text(last + 1) == "?"
            return None if question else "rejected"
        for index in range(last, min(last + _REACH, len(self.tokens))):
            if self.soft[index] != clause or index in self.inside or self.cues[index] in (Cue.PAY, Cue.WEAK):
                break
            if self.text(index) in ("no", "tampoco", "ni") and self.text(index + 1) not in ("mas", "?"):
                return "rejected"
        if after == "?" and self.text(last + 1) == "no":
            return "rejected"
        return None

    def rejected_before(self, first: int) -> str | None:
        """ "no puedo pagar mil", "no le voy a dar quinientos"; not "no puedo pagar más de mil"."""
        for index in range(first - 1, max(first - 2 * _REACH, -1), -1):
            if self.soft[index] != self.soft[first]:
                break
            if self.text(index) not in ("no", "ni", "nunca", "jamas", "tampoco"):
                continue
            if any(self.text(i) in _BUT_ONLY for i in range(index + 1, first)):
                return None
            verb = index + 1
            while self.text(verb) in _CLITICS:
                verb += 1
            denies = self.cues[verb] is not None if verb < len(self.tokens) else False
            if denies or self.text(verb) in ("quiero", "pienso", "voy", "hay", "tengo", "puedo", "te", "le"):
                return None if self.text(verb) in self.words.harmless else "rejected"
        return None

    def corrected(self, reasons: Sequence[str | None]) -> Iterator[int]:
        """The amounts that the next one takes the place of: "mil… no, mejor ochocientos"."""
        for i in range(len(self.matches) - 1):
            left, right = self.matches[i], self.matches[i + 1]
            between = [self.text(j) for j in range(left.last, right.first)]
            if reasons[i] is not None or reasons[i + 1] is not None or not 1 <= len(between) <= 2 * _REACH:
                continue
            says_no = any(
                word == "no" and j > 0 and between[j - 1] in (",", "…", ".", "?", "!") for j, word in enumerate(between)
            )
            says = any(word in self.words.corrections for word in between)
            mended = any(w in ("perdon", "digo", "corrijo", "miento", "equivoque", "rectifico") for w in between)
            if says_no or mended or (says and "mejor" in between and len(between) <= 4):
                yield i

    # What the words around say.

    def of_something_else(self, match: AmountMatch) -> str | None:
        """A noun after the amount that says what it is of: "mil de renta", "tres mil al doctor", "que dice"."""
        index = match.last
        if self.text(index) in ("que", "de") and self.text(index) == "que":
            for i in range(index + 1, min(index + 4, len(self.tokens))):
                if self.text(i) in self.words.said and self.soft[i] == self.soft[index]:
                    return "said by another"
            return None
        if self.text(index) not in _OF:
            return None
        index += 1
        by = self.text(index - 1) == "por" and self.text(index) not in _ARTICLES
        while self.text(index) in _ARTICLES:
            index += 1
        if by or index >= len(self.tokens) or self.soft[index] != self.soft[match.last]:
            return None
        word = self.text(index)
        if self.cues[index] is Cue.NOUN or word in ("interes", "intereses", "mora", "recargo", "comision", "multa"):
            return "expense"
        if word in ("sueldo", "salario", "pension", "ingreso", "ingresos", "aguinaldo"):
            return "income" if self.text(match.last) == "de" and self.text(match.last + 1) == word else None
        return None

    def by_cues(self, match: AmountMatch) -> str | None:
        """The nearest word that tells, in the soft clause, then the clause, the sentence, the utterance."""
        if self.is_echo(match.first):
            return "echo"
        if self.is_affirmed(match):
            return None
        leaning: Cue | None = None
        for bounds in (self.soft, self.medium, self.hard, None):
            cue = self.nearest(match, bounds)
            if cue is Cue.NEUTRAL:
                leaning = leaning or cue
            elif cue is not None:
                if cue in PAYING:
                    return None if cue is Cue.PAY or match.kind != "balance" else self.weak_balance(match)
                answers = cue in (Cue.INCOME, Cue.DEBT) and bounds is not self.soft and self.opens_as_answer(match)
                return None if answers else cue.value
        if match.kind == "money" or match.plan is not None or leaning is not None:
            return None if match.kind != "balance" or self.is_answer() else "no context of money"
        return None if self.is_answer() else "no context of money"

    def is_affirmed(self, match: AmountMatch) -> bool:
        """Whether the amount stands alone with a yes: "mil es mucho, quinientos sí"."""
        clause = self.soft[match.first]
        others = any(cue not in (None, *PAYING) for i, cue in enumerate(self.cues) if self.soft[i] == clause)
        ends = (
            match.last + 1 >= len(self.tokens)
            or self.soft[match.last + 1] != clause
            or self.tokens[match.last + 1].kind == "sign"
        )
        return self.text(match.last) == "si" and ends and not others

    def opens_as_answer(self, match: AmountMatch) -> bool:
        """Whether the utterance begins with nothing but the amount: "Dos millones nomás, es lo que..."."""
        clause = self.soft[match.first]
        mine = [i for i in range(len(self.tokens)) if self.soft[i] == clause]
        asked = self.text(mine[-1] + 1) == "?" or self.text(mine[-1]) == "?"
        empty = all(i in self.inside or i in self.taken or self.is_empty(i) for i in mine)
        return empty and not asked and all(self.is_empty(i) for i in range(mine[0]))

    def is_empty(self, index: int) -> bool:
        token = self.tokens[index]
        return (
            token.kind != "word"
            or token.text in self.words.filler
            or self.cues[index] is Cue.NEUTRAL
            or bool(read_word(token.text))
        )

    def weak_balance(self, match: AmountMatch) -> str | None:
        return None if any(cue is Cue.PAY for cue in self.cues) or match.rule != "everything" else "weak"

    def is_subordinate(self, index: int) -> bool:
        """Whether the word stands in a clause that opens with "si", "cuando", "apenas"."""
        clause = self.soft[index]
        first = index
        while first > 0 and self.soft[first - 1] == clause:
            first -= 1
        if self.text(first) == "que" and first > 0:
            return self.text(first - 1) == "," or self.is_subordinate(first - 1)
        return self.text(first) in _CONDITIONS or self.text(first + 1) in _CONDITIONS

    def nearest(self, match: AmountMatch, bounds: Sequence[int] | None) -> Cue | None:
        """The cue nearest to the amount within its clause.

        One that says "not to be paid" wins a tie, and wins over words like "tengo" and "son" wherever
        it stands in the clause. Outside the amount's own soft clause a condition tells nothing.
        """
        best: tuple[int, int, Cue] | None = None
        seen: set[Cue] = set()
        for index, cue in enumerate(self.cues):
            if cue is None or (bounds is not None and bounds[index] != bounds[match.first]):
                continue
            if cue not in PAYING and self.soft[index] != self.soft[match.first] and self.is_subordinate(index):
                continue
            distance = match.first - index if index < match.first else index - match.last + 1
            seen.add(cue)
            if cue in (Cue.NOUN, Cue.JUDGE):
                distance += 1
            if cue in (Cue.WEAK, Cue.NEUTRAL):
                continue
            rank = (distance, 0 if cue not in PAYING else 1, cue)
            if best is None or rank[:2] < best[:2]:
                best = rank
        if best is not None:
            return best[2]
        return Cue.WEAK if Cue.WEAK in seen else Cue.NEUTRAL if Cue.NEUTRAL in seen else None

    def is_echo(self, first: int) -> bool:
        sentence = [i for i in range(len(self.tokens)) if self.hard[i] == self.hard[first]]
        texts = [self.text(i) for i in sentence]
        if "?" not in texts and "¿" not in texts and self.text(sentence[0] - 1) != "¿":
            return False
        return any(
            tuple(texts[i : i + len(echo)]) == echo for echo in _ECHOES for i in range(len(texts) - len(echo) + 1)
        )

    def is_answer(self) -> bool:
        """Whether the utterance is nothing but numbers, dates and words without content."""
        return all(i in self.inside or i in self.taken or self.is_empty(i) for i in range(len(self.tokens)))

    def passed_on(self, match: AmountMatch) -> bool:
        """Whether what was named goes to the debt after all: "me manda cien y esos se los deposito"."""
        for index in range(match.last, len(self.tokens)):
            clitic = self.text(index) in ("se", "te") and self.text(index + 1) in ("los", "las", "lo", "la")
            if not clitic and self.text(index) not in _TAKES_UP:
                continue
            verb = index + 1
            while self.text(verb) in _CLITICS | {"mismo", "mismos", "mismas"}:
                verb += 1
            if verb < len(self.tokens) and self.cues[verb] is Cue.PAY:
                return True
        return False
