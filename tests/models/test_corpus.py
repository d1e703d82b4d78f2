"""Packed corpora: the same calls, fewer bytes, the same bytes again."""

import json
from pathlib import Path

from models.recipes.corpus import corpus_files, corpus_text, pack
from pipeline.gold import read_gold

CALL = {
    "id": "x-1",
    "author": "someone",
    "part": "train",
    "country": "MX",
    "currency": "MXN",
    "started_at": "2026-02-24T11:20:00-06:00",
    "account": {"company": "Banco", "debtor_name": "Ana Ríos", "balance": 900.0, "minimum_payment": 90.0,
                "due_date": "2026-01-18"},
    "agent_id": "A-1",
    "debtor_id": "D-1",
    "turns": [
        {"speaker": "agent", "text": "Buenos días, ¿Ana?", "labels": [], "tone": [], "steps": ["greeting"]},
        {"speaker": "debtor", "text": "Sí, mañana le pago.", "labels": ["promise"], "tone": [], "steps": []},
    ],
    "promises": [],
    "outcome": "no_agreement",
}  # fmt: skip


def test_packing_keeps_every_call(tmp_path: Path) -> None:
    plain = tmp_path / "a.jsonl"
    text = "\n".join(json.dumps(CALL | {"id": f"x-{i}"}, ensure_ascii=False) for i in range(3))
    plain.write_text(text, "utf-8")
    before = read_gold(corpus_text(plain))
    packed = pack(plain)
    assert corpus_files(tmp_path) == (packed,)
    assert read_gold(corpus_text(packed)) == before
    content = packed.read_bytes()
    plain.write_text(text, "utf-8")
    assert pack(plain).read_bytes() == content
