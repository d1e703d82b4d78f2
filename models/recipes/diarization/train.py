"""Makes models/weights/pyannote-demo again: `python -m models.recipes.diarization.train WORK_FOLDER`.

An hour of one core. What a step has left in the work folder is not made again, and training goes on from its last
checkpoint there; delete it to have it anew. `--only calls` and `--only segmentation` may run side by side.
"""

import argparse
import json
import logging
from functools import partial
from pathlib import Path

from models.quiet import silence_libraries

silence_libraries()

import torch  # noqa: E402  (after the environment)

from models.recipes.diarization.embedding import (  # noqa: E402
    build_embedding,
    embeddings_of,
    equal_error_rate,
    estimate_plda,
    train_embedding,
)
from models.recipes.diarization.package import write_pipeline  # noqa: E402
from models.recipes.diarization.segmentation import build_segmentation, train_segmentation  # noqa: E402
from models.recipes.diarization.tune import AGAIN, START, tune  # noqa: E402
from models.recipes.diarization.windows import (  # noqa: E402
    load_conversations,
    load_parts,
    make_conversations,
    save_conversations,
)
from models.registry import shipped_folder  # noqa: E402

_log = logging.getLogger(__name__)

STEPS_OF_ALL = ("calls", "segmentation", "embedding", "package")
N_PARTS = 6
N_VOICES = 60
"""Voices of a part of the training calls, and below the calls: half a minute of CPU time, and training can begin."""
N_CALLS = 150
N_TUNING_CALLS = 24
STEPS = {"segmentation": 3000, "embedding": 700}


def make_material(work: Path) -> None:
    """Calls to train on, part by part, and calls of other voices to validate on."""
    for name, part, n_speakers, n_calls, seed in (
        ("validation", "validation", 33, 60, 12),
        *((f"train-{k}", "train", N_VOICES, N_CALLS, 20 + k) for k in range(N_PARTS)),
    ):
        path = work / f"{name}.npz"
        if not path.exists():
            save_conversations(make_conversations(part, n_speakers, n_calls, seed), path)
            _log.info("%s made", path.name)


def train_networks(work: Path, only: str | None, start: Path | None) -> None:
    held_out = load_conversations(work / "validation.npz")
    if only != "embedding":
        train_segmentation(
            partial(load_parts, work), held_out, STEPS["segmentation"], 1, work / "segmentation.pt", start
        )
    if only != "segmentation":
        train_embedding(load_parts(work), held_out, STEPS["embedding"], 2, work / "embedding.pt", start)


def package(work: Path, folder: Path) -> None:
    """PLDA and clustering parameters from the networks in the work folder, and everything into `folder`."""
    calls, held_out = load_parts(work), load_conversations(work / "validation.npz")
    segmentation, embedding = build_segmentation(), build_embedding()
    for model, name in ((segmentation, "segmentation.pt"), (embedding, "embedding.pt")):
        model.load_state_dict(torch.load(work / name, weights_only=True))
    _log.info("EER of held-out voices %.4f", equal_error_rate(*embeddings_of(embedding, held_out, 96, 3)))
    transform, plda = estimate_plda(*embeddings_of(embedding, calls, 800, 4))
    write_pipeline(folder, segmentation, embedding, transform, plda, START, AGAIN)
    chosen, again = tune(folder, held_out[:N_TUNING_CALLS])
    write_pipeline(folder, segmentation, embedding, transform, plda, chosen, again)
    _log.info("chosen: %s, %s", json.dumps(chosen), again)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder for conversations and checkpoints")
    parser.add_argument("--only", choices=STEPS_OF_ALL, help="one step instead of all")
    parser.add_argument("--start", type=Path, help="weights that the one network trained is to begin with")
    parser.add_argument("--into", type=Path, default=shipped_folder() / "pyannote-demo", help="folder of the weights")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    asked.work.mkdir(parents=True, exist_ok=True)
    if asked.only in (None, "calls"):
        make_material(asked.work)
    if asked.only in (None, "segmentation", "embedding"):
        train_networks(asked.work, asked.only, asked.start)
    if asked.only in (None, "package"):
        package(asked.work, asked.into)


if __name__ == "__main__":
    main()
