"""Files of written calls, or of single sentences: JSON Lines, plain or packed.

python -m models.recipes.corpus corpora/train/*.jsonl      # packs them: the tree has a budget of bytes
python -m models.recipes.corpus --show FILE.jsonl.gz       # prints one
"""

import argparse
import gzip
import json
import sys
import zlib
from pathlib import Path

from pipeline.gold import GoldError

EMPTY = ("labels", "tone", "steps")
"""Keys of a turn that a packed file leaves out where they hold nothing."""


def corpus_files(folder: Path) -> tuple[Path, ...]:
    """The corpus files of a folder, plain and packed, by name."""
    return tuple(sorted((*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz"))))


def corpus_text(path: Path) -> str:
    """The JSON Lines of a file, every turn with all its keys."""
    if path.suffix != ".gz":
        return path.read_text("utf-8")
    lines = unpacked(path).splitlines()
    return "\n".join(json.dumps(_filled(json.loads(line)), ensure_ascii=False) for line in lines)


def unpacked(path: Path) -> str:
    """The text of a packed file.

    Raises:
        GoldError: It is not text packed by gzip.
    """
    try:
        return gzip.decompress(path.read_bytes()).decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise GoldError(f"{path.name}: text packed by gzip expected ({type(error).__name__})") from error


def pack(path: Path) -> Path:
    """Writes `path` beside itself with `.gz`, the same bytes for the same calls, and removes it."""
    calls = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    text = "\n".join(json.dumps(_bare(call), ensure_ascii=False, separators=(",", ":")) for call in calls)
    packed = path.with_name(f"{path.name}.gz")
    packed.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))
    path.unlink()
    return packed


def _bare(call: dict[str, object]) -> dict[str, object]:
    turns = call.get("turns")
    if turns is None:
        return call
    assert isinstance(turns, list)
    return call | {"turns": [{k: v for k, v in turn.items() if v or k not in EMPTY} for turn in turns]}


def _filled(call: dict[str, object]) -> dict[str, object]:
    turns = call.get("turns")
    if turns is None:
        return call
    assert isinstance(turns, list)
    return call | {"turns": [{key: [] for key in EMPTY} | turn for turn in turns]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--show", action="store_true", help="print instead of packing")
    given = parser.parse_args()
    for path in given.files:
        sys.stdout.write(f"{corpus_text(path) if given.show else pack(path)}\n")


if __name__ == "__main__":
    main()
