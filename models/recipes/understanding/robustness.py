"""What is lost as a recogniser errs more: labels, tone and promises of the validation calls, by word error rate.

python -m models.recipes.understanding.robustness corpora --weights turns-es

The gold's text is written as a recogniser writes it, with that share of words wrong, lost or put in: a figure or a
weekday is half of the time heard as another one, which is what costs promises. A wrong word is marked unsure with the
probability `--noticed`, a right one with `--false-alarm`, as a recogniser's own probabilities would do; what those are
for a recogniser at hand only its output on gold recordings tells. So this is an estimate of the understanding alone.
"""

import argparse
import random
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from models.quiet import silence_libraries
from models.recipes.understanding.train import read_corpus
from models.registry import find_weights
from models.tone_classifier import load_tone_classifier
from models.turn_classifier import load_turn_classifier
from pipeline.classify import classify
from pipeline.config import Config
from pipeline.evaluate import Evaluation, evaluate
from pipeline.gold import GoldCall, GoldPromise, GoldTurn
from pipeline.labels import Severity, ToneCategory
from pipeline.outcome import outcome_of
from pipeline.ports import ToneClassifier, TurnClassifier
from pipeline.promises import promises_of_call
from pipeline.tone import flag_tone
from pipeline.types import Promise, Span, Turn, Word
from pipeline.word_errors import ErrorRates, error_rates

RATES: Final = (0.0, 0.05, 0.10, 0.15, 0.25)
SURE, UNSURE = 0.93, 0.25
"""Probabilities that words are given: above and below what makes a promise doubtful."""

_MARKS: Final = re.compile(r"[^\w\s]|_")
_GROUPS: Final = tuple(
    tuple(group.split())
    for group in (
        "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince",
        "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
        "cien doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos",
        "lunes martes miércoles jueves viernes sábado domingo",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    )
)
"""Words that a recogniser takes for each other and that change a promise."""

_ALIKE: Final = (("v", "b"), ("z", "s"), ("ll", "y"), ("h", ""), ("c", "s"), ("g", "j"), ("d", ""), ("n", "m"))
_PUT_IN: Final = ("que", "de", "la", "no", "eh", "pues", "y", "es")


@dataclass(frozen=True, slots=True)
class Noise:
    """How a recogniser errs.

    Attributes:
        rate: Share of words that are wrong, lost or put in.
        noticed: Share of the wrong words that it is unsure of.
        false_alarm: Share of the right words that it is unsure of.
        lost, put_in: Shares of its errors; the rest are words heard wrong.
        as_another: Share of wrong figures, weekdays and months that are heard as another one.
    """

    rate: float
    noticed: float = 0.8
    false_alarm: float = 0.03
    lost: float = 0.25
    put_in: float = 0.15
    as_another: float = 0.5


@dataclass(frozen=True, slots=True)
class Loss:
    """What was found at one rate.

    Attributes:
        words: Error rates that the noise came to.
        figures: All measures.
        promises: Standing promises that were found.
        wrong: Of them, how many the gold does not hold with that date and amount.
        undoubted: Of the wrong ones, how many were not marked doubtful.
        doubted: Of the right ones, how many were marked doubtful: what the mark costs.
    """

    words: ErrorRates
    figures: Evaluation
    promises: int
    wrong: int
    undoubted: int
    doubted: int


def as_heard(turn: Turn, noise: Noise, draw: random.Random) -> Turn:
    """The turn as recognised: no marks, no capitals, words with probabilities; never empty."""
    words: list[tuple[str, bool]] = []
    for word in _MARKS.sub(" ", turn.text.lower()).split():
        kind = draw.random() / noise.rate if noise.rate else 1.0
        if kind >= 1:
            words.append((word, True))
        elif kind < noise.put_in:
            words += [(word, True), (draw.choice(_PUT_IN), False)]
        elif kind >= noise.put_in + noise.lost:
            words.append((_mistaken(word, noise, draw), False))
    words = words or [(turn.text.lower(), True)]
    length = turn.span.duration / len(words)
    timed = tuple(
        Word(
            text,
            Span(turn.span.start + i * length, turn.span.start + (i + 1) * length),
            UNSURE if draw.random() < (noise.false_alarm if is_right else noise.noticed) else SURE,
            0,
        )
        for i, (text, is_right) in enumerate(words)
    )
    return replace(turn, text=" ".join(text for text, _ in words), words=timed)


def _mistaken(word: str, noise: Noise, draw: random.Random) -> str:
    group = next((group for group in _GROUPS if word in group), None)
    if group is not None and draw.random() < noise.as_another:
        return draw.choice([other for other in group if other != word])
    if word.isdecimal():
        return word[:-1] + draw.choice([d for d in "0123456789" if d != word[-1]])
    said, written = draw.choice(_ALIKE)
    changed = word.replace(said, written, 1) if said in word else word[:-1]
    bare = "".join(c for c in unicodedata.normalize("NFD", changed) if not unicodedata.combining(c))
    return bare or draw.choice(_PUT_IN)


