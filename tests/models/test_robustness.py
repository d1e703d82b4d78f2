"""Calls as a recogniser that errs writes them, and what that costs when the classifiers are right."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest

from models.recipes.understanding.robustness import Noise, as_heard, loss_at
from pipeline.config import Config
from pipeline.gold import GoldCall, read_gold
from pipeline.ports import Conversation, Weights
from pipeline.types import Span, ToneFlag, Turn, TurnLabels
from pipeline.word_errors import error_rates

TEXT = "Mire, el viernes 13 le deposito mil quinientos pesos a su cuenta, se lo prometo, señorita. ¿Está bien?"
CONFIG = Config()


def turn(text: str = TEXT) -> Turn:
    return Turn(0, "debtor", "debtor", Span(2.0, 8.0), text)


def call(call_id: str) -> GoldCall:
    record = {
        "id": call_id,
        "country": "MX",
        "currency": "MXN",
        "started_at": "2026-03-12T10:42:00-06:00",
        "turns": [
            {"speaker": "agent", "text": "¿Cuánto puede pagar?", "labels": [], "steps": ["purpose"], "tone": []},
            {"speaker": "debtor", "text": "El lunes pago quinientos.", "labels": ["promise"], "steps": [], "tone": []},
            {"speaker": "agent", "text": "Queda anotado.", "labels": [], "steps": ["recap"], "tone": []},
        ],
        "promises": [{"date": "2026-03-16", "amount": 500, "currency": "MXN", "conditional": False, "turns": [1]}],
        "outcome": "promise_to_pay",
    }  # fmt: skip
    return read_gold(json.dumps(record))[0]


CALLS = [call(f"c{i}") for i in range(60)]


@dataclass(frozen=True)
class Oracle:
    """Both classifiers, always right."""

    @property
    def weights(self) -> Weights:
        return Weights("oracle", "0")

    def classify(self, calls: Sequence[Conversation]) -> Iterator[tuple[TurnLabels, ...]]:
        gold = CALLS[0].gold
        return (tuple(TurnLabels(i, labels=t.labels, steps=t.steps) for i, t in enumerate(gold)) for _ in calls)

    def flag(self, calls: Sequence[Conversation]) -> Iterator[tuple[ToneFlag, ...]]:
        return (() for _ in calls)


def test_without_errors_only_marks_and_capitals_are_lost() -> None:
    heard = as_heard(turn(), Noise(0.0, false_alarm=0.0), random.Random(1))
    assert heard.text == (
        "mire el viernes 13 le deposito mil quinientos pesos a su cuenta se lo prometo señorita está bien"
    )
    assert " ".join(word.text for word in heard.words) == heard.text
    assert {word.probability for word in heard.words} == {0.93}
    assert heard.words[0].span.start == 2.0
    assert heard.words[-1].span.end == pytest.approx(8.0)


@pytest.mark.parametrize("rate", [0.05, 0.15, 0.25])
def test_the_noise_comes_to_the_rate_that_was_asked_for(rate: float) -> None:
    draw = random.Random(5)
    gold = [turn() for _ in range(400)]
    heard = [as_heard(t, Noise(rate), draw) for t in gold]
    assert error_rates([(gold, heard)]).wer == pytest.approx(rate, rel=0.15)
    again = random.Random(5)
    assert heard == [as_heard(t, Noise(rate), again) for t in gold]


def test_wrong_words_are_noticed_as_often_as_was_said() -> None:
    draw = random.Random(7)
    heard = [as_heard(turn("quinientos"), Noise(1.0, noticed=0.7, lost=0.0, put_in=0.0), draw) for _ in range(1000)]
    assert all(t.text != "quinientos" for t in heard)
    unsure = sum(t.words[0].probability < CONFIG.promises.doubtful_below for t in heard)
    assert 650 < unsure < 750


def test_right_classifiers_and_sure_words_lose_nothing() -> None:
    loss = loss_at(CALLS, Noise(0.0, false_alarm=0.0), 1, (Oracle(), Oracle()), CONFIG)
    assert {m.name: m.value for m in loss.figures.measures}["promise date and amount F1"] == 1.0
    assert (loss.promises, loss.wrong, loss.undoubted, loss.doubted) == (60, 0, 0, 0)


def test_a_figure_heard_wrong_is_doubtful_where_the_recogniser_noticed() -> None:
    """Half of the words are wrong, figures as other figures: what the recogniser notices makes promises doubtful."""
    noise = Noise(0.5, noticed=1.0, false_alarm=0.0, lost=0.0, put_in=0.0, as_another=1.0)
    seen = loss_at(CALLS, noise, 3, (Oracle(), Oracle()), CONFIG)
    unseen = loss_at(CALLS, replace(noise, noticed=0.0), 3, (Oracle(), Oracle()), CONFIG)
    assert seen.wrong == unseen.wrong > 20
    assert unseen.undoubted > 20
    assert seen.undoubted < 0.3 * unseen.undoubted
    assert unseen.doubted == 0
