"""`train`: classifiers of turns and tone on gold calls, and on what reviewers corrected."""

from pathlib import Path
from typing import Annotated

import typer

from cli.settings import ConfigOption, DataOption, data_folder, read_config
from pipeline.errors import SetupError


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command("train")(train)


def train(
    out: Annotated[Path, typer.Argument(help="Folder to write; name it in classify.model and tone.model.")],
    corpus: Annotated[
        Path, typer.Option(help="Folder with train/ and validation/, gold calls as JSON Lines, and fragments/ if any.")
    ],
    base: Annotated[
        str | None,
        typer.Option(help="Folder of a transformers encoder to fine-tune; without it the linear reader is trained."),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Times that an encoder reads every call.")] = 4,
    reviews: Annotated[
        bool, typer.Option("--reviews", help="Learn from the reviewers' corrections of the data folder too.")
    ] = False,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Train the turn and tone classifiers anew; thresholds come from the validation part alone.

    Example: palabra train weights/ours --corpus corpora --base models/bert-base-spanish --reviews --data palabra-data
    """
    from models.quiet import silence_libraries

    silence_libraries()
    from models.recipes.understanding.train import Recipe, read_corpus, train_linear, training_calls, write_weights

    calls, held = training_calls(corpus), read_corpus(corpus, "validation")
    if not calls or not held:
        raise SetupError(f"{corpus.name}: train/*.jsonl and validation/*.jsonl expected, one is missing or empty")
    if reviews:
        from sql.corrections import corrected_calls

        corrected = corrected_calls(data_folder(read_config(config, data)))
        n_turns = sum(sum(call.judged or ()) for call in corrected)
        typer.echo(f"{n_turns} turns of {len(corrected)} calls judged by reviewers", err=True)
        calls = (*calls, *corrected)
    n_turns = sum(len(call.turns) for call in calls)
    typer.echo(f"{len(calls)} calls, {n_turns} turns to learn from; {len(held)} calls for thresholds", err=True)
    if base is None:
        write_weights(train_linear(calls, held, Recipe()), out)
    else:
        from models.recipes.understanding.encoder import FineTuning, fine_tune, write_encoder

        told = _folder_of(base)
        tuned = fine_tune(calls, held, told, FineTuning(epochs=epochs), tell=lambda line: typer.echo(line, err=True))
        write_encoder(tuned, out)
    typer.echo(f"written to {out}; measure it on gold calls that were not trained on: palabra evaluate GOLD", err=True)


def _folder_of(base: str) -> Path:
    """The folder of a base model: a path, or a name that `models fetch` brought.

    Raises:
        ModelError: Nothing of that name is on this machine.
    """
    from models.registry import find_weights

    return find_weights(base).folder
