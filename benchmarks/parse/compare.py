"""Ours, dateparser and text2num on the committed sentences: accuracy and speed side by side.

    python -m benchmarks.parse.compare            # every set of tests/data that has expected values
    python -m benchmarks.parse.compare --json     # the same, one JSON object

Gates: ours gets more of the expected dates, amounts and numbers than the peer, finds fewer where there is none, and
reads more sentences a second than dateparser. Exit status 1 where one is missed.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from benchmarks.environments import ROOT, peers_python
from models.recipes.corpus import corpus_files, corpus_text
from models.sentences import load_payment_sense
from pipeline.dates import find_dates
from pipeline.figures import read_figure
from pipeline.numbers import find_numbers
from pipeline.parse import Parsed, ParseRequest, parse
from pipeline.tokens import tokenize

DATA: Final = ROOT / "tests" / "data"
LARGEST_DAY: Final = 31
AIM: Final = 5000
"""Sentences a second on one core."""

SAID_ON: Final = "2026-03-12"
"""Where a set has no day: its sentences hold none that is counted from it."""

CURRENCY: Final = "MXN"
"""Where a set has none: it asks for dates alone."""

Row = dict[str, Any]
Answer = str | float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: a system on one set. `lines` hold a value, `empty` none."""

    file: str
    field: str
    system: str
    lines: int
    right: int
    empty: int
    false: int

    def __add__(self, other: "Line") -> "Line":
        sums = (getattr(self, n) + getattr(other, n) for n in ("lines", "right", "empty", "false"))
        return Line("all", self.field, self.system, *sums)


def read_rows() -> list[Row]:
    """Sentences of all sets; `expect` holds the fields that a set tells of."""
    rows = []
    for path in corpus_files(DATA / "expressions"):
        rows += [row | {"file": path.name.partition(".")[0]} for row in _lines(path)]
    for row in _lines(DATA / "due_dates_own.jsonl"):
        rows.append(row | {"file": "due_dates_own", "expect": {"date": row["date"]}})
    for row in _lines(DATA / "peers_dates.jsonl"):
        rows.append(row | {"file": "peers_dates", "country": "ES", "expect": {"date in it": row["date"]}})
    for row in _lines(DATA / "peers_numbers.jsonl"):
        known = {"file": "peers_numbers", "country": "ES", "said_on": SAID_ON}
        rows.append(row | known | {"expect": {"number": row["value"]}})
    return rows


def _lines(path: Path) -> list[Row]:
    return [json.loads(line) for line in corpus_text(path).splitlines()]


def request(row: Row) -> ParseRequest:
    known = {key: None if row.get(key) is None else Decimal(str(row[key])) for key in ("balance", "minimum_payment")}
    return ParseRequest(
        row["text"], date.fromisoformat(row["said_on"]), row["country"], row.get("currency", CURRENCY), **known
    )


def _parsed_of(row: Row) -> Parsed:
    return parse(request(row), load_payment_sense())


def due_date(row: Row) -> Answer:
    found = _parsed_of(row).date
    return None if found is None else found.isoformat()


def amount(row: Row) -> Answer:
    found = _parsed_of(row).amount
    return None if found is None else float(found)


def only_date(row: Row) -> Answer:
    """The one date that a text holds, as a whole expression; several are no answer."""
    found = find_dates(row["text"], date.fromisoformat(row["said_on"]), country=row["country"])
    return found[0].date.isoformat() if len(found) == 1 and found[0].date else None


def only_number(row: Row) -> Answer:
    """The one number that a text holds, articles left out where there is another."""
    found = find_numbers(row["text"])
    counted = [number for number in found if not number.article] or list(found)
    return float(counted[0].value) if len(counted) == 1 else None


OURS: Final[dict[str, Callable[[Row], Answer]]] = {
    "date": due_date,
    "amount": amount,
    "date in it": only_date,
    "number": only_number,
}
PEER_OF: Final = {"date": "dateparser", "date in it": "dateparser", "amount": "text2num", "number": "text2num"}


def first_figure(text: str, above: float) -> float | None:
    """The first figure above a bound, as a reader of text2num's output would take it."""
    for token in tokenize(text):
        value = read_figure(token.text) if token.kind == "figure" else None
        if value is not None and value > above:
            return float(value)
    return None


