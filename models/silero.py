"""Where Silero's voice-activity network lies: inside faster-whisper's wheel, so nothing is downloaded."""

import hashlib
import importlib.util
from functools import cache
from pathlib import Path

from pipeline.errors import ModelError
from pipeline.ports import Weights

FILE = "silero_vad_v6.onnx"


@cache
def silero_weights() -> Weights:
    """Name and digest of the network, without importing anything heavy.

    Raises:
        ModelError: faster-whisper is not installed, or its wheel carries another network.
    """
    spec = importlib.util.find_spec("faster_whisper")
    path = Path(spec.origin).parent / "assets" / FILE if spec and spec.origin else Path(FILE)
    if not path.is_file():
        raise ModelError(f"{FILE} expected inside faster-whisper 1.2, not found; run `make setup` again")
    return Weights("silero-vad-v6", hashlib.sha256(path.read_bytes()).hexdigest())
