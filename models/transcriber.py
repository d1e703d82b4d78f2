"""Clips -> words by faster-whisper's model on CTranslate2, many calls in one batch.

`BatchedInferencePipeline` takes one file, one prompt and one temperature, and ignores the thresholds of the sequential
path; so batches are made here, of the clips of any calls, and go to the model itself. A batch is encoded once. Its
windows are read, judged (`models.recognition.guards`), and those that fail are read again; then words get their times,
and figures that were heard badly are read a second time. Features of the next windows are computed in a thread
meanwhile.
"""

import math
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer

from models.recognition.device import batch_size_of, explained, is_out_of_memory, load_whisper
from models.recognition.guards import counts, is_invented, judge
from models.recognition.prompts import Prompts
from models.recognition.readings import NOTHING, Decoding, Reader, Reading, rows_of
from models.recognition.timing import Sounding, timed_words
from models.registry import LocalWeights
from pipeline.config import TranscribeConfig
from pipeline.doubt import bears_figure, disputed_words
from pipeline.errors import CallError, ConfigError
from pipeline.ports import MODEL_RATE, Answer, Clip, ClipId, Weights
from pipeline.prefetch import prefetched
from pipeline.types import Word

DISPUTED = 0.25
"""Highest probability of a figure on which two readings of one window differ: promises made of it are doubtful."""

FRAMES_PER_SECOND = 100


@dataclass(frozen=True, slots=True)
class Window:
    """A clip ready for the model. `features` of shape (mels, frames); `None` where the samples are no numbers."""

    id: ClipId
    features: npt.NDArray[np.float32] | None
    prompt: list[int]
    hints: str
    sounding: Sounding


Answers = list[tuple[ClipId, Answer]]


