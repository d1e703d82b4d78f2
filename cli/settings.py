"""What every command shares: the configuration file, the data folder, `--json`."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.config import Config, parse_config
from pipeline.errors import SetupError

CONFIG_FILE = Path("palabra.toml")

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="TOML file; without it palabra.toml of this folder, if there is one.")
]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", envvar="PALABRA_DATA", help="Data folder: staged results, warehouse, journal."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
DeviceOption = Annotated[
    str | None, typer.Option("--device", help="auto, cpu or cuda; auto takes a GPU where there is one.")
]
SyntheticOption = Annotated[
    bool,
    typer.Option(
        "--allow-synthetic-weights", help="Use weights trained on synthetic speech only, not meant for real calls."
    ),
]


def read_config(path: Path | None, data: Path | None) -> Config:
    """Configuration of a command.

    Raises:
        ConfigError: The file cannot be used.
        SetupError: It was named and does not exist.
    """
    source = path or CONFIG_FILE
    if path is not None and not path.is_file():
        raise SetupError(f"configuration {path.name} expected, not found; check the path given with --config")
    config = parse_config(source.read_text("utf-8"), source.name) if source.is_file() else Config()
    return config if data is None else replace(config, run=replace(config.run, data_dir=str(data)))


def with_device(config: Config, device: str | None) -> Config:
    """The configuration with its models on another device; numbers that a CPU has no use for become int8 there.

    Raises:
        SetupError: There is no such device.
    """
    if device is None:
        return config
    for known in ("auto", "cpu", "cuda"):
        if device == known:
            halves = "float16" in config.transcribe.compute_type
            compute_type = "int8" if known == "cpu" and halves else config.transcribe.compute_type
            return replace(
                config,
                transcribe=replace(config.transcribe, device=known, compute_type=compute_type),
                diarize=replace(config.diarize, device=known),
            )
    raise SetupError(f"--device {device!r} found; auto, cpu or cuda expected")


def data_folder(config: Config) -> Path:
    """The data folder of a configuration, `~` expanded."""
    return Path(os.path.expandvars(config.run.data_dir)).expanduser()


def print_json(value: object) -> None:
    """One JSON document on standard output; money as numbers, days and times in ISO form."""
    typer.echo(json.dumps(_plain(value), ensure_ascii=False, indent=2))


def print_json_lines(values: Iterable[object]) -> None:
    """One JSON document a line."""
    for value in values:
        typer.echo(json.dumps(_plain(value), ensure_ascii=False))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(v) for v in value]
    return value
