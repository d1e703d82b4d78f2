"""The warehouse: one DuckDB file below the data folder, written by one loader at a time.

Nothing here reaches for the network: extensions are neither installed nor loaded by themselves, and the ones used are
inside the wheel. The loader's lock is a file of our own, held by `flock`: it names its holder, ends with its process
whatever way that ends, and stays held while the database file is closed and copied.
"""

import fcntl
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

import duckdb

from pipeline.errors import StoreError

MEMORY_LIMIT: Final = "3GB"
"""Bound of DuckDB's own buffers: the loader as a whole is to stay below 4 GiB."""

_HOLDER = re.compile(r"PID (\d+)")


def warehouse_path(root: Path) -> Path:
    return root / "warehouse.duckdb"


def published_path(root: Path) -> Path:
    return root / "published" / "warehouse.duckdb"


def statements(folder: str) -> tuple[tuple[str, str], ...]:
    """Name and text of each SQL file of a folder of this package, by name."""
    files = [f for f in _folder(folder).iterdir() if f.name.endswith(".sql")]
    return tuple((f.name.removesuffix(".sql"), f.read_text(encoding="utf-8")) for f in sorted(files, key=_name))


def statement(folder: str, name: str) -> str:
    """Text of one SQL file of this package."""
    return (_folder(folder) / f"{name}.sql").read_text(encoding="utf-8")


def _folder(folder: str) -> Traversable:
    return resources.files("sql").joinpath(*folder.split("/"))


def _name(file: Traversable) -> str:
    return file.name


def connect(path: str | Path, *, spill: Path | None = None, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A connection with the settings that every use here wants; `:memory:` opens no file.

    Args:
        path: The database file.
        spill: Folder for what does not fit in memory; without it a connection to `:memory:` never spills.
        threads: As many as there are processors, unless told.

    Raises:
        StoreError: The file is held by another process, or is no database of this version.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "memory_limit": MEMORY_LIMIT,
        "threads": threads or os.cpu_count() or 1,
        # Row order is made by `order by`, never by insertion: loads need not keep it.
        "preserve_insertion_order": False,
    }
    if spill is not None:
        spill.mkdir(parents=True, exist_ok=True)
        config["temp_directory"] = str(spill)
    elif str(path) == ":memory:":
        # Else it would spill what was said in calls into a folder of wherever the program was started.
        config["temp_directory"] = ""
    try:
        connection = duckdb.connect(str(path), config=config)
        connection.execute("set TimeZone = 'UTC'")
        # It would draw a bar of its own over the results.
        connection.execute("set enable_progress_bar = false")
    except duckdb.Error as error:
        raise _store_error(Path(path), error) from error
    return connection


def _store_error(path: Path, error: duckdb.Error) -> StoreError:
    holder = _HOLDER.search(str(error))
    if holder:
        return StoreError(f"{path}: held by process {holder[1]}; wait until it is done, or end that process")
    return StoreError(f"{path}: cannot be opened ({type(error).__name__}); check its rights, or make it again: rebuild")


@contextmanager
def loader_lock(root: Path) -> Iterator[None]:
    """Makes this process the one loader of the data folder until the block ends.

    Raises:
        StoreError: Another process is; the message names it.
    """
    root.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(root / "loader.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "unknown"
            raise StoreError(
                f"{root}: another loader holds the warehouse, process {holder}; wait until it is done"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} ({Path(sys.argv[0]).name})\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
