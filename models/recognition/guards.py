"""What must not count as speech, though the decoder wrote it: the checks that faster-whisper's batched path leaves out.

Invented words would become promises, so a window that fails a check is heard again, and what still fails is left out.
"""

import re
from collections.abc import Sequence
from typing import Literal

from models.recognition.readings import Reading
from pipeline.config import TranscribeConfig
from pipeline.types import Word

Verdict = Literal["kept", "silence", "repeated", "echo", "unsure"]

LONGEST_PHRASE = 8
"""Words of the longest phrase whose repetition is looked for; longer loops show in the compression ratio."""

SHORTEST_ECHO = 4
"""Words of the hints in a row that nobody says by chance: a debtor who says their whole name says three or less."""


def judge(reading: Reading, hints: str, config: TranscribeConfig) -> Verdict:
    """What one window's reading is worth.

    "silence" is where no-speech probability and mean log probability agree on it, as in Whisper; "repeated" where the
    text compresses too well or one phrase comes too often in a row; "echo" where it is the prompt's own words; "unsure"
    where the mean log probability alone is low: it counts, if nothing surer is heard.
    """
    if not reading.text.strip():
        return "silence"
    is_unsure = reading.mean_log_prob < config.log_prob_threshold
    if is_unsure and reading.no_speech > config.no_speech_threshold:
        return "silence"
    words = _plain(reading.text)
    if reading.compression_ratio > config.compression_ratio_threshold or longest_run(words) > config.max_repeats:
        return "repeated"
    if len(words) >= SHORTEST_ECHO and f" {' '.join(words)} " in f" {' '.join(_plain(hints))} ":
        return "echo"
    return "unsure" if is_unsure else "kept"


def counts(verdict: Verdict) -> bool:
    """Whether words of such a reading reach the call."""
    return verdict in ("kept", "unsure")


def longest_run(words: Sequence[str]) -> int:
    """How often one phrase of up to `LONGEST_PHRASE` words comes in a row at most; 1 where nothing is repeated."""
    longest = min(1, len(words))
    for size in range(1, min(LONGEST_PHRASE, len(words) // 2) + 1):
        run = 0
        for i in range(size, len(words)):
            run = run + 1 if words[i] == words[i - size] else 0
            longest = max(longest, run // size + 1)
    return longest


def is_invented(words: Sequence[Word], seconds: float, config: TranscribeConfig) -> bool:
    """Whether the timed words of a window are no speech: too many for its length, or none of them credible.

    The anomaly of a word is that of Whisper's own check (openai/whisper, transcribe.py): improbable, too short or too
    long. Each check is off where its setting is 0.
    """
    if not words:
        return False
    if config.max_words_per_second > 0 and len(words) > max(3.0, config.max_words_per_second * seconds):
        return True
    if config.max_anomaly <= 0:
        return False
    return sum(_anomaly(word) for word in words) / len(words) >= config.max_anomaly


def _anomaly(word: Word) -> float:
    score = 1.0 if word.probability < 0.15 else 0.0
    duration = word.span.duration
    if duration < 0.133:
        score += (0.133 - duration) * 15
    if duration > 2.0:
        score += duration - 2.0
    return score


def _plain(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
