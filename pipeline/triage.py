"""What a recording holds besides a conversation, told from levels, tones, music and repetition before any model work.

A kind comes with its certainty, and model work is skipped only above the configured one, where nobody of the agency
speaks. Words decide the rest: a greeting that is only known by what it says is never skipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from pipeline.config import DiarizeConfig, TriageConfig
from pipeline.diarize import FRAME, channels_are_copies, frame_levels
from pipeline.metrics import union
from pipeline.music import Music, find_music
from pipeline.ports import MODEL_RATE
from pipeline.prompts import find_repeats
from pipeline.tones import Signal, find_tones, kinds_of, name_signals
from pipeline.types import Audio, Samples, Span, Triage, TriageDecision, TriageKind

FRAME_SECONDS = FRAME / MODEL_RATE

STRAY = 0.3
"""Seconds of speech or sound that a tone, music or a prompt may leave over: a click, the end of a note."""

MARGIN = 0.2
"""Seconds around a tone that still belong to it: its edges are no frame's."""

MUSIC_MARGIN = 1.2
"""Seconds around music that still belong to it: stillness is averaged over two."""

OVER_FLOOR_DB = 10.0
"""A frame sounds where it is this far above the recording's quietest tenth; the noise of a line stays below."""

CROSSTALK_DB = 12.0
"""Speech this much quieter than the other channel's at that moment is the other side, overheard."""

LEAST_VOICE = 5.0
"""Seconds that one side must speak before the other's silence says anything."""


@dataclass(frozen=True, slots=True)
class _Channel:
    """One channel as it was heard. `talk`: speech that no tone and no music explains."""

    samples: Samples
    levels: npt.NDArray[np.float32]
    speech: tuple[Span, ...]
    talk: tuple[Span, ...]
    signals: tuple[Signal, ...]
    music: tuple[Music, ...]

    @property
    def explained(self) -> tuple[Span, ...]:
        """Tones and music with their margins."""
        tones = [_widened(span, MARGIN) for s in self.signals for span in s.tones]
        return union([*tones, *(_widened(m.span, MUSIC_MARGIN) for m in self.music)])


@dataclass(frozen=True, slots=True)
class _Verdict:
    """A kind, how sure it is, and whether nobody speaks whose words matter."""

    kind: TriageKind
    certainty: float
    is_empty: bool


CONVERSATION = _Verdict("conversation", 0.9, is_empty=False)


def triage(audio: Audio, speech: Sequence[tuple[Span, ...]], config: TriageConfig, call_id: str) -> Triage:
    """Kind of recording, its certainty, and whether model work is spared.

    Args:
        audio: The recording.
        speech: Spans of speech of each channel, by the voice-activity network.
        config: Certainty above which a call is skipped, and the share that is analysed all the same.
        call_id: Decides by its hash whether a call is of that share.
    """
    is_copy = channels_are_copies(audio, DiarizeConfig())
    samples = audio.samples[:1] if is_copy else audio.samples
    channels = _without_crosstalk([_heard(s, spans) for s, spans in zip(samples, speech, strict=False)])
    found = _verdict(channels, config)
    return Triage(
        found.kind,
        found.certainty,
        music=union([m.span for c in channels for m in c.music]),
        tones=union([span for c in channels for s in c.signals for span in s.tones]),
        signals=kinds_of([s for c in channels for s in c.signals]),
        speech=round(_seconds([span for c in channels for span in c.speech]), 2),
        decision=_decision(found, config, call_id),
    )


def is_skipped(found: Triage | None) -> bool:
    """Whether triage spares the call its model work."""
    return found is not None and found.decision == "skipped"


def is_sampled(call_id: str, share: float) -> bool:
    """Whether a call is of the share that is analysed although triage would skip it: the same calls in every run."""
    return int(sha256(call_id.encode()).hexdigest()[:8], 16) < share * 0x1_0000_0000


