"""What stages ask of models: shapes and nothing else. Adapters live in `models/`, fakes in `tests/fakes.py`.

Every port takes many clips or many calls at once, so that an adapter on a GPU can fill its batches regardless of the
call, and one on a CPU its windows and workers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from pipeline.errors import CallError
from pipeline.labels import Role
from pipeline.types import Samples, Span, ToneFlag, Turn, TurnLabels, VoiceSpan, Word

MODEL_RATE = 16_000
"""Samples a second that every audio model here takes; decode resamples to it once."""


class ClipId(NamedTuple):
    """Position of a clip: call, channel of the recording, number within both."""

    call_id: str
    channel: int
    position: int


class Piece(NamedTuple):
    """A stretch of the recording inside a clip, seconds: where it lies in the clip, where it was, how long it is."""

    at: float
    start: float
    duration: float


@dataclass(frozen=True, slots=True)
class Clip:
    """Speech of one channel to be recognised: float32 of shape (n,) at `MODEL_RATE`, at most 30 s.

    Long silences are left out, so a clip is made of `pieces`, in order. `hints` are words of the account (names,
    companies) that the recogniser may be biased to.
    """

    id: ClipId
    samples: Samples
    pieces: tuple[Piece, ...]
    hints: tuple[str, ...] = ()


Answer = tuple[Word, ...] | CallError
"""What a transcriber says of one clip: its words, or why the clip's call cannot be heard."""

SYNTHETIC_MARK = " (synthetic speech only)"


@dataclass(frozen=True, slots=True)
class Weights:
    """Which weights answer: a name a person knows and the SHA-256 of their files. Part of a stage's key."""

    name: str
    digest: str
    synthetic_only: bool = False

    @property
    def title(self) -> str:
        """The name as results carry it: weights trained on synthetic speech only say so wherever they are shown."""
        return f"{self.name}{SYNTHETIC_MARK}" if self.synthetic_only else self.name


@dataclass(frozen=True, slots=True)
class Conversation:
    """One call as text classifiers read it: turns in order, with who speaks."""

    call_id: str
    country: str
    turns: tuple[Turn, ...]


class VoiceActivity(Protocol):
    """Finds speech."""

    @property
    def weights(self) -> Weights: ...

    def speech(self, samples: Samples) -> tuple[Span, ...]:
        """Spans of speech, in order and apart, of float32 (n,) at `MODEL_RATE`; empty where there is none."""
        ...


class Transcriber(Protocol):
    """Turns clips into words."""

    @property
    def weights(self) -> Weights: ...

    def transcribe(self, clips: Iterable[Clip]) -> Iterator[tuple[ClipId, Answer]]:
        """Words of each clip, times from the clip's first sample. Every clip is answered once, in any order.

        Clips are drawn as they are needed, never all at once. A clip's words never depend on the clips beside it, and
        a clip that cannot be heard is an error of its own.
        """
        ...


class Diarizer(Protocol):
    """Tells the voices of a mono recording apart."""

    @property
    def weights(self) -> Weights: ...

    def diarize(self, recordings: Iterable[tuple[str, Samples]]) -> Iterator[tuple[str, tuple[VoiceSpan, ...]]]:
        """Who speaks when, without overlap (each moment belongs to one voice), of (call id, float32 (n,)) pairs."""
        ...


class TurnClassifier(Protocol):
    """Labels, steps, reasons and notices of turns read in their context."""

    @property
    def weights(self) -> Weights: ...

    def classify(self, calls: Sequence[Conversation]) -> Iterator[tuple[TurnLabels, ...]]:
        """For each call, in order, one `TurnLabels` a turn. A call's answer never depends on the calls beside it."""
        ...


class ToneClassifier(Protocol):
    """Aggressive turns of the collector, from text alone."""

    @property
    def weights(self) -> Weights: ...

    def flag(self, calls: Sequence[Conversation]) -> Iterator[tuple[ToneFlag, ...]]:
        """For each call, in order, its flags; empty where the tone is fine."""
        ...


COLLECTOR: Role = "agent"
