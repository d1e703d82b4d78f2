"""Measures against figures worked out by hand."""

import json
from decimal import Decimal
from typing import Any

import pytest

from pipeline.evaluate import (
    EvaluationError,
    calibration_error,
    evaluate,
)
from pipeline.evaluate_changes import changed_verdicts, compare
from pipeline.gold import GoldCall, read_gold
from pipeline.labels import Role
from pipeline.types import Span, Turn
from pipeline.word_errors import error_rates


def turn(speaker: str, labels: str = "", tone: str = "", steps: str = "", **more: Any) -> dict[str, Any]:
    flags = [{"category": c, "severity": "low"} for c in tone.split()]
    return {"speaker": speaker, "text": "sí", "labels": labels.split(), "tone": flags, "steps": steps.split(), **more}


def call(
    call_id: str, *turns: dict[str, Any], promises: tuple[tuple[str | None, float | None], ...] = (), **more: Any
) -> GoldCall:
    record = {
        "id": call_id,
        "country": "MX",
        "currency": "MXN",
        "started_at": "2026-03-12T10:42:00-06:00",
        "turns": list(turns),
        "promises": [
            {"date": day, "amount": amount, "currency": "MXN", "conditional": False, "turns": [0]}
            for day, amount in promises
        ],
        "outcome": "no_agreement",
        **more,
    }
    return read_gold(json.dumps(record))[0]


def value(gold: list[GoldCall], found: list[GoldCall], name: str) -> float:
    return next(m.value for m in evaluate(gold, found, resamples=20).measures if m.name == name)


def test_labels_are_averaged_over_the_classes_that_occur() -> None:
    gold = [call("a", turn("debtor", "promise"), turn("debtor", "excuse"), turn("debtor", "excuse"))]
    found = [call("a", turn("debtor", "promise"), turn("debtor", "excuse"), turn("debtor", "promise"))]
    # promise: 1 hit, 1 false alarm -> 2/3; excuse: 1 hit, 1 miss -> 2/3; the other two do not occur.
    assert value(gold, found, "labels macro-F1") == pytest.approx(2 / 3)


def test_hostility_is_aggressive_and_not_serious() -> None:
    gold = [call("a", turn("agent", tone="hostility"), turn("agent", tone="threat insult"), turn("agent"))]
    found = [call("a", turn("agent"), turn("agent", tone="intimidation"), turn("agent"))]
    assert value(gold, found, "any aggressive tone F1") == pytest.approx(2 / 3)
    assert value(gold, found, "serious tone F1") == 1.0
    assert value(gold, found, "tone macro-F1") == 0.0


def test_a_promise_counts_with_date_and_amount_exact_and_once() -> None:
    gold = [call("a", turn("debtor"), promises=(("2026-03-13", 1500.0), ("2026-03-30", 1500.0), (None, 200.0)))]
    found = [call("a", turn("debtor"), promises=(("2026-03-13", 1500.0), ("2026-03-13", 1500.0), (None, 200.0)))]
    assert value(gold, found, "promise date and amount F1") == pytest.approx(2 / 3)


def test_amounts_are_compared_as_numbers_not_as_spelled() -> None:
    one, other = (call("a", turn("debtor"), promises=(("2026-03-13", x),)) for x in (1500, 1500.0))
    assert one.promises[0].amount == Decimal(1500)
    assert value([one], [other], "promise date and amount F1") == 1.0


def test_outcome_is_an_accuracy() -> None:
    gold = [call(str(i), turn("debtor"), outcome=o) for i, o in enumerate(("paid", "refusal", "dispute", "paid"))]
    found = [call(str(i), turn("debtor"), outcome=o) for i, o in enumerate(("paid", "dispute", "dispute", "paid"))]
    assert value(gold, found, "outcome accuracy") == pytest.approx(0.75)


