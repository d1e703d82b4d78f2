"""`models`: which weights are on this machine, and whether they are whole."""

from dataclasses import dataclass

import typer

from cli.settings import JsonOption, print_json
from pipeline.errors import ModelError

models_app = typer.Typer(help="Weights on this machine.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Registers the command group."""
    app.add_typer(models_app, name="models")


@dataclass(frozen=True, slots=True)
class WeightsLine:
    """One set of weights as `models list` shows it."""

    name: str
    trained_on: str
    digest: str
    state: str


@models_app.command("list")
def list_weights(as_json: JsonOption = False) -> None:
    """Shipped weights, what they were trained on, and their digest.

    Example: palabra models list
    """
    _print([line for line in _lines() if line.state == "whole"], as_json=as_json)


@models_app.command("verify")
def verify(as_json: JsonOption = False) -> None:
    """Compare every shipped file with its SHA-256; exit status 2 when one differs.

    Example: palabra models verify
    """
    lines = _lines()
    _print(lines, as_json=as_json)
    raise typer.Exit(2 if any(line.state != "whole" for line in lines) else 0)


def _lines() -> list[WeightsLine]:
    from models.registry import find_weights, shipped_names

    lines = []
    for name in shipped_names():
        try:
            found = find_weights(name)
        except ModelError as error:
            lines.append(WeightsLine(name, "", "", str(error)))
            continue
        trained_on = "synthetic speech only" if found.synthetic_only else "text"
        lines.append(WeightsLine(name, trained_on, found.digest, "whole"))
    return lines


def _print(lines: list[WeightsLine], *, as_json: bool) -> None:
    if as_json:
        print_json(lines)
        return
    for line in lines:
        typer.echo(f"{line.name:24} {line.trained_on:24} {line.digest[:16]:18} {line.state}")
