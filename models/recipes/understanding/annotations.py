"""Calls annotated again by other hands, and the gold that their annotations and the author's make together.

An annotation is a compact text: a call's name, the fingerprint of its turns and its outcome, then the turns of which
something is said, as in fragments.

    == t12-001 9f31c0aa promise_to_pay
    0 gc
    3 O:service P

A file of `annotations/` holds at most one annotation of a call. A line that begins with # names the hand of the next
ones.

python -m models.recipes.understanding.annotations corpora validation > gold.jsonl     # the adjudicated calls of a part
"""

import argparse
import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from models.recipes.corpus import corpus_files, corpus_text, unpacked
from models.recipes.understanding.fragments import said_of
from pipeline.gold import GoldCall, GoldError, GoldTurn, read_gold
from pipeline.labels import LABELS, OUTCOMES, SEVERITIES, STEPS, TONE_CATEGORIES, Outcome, Severity, Step, ToneCategory
from pipeline.reasons import load_reasons

GUIDELINE_AUTHORS: Final = "shared"
"""How the authors are called whose calls came with the guidelines."""

ANNOTATIONS: Final = "annotations"
"""Folder of the packed files, beside those of the calls."""

ADJUDICATED_STEPS: Final[frozenset[Step]] = frozenset({"agreement", "recap"})
"""What annotators decide in the guidelines' own calls, whose hands differ on it: the first statement of amount and date
is `agreement`, `recap` a later one."""

NOTHING: Final = GoldTurn((), (), ())

Name = TypeVar("Name", bound=str)


@dataclass(frozen=True, slots=True)
class Annotation:
    """One hand's word on a call: turns of which nothing is said are missing in `turns`."""

    outcome: Outcome
    turns: Mapping[int, GoldTurn]

    def of(self, i: int) -> GoldTurn:
        return self.turns.get(i, NOTHING)


def came_with_guidelines(author: str | None) -> bool:
    """Whether the author's hands wrote the guidelines too: their word is the law."""
    return (author or "").startswith(GUIDELINE_AUTHORS)


def fingerprint(call: GoldCall) -> str:
    """Eight hexadecimal digits of who says what: annotations hold of these turns alone."""
    said = "\n".join(f"{turn.role}\t{turn.text}" for turn in call.turns)
    return hashlib.sha256(said.encode("utf-8")).hexdigest()[:8]


def read_annotations(folder: Path, calls: Iterable[GoldCall]) -> dict[str, tuple[Annotation, ...]]:
    """The annotations of each of the calls that has any, in the order of the files' names.

    Raises:
        GoldError: A line that is not as the module says, with its file and number.
    """
    by_id = {call.id: call for call in calls}
    found: defaultdict[str, list[Annotation]] = defaultdict(list)
    for path in sorted(folder.glob("*.txt.gz")):
        for name, annotation in annotations_of(path, by_id).items():
            found[name].append(annotation)
    return {name: tuple(own) for name, own in found.items()}


def annotations_of(path: Path, by_id: Mapping[str, GoldCall]) -> dict[str, Annotation]:
    """Those of one packed file, for the calls that are known; others are left out.

    Raises:
        GoldError: As `read_annotations`.
    """
    found: dict[str, Annotation] = {}
    named: set[str] = set()
    turns: dict[int, GoldTurn] = {}
    call: GoldCall | None = None
    for number, line in enumerate(unpacked(path).splitlines(), 1):
        where = f"{path.name.partition('.')[0]}:{number}"
        words = line.split()
        if not words or words[0] == "#":
            continue
        if words[0] == "==":
            if len(words) != 4 or words[3] not in OUTCOMES or words[1] in named:
                raise GoldError(f"{where}: ==, a call not named before, its fingerprint and an outcome expected")
            named.add(words[1])
            turns, call = {}, by_id.get(words[1])
            if call is None:
                continue
            if words[2] != fingerprint(call):
                raise GoldError(f"{where}: {call.id} has other turns by now; have it annotated again")
            found[call.id] = Annotation(OUTCOMES[OUTCOMES.index(words[3])], turns)
        elif not named:
            raise GoldError(f"{where}: a line with == and a call's name expected first")
        elif call is not None:
            at = int(words[0]) if words[0].isdecimal() else len(call.turns)
            if at >= len(call.turns) or at in turns:
                raise GoldError(f"{where}: a turn of {call.id} not annotated before expected, found {words[0]!r:.40}")
            turns[at] = said_of(words[1:], call.turns[at].role, where)
    return found


