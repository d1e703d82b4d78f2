"""Any encoder as a reader: a tiny one with random weights is fine-tuned, written, read back and asked."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
from typer.testing import CliRunner

from cli.main import app
from models.classifiers.encoder import EncoderReader, Window, batches_of, encode_call, load_base
from models.classifiers.reader import CLASSES, load_reader
from models.recipes.corpus import corpus_files, corpus_text
from models.recipes.understanding.encoder import FineTuning, fine_tune, write_encoder
from models.recipes.understanding.noise import as_recognised
from models.recipes.understanding.pretrain import Pretraining, pretrain
from models.recipes.understanding.train import read_corpus
from models.registry import find_weights
from models.tone_classifier import load_tone_classifier
from models.turn_classifier import load_turn_classifier
from pipeline.config import ClassifyConfig, ToneConfig
from pipeline.errors import ModelError
from pipeline.gold import GoldCall
from pipeline.labels import LABELS
from pipeline.types import Span, Turn

CORPORA = Path(__file__).parents[2] / "corpora"
SPECIAL = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}


@pytest.fixture(scope="module")
def calls() -> list[GoldCall]:
    known = read_corpus(CORPORA, "train")
    return [*[c for c in known if any(t.tone for t in c.gold)][:3], *[c for c in known if len(c.promises) == 1][:3]]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, calls: list[GoldCall]) -> Path:
    """What a hub's folder looks like: configuration, weights, fast tokenizer."""
    folder = tmp_path_factory.mktemp("tiny-bert")
    tokenizer = Tokenizer(models.WordPiece(unk_token=SPECIAL["unk_token"]))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=600, special_tokens=list(SPECIAL.values()), show_progress=False)
    tokenizer.train_from_iterator([t.text for c in calls for t in c.turns], trainer)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **SPECIAL).save_pretrained(folder)
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=600, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def trained(base: Path, calls: list[GoldCall], tmp_path_factory: pytest.TempPathFactory) -> tuple[EncoderReader, Path]:
    told: list[str] = []
    config = FineTuning(epochs=3, rate=2e-3, head_rate=1e-2, roughened=0.0, device="cpu")
    reader = fine_tune(calls, calls, base, config, tell=told.append)
    losses = [float(line.split("loss ")[1].split(",")[0]) for line in told]
    assert losses == sorted(losses, reverse=True), "it learns"
    folder = tmp_path_factory.mktemp("weights") / "tiny"
    write_encoder(reader, folder)
    return reader, folder


def said(*texts: str) -> list[Turn]:
    return [
        Turn(i, "debtor" if i % 2 else "agent", "v", Span(float(i), float(i + 1)), text) for i, text in enumerate(texts)
    ]


def test_a_turn_is_read_between_its_neighbours(base: Path) -> None:
    _, tokenizer = load_base(base)
    turns = said("¿Cuándo nos paga?", "El viernes le pago.", "Quedamos en eso.")
    first, second, third = encode_call(turns, tokenizer, Window(before=1, after=1))
    parts = [tuple(row.ids[row.own[0] : row.own[1]]) for row in (first, second, third)]
    sep = (tokenizer.sep_token_id,)
    assert second.ids == (tokenizer.cls_token_id, *parts[0], *sep, *parts[1], *sep, *parts[2], *sep)
    assert parts[0] == tuple(tokenizer("cobrador: ¿Cuándo nos paga?", add_special_tokens=False)["input_ids"])
    assert [turns[1].text[a:b] for a, b in second.places][-1] == "."
    assert len(first.ids) < len(second.ids)
    assert third.ids == (tokenizer.cls_token_id, *parts[1], *sep, *parts[2], *sep, *sep)


def test_long_turns_and_contexts_are_cut(base: Path) -> None:
    _, tokenizer = load_base(base)
    window = Window(before_tokens=5, turn_tokens=7, after_tokens=3)
    for row in encode_call(said(*["pago " * 200] * 3), tokenizer, window):
        assert row.own[1] - row.own[0] == 7
        assert len(row.ids) <= 5 + 7 + 3 + 4
    assert encode_call([], tokenizer, window) == ()


def test_batches_hold_every_turn_once_and_stay_small() -> None:
    lengths = [random.Random(5).randint(1, 90) for _ in range(200)]
    batches = list(batches_of(lengths, most_tokens=300))
    assert sorted(i for batch in batches for i in batch) == list(range(200))
    assert all(len(batch) * max(lengths[i] for i in batch) <= 300 for batch in batches)


