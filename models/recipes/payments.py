"""Sentences with what is to be paid in them, and calls with promises -> `pipeline.payment_sense`.

python -m models.recipes.payments tests/data corpora models/weights/payment-classifier-es

Every day and sum that the grammar can find is an example: those of the sentences with expected values that the tests
hold, but for `expressions_held`; those of `corpora/sentences`, where what is to be paid is marked; and at less weight
those of the turns of training calls, since a turn is often understood only from those before it. What the rules made of
an example is told only where nobody mended a rule by that sentence: elsewhere they are right more often than they will
ever be. Thresholds come from chances that a model without that author gave.
"""

import argparse
import gzip
import json
import random
import sys
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import scipy.optimize
import scipy.sparse

from models.recipes.corpus import corpus_files, corpus_text
from models.registry import write_card
from models.sentences import FILE, KIND
from pipeline.amounts import AmountMatch
from pipeline.countries import CURRENCY_OF
from pipeline.dates import DateMatch
from pipeline.payment_reading import ParseRequest, read_utterance
from pipeline.payment_sense import BUCKETS, Head, PaymentSense, packed
from pipeline.payment_view import PaymentView

STRENGTH: Final = 0.1
CALL_WEIGHT: Final = 0.4
SHORTEST_TURN: Final = 6
"""Words; a shorter turn of a call is what the turn before made it; alone it would answer «¿cuánto?» or «¿cuándo?»."""
COST_OF_FALSE: Final = 1.5
"""So many missed values weigh as much as one that is none: a wrong day is worse than none."""
STEPS: Final = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Thresholds that are tried."""
DOUBTED: Final = 0.1
"""Share of right values of authors left out that a person should confirm, if they are given at all."""
UNSEEN: Final = ("author19", "author24", "author30", "author31", "author39", "author40", "author43", "author44")
"""Files of sentences by which no rule was mended."""
FOLDS: Final = 5
TABLES_DAY: Final = date(2026, 3, 12)
"""The day on which the sentences of the tables are said."""
TABLES: Final = {
    "amounts_to_pay": ("country", "balance", "minimum", "text", "amount"),
    "no_amounts": ("country", "balance", "minimum", "text", "amount"),
    "due_dates_wording": ("country", "day", "text"),
}
LOOSE: Final = ("spoken_payments.jsonl", "beyond_the_rules.jsonl")
_CALLS: Final = "calls"
CENT: Final = Decimal("0.005")
MARKED_FROM, MARKED_DAYS = date(2026, 1, 1), 700
"""Marked sentences tell no day of the call: one of these."""
MARKED_ACCOUNT: Final = {"balance": 10000, "minimum_payment": 500}

Match = DateMatch | AmountMatch

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """An expression that the grammar found, and whether it is to be paid.

    Attributes:
        kind: "day" or "amount".
        features: Its patterns.
        is_due: What is to be learned.
        author: Whose sentence; "calls" where out of a call.
        sentence: Number of the sentence among all.
    """

    kind: str
    features: frozenset[int]
    is_due: bool
    author: str
    sentence: int


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
                yield Example("day", frozenset(seen), said.is_due["day"](day), said.author, sentence)
    if "amount" in said.is_due:
        for amount in reading.sums():
            seen = view.of_sum(amount, with_rules=said.is_unseen)
            yield Example("amount", frozenset(seen), said.is_due["amount"](amount), said.author, sentence)


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
    return gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()


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
            yield Said(_request(turn["text"], said_on, call["country"], account), _CALLS, is_due, True)


def _matrix(examples: Sequence[Example]) -> scipy.sparse.csr_matrix:
    lengths = [len(e.features) for e in examples]
    values = np.repeat(1 / np.sqrt(np.maximum(1, lengths)), lengths)
    columns = np.concatenate([np.fromiter(e.features, np.int64, len(e.features)) for e in examples])
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return scipy.sparse.csr_matrix((values, columns, starts), shape=(len(examples), BUCKETS))


def _fitted(matrix: scipy.sparse.csr_matrix, truth: Vector, weights: Vector) -> Vector:
    """Logistic regression held near nothing: weights of the buckets, then the bias."""

    def loss(line: Vector) -> tuple[float, Vector]:
        odds = matrix @ line[:-1] + line[-1]
        value = (weights * np.logaddexp(0, (1 - 2 * truth) * odds)).sum() + STRENGTH / 2 * (line[:-1] ** 2).sum()
        slope = weights * (1 / (1 + np.exp(-odds)) - truth)
        return float(value), np.append(matrix.T @ slope + STRENGTH * line[:-1], slope.sum())

    start = np.zeros(BUCKETS + 1)
    found = scipy.optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 100})
    return np.asarray(found.x, np.float64)


def _chances(matrix: scipy.sparse.csr_matrix, line: Vector) -> Vector:
    return np.asarray(1 / (1 + np.exp(-(matrix @ line[:-1] + line[-1]))), np.float64)


def head_of(examples: Sequence[Example], sentences: int) -> Head:
    """Weights from all examples, thresholds from the `sentences` of UNSEEN, each author left out."""
    matrix = _matrix(examples)
    truth = np.array([e.is_due for e in examples], np.float64)
    of_call = np.array([e.author == _CALLS for e in examples])
    weights = np.where(of_call, CALL_WEIGHT, 1.0)
    authors = sorted({e.author for e in examples} - {_CALLS})
    fold = np.array([-1 if e.author == _CALLS else authors.index(e.author) % FOLDS for e in examples])
    unseen = np.full(len(examples), np.nan)
    for k in range(FOLDS):
        line = _fitted(matrix[fold != k], truth[fold != k], weights[fold != k])
        unseen[fold == k] = _chances(matrix[fold == k], line)
    least, doubt = _thresholds(
        [(e, chance) for e, chance in zip(examples, unseen, strict=True) if e.author in UNSEEN], sentences
    )
    line = _fitted(matrix, truth, weights)
    scale = float(np.abs(line[:-1]).max() / 127)
    steps = np.rint(line[:-1] / scale).astype(np.int8)
    return Head(array("b", steps.tobytes()), scale, float(line[-1]), round(least, 4), round(doubt, 4))


def _thresholds(judged: Sequence[tuple[Example, float]], sentences: int) -> tuple[float, float]:
    """The chance below which nothing is given, and the one below which it is doubtful."""
    highest: dict[int, float] = {}
    due: set[int] = set()
    for example, chance in judged:
        highest[example.sentence] = max(chance, highest.get(example.sentence, 0.0))
        due.update([example.sentence] if example.is_due else [])
    right = np.array([chance for example, chance in judged if example.is_due and chance == highest[example.sentence]])
    others = np.array([chance for one, chance in highest.items() if one not in due])
    given = {step: float((right >= step).sum() / len(due)) for step in STEPS}
    false = {step: float((others >= step).sum() / (sentences - len(due))) for step in STEPS}
    least = max(STEPS, key=lambda step: given[step] - COST_OF_FALSE * false[step])
    doubt = max(least, float(np.quantile(right, DOUBTED)))
    sys.stderr.write(
        f"{sentences} sentences of authors left out: from {least} on {given[least]:.1%} of what is due is given, in "
        f"{false[least]:.1%} of those without anything due something; below {doubt:.3f} doubtful\n"
    )
    return least, doubt


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sentences", type=Path, help="folder of single sentences with expected values")
    parser.add_argument("corpora", type=Path, help="folder with train/")
    parser.add_argument("out", type=Path, help="folder to write")
    given = parser.parse_args()
    files = [*corpus_files(given.sentences / "expressions"), *(given.sentences / name for name in LOOSE)]
    sentences = sum(len(corpus_text(path).splitlines()) for path in files if _author(path) in UNSEEN)
    said: list[Iterator[Said]] = [of_expressions(path) for path in files]
    said += [of_table(given.sentences / f"{name}.psv") for name in TABLES]
    said += [of_marked(path) for path in sorted(given.corpora.glob("sentences/*.txt.gz"))]
    said += [of_calls(path) for path in corpus_files(given.corpora / "train")]
    examples = [e for number, one in enumerate(chain(*said)) for e in examples_of(one, number)]
    day, amount = (head_of([e for e in examples if e.kind == kind], sentences) for kind in ("day", "amount"))
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / FILE).write_bytes(packed(PaymentSense(day, amount)))
    write_card(given.out, synthetic_only=False, kind=KIND, files=(FILE,))


if __name__ == "__main__":
    main()
