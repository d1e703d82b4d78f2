"""`palabra`: parse the command line, call one function, print.

Results alone go to standard output; progress and messages to standard error. Exit status 0 done, 1 some calls failed,
2 set-up. Everything slow to import is imported by the command that needs it.
"""

import atexit
import contextlib
import os
import sys
from typing import Annotated, NoReturn

import typer

from cli import analysis, doctor, evaluation, imports, reading, store, text, training, weights
from pipeline.errors import PalabraError

app = typer.Typer(
    name="palabra",
    help="Spanish debt-collection calls in; promises, tone, outcomes and reports out. On this machine, offline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (analysis, reading, text, evaluation, training, store, imports, weights, doctor):
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
    code = 0
    try:
        app()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except PalabraError as error:
        typer.echo(f"palabra: {error}", err=True)
        code = 2
    except KeyboardInterrupt:
        typer.echo("palabra: interrupted; what is staged stays, run again to go on", err=True)
        code = 130
    _leave(code)


def _leave(code: int) -> NoReturn:
    """Ends the process after its exit functions, among them the one that stops Prefect's temporary server.

    Not `sys.exit`: where Prefect's threads still hold a frame, DuckDB's binding prints forty lines of leaked objects
    while the interpreter is taken down, which says nothing to whoever ran the command.
    """
    atexit._run_exitfuncs()  # noqa: SLF001 - nothing public runs them without taking the interpreter down
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BrokenPipeError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
