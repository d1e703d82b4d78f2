"""Trained networks and PLDA -> a folder in the layout of pyannote/speaker-diarization-community-1."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.registry import write_card
from models.resegment import FILE as RESEGMENT
from models.resegment import Resegmentation

CONFIG = """\
dependencies:
  pyannote.audio: 4.0.0

pipeline:
  name: pyannote.audio.pipelines.SpeakerDiarization
  params:
    clustering: VBxClustering
    segmentation: $model/segmentation
    segmentation_batch_size: 32
    embedding: $model/embedding
    embedding_batch_size: 32
    embedding_exclude_overlap: true
    plda: $model/plda

params:
  clustering:
    threshold: {threshold}
    Fa: {Fa}
    Fb: {Fb}
  segmentation:
    min_duration_off: {min_duration_off}
"""
FILES = (
    "config.yaml",
    "segmentation/pytorch_model.bin",
    "embedding/pytorch_model.bin",
    "plda/plda.npz",
    "plda/xvec_transform.npz",
    RESEGMENT,
)


def write_pipeline(
    folder: Path,
    segmentation: Any,
    embedding: Any,
    transform: Mapping[str, NDArray[np.float64]],
    plda: Mapping[str, NDArray[np.float64]],
    parameters: Mapping[str, float],
    again: Resegmentation,
) -> None:
    """Writes the folder, with the SHA-256 of its files in `weights.json`."""
    for part in ("segmentation", "embedding", "plda"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    _save_checkpoint(segmentation, folder / "segmentation" / "pytorch_model.bin")
    _save_checkpoint(embedding, folder / "embedding" / "pytorch_model.bin")
    _save_arrays(folder / "plda" / "xvec_transform.npz", transform)
    _save_arrays(folder / "plda" / "plda.npz", plda)
    (folder / "config.yaml").write_text(CONFIG.format(**parameters), "utf-8")
    (folder / RESEGMENT).write_text(json.dumps(asdict(again), sort_keys=True) + "\n", "utf-8")
    write_card(folder, synthetic_only=True, kind="diarizer", files=FILES)


def _save_arrays(path: Path, arrays: Any) -> None:
    np.savez(path, **arrays)


def _save_checkpoint(model: Any, path: Path) -> None:
    """As Lightning's trainer writes it, less the state of training."""
    checkpoint = {
        "state_dict": {name: value.clone() for name, value in model.state_dict().items()},
        "hyper_parameters": dict(model.hparams),
        "pytorch-lightning_version": version("lightning"),
    }
    model.on_save_checkpoint(checkpoint)
    torch.save(checkpoint, path)
