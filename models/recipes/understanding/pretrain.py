"""A small Spanish encoder by masked words of the corpora's calls, then `palabra train --base FOLDER`.

python -m models.recipes.understanding.pretrain corpora BASE --minutes 60 [--teacher FOLDER]

A call is read as one stream of turns with who speaks, cut into stretches; a share of the words is hidden whole, so that
the rest of a word does not give it away. The seed fixes tokenizer, order and masks.

With a teacher it does not begin from nothing: its layers are those of an English encoder, and each Spanish piece begins
at the mean vector of the English words that `corpora/words` gives for it (as WECHSEL does with aligned vectors,
Minixhofer et al. 2022). What words mean to each other is then there before the first step.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from torch import Tensor
from transformers import AutoTokenizer, BertConfig, BertForMaskedLM, BertModel, PreTrainedTokenizerFast

from models.classifiers.encoder import SPEAKERS
from models.recipes.corpus import corpus_files, corpus_text
from models.recipes.understanding.noise import as_recognised
from pipeline.gold import read_gold
from pipeline.types import Turn

SPECIAL: Final = {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}
_IGNORE: Final = -100


@dataclass(frozen=True, slots=True)
class Pretraining:
    """Sizes and times.

    Attributes:
        vocabulary: Word pieces of lower-case text.
        width: Of the states, and `heads`: a teacher's own where there is one.
        layers: With a teacher, taken evenly from its layers, the last among them.
        stretch: Tokens of a training row.
        rows: Rows of a step.
        hidden_share: Of the words.
        roughened: Share of the calls that are read as a recogniser would write them.
        minutes: Wall clock; the rate falls to zero by then.
    """

    vocabulary: int = 7000
    width: int = 256
    layers: int = 4
    heads: int = 4
    stretch: int = 256
    rows: int = 16
    hidden_share: float = 0.2
    roughened: float = 0.3
    rate: float = 7e-4
    warm_up: float = 0.05
    minutes: float = 60.0
    seed: int = 20261122


def pretrain(
    calls: Sequence[Sequence[Turn]],
    folder: Path,
    config: Pretraining,
    tell: Callable[[str], None] | None = None,
    *,
    teacher: Path | None = None,
    words: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Writes an encoder with its tokenizer, as a hub's folder holds them; every ten minutes as far as it has come.

    Args:
        calls: Turns of each.
        folder: Where to.
        config: Sizes and times.
        tell: Is told of progress.
        teacher: Folder of an English encoder of BERT's kind to begin from.
        words: Spanish words -> English ones, as `spanish_english` reads them.
    """
    torch.manual_seed(config.seed)
    draw = random.Random(config.seed)
    tokenizer = make_tokenizer([turn.text for call in calls for turn in call], config.vocabulary)
    tokenizer.save_pretrained(folder)
    network = _network(tokenizer, config, teacher, words)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.nn.Module.to(network, device).train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=config.rate, betas=(0.9, 0.98), weight_decay=0.01)
    began = saved = time.monotonic()
    losses: list[float] = []
    for step, (ids, targets) in enumerate(_batches(calls, tokenizer, config, draw), 1):
        progress = (time.monotonic() - began) / 60 / config.minutes
        if progress >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = config.rate * min(progress / config.warm_up, (1 - progress) / (1 - config.warm_up))
        with torch.autocast(device, torch.bfloat16):
            loss = _loss(network, ids.to(device), targets.to(device), tokenizer.pad_token_id)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        losses.append(float(loss.detach()))
        if tell and step % 50 == 0:
            tell(f"step {step}: loss {sum(losses[-50:]) / 50:.3f}, {(time.monotonic() - began) / 60:.1f} minutes")
        if time.monotonic() - saved > 600:
            network.bert.save_pretrained(folder)
            saved = time.monotonic()
    network.eval().bert.save_pretrained(folder)


def _loss(network: BertForMaskedLM, ids: Tensor, targets: Tensor, padding: int) -> Tensor:
    """Scores of the vocabulary for hidden words alone: for all words they would cost as much as a layer."""
    states = network.bert(input_ids=ids, attention_mask=(ids != padding).long()).last_hidden_state
    hidden = targets != _IGNORE
    scores = network.cls(states[hidden])
    return torch.nn.functional.cross_entropy(scores.float(), targets[hidden])


def _network(
    tokenizer: PreTrainedTokenizerFast, config: Pretraining, teacher: Path | None, words: Mapping[str, str]
) -> BertForMaskedLM:
    if teacher is None:
        return BertForMaskedLM(_bert_config(tokenizer, config, 4 * config.width))
    known = BertModel.from_pretrained(teacher, local_files_only=True, add_pooling_layer=False)
    config = replace(config, width=known.config.hidden_size, heads=known.config.num_attention_heads)
    network = BertForMaskedLM(_bert_config(tokenizer, config, known.config.intermediate_size))
    last = known.config.num_hidden_layers - 1
    for i, layer in enumerate(network.bert.encoder.layer):
        layer.load_state_dict(known.encoder.layer[round(i * last / max(1, config.layers - 1))].state_dict())
    english = AutoTokenizer.from_pretrained(teacher, local_files_only=True)
    vectors = piece_vectors(tokenizer.get_vocab(), words, english, known.embeddings.word_embeddings.weight.detach())
    with torch.no_grad():
        network.bert.embeddings.word_embeddings.weight.copy_(vectors)
        network.bert.embeddings.position_embeddings.weight.copy_(known.embeddings.position_embeddings.weight)
        network.bert.embeddings.token_type_embeddings.weight.copy_(known.embeddings.token_type_embeddings.weight)
    network.bert.embeddings.LayerNorm.load_state_dict(known.embeddings.LayerNorm.state_dict())
    return network


