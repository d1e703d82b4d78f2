"""The values that pass between stages: frozen, slotted, tuples for lists, `None` for absence.

Times are seconds from the first sample of the recording, money is `Decimal`, datetimes are aware. Results point at
turns by index and never copy their text. A voice is acoustic, a role is social: an utterance has a voice, a turn has
a role.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal

import numpy as np
import numpy.typing as npt

from pipeline.labels import Label, Outcome, Role, ScorecardName, Severity, Step, ToneCategory

Direction = Literal["outbound", "inbound", "callback"]
Dialled = Literal["debtor", "guarantor", "work", "third_party", "unknown"]
Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds from the first sample; `start <= end`."""

    start: float
    end: float

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"0 <= start <= end expected, found {self.start} and {self.end}")

    @property
    def duration(self) -> float:
        return self.end - self.start

    def overlap(self, other: "Span") -> float:
        """Seconds that both cover, 0 where they are apart."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))


@dataclass(frozen=True, slots=True)
class Account:
    """The debt a call is about, as the manifest tells it; `None` is unknown and makes a rule "not checkable"."""

    debtor_id: str
    country: str
    debtor_name: str | None = None
    debt_id: str | None = None
    creditor: str | None = None
    portfolio: str | None = None
    currency: str | None = None
    balance: Decimal | None = None
    minimum_payment: Decimal | None = None
    due_date: date | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """One call of the manifest and where its audio lies.

    `agent_channel` counts from 0. `debtor_zone` is an IANA name; the local day of the call is in it if given, else in
    the offset of `started_at`.
    """

    call_id: str
    uri: str
    started_at: datetime
    account: Account
    sha256: str | None = None
    duration: float | None = None
    channels: int | None = None
    direction: Direction | None = None
    answered_at: datetime | None = None
    debtor_zone: str | None = None
    debtor_region: str | None = None
    agent_id: str | None = None
    team: str | None = None
    dialled_number: str | None = None
    dialled: Dialled | None = None
    caller_id_shown: str | None = None
    disposition: str | None = None
    agent_channel: int | None = None


@dataclass(frozen=True, slots=True)
class Audio:
    """Decoded samples: float32 of shape (channels, n) in [-1, 1]. Never leaves a process."""

    samples: Samples
    sample_rate: int

    @property
    def duration(self) -> float:
        return float(self.samples.shape[1]) / self.sample_rate

    @property
    def channels(self) -> int:
        return int(self.samples.shape[0])


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word; `probability` in [0, 1]; `channel` of the recording it was heard on."""

    text: str
    span: Span
    probability: float
    channel: int


@dataclass(frozen=True, slots=True)
class VoiceSpan:
    """A voice speaks: `channel-0` where the channel is the voice, else what the diarizer called it."""

    voice: str
    span: Span


@dataclass(frozen=True, slots=True)
class Loudness:
    """Level of one voice over one span of speech: RMS in dB of full scale, median pitch in Hz (`None`: unvoiced)."""

    voice: str
    span: Span
    level_db: float
    pitch_hz: float | None


TriageKind = Literal["conversation", "silence", "hold_music", "tones", "voicemail", "ivr", "one_sided"]
TriageDecision = Literal["analysed", "skipped", "sampled"]


@dataclass(frozen=True, slots=True)
class Triage:
    """What the recording holds besides a conversation, told before model work. `certainty` in [0, 1].

    `signals` names the tones that were heard; `speech` is the seconds, over all channels, that voice activity found,
    which is what recognition would have read. A `sampled` call would be skipped and is analysed to see whether that
    were right.
    """

    kind: TriageKind
    certainty: float
    music: tuple[Span, ...] = ()
    tones: tuple[Span, ...] = ()
    signals: tuple[str, ...] = ()
    speech: float = 0.0
    decision: TriageDecision = "analysed"


