"""Synthesised speech carries the time of every word; lines and noises are what they say.

Needs espeak-ng, by its wheel or the system's package.
"""

from itertools import pairwise

import numpy as np
import pytest

from models.recipes.recogniser.pool import SAMPLE_RATE, UNSEEN_VARIANTS, seen_variants, to_utterance
from models.recipes.speech import SpeechUnavailableError, Voice, list_variants, synthesize

pytestmark = pytest.mark.system

TEXT = "Hola, buenos días. ¿Hablo con la señora Núñez? Le debe 1.500 pesos desde el 15 de marzo; de la ciudad."


@pytest.mark.parametrize("variant", ["", "f3", "klatt2"])
def test_each_word_of_the_text_has_its_time(variant: str) -> None:
    spoken = synthesize(TEXT, Voice(variant, "es-419"))
    assert [w.text for w in spoken.words] == TEXT.split()
    assert all(a.start < b.start and a.end <= b.start + 0.02 for a, b in pairwise(spoken.words))
    assert 0.0 <= spoken.words[0].start < 0.2
    assert spoken.words[-1].end <= len(spoken.samples) / spoken.sample_rate


def test_words_sound_where_their_times_say_and_pauses_are_silent() -> None:
    spoken = synthesize("banco, banco, banco", Voice("m3"))
    rate = spoken.sample_rate
    for a, b in pairwise(spoken.words):
        inside = spoken.samples[int(a.start * rate) : int(a.end * rate)]
        between = spoken.samples[int(a.end * rate) + rate // 50 : int(b.start * rate) - rate // 50]
        assert np.abs(inside).max() > 20 * np.abs(between).max()
        assert b.start - a.end > 0.1


def test_a_number_in_digits_is_one_word_of_its_length() -> None:
    digits, words = (synthesize(t, Voice()) for t in ("son 1.500 pesos", "son mil quinientos pesos"))
    spans = [(s.words[1].start, s.words[-2].end) for s in (digits, words)]
    assert abs((spans[0][1] - spans[0][0]) - (spans[1][1] - spans[1][0])) < 0.15


def test_rate_and_pitch_are_those_asked_for() -> None:
    slow, fast = (synthesize("mañana le pago la cuota", Voice(rate=r)) for r in (120, 240))
    assert len(slow.samples) > 1.6 * len(fast.samples)


def test_same_voice_speaks_with_the_same_times_after_others_have_spoken() -> None:
    voice = Voice("f2", "es-419", pitch=70, rate=190)
    first = synthesize("quedamos en eso", voice).words
    synthesize("otra cosa", Voice("Demonic", "es", pitch=10))
    for a, b in zip(first, synthesize("quedamos en eso", voice).words, strict=True):
        assert abs(a.start - b.start) < 0.02


def test_unknown_variant_is_named_in_the_error() -> None:
    with pytest.raises(SpeechUnavailableError, match="nadie"):
        synthesize("hola", Voice("nadie"))


def test_unseen_voices_exist_and_are_never_drawn_for_training() -> None:
    assert set(UNSEEN_VARIANTS) <= set(list_variants())
    assert not set(UNSEEN_VARIANTS) & set(seen_variants())
    assert {v for v in list_variants() if v.startswith("klatt")} <= set(UNSEEN_VARIANTS)


def test_utterance_is_cut_to_its_words() -> None:
    spoken = synthesize("le deposito el viernes", Voice("f1"))
    assert spoken.sample_rate != SAMPLE_RATE
    utterance = to_utterance(spoken, Voice("f1"))
    assert utterance is not None
    assert utterance.starts[0] == 0.0
    assert utterance.words == ("le", "deposito", "el", "viernes")
