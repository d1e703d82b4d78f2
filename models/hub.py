"""Weights from a hub onto this machine, once and by name: the only code here that opens a connection.

`palabra models fetch` prepares a machine that is offline afterwards. A revision is pinned to its commit before anything
is downloaded; the files land in a folder beside their place, are compared with the SHA-256 that the hub gives for large
files, get a `weights.json` with the SHA-256 of each, and are renamed into place. The token comes from the environment
(`HF_TOKEN`) alone: never from an option, which other users of the machine could read in its list of processes.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.registry import (
    CARD,
    LAYOUTS,
    Kind,
    LocalWeights,
    file_digest,
    find_weights,
    forget_checked,
    hub_folder,
    missing_files,
)
from pipeline.errors import ModelError

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import ModelInfo

SPARE_DISK = 1.05
"""Free disk that must be there, as a multiple of what is fetched."""

PATTERNS: dict[Kind, tuple[str, ...]] = {
    "recogniser": ("config.json", "model.bin", "tokenizer.json", "preprocessor_config.json", "vocabulary.*", "*.md"),
    "diarizer": ("config.yaml", "segmentation/*", "embedding/*", "plda/*", "*.md"),
    "classifier": ("*.json", "*.safetensors", "*.npz", "*.txt", "*.md"),
}
"""Files of each kind that are read; weights of other frameworks stay where they are."""

DEFAULT_REVISION = "main"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was brought: where it lies, the commit it was pinned to, and how much was downloaded."""

    name: str
    revision: str
    folder: str
    bytes: int
    licence: str | None
    digest: str
    was_there: bool


def fetch(name: str, kind: Kind, revision: str = DEFAULT_REVISION, root: Path | None = None) -> Fetched:
    """Brings weights by their hub name into `root`, or finds the same commit there already.

    Args:
        name: As `owner/name`.
        kind: What they are for; decides which files are expected.
        revision: A branch, a tag or a commit; what it means today is recorded as a commit.
        root: Folder of fetched weights; `models.registry.hub_folder()` unless given.

    Raises:
        ModelError: The hub cannot be reached, has no such weights or revision, or wants a token; a file is missing or
            differs from what the hub says; there is too little room.
    """
    if name.count("/") != 1 or name.startswith(("/", ".", "~")):
        raise ModelError(
            f"{name!r} found, a hub name such as Systran/faster-whisper-small expected; a folder is used as it is"
        )
    place = (root or hub_folder()) / name.replace("/", "--")
    with _online(), _explained(name, revision):
        from huggingface_hub import HfApi, constants

        api = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or constants._HF_DEFAULT_ENDPOINT, token=_token())  # noqa: SLF001
        info = api.model_info(name, revision=revision, files_metadata=True)
        there = _recorded(place)
        if there.get("revision") == info.sha and info.sha is not None:
            kept = find_weights(name, root, kind)
            return _fetched(kept, there, n_bytes=0, was_there=True)
        wanted = _wanted(info, kind)
        _check_layout(name, kind, wanted)
        _check_room(name, place, sum(wanted.values()))
        return _download(api, info, name, kind, place, wanted)


def _download(
    api: "HfApi", info: "ModelInfo", name: str, kind: Kind, place: Path, wanted: Mapping[str, int]
) -> Fetched:
    draft = place.with_name(f".{place.name}.part")
    draft.mkdir(parents=True, exist_ok=True)
    # An interrupted download goes on where it stopped: the draft stays until it is whole.
    api.snapshot_download(name, revision=info.sha, local_dir=draft, allow_patterns=list(wanted), max_workers=4)
    shutil.rmtree(draft / ".cache", ignore_errors=True)
    digests = {file: file_digest(draft / file) for file in sorted(wanted)}
    _compare(info, digests)
    card = {
        "kind": kind,
        "synthetic_only": False,
        "source": name,
        "revision": info.sha,
        "licence": _licence(info),
        "files": digests,
    }
    (draft / CARD).write_text(json.dumps(card, indent=2, sort_keys=True) + "\n", "utf-8")
    if place.exists():
        shutil.rmtree(place)
    draft.rename(place)
    forget_checked()
    found = find_weights(name, place.parent, kind)
    return _fetched(found, card, n_bytes=sum(wanted.values()), was_there=False)


