"""The sentences of the report: headline figures, what stands out, and what the report does not say."""

from collections import Counter
from datetime import date
from typing import Final

from pipeline.ports import SYNTHETIC_MARK
from web import lexicon
from web.lexicon import agent_name
from web.report_page import Figure
from web.report_rows import Rows, conversations, median, outcome_counts, share_interval, spoken_kind
from web.spanish import (
    count_text,
    day_text,
    list_text,
    minutes_text,
    number_text,
    period_text,
    share_text,
)

SMALL_SAMPLE: Final = 30
"""Calls below which an agent's shares are mostly chance: at 30, a share of one half is known to ±17 points."""

_NAMED: Final = 3
"""Creditors, teams or agents named one by one; more are counted."""


def period(rows: Rows) -> str:
    """The days of the calls; where none was made, the days that were asked for."""
    first = rows.selection.first_day or rows.totals.first_day
    last = rows.selection.last_day or rows.totals.last_day
    return "" if first is None or last is None else period_text(min(first, last), max(first, last))


def scope(rows: Rows) -> tuple[str, ...]:
    """Whose calls these are: creditors, countries, agents and teams, and what was selected."""
    creditors = sorted({call.creditor for call in rows.calls if call.creditor})
    countries = sorted(lexicon.COUNTRIES.get(c, c) for c in {call.country for call in rows.calls})
    teams = sorted({call.team for call in rows.calls if call.team})
    parts = []
    if creditors:
        parts.append(list_text(creditors) if len(creditors) <= _NAMED else f"{len(creditors)} acreedores")
    if countries:
        parts.append(list_text(countries) if len(countries) <= _NAMED else f"{len(countries)} países")
    if rows.selection.agent_id:
        parts.append(f"Solo el agente {rows.selection.agent_id}")
    elif rows.totals.agents:
        parts.append(count_text(rows.totals.agents, "agente", "agentes"))
    if 0 < len(teams) <= _NAMED:
        parts.append(f"{'equipo' if len(teams) == 1 else 'equipos'} {list_text(teams)}")
    elif teams:
        parts.append(f"{len(teams)} equipos")
    if rows.selection.debtor_id:
        parts.append(f"Solo el deudor {rows.selection.debtor_id}")
    elif rows.totals.debtors:
        parts.append(count_text(rows.totals.debtors, "deudor", "deudores"))
    return tuple(parts)


def headline(rows: Rows) -> tuple[Figure, ...]:
    totals = rows.totals
    low, high = share_interval(totals.serious_calls, totals.calls)
    doubtful = sum(promise.doubtful for promise in rows.promises)
    serious = totals.serious_calls / totals.calls if totals.calls else None
    return (
        Figure("Llamadas", number_text(totals.calls), f"{minutes_text(totals.minutes)} minutos grabados"),
        Figure(
            "Promesas de pago",
            number_text(totals.promises),
            f"{count_text(doubtful, 'dudosa', 'dudosas')}, por confirmar" if doubtful else "ninguna dudosa",
        ),
        Figure(
            "Llamadas con tono grave",
            share_text(serious),
            f"{number_text(totals.serious_calls)} de {number_text(totals.calls)}; intervalo del 95 %: "
            f"{number_text(low * 100)}–{share_text(high)}"
            if totals.calls
            else "sin llamadas",
        ),
        Figure(
            "Grabaciones apartadas",
            number_text(len(rows.failures)),
            "con su motivo y remedio, al final" if rows.failures else "todas se pudieron leer",
        ),
    )


def findings(rows: Rows) -> tuple[str, ...]:
    """Three to five sentences that a director reads if nothing else."""
    if not rows.totals.calls:
        return ()
    return tuple(s for s in (_ended(rows), _promised(rows), _serious(rows), _talked(rows), _not_talked(rows)) if s)


def _ended(rows: Rows) -> str:
    counts = outcome_counts(rows.outcomes)
    agreed, n = counts["promise_to_pay"], rows.totals.calls
    others = [(code, k) for code, k in counts.most_common() if code != "promise_to_pay"][:2]
    words = {code: word.lower() for code, word in lexicon.OUTCOMES.items()}
    follows = list_text(f"«{words[code]}» ({number_text(k)})" for code, k in others)
    first = (
        f"{number_text(agreed)} de {count_text(n, 'llamada', 'llamadas')} ({share_text(agreed / n)}) "
        f"{'terminó' if agreed == 1 else 'terminaron'} en promesa de pago"
        if agreed
        else f"Ninguna de {count_text(n, 'llamada', 'llamadas')} terminó en promesa de pago"
    )
    if n == 1:
        return f"La única llamada terminó así: {words[next(iter(counts))]}."
    return f"{first}; {'le siguen' if len(others) > 1 else 'le sigue'} {follows}." if others else f"{first}."


def _promised(rows: Rows) -> str:
    if not rows.promises:
        return ""
    with_amount = sum(p.amount is not None for p in rows.promises)
    days = [p.due for p in rows.promises if p.due is not None]
    first = (
        f"Se hicieron {count_text(len(rows.promises), 'promesa', 'promesas')} de pago, "
        f"{number_text(with_amount)} con monto"
        if len(rows.promises) > 1
        else f"Se hizo 1 promesa de pago, {'con' if with_amount else 'sin'} monto"
    )
    conditional = sum(p.conditional for p in rows.promises)
    when = _due_span(days) if days else "ninguna dice cuándo"
    also = f"; {count_text(conditional, 'depende', 'dependen')} de una condición" if conditional else ""
    return f"{first}: {when}{also}."


def _due_span(days: list[date]) -> str:
    first, last = min(days), max(days)
    if first == last:
        return f"vencimiento el {day_text(first)}"
    return f"la primera vence el {day_text(first)} y la última el {day_text(last)}"


