# ruff: noqa: ARG001 - every stage has the one signature, whether or not it asks a model.
"""The stages over a shard: each takes the states that are due and gives them back with its result.

Here the plain functions of one call meet the ports of many. A call that fails alone comes back as its `CallError`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from pipeline import (
    align,
    classify,
    decode,
    diarize,
    metrics,
    outcome,
    redact,
    roles,
    scorecard,
    tone,
    transcribe,
    triage,
    voice,
)
from pipeline.config import Config
from pipeline.errors import CallError
from pipeline.ports import Conversation
from pipeline.prefetch import prefetched
from pipeline.promises import promises_of_call
from pipeline.state import CallState, Models
from pipeline.types import Audio, Recording, Samples, Triage

Answers = list[CallState | CallError]


def _each(states: Sequence[CallState], run: Callable[[CallState], CallState], threads: int = 0) -> Answers:
    """What `run` makes of each call, or the error that sets it aside, in order; in threads where calls are many."""

    def answer(state: CallState) -> CallState | CallError:
        try:
            return run(state)
        except CallError as error:
            return error

    return list(prefetched(states, answer, threads=threads if len(states) > 1 else 0, ahead=2 * threads))


def run_decode(states: Sequence[CallState], models: Models, config: Config) -> Answers:
    """Samples of each recording, and how long it is."""

    def run(state: CallState) -> CallState:
        audio = decode.decode(state.path, state.recording.call_id, config.decode)
        return replace(state, audio=audio, duration=audio.duration, channels=audio.channels)

    return _each(states, run, config.run.prepare_threads)


def run_speech(states: Sequence[CallState], models: Models, config: Config) -> Answers:
    """Spans of speech of each channel; a channel that is a copy of the other counts once."""

    def run(state: CallState) -> CallState:
        audio = _audio(state)
        speech = transcribe.find_speech(audio, models.voice_activity)
        if diarize.channels_are_copies(audio, config.diarize):
            speech = (speech[0], ())
        return replace(state, speech=speech)

    # Made here once: several threads that find none would each load one.
    _ = models.voice_activity
    return _each(states, run, config.run.prepare_threads)


def run_triage(states: Sequence[CallState], models: Models, config: Config) -> Answers:
    """Kind of each recording."""
    return _each(states, lambda s: replace(s, triage=_triage(s, config)))


def run_transcribe(states: Sequence[CallState], models: Models, config: Config) -> Answers:
    """Words of all recordings in one pass of the recogniser."""
    heard = dict(
        transcribe.recognise(
            (
                transcribe.speech_of(
                    state.recording.call_id,
                    _audio(state),
                    () if triage.is_skipped(state.triage) else state.speech,
                    config.transcribe,
                    transcribe.hints_of(state.recording.account, config.transcribe),
                )
                for state in states
            ),
            models.transcriber,
        )
        if any(any(state.speech) and not triage.is_skipped(state.triage) for state in states)
        else ()
    )

    def run(state: CallState) -> CallState:
        words = heard.get(state.recording.call_id, ())
        if isinstance(words, CallError):
            raise words
        return replace(state, words=diarize.without_crosstalk(words, _audio(state), config.diarize))

    return _each(states, run)


def run_diarize(states: Sequence[CallState], models: Models, config: Config) -> Answers:
    """Voices of each recording and their loudness."""
    mono: list[tuple[str, Samples]] = [
        (s.recording.call_id, _audio(s).samples[0])
        for s in states
        if diarize.is_mono(_audio(s), config.diarize) and any(s.speech) and not triage.is_skipped(s.triage)
    ]
    found = diarize.diarize(mono, models.diarizer) if mono else {}

    def run(state: CallState) -> CallState:
        audio = _audio(state)
        if diarize.is_mono(audio, config.diarize):
            voices = found.get(state.recording.call_id, ())
        else:
            voices = diarize.voices_of_channels(state.speech)
        return replace(state, voices=voices, loudness=diarize.loudness_of(audio, voices))

    return _each(states, run)


def run_align(states: Sequence[CallState], models: Models, config: Config) -> Answers:
    """Utterances of each call; lets go of the samples, which nothing after this needs."""
    return _each(
        states, lambda s: replace(s, utterances=align.align(s.words, s.voices, config.align), audio=None, speech=())
    )


def run_roles(states: Sequence[CallState], models: Models, config: Config) -> Answers:
    """Turns with roles."""

    def run(state: CallState) -> CallState:
        recording = state.recording
        given = roles.assign_roles(state.utterances, recording.account, recording.agent_channel, config.roles)
        of_channels = diarize.channel_warnings(state.channels, state.voices, config.diarize)
        return replace(state, turns=given.turns, warnings=of_channels + given.warnings)

    return _each(states, run)


def run_redact(states: Sequence[CallState], models: Models, config: Config) -> Answers:
    """Turns without what must not be kept; from here on nothing else holds the words."""

    def run(state: CallState) -> CallState:
        turns = tuple(redact.redact_turn(turn, config.redact) for turn in state.turns)
        return replace(state, turns=turns, words=(), utterances=())

    return _each(states, run)


def run_classify(states: Sequence[CallState], models: Models, config: Config) -> Answers:
    """Labels of all turns of all calls in one pass."""
    found = classify.classify([_conversation(s) for s in states], models.turn_classifier)
    return _each(states, lambda s: replace(s, labels=found[s.recording.call_id]))


def run_tone(states: Sequence[CallState], models: Models, config: Config) -> Answers:
    """Flags of all calls in one pass, supported by the voice."""
    found = tone.flag_tone([_conversation(s) for s in states], models.tone_classifier)

    def run(state: CallState) -> CallState:
        flags = found[state.recording.call_id]
        heard = voice.voice_evidence(state.turns, state.loudness, flags, config.tone)
        return replace(state, tone=tone.with_voice(flags, heard, config.tone), voice=heard)

    return _each(states, run)


def run_promises(states: Sequence[CallState], models: Models, config: Config) -> Answers:
    """What was promised in each call, counted from the debtor's local day."""

    def run(state: CallState) -> CallState:
        found = promises_of_call(
            state.turns, state.labels, state.recording.account, local_day(state.recording), config.promises
        )
        return replace(state, promises=found.promises, callbacks=found.callbacks)

    return _each(states, run)


