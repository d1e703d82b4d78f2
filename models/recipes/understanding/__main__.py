"""`python -m models.recipes.understanding CORPORA WEIGHTS`: trains the shipped classifiers again."""

import argparse
import sys
from pathlib import Path

from models.recipes.understanding.train import Recipe, read_corpus, train_linear, training_calls, write_weights


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("corpora", type=Path, help="folder with train/, fragments/ and validation/")
    arguments.add_argument("weights", type=Path, help="folder to write")
    arguments.add_argument("--strength", type=float, default=Recipe().strength)
    arguments.add_argument("--around", type=float, default=Recipe().around)
    given = arguments.parse_args()
    recipe = Recipe(given.strength, given.around)
    calls = training_calls(given.corpora)
    authors, turns = {call.author for call in calls}, sum(len(call.turns) for call in calls)
    sys.stderr.write(f"{len(calls)} calls, {turns} turns, {len(authors)} authors\n")
    write_weights(train_linear(calls, read_corpus(given.corpora, "validation"), recipe), given.weights)


if __name__ == "__main__":
    main()
