"""How a call ended."""

from datetime import date
from decimal import Decimal

import pytest

from pipeline.config import OutcomeConfig
from pipeline.labels import Label, Outcome, Role
from pipeline.outcome import outcome_of
from pipeline.types import CallbackRequest, Promise, Span, Turn, TurnLabels

DAY = date(2026, 3, 12)


Line = tuple[Role, str, tuple[Label, ...]]


def call(*lines: Line) -> tuple[list[Turn], list[TurnLabels]]:
    turns = [Turn(i, role, role, Span(i, i + 1), text) for i, (role, text, _) in enumerate(lines)]
    return turns, [TurnLabels(i, labels) for i, (_, _, labels) in enumerate(lines)]


def ended(
    *lines: Line,
    promises: tuple[Promise, ...] = (),
    callbacks: tuple[CallbackRequest, ...] = (),
) -> Outcome:
    turns, labels = call(*lines)
    return outcome_of(turns, labels, promises, callbacks, DAY, OutcomeConfig())


def promise(due: date | None, replaced_by: int | None = None) -> Promise:
    return Promise(due, None, Decimal(100), "MXN", False, "debtor", (1,), "x", False, replaced_by)


ASK: Line = ("agent", "¿Cuándo puede pagar?", ())


def test_what_stands_is_a_promise() -> None:
    assert (
        ended(ASK, ("debtor", "El viernes.", ("promise",)), promises=(promise(date(2026, 3, 13)),)) == "promise_to_pay"
    )


def test_a_superseded_promise_alone_is_none() -> None:
    lines: tuple[Line, ...] = (ASK, ("debtor", "No, no voy a pagar.", ("objection",)))
    assert ended(*lines, promises=(promise(date(2026, 3, 13), replaced_by=1),)) == "refusal"


def test_money_seen_to_arrive_today_is_paid() -> None:
    lines: tuple[Line, ...] = (
        ASK,
        ("debtor", "Ya, dice operación exitosa.", ("promise",)),
        ("agent", "Recibido, queda al día.", ()),
    )
    assert ended(*lines, promises=(promise(DAY),)) == "paid"
    assert ended(*lines, promises=(promise(date(2026, 3, 20)),)) == "promise_to_pay"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((("system", "Deje su mensaje después del tono.", ()), ("agent", "Buenas tardes.", ())), "voicemail"),
        ((ASK, ("third_party", "No, aquí no hay ningún Julio, este chip es mío.", ())), "wrong_number"),
        ((ASK, ("third_party", "Mi esposo salió, regresa a las seis.", ())), "third_party"),
        ((ASK, ("debtor", "No les voy a pagar y hagan lo que quieran.", ("objection",))), "refusal"),
        ((ASK, ("debtor", "Me quedé sin trabajo en enero.", ("situation",)), ("agent", "Lo siento.", ())), "hardship"),
        (
            (
                ASK,
                ("debtor", "Yo ya pagué.", ("objection",)),
                ("agent", "Le abro el reclamo y espero su comprobante.", ()),
            ),
            "dispute",
        ),
        ((ASK, ("debtor", "Voy a ver.", ("excuse",))), "no_agreement"),
        ((), "no_agreement"),
    ],
)
def test_nothing_agreed(lines: tuple[Line, ...], expected: Outcome) -> None:
    assert ended(*lines) == expected


def test_asked_to_be_called_later() -> None:
    lines: tuple[Line, ...] = (ASK, ("debtor", "Ahorita no, llámeme el lunes a las cinco.", ("excuse",)))
    assert ended(*lines, callbacks=(CallbackRequest(date(2026, 3, 16), None, 1, "asked", False),)) == "callback"


def test_a_recording_before_a_person_is_no_voicemail() -> None:
    lines: tuple[Line, ...] = (
        ("system", "Si conoce la extensión márquela, o deje su mensaje después del tono.", ()),
        ("third_party", "Clínica dental, buenas tardes.", ()),
        ASK,
    )
    assert ended(*lines) == "third_party"
