"""Voices by channel: copies, crosstalk, level and pitch."""

import numpy as np
import pytest

from pipeline.config import DiarizeConfig
from pipeline.diarize import (
    channel_warnings,
    channels_are_copies,
    is_mono,
    loudness_of,
    voices_of_channels,
    without_crosstalk,
)
from pipeline.ports import MODEL_RATE
from pipeline.types import Audio, Span, VoiceSpan, Word

CONFIG = DiarizeConfig()
RANDOM = np.random.default_rng(7)


def noise(seconds: float, level: float) -> np.ndarray:
    return (RANDOM.standard_normal(int(seconds * MODEL_RATE)) * level).astype(np.float32)


def buzz(seconds: float, pitch: float, level: float) -> np.ndarray:
    """Harmonics of a pitch, as a voice has them."""
    t = np.arange(int(seconds * MODEL_RATE)) / MODEL_RATE
    harmonics = np.stack([np.sin(2 * np.pi * pitch * k * t) / k for k in range(1, 8)])
    return np.asarray(level * harmonics.sum(axis=0), dtype=np.float32)


def test_copies_are_told_from_two_sides() -> None:
    side = noise(3, 0.1)
    copies = Audio(np.stack([side, 0.7 * side + noise(3, 0.002)]), MODEL_RATE)
    sides = Audio(np.stack([side, noise(3, 0.1) + 0.05 * side]), MODEL_RATE)
    assert channels_are_copies(copies, CONFIG)
    assert not channels_are_copies(sides, CONFIG)
    assert not channels_are_copies(Audio(np.zeros((2, 100), np.float32), MODEL_RATE), CONFIG)
    assert is_mono(copies, CONFIG)
    assert not is_mono(sides, CONFIG)
    assert is_mono(sides, DiarizeConfig(mode="mono"))


def test_a_leak_into_the_other_channel_is_dropped_and_talking_over_is_kept() -> None:
    agent = np.concatenate([noise(2, 0.2), noise(1, 0.2)])
    debtor = np.concatenate([0.02 * agent[: 2 * MODEL_RATE], noise(1, 0.15)])
    audio = Audio(np.stack([agent, debtor]), MODEL_RATE)
    words = [
        Word("viernes", Span(0.5, 1.0), 0.9, 0),
        Word("viernes", Span(0.5, 1.0), 0.6, 1),
        Word("oiga", Span(2.2, 2.6), 0.9, 0),
        Word("espere", Span(2.2, 2.7), 0.9, 1),
    ]
    kept = without_crosstalk(words, audio, CONFIG)
    assert [(w.text, w.channel) for w in kept] == [("viernes", 0), ("oiga", 0), ("espere", 1)]


def test_an_echo_that_outlasts_what_it_repeats_is_dropped() -> None:
    # The agent stops at 1.0 s; the echo of the last word comes 0.3 s later, when the agent's channel is silent.
    agent = np.concatenate([noise(1, 0.2), noise(2, 0.001)])
    debtor = np.concatenate([noise(0.8, 0.001), noise(0.5, 0.08), noise(0.4, 0.001), noise(1.3, 0.15)])
    audio = Audio(np.stack([agent, debtor]), MODEL_RATE)
    words = [
        Word("cuotas.", Span(0.6, 1.0), 0.9, 0),
        Word("Cuotas", Span(0.9, 1.3), 0.7, 1),
        Word("cuotas", Span(1.8, 2.2), 0.9, 1),
    ]
    kept = without_crosstalk(words, audio, CONFIG)
    assert [(w.text, w.channel) for w in kept] == [("cuotas.", 0), ("cuotas", 1)]


def test_an_answer_with_the_same_short_word_is_no_echo() -> None:
    agent = np.concatenate([noise(1, 0.2), noise(2, 0.001)])
    debtor = np.concatenate([noise(0.8, 0.001), noise(0.5, 0.08), noise(1.7, 0.001)])
    words = [Word("¿Sí?", Span(0.6, 1.0), 0.9, 0), Word("Sí.", Span(0.9, 1.3), 0.7, 1)]
    assert len(without_crosstalk(words, Audio(np.stack([agent, debtor]), MODEL_RATE), CONFIG)) == 2


def test_channels_that_are_copies_are_said_to_be() -> None:
    told_apart = [VoiceSpan("voice-0", Span(0, 1)), VoiceSpan("voice-1", Span(1, 2))]
    by_channel = voices_of_channels(((Span(0, 1),), (Span(1, 2),)))
    assert "copies" in channel_warnings(2, told_apart, CONFIG)[0]
    assert channel_warnings(1, told_apart, CONFIG) == ()
    assert channel_warnings(2, by_channel, CONFIG) == ()
    assert channel_warnings(2, told_apart, DiarizeConfig(mode="mono")) == ()


def test_level_and_pitch_of_a_voice() -> None:
    audio = Audio(np.stack([buzz(2, 120, 0.1), buzz(2, 220, 0.4)]), MODEL_RATE)
    voices = voices_of_channels(((Span(0, 2),), (Span(0, 2),)))
    low, high = loudness_of(audio, voices)
    assert low.pitch_hz == pytest.approx(120, rel=0.03)
    assert high.pitch_hz == pytest.approx(220, rel=0.03)
    assert high.level_db - low.level_db == pytest.approx(12, abs=0.5)


def test_noise_has_no_pitch() -> None:
    audio = Audio(noise(2, 0.1)[None, :], MODEL_RATE)
    (heard,) = loudness_of(audio, [VoiceSpan("channel-0", Span(0, 2))])
    assert heard.pitch_hz is None
