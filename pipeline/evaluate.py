"""Gold calls against what was found in them: F1 with intervals, confusion, calibration.

Turns are compared one to one, so text measures need the gold's own turns (`annotate` keeps them); what a recording's
run found is compared by words and by whole calls instead. Intervals are bootstrapped over calls, because turns of one
call are not independent. A class without a case in the gold is left out of a macro average.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.errors import PalabraError
from pipeline.gold import GoldCall, GoldTurn
from pipeline.labels import LABELS, SERIOUS_TONES, STEPS, TONE_CATEGORIES
from pipeline.reasons import load_notices, load_reasons

RESAMPLES = 1000
SEED = 20260101
COVERAGE = (2.5, 97.5)
BINS = 10
NONE = "none"

Counts = npt.NDArray[np.int64]
"""Hits, false alarms and misses of each call, (n_calls, 3)."""


class EvaluationError(PalabraError):
    """Gold and predictions that do not belong together."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure with its 95 % interval; `cases` is how often the gold holds what is measured."""

    name: str
    value: float
    low: float
    high: float
    cases: int


@dataclass(frozen=True, slots=True)
class ClassMeasure:
    """One class of one group ("label", "tone", "step", "reason", "notice", "promise")."""

    group: str
    name: str
    precision: float
    recall: float
    f1: Measure


@dataclass(frozen=True, slots=True)
class Confused:
    """How often the gold says `gold` where `found` was found; "none" stands for no class."""

    group: str
    gold: str
    found: str
    times: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Expected calibration error of a class's probabilities over `turns` turns; 0 is perfect."""

    name: str
    error: float
    turns: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that text can be measured by; `by_country` holds the same measures for each country's calls."""

    calls: int
    turns: int
    measures: tuple[Measure, ...]
    classes: tuple[ClassMeasure, ...]
    confusion: tuple[Confused, ...]
    calibration: tuple[Calibration, ...]
    by_country: tuple[tuple[str, int, tuple[Measure, ...]], ...]


Pair = tuple[GoldCall, GoldCall]


def evaluate(gold: Sequence[GoldCall], found: Sequence[GoldCall], *, resamples: int = RESAMPLES) -> Evaluation:
    """Scores predictions in the gold's schema.

    Raises:
        EvaluationError: A call of the gold is missing, or its turns are not those of the gold.
    """
    pairs = paired(gold, found)
    countries = sorted({call.country for call in gold})
    return Evaluation(
        calls=len(pairs),
        turns=sum(len(call.turns) for call in gold),
        measures=_measures(pairs, resamples),
        classes=tuple(_classes(pairs, resamples)),
        confusion=tuple(_confusion(pairs)),
        calibration=tuple(_calibration(pairs)),
        by_country=tuple(
            (country, len(own), _measures(own, resamples))
            for country in countries
            if (own := [pair for pair in pairs if pair[0].country == country])
        ),
    )


def paired(gold: Sequence[GoldCall], found: Sequence[GoldCall]) -> list[Pair]:
    """Each gold call with its prediction, by id.

    Raises:
        EvaluationError: A call is missing or has other turns.
    """
    by_id = {call.id: call for call in found}
    for call in gold:
        if call.id not in by_id:
            raise EvaluationError(f"{call.id}: not among the predictions; annotate the same file that is the gold")
        if len(by_id[call.id].turns) != len(call.turns):
            raise EvaluationError(
                f"{call.id}: {len(call.turns)} turns in the gold, {len(by_id[call.id].turns)} in the predictions; "
                "text measures need the gold's own turns"
            )
    return [(call, by_id[call.id]) for call in gold]


# ------------------------------------------------------------------------------------------------ counts per call


Said = Callable[[GoldTurn], bool]
Counted = Callable[[GoldTurn, GoldTurn], bool]


def _always(gold: GoldTurn, found: GoldTurn) -> bool:
    del gold, found
    return True


def _has_judged_reason(gold: GoldTurn, found: GoldTurn) -> bool:
    """Not where the gold has a label with a reason and nobody wrote the reason down."""
    del found
    return gold.reason is not None or not _with_reason(gold)


def _has_right_label(gold: GoldTurn, found: GoldTurn) -> bool:
    """Where the gold has a reason and the prediction a label that the gold has too."""
    return gold.reason is not None and bool(_with_reason(gold) & _with_reason(found))


