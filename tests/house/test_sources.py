"""What no file of the tree may hold, and how long a source file may grow."""

import re
from pathlib import Path

import pytest

from tests.house.tree import PACKAGES, ROOT, texts

# Put together from pieces, so that this file does not hold what it forbids.
REGISTRY_HOSTS = re.compile(
    "|".join(
        left + r"\." + right
        for left, right in (
            ("pypi", "org"),
            ("python" + "hosted", "org"),
            ("registry" + r"\.npm" + "js", "org"),
            ("registry" + r"\.yarn" + "pkg", "com"),
            ("deb" + r"\.deb" + "ian", "org"),
            ("security" + r"\.deb" + "ian", "org"),
            ("download" + r"\.py" + "torch", "org"),
        )
    ),
    re.IGNORECASE,
)
MACHINE_PATHS = re.compile("|".join("/" + name + "/" for name in ("work", "farm", "root", "tmp", r"home/\w+")))
SKIPS = re.compile(r"\b(?:" + "|".join(("mark" + r"\.skip", "mark" + r"\.xfail", "import" + "orskip")) + ")")
SOURCES = {".py", ".sql", ".jinja", ".html", ".css", ".js"}
MAX_LINES = 500


def places(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_registry_host_is_named() -> None:
    assert places(REGISTRY_HOSTS) == []


def test_no_path_of_a_machine_is_named() -> None:
    assert places(MACHINE_PATHS) == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    assert [place for place in places(SKIPS) if place.startswith("tests/")] == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (REGISTRY_HOSTS, "--index-url https://" + "pypi" + ".org/simple"),
        (MACHINE_PATHS, "open('" + "/" + "tmp/x')"),
        (SKIPS, "@pytest.mark" + ".skip"),
    ],
)
def test_the_patterns_see_what_they_forbid(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


def test_no_source_file_grows_over_500_lines() -> None:
    long = {
        path.as_posix(): n_lines
        for path, text in texts()
        if path.suffix in SOURCES and "vendor" not in path.parts and (n_lines := text.count("\n")) > MAX_LINES
    }
    assert long == {}


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md"])
@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_is_described(document: str, package: str) -> None:
    assert re.search(rf"`{package}/?`|\b{package}/", (ROOT / document).read_text(encoding="utf-8"))


def test_every_relative_link_of_a_document_leads_somewhere() -> None:
    broken = [
        f"{path}: {target}"
        for path, text in texts()
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
        if not re.match(r"[a-z]+:", target) and not (ROOT / path.parent / target).exists()
    ]
    assert broken == []


def test_decision_records_are_numbered_without_gaps_and_listed() -> None:
    names = sorted(path.name for path in (ROOT / "docs/adr").glob("[0-9]*.md"))
    assert names
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    listed = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    assert [name for name in names if Path(name).name not in listed] == []
