"""Training: short utterances until the decoder aligns, then 30 s windows; resumable."""

import itertools
import json
import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import torch.multiprocessing as mp
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - torch's own custom

from models.recipes.recogniser.batches import IGNORE, Batch, short_batches, window_batches
from models.recipes.recogniser.network import NetworkConfig, Recogniser
from models.recipes.recogniser.pool import Utterance, load_shard
from models.recipes.recogniser.vocabulary import Vocabulary, ctc_text, load_vocabulary

# Heads whose attention is taught to lie on the word being written: (layer, head). They
# become the alignment heads that give words their times.
GUIDED_HEADS: Final = ((0, 0), (0, 1), (1, 0), (1, 1))
_RELOAD_EVERY: Final = 200
_LOG_EVERY: Final = 20


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """How one stage of training goes.

    Attributes:
        folder: Holds tokenizer.json, the pool, checkpoints and the log.
        stage: "short" or "window".
        steps: Optimiser steps of this stage, the schedule's length.
        minutes: Upper limit of wall-clock time; the schedule shortens to it. 0: none.
        rate: Peak learning rate.
        muon_scale: Factor on it for the matrices that Muon trains.
        warm_up: Steps to reach it.
        decay_from: Share of the schedule after which the rate falls to zero.
        short_share: In the stage "window", the share of steps on short utterances.
        ctc_weight: Of the encoder's spelling.
        frame_weight: Of the letter that sounds at each position.
        guide_weight: Of the guided attention.
        frames: Frames of 10 ms in a batch of short utterances.
        max_shift: Half the short batches are placed at an encoder position up to this one...
        shift_from: ...once this many steps are done.
    """

    folder: Path
    stage: str = "short"
    steps: int = 4000
    minutes: float = 0.0
    rate: float = 1.2e-3
    muon_scale: float = 1.0
    warm_up: int = 60
    decay_from: float = 0.7
    short_share: float = 0.4
    ctc_weight: float = 0.3
    frame_weight: float = 0.5
    guide_weight: float = 0.15
    seed: int = 20261121
    threads: int = 2
    check_every: int = 300
    save_every: int = 100
    frames: int = 11000
    max_shift: int = 1000
    shift_from: int = 800
    device: str = field(default_factory=lambda: "cuda" if torch.cuda.is_available() else "cpu")


def make_losses(network: Recogniser, batch: Batch, device: str) -> dict[str, Tensor]:
    """The decoder's, the letters' and the guided attention's loss of a batch."""
    mel = torch.from_numpy(batch.mel).to(device).bfloat16()
    tokens = torch.from_numpy(batch.tokens).to(device)
    targets = torch.from_numpy(batch.targets).to(device)
    with torch.autocast(device, torch.bfloat16):
        memory = network.encode(mel, batch.first_position)
        logits, attention = network.decode(tokens, memory)
        letters = network.ctc(memory)
        sounding = network.frames(memory)
    text = F.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), ignore_index=IGNORE, label_smoothing=0.05)
    n_letters = torch.from_numpy(batch.n_letters)
    ctc = F.ctc_loss(
        letters.float().log_softmax(-1).transpose(0, 1),
        torch.from_numpy(batch.letters).to(device),
        torch.full((len(tokens),), memory.shape[1]),
        n_letters,
        reduction="sum",
        zero_infinity=True,
    ) / max(1, int(n_letters.sum()))
    frames = F.cross_entropy(sounding.float().flatten(0, 1), torch.from_numpy(batch.frames).to(device).flatten())
    guide = guide_loss(attention, batch, device)
    return {"text": text, "ctc": ctc, "frames": frames, "guide": guide}


def guide_loss(attention: list[Tensor], batch: Batch, device: str) -> Tensor:
    """Minus log of the attention that guided heads pay to the sound of the token."""
    spans = torch.from_numpy(batch.spans.astype(np.int64)).to(device)
    has_span = spans[..., 0] >= 0
    positions = torch.arange(attention[0].shape[-1], device=device)
    inside = (positions >= spans[..., :1] - 1) & (positions <= spans[..., 1:] + 1)
    losses = []
    for layer, head in GUIDED_HEADS:
        mass = (attention[layer][:, head] * inside).sum(-1)[has_span]
        losses.append(-torch.log(mass + 1e-4).mean())
    loss = torch.stack(losses).mean()
    return loss if bool(has_span.any()) else loss.new_zeros(())


def make_optimisers(network: Recogniser, rate: float) -> list[torch.optim.Optimizer]:
    """Muon for the layers' matrices, AdamW for all else.

    Muon (Jordan 2024) needs about two thirds of AdamW's steps; `match_rms_adamw` lets both
    share one rate.
    """
    matrices: list[torch.nn.Parameter] = []
    rest: list[torch.nn.Parameter] = []
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        is_matrix = parameter.dim() == 2 and ".layers." in name
        (matrices if is_matrix else rest).append(parameter)
    muon = torch.optim.Muon(matrices, lr=rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw", ns_steps=4)
    return [muon, torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.98), weight_decay=0.01)]


