"""Environments and files of the benchmarks' own, outside the tree: peers never share the product's environment."""

import hashlib
import os
import re
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

    What it shares with base.lock stands in it without hashes. The folder carries the lock's digest, so that a changed
    lock makes a new environment.

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
        whole = folder / "whole.lock"
        whole.write_text(whole_lock(path.read_text("ascii"), (path.parent / "base.lock").read_text("ascii")), "ascii")
        subprocess.run([uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", whole], check=True)
        done.touch()
    return python


def whole_lock(lock: str, base: str) -> str:
    """A lock with the hashes of what it shares with the base.

    Raises:
        KeyError: It names a package without hashes that the base does not pin.
    """
    known = {_head(block): block for block in _blocks(base)}
    return "".join(block if "--hash" in block else known[_head(block)] for block in _blocks(lock))


def _blocks(lock: str) -> list[str]:
    """A requirement with its hashes, as text."""
    return re.findall(r"^\S.*\n(?:[ ].*\n)*", lock, re.MULTILINE)


def _head(block: str) -> str:
    return block.splitlines()[0].removesuffix(" \\")
