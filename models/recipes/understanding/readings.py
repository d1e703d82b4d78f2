"""Calls read again by other hands, and what is made of theirs and the author's word.

A reading is a compact text: a call's name and outcome, then the turns of which something is said, as in fragments.

    == t12-001 promise_to_pay
    0 gc
    3 O:service P

A file of `readings/` holds at most one reading of a call. A line that begins with # names the hand of what follows.

python -m models.recipes.understanding.readings corpora validation > gold.jsonl     # the settled calls of a part
"""

import argparse
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from models.recipes.corpus import corpus_files, corpus_text
from models.recipes.understanding.fragments import said_of
from pipeline.gold import GoldCall, GoldError, GoldTurn, read_gold
from pipeline.labels import LABELS, OUTCOMES, SEVERITIES, STEPS, TONE_CATEGORIES, Outcome, Step
from pipeline.reasons import load_reasons

GUIDELINE_AUTHORS: Final = "shared"
"""How the authors are called whose calls came with the guidelines."""

SETTLED_STEPS: Final[frozenset[Step]] = frozenset({"agreement", "recap"})
"""What readers settle in the guidelines' own calls, whose hands differ on it: the first statement of amount and date is
`agreement`, `recap` a later one."""

NOTHING: Final = GoldTurn((), (), ())

Name = TypeVar("Name", bound=str)


@dataclass(frozen=True, slots=True)
class Reading:
    """One hand's word on a call: turns of which nothing is said are missing in `turns`."""

    outcome: Outcome
    turns: Mapping[int, GoldTurn]

    def of(self, i: int) -> GoldTurn:
        return self.turns.get(i, NOTHING)


def read_readings(folder: Path, calls: Iterable[GoldCall]) -> dict[str, tuple[Reading, ...]]:
    """The readings of each of the calls that has any, in the order of the files' names.

    Raises:
        GoldError: A line that is not as the module says, with its file and number.
    """
    by_id = {call.id: call for call in calls}
    found: defaultdict[str, list[Reading]] = defaultdict(list)
    for path in sorted(folder.glob("*.txt.gz")):
        for name, reading in readings_of(path, by_id).items():
            found[name].append(reading)
    return {name: tuple(own) for name, own in found.items()}


def readings_of(path: Path, by_id: Mapping[str, GoldCall]) -> dict[str, Reading]:
    """Those of one packed file, for the calls that are known; others are left out.

    Raises:
        GoldError: As `read_readings`.
    """
    found: dict[str, Reading] = {}
    turns: dict[int, GoldTurn] = {}
    call: GoldCall | None = None
    for number, line in enumerate(gzip.decompress(path.read_bytes()).decode("utf-8").splitlines(), 1):
        where = f"{path.name.partition('.')[0]}:{number}"
        words = line.split()
        if not words or words[0] == "#":
            continue
        if words[0] == "==":
            if len(words) != 3 or words[2] not in OUTCOMES or words[1] in found:
                raise GoldError(f"{where}: == , a call that was not read yet, and its outcome expected")
            turns, call = {}, by_id.get(words[1])
            if call is not None:
                found[words[1]] = Reading(OUTCOMES[OUTCOMES.index(words[2])], turns)
        elif call is not None:
            if not words[0].isdigit() or int(words[0]) >= len(call.turns):
                raise GoldError(f"{where}: a turn of {call.id} expected, found {words[0]!r:.40}")
            turns[int(words[0])] = said_of(words[1:], call.turns[int(words[0])].role, where)
    return found


