"""Folder and manifest -> shards: which calls are due, which are set aside, which need nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from flows.jobs import CallJob, ShardJob
from pipeline.analyze import due_stages, stage_keys
from pipeline.config import Config
from pipeline.decode import Probe, probe
from pipeline.errors import CallError, SetupError
from pipeline.manifest import Manifest, read_manifest, recording_from_name
from pipeline.ports import Weights
from pipeline.state import ModelRole
from pipeline.types import FailedCall, Recording
from sql.staging import StagedCall

AUDIO_SUFFIXES = frozenset(
    (
        *(".wav", ".mp3", ".ogg", ".oga", ".opus", ".flac", ".gsm", ".amr", ".m4a", ".mp4", ".aac", ".wma", ".webm"),
        *(".mka", ".au", ".aif", ".aiff", ".vox", ".3gp", ".ulaw", ".alaw"),
    )
)
"""Endings by which an unlisted file counts as a recording that the manifest forgot; listed files may end in any."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run has to do.

    Attributes:
        shards: Due calls, cut into shards.
        failures: Calls set aside before any stage, less those that an earlier run set aside for the same reason.
        still_failed: How many of those there are.
        unchanged: Calls whose stored analysis is the one that this configuration would give.
        notes: What an operator should know: decisions while reading the manifest, recordings listed twice.
    """

    number: int
    shards: tuple[ShardJob, ...]
    failures: tuple[FailedCall, ...]
    still_failed: int
    unchanged: int
    notes: tuple[str, ...]

    @property
    def n_due(self) -> int:
        return sum(len(shard.calls) for shard in self.shards)

    @property
    def seconds(self) -> float:
        return sum(shard.seconds for shard in self.shards)


def make_plan(
    folder: Path,
    manifest: Path | None,
    config: Config,
    weights: Mapping[ModelRole, Weights],
    staged: Mapping[str, StagedCall],
    number: int,
    *,
    allow_synthetic: bool = False,
) -> Plan:
    """Plan of one run over a folder.

    Args:
        folder: Holds the recordings, in subfolders or not.
        manifest: The list of calls; without one, file names must carry the metadata (`manifest.file_name_pattern`).
        config: The whole configuration.
        weights: Which weights would answer, by port.
        staged: What earlier runs stored or set aside, by call.
        number: The plan's number, higher than any before it.
        allow_synthetic: The user forced weights that were trained on synthetic speech.

    Raises:
        SetupError: No such folder, an unreadable manifest, or neither manifest nor pattern.
    """
    if not folder.is_dir():
        raise SetupError(f"folder {folder.name} expected, not found; check the path")
    listed = _listed(manifest, config)
    failed_before = {call_id: call.failed for call_id, call in staged.items() if call.failed is not None}
    failures = list(listed.failures)
    found, unlisted = _unlisted(folder, manifest, listed, config)
    failures += unlisted
    due: list[CallJob] = []
    unchanged = still_failed = 0
    same_bytes: dict[str, list[str]] = defaultdict(list)
    for recording in (*listed.recordings, *found):
        path = folder / recording.uri
        try:
            known = _probed(recording, path, config)
        except CallError as error:
            failures.append(FailedCall(recording.call_id, recording.uri, error.reason, error.message))
            continue
        same_bytes[known.sha256 or ""].append(known.call_id)
        keys = stage_keys(known, weights, config)
        stored = staged[known.call_id].stage_keys if known.call_id in staged else {}
        failed = failed_before.get(known.call_id)
        if failed is not None and failed.key == keys.get(failed.stage):
            # The stage that failed would be given the same again.
            still_failed += 1
        elif not due_stages(keys, stored):
            unchanged += 1
        else:
            due.append(CallJob(known, path, keys, stored))
    keyed = [replace(f, key=f.key or _plan_failure_key(f)) for f in failures]
    new = tuple(f for f in keyed if f.call_id not in failed_before or failed_before[f.call_id].key != f.key)
    notes = (*listed.notes, *_twins(same_bytes))
    still_failed += len(keyed) - len(new)
    return Plan(
        number, _shards(due, config, number, allow_synthetic=allow_synthetic), new, still_failed, unchanged, notes
    )


def _plan_failure_key(failure: FailedCall) -> str:
    return sha256(f"{failure.reason}|{failure.uri}|{failure.message}".encode()).hexdigest()[:32]


def _listed(manifest: Path | None, config: Config) -> Manifest:
    if manifest is None:
        if config.manifest.file_name_pattern is None:
            raise SetupError(
                "a manifest expected, none given; name one with --manifest or set manifest.file_name_pattern"
            )
        return Manifest((), (), ())
    if not manifest.is_file():
        raise SetupError(f"manifest {manifest.name} expected, not found; check the path")
    return read_manifest(manifest.read_bytes(), manifest.name, config.manifest)


def _unlisted(
    folder: Path, manifest: Path | None, listed: Manifest, config: Config
) -> tuple[list[Recording], list[FailedCall]]:
    """Recordings in the folder that no line names: read from their name by the pattern, or set aside."""
    named = {r.uri for r in listed.recordings} | listed.files
    found: list[Recording] = []
    failures: list[FailedCall] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or path == manifest or path.suffix.lower() not in AUDIO_SUFFIXES or name in named:
            continue
        try:
            recording = recording_from_name(name, config.manifest)
        except CallError as error:
            failures.append(FailedCall(error.call_id, name, error.reason, error.message))
            continue
        if recording is not None:
            found.append(recording)
        else:
            message = f"no manifest line names {name}; add one, or set manifest.file_name_pattern"
            failures.append(FailedCall(name, name, "not_in_manifest", message))
    return found, failures


def _probed(recording: Recording, path: Path, config: Config) -> Recording:
    told: Probe = probe(path, recording.call_id, config.decode)
    return replace(recording, sha256=told.sha256, channels=told.channels, duration=told.duration)


def _twins(same_bytes: Mapping[str, list[str]]) -> Iterable[str]:
    for ids in same_bytes.values():
        if len(ids) > 1:
            yield f"{' and '.join(ids)} have the same recording; both are kept"


def _shards(due: Sequence[CallJob], config: Config, number: int, *, allow_synthetic: bool) -> tuple[ShardJob, ...]:
    shards: list[list[CallJob]] = []
    seconds = 0.0
    for call in due:
        length = call.recording.duration or 0.0
        if not shards or seconds + length > config.run.shard_seconds:
            shards.append([])
            seconds = 0.0
        shards[-1].append(call)
        seconds += length
    return tuple(
        ShardJob(number, f"plan{number:06d}-shard{i:05d}", config, allow_synthetic, tuple(calls))
        for i, calls in enumerate(shards)
    )
