"""The tracked tree, as the tests of this folder read it."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("pipeline", "models", "flows", "sql", "web", "cli")


@cache
def tracked_files() -> tuple[Path, ...]:
    """Paths relative to the root, of files that a commit would hold: tracked, or new and not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = (Path(name) for name in listed.split("\0") if name)
    return tuple(sorted({path for path in paths if (ROOT / path).is_file()}))


@cache
def texts() -> tuple[tuple[Path, str], ...]:
    """Tracked files that are text, with what they say; locks are machine-made and left out."""
    found = []
    for path in tracked_files():
        data = (ROOT / path).read_bytes()
        if b"\0" not in data and path.suffix != ".lock":
            try:
                found.append((path, data.decode("utf-8")))
            except UnicodeDecodeError:
                continue  # audio without a zero byte, a manifest in Windows-1252
    return tuple(found)
