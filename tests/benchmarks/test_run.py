"""`make bench`: sizes from the environment, every benchmark there, every size documented; clocks that count once."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.environments import cache_folder
from benchmarks.run import BENCHMARKS, SIZES, command_of
from benchmarks.way_through import stopwatch

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_is_a_module_that_can_be_run(name: str) -> None:
    spec = importlib.util.find_spec(BENCHMARKS[name][0])
    assert spec is not None
    assert spec.origin is not None
    assert '__name__ == "__main__"' in Path(spec.origin).read_text("utf-8")


def test_sizes_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BENCH_CALLS", raising=False)
    assert command_of("recognition")[-4:] == ["--calls", "100", "--device", "cpu"]
    monkeypatch.setenv("BENCH_CALLS", "7")
    assert command_of("recognition")[-4:] == ["--calls", "7", "--device", "cpu"]
    assert command_of("way_through", "3")[-1] == "3"


@pytest.mark.parametrize("size", SIZES)
def test_every_size_is_documented(size: str) -> None:
    assert size in (ROOT / "docs" / "performance.md").read_text("utf-8")


def test_the_cache_lies_outside_the_tree(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PALABRA_BENCH_CACHE", raising=False)
    assert not cache_folder().is_relative_to(ROOT)
    monkeypatch.setenv("PALABRA_BENCH_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path


def test_nested_calls_of_one_name_count_once(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([1.0, 3.5])
    monkeypatch.setattr(stopwatch, "time", SimpleNamespace(perf_counter=lambda: next(moments)))
    watch = stopwatch.Stopwatch()
    inner = watch.timed("network", len)
    assert watch.timed("network", inner)("abc") == 3
    assert dict(watch.seconds) == {"network": 2.5}
