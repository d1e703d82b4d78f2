"""The benchmark of recognition measures what it says: the same work for every system, honest verdicts."""

import json
import statistics
import wave
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.recognition import calls, counting, measure
from benchmarks.recognition.counting import Networks
from benchmarks.recognition.listen import Job
from benchmarks.recognition.listen import measure as hear
from benchmarks.recognition.measure import Result
from benchmarks.recognition.random_weights import MINUTE, N_TOKENS, random_weights
from pipeline.config import DEMO
from pipeline.decode import decode

AUDIO = Path(__file__).parents[2] / "fixtures" / "audio"
IN_THIS_ENVIRONMENT = ("palabra", "model time", "faster-whisper", "batched")


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Both sides of a demo call and a weights folder of a minute's size."""
    folder = tmp_path_factory.mktemp("clips")
    sound = decode(AUDIO / "pe-001.wav", "pe-001", DEMO.decode)
    for channel in (0, 1):
        with wave.open(str(folder / f"{channel}.wav"), "wb") as stream:
            stream.setnchannels(1)
            stream.setsampwidth(2)
            stream.setframerate(calls.RATE)
            stream.writeframes((sound.samples[channel, : 20 * calls.RATE] * 32767).astype("<i2").tobytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PALABRA_BENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        weights = random_weights(MINUTE)
        assert random_weights(MINUTE) == weights
    return Job(
        weights=str(weights),
        clips=(str(folder / "0.wav"), str(folder / "1.wav")),
        threads=1,
        device="cpu",
        compute_type="int8",
        beams=1,
        window=30.0,
        batch=8,
        word_times=True,
        texts=True,
    )


def heard(system: str, job: Job) -> dict[str, Any]:
    found: dict[str, Any] = {}
    hear(system, job, found.update)
    return found


@pytest.mark.parametrize("system", IN_THIS_ENVIRONMENT)
def test_every_system_writes_as_many_tokens_a_window(system: str, job: Job) -> None:
    found = heard(system, job)
    assert found["windows"] == len(job.clips)
    assert found["tokens"] == N_TOKENS * found["windows"]
    assert found["done"] == len(job.clips)
    assert 0 < found["networks"] <= found["seconds"]
    assert set(found["texts"]) == set(job.clips)


def test_ours_keeps_the_words_of_random_weights_as_the_peers_do(job: Job) -> None:
    ours, theirs = heard("palabra", job)["texts"], heard("batched", job)["texts"]
    assert all(len(text.split()) == N_TOKENS for text in (*ours.values(), *theirs.values()))


def test_weights_count_to_forty_with_five_beams_too(job: Job) -> None:
    found = heard("batched", replace(job, beams=5))
    assert found["tokens"] == N_TOKENS * found["windows"]


def test_model_time_of_a_share_stands_for_all_windows(job: Job) -> None:
    found = heard("model time", replace(job, share=0.5))
    assert found["windows"] == 1
    # Voice activity of both clips, and one window counted twice: more than what ran.
    assert found["networks"] > 0


def test_a_system_in_a_process_of_its_own_reports(job: Job) -> None:
    result = measure.listen("faster-whisper", replace(job, clips=job.clips[:1]))
    assert (result.windows, result.tokens) == (1, N_TOKENS)
    assert result.imports > 0
    assert result.peak_mib > 50


def test_a_system_that_fails_says_why(job: Job) -> None:
    with pytest.raises(measure.ListenError, match="faster-whisper ended with 1"):
        measure.listen("faster-whisper", replace(job, weights="nothing-here"))


def result(system: str, seconds: float, networks: float = 0.0, aligning: float = 1.0) -> Result:
    return Result(system, 1.0, 1.0, seconds, seconds, networks, aligning, 10, 400, 100.0, {})


@pytest.mark.parametrize(
    ("ours", "floor", "peer", "is_kept"),
    [(11.0, 10.0, 12.0, True), (11.6, 10.0, 12.0, False), (11.0, 10.0, 10.9, False), (11.5, 10.0, 11.6, True)],
)
def test_gate_is_fastest_and_near_the_floor(
    ours: float, floor: float, peer: float, is_kept: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    results = [result("palabra", ours), result("model time", 99.0, floor), result("batched", peer)]
    assert measure.judge(results) is is_kept
    assert ("missed" in capsys.readouterr().out) is not is_kept


def test_a_peer_without_word_times_is_given_what_they_take(capsys: pytest.CaptureFixture[str]) -> None:
    results = [result("palabra", 11.0), result("faster-whisper", 10.5, aligning=0.0), result("batched", 12.0)]
    assert measure.judge(results)
    printed = capsys.readouterr().out
    assert "as measured, ours is 0.95 times the best peer, faster-whisper" in printed
    assert "word times of 0.10 s a window included, ours is 1.05 times the best peer, faster-whisper: kept" in printed


def test_lengths_are_mostly_short_and_reach_three_minutes() -> None:
    lengths = calls.lengths_of(100, seed=3)
    assert lengths == calls.lengths_of(100, seed=3) != calls.lengths_of(100, seed=4)
    assert (min(lengths), max(lengths)) == (20.0, 180.0)
    assert 28 <= statistics.median(lengths) <= 32


def test_a_call_ends_after_a_turn_and_every_fourth_has_one_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = np.full((2, 24 * calls.RATE), 0.1, np.float32)
    turns = [("hola", 2.0, 0), ("sí", 21.0, 1), ("adiós", 23.5, 0)]
    monkeypatch.setattr(calls, "_conversations", lambda *_: iter([(sound, turns)] * 3))
    both = calls.write_call(0, 23.0, tmp_path, seed=1)
    assert [clip.words for clip in both] == ["hola", "sí"]
    assert {clip.seconds for clip in both} == {21.3}
    assert calls.read_wav(tmp_path / both[0].file) == pytest.approx(0.1, abs=1e-3)
    one = calls.write_call(3, 40.0, tmp_path, seed=1)
    assert [clip.words for clip in one] == ["hola adiós hola", ""]
    assert abs(calls.read_wav(tmp_path / one[1].file)).max() < 0.05


def test_networks_beside_each_other_count_once(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([1.0, 3.5])
    monkeypatch.setattr(counting, "time", SimpleNamespace(perf_counter=lambda: next(moments)))
    networks = Networks()
    with networks, networks:
        pass
    assert networks.seconds == 2.5
    networks.count([SimpleNamespace(sequences_ids=[[1, 2, 3]]), SimpleNamespace(sequences_ids=[[4]])])
    assert (networks.windows, networks.tokens) == (2, 4)


def test_rows_and_verdict_are_printed_and_decide_the_exit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = {"call": "call-0000", "channel": 0, "file": "a.wav", "seconds": 20.0, "words": "hola"}
    (tmp_path / "clips.json").write_text(json.dumps([clip, {**clip, "channel": 1}]), "utf-8")
    seconds = {"palabra": 10.0, "model time": 9.5, "faster-whisper": 14.0, "batched": 13.0, "whisperx": 15.0}
    monkeypatch.setattr(measure, "_weights", lambda size, compute_type: f"{size} in {compute_type}")
    monkeypatch.setattr(measure, "listen", lambda system, _: result(system, seconds[system], 9.5))
    assert measure.main(["--folder", str(tmp_path), "--error-calls", "0"]) == 0
    printed = capsys.readouterr().out
    assert "wall clock by model time: 1.05 (gate 1.15): kept" in printed
    assert "ours is 1.30 times the best peer, batched" in printed
    seconds["palabra"] = 13.5
    assert measure.main(["--folder", str(tmp_path), "--error-calls", "0"]) == 1
