"""A folder of recordings -> a loaded and published warehouse: plan, shards, loader.

Shards fan out here in this process. Workers never open a database: the loader, one process, takes what they staged.
"""

import time
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner

from flows.ahead import drop_all
from flows.analyze_shard import ShardReport, TriageReport, analyze_shard, prepare_shard
from flows.jobs import read_job, write_job
from flows.models import weights_of
from flows.plan import Plan, make_plan
from pipeline.config import Config
from pipeline.types import FailedCall
from sql.load import load
from sql.publish import publish
from sql.staging import next_plan, staged_calls, write_shard


@dataclass(frozen=True, slots=True)
class FolderReport:
    """What a run did, in counts."""

    plan: int
    analysed: int
    failed: int
    still_failed: int
    unchanged: int
    seconds: float
    stages: dict[str, int]
    notes: tuple[str, ...]
    triage: TriageReport


def plan_folder(folder: Path, manifest: Path | None, config: Config, root: Path, *, allow_synthetic: bool) -> Plan:
    """The plan of a run over a folder, its shards' jobs written below the data folder.

    Raises:
        SetupError: Folder, manifest, weights or data folder cannot be used.
    """
    weights = weights_of(config, allow_synthetic=allow_synthetic)
    plan = make_plan(
        folder, manifest, config, weights, staged_calls(root), next_plan(root), allow_synthetic=allow_synthetic
    )
    for job in plan.shards:
        write_job(root, job)
    return plan


@flow(
    name="analyze-folder",
    task_runner=ThreadPoolTaskRunner(max_workers=1),  # type: ignore[arg-type]
    validate_parameters=False,
    persist_result=False,
)
def analyze_folder(root: str, shards: list[str]) -> list[ShardReport]:
    """Analyses planned shards one after the other in this process, and loads each as it is done.

    Args:
        root: The data folder.
        shards: Names of its shards.
    """
    reports = []
    published = time.monotonic()
    try:
        for shard, following in zip_longest(shards, shards[1:]):
            if following is not None:
                prepare_shard(Path(root), following)
            reports.append(analyze_shard(root, shard))
            load(Path(root))
            # Readers of a long run see what is done; copying the warehouse after every shard would cost too much.
            if time.monotonic() - published > read_job(Path(root), shard).config.run.publish_every:
                publish(Path(root))
                published = time.monotonic()
    finally:
        drop_all(Path(root))
    return reports


def run_plan(plan: Plan, root: Path) -> FolderReport:
    """Everything a plan asks for: set-aside calls recorded, shards analysed, warehouse loaded and published.

    Raises:
        StoreError: Another process holds the warehouse; what was staged stays and the next load takes it.
    """
    if plan.failures:
        _record_failures(root, plan.number, plan.failures)
    reports = analyze_folder(str(root), [job.shard for job in plan.shards]) if plan.shards else []
    if reports or plan.failures or not (root / "published").is_dir():
        load(root)
        publish(root)
    stages: dict[str, int] = {}
    for report in reports:
        for stage, count in report.stages.items():
            stages[stage] = stages.get(stage, 0) + count
    return FolderReport(
        plan.number,
        sum(r.analysed for r in reports),
        sum(r.failed for r in reports) + len(plan.failures),
        plan.still_failed,
        plan.unchanged,
        plan.seconds,
        stages,
        plan.notes,
        sum((r.triage for r in reports), TriageReport()),
    )


def _record_failures(root: Path, number: int, failures: tuple[FailedCall, ...]) -> None:
    """Calls set aside by the plan are staged like any other, as a shard of their own without analyses."""
    write_shard(root, number, f"plan{number:06d}-set-aside", [], failures)
