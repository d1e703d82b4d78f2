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
from pipeline.payments import Known, Payment, Terms, TurnPayments, read_payments, spread_payments
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
    named: frozenset[date] = frozenset()

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
    heard_days: frozenset[date] = frozenset()
    adds: bool = False
    each: Payment | None = None
    down: Payment | None = None
    terms: Terms = field(default_factory=Terms)
    terms_turns: tuple[int, ...] = ()
    totals: list[tuple[int, Decimal, bool]] = field(default_factory=list)
    asked: Payment | None = None
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
        is_offer = turn.role == "agent" and "options" in label.steps
        reading = read_payments(
            turn.text,
            self._account,
            self._said_on,
            by_agent=turn.role in ("agent", "system"),
            is_recap=is_recap or is_offer,
            known=self._known(),
        )
        if turn.role == "agent":
            self._hear_collector(turn, reading, is_recap=is_recap, is_offer=is_offer, is_claim="purpose" in label.steps)
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
        for base in [self._account.balance, *(value for _, value, _ in self._table.totals[-3:])]:
            if base is not None and 0 < paid < base:
                amounts.add(base - paid)
        if self._account.balance:
            amounts.add(self._account.balance / 2)
        agreed = {e.due for e in live if e.due}
        if self._table.pending is not None:
            agreed |= {p.due for p in self._table.pending.payments if p.due}
        return Known(frozenset(self._table.days), frozenset(amounts), frozenset(agreed))

    def _remember(self, turn: Turn, reading: TurnPayments) -> None:
        table = self._table
        table.days |= {p.due for p in reading.payments if p.due}
        table.amounts |= {p.amount for p in reading.sums if p.amount}
        if turn.role == "agent":
            table.heard_days = reading.named
            table.totals += [
                (turn.index, p.amount, p.sentence in reading.totals) for p in reading.sums if p.amount is not None
            ]
            claims = (self._account.minimum_payment, self._account.balance)
            named = [p for claim in claims for p in reading.sums if p.amount == claim]
            table.asked = named[0] if named else table.asked

    # -- the collector

    def _hear_collector(
        self, turn: Turn, reading: TurnPayments, *, is_recap: bool, is_offer: bool, is_claim: bool
    ) -> None:
        table = self._table
        self._adopt_pending()
        self._complete_amount(turn, reading)
        is_recap = is_recap or self._is_echo(turn, reading)
        offer = None
        if is_recap or is_offer or not is_claim:
            offer = self._offer_of(turn, reading, is_recap=is_recap, steps=is_recap or is_offer)
        if offer is not None:
            table.offer = offer
            table.pending = offer if is_recap else None
            if is_recap:
                self._ledger.fill(offer.payments, turn.index)
        if reading.each is not None:
            table.each = reading.each
        table.down = reading.down or table.down
        if reading.each is not None or reading.terms.rhythm is not None:
            table.terms, table.terms_turns = reading.terms, (turn.index,)
        if reading.topic is not None and self._ledger.live() and not self._resolves_rest(reading.topic):
            table.topic, table.topic_turn = reading.topic, turn.index
        elif is_recap and offer is not None:
            table.topic = None
        table.adds = (
            reading.asks_more
            or (offer is not None and offer.adds)
            or self._asks_beside(reading)
            or (reading.asks_another and all(e.is_complete for e in self._ledger.live()))
        )

    def _resolves_rest(self, topic: Payment) -> bool:
        """ "O sea, los 515 que faltarían": the figure of a rest that was promised already."""
        if topic.amount is None:
            return False
        for i in self._ledger.standing():
            entry = self._ledger.entries[i]
            if entry.share == "rest" and entry.amount is None:
                self._ledger.entries[i] = replace(entry, amount=topic.amount, currency=topic.currency, share="part")
                return True
        return False

    def _is_echo(self, turn: Turn, reading: TurnPayments) -> bool:
        """Whether the collector says again what was just promised, with or without the word for it."""
        stated = [p for p in reading.payments if not p.asked and p.due is not None]
        fresh = [e for e in self._ledger.live() if e.touched == turn.index - 1]
        return bool(stated) and all(any(_repeats(p, e) for e in fresh) for p in stated)

    def _asks_beside(self, reading: TurnPayments) -> bool:
        return has_phrase(reading.tokens, "more", "besides") and reading.payments != ()

    def _offer_of(self, turn: Turn, reading: TurnPayments, *, is_recap: bool, steps: bool) -> _Offer | None:
        payments = tuple(p for p in reading.payments if p.due is not None or p.amount is not None or p.rest)
        if not steps:
            payments = tuple(p for p in payments if p.amount is not None or p.rest or p.asked)
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
                shared = self._table.each or _single_amount(earlier.payments)
                payments = tuple(_with_amount(p, shared) if shared else p for p in payments)
                turns = (*earlier.turns, turn.index)
            elif reading.terms.rhythm is not None and reading.terms.rhythm.day and _names_months(earlier.payments):
                payments = _on_day(earlier.payments, reading.terms.rhythm.day)
                turns = (*earlier.turns, turn.index)
            elif lacks and len(payments) == len(earlier.payments) > 1:
                payments = _revised(payments, earlier.payments)
                turns = (*earlier.turns, turn.index)
        adds = reading.asks_more and not is_recap
        return _Offer(turns, payments, adds, is_recap, reading.alternatives, reading.named)

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
        """A turn that promises nothing may refuse what is on the table or take back what was promised."""
        table = self._table
        words = [t for t in reading.tokens if t.kind == "word"]
        opens_no = bool(words) and words[0].text == "no"
        withdraws = has_phrase(reading.tokens, "stance", "withdraws")
        contests = "objection" in label.labels and has_phrase(reading.tokens, "stance", "contests")
        offered = {p.due for p in table.offer.payments if p.due} if table.offer else set()
        just_offered = table.offer is not None and turn.index - table.offer.last <= 2
        refuses = bool(reading.denied & offered) or (just_offered and (opens_no or withdraws or contests))
        for i in self._ledger.standing():
            entry = self._ledger.entries[i]
            named = entry.due is not None and entry.due in reading.denied and bool(label.labels or opens_no)
            taken_back = withdraws and (not table.heard_days or entry.due in table.heard_days)
            refused = (contests or (opens_no and label.labels)) and table.pending is not None and entry.due in offered
            if named or taken_back or refused:
                self._ledger.entries[i] = replace(entry, withdrawn=True)
        if refuses or withdraws:
            table.pending = None
        if refuses and table.offer is not None:
            dated = any(p.due is not None for p in table.offer.payments)
            table.offer = _without_days(table.offer) if dated else None

    def _hear_promise(self, turn: Turn, reading: TurnPayments) -> None:
        table = self._table
        own = list(reading.payments)
        if table.pending is not None and own and all(_agrees(p, table.pending) for p in own):
            self._adopt(table.pending, (turn.index,), turn)
            table.topic = None
        if not own and self._answers_choice(turn, reading):
            return
        own = own or self._planned(own, reading)
        if own:
            self._take_own(turn, own, reading)
        elif table.topic is not None and self._ledger.live() and self._promises_topic(reading):
            payment = replace(table.topic, due=None, due_start=None, conditional=reading.conditional)
            entry = entry_of(payment, (table.topic_turn, turn.index), turn.role, table.topic_turn)
            self._ledger.take([entry], adds=True, whole=False)
            table.topic = None
        elif table.offer is not None and self._is_open(table.offer):
            offer = table.offer
            agrees = opens_with(reading.tokens, "stance", "affirms") or reading.agrees_freely
            if reading.conditional and not agrees:
                offer = _without_days(offer)
            if reading.conditional and reading.agrees_freely and len(offer.payments) > 1:
                last = replace(offer.payments[-1], conditional=True)
                offer = replace(offer, payments=(*offer.payments[:-1], last))
                self._adopt(offer, (turn.index,), turn)
            else:
                self._adopt(offer, (turn.index,), turn, conditional=reading.conditional)
            table.topic = None
        else:
            self._confirm(turn, reading)
        table.pending = None
        table.adds = False

    def _promises_topic(self, reading: TurnPayments) -> bool:
        """Whether what is left is promised without a day, rather than a yes to what was said before it."""
        return (
            reading.conditional
            or has_phrase(reading.tokens, "stance", "undated")
            or not opens_with(reading.tokens, "stance", "affirms")
        )

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
        if restructures and len(own) > 1 and not others:
            own = [p for p in own if p.due not in stood] or own
        own, used = self._completed(own, turn, reading)
        repeats = any(p.due is not None and p.due in stood for p in own)
        adds = (table.adds or table.topic is not None or others or _starts_with_and(reading)) and not restructures
        adds = adds or all(p.rest for p in own)
        if table.topic is not None and repeats and len(own) == 1:
            adds = False
        if adds and self._ledger.live():
            own = [replace(p, share="rest") if "everything" in p.rules and p.due not in stood else p for p in own]
        adds = adds or (self._is_remainder(own) and not restructures)
        entries = [entry_of(p, (*used, turn.index), turn.role, turn.index) for p in own]
        self._ledger.take(
            entries, adds=adds, whole=False, denied=reading.denied, room=None if restructures else self._account.balance
        )
        table.topic = None

    def _is_remainder(self, payments: Sequence[Payment]) -> bool:
        """Whether the payments are just what those that stand leave of a total that was named."""
        new = sum((p.amount for p in payments if p.amount is not None), Decimal(0))
        stood = sum((e.amount for e in self._ledger.live() if e.amount is not None), Decimal(0))
        totals = {self._account.balance, *(value for _, value, _ in self._table.totals)}
        return 0 < new and 0 < stood and new + stood in totals and new != stood

    def _completed(
        self, own: list[Payment], turn: Turn, reading: TurnPayments
    ) -> tuple[list[Payment], tuple[int, ...]]:
        """What the debtor left out, from what is asked about or was put forward."""
        table, offer = self._table, self._table.offer
        if planned := self._planned(own, reading):
            return planned, table.terms_turns
        if (
            table.down is not None
            and len(own) > 1
            and own[0].amount is None
            and has_phrase(reading.tokens, "amounts", "down")
        ):
            own = [_with_amount(own[0], table.down), *self._with_each(own[1:])]
        lacking = [p for p in own if p.amount is None and not p.rest]
        if lacking and table.topic is not None and len(lacking) == len(own) == 1:
            return [_with_amount(own[0], table.topic)], (table.topic_turn,)
        standing = {e.due for e in self._ledger.live() if e.amount is not None}
        if len(own) == 1 and own[0].due in standing and own[0].amount is None:
            return own, ()
        if offer is None or (turn.index - offer.last > _REACH and self._ledger.live()):
            return self._with_each(own), ()
        stood = {e.due for e in self._ledger.live() if e.due}
        done = [
            _from_offer(p, offer, alone=len(own) == 1, taken=stood)
            for p in own
            if not p.conditional or p.due is not None
        ]
        done = done if len(done) == len(own) else own
        undated = [p for p in done if p.due is None]
        days = [p for p in offer.payments if p.due is not None]
        if len(undated) == len(done) == len(days) > 1:
            done = [_with_day(p, d) for p, d in zip(done, days, strict=True)]
        used = offer.turns if done != own else ()
        return self._with_each(done), used

    def _planned(self, own: Sequence[Payment], reading: TurnPayments) -> list[Payment]:
        """The payments of a plan on the table that this turn completes: its count, its rhythm or its first day."""
        table, said = self._table.terms, reading.terms
        gives = (said.count and not table.count) or (said.rhythm and not table.rhythm) or (said.opens and table.rhythm)
        if table.each is None or not gives or len([p for p in own if p.due is not None]) > 1:
            return []
        merged = merged_terms(table, said)
        if any(p.amount is not None and p.amount != table.each.amount for p in own):
            return []
        return list(spread_payments(merged, self._said_on))

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
        adds = offer.adds or (table.topic is not None and not offer.is_recap) or self._is_remainder(payments)
        whole = offer.is_recap and bool(live)
        self._ledger.take(entries, adds=adds, whole=whole, named=offer.named, room=self._account.balance)

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
        return [self._with_asked(self._with_rest(e, settled)) for e in settled]

    def _with_asked(self, entry: Entry) -> Entry:
        """A payment with a day and no amount is of what the collector asked for; doubtful, since nobody said it."""
        asked = self._table.asked
        if entry.due is None or entry.amount is not None or entry.replaced_by is not None or asked is None:
            return entry
        return replace(
            entry,
            amount=asked.amount,
            currency=asked.currency,
            rules=(*entry.rules, "amount asked for"),
            doubtful=True,
        )

    def _with_rest(self, entry: Entry, settled: Sequence[Entry]) -> Entry:
        if entry.share != "rest" or entry.replaced_by is not None:
            return entry
        others = [e for e in settled if e.replaced_by is None and e is not entry and e.share != "rest"]
        paid = sum((e.amount for e in others if e.amount is not None), Decimal(0))
        base = self._base_of_rest(paid, entry.touched)
        if base is None or paid >= base or any(e.amount is None for e in others):
            return replace(entry, share="fixed")
        return replace(entry, amount=base - paid, share="fixed")

    def _base_of_rest(self, paid: Decimal, said_in: int) -> Decimal | None:
        """The total that a rest is of: one whose remainder was named, else the last called a total, else the balance."""
        balance = self._account.balance
        named = {value for _, value, _ in self._table.totals}
        bases = [value for index, value, _ in reversed(self._table.totals) if value > paid and index <= said_in]
        if balance is not None:
            bases.insert(0, balance)
        for base in bases:
            if base - paid in named and base - paid != paid or base == 2 * paid and base != balance:
                return base
        called = [value for index, value, total in self._table.totals if total and value > paid and index <= said_in]
        return called[-1] if called and paid else balance


