"""Trains PyanNet to tell who speaks in each frame of a window: powerset of three voices, two at once at most."""

import itertools
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from pyannote.audio.core.task import Problem, Resolution, Specifications
from pyannote.audio.models.segmentation import PyanNet
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from models.recipes.diarization.conversations import Conversation
from models.recipes.diarization.windows import MAX_VOICES, Window, draw_window

SECONDS: Final = 10.0
BATCH: Final = 16
PEAK_RATE: Final = 2e-3
WARM_UP: Final = 100
CHECK_EVERY: Final = 100

STRETCH: Final = (0.88, 1.24)
"""Paces at which training windows are played: nearly all training variants are men of one size."""

KEPT: Final = 0.995
"""Share of the averaged weights that a step keeps; the average is what is shipped."""

IDENTITY_WEIGHT: Final = 0.3
"""Weight of `identity_loss` beside the loss over the powerset."""

MIN_ALONE: Final = 30
"""Frames for which a voice must be alone in a window to count in `identity_loss`, about a second."""

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


def identity_loss(frames: Tensor, activity: Tensor, voices: Tensor) -> Tensor:
    """How badly the first half of what a voice says resembles the second half, against all other voices of the batch.

    The order of voices in a window means nothing to the loss above, so a network learns slowly from it that the
    voice after a turn of somebody else is the voice before it. This says it at once.

    Args:
        frames: What the recurrent layers give, projected, (batch, frames, dimension).
        activity: Who speaks, of 0 and 1, (batch, frames, 3).
        voices: Number of each of the window's voices in the corpus, (batch, 3), -1 for none.
    """
    alone = (activity * (activity.sum(2, keepdim=True) == 1)).float()
    seen = alone.cumsum(1)
    total = seen[:, -1:]
    is_used = (total[:, 0] >= MIN_ALONE) & (voices >= 0)
    halves = []
    for half in (alone * (seen <= total / 2), alone * (seen > total / 2)):
        means = half.transpose(1, 2) @ frames / half.sum(1)[..., None].clamp(min=1)
        halves.append(nn.functional.normalize(means[is_used], dim=1))
    who = voices[is_used].repeat(2)
    if len(who) < 4:
        return frames.sum() * 0.0
    vectors, n = torch.cat(halves), len(who) // 2
    likeness = vectors @ vectors.T / 0.1
    partner = torch.arange(2 * n).roll(n)
    # The same voice in another window is neither asked for nor held against anyone.
    is_ignored = who[:, None] == who[None]
    is_ignored[torch.arange(2 * n), partner] = False
    return nn.functional.cross_entropy(likeness.masked_fill(is_ignored, -1e4), partner)


def train_segmentation(
    conversations: Callable[[], Sequence[Conversation]],
    held_out: Sequence[Conversation],
    steps: int,
    seed: int,
    into: Path,
    start: Path | None = None,
) -> Any:
    """The trained network, its weights averaged over the last steps; they are written to `into` at every check.

    Args:
        conversations: Asked for at every check, so that training can begin while calls are still being made.
        held_out: Calls of other voices, for the figure of a check.
        steps: Batches in all; those behind a state left beside `into` by an earlier run count.
        seed: Of weights and windows.
        into: The averaged weights; beside it, with `-state` in its name, what going on needs.
        start: Weights to begin with where there is no such state.
    """
    torch.manual_seed(seed)
    model = build_segmentation()
    if start is not None:
        model.load_state_dict(torch.load(start, weights_only=True))
    identity = nn.Linear(2 * model.hparams.lstm["hidden_size"], 32)
    times = frame_times(model, SECONDS)
    trained = [p for p in (*model.parameters(), *identity.parameters()) if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=PEAK_RATE, weight_decay=1e-3)
    averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(KEPT))
    parts = {"model": model, "identity": identity, "averaged": averaged, "optimizer": optimizer}
    done = _resume(into, parts)
    rng = np.random.default_rng((seed, done))
    calls, began, running = conversations(), time.monotonic(), 0.0
    for step in range(done + 1, steps + 1):
        for group in optimizer.param_groups:
            group["lr"] = PEAK_RATE * learning_rate(step, steps)
        model.train()
        windows = [draw_window(calls, SECONDS, times, rng, STRETCH) for _ in range(BATCH)]
        waveforms, activity = _stacked(windows)
        scores, recurrent = _scores(model, waveforms)
        voices = torch.tensor([[*w.speakers, *[-1] * MAX_VOICES][:MAX_VOICES] for w in windows])
        loss = powerset_loss(scores, activity)
        total = loss + IDENTITY_WEIGHT * identity_loss(identity(recurrent), activity, voices)
        optimizer.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        averaged.update_parameters(model)
        running += (float(loss.detach()) - running) / min(step - done, 100)
        if step % CHECK_EVERY == 0 or step == steps:
            torch.save(averaged.module.state_dict(), into)
            _save_state(into, parts, step)
            _log.info(
                "step %d loss %.3f validation %.3f, %d calls, %.0f s", step, running,
                _check(averaged.module, held_out, times), len(calls), time.monotonic() - began,
            )  # fmt: skip
            calls = conversations()
    return averaged.module.eval()


def learning_rate(step: int, steps: int) -> float:
    """Share of the peak: rising for `WARM_UP` steps, level to the half, falling to a fiftieth at the end."""
    rest = max(0.0, (step - steps / 2) / (steps / 2))
    return min(1.0, step / WARM_UP) * (0.02 + 0.98 * (1 + math.cos(math.pi * rest)) / 2)


def _state_path(into: Path) -> Path:
    return into.with_stem(into.stem + "-state")


def _save_state(into: Path, parts: Mapping[str, Any], step: int) -> None:
    torch.save({"step": step, **{name: part.state_dict() for name, part in parts.items()}}, _state_path(into))


def _resume(into: Path, parts: Mapping[str, Any]) -> int:
    """Steps done by an earlier run, whose state the parts now have."""
    if not _state_path(into).exists():
        return 0
    state = torch.load(_state_path(into), weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(state[name])
    return int(state["step"])


def _scores(model: Any, waveforms: Tensor) -> tuple[Tensor, Tensor]:
    """What the network's own `forward` gives, in bfloat16 up to its linear layers; and its recurrent layers' output."""
    with torch.autocast("cpu", torch.bfloat16):
        recurrent, _ = model.lstm(model.sincnet(waveforms).transpose(1, 2))
    outputs = recurrent = recurrent.float()
    for linear in model.linear:
        outputs = nn.functional.leaky_relu(linear(outputs))
    return model.activation(model.classifier(outputs)), recurrent


def _stacked(windows: Sequence[Window]) -> tuple[Tensor, Tensor]:
    waveforms = torch.from_numpy(np.stack([w.samples for w in windows])[:, None])
    return waveforms, torch.from_numpy(np.stack([w.activity for w in windows])).long()


def _check(model: Any, held_out: Sequence[Conversation], times: np.ndarray[Any, Any]) -> float:
    """Loss on the same 48 windows of voices that training does not have."""
    model.eval()
    rng = np.random.default_rng(0)
    waveforms, activity = _stacked([draw_window(held_out, SECONDS, times, rng) for _ in range(48)])
    with torch.inference_mode():
        return float(powerset_loss(model(waveforms), activity))
