"""Fragments of calls, written to teach what whole calls hold too seldom: a compact text, read as gold calls.

    CR
    A e o|Qué susto, doña Ana. ¿Lo pasamos al viernes?
    D S:illness P|Es que la bebé no respiraba. El viernes sí.

An empty line ends a fragment; its first line is the country. Of each turn the speaker, what is said of it, and its
words: steps by a letter each (`STEP_OF`), tone by a letter and a grade (`TONE_OF`: `H1` is hostility, low), a label by
its letter and, the first of them, the reason behind it (`LABEL_OF`). What is not said of a turn does not hold of it.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from models.recipes.corpus import unpacked
from pipeline.gold import GoldCall, GoldError, GoldTurn
from pipeline.labels import LABELS, SEVERITIES, STEPS, TONE_CATEGORIES, Label, Role, Severity, Step, ToneCategory
from pipeline.reasons import load_reasons
from pipeline.types import Account, Span, Turn

STEP_OF: Final[dict[str, Step]] = dict(zip("gicpeoarfd", STEPS, strict=True))
TONE_OF: Final[dict[str, ToneCategory]] = dict(zip("TNIMH", TONE_CATEGORIES, strict=True))
GRADE_OF: Final[dict[str, Severity]] = dict(zip("123", SEVERITIES, strict=True))
LABEL_OF: Final[dict[str, Label]] = dict(zip("PEOS", LABELS, strict=True))
ROLE_OF: Final[dict[str, Role]] = {"A": "agent", "D": "debtor", "T": "third_party"}

SAID_AT: Final = datetime(2026, 3, 12, 12, tzinfo=UTC)
"""Nothing that is learned from a fragment depends on its day."""


def read_fragments(folder: Path) -> tuple[GoldCall, ...]:
    """The fragments of every packed file of a folder, by file name; none where it is missing.

    Raises:
        GoldError: A line that is not as the module says, with its file and number.
    """
    return tuple(call for path in sorted(folder.glob("*.txt.gz")) for call in fragments_of(path))


def fragments_of(path: Path) -> Iterator[GoldCall]:
    """Those of one packed file; its name is their author's."""
    author = path.name.partition(".")[0]
    text = unpacked(path)
    lines: list[tuple[int, str]] = []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.strip():
            lines.append((number, line))
        elif lines:
            yield _call(f"{author}-{lines[0][0]}", author, lines)
            lines = []


def _call(name: str, author: str, lines: Sequence[tuple[int, str]]) -> GoldCall:
    country = lines[0][1].strip()
    read = [_turn(i, line, f"{author}:{number}") for i, (number, line) in enumerate(lines[1:])]
    return GoldCall(
        id=name,
        started_at=SAID_AT,
        account=Account(debtor_id="", country=country),
        turns=tuple(turn for turn, _ in read),
        gold=tuple(gold for _, gold in read),
        promises=(),
        outcome="no_agreement",
        author=author,
        part="train",
    )


def _turn(index: int, line: str, where: str) -> tuple[Turn, GoldTurn]:
    told, bar, text = line.partition("|")
    role = ROLE_OF.get(told[:1])
    if not bar or role is None or not text.strip():
        raise GoldError(
            f"{where}: a speaker of {', '.join(ROLE_OF)}, what is said of the turn, | and its words expected"
        )
    turn = Turn(index, role, role, Span(float(index), float(index + 1)), text.strip())
    return turn, said_of(told[1:].split(), role, where)


def said_of(told: Sequence[str], role: Role, where: str) -> GoldTurn:
    """What the words before a turn's text say of it.

    Raises:
        GoldError: One of them is nothing that can be said of this speaker's turn.
    """
    labels: list[Label] = []
    tone: list[tuple[ToneCategory, Severity]] = []
    steps: list[Step] = []
    reason: str | None = None
    for word in told:
        letter, _, why = word.partition(":")
        if role == "agent" and letter and set(letter) <= STEP_OF.keys() and not why:
            steps += [STEP_OF[one] for one in letter]
        elif role == "agent" and len(letter) == 2 and letter[0] in TONE_OF and letter[1] in GRADE_OF and not why:
            tone.append((TONE_OF[letter[0]], GRADE_OF[letter[1]]))
        elif role in ("debtor", "third_party") and letter in LABEL_OF and (bool(why or reason) or letter == "P"):
            labels.append(LABEL_OF[letter])
            reason = reason or why or None
        else:
            raise GoldError(f"{where}: {word!r:.40} is nothing that can be said of this speaker's turn")
    if reason is not None and reason not in load_reasons():
        raise GoldError(f"{where}: a reason of reasons.toml expected, found {reason!r:.40}")
    if reason is not None and not set(load_reasons()[reason].labels).intersection(labels):
        raise GoldError(f"{where}: {reason!r:.40} cannot be the reason of {', '.join(labels)}")
    return GoldTurn(tuple(dict.fromkeys(labels)), tuple(tone), tuple(dict.fromkeys(steps)), reason)
