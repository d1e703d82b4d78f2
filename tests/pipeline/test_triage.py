"""What a recording holds besides talk: every kind on made sound, and no conversation ever skipped."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from models.recipes import telephone
from models.voice_activity import SileroVoiceActivity
from pipeline.config import Config, DecodeConfig, TriageConfig
from pipeline.decode import decode
from pipeline.music import find_music
from pipeline.ports import MODEL_RATE
from pipeline.prompts import find_repeats
from pipeline.tones import find_tones, name_signals
from pipeline.transcribe import find_speech
from pipeline.triage import is_sampled, triage
from pipeline.types import Audio, Samples, Span, Triage
from tests.gold_ports import AUDIO, read_gold

CONFIG = TriageConfig()
Spans = tuple[Span, ...]

CADENCES = {
    "ring_back Mexico, Colombia, Peru, Argentina": (3, 1.0, 4.0, (425,)),
    "ring_back Spain": (3, 1.5, 3.0, (425,)),
    "ring_back Chile": (3, 1.0, 3.0, (400,)),
    "ring_back Costa Rica, Ecuador": (3, 1.2, 4.65, (450,)),
    "ring_back Dominican Republic": (3, 2.0, 4.0, (440, 480)),
    "busy Mexico, Colombia": (8, 0.25, 0.25, (425,)),
    "busy Spain": (10, 0.2, 0.2, (425,)),
    "busy Argentina": (8, 0.3, 0.2, (425,)),
    "busy Chile": (6, 0.5, 0.5, (400,)),
    "busy Dominican Republic": (6, 0.5, 0.5, (480, 620)),
    "fax calling": (3, 0.5, 3.0, (1100,)),
    "fax answering": (1, 3.0, 0.5, (2100,)),
}
"""Rounds, seconds of tone and of pause, Hz. Source: ITU-T E.180 Supplement 2; T.30 for fax."""


def tone(seconds: float, *pitches: float, level: float = 0.2) -> Samples:
    t = np.arange(int(seconds * MODEL_RATE)) / MODEL_RATE
    waves = np.stack([np.sin(2 * np.pi * p * t) for p in pitches])
    return np.asarray(level * waves.mean(axis=0), dtype=np.float32)


def quiet(seconds: float, level: float = 1e-4, seed: int = 7) -> Samples:
    rng = np.random.default_rng(seed)
    return (rng.standard_normal(int(seconds * MODEL_RATE)) * level).astype(np.float32)


def cadence(name: str) -> Samples:
    rounds, on, off, pitches = CADENCES[name]
    return np.concatenate([quiet(1), *([tone(on, *pitches), quiet(off)] * rounds)])


def on_the_line(samples: Samples, snr_db: float) -> Samples:
    """G.711 mu-law at 8 kHz with noise so far below the sound."""
    loudness = float(np.sqrt(np.mean(np.square(samples[np.abs(samples) > 1e-3]))))
    return telephone.telephone(samples + quiet(len(samples) / MODEL_RATE, loudness * 10 ** (-snr_db / 20)), MODEL_RATE)


def plucked(seconds: float, seed: int) -> Samples:
    """Hold music of another maker than the one the fixtures use: plucked strings over a bass, in four chords."""
    rng = np.random.default_rng(seed)
    sound = np.zeros(int(seconds * MODEL_RATE))
    beat = float(rng.uniform(0.35, 0.6))
    for step in range(int(seconds / beat)):
        chord = (0, 9, 5, 7)[step // 8 % 4]
        at = int(step * beat * MODEL_RATE)
        for semitone in (chord - 12, chord + int(rng.choice([0, 4, 7, 12]))):
            hz = 261.6 * 2 ** (semitone / 12)
            t = np.arange(min(int(1.5 * beat * MODEL_RATE), len(sound) - at)) / MODEL_RATE
            partials = sum(np.sin(2 * np.pi * hz * k * t) / k for k in (1, 2, 3, 4, 5) if hz * k < 3400)
            sound[at : at + len(t)] += partials * np.exp(-2.5 * t) * np.minimum(1, t / 0.005)
    return np.asarray(0.2 * sound / np.abs(sound).max(), np.float32)


@cache
def fixture(call_id: str) -> Audio:
    gold = read_gold()[call_id]
    return decode(AUDIO / gold["audio"]["file"], call_id, DecodeConfig())


@cache
def detector() -> SileroVoiceActivity:
    return SileroVoiceActivity(Config().transcribe)


def told(audio: Audio, config: TriageConfig = CONFIG, call_id: str = "call-2") -> Triage:
    return triage(audio, find_speech(audio, detector()), config, call_id)


def mono(samples: Samples) -> Audio:
    return Audio(samples[None, :], MODEL_RATE)


def stereo(left: Samples, right: Samples) -> Audio:
    n = max(len(left), len(right))
    return Audio(np.stack([np.pad(s, (0, n - len(s))) for s in (left, right)]), MODEL_RATE)


def spoken(call_id: str, channel: int, turns: int) -> Samples:
    """The first turns of one side of a fixture, without what lies between them."""
    own = [t for t in read_gold()[call_id]["turns"] if t["channel"] == channel][:turns]
    sides = fixture(call_id).samples[channel]
    parts = [sides[int(t["start"] * MODEL_RATE) : int((t["end"] + 0.2) * MODEL_RATE)] for t in own]
    return np.concatenate(parts).astype(np.float32)


# ------------------------------------------------------------------------------------------------ tones


@pytest.mark.parametrize("name", CADENCES)
@pytest.mark.parametrize("snr_db", [60, 20, 12])
def test_signals_of_every_network_are_named_and_skipped(name: str, snr_db: float) -> None:
    samples = on_the_line(cadence(name), snr_db)
    signals = name_signals(find_tones(samples))
    assert {s.kind for s in signals} == {name.split(maxsplit=1)[0]}
    assert sum(s.rounds for s in signals) == CADENCES[name][0]
    found = told(mono(samples))
    assert (found.kind, found.decision) == ("tones", "skipped")
    assert found.signals == (name.split(maxsplit=1)[0],)


def test_special_information_tones_say_that_the_number_is_dead() -> None:
    rising = np.concatenate([quiet(0.5), tone(0.33, 950), tone(0.33, 1400), tone(0.33, 1780), quiet(1.5)])
    assert [s.kind for s in name_signals(find_tones(on_the_line(rising, 20)))] == ["sit"]
    falling = np.concatenate([quiet(0.5), tone(0.33, 1780), tone(0.33, 1400), tone(0.33, 950), quiet(1.5)])
    assert "sit" not in {s.kind for s in name_signals(find_tones(falling))}


def test_keys_are_no_beeps() -> None:
    pressed = np.concatenate([quiet(0.5), tone(0.15, 770, 1336), quiet(0.5), tone(0.3, 941, 1477), quiet(0.5)])
    assert [s.kind for s in name_signals(find_tones(pressed))] == ["key", "key"]


def test_times_of_tones_are_those_of_the_recording() -> None:
    samples = np.concatenate([quiet(1), tone(1, 425), quiet(3), tone(1, 425), quiet(1)])
    (signal,) = name_signals(find_tones(samples))
    assert [(round(s.start, 1), round(s.end, 1)) for s in signal.tones] == [(1.0, 2.0), (5.0, 6.0)]


def test_tones_that_do_not_keep_time_are_no_signal() -> None:
    rng = np.random.default_rng(3)
    parts = [
        p for _ in range(8) for p in (tone(float(rng.uniform(0.12, 0.7)), 425), quiet(float(rng.uniform(0.1, 0.8))))
    ]
    assert "busy" not in {s.kind for s in name_signals(find_tones(np.concatenate(parts)))}


def test_noise_and_a_gliding_voice_are_no_tones() -> None:
    t = np.arange(3 * MODEL_RATE) / MODEL_RATE
    glide = (0.2 * np.sin(2 * np.pi * (150 * t + 60 * t**2))).astype(np.float32)
    assert name_signals(find_tones(quiet(3, 0.1))) == ()
    assert name_signals(find_tones(glide)) == ()


# ------------------------------------------------------------------------------------------------ music


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "maker",
    [plucked, lambda s, k: 0.2 * telephone.hold_music(int(s * MODEL_RATE), MODEL_RATE, np.random.default_rng(k))],
)
def test_hold_music_is_found_and_skipped(maker: Callable[[float, int], Samples], seed: int) -> None:
    samples = on_the_line(np.asarray(maker(15, seed), np.float32), 25)
    found = told(mono(samples))
    assert found.kind == "hold_music"
    assert sum(m.duration for m in found.music) > 13
    assert found.certainty < CONFIG.skip_above or found.decision == "skipped"


def test_most_hold_music_is_sure_enough_to_skip() -> None:
    kept = [told(mono(on_the_line(plucked(15, seed), 25))).decision for seed in range(6)]
    assert kept.count("skipped") >= 4


def test_a_word_into_the_music_keeps_the_call() -> None:
    music = plucked(15, 1)
    assert told(stereo(music, np.concatenate([quiet(6), spoken("co-001", 0, 1), quiet(4)]))).decision == "analysed"
    over = music.copy()
    words = spoken("co-001", 0, 2)[: 5 * MODEL_RATE]
    over[5 * MODEL_RATE : 5 * MODEL_RATE + len(words)] += 2 * words
    assert told(mono(over)).decision == "analysed"


@pytest.mark.parametrize("colour", ["white", "pink", "brown", "hum", "crackle"])
def test_noise_is_no_music(colour: telephone.NoiseColour) -> None:
    noise = 0.03 * telephone.noise(10 * MODEL_RATE, MODEL_RATE, colour, np.random.default_rng(1))
    assert find_music(noise.astype(np.float32)) == ()
    assert told(mono(noise.astype(np.float32))).kind in ("silence", "tones")


def test_music_in_a_call_counts_as_hold_and_not_as_the_call() -> None:
    found = told(fixture("co-002"))
    (sound,) = [s for s in read_gold()["co-002"]["sounds"] if s["kind"] == "hold"]
    assert found.kind == "conversation"
    overlap = sum(m.overlap(Span(sound["start"], sound["end"])) for m in found.music)
    assert overlap > 0.85 * (sound["end"] - sound["start"])
    assert sum(m.duration for m in found.music) < 1.1 * (sound["end"] - sound["start"])


# ------------------------------------------------------------------------------------------------ silence, voicemail


def test_silence_is_certain_only_where_nothing_is_heard() -> None:
    assert told(mono(quiet(8))).decision == "skipped"
    assert told(mono(np.zeros(8 * MODEL_RATE, np.float32))).certainty == 1.0
    assert told(mono(quiet(8, 0.02))).decision == "analysed"
    faint = (fixture("mx-001").samples[0, : 20 * MODEL_RATE] * 1e-3).astype(np.float32)
    assert triage(mono(faint), ((Span(2, 6),),), CONFIG, "c").decision == "analysed"


def test_one_word_in_a_minute_of_silence_keeps_the_call() -> None:
    word = spoken("co-001", 1, 1)[:MODEL_RATE]
    found = told(stereo(quiet(60), np.concatenate([quiet(30), word, quiet(29)])))
    assert found.decision == "analysed"


def greeting() -> Samples:
    return spoken("co-001", 1, 4)[: 5 * MODEL_RATE]


def test_greeting_and_beep_are_a_voicemail() -> None:
    asked = np.concatenate([quiet(1), greeting(), quiet(0.6), tone(0.5, 1000), quiet(5)])
    hung_up = told(stereo(asked, quiet(3)))
    assert (hung_up.kind, hung_up.decision) == ("voicemail", "analysed")
    lower = TriageConfig(skip_above=0.9)
    assert told(stereo(asked, quiet(3)), lower).decision == "skipped"
    assert "beep" in hung_up.signals


def test_a_message_left_is_never_skipped() -> None:
    asked = np.concatenate([quiet(1), greeting(), quiet(0.6), tone(0.5, 1000), quiet(12)])
    message = np.concatenate([quiet(9), spoken("co-001", 0, 2)])
    eager = TriageConfig(skip_above=0.5, analyse_anyway=0.0)
    found = told(stereo(asked, message), eager)
    assert (found.kind, found.decision) == ("voicemail", "analysed")
    assert told(fixture("mx-002"), eager).decision == "analysed"
    assert told(fixture("mx-002")).kind == "voicemail"


def test_a_debtor_who_answers_after_a_beep_is_no_voicemail() -> None:
    talk = np.concatenate([quiet(1), greeting(), quiet(0.6), tone(0.5, 1000), quiet(1), greeting(), quiet(1)])
    assert told(stereo(talk, quiet(3))).kind != "voicemail"


# ------------------------------------------------------------------------------------------------ prompts, one side


def menu(times: int) -> Samples:
    prompt = np.concatenate([spoken("co-001", 0, 3)[: 8 * MODEL_RATE], quiet(3.1)])
    return np.concatenate([quiet(1), *([prompt] * times)])


def test_a_menu_that_starts_again_is_one() -> None:
    found = told(stereo(on_the_line(menu(3), 30), quiet(3)))
    assert found.kind == "ivr"
    assert found.certainty > 0.6
    assert find_repeats(on_the_line(menu(3), 20))


def test_a_person_after_the_menu_keeps_the_call() -> None:
    samples = np.concatenate([menu(2), spoken("co-001", 1, 2), quiet(1)])
    eager = TriageConfig(skip_above=0.6)
    assert told(stereo(quiet(3), samples), eager).decision == "analysed"


def test_people_do_not_repeat_themselves_to_the_frame() -> None:
    for call_id in ("mx-001", "cr-001", "co-001", "bo-001"):
        assert all(find_repeats(channel) == () for channel in fixture(call_id).samples)


def test_one_side_alone_is_told_and_never_skipped() -> None:
    eager = TriageConfig(skip_above=0.5, analyse_anyway=0.0)
    found = told(stereo(fixture("co-001").samples[0], quiet(3)), eager)
    assert (found.kind, found.decision) == ("one_sided", "analysed")
    leak = stereo(fixture("co-001").samples[0], 0.03 * fixture("co-001").samples[0] + quiet(1)[0])
    assert told(leak, eager).decision == "analysed"


def test_a_mixed_call_saved_twice_is_no_one_sided_call() -> None:
    both = fixture("mx-001").samples[0]
    audio = stereo(both, both)
    speech = find_speech(audio, detector())
    assert triage(audio, (speech[0], ()), CONFIG, "c").kind == "conversation"


# ------------------------------------------------------------------------------------------------ no false skip


def changed() -> Iterator[tuple[str, Callable[[Audio], Audio]]]:
    def each(change: Callable[[Samples], Samples]) -> Callable[[Audio], Audio]:
        return lambda audio: Audio(np.stack([change(s) for s in audio.samples]).astype(np.float32), MODEL_RATE)

    yield "as it is", lambda audio: audio
    yield "mixed to one", lambda audio: Audio(audio.samples.mean(axis=0, keepdims=True), MODEL_RATE)
    yield "mu-law", each(lambda s: telephone.telephone(s, MODEL_RATE))
    yield "quiet", each(lambda s: 0.05 * s)
    yield "noisy", each(lambda s: s + quiet(len(s) / MODEL_RATE + 1, 0.01)[: len(s)])
    yield "first half", lambda audio: Audio(audio.samples[:, : audio.samples.shape[1] // 2], MODEL_RATE)


CONVERSATIONS = tuple(sorted(set(read_gold()) - {"gt-001", "mx-002"}))


def test_no_conversation_of_the_fixtures_is_skipped(repetitions: Callable[[int, int], int]) -> None:
    changes = list(changed())
    wrong = [
        (call_id, name, found.kind)
        for position, call_id in enumerate(CONVERSATIONS)
        for name, change in _some(changes, position, repetitions(1, len(changes)))
        if (found := told(change(fixture(call_id)))).decision != "analysed" or found.kind != "conversation"
    ]
    assert wrong == []


def _some(
    changes: Sequence[tuple[str, Callable[[Audio], Audio]]], position: int, n: int
) -> list[tuple[str, Callable[[Audio], Audio]]]:
    """In turn, so that few repetitions still meet every change."""
    return [changes[(position + k) % len(changes)] for k in range(n)]


def test_recall_on_the_fixtures() -> None:
    assert told(fixture("gt-001")).decision == "skipped"
    heard = {s["kind"] for s in read_gold()["mx-002"]["sounds"]} & {"ring", "beep"}
    assert len(heard) == 2
    assert set(told(fixture("mx-002")).signals) == {"ring_back", "beep"}
    assert "key" in told(fixture("cl-002")).signals


# ------------------------------------------------------------------------------------------------ the decision


def test_without_triage_nothing_is_skipped_and_all_is_told() -> None:
    found = told(mono(quiet(8)), TriageConfig(enabled=False))
    assert (found.kind, found.decision) == ("silence", "analysed")


def test_a_share_is_analysed_all_the_same_always_the_same_calls() -> None:
    ids = [f"call-{k}" for k in range(5000)]
    sampled = {call_id for call_id in ids if is_sampled(call_id, 0.02)}
    assert 0.014 < len(sampled) / len(ids) < 0.027
    assert sampled == {call_id for call_id in reversed(ids) if is_sampled(call_id, 0.02)}
    assert sampled < {call_id for call_id in ids if is_sampled(call_id, 0.05)}
    silence = mono(quiet(5))
    assert triage(silence, ((),), CONFIG, next(iter(sampled))).decision == "sampled"
    assert triage(silence, ((),), TriageConfig(analyse_anyway=0.0), next(iter(sampled))).decision == "skipped"


def test_speech_that_would_be_read_is_counted() -> None:
    samples = cadence("ring_back Spain")
    found = triage(mono(samples), ((Span(1.0, 2.5), Span(5.5, 7.0)),), CONFIG, "c")
    assert (found.decision, found.speech) == ("skipped", 3.0)


def test_the_fixtures_are_all_there() -> None:
    assert len(CONVERSATIONS) == 18
    assert Path(AUDIO / "gold.jsonl").is_file()
