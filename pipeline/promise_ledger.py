"""The payments of a call while it is read: what stands, what replaced what, what is still open.

A new statement is matched against what stands: the same day or the same amount makes it the same payment, which it
completes; else it is one more, or takes the place of one. What is replaced is kept and points at its successor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from pipeline.labels import Role
from pipeline.payments import Payment, Share

_EXACT, _SAME, _OPEN, _MOVED = 4, 3, 2, 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A payment in the ledger and where it was said. `withdrawn`: taken back, and nothing named in its place yet.

    `silent`: from a recap that was neither confirmed nor refused; it carries a payment only where it adds to it.
    """

    due: date | None
    due_start: date | None
    amount: Decimal | None
    currency: str | None
    share: Share
    conditional: bool
    by: Role
    turns: tuple[int, ...]
    rules: tuple[str, ...]
    doubtful: bool
    spans: tuple[tuple[int, int, int], ...]
    replaced_by: int | None = None
    withdrawn: bool = False
    touched: int = 0
    silent: bool = False

    @property
    def is_complete(self) -> bool:
        return self.due is not None and (self.amount is not None or self.share == "rest")


def entry_of(payment: Payment, turns: Sequence[int], by: Role, said_in: int) -> Entry:
    """A payment as an entry.

    Args:
        payment: What was said.
        turns: Utterances that carry it.
        by: Who promises.
        said_in: The turn that its spans lie in.
    """
    return Entry(
        payment.due,
        payment.due_start,
        payment.amount,
        payment.currency,
        payment.share,
        payment.conditional,
        by,
        tuple(sorted(set(turns))),
        payment.rules,
        payment.doubtful,
        tuple((said_in, start, end) for start, end in payment.spans),
        touched=max(turns),
    )


