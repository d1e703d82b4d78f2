"""Word lists and sentence patterns that the training texts are drawn from: `corpora/words/call_texts.toml`."""

import tomllib
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).parents[3] / "corpora" / "words" / "call_texts.toml"
_TABLES: Final[dict[str, Any]] = tomllib.loads(FILE.read_text("utf-8"))


def _words(name: str) -> list[str]:
    return str(_TABLES[name]).split()


MONTHS: Final = _words("months")
WEEKDAYS: Final = _words("weekdays")
ORDINALS: Final = _words("ordinals")
FIRST_NAMES: Final = _words("first_names")
SURNAMES: Final = _words("surnames")
PLACES: Final = _words("places")
COMPANIES: Final = _words("companies")
COMPANY_TAILS: Final = _words("company_tails")
CURRENCIES: Final = _words("currencies")
DAY_PHRASES: Final = _words("day_phrases")
SHORT: Final = _words("short")
PATTERNS: Final[tuple[str, ...]] = tuple(_TABLES["patterns"])
SLOTS: Final[dict[str, list[str]]] = {name: str(words).split() for name, words in _TABLES["slots"].items()}
