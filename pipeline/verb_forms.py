"""Forms of regular Spanish verbs, told apart by tense: what is to be paid from what was paid."""

from __future__ import annotations

from typing import Literal

Tense = Literal["coming", "past", "e", "o"]

_COMING = (
    "as a amos an ar ando es emos en are aras ara aremos aran aria arias ariamos arian alo ale ales "
    "emoslo emosle emosla emoslos aselo "
    "arle arles arlo arla arlos arlas arte arme arselo arsela arselos arselas artelo artela artelos "
    "andole andolo andoselo elo ela elos elas eme emelo emela emelos emelas ele amela amelo ame aselo aselos"
).split()
_PAST = "aste aron aba abas aban abamos ase".split()
_HARD = {"g": "gu", "c": "qu", "z": "c"}


def ar_forms(infinitive: str) -> dict[str, Tense]:
    """The forms of a verb in -ar, folded.

    "e" marks a form that is present or, with an accent, past ("pague", "pagué"); "o" likewise.
    """
    stem = infinitive.removesuffix("ar")
    soft = stem[:-1] + _HARD[stem[-1]] if stem[-1] in _HARD else stem
    forms: dict[str, Tense] = {}
    for ending in _PAST:
        forms[stem + ending] = "past"
    for ending in _COMING:
        forms[(soft if ending[0] == "e" else stem) + ending] = "coming"
    forms[soft + "e"] = "e"
    forms[stem + "o"] = "o"
    return forms
