"""Open-vocabulary training texts: lower-case words, numbers spelled out, none of the exam."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from models.recipes.corpus import corpus_text
from models.recipes.recogniser import material
from models.recipes.recogniser.exam_hashes import is_in_exam
from pipeline.normalise import normalise_words, shorten_one, spell_integer, spell_numbers

MIN_LETTERS: Final = 2
# Words of one utterance; about six seconds of speech at a middling rate.
MAX_WORDS: Final = 17
_PLAIN = re.compile(r"[a-záéíóúüñ]+")
_TOKEN = re.compile(r"[^\W\d_]+")
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Sources:
    """Texts from outside: turns of calls, as normalised words, and isolated words."""

    turns: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]


def read_sources(corpora: Sequence[Path], word_lists: Sequence[Path]) -> Sources:
    """Turns of corpora in the guidelines' schema and words of lists, one a line.

    Word lists are read as UTF-8 or, failing that, Latin-1 (Debian's wspanish).
    """
    turns: list[tuple[str, ...]] = []
    for path in corpora:
        for line in corpus_text(path).splitlines():
            turns += [spoken_words(turn["text"]) for turn in json.loads(line)["turns"]]
    listed: set[str] = set()
    for path in word_lists:
        raw = path.read_bytes()
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
        listed.update(w for w in text.lower().split() if _PLAIN.fullmatch(w) and len(w) < 16)
    listed.update(w for turn in turns for w in turn if len(w) >= MIN_LETTERS)
    return Sources(tuple(turns), tuple(sorted(listed)))


def spoken_words(text: str) -> tuple[str, ...]:
    """The words as written down by the recogniser: spelled numbers, genders kept."""
    return tuple(_TOKEN.findall(spell_numbers(text).lower()))


class TextMaker:
    """Draws texts; the same sources and generator give the same texts."""

    def __init__(self, sources: Sources, rng: np.random.Generator) -> None:
        self._sources = sources
        self._rng = rng
        self._kinds: tuple[tuple[float, Callable[[], str]], ...] = (
            (0.30 if sources.turns else 0.0, self._turn_part),
            (0.22, self._pattern),
            (0.20, self._salad),
            (0.10, self._figures),
            (0.06, self._names),
            (0.06, self._dates),
            (0.06, self._short),
        )
        weights = np.array([w for w, _ in self._kinds])
        self._weights = weights / weights.sum()

    def make(self) -> str:
        """One text of 1 to `MAX_WORDS` words that shares no run of words with the exam."""
        while True:
            kind = self._kinds[int(self._rng.choice(len(self._kinds), p=self._weights))][1]
            words = kind().split()[:MAX_WORDS]
            if words and not is_in_exam(normalise_words(" ".join(words))):
                return " ".join(words)

    def _pick(self, options: Sequence[str]) -> str:
        return options[int(self._rng.integers(len(options)))].replace("~", " ")

    def _below(self, *limits: tuple[float, int, int]) -> int:
        """An integer from one of several ranges, chosen by the given weights."""
        weights = np.array([w for w, _, _ in limits])
        _, low, high = limits[int(self._rng.choice(len(limits), p=weights / weights.sum()))]
        return int(self._rng.integers(low, high))

    def _turn_part(self) -> str:
        turn = self._sources.turns[int(self._rng.integers(len(self._sources.turns)))]
        length = int(self._rng.integers(3, MAX_WORDS + 1))
        start = int(self._rng.integers(0, max(1, len(turn) - length + 1)))
        return " ".join(turn[start : start + length])

    def _pattern(self) -> str:
        text = _PLACE.sub(lambda m: self._fill(m.group(1)), self._pick(material.PATTERNS))
        words = text.split()
        start = int(self._rng.integers(0, 4)) if len(words) > 8 and self._rng.random() < 0.4 else 0
        return " ".join(words[start:])

    def _fill(self, slot: str) -> str:
        makers: dict[str, Callable[[], str]] = {
            "n": lambda: spell_integer(self._below((3, 1, 13), (2, 1, 100))),
            "numero": lambda: spell_integer(self._number()),
            "monto": self._amount,
            "digitos": self._digits,
            "fecha": self._date,
            "diasemana": lambda: self._pick(material.WEEKDAYS),
            "mes": lambda: self._pick(material.MONTHS),
            "cuando": lambda: self._pick(material.DAY_PHRASES),
            "corto": lambda: self._pick(material.SHORT),
            "hora": self._hour,
            "nombre": self._name,
            "apellido": lambda: self._pick(material.SURNAMES),
            "ciudad": lambda: self._pick(material.PLACES),
            "empresa": self._company,
            "ordinal": lambda: self._pick(material.ORDINALS),
        }
        maker = makers.get(slot)
        return self._pick(material.SLOTS[slot]) if maker is None else maker()

    def _number(self) -> int:
        value = self._below(
            (2, 0, 30), (2, 0, 100), (3, 100, 1000), (3, 1000, 10_000), (3, 10_000, 1_000_000),
            (1, 1_000_000, 100_000_000),
        )  # fmt: skip
        digits = len(str(value))
        if digits > 2 and self._rng.random() < 0.7:
            step = 10 ** int(self._rng.integers(1, digits))
            value = max(step, value // step * step)
        return value

    def _amount(self) -> str:
        value = spell_integer(self._number())
        currency = self._pick(material.CURRENCIES)
        if value.endswith(("millón", "millones")):
            return f"{value} de {currency}"
        if self._rng.random() < 0.1:
            return f"{value} con {spell_integer(self._below((1, 1, 100)))} {currency}"
        return f"{shorten_one(value)} {currency}" if self._rng.random() < 0.8 else value

    def _digits(self) -> str:
        n = int(self._rng.integers(3, 11))
        if self._rng.random() < 0.6:
            return " ".join(spell_integer(int(d)) for d in self._rng.integers(0, 10, n))
        return " ".join(spell_integer(int(d)) for d in self._rng.integers(0, 100, n // 2 + 1))

    def _figures(self) -> str:
        kind = self._rng.random()
        if kind < 0.35:
            return self._digits()
        if kind < 0.7:
            return " ".join(spell_integer(self._number()) for _ in range(self._below((1, 1, 5))))
        return " ".join(self._amount() for _ in range(self._below((1, 1, 4))))

    def _hour(self) -> str:
        tail = ("", "", " y media", " y cuarto", " en punto", " menos cuarto", " de la tarde",
                " de la mañana", " y diez", " treinta")  # fmt: skip
        hour = self._below((3, 1, 13), (1, 13, 24))
        return ("una" if hour == 1 else spell_integer(hour)) + self._pick(tail)

    def _date(self) -> str:
        day = spell_integer(self._below((1, 1, 32)))
        kind = self._rng.random()
        if kind < 0.15:
            return f"{self._pick(material.WEEKDAYS)} {day}"
        if kind < 0.3:
            return day
        text = f"{day} de {self._pick(material.MONTHS)}"
        if kind < 0.5:
            year = spell_integer(self._below((2, 2015, 2031), (1, 1940, 2015)))
            return f"{text} {'del' if self._rng.random() < 0.5 else 'de'} {year}"
        return f"{self._pick(material.WEEKDAYS)} {text}" if kind < 0.7 else text

    def _dates(self) -> str:
        parts: list[Callable[[], str]] = [
            self._date, lambda: self._pick(material.DAY_PHRASES),
            lambda: self._pick(material.WEEKDAYS), lambda: self._pick(material.MONTHS),
        ]  # fmt: skip
        chosen = self._rng.integers(len(parts), size=self._below((1, 1, 6)))
        return " ".join(parts[int(i)]() for i in chosen)

    def _name(self) -> str:
        first = " ".join(self._pick(material.FIRST_NAMES) for _ in range(self._below((1, 1, 3))))
        last = " ".join(self._pick(material.SURNAMES) for _ in range(self._below((1, 0, 3))))
        return f"{first} {last}".strip()

    def _company(self) -> str:
        return f"{self._pick(material.COMPANIES)} {self._pick(material.COMPANY_TAILS)}"

    def _names(self) -> str:
        parts = (self._name, self._company, lambda: self._pick(material.PLACES))
        chosen = self._rng.integers(len(parts), size=self._below((1, 1, 4)))
        return " ".join(parts[int(i)]() for i in chosen)

    def _short(self) -> str:
        return " ".join(self._pick(material.SHORT) for _ in range(self._below((3, 1, 3), (1, 3, 5))))

    def _salad(self) -> str:
        """Words without grammar, so that the decoder must listen and cannot guess."""
        words: list[str] = []
        for _ in range(self._below((2, 1, 5), (3, 4, 11))):
            if self._sources.words and self._rng.random() < 0.75:
                words.append(self._pick(self._sources.words))
            else:
                tables = (material.FIRST_NAMES, material.SURNAMES, material.SHORT, material.MONTHS,
                          material.WEEKDAYS, material.SLOTS["verbo"], material.SLOTS["objeto"],
                          material.SLOTS["complemento"], material.SLOTS["pariente"])  # fmt: skip
                words.append(self._pick(tables[int(self._rng.integers(len(tables)))]))
        return " ".join(words)
