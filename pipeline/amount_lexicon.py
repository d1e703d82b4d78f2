"""The words of the package data that tell what an amount is, each with what it says."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

from pipeline.number_words import sound
from pipeline.verb_forms import ar_forms


class Cue(StrEnum):
    """What a word says of the amounts near it."""

    PAY = "pay"
    WEAK = "weak"
    NEUTRAL = "neutral"
    PAST = "past"
    INCOME = "income"
    PRICE = "price"
    NOUN = "expense"
    DEBT = "debt"
    JUDGE = "judged"
    IF = "hypothetical"
    TOLD = "told"
    NEARBY = "nearby"


PAYING = frozenset({Cue.PAY, Cue.WEAK, Cue.NEUTRAL})
SHORTEST_BY_SOUND = 3


@dataclass(frozen=True, slots=True)
class ContextWords:
    """The word lists of the package data."""

    cues: dict[str, Cue]
    cues_by_sound: dict[str, Cue]
    tensed: dict[str, str]
    tensed_by_sound: dict[str, str]
    given: frozenset[str]
    infinitives: frozenset[str]
    past_time: frozenset[str]
    said: frozenset[str]
    reject: frozenset[str]
    harmless: frozenset[str]
    corrections: frozenset[str]
    counted: frozenset[str]
    labelled: frozenset[str]
    filler: frozenset[str]
    after_number: frozenset[str]


@lru_cache(maxsize=1)
def context_words() -> ContextWords:
    """The package data, read once; where a word is in several lists, the first here counts."""
    data: dict[str, Any] = tomllib.loads(files("pipeline.lexicon").joinpath("amount_context.toml").read_text("utf-8"))
    cues: dict[str, Cue] = {}
    lists = (
        (data["hypothetical"]["words"], Cue.IF),
        (data["pay"]["past"], Cue.PAST),
        (data["pay"]["present"], Cue.PAY),
        (data["income"]["words"], Cue.INCOME),
        (data["price"]["words"], Cue.PRICE),
        (data["debt"]["words"], Cue.DEBT),
        (data["judge"]["words"], Cue.JUDGE),
        (data["pay"]["weak"], Cue.WEAK),
        (data["pay"]["neutral"], Cue.NEUTRAL),
        (data["price"]["nouns"], Cue.NOUN),
    )
    for words, cue in lists:
        for word in words:
            cues.setdefault(word, cue)
    tensed: dict[str, str] = {}
    for verb in data["pay"]["regular"]:
        for form, tense in ar_forms(verb).items():
            if cues.get(form) in (None, Cue.WEAK, Cue.NEUTRAL):
                tensed.setdefault(form, tense)
    return ContextWords(
        cues=cues,
        cues_by_sound={sound(word): cue for word, cue in cues.items() if len(word) > SHORTEST_BY_SOUND},
        tensed=tensed,
        tensed_by_sound={sound(word): tense for word, tense in tensed.items() if len(word) > SHORTEST_BY_SOUND},
        infinitives=frozenset(data["pay"]["regular"]) | {"transferir"},
        given=frozenset(data["income"]["given"]),
        past_time=frozenset(data["pay"]["past_time"]),
        said=frozenset(data["debt"]["said"]),
        reject=frozenset(data["reject"]["words"]),
        harmless=frozenset(data["reject"]["harmless"]),
        corrections=frozenset(data["reject"]["corrections"]),
        counted=frozenset(data["counted"]["words"]),
        labelled=frozenset(data["labelled"]["words"]),
        filler=frozenset(data["filler"]["words"]),
        after_number=frozenset(data["after_number"]["words"]),
    )
