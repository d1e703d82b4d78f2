"""Names of weights -> folders with checked files: shipped, a folder of the user's, or the hub's local cache.

Shipped weights carry `weights.json`: what they are, what they were trained on, and the SHA-256 of each file. Weights
trained on synthetic speech only are refused for real calls unless forced (`forbid_synthetic`).
"""

import hashlib
import json
import os
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

from pipeline.errors import ModelError
from pipeline.ports import Weights

CARD = "weights.json"
BLOCK = 1 << 20


Kind = Literal["recogniser", "diarizer", "classifier"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Files that weights of a kind must have; of each inner tuple one is enough."""

    files: tuple[tuple[str, ...], ...]
    remedy: str


LAYOUTS: dict[Kind, Layout] = {
    "recogniser": Layout(
        (("config.json",), ("model.bin",), ("tokenizer.json",), ("vocabulary.json", "vocabulary.txt")),
        "a Whisper model converted for CTranslate2, such as Systran/faster-whisper-small",
    ),
    "diarizer": Layout(
        (
            ("config.yaml",),
            ("segmentation/pytorch_model.bin",),
            ("embedding/pytorch_model.bin",),
            ("plda/plda.npz",),
            ("plda/xvec_transform.npz",),
        ),
        "the layout of pyannote/speaker-diarization-community-1",
    ),
    "classifier": Layout(
        (("linear.npz", "config.json"),), "a folder written by `palabra train`, or a transformers encoder"
    ),
}


def missing_files(kind: Kind, there: Collection[str]) -> tuple[str, ...]:
    """Files of the kind's layout that are not among those that are there."""
    return tuple(any_of[0] for any_of in LAYOUTS[kind].files if not any(file in there for file in any_of))


def hub_folder() -> Path:
    """Where `palabra models fetch` puts weights: the environment's PALABRA_MODELS, else below the user's cache."""
    named = os.environ.get("PALABRA_MODELS")
    if named:
        return Path(named).expanduser()
    cache_home = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache_home) if cache_home else Path.home() / ".cache") / "palabra" / "models"


@dataclass(frozen=True, slots=True)
class LocalWeights:
    """A folder of weights that exists on this machine. `origin` is how it was found."""

    name: str
    folder: Path
    origin: str
    synthetic_only: bool
    digest: str

    @property
    def weights(self) -> Weights:
        return Weights(self.name, self.digest, self.synthetic_only)


def shipped_folder() -> Path:
    """Where the weights lie that come with the package."""
    return Path(str(resources.files("models"))) / "weights"


def shipped_names() -> tuple[str, ...]:
    """Names of the shipped weights, sorted."""
    return tuple(sorted(p.parent.name for p in shipped_folder().glob(f"*/{CARD}")))


def find_weights(name: str, hub_cache: Path | None = None, kind: Kind | None = None) -> LocalWeights:
    """Weights by shipped name, by folder, or by hub name where an earlier `models fetch` brought them.

    Args:
        name: As the configuration names them.
        hub_cache: Folder of fetched weights; `hub_folder()` unless given.
        kind: What they are for: their files must then be those of the kind.

    Raises:
        ModelError: Nothing of that name is on this machine, files differ from what `weights.json` says, or a file of
            the kind's layout is missing.
    """
    found = _find(name, hub_cache)
    if kind is not None:
        there = {str(p.relative_to(found.folder)) for p in found.folder.rglob("*") if p.is_file()}
        if missing := missing_files(kind, there):
            raise ModelError(
                f"{found.name}: {', '.join(missing)} expected of a {kind}, not found in the folder; give a folder with "
                f"{LAYOUTS[kind].remedy}, or bring it with `palabra models fetch`"
            )
    return found


