"""A transformers encoder that reads each turn in its call: any base model, with heads of our own on top.

A turn is read between what was said before and after it, each with who said it; its classes are told from the mean of
the states over its own tokens. Padding is masked and sums run per turn, so a verdict never depends on the turns that
shared its batch.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer

from models.classifiers.reader import (
    CLASSES,
    ENCODER_ABOUT,
    SEVERITY_CLASSES,
    Scores,
    best_stretch,
    likeliest_reason,
    of_role,
)
from models.registry import LocalWeights
from pipeline.errors import ModelError
from pipeline.labels import SEVERITIES, Label, Role, Severity
from pipeline.ports import Conversation
from pipeline.reasons import load_reasons
from pipeline.types import Turn

HEADS: Final = "heads.safetensors"
TOKENS_A_BATCH: Final = 8192
EVIDENCE_WORDS: Final = 8
MOST_RECENT: Final = 2000
"""Calls whose readings are kept for the next classifier that asks."""

_Said = tuple[tuple[Role, str], ...]

SPEAKERS: Final[dict[Role, str]] = {
    "agent": "cobrador:",
    "debtor": "deudor:",
    "third_party": "tercero:",
    "system": "grabación:",
}


@dataclass(frozen=True, slots=True)
class Window:
    """What of a call is read with a turn: turns before and after, and the most tokens of each part."""

    before: int = 4
    after: int = 2
    before_tokens: int = 96
    turn_tokens: int = 96
    after_tokens: int = 40


@dataclass(frozen=True, slots=True)
class Encoded:
    """One turn in its context: token ids, and which of them are the turn's own, first and last + 1.

    `places` are first and last + 1 character of each own token in the turn's text.
    """

    ids: tuple[int, ...]
    own: tuple[int, int]
    places: tuple[tuple[int, int], ...]


class TurnEncoder(nn.Module):
    """Base model and heads: token ids (batch, tokens) -> scores of classes, severities and reasons."""

    def __init__(self, base: Any, n_reasons: int) -> None:
        super().__init__()
        self.base = base
        width = base.config.hidden_size
        self.dropout = nn.Dropout(0.1)
        self.classes = nn.Linear(width, len(CLASSES))
        self.severities = nn.Linear(width, len(SEVERITY_CLASSES))
        self.reasons = nn.Linear(width, n_reasons)

    def forward(self, embedded: Tensor, mask: Tensor, own: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Scores (batch, classes), (batch, severities), (batch, reasons).

        Args:
            embedded: Embeddings of the tokens (batch, tokens, width), as `embed` gives them.
            mask: 1 for tokens, 0 for padding, (batch, tokens).
            own: 1 for the turn's own tokens, (batch, tokens).
        """
        states = self.base(inputs_embeds=embedded, attention_mask=mask).last_hidden_state
        weights = own.to(states.dtype)
        pooled = (states * weights[..., None]).sum(1) / weights.sum(1, keepdim=True).clamp(min=1)
        pooled = self.dropout(pooled)
        return self.classes(pooled), self.severities(pooled), self.reasons(pooled)

    def embed(self, ids: Tensor) -> Tensor:
        embedded: Tensor = self.base.get_input_embeddings()(ids)
        return embedded

    def head_state(self) -> dict[str, Tensor]:
        return {k: v.detach().cpu().contiguous() for k, v in self.state_dict().items() if not k.startswith("base.")}


def encode_call(turns: Sequence[Turn], tokenizer: Any, window: Window) -> tuple[Encoded, ...]:
    """Every turn of a call with its context, cut to the window: the nearest words of the context are kept."""
    spoken = [f"{SPEAKERS[turn.role]} {turn.text}" for turn in turns]
    tokenised = tokenizer(spoken, add_special_tokens=False, return_offsets_mapping=True) if spoken else None
    ids: list[list[int]] = tokenised["input_ids"] if tokenised else []
    first = tokenizer.cls_token_id if tokenizer.cls_token_id is not None else tokenizer.bos_token_id
    last = tokenizer.sep_token_id if tokenizer.sep_token_id is not None else tokenizer.eos_token_id
    encoded = []
    for i, turn in enumerate(turns):
        before = [t for j in range(max(0, i - window.before), i) for t in ids[j]][-window.before_tokens :]
        own = ids[i][: window.turn_tokens]
        after = [t for j in range(i + 1, min(len(turns), i + 1 + window.after)) for t in ids[j]]
        start = 2 + len(before)
        row = (first, *before, last, *own, last, *after[: window.after_tokens], last)
        shift = len(SPEAKERS[turn.role]) + 1
        offsets = tokenised["offset_mapping"][i][: len(own)] if tokenised else []
        places = tuple((max(0, a - shift), max(0, b - shift)) for a, b in offsets)
        encoded.append(Encoded(row, (start, start + len(own)), places))
    return tuple(encoded)


