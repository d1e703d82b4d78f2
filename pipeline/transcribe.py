"""Speech of many calls -> words, each with its time from its own recording's first sample.

Clips are cut here, per channel, and packed: speech spans of one channel follow each other with the long silences left
out, up to the model's window, because a window costs the same however little speech is in it. The adapter only ever
sees clips; `place_words` brings its answers back onto the recording's clock.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from pipeline.config import TranscribeConfig
from pipeline.ports import MODEL_RATE, Clip, ClipId, Piece, Transcriber, VoiceActivity
from pipeline.types import Account, Audio, Samples, Span, Word

GAP = 0.4
"""Seconds of silence between two packed pieces: enough for the recogniser to hear a pause."""

EDGE = 0.05
"""Shortest piece worth a window of its own, seconds; below it there is no phoneme."""


def find_speech(audio: Audio, detector: VoiceActivity) -> tuple[tuple[Span, ...], ...]:
    """Spans of speech of each channel."""
    return tuple(detector.speech(audio.samples[channel]) for channel in range(audio.channels))


def cut_clips(
    call_id: str, audio: Audio, speech: Sequence[tuple[Span, ...]], config: TranscribeConfig, hints: tuple[str, ...]
) -> Iterator[Clip]:
    """Clips of one call, channel by channel; a channel without speech gives none."""
    for channel, spans in enumerate(speech):
        samples = audio.samples[channel]
        for position, pieces in enumerate(_packed(_padded(spans, audio.duration, config), config.max_clip_seconds)):
            yield Clip(ClipId(call_id, channel, position), _joined(samples, pieces), pieces, hints)


def place_words(clip: Clip, words: Iterable[Word]) -> tuple[Word, ...]:
    """Words of a clip with times of the recording; a word that crosses two pieces stays in the one of its middle."""
    starts = [piece.at for piece in clip.pieces]
    placed = []
    for word in words:
        middle = (word.span.start + word.span.end) / 2
        piece = clip.pieces[max(0, int(np.searchsorted(starts, middle, side="right")) - 1)]
        start = piece.start + min(max(word.span.start - piece.at, 0.0), piece.duration)
        end = piece.start + min(max(word.span.end - piece.at, 0.0), piece.duration)
        placed.append(Word(word.text, Span(round(start, 3), round(end, 3)), word.probability, clip.id.channel))
    return tuple(placed)


def transcribe(clips: Sequence[Clip], transcriber: Transcriber) -> dict[str, tuple[Word, ...]]:
    """Words of every call among `clips`, in order of time; calls without clips have no entry."""
    by_id = {clip.id: clip for clip in clips}
    words: dict[str, list[Word]] = {}
    for clip_id, answer in transcriber.transcribe(clips):
        words.setdefault(clip_id.call_id, []).extend(place_words(by_id[clip_id], answer))
    return {call_id: tuple(sorted(found, key=lambda w: (w.span.start, w.channel))) for call_id, found in words.items()}


def hints_of(account: Account) -> tuple[str, ...]:
    """Words of the account that the recogniser may be biased to: names, never numbers, which would invent amounts."""
    return tuple(value for value in (account.creditor, account.debtor_name) if value)


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
