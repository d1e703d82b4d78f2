"""Aggressive turns of the collector: the text raises a flag, the voice may only support it.

All audio this project is measured on is synthetic, so the voice never raises a flag alone: it moves a textual one up
by one severity, or marks a raised voice without a flag as "listen" for a person.
"""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from pipeline.config import ToneConfig
from pipeline.labels import SEVERITIES
from pipeline.ports import Conversation, ToneClassifier
from pipeline.types import Loudness, ToneFlag, Turn

MIN_SPANS = 4
"""Spans of speech below which a voice has no baseline of its own."""


def flag_tone(calls: Sequence[Conversation], classifier: ToneClassifier) -> dict[str, tuple[ToneFlag, ...]]:
    """Flags that the text alone gives, by call id."""
    return dict(zip((c.call_id for c in calls), classifier.flag(calls), strict=True))


def with_voice(
    flags: Sequence[ToneFlag], turns: Sequence[Turn], loudness: Sequence[Loudness], config: ToneConfig
) -> tuple[ToneFlag, ...]:
    """Flags of one call above the score that counts, moved up by one severity where the voice was raised."""
    raised = raised_turns(turns, loudness, config)
    kept = (flag for flag in flags if flag.score >= config.min_score)
    return tuple(_louder(flag) if flag.turn in raised else flag for flag in kept)


def raised_turns(turns: Sequence[Turn], loudness: Sequence[Loudness], config: ToneConfig) -> frozenset[int]:
    """Turns of the collector that are `raised_db` louder than the median of the same voice in the same call."""
    levels: dict[str, list[Loudness]] = {}
    for item in loudness:
        levels.setdefault(item.voice, []).append(item)
    raised = set()
    for turn in turns:
        own = levels.get(turn.voice, [])
        if turn.role != "agent" or len(own) < MIN_SPANS:
            continue
        here = [item.level_db for item in own if item.span.overlap(turn.span) > 0.5 * item.span.duration]
        if here and max(here) - median(item.level_db for item in own) >= config.raised_db:
            raised.add(turn.index)
    return frozenset(raised)


def _louder(flag: ToneFlag) -> ToneFlag:
    position = min(SEVERITIES.index(flag.severity) + 1, len(SEVERITIES) - 1)
    return replace(flag, severity=SEVERITIES[position], voice="raised")
