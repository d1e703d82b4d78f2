"""A Whisper of real size with random weights, as CTranslate2 loads it: the work of recognition without its weights.

Nothing can be downloaded here, and how fast a recogniser is does not depend on what its weights have learnt, if only
every system decodes as many tokens. So the weights themselves count: two of the decoder's dimensions belong to a
clock that nothing else writes to. Before `N_TOKENS` tokens the first forbids the end of text, then it demands it; the
second forbids times. Every system writes `N_TOKENS` text tokens a window, whatever its options are, greedy or not.

    python -m benchmarks.recognition.random_weights small int8

Folders are made once, by seed, below `cache_folder()`.
"""

import itertools
import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.environments import cache_folder

N_TOKENS: Final = 40
N_PROMPT: Final = 4
"""Start, language, task, no timestamps: what every system puts before the text."""

N_TEXT: Final = 50_256
N_TIMES: Final = 1501
LOUD: Final = 10.0
"""Of the clock: about ten times what the other dimensions hold, so its logits stand above all others."""

SEED: Final = 20
EMPTY: Final = "<|empty|>"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Size:
    """Architecture of a published Whisper; `heads` of the decoder (layer, head) tell the times of words."""

    name: str
    width: int
    encoder_layers: int
    decoder_layers: int
    attention_heads: int
    mels: int
    languages: int
    heads: tuple[tuple[int, int], ...]


SMALL: Final = Size(
    "small", 768, 12, 12, 12, 80, 99,
    ((5, 3), (5, 9), (8, 0), (8, 4), (8, 7), (8, 8), (9, 0), (9, 7), (9, 9), (10, 5)),
)  # fmt: skip
TURBO: Final = Size(
    "large-v3-turbo", 1280, 32, 4, 20, 128, 100, ((2, 4), (2, 11), (3, 3), (3, 6), (3, 11), (3, 14))
)  # fmt: skip
# For the benchmark's own tests: seconds to make, and to run.
MINUTE: Final = Size("minute", 64, 1, 1, 2, 80, 99, ((0, 0),))
SIZES: Final = {size.name: size for size in (SMALL, TURBO, MINUTE)}


def random_weights(size: Size, quantization: str = "int8") -> Path:
    """Folder of the weights, made on first use."""
    folder = cache_folder() / f"whisper-{size.name}-random-{quantization}-v{VERSION}"
    if not (folder / "model.bin").is_file():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            made = Path(scratch) / "made"
            write_weights(size, made, quantization)
            shutil.rmtree(folder, ignore_errors=True)
            made.rename(folder)
    return folder


def write_weights(size: Size, target: Path, quantization: str) -> None:
    """Draws, converts and completes one folder."""
    from ctranslate2.converters import TransformersConverter
    from transformers import PreTrainedTokenizerFast
    from transformers.utils import logging

    logging.disable_progress_bar()
    tokenizer, tokens = _vocabulary(size.languages)
    end = tokenizer.token_to_id("<|endoftext|>")
    with tempfile.TemporaryDirectory() as scratch:
        _network(size, len(tokens), end).save_pretrained(scratch)
        PreTrainedTokenizerFast(tokenizer_object=tokenizer).save_pretrained(scratch)
        TransformersConverter(scratch).convert(str(target), quantization=quantization)
    tokenizer.save(str(target / "tokenizer.json"))
    languages = list(range(end + 2, end + 2 + size.languages))
    _write(target / "vocabulary.json", tokens)
    _write(
        target / "config.json",
        {"alignment_heads": size.heads, "lang_ids": languages, "suppress_ids": [], "suppress_ids_begin": []},
    )
    _write(
        target / "preprocessor_config.json",
        {"feature_size": size.mels, "sampling_rate": 16_000, "hop_length": 160, "chunk_length": 30, "n_fft": 400},
    )


def _network(size: Size, n_tokens: int, end: int) -> Any:
    import torch
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    torch.manual_seed(SEED)
    network = WhisperForConditionalGeneration(
        WhisperConfig(
            vocab_size=n_tokens,
            num_mel_bins=size.mels,
            d_model=size.width,
            encoder_layers=size.encoder_layers,
            decoder_layers=size.decoder_layers,
            encoder_attention_heads=size.attention_heads,
            decoder_attention_heads=size.attention_heads,
            encoder_ffn_dim=4 * size.width,
            decoder_ffn_dim=4 * size.width,
            pad_token_id=end,
            bos_token_id=end,
            eos_token_id=end,
            decoder_start_token_id=end + 1,
            suppress_tokens=[],
            begin_suppress_tokens=[],
        )
    ).eval()
    decoder = network.model.decoder
    with torch.no_grad():
        # Where a token stands tells which one follows, so that a text is no repetition of one word.
        decoder.embed_positions.weight.normal_()
        for layer in decoder.layers:
            for writer in (layer.self_attn.out_proj, layer.encoder_attn.out_proj, layer.fc2):
                writer.weight[:2] = 0
                writer.bias[:2] = 0
        tokens, places = decoder.embed_tokens.weight, decoder.embed_positions.weight
        tokens[:, :2] = 0
        tokens[end, 0] = LOUD
        tokens[n_tokens - N_TIMES :, 1] = -LOUD
        # The token after place p is predicted at p, so the last one at N_PROMPT + N_TOKENS - 2.
        places[:, 0] = LOUD
        places[: N_PROMPT + N_TOKENS - 1, 0] = -LOUD
        places[:, 1] = LOUD
    return network


def _vocabulary(n_languages: int) -> tuple[Any, list[str]]:
    """Tokenizer and all tokens by id: bytes, made-up words, Whisper's control tokens in its order, times."""
    from faster_whisper.tokenizer import _LANGUAGE_CODES
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    syllables = [consonant + vowel for consonant in "bcdfghjlmnprstvz" for vowel in "aeiou"]
    words = ("Ġ" + "".join(parts) for n in (2, 3) for parts in itertools.product(syllables, repeat=n))
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    text = [*alphabet, *itertools.islice(words, N_TEXT - len(alphabet))]
    control = [
        "<|endoftext|>",
        "<|startoftranscript|>",
        *(f"<|{code}|>" for code in list(_LANGUAGE_CODES)[:n_languages]),
        "<|translate|>",
        "<|transcribe|>",
        "<|startoflm|>",
        "<|startofprev|>",
        "<|nospeech|>",
        "<|notimestamps|>",
    ]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(text)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    # An added token cannot be empty, and CTranslate2 takes the empty one for "multilingual": a stand-in keeps its id.
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in (EMPTY, *control)])
    times = [f"<|{i * 0.02:.2f}|>" for i in range(N_TIMES)]
    return tokenizer, [*text, "", *control, *times]


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Makes what is missing and prints the folder: in a process of its own, for torch stays in memory."""
    name, quantization = sys.argv[1:]
    print(random_weights(SIZES[name], quantization))


if __name__ == "__main__":
    main()
