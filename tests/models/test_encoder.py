"""Any encoder as a reader: a tiny one with random weights is fine-tuned, written, read back and asked."""

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
from typer.testing import CliRunner

from cli.main import app
from models.classifiers.blend import BlendReader, save_blend
from models.classifiers.encoder import EncoderReader, Window, batches_of, encode_call, load_base, save_encoder
from models.classifiers.reader import CLASSES, load_reader
from models.recipes.corpus import corpus_files, corpus_text
from models.recipes.understanding.blend import blend, mix_of, rates_of
from models.recipes.understanding.encoder import FineTuning, examples_of, fine_tune, told_of, write_encoder
from models.recipes.understanding.noise import as_recognised
from models.recipes.understanding.pretrain import Pretraining, piece_vectors, pretrain, spanish_english
from models.recipes.understanding.train import KIND, Recipe, read_corpus, rows_of, train_linear
from models.registry import find_weights, write_card
from models.tone_classifier import load_tone_classifier
from models.turn_classifier import load_turn_classifier
from pipeline.config import ClassifyConfig, ToneConfig
from pipeline.errors import ModelError
from pipeline.gold import GoldCall
from pipeline.types import Span, Turn

CORPORA = Path(__file__).parents[2] / "corpora"
SPECIAL = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}


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


def test_turns_are_read_between_their_neighbours(base: Path) -> None:
    _, tokenizer = load_base(base)
    turns = said("¿Cuándo nos paga?", "El viernes le pago.", "Quedamos en eso.")
    ids = tokenizer([f"{w} {t.text}" for w, t in zip(("cobrador:", "deudor:", "cobrador:"), turns, strict=True)],
                    add_special_tokens=False)["input_ids"]  # fmt: skip
    sep = tokenizer.sep_token_id
    (whole,) = encode_call(turns, tokenizer, Window())
    assert whole.ids == (tokenizer.cls_token_id, *(token for own in ids for token in (*own, sep)))
    assert whole.turns == (0, 3)
    assert [whole.ids[a:b] for a, b in whole.own] == [tuple(own) for own in ids]
    assert [turns[1].text[a:b] for a, b in whole.places[1]][-1] == "."

    passages = encode_call(turns, tokenizer, Window(own_tokens=1, context_tokens=3))
    assert [passage.turns for passage in passages] == [(0, 1), (1, 2), (2, 3)]
    assert passages[1].ids == (tokenizer.cls_token_id, *ids[0][-2:], sep, *ids[1], sep, *ids[2][:3])
    assert [passages[1].ids[a:b] for a, b in passages[1].own] == [tuple(ids[1])]


def test_long_turns_and_contexts_are_cut(base: Path) -> None:
    _, tokenizer = load_base(base)
    window = Window(own_tokens=8, context_tokens=5, turn_tokens=7)
    passages = encode_call(said(*["pago " * 200] * 3), tokenizer, window)
    assert len(passages) == 3
    for passage in passages:
        assert [end - start for start, end in passage.own] == [7]
        assert len(passage.ids) <= 1 + 5 + 8 + 5
    assert encode_call([], tokenizer, window) == ()


def test_passages_hold_every_turn_once(base: Path, calls: list[GoldCall]) -> None:
    _, tokenizer = load_base(base)
    for call in calls:
        passages = encode_call(call.turns, tokenizer, Window(own_tokens=90, context_tokens=20))
        assert len(passages) > 1
        assert [i for p in passages for i in range(*p.turns)] == list(range(len(call.turns)))
        assert all(len(p.own) == len(p.places) == p.turns[1] - p.turns[0] for p in passages)


def test_other_hands_than_the_guidelines_are_told_apart_and_words_are_hidden(base: Path, calls: list[GoldCall]) -> None:
    _, tokenizer = load_base(base)
    config = FineTuning(hidden=0.2, roughened=0.0)
    law, own = tokenizer.cls_token_id, tokenizer.mask_token_id
    for author, annotated_again, opening in (
        ("shared_x", False, law),
        ("somebody", True, law),
        ("somebody", False, own),
    ):
        of_author = [replace(call, author=author, annotated_again=annotated_again) for call in calls]
        plain, hidden = (
            [example.passage.ids for example in examples_of(of_author, tokenizer, config, draw)]
            for draw in (None, random.Random(1))
        )
        assert {ids[0] for ids in (*plain, *hidden)} == {opening}
        pairs = [pair for one, other in zip(plain, hidden, strict=True) for pair in zip(one, other, strict=True)]
        changed = [other for one, other in pairs if one != other]
        assert set(changed) == {own}
        assert 0.1 < len(changed) / len(pairs) < 0.3


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


