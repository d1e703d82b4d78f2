"""`load` and `rebuild`: staged results into the warehouse."""

import typer

from cli.settings import ConfigOption, DataOption, JsonOption, data_folder, print_json, read_config


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    app.command("load")(load)
    app.command("rebuild")(rebuild)


def load(config: ConfigOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Take what workers have staged into the warehouse, and publish it.

    Example: palabra load --data palabra-data
    """
    from sql.load import load as load_staged
    from sql.publish import publish

    root = data_folder(read_config(config, data))
    report = load_staged(root)
    publish(root)
    if as_json:
        print_json(report)
    else:
        typer.echo(str(report), err=True)


def rebuild(config: ConfigOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Make the warehouse again from staged files and journal, and publish it.

    Example: palabra rebuild --data palabra-data
    """
    from sql.publish import rebuild as rebuild_all

    report = rebuild_all(data_folder(read_config(config, data)))
    if as_json:
        print_json(report)
    else:
        typer.echo(str(report), err=True)
