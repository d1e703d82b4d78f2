"""Days and amounts of one turn -> which of them are one payment."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from pipeline.date_due import STRONG
from pipeline.payment_mentions import DayMention, Mentions, SumMention
from pipeline.promise_cues import asks_more, find_condition, has_phrase
from pipeline.tokens import Token

_FAR = 140
"""Cost above which a day and an amount are not of one payment: about a sentence apart."""

_SHORT = 8
"""Words of an answer in which an amount needs no word of paying beside it."""

_LISTING = frozenset(", y e el la uno una otro otra para de del en".split())

Pair = tuple[DayMention | None, SumMention | None]


def _gap(mentions: Mentions, left_end: int, right_start: int, others: Sequence[int], by_agent: bool) -> int:
    between = mentions.text[left_end:right_start]
    cost = min(len(between), 60) + 15 * between.count(",") + 60 * between.count(";")
    if " y " in between:
        cost += 15
    if mentions.sentence_at(max(left_end - 1, 0)) != mentions.sentence_at(right_start):
        cost += 150 if by_agent else 25
    return cost + 60 * sum(left_end <= place < right_start for place in others)


def _cost(mentions: Mentions, day: DayMention, money: SumMention, others: Sequence[int], by_agent: bool) -> int:
    if money.start < day.match.start:
        return _gap(mentions, money.end, day.match.start, others, by_agent)
    return _gap(mentions, day.match.end, money.start, others, by_agent)


def _aligned(
    mentions: Mentions, days: Sequence[DayMention], sums: Sequence[SumMention], by_agent: bool
) -> list[tuple[int, int]]:
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


def paired(
    mentions: Mentions, days: list[DayMention], sums: list[SumMention], *, by_agent: bool, is_recap: bool
) -> list[Pair]:
    """Which days and amounts are one payment, and which of the rest still count."""
    joined = _aligned(mentions, days, sums, by_agent)
    joined = [
        (i, j)
        for i, j in joined
        if days[i].sure or sums[j].sure or (is_recap and _same_sentence(mentions, days[i], sums[j]))
    ]
    unsure = not any(day.sure for day in days) and not any(money.sure for money in sums)
    if not by_agent and unsure and len(sums) == 1 and _is_answer(mentions, sums[0]):
        sums = [replace(sums[0], sure=True)]
    sure_days = [i for i, day in enumerate(days) if day.sure]
    sure_sums = [j for j, money in enumerate(sums) if money.sure]
    if not joined and not by_agent and len(sure_days) == 1 == len(sure_sums):
        joined = [(sure_days[0], sure_sums[0])]
    pairs: list[Pair] = []
    of_day, of_sum = dict(joined), {j: i for i, j in joined}
    shared = _shared_sum(mentions, days, sums, of_day)
    for i, day in enumerate(days):
        if i in of_day:
            pairs.append((day, sums[of_day[i]]))
        elif shared is not None and (day.sure or is_recap):
            pairs.append((day, shared))
        elif day.sure:
            pairs.append((day, None))
    pairs += [(None, s) for j, s in enumerate(sums) if j not in of_sum and s.sure and s is not shared]
    pairs.sort(key=lambda pair: min(pair[0].match.start if pair[0] else 10**9, pair[1].start if pair[1] else 10**9))
    return _without_leftovers(mentions, pairs, by_agent=by_agent)


def _is_answer(mentions: Mentions, money: SumMention) -> bool:
    """Whether a short turn names an amount and counts nothing: "sí, pero quinientos nada más"."""
    counts = money.match is not None and has_phrase(mentions.tokens[money.match.last :][:1], "rhythm", "counted")
    return not counts and sum(token.kind == "word" for token in mentions.tokens) <= _SHORT


def _same_sentence(mentions: Mentions, day: DayMention, money: SumMention) -> bool:
    return mentions.sentence_at(day.match.start) == mentions.sentence_at(money.start)


def _shared_sum(
    mentions: Mentions, days: Sequence[DayMention], sums: Sequence[SumMention], of_day: dict[int, int]
) -> SumMention | None:
    """The one amount of every day: "dos pagos de mil, uno el 15 y otro el 30", "el 10 y el 20, cien cada uno"."""
    values = {s.value for s in sums if s.value is not None}
    if len(values) != 1 or len(days) < 2 or len(of_day) >= len(days):
        return None
    one = next(s for s in sums if s.value is not None)
    planned = one.match is not None and one.match.plan is not None
    return one if planned or has_phrase(mentions.tokens, "amounts", "each") or _is_list(mentions, days) else None


def _is_list(mentions: Mentions, days: Sequence[DayMention]) -> bool:
    """Whether days stand side by side: "el 15, el 30 y el 15 de junio"."""
    gaps = [
        {t.text for t in mentions.tokens[left.match.last : right.match.first]}
        for left, right in itertools.pairwise(days)
    ]
    return all(gap <= _LISTING for gap in gaps)


def _without_leftovers(mentions: Mentions, pairs: list[Pair], *, by_agent: bool) -> list[Pair]:
    """The pairs; beside whole payments a lone day or amount counts only where it is another one."""
    if not any(day and money for day, money in pairs):
        return _without_weaker_days(mentions, _without_wholes(pairs))
    paid = {money.value for day, money in pairs if day and money}
    kept: list[Pair] = []
    for day, money in pairs:
        if day and money:
            kept.append((day, money))
            continue
        start = day.match.start if day else money.start if money else 0
        first, last, _ = mentions.bounds[mentions.sentence_at(start)]
        sentence = mentions.tokens[first:last]
        is_open = money is not None and _awaits_something(mentions, sentence)
        again = is_open and has_phrase(sentence, "more", "other")
        if has_phrase(sentence, "stance", "later") or (money is not None and money.value in paid and not again):
            continue
        is_other = day is not None and not by_agent and asks_more(sentence)
        if is_open or is_other:
            kept.append((day, money))
    return kept


def _awaits_something(mentions: Mentions, sentence: Sequence[Token]) -> bool:
    """Whether a sentence hangs a payment on an event: "y las otras cuando venda el frijol"."""
    return has_phrase(sentence, "condition", "phrases") or (
        find_condition(mentions.text, sentence, frozenset(), has_day=False) is not None
    )


def _without_weaker_days(mentions: Mentions, pairs: list[Pair]) -> list[Pair]:
    """The days of the sentence that speaks of paying where another only names one: "el ocho se llena. Si paga hoy"."""
    lone = [day for day, money in pairs if day is not None and money is None]
    if len(lone) < 2:
        return pairs
    best = max(lone, key=lambda day: day.strength)
    weaker = [day for day in lone if day.strength < best.strength == STRONG and not _same_part(mentions, day, best)]
    return [(day, money) for day, money in pairs if day is None or money is not None or day not in weaker]


def _same_part(mentions: Mentions, one: DayMention, other: DayMention) -> bool:
    return mentions.sentence_at(one.match.start) == mentions.sentence_at(other.match.start)


def _without_wholes(pairs: list[Pair]) -> list[Pair]:
    """The amounts less the whole debt where a part was named first: "el mínimo, porque el total no me da"."""
    named = [money for day, money in pairs if day is None and money is not None]
    whole = [money for money in named[1:] if money.match is not None and money.match.rule in ("total", "everything")]
    return [(day, money) for day, money in pairs if money is None or money not in whole]
