"""`payments import` and `contacts import`: what other systems know, into the journal."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.settings import ConfigOption, DataOption, JsonOption, data_folder, print_json, read_config

payments_app = typer.Typer(help="Payments received, which settle promises.", no_args_is_help=True)
contacts_app = typer.Typer(help="Attempts without a recording, messages, visits.", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(help="CSV or JSON Lines.")]


def add_to(app: typer.Typer) -> None:
    """Registers the command groups."""
    app.add_typer(payments_app, name="payments")
    app.add_typer(contacts_app, name="contacts")


@payments_app.callback()
def _payments() -> None:
    """Payments received, which settle promises."""


@contacts_app.callback()
def _contacts() -> None:
    """Attempts without a recording, messages, visits."""


@payments_app.command("import")
def import_payments(
    file: FileArgument, config: ConfigOption = None, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Payments of a file: columns payment_id, debtor_id, paid_on, amount; debt_id and currency if known.

    The same file twice changes nothing. Promises are settled and published at once.

    Example: palabra payments import pagos.csv
    """
    from sql.imports import import_payments as run

    _import(run, file, config, data, as_json=as_json)


@contacts_app.command("import")
def import_contacts(
    file: FileArgument, config: ConfigOption = None, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Contacts of a file, which the rules of frequency and channel count beside the calls.

    The same file twice changes nothing. Rules are applied and published at once.

    Example: palabra contacts import contactos.csv
    """
    from sql.imports import import_contacts as run

    _import(run, file, config, data, as_json=as_json)


def _import(run: Callable[..., Any], file: Path, config: Path | None, data: Path | None, *, as_json: bool) -> None:
    from sql.publish import publish
    from sql.warehouse import warehouse_path

    root = data_folder(read_config(config, data))
    report = run(root, file)
    # Before the first run there is nothing to settle; the journal keeps what was imported until then.
    if warehouse_path(root).exists():
        publish(root)
    for refused in report.refused:
        typer.echo(refused.message, err=True)
    if as_json:
        print_json(report)
    else:
        typer.echo(
            f"{report.new} new, {report.changed} changed, {report.unchanged} known already, "
            f"{len(report.refused)} refused",
            err=True,
        )
    raise typer.Exit(1 if report.refused else 0)
