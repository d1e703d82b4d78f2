"""The report's part on recordings without a conversation: what was spared, of whom, and whether it was right."""

from dataclasses import replace
from pathlib import Path

from pipeline.types import CallAnalysis, Triage, TriageDecision, TriageKind
from sql.results import Selection
from tests.sql.made import made_call
from tests.web.report_calls import PageReader, publish_calls
from web.report import render_report


def spared(call_id: str, kind: TriageKind, decision: TriageDecision) -> CallAnalysis:
    call = made_call(call_id)
    found = Triage(kind, 0.99, speech=20.0, decision=decision)
    nothing = replace(call.understood, turns=(), labels=(), promises=(), outcome="no_agreement")
    silent = replace(call, understood=nothing, findings=(), scorecard=())
    return replace(silent, heard=replace(call.heard, triage=found))


def shown(root: Path) -> tuple[str, list[list[str]]]:
    read = PageReader(render_report(root, Selection()))
    assert read.faults == []
    tables = [table for table in read.tables if "No analizadas" in table[0]]
    return " ".join("".join(read.text).split()), tables[0] if tables else []


def test_skipped_recordings_are_listed_by_agent_and_hour(tmp_path: Path) -> None:
    calls = [
        made_call("talk"),
        spared("busy", "tones", "skipped"),
        spared("music", "hold_music", "skipped"),
        spared("tried", "silence", "sampled"),
    ]
    text, table = shown(publish_calls(tmp_path, calls))
    assert "2 grabaciones sin conversación, de 2,0 minutos, no se analizaron: se ahorraron 40 segundos" in text
    assert "se analizaron 1 para comprobarlo: en ninguna se oyó a nadie" in text
    (line,) = table[1:]
    assert line[:6] == ["A-07", line[1], "4", "2", "120", "40"]
    assert "10 h" in line[1]
    assert line[7] == "busy, music"


def test_a_sampled_call_in_which_somebody_speaks_is_said(tmp_path: Path) -> None:
    talk = made_call("talk")
    wrong = replace(talk, heard=replace(talk.heard, triage=Triage("tones", 0.99, decision="sampled")))
    text, table = shown(publish_calls(tmp_path, [wrong]))
    assert "en 1 sí hablaba alguien" in text
    assert table == []


def test_a_report_without_skipped_calls_says_nothing_of_them(tmp_path: Path) -> None:
    text, table = shown(publish_calls(tmp_path, [made_call("talk")]))
    assert "sin conversación" not in text
    assert table == []