def adjudicate(call: GoldCall, annotations: Sequence[Annotation]) -> GoldCall:
    """The gold that the author and the annotators of a call make together.

    A single annotator's word takes the author's place, who was busy inventing; of two and the author the majority
    counts: of categories of tone with a voice each the first of the guidelines' list, of severities the middle one, of
    two the milder. In a call that came with the guidelines the word of those who wrote them stands, but for
    `ADJUDICATED_STEPS` and for reasons, which the guidelines do not know. Promises, notices and the label `promise` of
    turns that a standing promise names are the author's.
    """
    if not annotations:
        return call
    turns = range(len(call.turns))
    if came_with_guidelines(call.author):
        gold = [_by_the_law(call.gold[i], annotations[0].of(i)) for i in turns]
    elif len(annotations) == 1:
        gold = [annotations[0].of(i) for i in turns]
    else:
        gold = [_by_majority([*(a.of(i) for a in annotations), call.gold[i]]) for i in turns]
    named = {i for promise in call.promises for i in promise.turns}
    kept = (_with_own(gold[i], call.gold[i], is_named=i in named) for i in turns)
    outcomes = Counter([call.outcome, *(a.outcome for a in annotations)])
    outcome, votes = outcomes.most_common(1)[0]
    most = outcome if votes * 2 > outcomes.total() else call.outcome
    return replace(call, gold=tuple(kept), outcome=most, annotated_again=True)


def _by_the_law(law: GoldTurn, annotated: GoldTurn) -> GoldTurn:
    steps = tuple(s for s in STEPS if s in (annotated.steps if s in ADJUDICATED_STEPS else law.steps))
    return replace(law, steps=steps, reason=_fitting([annotated.reason, law.reason], law) or law.reason)


def _by_majority(said: Sequence[GoldTurn]) -> GoldTurn:
    """What more than half say of a turn."""
    tone = [dict(turn.tone) for turn in said]
    categories = _most_say(TONE_CATEGORIES, tone)
    if not categories and sum(map(bool, tone)) * 2 > len(tone):
        votes = Counter(category for own in tone for category in own)
        categories = (max(TONE_CATEGORIES, key=lambda category: votes[category]),)
    most = GoldTurn(
        labels=_most_say(LABELS, [turn.labels for turn in said]),
        tone=tuple((category, _middle(category, tone)) for category in categories),
        steps=_most_say(STEPS, [turn.steps for turn in said]),
    )
    return replace(most, reason=_fitting([turn.reason for turn in said], most))


def _middle(category: ToneCategory, tone: Sequence[Mapping[ToneCategory, Severity]]) -> Severity:
    grades = sorted(SEVERITIES.index(own[category]) for own in tone if category in own)
    return SEVERITIES[grades[(len(grades) - 1) // 2]]


def _most_say(names: Sequence[Name], said: Sequence[Iterable[Name]]) -> tuple[Name, ...]:
    votes = Counter(name for own in said for name in own)
    return tuple(name for name in names if votes[name] * 2 > len(said))


def _fitting(reasons: Sequence[str | None], turn: GoldTurn) -> str | None:
    """The commonest of the reasons that the labels of the turn can have, the first of several."""
    known = load_reasons()
    votes = Counter(
        r for r in reasons if r is not None and r in known and set(known[r].labels).intersection(turn.labels)
    )
    return votes.most_common(1)[0][0] if votes else None


def _with_own(gold: GoldTurn, authors: GoldTurn, *, is_named: bool) -> GoldTurn:
    promised = is_named and "promise" in authors.labels
    labels = tuple(name for name in LABELS if name in gold.labels or (promised and name == "promise"))
    return replace(gold, labels=labels, notices=authors.notices)


def written_calls(folder: Path, part: str) -> Iterator[tuple[str, GoldCall]]:
    """The calls of every author's file of `folder/part` as they were labelled there, by file name, each with its line.

    Raises:
        GoldError: A line is no call of the schema.
    """
    for path in corpus_files(folder / part):
        text = corpus_text(path)
        lines = (line for line in text.split("\n") if line.strip())
        yield from zip(lines, read_gold(text, path.name), strict=True)


def adjudicated_calls(folder: Path, part: str) -> Iterator[tuple[str, GoldCall]]:
    """`written_calls` with their gold adjudicated by the annotations beside them.

    Raises:
        GoldError: A call or an annotation is not as its schema says.
    """
    calls = tuple(written_calls(folder, part))
    annotations = read_annotations(folder / ANNOTATIONS, (call for _, call in calls))
    for line, call in calls:
        yield line, adjudicate(call, annotations.get(call.id, ()))


def line_of(line: str, call: GoldCall) -> str:
    """The line of a call in the schema of the guidelines, with the gold of `call` in place of its own."""
    told: dict[str, Any] = json.loads(line)
    turns = [
        {key: value for key, value in turn.items() if key != "reason"}
        | {
            "labels": list(gold.labels),
            "tone": [{"category": category, "severity": severity} for category, severity in gold.tone],
            "steps": list(gold.steps),
        }
        | ({"reason": gold.reason} if gold.reason else {})
        for turn, gold in zip(told["turns"], call.gold, strict=True)
    ]
    return json.dumps(told | {"turns": turns, "outcome": call.outcome}, ensure_ascii=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="folder with train/, validation/ and annotations/")
    parser.add_argument("part", help="train or validation")
    given = parser.parse_args()
    for line, call in adjudicated_calls(given.corpora, given.part):
        sys.stdout.write(f"{line_of(line, call)}\n")


if __name__ == "__main__":
    main()
