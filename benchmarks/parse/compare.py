"""Ours, dateparser and text2num on the committed expressions: accuracy and speed side by side."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.figures import read_figure
from pipeline.parse import Parsed, ParseRequest, parse
from pipeline.tokens import tokenize

ROOT = Path(__file__).parents[2]
EXPRESSIONS = ROOT / "tests" / "data" / "expressions"
HERE = Path(__file__).parent
LARGEST_DAY = 31

Row = dict[str, Any]
Answer = dict[str, str | float | None]


def read_rows() -> list[Row]:
    rows = []
    for path in sorted(EXPRESSIONS.glob("*.jsonl")):
        rows += [json.loads(line) | {"file": path.stem} for line in path.read_text("utf-8").splitlines()]
    return rows


def request(row: Row) -> ParseRequest:
    known = {key: None if row.get(key) is None else Decimal(str(row[key])) for key in ("balance", "minimum_payment")}
    return ParseRequest(row["text"], date.fromisoformat(row["said_on"]), row["country"], row["currency"], **known)


def ours(rows: list[Row], repeats: int) -> tuple[list[Answer], list[float]]:
    requests = [request(row) for row in rows]
    answers = [_answer(parse(one)) for one in requests]
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        for one in requests:
            parse(one)
        seconds.append(time.process_time() - start)
    return answers, seconds


def _answer(parsed: Parsed) -> Answer:
    amount = None if parsed.amount is None else float(parsed.amount)
    return {"date": None if parsed.date is None else parsed.date.isoformat(), "amount": amount}


def first_amount(text: str) -> float | None:
    """The first figure that is no day of a month, as a reader of text2num's output would take it."""
    for token in tokenize(text):
        value = read_figure(token.text) if token.kind == "figure" else None
        if value is not None and value > LARGEST_DAY:
            return float(value)
    return None


def peers_python(given: str | None) -> str:
    """The python of the peers' environment, made from the lock where it is missing."""
    if given is not None:
        return given
    python = HERE / ".venv" / "bin" / "python"
    if not python.exists():
        lock = ROOT / "requirements" / "bench.lock"
        subprocess.run([sys.executable, "-m", "venv", str(HERE / ".venv")], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)]
        subprocess.run(install, check=True)
    return str(python)


def ask_peers(rows: list[Row], repeats: int, python: str) -> dict[str, Row]:
    lines = "\n".join(json.dumps({key: row[key] for key in ("text", "said_on", "country")}) for row in rows)
    command = [python, str(HERE / "peers.py"), str(repeats)]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    answer: dict[str, Row] = json.loads(done.stdout)
    return answer


def score(rows: list[Row], found: list[str | float | None], field: str) -> Row:
    """Right answers among the lines that hold one, and false ones among those that hold none."""
    pairs = [(row["expect"][field], answer) for row, answer in zip(rows, found, strict=True)]
    wanted = [(want, got) for want, got in pairs if want is not None]
    empty = [got for want, got in pairs if want is None]
    return {
        "lines": len(wanted),
        "right": sum(want == got for want, got in wanted),
        "empty": len(empty),
        "false": sum(got is not None for got in empty),
    }


def compare(repeats: int, python: str) -> list[Row]:
    rows = read_rows()
    answers, seconds = ours(rows, repeats)
    peers = ask_peers(rows, repeats, python)
    figures: list[str | float | None] = [first_amount(text) for text in peers["text2num"]["answers"]]
    systems: list[tuple[str, str, list[str | float | None], list[float]]] = [
        ("palabra", "date", [answer["date"] for answer in answers], seconds),
        ("dateparser", "date", peers["dateparser"]["answers"], peers["dateparser"]["seconds"]),
        ("palabra", "amount", [answer["amount"] for answer in answers], seconds),
        ("text2num", "amount", figures, peers["text2num"]["seconds"]),
    ]
    table = []
    for file in sorted({row["file"] for row in rows}):
        at = [i for i, row in enumerate(rows) if row["file"] == file]
        for system, field, found, spent in systems:
            result = score([rows[i] for i in at], [found[i] for i in at], field)
            rate = len(rows) / statistics.median(spent)
            table.append({"file": file, "field": field, "system": system} | result | {"per_second": round(rate)})
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--peers", metavar="PYTHON", help="python of an environment with dateparser and text2num")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    options = parser.parse_args()
    table = compare(options.repeats, peers_python(options.peers))
    if options.json:
        print(json.dumps(table))
        return
    print(f"{'file':10} {'field':7} {'system':11} {'right':>9} {'%':>6} {'false':>9} {'%':>6} {'per second':>11}")
    for row in table:
        right, false = row["right"] / max(row["lines"], 1), row["false"] / max(row["empty"], 1)
        print(
            f"{row['file']:10} {row['field']:7} {row['system']:11} {row['right']:4}/{row['lines']:4} {right:6.1%} "
            f"{row['false']:4}/{row['empty']:4} {false:6.1%} {row['per_second']:11,}"
        )


if __name__ == "__main__":
    main()