def _decision(found: _Verdict, config: TriageConfig, call_id: str) -> TriageDecision:
    if not (config.enabled and found.is_empty and found.certainty >= config.skip_above):
        return "analysed"
    return "sampled" if is_sampled(call_id, config.analyse_anyway) else "skipped"


# ------------------------------------------------------------------------------------------------ listening


def _heard(samples: Samples, speech: tuple[Span, ...]) -> _Channel:
    signals = name_signals(find_tones(samples))
    rhythmic = [
        s for s in signals if s.kind in ("busy", "sit", "fax", "key") or (s.kind == "ring_back" and s.rounds > 1)
    ]
    music = find_music(samples, [span for s in rhythmic for span in s.tones])
    notes = [_widened(m.span, MUSIC_MARGIN) for m in music]
    kept = tuple(s for s in signals if s in rhythmic or not (_inside(s.span, notes) or _is_vowel(s, speech)))
    channel = _Channel(samples, frame_levels(samples), speech, (), kept, music)
    talk = tuple(span for span in speech if _left_over(span, channel.explained) > 0.5 * span.duration)
    return _Channel(samples, channel.levels, speech, talk, kept, music)


def _is_vowel(signal: Signal, speech: Sequence[Span]) -> bool:
    """Whether a short lone tone lies within speech: a held vowel can be as narrow for a quarter of a second."""
    return signal.kind in ("beep", "tone") and signal.span.duration < 0.45 and _inside(signal.span, speech)


def _without_crosstalk(channels: list[_Channel]) -> list[_Channel]:
    if len(channels) != 2:
        return channels
    return [_less_leak(own, other) for own, other in (channels, channels[::-1])]


def _less_leak(own: _Channel, other: _Channel) -> _Channel:
    def is_own(span: Span) -> bool:
        frames = slice(int(span.start / FRAME_SECONDS), int(span.end / FRAME_SECONDS) + 1)
        difference = other.levels[frames] - own.levels[frames]
        return len(difference) == 0 or float(np.median(difference)) < CROSSTALK_DB

    talk = tuple(span for span in own.talk if is_own(span))
    return _Channel(own.samples, own.levels, own.speech, talk, own.signals, own.music)


# ------------------------------------------------------------------------------------------------ deciding


def _verdict(channels: Sequence[_Channel], config: TriageConfig) -> _Verdict:
    talk = [_seconds(c.talk) for c in channels]
    if sum(talk) <= STRAY:
        return _without_talk(channels, config, is_certain=sum(talk) == 0)
    for own, channel in enumerate(channels):
        others = sum(seconds for k, seconds in enumerate(talk) if k != own)
        if (found := _voicemail(channel, others, len(channels))) is not None:
            return found
    speaking = [c for c, seconds in zip(channels, talk, strict=True) if seconds > STRAY]
    if len(speaking) == 1:
        if (found := _menu(speaking[0])) is not None:
            return found
        if len(channels) == 2 and max(talk) >= LEAST_VOICE:
            return _Verdict("one_sided", 0.95 if min(talk) == 0 else 0.85, is_empty=False)
    return CONVERSATION


def _without_talk(channels: Sequence[_Channel], config: TriageConfig, *, is_certain: bool) -> _Verdict:
    """Silence, tones or music: what sounds on the channels where nobody talks."""
    loudest = max((float(c.levels.max(initial=-100.0)) for c in channels), default=-100.0)
    if loudest < config.silence_db:
        # Below the level of a line's noise nothing can be said, but the network may still believe to hear a voice.
        spoken = sum(_seconds(c.speech) for c in channels)
        return _Verdict("silence", 1.0 if spoken == 0 else 0.6, is_empty=True)
    left_over = max(_sounding(c, config) for c in channels)
    music = [m for c in channels for m in c.music]
    tones = [span for c in channels for s in c.signals for span in s.tones]
    if music and _seconds([m.span for m in music]) >= _seconds(tones):
        return _Verdict("hold_music", _music_certainty(channels, left_over, is_certain=is_certain), is_empty=True)
    if tones:
        return _Verdict("tones", _tone_certainty(channels, left_over, is_certain=is_certain), is_empty=True)
    quiet = left_over <= STRAY
    return _Verdict("silence", 0.9 if quiet and is_certain else 0.8, is_empty=True)


