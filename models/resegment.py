"""Voices told apart once more, moment by moment, by the embedding: short windows against the voices as found.

A small segmentation network gives parts of two voices to one speaker within a window, although the embedding tells
them apart well. Here each moment of speech is embedded with half a second around it, compared with the mean of each
voice where it is alone, and the likeliest sequence of voices is taken (Viterbi, a cost on each change), a few times
over. Where speech is and where it is not stays as it was.

Only weights whose folder holds `FILE` ask for this, with parameters from calls of validation; all others, those of
the hub among them, give what pyannote gives.
"""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.errors import ModelError
from pipeline.ports import MODEL_RATE
from pipeline.types import Samples, Span, VoiceSpan

FILE = "resegment.json"

BLOCK, MARGIN = 10.0, 1.0
"""Seconds that the network hears at once, and those at each end whose moments the neighbouring block embeds."""

ALONE = 0.95
"""Share of a window's speech that must be one voice's for the window to stand for the voice."""

MIN_MOMENTS = 5
"""Windows in which a voice is alone; with fewer, all its moments stand for it."""

PAUSE = 0.25
"""A change of voice after a silence of this many seconds costs `PAUSE_SHARE` of one amid speech."""

PAUSE_SHARE = 0.2

Vectors = npt.NDArray[np.float64]
Times = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Resegmentation:
    """Parameters of weights.

    Attributes:
        reach: Seconds embedded before and after a moment.
        trust: Cosine that the voice a moment had is given ahead of the others.
        change: Cosines, added up over moments, that a change of voice costs.
        rounds: How often means and voices are found again.
    """

    reach: float
    trust: float
    change: float
    rounds: int