def rate_factor(progress: float, step: int, config: TrainConfig) -> float:
    """Warm-up by steps, then flat, then a cosine to a fiftieth by the schedule's end."""
    warm = min(1.0, (step + 1) / config.warm_up)
    if progress <= config.decay_from:
        return warm
    rest = min(1.0, (progress - config.decay_from) / (1.0 - config.decay_from))
    return warm * max(0.02, 0.5 * (1.0 + math.cos(math.pi * rest)))


def produce(config: TrainConfig, queue: Any, worker: int, start_step: int) -> None:
    """A worker process: batches of the stage, reading new shards as they appear."""
    os.nice(2)
    torch.set_num_threads(1)
    rng = np.random.default_rng([config.seed, worker, start_step, 7])
    vocabulary = load_vocabulary(config.folder / "tokenizer.json")
    pool: list[Utterance] = []
    seen: set[Path] = set()
    for first in itertools.count(start_step, _RELOAD_EVERY):
        for path in sorted((config.folder / "pool").glob("shard-*.npz")):
            if path not in seen and not path.name.endswith(".part.npz"):
                pool += load_shard(path)
                seen.add(path)
        shift = config.max_shift if first >= config.shift_from else 0
        short = short_batches(pool, vocabulary, rng, config.frames, max_shift=shift)
        window = window_batches(pool, vocabulary, rng)
        for _ in range(_RELOAD_EVERY):
            is_short = config.stage == "short" or rng.random() < config.short_share
            queue.put(next(short if is_short else window))


def stream_batches(config: TrainConfig, start_step: int) -> Iterator[Batch]:
    """Batches from a worker process that runs ahead a little."""
    context = mp.get_context("spawn")
    queue = context.Queue(maxsize=6)
    worker = context.Process(target=produce, args=(config, queue, 0, start_step), daemon=True)
    worker.start()
    while True:
        yield queue.get()


def train(config: TrainConfig) -> None:
    """Run one stage, taking up the folder's last checkpoint where there is one."""
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    vocabulary = load_vocabulary(config.folder / "tokenizer.json")
    network = Recogniser(NetworkConfig(n_vocabulary=vocabulary.size)).to(config.device)
    optimisers = make_optimisers(network, config.rate)
    state = _resume(config, network, optimisers)
    average = {k: p.detach().clone() for k, p in network.named_parameters() if p.requires_grad}
    average.update(state.pop("average", {}))
    check = make_check(config, vocabulary)
    began, first = time.monotonic(), state["stage_step"]
    elapsed_before = state["stage_minutes"]
    sums: dict[str, float] = {}
    for batch in stream_batches(config, state["step"]):
        minutes = elapsed_before + (time.monotonic() - began) / 60
        by_time = minutes / config.minutes if config.minutes else 0.0
        progress = max(state["stage_step"] / config.steps, by_time)
        factor = rate_factor(progress, state["stage_step"], config)
        for optimiser, scale in zip(optimisers, (config.muon_scale, 1.0), strict=True):
            for group in optimiser.param_groups:
                group["lr"] = config.rate * scale * factor
        losses = make_losses(network, batch, config.device)
        total = (
            losses["text"]
            + config.ctc_weight * losses["ctc"]
            + config.frame_weight * losses["frames"]
            + config.guide_weight * losses["guide"]
        )
        for optimiser in optimisers:
            optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        for optimiser in optimisers:
            optimiser.step()
        decay = min(0.998, (state["step"] + 1) / (state["step"] + 20))
        _follow(average, network, 1.0 - decay)
        state["step"] += 1
        state["stage_step"] += 1
        state["stage_minutes"] = minutes
        state["hours"] += batch.seconds / 3600
        for name, loss in losses.items():
            sums[name] = sums.get(name, 0.0) + float(loss.detach())
        n = state["stage_step"]
        if n % _LOG_EVERY == 0:
            pace = (time.monotonic() - began) / max(1, n - first)
            _log(config, state, {k: v / _LOG_EVERY for k, v in sums.items()} | {"s/step": pace})
            sums = {}
        is_last = progress >= 1.0
        if n % config.check_every == 0 or is_last:
            with _averaged(network, average):
                _log(config, state, check(network))
        if n % config.save_every == 0 or is_last:
            _save(config, network, optimisers, state, average)
        if progress >= 1.0:
            return


def _follow(average: dict[str, Tensor], network: Recogniser, share: float) -> None:
    named = [(average[k], p.detach()) for k, p in network.named_parameters() if k in average]
    torch._foreach_lerp_([a for a, _ in named], [p for _, p in named], share)


