"""Sentences with what is to be paid in them, and calls with promises -> `pipeline.payment_sense`.

python -m models.recipes.payments tests/data corpora models/weights/payment-classifier-es

Every day and sum that the grammar can find is an example: those of the sentences with expected values that the tests
hold, but for `expressions_held`; those of `corpora/sentences`, where what is to be paid is marked; and at less weight
those of the turns of training calls, since a turn is often understood only from those before it. What the rules made of
an example is told only where nobody mended a rule by that sentence: elsewhere they are right more often than they will
ever be. What is made of the examples: `models.recipes.payment_heads`.
"""

import argparse
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, Final

from models.recipes.corpus import corpus_files, corpus_text, unpacked
from models.recipes.payment_heads import CALLS, OTHER, Example, sense_of
from models.registry import write_card
from models.sentences import FILE, KIND
from pipeline.amounts import AmountMatch
from pipeline.countries import CURRENCY_OF
from pipeline.dates import DateMatch
from pipeline.payment_reading import ParseRequest, read_utterance
from pipeline.payment_sense import packed
from pipeline.payment_view import PaymentView

SHORTEST_TURN: Final = 6
"""Words; a shorter turn of a call is what the turn before made it; alone it would answer «¿cuánto?» or «¿cuándo?»."""
UNSEEN: Final = (
    "author19",
    "author24",
    "author30",
    "author31",
    "author39",
    "author40",
    "author43",
    "author44",
    "author57",
    "author58",
)
"""Files of sentences by which no rule was mended."""
TABLES_DAY: Final = date(2026, 3, 12)
"""The day on which the sentences of the tables are said."""
TABLES: Final = {
    "amounts_to_pay": ("country", "balance", "minimum", "text", "amount"),
    "no_amounts": ("country", "balance", "minimum", "text", "amount"),
    "due_dates_wording": ("country", "day", "text"),
}
LOOSE: Final = ("spoken_payments.jsonl", "beyond_the_rules.jsonl")
CENT: Final = Decimal("0.005")
MARKED_FROM, MARKED_DAYS = date(2026, 1, 1), 700
"""Marked sentences tell no day of the call: one of these."""
MARKED_ACCOUNT: Final = {"balance": 10000, "minimum_payment": 500}

