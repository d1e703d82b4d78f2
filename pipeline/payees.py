"""Whom the clauses of a sentence pay: the one who listens, or somebody else.

«El diez le pago a la señora del arriendo, ciento sesenta» names a day and a sum, and neither is of this debt. «Le
pago a X» says twice whom it pays; «le pago», «a ustedes» pay the listener, and up to there what is said stays X's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from pipeline.calendar_words import WEEKDAYS
from pipeline.date_cues import is_bill, is_core, is_unknown, may_pay, people
from pipeline.number_words import read_word
from pipeline.tokens import Token

_SIGNS = frozenset({",", ":", "(", ")", "—", "–"})
_JOINTS = frozenset("y e pero sino aunque porque entonces mientras luego".split())
_CUTS = _SIGNS | _JOINTS
_TO_OTHER = frozenset({"le", "les", "se"})
_CLITICS = frozenset("le les te os se lo la los las me nos ya".split())
_ARTICLES = frozenset("el la los las un una unos unas este esta ese esa esos esas aquel lo".split())
_MY = frozenset("mi mis nuestro nuestra nuestros nuestras don dona".split())
_YOUR = frozenset("su sus tu tus vuestro vuestra usted ustedes vos ti vosotros".split())
_YOU = frozenset("usted ustedes vos ti vosotros".split())
_BEFORE_YOU = frozenset("a de con para lo por".split())
_YOURS = frozenset("suyo suya suyos suyas tuyo tuya tuyos tuyas".split())
_SETTLED = frozenset({"corriente", "dia", "mano"})
_DENIED = frozenset("no ni nunca tampoco jamas".split())
_FIRST = ("o", "oy", "re", "mos")
_GLUED = ("rle", "rles", "rte", "ros", "rselo", "rsela", "rselos", "rtelo", "ndole", "ndoles", "ndote")
_GLUED_TO_OTHER = ("rle", "rles", "rselo", "rsela", "rselos", "ndole", "ndoles")
_MAY = frozenset("voy vamos puedo podemos podria quiero tengo toca estoy estaria puede".split())
_TO_LISTENER = frozenset({"le", "te", "les", "os"})
_TO_ME = ("eme", "ame", "emelo", "amelo", "emela", "amela")
_GIVE_ME = frozenset({"deme", "dame", "denme", "espereme", "esperame"})
_HAS = frozenset("tiene tienen tenes tienes tendra tendran tendras".split())
_COUNTS = frozenset({"cuente", "cuenta", "conta", "cuenten"})
_SPEAKING = frozenset(
    "cuento digo aviso llamo escribo marco hablo comento explico confirmo informo aseguro pregunto contesto ruego pido "
    "agradezco entiendo creo juro repito debo veo oigo platico reclamo".split()
)
_ACCEPTS = frozenset({"acepto", "aceptamos"})
_DETERMINERS = frozenset("el un mi su tu este ese del al otro ultimo primer proximo de cada por".split())
_PERSONAL = ("dor", "tor", "sor", "nor", "ler")  # of words in -r after «al» these are no infinitives
_PERSONS = frozenset("senor senora don dona muchacho muchacha".split())
_REASONS = frozenset({"que", "porque", "pues"})
_FALLS_DUE = frozenset({"es", "toca", "vence"})
_IS_FOR = frozenset("son es va van estan esta era eran".split())
_SENDS = ("mand", "envi")  # "le mando a mi hija con doscientos": she brings them
_REMAINDER = frozenset({"resto", "demas"})
_SHOPS = frozenset({"tienda", "local", "almacen", "casa"})
_OF_ANOTHER = frozenset("tarjeta prestamo credito pension cuota mensualidad seguro recibo deuda lo la el".split())
_TELLS_ELSE = frozenset("me nos no ya cuando donde si".split())
_THINGS = frozenset({"lo", "la", "los", "las"})
_NOTHING_LEFT = frozenset("sobra alcanza pelado pelada cero ustedes acabo contar nada raspando primero".split())
_SHORT = 5
_OVER_AND_OVER = 3
_QUALIFIED = frozenset(
    "mas menos antes hasta hoy ahora ahorita todo toda completo sino total otra otro si ? eso".split()
)


@lru_cache(maxsize=1)
def _no_others() -> frozenset[str]:
    """Nouns after «a», «al» that name no other creditor: a time, the debt, where one pays the creditor."""
    data = tomllib.loads(files("pipeline.lexicon").joinpath("unreal.toml").read_text("utf-8"))
    return frozenset(data["payees"]["none"])


def segments(texts: Sequence[str], sentence: range) -> list[range]:
    """The sentence cut at signs and at words that join clauses; not within «treinta y cinco»."""
    spans: list[range] = []
    first = sentence.start
    for place in sentence:
        if texts[place] not in _CUTS or place == first:
            continue
        after = texts[place + 1] if texts[place] == "y" and place + 1 < sentence.stop else ""
        if after and read_word(texts[place - 1]) and (read_word(after) or after == "medio"):
            continue
        spans.append(range(first, place))
        first = place
    spans.append(range(first, sentence.stop))
    return spans


def commits(texts: Sequence[str], span: range) -> bool:
    """Whether the speaker says in it that he pays: «le pago», «se lo voy a dar», «puedo pagar mil»."""
    return any(_commits_at(texts, span, place) for place in span)


def _commits_at(texts: Sequence[str], span: range, place: int) -> bool:  # noqa: C901, PLR0911, PLR0912 - a way out a word
    word = texts[place]
    if word in _MAY:
        if word == "tengo" and texts[place - 1] in _CLITICS:
            return "no" not in texts[max(span.start, place - 3) : place]  # "se lo tengo pagado"
        verb = place + 1
        while verb < span.stop and (texts[verb] in _CLITICS or texts[verb] in ("a", "que")):
            verb += 1
        if word == "puedo" and verb < span.stop and (texts[verb] == "son" or read_word(texts[verb])):
            return texts[place - 1] not in _DENIED
        if verb >= span.stop or not may_pay(texts[verb]) or not texts[verb].endswith(("r", "ndo", *_GLUED)):
            return False
    elif word == "digo" and texts[place + 1 : place + 2] == ["que"] and place + 2 < span.stop:
        return bool(read_word(texts[place + 2]))  # "usted pide mil y yo le digo que cien el lunes"
    elif word == "quedo" and place + 2 < span.stop and texts[place + 1] == "en" and read_word(texts[place + 2]):
        return texts[place - 1] not in _DENIED
    elif word in _HAS:
        return texts[place - 1] in ("lo", "la", "los", "las")
    elif word in _COUNTS:
        return place + 1 < span.stop and texts[place + 1] == "con" and texts[place - 1] not in _DENIED
    elif word in _ACCEPTS or (word.endswith(_TO_ME) and may_pay(word) and not _asks_leave(texts, span, place)):
        return texts[place - 1] not in _DENIED
    elif word.endswith("ndo") or not (
        word.endswith(_FIRST) and (may_pay(word) or (word.endswith("o") and is_unknown(word)))
    ):
        return False
    first = place
    while first > span.start and texts[first - 1] in _CLITICS:
        first -= 1
    before = texts[first - 1] if first else ""
    if word in _SPEAKING or (word == "resuelvo" and texts[place + 1 : place + 2] == ["si"]):
        return False
    if is_unknown(word) and texts[place - 1] not in _TO_LISTENER:
        return False
    to_nobody = _TO_LISTENER.isdisjoint(texts[first:place]) and "se" not in texts[first:place]
    if to_nobody and word not in _MAY and ((first == place and before in _DETERMINERS) or not is_core(word)):
        return False
    return before not in _DENIED and (
        before != "si" or (first - 2 >= span.start and texts[first - 2] not in ("que", ","))
    )


def _asks_leave(texts: Sequence[str], span: range, place: int) -> bool:
    """«Deme hasta el lunes», «déjeme hablarlo»."""
    following = texts[place + 1] if place + 1 < span.stop else ""
    return texts[place] in _GIVE_ME or following.endswith(("r", "rlo", "rla", "rle")) or following in ("que", "veo")


def pays_listener(texts: Sequence[str], span: range) -> bool:
    """Whether it pays who listens, or says what is his: «a ustedes el lunes», «lo suyo», «quedo al día»."""
    for place in span:
        word, before = texts[place], texts[place - 1] if place else ""
        if word in _YOURS or (word in _YOU and before in _BEFORE_YOU):
            return True
        if word in ("quedo", "pongo") and not _SETTLED.isdisjoint(texts[place + 1 : min(place + 4, span.stop)]):
            return True
    return texts[span.stop - 1] == "si" or commits(texts, span)


def refuses(texts: Sequence[str], sentence: range) -> bool:
    """«Anote el 20, anote los tres mil, que no le voy a pagar»: the last that is said takes all of it back."""
    last = segments(texts, sentence)[-1]
    said = texts[last.start : last.stop]
    if not _QUALIFIED.isdisjoint(said) or not WEEKDAYS.isdisjoint(said) or any(map(read_word, said)):
        return False
    for place in last:
        if texts[place] in ("no", "ni", "nunca") and place + 2 < last.stop and texts[place + 1] in _CLITICS:
            verb = place + 2 + 2 * (texts[place + 2] in ("voy", "vamos"))
            if verb < last.stop and is_core(texts[verb]) and texts[verb][-1] in "ors":
                return not commits(texts, sentence)
    return False


def mocks(texts: Sequence[str], sentence: range) -> bool:
    """«Mañana, mañana, mañana…», «que el lunes, que el martes»: days said over and over, and nothing paid."""
    days = [place for place in sentence if texts[place] in WEEKDAYS or texts[place] == "manana"]
    if len(days) < _OVER_AND_OVER - 1:
        return False
    same = len(days) >= _OVER_AND_OVER and len({texts[place] for place in days}) == 1
    listed = sum(texts[max(0, place - 2) : place] == ["que", "el"] for place in days) >= _OVER_AND_OVER - 1
    return (same or listed) and not commits(texts, sentence)


def paid_to_others(text: str, tokens: Sequence[Token], texts: Sequence[str], sentence: range) -> list[range]:
    """The stretches of a sentence in which somebody else is paid, or money is for something else."""
    spans = segments(texts, sentence)
    names = [_whom(text, tokens, texts, span) for span in spans]
    if not any(names):
        return []
    for place in range(1, len(spans)):
        first = spans[place].start
        if names[place - 1] == "named" and texts[first] == "y" and texts[first + 1 : first + 2] == ["a"]:
            names[place] = _names(text, tokens, texts, first + 1, spans[place].stop)
    is_other = [name == "other" or (name == "named" and _spends_all(texts, sentence, names)) for name in names]
    ours = [not other and pays_listener(texts, span) for other, span in zip(is_other, spans, strict=True)]
    if any(name == "destined" for name in names) and not any(ours):
        is_other = [other or name == "destined" for other, name in zip(is_other, names, strict=True)]
    found: list[range] = []
    paying_other = False
    for place, span in enumerate(spans):
        if is_other[place]:
            back = place
            while back > 0 and not ours[back - 1] and not is_other[back - 1] and len(spans[back - 1]) <= _SHORT:
                back -= 1
            if (back > 0 and ours[back - 1]) or not _REASONS.isdisjoint(texts[span.start : span.start + 2]):
                back = place
            found.append(range(spans[back].start, span.stop))
            paying_other = True
        elif ours[place] and not (paying_other and _same_things(texts, span)):
            paying_other = False
        elif paying_other:
            found.append(span)
    return found


def _same_things(texts: Sequence[str], span: range) -> bool:
    """«… los cinco mil que me prestó, el lunes se los doy»: the same sum to the same one."""
    pairs = zip(texts[span.start : span.stop], texts[span.start + 1 : span.stop], strict=False)
    return any(pair in (("se", "los"), ("se", "las")) for pair in pairs) and not any(
        texts[place] in _YOU or texts[place] in _YOURS for place in span
    )


def _spends_all(texts: Sequence[str], sentence: range, names: Sequence[str]) -> bool:
    """Whether one named as the creditor himself might be is another: two are named, or nothing is left after it."""
    told = [
        word for before, word in pairwise(["", *texts[sentence.start : sentence.stop]]) if before not in _BEFORE_YOU
    ]
    return names.count("named") > 1 or not _NOTHING_LEFT.isdisjoint(told)


def _whom(text: str, tokens: Sequence[Token], texts: Sequence[str], span: range) -> str:
    """«other» where somebody else is paid, «named» by a name, maybe the creditor's, «destined» by what it is for."""
    doubled = _is_said_twice(texts, span)
    for place in span:
        word = texts[place]
        if word in ("a", "al"):
            named = doubled >= 0 and (place <= span.start + 1 or _TELLS_ELSE.isdisjoint(texts[doubled:place]))
            named = named and (place > doubled or place <= span.start + 1)
            named = named and not (texts[doubled].startswith(_SENDS) and "con" in texts[place + 1 : place + 5])
            name = _names(text, tokens, texts, place, span.stop) if named else ""
            if name:
                return name
        elif word in ("para", "del", "de") and place > span.start and texts[place - 1] in _IS_FOR:
            if texts[place - 2] in _REMAINDER:
                continue  # "ciento cincuenta mil, el resto es de mi mamá"
            persons = word == "para" or not (people() | _PERSONS).isdisjoint(texts[place + 1 : place + 4])
            if persons and _names(text, tokens, texts, place, span.stop) == "other":
                return "destined"
        elif word in _FALLS_DUE and place + 2 < span.stop and doubled < 0 and texts[place + 1] in _ARTICLES:
            if is_bill(texts[place + 2]) or texts[place + 2] in people():
                return "other"
        elif is_core(word) and (word.endswith(_FIRST) or word.endswith("r")) and doubled < 0:
            name = _bill(text, tokens, texts, place, span)
            if name:
                return name
    return ""