def _has_judged_notices(gold: GoldTurn, found: GoldTurn) -> bool:
    del found
    return gold.notices is not None


def _with_reason(turn: GoldTurn) -> set[str]:
    return {label for label in turn.labels if label != "promise"}


def _turn_counts(pairs: Sequence[Pair], said: Said, counted: Counted = _always) -> Counts:
    """Over the counted turns of each call: both say it, only the prediction, only the gold."""
    counts = np.zeros((len(pairs), 3), np.int64)
    for row, (gold, found) in enumerate(pairs):
        for one, other in zip(gold.gold, found.gold, strict=True):
            if not counted(one, other):
                continue
            is_gold, is_found = said(one), said(other)
            counts[row] += (is_gold and is_found, is_found and not is_gold, is_gold and not is_found)
    return counts


def _promise_counts(pairs: Sequence[Pair]) -> Counts:
    """Over the promises of each call: date and amount both exact, each promise matched once."""
    counts = np.zeros((len(pairs), 3), np.int64)
    for row, (gold, found) in enumerate(pairs):
        one = Counter((p.due, p.amount) for p in gold.promises)
        other = Counter((p.due, p.amount) for p in found.promises)
        hits = (one & other).total()
        counts[row] = (hits, other.total() - hits, one.total() - hits)
    return counts


def _outcome_counts(pairs: Sequence[Pair]) -> Counts:
    """A wrong outcome is a false alarm of one and a miss of another, so that F1 over these is the accuracy."""
    right = [gold.outcome == found.outcome for gold, found in pairs]
    return np.array([(ok, not ok, not ok) for ok in right], np.int64).reshape(len(pairs), 3)


def _says_label(name: str) -> Said:
    return lambda turn: name in turn.labels


def _says_step(name: str) -> Said:
    return lambda turn: name in turn.steps


def _says_tone(names: Sequence[str]) -> Said:
    return lambda turn: any(category in names for category, _ in turn.tone)


def _says_reason(name: str) -> Said:
    return lambda turn: turn.reason == name


def _says_notice(name: str) -> Said:
    return lambda turn: name in (turn.notices or ())


def _reason_counts(pairs: Sequence[Pair], counted: Counted = _has_judged_reason) -> dict[str, Counts]:
    return {name: _turn_counts(pairs, _says_reason(name), counted) for name in load_reasons()}


def _class_counts(pairs: Sequence[Pair]) -> Mapping[str, Mapping[str, Counts]]:
    return {
        "label": {name: _turn_counts(pairs, _says_label(name)) for name in LABELS},
        "tone": {name: _turn_counts(pairs, _says_tone([name])) for name in TONE_CATEGORIES},
        "step": {name: _turn_counts(pairs, _says_step(name)) for name in STEPS},
        "reason": _reason_counts(pairs),
        "notice": {n: _turn_counts(pairs, _says_notice(n), _has_judged_notices) for n in load_notices()},
    }


# ------------------------------------------------------------------------------------------------------- measures


def _measures(pairs: Sequence[Pair], resamples: int) -> tuple[Measure, ...]:
    return tuple(_measure(name, classes, resamples) for name, classes in measured(pairs))


def measured(pairs: Sequence[Pair]) -> tuple[tuple[str, list[Counts]], ...]:
    """What the figures are means of: by name, the counts of each class."""
    counts = _class_counts(pairs)
    any_tone = _turn_counts(pairs, _says_tone(TONE_CATEGORIES))
    serious = _turn_counts(pairs, _says_tone(SERIOUS_TONES))
    return (
        ("labels macro-F1", list(counts["label"].values())),
        ("any aggressive tone F1", [any_tone]),
        ("serious tone F1", [serious]),
        ("tone macro-F1", list(counts["tone"].values())),
        ("steps macro-F1", list(counts["step"].values())),
        ("promise date and amount F1", [_promise_counts(pairs)]),
        ("outcome accuracy", [_outcome_counts(pairs)]),
        ("reasons macro-F1", list(counts["reason"].values())),
        ("reasons macro-F1, label right", list(_reason_counts(pairs, _has_right_label).values())),
        ("notices macro-F1", list(counts["notice"].values())),
    )


