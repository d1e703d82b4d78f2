"""How far two readers of the same calls agree: one as gold, the other as predictions.

python -m models.recipes.understanding.agreement corpora/second_reading/author7.jsonl.gz corpora
"""

import argparse
import sys
from pathlib import Path

from models.recipes.corpus import corpus_files, corpus_text
from pipeline.evaluate import Evaluation, evaluate
from pipeline.gold import read_gold


def agreement(second: Path, corpora: Path) -> Evaluation:
    """The second reading scored against the first, on the calls of the second."""
    read_again = read_gold(corpus_text(second), second.name)
    ids = {call.id for call in read_again}
    parts = (path for part in ("train", "validation") for path in corpus_files(corpora / part))
    first = [call for path in parts for call in read_gold(corpus_text(path), path.name) if call.id in ids]
    return evaluate(first, read_again)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("second", type=Path, help="calls labelled again by another hand that saw no label")
    parser.add_argument("corpora", type=Path, help="folder with train/ and validation/")
    given = parser.parse_args()
    found = agreement(given.second, given.corpora)
    lines = [f"{found.calls} calls, {found.turns} turns"]
    lines += [f"{m.name:28} {m.value:5.2f}  {m.low:.2f}-{m.high:.2f}  {m.cases:5}" for m in found.measures]
    lines += [
        f"{c.group + ' ' + c.name:28} {c.f1.value:5.2f}  {c.f1.low:.2f}-{c.f1.high:.2f}  {c.f1.cases:5}"
        for c in found.classes
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
