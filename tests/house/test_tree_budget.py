"""A clone stays small: every part of the tracked tree has its budget, and weights have a role each."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from tests.house.tree import ROOT, tracked_files

MIB = 1024 * 1024
BUDGET = {
    "recogniser": 10,
    "diarization": 5,
    "text classifiers with tokenizers": 16,
    "fixtures/audio": 6,
    "corpora": 6,
    "vendored browser assets": 2,
    "checkpoint of an unfinished training": 14,
    "all else": 3,
}
WHOLE = 48
RECORDINGS = {".wav", ".opus", ".flac", ".ogg", ".m4a", ".mp3"}
# First match of a folder's name below models/weights/.
WEIGHT_ROLES = (
    (r"recogni[sz]|whisper|transcri|speech", "recogniser"),
    (r"pyannote|diari[sz]|segmentation|embedding|voice|speaker", "diarization"),
    (r"turn|tone|label|classif|tokeni[sz]", "text classifiers with tokenizers"),
)


def part_of(path: Path) -> str:
    name = path.as_posix()
    if name.startswith("models/weights/"):
        folder = path.parts[2]
        for pattern, part in WEIGHT_ROLES:
            if re.search(pattern, folder):
                return part
        raise AssertionError(f"a known role expected, found models/weights/{folder}; name its role in {__file__}")
    # Recordings that a test or `doctor` hears are fixtures wherever they lie.
    if name.startswith("fixtures/audio/") or path.suffix in RECORDINGS:
        return "fixtures/audio"
    # Expected values by independent authors and of the peers are corpora too; they lie with the tests that read them.
    if name.startswith(("corpora/", "tests/data/")):
        return "corpora"
    # Of a training that is not done, without optimizer state: it counts in the whole and goes with the last of it.
    if re.match(r"models/recipes/\w+/checkpoint/", name):
        return "checkpoint of an unfinished training"
    if name.startswith("web/static/vendor/"):
        return "vendored browser assets"
    return "all else"


def sizes() -> dict[str, float]:
    """MiB by part."""
    found: defaultdict[str, float] = defaultdict(float)
    for path in tracked_files():
        found[part_of(path)] += (ROOT / path).stat().st_size / MIB
    return dict(found)


@pytest.mark.parametrize(("part", "allowed"), BUDGET.items())
def test_part_is_within_its_budget(part: str, allowed: int) -> None:
    found = sizes().get(part, 0.0)
    assert found <= allowed, f"{part}: at most {allowed} MiB expected, {found:.2f} found"


def test_the_parts_stay_within_the_whole() -> None:
    assert sum(allowed for part, allowed in BUDGET.items() if "unfinished" not in part) <= WHOLE
    assert sum(sizes().values()) <= WHOLE


def test_every_weights_folder_has_its_card() -> None:
    folders = {path.parts[2] for path in tracked_files() if path.parts[:2] == ("models", "weights") and path.parts[3:]}
    missing = [folder for folder in sorted(folders) if not (ROOT / "models/weights" / folder / "CARD.md").is_file()]
    assert not missing, f"a CARD.md in each folder of weights expected, none found in {missing}"


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("models/weights/recogniser/model.bin", "recogniser"),
        ("models/weights/segmentation/pytorch_model.bin", "diarization"),
        ("models/weights/tone/model.safetensors", "text classifiers with tokenizers"),
        ("models/recipes/recogniser/train.py", "all else"),
        ("web/static/vendor/htmx.js", "vendored browser assets"),
    ],
)
def test_parts_are_told_by_path(path: str, part: str) -> None:
    assert part_of(Path(path)) == part
