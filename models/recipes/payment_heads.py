"""Days and sums with what is to be paid told -> the two heads of `pipeline.payment_sense`, first and second look.

The second look learns from what first looks say of authors whom they were not shown; thresholds come from chances of
both that were given without an author's sentences.
"""

import sys
from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.optimize
import scipy.sparse
import torch

from pipeline.payment_sense import BUCKETS, FACTS, Head, Network, PaymentSense, Placed, beside, chance_of

CALLS: Final = "calls"
"""The author of examples out of calls."""
STRENGTH: Final = 0.1
CALL_WEIGHT: Final = 0.4
COST_OF_FALSE: Final = 1.5
"""So many missed values weigh as much as one that is none: a wrong day is worse than none."""
STEPS: Final = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Thresholds that are tried."""
DOUBTED: Final = 0.1
"""Share of right values of authors left out that a person should confirm, if they are given at all."""
FOLDS: Final = 5
UNITS: Final = 8
"""Of the second look; one or sixteen were within a third of a per cent."""
SECOND_STRENGTH: Final = 3.0
OTHER: Final = {"day": "amount", "amount": "day"}

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """An expression that the grammar found, and whether it is to be paid.

    Attributes:
        kind: "day" or "amount".
        features: Its patterns.
        place: Where it stands among the tokens.
        is_due: What is to be learned.
        author: Whose sentence; `CALLS` where out of a call.
        sentence: Number of the sentence among all.
        has_partners: The sentence's expressions of the other kind are examples too.
    """

    kind: str
    features: frozenset[int]
    place: int
    is_due: bool
    author: str
    sentence: int
    has_partners: bool


@dataclass(frozen=True, slots=True)
class _Examples:
    """Those of one kind, side by side."""

    examples: Sequence[Example]
    matrix: scipy.sparse.csr_matrix
    truth: Vector
    weights: Vector
    folds: npt.NDArray[np.int64]

    def first_odds(self) -> Vector:
        """Log odds of each by a first look that was not shown its fold."""
        odds = np.zeros(len(self.examples))
        for k in range(FOLDS):
            held = self.folds == k
            line = _fitted(self.matrix[~held], self.truth[~held], self.weights[~held])
            odds[held] = self.matrix[held] @ line[:-1] + line[-1]
        return odds


def sense_of(examples: Sequence[Example], unseen: Mapping[str, int]) -> PaymentSense:
    """Both heads.

    Args:
        examples: Of both kinds.
        unseen: The authors whose sentences set thresholds, and how many each has.
    """
    authors = sorted({e.author for e in examples})
    own = {kind: _examples([e for e in examples if e.kind == kind], authors) for kind in OTHER}
    odds = {kind: those.first_odds() for kind, those in own.items()}
    rows = {kind: _rows(those.examples) for kind, those in own.items()}

    def placed(kind: str, sentence: int) -> list[Placed]:
        return [(own[kind].examples[row].place, float(odds[kind][row])) for row in rows[kind].get(sentence, ())]

    heads = {}
    for kind, those in own.items():
        facts = np.zeros((len(those.examples), FACTS))
        for sentence, lying in rows[kind].items():
            facts[lying] = beside(placed(kind, sentence), placed(OTHER[kind], sentence))
        heads[kind] = _head(those, facts, unseen)
    return PaymentSense(heads["day"], heads["amount"])


def _examples(examples: Sequence[Example], authors: Sequence[str]) -> _Examples:
    return _Examples(
        examples,
        _matrix(examples),
        np.array([e.is_due for e in examples], np.float64),
        np.array([CALL_WEIGHT if e.author == CALLS else 1.0 for e in examples]),
        np.array([(e.sentence if e.author == CALLS else authors.index(e.author)) % FOLDS for e in examples]),
    )


def _rows(examples: Sequence[Example]) -> dict[int, list[int]]:
    """Where the examples of each sentence lie, in order."""
    found: dict[int, list[int]] = defaultdict(list)
    for row, example in enumerate(examples):
        found[example.sentence].append(row)
    return found


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


def _head(those: _Examples, facts: Vector, unseen: Mapping[str, int]) -> Head:
    """A head whose second look was learnt from `facts`, (examples, FACTS), of sentences that are no calls."""
    learns = np.array([e.has_partners and e.author != CALLS for e in those.examples])
    chances = np.zeros(len(facts))
    for k in range(FOLDS):
        held = those.folds == k
        network = second_look(facts[learns & ~held], those.truth[learns & ~held])
        chances[held] = [chance_of(network.odds(row)) for row in facts[held].tolist()]
    judged = [(e, chance) for e, chance in zip(those.examples, chances.tolist(), strict=True) if e.author in unseen]
    least, doubt = _thresholds(judged, sum(unseen.values()))
    line = _fitted(those.matrix, those.truth, those.weights)
    scale = float(np.abs(line[:-1]).max() / 127)
    steps = np.rint(line[:-1] / scale).astype(np.int8)
    network = second_look(facts[learns], those.truth[learns])
    return Head(array("b", steps.tobytes()), scale, float(line[-1]), network, round(least, 4), round(doubt, 4))


def second_look(facts: Vector, truth: Vector) -> Network:
    """The network that tells `truth`, (examples,), from `facts`, (examples, FACTS): all at once, from a fixed seed."""
    centre, spread = facts.mean(axis=0), facts.std(axis=0) + 1e-6
    seen, due = torch.from_numpy((facts - centre) / spread), torch.from_numpy(truth)
    drawn = torch.Generator().manual_seed(0)
    into = (torch.randn(FACTS, UNITS, generator=drawn, dtype=torch.float64) * 0.3).requires_grad_()
    out = (torch.randn(UNITS, generator=drawn, dtype=torch.float64) * 0.3).requires_grad_()
    line = torch.zeros(FACTS, dtype=torch.float64, requires_grad=True)
    shift = torch.zeros(UNITS, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros((), dtype=torch.float64, requires_grad=True)
    held = (into, out, line, shift)
    steps = torch.optim.LBFGS([*held, bias], max_iter=150, history_size=20, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        steps.zero_grad()
        odds = torch.relu(seen @ into + shift) @ out + seen @ line + bias
        wrong = torch.nn.functional.binary_cross_entropy_with_logits(odds, due, reduction="sum")
        total = wrong + SECOND_STRENGTH * torch.stack([(part**2).sum() for part in held]).sum()
        total.backward()
        return total

    steps.step(loss)
    # At work the facts come as they are: their centre and spread go into the weights.
    unscaled = into.detach().numpy() / spread[:, None]
    shifts = shift.detach().numpy() - centre @ unscaled
    straight = line.detach().numpy() / spread
    units = np.concatenate([unscaled, shifts[None], out.detach().numpy()[None]]).T
    return Network(
        tuple(tuple(unit) for unit in units.round(5).tolist()),
        tuple(np.append(straight, float(bias.detach()) - centre @ straight).round(5).tolist()),
    )


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
