"""How long loading, publishing and searching take at size, beside DuckDB's own floor, each step in its own process.

python -m benchmarks.warehouse.run --calls 100000
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from benchmarks.warehouse.make import CALLS_A_SHARD, make_shards
from sql.journal import open_journal, writing
from sql.load import SOURCES, load
from sql.publish import publish, rebuild
from sql.reading import agents, open_published, promises
from sql.search import search
from sql.shards import staged_shards
from sql.warehouse import connect

TODAY: Final = date(2026, 4, 15)
GATE: Final = 2.0


def floor(root: Path) -> None:
    """`create table as select` of the same files that the loader reads, and nothing more."""
    connection = connect(root / "floor.duckdb", spill=root / "spill")
    shards = staged_shards(root)
    for table in sorted(set(SOURCES.values()) - {"words"}):
        files = [str(path) for shard in shards for path in shard.paths(root, table)]
        listed = ", ".join(f"'{path}'" for path in files)
        connection.execute(f"create table {table} as select * from read_parquet([{listed}], hive_partitioning = false)")  # noqa: S608
    connection.execute("force checkpoint")
    connection.close()


def pay(root: Path) -> None:
    """Two of three promises get a payment: most in full and on time, some late, some in part."""
    connection = connect(root / "warehouse.duckdb")
    due = connection.execute(
        "select call_id, debtor_id, debt_id, due, amount, promises.currency, hash(call_id) % 12 "
        "from promises join calls using (call_id) where due is not null and amount is not null"
    ).fetchall()
    connection.close()
    with open_journal(root) as journal, writing(journal):
        for call_id, debtor, debt, day, amount, currency, draw in due:
            if draw < 8:
                paid_on = day + timedelta(days=10 if draw == 0 else 0)
                share = 5_000 if draw == 1 else 10_000
                journal.execute(
                    "insert or ignore into payments values (?, ?, ?, ?, ?, ?)",
                    [f"p-{call_id}", debtor, debt, paid_on.isoformat(), int(amount * share) or 1, currency],
                )


def one_more(root: Path) -> None:
    load(root)


def search_all(root: Path) -> None:
    """Frequent and rare words, phrases, a word that nobody says: each with its own time."""
    with open_published(root) as connection:
        for text in ("quincena", '"no voy a pagar"', "tarjeta banco", "inexistente", "MANANA"):
            begun, cpu_begun = time.perf_counter(), time.process_time()
            found = search(connection, text)
            seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu_begun
            print(f"{text:>16}: {seconds:7.2f} s, {cpu:6.2f} s of processors, {len(found)} shown")


def read(root: Path) -> None:
    with open_published(root) as connection:
        agents(connection)
        promises(connection)


STEPS: Final[dict[str, Callable[[Path], object]]] = {
    "floor": floor,
    "load": load,
    "pay": pay,
    "publish": lambda root: publish(root, TODAY),
    "one_more": one_more,
    "publish_again": lambda root: publish(root, TODAY),
    "search": search_all,
    "read": read,
    "rebuild": lambda root: rebuild(root, TODAY),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where to work; a temporary folder unless told")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step:
        _step(arguments.step, arguments.folder)
        return
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="palabra-warehouse-"))
    try:
        is_kept = _all(folder, arguments.calls, arguments.seed)
    finally:
        if arguments.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if is_kept else 1)


def _all(folder: Path, n_calls: int, seed: int) -> bool:
    """Every step in turn; whether the gate holds."""
    begun = time.perf_counter()
    n_turns = make_shards(folder, n_calls, seed=seed)
    print(f"{n_calls} calls, {n_turns} turns made in {time.perf_counter() - begun:.0f} s")
    seconds: dict[str, float] = {}
    for name in STEPS:
        if name == "one_more":
            make_shards(folder, CALLS_A_SHARD, plan=2, first=n_calls, seed=seed)
        command = [sys.executable, "-m", "benchmarks.warehouse.run", "--step", name, "--folder", str(folder)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        *lines, last = done.stdout.strip().splitlines()
        result = json.loads(last)
        seconds[name] = result["seconds"]
        figures = f"{result['seconds']:7.2f} s, {result['cpu']:6.2f} s of processors, {result['peak_mib']:5.0f} MiB"
        print(f"{name:>14}: {figures}", *lines, sep="\n", flush=True)
    size = (folder / "warehouse.duckdb").stat().st_size / 2**20
    ratio = seconds["load"] / seconds["floor"]
    print(f"load / floor: {ratio:.2f} (gate {GATE:.0f}): {'kept' if ratio <= GATE else 'missed'}")
    print(f"one more shard of {CALLS_A_SHARD}: {seconds['one_more']:.2f} s (aim 2); warehouse {size:.0f} MiB")
    return ratio <= GATE


def _step(name: str, folder: Path) -> None:
    begun, cpu_begun = time.perf_counter(), time.process_time()
    STEPS[name](folder)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu_begun
    # Not `ru_maxrss`, which keeps the peak of the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mib": peak}))


if __name__ == "__main__":
    main()
