"""The scorecard by hand: what applies, what is met, and the turn that shows it."""

from dataclasses import replace

import pytest

from pipeline.config import ScorecardConfig
from pipeline.labels import SCORECARD_NAMES, Label, Outcome, Role, ScorecardName, Step, ToneCategory
from pipeline.scorecard import score_call
from pipeline.types import CallMetrics, Promise, RoleMetrics, ScorecardItem, Span, ToneFlag, Turn, TurnLabels

CONFIG = ScorecardConfig()
PROMISE = Promise(None, None, None, None, False, "debtor", (1,), "none", False)
METRICS = CallMetrics(60.0, 40.0, 0.3, 0.0, 0.5, 0, 1.0, 0.0, (RoleMetrics("agent", 20.0, 50, 150.0, 1),))

Said = tuple[Role, tuple[Step, ...], tuple[Label, ...]]

GOOD: tuple[Said, ...] = (
    ("agent", ("greeting", "identity_check"), ()),
    ("debtor", (), ()),
    ("agent", ("identification", "purpose"), ()),
    ("debtor", (), ("situation",)),
    ("agent", ("empathy", "options"), ()),
    ("debtor", (), ("promise",)),
    ("agent", ("agreement", "recap"), ()),
    ("agent", ("farewell",), ()),
)


def verdicts(
    said: tuple[Said, ...] = GOOD,
    tone: tuple[tuple[int, ToneCategory], ...] = (),
    promises: tuple[Promise, ...] = (PROMISE,),
    metrics: CallMetrics = METRICS,
    outcome: Outcome = "promise_to_pay",
    config: ScorecardConfig = CONFIG,
) -> dict[ScorecardName, ScorecardItem]:
    turns = [Turn(i, role, "v", Span(i, i + 1), "") for i, (role, _, _) in enumerate(said)]
    labels = [TurnLabels(i, labels, steps) for i, (_, steps, labels) in enumerate(said)]
    flags = [ToneFlag(turn, category, "low", 0.9, "") for turn, category in tone]
    return {item.item: item for item in score_call(turns, labels, flags, promises, metrics, outcome, config)}


def test_a_good_call_meets_every_item_and_shows_where() -> None:
    found = verdicts()
    assert tuple(found) == SCORECARD_NAMES
    assert {item.result for item in found.values()} == {"met"}
    assert (found["empathy"].turn, found["recap"].turn, found["respect"].turn) == (4, 6, None)


@pytest.mark.parametrize(
    ("step", "item"),
    [
        ("greeting", "greeting"), ("identification", "identification"), ("identity_check", "identity_check"),
        ("purpose", "purpose"), ("empathy", "empathy"), ("options", "options"), ("agreement", "agreement"),
        ("recap", "recap"), ("farewell", "farewell"),
    ],
)  # fmt: skip
def test_a_step_that_is_not_taken_is_missed_and_nothing_else(step: Step, item: ScorecardName) -> None:
    without = tuple((role, tuple(s for s in steps if s != step), labels) for role, steps, labels in GOOD)
    assert {name for name, found in verdicts(without).items() if found.result == "missed"} == {item}


def test_empathy_counts_only_after_the_hardship_was_told() -> None:
    early: tuple[Said, ...] = (("agent", ("empathy",), ()), ("debtor", (), ("situation",)), ("agent", (), ()))
    assert verdicts(early)["empathy"].result == "missed"
    assert verdicts(tuple(said for said in GOOD if "situation" not in said[2]))["empathy"].result == "not_applicable"


def test_tone_and_disclosure_show_their_first_turn() -> None:
    found = verdicts(tone=((6, "threat"), (2, "insult"), (4, "hostility")))
    assert (found["respect"].result, found["respect"].turn) == ("missed", 2)
    assert (found["calm"].result, found["calm"].turn) == ("missed", 4)
    told: tuple[Said, ...] = (("agent", ("greeting", "disclosure"), ()), *GOOD[1:])
    assert (verdicts(told)["no_disclosure"].result, verdicts(told)["no_disclosure"].turn) == ("missed", 0)


def test_what_does_not_apply_is_said_to_be_so() -> None:
    alone = verdicts((("agent", ("greeting",), ()), ("system", (), ())), promises=(), outcome="voicemail")
    assert {item.result for item in alone.values()} == {"not_applicable"}
    stranger = verdicts((GOOD[0], ("third_party", (), ())), promises=(), outcome="third_party")
    assert {name for name, item in stranger.items() if item.result == "not_applicable"} == {
        "purpose", "empathy", "options", "agreement", "recap",
    }  # fmt: skip
    replaced = verdicts(promises=(replace(PROMISE, replaced_by=1),), outcome="dispute")
    assert {replaced[name].result for name in ("agreement", "recap", "options")} == {"not_applicable"}


def test_interruptions_are_counted_by_the_minute_and_dead_air_in_all() -> None:
    def heard(interruptions: int, seconds: float, dead_air: int) -> CallMetrics:
        roles = (RoleMetrics("agent", 20.0, 50, 150.0, interruptions), RoleMetrics("debtor", 9.0, 9, 60.0, 99))
        return replace(METRICS, duration=seconds, dead_air=dead_air, roles=roles)

    assert verdicts(metrics=heard(2, 30.0, 2))["listening"].result == "met", "a short call counts as a minute"
    assert verdicts(metrics=heard(3, 60.0, 2))["listening"].result == "missed"
    assert verdicts(metrics=heard(6, 180.0, 2))["listening"].result == "met"
    assert verdicts(metrics=heard(0, 60.0, 3))["no_dead_air"].result == "missed"


def test_weights_are_the_configured_ones_and_zero_leaves_an_item_out() -> None:
    found = verdicts(config=ScorecardConfig(recap=33.0, calm=0.0))
    assert found["recap"].weight == 33.0
    assert "calm" not in found
