"""Aggressive turns of the collector: the text raises a flag, the voice may only support it.

All audio this project is measured on is synthetic, so the voice never raises a flag alone: it moves a textual one up
by one severity, or marks a call without a flag as one to listen to (`pipeline.voice`).
"""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.config import ToneConfig
from pipeline.labels import SEVERITIES
from pipeline.ports import Conversation, ToneClassifier
from pipeline.types import ToneFlag, VoiceEvidence


def flag_tone(calls: Sequence[Conversation], classifier: ToneClassifier) -> dict[str, tuple[ToneFlag, ...]]:
    """Flags that the text alone gives, by call id."""
    return dict(zip((c.call_id for c in calls), classifier.flag(calls), strict=True))


def with_voice(flags: Sequence[ToneFlag], voice: VoiceEvidence, config: ToneConfig) -> tuple[ToneFlag, ...]:
    """Flags of one call above the score that counts, moved up by one severity where the voice supports them.

    It does where the turn was raised, or spoken over the debtor.
    """
    supported = {*voice.raised, *voice.over}
    kept = (flag for flag in flags if flag.score >= config.min_score)
    return tuple(_graver(flag) if flag.turn in supported else flag for flag in kept)


def _graver(flag: ToneFlag) -> ToneFlag:
    position = min(SEVERITIES.index(flag.severity) + 1, len(SEVERITIES) - 1)
    return replace(flag, severity=SEVERITIES[position], voice="raised")
