"""Recognition of many short calls: ours beside faster-whisper, its batched pipeline and whisperX, and the floor.

    python -m benchmarks.recognition.measure --calls 100                 two cores: an hour
    python -m benchmarks.recognition.measure --calls 100 --device cuda   large-v3-turbo's size
    python -m benchmarks.recognition.measure --minutes 5                 as many calls as make five minutes

Every system hears the same mono clips, two a call, in a process of its own with as many threads, on random weights of
a real Whisper that write 40 tokens a window. Each process is started twice and the second counts; imports and loading
are told apart. The floor is the model time: the networks alone over the windows that ours cuts. The gate: ours is the
fastest for the same work, and takes at most 1.15 of the model time. Then the shipped weights: error rates of every
system, and what the short windows of the demo profile add. Exit status 1 where the gate is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.environments import ROOT, peers_python
from benchmarks.recognition.calls import MEDIAN, SpokenClip, make_clips, read_clips
from benchmarks.recognition.listen import Job

GATE: Final = 1.15
OURS: Final = "palabra"
FLOOR: Final = "model time"
PEERS: Final = ("faster-whisper", "batched", "whisperx")
SHIPPED: Final = "whisper-demo-es"
LOCKS: Final = {"whisperx": "bench-whisperx.lock"}
MEAN_SECONDS: Final = 1.15 * MEDIAN
BATCHES: Final = {"cpu": 8, "cuda": 16}


@dataclass(frozen=True, slots=True)
class Result:
    """What one process reported, seconds; `networks` inside of encoder, decoder, word times and voice activity.

    `aligning` is the part of the word times.
    """

    system: str
    imports: float
    loading: float
    seconds: float
    cpu: float
    networks: float
    aligning: float
    windows: int
    tokens: int
    peak_mib: float
    texts: Mapping[str, str]


class ListenError(RuntimeError):
    """A system's process ended without its result."""


def listen(system: str, job: Job) -> Result:
    """One process of a system over a job.

    Raises:
        ListenError: It failed; its last lines say why.
    """
    python = peers_python(LOCKS[system]) if system in LOCKS else Path(sys.executable)
    command = [str(python), "-m", "benchmarks.recognition.listen", system, json.dumps(asdict(job))]
    found: dict[str, Any] = {}
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            command, cwd=ROOT, env=_environment(python, job), stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            found |= json.loads(line)
            if "done" in found and sys.stderr.isatty():
                print(f"\r{system}: {found['done']}/{len(job.clips)}", end="", file=sys.stderr, flush=True)
        if process.wait() != 0 or "tokens" not in found:
            errors.seek(0)
            raise ListenError(f"{system} ended with {process.returncode}:\n{errors.read()[-2000:]}")
    known = {name: found[name] for name in Result.__dataclass_fields__ if name != "system"}
    return Result(system, **known)


def _environment(python: Path, job: Job) -> dict[str, str]:
    """The same threads for every library, nothing looked up, and CUDA's libraries where the wheels put them."""
    libraries = sorted(python.parent.parent.glob("lib/python3*/site-packages/nvidia/*/lib"))
    return {
        **os.environ,
        "OMP_NUM_THREADS": str(job.threads),
        "PYTHONPATH": str(ROOT),
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "DO_NOT_TRACK": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "PYANNOTE_METRICS_ENABLED": "0",
        "TOKENIZERS_PARALLELISM": "false",
        "CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", "0") if job.device == "cuda" else "",
        **({"LD_LIBRARY_PATH": ":".join(map(str, libraries))} if job.device == "cuda" else {}),
    }


def compare(job: Job, systems: Sequence[str], seconds: float, floor_share: float, *, warm_up: bool) -> list[Result]:
    """Every system in turn, its row printed when it is done."""
    print(f"{'':16}{'seconds':>9}{'x real time':>12}{'MiB':>7}{'imports':>9}{'loading':>9}{'windows':>9}{'tokens':>8}")
    results = []
    for system in systems:
        if warm_up:
            listen(system, replace(job, clips=job.clips[:1]))
        result = listen(system, replace(job, share=floor_share) if system == FLOOR else job)
        results.append(result)
        # The floor's own wall clock holds what is not of the networks, and only a share of the windows.
        spent = result.networks if system == FLOOR else result.seconds
        counts = f"{'':9}{'':8}" if system == FLOOR else f"{result.windows:9}{result.tokens:8}"
        print(
            f"{system:16}{spent:9.1f}{seconds / spent:12.1f}{result.peak_mib:7.0f}{result.imports:9.1f}"
            f"{result.loading:9.1f}{counts}",
            flush=True,
        )
    return results


def judge(results: Sequence[Result]) -> bool:
    """Prints the verdicts; whether the gate holds, which nothing is held to where ours was not measured."""
    by_name = {result.system: result for result in results}
    if OURS not in by_name:
        return True
    ours = by_name[OURS]
    kept = []
    if FLOOR in by_name:
        ratio = ours.seconds / by_name[FLOOR].networks
        kept.append(ratio <= GATE)
        print(f"wall clock by model time: {ratio:.2f} (gate {GATE}): {_verdict(kept[-1])}")
    peers = [result for result in results if result.system in PEERS]
    if peers:
        best = min(peers, key=lambda result: result.seconds)
        print(f"as measured, ours is {best.seconds / ours.seconds:.2f} times the best peer, {best.system}")
        # Those that find no times of words are given what these take of ours, so that all are held to one work.
        a_window = ours.aligning / max(ours.windows, 1)
        alike = {p.system: p.seconds + (0.0 if p.aligning else a_window * p.windows) for p in peers}
        name = min(alike, key=lambda system: alike[system])
        kept.append(ours.seconds < alike[name])
        print(
            f"for the same work, word times of {a_window:.2f} s a window included, ours is "
            f"{alike[name] / ours.seconds:.2f} times the best peer, {name}: {_verdict(kept[-1])}"
        )
        tokens = {round(result.tokens / max(result.windows, 1), 2) for result in (ours, *peers)}
        print(f"tokens a window: {', '.join(map(str, sorted(tokens)))}")
    return all(kept)


