"""What `palabra doctor` looks at: each thing that can be wrong gives one line with found, expected and remedy."""

from dataclasses import replace
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

from models import machine
from models.machine import Check
from models.proof import recording_path, truth
from models.recognition.device import load_whisper
from models.registry import find_weights
from pipeline.config import GPU, Config
from pipeline.errors import ModelError
from tests.gold_ports import read_gold

CONFIG = Config()


def only(checks: object) -> Check:
    (check,) = list(checks) if not isinstance(checks, Check) else [checks]  # type: ignore[call-overload]
    assert isinstance(check, Check)
    return check


def test_this_environment_is_the_one_that_is_asked_for() -> None:
    states = {check.name: check.state for check in machine.check_stack()}
    assert set(states) == set(machine.STACK)
    assert set(states.values()) == {"ok"}


def test_another_version_and_a_missing_library_are_told() -> None:
    checks = {
        c.name: c for c in machine.check_stack(lambda _: ["duckdb==1.5.5", "torch==2.11.*", 'ruff; extra == "dev"'])
    }
    assert (checks["duckdb"].state, checks["duckdb"].expected) == ("failed", "==1.5.5")
    assert "make setup" in checks["duckdb"].remedy
    assert checks["torch"].state == "ok"

    def unknown(_: str) -> list[str]:
        raise metadata.PackageNotFoundError

    assert {c.expected for c in machine.check_stack(unknown)} == {"any"}


def test_codecs_come_with_the_wheel() -> None:
    assert machine.check_codecs().state == "ok"


def test_a_gpu_is_missed_only_where_one_is_asked_for() -> None:
    assert only(machine.check_devices(CONFIG, lambda: 0)).state == "ok"
    missing = only(machine.check_devices(GPU, lambda: 0))
    assert missing.state == "failed"
    assert "nvidia-smi" in missing.remedy


def test_libcublas_is_loaded_from_the_wheel_before_the_system_is_asked(tmp_path: Path) -> None:
    library = tmp_path / "nvidia" / "cublas" / "lib"
    library.mkdir(parents=True)
    (library / "libcublas.so.12").touch()
    loaded: list[str] = []
    machine.require_cublas([tmp_path / "nvidia"], loaded.append)
    assert [Path(name).name for name in loaded] == ["libcublasLt.so.12", "libcublas.so.12"]
    system: list[str] = []
    machine.require_cublas([], system.append)
    assert system == ["libcublas.so.12"]


def _no_library(name: str) -> object:
    raise OSError(f"{name}: cannot open shared object file")


def test_a_missing_libcublas_is_one_message_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        ModelError, match=r"libcublas\.so\.12 expected .* not found; install the GPU extra \(`make setup"
    ):
        machine.require_cublas([tmp_path], _no_library)
    monkeypatch.setattr(machine, "_nvidia_folders", list)
    monkeypatch.setattr(machine.require_cublas, "__defaults__", (None, _no_library))
    found = {c.name: c for c in machine.check_devices(GPU, lambda: 1)}
    assert found["gpu"].state == "ok"
    assert (found["libcublas.so.12"].state, "LOCK=gpu" in found["libcublas.so.12"].remedy) == ("failed", True)


def test_weights_that_do_not_fit_into_memory_are_refused_before_they_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whisper = find_weights("whisper-demo-es")
    machine.require_memory(whisper, None)
    machine.require_memory(whisper, 8_000_000_000)
    with pytest.raises(ModelError, match=r"GB of memory expected, 0\.1 GB free; close what else"):
        machine.require_memory(whisper, 100_000_000)
    monkeypatch.setattr("models.recognition.device.available_memory", lambda: 100_000_000)
    with pytest.raises(ModelError, match="of memory expected"):
        load_whisper(whisper, replace(CONFIG.transcribe, device="cpu"))
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal:       24000 kB\nMemAvailable:   12000 kB\n")
    assert machine.available_memory(meminfo) == 12_288_000
    assert machine.available_memory(tmp_path / "none") is None


def test_memory_disk_and_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.check_memory(CONFIG, 50_000_000_000).state == "ok"
    assert machine.check_memory(CONFIG, 1_000_000).state == "failed"
    below = tmp_path / "not" / "made"
    assert machine.check_rights("data folder", below).state == "ok"
    assert not below.exists()
    for free, state in ((10, "failed"), (10**9, "warning"), (10**11, "ok")):
        monkeypatch.setattr("models.machine.shutil.disk_usage", lambda _, free=free: SimpleNamespace(free=free))
        assert machine.check_disk("data folder", below).state == state
    read_only = Path("/proc/self")
    refused = machine.check_rights("data folder", read_only)
    assert (refused.state, bool(refused.remedy)) == ("failed", True)


def test_telemetry_that_is_on_is_found() -> None:
    assert machine.check_telemetry(machine.QUIET).state == "ok"
    loud = machine.check_telemetry({**machine.QUIET, "PYANNOTE_METRICS_ENABLED": "1"})
    assert loud.state == "failed"
    assert "PYANNOTE_METRICS_ENABLED=0" in loud.remedy


def test_weights_that_are_not_here_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALABRA_MODELS", str(tmp_path))
    assert {c.state for c in machine.check_weights(CONFIG)} == {"ok"}
    checks = {c.name: c for c in machine.check_weights(GPU)}
    assert checks["recogniser"].state == checks["diarizer"].state == "failed"
    assert "palabra models fetch" in checks["recogniser"].remedy


def test_the_shipped_recording_is_the_fixture() -> None:
    gold, known = truth(), read_gold()["mx-001"]
    assert gold["turns"] == known["turns"]
    assert gold["promises"] == known["promises"]
    assert recording_path().stat().st_size < 120_000
