"""What a good call holds, item by item: the scorecard that a quality manager reads beside the recording."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.config import ScorecardConfig
from pipeline.labels import Outcome, ScorecardName, Step
from pipeline.types import CallMetrics, Promise, ScorecardItem, ToneFlag, Turn, TurnLabels


@dataclass(frozen=True, slots=True)
class _Call:
    """What the items look at."""

    turns: Sequence[Turn]
    labels: Sequence[TurnLabels]
    tone: Sequence[ToneFlag]
    promises: Sequence[Promise]
    metrics: CallMetrics
    outcome: Outcome
    config: ScorecardConfig

    def steps(self, step: Step, after: int = -1) -> list[int]:
        """Turns in which the collector takes the step, later than the turn `after`."""
        return [labels.turn for labels in self.labels if step in labels.steps and labels.turn > after]

    @property
    def is_answered(self) -> bool:
        """Whether a person answered the collector."""
        return self._spoke("agent") and (self._spoke("debtor") or self._spoke("third_party"))

    @property
    def is_with_debtor(self) -> bool:
        return self.is_answered and self._spoke("debtor") and self.outcome not in _DEBTOR_NOT_REACHED

    @property
    def has_promise(self) -> bool:
        return any(promise.replaced_by is None for promise in self.promises)

    def _spoke(self, role: str) -> bool:
        return any(turn.role == role for turn in self.turns)


_DEBTOR_NOT_REACHED: Final = frozenset[Outcome]({"third_party", "wrong_number", "voicemail"})
# Who disputes the debt or asks to be called later is owed no offer in this call.
_OFFER_DUE: Final = frozenset[Outcome]({"promise_to_pay", "refusal", "hardship", "no_agreement", "paid"})

_Verdict = tuple[bool, int | None]
"""Whether an item is met, and the turn that shows it, if one does."""


def score_call(
    turns: Sequence[Turn],
    labels: Sequence[TurnLabels],
    tone: Sequence[ToneFlag],
    promises: Sequence[Promise],
    metrics: CallMetrics,
    outcome: Outcome,
    config: ScorecardConfig,
) -> tuple[ScorecardItem, ...]:
    """Every item of the scorecard, those that do not apply to this call too.

    The call's score is the weight of the items met over the weight of those that apply; it is a view of the warehouse,
    so that an item's weight stays visible beside its verdict.

    Args:
        turns: All turns of the call.
        labels: One a turn at most.
        tone: Flags of the collector's tone.
        promises: Superseded ones do not count.
        metrics: Of the whole call.
        outcome: How it ended.
        config: Weight of each item, 0 to leave it out, and the limits of what is counted.
    """
    call = _Call(turns, labels, tone, promises, metrics, outcome, config)
    return tuple(_item(name, look, call) for name, look in _ITEMS.items() if getattr(config, name) > 0)


def _item(name: ScorecardName, look: Callable[[_Call], _Verdict | None], call: _Call) -> ScorecardItem:
    weight = float(getattr(call.config, name))
    verdict = look(call)
    if verdict is None:
        return ScorecardItem(name, "not_applicable", weight, None)
    is_met, turn = verdict
    return ScorecardItem(name, "met" if is_met else "missed", weight, turn)


def _taken(step: Step, applies: Callable[[_Call], bool]) -> Callable[[_Call], _Verdict | None]:
    """An item that is met where the collector takes a step."""

    def look(call: _Call) -> _Verdict | None:
        return _first(call.steps(step)) if applies(call) else None

    return look


def _first(turns: Iterable[int]) -> _Verdict:
    first = next(iter(turns), None)
    return first is not None, first


def _no_disclosure(call: _Call) -> _Verdict | None:
    return _absent(call, call.steps("disclosure"))


def _empathy(call: _Call) -> _Verdict | None:
    told = [labels.turn for labels in call.labels if "situation" in labels.labels]
    return _first(call.steps("empathy", after=told[0])) if told and call.is_with_debtor else None


def _respect(call: _Call) -> _Verdict | None:
    return _absent(call, [flag.turn for flag in call.tone if flag.category != "hostility"])


def _calm(call: _Call) -> _Verdict | None:
    return _absent(call, [flag.turn for flag in call.tone if flag.category == "hostility"])


def _absent(call: _Call, turns: Sequence[int]) -> _Verdict | None:
    """Met where nothing was found; the first that was is what shows it."""
    return (not turns, min(turns, default=None)) if call.is_answered else None


def _listening(call: _Call) -> _Verdict | None:
    if not call.is_answered:
        return None
    cuts = sum(role.interruptions for role in call.metrics.roles if role.role == "agent")
    minutes = call.metrics.duration / 60
    return cuts <= call.config.max_interruptions_per_minute * max(minutes, 1.0), None


def _no_dead_air(call: _Call) -> _Verdict | None:
    return (call.metrics.dead_air <= call.config.max_dead_air, None) if call.is_answered else None


def _is_offer_due(call: _Call) -> bool:
    return call.is_with_debtor and call.outcome in _OFFER_DUE


_ITEMS: Final[dict[ScorecardName, Callable[[_Call], _Verdict | None]]] = {
    "greeting": _taken("greeting", lambda call: call.is_answered),
    "identification": _taken("identification", lambda call: call.is_answered),
    "identity_check": _taken("identity_check", lambda call: call.is_answered),
    "no_disclosure": _no_disclosure,
    "purpose": _taken("purpose", lambda call: call.is_with_debtor),
    "empathy": _empathy,
    "options": _taken("options", _is_offer_due),
    "agreement": _taken("agreement", lambda call: call.is_with_debtor and call.has_promise),
    "recap": _taken("recap", lambda call: call.is_with_debtor and call.has_promise),
    "farewell": _taken("farewell", lambda call: call.is_answered),
    "respect": _respect,
    "calm": _calm,
    "listening": _listening,
    "no_dead_air": _no_dead_air,
}
