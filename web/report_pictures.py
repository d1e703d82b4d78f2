"""The plots of the report from the rows of the warehouse: which agents, which days, which words around them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from pipeline.labels import SERIOUS_TONES, SEVERITIES, TONE_CATEGORIES, Outcome
from sql.results import AgentRow, DueRow
from web import due_plot, lexicon, plots
from web.lexicon import agent_name
from web.report_page import Key, Picture, pictured
from web.report_rows import Rows, conversations, grouped, median, outcome_counts, quantiles
from web.spanish import MONTHS, count_text, day_text, list_text, money_text, number_text, period_text

AGENTS_DRAWN: Final = 14
"""Agents with a row of their own in a plot; the rest share one."""

DOTS: Final = 24
"""Calls of one agent that are drawn one by one; more are drawn as quantiles."""

CURRENCIES_DRAWN: Final = 8
_HORIZON: Final = timedelta(days=730)
"""Due days later than this after the last call are told in words: one slip of the tongue would flatten the axis."""


def split_agents(agents: tuple[AgentRow, ...], most: int) -> tuple[tuple[AgentRow, ...], tuple[AgentRow, ...]]:
    """Agents that are shown by name and the rest; nobody is put into a rest of one."""
    return (agents, ()) if len(agents) <= most + 1 else (agents[:most], agents[most:])


def outcomes_picture(rows: Rows) -> Picture | None:
    """Calls by agent and outcome; the last bar is the mean of the agents that have no bar."""
    if not rows.agents:
        return None
    shown, rest = split_agents(rows.agents, AGENTS_DRAWN)
    by_agent = grouped(rows.outcomes, lambda row: row.agent_id)
    bars = [_outcome_bar(agent_name(a.agent_id), outcome_counts(by_agent[a.agent_id]), 1) for a in shown]
    notes = []
    if rest:
        counts = outcome_counts(row for a in rest for row in by_agent[a.agent_id])
        bars.append(_outcome_bar("Media del resto", counts, len(rest)))
        notes.append(
            f"Con barra propia, los {len(shown)} agentes con más llamadas. Los otros "
            f"{number_text(len(rest))} suman {count_text(counts.total(), 'llamada', 'llamadas')}; "
            "la última barra es su media por agente."
        )
    present = outcome_counts(rows.outcomes)
    keys = tuple(Key(plots.OUTCOME_FILLS[code], word) for code, word in lexicon.OUTCOMES.items() if present[code])
    ends = [f"{word.lower()} {number_text(present[code])}" for code, word in lexicon.OUTCOMES.items() if present[code]]
    plot = plots.stacked_bars(
        bars, "outcomes", "Llamadas por agente y resultado", f"En total: {list_text(ends)}. Detalle en la tabla."
    )
    return pictured(plot, keys, tuple(notes))


def _outcome_bar(name: str, counts: Mapping[Outcome, int], share_of: int) -> plots.StackedRow:
    parts = tuple((code, counts[code] / share_of) for code in lexicon.OUTCOMES if counts.get(code))
    total = sum(counts.values()) / share_of
    return plots.StackedRow(name, parts, number_text(total, 0 if total == int(total) else 1))


def due_picture(rows: Rows) -> Picture | None:
    """Amounts by due day and currency; what has no day or no amount is told by `due_words`."""
    last_call = rows.totals.last_day
    drawn = [r for r in rows.due if _is_drawn(r, last_call)]
    if not drawn:
        return None
    days = [row.due for row in drawn if row.due is not None]
    first, last = min(days), max(days)
    unit = "day" if (last - first).days <= 75 else "week" if (last - first).days <= 400 else "month"
    counts: Counter[str] = Counter()
    for row in drawn:
        counts[row.currency or ""] += row.with_amount
    currencies = [currency for currency, _ in counts.most_common(CURRENCIES_DRAWN)]
    lines = [_due_line(currency, drawn, first, unit) for currency in currencies]
    n_places = _place(last, first, unit) + 1
    notes = [f"Vencimientos {period_text(first, last)}."]
    if unit != "day":
        notes.append(f"Cada barra suma {'una semana, de lunes a domingo' if unit == 'week' else 'un mes'}.")
    if len(counts) > len(currencies):
        notes.append(f"Otras {len(counts) - len(currencies)} monedas, con menos promesas, solo están en la lista.")
    states = {row.state for row in drawn}
    keys = tuple(Key(due_plot.STATE_FILLS[s], word) for s, word in lexicon.STATES.items() if s in states)
    told = list_text(f"{currency}: {count_text(counts[currency], 'promesa', 'promesas')}" for currency in currencies)
    plot = due_plot.due_lines(
        lines,
        _ticks(first, last, unit),
        n_places,
        "due",
        "Monto prometido por fecha de vencimiento y moneda",
        f"{told}. Vencimientos {period_text(first, last)}. Detalle en la lista de promesas.",
    )
    return pictured(plot, keys if states != {"pending"} else (), tuple(notes))


def _is_drawn(row: DueRow, last_call: date | None) -> bool:
    late = last_call is not None and row.due is not None and row.due > last_call + _HORIZON
    return row.due is not None and row.amount is not None and row.amount > 0 and bool(row.currency) and not late


def _due_line(currency: str, rows: Iterable[DueRow], first: date, unit: str) -> due_plot.DueLine:
    sums: defaultdict[int, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    n, total = 0, Decimal(0)
    for row in rows:
        if row.currency == currency and row.due is not None and row.amount is not None:
            sums[_place(row.due, first, unit)][row.state] += row.amount
            n, total = n + row.with_amount, total + row.amount
    bars = tuple(
        due_plot.DueBar(
            place,
            tuple((state, float(by_state[state])) for state in lexicon.STATES if state in by_state),
            money_text(sum(by_state.values(), Decimal(0))),
        )
        for place, by_state in sorted(sums.items())
    )
    return due_plot.DueLine(currency, f"{money_text(total)} en {count_text(n, 'promesa', 'promesas')}", bars)


def _place(day: date, first: date, unit: str) -> int:
    """Units from the first due day's unit to that of `day`."""
    if unit == "day":
        return (day - first).days
    if unit == "week":
        return (day - _monday(first)).days // 7
    return (day.year - first.year) * 12 + day.month - first.month


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _ticks(first: date, last: date, unit: str) -> dict[int, str]:
    """Labels of the axis by place; a strip that is too narrow takes every second or third of them."""
    n = _place(last, first, unit)
    if unit == "day":
        step = 1 if n <= 9 else 7
        return {i: day_text(first + timedelta(days=i), year=False) for i in range(0, n + 1, step)}
    if unit == "week":
        monday = _monday(first)
        return {i: day_text(monday + timedelta(weeks=i), year=False) for i in range(n + 1)}
    months = [divmod(first.year * 12 + first.month - 1 + i, 12) for i in range(n + 1)]
    return {i: f"{MONTHS[month][:3]} {year}" for i, (year, month) in enumerate(months)}


