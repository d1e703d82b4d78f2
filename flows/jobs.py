"""A shard on disk: what a worker needs to know, written by the plan and read by whichever machine takes it.

Flow parameters reach Prefect's server and its pages, so they hold a folder and a shard's name, never a debtor's.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.config import Config, config_from_table
from pipeline.errors import StoreError
from pipeline.types import Account, Recording


@dataclass(frozen=True, slots=True)
class CallJob:
    """One call of a shard: its manifest entry, its file, and the keys of its stages."""

    recording: Recording
    path: Path
    keys: Mapping[str, str]
    stored_keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ShardJob:
    """Some calls, bounded in audio seconds: what a worker takes, retries and commits."""

    plan: int
    shard: str
    config: Config
    allow_synthetic: bool
    calls: tuple[CallJob, ...]

    @property
    def seconds(self) -> float:
        return sum(call.recording.duration or 0.0 for call in self.calls)


def job_path(root: Path, shard: str) -> Path:
    """Where the shard's job lies below a data folder."""
    return root / "plans" / f"{shard}.json"


def write_job(root: Path, job: ShardJob) -> Path:
    """Writes a job whole or not at all."""
    path = job_path(root, job.shard)
    path.parent.mkdir(parents=True, exist_ok=True)
    table = {
        "plan": job.plan,
        "shard": job.shard,
        "config": asdict(job.config),
        "allow_synthetic": job.allow_synthetic,
        "calls": [
            {
                "recording": asdict(call.recording),
                "path": str(call.path),
                "keys": dict(call.keys),
                "stored_keys": dict(call.stored_keys),
            }
            for call in job.calls
        ],
    }
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(table, default=str, ensure_ascii=False), "utf-8")
    partial.replace(path)
    return path


def read_job(root: Path, shard: str) -> ShardJob:
    """The job that `write_job` wrote.

    Raises:
        StoreError: There is none, or it is damaged.
    """
    path = job_path(root, shard)
    try:
        table = json.loads(path.read_text("utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise StoreError(f"shard {shard}: no readable job in {path.parent.name}/; run the folder again") from error
    calls = tuple(
        CallJob(_recording(call["recording"]), Path(call["path"]), call["keys"], call["stored_keys"])
        for call in table["calls"]
    )
    return ShardJob(
        table["plan"], table["shard"], config_from_table(table["config"], path.name), table["allow_synthetic"], calls
    )


def _recording(table: dict[str, Any]) -> Recording:
    account = dict(table["account"])
    account["balance"] = _decimal(account["balance"])
    account["minimum_payment"] = _decimal(account["minimum_payment"])
    account["due_date"] = date.fromisoformat(account["due_date"]) if account["due_date"] else None
    moments = {
        "started_at": datetime.fromisoformat(table["started_at"]),
        "answered_at": datetime.fromisoformat(table["answered_at"]) if table["answered_at"] else None,
    }
    return Recording(**{**table, **moments, "account": Account(**account)})


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
