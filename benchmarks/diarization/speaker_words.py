"""What mono costs: the mono demo calls, and the same calls with a channel a side, through the shipped recogniser.

`python -m benchmarks.diarization.speaker_words [WEIGHTS]`. Word error and speaker-attributed word error of each call
in both forms, and what share of the words heard on a channel lie in turns of that side. The stereo form is rendered
anew from the same texts, each channel through the codec of the mono file (GSM needs sox).
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from fixtures.audio.render import encode, render
from fixtures.audio.screenplay import read_screenplays
from flows.models import loaded_models
from pipeline import stages
from pipeline.config import Config, DecodeConfig
from pipeline.decode import decode
from pipeline.errors import CallError
from pipeline.evaluate_audio import HeardScores, score_heard
from pipeline.state import CallState
from pipeline.types import Account, Recording

AUDIO = Path(__file__).parents[2] / "fixtures" / "audio"
HEARING = (
    stages.run_decode, stages.run_speech, stages.run_triage, stages.run_transcribe,
    stages.run_diarize, stages.run_align, stages.run_roles,
)  # fmt: skip
TOLERANCE = 0.5
"""Seconds around a turn within which a word heard may lie and still be of it."""


def as_stereo(call_id: str, folder: Path) -> tuple[Path, dict[str, Any]]:
    """The call with the collector on the left: a lossless file of what the codec made of each channel, and its gold."""
    play = next(p for p in read_screenplays(AUDIO / "texts") if p.id == call_id)
    rendered = render(replace(play, layout="agent_left"))
    channels = []
    for k, samples in enumerate(rendered.samples):
        path = folder / f"{call_id}-{k}{Path(play.file).suffix}"
        encode(samples[None], path, play.codec)
        channels.append(decode(path, call_id, DecodeConfig()).samples[0, ::2])
    length = min(len(c) for c in channels)
    path = folder / f"{call_id}.flac"
    encode(np.stack([c[:length] for c in channels]), path, "flac")
    return path, rendered.gold


def state_of(gold: dict[str, Any], path: Path, agent_channel: int | None) -> CallState:
    account = gold["account"]
    known = Account(gold["debtor_id"], gold["country"], debtor_name=account["debtor_name"], creditor=account["company"])
    # Both forms of a call are heard in one pass, which tells them apart by their ids.
    call_id = gold["id"] if agent_channel is None else f"{gold['id']}-stereo"
    recording = Recording(
        call_id, str(path), datetime.fromisoformat(gold["started_at"]), known, agent_channel=agent_channel
    )
    return CallState(recording, path, frozenset(), {})


def hear(states: Sequence[CallState], config: Config) -> list[CallState]:
    """The states with their turns."""
    models = loaded_models(config)
    current = list(states)
    for run in HEARING:
        answers = run(current, models, config)
        failed = [a for a in answers if isinstance(a, CallError)]
        if failed:
            raise failed[0]
        current = [a for a in answers if not isinstance(a, CallError)]
    return current


def on_right_side(gold: dict[str, Any], state: CallState) -> tuple[int, int]:
    """Words heard on a channel within a turn of that side, and all words heard."""
    words = [w for turn in state.turns for w in turn.words]
    right = 0
    for word in words:
        middle = (word.span.start + word.span.end) / 2
        right += any(
            t["channel"] == word.channel and t["start"] - TOLERANCE <= middle <= t["end"] + TOLERANCE
            for t in gold["turns"]
        )
    return right, len(words)


def scores_of(gold: dict[str, Any], state: CallState) -> HeardScores:
    return score_heard(gold, state.turns, (), gold["outcome"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", nargs="?", default="pyannote-demo", help="shipped name or folder")
    asked = parser.parse_args()
    config = Config()
    config = replace(config, diarize=replace(config.diarize, model=asked.weights))
    calls = [json.loads(line) for line in (AUDIO / "gold.jsonl").read_text("utf-8").splitlines()]
    mono = [c for c in calls if c["audio"]["channels"] == 1 and c["turns"]]
    with tempfile.TemporaryDirectory() as made:
        forms = [(c, state_of(c, AUDIO / c["audio"]["file"], None)) for c in mono]
        for call in mono:
            path, gold = as_stereo(call["id"], Path(made))
            forms.append((gold, state_of(gold, path, 0)))
        heard = hear([state for _, state in forms], config)
    print(f"{'call':8} {'words':>6} {'mono WER':>9} {'SA-WER':>7} {'stereo WER':>11} {'SA-WER':>7} {'right side':>11}")
    totals: list[HeardScores] = []
    for k, call in enumerate(mono):
        one, two = scores_of(call, heard[k]), scores_of(forms[k + len(mono)][0], heard[k + len(mono)])
        right, n = on_right_side(forms[k + len(mono)][0], heard[k + len(mono)])
        print_row(call["id"], one, two, f"{right}/{n}")
        totals = [one, two] if not totals else [totals[0] + one, totals[1] + two]
    print_row("all", totals[0], totals[1], "")


def print_row(name: str, mono: HeardScores, stereo: HeardScores, side: str) -> None:
    print(
        f"{name:8} {mono.words.words:6} {mono.words.rate:9.1%} {mono.by_role.rate:7.1%}"
        f" {stereo.words.rate:11.1%} {stereo.by_role.rate:7.1%} {side:>11}"
    )


if __name__ == "__main__":
    main()
