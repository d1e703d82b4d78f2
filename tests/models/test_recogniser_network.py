"""The training network is Whisper: transformers computes the same from the same weights."""

from pathlib import Path

import numpy as np
import pytest
import torch

from models.recipes.recogniser.batches import Sample, collate, frame_letters, log_mel
from models.recipes.recogniser.convert import shrink_checkpoint, to_transformers
from models.recipes.recogniser.network import NetworkConfig, Recogniser
from models.recipes.recogniser.texts import Sources, TextMaker
from models.recipes.recogniser.train import TrainConfig, _resume, guide_loss, make_optimisers
from models.recipes.recogniser.vocabulary import Vocabulary, ctc_text, train_vocabulary


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    maker = TextMaker(Sources((), ()), np.random.default_rng(3))
    return train_vocabulary((maker.make() for _ in range(2_000)), n_text=350)


@pytest.fixture
def sample() -> Sample:
    sound = np.random.default_rng(1).standard_normal(16_000 * 2).astype(np.float32) * 0.1
    words = (("hola", 0.2, 0.6), ("buenas", 0.8, 1.3))
    return Sample(sound, (words,), with_times=False, n_frames=201)


def test_logits_are_those_of_transformers(vocabulary: Vocabulary) -> None:
    torch.manual_seed(0)
    network = Recogniser(NetworkConfig(n_vocabulary=vocabulary.size)).eval()
    whisper = to_transformers(network.state_dict(), vocabulary)
    mel = torch.randn(1, 3000, 80) * 0.3
    tokens = torch.tensor([[vocabulary.start, vocabulary.language, vocabulary.transcribe, 70, 80]])
    with torch.no_grad():
        ours, _ = network.decode(tokens, network.encode(mel))
        theirs = whisper(input_features=mel.transpose(1, 2), decoder_input_ids=tokens).logits
    torch.testing.assert_close(ours, theirs, atol=2e-4, rtol=1e-3)


def test_training_goes_on_from_the_small_checkpoint(vocabulary: Vocabulary, tmp_path: Path) -> None:
    sizes = NetworkConfig(n_vocabulary=vocabulary.size)
    torch.manual_seed(1)
    network = Recogniser(sizes)
    named = {k: p.detach() for k, p in network.named_parameters() if p.requires_grad}
    state = {"step": 40, "hours": 1.5, "stage": "short", "stage_step": 40, "stage_minutes": 2.0}
    torch.save({"network": network.state_dict(), "average": named, "state": state}, tmp_path / "whole.pt")
    shrink_checkpoint(tmp_path / "whole.pt", tmp_path / "last.pt")
    assert (tmp_path / "last.pt").stat().st_size < 14 * 2**20

    other = Recogniser(sizes)
    found = _resume(TrainConfig(tmp_path, stage="window"), other, make_optimisers(other, 1e-3))
    assert (found["step"], found["hours"], found["stage"], found["stage_step"]) == (40, 1.5, "window", 0)
    for (name, a), b in zip(network.named_parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(a, b, atol=0.01, rtol=0.01, msg=name)


def test_mel_is_that_of_faster_whisper(sample: Sample) -> None:
    from faster_whisper.feature_extractor import FeatureExtractor

    expected = FeatureExtractor()(sample.samples).T
    np.testing.assert_allclose(log_mel(sample.samples).numpy(), expected, atol=1e-3)


def test_targets_are_the_tokens_one_step_on_with_the_prompt_left_out(vocabulary: Vocabulary, sample: Sample) -> None:
    batch = collate([sample], vocabulary, 256, first_position=0)
    row, wanted = batch.tokens[0].tolist(), batch.targets[0].tolist()
    text = [*vocabulary.encode_word("hola"), *vocabulary.encode_word("buenas")]
    assert row[:4] == [vocabulary.start, vocabulary.language, vocabulary.transcribe, vocabulary.no_timestamps]
    assert wanted[0] == vocabulary.language
    assert wanted[1:3] == [-100, -100]
    assert wanted[3 : 4 + len(text)] == [*text, vocabulary.end]
    spans = batch.spans[0, 3 : 3 + len(text)]
    assert spans[0, 0] == 10  # 0.2 s in positions of 20 ms
    assert abs(spans[-1, 1] - 65) <= 1


def test_window_without_speech_asks_for_no_speech_and_the_end(vocabulary: Vocabulary, sample: Sample) -> None:
    silent = Sample(sample.samples, (), with_times=False, n_frames=201)
    batch = collate([silent], vocabulary, 256, first_position=0)
    assert [t for t in batch.targets[0].tolist() if t >= 0] == [vocabulary.no_speech, vocabulary.end]


def test_frame_letters_spell_the_words(sample: Sample) -> None:
    row = frame_letters(sample, 128)
    assert ctc_text(row.tolist()) == "holabuenas"
    assert not row[:10].any()
    assert not row[66:].any()


def test_guided_attention_costs_nothing_when_it_lies_on_the_word(vocabulary: Vocabulary, sample: Sample) -> None:
    batch = collate([sample], vocabulary, 256, first_position=0)
    on, off = torch.zeros(2, 1, 4, batch.tokens.shape[1], 128)
    for i, (first, _) in enumerate(batch.spans[0].tolist()):
        on[0, :, i, max(first, 0)] = 1.0
        off[0, :, i, 120] = 1.0
    assert float(guide_loss([on, on], batch, "cpu")) < 1e-3
    assert float(guide_loss([off, off], batch, "cpu")) > 5.0
