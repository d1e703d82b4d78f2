"""Proof that the models run on this machine: the shipped recording through them, each timed, against its truth."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar

from flows.models import loaded_models
from models.machine import device_of
from models.proof import recording_path, truth
from pipeline import classify, diarize, tone, transcribe
from pipeline.annotate import account_of, turns_of
from pipeline.config import Config
from pipeline.decode import decode
from pipeline.errors import PalabraError
from pipeline.evaluate_audio import word_errors
from pipeline.metrics import union
from pipeline.outcome import outcome_of
from pipeline.ports import Conversation
from pipeline.promises import promises_of_call
from pipeline.state import Models
from pipeline.types import Audio, Span, VoiceSpan

Part = Literal["voice activity", "recognition", "diarization", "classification"]

MOST_WORD_ERRORS = 0.5
"""The recording is synthetic speech over a telephone, which weights for people need not like."""

MOST_VOICE_ERRORS = 0.3
LEAST_SPEECH = 0.8


@dataclass(frozen=True, slots=True)
class Proof:
    """One part on the shipped recording.

    Attributes:
        part: What was tried.
        weights: Who answered.
        device: Where it ran.
        seconds: Its own time, with the weights loaded before.
        pace: Seconds of the recording by seconds of work: multiple of real time.
        load_seconds: Imports and loading.
        found: What came out, against the truth.
        holds: Whether that is good enough to be sure that it works.
        remedy: What to do where it does not.
    """

    part: Part
    weights: str
    device: str
    seconds: float
    pace: float
    load_seconds: float
    found: str
    holds: bool
    remedy: str = ""


def prove(config: Config) -> tuple[Proof, ...]:
    """Voice activity, recognition, diarization and classification of the shipped recording, one after the other.

    A part that cannot be loaded or fails is told as such, and the others are tried all the same.
    """
    audio = decode(recording_path(), "proof", config.decode)
    gold = truth()
    parts: tuple[tuple[Part, Callable[[Models, Config, Audio, Mapping[str, Any]], Proof]], ...] = (
        ("voice activity", _voice_activity),
        ("recognition", _recognition),
        ("diarization", _diarization),
        ("classification", _classification),
    )
    try:
        models = loaded_models(config)
    except PalabraError as error:
        return tuple(_cannot_run(part, error) for part, _ in parts)
    proofs = []
    for part, run in parts:
        try:
            proofs.append(run(models, config, audio, gold))
        except PalabraError as error:
            proofs.append(_cannot_run(part, error))
    return tuple(proofs)


def _cannot_run(part: Part, error: PalabraError) -> Proof:
    return Proof(part, "", "", 0.0, 0.0, 0.0, "cannot run", holds=False, remedy=str(error))


def _voice_activity(models: Models, config: Config, audio: Audio, gold: Mapping[str, Any]) -> Proof:
    _, load_seconds = _timed(lambda: models.voice_activity)
    speech, seconds = _timed(lambda: transcribe.find_speech(audio, models.voice_activity))
    said = union([Span(t["start"], t["end"]) for t in gold["turns"]])
    heard = sum(a.overlap(b) for a in said for b in speech[0]) / sum(s.duration for s in said)
    return Proof(
        "voice activity",
        models.weights["voice_activity"].title,
        "cpu",
        round(seconds, 2),
        _pace(audio, seconds),
        round(load_seconds, 2),
        f"{heard:.0%} of the speech",
        holds=heard >= LEAST_SPEECH,
        remedy=""
        if heard >= LEAST_SPEECH
        else f"transcribe.vad_threshold is {config.transcribe.vad_threshold:g}; its default is 0.5",
    )


def _recognition(models: Models, config: Config, audio: Audio, gold: Mapping[str, Any]) -> Proof:
    transcriber, load_seconds = _timed(lambda: models.transcriber)
    speech = transcribe.find_speech(audio, models.voice_activity)
    clips = [transcribe.speech_of("proof", audio, speech, config.transcribe, ())]
    heard, seconds = _timed(lambda: dict(transcribe.recognise(clips, transcriber)))
    words = heard.get("proof", ())
    if isinstance(words, PalabraError):
        raise words
    rate = word_errors((t["text"] for t in gold["turns"]), (w.text for w in words)).rate
    holds = rate <= MOST_WORD_ERRORS
    return Proof(
        "recognition",
        models.weights["transcriber"].title,
        device_of(config.transcribe.device),
        round(seconds, 2),
        _pace(audio, seconds),
        round(load_seconds, 2),
        f"word error {rate:.1%}, {len(words)} words",
        holds=holds,
        remedy="" if holds else "verify the weights (`palabra models verify`) and transcribe.compute_type",
    )


def _diarization(models: Models, config: Config, audio: Audio, gold: Mapping[str, Any]) -> Proof:
    diarizer, load_seconds = _timed(lambda: models.diarizer)
    found, seconds = _timed(lambda: diarize.diarize([("proof", audio.samples[0])], diarizer))
    voices = found["proof"]
    wrong = _wrong_voice(voices, gold)
    n_voices = len({v.voice for v in voices})
    holds = wrong <= MOST_VOICE_ERRORS and n_voices == 2
    return Proof(
        "diarization",
        models.weights["diarizer"].title,
        device_of(config.diarize.device),
        round(seconds, 2),
        _pace(audio, seconds),
        round(load_seconds, 2),
        f"{n_voices} voices, {wrong:.1%} of the speech to the wrong one or to none",
        holds=holds,
        remedy="" if holds else "verify the weights (`palabra models verify`) and diarize.device",
    )


def _wrong_voice(voices: Sequence[VoiceSpan], gold: Mapping[str, Any]) -> float:
    """Share of the words' time that is not given to the voice of their speaker, voices being named by most overlap."""
    said = [(t["speaker"], Span(start, end)) for t in gold["turns"] for _, start, end in t["words"]]
    shared: dict[tuple[str, str], float] = {}
    for speaker, span in said:
        for voice in voices:
            key = (voice.voice, speaker)
            shared[key] = shared.get(key, 0.0) + span.overlap(voice.span)
    names = {v.voice for v in voices}
    right = sum(
        max((seconds for (voice, _), seconds in shared.items() if voice == name), default=0.0) for name in names
    )
    return 1.0 - right / sum(span.duration for _, span in said)


