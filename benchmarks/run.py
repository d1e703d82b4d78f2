"""`make bench`: every benchmark in turn, each a process of its own so that none warms another up.

    python -m benchmarks.run                              all of them: about an hour on two cores
    python -m benchmarks.run --only parse --only recognition

Sizes come from the environment, `KEY=value make bench`:

    BENCH_MINUTES      30      minutes of synthetic calls for the way through
    BENCH_CALLS        100     calls of the recognition
    BENCH_DEVICE       cpu     of the recognition: cuda runs large-v3-turbo's size
    BENCH_WAREHOUSE    100000  calls of the warehouse
    BENCH_TURNS        400     turns that the plain transformers pipeline reads
    BENCH_SECONDS      60      of audio for the diarization's embeddings

At the end one line a benchmark: its minutes, and whether its gates were kept. Exit status 1 where one was missed.
"""

import argparse
import os
import subprocess
import sys
import time
from typing import Final

BENCHMARKS: Final[dict[str, tuple[str, ...]]] = {
    "parse": ("benchmarks.parse.compare",),
    "understanding": ("benchmarks.understanding.measure", "--turns", "{BENCH_TURNS}"),
    "warehouse": ("benchmarks.warehouse.run", "--calls", "{BENCH_WAREHOUSE}"),
    "diarization": ("benchmarks.diarization.embed_once", "--seconds", "{BENCH_SECONDS}"),
    "recognition": ("benchmarks.recognition.measure", "--calls", "{BENCH_CALLS}", "--device", "{BENCH_DEVICE}"),
    "way_through": ("benchmarks.way_through.measure", "--minutes", "{BENCH_MINUTES}"),
}
SIZES: Final = {
    "BENCH_MINUTES": "30",
    "BENCH_CALLS": "100",
    "BENCH_DEVICE": "cpu",
    "BENCH_WAREHOUSE": "100000",
    "BENCH_TURNS": "400",
    "BENCH_SECONDS": "60",
}


def command_of(name: str, minutes: str | None = None) -> list[str]:
    """The command line of a benchmark, its sizes from the environment where that has them."""
    sizes = {key: os.environ.get(key, default) for key, default in SIZES.items()}
    if minutes is not None:
        sizes["BENCH_MINUTES"] = minutes
    module, *options = BENCHMARKS[name]
    return [sys.executable, "-m", module, *(option.format_map(sizes) for option in options)]


def main() -> int:
    """Runs those asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", help="instead of BENCH_MINUTES")
    parser.add_argument("--only", choices=sorted(BENCHMARKS), action="append", help="this one; may be given twice")
    given = parser.parse_args()
    verdicts: dict[str, tuple[float, int]] = {}
    for name in given.only or BENCHMARKS:
        command = command_of(name, given.minutes)
        print(f"\n== {name}: python {' '.join(command[1:])}", flush=True)
        began = time.perf_counter()
        code = subprocess.run(command, check=False).returncode
        verdicts[name] = (time.perf_counter() - began, code)
    print()
    for name, (seconds, code) in verdicts.items():
        print(f"{name:14} {seconds / 60:6.1f} min   {'gates kept' if code == 0 else f'missed (status {code})'}")
    return 1 if any(code for _, code in verdicts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