def due_words(rows: Rows) -> tuple[str, ...]:
    """Promises that no bar can show: without a day, without an amount, or due in a far year."""
    words = []
    undated = [row for row in rows.due if row.due is None]
    if undated:
        n = sum(row.promises for row in undated)
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for row in undated:
            if row.amount is not None and row.currency:
                sums[row.currency] += row.amount
        said = list_text(money_text(amount, currency) for currency, amount in sorted(sums.items()))
        words.append(
            f"{count_text(n, 'promesa no dice', 'promesas no dicen')} cuándo"
            + (f"; las que dicen cuánto suman {said}." if said else ", ni cuánto.")
        )
    superseded = sum(row.promises for row in rows.due if row.state == "superseded")
    if superseded:
        words.append(
            f"{count_text(superseded, 'promesa fue sustituida', 'promesas fueron sustituidas')} por otra de una "
            "llamada posterior; los totales las incluyen."
        )
    no_amount = sum(row.promises - row.with_amount for row in rows.due if row.due is not None)
    if no_amount:
        words.append(f"{count_text(no_amount, 'promesa con fecha no dice', 'promesas con fecha no dicen')} cuánto.")
    last_call = rows.totals.last_day
    if last_call is not None:
        late = sum(r.promises for r in rows.due if r.due is not None and r.due > last_call + _HORIZON)
        if late:
            words.append(
                f"{count_text(late, 'promesa vence', 'promesas vencen')} más de dos años después de la última llamada: "
                "conviene confirmarlas."
            )
    return tuple(words)


