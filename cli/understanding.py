"""The text side of `evaluate`: annotate gold transcripts, score them, print what is right and what is confused."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cli.settings import print_json
from pipeline.errors import SetupError

if TYPE_CHECKING:
    from pipeline.config import Config
    from pipeline.evaluate import Evaluation, Measure
    from pipeline.ports import ToneClassifier, TurnClassifier

CONFUSIONS = 12
"""Rows of the confusion table on the terminal; `--json` has all."""


def evaluate_text(gold: Path, predictions: Path | None, config: "Config", *, as_json: bool) -> None:
    """Scores a gold file against predictions, or against what the shipped classifiers make of it now."""
    from pipeline.evaluate import evaluate
    from pipeline.gold import read_gold

    text = gold.read_text("utf-8")
    if predictions is None:
        found = "\n".join(_annotated(text, config))
    elif predictions.is_file():
        found = predictions.read_text("utf-8")
    else:
        raise SetupError(f"predictions {predictions.name} expected, not found; check the path")
    source = predictions.name if predictions else "annotate"
    result = evaluate(read_gold(text, gold.name), read_gold(found, source))
    if as_json:
        print_json(result)
    else:
        _print(result)


def load_classifiers(config: "Config") -> "tuple[TurnClassifier, ToneClassifier]":
    """The two classifiers that read text, their libraries kept quiet.

    Raises:
        ModelError: Their weights are missing or damaged.
    """
    from models.quiet import silence_libraries

    silence_libraries()
    from models.registry import find_weights
    from models.tone_classifier import load_tone_classifier
    from models.turn_classifier import load_turn_classifier

    turns = load_turn_classifier(find_weights(config.classify.model), config.classify)
    return turns, load_tone_classifier(find_weights(config.tone.model), config.tone)


def _annotated(text: str, config: "Config") -> list[str]:
    from pipeline.annotate import annotate_lines

    lines = [line for line in text.splitlines() if line.strip()]
    return [_in_schema(line) for line in annotate_lines(lines, *load_classifiers(config), config)]


def _in_schema(line: str) -> str:
    """The annotated call with the gold's own keys of each promise; what stands beside them is not scored."""
    call = json.loads(line)
    keys = ("date", "amount", "currency", "conditional", "turns")
    call["promises"] = [{key: promise[key] for key in keys} for promise in call["promises"]]
    return json.dumps(call, ensure_ascii=False)


def _print(result: "Evaluation") -> None:
    typer.echo(f"{result.calls} calls, {result.turns} turns; intervals of 95 % by bootstrap over calls")
    _print_measures(result.measures)
    typer.echo(f"\n{'class':28} {'precision':>9} {'recall':>7} {'F1':>6} {'interval':>13} {'cases':>6}")
    for one in result.classes:
        name = f"{one.group} {one.name}"
        f1 = one.f1
        interval = f"{f1.low:.2f}-{f1.high:.2f}"
        typer.echo(f"{name:28} {one.precision:9.2f} {one.recall:7.2f} {f1.value:6.2f} {interval:>13} {f1.cases:6}")
    typer.echo("\nconfused most often: gold -> found")
    for confused in sorted(result.confusion, key=lambda c: -c.times)[:CONFUSIONS]:
        if confused.gold != confused.found:
            typer.echo(f"  {confused.group:8} {confused.gold:16} -> {confused.found:16} {confused.times:5}")
    typer.echo("\ncalibration error: " + ", ".join(f"{c.name} {c.error:.2f}" for c in result.calibration))
    for country, calls, measures in result.by_country:
        shown = ", ".join(f"{m.name} {m.value:.2f}" for m in measures if m.cases)
        typer.echo(f"{country} ({calls} calls): {shown}")


def _print_measures(measures: "Sequence[Measure]") -> None:
    for measure in measures:
        typer.echo(
            f"  {measure.name:24} {measure.value:6.3f}   {measure.low:.3f}-{measure.high:.3f}   {measure.cases} cases"
        )
