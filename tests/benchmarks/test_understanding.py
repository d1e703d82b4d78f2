"""The benchmark of understanding: both ways read the same turns, and the faster one is told."""

from itertools import islice

import pytest

from benchmarks.understanding import measure
from pipeline.ports import Conversation


@pytest.fixture(scope="module")
def calls() -> list[Conversation]:
    return [call.conversation for call in islice(measure.validation_calls(), 2)]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "WIDTH", 16)
    monkeypatch.setattr(measure, "LAYERS", 1)
    monkeypatch.setattr(measure, "HEADS", 2)
    monkeypatch.setattr(measure, "WORDS", 600)
    # The shipped weights may hold an encoder of real size.
    monkeypatch.setattr(measure, "shipped_encoder", lambda: None)


def test_both_ways_read_every_turn(calls: list[Conversation], capsys: pytest.CaptureFixture[str]) -> None:
    is_faster = measure.beside_a_pipeline(calls, most=6)
    printed = capsys.readouterr().out
    assert printed.count("of 6 turns") == 4
    assert ("kept" in printed.splitlines()[-1]) is is_faster


def test_a_text_holds_its_turn_and_what_stood_around_it(calls: list[Conversation]) -> None:
    tokenizer = measure.random_encoder().tokenizer
    alone, around = (list(measure.texts_of(calls, tokenizer, context)) for context in (0, 64))
    assert len(alone) == len(around) == sum(len(call.turns) for call in calls)
    assert all(own in text for own, text in zip(alone, around, strict=True))
    assert len(around[1]) > len(alone[1])


def test_the_plain_pipeline_has_the_weights_of_ours() -> None:
    reader = measure.random_encoder()
    theirs = measure.plain_pipeline(reader).model.base_model.state_dict()
    assert all((theirs[name] == weight).all() for name, weight in reader.network.base.state_dict().items())


def test_shipped_classifiers_are_timed(calls: list[Conversation], capsys: pytest.CaptureFixture[str]) -> None:
    measure.shipped(calls)
    assert capsys.readouterr().out.count("turns/s") == 2
