"""Turns, labels and the account -> what stands promised at the end of the call, and the callbacks asked for.

A call is read once, in order. The collector's turns put proposals on the table, ask about what is left, and repeat
what was agreed; a turn labelled `promise` takes a proposal up, names its own day or amount, fills in what was open,
or moves what stood. A recap that nobody objects to is the strongest evidence of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from pipeline.callbacks import find_callbacks
from pipeline.config import PromisesConfig
from pipeline.countries import CURRENCY_OF
from pipeline.numbers import find_numbers
from pipeline.payments import Known, Payment, TurnPayments, read_payments
from pipeline.promise_cues import find_phrases, has_phrase, opens_with
from pipeline.promise_ledger import Entry, Ledger, entry_of
from pipeline.tokens import tokenize
from pipeline.types import Account, CallbackRequest, Promise, Turn, TurnLabels, Word

_REACH = 6
"""Turns after which a proposal no longer completes what a debtor says."""

_SHORT = 12
"""Words of a turn that is but a yes."""


@dataclass(frozen=True, slots=True)
class PromisesFound:
    """Promises of a call in the order they came up, superseded ones included, and callbacks."""

    promises: tuple[Promise, ...]
    callbacks: tuple[CallbackRequest, ...]


def promises_of_call(
    turns: Sequence[Turn], labels: Sequence[TurnLabels], account: Account, said_on: date, config: PromisesConfig
) -> PromisesFound:
    """What stands at the end of one call.

    Args:
        turns: All turns in order.
        labels: One a turn; `promise`, `objection` and the steps are read.
        account: Balance, minimum payment, currency, country.
        said_on: The call's day where the debtor is.
        config: Below which word probability a date or amount is doubtful.
    """
    promises: tuple[Promise, ...] = ()
    if any("promise" in label.labels for label in labels):
        reader = _Reader(account, said_on)
        for turn, label in zip(turns, labels, strict=True):
            reader.read(turn, label)
        promises = tuple(_promises(reader.settled(), account, _unsure_turns(turns, config)))
    return PromisesFound(promises, tuple(_callbacks(turns, said_on, account.country)))


@dataclass(frozen=True, slots=True)
class _Offer:
    """What the collector put on the table in one turn, or in two that complete each other."""

    turns: tuple[int, ...]
    payments: tuple[Payment, ...]
    adds: bool
    is_recap: bool
    alternatives: bool

    @property
    def last(self) -> int:
        return self.turns[-1]


@dataclass(slots=True)
class _Table:
    """The state of the talk."""

    offer: _Offer | None = None
    pending: _Offer | None = None
    topic: Payment | None = None
    topic_turn: int = -1
    adds: bool = False
    each: Payment | None = None
    totals: list[tuple[int, Decimal]] = field(default_factory=list)
    asked: Payment | None = None
    asked_turn: int = -1
    days: set[date] = field(default_factory=set)
    amounts: set[Decimal] = field(default_factory=set)


class _Reader:
    """Reads a call turn by turn into a ledger."""

    def __init__(self, account: Account, said_on: date) -> None:
        self._account = account
        self._said_on = said_on
        self._ledger = Ledger()
        self._table = _Table()
        for value in (account.balance, account.minimum_payment):
            if value:
                self._table.amounts |= {value}

    def read(self, turn: Turn, label: TurnLabels) -> None:
        is_recap = turn.role == "agent" and bool({"recap", "agreement"} & set(label.steps))
        reading = read_payments(
            turn.text,
            self._account,
            self._said_on,
            by_agent=turn.role in ("agent", "system"),
            is_recap=is_recap,
            known=self._known(),
        )
        if turn.role == "agent":
            self._hear_collector(turn, reading, is_recap=is_recap)
        elif turn.role == "system":
            self._complete_amount(turn, reading)
        elif "promise" in label.labels or self._says_yes_to_pending(reading):
            self._hear_promise(turn, reading)
        else:
            self._hear_other(turn, reading, label)
        self._remember(turn, reading)

    # -- what was brought up

    def _known(self) -> Known:
        amounts = set(self._table.amounts)
        live = self._ledger.live()
        paid = sum((e.amount for e in live if e.amount is not None), Decimal(0))
        for base in [self._account.balance, *(value for _, value in self._table.totals[-3:])]:
            if base is not None and 0 < paid < base:
                amounts.add(base - paid)
        if self._account.balance:
            amounts.add(self._account.balance / 2)
        return Known(frozenset(self._table.days), frozenset(amounts))

    def _remember(self, turn: Turn, reading: TurnPayments) -> None:
        table = self._table
        table.days |= {p.due for p in reading.payments if p.due}
        table.amounts |= {p.amount for p in reading.sums if p.amount}
        if turn.role == "agent":
            table.totals += [(turn.index, p.amount) for p in reading.sums if p.amount is not None]
            if reading.sums:
                table.asked, table.asked_turn = reading.sums[-1], turn.index

    # -- the collector

    def _hear_collector(self, turn: Turn, reading: TurnPayments, *, is_recap: bool) -> None:
        table = self._table
        self._adopt_pending()
        self._complete_amount(turn, reading)
        offer = self._offer_of(turn, reading, is_recap=is_recap)
        if offer is not None:
            table.offer = offer
            table.pending = offer if is_recap else None
            if is_recap:
                self._ledger.fill(offer.payments, turn.index)
        if reading.each is not None:
            table.each = reading.each
        if reading.topic is not None:
            table.topic, table.topic_turn = reading.topic, turn.index
        elif is_recap and offer is not None:
            table.topic = None
        table.adds = reading.asks_more or (offer is not None and offer.adds) or self._asks_beside(reading)

    def _asks_beside(self, reading: TurnPayments) -> bool:
        return has_phrase(reading.tokens, "more", "besides") and not reading.payments == ()

    def _offer_of(self, turn: Turn, reading: TurnPayments, *, is_recap: bool) -> _Offer | None:
        payments = tuple(p for p in reading.payments if p.due is not None or p.amount is not None or p.rest)
        if not payments:
            return None
        earlier = self._table.offer
        turns: tuple[int, ...] = (turn.index,)
        days = [p for p in payments if p.due is not None]
        lacks = all(p.amount is None and not p.rest for p in payments)
        if earlier is not None and not is_recap and turn.index - earlier.last <= _REACH:
            if not days and all(p.due is not None and p.amount is None for p in earlier.payments):
                one = reading.each or payments[0]
                payments = tuple(_with_amount(p, one) for p in earlier.payments)
                turns = (*earlier.turns, turn.index)
            elif lacks and (self._table.each is not None or _single_amount(earlier.payments)):
                one = self._table.each or _single_amount(earlier.payments)
                assert one is not None
                payments = tuple(_with_amount(p, one) for p in payments)
                turns = (*earlier.turns, turn.index)
        adds = reading.asks_more and not is_recap
        return _Offer(turns, payments, adds, is_recap, reading.alternatives)

    def _complete_amount(self, turn: Turn, reading: TurnPayments) -> None:
        """The amount that a collector or a recording names for the one payment that lacks it."""
        amounts = {p.amount for p in reading.sums}
        lacking = [i for i in self._ledger.standing() if self._ledger.entries[i].amount is None]
        lacking = [i for i in lacking if self._ledger.entries[i].share == "fixed"]
        if len(amounts) == 1 and len(lacking) == 1 and reading.topic is None:
            entry = self._ledger.entries[lacking[0]]
            days = {p.due for p in reading.payments if p.due}
            if days <= {entry.due}:
                one = reading.sums[0]
                self._ledger.entries[lacking[0]] = replace(
                    entry, amount=one.amount, currency=one.currency, rules=(*entry.rules, *one.rules)
                )
        del turn

    def _adopt_pending(self) -> None:
        """A recap that nobody objected to settles what stands."""
        pending, self._table.pending = self._table.pending, None
        if pending is not None and self._ledger.live():
            self._adopt(pending, ())

    # -- the debtor, or who answers for the debt

    def _says_yes_to_pending(self, reading: TurnPayments) -> bool:
        """A yes right after an agreement that no label was put on."""
        words = [t for t in reading.tokens if t.kind == "word"]
        return (
            self._table.pending is not None
            and not reading.payments
            and len(words) <= _SHORT
            and opens_with(reading.tokens, "stance", "affirms")
            and not any(t.text == "?" for t in reading.tokens)
        )

    def _hear_other(self, turn: Turn, reading: TurnPayments, label: TurnLabels) -> None:
        """A turn that promises nothing may take back what was promised."""
        table = self._table
        opens_no = bool(reading.tokens) and reading.tokens[0].text == "no"
        withdraws = has_phrase(reading.tokens, "stance", "withdraws")
        contests = "objection" in label.labels and has_phrase(reading.tokens, "stance", "contests")
        offered = {p.due for p in table.offer.payments if p.due} if table.offer else set()
        for i in self._ledger.standing():
            entry = self._ledger.entries[i]
            named = entry.due is not None and entry.due in reading.denied
            if (named and not label.steps) or withdraws or (contests and table.pending and entry.due in offered):
                if named and label.labels == () and not opens_no and not withdraws:
                    continue
                self._ledger.entries[i] = replace(entry, withdrawn=True)
        if opens_no or withdraws or contests or label.labels:
            table.pending = None if not self._ledger.live() or opens_no or withdraws or contests else table.pending
        del turn

    def _hear_promise(self, turn: Turn, reading: TurnPayments) -> None:
        table = self._table
        own = [p for p in reading.payments]
        if not own and self._answers_choice(turn, reading):
            return
        if own:
            self._take_own(turn, own, reading)
        elif table.offer is not None and self._is_open(table.offer):
            self._adopt(table.offer, (turn.index,), turn, conditional=reading.conditional)
            table.topic = None
        else:
            self._confirm(turn, reading)
        table.pending = None
        table.adds = False

    def _is_open(self, offer: _Offer) -> bool:
        """Whether a yes still takes the proposal up."""
        live = self._ledger.live()
        newest = max((e.touched for e in live), default=-1)
        return not live or offer.last > newest

    def _answers_choice(self, turn: Turn, reading: TurnPayments) -> bool:
        """ "La segunda", "el primero": one of two that exclude each other."""
        offer = self._table.offer
        if offer is None or not offer.alternatives:
            return False
        for name, payment in (("second_choice", offer.payments[-1]), ("first_choice", offer.payments[0])):
            if has_phrase(reading.tokens, "stance", name):
                self._adopt(replace(offer, payments=(payment,), alternatives=False), (turn.index,), turn)
                return True
        return False

    def _take_own(self, turn: Turn, own: list[Payment], reading: TurnPayments) -> None:
        table = self._table
        stood = {e.due for e in self._ledger.live()}
        restructures = has_phrase(reading.tokens, "stance", "restructures") or bool(reading.denied & stood)
        others = has_phrase(reading.tokens, "more", "other") or has_phrase(reading.tokens, "more", "besides")
        own, used = self._completed(own, turn)
        repeats = any(p.due is not None and p.due in stood for p in own)
        adds = (table.adds or table.topic is not None or others or _starts_with_and(reading)) and not restructures
        adds = adds or all(p.rest for p in own)
        if table.topic is not None and repeats and len(own) == 1:
            adds = False
        entries = [entry_of(p, (*used, turn.index), turn.role, turn.index) for p in own]
        self._ledger.take(entries, adds=adds, whole=False, denied=reading.denied)
        table.topic = None

    def _completed(self, own: list[Payment], turn: Turn) -> tuple[list[Payment], tuple[int, ...]]:
        """What the debtor left out, from what is asked about or was put forward."""
        table, offer = self._table, self._table.offer
        lacking = [p for p in own if p.amount is None and not p.rest]
        if lacking and table.topic is not None and len(lacking) == len(own) == 1:
            return [_with_amount(own[0], table.topic)], (table.topic_turn,)
        standing = {e.due for e in self._ledger.live() if e.amount is not None}
        if len(own) == 1 and own[0].due in standing and own[0].amount is None:
            return own, ()
        if offer is None or (turn.index - offer.last > _REACH and self._ledger.live()):
            return self._with_each(own), ()
        done = [_from_offer(p, offer, alone=len(own) == 1) for p in own]
        undated = [p for p in done if p.due is None]
        days = [p for p in offer.payments if p.due is not None]
        if len(undated) == len(done) == len(days) > 1:
            done = [_with_day(p, d) for p, d in zip(done, days, strict=True)]
        used = offer.turns if done != own else ()
        return self._with_each(done), used

    def _with_each(self, own: list[Payment]) -> list[Payment]:
        each = self._table.each
        if each is None or not all(p.amount is None for p in own if not p.rest):
            return own
        return [p if p.rest and len(own) == 1 else _with_amount(p, each) if p.due is not None else p for p in own]

    def _adopt(
        self, offer: _Offer, by_turns: tuple[int, ...], turn: Turn | None = None, *, conditional: bool = False
    ) -> None:
        """A proposal or recap taken up as it stands."""
        table = self._table
        payments = list(offer.payments)
        if table.topic is not None and len(payments) == 1 and payments[0].amount is None:
            payments = [_with_amount(payments[0], table.topic)]
        elif len(payments) > 1 and table.each is not None:
            payments = self._with_each(payments)
        if offer.is_recap and any(p.is_complete for p in payments):
            payments = [p for p in payments if p.due is not None or p.conditional]
        live = self._ledger.live()
        role = turn.role if turn else (live[-1].by if live else "debtor")
        entries = [
            entry_of(replace(p, conditional=p.conditional or conditional), (*offer.turns, *by_turns), role, offer.last)
            for p in payments
        ]
        adds = offer.adds or (table.topic is not None and not offer.is_recap)
        whole = offer.is_recap and bool(live)
        self._ledger.take(entries, adds=adds, whole=whole)

    def _confirm(self, turn: Turn, reading: TurnPayments) -> None:
        """A yes to what stands already, or a promise that names neither day nor amount."""
        standing = self._ledger.standing()
        live = [i for i in standing if not self._ledger.entries[i].withdrawn]
        if not live:
            due = self._said_on if has_phrase(reading.tokens, "paying", "now") and not reading.conditional else None
            payment = Payment(due, None, None, None, ("now" if due else "open",), due is not None, "fixed", ())
            payment = replace(payment, conditional=reading.conditional)
            named = has_phrase(reading.tokens, "paying", "object")
            if (named or due) and self._table.asked is not None:
                payment = _with_amount(payment, self._table.asked)
            self._ledger.take([entry_of(payment, (turn.index,), turn.role, turn.index)], adds=False, whole=False)
            return
        last = max(live, key=lambda i: self._ledger.entries[i].touched)
        entry = self._ledger.entries[last]
        self._ledger.entries[last] = replace(entry, turns=tuple(sorted({*entry.turns, turn.index})))

    # -- the end

    def settled(self) -> list[Entry]:
        """The ledger at the end: rests computed, what was taken back and not replaced left out."""
        self._adopt_pending()
        entries = self._ledger.entries
        kept = {i for i, e in enumerate(entries) if not (e.withdrawn and e.replaced_by is None)}
        kept = {i for i in kept if _end_of(entries, i) in kept}
        places = {old: new for new, old in enumerate(sorted(kept))}
        settled = [
            replace(e, replaced_by=None if e.replaced_by is None else places[e.replaced_by])
            for i, e in enumerate(entries)
            if i in kept
        ]
        return [self._with_rest(e, settled) for e in settled]

    def _with_rest(self, entry: Entry, settled: Sequence[Entry]) -> Entry:
        if entry.share != "rest" or entry.replaced_by is not None:
            return entry
        others = [e for e in settled if e.replaced_by is None and e is not entry and e.share != "rest"]
        paid = sum((e.amount for e in others if e.amount is not None), Decimal(0))
        bases = [value for index, value in self._table.totals if value > paid and index <= entry.touched]
        balance = self._account.balance
        base = bases[-1] if bases and paid else balance
        if base is None or paid >= base or any(e.amount is None for e in others):
            return replace(entry, share="fixed")
        return replace(entry, amount=base - paid, share="fixed")


def _end_of(entries: Sequence[Entry], place: int) -> int:
    while (successor := entries[place].replaced_by) is not None:
        place = successor
    return place


def _starts_with_and(reading: TurnPayments) -> bool:
    return bool(reading.tokens) and reading.tokens[0].text == "y"


def _single_amount(payments: Sequence[Payment]) -> Payment | None:
    named = [p for p in payments if p.amount is not None]
    return named[0] if len({p.amount for p in named}) == 1 else None


def _with_amount(payment: Payment, other: Payment) -> Payment:
    """The payment with the other's amount where it has none of its own."""
    if payment.amount is not None or payment.rest:
        return payment
    return replace(
        payment,
        amount=other.amount,
        currency=other.currency,
        share=other.share,
        rules=(*payment.rules, *other.rules),
        doubtful=payment.doubtful or other.doubtful,
    )


