"""The guards of conftest.py hold: a test suite that lets a connection out proves nothing about privacy."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTATION_ADDRESS = "192.0.2.1"  # RFC 5737: belongs to nobody


def test_connection_to_another_machine_is_refused(refused_connections: list[str]) -> None:
    with socket.socket() as sock, pytest.raises(ConnectionError, match="loopback expected"):
        sock.connect((DOCUMENTATION_ADDRESS, 9))
    assert refused_connections.pop() == f"socket.connect {DOCUMENTATION_ADDRESS}"


def test_name_look_up_is_refused(refused_connections: list[str]) -> None:
    with pytest.raises(ConnectionError, match="loopback expected"):
        socket.getaddrinfo("palabra.invalid", 443)
    assert refused_connections.pop() == "socket.getaddrinfo palabra.invalid"


def test_datagram_to_another_machine_is_refused(refused_connections: list[str]) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(ConnectionError, match="loopback expected"):
        sock.sendto(b"x", (DOCUMENTATION_ADDRESS, 9))
    assert refused_connections.pop() == f"socket.sendto {DOCUMENTATION_ADDRESS}"


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), 5) as client:
        accepted, _ = server.accept()
        with accepted:
            client.sendall(b"x")
            assert accepted.recv(1) == b"x"


def test_repetitions_are_small_without_soak(
    repetitions: Callable[[int, int], int], pytestconfig: pytest.Config
) -> None:
    assert repetitions(3, 200) == (200 if pytestconfig.getoption("--soak") else 3)


def test_a_skipped_test_fails(pytester: pytest.Pytester) -> None:
    pytester.makeconftest((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile("import pytest\n\ndef test_it():\n    pytest.skip('no reason')\n")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)


def test_a_swallowed_connection_fails(pytester: pytest.Pytester) -> None:
    pytester.makeconftest((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(
        f"""
        import contextlib, socket

        def test_it():
            with socket.socket() as sock, contextlib.suppress(OSError):
                sock.connect(({DOCUMENTATION_ADDRESS!r}, 9))
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
