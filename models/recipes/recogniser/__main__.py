"""Entry points of the recogniser's recipe: `python -m models.recipes.recogniser --help`."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import combinations
from pathlib import Path

import numpy as np


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and call one step of the recipe."""
    options = vars(_make_parser().parse_args(arguments))
    steps: dict[str, Callable[..., None]] = {
        "fill": _fill,
        "train": _train,
        "convert": _convert,
        "heads": _heads,
        "exam": _exam,
    }
    steps[options.pop("command")](**options)


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.recipes.recogniser")
    commands = parser.add_subparsers(dest="command", required=True)

    fill = commands.add_parser("fill", help="speak texts into a pool of utterances")
    fill.add_argument("--folder", type=Path, required=True, help="pool, checkpoints and log")
    fill.add_argument("--corpus", type=Path, action="append", default=[], help="calls, JSON Lines")
    fill.add_argument("--words", type=Path, action="append", default=[], help="one word a line")
    fill.add_argument("--shards", type=int, default=110, help="of ten minutes each")
    fill.add_argument("--seed", type=int, default=20261121)

    train = commands.add_parser("train", help="train one stage, or go on with it")
    train.add_argument("--folder", type=Path, required=True)
    train.add_argument("--stage", choices=("short", "window"), default="short")
    train.add_argument("--steps", type=int, default=4000)
    train.add_argument("--minutes", type=float, default=0.0, help="wall clock of the stage")
    train.add_argument("--rate", type=float, default=1.6e-3)
    train.add_argument("--decay-from", type=float, default=0.7)
    train.add_argument("--short-share", type=float, default=0.4)
    train.add_argument("--frames", type=int, default=5600, help="in a batch of utterances")
    train.add_argument("--threads", type=int, default=2)

    convert = commands.add_parser("convert", help="write the folder faster-whisper loads")
    convert.add_argument("--folder", type=Path, required=True)
    convert.add_argument("--target", type=Path, required=True)
    convert.add_argument("--small", type=Path, help="also this checkpoint to go on from")

    heads = commands.add_parser("heads", help="measure alignment heads, the best first")
    heads.add_argument("--weights", type=Path, required=True)
    heads.add_argument("--turns", type=int, default=30)

    exam = commands.add_parser("exam", help="error rates on a gold file, spoken")
    exam.add_argument("--gold", type=Path, required=True, help="calls, JSON Lines")
    exam.add_argument("--weights", type=Path, required=True)
    exam.add_argument("--limit", type=int, default=0, help="turns; 0 is all")
    exam.add_argument("--clip-seconds", type=int, default=0, help="cut turns by voice activity")
    exam.add_argument("--beam", type=int, default=5)
    exam.add_argument("--wordless", type=int, default=100, help="windows of each wordless kind")
    return parser


def _fill(folder: Path, corpus: list[Path], words: list[Path], shards: int, seed: int) -> None:
    from models.recipes.recogniser.pool import fill_pool, make_check_shard, save_shard
    from models.recipes.recogniser.texts import TextMaker, read_sources
    from models.recipes.recogniser.vocabulary import train_vocabulary

    sources = read_sources(corpus, words)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "tokenizer.json").exists():
        maker = TextMaker(sources, np.random.default_rng([seed, 7]))
        vocabulary = train_vocabulary(maker.make() for _ in range(60_000))
        vocabulary.tokenizer.save(str(folder / "tokenizer.json"))
    if not (folder / "check.npz").exists():
        save_shard(folder / "check.npz", make_check_shard(sources, seed + 1))
    fill_pool(folder / "pool", sources, seed, shards)


def _train(**options: object) -> None:
    from models.recipes.recogniser.train import TrainConfig, train

    train(TrainConfig(**options))  # type: ignore[arg-type]


def _convert(folder: Path, target: Path, small: Path | None) -> None:
    from models.recipes.recogniser.convert import convert, shrink_checkpoint

    convert(folder / "last.pt", folder / "tokenizer.json", target)
    if small:
        shrink_checkpoint(folder / "last.pt", small)


def _heads(weights: Path, turns: int) -> None:
    from models.recipes.recogniser.exam import choose_heads
    from models.recipes.recogniser.texts import Sources, TextMaker

    maker = TextMaker(Sources((), ()), np.random.default_rng(23))
    texts = [f"{maker.make()}, {maker.make()}" for _ in range(turns)]
    single = [(layer, head) for layer in (0, 1) for head in range(4)]
    ranked = choose_heads(weights, texts, [[head] for head in single])
    best = [heads[0] for _, heads in ranked[:4]]
    sets = [list(c) for n in (2, 3, 4) for c in combinations(best, n)]
    for error, heads in sorted([*ranked, *choose_heads(weights, texts, sets)], key=lambda r: r[0]):
        sys.stdout.write(f"{error:6.1f} ms  {heads}\n")


def _exam(gold: Path, weights: Path, limit: int, clip_seconds: int, beam: int, wordless: int) -> None:
    from models.recipes.recogniser.exam import count_wordy_windows, take_exam

    scores = take_exam(weights, gold, limit, beam_size=beam, clip_seconds=clip_seconds)
    result: dict[str, object] = {name: asdict(found) for name, found in scores.items()}
    if wordless:
        result["wordy_windows"] = count_wordy_windows(weights, wordless)
    sys.stdout.write(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
