"""What goes through the networks while a system runs unchanged: seconds, windows and tokens.

Imports nothing of the project: it runs in the peers' environments too.
"""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any
from unittest.mock import patch


class Networks:
    """Seconds in which at least one network worked, from however many threads; windows and tokens decoded.

    `aligning` is what the times of words took of it, summed over threads.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.aligning = 0.0
        self.windows = 0
        self.tokens = 0
        self._lock = threading.Lock()
        self._active = 0
        self._since = 0.0

    def __enter__(self) -> None:
        with self._lock:
            self._active += 1
            if self._active == 1:
                self._since = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._active -= 1
            if self._active == 0:
                self.seconds += time.perf_counter() - self._since

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its seconds counted."""

        def run(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return run

    def count(self, results: Any) -> None:
        """Adds what one call of CTranslate2's `generate` gave."""
        with self._lock:
            self.windows += len(results)
            self.tokens += sum(len(result.sequences_ids[0]) for result in results)


class CountedWhisper:
    """CTranslate2's Whisper with `encode`, `generate` and `align` counted; everything else is its own."""

    def __init__(self, model: Any, networks: Networks) -> None:
        self._model = model
        self._networks = networks
        self.encode = networks.timed(model.encode)

    def align(self, *args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        with self._networks:
            found = self._model.align(*args, **kwargs)
        self._networks.aligning += time.perf_counter() - began
        return found

    def generate(self, *args: Any, **kwargs: Any) -> Any:
        with self._networks:
            results = self._model.generate(*args, **kwargs)
        self._networks.count(results)
        return results

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


def counted(networks: Networks) -> AbstractContextManager[object]:
    """While it is open, every faster-whisper model made is counted, and so is Silero's network."""
    import faster_whisper.transcribe
    import faster_whisper.vad

    stack = ExitStack()
    whisper = faster_whisper.transcribe.WhisperModel
    make = whisper.__init__

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        self.model = CountedWhisper(self.model, networks)

    stack.enter_context(patch.object(whisper, "__init__", init))
    silero = faster_whisper.vad.SileroVADModel
    stack.enter_context(patch.object(silero, "__call__", networks.timed(silero.__call__)))
    return stack
