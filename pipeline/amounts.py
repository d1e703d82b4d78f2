"""Every money expression of a Spanish utterance with its value, currency and the rule that read it.

This layer reads; it does not judge. Whether an amount is one to be paid, and no price, income or
past payment, is decided in `pipeline.amount_context`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from pipeline.amount_joins import Scale, left_out_thousands
from pipeline.amount_reader import AmountReader, naming_words
from pipeline.amount_values import AmountContext, AmountKind, AmountMatch, Plan
from pipeline.balance import triggers
from pipeline.currencies import is_money_word
from pipeline.number_words import read_word
from pipeline.numbers import NumberMatch, find_numbers
from pipeline.plans import plan_after, plan_before
from pipeline.tokens import Token, glued, tokenize

__all__ = [
    "AmountContext",
    "AmountKind",
    "AmountMatch",
    "Plan",
    "find_amounts",
    "has_trigger",
    "in_thousands",
    "read_amounts",
    "taken_tokens",
]

_HALF = frozenset({"medio", "media"})
_THOSE = frozenset("los las esos esas mis".split())


def find_amounts(
    text: str | Sequence[Token],
    context: AmountContext,
    *,
    taken: Sequence[tuple[int, int]] = (),
    numbers: Sequence[NumberMatch] | None = None,
) -> tuple[AmountMatch, ...]:
    """Every money expression and every number that may be one, in order, without overlaps.

    Args:
        text: The utterance, or its tokens.
        context: Call and account.
        taken: Character spans of dates and times; no number there is an amount, nor joined to one.
        numbers: The numbers of the utterance where they are known already.
    """
    tokens = tokenize(text) if isinstance(text, str) else text
    found = find_numbers(tokens, country=context.country) if numbers is None else numbers
    return read_amounts(tokens, context, taken_tokens(tokens, taken), found)


def read_amounts(
    tokens: Sequence[Token], context: AmountContext, touched: frozenset[int], found: Sequence[NumberMatch]
) -> tuple[AmountMatch, ...]:
    """`find_amounts` of an utterance whose tokens, numbers and tokens of dates are known."""
    free = [n for n in found if n.form != "ordinal" and touched.isdisjoint(range(n.first, n.last))]
    if not free and naming_words().isdisjoint([token.text for token in tokens]):
        return ()
    matches = AmountReader(tokens, free, context, touched).read()
    matches = _halves_of_sums(_without_false_starts(matches, tokens), tokens)
    matches = _lower_of_ranges(matches, tokens)
    matches = _with_plans(matches, tokens, found, free)
    return tuple(_with_rest(matches, tokens, context))


def has_trigger(tokens: Sequence[Token]) -> bool:
    """Whether there is a figure, a number word, a money word or a word for a part of the debt."""
    named = triggers()
    return any(
        token.kind == "figure"
        or (
            token.kind == "word"
            and (token.text in named or token.text in _HALF or is_money_word(token.text) or bool(read_word(token.text)))
        )
        for token in tokens
    )


def taken_tokens(tokens: Sequence[Token], spans: Sequence[tuple[int, int]]) -> frozenset[int]:
    """The tokens that the character spans touch."""
    if not spans:
        return frozenset()
    ordered = sorted(spans)
    touched: set[int] = set()
    at = 0
    for index, token in enumerate(tokens):
        while at < len(ordered) and ordered[at][1] <= token.start:
            at += 1
        if at < len(ordered) and ordered[at][0] < token.end:
            touched.add(index)
    return frozenset(touched)


def _between(tokens: Sequence[Token], left: AmountMatch, right: AmountMatch) -> tuple[str, ...]:
    return tuple(token.text for token in tokens[left.last : right.first])


def _lower_of_ranges(matches: list[AmountMatch], tokens: Sequence[Token]) -> list[AmountMatch]:
    """The ranges as their lower figure: "entre mil y mil quinientos", "dos o tres mil"."""
    kept: list[AmountMatch] = []
    for match in matches:
        left = kept[-1] if kept else None
        if left is not None and _is_range(left, match, tokens):
            kept[-1] = _lower(left, match)
            continue
        kept.append(match)
    return kept


def _is_range(left: AmountMatch, right: AmountMatch, tokens: Sequence[Token]) -> bool:
    joint = _between(tokens, left, right)
    if left.value is None or right.value is None or {left.kind, right.kind} - {"money", "number"}:
        return False
    opened = tokens[left.first - 1].text if left.first else ""
    if joint in (("y",), ("e",)):
        return opened == "entre"
    if joint in (("a",), ("hasta",), ("a", "los"), ("hasta", "los")):
        return (opened in ("de", "desde", "unos", "como") or left.value < right.value) and left.value != right.value
    hyphen = joint == ("-",) and not glued(tokens, right.first)
    return (hyphen or joint in (("o",), ("u",), ("o", "hasta"))) and left.value != right.value


def _lower(left: AmountMatch, right: AmountMatch) -> AmountMatch:
    """The lower figure; it shares the scale of the upper one where it needs it: "dos o tres mil"."""
    low, high = left.value or Decimal(0), right.value or Decimal(0)
    scale = 1
    for power in (6, 3):
        count = high / 10**power
        if high >= 10**power and low < count and count == int(count):
            scale = 10**power
            break
    value = low * scale if left.kind == "number" else min(low, high)
    value = min(value, high)
    kind: AmountKind = "money" if "money" in (left.kind, right.kind) else "number"
    currency = right.currency if right.kind == "money" else left.currency
    return replace(
        left,
        end=right.end,
        last=right.last,
        value=value,
        literal=value,
        kind=kind,
        currency=currency,
        rule="lower of a range",
    )


def _with_plans(
    matches: list[AmountMatch], tokens: Sequence[Token], numbers: Sequence[NumberMatch], free: Sequence[NumberMatch]
) -> list[AmountMatch]:
    """The matches with their instalment plans; a number that only counts payments is dropped."""
    counts = {number.last: number for number in numbers if number.form != "ordinal"}
    unclaimed = {number.last: number for number in free}
    starts = {number.first: number for number in numbers}
    kept: list[AmountMatch] = []
    counting: set[int] = set()
    for match in matches:
        if match.first in counting:
            continue
        if match.kind == "balance" or match.value is None:
            kept.append(match)
            continue
        found = plan_before(tokens, match.first, counts, unclaimed)
        if found is not None:
            count, first = found
            while kept and kept[-1].last > first and kept[-1].kind != "balance":
                kept.pop()
            kept.append(replace(match, plan=Plan(count, match.value), rule="plan"))
            continue
        split = plan_after(tokens, match.last, starts)
        if split is not None:
            counting.update((match.last + 1, match.last + 2))
        kept.append(match if split is None else _split(match, match.value, split))
    return kept


def _split(match: AmountMatch, total: Decimal, count: int) -> AmountMatch:
    each = (total / count).quantize(Decimal("0.01"))
    return replace(match, plan=Plan(count, each), value=each, rule="plan")


def _with_rest(matches: list[AmountMatch], tokens: Sequence[Token], context: AmountContext) -> list[AmountMatch]:
    """The matches with "el resto" computed where exactly the other payments are known.

    It is the rest of the sum that the utterance names ("pagué cien de los mil, el resto…"), else of the balance.
    """
    paid = Decimal(0)
    owed = context.balance
    done: list[AmountMatch] = []
    for match in matches:
        if match.rule == "rest" and match.value is None and owed is not None and 0 < paid < owed:
            done.append(replace(match, value=owed - paid))
            continue
        if is_opened_by_of(tokens, match) and match.value is not None and match.kind != "balance":
            owed = match.value
        elif match.value is not None and match.currency == context.currency:
            paid += match.value * (match.plan.count if match.plan and match.plan.count else 1)
        done.append(match)
    return done


def is_opened_by_of(tokens: Sequence[Token], match: AmountMatch) -> bool:
    """Whether "de los" stands before it: a sum of which something is taken."""
    first = match.first
    return first > 1 and tokens[first - 1].text in _THOSE and tokens[first - 2].text == "de"


def _without_false_starts(matches: list[AmountMatch], tokens: Sequence[Token]) -> list[AmountMatch]:
    """The matches less those begun again: "ciento cincuenta, ciento cincuenta mil", "dos… dos quinientos"."""
    kept: list[AmountMatch] = []
    for match in matches:
        if kept and _begins_again(kept[-1], match, tokens):
            kept.pop()
        kept.append(match)
    return kept


def _begins_again(left: AmountMatch, right: AmountMatch, tokens: Sequence[Token]) -> bool:
    said = [token.text for token in tokens[left.first : left.last]]
    again = [token.text for token in tokens[right.first : right.last]]
    joint = _between(tokens, left, right)
    if left.value is None or right.value is None or joint not in ((",",), ("…",), (".", ".", "."), ("eh",)):
        return False
    longer = len(said) < len(again) and said == again[: len(said)]
    return longer and (joint != (",",) or right.value >= 1000 * left.value)


def _halves_of_sums(matches: list[AmountMatch], tokens: Sequence[Token]) -> list[AmountMatch]:
    """The matches with "la mitad" valued where it is of a named sum: "de los mil la mitad", "la mitad de los mil"."""
    done: list[AmountMatch] = []
    base: AmountMatch | None = None
    for match in matches:
        last = done[-1] if done else None
        if last is not None and last.rule == "half" and match.value is not None and match.kind != "balance":
            joint = _between(tokens, last, match)
            if joint == ("de",) or (joint[:1] == ("de",) and joint[1:] in [(word,) for word in _THOSE]):
                half = replace(match, value=match.value / 2, start=last.start, first=last.first, literal=None)
                done[-1] = replace(half, rule="half of a sum", kind="money")
                continue
        if match.rule == "half" and base is not None and base.value is not None:
            done.append(replace(match, value=base.value / 2, currency=base.currency, rule="half of a sum"))
            continue
        told = match.last < len(tokens) and tokens[match.last].text == "que"  # "de los mil que me paguen"
        if is_opened_by_of(tokens, match) and match.kind != "balance" and not told:
            base = match
        done.append(match)
    return done


def in_thousands(match: AmountMatch, context: AmountContext) -> AmountMatch:
    """A bare number with the "mil" that was left out, where the debt shows that it was."""
    if (
        match.kind != "number"
        or match.value is None
        or match.rule
        not in (
            "cardinal",
            "thousands left out",
            "hundreds left out",
            "lower of a range",
            "plan",
            "at least",
        )
    ):
        return match
    scale = Scale(context.currency, context.balance, context.minimum_payment)
    value = left_out_thousands(match.value, scale)
    if value is None:
        return match
    plan = None if match.plan is None else replace(match.plan, each=value)
    return replace(match, value=value, plan=plan, rule="thousands left out", doubtful=True)
