"""One turn -> the payments it names: its due days and amounts, paired, with what each rests on.

Days and amounts that the grammars of single utterances are sure of stand on their own. Those they are not sure of
("Viernes 14, 200.000", a recap without a verb) count where they stand beside a sure one, where the turn is a
recap, or where the value was on the table already; that is the caller's to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from pipeline.amount_context import payable_amounts
from pipeline.amounts import AmountContext, AmountMatch, find_amounts, in_thousands
from pipeline.countries import CURRENCY_OF
from pipeline.date_context import judge_dates
from pipeline.dates import DateMatch, Found, read_times
from pipeline.instalments import Rhythm, counted_payments, rhythm_of, spread
from pipeline.numbers import find_numbers
from pipeline.parse import claimed_spans
from pipeline.promise_cues import find_phrases, has_condition, has_phrase, sentence_bounds
from pipeline.tokens import Token, tokenize
from pipeline.types import Account

Share = Literal["fixed", "part", "rest", "same"]

_FAR = 140
"""Cost above which a day and an amount are not of one payment: about a sentence apart."""

_LARGEST_DAY = 31
_LEAST_SHARE = Decimal("0.004")
_LEAST_MINIMUM = Decimal("0.05")
_MOST_SHARE = Decimal("1.2")


@dataclass(frozen=True, slots=True)
class Payment:
    """A day, an amount, or both.

    `share`: "rest" is what other payments leave, "part" is computed from the balance and yields to a figure.
    `sentence` counts from 0 in its turn; `asked` tells that it stands in a question.
    """

    due: date | None
    due_start: date | None
    amount: Decimal | None
    currency: str | None
    rules: tuple[str, ...]
    doubtful: bool
    share: Share
    spans: tuple[tuple[int, int], ...]
    conditional: bool = False
    sentence: int = 0
    asked: bool = False

    @property
    def rest(self) -> bool:
        return self.share == "rest"

    @property
    def is_complete(self) -> bool:
        return self.due is not None and (self.amount is not None or self.rest)


@dataclass(frozen=True, slots=True)
class TurnPayments:
    """Payments of one turn in the order they are said.

    `topic` is an amount that the turn asks about without a day ("¿Y los 286.320 que quedan?"), `each` the amount of
    one payment of a plan, `denied` the days that are named but not as due, `named` all days, `totals` the sentences that name a total, `conditional` whether any sentence sets
    a condition, `asks_more` whether it turns to a further payment.
    """

    payments: tuple[Payment, ...]
    topic: Payment | None
    each: Payment | None
    denied: frozenset[date]
    named: frozenset[date]
    sums: tuple[Payment, ...]
    totals: frozenset[int]
    conditional: bool
    asks_more: bool
    asks_another: bool
    agrees_freely: bool
    alternatives: bool
    tokens: tuple[Token, ...]

    @property
    def found(self) -> bool:
        return bool(self.payments)


@dataclass(frozen=True, slots=True)
class Known:
    """Values that the call has brought up: what an unsure mention is checked against."""

    days: frozenset[date] = frozenset()
    amounts: frozenset[Decimal] = frozenset()
    agreed: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class _Day:
    match: DateMatch
    sure: bool


@dataclass(frozen=True, slots=True)
class _Sum:
    """An amount mention; `match` is None for "lo mismo"."""

    start: int
    end: int
    value: Decimal | None
    share: Share
    sure: bool
    match: AmountMatch | None


@dataclass(frozen=True, slots=True)
class _Mentions:
    text: str
    tokens: tuple[Token, ...]
    days: tuple[_Day, ...]
    sums: tuple[_Sum, ...]
    denied: frozenset[date]
    bounds: tuple[tuple[int, int, bool], ...]

    def sentence_at(self, character: int) -> int:
        for index, (_, last, _) in enumerate(self.bounds):
            if character < self.tokens[last - 1].end:
                return index
        return max(0, len(self.bounds) - 1)


def read_payments(
    text: str,
    account: Account,
    said_on: date,
    *,
    by_agent: bool = False,
    is_recap: bool = False,
    known: Known = Known(),  # noqa: B008 - frozen
) -> TurnPayments:
    """Payments that a turn names, whether proposed, promised or recapped.

    Args:
        text: The turn.
        account: Country, currency, balance and minimum payment.
        said_on: The call's day where the debtor is.
        by_agent: The collector speaks: sentences are apart, and one that only asks for more sets the topic.
        is_recap: The turn fixes or repeats an agreement: days and amounts count without a word of paying.
        known: What was brought up before.
    """
    mentions = _mentions(text, account, said_on, known)
    topic, used = _topic(mentions, known) if by_agent else (None, frozenset())
    days = list(mentions.days)
    sums = [s for s in mentions.sums if s.start not in used and not _is_put_off(mentions, s)]
    if not by_agent and any(s.sure for s in sums):
        sums = [s for s in sums if s.sure]
    pairs = _paired(mentions, days, sums, said_on, by_agent=by_agent, is_recap=is_recap)
    payments = [_payment(mentions, day, money) for day, money in pairs]
    each = next((_payment(mentions, None, s) for s in sums if s.match and s.match.plan), None)
    payments = _once(_with_plan(mentions, payments, said_on))
    return TurnPayments(
        payments=tuple(payments),
        topic=topic,
        each=each or _each(mentions, payments),
        denied=mentions.denied - {p.due for p in payments if p.due},
        named=mentions.denied | {d.match.date for d in mentions.days if d.match.date},
        sums=tuple(_payment(mentions, None, s) for s in mentions.sums if s.value is not None),
        totals=frozenset(
            i for i, (a, b, _) in enumerate(mentions.bounds) if has_phrase(mentions.tokens[a:b], "amounts", "totals")
        ),
        conditional=any(_is_conditional(mentions, i, has_day=False) for i in range(len(mentions.bounds))),
        asks_more=by_agent and any(_asks_more(mentions.tokens[a:b]) for a, b, _ in mentions.bounds),
        asks_another=by_agent and any(q and _asks_another(mentions.tokens[a:b]) for a, b, q in mentions.bounds),
        agrees_freely=any(
            has_phrase(mentions.tokens[a:b], "stance", "agrees") and not _is_conditional(mentions, i, has_day=False)
            for i, (a, b, _) in enumerate(mentions.bounds)
        ),
        alternatives=by_agent and _are_alternatives(mentions, payments),
        tokens=mentions.tokens,
    )


def _is_put_off(mentions: _Mentions, money: _Sum) -> bool:
    """Whether "el resto" is only talked about: "del resto hablamos más adelante"."""
    first, last, _ = mentions.bounds[mentions.sentence_at(money.start)]
    return money.share == "rest" and has_phrase(mentions.tokens[first:last], "stance", "later")


def _mentions(text: str, account: Account, said_on: date, known: Known) -> _Mentions:
    tokens = tokenize(text)
    numbers = find_numbers(tokens, country=account.country)
    found = read_times(tokens, numbers, said_on, account.country)
    context = AmountContext(
        account.country,
        account.currency or CURRENCY_OF.get(account.country, ""),
        account.balance,
        account.minimum_payment,
    )
    taken = claimed_spans(found)
    matches = find_amounts(tokens, context, taken=taken, numbers=numbers)
    sure = {m.start: m for m in payable_amounts(text, context, taken=taken, tokens=tokens, numbers=numbers)}
    days, denied = _days(text, found, said_on, known)
    sums = _sums(tokens, matches, sure, context, known)
    return _Mentions(text, tokens, tuple(days), tuple(sums), denied, tuple(sentence_bounds(tokens)))


def _days(text: str, found: Found, said_on: date, known: Known) -> tuple[list[_Day], frozenset[date]]:
    """Due days and those that may be, in order, and the days named but not as due.

    A month that names a bill and a corrected day are none; a bare day of the month is the agreed day with that
    number, or follows the month that was named before it.
    """
    judged = judge_dates(text, found, said_on)
    sure = {due.match.start for due in judged}
    days: list[_Day] = []
    denied: set[date] = set()
    shift: date | None = None
    before: DateMatch | None = None
    for match in sorted(found.dates, key=lambda m: m.start):
        if match.date is None or match.date < said_on or match.rule in ("past", "recurring", "from"):
            continue
        read = _as_agreed(match, known)
        refused = _is_denied_at(found.tokens, match) or (
            match.rule in ("month", "holiday") and not _is_told_as_day(found.tokens, match)
        )
        if not refused and (match.start in sure or match.date in known.days or match.rule != "now"):
            read = _in_month_of(read, shift or _named_month(before, read))
            days.append(_Day(read, match.start in sure))
        elif read.date is not None:
            shift = read.date if refused and read.date != match.date else shift
            denied.add(read.date)
        before = read
    kept = _without_months(_without_repeats(_without_corrected(found.tokens, days)))
    if judged and len(kept) > 1 and _takes_back(found.tokens, kept):
        kept = [day for day in kept if day.match.start == judged[0].match.start] or kept
    denied |= {d.match.date for d in days if d.match.date} - {k.match.date for k in kept if k.match.date}
    return kept, frozenset(denied)


def _without_months(days: list[_Day]) -> list[_Day]:
    """The days less a month that only says which month they are in: "el 3 y el 30, los dos en octubre"."""
    exact = {(d.match.date.year, d.match.date.month) for d in days if d.match.date and d.match.rule != "month"}
    return [
        d
        for d in days
        if d.match.rule != "month" or d.match.date is None or (d.match.date.year, d.match.date.month) not in exact
    ]


def _takes_back(tokens: Sequence[Token], days: Sequence[_Day]) -> bool:
    """Whether a turn of several days settles on one: nothing is counted up and something is corrected."""
    inside = tokens[days[0].match.last : days[-1].match.first]
    counts = has_phrase(inside, "more", "other") or has_phrase(inside, "more", "rest") or _holds_number(inside)
    return not counts and has_phrase(inside, "stance", "takes_back")


def _named_month(before: DateMatch | None, match: DateMatch) -> date | None:
    """The day before a bare one where its month was named: "el 9 de diciembre y el 23"."""
    if before is None or before.date is None or match.date is None or match.rule != "day_of_month":
        return None
    explicit = before.rule in ("day_and_month", "full_date", "before", "weekday_and_number", "end_of_month")
    return before.date if explicit and match.date < before.date else None


def _in_month_of(match: DateMatch, month: date | None) -> DateMatch:
    if month is None or match.rule != "day_of_month" or match.date is None:
        return match
    try:
        return replace(match, date=month.replace(day=match.date.day))
    except ValueError:
        return match


def _as_agreed(match: DateMatch, known: Known) -> DateMatch:
    """A bare day as the agreed day that it repeats: "correcto, el 15" of the 15th of October."""
    if match.date is None or match.date in known.agreed:
        return match
    if match.rule == "day_of_month":
        agreed = [day for day in known.agreed if day.day == match.date.day]
    elif match.rule == "weekday":
        agreed = [day for day in known.agreed if day.weekday() == match.date.weekday()]
    else:
        return match
    return replace(match, date=agreed[0]) if len(agreed) == 1 else match


def _is_told_as_day(tokens: Sequence[Token], match: DateMatch) -> bool:
    """ "En abril", "para Navidad"; "la de abril" and "abril, mayo y junio" name bills."""
    opening = tokens[match.first].text
    before = tokens[match.first - 1].text if match.first else ""
    return {opening, before} & {"en", "para", "pa", "hasta", "antes", "a"} != set()


def _is_denied_at(tokens: Sequence[Token], match: DateMatch) -> bool:
    """ "El viernes no", "el viernes tampoco": not "el viernes no, el otro", which is a date of its own."""
    after = tokens[match.last].text if match.last < len(tokens) else ""
    before = tokens[match.first - 1].text if match.first else ""
    before_article = tokens[match.first - 2].text if match.first > 1 and before in ("el", "este", "la") else before
    return after in ("no", "tampoco") or before_article in ("ni", "qué", "que") and before_article == "ni"


def _without_corrected(tokens: Sequence[Token], days: list[_Day]) -> list[_Day]:
    """The days less those that the next one takes the place of: "el lunes… no, mejor el miércoles"."""
    kept: list[_Day] = []
    for day in days:
        if kept and kept[-1].match.date != day.match.date:
            between = tokens[kept[-1].match.last : day.match.first]
            near = [t for t in between[-4:] if t.kind == "word"]
            if len(between) <= 10 and has_phrase(near, "stance", "corrects") and not _holds_number(between):
                kept.pop()
        kept.append(day)
    return kept


def _holds_number(tokens: Sequence[Token]) -> bool:
    return bool(find_numbers(tuple(tokens), country=None))


def _without_repeats(days: list[_Day]) -> list[_Day]:
    """Each day once where it is said twice running: "hoy, veintiocho de marzo"."""
    kept: list[_Day] = []
    for day in days:
        if kept and kept[-1].match.date == day.match.date:
            kept[-1] = _Day(kept[-1].match, kept[-1].sure or day.sure)
        else:
            kept.append(day)
    return kept


def _sums(
    tokens: Sequence[Token],
    matches: Sequence[AmountMatch],
    sure: dict[int, AmountMatch],
    context: AmountContext,
    known: Known,
) -> list[_Sum]:
    """Amounts and words that stand for one, in order, an amount said twice running once."""
    sums: list[_Sum] = []
    for match in matches:
        payable = sure.get(match.start)
        if payable is None and match.last < len(tokens) and tokens[match.last].text in ("no", "tampoco"):
            continue
        read = _in_known_thousands(payable or in_thousands(match, context), known)
        if _is_too_small(read, context) or _is_of_the_debt(tokens, match):
            continue
        if payable is None and not _is_plausible(read, context, known):
            continue
        share: Share = "rest" if match.rule == "rest" else "part" if match.rule in ("half", "share") else "fixed"
        if match.rule == "everything" and has_phrase(tokens[match.first : match.last + 3], "more", "rest"):
            share = "rest"
        value = None if share == "rest" else read.value
        sums.append(_Sum(match.start, match.end, value, share, payable is not None, read))
    for first, last in find_phrases(tokens, "amounts", "same"):
        sums.append(_Sum(tokens[first].start, tokens[last - 1].end, None, "same", True, None))
    sums.sort(key=lambda s: s.start)
    return _without_apposition(sums, tokens)


def _in_known_thousands(match: AmountMatch, known: Known) -> AmountMatch:
    """ "Ciento doce" for 112.000 where that amount is on the table."""
    if match.kind != "number" or match.value is None or match.value in known.amounts:
        return match
    thousands = match.value * 1000
    if thousands in known.amounts:
        return replace(match, value=thousands, rule="thousands left out")
    return match


def _is_too_small(match: AmountMatch, context: AmountContext) -> bool:
    """Whether a bare number is too small to pay anything of this debt: "cuatro viernes", "mañana treinta"."""
    if match.kind != "number" or match.value is None or match.plan is not None:
        return False
    floor = max(_LEAST_SHARE * (context.balance or 0), _LEAST_MINIMUM * (context.minimum_payment or 0))
    return match.value < floor


def _is_of_the_debt(tokens: Sequence[Token], match: AmountMatch) -> bool:
    """Whether the amount is forgiven or is what will still be owed: "le quito los 20", "el saldo baja a mil"."""
    before, after = tokens[max(0, match.first - 5) : match.first], tokens[match.last : match.last + 4]
    return (
        has_phrase(before, "amounts", "forgives")
        or has_phrase(before, "amounts", "leaves")
        or has_phrase(after, "amounts", "charges")
    )


def _is_plausible(match: AmountMatch, context: AmountContext, known: Known) -> bool:
    """Whether an amount that no word of paying stands by may be one all the same."""
    if match.rule == "rest":
        return True
    if match.value is None or match.value <= 0 or match.kind == "percent":
        return False
    is_day = match.value <= _LARGEST_DAY and match.value == int(match.value)
    if match.kind == "number" and is_day:
        return False
    if match.value in known.amounts:
        return True
    if context.balance:
        return _LEAST_SHARE * context.balance <= match.value <= _MOST_SHARE * context.balance
    return True


def _without_apposition(sums: list[_Sum], tokens: Sequence[Token]) -> list[_Sum]:
    """One of two neighbours that name one amount: "la mitad, 1.075.000", "el mínimo, los 4.900", "todo, los mil"."""
    kept: list[_Sum] = []
    for one in sums:
        before = kept[-1] if kept else None
        if before is not None:
            between = [t.text for t in tokens if before.end <= t.start < one.start]
            joined = set(between) <= {",", "los", "las", "el", "la", "o", "sea", "que", "son", ":", "—"}
            same = before.value == one.value and before.value is not None
            vague = before.share in ("rest", "part") and one.share == "fixed"
            if joined and len(between) <= 4 and (same or vague):
                kept[-1] = replace(one, start=before.start, sure=before.sure or one.sure)
                continue
        kept.append(one)
    return kept


def _topic(mentions: _Mentions, known: Known) -> tuple[Payment | None, frozenset[int]]:
    """The amount that the collector asks about without naming a day, and where it stands."""
    for index, (first, last, _) in enumerate(mentions.bounds):
        tokens = mentions.tokens[first:last]
        if not tokens or not _asks_more(tokens):
            continue
        start, end = tokens[0].start, tokens[-1].end
        if any(start <= d.match.start < end for d in mentions.days):
            continue
        inside = [s for s in mentions.sums if start <= s.start < end and s.share != "same"]
        if has_phrase(tokens, "stance", "later"):
            return None, frozenset(s.start for s in inside)
        if inside:
            best = next((s for s in inside if s.value is not None), inside[0])
            return _payment(mentions, None, best), frozenset(s.start for s in inside)
        del index
    return None, frozenset()


def _asks_more(tokens: Sequence[Token]) -> bool:
    """Whether a sentence turns to what is left: "¿y el resto?", "quedarían dos mil", "y los otros mil"."""
    words = [token for token in tokens if token.kind == "word"]
    if has_phrase(tokens, "more", "rest") or has_phrase(tokens, "more", "left"):
        return True
    return bool(words) and words[0].text == "y" and has_phrase(tokens, "more", "other")


def _asks_another(tokens: Sequence[Token]) -> bool:
    """ "¿Y lo grande?", "¿y la de abril?": a short question about one thing more."""
    words = [token.text for token in tokens if token.kind == "word"]
    return 3 <= len(words) <= 5 and words[0] == "y" and words[1] in ("el", "la", "lo", "los", "las", "eso", "esos")


def _gap(mentions: _Mentions, left_end: int, right_start: int, others: Sequence[int], by_agent: bool) -> int:
    between = mentions.text[left_end:right_start]
    cost = min(len(between), 60) + 15 * between.count(",") + 60 * between.count(";")
    if " y " in between:
        cost += 15
    if mentions.sentence_at(max(left_end - 1, 0)) != mentions.sentence_at(right_start):
        cost += 150 if by_agent else 25
    return cost + 60 * sum(left_end <= place < right_start for place in others)


def _cost(mentions: _Mentions, day: _Day, money: _Sum, others: Sequence[int], by_agent: bool) -> int:
    if money.start < day.match.start:
        return _gap(mentions, money.end, day.match.start, others, by_agent)
    return _gap(mentions, day.match.end, money.start, others, by_agent)


def _aligned(mentions: _Mentions, days: Sequence[_Day], sums: Sequence[_Sum], by_agent: bool) -> list[tuple[int, int]]:
    """Days with amounts in one order, at the least total distance (dynamic programming over both lists)."""
    places = [d.match.start for d in days] + [s.start for s in sums]
    best: list[list[tuple[float, tuple[tuple[int, int], ...]]]] = [
        [(0.0, ()) for _ in range(len(sums) + 1)] for _ in range(len(days) + 1)
    ]
    for i in range(len(days) + 1):
        for j in range(len(sums) + 1):
            options: list[tuple[float, tuple[tuple[int, int], ...]]] = [] if i or j else [(0.0, ())]
            if i:
                options.append((best[i - 1][j][0] + _FAR / 2, best[i - 1][j][1]))
            if j:
                options.append((best[i][j - 1][0] + _FAR / 2, best[i][j - 1][1]))
            if i and j:
                day, money = days[i - 1], sums[j - 1]
                others = [p for p in places if p not in (day.match.start, money.start)]
                cost = _cost(mentions, day, money, others, by_agent)
                options.append((best[i - 1][j - 1][0] + cost, (*best[i - 1][j - 1][1], (i - 1, j - 1))))
            best[i][j] = min(options, key=lambda option: option[0])
    return list(best[-1][-1][1])


def _paired(
    mentions: _Mentions, days: list[_Day], sums: list[_Sum], said_on: date, *, by_agent: bool, is_recap: bool
) -> list[tuple[_Day | None, _Sum | None]]:
    """Which days and amounts are one payment, and which of the rest still count."""
    del said_on
    joined = _aligned(mentions, days, sums, by_agent)
    joined = [
        (i, j)
        for i, j in joined
        if days[i].sure or sums[j].sure or (is_recap and _same_sentence(mentions, days[i], sums[j]))
    ]
    if len(days) == 1 == len(sums) and not joined and days[0].sure and sums[0].sure and not by_agent:
        joined = [(0, 0)]
    pairs: list[tuple[_Day | None, _Sum | None]] = []
    of_day, of_sum = dict(joined), {j: i for i, j in joined}
    shared = _shared_sum(mentions, days, sums, of_day)
    for i, day in enumerate(days):
        if i in of_day:
            pairs.append((day, sums[of_day[i]]))
        elif shared is not None and (day.sure or is_recap):
            pairs.append((day, shared))
        elif day.sure or is_recap and not by_agent:
            pairs.append((day, None))
    pairs += [(None, s) for j, s in enumerate(sums) if j not in of_sum and s.sure and s is not shared]
    pairs.sort(key=lambda pair: min(pair[0].match.start if pair[0] else 10**9, pair[1].start if pair[1] else 10**9))
    return _without_leftovers(mentions, pairs, by_agent=by_agent)


def _same_sentence(mentions: _Mentions, day: _Day, money: _Sum) -> bool:
    return mentions.sentence_at(day.match.start) == mentions.sentence_at(money.start)


def _shared_sum(mentions: _Mentions, days: Sequence[_Day], sums: Sequence[_Sum], of_day: dict[int, int]) -> _Sum | None:
    """The one amount of every day: "dos pagos de mil, uno el 15 y otro el 30", "el 10 y el 20, cien cada uno"."""
    values = {s.value for s in sums if s.value is not None}
    if len(values) != 1 or len(days) < 2 or len(of_day) >= len(days):
        return None
    one = next(s for s in sums if s.value is not None)
    planned = one.match is not None and one.match.plan is not None
    return one if planned or has_phrase(mentions.tokens, "amounts", "each") or _is_list(mentions, days) else None


def _is_list(mentions: _Mentions, days: Sequence[_Day]) -> bool:
    """Whether days stand side by side: "el 15, el 30 y el 15 de junio"."""
    gaps = [
        {t.text for t in mentions.tokens[left.match.last : right.match.first]}
        for left, right in zip(days, days[1:], strict=False)
    ]
    return all(gap <= {",", "y", "el", "otro", "uno", "la", "otra", "una", "e", "para"} for gap in gaps)


def _without_leftovers(
    mentions: _Mentions, pairs: list[tuple[_Day | None, _Sum | None]], *, by_agent: bool
) -> list[tuple[_Day | None, _Sum | None]]:
    """The pairs; beside whole payments a lone day or amount counts only where it is another one."""
    if not any(day and money for day, money in pairs):
        return _without_wholes(pairs)
    paid = {money.value for day, money in pairs if day and money}
    kept: list[tuple[_Day | None, _Sum | None]] = []
    for day, money in pairs:
        if day and money:
            kept.append((day, money))
            continue
        start = day.match.start if day else money.start if money else 0
        first, last, _ = mentions.bounds[mentions.sentence_at(start)]
        sentence = mentions.tokens[first:last]
        if has_phrase(sentence, "stance", "later") or (money is not None and money.value in paid):
            continue
        is_open = money is not None and has_phrase(sentence, "condition", "phrases")
        is_other = day is not None and not by_agent and _asks_more(sentence)
        if is_open or is_other:
            kept.append((day, money))
    return kept


def _without_wholes(pairs: list[tuple[_Day | None, _Sum | None]]) -> list[tuple[_Day | None, _Sum | None]]:
    """The amounts less the whole debt where a part was named first: "el mínimo, porque el total no me da"."""
    named = [money for day, money in pairs if day is None and money is not None]
    whole = [money for money in named[1:] if money.match is not None and money.match.rule in ("total", "everything")]
    return [(day, money) for day, money in pairs if money is None or money not in whole]


def _payment(mentions: _Mentions, day: _Day | None, money: _Sum | None) -> Payment:
    found = day.match if day else None
    amount = money.match if money else None
    spans = [(m.start, m.end) for m in (found, money) if m is not None]
    start = spans[0][0] if spans else 0
    sentence = mentions.sentence_at(start)
    rules = [found.rule] if found else []
    rules += ["same"] if money and money.share == "same" else [amount.rule] if amount else []
    return Payment(
        due=found.date if found else None,
        due_start=found.period_start if found else None,
        amount=money.value if money else None,
        currency=amount.currency if amount else None,
        rules=tuple(rules),
        doubtful=bool((found and found.doubtful) or (amount and amount.doubtful)),
        share=money.share if money else "fixed",
        spans=tuple(spans),
        conditional=_is_conditional(mentions, sentence, has_day=found is not None),
        sentence=sentence,
        asked=bool(mentions.bounds) and mentions.bounds[sentence][2],
    )


def _is_conditional(mentions: _Mentions, sentence: int, *, has_day: bool) -> bool:
    if not mentions.bounds:
        return False
    first, last, _ = mentions.bounds[sentence]
    starts = frozenset({d.match.start for d in mentions.days} | {s.start for s in mentions.sums})
    return has_condition(mentions.text, mentions.tokens[first:last], starts, has_day=has_day)


def _with_plan(mentions: _Mentions, payments: list[Payment], said_on: date) -> list[Payment]:
    """The payments of a plan that names a count and a rhythm, each on its day; "lo mismo" as what it repeats."""
    payments = _repeated(payments)
    rhythm = rhythm_of(mentions.tokens)
    planned = next((s for s in mentions.sums if s.match and s.match.plan and s.match.plan.count), None)
    count = planned.match.plan.count if planned and planned.match and planned.match.plan else None
    count = count or counted_payments(mentions.tokens)
    if rhythm is None or count is None or count < 2:
        return payments
    dated = [p for p in payments if p.due is not None]
    amount = planned or next((s for s in mentions.sums if s.value is not None), None)
    if amount is None or len(dated) >= count:
        return payments
    model = _payment(mentions, None, amount)
    first = dated[0] if dated else None
    days = spread(rhythm, count, first.due if first else None, said_on)
    start = first.spans if first else ()
    rule = f"plan_{rhythm.every}"
    return [
        replace(
            model,
            due=day,
            rules=(rule, *model.rules),
            spans=tuple(sorted({*start, *model.spans})),
            conditional=model.conditional or bool(first and first.conditional),
        )
        for day in days
    ]


def _once(payments: Sequence[Payment]) -> list[Payment]:
    """Each payment once: a day and an amount said twice are one payment, undated ones too."""
    kept: list[Payment] = []
    for payment in payments:
        if not any((p.due, p.amount, p.share) == (payment.due, payment.amount, payment.share) for p in kept):
            kept.append(payment)
    return kept


def _repeated(payments: list[Payment]) -> list[Payment]:
    done: list[Payment] = []
    for payment in payments:
        earlier = next((p for p in reversed(done) if p.amount is not None), None)
        if payment.share == "same" and earlier is not None:
            payment = replace(payment, amount=earlier.amount, currency=earlier.currency, share=earlier.share)
        done.append(payment)
    return done


def _each(mentions: _Mentions, payments: Sequence[Payment]) -> Payment | None:
    """The amount of each of several payments: "de a mil seiscientos", "quinientos cada una"."""
    named = {i for i, (a, b, _) in enumerate(mentions.bounds) if has_phrase(mentions.tokens[a:b], "amounts", "each")}
    return next((p for p in payments if p.sentence in named and p.amount is not None and p.share == "fixed"), None)


def _are_alternatives(mentions: _Mentions, payments: Sequence[Payment]) -> bool:
    """Whether the days or payments of a proposal exclude each other: "¿el miércoles o el viernes?"."""
    if len(payments) < 2:
        return False
    starts = sorted(p.spans[0][0] for p in payments if p.spans)
    return any(token.text in ("o", "u") and starts[0] < token.start < starts[-1] for token in mentions.tokens)


__all__ = ["Known", "Payment", "Rhythm", "TurnPayments", "read_payments"]