def _find(name: str, hub_cache: Path | None) -> LocalWeights:
    shipped = shipped_folder() / name
    # An absolute path joined to a folder is that path: it is the user's, and its name must not reach the results.
    if not Path(name).is_absolute() and (shipped / CARD).is_file():
        return _checked(name, shipped, "shipped")
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _checked(folder.name, folder, "folder")
    if (fetched := (hub_cache or hub_folder()) / name.replace("/", "--")).is_dir():
        return _checked(name, fetched, "hub")
    raise ModelError(
        f"no weights named {name!r} on this machine; shipped are {', '.join(shipped_names()) or 'none'}; "
        "give a folder, or bring them with `palabra models fetch`"
    )


def write_card(folder: Path, *, synthetic_only: bool, kind: str, files: tuple[str, ...]) -> None:
    """`weights.json` of a folder, with the SHA-256 of the named files: what a recipe calls when it is done."""
    card = {"kind": kind, "synthetic_only": synthetic_only, "files": {f: file_digest(folder / f) for f in files}}
    (folder / CARD).write_text(json.dumps(card, indent=2, sort_keys=True) + "\n", "utf-8")


def forbid_synthetic(weights: Weights, *, forced: bool) -> None:
    """Refuses weights trained on synthetic speech.

    Raises:
        ModelError: They are, and the user has not forced them.
    """
    if weights.synthetic_only and not forced:
        raise ModelError(
            f"{weights.name} was trained on synthetic speech only and is not meant for real calls; choose the profile "
            "gpu or cpu with real weights, or say --allow-synthetic-weights to hear what it makes of them"
        )


@cache
def _checked(name: str, folder: Path, origin: str) -> LocalWeights:
    card_path = folder / CARD
    if not card_path.is_file():
        files = sorted(p for p in folder.rglob("*") if p.is_file())
        return LocalWeights(name, folder, origin, False, _joint_digest({p.name: file_digest(p) for p in files}))
    card = json.loads(card_path.read_text("utf-8"))
    for file, expected in card["files"].items():
        path = folder / file
        if not path.is_file():
            raise ModelError(f"{name}: file {file} expected, not found; install the package or fetch the model again")
        if (found := file_digest(path)) != expected:
            raise ModelError(
                f"{name}: {file} has SHA-256 {found[:12]}…, {expected[:12]}… expected; it is damaged or was changed; "
                "install the package or fetch the model again"
            )
    return LocalWeights(name, folder, origin, bool(card["synthetic_only"]), _joint_digest(card["files"]))


def forget_checked() -> None:
    """Files are compared with their SHA-256 once a process; after this, again."""
    _checked.cache_clear()


def _joint_digest(files: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


# ------------------------------------------------------------------------------------------------ what is here


@dataclass(frozen=True, slots=True)
class Description:
    """What a folder of weights says of itself: size, licence and pinned commit where its card knows them."""

    bytes: int
    licence: str | None
    revision: str | None
    has_card: bool


def is_here(name: str) -> bool:
    """Whether anything of that name is on this machine, whole or not."""
    places = (shipped_folder() / name, Path(name).expanduser(), hub_folder() / name.replace("/", "--"))
    return any(place.is_dir() for place in places)


def fetched_names() -> tuple[str, ...]:
    """Hub names of the weights that `palabra models fetch` brought, sorted."""
    return tuple(sorted(p.parent.name.replace("--", "/", 1) for p in hub_folder().glob(f"[!.]*/{CARD}")))


def describe(found: LocalWeights) -> Description:
    """Size, licence and commit of weights that were found."""
    size = sum(p.stat().st_size for p in found.folder.rglob("*") if p.is_file())
    card_path = found.folder / CARD
    card = json.loads(card_path.read_text("utf-8")) if card_path.is_file() else {}
    licence = card.get("licence") or (SHIPPED_LICENCE if found.origin == "shipped" else None)
    return Description(size, licence, card.get("revision"), card_path.is_file())


SHIPPED_LICENCE = "apache-2.0"
"""Of the weights made by this project's own recipes, as of the project."""
