"""The published copy, which readers open and no loader ever locks; and the warehouse made again from staged files."""

import os
import shutil
from pathlib import Path

import duckdb

from pipeline.errors import StoreError
from sql.load import LoadReport, merge
from sql.migrate import migrate_warehouse
from sql.warehouse import connect, loader_lock, published_path, warehouse_path


def publish(root: Path) -> Path:
    """Brings the published copy up to the warehouse: checkpoint, copy, rename; returns its path.

    Readers that have the former copy open keep reading it; whoever opens next sees the new one.

    Raises:
        StoreError: There is no warehouse yet, or a loader is at work.
    """
    with loader_lock(root):
        if not warehouse_path(root).exists():
            raise StoreError(f"{root}: no warehouse to publish; load something first")
        _checkpoint(warehouse_path(root))
        return _copy(root)


def rebuild(root: Path, *, words: bool = False) -> LoadReport:
    """Makes the warehouse again from the staged shards alone, equal in content, and publishes it.

    The old file stays in use until the new one is whole.

    Raises:
        StoreError: A staged file is damaged, or a loader is at work.
    """
    with loader_lock(root):
        draft = root / "rebuild.duckdb"
        _remove(draft)
        connection = connect(draft, spill=root / "spill")
        try:
            migrate_warehouse(connection)
            report = merge(connection, root, words=words)
        finally:
            connection.close()
        _checkpoint(draft)
        # The log of the old file must not be replayed into the new one.
        _remove_log(warehouse_path(root))
        draft.replace(warehouse_path(root))
        _copy(root)
        return report


def _checkpoint(path: Path) -> None:
    connection = connect(path)
    try:
        connection.execute("force checkpoint")
    except duckdb.Error as error:
        raise StoreError(f"{path}: cannot be written ({type(error).__name__}); make room on the disk") from error
    finally:
        connection.close()


def _copy(root: Path) -> Path:
    target = published_path(root)
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob("*.draft"):
        left.unlink()
    draft = target.with_suffix(".draft")
    try:
        shutil.copyfile(warehouse_path(root), draft)
        with draft.open("rb") as stream:
            os.fsync(stream.fileno())
        draft.replace(target)
    except OSError as error:
        raise StoreError(f"{target}: cannot be written ({error.strerror}); make room on the disk") from error
    return target


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    _remove_log(path)


def _remove_log(path: Path) -> None:
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