def run_metrics(states: Sequence[CallState], models: Models, config: Config) -> Answers:
    """Seconds and shares of each call."""

    def run(state: CallState) -> CallState:
        if state.triage is None:
            raise ValueError(f"{state.recording.call_id}: triage expected before metrics")
        return replace(state, metrics=metrics.measure(state.duration, state.triage, state.turns, config.metrics))

    return _each(states, run)


def run_outcome(states: Sequence[CallState], models: Models, config: Config) -> Answers:
    """Outcome of each call."""

    def run(state: CallState) -> CallState:
        found = state.triage
        if found is not None and triage.is_skipped(found) and found.kind == "voicemail":
            return replace(state, outcome="voicemail")
        day = local_day(state.recording)
        ended = outcome.outcome_of(state.turns, state.labels, state.promises, state.callbacks, day, config.outcome)
        return replace(state, outcome=ended)

    return _each(states, run)


def run_scorecard(states: Sequence[CallState], models: Models, config: Config) -> Answers:
    """Scorecard of each call."""

    def run(state: CallState) -> CallState:
        if state.metrics is None or state.outcome is None:
            raise ValueError(f"{state.recording.call_id}: metrics and outcome expected before the scorecard")
        items = scorecard.score_call(
            state.turns, state.labels, state.tone, state.promises, state.metrics, state.outcome, config.scorecard
        )
        return replace(state, scorecard=items)

    return _each(states, run)


def hints_of(recording: Recording, config: Config) -> object:
    """What of the manifest recognition depends on."""
    return transcribe.hints_of(recording.account, config.transcribe) if config.transcribe.use_hints else None


def local_day(recording: Recording) -> date:
    """Day of the call where the debtor is: their zone if given, else the offset of the start; never a default."""
    moment = recording.started_at
    return (moment.astimezone(ZoneInfo(recording.debtor_zone)) if recording.debtor_zone else moment).date()


def _conversation(state: CallState) -> Conversation:
    return Conversation(state.recording.call_id, state.recording.account.country, state.turns)


def _audio(state: CallState) -> Audio:
    if state.audio is None:
        raise ValueError(f"{state.recording.call_id}: decoded samples expected, none held")
    return state.audio


def _triage(state: CallState, config: Config) -> Triage:
    return triage.triage(_audio(state), state.speech, config.triage, state.recording.call_id)
