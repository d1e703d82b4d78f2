"""The one environment holds together: the libraries that pull at each other's versions, in one process."""

import json
import os
import subprocess
import sys

LIBRARIES = ("pyannote.audio", "faster_whisper", "transformers", "prefect.server.api.server", "duckdb", "torchcodec")
PROBE = f"""
import importlib, json
for name in {LIBRARIES!r}:
    importlib.import_module(name)
import ctranslate2, duckdb, huggingface_hub.constants, torch, torchaudio
from prefect.settings import get_current_settings
from pyannote.audio.telemetry.metrics import is_metrics_enabled

print(json.dumps({{
    "torch": torch.__version__.split("+")[0],
    "torchaudio": torchaudio.__version__.split("+")[0],
    "sum": duckdb.connect(":memory:").execute("select 40 + 2").fetchone()[0],
    "pyannote reports": is_metrics_enabled(),
    "prefect reports": get_current_settings().server.analytics_enabled,
    "hub is offline": huggingface_hub.constants.HF_HUB_OFFLINE,
}}))
"""


def test_the_stack_imports_together_without_a_warning_and_reports_to_nobody() -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROBE], capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found.pop("torch") == found.pop("torchaudio")
    assert found == {"sum": 42, "pyannote reports": False, "prefect reports": False, "hub is offline": True}
