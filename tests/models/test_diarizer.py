"""Voices of mono recordings: what fake and real diarizer both keep, and what is ours around pyannote's pipeline."""

import itertools
import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.diarizer import (
    LAYOUT,
    MAX_WINDOWS,
    PyannoteDiarizer,
    bridged,
    check_layout,
    is_out_of_memory,
    window_step,
)
from models.quiet import NEVER_REPORT, silence_libraries
from models.registry import CARD, LocalWeights, find_weights, shipped_folder, write_card
from pipeline.align import assign_voices
from pipeline.config import AlignConfig, DecodeConfig, DiarizeConfig
from pipeline.decode import decode
from pipeline.errors import ModelError
from pipeline.ports import MODEL_RATE, Diarizer
from pipeline.types import Samples, Span, VoiceSpan, Word
from tests.fakes import FakeDiarizer

AUDIO = Path(__file__).parents[2] / "fixtures" / "audio"
NAME = "pyannote-demo"


def gold() -> dict[str, dict[str, Any]]:
    lines = (AUDIO / "gold.jsonl").read_text("utf-8").splitlines()
    return {call["id"]: call for call in map(json.loads, lines)}


def heard(call_id: str) -> Samples:
    """A demo call on one channel."""
    audio = decode(AUDIO / gold()[call_id]["audio"]["file"], call_id, DecodeConfig())
    samples: Samples = audio.samples.mean(axis=0, dtype=np.float32)
    return samples


@pytest.fixture(scope="session")
def call() -> Samples:
    """18 s of a mono demo call in which both voices speak for several seconds."""
    return heard("mx-001")[18 * MODEL_RATE : 36 * MODEL_RATE]


@pytest.fixture(scope="session")
def loaded() -> PyannoteDiarizer:
    """The real thing; pyannote's import makes it 20 s."""
    return PyannoteDiarizer(find_weights(NAME), DiarizeConfig())


@pytest.fixture
def real(loaded: PyannoteDiarizer) -> Iterator[PyannoteDiarizer]:
    """The real thing with what a test changed on its pipeline put back."""
    pipeline = loaded._pipeline
    kept = (pipeline.get_embeddings, pipeline.segmentation_batch_size, pipeline.embedding_batch_size)
    asked = loaded._resegmentation
    yield loaded
    loaded._resegmentation = asked
    pipeline.get_embeddings, pipeline.segmentation_batch_size, pipeline.embedding_batch_size = kept


@pytest.fixture(params=["fake", "real"])
def diarizer(request: pytest.FixtureRequest) -> Diarizer:
    if request.param == "fake":
        return FakeDiarizer()
    found: Diarizer = request.getfixturevalue("loaded")
    return found


# ------------------------------------------------------------------------------------------------ the contract


def test_every_recording_is_answered_once_and_in_order(diarizer: Diarizer, call: Samples) -> None:
    silence = np.zeros(3 * MODEL_RATE, np.float32)
    asked = [("a", call), ("silent", silence), ("empty", silence[:0]), ("b", call[: 12 * MODEL_RATE])]
    assert [call_id for call_id, _ in diarizer.diarize(iter(asked))] == ["a", "silent", "empty", "b"]


def test_nobody_speaks_in_silence(diarizer: Diarizer) -> None:
    silence = np.zeros(12 * MODEL_RATE, np.float32)
    found = dict(diarizer.diarize([("silent", silence), ("empty", silence[:0]), ("short", silence[:100])]))
    assert found == {"silent": (), "empty": (), "short": ()}


def test_each_moment_belongs_to_one_voice_within_the_recording(diarizer: Diarizer, call: Samples) -> None:
    ((_, voices),) = diarizer.diarize([("a", call)])
    assert {v.voice for v in voices} == {"voice-0", "voice-1"}
    assert voices[0].voice == "voice-0"
    for one, following in itertools.pairwise(voices):
        assert one.span.start < one.span.end <= following.span.start + 1e-6
    assert voices[-1].span.end <= len(call) / MODEL_RATE


