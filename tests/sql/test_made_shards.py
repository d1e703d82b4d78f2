"""The benchmark's shards are shards like any other: they load, their checks pass, and a seed makes the same again."""

from pathlib import Path

import pytest

from benchmarks.warehouse.make import CALLS_A_SHARD, make_shards
from sql.load import load
from sql.shards import staged_shards
from sql.warehouse import connect, warehouse_path


def test_made_shards_load(tmp_path: Path) -> None:
    n_turns = make_shards(tmp_path, 300)
    assert load(tmp_path).new == 300
    connection = connect(warehouse_path(tmp_path))
    counts = connection.execute(
        "select (select count(*) from turns), (select count(distinct outcome) from calls), "
        "(select count(*) from promises), (select count(*) from tone_flags), "
        "(select count(distinct local_day) from calls)"
    ).fetchone()
    connection.close()
    assert counts is not None
    assert counts[0] == n_turns == pytest.approx(300 * 22, rel=0.3), "turns a call as in the corpus"
    assert counts[1] >= 8, "most outcomes occur"
    assert min(counts[2:]) > 50


def test_seed_makes_the_same_shards(tmp_path: Path) -> None:
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        make_shards(tmp_path / folder, CALLS_A_SHARD, seed=seed)
    a, b, c = ({f.path: f.sha256 for s in staged_shards(tmp_path / folder) for f in s.files} for folder in "abc")
    assert a == b
    assert a != c
