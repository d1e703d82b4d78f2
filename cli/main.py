"""`palabra`: parse the command line, call one function, print.

Results alone go to standard output; progress and messages to standard error. Exit status 0 done, 1 some calls failed,
2 set-up. Everything slow to import is imported by the command that needs it.
"""

import sys
from typing import Annotated

import typer

from cli import analysis, evaluation, imports, reading, store, text, weights
from pipeline.errors import PalabraError

app = typer.Typer(
    name="palabra",
    help="Spanish debt-collection calls in; promises, tone, outcomes and reports out. On this machine, offline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (analysis, reading, text, evaluation, store, imports, weights):
    group.add_to(app)


def _version(value: bool) -> None:
    if value:
        from pipeline.analyze import CODE_VERSION

        typer.echo(CODE_VERSION)
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Spanish debt-collection calls in; promises, tone, outcomes and reports out. On this machine, offline."""


def main() -> None:
    """Entry point: errors of ours become one line and exit status 2."""
    try:
        app()
    except PalabraError as error:
        typer.echo(f"palabra: {error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("palabra: interrupted; what is staged stays, run again to go on", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()
