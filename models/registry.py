"""Names of weights -> folders with checked files: shipped, a folder of the user's, or the hub's local cache.

Shipped weights carry `weights.json`: what they are, what they were trained on, and the SHA-256 of each file. Weights
trained on synthetic speech only are refused for real calls unless forced (`forbid_synthetic`).
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from pipeline.errors import ModelError
from pipeline.ports import Weights

CARD = "weights.json"
BLOCK = 1 << 20


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


def find_weights(name: str, hub_cache: Path | None = None) -> LocalWeights:
    """Weights by shipped name, by folder, or by hub name where an earlier `models fetch` brought them.

    Raises:
        ModelError: Nothing of that name is on this machine, or files differ from what `weights.json` says.
    """
    shipped = shipped_folder() / name
    # An absolute path joined to a folder is that path: it is the user's, and its name must not reach the results.
    if not Path(name).is_absolute() and (shipped / CARD).is_file():
        return _checked(name, shipped, "shipped")
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _checked(folder.name, folder, "folder")
    if hub_cache is not None and (fetched := hub_cache / name.replace("/", "--")).is_dir():
        return _checked(name, fetched, "hub")
    raise ModelError(
        f"no weights named {name!r} on this machine; shipped are {', '.join(shipped_names()) or 'none'}; "
        "give a folder, or bring them with `palabra models fetch`"
    )


def write_card(folder: Path, *, synthetic_only: bool, kind: str, files: tuple[str, ...]) -> None:
    """`weights.json` of a folder, with the SHA-256 of the named files: what a recipe calls when it is done."""
    card = {"kind": kind, "synthetic_only": synthetic_only, "files": {f: _file_digest(folder / f) for f in files}}
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
        return LocalWeights(name, folder, origin, False, _joint_digest({p.name: _file_digest(p) for p in files}))
    card = json.loads(card_path.read_text("utf-8"))
    for file, expected in card["files"].items():
        path = folder / file
        if not path.is_file():
            raise ModelError(f"{name}: file {file} expected, not found; install the package or fetch the model again")
        if (found := _file_digest(path)) != expected:
            raise ModelError(
                f"{name}: {file} has SHA-256 {found[:12]}…, {expected[:12]}… expected; it is damaged or was changed; "
                "install the package or fetch the model again"
            )
    return LocalWeights(name, folder, origin, bool(card["synthetic_only"]), _joint_digest(card["files"]))


def _joint_digest(files: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()


def _file_digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