def _is_said_twice(texts: Sequence[str], span: range) -> int:
    """The verb of paying before which «le» stands, which «a X» may then name again; -1 for none."""
    for place in span:
        word = texts[place]
        if word in _TO_OTHER and place + 1 < span.stop:
            verb = place + 1
            while verb < span.stop and (texts[verb] in _CLITICS or texts[verb] in _MAY or texts[verb] in ("a", "que")):
                verb += 1
            pays = verb < span.stop and not texts[verb].endswith("an")  # "a mi esposo le pagan"
            if pays and (may_pay(texts[verb]) or texts[verb] == "salgo"):
                return verb
        elif len(word) >= _SHORT and word.endswith(_GLUED_TO_OTHER) and may_pay(word):
            return place
    return -1


def _names(text: str, tokens: Sequence[Token], texts: Sequence[str], place: int, stop: int) -> str:
    """Who is named after «a», «al»: another creditor, a name, or nobody."""
    with_article = texts[place] in ("al", "del")
    mine = False
    place += 1
    while place < stop and (texts[place] in _ARTICLES or texts[place] in _MY):
        if texts[place] == "mi" and place + 1 < stop and texts[place + 1] in _ARTICLES:
            return ""  # "a mí la virgencita"
        with_article, mine = True, mine or texts[place] in _MY
        place += 1
    if place < stop and with_article and texts[place] in ("de", "del", "que"):
        place += 1
        while place < stop and texts[place] in _ARTICLES:
            place += 1
        return "other" if place < stop and (texts[place] in _SHOPS or not _is_nobody(tokens, texts, place)) else ""
    if place >= stop:
        return ""
    if _is_nobody(tokens, texts, place):
        return "other" if texts[place + 1 : place + 3] == ["de", "mi"] else ""
    if mine:
        return "other"
    word = texts[place]
    if text[tokens[place].start].isupper() and not text[tokens[place].start : tokens[place].end].isupper():
        return "named"
    infinitive = word.endswith("r") and not word.endswith(_PERSONAL)
    return "other" if with_article and not infinitive else ""


