"""Which words of an utterance speak of no real payment: supposed, asked about, thrown back, refused.

«Supongamos que le pago el lunes, ¿me borran?», «¿cómo que quinientos?», «eso de pagar el quince está difícil»: neither
the date nor the amount in such a sentence is one to be kept. Both judges, of dates and of amounts, ask here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise, product
from typing import Any

from pipeline.tokens import Token

_STOPS = frozenset(".?!…;")
_TURNS = frozenset({"pero", "sino"})
_REASONS = frozenset({"pero", "sino", "porque"})
_FORMS = ("ara", "aras", "aran", "aramos", "iera", "ieras", "ieran", "ieramos", "iese", "ieses", "iesen", "iesemos")
_HAD = ("hubiera", "hubiese", "hubieran", "hubiesen", "hubieras", "hubieses", "hubieramos", "hubiesemos")
_WOULD_HAVE = frozenset("habria habrian habrias habriamos".split())
_WOULD = ("aria", "arias", "ariamos")
_COLLECTOR = frozenset("usted ustedes nos don dona senora senor".split())
_PAYING_I = frozenset(
    "pago doy deposito abono cancelo liquido transfiero consigno giro entrego saldo adelanto pagamos damos mando "
    "ingreso paso pongo hago yapeo".split()
)
_HAD_SAID = frozenset("habia habiamos habian".split())
_SAID = frozenset("dicho quedado prometido ofrecido hablado".split())
_INTENDED = frozenset("iba ibamos pensaba pensabamos queria queriamos".split())
_MEANT_ONCE = frozenset({"iba", "ibamos"})  # after these any "pero" takes it back; after the others one that denies
_FELL_THROUGH = (["se"], ["me"], ["mi"], ["nos"], ["resulta"], ["hubo"], ["tuve"])
_SPOKE = frozenset(
    "dijo dijiste dijeron dije escribio escribiste escribieron prometio prometiste contesto contestaste puso pusiste "
    "mando mandaste respondio respondiste dice dicen pone".split()
)
_QUOTES = {'"': '"', "“": "”", "«": "»", "'": "'"}
_OBJECTS = frozenset("lo yo a ya me nos ustedes usted no el la los eso solo mi".split())
_NAMING = frozenset("los las el la lo eso esos todo".split())
_TRAILING = frozenset({"ni", "nanay"})
_SAID_BEFORE = 10
_AS_SAID = frozenset("como que segun tal".split())
_CLITICS = frozenset("le les te se lo los la las os yo hoy ya".split())
_SUBJUNCTIVE = ("e", "emos")
_CONDITION_REACH = 5
_RELATIVE_REACH, _OBJECT_REACH = 3, 10
_SIGHS = frozenset({"ay", "uy", "y", "pero"})
_TO_ME = frozenset({"me", "nos"})
# "Aunque tuviera que empeñar el carro le pago", "aunque fueran cien": said of what will be done all the same.
_HAVE_TO = (["tuviera"], ["tuvieramos"], ["tuviese"], ["tocara"])
_AT_LEAST = (["fuera"], ["fueran"], ["sea"], ["sean"])

Phrase = tuple[frozenset[str], ...]
_ANY: frozenset[str] = frozenset({"_"})
_MAYBE: frozenset[str] = frozenset({"*"})


@dataclass(frozen=True, slots=True)
class _Words:
    supposed: dict[str, tuple[Phrase, ...]]
    thrown_back: dict[str, tuple[Phrase, ...]]
    opening: dict[str, tuple[Phrase, ...]]
    asked: dict[str, tuple[Phrase, ...]]
    refused: dict[str, tuple[Phrase, ...]]
    denied: dict[str, tuple[Phrase, ...]]
    disbelief: dict[str, tuple[Phrase, ...]]
    unless: frozenset[str]
    gain: frozenset[str]
    unreal_after: frozenset[str]
    not_forms: frozenset[str]
    alone: frozenset[str]
    pairs: frozenset[tuple[str, str]]


def _phrases(entries: Sequence[str]) -> dict[str, tuple[Phrase, ...]]:
    table: dict[str, list[Phrase]] = {}
    for entry in entries:
        phrase = tuple(frozenset(word.split("|")) for word in entry.split())
        for first in phrase[0]:
            table.setdefault(first, []).append(phrase)
    return {first: tuple(rows) for first, rows in table.items()}


def _openings(phrases: Sequence[Phrase]) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """Words one of which every phrase needs, and pairs of words of which it does where its first two say more."""
    alone: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    for phrase in phrases:
        if len(phrase) > 1 and phrase[1] not in (_ANY, _MAYBE):
            pairs.update(product(phrase[0], phrase[1]))
        else:
            alone |= max(phrase, key=lambda words: min(map(len, words)))
    return frozenset(alone), frozenset(pairs)


@lru_cache(maxsize=1)
def _load() -> _Words:
    data: dict[str, Any] = tomllib.loads(files("pipeline.lexicon").joinpath("unreal.toml").read_text("utf-8"))
    tables = [
        _phrases(data[section]["phrases"]) for section in ("supposed", "thrown_back", "refused", "denied", "disbelief")
    ]
    opening, asked = _phrases(data["thrown_back"]["opening"]), _phrases(data["thrown_back"]["asked"])
    alone, pairs = _openings(
        [phrase for table in (*tables, opening, asked) for rows in table.values() for phrase in rows]
    )
    return _Words(
        supposed=tables[0],
        thrown_back=tables[1],
        opening=opening,
        asked=asked,
        refused=tables[2],
        denied=tables[3],
        disbelief=tables[4],
        unless=frozenset(data["refused"]["unless"]),
        gain=frozenset(data["gain"]["verbs"]),
        unreal_after=frozenset(data["unreal_after"]["words"]),
        not_forms=frozenset(data["unreal_after"]["not_forms"]),
        alone=alone | frozenset(_HAD) | _WOULD_HAVE,
        pairs=pairs,
    )


def _matches(texts: Sequence[str], place: int, phrase: Phrase) -> bool:
    for words in phrase:
        if words == _MAYBE:
            continue
        while place < len(texts) and words is not phrase[0] and _skips(texts, place, phrase, words):
            place += 1
        if place >= len(texts) or not (words == _ANY or texts[place] in words):
            return False
        place += 1
    return True


def _skips(texts: Sequence[str], place: int, phrase: Phrase, words: frozenset[str]) -> bool:
    """Whether a word may be passed over: one for each "*" of the phrase, before the word wanted."""
    if _MAYBE not in phrase or texts[place] in words:
        return False
    ahead = texts[place + 1 : place + 1 + phrase.count(_MAYBE)]
    return any(word in words for word in ahead)


def _places(texts: Sequence[str], span: range, table: dict[str, tuple[Phrase, ...]]) -> Iterator[int]:
    """Where in the span a phrase of the table starts."""
    for place in span:
        rows = table.get(texts[place])
        if rows is not None and any(_matches(texts, place, phrase) for phrase in rows):
            yield place


def _finds(texts: Sequence[str], span: range, table: dict[str, tuple[Phrase, ...]]) -> bool:
    return next(_places(texts, span, table), None) is not None


def _sentences(texts: Sequence[str]) -> list[range]:
    """The sentences; «Si le pago mil, ¿me borran?» is one."""
    spans: list[range] = []
    first = 0
    for place, text in enumerate(texts):
        if text in _STOPS and place + 1 < len(texts) and texts[place + 1] in _STOPS:
            continue
        ends = text in _STOPS
        opens = text in ("¿", "¡") and place > first and texts[place - 1] != "," and "si" not in texts[first:place]
        if ends or opens:
            spans.append(range(first, place + 1 if ends else place))
            first = place + 1 if ends else place
    if first < len(texts):
        spans.append(range(first, len(texts)))
    return [span for span in spans if len(span)]


def _parts(texts: Sequence[str], sentence: range, cuts: frozenset[str]) -> list[range]:
    parts: list[range] = []
    first = sentence.start
    for place in sentence:
        if texts[place] in cuts and place > first:
            parts.append(range(first, place))
            first = place
    parts.append(range(first, sentence.stop))
    return parts


def _is_form(text: str, token: Token, words: _Words) -> bool:
    """Whether the word is a past subjunctive: «pagara», «tuviera», «diese»; not «pagará», «para»."""
    word = token.text
    return word.endswith(_FORMS) and len(word) > 4 and word not in words.not_forms and _unstressed(text, token)


def _unstressed(text: str, token: Token) -> bool:
    return text[token.end - 1] not in "áÁ" and text[token.end - 2] not in "áÁ"


def _is_supposed(text: str, tokens: Sequence[Token], texts: Sequence[str], part: range, words: _Words) -> bool:
    if _finds(texts, part, words.supposed):
        return True
    said = texts[part.start : part.stop]
    if not _WOULD_HAVE.isdisjoint(said) or any(word in _HAD for word in said):
        return True
    for place in part:
        if not texts[place].endswith(_FORMS) or not _is_form(text, tokens[place], words):
            continue
        before = texts[max(part.start, place - _CONDITION_REACH) : place]
        if words.unreal_after.isdisjoint(before) or not _COLLECTOR.isdisjoint(before):
            continue
        if any(_supposes(texts, part, index, words) for index in range(place - len(before), place)):
            return texts[place] != "fuera" or "si" not in before
    return False


def _supposes(texts: Sequence[str], part: range, place: int, words: _Words) -> bool:
    """Whether a word makes a supposition: «si», «ojalá», «¡quién pudiera!»; not «hallé quien me comprara la tele»."""
    word = texts[place]
    if word not in words.unreal_after:
        return False
    if word == "quien":
        return place == part.start or not texts[place - 1].isalpha() or texts[place - 1] in _SIGHS
    if word != "aunque":
        return True
    verb = place + 1
    while verb < part.stop and texts[verb] in _TO_ME:
        verb += 1
    said = texts[verb : verb + 2]
    return said[:1] not in _AT_LEAST and (
        said[:1] not in _HAVE_TO or said[1:] not in (["que"], ["vender"], ["empenar"])
    )


def _is_asked(texts: Sequence[str], sentence: range, words: _Words) -> bool:
    """Whether a question throws back what was said: «¿Que si el lunes?», «¿tengo que pagar mil?»."""
    first = sentence.start + (texts[sentence.start] == "¿")
    opens = _finds(texts, range(first, first + 1), words.opening)
    return opens or _finds(texts, sentence, words.asked) or _asks_for_gain(texts, sentence, words)


def _asks_for_gain(texts: Sequence[str], sentence: range, words: _Words) -> bool:
    """«Si liquido antes del 15, ¿me rebajan algo?», «¿cuánto me descuentan si pago hoy?»."""
    for place in sentence:
        if texts[place] in ("me", "nos") and place + 1 < sentence.stop and texts[place + 1] in words.gain:
            break
    else:
        return False
    return any(texts[place] == "si" and _pays_myself(texts, place + 1) for place in sentence)


def _pays_myself(texts: Sequence[str], place: int) -> bool:
    while place < len(texts) and texts[place] in _CLITICS:
        place += 1
    return place < len(texts) and texts[place] in _PAYING_I


def _is_wished(texts: Sequence[str], part: range, following: range | None) -> bool:
    """«Con gusto le daría los cien, pero no los tengo»."""
    if following is None or texts[following.start] != "pero":
        return False
    if _was_meant(texts, part, _MEANT_ONCE):
        return not any(_pays_myself(texts, place) for place in following)  # "pero mejor se los doy el lunes"
    would = any(texts[place].endswith(_WOULD) and len(texts[place]) > 4 for place in part)
    would = would or _was_meant(texts, part, _INTENDED)
    opening = texts[following.start + 1 : following.start + 6]
    if opening[:1] in _FELL_THROUGH and _was_meant(texts, part, _INTENDED):
        return not any(_pays_myself(texts, place) for place in following)
    return would and any(word in ("no", "nada", "ni") for word in opening)


def _wished_part(texts: Sequence[str], part: range) -> range:
    """The part, less what it pays before: «el lunes le pago mil, | hoy le iba a pagar pero no pude»."""
    meant = next((place for place in part if texts[place] in _INTENDED | _HAD_SAID), part.start)
    comma = next((place for place in range(meant, part.start, -1) if texts[place] == ","), part.start)
    paid = any(_pays_myself(texts, place) for place in range(part.start, comma))
    return range(comma, part.stop) if paid else part


def _was_meant(texts: Sequence[str], part: range, verbs: frozenset[str]) -> bool:
    """«Te había dicho cincuenta», «iba a darle mil»: what was meant once, by the verbs of intending given."""
    for place in part[:-1]:
        said = texts[place] in _HAD_SAID and texts[place + 1] in _SAID
        intended = texts[place] in verbs and (texts[place + 1] == "a" or texts[place + 1].endswith(("r", "rle", "rte")))
        if (said or intended) and _AS_SAID.isdisjoint(texts[max(part.start, place - 3) : place]):
            return True
    return False


def _is_taken_up(texts: Sequence[str], part: range, place: int) -> bool:
    """«Le pago los doscientos que me están pidiendo»: what the other one wants, promised."""
    opens = next(
        (i for i in range(place - 1, max(part.start, place - _RELATIVE_REACH) - 1, -1) if texts[i] == "que"), None
    )
    if opens is None:
        return False
    for verb in range(max(part.start + 1, opens - _OBJECT_REACH), opens):
        if texts[verb] in _PAYING_I and texts[verb - 1] in _CLITICS:
            return "no" not in texts[max(part.start, verb - _RELATIVE_REACH) : verb]
    return False


def _may_be_unreal(texts: Sequence[str]) -> bool:
    """Whether any rule may fit: a look that most utterances do not get beyond."""
    words = _load()
    said = set(texts)
    if not words.alone.isdisjoint(said) or not words.pairs.isdisjoint(pairwise(texts)):
        return True
    if "pero" in said and (any(word.endswith(_WOULD) for word in said) or not (_HAD_SAID | _INTENDED).isdisjoint(said)):
        return True
    if "si" in said and ("?" in said or "cuanto" in said) and not words.gain.isdisjoint(said):
        return True
    if ("como" in said and "si" in said) or (not _SPOKE.isdisjoint(said) and not said.isdisjoint(_QUOTES)):
        return True
    return not words.unreal_after.isdisjoint(said) and any(word.endswith(_FORMS) for word in said)


def unreal_tokens(text: str, tokens: Sequence[Token]) -> bytearray:
    """For each token 1 where what is said is not meant as a payment to come; empty where nothing is."""
    texts = [token.text for token in tokens]
    if not _may_be_unreal(texts):
        return bytearray()
    mask = bytearray(len(texts))
    for sentence in _sentences(texts):
        _judge(text, tokens, texts, sentence, mask)
    return mask if any(mask) else bytearray()


def _judge(text: str, tokens: Sequence[Token], texts: Sequence[str], sentence: range, mask: bytearray) -> None:
    words = _load()
    question = texts[sentence.stop - 1] == "?"
    if question and (_finds(texts, sentence, words.thrown_back) or _is_asked(texts, sentence, words)):
        _fill(mask, sentence)
        return
    if "cuanto" in texts[sentence.start : sentence.stop] and _asks_for_gain(texts, sentence, words):
        _fill(mask, sentence)
        return
    for part in _parts(texts, sentence, _REASONS):
        thrown = any(not _is_taken_up(texts, part, place) for place in _places(texts, part, words.thrown_back))
        if thrown or (not question and _is_denied(texts, part, words)):
            _fill(mask, part)
    _fill(mask, _quoted(texts, sentence))
    parts = _parts(texts, sentence, _TURNS)
    for place, part in enumerate(parts):
        following = parts[place + 1] if place + 1 < len(parts) else None
        if _is_supposed(text, tokens, texts, part, words):
            _fill(mask, part)
        elif _is_wished(texts, part, following):
            _fill(mask, _wished_part(texts, part))
    for clause in _parts(texts, sentence, frozenset({",", ":", "pero", "sino", "asi"})):
        if _finds(texts, clause, words.refused) and words.unless.isdisjoint(texts[clause.start + 1 : clause.stop]):
            _fill(mask, _refused_part(texts, clause, words))


def _is_denied(texts: Sequence[str], part: range, words: _Words) -> bool:
    """«Yo no le he dicho que pago mil», «que yo pague mil usted está loco»."""
    if _finds(texts, part, words.denied):
        return True
    place = part.start + (texts[part.start] in ("y", "¿", "¡"))
    if tuple(texts[place : place + 2]) in (("como", "que"), ("como", "asi")):
        return any(texts[p] == "si" and texts[p + 1] in _OBJECTS for p in range(place + 2, part.stop - 1))
    if texts[place : place + 1] != ["que"] or not _finds(texts, part, words.disbelief):
        return False
    verb = place + 1
    while verb < part.stop and texts[verb] in _CLITICS:
        verb += 1
    return verb < part.stop and texts[verb].endswith(_SUBJUNCTIVE)


def _quoted(texts: Sequence[str], sentence: range) -> range:
    """What stands between quotation marks after a word of having said it: «usted dijo: "el lunes pago mil"»."""
    for place in sentence:
        closing = _QUOTES.get(texts[place])
        if closing is None:
            continue
        before = texts[max(sentence.start, place - _SAID_BEFORE) : place]
        if _SPOKE.isdisjoint(before):
            return range(0)
        stop = next((i for i in range(place + 1, sentence.stop) if texts[i] == closing), sentence.stop)
        return range(place, stop)
    return range(0)


def _refused_part(texts: Sequence[str], clause: range, words: _Words) -> range:
    """The clause, or the end of it where it pays first: «pago el mínimo cuando cobre | los 600 ni de broma»."""
    at = next((p for p in clause if texts[p] in _TRAILING and _finds(texts, range(p, p + 1), words.refused)), None)
    if at is None:
        return clause
    named = next((p for p in range(at - 1, clause.start, -1) if texts[p] in _NAMING), None)
    if named is None or not any(_pays_myself(texts, p) for p in range(clause.start, named - 1)):
        return clause
    return range(named, clause.stop)


def _fill(mask: bytearray, span: range) -> None:
    mask[span.start : span.stop] = b"\x01" * len(span)