def _tone_certainty(channels: Sequence[_Channel], left_over: float, *, is_certain: bool) -> float:
    signals = [s for c in channels for s in c.signals]
    has_rhythm = any(s.has_rhythm for s in signals)
    if left_over > STRAY or not is_certain:
        return 0.8
    return 0.995 if has_rhythm else 0.9


def _music_certainty(channels: Sequence[_Channel], left_over: float, *, is_certain: bool) -> float:
    """Sure where notes stand still and keep a beat for long, and the network hears hardly a voice in them."""
    music = [m for c in channels for m in c.music]
    seconds = _seconds([m.span for m in music])
    sung = sum(_seconds(c.speech) for c in channels) / seconds
    if left_over > 2 * STRAY or not is_certain:
        return 0.8
    clear = min(m.stillness for m in music) >= 0.9 and max(m.beat for m in music) >= 0.3
    return 0.99 if clear and seconds >= 8.0 and sung <= 0.3 else 0.92


def _voicemail(channel: _Channel, others: float, n_channels: int) -> _Verdict | None:
    """A greeting, then one clear beep, and on that channel nobody after it; in mono the message follows on it."""
    beeps = [s for s in channel.signals if s.kind == "beep" and 0.25 <= s.span.duration <= 1.6]
    if not 1 <= len(beeps) <= 2:
        return None
    beep = beeps[-1].span
    # The network may take the beep for speech and join what lies before and after it.
    before = [Span(s.start, min(s.end, beep.start)) for s in channel.talk if s.start < beep.start]
    after = sum(max(0.0, s.end - max(s.start, beep.end + MARGIN)) for s in channel.talk)
    if _seconds(before) < 1.5 or beep.start - before[-1].end > 4.0:
        return None
    if after <= 0.5:
        has_message = others > STRAY
        return _Verdict("voicemail", 0.9 if has_message or n_channels == 1 else 0.95, is_empty=not has_message)
    return _Verdict("voicemail", 0.6, is_empty=False) if n_channels == 1 else None


def _menu(channel: _Channel) -> _Verdict | None:
    """Talk that sounds again, to the frame: a recording that nobody answers."""
    repeats = find_repeats(channel.samples)
    seconds = _seconds(channel.talk)
    left = sum(_left_over(span, [_widened(r, 0.5) for r in repeats]) for span in channel.talk)
    if not repeats or left > 0.5 * seconds:
        return None
    certainty = 0.985 if left <= 2 * STRAY and seconds >= 8.0 else round(0.95 - 0.7 * left / seconds, 2)
    return _Verdict("ivr", certainty, is_empty=left <= 2 * STRAY)


def _sounding(channel: _Channel, config: TriageConfig) -> float:
    """Seconds that sound and that no tone and no music explains."""
    levels = channel.levels
    if not len(levels):
        return 0.0
    free = np.ones(len(levels), bool)
    for span in channel.explained:
        free[int(span.start / FRAME_SECONDS) : int(span.end / FRAME_SECONDS) + 1] = False
    if not free.any():
        return 0.0
    floor = float(np.percentile(levels[free], 10)) + OVER_FLOOR_DB
    return float(np.count_nonzero(free & (levels > max(config.silence_db, floor)))) * FRAME_SECONDS


# ------------------------------------------------------------------------------------------------ spans


def _widened(span: Span, margin: float) -> Span:
    return Span(max(0.0, span.start - margin), span.end + margin)


def _seconds(spans: Sequence[Span]) -> float:
    return sum(span.duration for span in spans)


def _inside(span: Span, others: Sequence[Span]) -> bool:
    return _left_over(span, others) < 0.5 * span.duration


def _left_over(span: Span, others: Sequence[Span]) -> float:
    """Seconds of a span that none of the others covers."""
    return span.duration - sum(span.overlap(other) for other in union(others))
