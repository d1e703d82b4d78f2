"""`python -m models.recipes.understanding CORPORA WEIGHTS`: trains the shipped classifiers again."""

import argparse
import sys
from pathlib import Path

import numpy as np

from models.recipes.understanding.train import (
    Recipe,
    calibrated,
    joined_rows,
    raw_scores,
    read_corpus,
    rows_of,
    train_reader,
    write_weights,
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("corpora", type=Path, help="folder with train/ and validation/")
    arguments.add_argument("weights", type=Path, help="folder to write")
    arguments.add_argument("--strength", type=float, default=Recipe().strength)
    arguments.add_argument("--around", type=float, default=Recipe().around)
    given = arguments.parse_args()
    recipe = Recipe(given.strength, given.around)
    rows = rows_of(read_corpus(given.corpora, "train"))
    sys.stderr.write(f"{len(rows.lengths)} calls, {len(rows.features)} turns, {len(set(rows.authors))} authors\n")
    trained = train_reader(rows, recipe)
    scores = trained.unseen
    if held := read_corpus(given.corpora, "validation"):
        rows = joined_rows(rows, rows_of(held))
        scores = np.concatenate([scores, raw_scores(trained.reader, held)])
    write_weights(calibrated(trained.reader, rows, scores, recipe), given.weights)


if __name__ == "__main__":
    main()
