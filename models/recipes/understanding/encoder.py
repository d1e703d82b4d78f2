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
    Encoded,
    EncoderReader,
    TurnEncoder,
    Window,
    encode_call,
    load_base,
    save_encoder,
    tensors_of,
)
from models.classifiers.reader import CLASSES
from models.recipes.understanding.noise import as_recognised
from models.recipes.understanding.train import KIND, Recipe, calibration_of, rows_of
from models.registry import write_card
from pipeline.gold import GoldCall, GoldTurn
from pipeline.reasons import load_reasons

_NONE: Final = -100


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
    """

    epochs: int = 4
    rate: float = 5e-5
    head_rate: float = 1e-3
    warm_up: float = 0.1
    tokens_a_batch: int = 4096
    roughened: float = 0.35
    severity_weight: float = 0.2
    weight_decay: float = 0.01
    seed: int = 20261122
    window: Window = field(default_factory=Window)
    device: str = "cuda" if torch.cuda.is_available() else "cpu"


@dataclass(frozen=True, slots=True)
class Example:
    """A turn in its context with what is to be learned; `mask` says which classes the speaker can be given."""

    row: Encoded
    target: npt.NDArray[np.float32]
    mask: npt.NDArray[np.bool_]
    severity: tuple[bool, bool] | None
    reason: int


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
    optimiser = torch.optim.AdamW(
        [
            {"params": list(network.base.parameters()), "lr": config.rate},
            {"params": [p for k, p in network.named_parameters() if not k.startswith("base.")], "lr": config.head_rate},
        ],
        weight_decay=config.weight_decay,
    )
    padding = int(tokenizer.pad_token_id or 0)
    steps = config.epochs * len(list(_batches(examples_of(train, tokenizer, config, None), config, draw)))
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
    scores = plain.raw_scores([row for call in held for row in encode_call(call.turns, tokenizer, config.window)])[0]
    slopes, thresholds = calibration_of(rows_of(held, with_features=False), scores.astype(np.float64), Recipe())
    return replace(plain, slopes=slopes, thresholds=thresholds)


def write_encoder(reader: EncoderReader, folder: Path) -> None:
    """A folder of weights that `classify.model` and `tone.model` can name."""
    write_card(folder, synthetic_only=False, kind=KIND, files=save_encoder(reader, folder))


def examples_of(
    calls: Sequence[GoldCall], tokenizer: object, config: FineTuning, draw: random.Random | None
) -> list[Example]:
    """All turns that a class can be given to; roughened by chance where there is a `draw`."""
    examples = []
    for call in calls:
        rough = draw is not None and draw.random() < config.roughened
        turns = [as_recognised(t, draw) for t in call.turns] if rough and draw is not None else list(call.turns)
        rows = encode_call(turns, tokenizer, config.window)
        known = rows_of([call], with_features=False)
        for i, row in enumerate(rows):
            if known.masks[i].any():
                gold = call.gold[i]
                target = known.targets[i].astype(np.float32)
                examples.append(Example(row, target, known.masks[i], _severity(gold), _reason(gold)))
    return examples


def _severity(gold: GoldTurn) -> tuple[bool, bool] | None:
    found = {severity for _, severity in gold.tone}
    return (bool(found & {"medium", "high"}), "high" in found) if found else None


def _reason(gold: GoldTurn) -> int:
    names = list(load_reasons())
    return names.index(gold.reason) if gold.reason in names else _NONE


def _batches(examples: Sequence[Example], config: FineTuning, draw: random.Random) -> Iterator[list[Example]]:
    """Batches of turns of about the same length, in random order."""
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].row.ids) + draw.random() * 12)
    batches: list[list[Example]] = [[]]
    for i in order:
        longest = max([len(examples[i].row.ids), *(len(e.row.ids) for e in batches[-1])])
        if batches[-1] and (len(batches[-1]) + 1) * longest > config.tokens_a_batch:
            batches.append([])
        batches[-1].append(examples[i])
    draw.shuffle(batches)
    yield from (batch for batch in batches if batch)


def loss_of(network: TurnEncoder, batch: Sequence[Example], padding: int, config: FineTuning) -> Tensor:
    """Cross entropy of the classes a speaker can be given, of severities where flagged, of reasons where told."""
    device = config.device
    ids, mask, own = tensors_of([e.row for e in batch], padding, device)
    classes, severities, reasons = network(network.embed(ids), mask, own)
    targets = torch.from_numpy(np.stack([e.target for e in batch])).to(device)
    asked = torch.from_numpy(np.stack([e.mask for e in batch])).to(device)
    loss = F.binary_cross_entropy_with_logits(classes.float()[asked], targets[asked])
    flagged = [i for i, e in enumerate(batch) if e.severity is not None]
    if flagged:
        grave = torch.tensor([batch[i].severity for i in flagged], dtype=torch.float32, device=device)
        graded = F.binary_cross_entropy_with_logits(severities.float()[flagged], grave)
        loss = loss + config.severity_weight * graded
    told = torch.tensor([e.reason for e in batch], device=device)
    if bool((told != _NONE).any()):
        loss = loss + config.severity_weight * F.cross_entropy(reasons.float(), told, ignore_index=_NONE)
    return loss


def _rate_factor(progress: float, warm_up: float) -> float:
    if progress < warm_up:
        return progress / warm_up
    return max(0.0, (1 - progress) / (1 - warm_up))
