"""Trains the speaker embedding to tell the training voices apart, and estimates the PLDA that compares embeddings."""

import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from pyannote.audio.core.task import Problem, Resolution, Specifications
from scipy.linalg import eigh
from torch import Tensor, nn

from models.recipes.diarization.conversations import Conversation
from models.recipes.diarization.windows import draw_window
from models.speaker_network import TelephoneResNet

SECONDS: Final = 10.0
"""The length that the pipeline embeds, that of a window of the segmentation."""

TRAIN_SECONDS: Final = 4.0
FRAME: Final = 0.03375
"""Seconds of a frame of the masks: what the segmentation gives."""

BATCH: Final = 16
MIN_SOLO: Final = 0.6
"""A voice that is alone for less of a window than this, in seconds, is not trained on."""

MARGIN: Final = 0.25
SCALE: Final = 24.0
PEAK_RATE: Final = 4e-3
CHECK_EVERY: Final = 50
LDA_DIMENSION: Final = 32

_log = logging.getLogger(__name__)


class _AngularMargin(nn.Module):
    """Additive angular margin softmax (ArcFace) over the training voices."""

    def __init__(self, dimension: int, n_voices: int) -> None:
        super().__init__()
        self.centres = nn.Parameter(torch.randn(n_voices, dimension))

    def forward(self, embeddings: Tensor, voices: Tensor, margin: float) -> Tensor:
        cosine = nn.functional.normalize(embeddings) @ nn.functional.normalize(self.centres).T
        angle = torch.arccos(cosine.clamp(-1 + 1e-5, 1 - 1e-5))
        wanted = nn.functional.one_hot(voices, len(self.centres)).bool()
        return nn.functional.cross_entropy(SCALE * torch.where(wanted, torch.cos(angle + margin), cosine), voices)


def build_embedding() -> Any:
    model: Any = TelephoneResNet()
    model.specifications = Specifications(problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=SECONDS)
    model.build()
    return model


