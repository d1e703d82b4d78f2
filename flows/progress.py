"""How far a run is, told to whoever watches: audio seconds done, of how many.

A flow's parameters go to Prefect's server, so a callback cannot be one; the watcher of this process is set here.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pipeline.ports import MODEL_RATE, Clip, ClipId, Transcriber, Weights
from pipeline.types import Word

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


def tell(share: float, stage: str) -> None:
    """Tells every watcher that this share of the shard is done."""
    for watcher in _BOARD.watchers:
        watcher(Progress(share * _BOARD.shard_seconds, stage))


class WatchedTranscriber:
    """A transcriber that tells how much of the shard it has answered."""

    def __init__(self, transcriber: Transcriber) -> None:
        self._transcriber = transcriber

    @property
    def weights(self) -> Weights:
        return self._transcriber.weights

    def transcribe(self, clips: Iterable[Clip]) -> Iterator[tuple[ClipId, tuple[Word, ...]]]:
        kept = list(clips)
        lengths = {clip.id: len(clip.samples) / MODEL_RATE for clip in kept}
        total = sum(lengths.values())
        for clip_id, words in self._transcriber.transcribe(kept):
            tell(RECOGNITION_SHARE * lengths[clip_id] / total, "transcribe")
            yield clip_id, words
