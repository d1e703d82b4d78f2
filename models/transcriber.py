"""Clips -> words by faster-whisper, many calls in one batch.

`BatchedInferencePipeline.forward` is used below its file interface: it takes features of any clips, so a batch fills
regardless of the call. Two traps of that path are handled here. Its word times carry state from window to window, so
the offsets of successive windows must grow and each batch gets a pipeline of its own (a free wrapper around the shared
model). And it ignores the thresholds that the sequential path applies, so bad windows are found and heard again here.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import TranscriptionOptions, get_suppressed_tokens

from models.registry import LocalWeights
from pipeline.config import TranscribeConfig
from pipeline.errors import ModelError
from pipeline.ports import MODEL_RATE, Clip, ClipId, Weights
from pipeline.types import Span, Word

MAX_NEW_TOKENS = 440
"""CTranslate2 stops at half of this plus two, Whisper's own 224 tokens a window."""

HINT_TOKENS = 60
"""Prompt and output share 448 positions; more hints than this would cost words."""


class WhisperTranscriber:
    """`pipeline.ports.Transcriber` on CTranslate2."""

    def __init__(self, local: LocalWeights, config: TranscribeConfig, threads: int = 0) -> None:
        self._local = local
        self._config = config
        try:
            self._model = WhisperModel(
                str(local.folder),
                device=config.device,
                compute_type=config.compute_type,
                cpu_threads=threads,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelError(
                f"{local.name}: CTranslate2 cannot load it as {config.compute_type} on {config.device} "
                f"({type(error).__name__}); check transcribe.device and transcribe.compute_type"
            ) from error

    @property
    def weights(self) -> Weights:
        return self._local.weights

    def transcribe(self, clips: Iterable[Clip]) -> Iterator[tuple[ClipId, tuple[Word, ...]]]:
        # Clips of a batch share one prompt; with hints in it a batch must not mix calls, or they would hint each other.
        groups = (list(g) for _, g in groupby(clips, key=lambda c: c.id.call_id)) if self._config.use_hints else [clips]
        for group in groups:
            for batch in _batches(group, self._config.batch_size):
                yield from self._transcribe_batch(batch)

    def _transcribe_batch(self, clips: Sequence[Clip]) -> Iterator[tuple[ClipId, tuple[Word, ...]]]:
        features = [pad_or_trim(self._model.feature_extractor(clip.samples)[..., :-1]) for clip in clips]
        temperatures = (0.0, *self._config.retry_temperatures)
        answers: list[list[dict[str, Any]]] = [[] for _ in clips]
        sureness = [-math.inf] * len(clips)
        due = list(range(len(clips)))
        for temperature in temperatures:
            heard = self._forward([clips[i] for i in due], [features[i] for i in due], temperature)
            again = []
            for i, segments in zip(due, heard, strict=True):
                kept, is_bad = self._judged(segments)
                # Of several hearings the surest counts: a hotter one is another try, not a better one.
                if (sure := _sureness(kept)) > sureness[i] or not answers[i]:
                    answers[i], sureness[i] = kept, sure
                if is_bad:
                    again.append(i)
            due = again
            if not due:
                break
        for clip, segments in zip(clips, answers, strict=True):
            yield clip.id, _words(segments, clip.id.channel)

    def _forward(
        self, clips: Sequence[Clip], features: Sequence[Any], temperature: float
    ) -> list[list[dict[str, Any]]]:
        """One list of segments a clip, times from the clip's first sample."""
        chunks: list[dict[str, Any]] = []
        base = 0.0
        for clip in clips:
            chunks.append({"offset": base, "duration": len(clip.samples) / MODEL_RATE, "segments": []})
            # Growing offsets: the word times of a window are clamped by the end of the one before it.
            base += 2 * self._config.max_clip_seconds
        options = replace(self._options, temperatures=[temperature], hotwords=self._hint_text(clips))
        pipeline = BatchedInferencePipeline(self._model)
        heard = pipeline.forward(np.stack(features), self._tokenizer, chunks, options)
        return [
            [_shifted(segment, chunk["offset"]) for segment in segments]
            for segments, chunk in zip(heard, chunks, strict=True)
        ]

    def _judged(self, segments: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], bool]:
        """Segments that count, and whether the window should be heard again at another temperature.

        Silence is where no-speech probability and log probability agree on it; repetition shows in a compression ratio
        above the threshold, and repeated words never count: invented ones would become promises.
        """
        config = self._config
        spoken = [
            s
            for s in segments
            if s["text"].strip()
            and not (s["no_speech_prob"] > config.no_speech_threshold and s["avg_logprob"] < config.log_prob_threshold)
        ]
        kept = [s for s in spoken if s["compression_ratio"] <= config.compression_ratio_threshold]
        unsure = any(s["avg_logprob"] < config.log_prob_threshold for s in kept)
        return kept, unsure or len(kept) < len(spoken)

    def _hint_text(self, clips: Sequence[Clip]) -> str | None:
        if not self._config.use_hints or not clips[0].hints:
            return None
        text = ", ".join(clips[0].hints)
        return self._tokenizer.decode(self._tokenizer.encode(text)[:HINT_TOKENS]) or None

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return Tokenizer(
            self._model.hf_tokenizer, self._model.model.is_multilingual, "transcribe", self._config.language
        )

    @cached_property
    def _options(self) -> TranscriptionOptions:
        return TranscriptionOptions(
            beam_size=self._config.beam_size,
            best_of=1,
            patience=1.0,
            length_penalty=1.0,
            repetition_penalty=1.0,
            no_repeat_ngram_size=0,
            log_prob_threshold=None,
            no_speech_threshold=None,
            compression_ratio_threshold=None,
            condition_on_previous_text=False,
            prompt_reset_on_temperature=0.5,
            temperatures=[0.0],
            initial_prompt=None,
            prefix=None,
            suppress_blank=True,
            suppress_tokens=list(get_suppressed_tokens(self._tokenizer, [-1])),
            without_timestamps=True,
            max_initial_timestamp=0.0,
            word_timestamps=True,
            prepend_punctuations="\"'“¿([{-¡",
            append_punctuations="\"'.。,，!！?？:：”)]}、",
            multilingual=False,
            max_new_tokens=MAX_NEW_TOKENS,
            clip_timestamps="0",
            hallucination_silence_threshold=None,
            hotwords=None,
        )


def _sureness(segments: Sequence[dict[str, Any]]) -> float:
    """Mean log probability of the words heard; nothing heard is the least sure."""
    if not segments:
        return -math.inf
    return float(np.mean([segment["avg_logprob"] for segment in segments]))


def _batches(clips: Iterable[Clip], size: int) -> Iterator[list[Clip]]:
    batch: list[Clip] = []
    for clip in clips:
        batch.append(clip)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _shifted(segment: dict[str, Any], offset: float) -> dict[str, Any]:
    words = [{**w, "start": w["start"] - offset, "end": w["end"] - offset} for w in segment.get("words") or ()]
    return {**segment, "words": words}


def _words(segments: Iterable[dict[str, Any]], channel: int) -> tuple[Word, ...]:
    return tuple(
        Word(text, Span(max(0.0, word["start"]), max(0.0, word["start"], word["end"])), word["probability"], channel)
        for segment in segments
        for word in segment["words"]
        if (text := word["word"].strip())
    )