def train_embedding(
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
    n_voices = 1 + max(who for call in conversations for who, _, _ in call.spans)
    model, head = build_embedding(), _AngularMargin(TelephoneResNet.embedding_size, n_voices)
    if start is not None:
        model.load_state_dict(torch.load(start, weights_only=True))
        _centre(head, *embeddings_of(model, conversations, 640, seed))
    trained = [*model.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(trained, lr=PEAK_RATE, weight_decay=2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_RATE, total_steps=steps, pct_start=0.15)
    began, running = time.monotonic(), 6.0
    for step in range(1, steps + 1):
        model.train()
        waveforms, weights, voices = _batch(conversations, TRAIN_SECONDS, rng, BATCH)
        margin = MARGIN * min(1.0, step / (0.4 * steps))
        loss = head(_embed(model, waveforms, weights)[voices >= 0], voices[voices >= 0], margin)
        if not torch.isfinite(loss):
            raise FloatingPointError(f"a finite loss expected, found {float(loss)} at step {step}; lower PEAK_RATE")
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 5.0)
        optimizer.step()
        schedule.step()
        running += (float(loss) - running) / min(step, 100)
        if step % CHECK_EVERY == 0 or step == steps:
            torch.save(model.state_dict(), into)
            rate = equal_error_rate(*embeddings_of(model, held_out, 60, 0))
            _log.info("step %d loss %.2f EER %.3f, %.0f s", step, running, rate, time.monotonic() - began)
    return model.eval()


def _centre(head: _AngularMargin, embeddings: NDArray[np.float64], owners: NDArray[np.int64]) -> None:
    """Sets the head to what the network already knows: the mean embedding of each voice that is heard."""
    unit = _unit(embeddings)
    with torch.no_grad():
        for voice in np.unique(owners):
            head.centres[int(voice)] = torch.from_numpy(unit[owners == voice].mean(axis=0)).float()


def _embed(model: Any, waveforms: Tensor, weights: Tensor) -> Tensor:
    """(windows, speakers, dimension), the trunk in bfloat16."""
    features = model.compute_fbank(waveforms)
    with torch.autocast("cpu", torch.bfloat16):
        frames = model.resnet.forward_frames(features)
    embeddings: Tensor = model.resnet.seg_1(_pool(frames.float().flatten(1, 2), weights))
    return embeddings


def _pool(frames: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean and standard deviation: frames (windows, features, n), weights (windows, speakers, m).

    As `StatsPool` does it, but for a floor under the variance: at zero the root has no gradient.
    """
    weights = nn.functional.interpolate(weights, size=frames.shape[2], mode="nearest")
    total = weights.sum(2, keepdim=True) + 1e-8
    mean = weights @ frames.transpose(1, 2) / total
    square = weights @ frames.square().transpose(1, 2) / total
    unbiased = 1 / (1 - weights.square().sum(2, keepdim=True) / total.square()).clamp(min=1e-3)
    deviation = ((square - mean.square()).clamp(min=0) * unbiased + 1e-6).sqrt()
    return torch.cat([mean, deviation], 2)


def _batch(
    conversations: Sequence[Conversation], seconds: float, rng: np.random.Generator, size: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Waveforms (windows, 1, n), masks of who is alone (windows, 3, frames), voices (windows, 3), -1: too short."""
    times = FRAME * (np.arange(int(seconds / FRAME), dtype=np.float64) + 0.5)
    windows = [draw_window(conversations, seconds, times, rng) for _ in range(size)]
    activity = np.stack([w.activity for w in windows])
    alone = (activity & (activity.sum(axis=2, keepdims=True) == 1)).transpose(0, 2, 1).astype(np.float32)
    voices = np.full(alone.shape[:2], -1)
    for k, window in enumerate(windows):
        voices[k, : len(window.speakers)] = window.speakers
    voices[alone.sum(axis=2) < MIN_SOLO / FRAME] = -1
    waveforms = torch.from_numpy(np.stack([w.samples for w in windows])[:, None])
    return waveforms, torch.from_numpy(np.ascontiguousarray(alone)), torch.from_numpy(voices)


def embeddings_of(
    model: Any, conversations: Sequence[Conversation], n_windows: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Embeddings of voices in windows of the pipeline's length, (n, dimension), and whose they are, (n,)."""
    model.eval()
    rng = np.random.default_rng(seed)
    found, owners = [], []
    for _ in range(0, n_windows, BATCH):
        waveforms, weights, voices = _batch(conversations, SECONDS, rng, BATCH)
        with torch.inference_mode():
            embeddings = model.forward_embedding(model.forward_frames(waveforms), weights=weights)
        found.append(embeddings[voices >= 0].numpy())
        owners.append(voices[voices >= 0].numpy())
    return np.concatenate(found).astype(np.float64), np.concatenate(owners)


def equal_error_rate(embeddings: NDArray[np.float64], owners: NDArray[np.int64]) -> float:
    """Where as many pairs of one voice lie below a cosine as pairs of two voices above it."""
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    pairs = np.triu_indices(len(unit), 1)
    scores, same = (unit @ unit.T)[pairs], owners[pairs[0]] == owners[pairs[1]]
    order = np.argsort(scores)
    missed = np.cumsum(same[order]) / same.sum()
    accepted = 1 - np.cumsum(~same[order]) / (~same).sum()
    return float(missed[np.argmin(np.abs(missed - accepted))])


def estimate_plda(
    embeddings: NDArray[np.float64], owners: NDArray[np.int64]
) -> tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[np.float64]]]:
    """What `plda/xvec_transform.npz` and `plda/plda.npz` hold.

    Embeddings are centred, scaled to unit length and projected by linear discriminant analysis, then centred and
    scaled again; the second file makes the covariance within voices the identity and that between voices diagonal.

    Source: pyannote.audio's `utils/vbx.py`, `vbx_setup`, which reads them.
    """
    mean1 = embeddings.mean(axis=0)
    scaled = np.sqrt(embeddings.shape[1]) * _unit(embeddings - mean1)
    within, between = _covariances(scaled, owners)
    _, vectors = eigh(between, within + 1e-3 * np.trace(within) / len(within) * np.eye(len(within)))
    lda = vectors[:, ::-1][:, :LDA_DIMENSION]
    mean2 = (scaled @ lda).mean(axis=0)
    projected = np.sqrt(LDA_DIMENSION) * _unit(scaled @ lda - mean2)
    within, between = _covariances(projected, owners)
    psi, vectors = eigh(between, within)
    mu = projected.mean(axis=0)
    transform = {"mean1": mean1, "mean2": mean2, "lda": lda}
    return transform, {"mu": mu, "tr": vectors.T[::-1].copy(), "psi": np.maximum(psi[::-1], 1e-3)}


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _covariances(
    vectors: NDArray[np.float64], owners: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Within voices and between them, the latter less what the former adds to means of few vectors."""
    names = np.unique(owners)
    groups = [vectors[owners == name] for name in names]
    residuals = np.concatenate([g - g.mean(axis=0) for g in groups])
    within = residuals.T @ residuals / max(1, len(vectors) - len(groups))
    means = np.stack([g.mean(axis=0) for g in groups])
    spread = np.cov(means.T) - within * np.mean([1 / len(g) for g in groups])
    values, axes = np.linalg.eigh(spread)
    return within, (axes * np.maximum(values, 1e-4 * values.max())) @ axes.T
