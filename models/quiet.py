"""Model libraries phone nobody: called before the first import of one, since most read these once, at import."""

import os

NEVER_REPORT = {
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "PYANNOTE_METRICS_ENABLED": "0",
}
"""Set whatever the environment says: a tool for recorded calls has nothing to report."""

UNLESS_TOLD = {
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_OFFLINE": "1",
}
"""Set where the environment does not say otherwise: `palabra models fetch` goes online, nothing else does."""


def silence_libraries() -> None:
    """Sets the environment of this process so that libraries imported later send no telemetry and download nothing."""
    os.environ.update(NEVER_REPORT)
    for name, value in UNLESS_TOLD.items():
        os.environ.setdefault(name, value)