def batches_of(lengths: Sequence[int], most_tokens: int = TOKENS_A_BATCH) -> Iterator[list[int]]:
    """Positions of turns of about the same length, so many that a padded batch stays below `most_tokens`."""
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if batch and (len(batch) + 1) * lengths[i] > most_tokens:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def tensors_of(rows: Sequence[Encoded], padding: int, device: str) -> tuple[Tensor, Tensor, Tensor]:
    """Token ids, attention mask and own tokens, each (batch, tokens)."""
    longest = max(len(row.ids) for row in rows)
    ids = torch.full((len(rows), longest), padding)
    mask, own = torch.zeros_like(ids), torch.zeros_like(ids)
    for i, row in enumerate(rows):
        ids[i, : len(row.ids)] = torch.tensor(row.ids)
        mask[i, : len(row.ids)] = 1
        own[i, row.own[0] : row.own[1]] = 1
    return ids.to(device), mask.to(device), own.to(device)


@dataclass(frozen=True)
class EncoderReader:
    """`models.classifiers.reader.Reader` on a transformers encoder.

    Attributes:
        network: In evaluation mode.
        tokenizer: Of the base model, a fast one.
        window: What is read with a turn.
        slopes: Score -> log odds, float32 (2, len(CLASSES)): slope, intercept.
        thresholds: Probability from which a class is said, float32 (len(CLASSES),).
        device: Where the network is.
    """

    network: TurnEncoder
    tokenizer: Any
    window: Window
    slopes: Scores
    thresholds: Scores
    device: str = "cpu"
    recent: "dict[_Said, EncoderReading]" = field(default_factory=dict, repr=False, compare=False)

    def read(self, calls: Sequence[Conversation]) -> Iterator["EncoderReading"]:
        """What was read a moment ago is not read again: both classifiers ask of the same calls, one after the other."""
        said = [tuple((turn.role, turn.text) for turn in call.turns) for call in calls]
        unread = {key: call for key, call in zip(said, calls, strict=True) if key not in self.recent}
        if len(self.recent) + len(unread) > MOST_RECENT:
            self.recent.clear()
            unread = dict(zip(said, calls, strict=True))
        self.recent.update(zip(unread, self._read_anew(list(unread.values())), strict=True))
        for key, call in zip(said, calls, strict=True):
            yield replace(self.recent[key], turns=call.turns)

    def _read_anew(self, calls: Sequence[Conversation]) -> Iterator["EncoderReading"]:
        encoded = [encode_call(call.turns, self.tokenizer, self.window) for call in calls]
        scores = self.raw_scores([row for rows in encoded for row in rows])
        start = 0
        for call, rows in zip(calls, encoded, strict=True):
            own = [part[start : start + len(rows)] for part in scores]
            start += len(rows)
            mask = np.array([of_role(turn.role) for turn in call.turns], bool).reshape(len(rows), len(CLASSES))
            odds = own[0] * self.slopes[0] + self.slopes[1]
            chances = np.where(mask, 1 / (1 + np.exp(-odds)), 0.0).astype(np.float32)
            yield EncoderReading(self, call.turns, rows, chances, own[1], own[2])

    @torch.inference_mode()
    def raw_scores(self, rows: Sequence[Encoded]) -> tuple[Scores, Scores, Scores]:
        """Scores of classes, severities and reasons before calibration, a row a turn, all turns in one pass."""
        sizes = (len(CLASSES), len(SEVERITY_CLASSES), len(load_reasons()))
        found = tuple(np.zeros((len(rows), size), np.float32) for size in sizes)
        for batch in batches_of([len(row.ids) for row in rows]):
            ids, mask, own = tensors_of([rows[i] for i in batch], self._padding, self.device)
            for part, scores in zip(found, self.network(self.network.embed(ids), mask, own), strict=True):
                part[batch] = scores.float().cpu().numpy()
        return found[0], found[1], found[2]

    @cached_property
    def _padding(self) -> int:
        return int(self.tokenizer.pad_token_id or 0)

    def word_weights(self, row: Encoded, name: str) -> Scores:
        """What each own token adds to a class: gradient times embedding (Shrikumar et al. 2016), float32 (n_own,)."""
        ids, mask, own = tensors_of([row], self._padding, self.device)
        embedded = self.network.embed(ids).detach().requires_grad_()
        score = self.network(embedded, mask, own)[0][0, CLASSES.index(name)]
        (gradient,) = torch.autograd.grad(score, embedded)
        added = (gradient * embedded).sum(-1)[0, row.own[0] : row.own[1]]
        return np.asarray(added.detach().float().cpu().numpy(), np.float32)


