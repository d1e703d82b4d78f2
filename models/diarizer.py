"""Voices of mono recordings by pyannote.audio's SpeakerDiarization, from a folder in community-1's layout.

Two things differ from the stock pipeline, and neither changes what comes out. Its embedding network runs once per
window instead of once per window and speaker (see `embed_once_per_window`), a third of the time. And of a recording of
over an hour the windows overlap less, because clustering holds every pair of windows in memory. Weights that ask for
it have their voices found once more (`models.resegment`); those of the hub do not.

Importing pyannote takes 20 s, so it happens when the first diarizer is made.
"""

import json
import logging
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from models.quiet import silence_libraries
from models.registry import CARD, LocalWeights
from models.resegment import load_parameters, resegment
from pipeline.config import DiarizeConfig
from pipeline.errors import ModelError
from pipeline.ports import MODEL_RATE, Weights
from pipeline.types import Samples, Span, VoiceSpan

LAYOUT = (
    "config.yaml",
    "segmentation/pytorch_model.bin",
    "embedding/pytorch_model.bin",
    "plda/plda.npz",
    "plda/xvec_transform.npz",
)
"""Files of pyannote/speaker-diarization-community-1, and so of every folder that is loaded here."""

MAX_WINDOWS = 3600
"""Windows of one recording: an hour at the stock step of 1 s, 0.4 GB of distances; longer recordings step wider."""

MIN_SECONDS = 0.2
"""A shorter recording has no voice to tell from another."""

Embeddings = npt.NDArray[np.float32]
Masks = npt.NDArray[np.float32]


class PyannoteDiarizer:
    """`pipeline.ports.Diarizer` on pyannote.audio. Safe to share between threads; calls wait for each other.

    Args:
        local: A folder with the files of `LAYOUT`, listed with their SHA-256 in its `weights.json`.
        config: Number of speakers and device.
        token: For a `config.yaml` that names weights on the hub; only what the user handed over for this.

    Raises:
        ModelError: A file is missing, not listed, or cannot be loaded; the device does not exist.
    """

    def __init__(self, local: LocalWeights, config: DiarizeConfig, token: str | None = None) -> None:
        check_layout(local)
        self._local = local
        self._config = config
        self._pipeline = load_pipeline(local, config.device, token)
        self._pipeline.get_embeddings = partial(embed_once_per_window, self._pipeline)
        self._max_gap = take_gap_bridging(self._pipeline)
        self._resegmentation = load_parameters(local.folder)
        self._windows = parts_of(self._pipeline).segmentation
        self._step = float(self._windows.step)
        self._one_at_a_time = threading.Lock()

    @property
    def weights(self) -> Weights:
        return self._local.weights

    def diarize(self, recordings: Iterable[tuple[str, Samples]]) -> Iterator[tuple[str, tuple[VoiceSpan, ...]]]:
        """Spans of `voice-0`, `voice-1`… by first word; empty where nobody speaks.

        Raises:
            ModelError: Memory is too small for a single window.
        """
        for call_id, samples in recordings:
            with self._one_at_a_time:
                voices = self._voices(samples)
            yield call_id, voices

    def _voices(self, samples: Samples) -> tuple[VoiceSpan, ...]:
        import torch

        duration = len(samples) / MODEL_RATE
        if duration < MIN_SECONDS:
            return ()
        # pyannote keeps no hold of it, but torch wants memory that could be written to.
        waveform = torch.from_numpy(np.array(samples, np.float32)[None])
        self._windows.step = window_step(duration, self._step)
        # `uri` is a constant: pyannote puts it into its warnings, and a call's id is none of its business.
        file = {"waveform": waveform, "sample_rate": MODEL_RATE, "uri": "call"}
        voices = named_by_appearance(self._apply(file).exclusive_speaker_diarization, duration)
        if self._resegmentation is not None and has_trunk(parts_of(self._pipeline).embedding.model_):
            voices = resegment(voices, samples, self._pipeline, self._resegmentation)
        return bridged(voices, self._max_gap)

    def _apply(self, file: dict[str, Any]) -> Any:
        bounds = {"min_speakers": self._config.min_speakers, "max_speakers": self._config.max_speakers}
        with _expected_warnings():
            try:
                return halving_batches(self._pipeline, lambda: self._pipeline(file, **bounds), self._local.name)
            except ValueError:
                # Fewer voiced windows than the speakers asked for: k-means refuses. As many as there are, then.
                bounds["min_speakers"] = 1
                return halving_batches(self._pipeline, lambda: self._pipeline(file, **bounds), self._local.name)