def ask_peers(rows: Sequence[Row], repeats: int, python: str) -> dict[str, Row]:
    lines = "\n".join(json.dumps({key: row[key] for key in ("text", "said_on", "country")}) for row in rows)
    command = [python, str(Path(__file__).with_name("peers.py")), str(repeats)]
    done = subprocess.run(command, input=lines, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, Row] = json.loads(done.stdout)
    return answer


def score(wanted: Sequence[Answer], found: Sequence[Answer], file: str, field: str, system: str) -> Line:
    """Right answers among the lines that hold a value, and false ones among those that hold none."""
    pairs = list(zip(wanted, found, strict=True))
    held = [want == got for want, got in pairs if want is not None]
    empty = [got is not None for want, got in pairs if want is None]
    return Line(file, field, system, len(held), sum(held), len(empty), sum(empty))


def compare(rows: Sequence[Row], peers: dict[str, Row]) -> list[Line]:
    """Ours and the peer of each field on each set, and on all sets together."""
    table: list[Line] = []
    for field, ours in OURS.items():
        of_field: dict[str, list[Line]] = {}
        for file in sorted({row["file"] for row in rows if field in row["expect"]}):
            at = [i for i, row in enumerate(rows) if row["file"] == file]
            wanted = [rows[i]["expect"][field] for i in at]
            answers = peers[PEER_OF[field]]["answers"]
            theirs: list[Answer] = [answers[i] for i in at]
            if PEER_OF[field] == "text2num":
                bound = LARGEST_DAY if field == "amount" else float("-inf")
                theirs = [first_figure(str(text), bound) for text in theirs]
            for system, found in (("palabra", [ours(rows[i]) for i in at]), (PEER_OF[field], theirs)):
                of_field.setdefault(system, []).append(score(wanted, found, file, field, system))
        for lines in of_field.values():
            table += lines
            if len(lines) > 1:
                total = lines[0]
                for line in lines[1:]:
                    total += line
                table.append(total)
    return table


def seconds_of(rows: Sequence[Row], repeats: int) -> list[float]:
    """CPU seconds of `parse` over all rows, each time."""
    requests = [request(row) for row in rows]
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        for one in requests:
            parse(one, load_payment_sense())
        seconds.append(time.process_time() - start)
    return seconds


def judge(table: Sequence[Line], rates: dict[str, float]) -> bool:
    """Prints verdicts; whether all gates hold."""
    kept = []
    for field, peer in PEER_OF.items():
        whole = {line.system: line for line in table if line.field == field}  # the last of a system is its sum
        ours, theirs = whole["palabra"], whole[peer]
        kept.append(ours.right > theirs.right and ours.false <= theirs.false)
        print(
            f"{field}: {ours.right / ours.lines:.1%} right and {ours.false} of {ours.empty} false, {peer} "
            f"{theirs.right / theirs.lines:.1%} and {theirs.false}: {_verdict(kept[-1])}"
        )
    kept.append(rates["palabra"] > rates["dateparser"])
    print(
        f"sentences a second on one core: {', '.join(f'{name} {rate:,.0f}' for name, rate in rates.items())} "
        f"(aim {AIM:,}); faster than dateparser: {_verdict(kept[-1])}"
    )
    return all(kept)


def _verdict(is_kept: bool) -> str:
    return "kept" if is_kept else "missed"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5, help="runs over all sentences, of which the median counts")
    parser.add_argument("--peers", metavar="PYTHON", help="python of an environment with dateparser and text2num")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    options = parser.parse_args()
    rows = read_rows()
    peers = ask_peers(rows, options.repeats, options.peers or str(peers_python("bench.lock")))
    table = compare(rows, peers)
    spent = {"palabra": seconds_of(rows, options.repeats)} | {name: peer["seconds"] for name, peer in peers.items()}
    rates = {name: len(rows) / statistics.median(seconds) for name, seconds in spent.items()}
    if options.json:
        lines = [{name: getattr(line, name) for name in Line.__slots__} for line in table]
        print(json.dumps({"lines": lines, "sentences_a_second": rates}))
        return 0
    print(f"{'file':14} {'field':11} {'system':11} {'right':>9} {'%':>6} {'false':>9} {'%':>6}")
    for line in table:
        right, false = line.right / max(line.lines, 1), line.false / max(line.empty, 1)
        print(
            f"{line.file:14} {line.field:11} {line.system:11} {line.right:4}/{line.lines:4} {right:6.1%} "
            f"{line.false:4}/{line.empty:4} {false:6.1%}"
        )
    return 0 if judge(table, rates) else 1


if __name__ == "__main__":
    sys.exit(main())