def settled(call: GoldCall, readings: Sequence[Reading]) -> GoldCall:
    """The call as its author and its readers have it together.

    One reader's word takes the author's place, who was busy inventing; of two readers and the author the majority
    counts. In a call that came with the guidelines the word of those who wrote them stands, but for `SETTLED_STEPS` and
    for reasons, which the guidelines do not know.
    """
    if not readings:
        return call
    turns = range(len(call.turns))
    if (call.author or "").startswith(GUIDELINE_AUTHORS):
        gold = [_of_the_law(call.gold[i], readings[0].of(i)) for i in turns]
        return replace(call, gold=tuple(gold), read_again=True)
    if len(readings) == 1:
        gold, outcome = [readings[0].of(i) for i in turns], call.outcome
    else:
        gold = [_of_most([*(r.of(i) for r in readings), call.gold[i]]) for i in turns]
        outcome = _commonest([*(r.outcome for r in readings), call.outcome])
    # Nobody was asked for notices again.
    kept = tuple(replace(own, notices=first.notices) for own, first in zip(gold, call.gold, strict=True))
    return replace(call, gold=kept, outcome=outcome, read_again=True)


def _of_the_law(law: GoldTurn, reader: GoldTurn) -> GoldTurn:
    steps = tuple(s for s in STEPS if s in (reader.steps if s in SETTLED_STEPS else law.steps))
    return replace(law, steps=steps, reason=_standing([reader.reason, law.reason], law) or law.reason)


def _of_most(said: Sequence[GoldTurn]) -> GoldTurn:
    """What more than half say of a turn, readers first in `said`: their word breaks ties."""
    half = len(said) / 2
    tone = [dict(turn.tone) for turn in said]
    categories = [c for c in TONE_CATEGORIES if sum(c in own for own in tone) > half]
    if not categories and sum(bool(own) for own in tone) > half:
        categories = [_commonest([category for own in tone for category in own])]
    grades = {c: sorted(SEVERITIES.index(own[c]) for own in tone if c in own) for c in categories}
    most = GoldTurn(
        labels=_by_most(LABELS, [turn.labels for turn in said]),
        tone=tuple((c, SEVERITIES[grades[c][len(grades[c]) // 2]]) for c in categories),
        steps=_by_most(STEPS, [turn.steps for turn in said]),
    )
    return replace(most, reason=_standing([turn.reason for turn in said], most))


def _by_most(names: Sequence[Name], said: Sequence[Sequence[Name]]) -> tuple[Name, ...]:
    return tuple(name for name in names if sum(name in own for own in said) > len(said) / 2)


def _standing(reasons: Sequence[str | None], turn: GoldTurn) -> str | None:
    """The commonest of the reasons that the labels of the turn can have, the first of several."""
    known = load_reasons()
    can = [r for r in reasons if r is not None and set(known[r].labels).intersection(turn.labels)]
    return _commonest(can) if can else None


def _commonest(names: Sequence[Name]) -> Name:
    """The first of those that are said most often."""
    return Counter(names).most_common(1)[0][0]


def settled_lines(folder: Path, part: str) -> Iterable[str]:
    """The calls of `folder/part` in the schema of the guidelines, one a line, as they are settled."""
    for path in corpus_files(folder / part):
        text = corpus_text(path)
        calls = read_gold(text, path.name)
        readings = read_readings(folder / "readings", calls)
        for line, call in zip((line for line in text.split("\n") if line.strip()), calls, strict=True):
            yield json.dumps(_filled(json.loads(line), settled(call, readings.get(call.id, ()))), ensure_ascii=False)


def _filled(line: dict[str, Any], call: GoldCall) -> dict[str, Any]:
    turns = [
        {key: value for key, value in turn.items() if key != "reason"}
        | {
            "labels": list(gold.labels),
            "tone": [{"category": category, "severity": severity} for category, severity in gold.tone],
            "steps": list(gold.steps),
        }
        | ({"reason": gold.reason} if gold.reason else {})
        for turn, gold in zip(line["turns"], call.gold, strict=True)
    ]
    return line | {"turns": turns, "outcome": call.outcome}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="folder with train/, validation/ and readings/")
    parser.add_argument("part", help="train or validation")
    given = parser.parse_args()
    for line in settled_lines(given.corpora, given.part):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
