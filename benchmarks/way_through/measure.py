"""Thirty minutes of new synthetic calls from recordings to a published warehouse: wall clock by stage, model time.

    python -m benchmarks.way_through.measure --minutes 30

Stages run as the plain functions that Prefect wraps, so that each has its own seconds; the same shards then run once
more through Prefect into a second data folder, and what it adds is a line of its own. Loading and publishing are
timed apart. Model time is what is spent inside CTranslate2, the voice-activity network, pyannote's networks and the
classifiers while the shards run; imports and the loading of weights are reported apart. The gate: the classifiers take
at most a tenth of the recogniser's time. Exit status 1 where it is missed.
"""

import argparse
import atexit
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.way_through.stopwatch import Stopwatch, networks_timed
from flows.quiet import settle
from models.quiet import silence_libraries

SHARE: Final = 0.10
"""Most of the recogniser's seconds that the classifiers may take."""


def main() -> int:
    """Makes the calls, runs them, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--calls", type=Path, help="folder of calls made earlier, instead of making them")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="palabra-bench-") as made:
        folder = given.calls or Path(made) / "calls"
        if given.calls is None:
            from fixtures.audio.recreate import make_more

            make_more(given.minutes, folder, given.seed)
        return 0 if _measure(folder, Path(made)) else 1


def _measure(folder: Path, scratch: Path) -> bool:
    root = scratch / "data"
    settle(root)
    silence_libraries()
    began = time.perf_counter()
    from flows import analyze_shard as shard_flow
    from flows.analyze_folder import plan_folder, run_plan
    from flows.models import shared_models
    from pipeline.analyze import run_stage
    from pipeline.config import Config
    from sql.load import load
    from sql.publish import publish

    imports = time.perf_counter() - began
    watch, stages = Stopwatch(), Stopwatch()
    with networks_timed(watch):
        config = Config()
        began = time.perf_counter()
        plan = plan_folder(folder, folder / "manifest.csv", config, root, allow_synthetic=True)
        planning = time.perf_counter() - began
        models = shared_models(config, allow_synthetic=True)
        loading = _timed(
            lambda: [
                models.voice_activity,
                models.transcriber,
                models.diarizer,
                models.turn_classifier,
                models.tone_classifier,
            ]
        )
        _time_classifiers(models, watch)
        watch.seconds.clear()

        def run(stage: Any, states: Sequence[Any], *rest: Any) -> Any:
            return stages.timed(stage.name, run_stage)(stage, states, *rest)

        shards = _timed(lambda: [shard_flow.run_shard(root, job, run) for job in plan.shards])
        model_seconds = dict(watch.seconds)
        load_seconds, publish_seconds = _timed(lambda: load(root)), _timed(lambda: publish(root))
        with_prefect = scratch / "with-prefect"
        again = plan_folder(folder, folder / "manifest.csv", config, with_prefect, allow_synthetic=True)
        prefect_seconds = _timed(lambda: run_plan(again, with_prefect))
        shutil.rmtree(with_prefect, ignore_errors=True)
    rows: list[tuple[str, float]] = [
        ("imports", imports),
        ("loading of weights", loading),
        ("plan", planning),
        *((f"stage {name}", seconds) for name, seconds in stages.seconds.items()),
        ("staging of Parquet and the rest of the shards", shards - sum(stages.seconds.values())),
        ("load into DuckDB", load_seconds),
        ("publish", publish_seconds),
    ]
    print(f"{plan.n_due} calls, {plan.seconds / 60:.1f} minutes of audio, {len(plan.shards)} shards")
    for name, seconds in rows:
        print(f"{name:48} {seconds:8.2f} s")
    total, model = planning + shards + load_seconds + publish_seconds, sum(model_seconds.values())
    print(f"{'wall clock, warm (plan to published)':48} {total:8.2f} s  {plan.seconds / total:6.1f} x real time")
    for name, seconds in model_seconds.items():
        print(f"{'model time: ' + name:48} {seconds:8.2f} s")
    print(f"{'model time':48} {model:8.2f} s  {plan.seconds / model:6.1f} x real time")
    print(f"{'wall clock by model time':48} {total / model:8.2f}")
    print(f"{'the same through Prefect, server start included':48} {prefect_seconds:8.2f} s")
    share = model_seconds.get("classifiers", 0.0) / max(stages.seconds["transcribe"], 1e-9)
    verdict = "kept" if share <= SHARE else "missed"
    print(f"{'classifiers by recogniser':48} {share:8.3f}    gate {SHARE}: {verdict}")
    return share <= SHARE


def _time_classifiers(models: Any, watch: Stopwatch) -> None:
    for name in ("turn_classifier", "tone_classifier"):
        port = getattr(models, name)
        method = "classify" if name == "turn_classifier" else "flag"
        real = getattr(port, method)
        # A generator's seconds are spent when it is read.
        setattr(port, method, watch.timed("classifiers", lambda calls, real=real: iter(list(real(calls)))))


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _leave(code: list[int]) -> None:
    """Ends the process after every other exit handler, before the interpreter is taken apart.

    Libraries leave daemon threads whose frames hold modules; DuckDB's binding takes what they hold for leaks of its own
    and prints a page of them.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    if code:
        os._exit(code[0])


if __name__ == "__main__":
    ended: list[int] = []
    # Handlers run in reverse order: the first one registered is the last to run.
    atexit.register(_leave, ended)
    ended.append(main())