def _with_day(payment: Payment, other: Payment) -> Payment:
    if payment.due is not None or other.due is None:
        return payment
    return replace(
        payment,
        due=other.due,
        due_start=other.due_start,
        rules=(*other.rules[:1], *payment.rules),
        conditional=payment.conditional or other.conditional,
    )


def _from_offer(payment: Payment, offer: _Offer, *, alone: bool) -> Payment:
    """What a payment leaves open, from the proposal that it answers."""
    if payment.amount is None and not payment.rest:
        match = next((p for p in offer.payments if p.due == payment.due and (p.amount is not None or p.rest)), None)
        match = match or (_single_amount(offer.payments) if alone else None)
        return _with_amount(payment, match) if match else payment
    if payment.due is None and alone:
        match = next((p for p in offer.payments if p.amount == payment.amount and p.due is not None), None)
        days = {p.due: p for p in offer.payments if p.due is not None}
        match = match or (next(iter(days.values())) if len(days) == 1 else None)
        return _with_day(payment, match) if match else payment
    return payment


def _promises(entries: Sequence[Entry], account: Account, unsure: frozenset[int]) -> list[Promise]:
    own = account.currency or CURRENCY_OF.get(account.country, "")
    return [
        Promise(
            due=entry.due,
            due_start=entry.due_start,
            amount=entry.amount,
            currency=(entry.currency or own) if entry.amount is not None else None,
            conditional=entry.conditional,
            promised_by=entry.by,
            turns=entry.turns,
            rule="+".join(dict.fromkeys(entry.rules)),
            doubtful=entry.doubtful or any(turn in unsure for turn, _, _ in entry.spans),
            replaced_by=entry.replaced_by,
            text_spans=entry.spans,
        )
        for entry in entries
    ]


def _unsure_turns(turns: Sequence[Turn], config: PromisesConfig) -> frozenset[int]:
    """Turns in which a number word was recognised below the configured probability."""
    return frozenset(
        turn.index for turn in turns if any(_is_unsure(word, config.doubtful_below) for word in turn.words)
    )


def _is_unsure(word: Word, floor: float) -> bool:
    return word.probability < floor and bool(find_numbers(tokenize(word.text), country=None))


def _callbacks(turns: Sequence[Turn], said_on: date, country: str) -> list[CallbackRequest]:
    return [
        CallbackRequest(found.date, found.time, turn.index, found.rule, found.doubtful)
        for turn in turns
        if turn.role in ("debtor", "third_party")
        for found in find_callbacks(turn.text, said_on, country)
    ]


__all__ = ["PromisesFound", "find_phrases", "promises_of_call"]