def _end_of(entries: Sequence[Entry], place: int) -> int:
    while (successor := entries[place].replaced_by) is not None:
        place = successor
    return place


def _repeats(payment: Payment, entry: Entry) -> bool:
    """Whether the collector says an entry again: its day, or its weekday with the number it falls on."""
    if payment.due is None or entry.due is None or payment.amount not in (None, entry.amount):
        return False
    same_weekday = payment.due.weekday() == entry.due.weekday() and "weekday_and_number" in payment.rules
    return payment.due == entry.due or same_weekday


def _without_days(offer: _Offer) -> _Offer:
    """A proposal whose days were refused; its amounts may still be taken up."""
    payments = tuple(replace(p, due=None, due_start=None) for p in offer.payments if p.amount is not None or p.rest)
    return replace(offer, payments=payments, is_recap=False)


def _names_months(payments: Sequence[Payment]) -> bool:
    return len(payments) > 1 and all(p.due is not None and "month" in p.rules for p in payments)


def _on_day(payments: Sequence[Payment], day: int) -> tuple[Payment, ...]:
    """Payments of whole months on a day of each: "en noviembre y en diciembre", "siempre el 20"."""
    return tuple(
        replace(p, due=p.due.replace(day=min(day, p.due.day)), due_start=None) if p.due else p for p in payments
    )


