"""The learned sense of what is to be paid: its patterns, its file, and how it is weighed against the rules."""

import json
import math
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.sentences import load_payment_sense
from pipeline.dates import DateMatch
from pipeline.parse import ParseRequest, parse, parse_line
from pipeline.payment_choice import weighed
from pipeline.payment_reading import read_utterance
from pipeline.payment_sense import BUCKETS, FACTS, Head, Network, PaymentSense, beside, packed, unpacked
from pipeline.payment_view import PaymentView

DAY = date(2026, 3, 12)


def seen_of_sums(text: str, *, with_rules: bool = False, said_on: date | None = None) -> list[set[int]]:
    """The patterns of every sum of a sentence."""
    reading = read_utterance(ParseRequest(text, DAY, "MX", "MXN"))
    view = PaymentView(reading, said_on)
    return [view.of_sum(amount, with_rules=with_rules) for amount in reading.sums()]


def seen_of_days(text: str, *, with_rules: bool = False, said_on: date | None = None) -> list[set[int]]:
    """The patterns of every day of a sentence."""
    reading = read_utterance(ParseRequest(text, DAY, "MX", "MXN"))
    view = PaymentView(reading, said_on)
    return [view.of_day(day, with_rules=with_rules) for day in reading.found.dates]


def test_a_file_of_another_release_is_told_with_the_remedy() -> None:
    with pytest.raises(ValueError, match=r"'day' of each head expected, none found; copy"):
        unpacked(b"{}\n" + bytes(2 * BUCKETS))


BLIND = Network((), (1.0, *[0.0] * FACTS))
"""A second look that sees nothing but the first's log odds."""


def head(*, bias: float = 0.0, least: float = 0.1, doubt: float = 0.3) -> Head:
    return Head(array("b", bytes(BUCKETS)), 0.05, bias, BLIND, least, doubt)


def test_figures_weekdays_and_months_are_told_by_their_kind() -> None:
    assert seen_of_days("le doy dos mil pesos el lunes") == seen_of_days("le doy quinientos pesos el viernes")
    assert seen_of_sums("el 3 de mayo le doy mil pesos") == seen_of_sums("el 28 de octubre le doy dos mil pesos")


def test_case_accents_and_blanks_change_no_pattern() -> None:
    plain = seen_of_sums("si, manana le doy mil pesos", with_rules=True)
    assert seen_of_sums("SÍ,  mañana  LE DOY mil pesos", with_rules=True) == plain


def test_where_the_expression_stands_matters() -> None:
    earned, given = seen_of_sums("gano mil pesos y le doy mil pesos")
    assert earned != given


def test_how_far_off_a_day_is_matters_where_the_day_of_the_call_is_known() -> None:
    (near,), (far,) = (seen_of_days(f"le pago el 1 de {month}", said_on=DAY) for month in ("abril", "febrero"))
    assert near != far
    assert seen_of_days("le pago el 1 de abril") == seen_of_days("le pago el 1 de febrero")


def test_how_large_a_sum_is_beside_the_others_matters() -> None:
    small, large = seen_of_sums("mil pesos. dos mil pesos.")
    as_large, other = seen_of_sums("mil pesos. mil pesos.")
    assert small != as_large
    assert large != other


def test_what_the_rules_made_of_it_is_seen_or_left_out() -> None:
    for seen_of, text in ((seen_of_sums, "Le doy mil pesos"), (seen_of_days, "El martes le pago")):
        (without,), (with_them,) = seen_of(text), seen_of(text, with_rules=True)
        assert without < with_them


def test_the_sentence_around_it_counts_more_than_the_one_beside() -> None:
    (here,) = seen_of_sums("Le pago mil pesos. Mi madre está enferma.")
    (there,) = seen_of_sums("Mi madre está enferma. Le pago mil pesos.")
    assert here != there


def test_a_file_gives_back_what_was_packed() -> None:
    weights = array("b", bytes(BUCKETS))
    weights[7], weights[8] = -128, 127
    second = Network(((0.5, *[0.25] * FACTS, -1.0),), BLIND.line)
    sense = PaymentSense(replace(head(), weights=weights), replace(head(bias=-1.5), second=second))
    assert unpacked(packed(sense)) == sense


def test_a_file_cut_short_is_told_with_the_remedy() -> None:
    with pytest.raises(ValueError, match=r"bytes of weights expected, 10 found; copy"):
        unpacked(b"{}\n" + bytes(10))


def match(first: int, day: int) -> DateMatch:
    return DateMatch(first, first + 1, date(2026, 3, day), None, "weekday", False, first, first + 1)


def of_chances(*chances: float) -> tuple[list[DateMatch], Head, Callable[[DateMatch], frozenset[int]]]:
    """Matches whose only pattern has the weight that gives them their chance."""
    weights = array("b", bytes(BUCKETS))
    for bucket, chance in enumerate(chances):
        weights[bucket] = round(math.log(chance / (1 - chance)) / 0.05)
    matches = [match(i, 13 + i) for i in range(len(chances))]
    return matches, replace(head(), weights=weights), lambda one: frozenset((one.first,))


def chosen(
    own: DateMatch | None, found: list[DateMatch], head: Head, seen: Callable[[DateMatch], frozenset[int]]
) -> tuple[DateMatch | None, bool]:
    return weighed(own, found, head, seen).chosen([])


