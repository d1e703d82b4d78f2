"""What `make lock` leaves out of the lock, and that nothing of it is missed."""

import runpy
from collections.abc import Mapping
from typing import Any

import pytest

from tests.house.tree import ROOT

SCRIPT: Mapping[str, Any] = runpy.run_path(str(ROOT / "requirements" / "usable.py"))


@pytest.mark.parametrize(
    ("wheel", "is_usable"),
    [
        ("a-1-py3-none-any.whl", True),
        ("a-1-py2.py3-none-any.whl", True),
        ("a-1-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", True),
        ("a-1-cp313-cp313-macosx_11_0_arm64.whl", True),
        ("a-1-cp38-abi3-manylinux_2_28_aarch64.whl", True),
        ("a-1-py3-none-manylinux_2_17_x86_64.whl", True),
        ("a-1-cp310-cp310-manylinux_2_17_x86_64.whl", False),
        ("a-1-cp313-cp313t-manylinux_2_17_x86_64.whl", False),
        ("a-1-cp311-cp311-win_amd64.whl", False),
        ("a-1-cp311-cp311-musllinux_1_2_x86_64.whl", False),
        ("a-1-cp311-cp311-manylinux_2_17_ppc64le.whl", False),
        ("a-1-pp310-pypy310_pp73-manylinux_2_17_x86_64.whl", False),
        ("a-1.tar.gz", False),
    ],
)
def test_wheels_of_supported_machines_stay(wheel: str, is_usable: bool) -> None:
    assert SCRIPT["is_usable"](wheel) is is_usable


def _file(name: str, digest: str) -> dict[str, Any]:
    return {"url": f"here/{name}", "hashes": {"sha256": digest}}


def test_hashes_of_other_wheels_and_of_the_source_go_and_the_lines_stay_joined() -> None:
    package = {
        "sdist": _file("a-1.tar.gz", "11"),
        "wheels": [_file("a-1-cp311-cp311-macosx_11_0_arm64.whl", "22"), _file("a-1-cp39-cp39-win_amd64.whl", "33")],
    }
    useless = SCRIPT["useless_hashes"]([package])
    hashes = " \\\n".join(f"    --hash=sha256:{digest}" for digest in ("11", "22", "33"))
    lock = f"a==1 \\\n{hashes}\nb==2 \\\n    --hash=sha256:44\n"
    assert list(SCRIPT["shortened"](lock, useless)) == [
        "a==1 \\",
        "    --hash=sha256:22",
        "b==2 \\",
        "    --hash=sha256:44",
    ]


def test_a_package_without_such_a_wheel_keeps_all() -> None:
    source = {"sdist": _file("a-1.tar.gz", "11"), "wheels": [_file("a-1-cp311-cp311-win_amd64.whl", "22")]}
    assert SCRIPT["useless_hashes"]([source, {"sdist": _file("b-1.tar.gz", "33")}]) == frozenset()


def test_every_package_of_the_lock_has_a_hash() -> None:
    lines = (ROOT / "requirements" / "base.lock").read_text("utf-8").splitlines()
    assert len(lines) > 400
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        assert line.startswith(" ") or following.startswith("    --hash=sha256:"), line
