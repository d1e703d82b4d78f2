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

from pipeline.instalments import Rhythm, counted_payments, opens_series, rhythm_of, spread
from pipeline.payment_mentions import DayMention, Known, Mentions, Share, SumMention, read_mentions
from pipeline.payment_pairs import paired
from pipeline.promise_cues import asks_another, asks_more, find_condition, has_phrase
from pipeline.tokens import Token
from pipeline.types import Account


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
class Terms:
    """What a turn says of an instalment plan; None what it leaves open. `opens`: it names the day of the first."""

    count: int | None = None
    rhythm: Rhythm | None = None
    each: Payment | None = None
    first: Payment | None = None
    until: date | None = None
    opens: bool = False


@dataclass(frozen=True, slots=True)
class TurnPayments:
    """Payments of one turn in the order they are said.

    Attributes:
        payments: Days with amounts, days alone, amounts alone.
        topic: An amount that the turn asks about without a day ("¿Y los 286.320 que quedan?").
        each: The amount of one payment of a plan.
        down: The amount of an entry payment that a plan begins with.
        terms: What is said of a plan.
        denied: Days that are named but not as due.
        named: All days that are named.
        sums: Every amount that may be one, each as a payment without a day.
        totals: Sentences that name what is owed in all.
        conditional: Some sentence sets a condition.
        asks_more: The collector turns to what is left.
        asks_another: The collector asks about one thing more ("¿Y lo grande?").
        agrees_freely: A sentence without a condition agrees.
        alternatives: Days or payments of a proposal exclude each other.
        tokens: The turn's words.
    """

    payments: tuple[Payment, ...]
    topic: Payment | None
    each: Payment | None
    down: Payment | None
    terms: Terms
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
        is_recap: The turn proposes, agrees, repeats or promises: a day beside an amount needs no word of paying.
        known: What was brought up before.
    """
    mentions = read_mentions(text, account, said_on, known)
    topic, used = _topic(mentions) if by_agent else (None, frozenset())
    days = list(mentions.days)
    sums = [s for s in mentions.sums if s.start not in used and not _is_put_off(mentions, s)]
    if not by_agent and any(s.sure for s in sums):
        sums = [s for s in sums if s.sure]
    pairs = paired(mentions, days, sums, by_agent=by_agent, is_recap=is_recap)
    payments = [_payment(mentions, day, money) for day, money in pairs]
    each = next((_payment(mentions, None, s) for s in sums if s.match and s.match.plan), None)
    payments = [p for p in payments if not _is_otherwise(mentions, p)]
    terms = _terms(mentions, payments)
    payments = _once(_with_plan(payments, terms, said_on))
    return TurnPayments(
        payments=tuple(payments),
        topic=topic,
        each=each or _each(mentions, payments),
        down=_down(mentions),
        terms=terms,
        denied=mentions.denied - {p.due for p in payments if p.due},
        named=mentions.denied | {d.match.date for d in mentions.days if d.match.date},
        sums=tuple(_payment(mentions, None, s) for s in mentions.sums if s.value is not None),
        totals=frozenset(
            i for i, (a, b, _) in enumerate(mentions.bounds) if has_phrase(mentions.tokens[a:b], "amounts", "totals")
        ),
        conditional=any(_is_conditional(mentions, i, has_day=False) for i in range(len(mentions.bounds))),
        asks_more=by_agent and any(asks_more(mentions.tokens[a:b]) for a, b, _ in mentions.bounds),
        asks_another=by_agent and any(q and asks_another(mentions.tokens[a:b]) for a, b, q in mentions.bounds),
        agrees_freely=any(
            has_phrase(mentions.tokens[a:b], "stance", "agrees") and not _is_conditional(mentions, i, has_day=False)
            for i, (a, b, _) in enumerate(mentions.bounds)
        ),
        alternatives=by_agent and _are_alternatives(mentions, payments),
        tokens=mentions.tokens,
    )


def _is_put_off(mentions: Mentions, money: SumMention) -> bool:
    """Whether "el resto" is only talked about: "del resto hablamos más adelante"."""
    first, last, _ = mentions.bounds[mentions.sentence_at(money.start)]
    return money.share == "rest" and has_phrase(mentions.tokens[first:last], "stance", "later")


def _topic(mentions: Mentions) -> tuple[Payment | None, frozenset[int]]:
    """The amount that the collector asks about without naming a day, and where it stands."""
    for index, (first, last, _) in enumerate(mentions.bounds):
        tokens = mentions.tokens[first:last]
        if not tokens or not asks_more(tokens):
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


def _payment(mentions: Mentions, day: DayMention | None, money: SumMention | None) -> Payment:
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
        conditional=_is_conditional(
            mentions,
            sentence,
            has_day=found is not None,
            span=(spans[0][0], max(end for _, end in spans)) if money and spans else None,
        ),
        sentence=sentence,
        asked=bool(mentions.bounds) and mentions.bounds[sentence][2],
    )


def _is_conditional(mentions: Mentions, sentence: int, *, has_day: bool, span: tuple[int, int] | None = None) -> bool:
    """Whether a sentence sets a condition; of several payments in it, on the one at `span`.

    "Y si vendo la moto, dos mil" is of what follows, "mil si me pagan, y el resto el 30" of what it stands after.
    """
    if not mentions.bounds:
        return False
    first, last, _ = mentions.bounds[sentence]
    tokens = mentions.tokens[first:last]
    starts = frozenset({d.match.start for d in mentions.days} | {s.start for s in mentions.sums})
    word = find_condition(mentions.text, tokens, starts, has_day=has_day)
    if word is None or span is None:
        return word is not None
    inside = [s for s in mentions.sums if tokens[0].start <= s.start < tokens[-1].end]
    if len(inside) < 2:
        return True
    place = tokens.index(word)
    opens = place == 0 or tokens[place - 1].text in (",", "y", ":", ";", "—")
    before, after = [s for s in inside if s.start < word.start], [s for s in inside if s.start > word.start]
    meant = after[0] if after and (opens or not before) else before[-1]
    return span[0] <= meant.start < span[1]


def _terms(mentions: Mentions, payments: Sequence[Payment]) -> Terms:
    planned = next((s for s in mentions.sums if s.match and s.match.plan), None)
    plan = planned.match.plan if planned and planned.match else None
    amount = planned or next((s for s in mentions.sums if s.value is not None), None)
    rhythm = rhythm_of(mentions.tokens)
    dated = [p for p in payments if p.due is not None]
    last = next((d for d in mentions.days if _is_until(mentions, d)), None) if rhythm else None
    dated = [p for p in dated if last is None or p.due != last.match.date]
    return Terms(
        count=(plan.count if plan else None) or counted_payments(mentions.tokens),
        rhythm=rhythm,
        each=_payment(mentions, None, amount) if amount else None,
        first=dated[0] if dated else None,
        until=last.match.date if last else None,
        opens=opens_series(mentions.tokens),
    )


def _is_until(mentions: Mentions, day: DayMention) -> bool:
    """Whether a day ends a series: "todos los viernes hasta fin de mes"."""
    before = mentions.tokens[day.match.first - 1].text if day.match.first else ""
    return "hasta" in (before, mentions.tokens[day.match.first].text)


def _with_plan(payments: list[Payment], terms: Terms, said_on: date) -> list[Payment]:
    """The payments of a plan that names a count and a rhythm, each on its day; "lo mismo" as what it repeats."""
    payments = _repeated(payments)
    listed = [p for p in payments if p.due is not None and p.due != terms.until]
    if terms.count is not None and len(listed) >= terms.count:
        return payments
    return list(spread_payments(terms, said_on)) or payments


def spread_payments(terms: Terms, said_on: date) -> tuple[Payment, ...]:
    """The payments of a plan, each on its day; none where its amount, rhythm or count is open."""
    if terms.rhythm is None or terms.each is None or (terms.count is None and terms.until is None):
        return ()
    if terms.count is not None and terms.count < 2:
        return ()
    start = terms.first
    days = spread(terms.rhythm, terms.count, start.due if start else None, said_on, until=terms.until)
    return tuple(
        replace(
            terms.each,
            due=day,
            due_start=None,
            rules=(f"plan_{terms.rhythm.every}", *(r for r in terms.each.rules if r != "plan")),
            spans=tuple(sorted({*(start.spans if start else ()), *terms.each.spans})),
            conditional=terms.each.conditional or bool(start and start.conditional),
        )
        for day in days
    )


def _is_otherwise(mentions: Mentions, payment: Payment) -> bool:
    """Whether it is only what would be done if the first thing failed: "si no manda, en marzo le doy todo"."""
    first, last, _ = mentions.bounds[payment.sentence]
    words = [token for token in mentions.tokens[first:last] if token.kind == "word"]
    words = words[1:] if words and words[0].text in ("y", "pero") else words
    if [word.text for word in words[:2]] != ["si", "no"] or mentions.text[words[0].end - 1] in "íÍ":
        return False
    return payment.sentence > 0


def _down(mentions: Mentions) -> Payment | None:
    """The amount that a plan is entered with: "podés entrar con 300.000 y el resto en dos cuotas"."""
    for first, last, _ in mentions.bounds:
        tokens = mentions.tokens[first:last]
        if tokens and has_phrase(tokens, "amounts", "down"):
            inside = [s for s in mentions.sums if tokens[0].start <= s.start < tokens[-1].end and s.value is not None]
            if inside:
                return _payment(mentions, None, inside[0])
    return None


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
            done.append(replace(payment, amount=earlier.amount, currency=earlier.currency, share=earlier.share))
        else:
            done.append(payment)
    return done


def _each(mentions: Mentions, payments: Sequence[Payment]) -> Payment | None:
    """The amount of each of several payments: "de a mil seiscientos", "quinientos cada una"."""
    named = {i for i, (a, b, _) in enumerate(mentions.bounds) if has_phrase(mentions.tokens[a:b], "amounts", "each")}
    return next((p for p in payments if p.sentence in named and p.amount is not None and p.share == "fixed"), None)


def _are_alternatives(mentions: Mentions, payments: Sequence[Payment]) -> bool:
    """Whether the days or payments of a proposal exclude each other: "¿el miércoles o el viernes?"."""
    if len(payments) < 2:
        return False
    starts = sorted(p.spans[0][0] for p in payments if p.spans)
    return any(token.text in ("o", "u") and starts[0] < token.start < starts[-1] for token in mentions.tokens)


__all__ = ["Known", "Payment", "Share", "Terms", "TurnPayments", "read_payments", "spread_payments"]
