"""A recording with known truth that comes with the package: `palabra doctor` proves on it that the models run here.

It is the call mx-001 of fixtures/audio as Opus, one channel, 54 s of synthetic speech; `gold.json` is its gold.
"""

import json
from importlib import resources
from pathlib import Path
from typing import Any


def recording_path() -> Path:
    """The recording."""
    return Path(str(resources.files("models.proof"))) / "call.opus"


def truth() -> dict[str, Any]:
    """What is said in it and what it means, in the schema of the gold corpus with times of words."""
    gold: dict[str, Any] = json.loads((recording_path().parent / "gold.json").read_text("utf-8"))
    return gold
