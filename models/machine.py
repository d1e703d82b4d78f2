"""What of this machine decides whether models run on it: versions, device, libraries, memory, disk, rights.

Each check is found, expected and remedy. Nothing here loads a model or opens a connection.
"""

import ctypes
import importlib.util
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final, Literal

from models.quiet import NEVER_REPORT
from models.registry import Kind, LocalWeights, describe, find_weights, hub_folder
from pipeline.config import Config
from pipeline.errors import ModelError

State = Literal["ok", "warning", "failed"]

STACK: Final = (
    *("av", "ctranslate2", "duckdb", "fastapi", "faster-whisper", "numpy", "onnxruntime", "prefect", "pyannote.audio"),
    *("pyarrow", "torch", "torchaudio", "transformers"),
)
"""Libraries whose versions decide whether the rest works; what is asked of them is in the distribution's metadata."""

CODECS: Final = ("mp3", "aac", "opus", "flac", "pcm_mulaw", "pcm_alaw", "gsm", "gsm_ms", "amrnb", "adpcm_ms", "wmav2")
"""Codecs that recorders write."""

WEIGHTS_IN_MEMORY: Final = 1.3
"""Memory that weights take while they are loaded and converted, as a multiple of their files."""

BESIDE_WEIGHTS: Final = 300_000_000
"""Bytes for the windows and what the library itself needs."""

LIBRARIES_IN_MEMORY: Final = 1_500_000_000
"""Bytes of the imported libraries: pyannote alone brings 1 GB."""

LEAST_DISK: Final = 200_000_000
ENOUGH_DISK: Final = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """One look at the machine. `remedy` is empty where nothing must be done."""

    name: str
    state: State
    found: str
    expected: str
    remedy: str = ""


def check_machine(config: Config, data: Path) -> tuple[Check, ...]:
    """All checks, in an order that names causes before what follows from them.

    Args:
        config: Whose weights and devices are looked at.
        data: The data folder.
    """
    checks = [check_python(), *check_stack(), check_codecs(), *check_devices(config)]
    checks += [check_memory(config), check_disk("data folder", data), check_disk("models folder", hub_folder())]
    checks += [check_rights("data folder", data), check_rights("models folder", hub_folder())]
    checks += [check_telemetry(os.environ), *check_weights(config)]
    return tuple(checks)


def check_python() -> Check:
    """3.11 is tested; others have wheels and are not."""
    found = platform.python_version()
    tested = sys.version_info[:2] == (3, 11)
    remedy = "" if tested else "nothing, if the proof below holds; else make setup PYTHON=python3.11"
    return Check("python", "ok" if tested else "warning", found, "3.11", remedy)


def check_stack(requires: Callable[[str], list[str] | None] = metadata.requires) -> Iterator[Check]:
    """Versions of the stack against what the installed distribution asks for."""
    from packaging.requirements import Requirement

    try:
        asked = {(r := Requirement(line)).name: r for line in requires("palabra") or () if "extra ==" not in line}
    except metadata.PackageNotFoundError:
        asked = {}
    for name in STACK:
        wanted = str(asked[name].specifier) if name in asked else "any"
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield Check(name, "failed", "not installed", wanted, "run `make setup`")
            continue
        fits = name not in asked or asked[name].specifier.contains(found.split("+")[0], prereleases=True)
        yield Check(name, "ok" if fits else "failed", found, wanted, "" if fits else "run `make setup`")


def check_codecs() -> Check:
    """PyAV brings its own FFmpeg; none of the system's is asked for."""
    import av.codec

    missing = [name for name in CODECS if name not in av.codec.codecs_available]
    if missing:
        remedy = "run `make setup`: the wheel of PyAV has them, a build against the system's FFmpeg may not"
        return Check("codecs", "failed", f"none for {', '.join(missing)}", "those of PyAV's wheel", remedy)
    return Check(
        "codecs", "ok", f"PyAV's own, {len(CODECS)} of {len(CODECS)}; no FFmpeg needed", "those of PyAV's wheel"
    )


# ------------------------------------------------------------------------------------------------ devices


def check_devices(config: Config, n_gpus: Callable[[], int] | None = None) -> Iterator[Check]:
    """Where recognition and diarization run, and whether a GPU's libraries are there."""
    count = (n_gpus or _count_gpus)()
    wants = "cuda" in (config.transcribe.device, config.diarize.device)
    if not count:
        remedy = (
            'install the driver and see that `nvidia-smi` lists the GPU, or choose profile = "cpu"' if wants else ""
        )
        yield Check("gpu", "failed" if wants else "ok", "none", "one" if wants else "none needed", remedy)
        return
    yield Check("gpu", "ok", str(count), "one" if wants else "none needed")
    if config.transcribe.device == "cpu":
        return
    try:
        require_cublas()
    except ModelError as error:
        yield Check("libcublas.so.12", "failed", "not found", "of CUDA 12", str(error))
        return
    yield Check("libcublas.so.12", "ok", "found", "of CUDA 12")


def _count_gpus() -> int:
    import ctranslate2

    return int(ctranslate2.get_cuda_device_count())


def device_of(configured: str) -> str:
    """Where a model with this setting runs: "auto" takes a GPU where there is one."""
    return ("cuda" if _count_gpus() else "cpu") if configured == "auto" else configured


