"""Seconds and shares."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import MetricsConfig
from pipeline.labels import Role
from pipeline.metrics import measure, silences, union
from pipeline.types import Span, Triage, Turn

CONFIG = MetricsConfig()
TALK = Triage("conversation", 0.9)


def turn(index: int, role: Role, start: float, end: float, text: str = "uno dos tres") -> Turn:
    return Turn(index, role, f"channel-{int(role == 'debtor')}", Span(start, end), text)


def test_a_call_of_known_seconds() -> None:
    turns = [turn(0, "agent", 0, 4), turn(1, "debtor", 5, 6), turn(2, "agent", 12, 14)]
    found = measure(20.0, TALK, turns, CONFIG)
    assert found.speech == 7.0
    assert found.silence_share == pytest.approx(13 / 20)
    assert found.agent_talk_share == pytest.approx(6 / 7, abs=1e-4)
    assert (found.dead_air, found.longest_silence) == (2, 6.0)
    assert found.overlap_share == 0.0
    agent = next(r for r in found.roles if r.role == "agent")
    assert (agent.words, agent.words_per_minute) == (6, 60.0)


def test_cutting_in_is_an_interruption_and_agreeing_is_not() -> None:
    turns = [turn(0, "debtor", 0, 5), turn(1, "agent", 3, 8), turn(2, "debtor", 5.5, 6)]
    found = {r.role: r.interruptions for r in measure(10.0, TALK, turns, CONFIG).roles}
    assert found == {"agent": 1, "debtor": 0}
    assert measure(10.0, TALK, turns, CONFIG).overlap_share == pytest.approx(2.5 / 10)


def test_a_call_without_speech() -> None:
    found = measure(20.0, Triage("silence", 1.0), [], CONFIG)
    assert (found.speech, found.silence_share, found.agent_talk_share) == (0.0, 1.0, None)
    assert found.roles == ()


spans = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)).map(lambda p: Span(min(p), max(p))), max_size=20)


@given(spans)
def test_speech_and_silence_add_up(given_spans: list[Span]) -> None:
    joined = union(given_spans)
    quiet = silences(joined, 100.0)
    assert sum(s.duration for s in joined) + sum(s.duration for s in quiet) == pytest.approx(100.0)
    assert all(a.end < b.start for a, b in pairwise(joined))
