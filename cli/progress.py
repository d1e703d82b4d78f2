"""A progress bar of audio seconds on standard error: done, of how many, speed, time left."""

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

if TYPE_CHECKING:
    from flows.progress import Progress as Message


class _Pace(ProgressColumn):
    """Speed as a multiple of real time."""

    def render(self, task: Task) -> Text:
        pace = task.completed / task.elapsed if task.elapsed else 0.0
        return Text(f"{pace:5.1f}x")


class AudioBar:
    """Shows how far a run is; quiet where there is nothing to do or nobody looks."""

    def __init__(self, seconds: float) -> None:
        self._total = seconds
        self._bar = Progress(
            TextColumn("{task.fields[stage]:<10}"),
            BarColumn(),
            TextColumn("{task.completed:.0f} of {task.total:.0f} s of audio"),
            _Pace(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=seconds <= 0 or not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task("", total=seconds, stage="plan")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def advance(self, message: "Message") -> None:
        """Takes a message of the flows."""
        self._bar.update(self._task, advance=message.seconds, stage=message.stage)
