"""Environments of the peers: what their locks leave out stands in base.lock."""

import re

import pytest

from benchmarks.environments import ROOT, whole_lock

REQUIREMENTS = ROOT / "requirements"
BASE = (
    "a==1 \\\n    --hash=sha256:11\nb==2 ; sys_platform == 'win32' \\\n    --hash=sha256:22 \\\n    --hash=sha256:23\n"
)


def test_hashes_of_shared_packages_come_from_the_base() -> None:
    lock = "b==2 ; sys_platform == 'win32'\nc==3 \\\n    --hash=sha256:33\n"
    assert whole_lock(lock, BASE) == BASE[BASE.index("b==2") :] + lock[lock.index("c==3") :]
    with pytest.raises(KeyError):
        whole_lock("a==2\n", BASE)


@pytest.mark.parametrize("name", ["bench.lock", "bench-whisperx.lock"])
def test_every_package_of_the_peers_has_its_hashes(name: str) -> None:
    whole = whole_lock((REQUIREMENTS / name).read_text("ascii"), (REQUIREMENTS / "base.lock").read_text("ascii"))
    packages = re.findall(r"^\S+==.*", whole, re.MULTILINE)
    assert len(packages) > 2
    assert all(line.endswith("\\") for line in packages), "hashes follow"
