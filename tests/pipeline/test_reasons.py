"""The closed lists of reasons and notices: whole, consistent, and what phrases find."""

import pytest

from pipeline.labels import LABELS
from pipeline.reasons import load_notices, load_reasons, notices_of


def test_every_label_but_a_promise_has_reasons_with_titles() -> None:
    reasons = load_reasons()
    assert {label for reason in reasons.values() for label in reason.labels} == set(LABELS) - {"promise"}
    assert all(reason.title and reason.cues for reason in reasons.values())
    assert 20 <= len(reasons) <= 30


def test_contradictions_go_both_ways_and_name_reasons() -> None:
    reasons = load_reasons()
    pairs = {(name, other) for name, reason in reasons.items() for other in reason.against}
    assert pairs
    assert pairs == {(other, name) for name, other in pairs}
    assert {name for pair in pairs for name in pair} <= set(reasons)
    assert not any(name == other for name, other in pairs)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A veces pienso que sería mejor no despertar, de veras.", "self_harm"),
        ("Ya no me marquen, por favor, bórrenme de su lista.", "stop_calling"),
        ("Mañana mismo voy a la Condusef con todo esto.", "complaint"),
        ("Eso háblelo con mi abogada.", "lawyer"),
        ("Ella ya falleció, joven, tengo aquí el acta de defunción.", "deceased"),
        ("Señorita, se equivocó, número equivocado.", "wrong_number"),
        ("Estamos en concurso de acreedores desde abril.", "insolvency"),
    ],
)
def test_each_notice_is_found_in_plain_words(text: str, expected: str) -> None:
    assert expected in notices_of(text, "debtor")


def test_notices_are_the_debtors_side_alone() -> None:
    assert notices_of("No quiero vivir así.", "agent") == ()
    assert set(load_notices()) == {
        "self_harm",
        "stop_calling",
        "complaint",
        "lawyer",
        "deceased",
        "wrong_number",
        "insolvency",
    }


def test_an_ordinary_excuse_raises_no_notice() -> None:
    assert notices_of("Se me olvidó, mañana le deposito sin falta.", "debtor") == ()
