"""The exam: a gold file's turns, spoken on a telephone, through unchanged faster-whisper."""

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import jiwer
import numpy as np

from models.recipes.recogniser import material
from models.recipes.recogniser.batches import wordless_sound
from models.recipes.recogniser.convert import write_config
from models.recipes.recogniser.pool import SAMPLE_RATE, UNSEEN_VARIANTS, draw_voice, seen_variants
from models.recipes.recogniser.vocabulary import load_vocabulary
from models.recipes.speech import Samples, synthesize
from models.recipes.telephone import resample, set_peak, telephone
from pipeline.normalise import NUMBER_WORDS, normalise_words, spell_numbers

KEY_WORDS: Final = NUMBER_WORDS | frozenset(material.MONTHS) | frozenset(material.WEEKDAYS)
WORDLESS_KINDS: Final = ("silence", "tone", "music", "noise")


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """A turn's sound at 16 kHz after the telephone, its words, and when each starts."""

    samples: Samples
    words: tuple[str, ...]
    starts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Errors over all turns of one set of voices.

    Attributes:
        wer: Word error rate.
        key_wer: The same of number, weekday and month words: those of the gold that were
            not written, and those written that nobody said, over those of the gold.
        start_error_ms: Median distance of word starts, of words written right.
        n_turns: Turns scored.
        n_words: Words of the gold.
    """

    wer: float
    key_wer: float
    start_error_ms: float
    n_turns: int
    n_words: int


def speak_turn(text: str, voice_seed: Sequence[int], variants: tuple[str, ...]) -> SpokenTurn:
    """A turn in a voice drawn from the seed, on an 8 kHz mu-law line."""
    rng = np.random.default_rng(voice_seed)
    spoken = synthesize(spell_numbers(text), draw_voice(variants, rng))
    samples = set_peak(resample(spoken.samples, spoken.sample_rate, SAMPLE_RATE), 0.6)
    samples = np.pad(samples, (SAMPLE_RATE // 4, SAMPLE_RATE // 4))
    timed = [(w, s.start + 0.25) for s in spoken.words for w in normalise_words(s.text)]
    return SpokenTurn(telephone(samples, SAMPLE_RATE), tuple(w for w, _ in timed), tuple(t for _, t in timed))


def load_model(folder: Path, threads: int = 2) -> Any:
    """The folder as faster-whisper's WhisperModel on the CPU."""
    from faster_whisper import WhisperModel  # slow to import

    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads)


def hear(model: Any, turn: SpokenTurn, beam_size: int = 5, clip_seconds: int = 0) -> list[tuple[str, float]]:
    """Words written for a turn and their starts, by faster-whisper's batched pipeline.

    The turn is one clip, or is cut by faster-whisper's own voice activity into clips of at
    most `clip_seconds`.
    """
    from faster_whisper import BatchedInferencePipeline
    from faster_whisper.vad import VadOptions

    whole = [{"start": 0.0, "end": len(turn.samples) / SAMPLE_RATE}]
    options = VadOptions(max_speech_duration_s=clip_seconds, min_silence_duration_ms=100, speech_pad_ms=150)
    cut: dict[str, Any] = {"vad_filter": True, "vad_parameters": options, "chunk_length": clip_seconds}
    segments, _ = BatchedInferencePipeline(model).transcribe(
        turn.samples, language="es", batch_size=1, beam_size=beam_size, word_timestamps=True,
        **(cut if clip_seconds else {"clip_timestamps": whole}),
    )  # fmt: skip
    return [(w, x.start) for s in segments for x in s.words or () for w in normalise_words(x.word)]


