"""What the decoder makes of encoded windows: one reading a window, with the figures that guards judge it by."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_compression_ratio, get_suppressed_tokens

BEST_OF = 5
"""Samples drawn at a temperature, of which the surest counts, as in Whisper."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a window is read. A temperature above 0 samples: another run may give other words."""

    beam_size: int
    temperature: float = 0.0
    # Runs of so many tokens that may not come twice; 0 forbids nothing.
    no_repeat: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """The words written for one window.

    Attributes:
        tokens: Of text only.
        mean_log_prob: Over the tokens and the end.
        no_speech: Probability that nobody speaks, told before the first word.
        is_sampled: It was drawn at a temperature.
    """

    tokens: tuple[int, ...]
    text: str
    mean_log_prob: float
    no_speech: float
    is_sampled: bool = False

    @property
    def compression_ratio(self) -> float:
        """Bytes of the text by those of its compressed form: what repeats itself compresses well."""
        return float(get_compression_ratio(self.text))


NOTHING = Reading((), "", 0.0, 1.0)


class Reader:
    """Reads encoded windows; encoding is paid once however often a window is read."""

    def __init__(self, model: WhisperModel, tokenizer: Tokenizer) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._suppressed = list(get_suppressed_tokens(tokenizer, [-1]))

    def encode(self, features: Sequence["np.ndarray[Any, np.dtype[np.float32]]"]) -> Any:
        """Encoder output of windows of (mels, frames) each, all of one length."""
        return self._model.encode(np.stack(features))

    def read(self, encoded: Any, prompts: Sequence[Sequence[int]], decoding: Decoding) -> list[Reading]:
        """One reading for each encoded window, in order; prompts may differ in length."""
        lengths = {len(prompt) for prompt in prompts}
        if len(lengths) == 1:
            return self._read(encoded, prompts, decoding)
        # CTranslate2 wants the start token of a batch at one position.
        readings: list[Reading] = [NOTHING] * len(prompts)
        for length in sorted(lengths):
            rows = [i for i, prompt in enumerate(prompts) if len(prompt) == length]
            found = self._read(rows_of(encoded, rows), [prompts[i] for i in rows], decoding)
            for row, reading in zip(rows, found, strict=True):
                readings[row] = reading
        return readings

    def _read(self, encoded: Any, prompts: Sequence[Sequence[int]], decoding: Decoding) -> list[Reading]:
        is_sampled = decoding.temperature > 0
        how: dict[str, Any] = (
            {
                "beam_size": 1,
                "num_hypotheses": BEST_OF,
                # 0 draws from all tokens; the default of 1 would make any temperature read the same again.
                "sampling_topk": 0,
                "sampling_temperature": decoding.temperature,
            }
            if is_sampled
            else {"beam_size": decoding.beam_size}
        )
        results = self._model.model.generate(
            encoded,
            [list(prompt) for prompt in prompts],
            max_length=self._model.max_length,
            no_repeat_ngram_size=decoding.no_repeat,
            suppress_blank=True,
            suppress_tokens=self._suppressed,
            return_scores=True,
            return_no_speech_prob=True,
            **how,
        )
        return [self._reading(result, is_sampled=is_sampled) for result in results]

    def _reading(self, result: Any, *, is_sampled: bool) -> Reading:
        # Where nothing was written the mean over it is no number.
        scores = [-math.inf if math.isnan(score) else score for score in result.scores]
        best = max(range(len(scores)), key=scores.__getitem__)
        written = result.sequences_ids[best]
        tokens = tuple(token for token in written if token < self._tokenizer.eot)
        # The score is a mean over what was written, the end left out.
        mean = scores[best] * len(written) / (len(written) + 1) if written else -math.inf
        return Reading(tokens, self._tokenizer.decode(list(tokens)), mean, result.no_speech_prob, is_sampled)


def rows_of(encoded: Any, rows: Sequence[int]) -> Any:
    """Some windows of an encoder output, on the CPU; CTranslate2 moves them back to where it reads them."""
    if list(rows) == list(range(encoded.shape[0])):
        return encoded
    if encoded.device == "cuda":
        encoded = encoded.to_device(ctranslate2.Device.cpu).to(ctranslate2.DataType.float32)
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(np.asarray(encoded)[list(rows)]))