def _measure(name: str, classes: Sequence[Counts], resamples: int) -> Measure:
    """Mean F1 of the classes that the gold holds, with the interval over calls drawn with replacement."""
    stacked = held_classes(classes)
    if not stacked.shape[1]:
        return Measure(name, float("nan"), float("nan"), float("nan"), 0)
    low, high = np.percentile(drawn_f1(stacked, resamples), COVERAGE)
    return Measure(name, mean_f1(stacked), float(low), float(high), int(stacked[:, :, [0, 2]].sum()))


def held_classes(classes: Sequence[Counts]) -> Counts:
    """Counts of the classes that the gold holds, (n_calls, n_classes, 3)."""
    stacked = np.stack(classes, axis=1)
    return stacked[:, stacked[:, :, [0, 2]].sum(axis=(0, 2)) > 0]


def mean_f1(stacked: Counts) -> float:
    return float(f1_of(stacked.sum(axis=0)).mean())


def drawn_f1(stacked: Counts, resamples: int) -> npt.NDArray[np.float64]:
    """Mean F1 of each drawing of as many calls with replacement, (resamples,); the same calls for the same number."""
    n_calls = len(stacked)
    times = np.random.default_rng(SEED).multinomial(n_calls, np.full(n_calls, 1 / n_calls), size=resamples)
    drawn = np.einsum("rc,ckx->rkx", times, stacked)
    with_cases = drawn[:, :, [0, 2]].sum(axis=2) > 0
    means = np.where(with_cases, f1_of(drawn), 0.0).sum(axis=1) / np.maximum(with_cases.sum(axis=1), 1)
    return np.asarray(means, np.float64)


def f1_of(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """F1 over the last axis (hits, false alarms, misses); 0 where there is nothing at all."""
    hits, wrong = 2.0 * counts[..., 0], counts[..., 1] + counts[..., 2]
    return hits / np.maximum(hits + wrong, 1)


def _classes(pairs: Sequence[Pair], resamples: int) -> list[ClassMeasure]:
    groups = {**_class_counts(pairs), "promise": {"date and amount": _promise_counts(pairs)}}
    measures = []
    for group, classes in groups.items():
        for name, counts in classes.items():
            hits, alarms, misses = (int(n) for n in counts.sum(axis=0))
            f1 = _measure(name, [counts], resamples)
            measures.append(
                ClassMeasure(group, name, _share(hits, hits + alarms), _share(hits, hits + misses), f1),
            )
    return measures


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _confusion(pairs: Sequence[Pair]) -> list[Confused]:
    """Classes that both say stand on the diagonal; what only one says is set against what only the other says."""
    times: Counter[tuple[str, str, str]] = Counter()
    for gold, found in pairs:
        for one, other in zip(gold.gold, found.gold, strict=True):
            _confuse(times, "label", set(one.labels), set(other.labels))
            _confuse(times, "tone", {c for c, _ in one.tone}, {c for c, _ in other.tone})
            if one.reason is not None and other.reason is not None:
                times["reason", one.reason, other.reason] += 1
        times["outcome", gold.outcome, found.outcome] += 1
    return [Confused(group, one, other, n) for (group, one, other), n in sorted(times.items())]


def _confuse(times: Counter[tuple[str, str, str]], group: str, gold: set[str], found: set[str]) -> None:
    for name in gold & found:
        times[group, name, name] += 1
    missed, extra = gold - found or {NONE}, found - gold or {NONE}
    if (missed, extra) != ({NONE}, {NONE}):
        for one in missed:
            for other in extra:
                times[group, one, other] += 1


def _calibration(pairs: Sequence[Pair]) -> list[Calibration]:
    asked: dict[str, list[tuple[float, bool]]] = {}
    for gold, found in pairs:
        for one, other in zip(gold.gold, found.gold, strict=True):
            for name, score in other.scores:
                asked.setdefault(name, []).append((score, name in one.labels or name in one.steps))
    return [Calibration(name, calibration_error(answers), len(answers)) for name, answers in asked.items()]


def calibration_error(answers: Sequence[tuple[float, bool]]) -> float:
    """Mean distance of probability and frequency over bins of equal width, weighted by the turns in each."""
    scores = np.array([score for score, _ in answers])
    truth = np.array([is_true for _, is_true in answers])
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    gaps = [abs((scores[bins == b] - truth[bins == b]).sum()) for b in range(BINS)]
    return float(sum(gaps) / max(1, len(scores)))