def test_the_interval_comes_from_calls_and_holds_the_value() -> None:
    gold = [call(str(i), turn("debtor", "promise")) for i in range(30)]
    found = [call(str(i), turn("debtor", "promise" if i % 3 else "")) for i in range(30)]
    measure = evaluate(gold, found, resamples=400).measures[0]
    assert measure.value == pytest.approx(0.8)
    assert 0.6 < measure.low < 0.8 < measure.high < 0.95
    assert measure.cases == 30
    assert evaluate(gold, found, resamples=400).measures[0] == measure


def test_precision_and_recall_of_a_class() -> None:
    gold = [call("a", turn("agent", steps="greeting"), turn("agent", steps="greeting"), turn("agent"))]
    found = [call("a", turn("agent", steps="greeting"), turn("agent"), turn("agent"))]
    greeting = next(c for c in evaluate(gold, found, resamples=5).classes if c.name == "greeting")
    assert (greeting.precision, greeting.recall) == (1.0, 0.5)


def test_confusion_sets_what_was_missed_against_what_was_found() -> None:
    gold = [call("a", turn("debtor", "excuse promise"), turn("debtor", "objection"), turn("debtor"))]
    found = [call("a", turn("debtor", "situation promise"), turn("debtor"), turn("debtor", "excuse"))]
    table = {(c.gold, c.found): c.times for c in evaluate(gold, found, resamples=5).confusion if c.group == "label"}
    assert table == {
        ("promise", "promise"): 1,
        ("excuse", "situation"): 1,
        ("objection", "none"): 1,
        ("none", "excuse"): 1,
    }


def test_calibration_error_of_a_model_that_is_too_sure() -> None:
    assert calibration_error([(0.95, True), (0.95, False)]) == pytest.approx(0.45)
    assert calibration_error([(0.25, False), (0.25, False), (0.25, False), (0.25, True)]) == 0.0
    gold = [call("a", turn("debtor", "excuse"), turn("debtor"))]
    found = [call("a", turn("debtor", scores={"excuse": 1.0}), turn("debtor", scores={"excuse": 0.5}))]
    (measured,) = evaluate(gold, found, resamples=5).calibration
    assert (measured.name, measured.turns) == ("excuse", 2)
    assert measured.error == pytest.approx(0.25)


def test_by_country() -> None:
    gold = [call("a", turn("debtor", "promise")), call("b", turn("debtor", "promise"), country="PE")]
    found = [call("a", turn("debtor", "promise")), call("b", turn("debtor"), country="PE")]
    measured = {country: (n, ms[0].value) for country, n, ms in evaluate(gold, found, resamples=5).by_country}
    assert measured == {"MX": (1, 1.0), "PE": (1, 0.0)}


def test_predictions_of_other_calls_or_turns_are_refused() -> None:
    gold = [call("a", turn("debtor"))]
    with pytest.raises(EvaluationError, match="not among the predictions"):
        evaluate(gold, [call("b", turn("debtor"))])
    with pytest.raises(EvaluationError, match="1 turns in the gold, 2 in the predictions"):
        evaluate(gold, [call("a", turn("debtor"), turn("debtor"))])


def test_which_verdicts_changed() -> None:
    gold = [call("a", turn("debtor", "promise"), turn("agent", tone="insult"), outcome="paid")]
    before = [call("a", turn("debtor", "excuse"), turn("agent"), outcome="paid")]
    after = [call("a", turn("debtor", "promise"), turn("agent"), outcome="refusal")]
    changes = [(c.turn, c.what, c.gold, c.before, c.after) for c in changed_verdicts(gold, before, after)]
    assert changes == [(0, "labels", "promise", "excuse", "promise"), (None, "outcome", "paid", "paid", "refusal")]


