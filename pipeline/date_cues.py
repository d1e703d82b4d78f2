"""What single words and phrases say around a date: paying, a call, an event, income, the past, a denial."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from pipeline.date_neighbours import (
    NO_PAYING,
    NOTED,
    TO_SPEAKER,
    denies_no_payment,
    done_already,
    follows_event,
    is_after_if,
    is_asked,
    is_given_now,
    is_number,
    is_of_the_account,
    is_paid_to_another,
    is_paid_to_speaker,
    is_tag,
    names_a_noun,
    pays_person,
    sends_a_remittance,
    was_given_to_speaker,
)
from pipeline.number_words import sound
from pipeline.tokens import Token, fold, tokenize
from pipeline.verb_forms import ar_forms

PAY = 1
CALL = 2
EVENT = 4
INCOME = 8
NEGATION = 16
CANNOT = 32
HARMLESS = 64
ECHO = 128
HYPOTHETICAL = 256
PAST = 512
ADDRESS = 1024
BIRTH = 2048
BILL = 4096
SUBORDINATE = 8192
SPLIT = 16384
CORRECTION = 32768
CREDITOR = 65536
NEUTRAL = 131072
GIVEN = 262144
MAYBE_PAST_E = 524288
MAYBE_PAST_O = 1048576
UNKNOWN = 2097152
REGULAR = 4194304
CORE = 8388608
OTHER_BILL = 16777216
OTHER_PAYEE = 33554432
PAID = 67108864
PRETERITE = 134217728
LIGHT = 268435456
MONEY = 536870912
PAYEE = 1 << 30
NO_CALL = 1 << 31

# Cues that the accent or the words beside it may change.
_BY_NEIGHBOURS = PAY | LIGHT | GIVEN | MAYBE_PAST_E | MAYBE_PAST_O | REGULAR | CALL

_TABLES = {
    ("pay", "present"): PAY,
    ("pay", "phrases"): PAY,
    ("pay", "light_phrases"): LIGHT,
    ("call", "words"): CALL,
    ("event", "words"): EVENT,
    ("income", "words"): INCOME,
    ("income", "given"): GIVEN,
    ("negation", "words"): NEGATION,
    ("negation", "cannot"): NEGATION | CANNOT,
    ("negation", "harmless"): HARMLESS,
    ("negation", "no_call"): HARMLESS | NO_CALL,
    ("echo", "phrases"): ECHO,
    ("echo", "hypothetical"): HYPOTHETICAL,
    ("past", "words"): PAST,
    ("address", "words"): ADDRESS,
    ("birth", "words"): BIRTH,
    ("bill", "phrases"): BILL,
    ("subordinate", "words"): SUBORDINATE,
    ("split", "words"): SPLIT,
    ("correction", "phrases"): CORRECTION,
    ("creditor", "phrases"): CREDITOR,
    ("neutral", "words"): NEUTRAL,
    ("other_bill", "nouns"): OTHER_BILL,
    ("other_bill", "payees"): OTHER_PAYEE,
}
_CORE_VERBS = frozenset(
    {
        "pagar",
        "abonar",
        "depositar",
        "cancelar",
        "liquidar",
        "saldar",
        "consignar",
        "girar",
        "yapear",
        "plinear",
        "debitar",
    }
)
_CORE_FORMS = frozenset(
    "transfiero transfiriendo transfiriendole transfiriendote transfiriendolo transferir transferire pago deposito "
    "abono transferencia cobreme cobrame cobras cobremelo cobramelo pagarle sinpe zelle".split()
)
_GIVING = frozenset("doy damos dar darle dare resuelvo cubro".split())
_GIVEN_TO_CREDITOR = frozenset({"le", "te", "les", "os", "se", "lo", "la", "los", "las"})
_OBJECTS = frozenset({"lo", "la", "los", "las"})
_HELD = ("empenad", "bloquead", "guardad", "retenid", "prestad", "embargad", "congelad")
_HAS = frozenset({"tiene", "tienen", "tenes", "tienes"})
_LISTENERS = frozenset({"usted", "ustedes", "vos"})
_CLITICS = frozenset({"le", "te", "les", "os"})
WISHED = frozenset({"que", "cuando", "cuanto", "apenas", "aunque", "ni", "quien", "donde", "como"})
_ORDERED = frozenset(
    {
        "deje",
        "pase",
        "anote",
        "apunte",
        "programe",
        "agende",
        "mande",
        "lleve",
        "tire",
        "cargue",
        "acerque",
        "domicilie",
        "arregle",
    }
)
_AGE_VERBS = frozenset(
    "cumplo cumple cumpli cumplio cumplire cumpliria cumplir cumpla cumplen cumplan cumplieron cumpliendo "
    "cumplimos cumpliremos".split()
)
_AGES = frozenset({"anos", "anitos", "ano", "mes", "meses", "aniversario"})
ASKED_OF_DEBTOR = frozenset(
    "autoriza autorizas paga pagas abona deposita liquida cancela transfiere consigna ingresa gira".split()
)
_NOUN_FOLLOWS = frozenset({"el", "un", "una", "del", "al", "este", "ese", "nuestro"})
PAYMENTS = frozenset(
    "pago deposito abono giro adelanto saldo ingreso arreglo envio programado liquido anticipo entrega cuadre "
    "acuerdo".split()
)
_GIVES = PAY | LIGHT
_BEING = frozenset({"esta", "estan", "estaban", "estaba"})
_HAVE = frozenset("he hemos ha han habia habian habiamos".split())
_PARTICIPLES = ("ado", "ido", "sto", "cho", "rto")
_SUPPOSED = ("ara", "aras", "aran", "iera", "era")
MARKED = re.compile("[áéíóúÁÉÍÓÚ]")  # accents are written here, so that a form without is no past
_SHORTEST_BY_SOUND = 6
_VOSEO = frozenset({"pone", "hace", "tene", "trae", "resolve", "conta"})  # "poné": an order, not the past
_GIVEN_ONCE = ("aron", "ieron", "aste", "iste", "io", "o")  # "la cuenta que me mandaron" is no past of the payment
_NO_FORMS = ("registra", "registran", "adelante", "pasando", "pasado", "pasada", "partes", "tarde", "tire")


@dataclass(frozen=True, slots=True)
class _Cues:
    words: dict[str, int]
    phrases: dict[tuple[str, str], list[tuple[tuple[str, ...], int]]]
    pay_by_sound: dict[str, int]
    fixed: dict[str, int]
    openers: frozenset[str]
    people: frozenset[str]
    opening: frozenset[str]
    done_on_it: frozenset[str]


@lru_cache(maxsize=1)
def _load() -> _Cues:
    data: dict[str, Any] = tomllib.loads(files("pipeline.lexicon").joinpath("date_cues.toml").read_text("utf-8"))
    words: dict[str, int] = {}
    phrases: dict[tuple[str, str], list[tuple[tuple[str, ...], int]]] = {}
    light_verbs = frozenset(data["pay"]["light_verbs"])
    for verb in data["pay"]["regular"]:
        for form, tense in ar_forms(verb).items():
            coming = (LIGHT if verb in light_verbs else PAY) | REGULAR
            cue = {"coming": coming, "past": PAST | PAID, "e": MAYBE_PAST_E, "o": MAYBE_PAST_O}[tense]
            cue |= LIGHT if verb in light_verbs and tense in ("e", "o") else 0
            words[form] = words.get(form, 0) or (cue | (CORE if verb in _CORE_VERBS and tense != "past" else 0))
    for (section, table), cue in _TABLES.items():
        for entry in data[section][table]:
            parts = tuple(token.text for token in tokenize(entry))
            if len(parts) > 1:
                phrases.setdefault((parts[0], parts[1]), []).append((parts, cue))
            elif cue in (PAY, PAST) and section in ("pay", "past"):
                words[parts[0]] = cue | (CORE if parts[0] in _CORE_FORMS else 0)
            else:
                words[fold(parts[0])] = words.get(parts[0], 0) | cue
    for entries in phrases.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    words.update(dict.fromkeys(_NO_FORMS, NEUTRAL))
    words.update(dict.fromkeys(data["pay"]["light"], LIGHT))
    for word in data["pay"]["money"]:
        words[word] = words.get(word, UNKNOWN) | MONEY
    words.update(dict.fromkeys(data["pay"]["orders"], EVENT))
    by_sound = {
        sound(word): cue
        for word, cue in words.items()
        if len(word) >= _SHORTEST_BY_SOUND and cue & (PAY | LIGHT | MAYBE_PAST_O)
    }
    known = frozenset(data["other_bill"]["people"])
    opening = frozenset(data["negation"]["opening"])
    done_on_it = frozenset(data["only_named"]["done"])
    events = frozenset(word for word, cue in words.items() if cue & EVENT)
    given = frozenset(word for word, cue in words.items() if cue & PAST and word.endswith(_GIVEN_ONCE))
    told_apart = known | events | given | ASKED_OF_DEBTOR | _AGE_VERBS | {"no"}
    fixed = {word: cue for word, cue in words.items() if cue and not cue & _BY_NEIGHBOURS and word not in told_apart}
    return _Cues(words, phrases, by_sound, fixed, frozenset(first for first, _ in phrases), known, opening, done_on_it)


def people() -> frozenset[str]:
    """Who is paid for something else than the debt."""
    return _load().people


def done_on_it() -> frozenset[str]:
    """Words after «el viernes es» that tell of something done on it: «es cuando», «es mi pago»."""
    return _load().done_on_it


def is_bill(word: str) -> bool:
    """Whether it is what other bills are for: «renta», «luz»."""
    return bool(_load().words.get(word, 0) & OTHER_BILL)


def pays_other(tokens: Sequence[Token], places: Sequence[int]) -> bool:
    """Whether somebody else is paid in the tokens: «a la caja popular le pago mil», «al gota a gota»."""
    phrases = _load().phrases
    for place in places:
        entries = phrases.get((tokens[place].text, tokens[place + 1].text)) if place + 1 < len(tokens) else None
        found = None if entries is None else _phrase_at(tokens, place, entries)
        if found is not None and found[1] & OTHER_PAYEE and not is_of_the_account(tokens, place):
            return True
    return False


def _accented(text: str, token: Token) -> bool:
    return text[token.end - 1] in "éóÉÓ"


def _verb_cue(text: str, tokens: Sequence[Token], place: int, cues: int) -> int:
    """What a form that may be past or to come is here: the accent tells, or what stands before."""
    token = tokens[place]
    before = {tokens[index].text for index in range(max(0, place - 4), place)}
    if cues & MAYBE_PAST_O:
        return PAST | PAID if _accented(text, token) else PAY
    if _accented(text, token):
        return PAST | PAID
    if done_already(tokens, place):
        return PAST | PAID
    if before & WISHED or MARKED.search(text) or token.text in _ORDERED:
        return PAY
    return PAST | PAID


def cue_masks(text: str, tokens: Sequence[Token]) -> list[int]:
    """The cues of each token; a phrase puts its own on its first token and none on the rest."""
    lexicon = _load()
    words, phrases, fixed = lexicon.words, lexicon.phrases, lexicon.fixed
    masks = [0] * len(tokens)
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.kind != "word":
            place += 1
            continue
        word = token.text
        opens = word in lexicon.openers and place + 1 < len(tokens)
        entries = phrases.get((word, tokens[place + 1].text)) if opens else None
        phrase = None if entries is None else _phrase_at(tokens, place, entries)
        if phrase is not None:
            masks[place] = _phrase_cue(tokens, place, phrase)
            kept = 0 if phrase[1] & HARMLESS else CORRECTION
            for inside in range(place, place + phrase[0]):
                masks[inside] |= NEUTRAL | (words.get(tokens[inside].text, 0) & kept)
            place += phrase[0]
            continue
        masks[place] = fixed.get(word) or _word_cue(text, tokens, place, words)
        place += 1
    return masks


def _phrase_cue(tokens: Sequence[Token], place: int, phrase: tuple[int, int]) -> int:
    """The cue of a phrase where the words before it do not take it away."""
    length, cue = phrase
    if cue & ECHO and names_a_noun(tokens, place, place + length):
        return NEUTRAL
    held = tokens[place + length].text if place + length < len(tokens) else ""
    if cue & PAY and tokens[place + length - 1].text in _HAS and held.startswith(_HELD):
        return NEUTRAL  # "la tarjeta la tiene empeñada mi compadre"
    return NEUTRAL if cue & OTHER_PAYEE and is_of_the_account(tokens, place) else cue


def _phrase_at(
    tokens: Sequence[Token], place: int, entries: Sequence[tuple[tuple[str, ...], int]]
) -> tuple[int, int] | None:
    for parts, cue in entries:
        if place + len(parts) <= len(tokens) and all(tokens[place + i].text == part for i, part in enumerate(parts)):
            return len(parts), cue
    return None


def _word_cue(text: str, tokens: Sequence[Token], place: int, words: dict[str, int]) -> int:
    """The cues of a single word, told apart by its accent and its neighbours."""
    word, last = tokens[place].text, text[tokens[place].end - 1]
    cue = words.get(word, 0)
    before = tokens[place - 1].text if place else ""
    if cue & (MAYBE_PAST_E | MAYBE_PAST_O) and not cue & PAY:
        read = _verb_cue(text, tokens, place, cue)
        if read & PAST and word in NOTED and before not in _OBJECTS:
            return NEUTRAL  # "ya le anoté mil para el martes"
        rest = cue & ~(MAYBE_PAST_E | MAYBE_PAST_O | LIGHT)
        cue = rest | (LIGHT if read == PAY and cue & LIGHT else read)
    if cue & (PAY | LIGHT) and last in "éóÉÓ" and not word.endswith("re") and word not in _VOSEO:
        cue = PAST
    if before in TO_SPEAKER and last not in "óÓ" and (found := _done_to_speaker(tokens, place)):
        return found
    if before == "a" and place > 1 and tokens[place - 2].text in ("voy", "vamos") and words.get(word + "r", 0) & _GIVES:
        return words[word + "r"]  # "te voy a da"
    noun = before in _NOUN_FOLLOWS and word.endswith(("a", "o")) and word not in PAYMENTS
    if cue & REGULAR and (noun or (word == "junta" and before == "la")):
        return UNKNOWN
    if _brings_money_in(tokens, place, cue) or sends_a_remittance(tokens, place):
        return INCOME
    cue &= ~GIVEN
    if cue & (PAY | LIGHT) and word.endswith(_SUPPOSED) and last in "aAsSnN" and is_after_if(tokens, place):
        return HYPOTHETICAL
    if cue & REGULAR and before in TO_SPEAKER and word.endswith(("an", "en", "a")):
        return INCOME
    return _other_cue(text, tokens, place, cue)


def _done_to_speaker(tokens: Sequence[Token], place: int) -> int:
    """What a verb after «me», «nos» is: asked of the debtor, or telling where one pays; 0 for neither."""
    if was_given_to_speaker(tokens, place):
        return NEUTRAL
    by_listener = place > 1 and tokens[place - 2].text in _LISTENERS and _load().words.get(tokens[place].text, 0) & PAY
    return PAY | CORE if by_listener or (tokens[place].text in ASKED_OF_DEBTOR and is_asked(tokens, place)) else 0


def _brings_money_in(tokens: Sequence[Token], place: int, cue: int) -> bool:
    """Whether somebody else pays, and pays the speaker or one of his own."""
    if cue & GIVEN and (_is_income(tokens, place, cue) or is_paid_to_another(tokens, place)):
        return True
    if not cue & (PAY | LIGHT):
        return False
    is_now = place > 0 and tokens[place - 1].text in _BEING and is_given_now(tokens, place)
    return is_now or is_paid_to_speaker(tokens, place)


def _other_cue(text: str, tokens: Sequence[Token], place: int, cue: int) -> int:
    """The cue of a word that neither pays nor brings money in."""
    word, last = tokens[place].text, text[tokens[place].end - 1]
    if cue & CALL and last in "éÉ":
        return EVENT
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    if word in _AGE_VERBS and after is not None and (after.text in _AGES or is_number(after)):
        return BIRTH
    if word in _HAVE and after is not None and after.text.endswith(_PARTICIPLES):
        return EVENT | PRETERITE
    if word == "no" and (is_tag(tokens, place) or _opens_talk(tokens, place) or denies_no_payment(tokens, place)):
        return NEUTRAL
    of_us = place > 3 and tokens[place - 4].text in TO_SPEAKER  # "nos pagan a los maestros"
    if word in _load().people and pays_person(tokens, place) and not of_us:
        return (cue or UNKNOWN) | PAYEE
    if cue & EVENT and follows_event(tokens, place):
        return NEUTRAL
    return cue or _cue_of_form(text, tokens, place)


@lru_cache(maxsize=65536)
def _heard(word: str) -> int:
    """The cue of a verb of paying that sounds like the word: «depocito», «consino»."""
    return _load().pay_by_sound.get(sound(word), 0) if len(word) >= _SHORTEST_BY_SOUND else 0


def _cue_of_form(text: str, tokens: Sequence[Token], place: int) -> int:
    """The cue of a word that no lexicon knows: «le cuadro», «te derivaré» pay; «chocó», «robaron» are told."""
    word, last = tokens[place].text, text[tokens[place].end - 1]
    before = tokens[place - 1].text if place else ""
    if word.endswith("mente"):
        return NEUTRAL
    heard = _heard(word)
    if heard:
        return heard if heard & (PAY | LIGHT) else PAY
    if before == "a" and word.endswith("r") and word not in NO_PAYING and _is_about_to(tokens, place):
        return PAY  # "le voy a apartar cuatrocientos"
    if before in _CLITICS and word.endswith(("o", "re")) and last not in "óÓ" and len(word) > 2:
        return PAY
    return EVENT | PRETERITE if _is_preterite(text, tokens, place) else UNKNOWN


def _is_about_to(tokens: Sequence[Token], place: int) -> bool:
    said = [token.text for token in tokens[max(0, place - 3) : place]]
    return len(said) == 3 and said[0] in _CLITICS and said[1] in ("voy", "vamos")


def _is_income(tokens: Sequence[Token], place: int, cue: int) -> bool:
    """Whether a third person gives to the speaker: «me pagan», «me lo dan», «cuando pagan»; not «le pagan»."""
    word = tokens[place].text
    before = tokens[place - 1].text if place else ""
    earlier = tokens[place - 2].text if place > 1 else ""
    if before in TO_SPEAKER:
        return True
    if before in _OBJECTS:
        return earlier in TO_SPEAKER or (word.endswith("an") and earlier not in _GIVEN_TO_CREDITOR)
    return bool(cue & (PAY | LIGHT)) and before not in _GIVEN_TO_CREDITOR and word.endswith("an")


_NO_PRETERITES = frozenset("uste asi aqui ahi alli aca si mi ti cafe bebe usted porque que jose interes".split())


def _is_preterite(text: str, tokens: Sequence[Token], place: int) -> bool:
    """Whether a word that no lexicon knows has the ending of a past tense: «chocó», «robaron», «quedé»."""
    token = tokens[place]
    word, last = token.text, text[token.end - 1]
    if len(word) < 4 or word in _NO_PRETERITES:
        return False
    is_name = text[token.start].isupper() and not last.isupper() and place > 0 and tokens[place - 1].kind == "word"
    if is_name:
        return False
    if word.endswith(("aron", "ieron", "aste", "aban")):
        return True
    return last in "óÓíÍ" or (last in "éÉ" and word[-2] != "r")


def _opens_talk(tokens: Sequence[Token], place: int) -> bool:
    """«No pues, mire, el viernes…»: a no that only takes the word."""
    opens = place == 0 or (tokens[place - 1].kind == "sign" and tokens[place - 1].text != ",")
    return opens and place + 1 < len(tokens) and tokens[place + 1].text in _load().opening
