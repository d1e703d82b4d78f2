"""`parse` and `annotate`: text in, JSON Lines out."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from cli.settings import ConfigOption, read_config
from pipeline.errors import SetupError

FileArgument = Annotated[str, typer.Argument(help="A file of JSON Lines, or - for standard input.")]


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    app.command("parse")(parse)
    app.command("annotate")(annotate)


def read_lines(source: str) -> Iterator[str]:
    """Lines of a file or of standard input, empty ones left out.

    Raises:
        SetupError: No such file.
    """
    if source == "-":
        yield from (line for line in sys.stdin if line.strip())
        return
    path = Path(source)
    if not path.is_file():
        raise SetupError(f"file {path.name} expected, not found; check the path, or give - for standard input")
    with path.open(encoding="utf-8") as stream:
        yield from (line for line in stream if line.strip())


def parse(file: FileArgument = "-") -> None:
    """Due date and amount of each sentence: one {text, said_on, country, …} a line in, one {date, amount, …} out.

    Example: echo '{"text": "El viernes le deposito mil", "said_on": "2026-03-12", "country": "MX"}' | palabra parse
    """
    from models.sentences import load_payment_sense
    from pipeline.parse import parse_line

    sense = load_payment_sense()
    for line in read_lines(file):
        sys.stdout.write(parse_line(line, sense) + "\n")


def annotate(file: FileArgument = "-", config: ConfigOption = None) -> None:
    """Labels, tone, steps, promises and outcome of whole calls, in the schema of the gold corpus.

    Each call comes out as it went in; what it held of these before is ignored.

    Example: palabra annotate llamadas.jsonl > anotadas.jsonl
    """
    from cli.understanding import load_classifiers
    from pipeline.annotate import annotate_lines

    settings = read_config(config, None)
    for line in annotate_lines(read_lines(file), *load_classifiers(settings), settings):
        sys.stdout.write(line + "\n")
