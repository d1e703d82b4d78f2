"""Makes models/weights/pyannote-demo again: `python -m models.recipes.diarization.train WORK_FOLDER`.

Half an hour of one core. What a step has left in the work folder is not made again; delete it to have it anew.
"""

import argparse
import json
import logging
from pathlib import Path

from models.quiet import silence_libraries

silence_libraries()

import torch  # noqa: E402  (after the environment)

from models.recipes.diarization.conversations import Conversation  # noqa: E402
from models.recipes.diarization.embedding import (  # noqa: E402
    build_embedding,
    embeddings_of,
    equal_error_rate,
    estimate_plda,
    train_embedding,
)
from models.recipes.diarization.package import write_pipeline  # noqa: E402
from models.recipes.diarization.segmentation import build_segmentation, train_segmentation  # noqa: E402
from models.recipes.diarization.tune import START, tune  # noqa: E402
from models.recipes.diarization.windows import (  # noqa: E402
    load_conversations,
    make_conversations,
    save_conversations,
)
from models.registry import shipped_folder  # noqa: E402

_log = logging.getLogger(__name__)

N_VOICES = 245
N_TUNING_CALLS = 24
STEPS = {"segmentation": 1200, "embedding": 400, "embedding, again": 300}


def material(work: Path) -> tuple[tuple[Conversation, ...], tuple[Conversation, ...]]:
    """Calls to train on and calls of other voices to validate on."""
    parts = []
    for part, n_speakers, n_calls, seed in (("train", N_VOICES, 720, 11), ("validation", 33, 60, 12)):
        path = work / f"{part}.npz"
        if not path.exists():
            save_conversations(make_conversations(part, n_speakers, n_calls, seed), path)
        parts.append(load_conversations(path))
    return parts[0], parts[1]


def train_networks(work: Path, only: str | None) -> None:
    calls, held_out = material(work)
    if only != "embedding" and not (work / "segmentation.pt").exists():
        train_segmentation(calls, held_out, STEPS["segmentation"], 1, work / "segmentation.pt")
    if only != "segmentation" and not (work / "embedding.pt").exists():
        first = work / "embedding-1.pt"
        if not first.exists():
            train_embedding(calls, held_out, N_VOICES, STEPS["embedding"], 2, first)
        train_embedding(calls, held_out, N_VOICES, STEPS["embedding, again"], 5, work / "embedding.pt", first)


def package(work: Path, folder: Path) -> None:
    """PLDA and clustering parameters from the networks in the work folder, and everything into `folder`."""
    calls, held_out = material(work)
    segmentation, embedding = build_segmentation(), build_embedding()
    for model, name in ((segmentation, "segmentation.pt"), (embedding, "embedding.pt")):
        model.load_state_dict(torch.load(work / name, weights_only=True))
    _log.info("EER of held-out voices %.4f", equal_error_rate(*embeddings_of(embedding, held_out, 96, 3)))
    transform, plda = estimate_plda(*embeddings_of(embedding, calls, 800, 4))
    write_pipeline(folder, segmentation, embedding, transform, plda, START)
    chosen = tune(folder, held_out[:N_TUNING_CALLS])
    write_pipeline(folder, segmentation, embedding, transform, plda, chosen)
    _log.info("chosen: %s", json.dumps(chosen))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder for conversations and checkpoints")
    parser.add_argument("--only", choices=("segmentation", "embedding", "package"), help="one step instead of all")
    parser.add_argument("--into", type=Path, default=shipped_folder() / "pyannote-demo", help="folder of the weights")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    asked.work.mkdir(parents=True, exist_ok=True)
    if asked.only != "package":
        train_networks(asked.work, asked.only)
    if asked.only in (None, "package"):
        package(asked.work, asked.into)


if __name__ == "__main__":
    main()