Match = DateMatch | AmountMatch


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, what of it is due by its kind, and whose it is; a kind that `is_due` lacks is not told.

    Attributes:
        request: What was said, when and where.
        author: Whose sentence.
        is_due: Whether an expression of a kind is to be paid.
        is_unseen: Nobody mended a rule by it, so what the rules make of it can be believed.
        is_dated: It was written for the day on which it is said.
    """

    request: ParseRequest
    author: str
    is_due: Mapping[str, Callable[[Match], bool]]
    is_unseen: bool
    is_dated: bool = True


def examples_of(said: Said, sentence: int) -> Iterator[Example]:
    """Every day and sum of a sentence as `pipeline.payment_choice` sees it."""
    reading = read_utterance(said.request)
    view = PaymentView(reading, said.request.said_on if said.is_dated else None)
    if "day" in said.is_due:
        for day in reading.found.dates:
            if day.date is not None:
                seen = view.of_day(day, with_rules=said.is_unseen)
                yield _example(said, "day", day, seen, sentence)
    if "amount" in said.is_due:
        for amount in reading.sums():
            seen = view.of_sum(amount, with_rules=said.is_unseen)
            yield _example(said, "amount", amount, seen, sentence)


def _example(said: Said, kind: str, match: Match, seen: set[int], sentence: int) -> Example:
    is_due = said.is_due[kind](match)
    return Example(kind, frozenset(seen), match.first, is_due, said.author, sentence, OTHER[kind] in said.is_due)


def _is_one_of(days: Sequence[str], sums: Sequence[object]) -> Callable[[Match], bool]:
    def is_due(match: Match) -> bool:
        if isinstance(match, DateMatch):
            return match.date is not None and match.date.isoformat() in days
        return match.value is not None and any(abs(match.value - Decimal(str(one))) < CENT for one in sums)

    return is_due


def _decimal(value: object) -> Decimal | None:
    return None if value in (None, "", "-") else Decimal(str(value))


def _request(text: str, said_on: date, country: str, account: Mapping[str, Any]) -> ParseRequest:
    return ParseRequest(
        text,
        said_on,
        country,
        account.get("currency") or CURRENCY_OF.get(country, ""),
        _decimal(account.get("balance")),
        _decimal(account.get("minimum_payment")),
    )


def of_expressions(path: Path) -> Iterator[Said]:
    """The sentences of a file with their expected values."""
    for line in corpus_text(path).splitlines():
        record = json.loads(line)
        told = record.get("expect", record)
        said_on = date.fromisoformat(record["said_on"][:10])
        is_due: dict[str, Callable[[Match], bool]] = {}
        for kind, name in (("day", "date"), ("amount", "amount")):
            if name in told:
                right = [] if told[name] is None else [told[name]]
                is_due[kind] = _is_one_of(right, right)
        request = _request(record["text"], said_on, record["country"], record)
        yield Said(request, _author(path), is_due, _author(path) in UNSEEN)


def _author(path: Path) -> str:
    return path.name.partition(".")[0]


def of_table(path: Path) -> Iterator[Said]:
    """The sentences of a table, judged by the kinds that its columns tell."""
    for line in path.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        row = dict(zip(TABLES[path.stem], line.split("|"), strict=True))
        told = {kind: _cell(row[kind]) for kind in ("day", "amount") if kind in row}
        is_due: dict[str, Callable[[Match], bool]] = {kind: _is_one_of(right, right) for kind, right in told.items()}
        account = {"balance": row.get("balance"), "minimum_payment": row.get("minimum")}
        yield Said(_request(row["text"], TABLES_DAY, row["country"], account), path.stem, is_due, False)


def _cell(text: str) -> list[str]:
    """A day, or a sum without its currency; nothing where the cell says none."""
    return [] if text in ("", "-") else [text.split(" ", maxsplit=1)[0]]


def of_marked(path: Path) -> Iterator[Said]:
    """The sentences of a file of marked ones: `CC|text with [days] and {sums} to be paid`.

    Raises:
        ValueError: A line whose marks do not close, with its number.
    """
    rng = random.Random(path.name)
    for number, line in enumerate(marked_lines(path), 1):
        country, _, marked = line.partition("|")
        spans: dict[str, list[tuple[int, int]]] = {"day": [], "amount": []}
        text, opened = "", -1
        for sign in marked:
            if sign in "[{":
                opened = len(text)
            elif sign in "]}":
                spans["day" if sign == "]" else "amount"].append((opened, len(text)))
                opened = -1
            else:
                text += sign
        if opened >= 0:
            raise ValueError(f"{path.name}, line {number}: a closing sign expected after each [ and {{, none found")
        said_on = MARKED_FROM + timedelta(days=rng.randrange(MARKED_DAYS))
        is_due = {kind: _touches(those) for kind, those in spans.items()}
        yield Said(_request(text, said_on, country, MARKED_ACCOUNT), path.name, is_due, True, is_dated=False)


def _touches(spans: Sequence[tuple[int, int]]) -> Callable[[Match], bool]:
    return lambda match: any(match.start < end and start < match.end for start, end in spans)


def marked_lines(path: Path) -> list[str]:
    """The lines of a packed file of marked sentences."""
    return unpacked(path).splitlines()


def of_calls(path: Path) -> Iterator[Said]:
    """The turns of a corpus file, but for short ones and for those that commit to a payment which does not stand."""
    for line in corpus_text(path).splitlines():
        call = json.loads(line)
        account = call["account"] | {"currency": call.get("currency")}
        said_on = datetime.fromisoformat(call["started_at"]).date()
        for index, turn in enumerate(call["turns"]):
            own = [promise for promise in call["promises"] if index in promise["turns"]]
            commits = "promise" in turn["labels"] or {"agreement", "recap", "options"} & set(turn["steps"])
            if (commits and not own) or len(turn["text"].split()) < SHORTEST_TURN:
                continue
            is_due = {
                "day": _is_one_of([p["date"] for p in own if p["date"] is not None], ()),
                "amount": _is_one_of((), [p["amount"] for p in own if p["amount"] is not None]),
            }
            yield Said(_request(turn["text"], said_on, call["country"], account), CALLS, is_due, True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sentences", type=Path, help="folder of single sentences with expected values")
    parser.add_argument("corpora", type=Path, help="folder with train/")
    parser.add_argument("out", type=Path, help="folder to write")
    given = parser.parse_args()
    files = [*corpus_files(given.sentences / "expressions"), *(given.sentences / name for name in LOOSE)]
    unseen = {_author(path): len(corpus_text(path).splitlines()) for path in files if _author(path) in UNSEEN}
    said: list[Iterator[Said]] = [of_expressions(path) for path in files]
    said += [of_table(given.sentences / f"{name}.psv") for name in TABLES]
    said += [of_marked(path) for path in sorted(given.corpora.glob("sentences/*.txt.gz"))]
    said += [of_calls(path) for path in corpus_files(given.corpora / "train")]
    examples = [e for number, one in enumerate(chain(*said)) for e in examples_of(one, number)]
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / FILE).write_bytes(packed(sense_of(examples, unseen)))
    write_card(given.out, synthetic_only=False, kind=KIND, files=(FILE,))


if __name__ == "__main__":
    main()
