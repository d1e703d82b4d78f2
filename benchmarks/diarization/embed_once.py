"""The embedding network once per window against once per window and speaker, at real size.

A WeSpeaker ResNet34 of random weights behind the shipped segmentation, on demo calls mixed to mono:
`python -m benchmarks.diarization.embed_once [--seconds 60]`. Prints processor seconds of the stock pipeline and of
ours, and whether embeddings and diarization are identical. Exits 1 if they differ or ours takes over a third.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from models.quiet import silence_libraries

silence_libraries()

import torch  # noqa: E402  (after the environment)
from pyannote.audio.core.plda import PLDA  # noqa: E402
from pyannote.audio.core.task import Problem, Resolution, Specifications  # noqa: E402
from pyannote.audio.models.embedding import WeSpeakerResNet34  # noqa: E402
from pyannote.audio.pipelines import SpeakerDiarization  # noqa: E402

from benchmarks.diarization.error_rate import AUDIO, mixed  # noqa: E402
from models.diarizer import embed_once_per_window, load_pipeline, parts_of  # noqa: E402
from models.registry import find_weights  # noqa: E402
from pipeline.ports import MODEL_RATE  # noqa: E402

GATE = 1 / 3
DIMENSION = 256
LDA_DIMENSION = 128


def random_plda() -> PLDA:
    """One of community-1's size that compares embeddings by drawn directions."""
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.normal(size=(DIMENSION, DIMENSION)))[0][:, :LDA_DIMENSION]
    with tempfile.TemporaryDirectory() as folder:
        transform, plda = Path(folder) / "xvec_transform.npz", Path(folder) / "plda.npz"
        np.savez(transform, mean1=np.zeros(DIMENSION), mean2=np.zeros(LDA_DIMENSION), lda=axes)
        np.savez(plda, mu=np.zeros(LDA_DIMENSION), tr=np.eye(LDA_DIMENSION), psi=np.linspace(8, 0.1, LDA_DIMENSION))
        return PLDA(transform, plda, lda_dimension=LDA_DIMENSION)


def pipeline_of_real_size() -> Any:
    """The shipped segmentation with a ResNet34 of WeSpeaker's size and random weights as embedding network."""
    torch.manual_seed(0)
    network = WeSpeakerResNet34()
    network.specifications = Specifications(problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=10.0)
    network.build()
    pipeline = SpeakerDiarization(
        segmentation=parts_of(load_pipeline(find_weights("pyannote-demo"), "cpu")).segmentation.model,
        segmentation_batch_size=32,
        embedding=network.eval(),
        embedding_batch_size=32,
        embedding_exclude_overlap=True,
        plda=random_plda(),
    )
    return pipeline.instantiate(pipeline.default_parameters())


def run(pipeline: Any, samples: Any) -> tuple[float, Any, Any]:
    """Processor seconds, embeddings, output."""
    kept: dict[str, Any] = {}

    def keep(step: str, artifact: Any, **_: Any) -> None:
        if artifact is not None:
            kept[step] = artifact

    file = {"waveform": torch.from_numpy(samples)[None], "sample_rate": MODEL_RATE, "uri": "call"}
    began = time.process_time()
    output = pipeline(file, min_speakers=2, max_speakers=2, hook=keep)
    return time.process_time() - began, kept["embeddings"], output


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    calls = [json.loads(line) for line in (AUDIO / "gold.jsonl").read_text("utf-8").splitlines()]
    samples = np.concatenate([mixed(c) for c in calls if c["turns"]])[: int(asked.seconds * MODEL_RATE)]
    pipeline = pipeline_of_real_size()
    run(pipeline, samples[: 10 * MODEL_RATE])
    spent, theirs, stock = run(pipeline, samples)
    pipeline.get_embeddings = lambda *a, **k: embed_once_per_window(pipeline, *a, **k)
    ours_spent, ours, output = run(pipeline, samples)
    same_embeddings = bool(np.array_equal(theirs, ours))
    same_voices = (
        stock.speaker_diarization == output.speaker_diarization
        and stock.exclusive_speaker_diarization == output.exclusive_speaker_diarization
    )
    ratio = ours_spent / spent
    print(f"{len(samples) / MODEL_RATE:.0f} s of audio, {theirs.shape[0]} windows of {theirs.shape[1]} speakers")
    print(f"stock {spent:.1f} CPU-s, ours {ours_spent:.1f} CPU-s: {ratio:.2f} of it (gate {GATE:.2f})")
    print(f"embeddings identical: {same_embeddings}; diarization identical: {same_voices}")
    return 0 if same_embeddings and same_voices and ratio <= GATE else 1


if __name__ == "__main__":
    sys.exit(main())
