"""Training batches: utterances of the pool on a bad line, alone or in 30 s windows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from models.recipes.recogniser.pool import SAMPLE_RATE, Utterance, as_float
from models.recipes.recogniser.vocabulary import SECONDS_PER_TIME, Vocabulary, ctc_ids
from models.recipes.telephone import (
    Samples,
    add_at_ratio,
    babble,
    band_pass,
    hold_music,
    mu_law,
    noise,
    set_peak,
    telephone,
    tones,
)

HOP: Final = 160
N_FFT: Final = 400
N_MELS: Final = 80
IGNORE: Final = -100
# Windows and token rows are padded to multiples of these.
FRAME_STEP: Final = 48
TOKEN_STEP: Final = 12
# Lengths of windows and how often each is drawn.
WINDOW_SECONDS: Final = (6.0, 10.0, 16.0, 30.0)
TIMES_SHARE: Final = 0.2  # of the windows written with timestamps
WINDOW_SHARES: Final = (0.3, 0.35, 0.2, 0.15)
# Speech in a window ends by then. Longer is learned only by a decoder that aligns already.
MAX_SPEECH_SECONDS: Final = 29.0
NOISES: Final = ("white", "pink", "brown", "hum", "crackle")
SIGNALS: Final = ("ring", "busy", "congestion", "fax", "dial", "beep", "dtmf")


@dataclass(frozen=True, slots=True)
class Sample:
    """One window: its sound and what should be written for it.

    Attributes:
        samples: Sound at 16 kHz.
        segments: Words with their times, in seconds from the window's start, by segment.
        with_times: Whether the decoder writes the times of segments.
        n_frames: Frames of 10 ms that the network is given; the rest is padding.
    """

    samples: Samples
    segments: tuple[tuple[tuple[str, float, float], ...], ...]
    with_times: bool
    n_frames: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Arrays of one step; B windows, L tokens, T frames, C letters.

    Attributes:
        mel: (B, T, 80) float16, as faster-whisper computes and pads it.
        tokens: (B, L) decoder input.
        targets: (B, L), `IGNORE` where nothing is learned.
        spans: (B, L, 2) first and last encoder position of each target, -1 for none.
        letters: (B, C) CTC targets, 0 beyond `n_letters`.
        n_letters: (B,) how many letters each window has.
        frames: (B, T / 2) letter that sounds at each encoder position, see `frame_letters`.
        first_position: Encoder position of the first frame.
        seconds: Seconds of sound.
    """

    mel: NDArray[np.float16]
    tokens: NDArray[np.int64]
    targets: NDArray[np.int64]
    spans: NDArray[np.int16]
    letters: NDArray[np.int64]
    n_letters: NDArray[np.int64]
    frames: NDArray[np.int64]
    first_position: int
    seconds: float


@cache
def _filters() -> torch.Tensor:
    from faster_whisper.feature_extractor import FeatureExtractor  # slow to import

    filters = FeatureExtractor.get_mel_filters(SAMPLE_RATE, N_FFT, n_mels=N_MELS)
    return torch.from_numpy(filters.astype(np.float32))


def log_mel(samples: Samples) -> torch.Tensor:
    """Log-mel frames (n, 80) as `faster_whisper.feature_extractor` computes them."""
    x = torch.from_numpy(np.pad(samples, (0, HOP)))
    spectrum = torch.stft(x, N_FFT, HOP, window=torch.hann_window(N_FFT), return_complex=True)
    power = spectrum[:, :-1].real ** 2 + spectrum[:, :-1].imag ** 2
    log = torch.clamp(_filters() @ power, min=1e-10).log10()
    return ((torch.maximum(log, log.max() - 8.0) + 4.0) / 4.0).T


