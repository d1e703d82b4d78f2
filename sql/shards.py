"""Committed shards: what the manifests below `staged/manifests/` say. `sql.staging` describes the layout."""

import hashlib
import json
from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pipeline.errors import StoreError
from pipeline.types import FailedCall

FORMAT: Final = 1
REMEDY: Final = "bring the file back from a backup, or delete that manifest and run its calls again"


@dataclass(frozen=True, slots=True)
class StagedFile:
    """One Parquet file of a shard; `path` is relative to `staged/`."""

    table: str
    path: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class StagedShard:
    """A committed shard: what its manifest says. `calls` maps call id to the sha256 of its audio."""

    name: str
    plan: int
    shard: str
    sha256: str
    calls: Mapping[str, str]
    failures: tuple[FailedCall, ...]
    files: tuple[StagedFile, ...]

    def paths(self, root: Path, table: str) -> tuple[Path, ...]:
        """Files of one table, none if the shard has no row of it."""
        return tuple(root / "staged" / f.path for f in self.files if f.table == table)


def staged_shards(root: Path, known: Container[str] = ()) -> tuple[StagedShard, ...]:
    """All committed shards but those whose manifests are `known` by name, by plan and name.

    Raises:
        StoreError: A manifest is damaged or of a newer format.
    """
    shards = (read_manifest(path) for path in manifest_paths(root) if path.name not in known)
    return tuple(sorted(shards, key=lambda s: (s.plan, s.shard)))


def verify_files(root: Path, shard: StagedShard) -> None:
    """Raises StoreError where a listed file is missing or is not the one that the worker wrote."""
    for file in shard.files:
        path = root / "staged" / file.path
        try:
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise StoreError(
                f"{path}: listed by {shard.name}, but cannot be read ({error.strerror}); {REMEDY}"
            ) from error
        if digest != file.sha256:
            raise StoreError(f"{path}: {file.bytes} bytes of another content expected by {shard.name}; {REMEDY}")


def unlisted_files(root: Path) -> tuple[Path, ...]:
    """Parquet files that no manifest lists: left by workers that died, safe to delete when none runs."""
    listed = {f.path for shard in staged_shards(root) for f in shard.files}
    staged = root / "staged"
    return tuple(sorted(p for p in staged.glob("day=*/*") if p.relative_to(staged).as_posix() not in listed))


def manifest_paths(root: Path) -> list[Path]:
    return sorted((root / "staged" / "manifests").glob("p*.json"))


def read_manifest(path: Path) -> StagedShard:
    try:
        content = path.read_bytes()
        document: dict[str, Any] = json.loads(content)
        if document["format"] != FORMAT:
            raise StoreError(f"{path}: format {FORMAT} expected, {document['format']} found; update this program")
        return StagedShard(
            name=path.name,
            plan=document["plan"],
            shard=document["shard"],
            sha256=hashlib.sha256(content).hexdigest(),
            calls=document["calls"],
            failures=tuple(FailedCall(**f) for f in document["failures"]),
            files=tuple(StagedFile(**f) for f in document["files"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path}: a manifest of staged files expected ({type(error).__name__}); {REMEDY}") from error
