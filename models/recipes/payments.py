"""Expressions with expected values and calls with promises -> `pipeline.payment_sense`: what is to be paid.

python -m models.recipes.payments tests/data corpora models/weights/payment-classifier-es

Every day and sum that the grammar can find is an example: those of the sentences with expected values that the tests
hold, but for `expressions_held`, and at less weight those of the turns of training calls, since a turn is often
understood only from those before it. Thresholds come from chances that a model without that author gave: what may be
lost of the right values is given.
"""

import argparse
import json
import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import scipy.optimize
import scipy.sparse

from models.recipes.corpus import corpus_files, corpus_text
from models.registry import write_card
from models.sentences import FILE, KIND
from pipeline.amounts import AmountContext, find_amounts
from pipeline.countries import CURRENCY_OF
from pipeline.dates import read_times
from pipeline.numbers import find_numbers
from pipeline.payment_sense import BUCKETS, Head, PaymentSense, features_of, packed
from pipeline.tokens import tokenize

STRENGTH: Final = 0.1
CALL_WEIGHT: Final = 0.4
LOST: Final = 0.007
"""Share of right values that may be dropped, by authors left out."""
DOUBTED: Final = 0.04
"""Share of right values below which a person should confirm."""
FOLDS: Final = 5
TABLES_DAY: Final = date(2026, 3, 12)
"""The day on which the sentences of the tables are said."""
TABLES: Final = {
    "amounts_to_pay": ("country", "balance", "minimum", "text", "amount"),
    "no_amounts": ("country", "balance", "minimum", "text", "amount"),
    "due_dates_wording": ("country", "day", "text"),
}
_CALLS: Final = "calls"

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """An expression that the grammar found, and whether it is to be paid. `author`: "calls" where out of a call."""

    kind: str
    features: frozenset[int]
    is_due: bool
    author: str


def _found(text: str, day: date, country: str, context: AmountContext) -> Iterator[tuple[str, frozenset[int], Any]]:
    tokens = tokenize(text)
    numbers = find_numbers(tokens, country=country)
    for due in read_times(tokens, numbers, day, country).dates:
        yield "day", features_of(tokens, numbers, due.first, due.last), due.date
    for amount in find_amounts(text, context):
        yield "amount", features_of(tokens, numbers, amount.first, amount.last), amount.value


def _same(value: Any, expected: Sequence[Any]) -> bool:
    if isinstance(value, date):
        return value.isoformat() in expected
    return value is not None and any(abs(float(value) - float(e)) < 0.005 for e in expected)


def _decimal(value: object) -> Decimal | None:
    return None if value in (None, "", "-") else Decimal(str(value))


def of_expressions(path: Path) -> Iterator[Example]:
    """The examples of a file of single sentences with their expected values."""
    for line in path.read_text("utf-8").splitlines():
        record = json.loads(line)
        told = record.get("expect", record)
        country = record["country"]
        context = AmountContext(
            country,
            record.get("currency") or CURRENCY_OF.get(country, ""),
            _decimal(record.get("balance")),
            _decimal(record.get("minimum_payment")),
        )
        said_on = date.fromisoformat(record["said_on"][:10])
        expected = {kind: told[name] for kind, name in (("day", "date"), ("amount", "amount")) if name in told}
        yield from _judged(record["text"], said_on, country, context, (expected, path.stem))


def of_table(path: Path) -> Iterator[Example]:
    """The examples of a table of sentences, of the kinds that its columns tell."""
    for line in path.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        row = dict(zip(TABLES[path.stem], line.split("|"), strict=True))
        country = row["country"]
        own = CURRENCY_OF.get(country, "")
        context = AmountContext(country, own, _decimal(row.get("balance")), _decimal(row.get("minimum")))
        told: dict[str, Any] = {kind: _first(row[kind]) for kind in ("day", "amount") if kind in row}
        yield from _judged(row["text"], TABLES_DAY, country, context, (told, path.stem))


def _first(cell: str) -> str | None:
    """A day, or a sum without its currency; None where the cell says none."""
    return None if cell in ("", "-") else cell.split(" ", maxsplit=1)[0]


def _judged(
    text: str, said_on: date, country: str, context: AmountContext, told: tuple[Mapping[str, Any], str]
) -> Iterator[Example]:
    expected, author = told
    for kind, features, value in _found(text, said_on, country, context):
        if kind in expected:
            right = [] if expected[kind] is None else [expected[kind]]
            yield Example(kind, features, _same(value, right), author)


def of_calls(path: Path) -> Iterator[Example]:
    """The examples of a corpus file; turns that commit to a payment which does not stand at the end are left out."""
    for line in corpus_text(path).splitlines():
        call = json.loads(line)
        country, account = call["country"], call["account"]
        context = AmountContext(
            country,
            call.get("currency") or CURRENCY_OF.get(country, ""),
            _decimal(account.get("balance")),
            _decimal(account.get("minimum_payment")),
        )
        said_on = datetime.fromisoformat(call["started_at"]).date()
        for index, turn in enumerate(call["turns"]):
            own = [promise for promise in call["promises"] if index in promise["turns"]]
            commits = "promise" in turn["labels"] or {"agreement", "recap", "options"} & set(turn["steps"])
            if commits and not own:
                continue
            right = {
                "day": [p["date"] for p in own if p["date"] is not None],
                "amount": [p["amount"] for p in own if p["amount"] is not None],
            }
            for kind, features, value in _found(turn["text"], said_on, country, context):
                yield Example(kind, features, _same(value, right[kind]), _CALLS)


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


def head_of(examples: Sequence[Example]) -> Head:
    """Weights from all examples, thresholds from expressions of authors left out."""
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
    right, wrong = unseen[~of_call & (truth > 0.5)], unseen[~of_call & (truth < 0.5)]
    least, doubt = (float(np.quantile(right, share)) for share in (LOST, DOUBTED))
    sys.stderr.write(
        f"{len(right)} right and {len(wrong)} other expressions of authors left out: below {least:.3f} {LOST:.1%} and "
        f"{(wrong < least).mean():.1%}, below {doubt:.3f} {DOUBTED:.1%} and {(wrong < doubt).mean():.1%}\n"
    )
    line = _fitted(matrix, truth, weights)
    scale = float(np.abs(line[:-1]).max() / 127)
    steps = np.rint(line[:-1] / scale).astype(np.int8)
    return Head(array("b", steps.tobytes()), scale, float(line[-1]), round(least, 4), round(doubt, 4))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sentences", type=Path, help="folder of single sentences with expected values")
    parser.add_argument("corpora", type=Path, help="folder with train/")
    parser.add_argument("out", type=Path, help="folder to write")
    given = parser.parse_args()
    loose = ("spoken_payments.jsonl", "beyond_the_rules.jsonl")
    files = (*sorted(given.sentences.glob("expressions/*.jsonl")), *(given.sentences / name for name in loose))
    examples = [e for path in files for e in of_expressions(path)]
    examples += [e for name in TABLES for e in of_table(given.sentences / f"{name}.psv")]
    examples += [e for path in corpus_files(given.corpora / "train") for e in of_calls(path)]
    day, amount = (head_of([e for e in examples if e.kind == kind]) for kind in ("day", "amount"))
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / FILE).write_bytes(packed(PaymentSense(day, amount)))
    write_card(given.out, synthetic_only=False, kind=KIND, files=(FILE,))


if __name__ == "__main__":
    main()
