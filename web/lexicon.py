"""The one place where codes of the warehouse become Spanish words on a page."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from pipeline.labels import Outcome, Role, ScorecardName, Severity, ToneCategory
from sql.results import PromiseState
from web.spanish import SOFT_HYPHEN

OUTCOMES: Final[Mapping[Outcome, str]] = {
    "promise_to_pay": "Promesa de pago",
    "paid": "Ya pagó",
    "callback": "Volver a llamar",
    "no_agreement": "Sin acuerdo",
    "hardship": "Dificultad económica",
    "dispute": "Disputa la deuda",
    "refusal": "Se niega a pagar",
    "third_party": "Atendió un tercero",
    "wrong_number": "Número equivocado",
    "voicemail": "Buzón de voz",
}
"""In the order of plots and legends: agreed, open, against, not reached."""

CATEGORIES: Final[Mapping[ToneCategory, str]] = {
    "threat": "Amenaza",
    "insult": "Insulto",
    "intimidation": "Intimidación",
    "impersonation": "Suplantación",
    "hostility": "Hostilidad",
}

CATEGORY_HEADINGS: Final[Mapping[ToneCategory, str]] = {
    **CATEGORIES,
    "intimidation": f"Intimi{SOFT_HYPHEN}dación",
    "impersonation": f"Suplan{SOFT_HYPHEN}tación",
    "hostility": f"Hosti{SOFT_HYPHEN}lidad",
}
"""The same with soft hyphens, for narrow columns."""

SEVERITIES: Final[Mapping[Severity, str]] = {"low": "baja", "medium": "media", "high": "alta"}

SCORECARD: Final[Mapping[ScorecardName, str]] = {
    "greeting": "Saluda",
    "identification": "Dice su nombre y su empresa",
    "identity_check": "Verifica con quién habla",
    "no_disclosure": "No revela la deuda antes de tiempo ni a otros",
    "purpose": "Dice el motivo de la llamada",
    "empathy": "Reconoce la situación difícil",
    "options": "Ofrece una forma de pagar",
    "agreement": "Fija monto y fecha",
    "recap": "Repite lo acordado",
    "farewell": "Agradece y se despide",
    "respect": "Sin amenazas, insultos, intimidación ni suplantación",
    "calm": "Sin hostilidad",
    "listening": "Deja hablar",
    "no_dead_air": "Sin silencios largos",
}

STATES: Final[Mapping[PromiseState, str]] = {
    "pending": "Pendiente",
    "kept": "Cumplida",
    "part_kept": "Cumplida en parte",
    "late": "Pagada tarde",
    "broken": "Incumplida",
    "superseded": "Sustituida por otra",
}

ROLES: Final[Mapping[Role, str]] = {
    "agent": "el agente",
    "debtor": "el deudor",
    "third_party": "un tercero",
    "system": "el sistema",
}

VOICES: Final[Mapping[Literal["none", "raised", "listen"], str]] = {
    "none": "",
    "raised": "la voz sube un grado la gravedad del texto; nunca marca por sí sola (medido solo con voz sintética)",
    "listen": "conviene escuchar la llamada; la voz nunca marca por sí sola (medido solo con voz sintética)",
}

TRIAGE: Final[Mapping[str, tuple[str, str]]] = {
    "conversation": ("conversación", "conversaciones"),
    "silence": ("grabación en silencio", "grabaciones en silencio"),
    "hold_music": ("grabación con música de espera", "grabaciones con música de espera"),
    "tones": ("grabación con solo tonos", "grabaciones con solo tonos"),
    "voicemail": ("buzón de voz", "buzones de voz"),
    "ivr": ("menú automático", "menús automáticos"),
    "one_sided": ("grabación con una sola voz", "grabaciones con una sola voz"),
}
"""What triage heard: one, many."""


class SetAside(NamedTuple):
    """Why a call was set aside, and what helps."""

    why: str
    remedy: str


SET_ASIDE: Final[Mapping[str, SetAside]] = {
    "file_missing": SetAside(
        "Figura en el manifiesto, pero no hay grabación", "Copiar la grabación a la carpeta o quitar la línea."
    ),
    "not_in_manifest": SetAside(
        "Grabación que ninguna línea del manifiesto nombra", "Añadir su línea al manifiesto o retirar el archivo."
    ),
    "duplicate_call_id": SetAside(
        "Dos líneas del manifiesto con la misma llamada", "Dejar una sola línea por identificador."
    ),
    "bad_manifest_line": SetAside("Línea del manifiesto que no se puede leer", "Corregir la línea y repetir."),
    "bad_start": SetAside(
        "Falta la hora de inicio, no se lee o no trae zona horaria",
        "Escribir fecha, hora y diferencia horaria, como 2026-03-12T10:42:00-06:00.",
    ),
    "unknown_country": SetAside(
        "País desconocido", "Usar el código de dos letras de un país incluido, como MX, CO o ES."
    ),
    "missing_field": SetAside("Falta un dato obligatorio del manifiesto", "Completar el dato y repetir."),
    "empty_file": SetAside("Archivo vacío", "Copiarlo de nuevo desde el grabador."),
    "not_audio": SetAside("El archivo no contiene audio legible", "Exportarlo como WAV, Opus o MP3."),
    "truncated": SetAside(
        "La grabación termina antes de lo que dice su cabecera", "Copiarla de nuevo desde el grabador."
    ),
    "zero_length": SetAside("Audio sin duración", "Copiarlo de nuevo desde el grabador."),
    "too_many_channels": SetAside("Más canales que agente y deudor", "Exportar la grabación en uno o dos canales."),
    "too_long": SetAside("Más larga que el límite configurado", "Dividirla o subir el límite en la configuración."),
    "decode_failed": SetAside("El códec falló con este archivo", "Convertirlo a WAV y repetir."),
    "stage_failed": SetAside(
        "Un paso del análisis falló con esta llamada", "Repetir; si vuelve a fallar, avisar a soporte con su número."
    ),
}
"""By reason code of `pipeline.errors.REASONS`."""


class Reading(NamedTuple):
    """How a day or an amount was read from the words; `doubt`: what another reading of them would be."""

    words: str
    doubt: str = ""


_DAYS: Final[Mapping[str, Reading]] = {
    "today": Reading("hoy"),
    "now": Reading("ahora mismo", "«ahora» puede no ser hoy"),
    "tomorrow": Reading("mañana"),
    "day_after_tomorrow": Reading("pasado mañana"),
    "relative_day": Reading("día contado desde la llamada", "no se sabe desde qué día se cuenta"),
    "day_in_eight": Reading("de hoy en ocho"),
    "weekday": Reading("día de la semana"),
    "weekday_named_again": Reading("el día que se acaba de nombrar"),
    "weekday_after_day": Reading("día de la semana que sigue a otro día", "el otro día puede no ser el de antes"),
    "weekday_after_next": Reading("el día de la semana, el siguiente no: el otro", "puede ser una semana antes"),
    "weekday_of_this_week": Reading("día de esta semana"),
    "weekday_of_next_week": Reading("día de la semana próxima"),
    "weekday_and_number": Reading("día de la semana con su número", "el día de la semana y el número no coinciden"),
    "nth_weekday_of_month": Reading("tal día de la semana del mes"),
    "day_of_month": Reading("día del mes", "no se dijo qué mes"),
    "day_of_this_month": Reading("día de este mes", "el mes puede ser otro"),
    "day_of_next_month": Reading("día del mes próximo", "el mes puede ser otro"),
    "day_and_month": Reading("día y mes"),
    "full_date": Reading("fecha completa"),
    "numeric_date": Reading("fecha en cifras", "día y mes pueden estar cambiados"),
    "quincena": Reading("quincena"),
    "month": Reading("mes nombrado"),
    "this_month": Reading("este mes"),
    "next_month": Reading("mes próximo"),
    "start_of_month": Reading("principio de mes"),
    "middle_of_month": Reading("mediados de mes"),
    "end_of_month": Reading("fin de mes"),
    "this_week": Reading("esta semana"),
    "next_week": Reading("semana próxima"),
    "week_of_month": Reading("semana del mes"),
    "part_of_week": Reading("parte de la semana", "no se dijo un día"),
    "weekend": Reading("fin de semana"),
    "year": Reading("año"),
    "start_of_year": Reading("principio de año", "no se dijo un día"),
    "middle_of_year": Reading("mediados de año", "no se dijo un día"),
    "end_of_year": Reading("fin de año"),
    "part_of_year": Reading("parte del año", "no se dijo un día"),
    "nth_business_day": Reading("día hábil contado"),
    "last_business_day": Reading("último día hábil"),
    "holiday": Reading("fecha festiva"),
    "public_holiday": Reading("día feriado", "no se dijo qué feriado"),
    "range": Reading("entre dos días"),
    "either": Reading("uno de dos días", "se nombraron dos días"),
    "before": Reading("antes de un día"),
    "before_end": Reading("antes de que termine un período", "puede ser el día anterior"),
    "after": Reading("después de un día", "no se dijo cuándo después"),
    "from": Reading("a partir de un día", "no se dijo hasta cuándo"),
    "in_days": Reading("dentro de unos días", "el número de días no es seguro"),
    "in_weeks": Reading("dentro de unas semanas", "el número de semanas no es seguro"),
    "in_months": Reading("dentro de unos meses", "el número de meses no es seguro"),
    "in_hours": Reading("dentro de unas horas", "el número de horas no es seguro"),
    "in_years": Reading("dentro de unos años", "el número de años no es seguro"),
    "next_days": Reading("los próximos días"),
    "next_weeks": Reading("las próximas semanas"),
    "next_months": Reading("los próximos meses"),
    "half_of_month": Reading("mitad del mes"),
    "quincena_after_next": Reading("la quincena siguiente a la próxima"),
    "week_after_next": Reading("la semana siguiente a la próxima"),
    "week_of_day": Reading("la semana de un día"),
    "span_after_day": Reading("días contados desde otro día"),
    "day_after": Reading("el día siguiente a otro"),
    "past": Reading("fecha ya pasada", "el día ya pasó"),
    "recurring": Reading("pago que se repite", "no se dijo qué pago"),
}

_AMOUNTS: Final[Mapping[str, Reading]] = {
    "cardinal": Reading("cifra dicha entera"),
    "decimal": Reading("cifra con decimales", "los decimales pueden ser otros"),
    "half": Reading("«y medio»"),
    "half of a sum": Reading("la mitad de una cantidad dicha"),
    "fraction": Reading("fracción"),
    "slang": Reading("cifra en habla popular", "la unidad puede ser otra"),
    "percent": Reading("porcentaje de la deuda"),
    "share": Reading("parte de la deuda"),
    "plan": Reading("cuotas de un plan"),
    "minimum": Reading("el pago mínimo"),
    "everything": Reading("toda la deuda"),
    "total": Reading("el total de la deuda"),
    "rest": Reading("lo que falta"),
    "at least": Reading("«por lo menos»"),
    "lower of a range": Reading("la menor de dos cifras", "se dijeron dos cifras"),
    "after a hesitation": Reading("cifra corregida al hablar"),
    "thousands left out": Reading("miles sobreentendidos", "no se dijo «mil»"),
    "hundreds left out": Reading("cientos sobreentendidos", "no se dijo «cientos»"),
    "cents": Reading("centavos"),
    "cents without con": Reading("centavos sin «con»", "las últimas cifras pueden ser centavos o no"),
}

_DOUBTS: Final[Mapping[str, Reading]] = {
    "amount asked for": Reading("la cantidad que se pedía", "nadie dijo la cantidad junto con el día"),
    "heard unsurely": Reading("", "una cifra o un día se oyó con poca seguridad"),
    "promise unclear": Reading("", "no es seguro que lo dicho sea una promesa"),
    "never taken up": Reading("", "el gestor no la fijó ni la repitió"),
    "share never told": Reading("", "una parte de la deuda de la que nadie dijo cuánto es"),
    "no day of its own": Reading("", "una cantidad sin día junto a un pago completo"),
}
"""What `pipeline.promises` and `pipeline.promise_doubt` add to the rules."""

RULES: Final[Mapping[str, Reading]] = {**_DAYS, **_AMOUNTS, **_DOUBTS}
"""By rule name of `PromiseRow.rule`, which joins names with a plus."""

DOUBT_BY_HEARING: Final = "dos lecturas cercanas, o una cifra que se confunde al oído"


def rule_words(rule: str) -> str:
    """«día de la semana · cifra dicha entera»; a rule without words keeps its name."""
    names = [name for name in rule.split("+") if name]
    words = (RULES[name].words if name in RULES else name for name in names)
    return " · ".join(dict.fromkeys(filter(None, words)))


def doubt_words(rule: str) -> str:
    """Why a promise read by these rules must be confirmed by a person."""
    doubts = [RULES[name].doubt for name in rule.split("+") if name in RULES and RULES[name].doubt]
    return "; ".join(dict.fromkeys(doubts)) or DOUBT_BY_HEARING


CURRENCIES: Final[Mapping[str, str]] = {
    "ARS": "pesos argentinos",
    "BOB": "bolivianos",
    "CLP": "pesos chilenos",
    "COP": "pesos colombianos",
    "CRC": "colones",
    "CUP": "pesos cubanos",
    "DOP": "pesos dominicanos",
    "EUR": "euros",
    "GTQ": "quetzales",
    "HNL": "lempiras",
    "MXN": "pesos mexicanos",
    "NIO": "córdobas",
    "PEN": "soles",
    "PYG": "guaraníes",
    "USD": "dólares",
    "UYU": "pesos uruguayos",
    "VES": "bolívares",
    "XAF": "francos CFA",
}

COUNTRIES: Final[Mapping[str, str]] = {
    "AR": "Argentina",
    "BO": "Bolivia",
    "CL": "Chile",
    "CO": "Colombia",
    "CR": "Costa Rica",
    "CU": "Cuba",
    "DO": "República Dominicana",
    "EC": "Ecuador",
    "ES": "España",
    "GQ": "Guinea Ecuatorial",
    "GT": "Guatemala",
    "HN": "Honduras",
    "MX": "México",
    "NI": "Nicaragua",
    "PA": "Panamá",
    "PE": "Perú",
    "PR": "Puerto Rico",
    "PY": "Paraguay",
    "SV": "El Salvador",
    "US": "Estados Unidos",
    "UY": "Uruguay",
    "VE": "Venezuela",
}

NO_AGENT: Final = "Sin agente"


def agent_name(agent_id: str | None) -> str:
    return NO_AGENT if agent_id is None else agent_id
