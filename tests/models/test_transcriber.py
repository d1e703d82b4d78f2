"""The transcriber's port, kept by the adapter with the shipped weights and by the fake; what only the adapter does.

Sounds are made or cut from fixtures here, so that a failing check can be heard.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.recognition.device import explained
from models.registry import LocalWeights
from models.transcriber import WhisperTranscriber
from models.voice_activity import SileroVoiceActivity
from pipeline.config import PROFILES, TranscribeConfig
from pipeline.errors import CallError, ConfigError, ModelError
from pipeline.ports import MODEL_RATE, Clip, ClipId, Transcriber
from pipeline.transcribe import find_speech, recognise, speech_of
from pipeline.types import Audio, Samples, Word
from tests.fakes import FakeTranscriber
from tests.models.transcribing import (
    DEMO,
    adapter,
    assert_same,
    clip,
    hear,
    promise,
    shipped,
    some_clips,
    text_of,
    words_of,
)

# ------------------------------------------------------------------------------------------------ the port


@pytest.fixture(params=["shipped", "fake"])
def port(request: pytest.FixtureRequest) -> Transcriber:
    return adapter() if request.param == "shipped" else FakeTranscriber()


def test_every_clip_is_answered_once(port: Transcriber) -> None:
    clips = some_clips()
    assert sorted(clip_id for clip_id, _ in port.transcribe(clips)) == sorted(c.id for c in clips)
    assert list(port.transcribe([])) == []


def test_words_lie_inside_their_clip_in_order_on_its_channel(port: Transcriber) -> None:
    by_id = {c.id: c for c in some_clips()}
    for clip_id, answer in port.transcribe(by_id.values()):
        words = words_of(answer)
        seconds = len(by_id[clip_id].samples) / MODEL_RATE
        assert all(w.span.end <= seconds + 0.05 and 0.0 <= w.probability <= 1.0 for w in words)
        assert all(a.span.start <= b.span.start for a, b in pairwise(words))
        assert {w.channel for w in words} <= {clip_id.channel}


def test_silence_has_no_words_and_speech_has(port: Transcriber) -> None:
    heard = {clip_id.call_id: words_of(answer) for clip_id, answer in port.transcribe(some_clips())}
    assert heard["silent"] == ()
    assert len(heard["whole"]) > 3


def test_an_endless_stream_is_answered_as_it_comes(port: Transcriber) -> None:
    drawn = 0

    def clips() -> Iterator[Clip]:
        nonlocal drawn
        for number in count():
            drawn += 1
            yield clip(f"c{number}", promise()[: 2 * MODEL_RATE])

    answers = port.transcribe(clips())
    assert len({clip_id for clip_id, _ in islice(answers, 5)}) == 5
    assert drawn <= 5 + 4 * DEMO.batch_size
    answers.close()  # type: ignore[attr-defined]


def test_a_clips_words_do_not_depend_on_the_clips_beside_it(port: Transcriber) -> None:
    clips = some_clips()
    alone = {c.id: next(iter(port.transcribe([c])))[1] for c in clips}
    for order in (clips, clips[::-1]):
        for clip_id, answer in port.transcribe(order):
            assert_same(answer, alone[clip_id])


# ------------------------------------------------------------------------------------------------ batches


@pytest.mark.parametrize("config", [replace(DEMO, batch_size=1), replace(DEMO, batch_size=8), replace(DEMO, workers=2)])
def test_batches_and_workers_change_no_word(config: TranscribeConfig) -> None:
    expected = dict(adapter().transcribe(some_clips()))
    for clip_id, answer in adapter(config).transcribe(some_clips()):
        assert_same(answer, expected[clip_id])


def test_out_of_memory_halves_the_batch_and_changes_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    transcriber = WhisperTranscriber(shipped(), DEMO)
    real = transcriber._reader.encode
    sizes: list[int] = []

    def encode(features: Sequence[Any]) -> Any:
        sizes.append(len(features))
        if len(features) > 2:
            raise RuntimeError("CUDA failed with error out of memory")
        return real(features)

    monkeypatch.setattr(transcriber._reader, "encode", encode)
    expected = dict(adapter().transcribe(some_clips()))
    for clip_id, answer in transcriber.transcribe([*some_clips(), *some_clips()]):
        assert_same(answer, expected[clip_id])
    assert transcriber.batch_size == 2
    assert sizes[0] == 4
    assert sizes[-1] <= 2


def test_no_room_for_one_window_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    transcriber = WhisperTranscriber(shipped(), DEMO)

    def encode(_features: Sequence[Any]) -> Any:
        raise RuntimeError("CUDA failed with error out of memory")

    monkeypatch.setattr(transcriber._reader, "encode", encode)
    with pytest.raises(ModelError, match=r"transcribe\.compute_type"):
        list(transcriber.transcribe(some_clips()))


def test_a_window_that_the_model_cannot_take_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    transcriber = WhisperTranscriber(shipped(), DEMO)
    real = transcriber._hear

    def hear_batch(batch: Sequence[Any]) -> list[tuple[Word, ...]]:
        if any(window.id.call_id == "late" for window in batch):
            raise RuntimeError("something about a shape, and words of the call")
        return real(batch)

    monkeypatch.setattr(transcriber, "_hear", hear_batch)
    heard = {clip_id.call_id: answer for clip_id, answer in transcriber.transcribe(some_clips())}
    failed = heard.pop("late")
    assert isinstance(failed, CallError)
    assert (failed.call_id, failed.reason) == ("late", "stage_failed")
    assert "words of the call" not in str(failed)
    expected = {clip_id.call_id: answer for clip_id, answer in adapter().transcribe(some_clips())}
    for name, answer in heard.items():
        assert_same(answer, expected[name])


@pytest.mark.parametrize("bad", [np.full(MODEL_RATE, np.nan), np.full(MODEL_RATE, np.inf), np.zeros(0)])
def test_samples_that_are_no_numbers_spoil_nobody_elses_words(bad: Samples) -> None:
    clips = some_clips()
    heard = dict(adapter().transcribe([clips[0], clip("bad", bad), *clips[1:]]))
    failed = heard.pop(ClipId("bad", 0, 0))
    assert isinstance(failed, CallError)
    expected = dict(adapter().transcribe(clips))
    for clip_id, answer in heard.items():
        assert_same(answer, expected[clip_id])


# ------------------------------------------------------------------------------------------------ hints


def test_every_prompt_has_the_same_length_and_ends_with_its_own_hints() -> None:
    transcriber = adapter(replace(DEMO, use_hints=True))
    decode_text = transcriber._tokenizer.decode
    lengths = set()
    for hints in ((), ("Banco Sol", "Ana Ruiz"), ("x" * 2_000,), ("Zeta",)):
        window = transcriber._window(clip("c", promise(), hints=hints))
        lengths.add(len(window.prompt))
        if hints and len(hints[0]) < 100:
            assert decode_text(window.prompt).strip().endswith(", ".join(hints))
    assert lengths == {1 + DEMO.hint_tokens + 4}


def test_hints_never_pass_what_the_model_has_room_for() -> None:
    transcriber = adapter(replace(DEMO, use_hints=True, hint_tokens=10_000))
    window = transcriber._window(clip("c", promise(), hints=("palabra " * 5_000,)))
    assert len(window.prompt) == 1 + 223 + 4
    list(transcriber.transcribe([clip("c", promise(), hints=("palabra " * 5_000,))]))


def test_each_clip_of_a_batch_has_its_own_hints() -> None:
    transcriber = adapter(replace(DEMO, use_hints=True, glossary=()))
    speech = promise()
    clips = [
        clip("a", speech, hints=("Banco Sol",)),
        clip("b", speech, hints=("Crédito Andino", "Rosa Peña")),
        clip("none", speech),
    ]
    alone = {c.id: next(iter(transcriber.transcribe([c])))[1] for c in clips}
    for clip_id, answer in transcriber.transcribe(clips):
        assert_same(answer, alone[clip_id])
    assert_same(alone[clips[2].id], next(iter(adapter().transcribe([clips[2]])))[1])


def test_the_shipped_weights_are_given_no_prompt_unless_asked() -> None:
    window = adapter()._window(clip("c", promise(), hints=("Banco Sol",)))
    assert len(window.prompt) == 4
    assert PROFILES["cpu"].transcribe.use_hints
    assert PROFILES["gpu"].transcribe.use_hints


# ------------------------------------------------------------------------------------------------ loading


def test_a_machine_without_a_gpu_says_so_and_what_to_do() -> None:
    with pytest.raises(ModelError, match=r'no GPU found .* set transcribe\.device = "cpu"'):
        WhisperTranscriber(shipped(), replace(DEMO, device="cuda"))


def test_auto_goes_to_the_processor_with_numbers_it_computes_in() -> None:
    on_cpu = WhisperTranscriber(shipped(), replace(DEMO, device="auto", compute_type="float16"))
    ((_, answer),) = on_cpu.transcribe([clip("x", promise())])
    assert text_of(answer) == hear(promise())


def test_a_type_of_number_that_the_device_lacks_is_named_with_those_it_has() -> None:
    with pytest.raises(ModelError, match=r"compute_type 'float16' found, cpu computes in .*int8"):
        WhisperTranscriber(shipped(), replace(DEMO, device="cpu", compute_type="float16"))


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="converted for CTranslate2"):
        WhisperTranscriber(LocalWeights("mine", tmp_path, "folder", False, "0"), DEMO)


def test_a_missing_libcublas_is_told_with_the_extra_that_brings_it() -> None:
    said = RuntimeError("Library libcublas.so.12 is not found or cannot be loaded")
    assert "make setup LOCK=gpu" in str(explained(said, "turbo", "on cuda"))


def test_an_encoder_input_shorter_than_a_clip_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"encoder_seconds 8 found, at least transcribe\.max_clip_seconds \(10\)"):
        WhisperTranscriber(shipped(), replace(DEMO, encoder_seconds=8.0))


# ------------------------------------------------------------------------------------------------ whole recordings


def test_speech_of_several_recordings_goes_to_its_own_call_at_its_own_time() -> None:
    """A promise on the second channel, the same elsewhere in mono, a silent call; batches are of all of them."""
    # Whole windows of the voice activity's 512 samples, so that both are cut alike.
    late, early = 625 * 512, 94 * 512
    speech = promise()
    stereo = np.zeros((2, 40 * MODEL_RATE), np.float32)
    stereo[1, late : late + len(speech)] = speech
    mono = np.zeros((1, 20 * MODEL_RATE), np.float32)
    mono[0, early : early + len(speech)] = speech
    activity = SileroVoiceActivity(DEMO)
    calls = {"stereo": stereo, "mono": mono, "silent": np.zeros((2, 9 * MODEL_RATE), np.float32)}
    heard = dict(
        recognise(
            (
                speech_of(name, audio, find_speech(audio, activity), DEMO, ())
                for name, samples in calls.items()
                for audio in [Audio(samples, MODEL_RATE)]
            ),
            adapter(),
        )
    )
    assert heard["silent"] == ()
    first, second = words_of(heard["stereo"]), words_of(heard["mono"])
    assert [w.text for w in first] == [w.text for w in second]
    assert {w.channel for w in first} == {1}
    apart = [a.span.start - b.span.start - (late - early) / MODEL_RATE for a, b in zip(first, second, strict=True)]
    # After a longer silence the voice activity starts a little later, and the first word with it.
    assert float(np.median(np.abs(apart))) <= 0.05
    assert max(map(abs, apart)) <= 0.4