def test_the_samples_are_left_as_they_were(diarizer: Diarizer, call: Samples) -> None:
    given = call[: 12 * MODEL_RATE].copy()
    given.flags.writeable = False
    list(diarizer.diarize([("a", given)]))
    assert np.array_equal(given, call[: 12 * MODEL_RATE])


def test_a_recordings_voices_do_not_depend_on_those_beside_it(diarizer: Diarizer, call: Samples) -> None:
    other = call[::-1].copy() * np.float32(0.5)
    alone = dict(diarizer.diarize([("a", call)]))["a"]
    assert dict(diarizer.diarize([("a", call), ("b", other)]))["a"] == alone
    assert dict(diarizer.diarize([("b", other), ("a", call)]))["a"] == alone


def test_the_weights_say_what_they_are(diarizer: Diarizer) -> None:
    assert diarizer.weights.name
    assert len(diarizer.weights.digest) == 64
    assert diarizer.weights.synthetic_only


# ------------------------------------------------------------------------------------------------ who spoke


@pytest.mark.parametrize("call_id", ["bo-001", "pe-002"])
def test_the_words_of_a_mono_demo_call_go_to_who_said_them(loaded: PyannoteDiarizer, call_id: str) -> None:
    ((_, voices),) = loaded.diarize([(call_id, heard(call_id))])
    turns = gold()[call_id]["turns"]
    words = [(Word(text, Span(a, b), 1.0, 0), t["speaker"]) for t in turns for text, a, b in t["words"]]
    given = assign_voices([word for word, _ in words], voices, AlignConfig().reach)
    right = [sum(v.voice == ("voice-0", "voice-1")[who == other] for v, (_, who) in zip(given, words, strict=True))
             for other in ("agent", "debtor")]  # fmt: skip
    # The two men of pe-002 are told apart by the embedding only: without it a third of the words is on a wrong voice.
    assert max(right) / len(words) > 0.94


def test_more_speakers_are_allowed_where_the_configuration_says_so(call: Samples, real: PyannoteDiarizer) -> None:
    many = DiarizeConfig(min_speakers=3, max_speakers=3)
    shared = PyannoteDiarizer.__new__(PyannoteDiarizer)
    for name, value in vars(real).items():
        setattr(shared, name, value)
    shared._config = many
    ((_, voices),) = shared.diarize([("a", np.concatenate([call, heard("cl-001")[8 * MODEL_RATE : 24 * MODEL_RATE]]))])
    assert len({v.voice for v in voices}) == 3
    # A recording of one window has fewer voiced windows than that; it gets as many voices as there are.
    ((_, few),) = shared.diarize([("b", call[: 6 * MODEL_RATE])])
    assert 1 <= len({v.voice for v in few}) <= 3


def test_a_gap_is_bridged_only_where_no_other_voice_speaks_in_it() -> None:
    spoken = [("voice-0", 0.0, 1.0), ("voice-0", 1.2, 2.0), ("voice-1", 2.0, 2.1), ("voice-0", 2.2, 3.0),
              ("voice-0", 3.6, 4.0)]  # fmt: skip
    voices = [VoiceSpan(who, Span(start, end)) for who, start, end in spoken]
    joined = [("voice-0", 0.0, 2.0), ("voice-1", 2.0, 2.1), ("voice-0", 2.2, 3.0), ("voice-0", 3.6, 4.0)]
    assert [(v.voice, v.span.start, v.span.end) for v in bridged(voices, 0.5)] == joined
    assert bridged(voices, 0.0) == tuple(voices)


# ------------------------------------------------------------------------------------------------ once per window


def both_ways(pipeline: Any, samples: Samples, *, exclude_overlap: bool) -> tuple[Any, Any]:
    import torch

    file = {"waveform": torch.from_numpy(samples)[None], "sample_rate": MODEL_RATE, "uri": "call"}
    segmentations = pipeline.get_segmentations(file)
    stock = type(pipeline).get_embeddings(pipeline, file, segmentations, exclude_overlap=exclude_overlap)
    return stock, pipeline.get_embeddings(file, segmentations, exclude_overlap=exclude_overlap)


