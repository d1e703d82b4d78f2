"""What must not count as speech, on sounds that provoke it with the shipped weights; and what is read again."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.recipes.recogniser.batches import wordless_sound
from models.recognition.guards import is_invented, judge, longest_run
from models.recognition.readings import Decoding, Reading
from models.transcriber import DISPUTED, WhisperTranscriber
from pipeline.doubt import bears_figure
from pipeline.ports import MODEL_RATE, ClipId
from pipeline.types import Samples, Span, Word
from tests.models.transcribing import (
    DEMO,
    UNGUARDED,
    adapter,
    clip,
    hear,
    promise,
    shipped,
    text_of,
    words_of,
)

# ------------------------------------------------------------------------------------------------ guards


def tone() -> Samples:
    return wordless_sound(10 * MODEL_RATE, np.random.default_rng([9, 0]), "tone")


def silence() -> Samples:
    return wordless_sound(10 * MODEL_RATE, np.random.default_rng([9, 1]), "silence")


def rumble() -> Samples:
    """Brown noise that swells three times a second."""
    walk = np.cumsum(np.random.default_rng(0).standard_normal(10 * MODEL_RATE))
    swell = np.abs(np.sin(np.arange(len(walk)) / MODEL_RATE * np.pi * 3))
    sound: Samples = (walk / np.abs(walk).max() * 0.5 * swell).astype(np.float32)
    return sound


def hold_music() -> Samples:
    return wordless_sound(10 * MODEL_RATE, np.random.default_rng([9, 12]), "music")


def line_noise() -> Samples:
    return wordless_sound(10 * MODEL_RATE, np.random.default_rng([9, 18]), "noise")


@pytest.mark.parametrize("sound", [silence, tone, rumble, hold_music, line_noise])
def test_no_speech_and_log_probability_together_are_silence(sound: Callable[[], Samples]) -> None:
    only_this = replace(UNGUARDED, no_speech_threshold=0.6, log_prob_threshold=-1.0)
    assert hear(sound(), UNGUARDED)
    assert not hear(sound(), only_this)
    assert not hear(sound())


@pytest.mark.parametrize("kind", ["silence", "tone", "music", "noise", "mixed"])
def test_nothing_is_heard_where_nobody_speaks(kind: str, repetitions: Callable[[int, int], int]) -> None:
    clips = [
        clip(f"{kind}{i}", wordless_sound(int(rng.uniform(2, 10) * MODEL_RATE), rng, kind))
        for i in range(repetitions(4, 100))
        for rng in [np.random.default_rng([31, i])]
    ]
    assert [text_of(answer) for _, answer in adapter().transcribe(clips)] == [""] * len(clips)


@pytest.mark.parametrize("seconds", [0.25, 0.4, 0.8])
def test_a_phrase_over_and_over_is_not_written(seconds: float) -> None:
    piece = promise()[MODEL_RATE // 2 : int((0.5 + seconds) * MODEL_RATE)]
    loop = np.tile(piece, 10 * MODEL_RATE // len(piece))
    by_ratio = replace(UNGUARDED, compression_ratio_threshold=2.4)
    by_runs = replace(UNGUARDED, max_repeats=5)
    assert longest_run(hear(loop, UNGUARDED).split()) > 5
    assert (hear(loop, by_ratio), hear(loop, by_runs), hear(loop)) == ("", "", "")


@pytest.mark.parametrize("sound", [silence, tone, rumble])
def test_words_that_none_believes_are_left_out(sound: Callable[[], Samples]) -> None:
    """Where nothing sounds one improbable word is written, with no check but this one."""
    believed = replace(UNGUARDED, max_anomaly=1.0)
    assert hear(sound(), UNGUARDED)
    assert not hear(sound(), believed)
    assert hear(promise(), believed) == hear(promise(), UNGUARDED)


def test_more_words_than_anybody_says_are_left_out() -> None:
    written = hear(promise(), UNGUARDED)
    rate = len(written.split()) / (len(promise()) / MODEL_RATE)
    assert 1.0 < rate < DEMO.max_words_per_second
    assert hear(promise(), replace(UNGUARDED, max_words_per_second=rate * 0.9)) == ""
    assert hear(promise(), replace(UNGUARDED, max_words_per_second=rate * 1.1)) == written


@pytest.mark.parametrize(
    ("text", "run"), [("", 0), ("sí", 1), ("no no no", 3), ("a b a b a b", 3), ("ya le dije que no no no no", 4)]
)
def test_longest_run(text: str, run: int) -> None:
    assert longest_run(text.split()) == run


def reading(text: str, mean: float = -0.3, no_speech: float = 0.0) -> Reading:
    return Reading((1,), text, mean, no_speech)


def test_verdicts() -> None:
    assert judge(reading(" no, no, no, no le debo nada"), "", DEMO) == "kept"
    assert judge(reading(" ya ya ya ya ya ya ya"), "", DEMO) == "repeated"
    assert judge(reading(" gracias", -1.5, 0.9), "", DEMO) == "silence"
    assert judge(reading(" gracias", -1.5, 0.1), "", DEMO) == "unsure"
    # Surely spoken, though the first token said otherwise: as in Whisper, both must agree.
    assert judge(reading(" gracias", -0.2, 0.9), "", DEMO) == "kept"
    hints = "saldo, abono, cuota, Banco Sol, Ana María Ruiz"
    assert judge(reading(" Saldo, abono, cuota, Banco"), hints, DEMO) == "echo"
    assert judge(reading(" Ana María Ruiz"), hints, DEMO) == "kept"


def test_words_too_short_too_long_or_too_many_are_invented() -> None:
    def word(start: float, end: float, probability: float = 0.9) -> Word:
        return Word("x", Span(start, end), probability, 0)

    assert not is_invented([], 5.0, DEMO)
    assert not is_invented([word(0, 0.4), word(0.5, 0.8)], 5.0, DEMO)
    assert is_invented([word(0, 0.0), word(0, 0.01)], 5.0, DEMO)
    assert is_invented([word(0, 4.5, 0.1)], 5.0, DEMO)
    assert is_invented([word(0, 0.3)] * 41, 5.0, DEMO)
    assert not is_invented([word(0, 0.3)] * 3, 0.2, DEMO)


# ------------------------------------------------------------------------------------------------ read again


def encoded(transcriber: WhisperTranscriber, samples: Samples) -> tuple[Any, list[list[int]]]:
    window = transcriber._window(clip("x", samples))
    assert window.features is not None
    return transcriber._reader.encode([window.features]), [window.prompt]


def test_a_temperature_reads_otherwise() -> None:
    """With CTranslate2's defaults any temperature reads the same again: nothing would be retried."""
    sound, prompts = encoded(adapter(), promise()[::2])
    reader = adapter()._reader
    greedy = {reader.read(sound, prompts, Decoding(1))[0].text for _ in range(3)}
    hot = [reader.read(sound, prompts, Decoding(1, temperature=1.0))[0] for _ in range(3)]
    assert len(greedy) == 1
    assert {r.text for r in hot} - greedy
    assert all(r.is_sampled for r in hot)