def window_step(duration: float, stock: float) -> float:
    """Seconds from one window to the next: pyannote's own, and wider where more than `MAX_WINDOWS` would come of it."""
    return max(stock, float(ceil(duration / MAX_WINDOWS)))


def take_gap_bridging(pipeline: Any) -> float:
    """The gap within a voice that its config.yaml has closed, seconds; from now on `bridged` closes it.

    pyannote closes it whoever speaks meanwhile, after which a moment of the exclusive diarization can have two voices.
    """
    parameters = pipeline.parameters(instantiated=True)
    max_gap = float(parameters["segmentation"].pop("min_duration_off"))
    parameters["segmentation"]["min_duration_off"] = 0.0
    pipeline.instantiate(parameters)
    return max_gap


def check_layout(local: LocalWeights) -> None:
    """Whether a folder can be loaded and may be: pyannote's checkpoints are pickles, which can run any code.

    Raises:
        ModelError: A file of `LAYOUT` is missing, or a checkpoint has no SHA-256 in `weights.json`.
    """
    missing = [file for file in LAYOUT if not (local.folder / file).is_file()]
    if missing:
        raise ModelError(
            f"{local.name}: {', '.join(missing)} expected, not found; give a folder with the layout of "
            "pyannote/speaker-diarization-community-1 or bring it with `palabra models fetch`"
        )
    card = local.folder / CARD
    listed = set(json.loads(card.read_text("utf-8"))["files"]) if card.is_file() else set()
    unlisted = sorted({*LAYOUT, *_checkpoints(local.folder)} - listed)
    if unlisted:
        raise ModelError(
            f"{local.name}: {CARD} with the SHA-256 of every file expected, none found for {', '.join(unlisted)}; "
            "a checkpoint can run code when it is loaded, so bring it with `palabra models fetch`, which lists them, "
            "or list the files of a folder that you trust"
        )


def _checkpoints(folder: Path) -> list[str]:
    return [str(p.relative_to(folder)) for suffix in ("bin", "ckpt", "pt") for p in folder.rglob(f"*.{suffix}")]


def load_pipeline(local: LocalWeights, device: str, token: str | None = None) -> Any:
    """Loads pyannote's own pipeline, on its device.

    Raises:
        ModelError: pyannote cannot load the folder, or there is no such device.
    """
    silence_libraries()
    with _expected_warnings():
        import torch
        from pyannote.audio import Pipeline
        from pyannote.audio.utils import vbx

        chosen = device if device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
        if chosen == "cuda" and not torch.cuda.is_available():
            raise ModelError('diarize.device = "cuda", but torch finds no GPU; set it to "auto" or "cpu"')
        try:
            pipeline: Any = Pipeline.from_pretrained(local.folder, token=token)
        except Exception as error:  # whatever a damaged pickle, a wrong key or the hub's client raises
            raise ModelError(_load_failure(local, error, has_token=token is not None)) from error
        # Its clustering prints a remark of its own to the standard output, where only results belong.
        vars(vbx)["print"] = _print_nothing
        if not hasattr(pipeline, "get_embeddings"):
            raise ModelError(
                f"{local.name}: its config.yaml is of {type(pipeline).__name__}, SpeakerDiarization expected; "
                "give the folder of a diarization pipeline"
            )
        return pipeline.to(torch.device(chosen))


def _print_nothing(*_: object) -> None:
    pass


class Parts(NamedTuple):
    """What pyannote's pipeline keeps to itself: windows of the segmentation, embedding network, cutter of samples."""

    segmentation: Any
    embedding: Any
    audio: Any


def parts_of(pipeline: Any) -> Parts:
    """The one place that reaches into pyannote; its version is pinned."""
    return Parts(pipeline._segmentation, pipeline._embedding, pipeline._audio)  # noqa: SLF001


