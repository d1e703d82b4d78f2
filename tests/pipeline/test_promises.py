"""The promises of a call, behaviour by behaviour: who puts what on the table and what becomes of it."""

from __future__ import annotations

import pytest

from pipeline.types import Promise
from tests.pipeline.dialogues import Value, find, standing, value


def only(promises: tuple[Promise, ...]) -> Promise:
    stands = [p for p in promises if p.replaced_by is None]
    assert len(stands) == 1
    return stands[0]


def test_a_yes_takes_the_proposal_up_with_its_day_and_amount() -> None:
    promise = only(find("aO: ¿Le queda bien el viernes con novecientos?", "dp: Sí, está bien."))
    assert value(promise) == ("2026-03-13", 900)
    assert promise.turns == (0, 1)
    assert promise.promised_by == "debtor"


def test_a_yes_takes_up_a_proposal_that_small_talk_came_after() -> None:
    found = find(
        "aO: Le ofrezco novecientos el viernes y otros novecientos el 20.",
        "d: ¿Y usted de qué parte llama?",
        "a: De Celaya, señora.",
        "d: Ah, mi hermana vive allá.",
        "a: Entonces, ¿cómo ve lo que le dije?",
        "dp: Está bueno, así le hago.",
    )
    assert standing(found) == [("2026-03-13", 900), ("2026-03-20", 900)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("El viernes no, el lunes sí.", ("2026-03-16", 900)),
        ("Sí, pero quinientos nada más.", ("2026-03-13", 500)),
        ("El lunes, y seiscientos.", ("2026-03-16", 600)),
        ("Mejor le liquido todo el 20.", ("2026-03-20", 12000)),
    ],
)
def test_a_counter_offer_keeps_what_it_does_not_change(answer: str, expected: Value) -> None:
    assert standing(find("aO: ¿Me paga novecientos el viernes?", f"dp: {answer}")) == [expected]


def test_a_correction_replaces_what_stood_and_points_at_its_successor() -> None:
    found = find(
        "dp: El viernes le deposito novecientos.",
        "aA: Viernes 13, novecientos pesos.",
        "dp: No, espere, mejor el lunes.",
    )
    assert standing(found) == [("2026-03-16", 900)]
    replaced = [p for p in found if p.replaced_by is not None]
    assert [value(p) for p in replaced] == [("2026-03-13", 900)]
    assert found[replaced[0].replaced_by or 0].replaced_by is None


def test_an_amount_corrected_later_keeps_the_day() -> None:
    found = find("dp: El viernes le doy novecientos.", "a: ¿Novecientos?", "dp: Perdón, ochocientos.")
    assert standing(found) == [("2026-03-13", 800)]


def test_a_confirmed_recap_settles_day_and_amount() -> None:
    found = find(
        "aO: ¿La cuota para el viernes?",
        "dp: Sí, la pago.",
        "aR: Repito: viernes 13 de marzo, novecientos; viernes 20, otros novecientos.",
        "dp: Correcto.",
    )
    assert standing(found) == [("2026-03-13", 900), ("2026-03-20", 900)]


def test_a_recap_that_is_refused_changes_nothing_but_what_is_named_instead() -> None:
    found = find(
        "dp: El viernes le doy novecientos.",
        "aR: Viernes 13, mil novecientos.",
        "dp: No, novecientos nomás, el viernes.",
    )
    assert standing(found) == [("2026-03-13", 900)]


def test_an_acceptance_that_no_label_marks_is_kept_by_the_agreement() -> None:
    found = find(
        "dp: Yo sí quiero pagar, señorita.",
        "aO: ¿Le sirve novecientos el viernes?",
        "d: Sí, está bien.",
        "aA: Viernes 13, novecientos pesos. ¿Correcto?",
        "d: Sí, correcto.",
    )
    assert standing(found) == [("2026-03-13", 900)]


@pytest.mark.parametrize("rest", ["el resto", "lo demás", "lo que falte", "lo que quede", "la diferencia"])
def test_the_rest_is_what_the_other_payments_leave(rest: str) -> None:
    found = find(f"dp: El viernes le doy cinco mil y {rest} el 31.")
    assert standing(found) == [("2026-03-13", 5000), ("2026-03-31", 7000)]


def test_the_rest_of_a_discounted_total_is_of_that_total() -> None:
    found = find(
        "aO: Si paga este mes le dejo la deuda en ocho mil.",
        "dp: Le doy tres mil el viernes y el resto el 31.",
    )
    assert standing(found) == [("2026-03-13", 3000), ("2026-03-31", 5000)]


def test_what_the_collector_says_is_left_is_the_amount_of_the_next_day() -> None:
    found = find(
        "dp: El viernes le doy cinco mil.",
        "aA: Cinco mil el viernes 13. ¿Y los siete mil que quedan?",
        "dp: Esos el 31.",
    )
    assert standing(found) == [("2026-03-13", 5000), ("2026-03-31", 7000)]