def test_what_was_written_reads_the_same(trained: tuple[EncoderReader, Path], calls: list[GoldCall]) -> None:
    reader, folder = trained
    again = load_reader(find_weights(str(folder)))
    assert isinstance(again, EncoderReader)
    for one, other in zip(reader.read([calls[0].conversation]), again.read([calls[0].conversation]), strict=True):
        assert np.allclose(one.probabilities, other.probabilities, atol=1e-6)
    assert np.array_equal(again.thresholds, reader.thresholds)


def test_a_verdict_does_not_depend_on_the_calls_beside_it(
    trained: tuple[EncoderReader, Path], calls: list[GoldCall]
) -> None:
    reader, _ = trained
    (alone,) = reader.read([calls[0].conversation])
    together = list(reader.read([c.conversation for c in reversed(calls)]))[-1]
    assert np.abs(alone.probabilities - together.probabilities).max() < 0.001
    assert reader.read([]) is not None
    assert list(reader.read([])) == []


def test_both_classifiers_stand_on_it(trained: tuple[EncoderReader, Path], calls: list[GoldCall]) -> None:
    local = find_weights(str(trained[1]))
    conversations = [c.conversation for c in calls]
    labels = list(load_turn_classifier(local, ClassifyConfig()).classify(conversations))
    assert [[item.turn for item in answer] for answer in labels] == [[t.index for t in c.turns] for c in conversations]
    for conversation, answer in zip(conversations, labels, strict=True):
        for turn, item in zip(conversation.turns, answer, strict=True):
            assert not item.labels or turn.role in ("debtor", "third_party")
            assert all(words in turn.text for words in item.evidence)
            assert all(0 <= s.score <= 1 for s in item.scores)
    found = list(load_tone_classifier(local, ToneConfig()).flag(conversations))
    assert len(found) == len(conversations)
    for conversation, flags in zip(conversations, found, strict=True):
        assert all(conversation.turns[flag.turn].role == "agent" for flag in flags)
        assert all(flag.evidence in conversation.turns[flag.turn].text for flag in flags)


def test_every_own_token_has_a_weight(trained: tuple[EncoderReader, Path]) -> None:
    reader, _ = trained
    (row,) = encode_call(said("El viernes le pago sin falta."), reader.tokenizer, reader.window)[:1]
    weights = reader.word_weights(row, LABELS[0])
    assert weights.shape == (row.own[1] - row.own[0],)
    assert np.abs(weights).max() > 0
    assert len(CLASSES) == len(reader.thresholds)


def test_noise_keeps_turns_and_loses_marks() -> None:
    draw = random.Random(1)
    turn = said("¡Señora, usted me debe 2.500 pesos!")[0]
    rough = {as_recognised(turn, draw).text for _ in range(40)}
    assert len(rough) > 5
    assert not any(set("¡!,.") & set(text) or text != text.lower() for text in rough)
    assert as_recognised(said("…")[0], draw).text == "…", "what holds no word stays as it is"


def test_a_folder_without_an_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="transformers encoder"):
        load_base(tmp_path)


def test_train_writes_weights_that_configuration_can_name(base: Path, calls: list[GoldCall], tmp_path: Path) -> None:
    ids = {call.id for call in calls}
    lines = [line for path in corpus_files(CORPORA / "train") for line in corpus_text(path).splitlines()]
    kept = [line for line in lines if line and json.loads(line)["id"] in ids]
    for part, own in (("train", kept[:4]), ("validation", kept[4:])):
        (tmp_path / "corpus" / part).mkdir(parents=True)
        (tmp_path / "corpus" / part / "own.jsonl").write_text("\n".join(own), "utf-8")
    corpus = ["--corpus", str(tmp_path / "corpus")]
    for name, options in (("linear", []), ("encoder", ["--base", str(base), "--epochs", "1"])):
        ran = CliRunner().invoke(app, ["train", str(tmp_path / name), *corpus, *options])
        assert ran.exit_code == 0, ran.output
        classifier = load_turn_classifier(find_weights(str(tmp_path / name)), ClassifyConfig())
        (labels,) = classifier.classify([calls[0].conversation])
        assert len(labels) == len(calls[0].turns)


def test_an_encoder_can_be_made_from_the_calls_alone(calls: list[GoldCall], tmp_path: Path) -> None:
    tiny = Pretraining(vocabulary=500, width=32, layers=1, heads=2, stretch=64, rows=4, minutes=0.05)
    pretrain([call.turns for call in calls], tmp_path / "own", tiny)
    network, tokenizer = load_base(tmp_path / "own")
    assert network.base.config.hidden_size == 32
    said_plainly, said_loudly = (tokenizer(text)["input_ids"] for text in ("mañana le pago", "MANANA LE PAGO"))
    assert said_plainly == said_loudly, "case and accents are folded"