def _revised(payments: Sequence[Payment], earlier: Sequence[Payment]) -> tuple[Payment, ...]:
    """New days for a proposal of several payments: a day that stays keeps its amount, the rest follow in order."""
    left = [p for p in earlier if p.due not in {new.due for new in payments}]
    revised: list[Payment] = []
    for payment in payments:
        stays = next((p for p in earlier if p.due == payment.due), None)
        source = stays or (left.pop(0) if left else None)
        revised.append(_with_amount(payment, source) if source else payment)
    return tuple(revised)


def _agrees(payment: Payment, offer: _Offer) -> bool:
    """Whether what is said repeats a payment of the recap and contradicts none."""
    return any(
        payment.due in (None, p.due) and payment.amount in (None, p.amount) and not (payment.rest and p.amount is None)
        for p in offer.payments
        if p.due is not None
    )


def _starts_with_and(reading: TurnPayments) -> bool:
    return bool(reading.tokens) and reading.tokens[0].text == "y"


def merged_terms(table: Terms, said: Terms) -> Terms:
    return Terms(
        said.count or table.count,
        said.rhythm or table.rhythm,
        table.each or said.each,
        said.first or table.first,
        said.until or table.until,
    )


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


def _from_offer(payment: Payment, offer: _Offer, *, alone: bool, taken: set[date]) -> Payment:
    """What a payment leaves open, from the proposal that it answers; no day that is `taken` already."""
    if payment.amount is None and not payment.rest:
        match = next((p for p in offer.payments if p.due == payment.due and (p.amount is not None or p.rest)), None)
        match = match or (_single_amount(offer.payments) if alone else None)
        return _with_amount(payment, match) if match else payment
    if payment.due is None and alone:
        match = next((p for p in offer.payments if p.amount == payment.amount and p.due is not None), None)
        days = {p.due: p for p in offer.payments if p.due is not None and p.due not in taken}
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
