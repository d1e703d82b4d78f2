"""The next shard made ready in a thread while the one before it is on the device: two shards are in flight.

Only what needs no device is done ahead, decoding and voice activity, and only for calls that no earlier run stored:
those need nothing but their recordings.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from flows.jobs import ShardJob
from pipeline.analyze import BY_NAME, planned, run_stage
from pipeline.state import CallState, Models
from pipeline.types import FailedCall

STAGES_AHEAD = ("decode", "speech")

LONG_SHARD = 2.0
"""A shard this many times the configured size is one very long call: its samples are not held beside another's."""

Outcome = tuple[tuple[CallState, ...], Sequence[FailedCall]]
Prepared = Mapping[str, Outcome]

_WAITING: dict[tuple[Path, str], Future[Prepared]] = {}
_LOCK = Lock()
_POOL = ThreadPoolExecutor(1, thread_name_prefix="next-shard")


def prepare(root: Path, job: ShardJob, models: Models) -> bool:
    """Begins to make a shard ready; says whether it can be."""
    is_fresh = not any(call.stored_keys for call in job.calls)
    if not is_fresh or job.seconds > LONG_SHARD * job.config.run.shard_seconds:
        return False
    with _LOCK:
        _WAITING[root, job.shard] = _POOL.submit(_prepared, job, models)
    return True


def take(root: Path, shard: str) -> Prepared:
    """What was done ahead for a shard, by stage, waiting where it is not finished; empty where nothing was."""
    with _LOCK:
        waiting = _WAITING.pop((root, shard), None)
    return {} if waiting is None else waiting.result()


def drop_all(root: Path) -> None:
    """Lets go of what nobody will take: a run that ended early."""
    with _LOCK:
        for key in [key for key in _WAITING if key[0] == root]:
            _WAITING.pop(key).cancel()


def _prepared(job: ShardJob, models: Models) -> Prepared:
    states = tuple(planned(call.recording, call.path, None, {}, call.keys) for call in job.calls)
    outcomes: dict[str, Outcome] = {}
    for name in STAGES_AHEAD:
        states, failed = run_stage(BY_NAME[name], states, models, job.config)
        outcomes[name] = states, tuple(failed)
    return outcomes