def loss_at(
    gold: Sequence[GoldCall], noise: Noise, seed: int, models: tuple[TurnClassifier, ToneClassifier], config: Config
) -> Loss:
    """Everything that is understood of the noised calls, scored against the gold."""
    draw = random.Random(seed)
    heard = [replace(call, turns=tuple(as_heard(turn, noise, draw) for turn in call.turns)) for call in gold]
    labels = classify([call.conversation for call in heard], models[0])
    flags = flag_tone([call.conversation for call in heard], models[1])
    found: list[GoldCall] = []
    counts = Counter[str]()
    for call in heard:
        own, day = labels[call.id], call.started_at.date()
        told = promises_of_call(call.turns, own, call.account, day, config.promises)
        standing = [promise for promise in told.promises if promise.replaced_by is None]
        tones: dict[int, list[tuple[ToneCategory, Severity]]] = {turn.index: [] for turn in call.turns}
        for flag in flags[call.id]:
            if flag.score >= config.tone.min_score:
                tones[flag.turn].append((flag.category, flag.severity))
        turns = tuple(GoldTurn(one.labels, tuple(tones[one.turn]), one.steps, one.reason, one.notices) for one in own)
        promises = tuple(GoldPromise(p.due, p.amount, p.currency, p.conditional, p.turns) for p in standing)
        outcome = outcome_of(call.turns, own, told.promises, told.callbacks, day, config.outcome)
        counts.update(_doubts(standing, call.promises))
        found.append(replace(call, gold=turns, promises=promises, outcome=outcome))
    return Loss(
        error_rates([(one.turns, other.turns) for one, other in zip(gold, heard, strict=True)]),
        evaluate(gold, found, resamples=200),
        promises=counts.total(),
        wrong=counts["wrong"] + counts["wrong, doubtful"],
        undoubted=counts["wrong"],
        doubted=counts["right, doubtful"],
    )


def _doubts(found: Sequence[Promise], gold: Sequence[GoldPromise]) -> list[str]:
    """What each promise that stands is, each of the gold matched once."""
    left = Counter((promise.due, promise.amount) for promise in gold)
    kinds = []
    for promise in found:
        is_right = left[promise.due, promise.amount] > 0
        left[promise.due, promise.amount] -= is_right
        kinds.append(("right" if is_right else "wrong") + (", doubtful" if promise.doubtful else ""))
    return kinds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="folder with validation/")
    parser.add_argument("--weights", default=Config().classify.model, help="weights of the classifiers")
    parser.add_argument("--calls", type=int, default=0, help="only so many calls, spread over the corpus; 0 is all")
    parser.add_argument("--noticed", type=float, default=Noise(0).noticed, help="share of wrong words marked unsure")
    parser.add_argument("--false-alarm", type=float, default=Noise(0).false_alarm, help="the same of right words")
    parser.add_argument("--seed", type=int, default=20261122)
    given = parser.parse_args()
    silence_libraries()
    gold = read_corpus(given.corpora, "validation")
    gold = gold[:: max(1, len(gold) // given.calls)][: given.calls] if given.calls else gold
    config, local = Config(), find_weights(given.weights)
    models = load_turn_classifier(local, config.classify), load_tone_classifier(local, config.tone)
    sys.stdout.write(f"{len(gold)} calls; wrong words are marked unsure {given.noticed:.0%} of the time, right ones "
                     f"{given.false_alarm:.0%}\n")  # fmt: skip
    sys.stdout.write(f"{'word errors':>11} {'labels':>7} {'any tone':>8} {'tone':>6} {'steps':>6} {'promise':>8} "
                     f"{'outcome':>8} {'wrong, undoubted':>17} {'right, doubtful':>16}\n")  # fmt: skip
    for rate in RATES:
        loss = loss_at(gold, Noise(rate, given.noticed, given.false_alarm), given.seed, models, config)
        value = {measure.name: measure.value for measure in loss.figures.measures}
        of = max(1, loss.promises)
        sys.stdout.write(
            f"{loss.words.wer:11.1%} {value['labels macro-F1']:7.2f} {value['any aggressive tone F1']:8.2f} "
            f"{value['tone macro-F1']:6.2f} {value['steps macro-F1']:6.2f} {value['promise date and amount F1']:8.2f} "
            f"{value['outcome accuracy']:8.2f} {loss.undoubted / of:17.1%} {loss.doubted / of:16.1%}\n"
        )


if __name__ == "__main__":
    main()
