"""An instruction model as a reader, for form alone: a tiny one with random weights answers within the schema."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from models.classifiers.choices import Answer, Choice, Pieces, answers
from models.classifiers.instruct import InstructReader, Reach, guidelines, load_instruct, schema_of
from models.classifiers.reader import ANY_TONE, CLASSES, load_reader, of_role
from models.registry import find_weights
from models.tone_classifier import load_tone_classifier
from models.turn_classifier import load_turn_classifier
from pipeline.config import ClassifyConfig, ToneConfig
from pipeline.errors import ModelError
from pipeline.labels import LABELS, SEVERITIES, STEPS, TONE_CATEGORIES, Role
from pipeline.ports import Conversation
from pipeline.reasons import load_reasons
from pipeline.types import Span, Turn

TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
TALK: tuple[tuple[Role, str], ...] = (
    ("system", "Esta llamada puede ser grabada."),
    ("agent", "Buenos días, ¿hablo con la señora Rosa?"),
    ("debtor", "Sí, soy yo."),
    ("agent", "Le llamo de Financiera del Valle por su saldo."),
    ("debtor", "Me quedé sin trabajo, pero el viernes le abono quinientos."),
    ("third_party", "Y yo le ayudo con lo demás."),
    ("agent", "Más le vale, o va a la cárcel."),
)


def tiny(folder: Path, seed: int, *, template: str | None = TEMPLATE, positions: int = 65536) -> Path:
    """What a hub's folder of an instruction model looks like."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500, special_tokens=["<pad>", "<eos>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    tokenizer.train_from_iterator([guidelines(), *(text for _, text in TALK)], trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<eos>")  # noqa: S106
    fast.chat_template = template
    fast.save_pretrained(folder)
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=500, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=positions, initializer_range=0.4,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("tiny-instruct"), 1)


@pytest.fixture(scope="module")
def reader(folder: Path) -> InstructReader:
    return load_instruct(find_weights(str(folder)))


def call(name: str, said: tuple[tuple[Role, str], ...] = TALK) -> Conversation:
    turns = tuple(Turn(i, role, "v", Span(float(i), float(i + 1)), text) for i, (role, text) in enumerate(said))
    return Conversation(name, "MX", turns)


def answer_of(reader: InstructReader, turns: tuple[Turn, ...], prompt: str = "¿Y bien?") -> Answer:
    ids = reader.tokenizer(prompt, add_special_tokens=False)["input_ids"]
    (answer,) = answers(reader.network, [ids], [schema_of(turns, 0)], Pieces(reader.tokenizer), 0)
    return answer


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_weights_give_json_of_the_closed_sets_for_every_turn(tmp_path: Path, seed: int) -> None:
    reader = load_instruct(find_weights(str(tiny(tmp_path, seed))))
    turns = call("a").turns
    told = json.loads(answer_of(reader, turns).text)
    assert [entry.pop("turn") for entry in told] == [turn.index for turn in turns if turn.role != "system"]
    for entry, turn in zip(told, (t for t in turns if t.role != "system"), strict=True):
        if turn.role == "agent":
            assert list(entry) == [*STEPS, *TONE_CATEGORIES]
            assert {type(entry[name]) for name in STEPS} == {bool}
            assert {entry[name] for name in TONE_CATEGORIES} <= {"none", *SEVERITIES}
        else:
            assert list(entry) == [*LABELS, "reason"]
            assert {type(entry[name]) for name in LABELS} == {bool}
            fitting = {r.name for r in load_reasons().values() if any(entry[label] for label in r.labels)}
            assert entry["reason"] in (fitting or [None])


def test_scores_are_the_probabilities_of_what_could_be_said(reader: InstructReader) -> None:
    answer = answer_of(reader, call("a").turns)
    assert len(answer.chances) == 3 * 5 + 3 * (10 + 5)
    for name, chances in answer.chances.items():
        assert sum(chances.values()) == pytest.approx(1.0)
        assert answer.chosen[name] in chances
        if len(chances) == 2:
            assert chances[answer.chosen[name]] >= 0.5


