"""What workers hand to the loader: Parquet files of a shard, and one manifest that makes them exist.

Workers never open a database, so this module imports none. Layout below the data folder:

    staged/plans/000007                            a plan number that somebody has taken
    staged/manifests/p000007-<shard>.json          written last, by an exclusive link: the shard is committed
    staged/day=2026-03-12/turns-p000007-<shard>-<digest>.parquet

A file that no manifest lists does not exist. A manifest never changes: the first worker that commits a shard of a plan
wins, and a second one (a retry that came late) finds its work done. Of one call the highest plan counts.
"""

import hashlib
import io
import json
import os
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import StoreError
from pipeline.types import CallAnalysis, FailedCall
from sql.analyses import analysis_of_rows
from sql.rows import Row, Rows, analysis_rows
from sql.shards import FORMAT, REMEDY, StagedFile, StagedShard, manifest_paths, read_manifest, staged_shards
from sql.staged_schema import SCHEMAS
from sql.storable import misfit

NO_DAY: Final = "none"
"""Partition of the rows that belong to no day: failures."""

_SHARD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
_MANIFEST = re.compile(r"p(\d{6,})-(.+)\.json\Z")


@dataclass(frozen=True, slots=True)
class StagedCall:
    """What is known of a call from earlier runs.

    Attributes:
        plan: Highest plan that analysed the call, 0 if every attempt failed.
        shard: Shard of that plan.
        sha256: Digest of the audio that was analysed.
        stage_keys: Stage -> key of that analysis; empty if there is none.
        failed: The failure of the newest attempt, if it failed; an older analysis then still stands.
        failed_plan: The plan of that failure.
    """

    call_id: str
    plan: int
    shard: str
    sha256: str | None
    stage_keys: Mapping[str, str] = field(default_factory=dict)
    failed: FailedCall | None = None
    failed_plan: int | None = None


def next_plan(root: Path) -> int:
    """A plan number that is higher than every earlier one of this data folder, and nobody else's.

    Raises:
        StoreError: The data folder cannot be written.
    """
    plans = root / "staged" / "plans"
    try:
        plans.mkdir(parents=True, exist_ok=True)
        known = [int(p.name) for p in plans.iterdir() if p.name.isdigit()]
        known += [int(m[1]) for p in manifest_paths(root) if (m := _MANIFEST.match(p.name))]
        number = max(known, default=0) + 1
        while True:
            try:
                (plans / f"{number:06d}").touch(exist_ok=False)
            except FileExistsError:
                number += 1
            else:
                return number
    except OSError as error:
        raise StoreError(
            f"{root}: cannot be written ({error.strerror}); set run.data_dir to a folder of yours"
        ) from error


def write_shard(
    root: Path, plan: int, shard: str, analyses: Sequence[CallAnalysis], failures: Sequence[FailedCall]
) -> Path:
    """Commits a shard and returns its manifest; does nothing where this plan's shard is committed already.

    A call that does not fit the stores (`sql.storable`) is recorded as a failure, so that it does not cost the shard.

    Args:
        root: The data folder.
        plan: From `next_plan`; the same for all shards of a run.
        shard: Name of the shard, unique within its plan: letters, digits, dot, dash, underscore.
        analyses: Finished calls, each id once.
        failures: Calls that were set aside.

    Raises:
        StoreError: The name cannot be used, an id comes twice, the folder cannot be written, or another shard with
            this plan and name holds other calls.
    """
    _check_shard(plan, shard, analyses)
    analyses, unstorable = _storable(analyses)
    failures = [*failures, *unstorable]
    manifest = root / "staged" / "manifests" / f"p{plan:06d}-{shard}.json"
    calls = {a.recording.call_id: a.heard.sha256 for a in analyses}
    if manifest.exists():
        return _same_calls(manifest, calls, failures)
    try:
        files = _write_tables(root / "staged", plan, shard, analyses, failures)
        document = {
            "format": FORMAT,
            "plan": plan,
            "shard": shard,
            "calls": calls,
            "failures": [_failure_row(f) for f in failures],
            "files": [_file_row(f) for f in files],
        }
        committed = _create_exclusively(manifest, json.dumps(document, ensure_ascii=False, indent=1).encode())
    except OSError as error:
        raise StoreError(
            f"{root}: shard {shard} cannot be written ({error.strerror}); make room or give write access"
        ) from error
    return manifest if committed else _same_calls(manifest, calls, failures)


def staged_calls(root: Path) -> dict[str, StagedCall]:
    """Every call that a committed shard names, analysed or set aside, with its newest plan."""
    newest: dict[str, StagedCall] = {}
    shards = staged_shards(root)
    for shard in shards:
        for call_id, sha256 in shard.calls.items():
            newest[call_id] = StagedCall(call_id, shard.plan, shard.shard, sha256)
    keys = _stage_keys(root, shards, newest)
    newest = {
        call_id: StagedCall(call_id, call.plan, call.shard, call.sha256, keys.get(call_id, {}))
        for call_id, call in newest.items()
    }
    for shard in shards:
        for failure in shard.failures:
            call = newest.get(failure.call_id, StagedCall(failure.call_id, 0, shard.shard, None))
            if shard.plan >= call.plan:
                newest[failure.call_id] = StagedCall(
                    call.call_id, call.plan, call.shard, call.sha256, call.stage_keys, failure, shard.plan
                )
    return newest


