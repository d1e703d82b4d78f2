"""One shard, from recordings to staged Parquet: the flow that any worker runs, in one process.

Its tasks are the stages of a shard, never of a single call. Prefect only wraps them: the plain functions of
`pipeline.analyze` do the work, and a test asserts that both ways give the same.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.task_runners import ThreadPoolTaskRunner

from flows.ahead import prepare, take
from flows.jobs import ShardJob, read_job
from flows.models import shared_models
from flows.progress import RECOGNITION_SHARE, begin_shard, tell, tell_recognition_done
from pipeline.analyze import CODE_VERSION, STAGES, Stage, planned, run_stage
from pipeline.config import Config, digest
from pipeline.state import CallState, Models, restored
from pipeline.types import CallAnalysis, FailedCall
from sql.staging import read_analyses, write_shard

log = logging.getLogger(__name__)

StageRun = Callable[[Stage, Sequence[CallState], Models, Config], tuple[tuple[CallState, ...], Sequence[FailedCall]]]


@dataclass(frozen=True, slots=True)
class TriageReport:
    """Calls that triage skipped, and those it could have: ids only, seconds of recordings and of speech spared."""

    skipped: tuple[str, ...] = ()
    sampled: tuple[str, ...] = ()
    seconds: float = 0.0
    speech: float = 0.0

    def __add__(self, other: "TriageReport") -> "TriageReport":
        return TriageReport(
            self.skipped + other.skipped,
            self.sampled + other.sampled,
            round(self.seconds + other.seconds, 2),
            round(self.speech + other.speech, 2),
        )


@dataclass(frozen=True, slots=True)
class ShardReport:
    """What became of a shard: counts only, since a flow's result is shown on Prefect's pages."""

    shard: str
    analysed: int
    failed: int
    seconds: float
    stages: dict[str, int]
    triage: TriageReport


@cache
def _task_of(stage: str) -> Callable[..., tuple[tuple[CallState, ...], Sequence[FailedCall]]]:
    # Samples and words are no task parameters to hash or to keep: no cache, no persisted result.
    return task(name=stage, cache_policy=NO_CACHE, persist_result=False)(run_stage)


def _prefect_stage(
    stage: Stage, states: Sequence[CallState], models: Models, config: Config
) -> tuple[tuple[CallState, ...], Sequence[FailedCall]]:
    return _task_of(stage.name)(stage, states, models, config)


@flow(
    name="analyze-shard",
    flow_run_name="{shard}",
    task_runner=ThreadPoolTaskRunner(max_workers=1),  # type: ignore[arg-type]
    validate_parameters=False,
    persist_result=False,
)
def analyze_shard(root: str, shard: str) -> ShardReport:
    """Runs the due stages of a shard's calls and stages the result.

    Args:
        root: The data folder, which holds the shard's job.
        shard: The shard's name.
    """
    return run_shard(Path(root), read_job(Path(root), shard), _prefect_stage)


def prepare_shard(root: Path, shard: str) -> None:
    """Begins to decode a shard's calls and to find their speech while another shard is on the device."""
    job = read_job(root, shard)
    prepare(root, job, shared_models(job.config, allow_synthetic=job.allow_synthetic))


def run_shard(root: Path, job: ShardJob, run: StageRun = run_stage) -> ShardReport:
    """The same without Prefect: what the flow does around its tasks."""
    models = shared_models(job.config, allow_synthetic=job.allow_synthetic)
    states = _planned_states(root, job)
    ahead = take(root, job.shard)
    begin_shard(job.seconds)
    failures: list[FailedCall] = []
    ran: dict[str, int] = {}
    for stage in STAGES:
        n_due = sum(1 for state in states if stage.name in state.due)
        if n_due:
            ran[stage.name] = n_due
            done = ahead.get(stage.name)
            states, failed = done if done is not None else run(stage, states, models, job.config)
            failures += failed
            _tell_stage(stage.name)
    keys = {call.recording.call_id: call.keys for call in job.calls}
    failures = [replace(f, key=keys[f.call_id][f.stage]) for f in failures]
    weights, config_digest = models.provenance(), digest(job.config)
    analyses = [state.analysis(CODE_VERSION, config_digest, weights) for state in states]
    write_shard(root, job.plan, job.shard, analyses, failures)
    log.info("shard %s: %d calls analysed, %d set aside", job.shard, len(analyses), len(failures))
    return ShardReport(job.shard, len(analyses), len(failures), job.seconds, ran, _triage_report(analyses))


def _triage_report(analyses: Sequence[CallAnalysis]) -> TriageReport:
    """What this shard was spared; calls whose recording was not opened again are counted too, they stay skipped."""
    skipped = [a for a in analyses if a.heard.triage.decision == "skipped"]
    return TriageReport(
        tuple(a.recording.call_id for a in skipped),
        tuple(a.recording.call_id for a in analyses if a.heard.triage.decision == "sampled"),
        round(sum(a.heard.duration for a in skipped), 2),
        round(sum(a.heard.triage.speech for a in skipped), 2),
    )


def _planned_states(root: Path, job: ShardJob) -> tuple[CallState, ...]:
    """States of the shard's calls, with what earlier runs stored of those that need only some stages again."""
    known = [call.recording.call_id for call in job.calls if call.stored_keys]
    stored = read_analyses(root, known) if known else {}
    states = []
    for call in job.calls:
        earlier = stored.get(call.recording.call_id)
        before = restored(earlier, call.path) if earlier is not None else None
        stored_keys = call.stored_keys if earlier is not None else {}
        states.append(planned(call.recording, call.path, before, stored_keys, call.keys))
    return tuple(states)


def _tell_stage(stage: str) -> None:
    """Recognition tells its own progress clip by clip; the other stages share the rest evenly."""
    if stage == "transcribe":
        tell_recognition_done()
    else:
        tell((1 - RECOGNITION_SHARE) / (len(STAGES) - 1), stage)