def test_what_nobody_would_pay_on_is_dropped_and_what_is_near_doubted() -> None:
    for chance, stays, doubts in ((0.05, False, True), (0.2, True, True), (0.8, True, False)):
        (only,), weights, seen = of_chances(chance)
        assert chosen(only, [only], weights, seen) == (only if stays else None, doubts)


def test_what_the_rules_refused_counts_where_it_is_likely_and_is_doubtful() -> None:
    (low, high), weights, seen = of_chances(0.05, 0.8)
    assert chosen(None, [low, high], weights, seen) == (high, True)
    assert chosen(None, [low], weights, seen) == (None, False)
    assert chosen(None, [], weights, seen) == (None, False)


def test_the_likeliest_expression_counts_and_is_doubtful_unless_the_rules_chose_it() -> None:
    (own, far), weights, seen = of_chances(0.6, 0.9)
    assert chosen(own, [own, far], weights, seen) == (far, True)
    assert chosen(far, [own, far], weights, seen) == (far, False)


def test_what_the_rules_read_in_a_place_counts_for_what_stands_there() -> None:
    (found,), weights, seen = of_chances(0.9)
    own = replace(found, rule="day_of_month")
    assert chosen(own, [found], weights, seen) == (own, False)


def test_what_stands_beside_an_expression_is_told() -> None:
    own = (4, 1.0)
    (alone,) = beside([own], [])
    assert len(alone) == FACTS
    (with_partner,) = beside([own], [(7, 3.0)])
    (with_far_partner,) = beside([own], [(40, 3.0)])
    _, with_rival = beside([(1, 2.0), own], [])
    with_later_rival, _ = beside([own, (9, 2.0)], [])
    told = [tuple(facts) for facts in (alone, with_rival, with_later_rival, with_partner, with_far_partner)]
    assert len(set(told)) == len(told)


def test_the_order_in_which_expressions_are_given_changes_nothing() -> None:
    same, other = [(4, 1.0), (1, 2.0), (9, -3.0)], [(7, 3.0), (2, -1.0)]
    turned = beside(same[::-1], other[::-1])[::-1]
    assert beside(same, other) == turned


def test_beyond_a_bound_nothing_is_surer() -> None:
    assert beside([(4, 40.0)], [(7, -90.0)]) == beside([(4, 9.0)], [(7, -9.0)])


def test_the_nearest_of_the_other_kind_is_told_wherever_it_stands() -> None:
    """Facts 7 and 9: the likeliest and the nearest."""
    for place, nearest in ((0, -1.0), (3, -1.0), (6, 2.0), (30, 3.0)):
        (facts,) = beside([(place, 0.0)], [(2, -1.0), (8, 2.0), (20, 3.0)])
        assert (facts[7], facts[9]) == (3.0, nearest)


def test_a_likely_sum_takes_its_day_along() -> None:
    """Fact 8 is the chance of the best expression of the other kind."""
    partner = tuple(4.0 if place == 8 else weight for place, weight in enumerate(BLIND.line))
    (only,), weights, seen = of_chances(0.05)
    days = weighed(only, [only], replace(weights, second=Network((), partner)), seen)
    assert days.chosen([])[0] is None
    assert days.chosen([(3, -5.0)])[0] is None
    assert days.chosen([(3, 5.0)])[0] is only


def test_no_day_before_the_call_is_brought_back() -> None:
    eager = PaymentSense(head(bias=9.0), head(bias=9.0))
    found = parse(ParseRequest("El 3 de marzo de 2026 le pagué, ayer", DAY, "MX", "MXN"), eager)
    assert found.date is None


def test_without_an_expression_there_is_nothing_to_bring_back() -> None:
    eager = PaymentSense(head(bias=9.0), head(bias=9.0))
    found = parse(ParseRequest("No voy a pagar nada, señorita", DAY, "MX", "MXN"), eager)
    assert (found.date, found.amount, found.rule) == (None, None, None)


def test_sentences_that_the_rules_get_wrong() -> None:
    """Other creditors, records, evasions, mockery, others' debts and their twins: too many families for rules."""
    lines = (Path(__file__).parents[1] / "data" / "beyond_the_rules.jsonl").read_text("utf-8").splitlines()
    right = Counter[str]()
    for line in lines:
        expected, found = json.loads(line), json.loads(parse_line(line, load_payment_sense()))
        for field in ("date", "amount"):
            if field in expected:
                right["all"] += 1
                right["right"] += found[field] == expected[field]
    assert right["all"] > 300
    assert right["right"] / right["all"] > 0.85, right


@pytest.mark.parametrize(
    ("text", "day", "amount"),
    [
        ("El viernes le deposito mil quinientos", date(2026, 3, 13), 1500),
        ("Mañana, mañana, mañana... eso dicen ustedes cuando uno reclama, y nunca llega.", None, None),
    ],
)
def test_the_shipped_sense_agrees_with_plain_cases(text: str, day: date | None, amount: int | None) -> None:
    found = parse(ParseRequest(text, DAY, "MX", "MXN"), load_payment_sense())
    assert (found.date, found.amount) == (day, amount)
