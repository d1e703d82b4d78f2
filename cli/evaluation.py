"""`evaluate`: how right the system is, on gold transcripts or on recordings with gold beside them."""

import json
from dataclasses import replace
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.settings import ConfigOption, DataOption, JsonOption, data_folder, print_json, read_config
from pipeline.errors import SetupError

if TYPE_CHECKING:
    from pipeline.evaluate_audio import Errors, HeardScores, Matches

EVALUATION_DATA = Path("out/evaluate")
MANIFESTS = ("manifest.csv", "manifest.jsonl")


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command("evaluate")(evaluate)


def evaluate(
    gold: Annotated[Path, typer.Argument(help="Gold calls as JSON Lines, or a folder of recordings with gold.jsonl.")],
    predictions: Annotated[
        Path | None, typer.Option(help="What `annotate` wrote of the same calls; without it they are annotated now.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(help="Other predictions of these calls, or other weights: which verdicts changed, call by call."),
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score against gold: labels, tone, steps, reasons, promises, outcome; and for recordings the words.

    Example: palabra evaluate gold.jsonl --against earlier.jsonl
    """
    if gold.is_dir():
        if against is not None:
            raise SetupError("--against compares what is said of transcripts; give a gold file instead of a folder")
        _evaluate_recordings(gold, config, data or EVALUATION_DATA, as_json=as_json)
        return
    if not gold.is_file():
        raise SetupError(f"gold file {gold.name} expected, not found; check the path")
    from cli.understanding import compare_text, evaluate_text

    if against is not None:
        compare_text(gold, predictions, against, read_config(config, data), as_json=as_json)
    else:
        evaluate_text(gold, predictions, read_config(config, data), as_json=as_json)


def _evaluate_recordings(folder: Path, config: Path | None, data: Path, *, as_json: bool) -> None:
    from cli.analysis import analyse
    from pipeline.evaluate_audio import score_heard
    from sql.staging import read_analyses

    path = folder / "gold.jsonl"
    manifest = next((folder / name for name in MANIFESTS if (folder / name).is_file()), None)
    if not path.is_file() or manifest is None:
        raise SetupError(f"gold.jsonl and {' or '.join(MANIFESTS)} expected in {folder.name}, one is missing")
    gold = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    settings = read_config(config, data)
    # The gold writes out the numbers that a call's transcript must not keep.
    settings = replace(settings, redact=replace(settings.redact, enabled=False))
    analyse(folder, manifest, settings, allow_synthetic=True)
    analyses = read_analyses(data_folder(settings), [call["id"] for call in gold])
    scores = [
        score_heard(call, found.understood.turns, found.understood.promises, found.understood.outcome)
        for call in gold
        if (found := analyses.get(call["id"])) is not None
    ]
    missing = [call["id"] for call in gold if call["id"] not in analyses]
    if not scores:
        raise SetupError("no call of gold.jsonl was analysed; see the reasons above")
    total = reduce(add, scores)
    if as_json:
        print_json({"calls": [_plain(s) for s in scores], "all": _plain(total), "missing": missing})
        return
    _print_table([*scores, total])
    for call_id in missing:
        typer.echo(f"{call_id}: not analysed, not scored", err=True)
    typer.echo("synthetic speech: these figures say nothing about real calls", err=True)


def _plain(score: "HeardScores") -> dict[str, Any]:
    def matches(m: "Matches") -> dict[str, int]:
        return {"expected": m.expected, "found": m.found, "right": m.right}

    def errors(e: "Errors") -> dict[str, float]:
        return {"rate": round(e.rate, 4), "errors": e.errors, "words": e.words}

    return {
        "call_id": score.call_id,
        "word_error": errors(score.words),
        "speaker_attributed_word_error": errors(score.by_role),
        "dates": matches(score.dates),
        "amounts": matches(score.amounts),
        "promises": matches(score.pairs),
        "outcomes": {"calls": score.calls, "right": score.outcome_right},
    }


def _print_table(scores: "list[HeardScores]") -> None:
    typer.echo(
        f"{'call':10} {'words':>6} {'WER':>7} {'SA-WER':>7} {'dates':>7} {'amounts':>8} {'both':>6} {'outcome':>8}"
    )
    for score in scores:
        typer.echo(
            f"{score.call_id:10} {score.words.words:6} {score.words.rate:7.1%} {score.by_role.rate:7.1%} "
            f"{_of(score.dates):>7} {_of(score.amounts):>8} {_of(score.pairs):>6} "
            f"{score.outcome_right}/{score.calls:<3}"
        )


def _of(matches: "Matches") -> str:
    """Right of expected; a plus and a number where more were found than right."""
    wrong = matches.found - matches.right
    return f"{matches.right}/{matches.expected}" + (f"+{wrong}" if wrong else "")