@pytest.mark.parametrize("exclude_overlap", [True, False])
def test_embeddings_are_pyannotes_own_bit_for_bit(real: PyannoteDiarizer, call: Samples, exclude_overlap: bool) -> None:
    pause = np.zeros(11 * MODEL_RATE, np.float32)
    samples = np.concatenate([call[: 9 * MODEL_RATE], pause, call[9 * MODEL_RATE :]])
    stock, ours = both_ways(real._pipeline, samples, exclude_overlap=exclude_overlap)
    assert stock.shape == ours.shape
    assert np.array_equal(stock, ours)


def test_voices_are_pyannotes_own(real: PyannoteDiarizer, call: Samples) -> None:
    real._resegmentation = None
    ours = list(real.diarize([("a", call)]))
    pipeline = real._pipeline
    pipeline.get_embeddings = partial(type(pipeline).get_embeddings, pipeline)
    assert list(real.diarize([("a", call)])) == ours


def test_the_trunk_runs_once_per_window_in_which_anybody_speaks(
    real: PyannoteDiarizer, call: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = real._pipeline
    # Finding voices again hears each block of the recording once more, speech or not.
    real._resegmentation = None
    windows: list[int] = []
    trunk = pipeline._embedding.model_.forward_frames

    def counted(waveforms: Any) -> Any:
        windows.append(len(waveforms))
        return trunk(waveforms)

    monkeypatch.setattr(pipeline._embedding.model_, "forward_frames", counted)
    speech, silence = call[: 10 * MODEL_RATE], np.zeros(20 * MODEL_RATE, np.float32)
    list(real.diarize([("a", np.concatenate([speech, silence]))]))
    # 21 windows of 10 s start in these 30 s, and those from the tenth second on are silent.
    assert 1 <= sum(windows) <= 11


def test_a_model_without_a_shared_trunk_goes_the_stock_way(real: PyannoteDiarizer, call: Samples) -> None:
    class WithoutTrunk:
        def __init__(self, inner: Any) -> None:
            self.inner = inner

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return self.inner(*args, **kwargs)

    pipeline = real._pipeline
    inner = pipeline._embedding.model_
    real._resegmentation = None
    ours = list(real.diarize([("a", call)]))
    pipeline._embedding.model_ = WithoutTrunk(inner)
    try:
        assert list(real.diarize([("a", call)])) == ours
    finally:
        pipeline._embedding.model_ = inner


# ------------------------------------------------------------------------------------------------ memory, length


def failing_above(batch: int, forward: Callable[..., Any]) -> Callable[..., Any]:
    import torch

    def forward_embedding(frames: Any, weights: Any) -> Any:
        if len(frames) > batch:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1.00 GiB")
        return forward(frames, weights=weights)

    return forward_embedding


def test_out_of_memory_halves_the_batch_and_changes_nothing(
    real: PyannoteDiarizer, call: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = list(real.diarize([("a", call)]))
    model = real._pipeline._embedding.model_
    monkeypatch.setattr(model, "forward_embedding", failing_above(5, model.forward_embedding))
    assert list(real.diarize([("a", call)])) == expected
    assert real._pipeline.embedding_batch_size == 4


def test_too_little_memory_for_one_window_is_told(
    real: PyannoteDiarizer, call: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = real._pipeline._embedding.model_
    monkeypatch.setattr(model, "forward_embedding", failing_above(0, model.forward_embedding))
    with pytest.raises(ModelError, match="too little memory for a single window; free some"):
        list(real.diarize([("a", call)]))


def test_another_failure_is_not_taken_for_one_of_memory() -> None:
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."))
    assert not is_out_of_memory(RuntimeError("size mismatch"))


def test_windows_of_a_long_recording_are_bounded() -> None:
    assert window_step(60.0, 1.0) == 1.0
    assert window_step(3600.0, 1.0) == 1.0
    for duration in (3700.0, 3 * 3600.0):
        assert duration / window_step(duration, 1.0) <= MAX_WINDOWS


# ------------------------------------------------------------------------------------------------ loading


@pytest.fixture
def copied(tmp_path: Path) -> LocalWeights:
    """A folder of a user's with the shipped files."""
    folder = tmp_path / "own"
    shutil.copytree(shipped_folder() / NAME, folder)
    return replace(find_weights(NAME), name="own", folder=folder, origin="folder")


def test_the_shipped_folder_has_the_layout_of_community_1_and_stays_small() -> None:
    folder = shipped_folder() / NAME
    check_layout(find_weights(NAME))
    assert sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) <= 5 * 2**20
    assert "synthetic speech only" in (folder / "CARD.md").read_text("utf-8")
    assert json.loads((folder / CARD).read_text("utf-8"))["synthetic_only"] is True


@pytest.mark.parametrize("file", LAYOUT)
def test_a_missing_file_is_named_with_the_remedy(copied: LocalWeights, file: str) -> None:
    (copied.folder / file).unlink()
    with pytest.raises(ModelError, match=rf"own: {file} expected, not found; .*palabra models fetch"):
        PyannoteDiarizer(copied, DiarizeConfig())


def test_a_changed_file_is_refused(copied: LocalWeights) -> None:
    changed = copied.folder / "embedding" / "pytorch_model.bin"
    changed.write_bytes(changed.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match=r"has SHA-256 .* expected; it is damaged"):
        find_weights(str(copied.folder))


class _RunsCode:
    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return Path.touch, (Path("ran"),)  # type: ignore[return-value]


def test_a_checkpoint_that_no_list_names_never_runs(
    copied: LocalWeights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    checkpoint = copied.folder / "segmentation" / "pytorch_model.bin"
    checkpoint.write_bytes(pickle.dumps(_RunsCode()))
    (copied.folder / CARD).unlink()
    with pytest.raises(ModelError, match=r"SHA-256 of every file expected, none found for .*can run code"):
        PyannoteDiarizer(copied, DiarizeConfig())
    assert not (tmp_path / "ran").exists()
    pickle.loads(checkpoint.read_bytes())  # noqa: S301  (it would have)
    assert (tmp_path / "ran").exists()


def test_a_listed_file_that_is_no_checkpoint_is_told(copied: LocalWeights) -> None:
    (copied.folder / "segmentation" / "pytorch_model.bin").write_bytes(b"no checkpoint")
    write_card(copied.folder, synthetic_only=False, kind="diarizer", files=LAYOUT)
    with pytest.raises(ModelError, match=r"own: pyannote.audio cannot load it .*fetch it again"):
        PyannoteDiarizer(copied, DiarizeConfig())


def test_weights_that_a_configuration_names_on_the_hub_need_fetching_and_a_token(copied: LocalWeights) -> None:
    config = copied.folder / "config.yaml"
    config.write_text(config.read_text("utf-8").replace("$model/segmentation", "pyannote/segmentation-3.0"), "utf-8")
    with pytest.raises(ModelError, match=r"names weights on the hub .*palabra models fetch.*HF_TOKEN"):
        PyannoteDiarizer(copied, DiarizeConfig())


def test_a_device_that_is_not_there_is_told() -> None:
    with pytest.raises(ModelError, match='torch finds no GPU; set it to "auto" or "cpu"'):
        PyannoteDiarizer(find_weights(NAME), DiarizeConfig(device="cuda"))


def test_libraries_report_nothing_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYANNOTE_METRICS_ENABLED", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    silence_libraries()
    import os

    assert {name: os.environ[name] for name in NEVER_REPORT} == NEVER_REPORT
    assert os.environ["HF_HUB_OFFLINE"] == "0"


def test_the_span_of_a_voice_is_cut_at_the_end_of_the_recording(loaded: PyannoteDiarizer) -> None:
    samples = heard("mx-001")[: 7 * MODEL_RATE + 123]
    ((_, voices),) = loaded.diarize([("a", samples)])
    assert isinstance(voices[-1], VoiceSpan)
    assert voices[-1].span.end <= len(samples) / MODEL_RATE
