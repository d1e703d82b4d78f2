"""`report` and `export`: what the published warehouse says, as tables, a page, or files for other systems."""

import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer

from cli.settings import ConfigOption, DataOption, JsonOption, data_folder, print_json, read_config
from pipeline.errors import SetupError

if TYPE_CHECKING:
    from sql.results import Selection

ReportKind = Literal["agents", "debtors", "promises", "calls", "skipped", "triage"]
ExportFormat = Literal["csv", "jsonl", "xlsx", "parquet"]


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    app.command("report")(report)
    app.command("export")(export)


def report(
    kind: Annotated[
        str | None,
        typer.Argument(help="agents, debtors, promises, calls, skipped or triage; may be left out with --html."),
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write one self-contained page, in Spanish.")] = None,
    since: Annotated[str | None, typer.Option(help="First day of the calls, 2026-03-01.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day of the calls.")] = None,
    agent: Annotated[str | None, typer.Option(help="Calls of this agent only.")] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the published results as a table, or as a page with plots.

    Example: palabra report agents --data palabra-data --since 2026-03-01
    """
    root = data_folder(read_config(config, data))
    selection = _selection(since, until, agent)
    if html is not None:
        write_html(root, html, selection)
        typer.echo(f"report: {html}", err=True)
    if kind is not None:
        show_report(root, kind, selection, as_json=as_json)
    elif html is None:
        raise SetupError(f"a kind of report expected, one of {', '.join(get_args(ReportKind))}, or --html FILE")


def export(
    what: Annotated[str, typer.Argument(help="What to export: promises.")] = "promises",
    file: Annotated[
        Path | None, typer.Option("--out", help="File to write; standard output for csv and jsonl.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--format", help="csv, jsonl, xlsx or parquet; else the file's ending decides.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="First day of the calls, 2026-03-01.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day of the calls.")] = None,
    agent: Annotated[str | None, typer.Option(help="Calls of this agent only.")] = None,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Write promises for the CRM: one row a payment, with its rule, doubt and the quote it rests on.

    Example: palabra export promises --out promesas.csv
    """
    from cli.tables import write_rows
    from sql.reading import open_published, promises

    if what != "promises":
        raise SetupError(f"{what!r} cannot be exported; promises can")
    chosen = kind or (file.suffix.removeprefix(".") if file else "csv")
    if chosen not in get_args(ExportFormat):
        raise SetupError(f"format {chosen!r} found; one of {', '.join(get_args(ExportFormat))} expected")
    if file is None and chosen in ("xlsx", "parquet"):
        raise SetupError(f"{chosen} is no text; name a file with --out")
    root = data_folder(read_config(config, data))
    with open_published(root) as connection:
        rows = promises(connection, _selection(since, until, agent))
    write_rows(rows, file, chosen, sys.stdout)
    if file is not None:
        typer.echo(f"{len(rows)} promises: {file}", err=True)


def write_html(root: Path, page: Path, selection: "Selection | None" = None) -> None:
    """Writes the page with plots."""
    from sql.results import Selection
    from web.report import render_report

    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(render_report(root, selection or Selection()), "utf-8")


def show_report(root: Path, kind: str, selection: "Selection | None" = None, *, as_json: bool = False) -> None:
    """Prints one kind of report on standard output.

    Raises:
        SetupError: There is no such kind.
        StoreError: Nothing has been published yet.
    """
    from cli.tables import TITLES, table_of
    from sql import reading
    from sql.results import Selection

    readers: dict[str, Callable[[Any, Any], Sequence[Any]]] = {
        "agents": reading.agents,
        "debtors": reading.debtors,
        "promises": reading.promises,
        "calls": reading.calls,
        "skipped": reading.spared_calls,
        "triage": reading.spared_hours,
    }
    if kind not in readers:
        raise SetupError(f"report {kind!r} found; one of {', '.join(readers)} expected")
    chosen = selection or Selection()
    with reading.open_published(root) as connection:
        rows = readers[kind](connection, chosen)
        amounts = reading.agent_amounts(connection, chosen) if kind == "agents" else ()
    if as_json:
        print_json(rows)
        return
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else 160).print(table_of(kind, TITLES[kind], rows, amounts))


def _selection(since: str | None, until: str | None, agent: str | None) -> "Selection":
    from sql.results import Selection

    return Selection(first_day=_day(since, "--since"), last_day=_day(until, "--until"), agent_id=agent)


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SetupError(f"{option} {text!r} is no day; write it as 2026-03-01") from error
