"""`run` and `demo`: recordings in, a published warehouse out."""

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.settings import (
    ConfigOption,
    DataOption,
    DeviceOption,
    JsonOption,
    SyntheticOption,
    data_folder,
    print_json,
    read_config,
    with_device,
)
from pipeline.errors import SetupError

if TYPE_CHECKING:
    from flows.analyze_folder import FolderReport
    from pipeline.config import Config

DEMO_FOLDER = Path("fixtures/audio")
DEMO_DATA = Path("out/demo")


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    app.command("run")(run)
    app.command("demo")(demo)


def run(
    folder: Annotated[Path, typer.Argument(help="Folder of recordings, any format and subfolders.")],
    manifest: Annotated[
        Path | None, typer.Option("--manifest", help="List of calls, CSV or JSON Lines; see docs/manifest.md.")
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    device: DeviceOption = None,
    no_triage: Annotated[
        bool, typer.Option("--no-triage", help="Skip no call: models hear silence, tones and music too.")
    ] = False,
    allow_synthetic_weights: SyntheticOption = False,
    as_json: JsonOption = False,
) -> None:
    """Analyse what is new or changed in a folder, load it and publish it.

    Example: palabra run grabaciones/ --manifest llamadas.csv
    """
    settings = with_device(read_config(config, data), device)
    if no_triage:
        settings = replace(settings, triage=replace(settings.triage, enabled=False))
    report = analyse(folder, manifest, settings, allow_synthetic=allow_synthetic_weights, as_json=as_json)
    raise typer.Exit(1 if report.failed else 0)


def demo(
    folder: Annotated[Path, typer.Option(help="The demo's recordings.")] = DEMO_FOLDER,
    data: Annotated[Path, typer.Option(help="Where its results go.")] = DEMO_DATA,
    as_json: JsonOption = False,
) -> None:
    """Analyse the synthetic calls that come with the source, and write a report to look at.

    Example: palabra demo
    """
    manifest = folder / "manifest.csv"
    if not manifest.is_file():
        raise SetupError(f"{manifest} expected, not found; run the demo from the source folder, or give --folder")
    settings = read_config(None, data)
    report = analyse(folder, manifest, settings, allow_synthetic=True, as_json=as_json)
    wrong = _demo_differences(manifest, data)
    if not as_json:
        _show_demo(data)
    for line in wrong:
        typer.echo(f"palabra: {line}", err=True)
    typer.echo("synthetic speech: word errors here say nothing about real calls", err=True)
    raise typer.Exit(1 if wrong or (report.analysed + report.unchanged == 0) else 0)


def analyse(
    folder: Path, manifest: Path | None, settings: "Config", *, allow_synthetic: bool, as_json: bool = False
) -> "FolderReport":
    from flows.quiet import settle
    from models.quiet import silence_libraries

    root = data_folder(settings)
    settle(root)
    silence_libraries()

    from cli.progress import AudioBar
    from flows.analyze_folder import plan_folder, run_plan
    from flows.progress import watched

    began = time.monotonic()
    plan = plan_folder(folder, manifest, settings, root, allow_synthetic=allow_synthetic)
    for note in plan.notes:
        typer.echo(f"note: {note}", err=True)
    for failure in plan.failures:
        typer.echo(f"set aside: {failure.call_id}: {failure.message}", err=True)
    if plan.n_due == 0 and not plan.failures:
        typer.echo(
            f"nothing to do: {plan.unchanged} calls are analysed and unchanged, {plan.still_failed} still set aside",
            err=True,
        )
    with AudioBar(plan.seconds) as bar, watched(bar.advance):
        report = run_plan(plan, root)
    wall = time.monotonic() - began
    if as_json:
        print_json({"report": report, "wall_seconds": round(wall, 1)})
    elif report.analysed:
        pace = f", {report.seconds / wall:.1f} times real time" if wall else ""
        typer.echo(
            f"{report.analysed} calls analysed, {report.failed} set aside, {report.unchanged} unchanged; "
            f"{report.seconds / 60:.1f} min of audio in {wall:.0f} s{pace}",
            err=True,
        )
    if report.triage.skipped and not as_json:
        typer.echo(
            f"{len(report.triage.skipped)} calls skipped by triage ({report.triage.seconds / 60:.1f} min), "
            f"{len(report.triage.sampled)} analysed to see whether that is right; `palabra report skipped` lists them",
            err=True,
        )
    return report


def _demo_differences(manifest: Path, data: Path) -> list[str]:
    """What was set aside and should not have been, and the other way round; empty when the demo held."""
    import csv

    from sql.staging import staged_calls

    with manifest.open(encoding="utf-8", newline="") as stream:
        expected = {row["call_id"]: row["expect_failure"] for row in csv.DictReader(stream) if row["expect_failure"]}
    found = {call_id: call.failed.reason for call_id, call in staged_calls(data).items() if call.failed is not None}
    return [
        f"{call_id}: set aside as {expected.get(call_id, 'nothing')} expected, {found.get(call_id, 'nothing')} found"
        for call_id in sorted(expected.keys() | found.keys())
        if expected.get(call_id) != found.get(call_id)
    ]


def _show_demo(data: Path) -> None:
    from cli.reading import show_report, write_html

    page = data / "report.html"
    write_html(data, page)
    for kind in ("agents", "promises"):
        show_report(data, kind)
    typer.echo(f"report: {page}", err=True)