@dataclass(frozen=True, slots=True)
class Heard:
    """All that needs audio, beside the words, which the turns hold. Later stages never open the recording again."""

    duration: float
    channels: int
    sha256: str
    triage: Triage
    voices: tuple[VoiceSpan, ...]
    loudness: tuple[Loudness, ...]


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words of one voice without a long pause. Not empty."""

    voice: str
    words: tuple[Word, ...]

    @property
    def span(self) -> Span:
        return Span(self.words[0].span.start, max(w.span.end for w in self.words))

    @property
    def text(self) -> str:
        return " ".join(w.text for w in self.words)


@dataclass(frozen=True, slots=True)
class Redaction:
    """A stretch of a turn's text that was replaced, and the seconds to bleep. `kind` is the placeholder's name."""

    kind: Literal["card", "document", "phone", "email", "account"]
    span: Span


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the call, as later stages and readers see it.

    `text` is `words` joined by spaces, with typed placeholders where redacted; a turn that comes from a transcript
    instead of a recording has no words.
    """

    index: int
    role: Role
    voice: str
    span: Span
    text: str
    words: tuple[Word, ...] = ()
    redactions: tuple[Redaction, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelScore:
    """A label, notice or step with the probability that carried it."""

    name: str
    score: float


@dataclass(frozen=True, slots=True)
class TurnLabels:
    """What one turn says. `scores` holds every class's probability, `unclear` the classes too close to call.

    `asked` tells of a reason whether the collector had asked for it; it is `None` where there is no reason, and in
    analyses made before it was told.
    """

    turn: int
    labels: tuple[Label, ...] = ()
    steps: tuple[Step, ...] = ()
    reason: str | None = None
    notices: tuple[str, ...] = ()
    scores: tuple[LabelScore, ...] = ()
    unclear: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    asked: bool | None = None


@dataclass(frozen=True, slots=True)
class ToneFlag:
    """An aggressive turn of the collector. `evidence`: the words that carried it; `voice`: how the voice supports it.

    The voice never raises a flag alone; it moves a textual one by one severity at most.
    """

    turn: int
    category: ToneCategory
    severity: Severity
    score: float
    evidence: str
    voice: Literal["none", "raised", "listen"] = "none"


@dataclass(frozen=True, slots=True)
class VoiceEvidence:
    """What the voices of a call say; all audio it was measured on is synthetic, and it raises no flag alone.

    Attributes:
        raised: Turns of either side, raised against the same voice in the same call.
        over: Turns in which the collector spoke over the debtor.
        raised_first: Who raised the voice first; `None` where nobody did.
        listen: Whether a person should listen although the text has no flag.
    """

    raised: tuple[int, ...] = ()
    over: tuple[int, ...] = ()
    raised_first: Role | None = None
    listen: bool = False


NO_VOICE = VoiceEvidence()


@dataclass(frozen=True, slots=True)
class Promise:
    """A payment that was promised. `due_start` is the first day where a period was named.

    `replaced_by` is the position, among the promises of the call, of the one that replaced this: a promise that
    stands has `None`. `text_spans` are (turn, first character, last character + 1) of date and amount.
    """

    due: date | None
    due_start: date | None
    amount: Decimal | None
    currency: str | None
    conditional: bool
    promised_by: Role
    turns: tuple[int, ...]
    rule: str
    doubtful: bool
    replaced_by: int | None = None
    text_spans: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class CallbackRequest:
    """The debtor asks to be called again; the dialler needs day and hour."""

    on: date | None
    at: time | None
    turn: int
    rule: str
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that was looked at. `kept` and `not_checkable` are findings too: compliance must prove both."""

    rule: str
    result: Literal["kept", "broken", "not_checkable"]
    severity: Severity
    turn: int | None
    evidence: str


@dataclass(frozen=True, slots=True)
class ScorecardItem:
    """One thing that a good call holds. `turn` shows it, where one turn does; `weight` is above 0."""

    item: ScorecardName
    result: Literal["met", "missed", "not_applicable"]
    weight: float
    turn: int | None


@dataclass(frozen=True, slots=True)
class RoleMetrics:
    """How one role spoke: seconds of speech, words, words a minute of speech, times it cut in."""

    role: Role
    speech: float
    words: int
    words_per_minute: float | None
    interruptions: int


@dataclass(frozen=True, slots=True)
class CallMetrics:
    """Shares of the call's duration in [0, 1]; `dead_air` counts silences longer than the configured seconds."""

    duration: float
    speech: float
    silence_share: float
    overlap_share: float
    agent_talk_share: float | None
    dead_air: int
    longest_silence: float
    hold: float
    roles: tuple[RoleMetrics, ...] = ()


@dataclass(frozen=True, slots=True)
class StageKey:
    """The digest that says whether a stage's result is still the one that this configuration would give."""

    stage: str
    key: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made an analysis: code version, configuration digest, weights by name and digest, stage keys."""

    code_version: str
    config_digest: str
    weights: tuple[tuple[str, str], ...]
    stage_keys: tuple[StageKey, ...]


@dataclass(frozen=True, slots=True)
class Understood:
    """All that follows from what was heard and the manifest, less the compliance rules."""

    turns: tuple[Turn, ...]
    labels: tuple[TurnLabels, ...]
    tone: tuple[ToneFlag, ...]
    promises: tuple[Promise, ...]
    callbacks: tuple[CallbackRequest, ...]
    metrics: CallMetrics
    outcome: Outcome
    warnings: tuple[str, ...] = ()
    voice: VoiceEvidence = NO_VOICE


@dataclass(frozen=True, slots=True)
class CallAnalysis:
    """All stages of one call."""

    recording: Recording
    heard: Heard
    understood: Understood
    findings: tuple[Finding, ...]
    provenance: Provenance
    scorecard: tuple[ScorecardItem, ...] = ()


@dataclass(frozen=True, slots=True)
class FailedCall:
    """A call that was set aside, with the reason code of `errors.REASONS` and a line that names the remedy.

    `key` digests what led to it: while it stays the same, another run need not try again.
    """

    call_id: str
    uri: str | None
    reason: str
    message: str
    stage: str = "plan"
    key: str = ""
