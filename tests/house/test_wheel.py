"""What `pip install palabra` would bring: built offline from a copy of the tree, laid out, and started."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.house.tree import PACKAGES, ROOT, tracked_files

START = """
import sys
import cli.main
print(cli.main.__file__, file=sys.stderr)
sys.argv = ["palabra", "--help"]
cli.main.main()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for path in tracked_files():
        if path.parts[0] in PACKAGES or len(path.parts) == 1:
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, source / path)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    built = subprocess.run([*pip, "--wheel-dir", target, source], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return next(target.glob("palabra-*.whl"))


def test_every_file_of_the_packages_is_inside(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    # A checkpoint is taken up from the source folder, never from an installed package.
    expected = {
        path.as_posix() for path in tracked_files() if path.parts[0] in PACKAGES and "checkpoint" not in path.parts
    }
    assert expected - inside == set(), "name their kind under [tool.setuptools.package-data]"


def test_nothing_else_is_inside(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
        metadata = next(top for top in tops if top.endswith(".dist-info"))
        licence = archive.read(f"{metadata}/licenses/LICENSE").decode()
    assert tops - {metadata} <= set(PACKAGES)
    assert "Apache License" in licence


def test_the_command_starts_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", START],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert str(tmp_path / "site") in ran.stderr
    assert "palabra" in ran.stdout
