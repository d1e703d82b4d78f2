"""From a checkpoint to the folder that faster-whisper loads, and to a small checkpoint."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from models.recipes.recogniser.batches import HOP, N_FFT, N_MELS
from models.recipes.recogniser.network import N_POSITIONS, NetworkConfig
from models.recipes.recogniser.pool import SAMPLE_RATE
from models.recipes.recogniser.vocabulary import Vocabulary, load_vocabulary
from models.registry import write_card

# (decoder layer, head); chosen by `exam.choose_heads` on kept-out speech.
ALIGNMENT_HEADS: Final = ((1, 3), (1, 1))
_FEATURES: Final = {
    "feature_extractor_type": "WhisperFeatureExtractor",
    "feature_size": N_MELS,
    "sampling_rate": SAMPLE_RATE,
    "hop_length": HOP,
    "chunk_length": 30,
    "n_fft": N_FFT,
    "n_samples": 30 * SAMPLE_RATE,
    "nb_max_frames": 3000,
}


def averaged_weights(checkpoint: Path) -> dict[str, Tensor]:
    """The averaged parameters of a checkpoint, the heads for training among them."""
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
    return {k: v.float() for k, v in {**saved["network"], **saved["average"]}.items()}


def to_transformers(weights: dict[str, Tensor], vocabulary: Vocabulary) -> Any:
    """The same network as transformers' WhisperForConditionalGeneration."""
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    sizes = NetworkConfig(n_vocabulary=vocabulary.size)
    config = WhisperConfig(
        vocab_size=vocabulary.size,
        num_mel_bins=sizes.n_mels,
        d_model=sizes.width,
        encoder_layers=sizes.n_encoder_layers,
        decoder_layers=sizes.n_decoder_layers,
        encoder_attention_heads=sizes.n_heads,
        decoder_attention_heads=sizes.n_heads,
        encoder_ffn_dim=sizes.n_inner,
        decoder_ffn_dim=sizes.n_inner,
        max_source_positions=N_POSITIONS,
        max_target_positions=sizes.n_tokens,
        pad_token_id=vocabulary.end,
        bos_token_id=vocabulary.end,
        eos_token_id=vocabulary.end,
        decoder_start_token_id=vocabulary.start,
        suppress_tokens=[],
        begin_suppress_tokens=[],
        dropout=0.0,
    )
    network = WhisperForConditionalGeneration(config)
    kept = {k: v for k, v in weights.items() if not k.startswith(("ctc.", "frames."))}
    kept["proj_out.weight"] = kept["model.decoder.embed_tokens.weight"]
    network.load_state_dict(kept)
    return network.eval()


def convert(
    checkpoint: Path,
    tokenizer: Path,
    target: Path,
    heads: Sequence[tuple[int, int]] = ALIGNMENT_HEADS,
) -> None:
    """Write `target` anew: model.bin in int8, vocabulary, tokenizer, configurations."""
    from ctranslate2.converters import TransformersConverter
    from transformers import PreTrainedTokenizerFast

    vocabulary = load_vocabulary(tokenizer)
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "transformers"
        to_transformers(averaged_weights(checkpoint), vocabulary).save_pretrained(source)
        PreTrainedTokenizerFast(tokenizer_object=vocabulary.tokenizer).save_pretrained(source)
        result = Path(scratch) / "ctranslate2"
        TransformersConverter(str(source)).convert(str(result), quantization="int8")
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(result / "model.bin", target / "model.bin")
    shutil.copyfile(tokenizer, target / "tokenizer.json")
    _write_json(target / "vocabulary.json", vocabulary.tokens())
    _write_json(target / "preprocessor_config.json", _FEATURES)
    write_config(target, vocabulary, heads)


def write_config(target: Path, vocabulary: Vocabulary, heads: Sequence[tuple[int, int]]) -> None:
    """config.json of CTranslate2: alignment heads, languages, nothing forbidden at the start.

    Whisper forbids the end of text there; here a window without speech must end at once.
    """
    config = {
        "alignment_heads": [list(head) for head in heads],
        "lang_ids": [vocabulary.language],
        "suppress_ids": [],
        "suppress_ids_begin": [],
    }
    _write_json(target / "config.json", config)
    if all((target / name).is_file() for name in FILES):
        write_card(target, synthetic_only=True, kind="recogniser", files=FILES)


FILES = ("config.json", "model.bin", "preprocessor_config.json", "tokenizer.json", "vocabulary.json")
"""What faster-whisper loads; the registry checks each against `weights.json`."""


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def shrink_checkpoint(checkpoint: Path, target: Path) -> None:
    """The averaged parameters alone, in bfloat16: what training can go on from."""
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
    weights = {k: v.bfloat16() for k, v in averaged_weights(checkpoint).items()}
    weights.pop("model.encoder.embed_positions.weight")  # fixed sinusoids
    state = {k: v for k, v in saved["state"].items() if isinstance(v, int | float | str)}
    torch.save({"average": weights, "state": state}, target)
