"""The report that a quality manager shows to a director: one HTML file that needs nothing else.

    render_report(Path("palabra-data"), Selection(first_day=date(2026, 3, 1)))

No script, no font, no picture from elsewhere: it opens behind a firewall years later, prints, and reads alike on a
phone. `docs/report.md` tells what each plot shows.
"""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined

from sql.results import Selection
from web import report_pictures as pictures
from web import report_tables as tables
from web import report_words as words
from web.report_page import Page
from web.report_rows import Rows, read_rows
from web.spanish import count_text, moment_text, number_text
from web.svg import PALETTE


def render_report(root: Path, selection: Selection) -> str:
    """The page over the published warehouse of a data folder.

    Raises:
        StoreError: Nothing is published, or the copy is of another version.
    """
    return render_page(report_page(read_rows(root, selection)))


def report_page(rows: Rows) -> Page:
    """All that the page says."""
    return Page(
        title="Informe de llamadas de cobranza",
        period=words.period(rows),
        scope=words.scope(rows),
        figures=words.headline(rows),
        money=tables.money_lines(rows.amounts),
        findings=words.findings(rows),
        outcomes=pictures.outcomes_picture(rows),
        due=pictures.due_picture(rows),
        due_words=pictures.due_words(rows),
        promises=tables.promise_lines(rows.promises),
        promises_note=_shown(
            len(rows.promises), tables.PROMISES_LISTED, "promesas, las primeras en vencer", "palabra export promises"
        ),
        tone=pictures.tone_picture(rows),
        tone_words=pictures.tone_words(rows),
        flagged=tables.flagged_calls(rows),
        flagged_note=_shown(
            sum(1 for call in rows.calls if call.aggressive_turns),
            tables.CALLS_QUOTED,
            "llamadas, las más graves",
            "palabra report calls",
        ),
        talk=pictures.talk_picture(rows),
        agents=tables.agent_lines(rows),
        agents_note=_others(rows),
        scorecard=tables.score_lines(rows.scores),
        set_aside=tables.set_aside_lines(rows.failures),
        set_aside_note=_shown(len(rows.failures), tables.SET_ASIDE_LISTED, "grabaciones", "palabra retry"),
        spared=tables.spared_lines(rows.spared, rows.spared_calls),
        spared_words=words.spared(rows),
        limits=words.limits(rows),
        published=moment_text(rows.published_at),
        dark=tuple(PALETTE.items()),
    )


def _shown(n: int, most: int, what: str, command: str) -> str:
    """Said where a list is cut; empty where it is whole."""
    return f"Se muestran {most} {what}, de {number_text(n)}. Todas: {command}." if n > most else ""


def _others(rows: Rows) -> str:
    _, rest = pictures.split_agents(rows.agents, tables.AGENTS_LISTED)
    if not rest:
        return ""
    return (
        f"Con línea propia, los {tables.AGENTS_LISTED} agentes con más llamadas; los otros "
        f"{count_text(len(rest), 'agente', 'agentes')} van sumados en una. Todos: palabra report agents."
    )


def render_page(page: Page) -> str:
    """The page as HTML."""
    return _environment().get_template("report.html").render(page=page)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template(name: str) -> str:
    return files("web").joinpath("templates", name).read_text(encoding="utf-8")