def read_analyses(root: Path, call_ids: Iterable[str]) -> dict[str, CallAnalysis]:
    """Newest staged analysis of each call, equal to the one that was written; ids without one are left out.

    Raises:
        StoreError: A listed file is missing or damaged.
    """
    wanted = set(call_ids)
    newest: dict[str, StagedShard] = {}
    for shard in staged_shards(root):
        for call_id in wanted.intersection(shard.calls):
            newest[call_id] = shard
    by_shard: dict[str, list[str]] = {}
    for call_id, shard in newest.items():
        by_shard.setdefault(shard.name, []).append(call_id)
    found: dict[str, CallAnalysis] = {}
    for shard in {s.name: s for s in newest.values()}.values():
        rows = _rows_of_calls(root, shard, by_shard[shard.name])
        found |= {call_id: analysis_of_rows(tables) for call_id, tables in rows.items()}
    return found


def _check_shard(plan: int, shard: str, analyses: Sequence[CallAnalysis]) -> None:
    if not _SHARD.match(shard) or plan < 1:
        raise StoreError(f"shard {shard!r} of plan {plan}: a plan from 1 and a name of letters, digits, . _ - expected")
    ids = [a.recording.call_id for a in analyses]
    if len(set(ids)) != len(ids):
        twice = next(i for i in ids if ids.count(i) > 1)
        raise StoreError(f"shard {shard}: {twice} comes twice; give each call once")


def _storable(analyses: Sequence[CallAnalysis]) -> tuple[list[CallAnalysis], list[FailedCall]]:
    kept: list[CallAnalysis] = []
    failed: list[FailedCall] = []
    for analysis in analyses:
        found = misfit(analysis)
        if found is None:
            kept.append(analysis)
        else:
            recording = analysis.recording
            failed.append(FailedCall(recording.call_id, recording.uri, "stage_failed", found, "stage"))
    return kept, failed


def _write_tables(
    staged: Path, plan: int, shard: str, analyses: Sequence[CallAnalysis], failures: Sequence[FailedCall]
) -> list[StagedFile]:
    days: dict[str, Rows] = {}
    for analysis in analyses:
        rows = analysis_rows(analysis)
        day: date = rows["calls"][0]["local_day"]
        tables = days.setdefault(day.isoformat(), {})
        for table, new in rows.items():
            call_id = analysis.recording.call_id
            tables.setdefault(table, []).extend({"call_id": call_id, **row} for row in new)
    if failures:
        days[NO_DAY] = {"failures": [{"position": i, **_failure_row(f)} for i, f in enumerate(failures)]}
    return [
        _write_table(staged, day, table, plan, shard, days[day][table])
        for day in sorted(days)
        for table in SCHEMAS
        if days[day].get(table)
    ]


def _write_table(staged: Path, day: str, table: str, plan: int, shard: str, rows: list[Row]) -> StagedFile:
    for row in rows:
        row["plan"], row["shard"] = plan, shard
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, SCHEMAS[table]), stream, compression="zstd")
    content = stream.getvalue()
    sha256 = hashlib.sha256(content).hexdigest()
    path = staged / f"day={day}" / f"{table}-p{plan:06d}-{shard}-{sha256[:12]}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    _write_synced(draft, content)
    draft.replace(path)
    return StagedFile(table, path.relative_to(staged).as_posix(), len(rows), len(content), sha256)


def _create_exclusively(path: Path, content: bytes) -> bool:
    """Whether this call made the file; it appears whole or not at all, and never replaces one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    _write_synced(draft, content)
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _same_calls(manifest: Path, calls: Mapping[str, str], failures: Sequence[FailedCall]) -> Path:
    there = read_manifest(manifest)
    found = set(there.calls) | {f.call_id for f in there.failures}
    if found != set(calls) | {f.call_id for f in failures}:
        raise StoreError(f"{manifest.name}: committed with other calls; take a new plan number or another shard name")
    return manifest


def _failure_row(failure: FailedCall) -> Row:
    return {
        "call_id": failure.call_id,
        "uri": failure.uri,
        "reason": failure.reason,
        "message": failure.message,
        "stage": failure.stage,
        "key": failure.key,
    }


def _file_row(file: StagedFile) -> Row:
    return {
        "table": file.table,
        "path": file.path,
        "rows": file.rows,
        "bytes": file.bytes,
        "sha256": file.sha256,
    }


def _stage_keys(
    root: Path, shards: Sequence[StagedShard], newest: Mapping[str, StagedCall]
) -> dict[str, dict[str, str]]:
    keys: dict[str, dict[str, str]] = {}
    for shard in shards:
        if not any(newest[c].plan == shard.plan and newest[c].shard == shard.shard for c in shard.calls):
            continue
        for path in shard.paths(root, "stage_keys"):
            columns = _read_table(path, ["call_id", "stage", "key"]).to_pydict()
            for call_id, stage, key in zip(columns["call_id"], columns["stage"], columns["key"], strict=True):
                if (newest[call_id].plan, newest[call_id].shard) == (shard.plan, shard.shard):
                    keys.setdefault(call_id, {})[stage] = key
    return keys


def _rows_of_calls(root: Path, shard: StagedShard, call_ids: Sequence[str]) -> dict[str, Rows]:
    found: dict[str, Rows] = {call_id: {} for call_id in call_ids}
    for table in SCHEMAS:
        if table == "failures":
            continue
        for path in shard.paths(root, table):
            rows = _read_table(path, None, [("call_id", "in", list(call_ids))])
            for row in rows.to_pylist():
                found[row["call_id"]].setdefault(table, []).append(row)
    return found


def _read_table(path: Path, columns: list[str] | None, filters: Any = None) -> pa.Table:
    try:
        return pq.read_table(path, columns=columns, filters=filters, partitioning=None)
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"{path}: cannot be read as Parquet ({type(error).__name__}); {REMEDY}") from error
