"""Words as they are compared: one spelling for what can be written in several ways.

Error rates depend on this more than on many a model, so there is exactly one such function.
The written form is words, lower-case, accents kept, no punctuation, numbers spelled out:
«El 15 le pago $1.500,50.» is el quince le pago mil quinientos con cincuenta.
"""

import re
from typing import Final

_UNITS: Final = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés "
    "veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve"
).split()
_TENS: Final = "- - - treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
_HUNDREDS: Final = (
    "- ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
).split()
_SCALES: Final = ((10**12, "billón", "billones"), (10**6, "millón", "millones"))
NUMBER_WORDS: Final = frozenset(
    w for w in (*_UNITS, *_TENS, *_HUNDREDS, "cien", "mil", "millón", "millones", "billón", "billones") if w != "-"
)
# Longer runs of digits are telephones, documents and accounts, read digit by digit.
_MAX_CARDINAL_DIGITS: Final = 7
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_WORD = re.compile(r"[^\W\d_]+")
# What may follow a number without being counted by it: "las 21 y media", "el 31 de mayo".
_NOT_COUNTED: Final = frozenset(
    "a al antes con cada como cuando de del desde después el en es la las le les los me mi ni o "
    "para pero por que se si sin su sus también te tu u y ya yo".split()
)
_FOLDED: Final = {
    "veintiún": "veintiuno",
    "veintiuna": "veintiuno",
    "dieciseis": "dieciséis",
    "veintidos": "veintidós",
    "veintitres": "veintitrés",
    "veintiseis": "veintiséis",
    **{h[:-2] + "as": h for h in _HUNDREDS[2:]},
}


def spell_integer(value: int) -> str:
    """A cardinal in masculine words: 1250 is mil doscientos cincuenta; "menos" if negative."""
    if value < 0:
        return "menos " + spell_integer(-value)
    if value < len(_UNITS):
        return _UNITS[value]
    if value < 100:
        tens, unit = divmod(value, 10)
        return _TENS[tens] + (f" y {_UNITS[unit]}" if unit else "")
    if value == 100:
        return "cien"
    if value < 1000:
        hundreds, rest = divmod(value, 100)
        return _HUNDREDS[hundreds] + (f" {spell_integer(rest)}" if rest else "")
    if value < 10**6:
        thousands, rest = divmod(value, 1000)
        head = "mil" if thousands == 1 else f"{shorten_one(spell_integer(thousands))} mil"
        return head + (f" {spell_integer(rest)}" if rest else "")
    for scale, one, many in _SCALES:
        if value >= scale:
            count, rest = divmod(value, scale)
            head = f"un {one}" if count == 1 else f"{shorten_one(spell_integer(count))} {many}"
            return head + (f" {spell_integer(rest)}" if rest else "")
    raise AssertionError("unreachable: every value over a million has a scale")


def shorten_one(words: str) -> str:
    """The form before a noun: veintiuno is veintiún, treinta y uno is treinta y un."""
    if words.endswith("veintiuno"):
        return words[: -len("uno")] + "ún"
    return words[:-1] if words == "uno" or words.endswith(" uno") else words


def spell_numbers(text: str) -> str:
    """The text with its digits in words and its punctuation left alone.

    A separator before three digits groups thousands, else it is the decimal mark, read
    "con" ("1.500,50"); a colon separates hour and minute. Over seven digits in a row, and
    numbers that begin with a zero, are read digit by digit. "%" is "por ciento".
    """

    def spell(match: re.Match[str]) -> str:
        before = text[match.start() - 1 : match.start()]
        after = text[match.end() :]
        gap_before = " " if before.isalpha() else ""
        gap_after = " " if after[:1].isalpha() else ""
        following = _WORD.match(after.lstrip()) if after[:1].isspace() else None
        is_counting = following is not None and following.group().lower() not in _NOT_COUNTED
        return gap_before + _spell_figure(match.group(), is_counting=is_counting) + gap_after

    return _NUMBER.sub(spell, text).replace("%", " por ciento")


def _spell_figure(figure: str, *, is_counting: bool) -> str:
    if ":" in figure:
        parts = [p for p in re.split(r"[:.,]", figure) if p.strip("0")]
        return " ".join(spell_integer(int(p)) for p in parts) or "cero"
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?|\d+[.,]\d{1,2}", figure):
        parts = re.split(r"[.,]", figure)
        cents = parts.pop() if len(parts[-1]) < 3 else ""
        words = spell_integer(int("".join(parts)))
        if cents.strip("0"):
            return f"{words} con {_spell_run(cents)}"
        return shorten_one(words) if is_counting else words
    runs = re.split(r"[.,]", figure)
    words = " ".join(_spell_run(run) for run in runs)
    return shorten_one(words) if is_counting and len(runs) == 1 else words


def _spell_run(digits: str) -> str:
    if len(digits) > _MAX_CARDINAL_DIGITS or (len(digits) > 1 and digits[0] == "0"):
        return " ".join(_UNITS[int(d)] for d in digits)
    return spell_integer(int(digits))


def normalise_words(text: str) -> tuple[str, ...]:
    """The words of a text for comparison, in one spelling.

    Lower-case, accents kept, punctuation and symbols gone, digits in words, genders of
    numbers folded ("doscientas" is doscientos, "treinta y una" is treinta y uno).
    """
    words = _WORD.findall(spell_numbers(text).lower())
    folded = [_FOLDED.get(w, w) for w in words]
    for i in range(2, len(folded)):
        if folded[i] in ("un", "una") and folded[i - 1] == "y" and folded[i - 2] in _TENS:
            folded[i] = "uno"
    return tuple(folded)