def test_the_answer_is_what_the_model_says_one_token_after_the_other(reader: InstructReader) -> None:
    """The slow and obvious way: the whole text so far at each choice, no cache, no padding, no batch."""
    turns = call("a").turns[:3]
    answer = answer_of(reader, turns)
    pieces = Pieces(reader.tokenizer)
    ids = list(reader.tokenizer("¿Y bien?", add_special_tokens=False)["input_ids"])
    for step in schema_of(turns, 0):
        if not isinstance(step, Choice):
            ids += pieces.of(step)
            continue
        allowed = step.allowed(answer.chosen)
        with torch.inference_mode():
            logits = reader.network(torch.tensor([ids])).logits[0, -1]
        firsts = sorted({pieces.of(text)[0] for text in allowed})
        shares = dict(zip(firsts, torch.softmax(logits[firsts].double(), 0).tolist(), strict=True))
        for first in firsts:
            told = sum(answer.chances[step.name][text] for text in allowed if pieces.of(text)[0] == first)
            assert told == pytest.approx(shares[first], abs=1e-4)
        ids += pieces.of(answer.chosen[step.name])


def test_a_verdict_never_depends_on_the_calls_beside_it(folder: Path) -> None:
    longer = TALK * 3 + (("debtor", "Ya le dije que no voy a pagar nada de nada."),)
    calls = [call("a"), call("b", longer), call("c", TALK[2:5])]
    together = [read.probabilities for read in load_instruct(find_weights(str(folder))).read(calls)]
    backwards = [read.probabilities for read in load_instruct(find_weights(str(folder))).read(calls[::-1])][::-1]
    for i, one in enumerate(calls):
        (alone,) = load_instruct(find_weights(str(folder))).read([one])
        assert alone.probabilities == pytest.approx(together[i], abs=1e-3)
        assert backwards[i] == pytest.approx(together[i], abs=1e-3)
        (again,) = load_instruct(find_weights(str(folder))).read([one])
        assert np.array_equal(alone.probabilities, again.probabilities)


def test_long_calls_are_read_in_windows_and_every_turn_is_answered(folder: Path) -> None:
    loaded = load_instruct(find_weights(str(folder)))
    small = InstructReader(loaded.network, loaded.tokenizer, Reach(own=2, before=1, after=1, tokens_a_batch=1))
    long = call("long", (*TALK, ("agent", "a" * 9000), *TALK))
    (read,) = small.read([long])
    assert read.probabilities.shape == (len(long.turns), len(CLASSES))
    for i, turn in enumerate(long.turns):
        own = np.array(of_role(turn.role))
        assert (read.probabilities[i][~own] == 0).all()
        assert (read.probabilities[i][own] > 0).all()


def test_both_classifiers_stand_on_it_and_it_is_asked_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    local = find_weights(str(folder))
    config = ClassifyConfig()
    turns, tone = load_turn_classifier(local, config), load_tone_classifier(local, ToneConfig())
    (labels,) = turns.classify([call("a")])
    found = load_reader(local)
    assert isinstance(found, InstructReader)
    monkeypatch.setattr("models.classifiers.instruct.answers", lambda *_: pytest.fail("asked of the same call again"))
    (flags,) = tone.flag([call("a")])
    assert [own.turn for own in labels] == list(range(len(TALK)))
    chances = next(iter(found.read([call("a")]))).probabilities
    for own, turn, row in zip(labels, call("a").turns, chances, strict=True):
        said = {name for name, p in zip(CLASSES, row, strict=True) if p >= 0.5}
        assert {*own.labels, *own.steps} == said - {*TONE_CATEGORIES, ANY_TONE}
        assert (own.reason is not None) == bool({*own.labels} - {"promise"})
        assert own.reason is None or {*load_reasons()[own.reason].labels} & {*own.labels}
        assert bool(own.labels) <= (turn.role in ("debtor", "third_party"))
    assert {flag.turn for flag in flags} <= {i for i, (role, _) in enumerate(TALK) if role == "agent"}
    assert all(flag.severity in SEVERITIES and flag.evidence for flag in flags)


def test_a_model_without_a_chat_template_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="chat template"):
        load_instruct(find_weights(str(tiny(tmp_path, 1, template=None))))


def test_a_model_that_cannot_read_the_guidelines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="reads 512 tokens"):
        load_instruct(find_weights(str(tiny(tmp_path, 1, positions=512))))


def test_an_encoder_that_was_not_trained_is_no_reader(tmp_path: Path) -> None:
    tiny(tmp_path, 1)
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    (tmp_path / "config.json").write_text(json.dumps(config | {"architectures": ["BertModel"]}), "utf-8")
    with pytest.raises(ModelError, match="palabra train --base"):
        load_reader(find_weights(str(tmp_path)))
