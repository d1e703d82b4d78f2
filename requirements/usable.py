# ruff: noqa: INP001 - a script beside the locks that it shortens
"""Leaves out of a lock the hashes of wheels that no supported machine installs: two thirds of its bytes.

python requirements/usable.py pylock.toml base.lock        # prints the shorter lock; `make lock` calls it

`pylock.toml` (PEP 751) is the same resolution with the files' names, which a requirements file does not tell. Wheels
for CPython 3.11 to 3.13 on Linux with glibc and on macOS stay, and all files of a package that has none of these.
"""

import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

PYTHONS = frozenset({"py3", "py2.py3", "cp311", "cp312", "cp313"})
PLATFORMS = ("any", "manylinux", "linux_x86_64", "linux_aarch64", "macosx")
PROCESSORS = ("any", "x86_64", "aarch64", "arm64", "universal2")


def is_usable(wheel: str) -> bool:
    """Whether a supported machine installs the wheel of this file name."""
    try:
        tags = parse_wheel_filename(wheel)[3]
    except InvalidWheelFilename:
        return False
    for tag in tags:
        is_stable = tag.abi == "abi3" and tag.interpreter.startswith("cp3")
        python = is_stable or (tag.interpreter in PYTHONS and tag.abi in ("none", "abi3", tag.interpreter))
        if python and tag.platform.startswith(PLATFORMS) and tag.platform.endswith(PROCESSORS):
            return True
    return False


def useless_hashes(packages: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The hashes of files that nobody installs, of packages that have others."""
    useless: set[str] = set()
    for package in packages:
        wheels = {wheel["hashes"]["sha256"]: wheel["url"].rsplit("/", 1)[-1] for wheel in package.get("wheels", ())}
        usable = {digest for digest, name in wheels.items() if is_usable(name)}
        if usable:
            useless |= wheels.keys() - usable
            useless |= {package["sdist"]["hashes"]["sha256"]} if "sdist" in package else set()
    return frozenset(useless)


def shortened(lock: str, useless: frozenset[str]) -> Iterator[str]:
    """The lines of a lock without those hashes; each but the last of a package goes on with a backslash."""
    kept = [line for line in lock.splitlines() if line.strip(" \\").removeprefix("--hash=sha256:") not in useless]
    for line, following in zip(kept, [*kept[1:], ""], strict=True):
        goes_on = following.startswith(" ")
        yield line if goes_on else line.rstrip(" \\")


def main() -> None:
    pylock, lock = (Path(name).read_text("utf-8") for name in sys.argv[1:3])
    sys.stdout.writelines(f"{line}\n" for line in shortened(lock, useless_hashes(tomllib.loads(pylock)["packages"])))


if __name__ == "__main__":
    main()