def _verdict(is_kept: bool) -> str:
    return "kept" if is_kept else "missed"


def error_rates(clips: Sequence[SpokenClip], folder: Path, job: Job, systems: Sequence[str]) -> None:
    """Word errors of the shipped weights by system, and what windows shorter than Whisper's 30 s add to ours."""
    shipped = replace(job, clips=_files(clips, folder), texts=True, beams=5, compute_type="int8", device="cpu")
    from models.registry import find_weights
    from pipeline.config import DEMO

    weights = str(find_weights(SHIPPED).folder)
    short = DEMO.transcribe.max_clip_seconds
    print(f"shipped weights, {len(clips)} clips:")
    told = [(system, short) for system in systems if system != FLOOR]
    for system, window in (*told, (OURS, 30.0)):
        result = listen(system, replace(shipped, weights=SHIPPED if system == OURS else weights, window=window))
        wrong, said = _word_errors(clips, folder, result.texts)
        # faster-whisper's own path takes no length of window.
        length = 30.0 if system == "faster-whisper" else window
        print(
            f"{system:16}{result.seconds:9.1f} s, windows of {length:.0f} s: {result.windows}, "
            f"word error {wrong / max(said, 1):.1%} of {said}",
            flush=True,
        )


def _word_errors(clips: Sequence[SpokenClip], folder: Path, texts: Mapping[str, str]) -> tuple[int, int]:
    from pipeline.evaluate_audio import Errors, word_errors

    total = Errors(0, 0)
    for clip in clips:
        total += word_errors([clip.words], [texts[str(folder / clip.file)]])
    return total.errors, total.words


def _files(clips: Sequence[SpokenClip], folder: Path) -> tuple[str, ...]:
    return tuple(str(folder / clip.file) for clip in clips)


def _weights(size: str, compute_type: str) -> str:
    """Made in a process of its own: torch would stay in this one's memory."""
    command = [sys.executable, "-m", "benchmarks.recognition.random_weights", size, compute_type]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--minutes", type=float, help="as many calls as make about so many minutes, instead of --calls")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--size", choices=("small", "large-v3-turbo", "minute"), help="small on a CPU, else turbo")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--beams", type=int, default=1)
    parser.add_argument("--batch", type=int, help="windows a batch of the peers; ours is its profile's")
    parser.add_argument("--system", choices=(OURS, *PEERS, FLOOR), action="append", help="this one; may be repeated")
    parser.add_argument("--workers", type=int, default=0, help="batches at a time of ours; its profile's unless told")
    parser.add_argument("--floor-share", type=float, default=1 / 3, help="of the windows that the floor is measured on")
    parser.add_argument("--error-calls", type=int, default=12, help="calls that the shipped weights hear; 0: none")
    parser.add_argument("--folder", type=Path, help="clips made earlier, or where to make them and leave them")
    parser.add_argument("--no-warm-up", action="store_true", help="measure the first start of each process")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes weights and calls, compares, judges."""
    given = _parsed(arguments)
    n_calls = given.calls if given.minutes is None else max(2, round(given.minutes * 60 / MEAN_SECONDS))
    size = given.size or ("large-v3-turbo" if given.device == "cuda" else "small")
    compute_type = "float16" if given.device == "cuda" else "int8"
    systems = tuple(given.system or (OURS, FLOOR, *PEERS))
    for lock in {LOCKS[system] for system in systems if system in LOCKS}:
        peers_python(lock)  # before half an hour of measuring, should it fail
    with tempfile.TemporaryDirectory(prefix="palabra-bench-") as scratch:
        folder = given.folder or Path(scratch)
        clips = read_clips(folder) if (folder / "clips.json").is_file() else make_clips(n_calls, folder, given.seed)
        seconds = sum(clip.seconds for clip in clips if clip.channel == 0)
        job = Job(
            weights=_weights(size, compute_type),
            clips=_files(clips, folder),
            threads=given.threads,
            device=given.device,
            compute_type=compute_type,
            beams=given.beams,
            window=30.0,
            batch=given.batch or BATCHES[given.device],
            word_times=True,
            workers=given.workers,
        )
        lengths = sorted(clip.seconds for clip in clips if clip.channel == 0)
        print(
            f"{len(lengths)} calls of {lengths[0]:.0f} to {lengths[-1]:.0f} s, "
            f"median {lengths[len(lengths) // 2]:.0f} s, "
            f"{seconds / 60:.1f} minutes, as {len(clips)} mono clips; random weights of {size}, {compute_type} on "
            f"{given.device}, {given.threads} threads, {given.beams} beam(s)",
            flush=True,
        )
        is_kept = judge(compare(job, systems, seconds, given.floor_share, warm_up=not given.no_warm_up))
        if given.error_calls:
            error_rates(clips[: 2 * given.error_calls], folder, job, systems)
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