def _serious(rows: Rows) -> str:
    n, calls = rows.totals.serious_calls, rows.totals.calls
    if not n:
        aggressive = sum(1 for call in rows.calls if call.aggressive_turns)
        more = (
            f"; {count_text(aggressive, 'tiene', 'tienen')} algún turno hostil"
            if aggressive
            else ", ni turnos hostiles"
        )
        return f"Ninguna llamada tiene tono grave{more}."
    by_agent = Counter(agent_name(call.agent_id) for call in rows.calls if call.serious_turns)
    top = by_agent.most_common(_NAMED)
    named = list_text(f"{name} ({number_text(k)})" for name, k in top)
    if len(by_agent) == 1:
        own = sum(1 for call in rows.calls if agent_name(call.agent_id) == top[0][0])
        whose = f"{'es' if n == 1 else 'todas son'} del agente {top[0][0]} ({number_text(n)} de sus {number_text(own)})"
    elif len(by_agent) <= _NAMED:
        whose = f"son de los agentes {named}"
    else:
        whose = f"son de {len(by_agent)} agentes; los que más tienen: {named}"
    return f"{count_text(n, 'llamada', 'llamadas')} de {number_text(calls)} con tono grave: {whose}."


def _talked(rows: Rows) -> str:
    heard = conversations(rows)
    middle = median([m.agent_talk_share for m in heard if m.agent_talk_share is not None])
    if middle is None:
        return ""
    dead = sum(1 for m in heard if m.dead_air)
    more = f"; {count_text(dead, 'tiene', 'tienen')} silencios largos" if dead else ""
    many = f"De {count_text(len(heard), 'conversación', 'conversaciones')}, en la mitad"
    return f"{many} el agente ocupa más del {share_text(middle)} del habla{more}."


def _not_talked(rows: Rows) -> str:
    kinds = Counter(kind for call in rows.calls if (kind := spoken_kind(call)) != "conversation")
    if not kinds:
        return ""
    told = list_text(count_text(n, *lexicon.TRIAGE.get(kind, (kind, kind))) for kind, n in kinds.most_common())
    return f"No fueron conversación: {told}."


def spared(rows: Rows) -> str:
    """How many recordings triage skipped, what that spared, and whether it was right where it was tried."""
    skipped = [call for call in rows.spared_calls if call.decision == "skipped"]
    sampled = [call for call in rows.spared_calls if call.decision == "sampled"]
    if not skipped and not sampled:
        return ""
    seconds = sum(call.duration for call in skipped)
    speech = sum(call.speech for call in skipped)
    first = (
        f"{count_text(len(skipped), 'grabación', 'grabaciones')} sin conversación, de {minutes_text(seconds / 60)} "
        f"minutos, no se {'analizó' if len(skipped) == 1 else 'analizaron'}: se ahorraron {number_text(speech)} "
        "segundos de reconocimiento."
    )
    wrong = sum(bool(call.was_wrong) for call in sampled)
    if not sampled:
        return f"{first} Ninguna otra de esa clase se analizó para comprobarlo."
    found = "en ninguna se oyó a nadie" if not wrong else f"en {number_text(wrong)} sí hablaba alguien: revisar triage"
    return f"{first} De la misma clase se analizaron {number_text(len(sampled))} para comprobarlo: {found}."


def limits(rows: Rows) -> tuple[str, ...]:
    """What a reader must know before acting on the report."""
    said = [
        "Las palabras salen de un reconocedor automático y llevan errores; este informe no mide cuántos. "
        "Antes de actuar sobre una cita, una promesa o una marca, hay que escuchar la llamada.",
        "Una marca de tono es una propuesta para revisar, no un fallo: la decide el texto, y la voz nunca marca sola. "
        "La puntuación ordena las marcas; no es una probabilidad comprobada.",
    ]
    synthetic = [row.name.removesuffix(SYNTHETIC_MARK) for row in rows.weights if row.name.endswith(SYNTHETIC_MARK)]
    if synthetic:
        said.insert(
            0,
            f"Este análisis se hizo con modelos entrenados solo con voz sintética ({', '.join(synthetic)}): sus "
            "aciertos con llamadas reales no están medidos y el informe solo sirve de demostración.",
        )
    small = sum(1 for agent in rows.agents if agent.calls < SMALL_SAMPLE)
    if small:
        whose = "Todos los agentes tienen" if small == len(rows.agents) else _of_agents(small, len(rows.agents))
        said.append(
            f"{whose} menos de {SMALL_SAMPLE} llamadas: sus porcentajes pueden deberse al azar y no sirven para "
            "compararlos."
            if len(rows.agents) > 1
            else f"Menos de {SMALL_SAMPLE} llamadas: los porcentajes pueden deberse al azar."
        )
    if rows.promises and not any(p.paid for p in rows.promises):
        said.append(
            "Una promesa es lo que se dijo, no lo que se pagó. No consta ningún pago de estas promesas: «incumplida» "
            "solo quiere decir que venció sin que se importara su pago."
        )
    elif rows.promises:
        said.append("Que una promesa esté cumplida o no depende de los pagos que se hayan importado.")
    if len({row.currency for row in rows.amounts if row.currency}) > 1:
        said.append("Los montos de distintas monedas no se suman ni se convierten.")
    said.append(
        "No evalúa horarios, frecuencia ni canales de contacto: las reglas de cada país tienen su propio informe."
    )
    return tuple(said)


def _of_agents(small: int, n: int) -> str:
    return f"{number_text(small)} de {count_text(n, 'agente', 'agentes')} {'tiene' if small == 1 else 'tienen'}"
