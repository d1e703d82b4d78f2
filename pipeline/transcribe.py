"""Speech of many calls -> words, each with its time from its own recording's first sample.

Clips are cut here, per channel, and packed: speech spans of one channel follow each other with the long silences left
out, up to the model's window, because a window costs the same however little speech is in it. The adapter only ever
sees clips, drawn one by one from any number of calls; `place_words` brings its answers back onto the recording's clock.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.config import TranscribeConfig
from pipeline.errors import CallError
from pipeline.ports import MODEL_RATE, Answer, Clip, ClipId, Piece, Transcriber, VoiceActivity
from pipeline.types import Account, Audio, Samples, Span, Word

GAP = 0.4
"""Seconds of silence between two packed pieces: enough for the recogniser to hear a pause."""

EDGE = 0.05
"""Shortest piece worth a window of its own, seconds; below it there is no phoneme."""


def find_speech(audio: Audio, detector: VoiceActivity) -> tuple[tuple[Span, ...], ...]:
    """Spans of speech of each channel."""
    return tuple(detector.speech(audio.samples[channel]) for channel in range(audio.channels))


@dataclass(frozen=True, slots=True)
class CallSpeech:
    """The speech of one call, cut into clips when they are asked for: only their places are held."""

    call_id: str
    audio: Audio
    places: tuple[tuple[ClipId, tuple[Piece, ...]], ...]
    hints: tuple[str, ...] = ()

    def clips(self) -> Iterator[Clip]:
        """Clips in order of channel and time."""
        for clip_id, pieces in self.places:
            yield Clip(clip_id, _joined(self.audio.samples[clip_id.channel], pieces), pieces, self.hints)


def speech_of(
    call_id: str, audio: Audio, speech: Sequence[tuple[Span, ...]], config: TranscribeConfig, hints: tuple[str, ...]
) -> CallSpeech:
    """Where the clips of one call lie, channel by channel; a channel without speech has none."""
    places = [
        (ClipId(call_id, channel, position), pieces)
        for channel, spans in enumerate(speech)
        for position, pieces in enumerate(_packed(_padded(spans, audio.duration, config), config.max_clip_seconds))
    ]
    return CallSpeech(call_id, audio, tuple(places), hints)


def cut_clips(
    call_id: str, audio: Audio, speech: Sequence[tuple[Span, ...]], config: TranscribeConfig, hints: tuple[str, ...]
) -> Iterator[Clip]:
    """Clips of one call, channel by channel; a channel without speech gives none."""
    return speech_of(call_id, audio, speech, config, hints).clips()


def place_words(clip: Clip, words: Iterable[Word]) -> tuple[Word, ...]:
    """Words of a clip with times of the recording; a word that crosses two pieces stays in the one of its middle."""
    return _placed(clip.id.channel, clip.pieces, words)


def _placed(channel: int, pieces: Sequence[Piece], words: Iterable[Word]) -> tuple[Word, ...]:
    starts = [piece.at for piece in pieces]
    placed = []
    for word in words:
        middle = (word.span.start + word.span.end) / 2
        piece = pieces[max(0, int(np.searchsorted(starts, middle, side="right")) - 1)]
        start = piece.start + min(max(word.span.start - piece.at, 0.0), piece.duration)
        end = piece.start + min(max(word.span.end - piece.at, 0.0), piece.duration)
        placed.append(Word(word.text, Span(round(start, 3), round(end, 3)), word.probability, channel))
    return tuple(placed)


@dataclass(slots=True)
class _Open:
    """A call whose clips are not all answered yet."""

    pieces: dict[ClipId, tuple[Piece, ...]]
    words: list[Word] = field(default_factory=list)
    error: CallError | None = None


def recognise(calls: Iterable[CallSpeech], transcriber: Transcriber) -> Iterator[tuple[str, Answer]]:
    """Words of each call in order of time, or why it cannot be heard, as soon as its last clip is answered.

    Calls are drawn when the transcriber has room for their clips, and a call's samples are let go with its last clip,
    so any number of calls may come. A call without speech is answered at once and costs nothing.
    """
    opened: dict[str, _Open] = {}
    silent: deque[str] = deque()

    def draw() -> Iterator[Clip]:
        for call in calls:
            if call.places:
                opened[call.call_id] = _Open(dict(call.places))
                yield from call.clips()
            else:
                silent.append(call.call_id)

    for clip_id, answer in transcriber.transcribe(draw()):
        while silent:
            yield silent.popleft(), ()
        call = opened[clip_id.call_id]
        pieces = call.pieces.pop(clip_id)
        if isinstance(answer, CallError):
            call.error = answer
        else:
            call.words.extend(_placed(clip_id.channel, pieces, answer))
        if not call.pieces:
            del opened[clip_id.call_id]
            yield clip_id.call_id, call.error or tuple(sorted(call.words, key=lambda w: (w.span.start, w.channel)))
    while silent:
        yield silent.popleft(), ()


def hints_of(account: Account, config: TranscribeConfig) -> tuple[str, ...]:
    """Words of the account that the recogniser is biased to: names, and amounts where that is wanted."""
    names = tuple(value for value in (account.creditor, account.debtor_name) if value)
    if not config.use_hints or not config.hint_amounts:
        return names
    amounts = (account.balance, account.minimum_payment)
    return (*names, *(f"{amount.normalize():f}" for amount in amounts if amount is not None))


def _padded(spans: Sequence[Span], duration: float, config: TranscribeConfig) -> Iterator[Span]:
    """Speech with a margin, neighbours joined, cut to the window."""
    joined: list[Span] = []
    for span in spans:
        start, end = max(0.0, span.start - config.speech_pad), min(duration, span.end + config.speech_pad)
        if joined and start - joined[-1].end < GAP:
            joined[-1] = Span(joined[-1].start, max(end, joined[-1].end))
        else:
            joined.append(Span(start, end))
    for span in joined:
        start = span.start
        while span.end - start > config.max_clip_seconds:
            yield Span(start, start + config.max_clip_seconds)
            start += config.max_clip_seconds
        if span.end - start > EDGE:
            yield Span(start, span.end)


def _packed(spans: Iterable[Span], limit: float) -> Iterator[tuple[Piece, ...]]:
    pieces: list[Piece] = []
    used = 0.0
    for span in spans:
        if pieces and used + GAP + span.duration > limit:
            yield tuple(pieces)
            pieces, used = [], 0.0
        at = used + GAP if pieces else 0.0
        pieces.append(Piece(at, span.start, span.duration))
        used = at + span.duration
    if pieces:
        yield tuple(pieces)


def _joined(samples: Samples, pieces: Sequence[Piece]) -> Samples:
    last = pieces[-1]
    clip = np.zeros(round((last.at + last.duration) * MODEL_RATE), dtype=np.float32)
    for piece in pieces:
        source = samples[round(piece.start * MODEL_RATE) : round((piece.start + piece.duration) * MODEL_RATE)]
        at = round(piece.at * MODEL_RATE)
        room = clip[at : at + len(source)]
        room[:] = source[: len(room)]
    return clip
