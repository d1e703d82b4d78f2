"""What a voice says beside the words: raised against its own baseline, over the other's speech, and who was first.

All audio this project was measured on is synthetic, so none of this raises a flag alone: it moves a textual flag of
`pipeline.tone` up by one severity, or puts a call among those to listen to. Every place that shows it says so.
"""

from collections.abc import Sequence
from math import log2
from statistics import median

from pipeline.config import ToneConfig
from pipeline.types import Loudness, ToneFlag, Turn, VoiceEvidence

MIN_SPANS = 4
"""Spans of speech below which a voice has no baseline of its own."""

OCTAVE = 12.0
"""Semitones."""

MOST_HIGHER = 11.0
"""Semitones from which a rise is taken for a mistake of the pitch detector, which errs by octaves."""


def voice_evidence(
    turns: Sequence[Turn], loudness: Sequence[Loudness], flags: Sequence[ToneFlag], config: ToneConfig
) -> VoiceEvidence:
    """What the voices of one call say.

    Args:
        turns: In order.
        loudness: Level and pitch of each span of each voice.
        flags: All that the text offered, those below `min_score` too.
        config: How far above its baseline a voice is raised, and what is enough to listen.
    """
    raised = raised_turns(turns, loudness, config)
    over = turns_over_debtor(turns, config)
    in_time = sorted((turn for turn in turns if turn.index in raised), key=lambda turn: (turn.span.start, turn.index))
    mine = frozenset(turn.index for turn in in_time if turn.role == "agent")
    return VoiceEvidence(
        raised=tuple(sorted(raised)),
        over=tuple(sorted(over)),
        raised_first=in_time[0].role if in_time else None,
        listen=_is_worth_listening(mine, over, flags, config),
    )


def raised_turns(turns: Sequence[Turn], loudness: Sequence[Loudness], config: ToneConfig) -> frozenset[int]:
    """Turns of either side that are raised against the median of the same voice in the same call.

    `raised_db` louder; or half of that and `raised_semitones` higher, because people who shout do both and a hand
    that moves the microphone does one.
    """
    own: dict[str, list[Loudness]] = {}
    for item in loudness:
        own.setdefault(item.voice, []).append(item)
    found = set()
    for turn in turns:
        spans = own.get(turn.voice, [])
        here = [item for item in spans if item.span.overlap(turn.span) > 0.5 * item.span.duration]
        if turn.role == "system" or len(spans) < MIN_SPANS or not here:
            continue
        louder = max(item.level_db for item in here) - median(item.level_db for item in spans)
        higher = _semitones_above(here, spans)
        if louder >= config.raised_db or (louder >= config.raised_db / 2 and higher >= config.raised_semitones):
            found.add(turn.index)
    return frozenset(found)


def _semitones_above(here: Sequence[Loudness], spans: Sequence[Loudness]) -> float:
    """How far the highest of some spans lies above the voice's median pitch; 0 where nothing certain is voiced."""
    pitches = [item.pitch_hz for item in spans if item.pitch_hz]
    if len(pitches) < MIN_SPANS:
        return 0.0
    usual = median(pitches)
    rises = [OCTAVE * log2(item.pitch_hz / usual) for item in here if item.pitch_hz]
    return max((rise for rise in rises if rise < MOST_HIGHER), default=0.0)


def turns_over_debtor(turns: Sequence[Turn], config: ToneConfig) -> frozenset[int]:
    """Turns in which the collector began to speak over the debtor's running turn and went on beyond its end.

    A word of agreement is over before the other side is. Where one channel holds both voices, overlaps are not heard.
    """
    return frozenset(
        turn.index
        for turn in turns
        if turn.role == "agent"
        and any(
            other.role in ("debtor", "third_party")
            and other.span.start < turn.span.start
            and other.span.end - turn.span.start >= config.over_seconds
            and turn.span.end > other.span.end
            for other in turns
        )
    )


def _is_worth_listening(
    raised: frozenset[int], over: frozenset[int], flags: Sequence[ToneFlag], config: ToneConfig
) -> bool:
    """Whether the collector's voice speaks for a person listening to a call whose text has no flag.

    Raised in `listen_turns` turns; or raised where he spoke over the debtor, or where the text came near to a flag.
    """
    if any(flag.score >= config.min_score for flag in flags):
        return False
    near = {flag.turn for flag in flags}
    return len(raised) >= config.listen_turns or bool(raised & (over | near))
