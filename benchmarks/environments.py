"""Environments and files of the benchmarks' own, outside the tree: peers never share the product's environment."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
CACHE_VARIABLE: Final = "PALABRA_BENCH_CACHE"


def cache_folder() -> Path:
    """Where environments and random weights are kept between runs; `PALABRA_BENCH_CACHE` names another place."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "palabra-benchmarks"


def peers_python(lock: str) -> Path:
    """Python of the environment that a lock of `requirements/` describes, made by uv where it is missing.

    The folder carries the lock's digest, so that a changed lock makes a new environment.

    Raises:
        subprocess.CalledProcessError: A package cannot be fetched.
    """
    path = ROOT / "requirements" / lock
    folder = cache_folder() / f"{path.stem}-{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
    python = folder / "bin" / "python"
    done = folder / "complete"
    if not done.exists():
        uv = Path(sys.executable).with_name("uv")
        print(f"making the environment of {lock} (once)", file=sys.stderr, flush=True)
        # The interpreter itself, not the project's environment: nothing of it may shine through.
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.base_prefix, folder], check=True)
        subprocess.run([uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", path], check=True)
        done.touch()
    return python
