"""Fine-tuning of any transformers encoder on gold calls: the same classes, masks and calibration as the linear reader.

Every epoch reads each turn once, a share of the calls as a recogniser would write them. The seed fixes the order, the
noise and the new heads.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - torch's own custom

from models.classifiers.encoder import (
    EncoderReader,
    Passage,
    Told,
    TurnEncoder,
    Window,
    batches_of,
    encode_call,
    load_base,
    save_encoder,
    tensors_of,
)
from models.classifiers.reader import ANY_TONE, CLASSES
from models.recipes.understanding.annotations import came_with_guidelines
from models.recipes.understanding.noise import as_recognised
from models.recipes.understanding.train import KIND, Recipe, calibration_of, rows_of
from models.registry import write_card
from pipeline.gold import GoldCall, GoldTurn
from pipeline.labels import TONE_CATEGORIES
from pipeline.reasons import load_reasons

_NONE: Final = -100
_TONE: Final = [CLASSES.index(name) for name in (*TONE_CATEGORIES, ANY_TONE)]


@dataclass(frozen=True, slots=True)
class FineTuning:
    """How an encoder is trained.

    Attributes:
        epochs: Times that every call is read.
        rate: Peak learning rate of the base model.
        head_rate: Of the heads, which begin from nothing.
        warm_up: Share of the steps until the peak; then the rate falls evenly to zero.
        tokens_a_batch: Padded tokens of one step.
        roughened: Share of the calls that are read as a recogniser would write them.
        severity_weight: Of the severity's and of the reason's loss beside the classes'.
        guideline_weight: Of turns of the calls that came with the guidelines, whose hands wrote the law.
        tone_weight: Of the classes of tone beside the others: they are rare, and what is veiled is learned last.
        hidden: Share of the tokens that are masked: a turn is known by more than one of its words.
        dropout: Inside the base model, beside that before the heads. On a processor it costs as much as the layers.
    """

    epochs: int = 6
    rate: float = 1e-4
    head_rate: float = 1e-3
    warm_up: float = 0.1
    tokens_a_batch: int = 4096
    roughened: float = 0.35
    severity_weight: float = 0.2
    guideline_weight: float = 2.0
    tone_weight: float = 2.5
    hidden: float = 0.1
    dropout: float = 0.0
    weight_decay: float = 0.01
    seed: int = 20261122
    window: Window = field(default_factory=Window)
    device: str = "cuda" if torch.cuda.is_available() else "cpu"


@dataclass(frozen=True, slots=True)
class Example:
    """A passage with what is to be learned of each of its turns.

    Attributes:
        passage: What is read.
        targets: 0 and 1, float32 (turns, len(CLASSES)).
        weights: Of each turn's classes, 0 where its speaker cannot be given a class, same shape.
        severities: At least medium, and high, of each flagged turn; (-1, -1) of others, float32 (turns, 2).
        reasons: Place in the list of reasons; -100 where none was told.
    """

    passage: Passage
    targets: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
    severities: npt.NDArray[np.float32]
    reasons: tuple[int, ...]


def fine_tune(
    train: Sequence[GoldCall],
    held: Sequence[GoldCall],
    base: str | Path,
    config: FineTuning = FineTuning(),  # noqa: B008  (frozen)
    *,
    tell: Callable[[str], None] | None = None,
) -> EncoderReader:
    """An encoder trained on `train`, calibrated on `held`.

    Args:
        train: Calls to learn from.
        held: Calls of other authors; thresholds and calibration come from them alone.
        base: Folder of the base model.
        config: How.
        tell: Is told of progress, a line an epoch.

    Raises:
        ModelError: `base` holds no encoder with a fast tokenizer.
    """
    torch.manual_seed(config.seed)
    draw = random.Random(config.seed)
    network, tokenizer = load_base(base)
    network.to(config.device).train()
    for part in network.base.modules():
        if isinstance(part, torch.nn.Dropout):
            part.p = config.dropout
    optimiser = torch.optim.AdamW(
        [
            {"params": list(network.base.parameters()), "lr": config.rate},
            {"params": [p for k, p in network.named_parameters() if not k.startswith("base.")], "lr": config.head_rate},
        ],
        weight_decay=config.weight_decay,
    )
    padding = int(tokenizer.pad_token_id or 0)
    steps = config.epochs * len(_batches(examples_of(train, tokenizer, config, None), config, draw))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda n: _rate_factor(n / max(1, steps), config.warm_up))
    began = time.monotonic()
    for epoch in range(config.epochs):
        losses = []
        for batch in _batches(examples_of(train, tokenizer, config, draw), config, draw):
            with torch.autocast(config.device, torch.bfloat16):
                loss = loss_of(network, batch, padding, config)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            losses.append(float(loss.detach()))
        if tell:
            tell(f"epoch {epoch + 1} of {config.epochs}: loss {np.mean(losses):.4f}, {time.monotonic() - began:.0f} s")
    n = len(CLASSES)
    plain = EncoderReader(
        network.eval(),
        tokenizer,
        config.window,
        np.stack([np.ones(n, np.float32), np.zeros(n, np.float32)]),
        np.full(n, 0.5, np.float32),
        config.device,
    )
    scores = np.concatenate([call.classes for call in told_of(plain, held)]).astype(np.float64)
    slopes, thresholds = calibration_of(rows_of(held, with_features=False), scores, Recipe())
    return replace(plain, slopes=slopes, thresholds=thresholds)


def told_of(reader: EncoderReader, calls: Sequence[GoldCall]) -> Iterator[Told]:
    """Scores of calls before calibration."""
    return reader.tell([encode_call(call.turns, reader.tokenizer, reader.window) for call in calls])


def write_encoder(reader: EncoderReader, folder: Path) -> None:
    """A folder of weights that `classify.model` and `tone.model` can name."""
    write_card(folder, synthetic_only=False, kind=KIND, files=save_encoder(reader, folder))


def examples_of(
    calls: Sequence[GoldCall], tokenizer: object, config: FineTuning, draw: random.Random | None
) -> list[Example]:
    """All passages that hold a turn to learn from; calls roughened by chance where there is a `draw`.

    Passages labelled by their author alone begin with the mask token, but for those whose authors wrote the guidelines:
    where hands follow other customs (which turn of an agreement is its recap, how much care is empathy) the network
    learns both, and at work, where every passage begins as those do that follow the guidelines alone, does so too.
    """
    examples = []
    mask = getattr(tokenizer, "mask_token_id", None)
    for call in calls:
        rough = draw is not None and draw.random() < config.roughened
        turns = [as_recognised(t, draw) for t in call.turns] if rough and draw is not None else list(call.turns)
        known = rows_of([call], with_features=False)
        is_guidelines = came_with_guidelines(call.author)
        is_law = is_guidelines or call.annotated_again
        weight = config.guideline_weight if is_guidelines else 1.0
        weights = known.masks.astype(np.float32) * np.float32(weight)
        weights[:, _TONE] *= np.float32(config.tone_weight)
        severities = np.array([_severity(gold) for gold in call.gold], np.float32)
        reasons = tuple(_reason(gold) for gold in call.gold)
        for passage in encode_call(turns, tokenizer, config.window):
            own = slice(*passage.turns)
            if weights[own].any():
                targets = known.targets[own].astype(np.float32)
                ids = passage.ids if mask is None else _partly_hidden(passage, mask, config.hidden, draw, is_law=is_law)
                examples.append(
                    Example(replace(passage, ids=ids), targets, weights[own], severities[own], reasons[own])
                )
    return examples


def _partly_hidden(
    passage: Passage, mask: int, share: float, draw: random.Random | None, *, is_law: bool
) -> tuple[int, ...]:
    first, *rest = passage.ids
    if draw is not None and share:
        rest = [mask if draw.random() < share else token for token in rest]
    return (first if is_law else mask, *rest)


def _severity(gold: GoldTurn) -> tuple[int, int]:
    found = {severity for _, severity in gold.tone}
    return (int(bool(found & {"medium", "high"})), int("high" in found)) if found else (-1, -1)


def _reason(gold: GoldTurn) -> int:
    names = list(load_reasons())
    return names.index(gold.reason) if gold.reason in names else _NONE


def _batches(examples: Sequence[Example], config: FineTuning, draw: random.Random) -> list[list[Example]]:
    """Batches of passages of about the same length, in random order."""
    mixed = draw.sample(examples, len(examples))
    batches = [
        [mixed[i] for i in batch]
        for batch in batches_of([len(example.passage.ids) for example in mixed], config.tokens_a_batch)
    ]
    draw.shuffle(batches)
    return batches


def loss_of(network: TurnEncoder, batch: Sequence[Example], padding: int, config: FineTuning) -> Tensor:
    """Cross entropy of the classes a speaker can be given, of severities where flagged, of reasons where told."""
    device = config.device
    scores, _ = network(*tensors_of([e.passage for e in batch], padding, device))
    classes, severities, reasons = scores.split(network.sizes, 1)
    targets, weights, grave = (
        torch.from_numpy(np.concatenate([getattr(e, part) for e in batch])).to(device)
        for part in ("targets", "weights", "severities")
    )
    losses = F.binary_cross_entropy_with_logits(classes, targets, weights, reduction="sum")
    loss = losses / weights.sum().clamp(min=1)
    flagged = grave[:, 0] >= 0
    if bool(flagged.any()):
        graded = F.binary_cross_entropy_with_logits(severities[flagged], grave[flagged])
        loss = loss + config.severity_weight * graded
    told = torch.tensor([reason for e in batch for reason in e.reasons], device=device)
    if bool((told != _NONE).any()):
        loss = loss + config.severity_weight * F.cross_entropy(reasons, told, ignore_index=_NONE)
    return loss


def _rate_factor(progress: float, warm_up: float) -> float:
    if progress < warm_up:
        return progress / warm_up
    return max(0.0, (1 - progress) / (1 - warm_up))
