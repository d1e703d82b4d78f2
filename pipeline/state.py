"""What is known of a call while its stages run, and the models they ask."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from pipeline.labels import Outcome
from pipeline.ports import Diarizer, ToneClassifier, Transcriber, TurnClassifier, VoiceActivity, Weights
from pipeline.types import (
    NO_VOICE,
    Audio,
    CallAnalysis,
    CallbackRequest,
    CallMetrics,
    Heard,
    Loudness,
    Promise,
    Provenance,
    Recording,
    ScorecardItem,
    Span,
    StageKey,
    ToneFlag,
    Triage,
    Turn,
    TurnLabels,
    Understood,
    Utterance,
    VoiceEvidence,
    VoiceSpan,
    Word,
)


@dataclass(frozen=True, slots=True)
class CallState:
    """One call between stages: each stage gives a copy with its result filled in.

    `audio` and `speech` exist only while a stage needs them; `words` and `utterances` end up in `turns`.
    """

    recording: Recording
    path: Path
    due: frozenset[str]
    keys: Mapping[str, str]
    audio: Audio | None = None
    speech: tuple[tuple[Span, ...], ...] = ()
    duration: float = 0.0
    channels: int = 0
    triage: Triage | None = None
    words: tuple[Word, ...] = ()
    voices: tuple[VoiceSpan, ...] = ()
    loudness: tuple[Loudness, ...] = ()
    utterances: tuple[Utterance, ...] = ()
    turns: tuple[Turn, ...] = ()
    labels: tuple[TurnLabels, ...] = ()
    tone: tuple[ToneFlag, ...] = ()
    voice: VoiceEvidence = NO_VOICE
    promises: tuple[Promise, ...] = ()
    callbacks: tuple[CallbackRequest, ...] = ()
    metrics: CallMetrics | None = None
    outcome: Outcome | None = None
    scorecard: tuple[ScorecardItem, ...] = ()
    warnings: tuple[str, ...] = ()

    def analysis(self, code_version: str, config_digest: str, weights: tuple[tuple[str, str], ...]) -> CallAnalysis:
        """The finished call.

        Raises:
            ValueError: A stage has not run.
        """
        if self.triage is None or self.metrics is None or self.outcome is None:
            raise ValueError(f"{self.recording.call_id}: triage, metrics and outcome expected, one is missing")
        heard = Heard(
            self.duration, self.channels, self.recording.sha256 or "", self.triage, self.voices, self.loudness
        )
        understood = Understood(
            self.turns,
            self.labels,
            self.tone,
            self.promises,
            self.callbacks,
            self.metrics,
            self.outcome,
            self.warnings,
            self.voice,
        )
        keys = tuple(StageKey(stage, key) for stage, key in self.keys.items())
        provenance = Provenance(code_version, config_digest, weights, keys)
        return CallAnalysis(self.recording, heard, understood, (), provenance, self.scorecard)


def restored(analysis: CallAnalysis, path: Path) -> CallState:
    """State of a call from what was stored of it; nothing is due yet."""
    heard, understood = analysis.heard, analysis.understood
    turns = understood.turns
    return CallState(
        recording=analysis.recording,
        path=path,
        due=frozenset(),
        keys={k.stage: k.key for k in analysis.provenance.stage_keys},
        duration=heard.duration,
        channels=heard.channels,
        triage=heard.triage,
        words=tuple(sorted((w for t in turns for w in t.words), key=lambda w: (w.span.start, w.channel))),
        voices=heard.voices,
        loudness=heard.loudness,
        utterances=tuple(Utterance(t.voice, t.words) for t in turns),
        turns=turns,
        labels=understood.labels,
        tone=understood.tone,
        voice=understood.voice,
        promises=understood.promises,
        callbacks=understood.callbacks,
        metrics=understood.metrics,
        outcome=understood.outcome,
        scorecard=analysis.scorecard,
        warnings=understood.warnings,
    )


ModelRole = Literal["voice_activity", "transcriber", "diarizer", "turn_classifier", "tone_classifier"]


@dataclass(frozen=True)
class Models:
    """The ports, each made when it is first asked: a run in which no call is mono never loads a diarizer.

    `weights` tells who would answer, without loading anything.
    """

    weights: Mapping[ModelRole, Weights]
    make_voice_activity: Callable[[], VoiceActivity]
    make_transcriber: Callable[[], Transcriber]
    make_diarizer: Callable[[], Diarizer]
    make_turn_classifier: Callable[[], TurnClassifier]
    make_tone_classifier: Callable[[], ToneClassifier]

    @cached_property
    def voice_activity(self) -> VoiceActivity:
        return self.make_voice_activity()

    @cached_property
    def transcriber(self) -> Transcriber:
        return self.make_transcriber()

    @cached_property
    def diarizer(self) -> Diarizer:
        return self.make_diarizer()

    @cached_property
    def turn_classifier(self) -> TurnClassifier:
        return self.make_turn_classifier()

    @cached_property
    def tone_classifier(self) -> ToneClassifier:
        return self.make_tone_classifier()

    def provenance(self) -> tuple[tuple[str, str], ...]:
        """Name and digest of every model."""
        return tuple((w.title, w.digest) for w in self.weights.values())
