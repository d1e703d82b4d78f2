"""What a turn does beside naming days and amounts: agrees, takes back, asks for more, sets a condition.

Phrases are data (`lexicon/promises.toml`) and are found among folded tokens, so that lost accents change nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files

from pipeline.tokens import Token

_SENTENCE_ENDS = frozenset(".?!…;")
_FEW_WORDS = 6


@lru_cache(maxsize=1)
def _lexicon() -> Mapping[tuple[str, str], tuple[tuple[str, ...], ...]]:
    data = tomllib.loads(files("pipeline.lexicon").joinpath("promises.toml").read_text("utf-8"))
    return {
        (section, name): tuple(tuple(phrase.split()) for phrase in phrases)
        for section, tables in data.items()
        for name, phrases in tables.items()
    }


@cache
def _by_first(section: str, name: str) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    first: dict[str, tuple[tuple[str, ...], ...]] = {}
    for phrase in sorted(_lexicon()[section, name], key=len, reverse=True):
        first[phrase[0]] = (*first.get(phrase[0], ()), phrase)
    return first


def find_phrases(tokens: Sequence[Token], section: str, name: str) -> list[tuple[int, int]]:
    """First and past-last token of each phrase of a table, the longest at each place, in order."""
    by_first = _by_first(section, name)
    found: list[tuple[int, int]] = []
    place = 0
    while place < len(tokens):
        for phrase in by_first.get(tokens[place].text, ()):
            end = place + len(phrase)
            if end <= len(tokens) and all(tokens[place + i].text == word for i, word in enumerate(phrase)):
                found.append((place, end))
                place = end - 1
                break
        place += 1
    return found


def has_phrase(tokens: Sequence[Token], section: str, name: str) -> bool:
    return bool(find_phrases(tokens, section, name))


def opens_with(tokens: Sequence[Token], section: str, name: str) -> bool:
    """Whether the first words are a phrase of the table."""
    words = [token for token in tokens if token.kind == "word"]
    return any(first == 0 for first, _ in find_phrases(words[:_FEW_WORDS], section, name))


def sentence_bounds(tokens: Sequence[Token]) -> list[tuple[int, int, bool]]:
    """First and past-last token of each sentence and whether a question mark ends it."""
    bounds: list[tuple[int, int, bool]] = []
    first = 0
    for place, token in enumerate(tokens):
        if token.kind == "sign" and (token.text in _SENTENCE_ENDS or (token.text == "¿" and place > first)):
            if place > first:
                bounds.append((first, place, token.text == "?"))
            first = place if token.text == "¿" else place + 1
    if first < len(tokens):
        bounds.append((first, len(tokens), False))
    return bounds


def find_condition(text: str, tokens: Sequence[Token], starts: frozenset[int], *, has_day: bool) -> Token | None:
    """The word that makes a payment of the sentence depend on an uncertain event; None where none does.

    Args:
        text: The whole turn, for its accents: "sí" opens no condition.
        tokens: Of the sentence.
        starts: Characters at which days and amounts start; a "si" right before one is a yes.
        has_day: Whether the payment has a day of its own; then a known payday, or what is told with "cuando",
            only says where the money comes from.
    """
    if not (has_day and has_phrase(tokens, "condition", "payday")):
        not_after = {phrase[0] for phrase in _lexicon()["condition", "not_after"]}
        for first, end in find_phrases(tokens, "condition", "phrases"):
            if (tokens[end].text if end < len(tokens) else "") not in not_after:
                return tokens[first]
        for place, token in enumerate(tokens):
            if token.text == "cuando" and not has_day and _awaits(tokens, place):
                return token
    return next((t for place, t in enumerate(tokens) if t.text == "si" and _is_if(text, tokens, place, starts)), None)


def _awaits(tokens: Sequence[Token], place: int) -> bool:
    """Whether a verb of what is yet to happen follows closely: "cuando me mande la remesa"."""
    to_come = {phrase[0] for phrase in _lexicon()["condition", "to_come"]}
    return any(token.text in to_come for token in tokens[place + 1 : place + 6])


def _is_if(text: str, tokens: Sequence[Token], place: int, starts: frozenset[int]) -> bool:
    token = tokens[place]
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    if text[token.end - 1] in "íÍ" or following is None or following.kind == "sign":
        return False
    before = tokens[place - 1].text if place else ""
    if before in ("como", "ver", "se", "por", "igual") or (before == "y" and place == 1):
        return False
    article_day = (
        following.text in ("el", "los", "la") and place + 2 < len(tokens) and tokens[place + 2].start in starts
    )
    if following.start in starts or article_day:
        return False
    if following.text in ("me", "nos", "te", "le"):
        after = tokens[place + 2].text if place + 2 < len(tokens) else ""
        return after in {phrase[0] for phrase in _lexicon()["condition", "if_me"]} or after in (
            "lo",
            "la",
            "los",
            "las",
        )
    if following.text == "no":
        return False
    return following.text not in {phrase[0] for phrase in _lexicon()["condition", "not_if"]}


def asks_more(tokens: Sequence[Token]) -> bool:
    """Whether a sentence turns to what is left: "¿y el resto?", "quedarían dos mil", "y los otros mil"."""
    words = [token for token in tokens if token.kind == "word"]
    if has_phrase(tokens, "more", "rest") or has_phrase(tokens, "more", "left"):
        return True
    return bool(words) and words[0].text == "y" and has_phrase(tokens, "more", "other")


def asks_another(tokens: Sequence[Token]) -> bool:
    """Whether a sentence is a short question about one thing more: "¿y lo grande?", "¿y la de abril?"."""
    words = [token.text for token in tokens if token.kind == "word"]
    return 3 <= len(words) <= 5 and words[0] == "y" and words[1] in ("el", "la", "lo", "los", "las", "eso", "esos")
