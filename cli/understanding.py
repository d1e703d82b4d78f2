"""The text side of `evaluate`: annotate gold transcripts, score them, print what is right and what is confused."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cli.settings import print_json
from pipeline.errors import SetupError

if TYPE_CHECKING:
    from pipeline.config import Config
    from pipeline.evaluate import Evaluation, Measure
    from pipeline.evaluate_changes import Comparison
    from pipeline.gold import GoldCall
    from pipeline.ports import ToneClassifier, TurnClassifier

CHANGES = 60
"""Changed verdicts on the terminal; `--json` has all."""

TABLES = ("label", "tone", "outcome")
"""What a confusion table is printed of; `--json` has reasons too."""


def evaluate_text(gold: Path, predictions: Path | None, config: "Config", *, as_json: bool) -> None:
    """Scores a gold file against predictions, or against what the shipped classifiers make of it now."""
    from pipeline.evaluate import evaluate
    from pipeline.gold import read_gold

    text = gold.read_text("utf-8")
    result = evaluate(read_gold(text, gold.name), _predicted(text, predictions, config))
    if as_json:
        print_json(result)
    else:
        _print(result)


def compare_text(gold: Path, predictions: Path | None, against: str, config: "Config", *, as_json: bool) -> None:
    """What changed from `against`, a file of predictions or the name of other weights, to the predictions."""
    from pipeline.evaluate_changes import compare
    from pipeline.gold import read_gold

    text = gold.read_text("utf-8")
    after = _predicted(text, predictions, config)
    if Path(against).is_file():
        before = _predicted(text, Path(against), config)
    else:
        other = replace(
            config, classify=replace(config.classify, model=against), tone=replace(config.tone, model=against)
        )
        before = _predicted(text, None, other)
    result = compare(read_gold(text, gold.name), before, after)
    if as_json:
        print_json(result)
    else:
        _print_comparison(result)


def _predicted(text: str, predictions: Path | None, config: "Config") -> "tuple[GoldCall, ...]":
    """Calls of a file of predictions, or of what the configured classifiers make of the text now."""
    from pipeline.gold import read_gold

    if predictions is None:
        return read_gold("\n".join(_annotated(text, config)), "annotate")
    if not predictions.is_file():
        raise SetupError(f"predictions {predictions.name} expected, not found; check the path")
    return read_gold(predictions.read_text("utf-8"), predictions.name)


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
        if not one.f1.cases and one.precision != one.precision:  # never said, never there
            continue
        name = f"{one.group} {one.name}"
        f1 = one.f1
        interval = f"{f1.low:.2f}-{f1.high:.2f}"
        typer.echo(f"{name:28} {one.precision:9.2f} {one.recall:7.2f} {f1.value:6.2f} {interval:>13} {f1.cases:6}")
    for group in TABLES:
        _print_confusion(result, group)
    typer.echo("\ncalibration error: " + ", ".join(f"{c.name} {c.error:.2f}" for c in result.calibration))
    for country, calls, measures in result.by_country:
        shown = ", ".join(f"{m.name} {m.value:.2f}" for m in measures if m.cases)
        typer.echo(f"{country} ({calls} calls): {shown}")


def _print_confusion(result: "Evaluation", group: str) -> None:
    """Rows of the gold, columns of what was found; "none" stands for no class."""
    times = {(c.gold, c.found): c.times for c in result.confusion if c.group == group}
    if not times:
        return
    rows, columns = (sorted({pair[side] for pair in times}) for side in (0, 1))
    widths = [max(len(name), 5) for name in columns]
    typer.echo(f"\n{group + ': gold, found':24} " + " ".join(f"{n:>{w}}" for n, w in zip(columns, widths, strict=True)))
    for row in rows:
        counts = [times.get((row, name), 0) for name in columns]
        shown = " ".join(f"{n or '.':>{w}}" for n, w in zip(counts, widths, strict=True))
        typer.echo(f"{row:24} {shown}")


def _print_comparison(result: "Comparison") -> None:
    typer.echo(f"{'measure':32} {'before':>7} {'after':>7} {'change':>8} {'interval of 95 %':>17}")
    for m in result.measures:
        interval = f"{m.low:+.3f} {m.high:+.3f}"
        typer.echo(f"{m.name:32} {m.before:7.3f} {m.after:7.3f} {m.after - m.before:+8.3f} {interval:>17}")
    typer.echo("\nverdicts that changed, by the gold:")
    for what, turned, times in result.turned:
        typer.echo(f"  {what:9} turned {turned:12} {times:6}")
    typer.echo(f"\n{'call':16} {'turn':>4} {'what':9} {'turned':12} before -> after")
    for change in result.changes[:CHANGES]:
        place = "-" if change.turn is None else str(change.turn)
        verdicts = f"{change.before or 'none'} -> {change.after or 'none'}"
        typer.echo(f"{change.call_id:16} {place:>4} {change.what:9} {change.turned:12} {verdicts}")
    if len(result.changes) > CHANGES:
        typer.echo(f"and {len(result.changes) - CHANGES} more; --json has all")


def _print_measures(measures: "Sequence[Measure]") -> None:
    for measure in measures:
        typer.echo(
            f"  {measure.name:32} {measure.value:6.3f}   {measure.low:.3f}-{measure.high:.3f}   {measure.cases} cases"
        )
