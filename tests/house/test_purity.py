"""The domain is pure beyond what import contracts can say: no clock, environment, logging or file of its own."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, tracked_files

ALLOWED = {"numpy", "av", "holidays", "stdnum", "phonenumbers", "pipeline"}
SCORING = {"pipeline/word_errors.py": {"jiwer"}, "pipeline/evaluate_audio.py": {"rapidfuzz"}}
IMPURE = {"asyncio", "logging", "multiprocessing", "os", "random", "shutil", "socket", "sqlite3", "subprocess", "time"}
CLOCKS = {"now", "today", "utcnow", "perf_counter", "monotonic"}
OPENERS = {"read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir", "touch"}
# `decode` opens recordings; the others read package data, which importlib.resources serves.
OPENS_RECORDINGS = {"pipeline/decode.py"}

MODULES = [path for path in tracked_files() if path.parts[0] == "pipeline" and path.suffix == ".py"]


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def impurities(source: str, name: str) -> list[str]:
    """Imports outside the list, clocks, printing, and files opened elsewhere than in `decode`."""
    tree = ast.parse(source)
    allowed = (set(sys.stdlib_module_names) - IMPURE) | ALLOWED | SCORING.get(name, set())
    found = [f"import {module}" for module in imported(tree) if module not in allowed]
    reads_resources = "importlib" in imported(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in {"print", "input", "open"}:
            called = node.func.id
        elif isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS | OPENERS:
            called = node.func.attr
        else:
            continue
        is_resource = reads_resources and called in {"read_text", "read_bytes"}
        if not is_resource and not (called == "open" and name in OPENS_RECORDINGS):
            found.append(f"line {node.lineno}: {called}()")
    return found


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_module_is_pure(path: Path) -> None:
    assert impurities((ROOT / path).read_text(encoding="utf-8"), path.as_posix()) == []


@pytest.mark.parametrize(
    "source",
    [
        "import torch",
        "from os import environ",
        "import logging",
        "from datetime import date\nd = date.today()",
        "print('x')",
        "from pathlib import Path\nPath('x').read_text()",
        "import jiwer",
        "open('x')",
    ],
)
def test_what_is_impure_is_seen(source: str) -> None:
    assert impurities(source, "pipeline/align.py")


def test_scoring_may_use_its_libraries_and_decode_may_open() -> None:
    assert impurities("import jiwer", "pipeline/word_errors.py") == []
    assert impurities("from rapidfuzz.distance import Levenshtein", "pipeline/evaluate_audio.py") == []
    assert impurities("open('x', 'rb')", "pipeline/decode.py") == []
    assert impurities("from importlib import resources\nresources.files('x').read_text()", "pipeline/lexica.py") == []
