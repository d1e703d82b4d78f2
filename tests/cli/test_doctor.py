"""`palabra doctor`: what it proves, and the exit status that follows."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.doctor import exit_status
from cli.main import app
from flows import proof as proof_module
from flows.models import loaded_models
from flows.proof import Proof, prove
from models.machine import Check
from models.proof import truth
from pipeline.config import Config
from pipeline.errors import ModelError
from pipeline.state import Models
from pipeline.types import Samples, VoiceSpan
from tests.gold_ports import GoldDiarizer, GoldTranscriber

GOOD = Check("a", "ok", "x", "x")
HELD = Proof("recognition", "w", "cpu", 1.0, 20.0, 0.1, "word error 5 %", holds=True)


def gold_ears() -> Models:
    """The shipped classifiers and voice activity; words and voices from the recording's gold."""
    gold = {"proof": truth()}
    return replace(
        loaded_models(Config()),
        make_transcriber=lambda: GoldTranscriber(gold),
        make_diarizer=lambda: GoldDiarizer(gold),
    )


def test_exit_status() -> None:
    warned = replace(GOOD, state="warning")
    broken = replace(GOOD, state="failed")
    assert exit_status([GOOD], [HELD]) == 0
    assert exit_status([GOOD, warned], [HELD]) == 1
    assert exit_status([GOOD], [replace(HELD, pace=0.5)]) == 1
    assert exit_status([GOOD, broken, warned], [HELD]) == 2
    assert exit_status([GOOD], [HELD, replace(HELD, holds=False)]) == 2


def test_the_shipped_models_hold_on_the_shipped_recording() -> None:
    proofs = prove(Config())
    assert [(p.part, p.holds, p.device) for p in proofs] == [
        ("voice activity", True, "cpu"),
        ("recognition", True, "cpu"),
        ("diarization", True, "cpu"),
        ("classification", True, "cpu"),
    ]
    assert all(p.pace > 0 and p.weights for p in proofs)


def test_voices_and_words_that_are_wrong_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    class Swapped(GoldDiarizer):
        def diarize(self, recordings: Iterable[tuple[str, Samples]]) -> Iterator[tuple[str, tuple[VoiceSpan, ...]]]:
            for call_id, voices in super().diarize(recordings):
                yield call_id, tuple(replace(v, voice=f"voice-{k // 2 % 2}") for k, v in enumerate(voices))

    half = truth()
    half["turns"] = half["turns"][:4]
    models = replace(
        gold_ears(),
        make_diarizer=lambda: Swapped({"proof": truth()}),
        make_transcriber=lambda: GoldTranscriber({"proof": half}),
    )
    monkeypatch.setattr(proof_module, "loaded_models", lambda _: models)
    held = {p.part: p.holds for p in prove(Config())}
    assert held == {"voice activity": True, "recognition": False, "diarization": False, "classification": True}
    assert all(p.remedy for p in prove(Config()) if not p.holds)


def test_a_part_that_cannot_be_loaded_leaves_the_others_their_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> GoldTranscriber:
        raise ModelError("whisper: no room; close what else uses the device")

    monkeypatch.setattr(proof_module, "loaded_models", lambda _: replace(gold_ears(), make_transcriber=refuse))
    proofs = {p.part: p for p in prove(Config())}
    assert proofs["recognition"].remedy.startswith("whisper: no room")
    assert proofs["classification"].holds


def test_output_for_programs_and_for_people(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    models = gold_ears()
    monkeypatch.setattr(proof_module, "loaded_models", lambda _: models)
    ran = CliRunner().invoke(app, ["doctor", "--json", "--data", str(tmp_path)])
    told = json.loads(ran.stdout)
    assert ran.exit_code == told["status"] != 2
    assert {p["part"]: p["holds"] for p in told["proofs"]} == dict.fromkeys(
        ("voice activity", "recognition", "diarization", "classification"), True
    )
    assert told["profile"] == "demo"
    assert list(tmp_path.iterdir()) == []
    shown = CliRunner().invoke(app, ["doctor", "--no-prove", "--data", str(tmp_path)])
    assert "telemetry" in shown.stdout


def test_weights_that_are_missing_are_status_2(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PALABRA_MODELS", str(tmp_path))
    (tmp_path / "palabra.toml").write_text('profile = "cpu"\n')
    ran = CliRunner().invoke(app, ["doctor", "--config", str(tmp_path / "palabra.toml"), "--data", str(tmp_path)])
    assert ran.exit_code == 2
    assert "palabra models fetch" in ran.stdout
    assert "cannot run" in ran.stdout


def test_a_device_that_does_not_exist_is_told(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["doctor", "--device", "tpu", "--data", str(tmp_path)])
    assert "auto, cpu or cuda expected" in str(ran.exception)
