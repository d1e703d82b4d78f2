"""`make bench`: every benchmark in turn, each a process of its own so that none warms another up.

python -m benchmarks.run --minutes 30
"""

import argparse
import subprocess
import sys

BENCHMARKS = {
    "way_through": ["benchmarks.way_through.measure", "--minutes", "{minutes}"],
    "parse": ["benchmarks.parse.compare"],
    "warehouse": ["benchmarks.warehouse.run", "--calls", "20000"],
    "diarization": ["benchmarks.diarization.embed_once"],
}


def main() -> None:
    """Runs those asked for; exit status 1 when one failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=30, help="minutes of synthetic calls for the way through")
    parser.add_argument("--only", choices=sorted(BENCHMARKS), action="append", help="this one; may be given twice")
    given = parser.parse_args()
    failed = []
    for name in given.only or BENCHMARKS:
        module, *options = BENCHMARKS[name]
        print(f"\n== {name}", flush=True)
        command = [sys.executable, "-m", module, *(o.format(minutes=given.minutes) for o in options)]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}")
        sys.exit(1)


if __name__ == "__main__":
    main()