def _classification(models: Models, config: Config, audio: Audio, gold: Mapping[str, Any]) -> Proof:
    (turn_classifier, tone_classifier), load_seconds = _timed(lambda: (models.turn_classifier, models.tone_classifier))
    turns = turns_of(gold)
    calls = [Conversation("proof", gold["country"], turns)]
    began = time.perf_counter()
    labels = classify.classify(calls, turn_classifier)["proof"]
    tone.flag_tone(calls, tone_classifier)
    seconds = time.perf_counter() - began
    day = datetime.fromisoformat(gold["started_at"]).date()
    found = promises_of_call(turns, labels, account_of(gold), day, config.promises)
    outcome = outcome_of(turns, labels, found.promises, found.callbacks, day, config.outcome)
    standing = [(str(p.due), float(p.amount or 0)) for p in found.promises if p.replaced_by is None]
    holds = outcome == gold["outcome"] and standing == [(p["date"], p["amount"]) for p in gold["promises"]]
    return Proof(
        "classification",
        models.weights["turn_classifier"].title,
        "cpu",
        round(seconds, 3),
        _pace(audio, seconds),
        round(load_seconds, 2),
        "promise, day and amount as said" if holds else "another outcome, day or amount than was said",
        holds=holds,
        remedy="" if holds else "verify the weights (`palabra models verify`), classify.model and promises",
    )


T = TypeVar("T")


def _timed(run: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    answer = run()
    return answer, time.perf_counter() - began


def _pace(audio: Audio, seconds: float) -> float:
    return round(audio.duration / max(seconds, 1e-6), 1)
