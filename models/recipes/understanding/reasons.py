"""The head that tells reasons, trained alone in a minute or two and put into a folder of weights.

python -m models.recipes.understanding.reasons corpora models/weights/turns-es

It reads what the other heads of the linear reader read and, besides, the words of the debtor's side in the rest of the
call. Only turns for which somebody wrote a reason down teach it; the figures it prints are of the validation part, with
the gold's labels: how often the reason is right where the label is.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from models.classifiers.linear import FILE, Head, LinearReader, load_linear, save_reader
from models.classifiers.ngrams import BUCKETS, features_of, with_rest_of_call
from models.classifiers.reader import likeliest_reason
from models.recipes.understanding.ridge import fit, problem_of
from models.registry import CARD, find_weights, write_card
from pipeline.gold import GoldCall
from pipeline.reasons import load_reasons


def head_of_reasons(calls: Sequence[GoldCall], strength: float) -> Head:
    """Scores of each reason of `load_reasons`, from turns with their call; nothing where nobody wrote one down."""
    names = tuple(load_reasons())
    features, targets, authors = [], [], []
    for call in calls:
        told = [i for i, turn in enumerate(call.gold) if turn.reason in names]
        own = features_of(call.turns) if told else []
        features += [with_rest_of_call(own[i], i, call.turns) for i in told]
        targets += [[name == call.gold[i].reason for name in names] for i in told]
        authors += [call.author or call.id] * len(told)
    if not features:
        n = len(names)
        return Head(np.zeros((BUCKETS, n), np.int8), np.ones(n, np.float32), np.zeros(n, np.float32))
    problem = problem_of(features, np.array(targets, np.float64), authors)
    return fit(problem.gram, problem, strength)[1]


def with_reasons(reader: LinearReader, calls: Sequence[GoldCall], strength: float) -> LinearReader:
    return replace(reader, reasons=head_of_reasons(calls, strength), reasons_by_call=True)


def found_reasons(reader: LinearReader, calls: Sequence[GoldCall]) -> list[tuple[str, str | None]]:
    """The gold's reason and the one that the reader tells for the gold's labels, of each turn with a reason."""
    pairs = []
    for call in calls:
        read = reader.read_turns(call.turns)
        for i, turn in enumerate(call.gold):
            if turn.reason is not None:
                pairs.append((turn.reason, likeliest_reason(call.turns[i], read.reason_scores(i), turn.labels)))
    return pairs


def macro_f1(pairs: Sequence[tuple[str, str | None]]) -> float:
    """Mean F1 of the reasons that the gold holds."""
    f1 = []
    for name in sorted({gold for gold, _ in pairs}):
        hits = sum(gold == found == name for gold, found in pairs)
        either = sum(gold == name for gold, _ in pairs) + sum(found == name for _, found in pairs)
        f1.append(2 * hits / either)
    return float(np.mean(f1))


def main() -> None:
    # The recipe of the whole reader stands on this module.
    from models.recipes.understanding.train import KIND, Recipe, read_corpus, training_calls

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="folder with train/, fragments/ and validation/")
    parser.add_argument("weights", type=Path, help="folder of a linear reader, whose head of reasons is replaced")
    given = parser.parse_args()
    before = load_linear(find_weights(str(given.weights)))
    held = read_corpus(given.corpora, "validation")
    after = with_reasons(before, training_calls(given.corpora), Recipe().strength)
    for name, reader in (("before", before), ("after", after)):
        pairs = found_reasons(reader, held)
        right = sum(gold == found for gold, found in pairs) / len(pairs)
        sys.stdout.write(f"{name:7} macro-F1 {macro_f1(pairs):.3f}, right {right:.3f} of {len(pairs)}\n")
    save_reader(after, given.weights)
    files = {*(path.name for path in given.weights.iterdir() if path.is_file()), FILE} - {CARD, "CARD.md"}
    write_card(given.weights, synthetic_only=False, kind=KIND, files=tuple(sorted(files)))


if __name__ == "__main__":
    main()
