"""Weekdays and months as tokens have them: without accents, lower case."""

from typing import Final

WEEK: Final = ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo")
"""In order, Monday first."""

WEEKDAYS: Final = frozenset(WEEK)

MONTHS: Final = frozenset(
    "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre".split()
)