def test_a_rest_that_is_put_off_is_no_promise() -> None:
    found = find(
        "dp: El viernes le doy cinco mil.", "aR: Cinco mil el viernes 13, y del resto hablamos después.", "dp: Así es."
    )
    assert standing(found) == [("2026-03-13", 5000)]


def test_what_is_left_may_be_promised_without_a_day() -> None:
    found = find(
        "dp: El viernes le doy cinco mil.",
        "a: ¿Y los siete mil que quedan?",
        "dp: También se los voy a pagar, pero fecha no le doy.",
    )
    assert standing(found) == [("2026-03-13", 5000), (None, 7000)]


@pytest.mark.parametrize(
    ("plan", "days"),
    [
        ("una cada quincena", ["2026-03-15", "2026-03-31", "2026-04-15", "2026-04-30"]),
        ("una cada viernes", ["2026-03-13", "2026-03-20", "2026-03-27", "2026-04-03"]),
        ("mensuales, la primera el 5 de abril", ["2026-04-05", "2026-05-05", "2026-06-05", "2026-07-05"]),
        ("los días 31", ["2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"]),
    ],
)
def test_a_plan_gives_every_payment_its_day(plan: str, days: list[str]) -> None:
    found = find(f"aO: Le hago cuatro cuotas de tres mil, {plan}.", "dp: Sí, así me acomoda.")
    assert standing(found) == [(day, 3000) for day in days]


def test_a_plan_is_completed_over_several_turns() -> None:
    found = find(
        "aO: ¿Y si me da dos mil por quincena?",
        "dp: Va, serían seis quincenas.",
        "a: Gracias.",
    )
    assert [day for day, _ in standing(found)] == [
        "2026-03-15", "2026-03-31", "2026-04-15", "2026-04-30", "2026-05-15", "2026-05-31",
    ]  # fmt: skip
    assert {amount for _, amount in standing(found)} == {2000}


def test_days_that_share_a_month_are_all_payments() -> None:
    found = find("aO: Serían quinientos el 6, 13 y 20 de abril.", "dp: De acuerdo.")
    assert standing(found) == [("2026-04-06", 500), ("2026-04-13", 500), ("2026-04-20", 500)]


@pytest.mark.parametrize(
    ("answer", "conditional"),
    [
        ("Si me pagan la cosecha, el 20 le doy novecientos.", True),
        ("En cuanto venda el becerro le doy novecientos.", True),
        ("Con la quincena, el 15, le doy novecientos.", False),
        ("Si Dios quiere, el 20 le doy novecientos.", False),
        ("Sí, el 20 le doy novecientos.", False),
    ],
)
def test_only_an_uncertain_event_is_a_condition(answer: str, conditional: bool) -> None:
    assert only(find("a: ¿Cuándo me ayuda?", f"dp: {answer}")).conditional is conditional


def test_a_condition_belongs_to_the_payment_beside_it() -> None:
    found = find("dp: El viernes le doy mil, y si vendo la moto, el 31 le doy otros dos mil.")
    assert {value(p): p.conditional for p in found} == {("2026-03-13", 1000): False, ("2026-03-31", 2000): True}


def test_what_is_taken_back_does_not_stand() -> None:
    found = find(
        "dp: El viernes le doy novecientos.",
        "aA: Viernes 13, novecientos.",
        "de: No, olvídelo, no cuente con eso, ya no voy a poder.",
        "a: Entiendo.",
    )
    assert standing(found) == []


def test_what_is_taken_back_gives_way_to_what_follows() -> None:
    found = find(
        "dp: Mañana le deposito todo.",
        "aA: Mañana, doce mil pesos.",
        "do: Uy, no, el miércoles no.",
        "a: ¿Entonces?",
        "dp: El 31 le doy dos mil.",
    )
    assert standing(found) == [("2026-03-31", 2000)]


def test_a_refused_proposal_is_not_taken_up_later() -> None:
    found = find(
        "aO: ¿Le anoto el viernes con novecientos?",
        "de: No me ponga fecha, el viernes no sé.",
        "a: ¿Pero sí me paga?",
        "dp: En cuanto venda el carro le doy los novecientos.",
    )
    assert standing(found) == [(None, 900)]


def test_who_pays_for_the_debtor_is_told() -> None:
    promise = only(find("tp: Mi papá no está, pero yo le pago sus novecientos el viernes.", country="MX"))
    assert promise.promised_by == "third_party"
    assert value(promise) == ("2026-03-13", 900)


def test_a_payment_on_the_line_is_dated_that_day() -> None:
    found = find(
        "aO: Con novecientos hoy lo dejo al corriente.",
        "dp: Va, cóbremelos ahorita con la tarjeta.",
        "a: Aprobado, gracias.",
    )
    assert standing(found) == [("2026-03-10", 900)]


