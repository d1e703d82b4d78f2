"""Words around an amount that tell what it is: to be paid, paid already, earned, spent, owed."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache

from pipeline.amount_lexicon import PAYING, SHORTEST_BY_SOUND, Cue, context_words
from pipeline.amount_paid import PAID_UP, ends_paid_up, is_told_as_paid
from pipeline.calendar_words import WEEKDAYS
from pipeline.date_cues import ASKED_OF_DEBTOR, MARKED, WISHED
from pipeline.date_neighbours import BILL_VERBS, NO_PAYING, NOTED, is_asked, is_paid_to_speaker, pays_a_thing
from pipeline.number_words import read_word, sound
from pipeline.tokens import Token

__all__ = ["PAYING", "Cue", "context_words", "cue_at", "cues_of"]


_TO_ME = frozenset({"me", "nos"})
_HAVE = frozenset("he hemos ha han has habia habiamos habian habia hube haber".split())
_DEMANDS = frozenset("quieren quiere querian queria pretenden iban".split())
_BEING = frozenset({"esta", "estan", "estaba", "estaban"})
_SET_PHRASES = frozenset(
    {("junto", "todo"), ("junto", "toda"), ("junto", "a"), ("mucho", "lo"), ("mucho", "cuando"), ("mucho", "como")}
)
_NOT_VERBS = frozenset("mandeme mandame envieme enviame mandenme envienme fijate fijese fijense".split())
_WILL_BE = frozenset(
    "tiene tienen tendra tendran tendre tendria tengo dejo dejare dejaria queda quedara quede va estara".split()
)
_MAKING = frozenset("hago hacer hare haria hacemos haremos haciendo hacerle hacerte hacerles".split())
_MADE_REACH = 5
_PAID_INTO = frozenset("capital saldo deuda credito prestamo interes".split())
_CLITICS = frozenset("os me te se le les lo la los las nos".split())
_TURNS_IT = _TO_ME | _BEING
_OF_THE_WORD_BEFORE = frozenset(
    "saldo ingreso recibo junta decia linea suya suyo tuya tuyo van va descuento quita rebaja".split()
)
_NEAR_WORDS = {"dia", "hace", "hacen"} | _OF_THE_WORD_BEFORE | _PAID_INTO | {word for word, _ in _SET_PHRASES}
_GLUED = ("nos", "les", "los", "las", "me", "te", "se", "le", "lo", "la")
_DETERMINERS = frozenset("un el mi su ese este otro al del primer ultimo primera".split())
_FUTURE = ("are", "ere", "ire")
_NO_TENSE = frozenset("cafe jose bebe chale comite rene noe salome porque".split())
_SHORTEST_TOLD = 4
_TITLES = frozenset("doctor doctora abogado abogada licenciado licenciada maestro maestra medico".split())
_GOING_ON = frozenset(
    "estuve estuvimos estuvo estaba estabamos venia veniamos andaba andabamos anduve seguia iba".split()
)
_THEY_WILL = frozenset("quieren quiere quieres queres pretenden pretende pretendes piensan van iban a".split())
_SO_FAR = frozenset("y apenas solo nomas ya que , e".split())
_DONE_TO_BODY = frozenset("operan opera sacan extraen ponen revisan internan".split())
_ONE = frozenset("un una el la los las de".split())
_ASKED_FOR = frozenset("pidio pidieron pide piden pediste dijo dijeron dijiste ofrecio ofrecieron".split())
_CHARGED = frozenset("cobra cobras carga cargas debita debitas".split())
_BY_CARD = frozenset({"tarjeta", "clabe", "plastico"})
_TAKES = frozenset("recibe recibes reciben acepta aceptas aceptan".split())
_CHARGED_WITHIN = 14
_THEY_DID = ("aron", "ieron")
_REACHES = frozenset({"cae", "caen", "llega", "llegan", "entra", "entran"})
_GERUND = ("ando", "endo")
_TO_CREDITOR = frozenset({"le", "te", "les", "os"})
_PROGRESS = frozenset("llevo llevamos llevaba voy vamos vengo venimos".split())
_OWING = frozenset("estoy estamos quedo quedamos sigo".split())
_LOOKED_AT = _TO_CREDITOR | _THEY_WILL | _GOING_ON | _PROGRESS | _OWING
_BY_NEARBY = _NEAR_WORDS | _PROGRESS | _TITLES | PAID_UP
_TELLS_OF_NEXT = _LOOKED_AT | _TURNS_IT
_CHANNELS = frozenset({"telefono", "internet", "celu"})  # "le pago mil por teléfono"
_DAY_SAID = WEEKDAYS | {"tarde", "noche", "manana", "pasado", "pasada"}
_SPEAKING = frozenset(
    "digo cuento aviso aseguro juro ruego pido llamo marco hablo explico comento repito agradezco entiendo creo "
    "suplico pregunto informo confirmo contesto respondo escribo insisto recuerdo advierto oigo escucho veo vendo "
    "compro debo reclamo exijo como quiero conozco tengo firmo mando aclaro platico reitero comprendo atiendo busco "
    "avisare llamare dire diere dare hablare marcare contare".split()
)
_MEALS = frozenset("comer desayunar almorzar cenar mamar".split())
_OF_TIME = frozenset({"mes", "ano", "semana", "fin", "periodo", "viernes", "puente"}) | WEEKDAYS
# Nouns that sound like verbs, after an article: what they say then.
_NOUNS = {"recibo": Cue.DEBT, "junta": Cue.NOUN}
_DEALINGS = frozenset("pago transferencia deposito abono giro sinpe bizum yape zelle envio spei consignacion".split())
_COUNTED_ON = frozenset({"cuente", "cuenten", "cuenta", "cuentas", "conta"})
_OBJECTS = frozenset({"lo", "la", "los", "las"})
_MADE = frozenset({"hago", "hacemos", "hacia"})
_BY_THE_DAY = frozenset({"al", "en", "por", "diario", "diarios"})
_YOURS = frozenset("suya suyo tuya tuyo".split())
_REDUCTIONS = frozenset("descuento quita rebaja".split())
_PARTICIPLES = ("ado", "ido", "hecho", "puesto", "dado", "cubierto")


@lru_cache(maxsize=16384)
def _tense(word: str) -> str | None:
    words = context_words()
    found = words.tensed.get(word)
    if found is None and len(word) > SHORTEST_BY_SOUND:
        found = words.tensed_by_sound.get(sound(word))
    return found


@lru_cache(maxsize=16384)
def _plain_cue(word: str) -> Cue | None:
    """The cue of a word by its spelling, its sound, or without the pronouns glued to it ("póngale")."""
    words = context_words()
    found = words.cues.get(word)
    if found is None and len(word) > SHORTEST_BY_SOUND:
        found = words.cues_by_sound.get(sound(word))
    base = word
    for _ in range(2):
        clitic = next((c for c in _GLUED if base.endswith(c)), None)
        if found is not None or clitic is None or len(base) - len(clitic) < SHORTEST_BY_SOUND:
            break
        base = base.removesuffix(clitic)
        found = Cue.PAY if words.cues.get(base) is Cue.PAY or words.tensed.get(base) in ("coming", "e") else None
    return found


@lru_cache(maxsize=16384)
def _always(word: str) -> Cue | None:
    """What a word says wherever it stands; `Cue.NEARBY` where that hangs on the words beside it."""
    if word in _NOT_VERBS:
        return None
    if word in _BY_NEARBY or word in context_words().past_time or _tense(word) is not None:
        return Cue.NEARBY
    return Cue.NEARBY if word.removesuffix("s").endswith(_PARTICIPLES) else _plain_cue(word)


def _text(tokens: Sequence[Token], index: int) -> str:
    return tokens[index].text if 0 <= index < len(tokens) else ""


def _texts(tokens: Sequence[Token], first: int, last: int) -> list[str]:
    return [token.text for token in tokens[max(0, first) : last]]


def cues_of(tokens: Sequence[Token], text: str, inside: AbstractSet[int]) -> list[Cue | None]:
    """`cue_at` of every token, none of those inside an amount; most words are read without their neighbours."""
    cues: list[Cue | None] = []
    before = ""
    bill = -1
    for index, token in enumerate(tokens):
        cue: Cue | None = None
        if token.kind == "word" and index not in inside:
            plain = before not in _TELLS_OF_NEXT and text[token.end - 1] not in "éóÉÓ"
            cue = _always(token.text) if plain else Cue.NEARBY
            if cue is Cue.NEARBY:
                cue = cue_at(tokens, index, text)
            elif cue is Cue.NOUN and before == "por" and token.text in _CHANNELS:
                cue = None
            if (cue is Cue.NOUN and _is_mended(tokens, index)) or (cue is Cue.PAY and _is_to_me(tokens, index)):
                cue = None if cue is Cue.NOUN else Cue.INCOME
            elif cue is Cue.PAY and _text(tokens, index + 1) == "de" and _text(tokens, index + 2) in _MEALS:
                cue = Cue.NOUN
            if token.text == "sale" and index + 1 in inside:
                cue = Cue.PRICE
            if token.text in BILL_VERBS and cue is Cue.PAY and pays_a_thing(tokens, index):
                bill = index + 2
            if index == bill:
                cue = Cue.NOUN
            elif token.text in _MADE and before == "que" and _text(tokens, index - 2) == "lo" and _makes(tokens, index):
                cue = Cue.INCOME  # "lo que hago al día son mil"
            elif (
                token.text == "quedo" and before == "me" and _text(tokens, index + 1) in ("en", "sin", "corto", "corta")
            ):
                cue = None  # "me quedo en ceros"
            elif token.text in _COUNTED_ON and cue is None and _is_counted_on(tokens, index):
                cue = Cue.PAY
            ends = token.text == "vale" and not _text(tokens, index + 1).isalnum()
            if ends and before not in ("que", "cuanto", "lo", "eso", "no"):
                cue = None
        cues.append(cue)
        before = token.text
    return cues


def _is_counted_on(tokens: Sequence[Token], index: int) -> bool:
    """As in "cuente con los mil", "cuente usted con mil"; not "su cuenta con ustedes"."""
    verb = _text(tokens, index - 1) not in _DETERMINERS | {"la", "una", "mi"}
    at = index + 1 + (_text(tokens, index + 1) in ("usted", "ustedes", "vos", "tu"))
    return verb and _text(tokens, at) == "con"


def _is_mended(tokens: Sequence[Token], index: int) -> bool:
    """Whether a noun was a slip: "le paso la renta, digo, el abono"."""
    sign = next((i for i in range(index + 1, index + _MADE_REACH) if _text(tokens, i) in (",", "…", ".")), index)
    return sign > index and _text(tokens, sign + 1) in ("digo", "perdon", "corrijo", "miento")


def _is_to_me(tokens: Sequence[Token], index: int) -> bool:
    """Whether the speaker is who gets it: "el que tiene que darme a mí"."""
    to_me = tokens[index].text.endswith(("me", "melo", "melos", "nos"))
    return to_me and (_text(tokens, index + 1), _text(tokens, index + 2)) in (("a", "mi"), ("a", "nosotros"))


def cue_at(tokens: Sequence[Token], index: int, text: str) -> Cue | None:
    """What the word at the index says of amounts near it.

    Args:
        tokens: The utterance.
        index: The word.
        text: The utterance as written: the accent tells "pagué" from "pague".
    """
    token = tokens[index]
    if token.kind != "word":
        return None
    before = tokens[index - 1].text if index else ""
    if token.text in _NOT_VERBS or (token.text in _TITLES and _is_called(tokens, index)):
        return None
    if before in _LOOKED_AT and (found := _by_word_before(tokens, index, before)) is not None:
        return found
    if before not in _TURNS_IT and text[token.end - 1] not in "éóÉÓ":
        always = _always(token.text)
        if always is not Cue.NEARBY:
            return always or _done_to_creditor(token, before, text)
    for told_by in (_by_neighbours, _by_time, _by_what_was_done):
        found = told_by(tokens, index)
        if found is not None:
            return None if found is Cue.NEUTRAL else found
    participle = token.text.removesuffix("s")
    known = participle.removesuffix("do") + "r" in context_words().infinitives
    if token.text in PAID_UP or (participle.endswith(_PARTICIPLES) and (before in _HAVE or known)):
        return _participle_cue(tokens, index)
    tense = _tense(token.text)
    if tense is not None:
        return Cue.INCOME if is_paid_to_speaker(tokens, index) else _tensed_cue(tense, tokens, index, text)
    return _accented_cue(token, text) or _done_to_creditor(token, before, text)


def _by_word_before(tokens: Sequence[Token], index: int, before: str) -> Cue | None:
    """What "le" makes of "llega", "quieren" of an infinitive, "estuve" of a gerund."""
    word = tokens[index].text
    lost_r = word == "da" or word + "r" in context_words().infinitives
    if before == "a" and _text(tokens, index - 2) in ("voy", "vamos"):
        if lost_r:
            return Cue.PAY
        to_creditor = _text(tokens, index - 3) in _TO_CREDITOR and word.endswith("r") and word not in NO_PAYING
        if to_creditor and _plain_cue(word) is None:
            return Cue.PAY  # "le voy a sacar setecientos de la remesa"
    if before in _TO_CREDITOR and word in _REACHES:
        return Cue.PAY
    if before in _OWING and word == "debiendo":
        return Cue.DEBT
    if before in _PROGRESS and word.endswith(_GERUND) and _is_going_on(tokens, index):
        return Cue.PAST
    if before in _THEY_WILL and word.endswith("r") and _is_done_to_me(tokens, index):
        return Cue.PRICE
    return Cue.PAST if before in _GOING_ON and word.endswith(_GERUND) else None


def _is_going_on(tokens: Sequence[Token], index: int) -> bool:
    """Whether it was paid up to now: "ya voy pagando quince mil", "llevo pagando", not "le voy pagando mil"."""
    word = tokens[index].text
    if (
        _text(tokens, index - 1) in ("voy", "vamos", "vengo", "venimos")
        and _tense(word) is None
        and _plain_cue(word) is None
    ):
        return False  # "ya voy saliendo"
    return _text(tokens, index - 1) not in ("voy", "vamos") or _text(tokens, index - 2) == "ya"


def _is_done_to_me(tokens: Sequence[Token], index: int) -> bool:
    """Whether others are to do it to the speaker: "me quieren clavar mil", "nos van a cobrar"."""
    third = {_text(tokens, i) for i in range(max(0, index - 3), index)}
    return not third.isdisjoint(_TO_ME) and not third.isdisjoint(_THEY_WILL - {"a"})


def _is_called(tokens: Sequence[Token], index: int) -> bool:
    """Whether the word stands between signs, as who is spoken to: "cien mil, doctora, y ya"."""
    return (index == 0 or tokens[index - 1].kind == "sign") and (
        index + 1 == len(tokens) or tokens[index + 1].kind == "sign"
    )


def _done_to_creditor(token: Token, before: str, text: str) -> Cue | None:
    """What "le", "te" before a form of the first person makes of a word that no list knows: "le entro con mil"."""
    known = token.text in _SPEAKING or len(token.text) < _SHORTEST_TOLD
    first_person = token.text.endswith(("o", "are", "ere", "ire")) and text[token.end - 1] not in "óÓ"
    return Cue.WEAK if before in _TO_CREDITOR and first_person and not known else None


def _by_neighbours(tokens: Sequence[Token], index: int) -> Cue | None:
    """What a pronoun or an article beside the word makes of it; NEUTRAL where it makes it say nothing."""
    word, before, second = tokens[index].text, _text(tokens, index - 1), _text(tokens, index - 2)
    to_me = second in _TO_ME or (word == "pagan" and second not in _TO_CREDITOR | {"se"})
    given = before in _OBJECTS and to_me and word in context_words().given and not is_asked(tokens, index)
    if given or (word in _MADE and before == "me" and _makes(tokens, index)):
        return Cue.INCOME  # "la baja me la pagan en dos veces", "el día lo pagan a noventa", "me hago cien"
    if before in _TO_ME:
        asked = word in ASKED_OF_DEBTOR and is_asked(tokens, index)
        if word == "dan" and (_text(tokens, index - 3), second) == ("lo", "que"):
            return Cue.INCOME
        return Cue.PAY if asked else (_of_what_others_do(tokens, index, second) or _done_to_me(word, second))
    if second in _TO_ME and before in _BEING and word.endswith(("ando", "endo")):
        return Cue.INCOME
    if word == "dia" and before in ("al", "por"):
        return Cue.INCOME if _text(tokens, index + 1) in ("saco", "hago", "vendo", "me") else None
    into = before == "al" or (before == "la" and second == "a")
    if (word, before) in _SET_PHRASES or (into and word in _PAID_INTO):
        return Cue.NEUTRAL
    return _of_the_debt(tokens, index)


def _of_the_debt(tokens: Sequence[Token], index: int) -> Cue | None:
    """As in "con el descuento son mil", "ya van mil", "la de marzo es suya", "mi saldo"."""
    word, before = tokens[index].text, _text(tokens, index - 1)
    if word in _REDUCTIONS:
        near = _texts(tokens, index - _MADE_REACH - 1, index)
        return Cue.NEUTRAL if "con" in near else _plain_cue(word)
    if (
        word in ("van", "va")
        and before == "ya"
        and (read_word(_text(tokens, index + 1)) or _text(tokens, index + 1).isdecimal())
    ):
        return Cue.PAST
    if word in _YOURS:
        return Cue.WEAK if before in ("es", "sera", "va") else None
    if word == "saldo":
        return Cue.DEBT if before in _DETERMINERS else Cue.NEUTRAL if before == "de" else Cue.PAY
    return _by_article(tokens, index)


def _by_article(tokens: Sequence[Token], index: int) -> Cue | None:
    """A word that the one before it makes a verb or a noun: "el recibo decía mil", "le decía que mil", "en línea"."""
    word, before = tokens[index].text, _text(tokens, index - 1)
    if word in _NOUNS:
        return _NOUNS[word] if before in _DETERMINERS | {"la", "una"} else None
    if word == "decia":
        return None if before in _TO_CREDITOR | {"yo", "como"} else Cue.DEBT
    if word == "linea":
        return Cue.NEUTRAL if before == "en" else None
    if word != "ingreso":
        return None
    nearby = {_text(tokens, i) for i in range(index - _MADE_REACH, index)}
    return Cue.PAY if before in _CLITICS or nearby & _MAKING else None


def _makes(tokens: Sequence[Token], index: int) -> bool:
    """As in "me hago cuarenta mil", "lo que hago al día son mil"; not "me hago cargo"."""
    after = _text(tokens, index + 1)
    if after in _BY_THE_DAY:
        return True
    by_me = _text(tokens, index - 1) == "me"
    after = _text(tokens, index + 2) if after in ("como", "unos", "unas", "mis", "tipo") else after
    return by_me and (after.isdecimal() or bool(read_word(after)))


def _of_what_others_do(tokens: Sequence[Token], index: int, second: str) -> Cue | None:
    """As in "le doy lo que me pidió", "ahí está la tarjeta y me cobra mil", "me sacan la vesícula"."""
    word = tokens[index].text
    if word in _TAKES and second != "no":
        return Cue.PAY
    if word in _ASKED_FOR and _is_what_is_paid(tokens, index):
        return Cue.NEUTRAL
    if word in _CHARGED and not _BY_CARD.isdisjoint(_texts(tokens, index - _CHARGED_WITHIN, index)):
        return Cue.PAY if second in ("y", "ahi") else None
    return Cue.PRICE if word in _DONE_TO_BODY and second != "si" and _text(tokens, index + 1) in _ONE else None


def _is_what_is_paid(tokens: Sequence[Token], index: int) -> bool:
    """Whether a word of paying governs it: "le doy el 29 lo que me pidió"."""
    if (_text(tokens, index - 3), _text(tokens, index - 2)) != ("lo", "que"):
        return False
    before = range(max(0, index - 3 - _MADE_REACH), index - 3)
    return any(_plain_cue(tokens[i].text) is Cue.PAY or _tense(tokens[i].text) in ("o", "coming") for i in before)


def _done_to_me(word: str, second: str) -> Cue | None:
    """A verb after "me" or "nos": money that comes in, a demand, or what "se me va"."""
    if word.endswith(_THEY_DID):
        return Cue.PAST
    if word in context_words().given:
        return Cue.NEUTRAL if word in ("da", "dan") and second in ("no", "que") else Cue.INCOME
    if word in _DEMANDS or word in _BEING:
        return Cue.DEBT
    return Cue.PRICE if word in ("van", "va", "fueron", "fue") and second == "se" else None


def _by_time(tokens: Sequence[Token], index: int) -> Cue | None:
    """Words of past time: "ayer", "el mes pasado", "hace dos meses"; not "pasado mañana"."""
    word, before, after = tokens[index].text, _text(tokens, index - 1), _text(tokens, index + 1)
    if word in context_words().past_time:
        not_gone = not before.isalnum() or (word == "pasado" and before not in _OF_TIME)
        by_then = after in ("el", "la", "los", "las") and not_gone  # "pasado el carnaval"
        return Cue.NEUTRAL if after == "manana" or by_then else Cue.PAST
    dealing = after in ("un", "una") or (after in ("el", "la", "su") and _text(tokens, index + 2) in _DEALINGS)
    if dealing and before in _TO_CREDITOR and word in ("hace", "hacen", "haga"):
        return Cue.PAY  # "os hace un bizum", "te hace el pago móvil"
    if word == "hace":
        return Cue.NEUTRAL if after in ("falta", "el", "la", "cargo", "responsable") else Cue.PAST
    return None


def _by_what_was_done(tokens: Sequence[Token], index: int) -> Cue | None:
    """As in "siete mil llevo dados"."""
    if tokens[index].text not in _PROGRESS:
        return None
    done = _text(tokens, index + 1).removesuffix("s").endswith(_PARTICIPLES)
    done = done or (_text(tokens, index - 1) not in _TO_CREDITOR and ends_paid_up(tokens, index + 2))
    return Cue.PAST if done else Cue.INCOME if _is_earned_so_far(tokens, index) else None


def _is_earned_so_far(tokens: Sequence[Token], index: int) -> bool:
    """As in "desde las cinco vendiendo tamales y llevo 180 pesos"."""
    before = _text(tokens, index - 1)
    at_it = any(word.endswith(_GERUND) for word in _texts(tokens, index - _CHARGED_WITHIN, index))
    at_it = at_it or before in ("solo", "apenas", "nomas")
    return at_it and before in _SO_FAR and tokens[index].text in ("llevo", "llevamos")


def _accented_cue(token: Token, text: str) -> Cue | None:
    """The cue of a word outside the regular verbs; a stressed "é" or "ó" at its end tells of the past."""
    found = _plain_cue(token.text)
    last = text[token.end - 1 : token.end].lower()
    told = last in ("é", "ó") and len(token.text) >= _SHORTEST_TOLD and not token.text.endswith(_FUTURE)
    if found is Cue.PAY and (last == "ó" or (last == "é" and told)):
        return Cue.PAST
    return Cue.TOLD if found is None and told and token.text not in _NO_TENSE else found


def _participle_cue(tokens: Sequence[Token], index: int) -> Cue:
    """Reads "he pagado" as past; "lo tiene pagado el lunes", "queda todo cancelado" is coming."""
    before = [_text(tokens, i) for i in range(max(0, index - 4), index)]
    if tokens[index].text in PAID_UP and is_told_as_paid(tokens, index):
        return Cue.PAST
    if before and (before[-1] in _HAVE or before[-1] in ("llevo", "llevamos")):
        return Cue.PAST
    return Cue.PAY if any(word in _WILL_BE for word in before) else Cue.NEUTRAL


def _tensed_cue(tense: str, tokens: Sequence[Token], index: int, text: str) -> Cue:
    """What a form of a verb of paying says: its accent, "ya" before it, or an article make the difference."""
    token, before = tokens[index], _text(tokens, index - 1)
    if tense == "coming":
        return Cue.PAY
    if token.text in NOTED:
        return Cue.NEUTRAL
    if tense == "past":
        return Cue.PAST
    if text[token.end - 1 : token.end] in ("é", "ó", "É", "Ó"):
        return Cue.PAST
    if tense == "o" and (before in _DETERMINERS or _says_it_is_whole(tokens, index)):
        return Cue.NEUTRAL
    start = index - 1
    while _text(tokens, start) in _CLITICS:
        start -= 1
    told = tense == "e" and (_text(tokens, start) == "ya" or _lost_its_accent(tokens, index, text))
    return Cue.PAST if told else Cue.PAY


def _says_it_is_whole(tokens: Sequence[Token], index: int) -> bool:
    """Whether "completo" is no verb: "lo pagué completo"."""
    return tokens[index].text in ("completo", "cuadrado") and _text(tokens, index - 1) not in _CLITICS | {
        "yo",
        "y",
        "ya",
    }


def _lost_its_accent(tokens: Sequence[Token], index: int, text: str) -> bool:
    """Whether "le pague" is "le pagué" in a text that writes no accents, and nothing wishes or orders it."""
    before = _text(tokens, index - 1)
    dated = before in _DAY_SAID or before in context_words().past_time or before.isdecimal()
    dated = dated or (before not in _DETERMINERS and bool(read_word(before)))
    if not (dated or before in _TO_CREDITOR | {"yo", "ya", "se"}) or MARKED.search(text):
        return False
    return WISHED.isdisjoint([token.text for token in tokens[max(0, index - 4) : index]])
