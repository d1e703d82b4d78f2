"""What a turn of the debtor, or of who answers for the debt, does to the talk: it promises, refuses, takes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.payments import Payment, TurnPayments, spread_payments
from pipeline.promise_cues import has_phrase, opens_with, sentence_bounds
from pipeline.promise_ledger import entry_of
from pipeline.promise_offers import Offer, agrees, from_offer, merged_terms, with_amount, with_day, without_days
from pipeline.promise_talk import Talk
from pipeline.types import Turn, TurnLabels

_REACH = 6
"""Turns after which a proposal no longer completes what a debtor says."""

_SHORT = 12
"""Words of a turn that is but a yes."""


def says_yes_to_pending(talk: Talk, reading: TurnPayments) -> bool:
    """A yes right after an agreement that no label was put on."""
    words = [t for t in reading.tokens if t.kind == "word"]
    return (
        talk.table.pending is not None
        and not reading.payments
        and len(words) <= _SHORT
        and opens_with(reading.tokens, "stance", "affirms")
        and not any(t.text == "?" for t in reading.tokens)
    )


def hear_other(talk: Talk, turn: Turn, reading: TurnPayments, label: TurnLabels) -> None:
    """A turn that promises nothing may refuse what is on the table or take back what was promised."""
    table = talk.table
    words = [t for t in reading.tokens if t.kind == "word"]
    opens_no = bool(words) and words[0].text == "no"
    withdraws = has_phrase(reading.tokens, "stance", "withdraws")
    contests = "objection" in label.labels and has_phrase(reading.tokens, "stance", "contests")
    offered = {p.due for p in table.offer.payments if p.due} if table.offer else set()
    just_offered = table.offer is not None and turn.index - table.offer.last <= 2
    refuses = bool(reading.denied & offered) or (just_offered and (opens_no or withdraws or contests))
    for i in talk.ledger.standing():
        entry = talk.ledger.entries[i]
        named = entry.due is not None and entry.due in reading.denied and bool(label.labels or opens_no)
        taken_back = withdraws and (not table.heard_days or entry.due in table.heard_days)
        refused = (contests or (opens_no and label.labels)) and table.pending is not None and entry.due in offered
        if named or taken_back or refused:
            talk.ledger.entries[i] = replace(entry, withdrawn=True)
    if refuses or withdraws:
        table.pending = None
    if refuses and table.offer is not None:
        dated = any(p.due is not None for p in table.offer.payments)
        table.offer = without_days(table.offer) if dated else None


def hear_promise(talk: Talk, turn: Turn, reading: TurnPayments) -> None:
    table = talk.table
    own = list(reading.payments)
    if own and _settles(talk, reading):
        own = []
    if table.pending is not None and own and all(agrees(p, table.pending) for p in own):
        talk.adopt(table.pending, (turn.index,), turn)
        table.topic = None
    if not own and _answers_choice(talk, turn, reading):
        return
    own = own or _planned(talk, own, reading)
    if own:
        _take_own(talk, turn, own, reading)
    elif table.topic is not None and talk.ledger.live() and _promises_topic(reading):
        payment = replace(table.topic, due=None, due_start=None, conditional=reading.conditional)
        entry = entry_of(payment, (table.topic_turn, turn.index), turn.role, table.topic_turn)
        talk.ledger.take([entry], adds=True, whole=False)
        table.topic = None
    elif table.offer is not None and _is_open(talk, table.offer):
        offer = table.offer
        freely = opens_with(reading.tokens, "stance", "affirms") or reading.agrees_freely
        if reading.conditional and not freely:
            offer = without_days(offer)
        if reading.conditional and reading.agrees_freely and len(offer.payments) > 1:
            last = replace(offer.payments[-1], conditional=True)
            offer = replace(offer, payments=(*offer.payments[:-1], last))
            talk.adopt(offer, (turn.index,), turn)
        else:
            conditional = reading.conditional and not (freely and offer.is_recap)
            talk.adopt(offer, (turn.index,), turn, conditional=conditional)
        table.topic = None
    elif not _promises_another(talk, turn, reading):
        _confirm(talk, turn, reading)
    table.vague = table.vague or has_phrase(reading.tokens, "amounts", "vague")
    table.pending = None
    table.adds = False


def _settles(talk: Talk, reading: TurnPayments) -> bool:
    """Whether the turn only agrees to a recap of whole payments, whatever else it names: "así es, y dos le guardo"."""
    pending = talk.table.pending
    if pending is None or not pending.payments or not all(p.is_complete for p in pending.payments):
        return False
    if has_phrase(reading.tokens, "stance", "restructures") or any(p.is_complete for p in reading.payments):
        return False
    if any(has_phrase(reading.tokens, "more", name) for name in ("rest", "left", "other")):
        return False
    words = [t for t in reading.tokens if t.kind == "word"]
    if opens_with(reading.tokens, "stance", "affirms"):
        return not any(t.text in ("no", "pero") for t in words)
    known = {p.amount for p in pending.payments}
    days = {p.due for p in reading.payments if p.due is not None}
    apart = all(p.amount not in known and not p.rest for p in reading.payments if p.amount is not None)
    return not days and apart and not any(t.text in ("no", "pero", "solo", "nomas") for t in words)


def _promises_another(talk: Talk, turn: Turn, reading: TurnPayments) -> bool:
    """Enter a payment of the same amount without a day: "el otro cuando pague el seguro"."""
    live = talk.ledger.live()
    if not reading.conditional or not has_phrase(reading.tokens, "more", "one_more") or not live:
        return False
    last = max(live, key=lambda e: e.touched)
    if not last.is_complete or last.amount is None or any(e.due is None for e in live):
        return False
    payment = Payment(None, None, last.amount, last.currency, ("same",), True, "fixed", (), conditional=True)
    talk.ledger.take([entry_of(payment, (turn.index,), turn.role, turn.index)], adds=True, whole=False)
    return True


def _promises_topic(reading: TurnPayments) -> bool:
    """Whether what is left is promised without a day, rather than a yes to what was said before it."""
    return (
        reading.conditional
        or has_phrase(reading.tokens, "stance", "undated")
        or not opens_with(reading.tokens, "stance", "affirms")
    )


def _is_open(talk: Talk, offer: Offer) -> bool:
    """Whether a yes still takes the proposal up."""
    live = talk.ledger.live()
    newest = max((e.touched for e in live), default=-1)
    return not live or offer.last > newest


def _answers_choice(talk: Talk, turn: Turn, reading: TurnPayments) -> bool:
    """Take up one of two that exclude each other: "la segunda", "el primero"."""
    offer = talk.table.offer
    if offer is None or not offer.alternatives:
        return False
    for name, payment in (("second_choice", offer.payments[-1]), ("first_choice", offer.payments[0])):
        if has_phrase(reading.tokens, "stance", name):
            talk.adopt(replace(offer, payments=(payment,), alternatives=False), (turn.index,), turn)
            return True
    return False


def _take_own(talk: Talk, turn: Turn, own: list[Payment], reading: TurnPayments) -> None:
    table = talk.table
    stood = {e.due for e in talk.ledger.live()}
    restructures = has_phrase(reading.tokens, "stance", "restructures") or bool(reading.denied & stood)
    others = names_another(reading)
    if restructures and len(own) > 1 and not others:
        own = [p for p in own if p.due not in stood] or own
    own, used = _completed(talk, own, turn, reading)
    repeats = any(p.due is not None and p.due in stood for p in own)
    adds = (table.adds or table.topic is not None or others or _starts_with_and(reading)) and not restructures
    adds = adds or all(p.rest for p in own)
    if table.topic is not None and repeats and len(own) == 1:
        adds = False
    if adds and talk.ledger.live():
        own = [replace(p, share="rest") if "everything" in p.rules and p.due not in stood else p for p in own]
    adds = adds or (talk.is_remainder(own) and not restructures)
    entries = [entry_of(p, (*used, turn.index), turn.role, turn.index) for p in own]
    talk.ledger.take(
        entries, adds=adds, whole=False, denied=reading.denied, room=None if restructures else talk.account.balance
    )
    table.topic = None


def names_another(reading: TurnPayments) -> bool:
    """Whether a sentence with a payment in it says that it is one more."""
    sentences = {p.sentence for p in reading.payments}
    return any(
        has_phrase(reading.tokens[first:last], "more", "other")
        or has_phrase(reading.tokens[first:last], "more", "besides")
        for place, (first, last, _) in enumerate(sentence_bounds(reading.tokens))
        if place in sentences
    )


def _completed(
    talk: Talk, own: list[Payment], turn: Turn, reading: TurnPayments
) -> tuple[list[Payment], tuple[int, ...]]:
    """What the debtor left out, from what is asked about or was put forward."""
    table, offer = talk.table, talk.table.offer
    if has_phrase(reading.tokens, "amounts", "vague") and all(p.amount is None for p in own):
        return own, ()
    if planned := _planned(talk, own, reading):
        return planned, table.terms_turns
    if (
        table.down is not None
        and len(own) > 1
        and own[0].amount is None
        and has_phrase(reading.tokens, "amounts", "down")
    ):
        own = [with_amount(own[0], table.down), *talk.with_each(own[1:])]
    lacking = [p for p in own if p.amount is None and not p.rest]
    if lacking and table.topic is not None and len(lacking) == len(own) == 1:
        return [with_amount(own[0], table.topic)], (table.topic_turn,)
    standing = {e.due for e in talk.ledger.live() if e.amount is not None}
    if len(own) == 1 and own[0].due in standing and own[0].amount is None:
        return own, ()
    if offer is None or (turn.index - offer.last > _REACH and talk.ledger.live()):
        return talk.with_each(own), ()
    stood = {e.due for e in talk.ledger.live() if e.due}
    done = [
        from_offer(p, offer, alone=len(own) == 1, taken=stood) for p in own if not p.conditional or p.due is not None
    ]
    done = done if len(done) == len(own) else own
    undated = [p for p in done if p.due is None]
    days = [p for p in offer.payments if p.due is not None]
    if len(undated) == len(done) == len(days) > 1:
        done = [with_day(p, d) for p, d in zip(done, days, strict=True)]
    repeats = turn.index - offer.last <= _REACH and any(
        (p.due is not None and p.due == o.due) or (p.amount is not None and p.amount == o.amount)
        for p in own
        for o in offer.payments
    )
    used = offer.turns if done != own or repeats else ()
    return talk.with_each(done), used


def _planned(talk: Talk, own: Sequence[Payment], reading: TurnPayments) -> list[Payment]:
    """The payments of a plan on the table that this turn completes: its count, its rhythm or its first day."""
    table, said = talk.table.terms, reading.terms
    gives = (
        (said.count and table.rhythm)
        or (said.count and not table.count)
        or (said.rhythm and not table.rhythm)
        or (said.opens and table.rhythm)
    )
    if table.each is None or not gives or len([p for p in own if p.due is not None]) > 1:
        return []
    merged = merged_terms(table, said)
    if any(p.amount is not None and p.amount != table.each.amount for p in own):
        return []
    return list(spread_payments(merged, talk.said_on))


def _confirm(talk: Talk, turn: Turn, reading: TurnPayments) -> None:
    """A yes to what stands already, or a promise that names neither day nor amount."""
    standing = talk.ledger.standing()
    live = [i for i in standing if not talk.ledger.entries[i].withdrawn]
    if not live:
        due = talk.said_on if has_phrase(reading.tokens, "paying", "now") and not reading.conditional else None
        payment = Payment(due, None, None, None, ("now" if due else "open",), due is not None, "fixed", ())
        payment = replace(payment, conditional=reading.conditional)
        named = has_phrase(reading.tokens, "paying", "object")
        if (named or due) and talk.table.asked is not None:
            payment = with_amount(payment, talk.table.asked)
        talk.ledger.take([entry_of(payment, (turn.index,), turn.role, turn.index)], adds=False, whole=False)
        return
    last = max(live, key=lambda i: talk.ledger.entries[i].touched)
    entry = talk.ledger.entries[last]
    talk.ledger.entries[last] = replace(entry, turns=tuple(sorted({*entry.turns, turn.index})))


def _starts_with_and(reading: TurnPayments) -> bool:
    return bool(reading.tokens) and reading.tokens[0].text == "y"
