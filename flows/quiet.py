"""Prefect's environment, set before its import: no telemetry, patient start, its own files below the data folder."""

import os
from pathlib import Path

from pipeline.errors import SetupError

NEVER_REPORT = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
"""Set whatever the environment says: a tool for recorded calls has nothing to report."""


def silence() -> None:
    """Keeps Prefect and its server from reporting anything, in this process and those it starts."""
    os.environ.update(NEVER_REPORT)


def settle(data_dir: Path) -> None:
    """Makes the data folder and sets what the user has not set; call before anything imports prefect.

    Raises:
        SetupError: The data folder cannot be made.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(f"{data_dir}: cannot be made ({error.strerror}); give another folder with --data") from error
    silence()
    defaults = {
        "PREFECT_HOME": str(data_dir.absolute() / "prefect"),
        # The temporary server takes 12 to 22 s on a busy machine; the default of 20 fails there.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_FLOWS_DEFAULT_RETRIES": "0",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