def test_what_changed_turned_right_or_wrong() -> None:
    gold = [call(str(i), turn("debtor", "promise"), outcome="paid") for i in range(10)]
    before = [call(str(i), turn("debtor", "promise" if i < 4 else ""), outcome="paid") for i in range(10)]
    after = [call(str(i), turn("debtor", "promise" if i > 1 else "excuse"), outcome="paid") for i in range(10)]
    found = compare(gold, before, after, resamples=200)
    labels = next(m for m in found.measures if m.name == "labels macro-F1")
    assert labels.before == pytest.approx(2 * 4 / (2 * 4 + 6))
    assert labels.after == pytest.approx(2 * 8 / (2 * 8 + 2))
    assert labels.low < labels.after - labels.before < labels.high
    outcome = next(m for m in found.measures if m.name == "outcome accuracy")
    assert (outcome.before, outcome.after, outcome.low, outcome.high) == (1.0, 1.0, 0.0, 0.0)
    assert found.turned == (("labels", "right", 6), ("labels", "wrong", 2))
    assert [c.turned for c in found.changes if c.call_id in "05"] == ["wrong", "right"]


def test_promises_that_changed_are_told_by_date_and_amount() -> None:
    gold = [call("a", turn("debtor"), promises=(("2026-03-13", 1500.0),))]
    before = [call("a", turn("debtor"), promises=(("2026-03-14", 1500.0),))]
    after = [call("a", turn("debtor"), promises=((None, 1500.0),))]
    (change,) = compare(gold, before, after, resamples=5).changes
    assert (change.what, change.turn, change.turned) == ("promises", None, "still wrong")
    assert (change.before, change.after) == ("2026-03-14 1500.0", "no date 1500.0")


def test_reasons_count_where_somebody_judged_them() -> None:
    gold = [
        call(
            "a",
            turn("debtor", "excuse", reason="forgot"),
            turn("debtor", "situation", reason="illness"),
            turn("debtor", "excuse"),  # nobody wrote down why
            turn("debtor"),
        )
    ]
    found = [
        call(
            "a",
            turn("debtor", "excuse", reason="forgot"),
            turn("debtor", reason=None),
            turn("debtor", "excuse", reason="travelling"),
            turn("debtor", "situation", reason="illness"),
        )
    ]
    # forgot is right; illness was missed once and found once where nothing was said; travelling is not judged.
    assert value(gold, found, "reasons macro-F1") == pytest.approx(0.5)
    assert value(gold, found, "reasons macro-F1, label right") == 1.0
    measured = {c.name: (c.precision, c.recall) for c in evaluate(gold, found, resamples=5).classes}
    assert measured["illness"] == (0.0, 0.0)


def test_notices_count_where_somebody_looked_for_them() -> None:
    gold = [call("a", turn("debtor", notices=["lawyer"]), turn("debtor", notices=[]), turn("debtor"))]
    found = [call("a", *(turn("debtor", notices=["lawyer"]) for _ in range(3)))]
    lawyer = next(c for c in evaluate(gold, found, resamples=5).classes if c.name == "lawyer")
    assert (lawyer.precision, lawyer.recall) == (0.5, 1.0)


def spoken(*said: tuple[Role, str]) -> list[Turn]:
    return [Turn(i, role, role, Span(float(i), float(i + 1)), text) for i, (role, text) in enumerate(said)]


def test_error_rates_of_words() -> None:
    gold = spoken(("agent", "¿Pagará el 15?"), ("debtor", "Sí, mil pesos."))
    same = spoken(("agent", "pagará el quince"), ("debtor", "sí mil pesos"))
    assert error_rates([(gold, same)]).wer == 0.0
    one_wrong = spoken(("agent", "pagará el quince"), ("debtor", "sí dos pesos"))
    measured = error_rates([(gold, one_wrong)])
    assert measured.words == 6
    assert [measured.wer, measured.speaker_attributed] == pytest.approx([1 / 6, 1 / 6])


def test_a_word_given_to_the_wrong_side_is_an_error_of_attribution_alone() -> None:
    gold = spoken(("agent", "pagará hoy"), ("debtor", "sí mañana"))
    moved = spoken(("agent", "pagará hoy sí"), ("debtor", "mañana"))
    measured = error_rates([(gold, moved)])
    assert measured.wer == 0.0
    assert measured.speaker_attributed == pytest.approx(2 / 4)


def test_words_where_nothing_was_said_are_insertions() -> None:
    measured = error_rates([(spoken(("agent", "hola")), spoken(("agent", "hola"), ("debtor", "gracias por ver")))])
    assert measured.wer == 3.0
