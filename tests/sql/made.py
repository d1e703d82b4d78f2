"""A plain call whose every figure is known: what tests of loading, settling and reading change a field or two of."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from pipeline.labels import Outcome, Role
from pipeline.types import (
    Account,
    CallAnalysis,
    CallMetrics,
    Finding,
    Heard,
    LabelScore,
    Loudness,
    Promise,
    Provenance,
    Recording,
    RoleMetrics,
    ScorecardItem,
    Span,
    StageKey,
    ToneFlag,
    Triage,
    Turn,
    TurnLabels,
    Understood,
    VoiceSpan,
    Word,
)

MEXICO = timezone(timedelta(hours=-6))


def made_promise(
    due: date | None = date(2026, 3, 13),
    amount: Decimal | None = Decimal(1500),
    turns: tuple[int, ...] = (1,),
) -> Promise:
    return Promise(
        due=due,
        due_start=None,
        amount=amount,
        currency="MXN",
        conditional=False,
        promised_by="debtor",
        turns=turns,
        rule="weekday",
        doubtful=False,
    )


def made_call(
    call_id: str,
    *,
    started_at: datetime = datetime(2026, 3, 12, 10, 42, tzinfo=MEXICO),
    agent_id: str | None = "A-07",
    debtor_id: str = "D-1",
    debt_id: str | None = "K-1",
    country: str = "MX",
    text: str = "Sí, el viernes le deposito mil quinientos.",
    outcome: Outcome = "promise_to_pay",
    promises: tuple[Promise, ...] | None = None,
    tone: tuple[ToneFlag, ...] = (),
    turns: tuple[Turn, ...] | None = None,
    key: str = "k",
) -> CallAnalysis:
    """A call of two turns, 60 s, with one promise unless told otherwise; `key` tells analyses apart."""
    if turns is None:
        turns = (
            _turn(0, "agent", "¿Cuándo nos puede pagar?", 1.0),
            _turn(1, "debtor", text, 5.0),
        )
    return CallAnalysis(
        recording=Recording(
            call_id=call_id,
            uri=f"{call_id}.wav",
            started_at=started_at,
            account=Account(
                debtor_id=debtor_id,
                country=country,
                debt_id=debt_id,
                creditor="Financiera",
                currency="MXN",
                balance=Decimal("12500.50"),
                minimum_payment=Decimal(900),
            ),
            direction="outbound",
            agent_id=agent_id,
            dialled="debtor",
        ),
        heard=Heard(
            duration=60.0,
            channels=2,
            sha256=f"sha-{call_id}",
            triage=Triage("conversation", 0.9),
            voices=(VoiceSpan("channel-0", Span(1.0, 4.0)),),
            loudness=(Loudness("channel-0", Span(1.0, 4.0), -21.5, None),),
        ),
        understood=Understood(
            turns=turns,
            labels=(TurnLabels(1, labels=("promise",), scores=(LabelScore("promise", 0.97),)),),
            tone=tone,
            promises=(made_promise(),) if promises is None else promises,
            callbacks=(),
            metrics=CallMetrics(
                duration=60.0,
                speech=30.0,
                silence_share=0.4,
                overlap_share=0.0,
                agent_talk_share=0.6,
                dead_air=1,
                longest_silence=5.5,
                hold=0.0,
                roles=(RoleMetrics("agent", 18.0, 40, 133.3, 0), RoleMetrics("debtor", 12.0, 30, 150.0, 1)),
            ),
            outcome=outcome,
        ),
        findings=(Finding("mx-01", "kept", "high", None, "hour"),),
        provenance=Provenance(
            code_version="0.1.0",
            config_digest="c0",
            weights=(("turns-es", "w0"),),
            stage_keys=(StageKey("decode", "d0"), StageKey("classify", key)),
        ),
        scorecard=(
            ScorecardItem("greeting", "met", 5.0, 0 if turns else None),
            ScorecardItem("recap", "missed", 10.0, None),
            ScorecardItem("empathy", "not_applicable", 10.0, None),
        ),
    )


def _turn(index: int, role: Role, text: str, start: float) -> Turn:
    words = tuple(
        Word(word, Span(start + 0.5 * i, start + 0.5 * i + 0.4), 0.9, 0 if role == "agent" else 1)
        for i, word in enumerate(text.split())
    )
    voice = "channel-0" if role == "agent" else "channel-1"
    return Turn(index, role, voice, Span(start, words[-1].span.end), text, words)