def load_parameters(folder: Path) -> Resegmentation | None:
    """What the weights ask for, `None` where they ask for nothing.

    Raises:
        ModelError: The file holds something else.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        stored = json.loads(path.read_text("utf-8"))
        return Resegmentation(
            float(stored["reach"]), float(stored["trust"]), float(stored["change"]), int(stored["rounds"])
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{folder.name}/{FILE}: reach, trust, change and rounds as numbers expected, not found; fetch the weights "
            "again, or delete the file to do without"
        ) from error


def resegment(
    voices: Sequence[VoiceSpan], samples: Samples, pipeline: Any, asked: Resegmentation
) -> tuple[VoiceSpan, ...]:
    """The same speech, its voices found again. Spans must be in order and not overlap."""
    if len({v.voice for v in voices}) < 2:
        return tuple(voices)
    times, vectors = embed_moments(voices, samples, pipeline, asked.reach)
    if len(times) == 0:
        return tuple(voices)
    names = list(dict.fromkeys(v.voice for v in voices))
    starts = np.array([v.span.start for v in voices])
    owner = np.searchsorted(starts, times, side="right") - 1
    first = np.array([names.index(voices[k].voice) for k in owner])
    return relabelled(voices, times, owner, [names[k] for k in relabel(times, vectors, first, len(names), asked)])


def embed_moments(voices: Sequence[VoiceSpan], samples: Samples, pipeline: Any, reach: float) -> tuple[Times, Vectors]:
    """Moments of speech in order, (n,), and their embeddings of unit length after the discriminant analysis, (n, d)."""
    import torch

    embedding = pipeline._embedding  # noqa: SLF001 - pinned, as in models.diarizer
    model, size = embedding.model_, round(BLOCK * MODEL_RATE)
    times, vectors = [], []
    begin, duration = 0.0, len(samples) / MODEL_RATE
    while begin < duration:
        first = round(begin * MODEL_RATE)
        block = np.zeros(size, np.float32)
        heard = samples[first : first + size]
        block[: len(heard)] = heard
        with torch.inference_mode():
            frames = model.forward_frames(torch.from_numpy(block)[None, None].to(embedding.device))
            n = frames.shape[-1]
            moments = begin + (np.arange(n) + 0.5) * BLOCK / n
            is_speech = speaks_at(voices, moments)
            is_last = begin + BLOCK >= duration
            own = is_speech & (moments >= begin + (MARGIN if begin > 0 else 0.0))
            own &= moments < min(duration, begin + BLOCK - (0.0 if is_last else MARGIN))
            if own.any():
                near = np.abs(moments[own][:, None] - moments[None]) <= reach
                weights = torch.from_numpy((near & is_speech[None]).astype(np.float32)[None]).to(embedding.device)
                times.append(moments[own])
                vectors.append(model.forward_embedding(frames, weights=weights)[0].cpu().numpy())
        if is_last:
            break
        begin += BLOCK - 2 * MARGIN
    if not times:
        return np.zeros(0), np.zeros((0, 0))
    # The discriminant analysis alone: the space in which voices are clustered weighs them for longer stretches.
    projected = pipeline._plda._xvec_tf(np.concatenate(vectors).astype(np.float64))  # noqa: SLF001
    return np.concatenate(times), _unit(projected)


def speaks_at(voices: Sequence[VoiceSpan], moments: Times) -> npt.NDArray[np.bool_]:
    """Whether any voice speaks at each moment; spans in order, none overlapping."""
    starts, ends = np.array([v.span.start for v in voices]), np.array([v.span.end for v in voices])
    owner = np.searchsorted(starts, moments, side="right") - 1
    found: npt.NDArray[np.bool_] = (owner >= 0) & (moments < ends[np.maximum(owner, 0)])
    return found


def relabel(times: Times, vectors: Vectors, first: Labels, n_voices: int, asked: Resegmentation) -> Labels:
    """The voice of each moment, 0 to `n_voices`, beginning with `first`."""
    labels = first
    costs = np.where(np.diff(times, prepend=times[0]) > PAUSE, PAUSE_SHARE * asked.change, asked.change)
    trust = asked.trust * (first[:, None] == np.arange(n_voices))
    for _ in range(asked.rounds):
        means = np.stack([_mean_of(times, vectors, labels == k, asked.reach) for k in range(n_voices)])
        labels = _likeliest(vectors @ means.T + trust, costs)
    return labels


def _mean_of(times: Times, vectors: Vectors, is_own: npt.NDArray[np.bool_], reach: float) -> npt.NDArray[np.float64]:
    """Mean embedding of a voice, of the moments around which it is alone."""
    if not is_own.any():
        return np.zeros(vectors.shape[1])
    counted = np.concatenate([[0], np.cumsum(is_own)])
    low, high = np.searchsorted(times, times - reach), np.searchsorted(times, times + reach, side="right")
    is_alone = (counted[high] - counted[low]) / (high - low) > ALONE
    # A window with little speech in it says little about whose it is.
    is_alone &= (high - low) >= np.median(high - low) / 2
    chosen = is_alone if is_alone.sum() >= MIN_MOMENTS else is_own
    return _unit(vectors[chosen].mean(axis=0))


def _likeliest(scores: Vectors, costs: npt.NDArray[np.float64]) -> Labels:
    """The sequence with the highest sum of scores (moments, voices) less the costs (moments,) of its changes."""
    n, n_voices = scores.shape
    best, before = scores[0].copy(), np.zeros((n, n_voices), np.int64)
    own = np.arange(n_voices)
    for t in range(1, n):
        leader = int(best.argmax())
        stays = best >= best[leader] - costs[t]
        before[t] = np.where(stays, own, leader)
        best = np.where(stays, best, best[leader] - costs[t]) + scores[t]
    labels = np.zeros(n, np.int64)
    labels[-1] = int(best.argmax())
    for t in range(n - 1, 0, -1):
        labels[t - 1] = before[t, labels[t]]
    return labels


def relabelled(voices: Sequence[VoiceSpan], times: Times, owner: Labels, names: Sequence[str]) -> tuple[VoiceSpan, ...]:
    """The spans, cut halfway between moments of different voices; `owner` is the span of each moment."""
    found: list[VoiceSpan] = []
    for index, voice in enumerate(voices):
        held = np.flatnonzero(owner == index).tolist()
        name, start = (names[held[0]] if len(held) else voice.voice), voice.span.start
        for one, following in itertools.pairwise(held):
            if names[following] != name:
                cut = float(times[one] + times[following]) / 2
                found.append(VoiceSpan(name, Span(start, cut)))
                name, start = names[following], cut
        found.append(VoiceSpan(name, Span(start, voice.span.end)))
    order = {name: f"voice-{k}" for k, name in enumerate(dict.fromkeys(v.voice for v in found))}
    return tuple(VoiceSpan(order[v.voice], v.span) for v in found)


def _unit(vectors: Vectors) -> Vectors:
    unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
    return unit
