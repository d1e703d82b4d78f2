"""The CRM's feed: ids that stay, events in order, and a reader that converges from any watermark."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.types import CallAnalysis, Promise, Span, Turn
from sql import feed, reading
from sql import publish as publishing
from sql.feed import FeedEvent, FeedReport, match_promises, read_feed
from sql.load import load
from sql.publish import publish
from sql.staging import next_plan, write_shard
from tests.sql.made import MEXICO, made_call, made_promise

TODAY = date(2026, 3, 12)


def turns(n: int, shift: float = 0.0) -> tuple[Turn, ...]:
    return tuple(Turn(i, "debtor", "channel-1", Span(10.0 * i + shift, 10.0 * i + 8 + shift), "sí") for i in range(n))


def analysed(root: Path, *calls: CallAnalysis) -> FeedReport:
    plan = next_plan(root)
    write_shard(root, plan, "s", calls, [])
    load(root)
    return publish(root, TODAY).feed


def call(*promises: Promise, call_id: str = "c1", shift: float = 0.0, **changes: Any) -> CallAnalysis:
    return made_call(call_id, promises=promises, turns=turns(4, shift), **changes)


def applied(events: tuple[FeedEvent, ...], state: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a CRM holds that stores each event's content under its id."""
    state = dict(state or {})
    for event in events:
        state[event.promise_id] = dict(event.content)
    return state


def test_first_publication_creates(tmp_path: Path) -> None:
    assert analysed(tmp_path, call(made_promise())) == FeedReport(created=1)
    (event,) = read_feed(tmp_path)
    assert (event.seq, event.kind) == (1, "created")
    assert event.content == {
        "promise_id": event.promise_id,
        "status": "live",
        "superseded_by": None,
        "call_id": "c1",
        "debtor_id": "D-1",
        "debt_id": "K-1",
        "creditor": "Financiera",
        "portfolio": None,
        "agent_id": "A-07",
        "started_at": "2026-03-12T10:42:00-06:00",
        "local_day": "2026-03-12",
        "due": "2026-03-13",
        "due_start": None,
        "amount": "1500.00",
        "currency": "MXN",
        "conditional": False,
        "doubtful": False,
        "rule": "weekday",
        "promised_by": "debtor",
    }
    with reading.open_published(tmp_path) as connection:
        assert [p.promise_id for p in reading.promises(connection)] == [event.promise_id]


def test_nothing_new_tells_nothing(tmp_path: Path) -> None:
    analysed(tmp_path, call(made_promise()))
    assert publish(tmp_path, TODAY).feed == FeedReport()
    assert analysed(tmp_path, call(made_promise(), key="k2")) == FeedReport(), "an equal re-analysis is no news"
    assert len(read_feed(tmp_path)) == 1


def test_reanalysis_updates_creates_and_cancels(tmp_path: Path) -> None:
    first, second = made_promise(turns=(0,)), made_promise(due=date(2026, 4, 1), turns=(2,))
    analysed(tmp_path, call(first, second))
    ids = [e.promise_id for e in read_feed(tmp_path)]
    changed, added = replace(second, amount=Decimal(900)), made_promise(due=None, turns=(3,))
    assert analysed(tmp_path, call(changed, added, shift=1.0)) == FeedReport(created=1, updated=1, cancelled=1)
    state = applied(read_feed(tmp_path))
    assert state[ids[0]]["status"] == "cancelled"
    assert (state[ids[1]]["status"], state[ids[1]]["amount"], state[ids[1]]["due"]) == ("live", "900.00", "2026-04-01")
    assert len(state) == 3


