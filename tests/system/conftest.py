"""What `make test-system` needs of the machine: a browser and PostgreSQL, from the packages of .ci/packages.

Nothing here skips: where a package is missing, the test fails and says which.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

Picture = npt.NDArray[np.uint8]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("system")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture(scope="session")
def browser() -> str:
    found = shutil.which("chromium")
    assert found, "chromium expected, none found; apt-get install chromium (.ci/packages lists all)"
    return found


@pytest.fixture
def screenshot(browser: str, tmp_path: Path) -> Callable[[Path, int, int], Picture]:
    """What the browser shows of a local page: `(page, width, height) -> (height, width, 3)` RGB."""

    def shoot(page: Path, width: int, height: int) -> Picture:
        import av

        target = tmp_path / f"{page.stem}.png"
        command = [
            browser,
            "--headless=new",
            "--no-sandbox",  # CI is root
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--window-size={width},{height}",
            f"--screenshot={target}",
            page.as_uri(),
        ]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert target.is_file(), ran.stderr
        with av.open(str(target)) as picture:
            frame = next(picture.decode(video=0))
        return np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)

    return shoot


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of an empty database in a cluster of its own, on loopback; it goes when the session ends."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    assert programs, "PostgreSQL expected, none found; apt-get install postgresql (.ci/packages lists all)"
    bin_dir = programs[-1].parent
    # The server refuses to run as root, which CI is.
    owner = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="palabra-postgres-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, owner)
        data = folder / "data"

        def run(program: str, *arguments: str) -> None:
            command = [str(bin_dir / program), *arguments]
            log = folder / "log"
            user = owner if os.geteuid() == 0 else None
            ran = subprocess.run(command, cwd=folder, user=user, capture_output=True, text=True, check=False, env={})
            told = log.read_text() if log.exists() else ""
            assert ran.returncode == 0, f"{program}: {ran.stdout}{ran.stderr}{told}"

        run("initdb", "-D", str(data), "-U", "palabra", "--auth=trust", "--no-sync", "--locale=C.UTF-8")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            yield f"postgresql://palabra@127.0.0.1:{port}/postgres"
        finally:
            with contextlib.suppress(AssertionError):
                run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
