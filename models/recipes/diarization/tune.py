"""Clustering parameters of a packaged pipeline, from conversations of voices that training does not have."""

import itertools
import logging
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import torch
from pyannote.audio import Pipeline
from pyannote.core import Annotation, Segment  # type: ignore[import-untyped]
from pyannote.metrics.diarization import DiarizationErrorRate

from models.diarizer import bridged, embed_once_per_window, named_by_appearance
from models.recipes.diarization.conversations import MODEL_RATE, Conversation
from models.resegment import Resegmentation, resegment

GRID: Final[Mapping[str, tuple[float, ...]]] = {
    "threshold": (0.5, 0.6, 0.7, 0.8),
    "Fa": (0.07, 0.2, 0.4),
    "Fb": (0.8, 3.0),
}
MIN_DURATION_OFF: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
START: Final = {"threshold": 0.6, "Fa": 0.07, "Fb": 0.8, "min_duration_off": 0.0}
AGAIN: Final = Resegmentation(reach=0.56, trust=0.05, change=1.0, rounds=2)
REACHES: Final = (0.4, 0.56, 0.8)
CHANGES: Final = (0.5, 1.0, 2.0)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the networks give for a call, so that clustering is tried again without them."""

    file: Mapping[str, Any]
    truth: Annotation
    duration: float
    segmentations: Any
    embeddings: Any


def annotation_of(spans: Iterable[tuple[object, float, float]]) -> Annotation:
    """Spans of (who, start, end) as pyannote writes them."""
    annotation = Annotation(uri="call")
    for k, (who, start, end) in enumerate(spans):
        annotation[Segment(start, end), k] = str(who)
    return annotation


def tune(folder: Path, conversations: Sequence[Conversation]) -> tuple[dict[str, float], Resegmentation]:
    """The best parameters of the grid for one to four speakers; then, for the two of a call, what comes after.

    Most calls are of two, who are told apart with nearly any parameters; how many there are is what these decide.
    Afterwards voices are found again, moment by moment, and gaps bridged: each has its parameters in turn.
    """
    pipeline: Any = Pipeline.from_pretrained(folder)
    pipeline.instantiate(_nested(START))
    heard = [_listen(pipeline, call) for call in conversations]
    best, chosen = 9.0, dict(START)
    for values in itertools.product(*GRID.values()):
        tried = {**START, **dict(zip(GRID, values, strict=True))}
        rate = error_rate(pipeline, heard, tried, 1, 4)
        if rate < best - 1e-4:
            best, chosen = rate, tried
            _log.info("%s: %.4f", tried, rate)
    asked = [replace(AGAIN, reach=reach, change=change) for reach in REACHES for change in CHANGES]
    tried_again = {again: exclusive_error_rate(pipeline, heard, chosen, 0.5, again) for again in asked}
    _log.info("exclusive, two speakers, by resegmentation: %s", tried_again)
    again = min(tried_again, key=lambda a: tried_again[a])
    rates = {gap: exclusive_error_rate(pipeline, heard, chosen, gap, again) for gap in MIN_DURATION_OFF}
    _log.info("the same by min_duration_off: %s", rates)
    return {**chosen, "min_duration_off": min(rates, key=lambda gap: rates[gap])}, again


def _listen(pipeline: Any, call: Conversation) -> _Heard:
    file = {"waveform": torch.from_numpy(call.samples())[None], "sample_rate": MODEL_RATE, "uri": "call"}
    segmentations = pipeline.get_segmentations(file)
    embeddings = embed_once_per_window(
        pipeline, file, segmentations, exclude_overlap=pipeline.embedding_exclude_overlap
    )
    return _Heard(file, annotation_of(call.spans), call.duration, segmentations, embeddings)


def error_rate(
    pipeline: Any, heard: Sequence[_Heard], parameters: Mapping[str, float], at_least: int, at_most: int
) -> float:
    """Diarization error over all calls: no collar, overlap included."""
    pipeline.instantiate(_nested(parameters))
    metric = DiarizationErrorRate(collar=0.0, skip_overlap=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for call in heard:
            metric(call.truth, _cluster(pipeline, call, at_least, at_most).speaker_diarization)
    return float(abs(metric))


def exclusive_error_rate(
    pipeline: Any, heard: Sequence[_Heard], parameters: Mapping[str, float], max_gap: float, again: Resegmentation
) -> float:
    """The same of what the adapter gives: one voice at a time, two in all, found again, gaps bridged."""
    pipeline.instantiate(_nested({**parameters, "min_duration_off": 0.0}))
    metric = DiarizationErrorRate(collar=0.0, skip_overlap=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for call in heard:
            found = _cluster(pipeline, call, 2, 2).exclusive_speaker_diarization
            voices = named_by_appearance(found, call.duration)
            voices = bridged(resegment(voices, call.file["waveform"][0].numpy(), pipeline, again), max_gap)
            metric(call.truth, annotation_of((v.voice, v.span.start, v.span.end) for v in voices))
    return float(abs(metric))


def _cluster(pipeline: Any, call: _Heard, at_least: int, at_most: int) -> Any:
    pipeline.get_segmentations = lambda *_, **__: call.segmentations
    pipeline.get_embeddings = lambda *_, **__: call.embeddings
    return pipeline(dict(call.file), min_speakers=at_least, max_speakers=at_most)


def _nested(parameters: Mapping[str, float]) -> dict[str, dict[str, float]]:
    clustering = {name: parameters[name] for name in GRID}
    return {"clustering": clustering, "segmentation": {"min_duration_off": parameters["min_duration_off"]}}
