"""`doctor`: whether this machine can do the work, and proof that it does, on a recording whose truth is known."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.settings import (
    ConfigOption,
    DataOption,
    DeviceOption,
    JsonOption,
    data_folder,
    print_json,
    read_config,
    with_device,
)

if TYPE_CHECKING:
    from flows.proof import Proof
    from models.machine import Check

SLOW = 1.0
"""Multiple of real time below which a day's calls take longer than a day."""


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command("doctor")(doctor)


def doctor(
    config: ConfigOption = None,
    data: DataOption = None,
    device: DeviceOption = None,
    prove_models: Annotated[
        bool, typer.Option("--prove/--no-prove", help="Run the models on the shipped recording, half a minute or more.")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Check libraries, device, memory, disk, rights and weights, then run the models on a recording of known truth.

    Exit status: 0 all is well, 1 it works and something should be looked at, 2 something must be set up first.

    Example: palabra doctor --json
    """
    settings = with_device(read_config(config, data), device)
    root = data_folder(settings)

    from flows.quiet import silence
    from models.quiet import silence_libraries

    silence()
    silence_libraries()

    from models.machine import check_machine

    checks = check_machine(settings, root)
    if not as_json:
        _show_checks(checks)
    proofs: Sequence[Proof] = ()
    if prove_models:
        from flows.proof import prove

        proofs = prove(settings)
    status = exit_status(checks, proofs)
    if as_json:
        print_json({"status": status, "profile": settings.profile, "checks": checks, "proofs": proofs})
    else:
        _show_proofs(proofs)
    raise typer.Exit(status)


def exit_status(checks: Sequence["Check"], proofs: Sequence["Proof"]) -> int:
    """2 where something failed, 1 where something is slow or warned of, else 0."""
    if any(c.state == "failed" for c in checks) or not all(p.holds for p in proofs):
        return 2
    slow = any(p.pace < SLOW for p in proofs)
    return 1 if slow or any(c.state == "warning" for c in checks) else 0


def _show_checks(checks: Sequence["Check"]) -> None:
    for check in checks:
        typer.echo(f"{check.state:8} {check.name:26} {check.found}  (expected: {check.expected})")
        if check.remedy:
            typer.echo(f"{'':8} -> {check.remedy}")


def _show_proofs(proofs: Sequence["Proof"]) -> None:
    if proofs:
        typer.echo("on the shipped recording, synthetic speech: says that it works, not how well on people")
    for proof in proofs:
        state = "ok" if proof.holds else "failed"
        pace = f"{proof.pace:.1f} times real time on {proof.device}, loaded in {proof.load_seconds:.1f} s"
        typer.echo(f"{state:8} {proof.part:26} {proof.found}{f'; {pace}; {proof.weights}' if proof.weights else ''}")
        if proof.remedy:
            typer.echo(f"{'':8} -> {proof.remedy}")
