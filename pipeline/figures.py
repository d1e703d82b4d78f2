"""Figures with separators as any country writes them: "1.250,50", "1,250.50", "1'200,000", "1 034 068"."""

from __future__ import annotations

import re
from decimal import Decimal

_SEPARATOR = re.compile(r"[.,'’´]")
_MOST_DIGITS = 18


def read_figure(text: str) -> Decimal | None:
    """The value of a figure; None where it is a code or a date in disguise ("12.03.2026").

    A separator followed by three digits groups thousands in every country; otherwise it is the
    decimal mark, which only the last one can be. After a leading zero it is always the decimal mark.

    Source: annotation guidelines, «Promises of the call», amounts.
    """
    if text.isdecimal():
        return Decimal(text) if len(text) <= _MOST_DIGITS else None
    parts = _SEPARATOR.split(text)
    digits = "".join(parts)
    if not digits.isdecimal() or len(digits) > _MOST_DIGITS:
        return None
    whole, last = parts[0], parts[-1]
    if whole == "" or (set(whole) == {"0"} and len(parts) == 2):
        return Decimal(f"{whole or 0}.{last}") if len(parts) == 2 else None
    if any(len(part) != 3 for part in parts[1:-1]):
        return None
    if len(last) == 3:
        return Decimal(digits)
    if len(parts) > 2 and len(last) > 3 and text[-len(last) - 1] == _SEPARATOR.search(text).group():  # type: ignore[union-attr]
        return None
    return Decimal(f"{''.join(parts[:-1])}.{last}")
