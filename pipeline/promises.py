"""Turns, labels and the account -> what stands promised at the end of the call, and the callbacks asked for.

A call is read once, in order, as a ledger. The collector's turns put proposals on the table; a debtor's turn that is
labelled `promise` takes one up, states its own date or amount, or fills in what was open. A later promise refines the
entry that it agrees with, adds to it where it speaks of the rest, and else replaces it: a replaced entry is kept and
points at its successor.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from pipeline.callbacks import find_callbacks
from pipeline.config import PromisesConfig
from pipeline.countries import CURRENCY_OF
from pipeline.cues import fold_words, load_cues, weigh
from pipeline.labels import Role
from pipeline.numbers import find_numbers
from pipeline.payments import Payment, TurnPayments, read_payments
from pipeline.types import Account, CallbackRequest, Promise, Turn, TurnLabels, Word

PROPOSAL_REACH = 4
"""Turns after which a collector's proposal is no longer what a "sí" answers."""


@dataclass(frozen=True, slots=True)
class PromisesFound:
    """Promises of a call in the order they came up, superseded ones included, and callbacks."""

    promises: tuple[Promise, ...]
    callbacks: tuple[CallbackRequest, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A payment in the ledger: what is known of it so far, and where it was said."""

    due: date | None
    due_start: date | None
    amount: Decimal | None
    currency: str
    conditional: bool
    by: Role
    turns: tuple[int, ...]
    rules: tuple[str, ...]
    doubtful: bool
    rest: bool = False
    replaced_by: int | None = None
    spans: tuple[tuple[int, int, int], ...] = ()


def promises_of_call(
    turns: Sequence[Turn], labels: Sequence[TurnLabels], account: Account, said_on: date, config: PromisesConfig
) -> PromisesFound:
    """What stands at the end of one call.

    Args:
        turns: All turns in order.
        labels: One a turn; only `promise` and the steps are read.
        account: Balance, minimum payment, currency, country.
        said_on: The call's day where the debtor is.
        config: Below which word probability a date or amount is doubtful.
    """
    ledger = _Ledger(account)
    for turn, label in zip(turns, labels, strict=True):
        payments = read_payments(turn.text, account, said_on)
        if turn.role == "agent":
            ledger.propose(turn, payments, is_recap="recap" in label.steps or "agreement" in label.steps)
        elif "promise" in label.labels:
            ledger.promise(turn, payments)
    entries = ledger.settled()
    unsure = _unsure_turns(turns, config)
    promises = tuple(_promise(entry, unsure) for entry in entries)
    return PromisesFound(promises, tuple(_callbacks(turns, said_on, account.country)))


class _Ledger:
    """Payments of a call while it is read."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._currency = account.currency or CURRENCY_OF.get(account.country, "")
        self._cues = load_cues("promises")
        self._entries: list[_Entry] = []
        self._proposal: tuple[Turn, TurnPayments] | None = None
        self._asks_for_more = False
        self._recap = False

    def propose(self, turn: Turn, payments: TurnPayments, *, is_recap: bool) -> None:
        """A collector's turn: dates and amounts become the proposal on the table."""
        folded = fold_words(turn.text)
        self._asks_for_more = weigh(folded, self._cues["more"]) > 0
        if payments.found:
            self._proposal = (turn, payments)
            self._recap = is_recap

    def promise(self, turn: Turn, payments: TurnPayments) -> None:
        """A turn that promises: by its own words, by taking up the proposal, or both."""
        folded = fold_words(turn.text)
        conditional = weigh(folded, self._cues["condition"]) > 0
        proposal = self._open_proposal(turn.index)
        if payments.found:
            own = [self._entry(turn, p, conditional) for p in payments.payments]
            self._take(own, folded, proposal)
        elif proposal is not None and proposal[1].payments:
            taken = [
                replace(self._entry(proposal[0], p, conditional), by=turn.role, turns=(proposal[0].index, turn.index))
                for p in proposal[1].payments
            ]
            self._adopt(taken)
        else:
            self._confirm(turn, conditional)
        self._asks_for_more = False

    def settled(self) -> list[_Entry]:
        """The ledger at the end: rests computed, what nobody dated or priced left open."""
        standing = [e for e in self._entries if e.replaced_by is None]
        total = sum((e.amount for e in standing if e.amount is not None and not e.rest), Decimal(0))
        balance = self._account.balance
        return [
            replace(e, amount=balance - total)
            if e.rest and e.replaced_by is None and balance is not None and 0 < total < balance
            else e
            for e in self._entries
        ]

    def _open_proposal(self, index: int) -> tuple[Turn, TurnPayments] | None:
        if self._proposal is None or index - self._proposal[0].index > PROPOSAL_REACH:
            return None
        return self._proposal

    def _entry(self, turn: Turn, payment: Payment, conditional: bool) -> _Entry:
        return _Entry(
            payment.due,
            payment.due_start,
            payment.amount,
            payment.currency or self._currency,
            conditional,
            turn.role,
            (turn.index,),
            payment.rules,
            payment.doubtful,
            payment.rest,
            spans=tuple((turn.index, start, end) for start, end in payment.spans),
        )

    def _take(self, own: list[_Entry], folded: str, proposal: tuple[Turn, TurnPayments] | None) -> None:
        """Payments that the debtor named: completed from the proposal, then merged into the ledger."""
        if len(own) == 1 and proposal is not None and (own[0].due is None or own[0].amount is None):
            own = [self._completed(own[0], proposal)]
        adds = self._asks_for_more or weigh(folded, self._cues["rest"]) > 0 or any(e.rest for e in own)
        for entry in own:
            self._merge(entry, adds=adds or len(own) > 1)

    def _completed(self, entry: _Entry, proposal: tuple[Turn, TurnPayments]) -> _Entry:
        """What the debtor left out, from what was proposed just before: "¿mil el viernes?" "El lunes, mejor"."""
        payments = proposal[1].payments
        dates = [p for p in payments if p.due is not None]
        amounts = [p for p in payments if p.amount is not None or p.rest]
        if entry.due is None and len({p.due for p in dates}) == 1:
            found = self._entry(proposal[0], dates[0], conditional=False)
            entry = replace(
                entry,
                due=found.due,
                due_start=found.due_start,
                turns=(proposal[0].index, *entry.turns),
                rules=(*entry.rules, *found.rules),
            )
        elif entry.amount is None and not entry.rest and len({p.amount for p in amounts}) == 1:
            found = self._entry(proposal[0], amounts[0], conditional=False)
            entry = replace(
                entry,
                amount=found.amount,
                rest=found.rest,
                turns=(proposal[0].index, *entry.turns),
                rules=(*entry.rules, *found.rules),
            )
        return entry

    def _adopt(self, taken: list[_Entry]) -> None:
        """A proposal accepted as it stands; a recap of the whole agreement settles the ledger anew."""
        standing = [i for i, e in enumerate(self._entries) if e.replaced_by is None]
        whole = [e for e in taken if e.due is not None and e.amount is not None]
        if self._recap and len(whole) == len(taken) and len(taken) >= len(standing) > 1:
            for entry in taken:
                self._merge(entry, adds=True)
            return
        adds = self._asks_for_more or any(e.rest for e in taken) or len(taken) > 1
        for entry in taken:
            self._merge(entry, adds=adds)

    def _confirm(self, turn: Turn, conditional: bool) -> None:
        """A yes to what is already in the ledger, or a promise that names neither day nor amount."""
        standing = [i for i, e in enumerate(self._entries) if e.replaced_by is None]
        if standing:
            last = standing[-1]
            self._entries[last] = replace(
                self._entries[last], conditional=self._entries[last].conditional or conditional
            )
        else:
            self._entries.append(
                _Entry(None, None, None, self._currency, conditional, turn.role, (turn.index,), ("open",), False)
            )

    def _merge(self, entry: _Entry, *, adds: bool) -> None:
        standing = [i for i in range(len(self._entries)) if self._entries[i].replaced_by is None]
        for i in reversed(standing):
            if _agree(self._entries[i], entry):
                self._entries[i] = _merged(self._entries[i], entry)
                return
        if adds or not standing:
            self._entries.append(entry)
            return
        successor = len(self._entries)
        last = self._entries[standing[-1]]
        # What the successor leaves open stays as it was: moving the day keeps the amount.
        if entry.due is None or entry.amount is None:
            entry = replace(
                entry,
                due=entry.due or last.due,
                due_start=entry.due_start if entry.due else last.due_start,
                amount=last.amount if entry.amount is None and not entry.rest else entry.amount,
                turns=(*last.turns, *entry.turns) if entry.due is None or entry.amount is None else entry.turns,
            )
        self._entries[standing[-1]] = replace(last, replaced_by=successor)
        self._entries.append(entry)


def _agree(known: _Entry, new: _Entry) -> bool:
    """Whether two statements are of the same payment: they share day or amount and contradict each other in nothing."""
    same_day = known.due is not None and known.due == new.due
    same_amount = known.amount is not None and known.amount == new.amount
    day_open = known.due is None or new.due is None
    amount_open = known.amount is None or new.amount is None
    if known.rest != new.rest and not (same_day or same_amount):
        return False
    return (
        (same_day and (same_amount or amount_open))
        or (same_amount and day_open)
        or (day_open and amount_open and (known.due is None) != (new.due is None or known.amount is None))
    )


def _merged(known: _Entry, new: _Entry) -> _Entry:
    return replace(
        known,
        due=known.due or new.due,
        due_start=known.due_start or new.due_start,
        amount=known.amount if known.amount is not None else new.amount,
        conditional=known.conditional or new.conditional,
        turns=tuple(sorted({*known.turns, *new.turns})),
        rules=tuple(dict.fromkeys((*known.rules, *new.rules))),
        doubtful=known.doubtful and new.doubtful,
        rest=known.rest and new.amount is None,
        spans=(*known.spans, *new.spans),
    )


def _promise(entry: _Entry, unsure: frozenset[int]) -> Promise:
    return Promise(
        due=entry.due,
        due_start=entry.due_start,
        amount=entry.amount,
        currency=entry.currency if entry.amount is not None else None,
        conditional=entry.conditional,
        promised_by=entry.by,
        turns=tuple(sorted(set(entry.turns))),
        rule="+".join(entry.rules),
        doubtful=entry.doubtful or any(turn in unsure for turn, _, _ in entry.spans),
        replaced_by=entry.replaced_by,
        text_spans=entry.spans,
    )


def _unsure_turns(turns: Sequence[Turn], config: PromisesConfig) -> frozenset[int]:
    """Turns in which a number word was recognised below the configured probability."""
    return frozenset(
        turn.index for turn in turns if any(_is_unsure(word, config.doubtful_below) for word in turn.words)
    )


def _is_unsure(word: Word, floor: float) -> bool:
    return word.probability < floor and bool(find_numbers(word.text))


def _callbacks(turns: Sequence[Turn], said_on: date, country: str) -> list[CallbackRequest]:
    return [
        CallbackRequest(found.date, found.time, turn.index, found.rule, found.doubtful)
        for turn in turns
        if turn.role in ("debtor", "third_party")
        for found in find_callbacks(turn.text, said_on, country)
    ]