def _load_failure(local: LocalWeights, error: Exception, *, has_token: bool) -> str:
    """Found and remedy. The error's own words stay out: they quote paths."""
    name = type(error).__name__
    if any(word in name for word in ("Gated", "Offline", "LocalEntryNotFound", "RepositoryNotFound", "HTTP")):
        remedy = "bring them with `palabra models fetch`"
        if not has_token:
            remedy += ", with the token of an account that has accepted their conditions in HF_TOKEN"
        return f"{local.name}: its config.yaml names weights on the hub that are not on this machine; {remedy}"
    return (
        f"{local.name}: pyannote.audio cannot load it ({name}); it is no diarization pipeline of version 4, or is "
        "damaged; fetch it again"
    )


# ------------------------------------------------------------------------------------------------ embeddings


def embed_once_per_window(
    pipeline: Any,
    file: Any,
    binary_segmentations: Any,
    exclude_overlap: bool = False,
    hook: Callable[..., None] | None = None,
) -> Embeddings:
    """What `SpeakerDiarization.get_embeddings` gives, bit for bit: (windows, speakers, dimension).

    The stock method puts each window through the whole network once per speaker, silent ones included, though only
    the pooling at its end differs. Here the trunk (`forward_frames`) runs once per window in which anybody speaks,
    and the pooling (`forward_embedding`) takes the stock method's batches of (window, speaker), as a matrix product
    rounds differently with its number of rows. A model without these two methods goes the stock way.
    """
    model = parts_of(pipeline).embedding.model_
    if not has_trunk(model):
        stock: Embeddings = type(pipeline).get_embeddings(
            pipeline, file, binary_segmentations, exclude_overlap=exclude_overlap, hook=hook
        )
        return stock
    masks = speaker_masks(pipeline, binary_segmentations, exclude_overlap)
    n_windows, n_speakers, n_frames = masks.shape
    pairs, size = masks.reshape(-1, n_frames), pipeline.embedding_batch_size
    trunk = _Trunk(pipeline, file, binary_segmentations.sliding_window, np.asarray(masks.any(axis=(1, 2))))
    found = []
    for first in range(0, len(pairs), size):
        last = min(first + size, len(pairs))
        found.append(trunk.pool(np.arange(first, last) // n_speakers, pairs[first:last]))
        if hook is not None:
            hook("embeddings", found[-1], total=len(pairs), completed=last)
    return np.concatenate(found).reshape(n_windows, n_speakers, -1)


def has_trunk(model: Any) -> bool:
    """Whether an embedding network can be run in its two halves."""
    return hasattr(model, "forward_frames") and hasattr(model, "forward_embedding")


class _Trunk:
    """Frames of the windows of one recording, each computed when it is first asked for and kept while it is needed."""

    def __init__(self, pipeline: Any, file: Any, windows: Any, is_spoken: npt.NDArray[np.bool_]) -> None:
        _, embedding, self._audio = parts_of(pipeline)
        self._model, self._device = embedding.model_, embedding.device
        self._file, self._windows, self._is_spoken = file, windows, is_spoken
        # On a CPU a batch of large windows falls out of its caches: one at a time takes 0.6 of the time that 16 take.
        self._batch = 1 if self._device.type == "cpu" else pipeline.embedding_batch_size
        self._kept: dict[int, Any] = {}
        self._silence: Any = None

    def pool(self, windows: npt.NDArray[np.int64], weights: Masks) -> Embeddings:
        """Embeddings (n, dimension) of n windows under the weights (n, frames) of one speaker each."""
        import torch

        wanted = np.unique(windows)
        with torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._keep(wanted)
            if self._silence is None:
                # In a window in which nobody speaks every weight is zero, so any frames of the right shape will do.
                self._silence = torch.zeros_like(next(iter(self._kept.values())) if self._kept else self._run([0])[0])
            frames = torch.stack([self._kept.get(int(w), self._silence) for w in windows])
            embeddings = self._model.forward_embedding(frames, weights=torch.from_numpy(weights).to(self._device))
        result: Embeddings = embeddings.cpu().numpy()
        return result

    def _keep(self, wanted: npt.NDArray[np.int64]) -> None:
        spoken = [int(w) for w in wanted if self._is_spoken[w]]
        kept = {w: self._kept[w] for w in spoken if w in self._kept}
        new = [w for w in spoken if w not in kept]
        for first in range(0, len(new), self._batch):
            batch = new[first : first + self._batch]
            kept.update(zip(batch, self._run(batch), strict=True))
        self._kept = kept

    def _run(self, windows: list[int]) -> Any:
        import torch

        samples = [self._audio.crop(self._file, self._windows[w], mode="pad")[0] for w in windows]
        return self._model.forward_frames(torch.stack(samples).to(self._device))


def speaker_masks(pipeline: Any, binary_segmentations: Any, exclude_overlap: bool) -> Masks:
    """Frames that stand for each speaker of each window, (windows, speakers, frames): alone where that is enough."""
    active = np.nan_to_num(binary_segmentations.data, nan=0.0).astype(np.float32)
    if not exclude_overlap:
        return np.ascontiguousarray(active.transpose(0, 2, 1))
    alone = active * (active.sum(axis=2, keepdims=True) < 2)
    embedding = parts_of(pipeline).embedding
    n_samples = binary_segmentations.sliding_window.duration * embedding.sample_rate
    needed = ceil(active.shape[1] * embedding.min_num_samples / n_samples)
    used = np.where(alone.sum(axis=1, keepdims=True) > needed, alone, active)
    return np.ascontiguousarray(used.transpose(0, 2, 1).astype(np.float32))


# ------------------------------------------------------------------------------------------------ memory, warnings


def halving_batches(pipeline: Any, apply: Callable[[], Any], name: str) -> Any:
    """What `apply` gives, with half the batch again and again where memory does not suffice.

    A window's numbers do not depend on the windows beside it, so the batch decides nothing but memory and time.

    Raises:
        ModelError: A batch of one does not fit either.
    """
    while True:
        try:
            return apply()
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            size = max(pipeline.segmentation_batch_size, pipeline.embedding_batch_size)
            if size == 1:
                raise ModelError(
                    f"{name}: too little memory for a single window; free some, or set diarize.device to another one"
                ) from error
        _free_device_memory()
        pipeline.segmentation_batch_size = max(1, min(pipeline.segmentation_batch_size, size // 2))
        pipeline.embedding_batch_size = max(1, min(pipeline.embedding_batch_size, size // 2))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, on the device, in torch's allocator or in numpy's."""
    words = str(error)
    return isinstance(error, MemoryError) or "out of memory" in words or "can't allocate memory" in words


def _free_device_memory() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()


@contextmanager
def _expected_warnings() -> Iterator[None]:
    """Silences pyannote on torchcodec (not used here), calls too short for two voices, TF32, and means of nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quiet = logging.getLogger("lightning.pytorch.utilities.migration")
        level = quiet.level
        quiet.setLevel(logging.ERROR)
        try:
            yield
        finally:
            quiet.setLevel(level)


def named_by_appearance(annotation: Any, duration: float) -> tuple[VoiceSpan, ...]:
    """Spans in order, voices counted as they are first heard; pyannote's padding beyond the end is cut off."""
    names: dict[str, str] = {}
    voices = []
    for segment, _, speaker in sorted(annotation.itertracks(yield_label=True), key=lambda t: (t[0].start, t[0].end)):
        start, end = max(0.0, float(segment.start)), min(duration, float(segment.end))
        if end > start:
            voices.append(VoiceSpan(names.setdefault(str(speaker), f"voice-{len(names)}"), Span(start, end)))
    return tuple(voices)


def bridged(voices: Iterable[VoiceSpan], max_gap: float) -> tuple[VoiceSpan, ...]:
    """Spans in order; two of a voice within `max_gap` seconds of each other, with no other voice between, are one."""
    joined: list[VoiceSpan] = []
    for voice in voices:
        last = joined[-1] if joined else None
        if last is not None and last.voice == voice.voice and voice.span.start - last.span.end <= max_gap:
            joined[-1] = VoiceSpan(voice.voice, Span(last.span.start, voice.span.end))
        else:
            joined.append(voice)
    return tuple(joined)