@pytest.mark.parametrize(
    ("answer", "day", "amount"),
    [("El segundo.", "2026-03-20", 500.0), ("El viernes, pues.", "2026-03-13", 900.0)],
)
def test_one_of_two_alternatives_is_chosen(answer: str, day: str, amount: float) -> None:
    found = find("aO: Puede ser novecientos el viernes o quinientos el 20.", f"dp: {answer}")
    assert standing(found) == [(day, amount)]


def test_hundreds_are_thousands_where_the_debt_says_so() -> None:
    found = find("dp: El viernes le paso doscientos.", country="CO", balance="900000", minimum="150000")
    assert standing(found) == [("2026-03-13", 200000)]


def test_a_promise_may_name_neither_day_nor_amount() -> None:
    assert standing(find("a: ¿Cuándo y cuánto?", "dp: Yo le voy a pagar, téngalo por seguro.")) == [(None, None)]


def test_days_of_calls_and_appointments_are_no_due_days() -> None:
    found = find(
        "aO: ¿Me paga novecientos el viernes?",
        "dp: El jueves operan a mi esposa; el lunes le pago.",
        "a: ¿Le llamo el domingo?",
        "d: Llámeme el domingo, sí.",
    )
    assert standing(found) == [("2026-03-16", 900)]


def test_a_day_repeated_without_its_month_is_the_agreed_one() -> None:
    found = find(
        "dp: El 15 de abril le doy novecientos.", "aR: Novecientos el 15 de abril.", "dp: Correcto, hasta el 15."
    )
    assert standing(found) == [("2026-04-15", 900)]


def test_spans_lie_in_the_turn_that_they_name() -> None:
    lines = ("aO: ¿Le queda bien el viernes?", "dp: Sí, novecientos el viernes.")
    promise = only(find(*lines))
    words = {lines[turn].split(": ", 1)[1][start:end] for turn, start, end in promise.text_spans}
    assert {"novecientos", "viernes"} <= words


def test_an_amount_that_nobody_said_with_the_day_is_doubtful() -> None:
    promise = only(find("aP: Debe novecientos de la cuota.", "dp: El viernes sin falta."))
    assert value(promise) == ("2026-03-13", 900)
    assert promise.doubtful
    assert "amount asked for" in promise.rule


def test_a_yes_to_a_whole_recap_changes_nothing_of_it_whatever_else_it_names() -> None:
    found = find(
        "dp: Setecientos este sábado y quinientos el otro sábado.",
        "aR: Sábado 14 de marzo, setecientos; sábado 21 de marzo, quinientos.",
        "dp: Así es. Y si me va bien, le llevo todo junto y dos quesos.",
    )
    assert standing(found) == [("2026-03-14", 700), ("2026-03-21", 500)]


def test_a_recap_of_whole_payments_leaves_out_what_it_contradicts() -> None:
    found = find(
        "dp: El 20 le pago una cuota, novecientos. Y las otras las vemos ahí.",
        "aO: ¿Le da igual un día antes?",
        "dp: Bueno, el 19, novecientos. Las otras ahí las vemos.",
        "aR: Queda el 19 de marzo, novecientos.",
        "dp: Sí, está bien.",
    )
    assert standing(found) == [("2026-03-19", 900)]


def test_a_recap_of_the_second_payment_leaves_the_first_that_was_agreed_on() -> None:
    found = find(
        "dp: El viernes le pago novecientos.",
        "aA: Viernes 13, novecientos. ¿Y la segunda?",
        "dp: La segunda el 30.",
        "aA: El 30 de marzo, novecientos.",
        "dp: Así quedamos.",
    )
    assert standing(found) == [("2026-03-13", 900), ("2026-03-30", 900)]


def test_one_more_payment_that_waits_for_an_event_has_the_same_amount_and_no_day() -> None:
    found = find("dp: El viernes le doy novecientos.", "a: ¿Y el otro?", "dp: El otro cuando me pague el seguro.")
    assert standing(found) == [("2026-03-13", 900), (None, 900)]
    assert [p.conditional for p in found if p.due is None] == [True]


def test_an_amount_left_open_is_not_what_was_asked_for() -> None:
    found = find("aO: La cuota es de novecientos, ¿cuándo la cubre?", "dp: Algo le doy el viernes, lo que junte.")
    assert standing(found) == [("2026-03-13", None)]


def test_months_of_a_list_share_the_day_that_was_said_once() -> None:
    found = find(
        "dp: En tres pagos sí puedo.",
        "aR: Novecientos el 24 de marzo, de abril y de mayo.",
        "dp: De acuerdo.",
    )
    assert [day for day, _ in standing(found)] == ["2026-03-24", "2026-04-24", "2026-05-24"]
