"""What holds of the promises of any call, however its turns are mixed and labelled."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import PromisesConfig
from pipeline.labels import LABELS, ROLES, STEPS
from pipeline.promises import promises_of_call
from pipeline.types import Account, Promise, Span, Turn, TurnLabels
from tests.pipeline.dialogues import DIALOGUES, calls

SAID = sorted({turn["text"] for path in DIALOGUES.glob("*.jsonl") for call in calls(path) for turn in call["turns"]})

_texts = st.one_of(st.sampled_from(SAID), st.sampled_from(SAID), st.text(max_size=60))
_turn = st.tuples(
    st.sampled_from(ROLES),
    _texts,
    st.lists(st.sampled_from(LABELS), max_size=2, unique=True),
    st.lists(st.sampled_from(STEPS), max_size=2, unique=True),
)
_accounts = st.builds(
    Account,
    st.just("D-1"),
    st.sampled_from(["MX", "AR", "CO", "ES", "US", "CL"]),
    balance=st.one_of(st.none(), st.decimals("1", "9000000", places=2)),
    minimum_payment=st.one_of(st.none(), st.decimals("1", "90000", places=2)),
)
_days = st.dates(date(2024, 1, 1), date(2028, 12, 31))


def read(said: list[tuple[str, str, list[str], list[str]]], account: Account, day: date) -> tuple[Promise, ...]:
    turns = [Turn(i, r, r, Span(i, i + 1), text) for i, (r, text, _, _) in enumerate(said)]  # type: ignore[arg-type]
    labels = [TurnLabels(i, tuple(names), tuple(steps)) for i, (_, _, names, steps) in enumerate(said)]  # type: ignore[arg-type]
    return promises_of_call(turns, labels, account, day, PromisesConfig()).promises


@settings(deadline=None, max_examples=150)
@given(st.lists(_turn, max_size=14), _accounts, _days)
def test_any_call_gives_promises_that_hold_together(
    said: list[tuple[str, str, list[str], list[str]]], account: Account, day: date
) -> None:
    promises = read(said, account, day)
    if not any("promise" in names for _, _, names, _ in said):
        assert promises == ()
    for place, promise in enumerate(promises):
        assert promise.due is None or day <= promise.due <= day + timedelta(days=366 * 12)
        assert promise.amount is None or promise.amount > Decimal(0)
        assert (promise.currency is None) == (promise.amount is None)
        assert promise.turns == tuple(sorted(set(promise.turns)))
        assert promise.turns
        assert set(promise.turns) <= set(range(len(said)))
        assert ends_standing(promises, place)
        for turn, start, end in promise.text_spans:
            assert 0 <= start < end <= len(said[turn][1])


def ends_standing(promises: tuple[Promise, ...], place: int) -> bool:
    """Whether what replaced a promise comes after it, and at last stands."""
    while (successor := promises[place].replaced_by) is not None:
        if not place < successor < len(promises):
            return False
        place = successor
    return True


@settings(deadline=None, max_examples=60)
@given(st.lists(_turn, max_size=10), _accounts, _days)
def test_the_same_call_gives_the_same_promises(
    said: list[tuple[str, str, list[str], list[str]]], account: Account, day: date
) -> None:
    assert read(said, account, day) == read(said, account, day)
