"""Trains PyanNet to tell who speaks in each frame of a window: powerset of three voices, two at once at most."""

import itertools
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from pyannote.audio.core.task import Problem, Resolution, Specifications
from pyannote.audio.models.segmentation import PyanNet
from torch import Tensor

from models.recipes.diarization.conversations import Conversation
from models.recipes.diarization.windows import MAX_VOICES, draw_window

SECONDS: Final = 10.0
BATCH: Final = 16
PEAK_RATE: Final = 3e-3
CHECK_EVERY: Final = 100

_log = logging.getLogger(__name__)


def build_segmentation() -> Any:
    """An untrained network of 0.2 million parameters; a frame is 34 ms, twice that of the stock network."""
    model = PyanNet(
        sincnet={"stride": 20},
        lstm={"hidden_size": 64, "num_layers": 2},
        linear={"hidden_size": 64, "num_layers": 1},
    )
    model.specifications = Specifications(
        problem=Problem.MONO_LABEL_CLASSIFICATION,
        resolution=Resolution.FRAME,
        duration=SECONDS,
        classes=[f"speaker#{k + 1}" for k in range(MAX_VOICES)],
        powerset_max_classes=2,
        permutation_invariant=True,
    )
    model.build()
    # The sinc filters start on the mel scale and stay there: half the work, and telephone speech needs no others.
    for module in (model.sincnet.wav_norm1d, model.sincnet.conv1d[0]):
        for parameter in module.parameters():
            parameter.requires_grad = False
    return model


def frame_times(model: Any, seconds: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Centres of the network's frames in a window, seconds."""
    field = model.receptive_field
    n_frames = model.num_frames(round(seconds * 16_000))
    return field.start + field.duration / 2 + field.step * np.arange(n_frames, dtype=np.float64)


def _classes() -> Tensor:
    """Class of the powerset for each sum of 1, 2, 4 over the active voices; three at once become the first two."""
    sets = [s for size in range(3) for s in itertools.combinations(range(MAX_VOICES), size)]
    table = torch.zeros(2**MAX_VOICES, dtype=torch.long)
    for index, active in enumerate(sets):
        table[sum(2**k for k in active)] = index
    table[7] = sets.index((0, 1))
    return table


def powerset_loss(scores: Tensor, activity: Tensor) -> Tensor:
    """Cross entropy under the best order of the voices.

    Scores are logs, (batch, frames, 7); activity is of 0 and 1, (batch, frames, 3).
    """
    table = _classes()
    bits = 2 ** torch.arange(MAX_VOICES)
    losses = []
    for order in itertools.permutations(range(MAX_VOICES)):
        target = table[(activity[..., list(order)] * bits).sum(-1)]
        losses.append(-scores.gather(2, target[..., None])[..., 0].mean(1))
    return torch.stack(losses, 1).min(1).values.mean()


def train_segmentation(
    conversations: Sequence[Conversation],
    held_out: Sequence[Conversation],
    steps: int,
    seed: int,
    into: Path,
    start: Path | None = None,
) -> Any:
    """The trained network; its state is written to `into` at every check. `start` is the state to go on from."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = build_segmentation()
    if start is not None:
        model.load_state_dict(torch.load(start, weights_only=True))
    times = frame_times(model, SECONDS)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=PEAK_RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_RATE, total_steps=steps, pct_start=0.12)
    began, running = time.monotonic(), 2.0
    for step in range(1, steps + 1):
        model.train()
        waveforms, activity = _batch(conversations, times, rng, BATCH)
        loss = powerset_loss(_scores(model, waveforms), activity)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        running += (float(loss) - running) / min(step, 100)
        if step % CHECK_EVERY == 0 or step == steps:
            torch.save(model.state_dict(), into)
            _log.info(
                "step %d loss %.3f validation %.3f, %.0f s", step, running, _check(model, held_out, times),
                time.monotonic() - began,
            )  # fmt: skip
    return model.eval()


def _scores(model: Any, waveforms: Tensor) -> Tensor:
    """What the network's own `forward` gives, its convolutions in bfloat16."""
    with torch.autocast("cpu", torch.bfloat16):
        features = model.sincnet(waveforms)
    outputs, _ = model.lstm(features.float().transpose(1, 2))
    for linear in model.linear:
        outputs = torch.nn.functional.leaky_relu(linear(outputs))
    scores: Tensor = model.activation(model.classifier(outputs))
    return scores


def _batch(
    conversations: Sequence[Conversation], times: np.ndarray[Any, Any], rng: np.random.Generator, size: int
) -> tuple[Tensor, Tensor]:
    windows = [draw_window(conversations, SECONDS, times, rng) for _ in range(size)]
    waveforms = torch.from_numpy(np.stack([w.samples for w in windows])[:, None])
    return waveforms, torch.from_numpy(np.stack([w.activity for w in windows])).long()


def _check(model: Any, held_out: Sequence[Conversation], times: np.ndarray[Any, Any]) -> float:
    """Loss on the same 48 windows of voices that training does not have."""
    model.eval()
    waveforms, activity = _batch(held_out, times, np.random.default_rng(0), 48)
    with torch.inference_mode():
        return float(powerset_loss(model(waveforms), activity))
