"""Death at any moment of load and publish: no row lost, none doubled, both files open. 10 times, 200 in `make soak`."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random

from sql import reading
from sql.compare import content
from sql.feed import read_feed
from sql.journal import open_journal
from sql.load import load, run_checks
from sql.publish import publish, rebuild
from sql.shards import staged_shards
from sql.staging import write_shard
from sql.warehouse import connect, published_path, warehouse_path
from tests.sql.made import made_call

TODAY = date(2026, 3, 20)
CALLS_A_SHARD = 30

# Loads and publishes again and again, so that a death can come at any moment of either; writes a line a step.
_LOADER = """
import sys
from datetime import date
from pathlib import Path
from sql.load import load
from sql.publish import publish
root = Path(sys.argv[1])
print("ready", flush=True)
while True:
    load(root)
    print("loaded", flush=True)
    publish(root, date(2026, 3, 20))
    print("published", flush=True)
"""


def test_kill_9_loses_and_doubles_nothing(tmp_path: Path, repetitions: Callable[[int, int], int]) -> None:
    random = Random(20260320)
    rounds = repetitions(10, 200)
    lasted = {"ready": 0.0, "loaded": 0.0}
    for number in range(rounds + 1):
        # Every shard brings new calls and analyses some earlier ones again, so that rows are deleted too.
        first = number * CALLS_A_SHARD // 2
        ids = [f"c{i}" for i in range(first, first + CALLS_A_SHARD)]
        calls = [made_call(i, debt_id=f"K-{i}", text=f"en la vuelta {number} pago", key=f"k{number}") for i in ids]
        write_shard(tmp_path, number + 1, f"s{number}", calls, [])
        if number == 0:
            lasted = _watch_a_loader(tmp_path)
        else:
            step = "ready" if number % 2 else "loaded"
            _kill_a_loader(tmp_path, step, random.uniform(0.0, lasted[step]))
        _both_files_are_sound(tmp_path)
    n_calls = (rounds + 2) * CALLS_A_SHARD // 2
    load(tmp_path)
    publish(tmp_path, TODAY)
    connection = connect(warehouse_path(tmp_path))
    survived = content(connection)
    connection.close()
    with reading.open_published(tmp_path) as published:
        assert reading.totals(published).calls == n_calls
        assert content(published) == survived
    rebuild(tmp_path, TODAY)
    connection = connect(warehouse_path(tmp_path))
    assert content(connection) == survived, "as if nobody had died"
    connection.close()
    created = [e.promise_id for e in read_feed(tmp_path, limit=10**6) if e.kind == "created"]
    assert len(created) == len(set(created)) == n_calls


def _start(root: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(
        [sys.executable, "-c", _LOADER, str(root)], stdout=subprocess.PIPE, text=True, env=environment
    )


def _end(loader: subprocess.Popen[str]) -> None:
    loader.send_signal(signal.SIGKILL)
    assert loader.stdout is not None
    loader.stdout.close()
    assert loader.wait() == -signal.SIGKILL, "killed, not ended by an error of its own"


def _watch_a_loader(root: Path) -> dict[str, float]:
    """Seconds that a load (from `ready`) and a publication (from `loaded`) take here and now."""
    loader = _start(root)
    assert loader.stdout is not None
    moments: list[float] = []
    for step in ("ready", "loaded", "published"):
        assert loader.stdout.readline() == f"{step}\n"
        moments.append(time.monotonic())
    _end(loader)
    return {"ready": moments[1] - moments[0], "loaded": moments[2] - moments[1]}


def _kill_a_loader(root: Path, step: str, seconds: float) -> None:
    """Kills a loader that many seconds after it finished a step: in the middle of the next one."""
    loader = _start(root)
    assert loader.stdout is not None
    while loader.stdout.readline() != f"{step}\n":
        assert loader.poll() is None, "the loader ended by an error of its own"
    time.sleep(seconds)
    _end(loader)


def _both_files_are_sound(root: Path) -> None:
    if warehouse_path(root).exists():
        connection = connect(warehouse_path(root))
        tables = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
        if "ingest" in tables:
            run_checks(connection)
            loaded = connection.execute("select manifest from ingest order by plan").fetchall()
            shards = staged_shards(root)
            assert [name for (name,) in loaded] == [s.name for s in shards[: len(loaded)]]
            expected: set[str] = set()
            for shard in shards[: len(loaded)]:
                expected |= set(shard.calls)
            found = connection.execute("select call_id from calls").fetchall()
            assert sorted(i for (i,) in found) == sorted(expected), "whole shards, each call once"
        connection.close()
    if published_path(root).exists():
        with reading.open_published(root) as published:
            run_checks(published)
    with open_journal(root) as journal:
        assert journal.execute("pragma integrity_check").fetchone()[0] == "ok"
