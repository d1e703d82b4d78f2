"""`models`: which weights the profiles name, where they are, whether they are whole; and bringing them from a hub."""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from cli.settings import ConfigOption, JsonOption, print_json, read_config
from pipeline.errors import ModelError, SetupError

if TYPE_CHECKING:
    from models.registry import Kind
    from pipeline.config import Config

models_app = typer.Typer(help="Weights on this machine, and from a hub to it.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Registers the command group."""
    app.add_typer(models_app, name="models")


@dataclass(frozen=True, slots=True)
class WeightsLine:
    """One set of weights: the profiles that name it, where it was found, and its state, "whole" or what is wrong."""

    name: str
    profiles: str
    origin: str
    megabytes: float
    trained_on: str
    licence: str
    revision: str
    digest: str
    state: str


@models_app.command("list")
def list_weights(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Weights that the profiles and the configuration name: where, how large, under which licence, whether whole.

    Example: palabra models list
    """
    _print(_lines(read_config(config, None)), as_json=as_json)


@models_app.command("verify")
def verify(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Compare every file on this machine with its SHA-256; exit status 2 when one differs or is missing.

    Weights that a profile names and that were never brought here do not count, unless the configuration uses them.

    Example: palabra models verify
    """
    settings = read_config(config, None)
    lines = _lines(settings)
    used = {name for name, _ in _named(settings)}
    _print(lines, as_json=as_json)
    wrong = [line for line in lines if line.state != "whole" and (line.origin or line.name in used)]
    raise typer.Exit(2 if wrong else 0)


@models_app.command("fetch")
def fetch_weights(
    name: Annotated[str | None, typer.Argument(help="Hub name; without it, all that the profile needs.")] = None,
    kind: Annotated[str | None, typer.Option(help="recogniser, diarizer or classifier; known for a profile's.")] = None,
    revision: Annotated[str, typer.Option(help="Branch, tag or commit; it is pinned to its commit.")] = "main",
    profile: Annotated[str, typer.Option(help="Whose weights to fetch where no name is given.")] = "cpu",
    as_json: JsonOption = False,
) -> None:
    """Bring weights from the hub, so that this machine can work offline; the only command that goes online.

    A token for weights with conditions is read from HF_TOKEN. They land in PALABRA_MODELS, else below the user's
    cache; copy that folder to machines without a network.

    Example: palabra models fetch --profile cpu
    """
    from models.hub import fetch
    from models.quiet import silence_libraries

    silence_libraries()
    wanted = _wanted(name, kind, profile)
    fetched = []
    for one, its_kind in wanted:
        typer.echo(f"fetching {one}", err=True)
        got = fetch(one, its_kind, revision)
        what = "was there already" if got.was_there else f"{got.bytes / 1e6:.0f} MB"
        typer.echo(f"{got.name}: commit {got.revision[:12]}, {what}, licence {got.licence or 'unknown'}", err=True)
        fetched.append(got)
    if as_json:
        print_json(fetched)


def _wanted(name: str | None, kind: str | None, profile: str) -> list[tuple[str, "Kind"]]:
    from models.registry import Kind, shipped_names
    from pipeline.config import PROFILES

    known = {named: its for settings in PROFILES.values() for named, its in _named(settings)}
    if name is not None:
        chosen = kind or known.get(name)
        for candidate in get_args(Kind):
            if chosen == candidate:
                return [(name, candidate)]
        raise SetupError(f"--kind {kind or 'none'} found; one of {', '.join(get_args(Kind))} expected for {name}")
    for candidate, settings in PROFILES.items():
        if candidate == profile:
            return [(named, its) for named, its in _named(settings) if named not in shipped_names()]
    raise SetupError(f"--profile {profile!r} found; one of {', '.join(PROFILES)} expected")


def _named(config: "Config") -> list[tuple[str, "Kind"]]:
    """Weights that a configuration names, each once."""
    named: list[tuple[str, Kind]] = [
        (config.transcribe.model, "recogniser"),
        (config.diarize.model, "diarizer"),
        (config.classify.model, "classifier"),
        (config.tone.model, "classifier"),
    ]
    return list(dict.fromkeys(named))


def _lines(config: "Config") -> list[WeightsLine]:
    from models.registry import fetched_names, shipped_names
    from pipeline.config import PROFILES

    profiles: dict[str, list[str]] = defaultdict(list)
    kinds: dict[str, Kind | None] = dict.fromkeys((*shipped_names(), *fetched_names()))
    for label, settings in (*PROFILES.items(), ("palabra.toml", config)):
        for name, kind in _named(settings):
            kinds[name] = kind
            if label not in profiles[name] and not (label == "palabra.toml" and profiles[name]):
                profiles[name].append(label)
    return [_line(name, kind, ", ".join(profiles[name])) for name, kind in kinds.items()]


def _line(name: str, kind: "Kind | None", profiles: str) -> WeightsLine:
    from models.registry import describe, find_weights, is_here

    if not is_here(name):
        state = "not on this machine; bring it with `palabra models fetch`"
        return WeightsLine(name, profiles, "", 0.0, "", "", "", "", state)
    try:
        found = find_weights(name, kind=kind)
    except ModelError as error:
        return WeightsLine(name, profiles, "here", 0.0, "", "", "", "", str(error))
    told = describe(found)
    # Of weights that no profile names nothing more is known than what their card says.
    heard = {None: "", "classifier": "text"}.get(kind, "real speech")
    trained_on = "synthetic speech only" if found.synthetic_only else heard
    return WeightsLine(
        found.name,
        profiles,
        found.origin,
        round(told.bytes / 1e6, 1),
        trained_on,
        told.licence or "",
        told.revision or "",
        found.digest,
        "whole" if told.has_card else "no SHA-256 listed",
    )


def _print(lines: list[WeightsLine], *, as_json: bool) -> None:
    if as_json:
        print_json(lines)
        return
    for line in lines:
        size = f"{line.megabytes:.1f} MB" if line.origin else ""
        typer.echo(
            f"{line.name:44} {line.profiles:16} {line.origin:8} {size:>11}  {line.trained_on:22} {line.licence:11} "
            f"{line.digest[:12]:13} {line.state}".rstrip()
        )
