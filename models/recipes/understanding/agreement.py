"""How far two readers of the same calls agree: one as gold, the other as predictions.

python -m models.recipes.understanding.agreement corpora/second_reading/author7.jsonl.gz corpora
python -m models.recipes.understanding.agreement corpora/second_reading/author63.txt.gz corpora     # of fragments
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from models.recipes.corpus import corpus_files, corpus_text
from models.recipes.understanding.fragments import fragments_of, read_fragments
from pipeline.evaluate import Evaluation, evaluate
from pipeline.gold import read_gold


def agreement(second: Path, corpora: Path) -> Evaluation:
    """The second reading scored against the first, on the calls of the second."""
    if not second.name.endswith((".jsonl", ".jsonl.gz")):
        return _agreement_on_fragments(second, corpora)
    read_again = read_gold(corpus_text(second), second.name)
    ids = {call.id for call in read_again}
    parts = (path for part in ("train", "validation") for path in corpus_files(corpora / part))
    first = [call for path in parts for call in read_gold(corpus_text(path), path.name) if call.id in ids]
    return evaluate(first, read_again)


def _agreement_on_fragments(second: Path, corpora: Path) -> Evaluation:
    """Fragments have no name: what was said tells which is which."""
    first = {tuple(turn.text for turn in call.turns): call for call in read_fragments(corpora / "fragments")}
    read_again = [
        replace(call, id=first[said].id)
        for call in fragments_of(second)
        if (said := tuple(turn.text for turn in call.turns)) in first
    ]
    ids = {call.id for call in read_again}
    return evaluate([call for call in first.values() if call.id in ids], read_again)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("second", type=Path, help="calls or fragments labelled again by another hand that saw no label")
    parser.add_argument("corpora", type=Path, help="folder with train/, validation/ and fragments/")
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
