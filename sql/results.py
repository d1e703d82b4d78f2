"""Rows that readers of the published warehouse get: one frozen value a query of `queries/`, columns by field name.

Seconds are floats, money is `Decimal`, moments are aware and in the offset of their call's start.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pipeline.labels import Label, Outcome, Role, ScorecardName, Severity, Step, ToneCategory
from pipeline.types import TriageDecision

PromiseState = Literal["pending", "kept", "part_kept", "late", "broken", "superseded"]
FindingResult = Literal["kept", "broken", "not_checkable"]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which calls a query looks at: local days from first to last, one collector, one debtor; `None` is all."""

    first_day: date | None = None
    last_day: date | None = None
    agent_id: str | None = None
    debtor_id: str | None = None


@dataclass(frozen=True, slots=True)
class TotalsRow:
    """The selection in all; `serious_calls` have a tone of any category but hostility."""

    calls: int
    minutes: float
    agents: int
    debtors: int
    first_day: date | None
    last_day: date | None
    promises: int
    serious_calls: int


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One collector, `agent_id` None for calls without one. Shares in [0, 1]; `promises` stand at the end of calls.

    `score` is None where no item of a scorecard applies; `scored_weight` is what it is a share of.
    """

    agent_id: str | None
    team: str | None
    calls: int
    minutes: float
    promise_calls: int
    promises: int
    aggressive_calls: int
    aggressive_turns: int
    serious_turns: int
    agent_talk_share: float | None
    silence_share: float | None
    dead_air: int
    interruptions: int
    words_per_minute: float | None
    score: float | None
    scored_weight: float


@dataclass(frozen=True, slots=True)
class AgentScoreRow:
    """One item of the scorecard over a collector's calls: in how many it was met, missed, did not apply."""

    agent_id: str | None
    item: ScorecardName
    met: int
    missed: int
    not_applicable: int


@dataclass(frozen=True, slots=True)
class AgentOutcomeRow:
    agent_id: str | None
    outcome: Outcome
    calls: int


@dataclass(frozen=True, slots=True)
class AgentAmountRow:
    """Promises that stand, by currency; `amount` sums the `with_amount` ones."""

    agent_id: str | None
    currency: str | None
    promises: int
    with_amount: int
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class AgentToneRow:
    agent_id: str | None
    category: ToneCategory
    severity: Severity
    turns: int
    calls: int


@dataclass(frozen=True, slots=True)
class DebtorRow:
    """One debtor; `kept` counts late and part-kept promises too; `pending_amount` is None in several currencies."""

    debtor_id: str
    debtor_name: str | None
    country: str
    calls: int
    first_call: datetime
    last_call: datetime
    last_outcome: Outcome
    promises: int
    pending: int
    kept: int
    broken: int
    next_due: date | None
    currency: str | None
    pending_amount: Decimal | None
    aggressive_turns: int


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """A promise that stands at the end of its call, with the turn to quote."""

    promise_id: str | None
    call_id: str
    position: int
    debtor_id: str
    debt_id: str | None
    creditor: str | None
    portfolio: str | None
    agent_id: str | None
    started_at: datetime
    local_day: date
    due: date | None
    due_start: date | None
    amount: Decimal | None
    currency: str | None
    conditional: bool
    doubtful: bool
    rule: str
    promised_by: Role
    state: PromiseState
    paid: Decimal
    settled_on: date | None
    quote_turn: int | None
    quote: str | None
    quote_starts: float | None
    quote_ends: float | None


@dataclass(frozen=True, slots=True)
class DueRow:
    due: date | None
    currency: str | None
    state: PromiseState
    promises: int
    with_amount: int
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call; `broken_rules` counts findings of the call and of the debtor's history, `score` is in [0, 1]."""

    call_id: str
    started_at: datetime
    local_day: date
    duration: float
    agent_id: str | None
    team: str | None
    debtor_id: str
    debtor_name: str | None
    debt_id: str | None
    creditor: str | None
    country: str
    currency: str | None
    direction: str | None
    disposition: str | None
    outcome: Outcome
    triage_kind: str
    promises: int
    aggressive_turns: int
    serious_turns: int
    highest_severity: Severity | None
    broken_rules: int
    score: float | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToneRow:
    """A tone flag with the turn that carries it, seconds from the start of the recording."""

    call_id: str
    agent_id: str | None
    debtor_id: str
    local_day: date
    turn: int
    category: ToneCategory
    severity: Severity
    score: float
    evidence: str
    voice: Literal["none", "raised", "listen"]
    quote: str
    quote_starts: float
    quote_ends: float


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """A call in which a voice was raised, or the collector spoke over the debtor. Measured on synthetic speech only.

    `listen`: a person should, although no word was flagged.
    """

    call_id: str
    agent_id: str | None
    debtor_id: str
    local_day: date
    listen: bool
    raised_first: Role | None
    raised_by_agent: int
    raised_by_debtor: int
    spoke_over: int


@dataclass(frozen=True, slots=True)
class SparedCallRow:
    """A call that triage skipped, or that was analysed to see whether that were right; `hour` has no offset.

    `turns` of people and `was_wrong` are None where the call was skipped: nobody listened.
    """

    call_id: str
    agent_id: str | None
    debtor_id: str
    local_day: date
    hour: datetime
    kind: str
    certainty: float
    signals: tuple[str, ...]
    decision: TriageDecision
    duration: float
    speech: float
    turns: int | None
    was_wrong: bool | None


@dataclass(frozen=True, slots=True)
class SparedHourRow:
    """What triage spared of one collector in one hour: seconds of recordings, and of speech that was not read."""

    agent_id: str | None
    hour: datetime
    calls: int
    skipped: int
    sampled: int
    wrong: int
    seconds: float
    speech: float


@dataclass(frozen=True, slots=True)
class FailureRow:
    """A call that its newest attempt set aside."""

    call_id: str
    uri: str | None
    reason: str
    message: str
    stage: str
    plan: int
    analysed_before: bool


@dataclass(frozen=True, slots=True)
class WeightsRow:
    """A set of weights and how many analyses it made."""

    name: str
    digest: str
    calls: int


@dataclass(frozen=True, slots=True)
class MetricsRow:
    call_id: str
    agent_id: str | None
    local_day: date
    duration: float
    speech: float
    silence_share: float
    overlap_share: float
    agent_talk_share: float | None
    dead_air: int
    longest_silence: float
    hold: float
    agent_interruptions: int
    debtor_interruptions: int


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A rule looked at for a call; `turn` is None where it is about the whole call or the debtor's history."""

    call_id: str
    agent_id: str | None
    debtor_id: str
    local_day: date
    rule: str
    result: FindingResult
    severity: Severity
    turn: int | None
    evidence: str


@dataclass(frozen=True, slots=True)
class TurnRow:
    turn: int
    role: Role
    voice: str
    starts: float
    ends: float
    text: str
    labels: tuple[Label, ...]
    steps: tuple[Step, ...]
    reason: str | None
    notices: tuple[str, ...]
    unclear: tuple[str, ...]