def require_cublas(folders: Sequence[Path] | None = None, load: Callable[[str], object] = ctypes.CDLL) -> None:
    """Loads CUDA 12's libcublas, from NVIDIA's wheel or the system, before CTranslate2 asks for it in mid-work.

    CTranslate2 asks the loader only at its first product, after the weights are on the GPU. torch brings CUDA 13's,
    which does not serve; both live beside each other in one process.

    Args:
        folders: Where NVIDIA's wheels lie; those of this environment unless given.
        load: What loads a library by path or name.

    Raises:
        ModelError: It is nowhere.
    """
    for base in _nvidia_folders() if folders is None else folders:
        library = base / "cublas" / "lib"
        if (library / "libcublas.so.12").is_file():
            load(str(library / "libcublasLt.so.12"))
            load(str(library / "libcublas.so.12"))
            return
    try:
        load("libcublas.so.12")
    except OSError as error:
        raise ModelError(
            "libcublas.so.12 expected for recognition on a GPU, not found; install the GPU extra "
            '(`make setup LOCK=gpu`), or set transcribe.device = "cpu"'
        ) from error


def _nvidia_folders() -> list[Path]:
    spec = importlib.util.find_spec("nvidia")
    return [Path(base) for base in (spec.submodule_search_locations or ())] if spec else []


# ------------------------------------------------------------------------------------------------ memory, disk, rights


def available_memory(meminfo: Path = Path("/proc/meminfo")) -> int | None:
    """Bytes that programs can still get without swapping, as Linux tells; `None` where it does not."""
    try:
        match = re.search(r"^MemAvailable:\s+(\d+) kB", meminfo.read_text("ascii"), re.MULTILINE)
    except OSError:
        return None
    return int(match[1]) * 1024 if match else None


def require_memory(found: LocalWeights, available: int | None) -> None:
    """Refuses weights that do not fit, before the system kills the process for them.

    Args:
        found: Weights that are to be loaded into main memory.
        available: Bytes, from `available_memory`; `None` lets everything pass.

    Raises:
        ModelError: They do not fit.
    """
    needed = WEIGHTS_IN_MEMORY * describe(found).bytes + BESIDE_WEIGHTS
    if available is not None and available < needed:
        raise ModelError(
            f"{found.name}: {needed / 1e9:.1f} GB of memory expected, {available / 1e9:.1f} GB free; close what else "
            "runs here, or choose smaller weights in transcribe.model"
        )


def check_memory(config: Config, available: int | None = None) -> Check:
    """Whether all weights of the configuration and the libraries fit into memory."""
    free = available_memory() if available is None else available
    sizes = [describe(w).bytes for name, kind in named_weights(config) if (w := _found(name, kind)) is not None]
    needed = LIBRARIES_IN_MEMORY + WEIGHTS_IN_MEMORY * sum(sizes)
    expected = f"{needed / 1e9:.1f} GB"
    if free is None:
        return Check("memory", "warning", "unknown", expected, "this system does not tell; see that it suffices")
    remedy = "" if free >= needed else "close what else runs here, or choose smaller weights"
    return Check("memory", "ok" if free >= needed else "failed", f"{free / 1e9:.1f} GB free", expected, remedy)


def check_disk(name: str, folder: Path) -> Check:
    """Room where results or weights go."""
    free = shutil.disk_usage(_existing(folder)).free
    state: State = "failed" if free < LEAST_DISK else "warning" if free < ENOUGH_DISK else "ok"
    remedy = "" if state == "ok" else "make room: the warehouse is written beside its old copy"
    return Check(f"disk of the {name}", state, f"{free / 1e9:.1f} GB free", f"{ENOUGH_DISK / 1e9:.0f} GB", remedy)


def check_rights(name: str, folder: Path) -> Check:
    """Whether a file can be made there, or the folder itself."""
    try:
        with tempfile.TemporaryFile(dir=_existing(folder)):
            pass
    except OSError as error:
        remedy = "give the user of this program the right to write, or name another folder"
        return Check(f"rights on the {name}", "failed", error.strerror or "no", "may write", remedy)
    return Check(f"rights on the {name}", "ok", "may write", "may write")


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    absolute = folder.expanduser().absolute()
    return next(p for p in (absolute, *absolute.parents) if p.is_dir())


# ------------------------------------------------------------------------------------------------ quiet, weights

QUIET: Final = {**NEVER_REPORT, "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}


def check_telemetry(environment: Mapping[str, str]) -> Check:
    """The switches that this program sets for its libraries, as they are in its process."""
    loud = sorted(name for name, value in QUIET.items() if environment.get(name) != value)
    if loud:
        remedy = f"unset or set {', '.join(f'{name}={QUIET[name]}' for name in loud)} in the environment"
        return Check("telemetry", "failed", f"{', '.join(loud)} otherwise", "off", remedy)
    return Check("telemetry", "ok", "off", "off")


def named_weights(config: Config) -> tuple[tuple[str, Kind], ...]:
    """Weights that a configuration names, each once, with what they are for."""
    named: tuple[tuple[str, Kind], ...] = (
        (config.transcribe.model, "recogniser"),
        (config.diarize.model, "diarizer"),
        (config.classify.model, "classifier"),
        (config.tone.model, "classifier"),
    )
    return tuple(dict.fromkeys(named))


def check_weights(config: Config) -> Iterator[Check]:
    """Whether the weights of the configuration are here and whole."""
    for name, kind in named_weights(config):
        try:
            found = find_weights(name, kind=kind)
        except ModelError as error:
            yield Check(kind, "failed", name, "whole and here", str(error))
            continue
        shown = f"{found.weights.title}, {found.origin}, {describe(found).bytes / 1e6:.1f} MB"
        yield Check(kind, "ok", shown, "whole and here")


def _found(name: str, kind: Kind) -> LocalWeights | None:
    try:
        return find_weights(name, kind=kind)
    except ModelError:
        return None
