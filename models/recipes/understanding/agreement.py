r"""How far two annotators of the same calls agree: one as gold, the other as predictions.

python -m models.recipes.understanding.agreement corpora/second_reading/author7.jsonl.gz corpora
python -m models.recipes.understanding.agreement corpora/second_reading/author63.txt.gz corpora     # of fragments
python -m models.recipes.understanding.agreement corpora/annotations/train.txt.gz corpora
python -m models.recipes.understanding.agreement corpora/annotations/validation_b.txt.gz corpora \
    --with corpora/annotations/validation_a.txt.gz
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from models.recipes.corpus import corpus_text
from models.recipes.understanding.annotations import ANNOTATIONS, annotations_of, written_calls
from models.recipes.understanding.fragments import fragments_of, read_fragments
from pipeline.evaluate import Evaluation, evaluate
from pipeline.gold import GoldCall, read_gold

NOT_ANNOTATED = ("promise date", "notices")
"""How the measures are called of what annotations of turns do not hold."""


def agreement(second: Path, corpora: Path, first: Path | None = None) -> Evaluation:
    """The second annotator scored against the authors, or against another, on the calls of both.

    Args:
        second: A packed file of `annotations/`, or calls or fragments annotated again.
        corpora: Folder with train/, validation/ and fragments/.
        first: Another file of `annotations/`, in place of the authors' own labels.

    Raises:
        GoldError: A file is not as its schema says.
    """
    if second.parent.resolve().name == ANNOTATIONS:
        written = _written(corpora)
        found = _scored(written if first is None else _annotated(first, written), _annotated(second, written))
        return replace(
            found,
            measures=tuple(m for m in found.measures if not m.name.startswith(NOT_ANNOTATED)),
            classes=tuple(c for c in found.classes if c.group not in ("promise", "notice")),
        )
    if second.name.endswith((".jsonl", ".jsonl.gz")):
        return _scored(_written(corpora), read_gold(corpus_text(second), second.name))
    return _agreement_on_fragments(second, corpora)


def _written(corpora: Path) -> list[GoldCall]:
    """All calls as their authors labelled them."""
    return [call for part in ("train", "validation") for _, call in written_calls(corpora, part)]


def _annotated(annotations: Path, written: Sequence[GoldCall]) -> list[GoldCall]:
    by_id = {call.id: call for call in written}
    return [
        replace(by_id[name], gold=tuple(map(own.of, range(len(by_id[name].turns)))), outcome=own.outcome)
        for name, own in annotations_of(annotations, by_id).items()
    ]


def _scored(first: Sequence[GoldCall], second: Sequence[GoldCall]) -> Evaluation:
    ids = {call.id for call in first} & {call.id for call in second}
    return evaluate([call for call in first if call.id in ids], [call for call in second if call.id in ids])


def _agreement_on_fragments(second: Path, corpora: Path) -> Evaluation:
    """Fragments have no name: what was said tells which is which."""
    first = {tuple(turn.text for turn in call.turns): call for call in read_fragments(corpora / "fragments")}
    annotated_again = [
        replace(call, id=first[said].id)
        for call in fragments_of(second)
        if (said := tuple(turn.text for turn in call.turns)) in first
    ]
    return _scored(list(first.values()), annotated_again)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("second", type=Path, help="calls or fragments labelled again by another hand that saw no label")
    parser.add_argument("corpora", type=Path, help="folder with train/, validation/ and fragments/")
    parser.add_argument("--with", dest="first", type=Path, help="another file of annotations/, not the authors' own")
    given = parser.parse_args()
    if given.first and {given.first.resolve().parent.name, given.second.resolve().parent.name} != {ANNOTATIONS}:
        parser.error(f"--with compares two files of {ANNOTATIONS}/")
    found = agreement(given.second, given.corpora, given.first)
    lines = [f"{found.calls} calls, {found.turns} turns"]
    lines += [f"{m.name:28} {m.value:5.2f}  {m.low:.2f}-{m.high:.2f}  {m.cases:5}" for m in found.measures]
    lines += [
        f"{c.group + ' ' + c.name:28} {c.f1.value:5.2f}  {c.f1.low:.2f}-{c.f1.high:.2f}  {c.f1.cases:5}"
        for c in found.classes
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