class Ledger:
    """Entries in the order they came up."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def standing(self) -> list[int]:
        return [i for i, e in enumerate(self.entries) if e.replaced_by is None]

    def live(self) -> list[Entry]:
        """What stands and was not taken back."""
        return [self.entries[i] for i in self.standing() if not self.entries[i].withdrawn]

    def add(self, entry: Entry) -> int:
        self.entries.append(entry)
        return len(self.entries) - 1

    def take(
        self,
        new: Sequence[Entry],
        *,
        adds: bool,
        whole: bool,
        denied: Iterable[date] = (),
        named: Iterable[date] = (),
        room: Decimal | None = None,
    ) -> None:
        """Enter what was said.

        Args:
            new: Payments of one statement.
            adds: They stand beside what stands.
            whole: They are the whole agreement, so that what contradicts them gives way.
            denied: Days that the same turn takes back.
            named: Days that it names at all; what stands on one of them is not contradicted.
            room: Several payments stand beside what stands where all fit into this; None: they take its place.
        """
        left = self.standing()
        unmatched: list[Entry] = []
        order = sorted(new, key=lambda e: -max((_likeness(self.entries[i], e, adds) for i in left), default=0))
        for entry in order:
            best = max(
                left, key=lambda i: (_likeness(self.entries[i], entry, adds), self.entries[i].touched), default=None
            )
            if best is not None and _likeness(self.entries[best], entry, adds) >= _OPEN:
                left.remove(best)
                self._complete(best, entry)
            else:
                unmatched.append(entry)
        unmatched = [e for e in new if e in unmatched]
        refused = [i for i in left if self.entries[i].withdrawn or self.entries[i].due in set(denied)]
        kept = [i for i in left if whole and self.entries[i].due is not None and self.entries[i].due in set(named)]
        if len(new) == 1 and not adds and self._gathers(left, new[0]):
            refused = list(left)
        if len(new) > 1 and not whole and room is not None and not refused:
            adds = adds or self._fits(left, unmatched, room)
        for entry in unmatched:
            place = self._place_for(entry, left, kept, refused, adds=adds, whole=whole)
            if place is None:
                self.add(entry)
                continue
            left.remove(place)
            refused = [i for i in refused if i != place]
            self._replace(place, entry, keeps_open=len(new) == 1, carries=whole)
        if new and (whole or len(new) > 1 or not adds):
            self._drop(left, refused, whole=whole, successor=self._newest(new))

    def leave_out(
        self, recap: Sequence[Entry], *, undated: bool, kept: Collection[date], agreed: Collection[date]
    ) -> None:
        """What a recap of whole payments contradicts: a day or an amount that is one of its payments', said before.

        Of a plan only the next payments may be repeated: what is due after them stands. What has no day yields to a
        recap that names a day for all (`undated`). What is due on a day of `kept` stands, and beside a single payment
        what was `agreed` on before it.
        """
        dated = [e.due for e in recap if e.due is not None]
        amounts = {e.amount for e in recap}
        if not dated:
            return
        matched = {i for i in self.standing() if any(_is_same(self.entries[i], e) for e in recap)}
        successor = max(matched, default=None)
        unread = set(kept) - set(dated)
        planned = [i for i in self.standing() if any(rule.startswith("plan_") for rule in self.entries[i].rules)]
        on_plan = {self.entries[i].due for i in planned}
        planned = planned if len(planned) > len(recap) and on_plan.issuperset(dated) else []
        for i in self.standing():
            entry = self.entries[i]
            if i in matched or i in planned or successor is None or entry.conditional:
                continue
            later = entry.due is not None and entry.due > max(dated)
            same = entry.amount in amounts or entry.amount is None
            beside = len(recap) == 1 and entry.due in agreed and entry.amount in amounts
            if (entry.due is None and not undated) or entry.due in unread or beside:
                continue
            if (not later and (same or len(recap) > 1)) or (entry.due is None and entry.share == "fixed"):
                self.entries[i] = replace(entry, replaced_by=successor)

    def _gathers(self, left: Sequence[int], new: Entry) -> bool:
        """Whether one payment is the sum of several that stand: "mejor los novecientos juntos el lunes"."""
        amounts = [e.amount for e in map(self.entries.__getitem__, self.standing()) if e.amount is not None]
        return len(amounts) > 1 and bool(left) and new.amount is not None and sum(amounts) == new.amount

    def _fits(self, left: Sequence[int], new: Sequence[Entry], room: Decimal) -> bool:
        """Whether what stands and what is new are of one debt together, and the new does not split the old."""
        stood = [self.entries[i] for i in left]
        if not all(e.is_complete and e.amount is not None for e in stood):
            return False
        old = sum((e.amount for e in stood if e.amount is not None), Decimal(0))
        more = sum((e.amount for e in new if e.amount is not None), Decimal(0))
        return old + more <= room and more != old

    def _place_for(
        self, entry: Entry, left: Sequence[int], kept: Sequence[int], refused: Sequence[int], *, adds: bool, whole: bool
    ) -> int | None:
        """The standing entry that a new one takes the place of; None where it is one more."""
        if refused:
            return max(refused, key=lambda i: self.entries[i].touched)
        same_day = [i for i in left if entry.due is not None and self.entries[i].due == entry.due]
        if same_day and (not adds or whole):
            return same_day[-1]
        left = [i for i in left if i not in kept]
        if not left or (adds and not whole):
            return None
        if whole:
            same_amount = [i for i in left if self.entries[i].amount == entry.amount]
            vague = [i for i in left if not self.entries[i].is_complete and not self.entries[i].conditional]
            return (same_amount or vague or [*left])[0]
        return max(left, key=lambda i: (self.entries[i].touched, i))

    def _drop(self, left: Sequence[int], refused: Sequence[int], *, whole: bool, successor: int | None) -> None:
        """What was taken back, and in a recap what it leaves without day or amount, gives way to the last payment."""
        for i in left:
            vague = whole and self.entries[i].amount is None and self.entries[i].share != "rest"
            if (vague or i in refused) and successor is not None and successor != i:
                self.entries[i] = replace(self.entries[i], replaced_by=successor)

    def _newest(self, new: Sequence[Entry]) -> int | None:
        for i in reversed(self.standing()):
            if any(self.entries[i].due == e.due and self.entries[i].touched >= e.touched for e in new):
                return i
        return None

    def _replace(self, place: int, entry: Entry, *, keeps_open: bool, carries: bool) -> None:
        """The successor of an entry; what it leaves open stays as it was: moving the day keeps the amount."""
        known = self.entries[place]
        if keeps_open and (entry.due is None or (entry.amount is None and entry.share == "fixed")):
            entry = replace(entry, conditional=entry.conditional or known.conditional)
        if carries and (known.amount == entry.amount or known.due == entry.due):
            entry = _carried(entry, known)
        if keeps_open and entry.due is None:
            entry = _with_day(entry, known)
        if keeps_open and entry.amount is None and entry.share == "fixed":
            entry = _with_amount(entry, known)
        successor = self.add(entry)
        self.entries[place] = replace(known, replaced_by=successor, withdrawn=False)

    def _complete(self, place: int, new: Entry) -> None:
        self.entries[place] = merged(self.entries[place], new)

    def fill(self, payments: Sequence[Payment], turn: int) -> None:
        """What the collector's statement adds to entries that lack it: the amount of a day that was named."""
        for payment in payments:
            for i in self.standing():
                entry = self.entries[i]
                soft = entry.amount is None or entry.share != "fixed"
                if soft and payment.amount is not None and payment.due is not None and entry.due == payment.due:
                    self.entries[i] = _with_amount(entry, entry_of(payment, (turn,), entry.by, turn))
                    break