class _averaged:  # noqa: N801 - used as a context
    """The network with its averaged parameters, for as long as the block runs."""

    def __init__(self, network: Recogniser, average: dict[str, Tensor]) -> None:
        self._pairs = [(p, average[k]) for k, p in network.named_parameters() if k in average]

    def _swap(self) -> None:
        for parameter, other in self._pairs:
            kept = parameter.data.clone()
            parameter.data.copy_(other)
            other.copy_(kept)

    def __enter__(self) -> None:
        self._swap()

    def __exit__(self, *_: object) -> None:
        self._swap()


def make_check(config: TrainConfig, vocabulary: Vocabulary) -> Callable[[Recogniser], dict[str, float]]:
    """A function that measures a network on `check.npz`, a shard of kept-out texts and voices."""
    from jiwer import wer  # slow to import, and not needed by the worker

    pool = list(load_shard(config.folder / "check.npz"))
    batches = short_batches(pool, vocabulary, np.random.default_rng(5), frames_per_batch=9000)
    chosen = [next(batches) for _ in range(4)]
    texts = [[vocabulary.decode([t for t in row if t >= 0]) for row in b.targets.tolist()] for b in chosen]

    @torch.no_grad()
    def check(network: Recogniser) -> dict[str, float]:
        wanted: list[str] = []
        written: list[str] = []
        spelled: list[str] = []
        for batch, rows in zip(chosen, texts, strict=True):
            mel = torch.from_numpy(batch.mel).to(config.device).bfloat16()
            with torch.autocast(config.device, torch.bfloat16):
                memory = network.encode(mel)
                best = network.ctc(memory).argmax(-1).tolist()
                out = write_greedily(network, memory, vocabulary)
            wanted += rows
            written += [vocabulary.decode(row) for row in out]
            spelled += [ctc_text(row).strip() for row in best]
        return {"wer": wer(wanted, written), "ctc_wer": wer(wanted, spelled)}

    return check


def write_greedily(network: Recogniser, memory: Tensor, vocabulary: Vocabulary, limit: int = 60) -> list[list[int]]:
    """Text tokens of each window, the likeliest one each time, without timestamps."""
    prompt = [vocabulary.start, vocabulary.language, vocabulary.transcribe, vocabulary.no_timestamps]
    tokens = torch.tensor([prompt] * len(memory), device=memory.device)
    done = torch.zeros(len(memory), dtype=torch.bool, device=memory.device)
    for _ in range(limit):
        logits, _ = network.decode(tokens, memory)
        following = logits[:, -1, : vocabulary.end + 1].argmax(-1)
        following = torch.where(done, vocabulary.end, following)
        tokens = torch.cat([tokens, following[:, None]], 1)
        done |= following == vocabulary.end
        if bool(done.all()):
            break
    return [[t for t in row[len(prompt) :] if t < vocabulary.n_text] for row in tokens.tolist()]


def _log(config: TrainConfig, state: dict[str, Any], values: dict[str, float]) -> None:
    entry = {"stage": config.stage, "step": state["step"], "hours": round(state["hours"], 2)}
    entry |= {k: round(v, 4) for k, v in values.items()}
    with (config.folder / "log.jsonl").open("a") as out:
        out.write(json.dumps(entry | {"at": time.strftime("%H:%M:%S")}) + "\n")


def _save(
    config: TrainConfig,
    network: Recogniser,
    optimisers: Sequence[torch.optim.Optimizer],
    state: dict[str, Any],
    average: dict[str, Tensor],
) -> None:
    """The whole state under one name, replaced at once."""
    whole = {
        "network": network.state_dict(),
        "average": average,
        "optimisers": [o.state_dict() for o in optimisers],
        "state": dict(state),
        "config": {k: str(v) for k, v in asdict(config).items()},
    }
    partial = config.folder / "last.part"
    torch.save(whole, partial)
    partial.rename(config.folder / "last.pt")


def _resume(config: TrainConfig, network: Recogniser, optimisers: Sequence[torch.optim.Optimizer]) -> dict[str, Any]:
    path = config.folder / "last.pt"
    state: dict[str, Any] = {"step": 0, "hours": 0.0, "stage": config.stage}
    fresh = {"stage_step": 0, "stage_minutes": 0.0}
    if not path.exists():
        return state | fresh
    saved = torch.load(path, map_location=config.device, weights_only=True)
    if "network" not in saved:  # the small checkpoint of `convert.shrink_checkpoint`
        weights = {k: v.float() for k, v in saved["average"].items()}
        network.load_state_dict(weights, strict=False)
        return state | saved["state"] | fresh | {"stage": config.stage, "average": weights}
    network.load_state_dict(saved["network"])
    for optimiser, kept in zip(optimisers, saved["optimisers"], strict=False):
        optimiser.load_state_dict(kept)
    state = saved["state"]
    if state["stage"] != config.stage:
        state |= fresh | {"stage": config.stage}
    return state | {"average": saved["average"]}
