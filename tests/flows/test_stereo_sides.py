"""A stereo demo call, plain and with a leak from side to side: words are on the side that said them."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from flows.models import loaded_models
from pipeline import stages
from pipeline.config import Config
from pipeline.errors import CallError
from pipeline.ports import MODEL_RATE
from pipeline.state import CallState
from pipeline.types import Account, Audio, Recording

AUDIO = Path(__file__).parents[2] / "fixtures" / "audio"
LEAK = 10 ** (-18 / 20)
DELAY = MODEL_RATE // 10
TOLERANCE = 0.5


def leaking(audio: Audio) -> Audio:
    """Each channel with the other in it, 18 dB weaker and 0.1 s later."""
    late = np.pad(audio.samples, ((0, 0), (DELAY, 0)))[:, : audio.samples.shape[1]]
    return replace(audio, samples=audio.samples + np.float32(LEAK) * late[::-1])


@pytest.mark.parametrize("leak", [False, True])
def test_words_are_on_the_side_that_said_them(leak: bool) -> None:
    lines = (AUDIO / "gold.jsonl").read_text("utf-8").splitlines()
    gold = next(call for call in map(json.loads, lines) if call["id"] == "ec-001")
    path = AUDIO / gold["audio"]["file"]
    recording = Recording("ec-001", str(path), datetime.fromisoformat(gold["started_at"]), Account("D-1", "EC"))
    models, config = loaded_models(Config()), Config()
    (state,) = stages.run_decode([CallState(recording, path, frozenset(), {})], models, config)
    assert isinstance(state, CallState)
    assert state.audio is not None
    state = replace(state, audio=leaking(state.audio)) if leak else state
    for run in (stages.run_speech, stages.run_triage, stages.run_transcribe):
        (answer,) = run([state], models, config)
        assert not isinstance(answer, CallError)
        state = answer
    # Of the leak's 22 words the filter leaves one, and takes three of the side's own; the rest the recogniser misses.
    assert len(state.words) > (0.65 if leak else 0.9) * sum(len(t["words"]) for t in gold["turns"])
    spans = [(t["channel"], t["start"] - TOLERANCE, t["end"] + TOLERANCE) for t in gold["turns"]]
    middles = [(w.channel, (w.span.start + w.span.end) / 2) for w in state.words]
    wrong = sum(not any(k == channel and a <= at <= b for k, a, b in spans) for channel, at in middles)
    assert wrong <= (1 if leak else 0)