def _is_same(known: Entry, new: Entry) -> bool:
    return known.due == new.due and known.amount == new.amount


def _likeness(known: Entry, new: Entry, adds: bool) -> int:
    """4 and 3 the same payment, 2 one fills what the other leaves open, 1 an amount on another day, 0 nothing shared.

    What is said to be one more (`adds`) is not the payment of the same amount that has its day already.
    """
    same_day = known.due is not None and known.due == new.due
    same_amount = known.amount is not None and known.amount == new.amount
    soft = known.share != "fixed" or new.share != "fixed" or known.amount is None or new.amount is None
    if same_day and same_amount:
        return _EXACT
    if same_day and soft:
        return _SAME
    if same_amount and (known.due is None or (new.due is None and not adds)):
        return _SAME
    opposite = (known.due is None and new.amount is None) or (known.amount is None and new.due is None)
    if opposite and (known.due is None) != (new.due is None) and known.share == "fixed" == new.share:
        return _OPEN
    if known.due is None and known.amount is None:
        return _OPEN
    if known.share == "rest" and new.share == "rest" and (known.due is None or new.due is None):
        return _OPEN
    return _MOVED if same_amount else 0


def merged(known: Entry, new: Entry) -> Entry:
    """One payment from two statements of it: figures win over parts, what is known over what is open."""
    if new.silent and known.is_complete and known.share == "fixed":
        return replace(known, conditional=known.conditional or new.conditional, withdrawn=False)
    takes_amount = new.amount is not None and (
        known.amount is None or (known.share != "fixed" and new.share == "fixed")
    )
    entry = replace(
        known,
        conditional=known.conditional or new.conditional,
        turns=tuple(sorted({*known.turns, *new.turns})),
        rules=tuple(dict.fromkeys((*known.rules, *new.rules))),
        doubtful=known.doubtful and new.doubtful,
        spans=tuple(dict.fromkeys((*known.spans, *new.spans))),
        withdrawn=False,
        touched=max(known.touched, new.touched),
    )
    if takes_amount or (known.amount is None and new.share == "rest"):
        entry = replace(entry, amount=new.amount, currency=new.currency, share=new.share)
    if entry.due is None:
        entry = replace(entry, due=new.due, due_start=new.due_start)
    return entry


def _with_day(entry: Entry, known: Entry) -> Entry:
    return replace(_carried(entry, known), due=known.due, due_start=known.due_start) if known.due else entry


def _with_amount(entry: Entry, known: Entry) -> Entry:
    if known.amount is None and known.share == "fixed":
        return entry
    return replace(_carried(entry, known), amount=known.amount, currency=known.currency, share=known.share)


def _carried(entry: Entry, known: Entry) -> Entry:
    """An entry with the evidence of the one that it takes a value from."""
    return replace(
        entry,
        turns=tuple(sorted({*entry.turns, *known.turns})),
        rules=tuple(dict.fromkeys((*entry.rules, *known.rules))),
        spans=tuple(dict.fromkeys((*entry.spans, *known.spans))),
    )