def degrade(samples: Samples, pool: Sequence[Utterance], rng: np.random.Generator) -> Samples:
    """The sound after a line of chance: band, codec, noise, other voices, gain."""
    n = len(samples)
    kind = rng.random()
    if kind < 0.5:
        ratio = float(rng.uniform(10, 40))
        colour = NOISES[int(rng.integers(len(NOISES)))]
        samples = add_at_ratio(samples, _some_noise(n, colour, rng), ratio)
    elif kind < 0.57:
        others = [as_float(pool[int(i)].samples) for i in rng.integers(len(pool), size=4)]
        samples = add_at_ratio(samples, babble(others, n, rng), float(rng.uniform(10, 30)))
    elif kind < 0.64:
        other = as_float(pool[int(rng.integers(len(pool)))].samples)
        behind = np.zeros(n, np.float32)
        at = int(rng.integers(0, max(1, n - SAMPLE_RATE // 2)))
        behind[at : at + len(other)] = other[: n - at]
        samples = add_at_ratio(samples, behind, float(rng.uniform(14, 32)))
    if rng.random() < 0.15:
        low, high = rng.uniform(100, 500), rng.uniform(2600, 6000)
        samples = band_pass(samples, SAMPLE_RATE, float(low), float(high))
    samples = set_peak(samples, float(10.0 ** rng.uniform(-1.6, 0.0)))
    if rng.random() < 0.1:
        samples = np.clip(samples * rng.uniform(1.0, 4.0), -1.0, 1.0).astype(np.float32)
    line = rng.random()
    if line < 0.75:
        return telephone(samples, SAMPLE_RATE)
    return mu_law(samples) if line < 0.8 else samples


def _some_noise(n: int, colour: str, rng: np.random.Generator) -> Samples:
    """A piece of a minute of noise made once, since making it anew is slow."""
    bank = _noise_minute(colour, int(rng.integers(4)))
    start = int(rng.integers(len(bank) - n))
    return bank[start : start + n]


@cache
def _noise_minute(colour: str, number: int) -> Samples:
    rng = np.random.default_rng([number, NOISES.index(colour)])
    return noise(60 * SAMPLE_RATE, SAMPLE_RATE, colour, rng)  # type: ignore[arg-type]


def short_sample(pool: Sequence[Utterance], index: int, rng: np.random.Generator) -> Sample:
    """One utterance with a little silence around it."""
    utterance = pool[index]
    before, after = float(rng.uniform(0.0, 0.2)), float(rng.uniform(0.03, 0.25))
    sound = np.zeros(int((before + after) * SAMPLE_RATE) + len(utterance.samples), np.float32)
    at = int(before * SAMPLE_RATE)
    sound[at : at + len(utterance.samples)] = as_float(utterance.samples)
    samples = degrade(sound, pool, rng)
    return Sample(samples, (_placed(utterance, before),), False, len(samples) // HOP + 1)


def _placed(utterance: Utterance, at: float) -> tuple[tuple[str, float, float], ...]:
    timed = zip(utterance.words, utterance.starts, utterance.ends, strict=True)
    return tuple((word, start + at, end + at) for word, start, end in timed)


def window_sample(
    pool: Sequence[Utterance],
    by_voice: dict[str, list[int]],
    rng: np.random.Generator,
    max_seconds: float,
    max_words: int,
) -> Sample:
    """Several utterances of one or two speakers in a window, with pauses between."""
    limit = float(rng.uniform(0.2, 1.0)) * min(max_seconds, MAX_SPEECH_SECONDS)
    first = pool[int(rng.integers(len(pool)))].voice
    second = pool[int(rng.integers(len(pool)))].voice if rng.random() < 0.3 else first
    sound = np.zeros(int(max_seconds * SAMPLE_RATE), np.float32)
    segments: list[tuple[tuple[str, float, float], ...]] = []
    at = float(rng.uniform(0.0, 0.6))
    n_words = 0
    while True:
        voice = first if rng.random() < 0.5 else second
        utterance = pool[by_voice[voice][int(rng.integers(len(by_voice[voice])))]]
        length = len(utterance.samples) / SAMPLE_RATE
        n_words += len(utterance.words)
        if at + length > limit or n_words > max_words:
            break
        start = int(at * SAMPLE_RATE)
        level = float(rng.uniform(0.5, 1.0))
        sound[start : start + len(utterance.samples)] += level * as_float(utterance.samples)
        segments.append(_placed(utterance, at))
        at += length + float(rng.choice([rng.uniform(0.02, 0.3), rng.uniform(0.2, 1.2)]))
    end = min(len(sound), int((at + rng.uniform(0.0, 0.5)) * SAMPLE_RATE))
    samples = degrade(sound[: max(end, SAMPLE_RATE // 2)], pool, rng)
    if not segments:
        return silent_sample(rng, max_seconds)
    return Sample(samples, tuple(segments), bool(rng.random() < TIMES_SHARE), len(samples) // HOP + 1)


def silent_sample(rng: np.random.Generator, max_seconds: float) -> Sample:
    """A window without words: silence, noise, music, signals of the network."""
    n = int(rng.uniform(0.3, 1.0) * max_seconds * SAMPLE_RATE)
    sound = wordless_sound(n, rng)
    samples = telephone(sound, SAMPLE_RATE) if rng.random() < 0.75 else sound
    return Sample(samples, (), bool(rng.random() < TIMES_SHARE), n // HOP + 1)


def wordless_sound(n: int, rng: np.random.Generator, kind: str | None = None) -> Samples:
    """A sound of n samples that holds no speech, of the kind given or any.

    Kinds: silence, noise, music, tone, mixed.
    """
    kind = kind or str(rng.choice(["silence", "noise", "music", "tone", "mixed"]))
    level = float(10.0 ** rng.uniform(-2.5, -0.1))
    if kind == "silence":
        floor = 0.0 if rng.random() < 0.3 else float(10.0 ** rng.uniform(-5, -3))
        return (rng.standard_normal(n) * floor).astype(np.float32)
    if kind == "noise":
        colour = NOISES[int(rng.integers(len(NOISES)))]
        return set_peak(noise(n, SAMPLE_RATE, colour, rng), level)  # type: ignore[arg-type]
    if kind == "music":
        return set_peak(hold_music(n, SAMPLE_RATE, rng), level)
    if kind == "tone":
        pattern = SIGNALS[int(rng.integers(len(SIGNALS)))]
        tone = set_peak(tones(n, SAMPLE_RATE, pattern, rng), level)  # type: ignore[arg-type]
        return tone + (rng.standard_normal(n) * 1e-4).astype(np.float32)
    parts = [wordless_sound(n, rng, str(rng.choice(["noise", "music", "tone"]))) for _ in "ab"]
    return set_peak(parts[0] + parts[1], level)


def collate(samples: Sequence[Sample], vocabulary: Vocabulary, n_frames: int, first_position: int) -> Batch:
    """The arrays of a step; `n_frames` is what every window is cut or padded to."""
    mel = np.zeros((len(samples), n_frames, N_MELS), np.float16)
    rows = [_write_tokens(sample, vocabulary, first_position) for sample in samples]
    length = -(-max(len(tokens) for tokens, _, _ in rows) // TOKEN_STEP) * TOKEN_STEP
    tokens = np.full((len(samples), length), vocabulary.end, np.int64)
    targets = np.full((len(samples), length), IGNORE, np.int64)
    spans = np.full((len(samples), length, 2), -1, np.int16)
    texts = [" ".join(w for seg in s.segments for w, _, _ in seg) for s in samples]
    letters = [ctc_ids(text) for text in texts]
    padded = np.zeros((len(samples), max(1, *(len(row) for row in letters))), np.int64)
    sounding = np.zeros((len(samples), n_frames // 2), np.int64)
    for i, sample in enumerate(samples):
        sounding[i] = frame_letters(sample, n_frames // 2)
        frames = log_mel(sample.samples)[:n_frames]
        mel[i, : len(frames)] = frames.numpy()
        row, wanted, where = rows[i]
        tokens[i, : len(row)] = row
        targets[i, : len(row)] = wanted
        spans[i, : len(row)] = where
        padded[i, : len(letters[i])] = letters[i]
    return Batch(
        mel, tokens, targets, spans, padded,
        np.array([len(row) for row in letters]), sounding, first_position,
        sum(len(s.samples) for s in samples) / SAMPLE_RATE,
    )  # fmt: skip


def frame_letters(sample: Sample, n: int) -> NDArray[np.int64]:
    """Letter at each of n encoder positions; 0 where nothing is said.

    The letters of a word share its time evenly. That is wrong by a position or two, and
    right enough to teach the encoder its letters ten times sooner than CTC alone does.
    """
    row = np.zeros(n, np.int64)
    for segment in sample.segments:
        for word, start, end in segment:
            ids = np.array(ctc_ids(word))
            first = int(start / SECONDS_PER_TIME)
            last = min(n, max(first + 1, int(end / SECONDS_PER_TIME)))
            if len(ids) and last > first:
                share = (np.arange(last - first) + 0.5) / (last - first)
                row[first:last] = ids[(share * len(ids)).astype(int)]
    return row


def _write_tokens(
    sample: Sample, v: Vocabulary, first_position: int
) -> tuple[list[int], list[int], list[tuple[int, int]]]:
    """Decoder input, targets one step on, and each target's encoder positions."""
    shift = first_position * SECONDS_PER_TIME
    out: list[int] = []
    where: list[tuple[int, int]] = []
    for segment in sample.segments:
        if sample.with_times:
            out.append(v.time(segment[0][1] + shift))
            where.append((-1, -1))
        for word, start, end in segment:
            ids = v.encode_word(word)
            edges = _token_edges(v, ids, start, end)
            for k, token in enumerate(ids):
                out.append(token)
                first = int(edges[k] / SECONDS_PER_TIME)
                where.append((first, max(first, int(edges[k + 1] / SECONDS_PER_TIME))))
        if sample.with_times:
            out.append(v.time(segment[-1][2] + shift))
            where.append((-1, -1))
    if sample.with_times and not sample.segments:
        out.append(v.first_time)
        where.append((-1, -1))
    prompt = [v.start, v.language, v.transcribe]
    if not sample.with_times:
        prompt.append(v.no_timestamps)
    row = prompt + out
    # After the start token comes the language, or "no speech" where there is none.
    heard = v.language if sample.segments else v.no_speech
    wanted = [heard] + [IGNORE] * (len(prompt) - 2) + out + [v.end]
    spans = [(-1, -1)] * (len(prompt) - 1) + where + [(-1, -1)]
    return row, wanted, spans


def _token_edges(v: Vocabulary, ids: list[int], start: float, end: float) -> NDArray[Any]:
    """Times at which the tokens of a word begin and end, shared by their letters."""
    lengths = [max(1, len(v.tokenizer.decode([i]).strip())) for i in ids]
    return start + (end - start) * np.concatenate([[0], np.cumsum(lengths)]) / sum(lengths)


def short_batches(
    pool: Sequence[Utterance],
    vocabulary: Vocabulary,
    rng: np.random.Generator,
    frames_per_batch: int = 11000,
    max_shift: int = 0,
) -> Iterator[Batch]:
    """Endless batches of single utterances of about the same length.

    `max_shift` above 0 places half the batches at a random encoder position, so that the
    network gets to know positions beyond six seconds.
    """
    while True:
        # Few shapes, always the same: a CPU compiles its kernels for each new one.
        by_length: dict[int, list[int]] = {}
        for i in rng.integers(len(pool), size=1024).tolist():
            n_frames = len(pool[i].samples) // HOP + 46
            by_length.setdefault(-(-n_frames // FRAME_STEP) * FRAME_STEP, []).append(i)
        groups: list[tuple[int, list[int]]] = []
        for n_frames, indices in by_length.items():
            size = max(1, frames_per_batch // n_frames)
            while len(indices) % size:
                indices.append(indices[int(rng.integers(len(indices)))])
            groups += [(n_frames, indices[k : k + size]) for k in range(0, len(indices), size)]
        for g in rng.permutation(len(groups)):
            n_frames, indices = groups[int(g)]
            samples = [short_sample(pool, i, rng) for i in indices]
            shift = int(rng.integers(0, max_shift)) if max_shift and rng.random() < 0.5 else 0
            yield collate(samples, vocabulary, n_frames, shift)


def window_batches(
    pool: Sequence[Utterance],
    vocabulary: Vocabulary,
    rng: np.random.Generator,
    frames_per_batch: int = 13000,
    silent_share: float = 0.12,
) -> Iterator[Batch]:
    """Endless batches of windows with pauses, several speakers and padding, some without speech.

    A window of 30 s costs a CPU four times what its sound is worth, so that most are cut to
    less; the network meets the full length often enough to know its padding.
    """
    by_voice: dict[str, list[int]] = {}
    for i, utterance in enumerate(pool):
        by_voice.setdefault(utterance.voice, []).append(i)
    while True:
        seconds = float(rng.choice(WINDOW_SECONDS, p=WINDOW_SHARES))
        n_frames = int(seconds * SAMPLE_RATE) // HOP
        samples = [
            silent_sample(rng, seconds)
            if rng.random() < silent_share
            else window_sample(pool, by_voice, rng, seconds, max_words=72)
            for _ in range(max(2, frames_per_batch // n_frames))
        ]
        yield collate(samples, vocabulary, n_frames, 0)