def test_later_promise_supersedes_and_gives_way_again(tmp_path: Path) -> None:
    later: dict[str, Any] = {"started_at": datetime(2026, 3, 13, 9, 0, tzinfo=MEXICO), "call_id": "c2"}
    assert analysed(tmp_path, call(made_promise()), call(made_promise(), **later)) == FeedReport(created=2)
    (one, two) = read_feed(tmp_path)
    assert one.content["status"] == "superseded"
    assert one.content["superseded_by"] == two.promise_id
    assert analysed(tmp_path, call(outcome="refusal", **later)) == FeedReport(updated=1, cancelled=1)
    state = applied(read_feed(tmp_path))
    assert (state[one.promise_id]["status"], state[two.promise_id]["status"]) == ("live", "cancelled")
    assert analysed(tmp_path, call(made_promise(), **later)) == FeedReport(created=1, superseded=1)


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        ([((0, 8),)], [((1, 9),)], {0: 0}),
        ([((0, 8),), ((20, 28),)], [((20, 28),)], {1: 0}),
        ([((0, 8),), ((0, 8),)], [((0, 8),), ((0, 8),)], {0: 0, 1: 1}),
        ([((0, 8),)], [((10, 18),)], {}),
        ([()], [()], {0: 0}),
        ([((0, 4), (10, 18))], [((0, 4),), ((10, 18),)], {0: 1}),
    ],
)
def test_promises_are_matched_by_their_seconds(old: list[Any], new: list[Any], pairs: dict[int, int]) -> None:
    assert match_promises(old, new) == pairs


def test_crash_between_feed_and_copy_is_made_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_shard(tmp_path, 1, "s", [call(made_promise())], [])
    load(tmp_path)
    for place, name in ((feed, "_store_ids"), (publishing, "_copy")):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, _die)
            with pytest.raises(KeyboardInterrupt):
                publish(tmp_path, TODAY)
    assert publish(tmp_path, TODAY).feed == FeedReport()
    (event,) = read_feed(tmp_path)
    with reading.open_published(tmp_path) as connection:
        assert [p.promise_id for p in reading.promises(connection)] == [event.promise_id]


def _die(*_: Any) -> None:
    raise KeyboardInterrupt


def test_feed_is_read_in_pages(tmp_path: Path) -> None:
    analysed(tmp_path, *(call(made_promise(), call_id=f"c{i}", debt_id=f"K-{i}") for i in range(5)))
    pages = [read_feed(tmp_path, after, 2) for after in (0, 2, 4)]
    assert [[e.seq for e in page] for page in pages] == [[1, 2], [3, 4], [5]]
    assert read_feed(tmp_path, 5) == ()


PROMISES = st.lists(
    st.builds(
        made_promise,
        due=st.sampled_from([None, date(2026, 3, 13), date(2026, 4, 1)]),
        amount=st.sampled_from([None, Decimal(500), Decimal(900)]),
        turns=st.integers(0, 3).map(lambda t: (t,)),
    ),
    max_size=3,
)
HISTORY = st.lists(st.tuples(st.sampled_from(["c1", "c2", "c3"]), PROMISES), min_size=1, max_size=4)


# Each example loads and publishes several times.
@settings(max_examples=max(8, settings().max_examples // 25))
@given(HISTORY, st.integers(0, 12))
def test_replay_from_any_watermark_converges(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, list[Promise]]], watermark: int
) -> None:
    """Applied once, or again from an earlier watermark, the feed leads to what the published copy shows."""
    root = tmp_path_factory.mktemp("feed")
    days = {"c1": 10, "c2": 11, "c3": 12}
    for call_id, promises in history:
        started_at = datetime(2026, 3, days[call_id], 10, 0, tzinfo=MEXICO)
        analysed(root, call(*promises, call_id=call_id, started_at=started_at))
    events = read_feed(root)
    assert [e.seq for e in events] == list(range(1, len(events) + 1))
    state = applied(events)
    assert applied(read_feed(root, watermark), state) == state
    half = applied(tuple(e for e in events if e.seq <= watermark))
    assert applied(read_feed(root, watermark), half) == state
    with reading.open_published(root) as connection:
        shown = {str(p.promise_id): (p.due and p.due.isoformat(), p.state) for p in reading.promises(connection)}
    standing = {i: content for i, content in state.items() if content["status"] != "cancelled"}
    assert {i: content["due"] for i, content in standing.items()} == {i: due for i, (due, _) in shown.items()}
    for promise_id, (_, shown_state) in shown.items():
        assert (standing[promise_id]["status"] == "superseded") is (shown_state == "superseded")
