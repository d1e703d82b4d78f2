"""The transcriber's port, kept by the adapter with the shipped weights and by the fake; what only the adapter does.

Sounds are made or cut from fixtures here, so that a failing check can be heard.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import count, islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.recipes.recogniser.batches import wordless_sound
from models.recognition.device import explained
from models.recognition.guards import is_invented, judge, longest_run
from models.recognition.readings import Decoding, Reading
from models.registry import LocalWeights, find_weights
from models.transcriber import DISPUTED, WhisperTranscriber
from models.voice_activity import SileroVoiceActivity
from pipeline.config import PROFILES, DecodeConfig, TranscribeConfig
from pipeline.decode import decode
from pipeline.doubt import bears_figure
from pipeline.errors import CallError, ConfigError, ModelError
from pipeline.ports import MODEL_RATE, Answer, Clip, ClipId, Piece, Transcriber
from pipeline.transcribe import find_speech, recognise, speech_of
from pipeline.types import Audio, Samples, Span, Word
from tests.fakes import FakeTranscriber

DATA = Path(__file__).parent / "data"
DEMO = TranscribeConfig(threads=1)
UNGUARDED = replace(
    DEMO,
    no_speech_threshold=1.0,
    log_prob_threshold=-100.0,
    compression_ratio_threshold=1e9,
    max_repeats=10**6,
    max_words_per_second=0.0,
    max_anomaly=0.0,
    retry_no_repeat=0,
)


@cache
def shipped() -> LocalWeights:
    return find_weights(DEMO.model)


@cache
def adapter(config: TranscribeConfig = DEMO) -> WhisperTranscriber:
    return WhisperTranscriber(shipped(), config)


@cache
def promise() -> Samples:
    """Seven seconds of a promise, spoken by a synthesiser."""
    return decode(DATA / "promesa.wav", "promesa", DecodeConfig()).samples[0][: 10 * MODEL_RATE]


def clip(name: str, samples: Samples, channel: int = 0, hints: tuple[str, ...] = ()) -> Clip:
    samples = samples.astype(np.float32)
    return Clip(ClipId(name, channel, 0), samples, (Piece(0.0, 0.0, len(samples) / MODEL_RATE),), hints)


def words_of(answer: Answer) -> tuple[Word, ...]:
    assert not isinstance(answer, CallError)
    return answer


def text_of(answer: Answer) -> str:
    return " ".join(word.text for word in words_of(answer))


def hear(samples: Samples, config: TranscribeConfig = DEMO) -> str:
    ((_, answer),) = adapter(config).transcribe([clip("one", samples)])
    return text_of(answer)


def some_clips() -> list[Clip]:
    """Speech whole, late, slow to start, quiet, none at all; two channels, six calls."""
    speech = promise()
    return [
        clip("whole", speech),
        clip("late", speech[2 * MODEL_RATE :], channel=1),
        clip("paused", np.concatenate([np.zeros(MODEL_RATE), speech[: 6 * MODEL_RATE]])),
        clip("quiet", speech * 0.1),
        clip("silent", np.zeros(4 * MODEL_RATE)),
        clip("short", speech[: 3 * MODEL_RATE]),
    ]


def assert_same(first: Answer, second: Answer) -> None:
    """The same words; probabilities as near as CONTRACT's 0.001 asks, times within the 0.01 s that are stored."""
    ours, theirs = words_of(first), words_of(second)
    assert [w.text for w in ours] == [w.text for w in theirs]
    for a, b in zip(ours, theirs, strict=True):
        assert abs(a.probability - b.probability) < 1e-3
        assert abs(a.span.start - b.span.start) <= 0.021
        assert abs(a.span.end - b.span.end) <= 0.021


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


# ------------------------------------------------------------------------------------------------ guards


def tone() -> Samples:
    return wordless_sound(10 * MODEL_RATE, np.random.default_rng([9, 0]), "tone")


def silence() -> Samples:
    return wordless_sound(10 * MODEL_RATE, np.random.default_rng([9, 1]), "silence")


def rumble() -> Samples:
    """Brown noise that swells three times a second."""
    walk = np.cumsum(np.random.default_rng(0).standard_normal(10 * MODEL_RATE))
    swell = np.abs(np.sin(np.arange(len(walk)) / MODEL_RATE * np.pi * 3))
    return (walk / np.abs(walk).max() * 0.5 * swell).astype(np.float32)


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