def _bert_config(tokenizer: PreTrainedTokenizerFast, config: Pretraining, inner: int) -> BertConfig:
    return BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=config.width,
        num_hidden_layers=config.layers,
        num_attention_heads=config.heads,
        intermediate_size=inner,
        max_position_embeddings=512,
        # On a processor dropout costs more than the layers do, and nothing is read often enough to be learned by heart.
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        pad_token_id=tokenizer.pad_token_id,
    )


def piece_vectors(vocabulary: Mapping[str, int], words: Mapping[str, str], english: Any, vectors: Tensor) -> Tensor:
    """A vector for each Spanish piece, (len(vocabulary), width).

    Special pieces keep their vector, listed words get the mean of their English words', others the mean of the English
    pieces that spell them.
    """
    known = english.get_vocab()
    found = torch.empty(len(vocabulary), vectors.shape[1])
    for piece, i in vocabulary.items():
        if piece in words:
            ids = english(words[piece], add_special_tokens=False)["input_ids"]
        elif piece in known:
            ids = [known[piece]]
        else:
            ids = english(piece.removeprefix("##"), add_special_tokens=False)["input_ids"]
        found[i] = vectors[ids].mean(0) if ids else vectors.mean(0)
    return found


def spanish_english(corpora: Path) -> dict[str, str]:
    """Spanish word form -> one to three English words, written by hand for the words that calls use most."""
    text = (corpora / "words" / "spanish_english.tsv").read_text("utf-8")
    return dict(line.split("\t") for line in text.splitlines())


def make_tokenizer(texts: Sequence[str], size: int) -> PreTrainedTokenizerFast:
    """Word pieces of lower-case text, trained on the texts and on who speaks.

    Accents stay: "deposite" asks and "deposité" tells. That recognisers lose them is learned from roughened calls.
    """
    tokenizer = Tokenizer(models.WordPiece(unk_token=SPECIAL["unk"]))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(
        vocab_size=size, special_tokens=list(SPECIAL.values()), min_frequency=2, show_progress=False
    )
    tokenizer.train_from_iterator([*texts, *SPEAKERS.values()], trainer)
    named = {f"{name}_token": token for name, token in SPECIAL.items()}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **named)


def _batches(
    calls: Sequence[Sequence[Turn]], tokenizer: Any, config: Pretraining, draw: random.Random
) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless: masked ids and targets, (rows, stretch)."""
    rows: list[tuple[list[int], list[int]]] = []
    while True:
        for call in draw.sample(calls, len(calls)):
            rows += _stretches(call, tokenizer, config, draw)
            while len(rows) > 20 * config.rows:
                draw.shuffle(rows)
                chosen, rows = rows[: config.rows], rows[config.rows :]
                yield _masked(chosen, tokenizer, config, draw)


def _stretches(
    call: Sequence[Turn], tokenizer: Any, config: Pretraining, draw: random.Random
) -> Iterator[tuple[list[int], list[int]]]:
    """Token ids and the word that each belongs to (-1: none), at most `stretch` tokens a row."""
    rough = draw.random() < config.roughened
    turns = [as_recognised(turn, draw) for turn in call] if rough else call
    ids: list[int] = [tokenizer.cls_token_id]
    words: list[int] = [-1]
    for turn in turns:
        encoded = tokenizer(f"{SPEAKERS[turn.role]} {turn.text}", add_special_tokens=False)
        own = [len(words) * 1000 + word for word in encoded.word_ids()]
        if len(ids) + len(own) + 1 > config.stretch and len(ids) > 1:
            yield ids, words
            ids, words = [tokenizer.cls_token_id], [-1]
        ids = [*(ids + encoded["input_ids"])[: config.stretch - 1], tokenizer.sep_token_id]
        words = [*(words + own)[: config.stretch - 1], -1]
    yield ids, words


def _masked(
    rows: Sequence[tuple[list[int], list[int]]], tokenizer: Any, config: Pretraining, draw: random.Random
) -> tuple[Tensor, Tensor]:
    longest = max(len(ids) for ids, _ in rows)
    inputs = torch.full((len(rows), longest), tokenizer.pad_token_id)
    targets = torch.full((len(rows), longest), _IGNORE)
    for i, (ids, words) in enumerate(rows):
        hidden = {word for word in set(words) - {-1} if draw.random() < config.hidden_share}
        shown, wanted = list(ids), [_IGNORE] * len(ids)
        for k, (token, word) in enumerate(zip(ids, words, strict=True)):
            if word in hidden:
                wanted[k] = token
                chance = draw.random()
                if chance < 0.8:
                    shown[k] = tokenizer.mask_token_id
                elif chance < 0.9:
                    shown[k] = draw.randrange(len(SPECIAL), config.vocabulary)
        inputs[i, : len(ids)] = torch.tensor(shown)
        targets[i, : len(ids)] = torch.tensor(wanted)
    return inputs, targets


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="folder with train/ and words/; validation is not read")
    parser.add_argument("base", type=Path, help="folder to write")
    parser.add_argument("--minutes", type=float, default=Pretraining().minutes)
    parser.add_argument("--layers", type=int, default=Pretraining().layers)
    parser.add_argument("--teacher", type=Path, help="folder of an English encoder of BERT's kind to begin from")
    given = parser.parse_args()
    files = corpus_files(given.corpora / "train")
    calls = [call.turns for path in files for call in read_gold(corpus_text(path), path.name)]
    config = Pretraining(minutes=given.minutes, layers=given.layers)
    words = spanish_english(given.corpora) if given.teacher else {}
    pretrain(calls, given.base, config, _tell, teacher=given.teacher, words=words)


if __name__ == "__main__":
    main()
