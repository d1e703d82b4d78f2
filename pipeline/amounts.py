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
from pipeline.amount_shares import is_opened_by_of, shares_of_sums
from pipeline.amount_values import AmountContext, AmountKind, AmountMatch, Plan
from pipeline.balance import triggers
from pipeline.currencies import counts_thousands, is_money_word
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
# What stands between a sum said short and the same said in full.
_SAID_AGAIN = ((",",), ("…",), ("o", "sea"), (",", "o", "sea"), (",", "o", "sea", ","), (":",), (".",))
_MOST_SHORT, _NEAR_AGAIN = 3, 4
_LEAST_FULL = 100
# Of so many times a sum a bare number may be a share with its "mil" left out.
_MOST_TIMES = 10


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
    matches = shares_of_sums(_without_false_starts(matches, tokens), tokens)
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
    bases = {match.literal for match in matches if match.rule.endswith("of a sum")}
    for match in matches:
        if match.rule == "rest" and match.value is None and owed is not None and 0 < paid < owed:
            done.append(replace(match, value=owed - paid))
            continue
        is_base = is_opened_by_of(tokens, match) or match.value in bases
        if is_base and match.value is not None and match.kind != "balance":
            owed = match.value
        elif match.value is not None and match.currency == context.currency:
            paid += match.value * (match.plan.count if match.plan and match.plan.count else 1)
        done.append(match)
    return done


def _without_false_starts(matches: list[AmountMatch], tokens: Sequence[Token]) -> list[AmountMatch]:
    """The matches less those begun again: "ciento cincuenta, ciento cincuenta mil", "dos… dos quinientos"."""
    kept: list[AmountMatch] = []
    for match in matches:
        if kept and _begins_again(kept[-1], match, tokens):
            kept.pop()
        del kept[len(kept) - _said_short(kept, match, tokens) :]
        kept.append(match)
    return kept


def _said_short(kept: Sequence[AmountMatch], match: AmountMatch, tokens: Sequence[Token]) -> int:
    """How many readings before it only say it short: "tres dos, tres mil doscientos", "mil dos, o sea mil dos…"."""
    if match.value is None or match.value < _LEAST_FULL or match.value != int(match.value):
        return 0
    said, right, full = "", match, str(int(match.value))
    for count, left in enumerate(reversed(kept[-_MOST_SHORT:]), 1):
        joint = _between(tokens, left, right)
        again = joint in _SAID_AGAIN or (joint[-1:] == (",",) and len(joint) <= _NEAR_AGAIN)
        if left.kind != "number" or left.value is None or (joint != () if count > 1 else not again):
            return 0
        units = left.value % 1000
        if count == 1 and joint not in _SAID_AGAIN:
            said, right = str(left.value), left
            continue
        if left.value > 1000 and 1 <= units < 10 and match.value == left.value + 99 * units:
            return count
        said = str(left.value.normalize()).replace(".", "") + said
        halved = "." in str(left.value)
        if (count > 1 or halved) and full.startswith(said) and not full[len(said) :].strip("0"):
            return count
        right = left
    return 0


def _begins_again(left: AmountMatch, right: AmountMatch, tokens: Sequence[Token]) -> bool:
    said = [token.text for token in tokens[left.first : left.last]]
    again = [token.text for token in tokens[right.first : right.last]]
    joint = _between(tokens, left, right)
    if left.value is None or right.value is None or joint not in ((",",), ("…",), (".", ".", "."), ("eh",)):
        return False
    longer = len(said) < len(again) and said == again[: len(said)]
    return longer and (joint != (",",) or right.value >= 1000 * left.value)


def in_scale_of(earlier: Sequence[AmountMatch], match: AmountMatch) -> AmountMatch:
    """A bare number with the "mil" of the sum before it: "cien lucas, no, ochenta", "de ocho mil le doy tres"."""
    value = match.value
    if match.kind != "number" or value is None or match.plan is not None or match.rule != "cardinal" or value >= 1000:
        return match
    for left in reversed(earlier):
        if left.value is None or left.value < 1000 or left.kind not in ("money", "number"):
            continue
        if counts_thousands(match.currency) and 10**4 <= left.value >= 100 * value and value >= 10:
            return replace(match, value=value * 1000, rule="thousands left out", doubtful=True)
        count, scale = left.value / 1000, 1000
        if count >= 1000:
            count, scale = count / 1000, 10**6
        if count == int(count) and count / _MOST_TIMES <= value < count:
            return replace(match, value=value * scale, rule="thousands left out", doubtful=True)
    return match


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
