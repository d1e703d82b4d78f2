"""How far a run is, told to whoever watches: audio seconds done, of how many.

A flow's parameters go to Prefect's server, so a callback cannot be one; the watcher of this process is set here.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pipeline.ports import MODEL_RATE, Answer, Clip, ClipId, Transcriber, Weights

RECOGNITION_SHARE = 0.8
"""Part of a shard's progress that recognition is; measured on the demo, where it is most of the time."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Audio seconds finished since the last message, and what is being done."""

    seconds: float
    stage: str


Watcher = Callable[[Progress], None]


@dataclass
class _Board:
    watchers: list[Watcher] = field(default_factory=list)
    shard_seconds: float = 0.0
    recognised: float = 0.0


_BOARD = _Board()


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Sends the messages of this process's flows to `watcher` while the block runs."""
    _BOARD.watchers.append(watcher)
    try:
        yield
    finally:
        _BOARD.watchers.remove(watcher)


def begin_shard(seconds: float) -> None:
    """Audio seconds of the shard that the next messages are about."""
    _BOARD.shard_seconds = seconds
    _BOARD.recognised = 0.0


def tell(share: float, stage: str) -> None:
    """Tells every watcher that this share of the shard is done."""
    for watcher in _BOARD.watchers:
        watcher(Progress(share * _BOARD.shard_seconds, stage))


def tell_recognised(seconds: float) -> None:
    """Tells that so many seconds of speech were recognised, never more in all than recognition's share."""
    left = RECOGNITION_SHARE - _BOARD.recognised
    share = min(left, RECOGNITION_SHARE * seconds / _BOARD.shard_seconds) if _BOARD.shard_seconds else 0.0
    _BOARD.recognised += share
    tell(share, "transcribe")


def tell_recognition_done() -> None:
    """Tells what is left of recognition's share: silence, and speech that two channels share."""
    share = RECOGNITION_SHARE - _BOARD.recognised
    _BOARD.recognised = RECOGNITION_SHARE
    tell(share, "transcribe")


class WatchedTranscriber:
    """A transcriber that tells how much of the shard it has answered."""

    def __init__(self, transcriber: Transcriber) -> None:
        self._transcriber = transcriber

    @property
    def weights(self) -> Weights:
        return self._transcriber.weights

    def transcribe(self, clips: Iterable[Clip]) -> Iterator[tuple[ClipId, Answer]]:
        # Clips are drawn as the model has room for them, so their sum is not known before the end: what is told is
        # their share of the shard's audio, and the end of the stage tells the rest.
        waiting: dict[ClipId, float] = {}

        def drawn() -> Iterator[Clip]:
            for clip in clips:
                waiting[clip.id] = len(clip.samples) / MODEL_RATE
                yield clip

        for clip_id, answer in self._transcriber.transcribe(drawn()):
            tell_recognised(waiting.pop(clip_id))
            yield clip_id, answer