class WhisperTranscriber:
    """`pipeline.ports.Transcriber` on CTranslate2."""

    def __init__(self, local: LocalWeights, config: TranscribeConfig, threads: int = 0) -> None:
        config = replace(config, threads=threads or config.threads)
        if config.encoder_seconds < config.max_clip_seconds:
            raise ConfigError(
                f"transcribe.encoder_seconds {config.encoder_seconds:g} found, at least transcribe.max_clip_seconds "
                f"({config.max_clip_seconds:g}) expected; raise it, or speech would be cut off"
            )
        self._local = local
        self._config = config
        self._model: WhisperModel = load_whisper(local, config)
        self._tokenizer = Tokenizer(
            self._model.hf_tokenizer, self._model.model.is_multilingual, "transcribe", config.language
        )
        self._reader = Reader(self._model, self._tokenizer)
        self._prompts = Prompts(self._model, self._tokenizer, config)
        self._batch_size = batch_size_of(local, config, self._model)

    @property
    def weights(self) -> Weights:
        return self._local.weights

    @property
    def batch_size(self) -> int:
        """Windows in a batch as far as the device has had room for them."""
        return self._batch_size

    def transcribe(self, clips: Iterable[Clip]) -> Generator[tuple[ClipId, Answer], None, None]:
        workers = self._config.workers
        windows = prefetched(clips, self._window, threads=1, ahead=2 * workers * self._batch_size)
        # One worker works in the reader's thread: nothing is gained by another.
        threads = workers if workers > 1 else 0
        with (
            closing(windows),
            closing(prefetched(self._batches(windows), self._answers, threads=threads, ahead=workers)) as heard,
        ):
            for answers in heard:
                yield from answers

    def _batches(self, windows: Iterable[Window]) -> Iterator[list[Window]]:
        batch: list[Window] = []
        for window in windows:
            batch.append(window)
            if len(batch) >= self._batch_size:
                yield batch
                batch = []
        if batch:
            yield batch

    def _window(self, clip: Clip) -> Window:
        n_frames = round(self._config.encoder_seconds * FRAMES_PER_SECOND)
        sounding = Sounding(len(clip.samples) / MODEL_RATE, clip.id.channel, n_frames)
        if not len(clip.samples) or not np.isfinite(clip.samples).all():
            return Window(clip.id, None, [], "", sounding)
        mel = self._model.feature_extractor(clip.samples)[..., :-1]
        hints = self._prompts.hints_of(clip)
        return Window(
            clip.id,
            np.asarray(pad_or_trim(mel, n_frames), dtype=np.float32),
            self._prompts.of(clip),
            self._tokenizer.decode(hints) if hints else "",
            sounding,
        )

    def _answers(self, batch: Sequence[Window]) -> Answers:
        """Every window's words; a window that the model cannot take is an error of its own call."""
        sound = [window for window in batch if window.features is not None]
        broken: Answers = [(w.id, _no_numbers(w.id)) for w in batch if w.features is None]
        return broken + (self._heard(sound) if sound else [])

    def _heard(self, batch: Sequence[Window]) -> Answers:
        try:
            return [(w.id, words) for w, words in zip(batch, self._hear(batch), strict=True)]
        except (RuntimeError, MemoryError) as error:
            if "libcublas" in str(error) or (is_out_of_memory(error) and len(batch) == 1):
                raise explained(error, self._local.name, "for a batch of one window") from error
            if len(batch) == 1:
                return [(batch[0].id, _not_heard(batch[0].id, error))]
            half = len(batch) // 2
            if is_out_of_memory(error):
                # What did not fit once would not fit again: the batches to come are smaller too.
                self._batch_size = min(self._batch_size, max(1, half))
        return self._heard(batch[:half]) + self._heard(batch[half:])

    def _hear(self, batch: Sequence[Window]) -> list[tuple[Word, ...]]:
        encoded = self._reader.encode([w.features for w in batch if w.features is not None])
        readings = self._readings(encoded, batch)
        timed = timed_words(self._model, self._tokenizer, encoded, readings, [w.sounding for w in batch])
        words = [
            () if is_invented(found, window.sounding.seconds, self._config) else found
            for found, window in zip(timed, batch, strict=True)
        ]
        return self._with_disputes(encoded, batch, words)

    def _readings(self, encoded: Any, batch: Sequence[Window]) -> list[Reading]:
        """The surest reading of each window that counts; one without tokens where none does."""
        best = [NOTHING] * len(batch)
        floors = [-math.inf] * len(batch)
        due = list(range(len(batch)))
        for decoding in self._decodings():
            found = self._reader.read(rows_of(encoded, due), [batch[i].prompt for i in due], decoding)
            again = []
            for i, reading in zip(due, found, strict=True):
                verdict = judge(reading, batch[i].hints, self._config)
                # Of several readings the surest counts: a hotter one is another try, not a better one.
                if counts(verdict) and reading.mean_log_prob > floors[i]:
                    best[i], floors[i] = reading, reading.mean_log_prob
                if verdict in ("repeated", "echo"):
                    floors[i] = max(floors[i], self._config.retry_log_prob)
                if verdict in ("unsure", "repeated", "echo"):
                    again.append(i)
            due = again
            if not due:
                break
        return best

    def _decodings(self) -> Iterator[Decoding]:
        """First as configured, then without repetitions, then by sampling where that is wanted."""
        config = self._config
        yield Decoding(config.beam_size)
        if config.retry_no_repeat > 0:
            yield Decoding(config.beam_size, no_repeat=config.retry_no_repeat)
        for temperature in config.retry_temperatures:
            yield Decoding(1, temperature=temperature)

    def _with_disputes(
        self, encoded: Any, batch: Sequence[Window], words: Sequence[tuple[Word, ...]]
    ) -> list[tuple[Word, ...]]:
        """The words, figures of low probability compared with a second reading of their window."""
        floor = self._config.reread_below
        due = [i for i, found in enumerate(words) if any(w.probability < floor and bears_figure(w.text) for w in found)]
        answers = list(words)
        if not due:
            return answers
        # Greedy against beams, beams against greedy: another way through the same sound, and no chance in it.
        second = Decoding(1 if self._config.beam_size > 1 else 5)
        readings = self._reader.read(rows_of(encoded, due), [batch[i].prompt for i in due], second)
        for i, reading in zip(due, readings, strict=True):
            disputed = disputed_words([w.text for w in words[i]], reading.text.split())
            answers[i] = tuple(
                replace(w, probability=min(w.probability, DISPUTED)) if k in disputed else w
                for k, w in enumerate(words[i])
            )
        return answers


def _no_numbers(clip_id: ClipId) -> CallError:
    return CallError(
        clip_id.call_id,
        "decode_failed",
        f"samples that are no numbers found on channel {clip_id.channel}; export the recording again",
    )


def _not_heard(clip_id: ClipId, error: BaseException) -> CallError:
    return CallError(
        clip_id.call_id,
        "stage_failed",
        f"the recogniser failed on window {clip_id.position} of channel {clip_id.channel} ({type(error).__name__}); "
        "run it again, report it if it stays",
    )
