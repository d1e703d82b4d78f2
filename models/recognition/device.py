"""Weights onto a device: which one, in which type of number, with one message and its remedy where that fails."""

import ctranslate2
from faster_whisper import WhisperModel

from models.machine import available_memory, require_cublas, require_memory
from models.registry import LocalWeights
from pipeline.config import TranscribeConfig
from pipeline.errors import ModelError

MAX_FITTING_BATCH = 32
"""Windows in a batch beyond which a GPU gains nothing and only needs more memory."""

CPU_BATCH = 4
"""Windows in a batch on a CPU where `batch_size` is 0: batching gains nothing there, short batches answer sooner."""

WINDOW_SHARE = 0.12
"""Memory of one window at beam 5 by that of the weights: large-v2 in float16 takes 6.1 GB with 8 windows, 3.1 without
(faster-whisper's own table). A rough start; a batch that does not fit is halved."""


def load_whisper(local: LocalWeights, config: TranscribeConfig) -> WhisperModel:
    """The weights on the configured device.

    Raises:
        ModelError: No GPU that CUDA can use, a type of number that the device does not compute in, or files that
            CTranslate2 cannot read.
    """
    device = choose_device(config)
    compute_type = choose_compute_type(config, device)
    if device == "cuda":
        require_cublas()
    else:
        require_memory(local, available_memory())
    try:
        return WhisperModel(
            str(local.folder),
            device=device,
            compute_type=compute_type,
            cpu_threads=config.threads,
            num_workers=config.workers,
            local_files_only=True,
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise explained(error, local.name, f"as {compute_type} on {device}") from error


def choose_device(config: TranscribeConfig) -> str:
    """`cuda` or `cpu`; "auto" takes a GPU where there is one.

    Raises:
        ModelError: "cuda" is asked for and no GPU can be used.
    """
    n_gpus = ctranslate2.get_cuda_device_count()
    if config.device == "auto":
        return "cuda" if n_gpus else "cpu"
    if config.device == "cuda" and n_gpus == 0:
        raise ModelError(
            'transcribe.device is "cuda", no GPU found that CUDA can use; install the driver and see that `nvidia-smi` '
            'lists the GPU, or set transcribe.device = "cpu" (profile cpu)'
        )
    return config.device


def choose_compute_type(config: TranscribeConfig, device: str) -> str:
    """The configured type of number, or the best one of the device where the device itself was left to choose.

    Raises:
        ModelError: The device that was asked for by name does not compute in it.
    """
    supported = ctranslate2.get_supported_compute_types(device)
    if config.compute_type in supported or config.compute_type in ("default", "auto"):
        return config.compute_type
    if config.device == "auto":
        return "float16" if device == "cuda" and "float16" in supported else "int8"
    raise ModelError(
        f"transcribe.compute_type {config.compute_type!r} found, {device} computes in "
        f"{', '.join(sorted(supported))}; set one of them"
    )


def batch_size_of(local: LocalWeights, config: TranscribeConfig, model: WhisperModel) -> int:
    """Windows in a batch: as configured, or by free memory where `batch_size` is 0."""
    if config.batch_size > 0:
        return config.batch_size
    if model.model.device != "cuda":
        return CPU_BATCH
    import torch

    free, _ = torch.cuda.mem_get_info()
    size = sum(path.stat().st_size for path in local.folder.glob("model*.bin"))
    return max(1, min(MAX_FITTING_BATCH, int(free / (WINDOW_SHARE * size))))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the device had no room: both CUDA's and the allocator's words for it."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in text or "bad_alloc" in text


def explained(error: BaseException, name: str, where: str) -> ModelError:
    """One message with the remedy for what CTranslate2 said; its own text stays in the cause."""
    text = str(error)
    if "libcublas" in text or "libcudart" in text:
        return ModelError(
            f"{name}: CTranslate2 needs CUDA 12's libcublas, not found; install the GPU extra (`make setup LOCK=gpu`)"
        )
    if is_out_of_memory(error):
        return ModelError(
            f"{name}: no room {where}; close what else uses the device, set a smaller transcribe.compute_type "
            "(int8_float16, int8) or choose smaller weights"
        )
    return ModelError(
        f"{name}: CTranslate2 cannot load it {where} ({type(error).__name__}); check that the folder holds a model "
        "converted for CTranslate2, transcribe.device and transcribe.compute_type"
    )
