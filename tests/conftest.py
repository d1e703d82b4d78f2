"""What every test stands on: quiet libraries, no network but loopback, nothing skipped, one switch for long runs."""

import atexit
import ipaddress
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from typing import Any

# Before any library is imported: most of them read these once, at import.
os.environ.update(
    {
        "CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", ""),
        "DO_NOT_TRACK": "1",
        "HF_DATASETS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_OFFLINE": "1",
        "OTEL_SDK_DISABLED": "true",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
        "PYANNOTE_METRICS_ENABLED": "0",
        "TOKENIZERS_PARALLELISM": "false",
        "TRANSFORMERS_OFFLINE": "1",
    }
)
_prefect_home = tempfile.mkdtemp(prefix="palabra-prefect-")
atexit.register(shutil.rmtree, _prefect_home, ignore_errors=True)
os.environ["PREFECT_HOME"] = _prefect_home

import hypothesis  # noqa: E402  (after the environment)
import pytest  # noqa: E402

# ------------------------------------------------------------------------------------------------ sockets

_refused: list[str] = []


class OutsideConnectionError(ConnectionError):
    """A test reached for an address that is not this machine's own."""


def _is_local(host: object) -> bool:
    if host in (None, "", b""):
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in {"localhost", socket.gethostname()}:
        return True
    try:
        address = ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _only_loopback(event: str, args: tuple[Any, ...]) -> None:
    """Audit hook: sees every connection and name look-up of the interpreter, in every thread, those of C code too."""
    if not event.startswith("socket."):
        return
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        sock, address = args
        if sock.family not in {socket.AF_INET, socket.AF_INET6} or address is None or _is_local(address[0]):
            return
        target = f"{event} {address[0]}"
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        if _is_local(args[0]):
            return
        target = f"{event} {args[0]}"
    else:
        return
    _refused.append(target)
    raise OutsideConnectionError(f"loopback expected, found {target}; tests run without a network")


sys.addaudithook(_only_loopback)


@pytest.fixture
def refused_connections() -> list[str]:
    """The connections refused so far; a test that provokes one takes it out again."""
    return _refused


@pytest.fixture(autouse=True)
def _no_outside_connection() -> Iterator[None]:
    """Fails the test in which a connection was refused, even where a library swallowed the error."""
    before = len(_refused)
    yield
    found, _refused[before:] = _refused[before:], []
    assert not found, f"no outside connection expected, found {found}"


# ------------------------------------------------------------------------------------------------ repetitions

pytest_plugins = ["pytester"]

# Making a failing example smaller can take five minutes: worth it for a person, not for CI, which prints its seed.
_phases = [phase for phase in hypothesis.Phase if not (os.environ.get("CI") and phase is hypothesis.Phase.shrink)]
hypothesis.settings.register_profile(
    "ci", max_examples=60, deadline=None, derandomize=True, print_blob=True, phases=_phases
)
hypothesis.settings.register_profile("soak", max_examples=5000, deadline=None, print_blob=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="full repetition counts (make soak)")
    parser.addoption("--update-golden", action="store_true", help="write golden files instead of comparing with them")


def pytest_configure(config: pytest.Config) -> None:
    hypothesis.settings.load_profile("soak" if config.getoption("--soak") else "ci")


@pytest.fixture
def repetitions(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """How often: `repetitions(3, 200)` is 3 in CI and 200 in `make soak`."""
    soak = bool(request.config.getoption("--soak"))
    return lambda small, full: full if soak else small


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


# ------------------------------------------------------------------------------------------------ nothing skipped


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test is a failed one: what a test needs is installed by `make setup` or `.ci/run`."""
    report = yield
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"no skipped test expected, found {report.nodeid}; install what it needs"
    return report
