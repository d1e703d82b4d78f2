# ruff: noqa: ARG001 - every system is loaded with the same two arguments.
"""One system hears all clips, in a process of its own; `measure.py` starts it.

    python -m benchmarks.recognition.listen SYSTEM JOB      (JOB: `Job` as JSON)

Prints JSON lines: what imports took, what loading took, one line a clip done, and at the end the whole. At the top it
imports nothing of the project, because whisperX runs in an environment of its own; numpy is in both.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal

from benchmarks.recognition.counting import Networks, counted


@dataclass(frozen=True, slots=True)
class Job:
    """What every system is told alike.

    Attributes:
        weights: Folder of CTranslate2 weights, or the name of shipped ones.
        clips: WAV files in order.
        threads: Processor threads a system may use in all.
        window: Longest speech of a window, seconds.
        word_times: Whether the batched pipeline gives the time of each word, as ours always does.
        share: Of the windows, how many the model time is measured on.
        workers: Batches at a time of ours, the threads divided among them; 0 is its profile's own number.
        texts: Whether what was heard is given back.
    """

    weights: str
    clips: tuple[str, ...]
    threads: int
    device: Literal["cpu", "cuda"]
    compute_type: str
    beams: int
    window: float
    batch: int
    word_times: bool
    share: float = 1.0
    workers: int = 0
    texts: bool = False
    language: str = "es"


Heard = Iterator[tuple[str, str]]
"""File and text of each clip, in the order in which they are done."""

Loaded = Callable[[Job], Heard]


def load_ours(job: Job, networks: Networks) -> Loaded:
    """The product's own recogniser: voice activity, packing and batches across calls."""
    from benchmarks.recognition.product import hear_all, load

    parts = load(job)
    return lambda job: hear_all(job, *parts)


def load_faster_whisper(job: Job, networks: Networks) -> Loaded:
    """One file after the other by faster-whisper, with its voice-activity filter.

    Without the times of words: it moves on to the last word's end, and where random weights put that is chance.
    """
    model = _whisper_model(job)

    def hear(job: Job) -> Heard:
        for file in job.clips:
            segments, _ = model.transcribe(
                _samples(file),
                language=job.language,
                beam_size=job.beams,
                temperature=0.0,
                condition_on_previous_text=False,
                without_timestamps=True,
                vad_filter=True,
            )
            yield file, _joined(segment.text for segment in segments)

    return hear


def load_batched(job: Job, networks: Networks) -> Loaded:
    """faster-whisper's BatchedInferencePipeline file by file."""
    from faster_whisper import BatchedInferencePipeline

    model = _whisper_model(job)

    def hear(job: Job) -> Heard:
        for file in job.clips:
            # A pipeline of its own: it carries the last word's time over from call to call.
            segments, _ = BatchedInferencePipeline(model).transcribe(
                _samples(file),
                language=job.language,
                beam_size=job.beams,
                temperature=0.0,
                without_timestamps=True,
                word_timestamps=job.word_times,
                chunk_length=round(job.window),
                batch_size=job.batch,
            )
            yield file, _joined(segment.text for segment in segments)

    return hear


def load_whisperx(job: Job, networks: Networks) -> Loaded:
    """Recognition of whisperX, with the voice-activity network of its wheel; its aligner would be a download."""
    import warnings

    warnings.filterwarnings("ignore")
    voice_activity = import_module("whisperx.vads").Pyannote
    voice_activity.__call__ = networks.timed(voice_activity.__call__)
    pipeline = import_module("whisperx.asr").load_model(
        job.weights,
        device=job.device,
        compute_type=job.compute_type,
        language=job.language,
        asr_options={"beam_size": job.beams, "temperatures": [0.0]},
        threads=job.threads,
        local_files_only=True,
    )

    def hear(job: Job) -> Heard:
        for file in job.clips:
            found = pipeline.transcribe(_samples(file), batch_size=job.batch, chunk_size=round(job.window))
            yield file, _joined(segment["text"] for segment in found["segments"])

    return hear


def load_model_time(job: Job, networks: Networks) -> Loaded:
    """No system but the floor: the networks alone over the windows that the product cuts."""
    from benchmarks.recognition.product import load, networks_alone

    parts = load(job)
    return lambda job: networks_alone(job, networks, *parts)


SYSTEMS: Final[dict[str, Callable[[Job, Networks], Loaded]]] = {
    "palabra": load_ours,
    "faster-whisper": load_faster_whisper,
    "batched": load_batched,
    "whisperx": load_whisperx,
    "model time": load_model_time,
}
_HEAVY: Final = {
    "palabra": ("models.transcriber", "models.voice_activity"),
    "model time": ("models.transcriber", "models.voice_activity"),
    "faster-whisper": ("faster_whisper",),
    "batched": ("faster_whisper",),
    "whisperx": ("whisperx.asr",),
}


def measure(system: str, job: Job, report: Callable[[dict[str, Any]], None]) -> None:
    """Imports, loads and hears; each part is reported when it is done."""
    began = time.perf_counter()
    for module in _HEAVY[system]:
        import_module(module)
    report({"imports": time.perf_counter() - began})
    networks = Networks()
    with counted(networks):
        began = time.perf_counter()
        hear = SYSTEMS[system](job, networks)
        report({"loading": time.perf_counter() - began})
        networks.seconds = 0.0
        texts: dict[str, str] = {}
        began, cpu = time.perf_counter(), time.process_time()
        for file, text in hear(job):
            texts[file] = text
            report({"done": len(texts), "after": time.perf_counter() - began})
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    report(
        {
            "seconds": seconds,
            "cpu": cpu,
            "networks": networks.seconds,
            "aligning": networks.aligning,
            "windows": networks.windows,
            "tokens": networks.tokens,
            "peak_mib": peak_mib(),
            "texts": texts if job.texts else {},
        }
    )


def peak_mib() -> float:
    """Most memory that this process has held, MiB. Not `ru_maxrss`, which keeps the peak of its parent."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _whisper_model(job: Job) -> Any:
    from faster_whisper import WhisperModel

    return WhisperModel(
        job.weights,
        device=job.device,
        compute_type=job.compute_type,
        cpu_threads=job.threads,
        local_files_only=True,
    )


def _samples(file: str) -> Any:
    from benchmarks.recognition.calls import read_wav

    return read_wav(Path(file))


def _joined(texts: Iterator[str]) -> str:
    return " ".join(text.strip() for text in texts)


def main() -> None:
    # What libraries print goes to stderr; stdout is for the report alone.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def report(found: dict[str, Any]) -> None:
        print(json.dumps(found), file=out, flush=True)

    system, told = sys.argv[1:]
    values = json.loads(told)
    measure(system, Job(**{**values, "clips": tuple(values["clips"])}), report)


if __name__ == "__main__":
    main()