def test_what_the_tokens_add_is_the_score(trained: tuple[EncoderReader, Path], calls: list[GoldCall]) -> None:
    reader, _ = trained
    for told, call in zip(told_of(reader, calls), calls, strict=True):
        assert len(told.added) == len(told.classes) == len(call.turns)
        for added, scores in zip(told.added, told.classes, strict=True):
            assert np.allclose(added.sum(0), scores, atol=1e-4)
    assert len(CLASSES) == len(reader.thresholds)


def test_a_byte_a_weight_reads_almost_the_same(
    trained: tuple[EncoderReader, Path], calls: list[GoldCall], tmp_path: Path
) -> None:
    reader, folder = trained
    save_encoder(reader, tmp_path / "small", small=True)
    again = load_reader(find_weights(str(tmp_path / "small")))
    for one, other in zip(reader.read([calls[0].conversation]), again.read([calls[0].conversation]), strict=True):
        assert np.abs(one.probabilities - other.probabilities).max() < 0.02
    sizes = [sum(path.stat().st_size for path in f.glob("*base*.safetensors")) for f in (tmp_path / "small",)]
    assert sizes[0] < (folder / "model.safetensors").stat().st_size / 2


def test_two_readers_are_blended(trained: tuple[EncoderReader, Path], calls: list[GoldCall], tmp_path: Path) -> None:
    linear = train_linear(calls, calls, Recipe())
    both = blend(linear, trained[0], calls, calls, Recipe())
    write_card(tmp_path / "both", synthetic_only=False, kind=KIND, files=save_blend(both, tmp_path / "both"))
    again = load_reader(find_weights(str(tmp_path / "both")))
    assert isinstance(again, BlendReader)
    conversations = [call.conversation for call in calls]
    for one, other, alone in zip(
        both.read(conversations), again.read(conversations), linear.read(conversations), strict=True
    ):
        assert np.abs(one.probabilities - other.probabilities).max() < 0.02
        assert np.array_equal(one.probabilities == 0, alone.probabilities == 0), "each speaker its own classes"
    assert (again.mix[:2] >= 0).all()
    classifier = load_turn_classifier(find_weights(str(tmp_path / "both")), ClassifyConfig())
    (labels,) = classifier.classify(conversations[:1])
    assert len(labels) == len(calls[0].turns)


def test_a_class_that_nobody_saw_keeps_the_mean_of_both(calls: list[GoldCall]) -> None:
    rows = rows_of(calls, with_features=False)
    unseen = [k for k in range(len(CLASSES)) if not rows.targets[:, k].any()]
    odds = np.full(rows.targets.shape, -3.0)
    rates = rates_of(calls)
    mix, _ = mix_of(rows, odds, odds, rates, Recipe())
    assert unseen
    assert all(abs(mix[0, k] - mix[1, k]) < 1e-3 for k in range(len(CLASSES))), "alike readers weigh alike"
    generous, _ = mix_of(rows, odds, odds, np.minimum(2 * rates, 0.9), Recipe())
    told = [k for k in range(len(CLASSES)) if k not in unseen]
    assert all(generous[2, k] > mix[2, k] for k in told), "where a class is said more often it is likelier"


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
    plain, loud, bare = (
        tokenizer(text)["input_ids"] for text in ("mañana le pago", "MAÑANA LE PAGO", "manana le pago")
    )
    assert plain == loud != bare, "case is folded, accents are not"


def test_an_encoder_can_begin_from_one_that_knows_english(base: Path, calls: list[GoldCall], tmp_path: Path) -> None:
    tiny = Pretraining(vocabulary=500, layers=1, stretch=64, rows=4, minutes=0.02)
    pretrain([call.turns for call in calls], tmp_path / "own", tiny, teacher=base, words=spanish_english(CORPORA))
    network, tokenizer = load_base(tmp_path / "own")
    assert network.base.config.hidden_size == 32, "the teacher's"
    assert network.base.config.num_hidden_layers == 1
    assert len(tokenizer) <= 500


def test_listed_words_begin_at_their_english_words(base: Path) -> None:
    network, english = load_base(base)
    vectors = network.base.get_input_embeddings().weight.detach()
    words = {"pago": "payment", "xyz": "two words"}
    found = piece_vectors({"[PAD]": 0, "pago": 1, "##zz": 2, "xyz": 3}, words, english, vectors)
    listed = english(words["pago"], add_special_tokens=False)["input_ids"]
    assert torch.allclose(found[1], vectors[listed].mean(0))
    assert torch.equal(found[0], vectors[english.pad_token_id])
    assert found.isfinite().all()


def test_the_word_list_is_one_to_three_words_each() -> None:
    words = spanish_english(CORPORA)
    assert len(words) > 6000
    assert all(spanish == spanish.lower() and 1 <= len(english.split()) <= 3 for spanish, english in words.items())
