"""Seconds spent inside the models' own networks, while the unchanged adapters run around them."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch


class Stopwatch:
    """Adds up seconds by name; calls of one name that are nested, or run beside each other in threads, count once."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._running: dict[str, int] = defaultdict(int)
        self._since: dict[str, float] = {}
        self._lock = threading.Lock()

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its seconds counted under a name."""

        def run(*args: Any, **kwargs: Any) -> Any:
            with self._lock:
                self._running[name] += 1
                if self._running[name] == 1:
                    self._since[name] = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                with self._lock:
                    self._running[name] -= 1
                    if self._running[name] == 0:
                        self.seconds[name] += time.perf_counter() - self._since[name]

        return run


@contextmanager
def networks_timed(watch: Stopwatch) -> Iterator[None]:
    """Times CTranslate2's three calls, Silero's network, pyannote's networks and the classifiers' scoring."""
    import faster_whisper.transcribe as fw
    import faster_whisper.vad as fv
    from pyannote.audio.core.model import Model

    with ExitStack() as stack:

        def replace(owner: Any, name: str, label: str) -> None:
            stack.enter_context(patch.object(owner, name, watch.timed(label, getattr(owner, name))))

        whisper = fw.WhisperModel
        real_init = whisper.__init__

        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            real_init(self, *args, **kwargs)
            self.model = _Timed(self.model, watch)

        stack.enter_context(patch.object(whisper, "__init__", init))
        replace(fv.SileroVADModel, "__call__", "voice activity network")
        replace(Model, "__call__", "pyannote networks")
        yield


class _Timed:
    """CTranslate2's Whisper with `encode`, `generate` and `align` timed; everything else is its own."""

    def __init__(self, model: Any, watch: Stopwatch) -> None:
        self._model = model
        for name in ("encode", "generate", "align"):
            setattr(self, name, watch.timed("CTranslate2", getattr(model, name)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)
