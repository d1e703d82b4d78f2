"""A small Spanish encoder from nothing: masked words of the corpora's calls, then `palabra train --base FOLDER`.

python -m models.recipes.understanding.pretrain corpora BASE --minutes 60

A call is read as one stream of turns with who speaks, cut into stretches; a share of the words is hidden whole, so that
the rest of a word does not give it away. The seed fixes tokenizer, order and masks.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from torch import Tensor
from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

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
        vocabulary: Word pieces; case and accents are folded, as recognisers lose both.
        stretch: Tokens of a training row.
        rows: Rows of a step.
        hidden_share: Of the words.
        roughened: Share of the calls that are read as a recogniser would write them.
        minutes: Wall clock; the rate falls to zero by then.
    """

    vocabulary: int = 8000
    width: int = 256
    layers: int = 4
    heads: int = 4
    stretch: int = 192
    rows: int = 24
    hidden_share: float = 0.2
    roughened: float = 0.3
    rate: float = 1e-3
    warm_up: float = 0.03
    minutes: float = 60.0
    seed: int = 20261122


def pretrain(
    calls: Sequence[Sequence[Turn]], folder: Path, config: Pretraining, tell: Callable[[str], None] | None = None
) -> None:
    """Writes an encoder with its tokenizer, as a hub's folder holds them."""
    torch.manual_seed(config.seed)
    draw = random.Random(config.seed)
    tokenizer = make_tokenizer([turn.text for call in calls for turn in call], config.vocabulary)
    model = BertForMaskedLM(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=config.width,
            num_hidden_layers=config.layers,
            num_attention_heads=config.heads,
            intermediate_size=4 * config.width,
            max_position_embeddings=512,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.nn.Module.to(model, device).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=config.rate, betas=(0.9, 0.98), weight_decay=0.01)
    began = time.monotonic()
    losses: list[float] = []
    for step, (ids, targets) in enumerate(_batches(calls, tokenizer, config, draw), 1):
        progress = (time.monotonic() - began) / 60 / config.minutes
        if progress >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = config.rate * min(progress / config.warm_up, (1 - progress) / (1 - config.warm_up))
        with torch.autocast(device, torch.bfloat16):
            loss = model(
                input_ids=ids.to(device),
                attention_mask=(ids != tokenizer.pad_token_id).to(device),
                labels=targets.to(device),
            ).loss
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        losses.append(float(loss.detach()))
        if tell and step % 100 == 0:
            tell(f"step {step}: loss {sum(losses[-100:]) / 100:.3f}, {(time.monotonic() - began) / 60:.0f} minutes")
    model.eval().bert.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def make_tokenizer(texts: Sequence[str], size: int) -> PreTrainedTokenizerFast:
    """Word pieces of folded text, trained on the texts and on who speaks."""
    tokenizer = Tokenizer(models.WordPiece(unk_token=SPECIAL["unk"]))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=True)
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
        inputs[i, : len(ids)] = torch.tensor(ids)
        hidden = {word for word in set(words) - {-1} if draw.random() < config.hidden_share}
        for k, (token, word) in enumerate(zip(ids, words, strict=True)):
            if word in hidden:
                targets[i, k] = token
                chance = draw.random()
                if chance < 0.8:
                    inputs[i, k] = tokenizer.mask_token_id
                elif chance < 0.9:
                    inputs[i, k] = draw.randrange(len(SPECIAL), len(tokenizer))
    return inputs, targets


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="folder with train/; validation is not read")
    parser.add_argument("base", type=Path, help="folder to write")
    parser.add_argument("--minutes", type=float, default=Pretraining().minutes)
    given = parser.parse_args()
    files = corpus_files(given.corpora / "train")
    calls = [call.turns for path in files for call in read_gold(corpus_text(path), path.name)]
    pretrain(calls, given.base, Pretraining(minutes=given.minutes), _tell)


if __name__ == "__main__":
    main()