@dataclass(frozen=True, slots=True)
class EncoderReading:
    """`models.classifiers.reader.CallReading` of an encoder."""

    reader: EncoderReader
    turns: tuple[Turn, ...]
    rows: tuple[Encoded, ...]
    probabilities: Scores
    severities: Scores
    reasons: Scores

    def reason(self, i: int, labels: Sequence[Label]) -> str | None:
        return likeliest_reason(self.turns[i], self.reasons[i], labels)

    def severity(self, i: int) -> Severity:
        above = self.severities[i] > 0
        return SEVERITIES[2 if above[1] else int(above[0])]

    def evidence(self, i: int, name: str) -> str:
        text = self.turns[i].text
        words, scores = self._words(i, name)
        if not words:
            return text
        first, last = best_stretch(scores, EVIDENCE_WORDS)
        return text[words[first][0] : words[last][1]]

    def _words(self, i: int, name: str) -> tuple[list[tuple[int, int]], Scores]:
        """Places of the turn's words and what each adds: the sum over its tokens."""
        text, row = self.turns[i].text, self.rows[i]
        edges: list[tuple[int, int]] = []
        at = 0
        for word in text.split():
            start = text.index(word, at)
            at = start + len(word)
            edges.append((start, at))
        sums = np.zeros(len(edges), np.float32)
        for (start, end), weight in zip(row.places, self.reader.word_weights(row, name), strict=True):
            for k, (first, last) in enumerate(edges):
                if start < last and end > first:
                    sums[k] += weight
                    break
        return edges, sums


def save_encoder(reader: EncoderReader, folder: Path) -> tuple[str, ...]:
    """Writes the folder that `load_encoder` reads; returns the names of its files."""
    folder.mkdir(parents=True, exist_ok=True)
    reader.network.base.save_pretrained(folder)
    reader.tokenizer.save_pretrained(folder)
    save_file(reader.network.head_state(), folder / HEADS)
    about = _about() | {
        "window": asdict(reader.window),
        "slopes": reader.slopes.tolist(),
        "thresholds": reader.thresholds.tolist(),
    }
    (folder / ENCODER_ABOUT).write_text(json.dumps(about, indent=1), "utf-8")
    return tuple(sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()))


def _about() -> dict[str, object]:
    """What weights and code must agree on."""
    return {"classes": list(CLASSES), "reasons": list(load_reasons())}


def load_base(name: str | Path, n_reasons: int | None = None) -> tuple[TurnEncoder, Any]:
    """An untrained head on a base model of a folder, and its tokenizer. Nothing is downloaded.

    Raises:
        ModelError: The folder holds no encoder with a fast tokenizer.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=True)
        base = AutoModel.from_pretrained(name, local_files_only=True)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{Path(name).name}: a transformers encoder with its tokenizer expected ({type(error).__name__}); give its "
            "folder, or bring it with `palabra models fetch`"
        ) from error
    if not tokenizer.is_fast:
        raise ModelError(f"{Path(name).name}: a fast tokenizer expected (tokenizer.json); choose another base model")
    return TurnEncoder(base, len(load_reasons()) if n_reasons is None else n_reasons), tokenizer


def load_encoder(local: LocalWeights) -> EncoderReader:
    """The encoder of a folder of weights.

    Raises:
        ModelError: Its files do not belong together, or it was trained for other classes.
    """
    about = json.loads((local.folder / ENCODER_ABOUT).read_text("utf-8"))
    if {key: about.get(key) for key in _about()} != _about():
        raise ModelError(
            f"{local.name}: trained for other classes or reasons than this version has; train it again with "
            "`palabra train --base`"
        )
    network, tokenizer = load_base(local.folder)
    try:
        missing = network.load_state_dict(load_file(local.folder / HEADS), strict=False).unexpected_keys
    except (OSError, RuntimeError) as error:
        raise ModelError(f"{local.name}: {HEADS} of this encoder expected ({type(error).__name__})") from error
    if missing:
        raise ModelError(f"{local.name}: {HEADS} holds {missing[0]}, which this version does not know")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return EncoderReader(
        network.eval().to(device),
        tokenizer,
        Window(**about["window"]),
        _array(about["slopes"]),
        _array(about["thresholds"]),
        device,
    )


def _array(values: object) -> npt.NDArray[np.float32]:
    return np.asarray(values, np.float32)