def tone_picture(rows: Rows) -> Picture | None:
    """Aggressive turns by agent, category and severity, gravest agents first."""
    flagged = sorted(
        (a for a in rows.agents if a.aggressive_turns), key=lambda a: (-a.serious_turns, -a.aggressive_turns)
    )
    if not flagged:
        return None
    shown, rest = split_agents(tuple(flagged), AGENTS_DRAWN)
    turns: Counter[tuple[str | None, str, str]] = Counter()
    for row in rows.tone:
        turns[row.agent_id, row.category, row.severity] += row.turns
    lines = [
        plots.ToneLine(
            agent_name(agent.agent_id),
            tuple(
                tuple((s, n) for s in reversed(SEVERITIES) if (n := turns[agent.agent_id, category, s]))
                for category in TONE_CATEGORIES
            ),
        )
        for agent in shown
    ]
    notes = ["Un turno con dos categorías cuenta en ambas."]
    if rest:
        more = sum(agent.aggressive_turns for agent in rest)
        notes.append(
            f"Otros {count_text(len(rest), 'agente', 'agentes')} suman "
            f"{count_text(more, 'turno marcado', 'turnos marcados')} más."
        )
    keys = tuple(Key(plots.SEVERITY_FILLS[s], f"Gravedad {lexicon.SEVERITIES[s]}") for s in reversed(SEVERITIES))
    by_category = Counter[str]()
    for row in rows.tone:
        by_category[row.category] += row.turns
    told = list_text(f"{lexicon.CATEGORIES[c].lower()} {by_category[c]}" for c in TONE_CATEGORIES if by_category[c])
    plot = plots.tone_bars(
        lines,
        [lexicon.CATEGORY_HEADINGS[c] for c in TONE_CATEGORIES],
        "tone",
        "Turnos agresivos por agente, categoría y gravedad",
        f"En total: {told}. Las citas están debajo.",
    )
    return pictured(plot, keys, tuple(notes))


def tone_words(rows: Rows) -> str:
    """How many agents have no aggressive turn, and what counts as serious."""
    clean = sum(1 for agent in rows.agents if not agent.aggressive_turns)
    serious = list_text(lexicon.CATEGORIES[c].lower() for c in SERIOUS_TONES)
    first = f"Se llama grave a todo lo que no es solo hostilidad: {serious}."
    if not rows.agents or clean == len(rows.agents):
        return f"{first} Ningún turno del período está marcado."
    if not clean:
        return f"{first} {'El agente tiene' if len(rows.agents) == 1 else 'Todos los agentes tienen'} turnos marcados."
    whose = "no tiene" if clean == 1 else "no tienen"
    return f"{first} {clean} de {count_text(len(rows.agents), 'agente', 'agentes')} {whose} ningún turno marcado."


def talk_picture(rows: Rows) -> Picture | None:
    """The agent's share of talk and the silence of each conversation, by agent."""
    heard = conversations(rows)
    if not heard:
        return None
    by_agent = grouped(heard, lambda row: row.agent_id)
    shown, rest = split_agents(tuple(a for a in rows.agents if by_agent[a.agent_id]), AGENTS_DRAWN)
    members = [(agent_name(a.agent_id), by_agent[a.agent_id]) for a in shown]
    if rest:
        members.append((f"Otros {number_text(len(rest))}", [m for a in rest for m in by_agent[a.agent_id]]))
    panels = tuple(
        plots.SpreadPanel(
            title,
            tuple(
                _spread(name, [share for m in metrics if (share := getattr(m, field)) is not None])
                for name, metrics in members
            ),
            median([share for m in heard if (share := getattr(m, field)) is not None]),
        )
        for title, field in (
            ("Del habla, parte del agente", "agent_talk_share"),
            ("De la llamada, silencio", "silence_share"),
        )
    )
    notes = ["La línea de puntos es la mediana de todas las conversaciones; la marca vertical, la de cada agente."]
    if any(spread.quantiles for spread in panels[0].spreads):
        notes.append(
            f"Con más de {DOTS} conversaciones, en lugar de puntos: la barra es la mitad central y la línea, "
            "ocho de cada diez."
        )
    left_out = len(rows.metrics) - len(heard)
    if left_out:
        notes.append(
            f"Sin contar {count_text(left_out, 'grabación que no es', 'grabaciones que no son')} conversación."
        )
    middles = list_text(
        f"{panel.title.lower()}: mediana {number_text((panel.middle or 0) * 100)} %" for panel in panels
    )
    plot = plots.spread_panels(
        panels, "talk", "Parte del habla que es del agente, y silencio, en cada conversación", f"{middles}."
    )
    return pictured(plot, (), tuple(notes))


def _spread(name: str, shares: list[float]) -> plots.Spread:
    if len(shares) <= DOTS:
        return plots.Spread(name, tuple(shares), None, median(shares))
    return plots.Spread(name, (), quantiles(shares), median(shares))
