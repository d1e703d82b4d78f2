"""What dateparser and text2num find in each line: run with the python of the peers' environment.

Reads JSON lines {text, said_on, country} and writes one JSON object: answers and CPU seconds of each run.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from typing import Any

from dateparser.search import search_dates
from text_to_num import alpha2digit

Row = dict[str, Any]


def first_date(row: Row) -> str | None:
    settings = {"RELATIVE_BASE": datetime.fromisoformat(row["said_on"]), "PREFER_DATES_FROM": "future"}
    try:
        found = search_dates(row["text"], languages=["es"], settings=settings)
    except (ValueError, OverflowError, AttributeError, TypeError, IndexError):  # its own bugs on odd input
        return None
    return found[0][1].date().isoformat() if found else None


def with_figures(row: Row) -> str:
    try:
        return str(alpha2digit(row["text"], "es"))
    except ValueError:
        return str(row["text"])


def timed(read: Callable[[Row], str | None], rows: list[Row], repeats: int) -> Row:
    answers = [read(row) for row in rows]
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        for row in rows:
            read(row)
        seconds.append(time.process_time() - start)
    return {"answers": answers, "seconds": seconds}


def main() -> None:
    rows = [json.loads(line) for line in sys.stdin]
    repeats = int(sys.argv[1])
    result = {
        "dateparser": timed(first_date, rows, repeats) | {"version": version("dateparser")},
        "text2num": timed(with_figures, rows, repeats) | {"version": version("text2num")},
    }
    json.dump(result, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
