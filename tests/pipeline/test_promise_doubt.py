"""Why a person must confirm a promise, beside what its words leave open."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from pipeline.config import PromisesConfig
from pipeline.promise_doubt import Doubts, doubts_of
from pipeline.promise_ledger import Entry
from pipeline.types import Span, Turn, TurnLabels
from tests.pipeline.dialogues import find, value

ENTRY = Entry(
    due=date(2026, 3, 13),
    due_start=None,
    amount=Decimal(900),
    currency="MXN",
    share="fixed",
    conditional=False,
    by="debtor",
    turns=(3, 4),
    rules=("weekday",),
    doubtful=False,
    spans=((3, 0, 5),),
)
SURE = Doubts(frozenset(), frozenset(), last_taken_up=5)


def test_what_the_collector_fixed_is_certain() -> None:
    assert SURE.of(ENTRY, [ENTRY]) == ()


def test_what_only_the_debtor_ever_said_must_be_confirmed() -> None:
    """Irony and boasting name days and sums as well ("te pago todo mañana, con moñito")."""
    (alone,) = find("dp: El viernes le deposito novecientos.", "a: Buenas tardes.")
    (agreed,) = find("dp: El viernes le deposito novecientos.", "aA: El viernes entonces, novecientos.")
    assert (alone.doubtful, agreed.doubtful) == (True, False)
    assert "never taken up" in alone.rule


def test_a_recap_before_the_promise_does_not_confirm_it() -> None:
    assert replace(SURE, last_taken_up=2).of(ENTRY, [ENTRY]) == ("never taken up",)


def test_a_turn_too_close_to_call_must_be_confirmed() -> None:
    turns = [Turn(i, "debtor", "debtor", Span(i, i + 1), "sí") for i in range(2)]
    labels = [TurnLabels(0, ("promise",), unclear=("promise",)), TurnLabels(1, ("promise",), unclear=("excuse",))]
    doubts = doubts_of(turns, labels, PromisesConfig())
    assert doubts.unclear == {0}
    assert replace(SURE, unclear=frozenset((4,))).of(ENTRY, [ENTRY]) == ("promise unclear",)
    assert replace(SURE, unclear=frozenset((1,))).of(ENTRY, [ENTRY]) == ()


def test_a_sum_without_a_day_beside_a_whole_payment_must_be_confirmed() -> None:
    bare = replace(ENTRY, due=None)
    assert SURE.of(bare, [bare, ENTRY]) == ("no day of its own",)
    assert SURE.of(bare, [bare]) == ()


def test_a_share_of_which_nobody_said_how_much_must_be_confirmed() -> None:
    half = replace(ENTRY, rules=("weekday", "half"))
    assert SURE.of(half, [half]) == ("share never told",)
    told = replace(ENTRY, rules=("weekday", "half", "cardinal"))
    assert SURE.of(told, [told]) == ()


def test_a_figure_that_is_open_in_itself_stays_doubtful() -> None:
    found = find("dp: El viernes le deposito sesenta mil pesos.", "aA: Perfecto, el viernes.", country="CL")
    assert [value(p) for p in found] == [("2026-03-13", 60_000)]
    assert found[0].doubtful