def _fetched(found: LocalWeights, card: Mapping[str, Any], *, n_bytes: int, was_there: bool) -> Fetched:
    return Fetched(
        found.name, card["revision"], str(found.folder), n_bytes, card.get("licence"), found.digest, was_there
    )


def _recorded(place: Path) -> dict[str, Any]:
    try:
        card: dict[str, Any] = json.loads((place / CARD).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return card


def _wanted(info: "ModelInfo", kind: Kind) -> dict[str, int]:
    """Files to bring with their sizes in bytes."""
    from fnmatch import fnmatch

    files = {s.rfilename: s.size or 0 for s in info.siblings or ()}
    return {file: size for file, size in files.items() if any(fnmatch(file, pattern) for pattern in PATTERNS[kind])}


def _check_layout(name: str, kind: Kind, wanted: Mapping[str, int]) -> None:
    missing = missing_files(kind, set(wanted))
    if missing:
        raise ModelError(
            f"{name}: {', '.join(missing)} expected of a {kind}, not found on the hub; choose weights that were "
            f"converted for it ({LAYOUTS[kind].remedy})"
        )


def _check_room(name: str, place: Path, n_bytes: int) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(place.parent).free
    if free < SPARE_DISK * n_bytes:
        raise ModelError(
            f"{name}: {n_bytes / 1e9:.1f} GB of disk expected, {free / 1e9:.1f} GB free; make room, or name a folder "
            "on another disk in PALABRA_MODELS"
        )


def _compare(info: "ModelInfo", digests: Mapping[str, str]) -> None:
    for sibling in info.siblings or ():
        expected = sibling.lfs.sha256 if sibling.lfs else None
        found = digests.get(sibling.rfilename)
        if expected and found and expected != found:
            raise ModelError(
                f"{info.id}: {sibling.rfilename} has SHA-256 {found[:12]}…, the hub says {expected[:12]}…; "
                "the download was damaged or changed on its way, fetch it again"
            )


def _licence(info: "ModelInfo") -> str | None:
    licence = getattr(info.card_data, "license", None)
    return licence if isinstance(licence, str) else None


def _token() -> str | bool:
    """The token of the environment; `False` keeps the library from looking for one in the user's home."""
    return os.environ.get("HF_TOKEN") or False


@contextmanager
def _online() -> Iterator[None]:
    """Lets the hub's library connect while the block runs; everything else in this program keeps it offline.

    The library reads its switch once, at import, into a constant, which is what must change.
    """
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = False
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


@contextmanager
def _explained(name: str, revision: str) -> Iterator[None]:
    """One message with its remedy for what the hub's library raises; its own texts quote addresses and headers."""
    from huggingface_hub import errors
    from huggingface_hub.errors import HfHubHTTPError

    try:
        yield
    except ModelError:
        raise
    except errors.GatedRepoError as error:
        found = "a token without access" if os.environ.get("HF_TOKEN") else "no token"
        raise ModelError(
            f"{name}: {found} found in HF_TOKEN, that of an account that has accepted the conditions of these weights "
            "expected; accept them on the hub's page of the weights and set HF_TOKEN"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise ModelError(f"{name}: revision {revision!r} not found on the hub; give a branch, tag or commit") from error
    except errors.RepositoryNotFoundError as error:
        also = "" if os.environ.get("HF_TOKEN") else ", or set HF_TOKEN if they are private"
        raise ModelError(f"{name}: no such weights found on the hub; check owner and name{also}") from error
    except HfHubHTTPError as error:
        status = error.response.status_code
        raise ModelError(f"{name}: the hub answered with status {status}; try again later") from error
    except OSError as error:
        raise ModelError(
            f"{name}: cannot be written ({error.strerror or type(error).__name__}); check disk and rights"
        ) from error
    except Exception as error:  # whatever its HTTP client raises where nobody answers
        if not _is_unreachable(error):
            raise
        raise ModelError(
            f"{name}: the hub cannot be reached ({type(error).__name__}); check network, proxy and HF_ENDPOINT, or "
            "copy a folder fetched on another machine and name it in the configuration"
        ) from error


def _is_unreachable(error: BaseException | None) -> bool:
    names = (
        "ConnectError",
        "Timeout",
        "ProxyError",
        "LocalEntryNotFound",
        "NetworkError",
        "ProtocolError",
        "OfflineMode",
    )
    while error is not None:
        if any(name in type(error).__name__ for name in names):
            return True
        error = error.__cause__
    return False
