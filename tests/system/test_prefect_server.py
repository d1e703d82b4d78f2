"""Prefect's server on PostgreSQL, as several machines share it: it starts, takes a flow run and remembers it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.system.conftest import free_port

FLOW = """
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.task_runners import ThreadPoolTaskRunner

@task(cache_policy=NO_CACHE)
def double(x):
    return 2 * x

@flow(name="doubles", task_runner=ThreadPoolTaskRunner(max_workers=2))
def doubles():
    return sum(double.map(range(4)).result())

assert doubles() == 12
"""


@pytest.fixture
def server(postgres: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Environment of a client of a server that runs on PostgreSQL."""
    port = free_port()
    env = os.environ | {
        "PREFECT_HOME": str(tmp_path),
        "PREFECT_API_DATABASE_CONNECTION_URL": postgres.replace("postgresql://", "postgresql+asyncpg://"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
    }
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (
        (tmp_path / "server.log").open("w+") as log,
        subprocess.Popen([*command, "--no-ui"], env=env, stdout=log, stderr=log) as process,
    ):
        try:
            wait_for(f"http://127.0.0.1:{port}/api/health", process, 180)
            yield env
        finally:
            process.terminate()
            process.wait(30)


def wait_for(url: str, process: "subprocess.Popen[bytes]", seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert process.poll() is None, "a running server expected, it ended"
        try:
            with urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, TimeoutError, ConnectionError):
            pass
        time.sleep(0.5)
    raise AssertionError(f"an answer within {seconds:.0f} s expected from {url}")


def test_flow_run_is_kept_in_postgresql(server: dict[str, str], postgres: str) -> None:
    ran = subprocess.run([sys.executable, "-c", FLOW], env=server, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr

    asked = ["psql", postgres, "-Atc", "select state_type, count(*) from flow_run group by 1"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["COMPLETED|1"]