def score(pairs: Iterable[tuple[SpokenTurn, list[tuple[str, float]]]]) -> Score:
    """Errors of what was written against what was said."""
    errors = words = key_errors = key_words = n = 0
    distances: list[float] = []
    for turn, written in pairs:
        n += 1
        words += len(turn.words)
        key_words += sum(w in KEY_WORDS for w in turn.words)
        if not written:
            errors += len(turn.words)
            key_errors += sum(w in KEY_WORDS for w in turn.words)
            continue
        result = jiwer.process_words(" ".join(turn.words), " ".join(w for w, _ in written))
        errors += result.substitutions + result.deletions + result.insertions
        for chunk in result.alignments[0]:
            said = range(chunk.ref_start_idx, chunk.ref_end_idx)
            heard = range(chunk.hyp_start_idx, chunk.hyp_end_idx)
            if chunk.type == "equal":
                distances += [abs(turn.starts[i] - written[j][1]) for i, j in zip(said, heard, strict=True)]
            else:
                missed = sum(turn.words[i] in KEY_WORDS for i in said)
                added = sum(written[j][0] in KEY_WORDS for j in heard)
                key_errors += max(missed, added)
    return Score(
        errors / max(1, words),
        key_errors / max(1, key_words),
        1000.0 * float(np.median(distances)) if distances else float("nan"),
        n,
        words,
    )


def read_turns(gold: Path, limit: int = 0) -> list[str]:
    """Texts of the turns of a gold file; with a limit, every so-manieth one."""
    lines = gold.read_text(encoding="utf-8").splitlines()
    turns = [t["text"] for line in lines for t in json.loads(line)["turns"]]
    return turns if not limit or limit >= len(turns) else turns[:: len(turns) // limit][:limit]


def take_exam(
    folder: Path, gold: Path, limit: int = 0, *, beam_size: int = 5, clip_seconds: int = 0, seed: int = 1
) -> dict[str, Score]:
    """Scores by set of voices: "seen" in training and "unseen"."""
    turns = [text for text in read_turns(gold, limit) if normalise_words(text)]
    # All is spoken before the model is loaded, for the reason given in `speech`.
    spoken = {
        name: [speak_turn(text, (seed, i), variants) for i, text in enumerate(turns)]
        for name, variants in (("seen", seen_variants()), ("unseen", UNSEEN_VARIANTS))
    }
    model = load_model(folder)
    return {
        name: score((turn, hear(model, turn, beam_size, clip_seconds)) for turn in said)
        for name, said in spoken.items()
    }


def count_wordy_windows(folder: Path, n: int = 100, seed: int = 3) -> dict[str, int]:
    """Of n windows of each wordless kind, in how many the model writes a word."""
    model = load_model(folder)
    counts = {}
    for kind in WORDLESS_KINDS:
        rng = np.random.default_rng([seed, WORDLESS_KINDS.index(kind)])
        counts[kind] = 0
        for _ in range(n):
            length = int(rng.uniform(1.0, 30.0) * SAMPLE_RATE)
            sound = wordless_sound(length, rng, kind)
            line = telephone(sound, SAMPLE_RATE) if rng.random() < 0.5 else sound
            written = hear(model, SpokenTurn(line, (), ()), beam_size=1)
            counts[kind] += bool(written)
    return counts


def choose_heads(
    folder: Path, texts: Sequence[str], candidates: Sequence[Sequence[tuple[int, int]]]
) -> list[tuple[float, Sequence[tuple[int, int]]]]:
    """Median word-start error in ms of each set of alignment heads, the best first."""
    vocabulary = load_vocabulary(folder / "tokenizer.json")
    turns = [speak_turn(t, (11, i), seen_variants()) for i, t in enumerate(texts)]
    results = []
    with tempfile.TemporaryDirectory() as scratch:
        for heads in candidates:
            copy = Path(scratch) / "model"
            copy.mkdir(exist_ok=True)
            for path in folder.iterdir():
                (copy / path.name).unlink(missing_ok=True)
                (copy / path.name).write_bytes(path.read_bytes())
            write_config(copy, vocabulary, heads)
            model = load_model(copy)
            found = score((turn, hear(model, turn, beam_size=1)) for turn in turns)
            results.append((found.start_error_ms, heads))
    return sorted(results, key=lambda r: r[0])
