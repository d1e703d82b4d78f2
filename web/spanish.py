"""Numbers, money, days and times as a page in Spanish shows them.

Thousands stand apart by a narrow space and decimals after a comma: the Real Academia's form, read alike in countries
that write a point and in those that write a comma.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Final

NARROW_SPACE: Final = "\u202f"
NO_BREAK_SPACE: Final = "\u00a0"
SOFT_HYPHEN: Final = "\u00ad"

MONTHS: Final = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)


def number_text(value: float | Decimal, decimals: int = 0) -> str:
    """`12345.6` with one decimal is «12 345,6»; a minus is a minus sign, not a hyphen."""
    text = f"{value:,.{decimals}f}".replace(",", NARROW_SPACE).replace(".", ",")
    return text.replace("-", "−")


def money_text(amount: Decimal, currency: str | None = None) -> str:
    """«2 400 000 COP», «87,50 USD»: cents only where there are some."""
    rounded = round(amount, 2)
    text = number_text(rounded, 0 if rounded == rounded.to_integral_value() else 2)
    return f"{text}{NO_BREAK_SPACE}{currency}" if currency else text


def share_text(share: float | None) -> str:
    """«45 %»; one decimal below 1 %, a dash where there is none."""
    if share is None:
        return "–"
    percent = share * 100
    decimals = 1 if 0 < percent < 1 else 0
    return f"{number_text(percent, decimals)}{NO_BREAK_SPACE}%"


def minutes_text(minutes: float) -> str:
    """«17,4», «2 000»: tenths only where they matter."""
    return number_text(minutes, 1 if minutes < 100 else 0)


def count_text(n: int, one: str, many: str) -> str:
    """«1 promesa», «13 promesas»."""
    return f"{number_text(n)}{NO_BREAK_SPACE}{one if n == 1 else many}"


def clock_text(seconds: float) -> str:
    """Place in a recording: «00:46», «1:02:03» from an hour on."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes:02}:{whole % 60:02}"


def day_text(day: date, *, year: bool = True) -> str:
    """«13 nov 2026»."""
    text = f"{day.day}{NO_BREAK_SPACE}{MONTHS[day.month - 1][:3]}"
    return f"{text}{NO_BREAK_SPACE}{day.year}" if year else text


def long_day_text(day: date) -> str:
    """«13 de noviembre de 2026»."""
    return f"{day.day} de {MONTHS[day.month - 1]} de {day.year}"


def moment_text(moment: datetime) -> str:
    """«22 de noviembre de 2026, 00:14 (UTC)»; the zone is the moment's own."""
    return f"{long_day_text(moment)}, {moment:%H:%M} ({moment.tzname()})"


def period_text(first: date, last: date) -> str:
    """«del 10 al 19 de noviembre de 2026»: month and year are named once where they are the same."""
    if first == last:
        return long_day_text(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"del {first.day} al {long_day_text(last)}"
    if first.year == last.year:
        return f"del {first.day} de {MONTHS[first.month - 1]} al {long_day_text(last)}"
    return f"del {long_day_text(first)} al {long_day_text(last)}"


def short_period_text(first: date | None, last: date) -> str:
    """A due day in a table: «13 nov 2026», or with the first day of its period «17–21 nov 2026»."""
    if first is None or first >= last:
        return day_text(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day_text(last)}"
    return f"{day_text(first, year=first.year != last.year)} – {day_text(last)}"


def list_text(parts: Iterable[str]) -> str:
    """«a, b y c», with «e» before the sound of i."""
    items = list(parts)
    if len(items) < 2:
        return "".join(items)
    last = items[-1].lower()
    joint = "e" if last.startswith(("i", "í", "hi")) and not last.startswith(("hie", "hia")) else "y"
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"
