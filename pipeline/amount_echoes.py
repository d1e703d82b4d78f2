"""Sentences that throw a figure back or only ask: "¿cómo que mil?", "¿que pague mil?", "¿y si doy mil, qué pasa?"."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from pipeline.amount_clauses import Utterance
from pipeline.amount_cues import Cue, context_words

_CLITICS = frozenset("os me te se le les lo la los las nos".split())
_ECHOES = (
    ("como", "que"),
    ("o", "sea", "que"),
    ("osea", "que"),
    ("dice", "usted"),
    ("donde", "dice"),
    ("quien", "dijo"),
    ("esta", "pidiendo"),
    ("estas", "pidiendo"),
    ("que", "pasa"),
    ("por", "que"),
    ("cuanto", "seria"),
    ("me", "hace"),
    ("me", "hacen"),
    ("de", "donde"),
)
_DISBELIEF = (("como", "que"), ("como", "asi"))
_ASKED_BEFORE = 12
_ONLY_ASKING = (
    ("me", "confunda"),
    ("me", "confundas"),
    ("me", "confundan"),
    ("esa", "es", "ella"),
    ("no", "soy", "ella"),
    ("no", "soy", "el", "."),
    ("preguntando",),
    ("preguntaba",),
    ("es", "una", "pregunta"),
    ("por", "decir"),
    ("a", "decir", "que"),
    ("no", "me", "anotes"),
    ("no", "me", "anote"),
)
_TOLD_AGAIN = (
    ("lo", "ha", "dicho"),
    ("lo", "han", "dicho"),
    ("lo", "dijo"),
    ("lo", "dijeron"),
    ("lo", "repite"),
    ("lo", "repiten"),
    ("lo", "repitio"),
    ("lo", "tiene", "que", "repetir"),
    ("lo", "se", "de", "memoria"),
)


class Echoes:
    """Which sentences of an utterance are echoes; each is looked at once."""

    def __init__(self, utterance: Utterance) -> None:
        self.u = utterance
        self.known: dict[int, bool] = {}
        self.only_asks = holds(utterance.texts, utterance.said, _ONLY_ASKING)

    def at(self, first: int) -> bool:
        """Whether the sentence around the token is one."""
        u = self.u
        sentence = u.hard[first]
        if sentence not in self.known:
            texts = [u.text(i) for i in u.clause(first, u.hard)]
            echo = contains(texts, _ECHOES) or throws_back(texts) or self.goes_on_asking(sentence, texts)
            self.known[sentence] = self.only_asks or ("?" in texts and echo)
        return self.known[sentence]

    def goes_on_asking(self, sentence: int, texts: Sequence[str]) -> bool:
        """Whether a question without a verb follows one that throws back: "¿Cómo que todo? ¿Los dos mil?"."""
        first = bisect_left(self.u.hard, sentence)
        before = self.u.texts[max(0, first - _ASKED_BEFORE) : first]
        verbless = not any(cue in (Cue.PAY, Cue.WEAK) for cue in self.u.cues[first : first + len(texts)])
        return verbless and before[-1:] in (["?"], ["¿"]) and contains(before, _DISBELIEF)


def throws_back(texts: Sequence[str]) -> bool:
    """Whether what was asked is said again: "¿Que pague mil?"."""
    words = [text for text in texts if text.isalpha()]
    if not words or words[0] != "que":
        return False
    verb = next((word for word in words[1:] if word not in _CLITICS and word != "yo"), "")
    return context_words().tensed.get(verb) == "e" or verb in ("de", "ponga", "transfiera")


def contains(texts: Sequence[str], phrases: Sequence[tuple[str, ...]]) -> bool:
    return holds(texts, set(texts), phrases)


def holds(texts: Sequence[str], present: AbstractSet[str], phrases: Sequence[tuple[str, ...]]) -> bool:
    """`contains` where the set of the texts is known."""
    return any(
        all(map(present.__contains__, phrase)) and (len(phrase) == 1 or _stands_in(texts, phrase)) for phrase in phrases
    )


def _stands_in(texts: Sequence[str], phrase: tuple[str, ...]) -> bool:
    head, length = phrase[0], len(phrase)
    return any(text == head and tuple(texts[i : i + length]) == phrase for i, text in enumerate(texts))


def is_told_again(u: Utterance) -> bool:
    """Whether the utterance says that it was told all this: "me lo repiten a diario"."""
    if u.told_again is None:
        u.told_again = holds(u.texts, u.said, _TOLD_AGAIN)
    return u.told_again
