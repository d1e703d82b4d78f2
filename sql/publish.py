"""The published copy, which readers open and no loader ever locks; and the warehouse made again from staged files."""

import os
import shutil
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from pipeline.errors import StoreError
from sql.feed import FeedReport, update_feed
from sql.load import LoadReport, merge
from sql.migrate import migrate_warehouse
from sql.refresh import RefreshConfig, refresh
from sql.reviews import CarryReport, carry_reviews
from sql.warehouse import connect, loader_lock, published_path, warehouse_path


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What a publication did beside copying: reviews laid over new analyses, events told to the CRM's feed."""

    path: Path
    reviews: CarryReport
    feed: FeedReport


def publish(root: Path, as_of: date | None = None, config: RefreshConfig | None = None) -> PublishReport:
    """Brings the published copy up to warehouse and journal: derive, tell the feed, checkpoint, copy, rename.

    Each step starts from what it finds: after a death at any moment, publishing again leads to the same.
    Readers that have the former copy open keep reading it; whoever opens next sees the new one.

    Args:
        root: The data folder.
        as_of: Day on which promises are judged; today, unless told.
        config: How promises are settled and which limits on contacts are looked at.

    Raises:
        StoreError: There is no warehouse yet, a loader is at work, or a check fails; the former copy then stays.
    """
    with loader_lock(root):
        path = warehouse_path(root)
        if not path.exists():
            raise StoreError(f"{root}: no warehouse to publish; load something first")
        return _publish(root, path, as_of, config)


def rebuild(
    root: Path, as_of: date | None = None, config: RefreshConfig | None = None, *, words: bool = False
) -> LoadReport:
    """Makes the warehouse again from staged shards and journal, equal in content, and publishes it.

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
            connection.execute("force checkpoint")
        finally:
            connection.close()
        # The log of the old file must not be replayed into the new one.
        _remove_log(warehouse_path(root))
        draft.replace(warehouse_path(root))
        _publish(root, warehouse_path(root), as_of, config)
        return report


def _publish(root: Path, path: Path, as_of: date | None, config: RefreshConfig | None) -> PublishReport:
    connection = connect(path, spill=root / "spill")
    try:
        migrate_warehouse(connection)
        refresh(connection, root, as_of or datetime.now().astimezone().date(), config or RefreshConfig())
        reviews = carry_reviews(connection, root)
        feed = update_feed(connection, root)
        connection.execute("force checkpoint")
    except duckdb.Error as error:
        raise StoreError(f"{path}: cannot be written ({type(error).__name__}); make room, or rebuild") from error
    finally:
        connection.close()
    return PublishReport(_copy(root), reviews, feed)


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
