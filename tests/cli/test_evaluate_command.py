"""`palabra evaluate` on transcripts: what is printed, and what changed between two predictions."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app


def line(call_id: str, labels: list[str], outcome: str, due: str | None, **more: Any) -> str:
    return json.dumps(
        {
            "id": call_id,
            "country": "MX",
            "currency": "MXN",
            "started_at": "2026-03-12T10:42:00-06:00",
            "turns": [
                {"speaker": "agent", "text": "¿Cuándo paga?", "labels": [], "tone": [], "steps": ["purpose"]},
                {"speaker": "debtor", "text": "Ya veré.", "labels": labels, "tone": [], "steps": [], **more},
            ],
            "promises": [{"date": due, "amount": 500, "currency": "MXN", "conditional": False, "turns": [1]}],
            "outcome": outcome,
        }
    )


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str, str]:
    """Gold, predictions and other predictions of three calls."""
    gold, better, worse = tmp_path / "gold.jsonl", tmp_path / "better.jsonl", tmp_path / "worse.jsonl"
    days = ["2026-03-13", "2026-03-14", "2026-03-15"]
    gold.write_text("\n".join(line(f"c{i}", ["excuse"], "refusal", day) for i, day in enumerate(days)), "utf-8")
    better.write_text(
        "\n".join(line(f"c{i}", ["excuse"], "refusal", day, scores={"excuse": 0.9}) for i, day in enumerate(days)),
        "utf-8",
    )
    worse.write_text(
        "\n".join(line(f"c{i}", ["excuse"] if i else ["promise"], "paid", days[0]) for i in range(3)), "utf-8"
    )
    return str(gold), str(better), str(worse)


def told(*arguments: str) -> str:
    ran = CliRunner().invoke(app, ["evaluate", *arguments])
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def test_classes_confusion_calibration_and_countries_are_printed(files: tuple[str, str, str]) -> None:
    gold, better, worse = files
    out = told(gold, "--predictions", worse)
    rows = {tuple(row.split()[:2]): row.split()[2:] for row in out.splitlines() if row.startswith(("label", "step"))}
    assert rows["label", "excuse"][:3] == ["1.00", "0.67", "0.80"]
    assert rows["label", "promise"][:2] == ["0.00", "nan"]
    assert ("label", "objection") not in rows
    assert "refusal                      3" in out, "outcome: refusal in the gold, paid found, three times"
    assert "\nMX (3 calls): labels macro-F1 0.80" in out
    assert "calibration error: excuse 0.10" in told(gold, "--predictions", better)


def test_which_verdicts_changed_is_told_call_by_call(files: tuple[str, str, str]) -> None:
    gold, better, worse = files
    rows = [row.split() for row in told(gold, "--predictions", better, "--against", worse).splitlines()]
    assert ["c0", "1", "labels", "right", "promise", "->", "excuse"] in rows
    assert ["c2", "-", "outcome", "right", "paid", "->", "refusal"] in rows
    assert [row[:4] for row in rows if row[2:3] == ["promises"]] == [
        ["c1", "-", "promises", "right"],
        ["c2", "-", "promises", "right"],
    ]
    (measured,) = [row for row in rows if row[:2] == ["outcome", "accuracy"]]
    assert measured == ["outcome", "accuracy", "0.000", "1.000", "+1.000", "+1.000", "+1.000"]
    as_json = json.loads(told(gold, "--predictions", better, "--against", worse, "--json"))
    assert len(as_json["changes"]) == 1 + 3 + 2
    assert as_json["changes"][0]["call_id"] == "c0"


def test_missing_predictions_are_a_matter_of_set_up(files: tuple[str, str, str], tmp_path: Path) -> None:
    gold, *_ = files
    ran = CliRunner().invoke(app, ["evaluate", gold, "--predictions", str(tmp_path / "none.jsonl")])
    assert "none.jsonl expected, not found" in str(ran.exception)
    ran = CliRunner().invoke(app, ["evaluate", str(tmp_path), "--against", "turns-es"])
    assert "give a gold file" in str(ran.exception)