def test_bad_windows_are_read_at_each_temperature_and_good_ones_once(monkeypatch: pytest.MonkeyPatch) -> None:
    config = replace(DEMO, retry_temperatures=(0.4, 0.8), reread_below=0.0)
    transcriber = WhisperTranscriber(shipped(), config)
    asked: list[tuple[float, int, int]] = []
    real = transcriber._reader.read

    def read(sound: Any, prompts: Sequence[Sequence[int]], decoding: Decoding) -> list[Reading]:
        asked.append((decoding.temperature, decoding.no_repeat, len(prompts)))
        return real(sound, prompts, decoding)

    monkeypatch.setattr(transcriber._reader, "read", read)
    fast = clip("fast", promise()[::2])
    heard = dict(transcriber.transcribe([clip("good", promise()), fast]))
    assert asked[0] == (0.0, 0, 2)
    assert asked[1:] == [(0.0, 3, 1), (0.4, 0, 1), (0.8, 0, 1)]
    assert text_of(heard[ClipId("good", 0, 0)]) == hear(promise())


def test_a_loop_is_read_without_repetitions_and_counts_only_if_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    transcriber = WhisperTranscriber(shipped(), replace(DEMO, reread_below=0.0))
    real = transcriber._reader.read
    sureness = -0.2

    def read(sound: Any, prompts: Sequence[Sequence[int]], decoding: Decoding) -> list[Reading]:
        found = real(sound, prompts, replace(decoding, no_repeat=0))
        if decoding.no_repeat:
            return [replace(r, mean_log_prob=sureness) for r in found]
        return [replace(r, text=" la la la la la la la la") for r in found]

    monkeypatch.setattr(transcriber._reader, "read", read)
    ((_, answer),) = transcriber.transcribe([clip("x", promise())])
    assert len(words_of(answer)) > 3
    sureness = -0.9
    ((_, answer),) = transcriber.transcribe([clip("x", promise())])
    assert answer == ()


def test_figures_on_which_a_second_reading_differs_are_disputed(monkeypatch: pytest.MonkeyPatch) -> None:
    transcriber = WhisperTranscriber(shipped(), replace(DEMO, reread_below=1.01))
    ((_, agreed),) = transcriber.transcribe([clip("x", promise())])
    figures = [w for w in words_of(agreed) if bears_figure(w.text)]
    assert figures
    real = transcriber._reader.read

    def read(sound: Any, prompts: Sequence[Sequence[int]], decoding: Decoding) -> list[Reading]:
        found = real(sound, prompts, decoding)
        return [replace(r, text="") for r in found] if decoding.beam_size == 1 else found

    monkeypatch.setattr(transcriber._reader, "read", read)
    ((_, disputed),) = transcriber.transcribe([clip("x", promise())])
    assert text_of(disputed) == text_of(agreed)
    assert all(w.probability <= DISPUTED for w in words_of(disputed) if bears_figure(w.text))
    for before, after in zip(words_of(agreed), words_of(disputed), strict=True):
        if not bears_figure(before.text):
            assert before == after


def test_sure_figures_are_not_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    transcriber = WhisperTranscriber(shipped(), replace(DEMO, reread_below=0.0))
    real = transcriber._reader.read
    n_reads = 0

    def read(*given: Any) -> list[Reading]:
        nonlocal n_reads
        n_reads += 1
        return real(*given)

    monkeypatch.setattr(transcriber._reader, "read", read)
    list(transcriber.transcribe([clip("x", promise())]))
    assert n_reads == 1
