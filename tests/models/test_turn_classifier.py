"""The shipped turn and tone classifiers: what the ports promise, and verdicts on sentences of this file."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.classifiers.linear import FILE, OFFSETS, WHOLE_CALL, load_linear, neighbour_scores, scores_in_call
from models.classifiers.ngrams import LAYOUT
from models.classifiers.reader import CLASSES, best_stretch, load_reader, of_role
from models.registry import LocalWeights, find_weights
from models.tone_classifier import from_threshold, load_tone_classifier
from models.turn_classifier import load_turn_classifier
from pipeline.config import ClassifyConfig, ToneConfig
from pipeline.errors import ModelError
from pipeline.labels import LABELS, STEPS, Role
from pipeline.ports import Conversation
from pipeline.types import Span, ToneFlag, Turn, TurnLabels


def call(call_id: str, *said: tuple[Role, str]) -> Conversation:
    turns = tuple(Turn(i, role, role, Span(float(i), float(i + 1)), text) for i, (role, text) in enumerate(said))
    return Conversation(call_id, "MX", turns)


POLITE = call(
    "polite",
    ("agent", "Buenas tardes, ¿hablo con la señora Amparo Lucero?"),
    ("debtor", "Sí, ella habla, dígame."),
    ("agent", "Le habla Iván Ocampo, de Créditos Alborada. Su cuenta tiene un saldo vencido de dos mil pesos."),
    ("debtor", "Es que me quedé sin trabajo desde enero y no hemos podido con nada."),
    ("agent", "Lamento mucho escucharlo. Podemos dividirlo en dos pagos, ¿le queda bien el viernes?"),
    ("debtor", "Sí, está bien, el viernes le deposito mil pesos."),
    ("agent", "Entonces quedamos en mil pesos este viernes. Gracias por su tiempo, que tenga buena tarde."),
)
HARSH = call(
    "harsh",
    ("agent", "¿Señor Ramiro Peña? Usted es un sinvergüenza que no paga."),
    ("debtor", "Ya le dije que no reconozco esa deuda."),
    ("agent", "Mañana le mando una patrulla a su casa y lo meten a la cárcel, muerto de hambre."),
    ("debtor", "No me amenace."),
)
EMPTY = Conversation("empty", "PE", ())


@pytest.fixture(scope="module")
def local() -> LocalWeights:
    return find_weights(ClassifyConfig().model)


def classified(local: LocalWeights, *calls: Conversation) -> list[tuple[TurnLabels, ...]]:
    return list(load_turn_classifier(local, ClassifyConfig()).classify(calls))


def flagged(local: LocalWeights, *calls: Conversation) -> list[tuple[ToneFlag, ...]]:
    return list(load_tone_classifier(local, ToneConfig()).flag(calls))


def test_one_answer_a_turn_and_a_call(local: LocalWeights) -> None:
    found = classified(local, POLITE, EMPTY, HARSH)
    assert [[item.turn for item in answer] for answer in found] == [list(range(7)), [], list(range(4))]


def test_what_the_debtor_says(local: LocalWeights) -> None:
    (found,) = classified(local, POLITE)
    assert "situation" in found[3].labels
    assert "promise" in found[5].labels
    assert found[3].reason == "lost_job"


def test_steps_of_the_collector(local: LocalWeights) -> None:
    (found,) = classified(local, POLITE)
    assert {"greeting", "identity_check"} <= set(found[0].steps)
    assert {"identification", "purpose"} <= set(found[2].steps)
    assert "farewell" in found[6].steps


def test_each_side_is_asked_for_its_own_classes(local: LocalWeights) -> None:
    (found,) = classified(local, POLITE)
    assert {s.name for s in found[0].scores} == set(STEPS)
    assert {s.name for s in found[1].scores} == set(LABELS)
    system = call("system", ("system", "El número que usted marcó no está disponible."))
    assert classified(local, system)[0][0].scores == ()


def test_tone_is_found_where_it_is_and_not_where_it_is_not(local: LocalWeights) -> None:
    polite, harsh = flagged(local, POLITE, HARSH)
    sure = [flag for flag in harsh if flag.score >= ToneConfig().min_score]
    assert {flag.turn for flag in sure} == {0, 2}
    assert [flag for flag in polite if flag.score >= ToneConfig().min_score] == []


def test_the_debtors_own_insults_are_never_the_collectors_tone(local: LocalWeights) -> None:
    swapped = replace(HARSH, turns=tuple(replace(t, role="debtor") for t in HARSH.turns))
    assert flagged(local, swapped) == [()]


def test_evidence_is_words_of_the_turn(local: LocalWeights) -> None:
    for conversation, labels, flags in zip(
        (POLITE, HARSH), classified(local, POLITE, HARSH), flagged(local, POLITE, HARSH), strict=True
    ):
        for item in labels:
            assert len(item.evidence) == len(item.labels)
            assert all(words and words in conversation.turns[item.turn].text for words in item.evidence)
        assert all(flag.evidence in conversation.turns[flag.turn].text for flag in flags)


def test_a_verdict_does_not_depend_on_the_calls_beside_it(local: LocalWeights) -> None:
    together = classified(local, HARSH, POLITE, POLITE)
    assert together[0] == classified(local, HARSH)[0]
    assert together[1] == together[2] == classified(local, POLITE)[0]
    reader = load_reader(local)
    (alone,) = reader.read([POLITE])
    *_, beside = reader.read([HARSH, POLITE])
    assert np.array_equal(alone.probabilities, beside.probabilities)


def test_scores_are_probabilities_with_two_decimals(local: LocalWeights) -> None:
    scores = [s.score for answer in classified(local, POLITE, HARSH) for item in answer for s in item.scores]
    assert all(0 <= score <= 1 and round(score, 2) == score for score in scores)


def test_accents_case_and_punctuation_do_not_change_a_clear_verdict(local: LocalWeights) -> None:
    bare = str.maketrans("áéíóúñ", "aeioun", "¿?¡!.,")
    heard = replace(POLITE, turns=tuple(replace(t, text=t.text.lower().translate(bare)) for t in POLITE.turns))
    (found,) = classified(local, heard)
    assert "situation" in found[3].labels
    assert "promise" in found[5].labels


def test_other_weights_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / FILE, about=np.array('{"layout": 0, "classes": [], "offsets": []}'), first_table=np.zeros(1))
    with pytest.raises(ModelError, match=f"layout 0, {LAYOUT} expected"):
        load_reader(LocalWeights("other", tmp_path, "folder", False, "0"))
    with pytest.raises(ModelError, match="linear reader expected"):
        load_reader(LocalWeights("none", tmp_path / "none", "folder", False, "0"))


def test_neighbours_lie_beside_each_other_within_the_call() -> None:
    scores = np.arange(1, 5, dtype=np.float64).reshape(4, 1)
    expected = [[0, 0, 0, 1, 2, 3], [0, 0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 0], [1, 2, 3, 4, 0, 0]]
    assert neighbour_scores(scores).tolist() == expected
    assert neighbour_scores(scores[:1]).tolist() == [[0, 0, 0, 1, 0, 0]]


def test_the_whole_call_lies_beside_the_neighbours() -> None:
    scores = np.array([[3.0], [-1.0], [5.0], [2.0]])
    assert scores_in_call(scores)[:, -2:].tolist() == [[0, 5], [3, 5], [3, 2], [5, 0]]
    assert scores_in_call(scores)[:, :-2].tolist() == neighbour_scores(scores).tolist()
    assert scores_in_call(scores[:1])[0, -2:].tolist() == [0, 0]
    assert scores_in_call(scores[:0]).shape == (0, 8)


def test_weights_that_knew_the_neighbours_alone_read_as_before(local: LocalWeights, tmp_path: Path) -> None:
    with np.load(local.folder / FILE) as arrays:
        parts = dict(arrays)
    around = parts["around"][: len(OFFSETS) * len(CLASSES)]
    about = {k: v for k, v in json.loads(str(parts["about"])).items() if k != WHOLE_CALL}
    np.savez(tmp_path / FILE, **parts | {"around": around, "about": np.array(json.dumps(about))})
    earlier = load_linear(replace(local, folder=tmp_path))
    scores = np.random.default_rng(1).normal(size=(5, len(CLASSES)))
    assert np.allclose(scores_in_call(scores) @ earlier.around, neighbour_scores(scores) @ around, atol=1e-5)


def test_best_stretch_is_the_shortest_of_greatest_sum() -> None:
    assert best_stretch(np.array([-1, 2, -1, 3, -4, 1], np.float32), 8) == (1, 3)
    assert best_stretch(np.array([-3, -1, -2], np.float32), 8) == (1, 1)
    assert best_stretch(np.array([1, 1, 1, 1], np.float32), 2) == (2, 3)


def test_a_threshold_becomes_one_half() -> None:
    assert [from_threshold(p, 0.2) for p in (0.0, 0.1, 0.2, 0.6, 1.0)] == pytest.approx([0, 0.25, 0.5, 0.75, 1])


def test_classes_of_each_role() -> None:
    assert [CLASSES[i] for i, own in enumerate(of_role("third_party")) if own] == list(LABELS)
    assert not any(of_role("system"))
