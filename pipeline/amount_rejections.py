"""Amounts that are refused or put right: "quinientos no, trescientos sí", "mil… no, mejor ochocientos"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.amount_clauses import Utterance
from pipeline.amount_cues import Cue
from pipeline.amounts import AmountMatch
from pipeline.currencies import is_money_word
from pipeline.plans import PAYMENT_NOUNS

_NO = frozenset("no ni nunca jamas tampoco".split())
_SKIPPED = frozenset(
    "el la los las mi mis su sus un una lo ese esa este esta otro otra esos de a son es con por".split()
)
_CLITICS = frozenset("os me te se le les lo la los las nos".split())
_BUT_ONLY = frozenset("mas sino menos pasar".split())
_DENIED = frozenset(
    "quiero quiere quieren queremos pienso piensa piensan pensamos voy hay tengo puedo te le ofrezca ofrezcas ofrezcan "
    "proponga propongas propongan insista insistas insistan venga vengas vengan salga salgas salgan".split()
)
_TAKEN_FROM_ME = frozenset(
    "cobre cobres cobren cargue cargues carguen debite debites debiten descuente descuentes descuenten quite quites "
    "quiten exija exijas exijan pida pidas pidan".split()
)
_LEFT_ALONE = frozenset(
    "llame llames llamen marque marques marquen moleste molestes molesten preocupe preocupes preocupen insista "
    "insistas insistan cuelgue cuelgues mande manden amenace amenaces amenacen falle fallo apure apures apuren vaya "
    "vayas tenga tengas crea creas piense pienses olvide olvides angustie angusties enoje enojes desespere".split()
)
_BE = frozenset("estoy estamos estaria estariamos estare estaremos estar vengo iria ire".split())
_TO_CREDITOR = frozenset({"le", "te", "les", "os"})
_GERUND = ("ando", "endo")
_THIS = frozenset("este esta ese esa el la para hoy manana antes".split())
_AGAIN = frozenset("bueno perdon digo dije mejor eh este no , … . ¿ ?".split())
# What alone between two sums takes the first one back: "cinco mil, qué va, tres mil".
_HEDGES = frozenset(
    "espera espere esperame espereme esperate esperese aguanta aguante aguarda aguarde para pare perate".split()
)
_AROUND_HEDGES = frozenset(
    "un poco poquito momento momentito segundo no ay eh uy ah este bueno perdon mejor digo , … . ? ¿ ! ¡ "
    "que va a ver deja dejeme dejame miento mentira sea dicho corrijo disculpe disculpa yo".split()
)
_COMPLETES = frozenset("completo completamos ajusto ajustamos junto juntamos reuno reunimos completarle".split())
_MENDED = frozenset("perdon digo corrijo miento equivoque rectifico".split())
_YES = frozenset("si claro bueno dale va sale esta ok perfecto listo ya correcto".split())
_THAT = frozenset("eso ese esos esa esas".split())
_REFUSING = frozenset("lo los la las le les pago voy acepto reconozco debo pienso".split())
_INFINITIVES = ("r", "rle", "rte", "rles")
_NOTHING: frozenset[str] = frozenset()
_REACH = 6
_NEAR = 4
_MOST_PARTS = 6
_STANDS = frozenset({"si", "es", "son", "seria", "serian"})
_MAY = frozenset("puedo podemos podria voy vamos a quiero".split())
_MINE = ("o", "oy", "re", "mos", "ria")
# What an amount may look like that is summed up with others: "cien del sueldo y cincuenta de la venta".
_PARTS = frozenset({None, "source", "income", "expense", "price", "weak", "no context of money"})


def is_rejected(u: Utterance, match: AmountMatch) -> bool:
    """Whether the speaker refuses the amount."""
    return _just_before(u, match) or _after(u, match) or _before(u, match) or _questioned(u, match)


def _just_before(u: Utterance, match: AmountMatch) -> bool:
    """As in "no los dos mil", "ni quinientos", "tampoco mil"; "no, ochocientos" is none."""
    index = match.first - 1
    if _instead(u, match.first):
        return True
    while index >= 0 and u.text(index) in _SKIPPED and match.first - index < _REACH:
        index -= 1
    if index == match.first - 1 and _denies_the_one_before(u, match):
        return False
    if index >= 0 and u.text(index) in _NO and u.soft[index] == u.soft[match.first]:
        return u.text(index + 1) not in ("menos", "mas")
    if match.plan is not None and _counts_refused(u, index):
        return True
    clause = u.clause(match.first, u.soft)
    refused = any(u.text(i) == "ni" for i in range(clause.start, match.first))
    return refused or (index >= 0 and u.text(index) == "ni")


def _denies_the_one_before(u: Utterance, match: AmountMatch) -> bool:
    """As in "dos mil no mil ochocientos es lo que le puedo dar": the "no" is of the sum before it."""
    if u.text(match.first - 1) != "no" or match.first < 2 or match.first - 2 not in u.inside:
        return False
    clause = u.clause(match.first, u.soft)
    after = range(match.last, clause.stop)
    if u.text(match.last) in _STANDS or _is_said_again(u, u.ends.get(match.first - 1, 0)):
        return True
    return u.text(match.last) not in _NO and u.has(frozenset({Cue.PAY, Cue.WEAK}), after)


def _is_said_again(u: Utterance, place: int) -> bool:
    """Whether the sum before it is the same, said again to be put right: "mil, bueno, mil no, dos mil"."""
    if place == 0:
        return False
    left, match = u.matches[place - 1], u.matches[place]
    between = {u.text(i) for i in range(left.last, min(match.first, left.last + _REACH))}
    return left.value == match.value and bool(between - {",", "…", "."}) and between <= _AGAIN


def is_given(u: Utterance, match: AmountMatch) -> bool:
    """Whether "le doy", "te puedo tirar" stands right before it and nothing denies that."""
    clause = u.clause(match.first, u.soft)
    for verb in range(match.first - 1, max(clause.start, match.first - _NEAR) - 1, -1):
        if u.text(verb) in _NO or verb in u.inside:
            return False
        if u.cues[verb] not in (Cue.PAY, Cue.WEAK):
            continue
        first = verb
        going = u.text(verb).endswith(_GERUND) and u.text(verb - 1) in _BE
        while first > clause.start and u.text(first - 1) in _CLITICS | _MAY | (_BE if going else _NOTHING):
            first -= 1
        may = u.text(verb) in _MAY or any(u.text(i) in _MAY for i in range(first, verb))
        going = going and not _TO_CREDITOR.isdisjoint([u.text(i) for i in range(first, verb)])
        given = may or going or (u.cues[verb] is Cue.PAY and u.text(verb).endswith(_MINE))
        denied = any(u.text(i) in _NO for i in range(max(clause.start, first - 2), first))
        return given and first < verb and not denied
    return False


def _counts_refused(u: Utterance, index: int) -> bool:
    """As in "no doce de diecinueve", where `index` is the token before "de"."""
    while index in u.numbered:
        index -= 1
    return index >= 0 and u.text(index) in _NO


def _instead(u: Utterance, first: int) -> bool:
    """As in "en lugar de dos mil", "en vez de los tres pagos de mil", "en vez de darle mil"."""
    index = first - 1
    if u.text(index) in ("de", "a") and u.text(index - 1) in PAYMENT_NOUNS - {"vez"}:
        index -= 2
    while index >= 0 and (u.text(index) in ("los", "las", "esos") or index in u.numbered):
        index -= 1
    if index > 0 and u.text(index).endswith(_INFINITIVES) and u.cues[index] is Cue.PAY:
        index -= 1
    return u.text(index) == "de" and u.text(index - 1) in ("lugar", "vez") and u.text(index - 2) == "en"


def _after(u: Utterance, match: AmountMatch) -> bool:
    """As in "quinientos no", "dos mil no puedo", "¿Mil? No"."""
    last, after = match.last, u.text(match.last)
    clause = u.soft[last - 1]
    if after == "menos" and u.text(match.first - 1) == "y":
        return not _NO.isdisjoint([u.text(i) for i in u.clause(match.first, u.hard) if i < match.first])
    if after in ("no", "tampoco") and u.text(last + 1) not in ("mas", "menos"):
        return u.text(last + 1) != "?" and not _denies_what_follows(u, match)
    if after == "," and u.text(last + 1) in _THAT and u.text(last + 2) == "no" and u.text(last + 3) in _REFUSING:
        return True  # "son treinta y cinco, eso no lo pago"
    given = is_given(u, match)
    for index in range(last, min(last + _REACH, len(u.tokens))):
        if given or u.soft[index] != clause or index in u.inside or u.cues[index] in (Cue.PAY, Cue.WEAK):
            break
        if u.text(index) == "antes" or _says_no_more(u, index):
            return False  # "millón y medio, antes no", "mil, ni un peso más"
        if u.text(index) in ("no", "tampoco", "ni") and u.text(index + 1) not in ("mas", "?"):
            return not _says_something_else(u, index)
    if (
        after == "que"
        and "no" in (u.text(last + 1), u.text(last + 2))
        and not _BUT_ONLY & {u.text(last + 2), u.text(last + 3)}
    ):
        return True
    return after == "?" and u.text(last + 1) == "no"


def _says_something_else(u: Utterance, index: int) -> bool:
    """Whether the "no" leaves the amount alone: "mil en caja no se preocupe", "mil no tengo para más"."""
    verb = index + 1
    while u.text(verb) in _CLITICS:
        verb += 1
    return u.text(verb) in _LEFT_ALONE or "mas" in [u.text(i) for i in range(verb + 1, verb + 3)]


def _denies_what_follows(u: Utterance, match: AmountMatch) -> bool:
    """Whether the "no" after it is of what comes next: "40 dólares no bolívares", "le doy mil no me llame"."""
    place = match.last + 1
    if u.text(place) in ("es", "son") and u.text(place + 1) in ("nada", "problema", "tanto", "mucho"):
        return True  # "cien euros no son nada, te los paso"
    if match.kind == "money" and is_money_word(u.text(place)):
        return True
    if not is_given(u, match):
        return False
    day = place + 1 if u.text(place) in _THIS else place
    if day in u.taken or (day > place and day in u.numbered) or u.text(place) == "antes":
        return True
    return u.text(place) in ("me", "se", "nos") or u.text(place) in _LEFT_ALONE


def _says_no_more(u: Utterance, index: int) -> bool:
    """As in "ni un día más", "ni un centavo menos"."""
    ends = u.text(index + 3) in ("mas", "menos") or u.text(index + 2) in ("mas", "menos")
    return u.text(index) == "ni" and u.text(index + 1) in ("un", "una", "uno", "medio", "mas") and ends


def _before(u: Utterance, match: AmountMatch) -> bool:
    """As in "no puedo pagar mil", "no le voy a dar quinientos"; not "no puedo pagar más de mil"."""
    first = match.first
    for index in range(first - 1, max(first - 2 * _REACH, -1), -1):
        if u.soft[index] != u.soft[first]:
            break
        if u.text(index) == "si" and index - 1 in u.taken:
            return False  # "el quince no, el treinta sí le abono mil"
        if u.text(index) not in _NO | {"imposible"} or _sets_a_limit(u, index):
            continue
        if index - 1 in u.inside and index > 0:
            continue  # "cien no puedo ochenta le deposito"
        between = [u.text(i) for i in range(index + 1, first)]
        if _BUT_ONLY & set(between) or "que" in between:
            return False
        verb = index + 1
        while u.text(verb) in _CLITICS:
            verb += 1
        if u.text(verb) in _TAKEN_FROM_ME and u.text(verb - 1) in ("me", "nos"):
            return all(u.text(i) in _SKIPPED | {"todo"} for i in range(verb + 1, first))
        governs_other = any(i in u.inside for i in range(index + 1, _whole_of(u, first)))
        if u.text(index) == "no" and (governs_other or between.count(u.text(verb)) > 1):
            return False
        denies = verb < len(u.tokens) and u.cues[verb] is not None
        if denies or u.text(verb) in _DENIED:
            return u.text(verb) not in u.words.harmless
    return False


def _whole_of(u: Utterance, first: int) -> int:
    """The first token of "el total de los catorce mil", of which the sum that starts there is but the figure."""
    opens = first - 2 if u.text(first - 1) in ("los", "las", "esos") else first - 1
    match = u.matches[u.ends[opens]] if u.text(opens) == "de" and opens in u.ends else None
    return match.first if match is not None and match.kind == "balance" else first


def _sets_a_limit(u: Utterance, index: int) -> bool:
    """As in "del viernes no pasa", "de mañana no pasamos"."""
    return u.text(index + 1) in ("pasa", "pasamos", "paso") and index - 1 in u.taken


def _questioned(u: Utterance, match: AmountMatch) -> bool:
    """Whether the amount is thrown back as a question and no yes follows: "¿Ciento setenta? Si yo...".

    A question that proposes ("¿queda por mil?") or that ends the utterance is none.
    """
    sentence = u.clause(match.first, u.hard)
    mark = sentence.stop - 1
    if u.text(mark) != "?" or u.has(frozenset({Cue.PAY, Cue.WEAK, Cue.NEUTRAL}), sentence):
        return False
    follows = next((i for i in range(mark + 1, len(u.tokens)) if u.tokens[i].kind == "word"), None)
    if follows is None:
        return False
    accent = u.written[u.tokens[follows].start : u.tokens[follows].end].lower() != "si"
    said_yes = u.text(follows) in _YES and (u.text(follows) != "si" or accent or u.text(follows + 1) == ",")
    return not said_yes and follows not in u.inside and follows not in u.taken


def sums_up(u: Utterance, position: int, reasons: Sequence[str | None]) -> bool:
    """As in "sus cien y sus treinta, ciento treinta en total": the sum of what was named takes its place."""
    total = u.matches[position]
    after = (u.text(total.last), u.text(total.last + 1))
    said = (
        after == ("en", "total")
        or after[0] == "total"
        or u.text(total.first - 1) == "total"
        or after == ("por", "todo")
    )
    if position > _MOST_PARTS and not said:
        return False
    verb = {u.text(i) for i in range(max(0, total.first - 3), total.first)}
    completed = not _COMPLETES.isdisjoint(verb) and verb.isdisjoint(("eso", "asi"))
    if not completed and not u.taken.isdisjoint(range(u.matches[0].first, total.last)):
        return False  # each on its own day
    if not said and (reasons[position] not in (None, "no context of money") or total.kind == "balance"):
        return False
    parts = [match.value for match, why in zip(u.matches[:position], reasons, strict=False) if why in _PARTS]
    return len(parts) > 1 and None not in parts and sum(p for p in parts if p is not None) == total.value


def is_taken_back(between: Sequence[str]) -> bool:
    """Whether what stands between two sums only takes the first one back: "no, espérese", "qué va"."""
    said = set(between)
    if not said <= _HEDGES | _AROUND_HEDGES:
        return False
    return not said.isdisjoint(_HEDGES | {"mentira", "miento", "no"}) or {"que", "va"} <= said


def corrected(u: Utterance, reasons: Sequence[str | None]) -> Iterator[int]:
    """The positions of amounts that the next one takes the place of."""
    for i in range(1, len(u.matches) - 1):
        if reasons[i] == "rejected" and reasons[i + 1] is None and _is_said_again(u, i):
            yield i - 1
    for i in range(len(u.matches) - 1):
        left, right = u.matches[i], u.matches[i + 1]
        if sums_up(u, i + 1, reasons):
            yield from range(i + 1)
            continue
        between = [u.text(j) for j in range(left.last, right.first)]
        if reasons[i] is not None or reasons[i + 1] is not None or not 1 <= len(between) <= 2 * _REACH:
            continue
        says_no = any(
            word == "no" and j > 0 and between[j - 1] in (",", "…", ".", "?", "!", "ay", "uy", "ah", "eh")
            for j, word in enumerate(between)
        )
        mended = (
            is_taken_back(between) or bool(_MENDED & set(between)) or (set(between) <= _AGAIN and "bueno" in between)
        )
        rather = ("mejor" in between and len(between) <= 4) or (between == [","] and u.text(right.last) == "mejor")
        if says_no or mended or rather:
            yield i
