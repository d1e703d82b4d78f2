"""Words and voices -> utterances: each word to the voice that holds most of it, turns cut at pauses and changes."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.config import AlignConfig
from pipeline.types import Span, Utterance, VoiceSpan, Word


@dataclass(frozen=True, slots=True)
class VoicedWord:
    """A word and the voice that spoke it."""

    word: Word
    voice: str


def align(words: Sequence[Word], voices: Sequence[VoiceSpan], config: AlignConfig) -> tuple[Utterance, ...]:
    """Utterances in order of their first word.

    A pause longer than `max_pause` ends an utterance, and so does any pause in which another voice speaks. Words of
    one voice that follow each other without either stay together, also where the other side talks over them.
    """
    voiced = sorted(assign_voices(words, voices, config.reach), key=lambda v: (v.word.span.start, v.voice))
    utterances: list[tuple[str, list[Word]]] = []
    open_of: dict[str, int] = {}
    for item in voiced:
        at = open_of.get(item.voice)
        if at is not None and _continues(utterances, at, item.word, config.max_pause):
            utterances[at][1].append(item.word)
        else:
            open_of[item.voice] = len(utterances)
            utterances.append((item.voice, [item.word]))
    return tuple(Utterance(voice, tuple(spoken)) for voice, spoken in utterances)


def assign_voices(words: Sequence[Word], voices: Sequence[VoiceSpan], reach: float) -> list[VoicedWord]:
    """Each word with the voice that overlaps it longest; ties go to the voice that began first.

    Where the channel is the voice, the word's own channel is its voice. Elsewhere a word that no voice overlaps goes
    to the nearest edge of a voice within `reach` seconds, and beyond it becomes a voice of its own, `unknown`: a
    wrong speaker is worse than none.
    """
    if all(voice.voice.startswith("channel-") for voice in voices):
        return [VoicedWord(word, f"channel-{word.channel}") for word in words]
    ordered = sorted(voices, key=lambda v: v.span.start)
    starts = [v.span.start for v in ordered]
    longest = max((v.span.duration for v in ordered), default=0.0)
    return [VoicedWord(word, _voice_of(word.span, ordered, starts, longest, reach)) for word in words]


def _voice_of(span: Span, ordered: Sequence[VoiceSpan], starts: Sequence[float], longest: float, reach: float) -> str:
    first = bisect_left(starts, span.start - longest - reach)
    last = bisect_left(starts, span.end + reach)
    near = ordered[first:last]
    overlap: dict[str, float] = {}
    for voice in near:
        if (shared := voice.span.overlap(span)) > 0:
            overlap[voice.voice] = overlap.get(voice.voice, 0.0) + shared
    if overlap:
        return max(overlap, key=lambda name: overlap[name])
    gaps = {v.voice: max(v.span.start - span.end, span.start - v.span.end) for v in reversed(near)}
    if gaps and min(gaps.values()) <= reach:
        return min(gaps, key=lambda name: gaps[name])
    return "unknown"


def _continues(utterances: list[tuple[str, list[Word]]], at: int, word: Word, max_pause: float) -> bool:
    last = utterances[at][1][-1].span.end
    if word.span.start - last > max_pause:
        return False
    # Another voice that began inside this pause took the turn; one that talks over the words did not.
    others = utterances[at + 1 :]
    return not any(last <= spoken[0].span.start < word.span.start for _, spoken in others) or (
        word.span.start - last < MIN_TURN_GAP
    )


MIN_TURN_GAP = 0.25
"""Seconds: a shorter gap is a gap between words, not a turn given away."""