def _is_nobody(tokens: Sequence[Token], texts: Sequence[str], place: int) -> bool:
    word = texts[place]
    nobody = (
        word in _CLITICS or word in _no_others() or word in _YOUR or word in WEEKDAYS or tokens[place].kind != "word"
    )
    return nobody or bool(read_word(word))


def _bill(text: str, tokens: Sequence[Token], texts: Sequence[str], verb: int, span: range) -> str:
    """What «pago la renta», «cancelo la cuota del colegio», «lo de Cofidis lo pago» pay, where «le» pays nobody."""
    if verb > span.start + 3 and texts[verb - 1] in _THINGS:
        noun = span.start + (texts[span.start] in _ARTICLES and texts[span.start + 1] != "de")
        return "named" if _is_of_another(text, tokens, texts, noun, span) else ""
    if verb > span.start and texts[verb - 1] in _CLITICS | _DETERMINERS:
        return ""
    noun = verb + 1
    while noun < span.stop and (texts[noun] in _ARTICLES or texts[noun] in _MY):
        noun += 1
    if noun >= span.stop:
        return ""
    if is_bill(texts[noun]) or (noun > verb + 1 and texts[noun] in people()):
        return "other"
    if _is_of_another(text, tokens, texts, noun, span):
        return "other"
    named = noun == verb + 1 and len(texts[noun]) > 2 and text[tokens[noun].start].isupper()
    return "other" if named and not _is_nobody(tokens, texts, noun) else ""


def _is_of_another(text: str, tokens: Sequence[Token], texts: Sequence[str], noun: int, span: range) -> bool:
    """Whether «la tarjeta de Liverpool», «la cuota del colegio», «la pensión de mis hijos» stands there."""
    if texts[noun] not in _OF_ANOTHER or texts[noun + 1 : noun + 2] not in (["de"], ["del"]):
        return False
    of = noun + 2
    while of < span.stop and texts[of] in _ARTICLES:
        of += 1
    if of >= span.stop or texts[of] in _YOUR:
        return False
    return texts[of] in _MY or is_bill(texts[of]) or texts[of] in people() or text[tokens[of].start].isupper()
