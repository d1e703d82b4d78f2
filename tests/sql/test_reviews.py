"""Reviews through re-analyses: carried by time, or to be judged again, never dropped."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import StoreError
from pipeline.types import CallAnalysis, Span, Turn
from sql.load import load
from sql.publish import publish
from sql.reviews import CarryReport, Review, add_review, carry_reviews, reviews_of
from sql.rows import analysis_key
from sql.staging import next_plan, write_shard
from sql.warehouse import connect, warehouse_path
from tests.sql.made import made_call

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


def spoken(*spans: tuple[str, float, float]) -> tuple[Turn, ...]:
    return tuple(Turn(i, "debtor", voice, Span(s, e), "sí") for i, (voice, s, e) in enumerate(spans))


def analysed(root: Path, call: CallAnalysis) -> CarryReport:
    write_shard(root, next_plan(root), "s", [call], [])
    load(root)
    return publish(root, date(2026, 3, 20)).reviews


def review(root: Path, call: CallAnalysis, turn: int | None) -> int:
    seen = None if turn is None else call.understood.turns[turn]
    return add_review(
        root,
        call_id=call.recording.call_id,
        analysis_key=analysis_key(call.provenance),
        subject="outcome" if seen is None else "label",
        judged={"label": "promise"},
        verdict="wrong",
        corrected={"label": "excuse"},
        reviewer="ana",
        reviewed_at=NOW,
        turn=turn,
        voice=None if seen is None else seen.voice,
        span=None if seen is None else seen.span,
    )


def places(root: Path) -> list[tuple[int | None, str]]:
    return [(r.turn, r.state) for r in reviews_of(root)]


OLD = spoken(("a", 0, 10), ("b", 10, 20), ("a", 20, 30))


@pytest.mark.parametrize(
    ("new", "reviewed", "place"),
    [
        (spoken(("a", 0, 10), ("b", 10, 20), ("a", 20, 30)), 1, (1, "carried")),
        (spoken(("b", 4, 15)), 1, (0, "carried")),  # exactly half
        (spoken(("b", 4, 14.9)), 1, (None, "judge_again")),
        (spoken(("a", 0, 10), ("b", 10, 13), ("b", 13, 20)), 1, (2, "carried")),
        (spoken(("a", 8, 22), ("b", 40, 41)), 1, (None, "judge_again")),  # another voice at that moment
        (spoken(("x", 8, 22)), 1, (0, "carried")),  # voices were named anew
        (spoken(), 1, (None, "judge_again")),
        (spoken(("x", 0, 1)), None, (None, "carried")),  # about the whole call
    ],
)
def test_where_a_review_goes(
    tmp_path: Path, new: tuple[Turn, ...], reviewed: int | None, place: tuple[int | None, str]
) -> None:
    before = made_call("c1", turns=OLD, promises=(), key="k1")
    analysed(tmp_path, before)
    review(tmp_path, before, reviewed)
    assert places(tmp_path) == [(reviewed, "original")]
    understood = replace(made_call("c1", turns=new, promises=(), key="k2").understood, labels=())
    analysed(tmp_path, replace(made_call("c1", turns=new, key="k2"), understood=understood))
    assert places(tmp_path) == [place]


def test_review_keeps_what_was_judged(tmp_path: Path) -> None:
    before = made_call("c1", key="k1")
    analysed(tmp_path, before)
    review(tmp_path, before, 1)
    (first,) = reviews_of(tmp_path, "c1")
    analysed(tmp_path, made_call("c1", key="k2"))
    (again,) = reviews_of(tmp_path, "c1")
    assert again == replace(first, state="carried")
    assert isinstance(again, Review)
    assert (again.judged, again.analysis_key) == ({"label": "promise"}, analysis_key(before.provenance))
    assert again.reviewed_at == NOW
    assert reviews_of(tmp_path, "other") == ()


def test_equal_analysis_moves_nothing(tmp_path: Path) -> None:
    call = made_call("c1", key="k1")
    analysed(tmp_path, call)
    review(tmp_path, call, 1)
    assert analysed(tmp_path, call) == CarryReport()
    assert places(tmp_path) == [(1, "original")]


def test_review_to_be_judged_again_comes_back_with_its_turn(tmp_path: Path) -> None:
    """A span is kept whatever happens to it: a later analysis that has the turn again takes the review over."""
    call = made_call("c1", turns=OLD, promises=(), key="k1")
    analysed(tmp_path, call)
    review(tmp_path, call, 2)
    analysed(tmp_path, made_call("c1", turns=spoken(("a", 0, 5), ("b", 6, 9)), promises=(), key="k2"))
    assert places(tmp_path) == [(None, "judge_again")]
    analysed(tmp_path, made_call("c1", turns=OLD, promises=(), key="k3"))
    assert places(tmp_path) == [(2, "carried")]


def test_turn_voice_and_span_go_together(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="together"):
        add_review(
            tmp_path,
            call_id="c",
            analysis_key="k",
            subject="label",
            judged={},
            verdict="right",
            reviewer="ana",
            reviewed_at=NOW,
            turn=1,
        )


SPANS = st.tuples(st.sampled_from("ab"), st.integers(0, 30), st.integers(1, 10)).map(
    lambda drawn: (drawn[0], float(drawn[1]), float(drawn[1] + drawn[2]))
)
TURNS = st.lists(SPANS, min_size=2, max_size=6).map(lambda spans: spoken(*spans))


@settings(max_examples=max(8, settings().max_examples // 25))
@given(TURNS, TURNS)
def test_every_review_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, old: tuple[Turn, ...], new: tuple[Turn, ...]
) -> None:
    """A review of every turn, against the slow and obvious way to find its new place."""
    root = tmp_path_factory.mktemp("reviews")
    before = made_call("c1", turns=old, promises=(), key="k1")
    write_shard(root, 1, "s", [before], [])
    for turn in (None, *range(len(old))):
        review(root, before, turn)
    write_shard(root, 2, "s", [made_call("c1", turns=new, promises=(), key="k2")], [])
    load(root)
    connection = connect(warehouse_path(root))
    report = carry_reviews(connection, root)
    connection.close()
    assert report.carried + report.judge_again == len(old) + 1
    voices = {turn.voice for turn in new}
    for found in reviews_of(root):
        if found.span is None:
            assert (found.turn, found.state) == (None, "carried")
            continue
        least = found.span.duration / 2
        may = [t for t in new if t.voice == found.voice or found.voice not in voices]
        best = max((t.span.overlap(found.span) for t in may), default=0.0)
        if best < least:
            assert (found.turn, found.state) == (None, "judge_again")
        else:
            assert found.turn is not None
            assert new[found.turn].span.overlap(found.span) == best
            assert found.state == "carried"
