"""Why a person must confirm a promise: what was heard, understood or agreed of it is not certain."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.config import PromisesConfig
from pipeline.doubt import bears_figure
from pipeline.promise_ledger import Entry
from pipeline.types import Turn, TurnLabels, Word

_BESIDE = 2  # words on either side of a figure
_TAKEN_UP = frozenset(("agreement", "recap"))
_SHARES = frozenset(("half", "share", "rest"))
_FIGURE = "cardinal"


@dataclass(frozen=True, slots=True)
class Doubts:
    """What is doubtful of a call's turns.

    Attributes:
        unsure: Turns in which a word of a number or a day, or one close to it, was recognised below the configured
            probability. A word close by counts, since what was lost or put in beside a figure changes it as well.
        unclear: Turns of which it is too close to call whether they promise.
        last_taken_up: The last turn in which the collector fixed or repeated a payment; -1 where there is none.
    """

    unsure: frozenset[int]
    unclear: frozenset[int]
    last_taken_up: int

    def of(self, entry: Entry, standing: Sequence[Entry]) -> tuple[str, ...]:
        """Why a person must confirm this payment, which stands among those of the call or was replaced.

        Names as rules have them, so that a reviewer sees them beside those; none where only its own wording, or
        nothing, leaves something open.
        """
        found = {
            "heard unsurely": any(turn in self.unsure for turn, _, _ in entry.spans),
            "promise unclear": not self.unclear.isdisjoint(entry.turns),
            # Irony and boasting name days and sums as well: nobody but the debtor ever said it.
            "never taken up": self.last_taken_up < min(entry.turns, default=0),
            # Half of what, and the rest after which payments: the offer's as well as the balance's.
            "share never told": not _SHARES.isdisjoint(entry.rules) and _FIGURE not in entry.rules,
            # A figure out of the talk about the payment that has a day, as likely as one more payment.
            "no day of its own": entry.due is None and any(o.is_complete for o in standing if o is not entry),
        }
        return tuple(name for name, holds in found.items() if holds)


def doubts_of(turns: Sequence[Turn], labels: Sequence[TurnLabels], config: PromisesConfig) -> Doubts:
    """The doubts of a call, from its words' probabilities and the classes that were too close to call."""
    return Doubts(
        frozenset(turn.index for turn in turns if _has_unsure_figure(turn.words, config.doubtful_below)),
        frozenset(label.turn for label in labels if "promise" in label.unclear),
        max((label.turn for label in labels if not _TAKEN_UP.isdisjoint(label.steps)), default=-1),
    )


def _has_unsure_figure(words: Sequence[Word], floor: float) -> bool:
    unsure = [place for place, word in enumerate(words) if word.probability < floor]
    return any(bears_figure(near.text) for at in unsure for near in words[max(0, at - _BESIDE) : at + _BESIDE + 1])
