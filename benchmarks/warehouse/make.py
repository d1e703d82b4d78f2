"""Staged shards of any number of calls, set-wise and seeded, as workers would write them.

Each call is a corpus call again, drawn at random with its turns, labels, tone, promises and outcome, so that all these
are distributed as in the corpus; ids, days, agents, debtors and payments are drawn, and every turn's text is made its
own by a number, since equal texts would compress and scan better than real ones.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sql.staged_schema import SCHEMAS
from sql.warehouse import connect

CORPUS: Final = Path(__file__).parents[2] / "corpora" / "train"
CALLS_A_SHARD: Final = 200
N_DAYS: Final = 90
CALLS_AT_ONCE: Final = 5_000
LOADED: Final = tuple(t for t in SCHEMAS if t not in {"words", "heard", "stage_keys", "failures"})
"""Staged tables that the loader reads; the others are for re-analyses and would only make files here."""

CLASSES: Final = ("promise", "excuse", "objection", "situation", "greeting", "identification", "identity_check")

_TEMPLATES: Final = """
create table templates as
select row_number() over (order by id) - 1 as template, id, country, currency, outcome, account, promises, turns
from read_json($files, columns = {
    id: 'varchar', country: 'varchar', currency: 'varchar', outcome: 'varchar',
    account: 'struct(company varchar, debtor_name varchar, balance decimal(18, 4), minimum_payment decimal(18, 4),
        due_date date)',
    promises: 'struct("date" date, amount decimal(18, 4), currency varchar, conditional boolean, turns integer[])[]',
    turns: 'struct(speaker varchar, "text" varchar, labels varchar[],
        tone struct(category varchar, severity varchar)[], steps varchar[])[]'
});
create table template_turns as
select template, turn - 1 as turn, t.speaker as role, t.text as said,
    coalesce(t.labels, []) as labels, coalesce(t.tone, []) as tone, coalesce(t.steps, []) as steps,
    sum(0.4 * len(string_split(t.text, ' ')) + 0.6) over (partition by template order by turn) as ends
from (select template, unnest(turns) as t, generate_subscripts(turns, 1) as turn from templates);
create table template_totals as select template, max(ends) as seconds from template_turns group by template;
"""

_CALLS: Final = """
create or replace table drawn as
select
    i,
    format('call-{:07d}', i) as call_id,
    $plan::integer as plan,
    format('s{:05d}', i // $a_shard) as shard,
    (hash(i, $seed) % (select count(*) from templates))::bigint as template,
    date '2026-01-01' + (i * $n_days // $total)::integer as local_day,
    (hash(i, $seed, 'start') % 36000)::integer as second,
    format('D-{:06d}', hash(i, $seed, 'debtor') % ($total // 3)) as debtor_id,
    format('A-{:03d}', hash(i, $seed, 'agent') % 200) as agent_id
from range($first, $last) as numbers(i)
"""


def make_shards(root: Path, n_calls: int, *, plan: int = 1, first: int = 0, seed: int = 7) -> int:
    """Writes shards of `n_calls` calls numbered from `first` and returns how many turns they hold."""
    connection = connect(":memory:")
    files = sorted(str(path) for path in CORPUS.glob("*.jsonl*"))
    for statement in _TEMPLATES.split(";\n"):
        connection.execute(statement, {"files": files} if "$files" in statement else None)
    queries = {t: (Path(__file__).parent / "tables" / f"{t}.sql").read_text(encoding="utf-8") for t in LOADED}
    n_turns = 0
    for start in range(first, first + n_calls, CALLS_AT_ONCE):
        parameters = {
            "plan": plan,
            "a_shard": CALLS_A_SHARD,
            "seed": seed,
            "n_days": N_DAYS,
            "total": first + n_calls,
            "first": start,
            "last": min(start + CALLS_AT_ONCE, first + n_calls),
        }
        connection.execute(_CALLS, parameters)
        drawn = {table: _rows(connection, table, query) for table, query in queries.items()}
        n_turns += drawn["turns"].num_rows
        for shard in pc.unique(drawn["calls"]["shard"]).to_pylist():
            _write_shard(
                root, plan, shard, {t: rows.filter(pc.equal(rows["shard"], shard)) for t, rows in drawn.items()}
            )
    connection.close()
    return n_turns


def _rows(connection: duckdb.DuckDBPyConnection, table: str, query: str) -> pa.Table:
    named = f"drawn_{table}"
    connection.execute(
        f"create or replace temp table {named} as {query}", {"classes": CLASSES} if "$classes" in query else {}
    )
    rows = connection.table(named).to_arrow_table()
    keys = [("call_id", "ascending")] + [("position", "ascending")] * ("position" in rows.schema.names)
    return rows.select(SCHEMAS[table].names).cast(SCHEMAS[table]).sort_by(keys)


def _write_shard(root: Path, plan: int, shard: str, tables: Mapping[str, pa.Table]) -> None:
    staged = root / "staged"
    calls = tables["calls"].select(["call_id", "sha256", "local_day"]).to_pydict()
    first_day: date = calls["local_day"][0]
    folder = staged / f"day={first_day.isoformat()}"
    folder.mkdir(parents=True, exist_ok=True)
    files: list[dict[str, object]] = []
    for table, rows in tables.items():
        if not rows.num_rows:
            continue
        path = folder / f"{table}-p{plan:06d}-{shard}.parquet"
        pq.write_table(rows, path, compression="zstd")
        content = path.read_bytes()
        files.append(
            {
                "table": table,
                "path": path.relative_to(staged).as_posix(),
                "rows": rows.num_rows,
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )
    manifests = staged / "manifests"
    manifests.mkdir(exist_ok=True)
    document = {
        "format": 1,
        "plan": plan,
        "shard": shard,
        "calls": dict(zip(calls["call_id"], calls["sha256"], strict=True)),
        "failures": [],
        "files": files,
    }
    (manifests / f"p{plan:06d}-{shard}.json").write_text(json.dumps(document), encoding="utf-8")
