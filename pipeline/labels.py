"""The closed lists of the annotation guidelines: labels, tones, steps, outcomes, roles."""

from typing import Literal, get_args

Label = Literal["promise", "excuse", "objection", "situation"]
ToneCategory = Literal["threat", "insult", "intimidation", "impersonation", "hostility"]
Severity = Literal["low", "medium", "high"]
Step = Literal[
    "greeting",
    "identification",
    "identity_check",
    "purpose",
    "empathy",
    "options",
    "agreement",
    "recap",
    "farewell",
    "disclosure",
]
Outcome = Literal[
    "promise_to_pay",
    "refusal",
    "dispute",
    "hardship",
    "callback",
    "third_party",
    "wrong_number",
    "voicemail",
    "paid",
    "no_agreement",
]
ScorecardName = Literal[
    "greeting",
    "identification",
    "identity_check",
    "no_disclosure",
    "purpose",
    "empathy",
    "options",
    "agreement",
    "recap",
    "farewell",
    "respect",
    "calm",
    "listening",
    "no_dead_air",
]
Role = Literal["agent", "debtor", "third_party", "system"]

LABELS: tuple[Label, ...] = get_args(Label)
TONE_CATEGORIES: tuple[ToneCategory, ...] = get_args(ToneCategory)
SERIOUS_TONES: tuple[ToneCategory, ...] = tuple(c for c in TONE_CATEGORIES if c != "hostility")
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
STEPS: tuple[Step, ...] = get_args(Step)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
SCORECARD_NAMES: tuple[ScorecardName, ...] = get_args(ScorecardName)
ROLES: tuple[Role, ...] = get_args(Role)
