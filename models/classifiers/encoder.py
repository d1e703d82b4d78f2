"""A transformers encoder that reads whole calls: any base model, with heads of our own on top.

A call is cut into passages of some hundred tokens, each with what was said before and after it, so that a turn is read
in its context and every word of a call about once. A class looks at the words of the turn that tell of it (attention
for each class, Mullenbach et al. 2018): its score is a weighted mean over the turn's tokens, and what a token adds to
that mean is the evidence. Padding is masked and sums run per turn, so a verdict never depends on the calls that shared
its batch.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, AutoTokenizer

from models.classifiers.reader import (
    CLASSES,
    ENCODER_ABOUT,
    EVIDENCE_WORDS,
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
SMALL_BASE: Final = "base.int8.safetensors"
"""The base model in a byte a weight, where `save_encoder` was asked for it; hubs' folders hold none."""

TOKENS_A_BATCH: Final = 8192
MOST_RECENT: Final = 2000
"""Calls whose readings are kept for the next classifier that asks."""

_STEEPEST: Final = 30.0
"""Bound of a token's attention before the exponential: float32 holds the sums of a turn on either side of it."""

_Said = tuple[tuple[Role, str], ...]

SPEAKERS: Final[dict[Role, str]] = {
    "agent": "cobrador:",
    "debtor": "deudor:",
    "third_party": "tercero:",
    "system": "grabación:",
}


@dataclass(frozen=True, slots=True)
class Window:
    """How a call is cut: tokens of a passage's own turns, of the context on either side, and the most of one turn."""

    own_tokens: int = 288
    context_tokens: int = 64
    turn_tokens: int = 144


@dataclass(frozen=True, slots=True)
class Passage:
    """Turns that follow each other, in their context.

    Attributes:
        ids: Tokens.
        turns: Which turns of the call are read here: first and last + 1.
        own: First and last + 1 token of each of these turns.
        places: First and last + 1 character, in the turn's text, of each token of each of these turns.
    """

    ids: tuple[int, ...]
    turns: tuple[int, int]
    own: tuple[tuple[int, int], ...]
    places: tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """Scores before calibration, a row a turn: classes, severities and reasons; what each token adds to each class.

    `added` holds a float32 (n_tokens, len(CLASSES)) for each turn.
    """

    classes: Scores
    severities: Scores
    reasons: Scores
    added: tuple[Scores, ...]


class TurnEncoder(nn.Module):
    """Base model and heads: token ids (batch, tokens) -> scores of classes, severities and reasons of each turn."""

    def __init__(self, base: Any, n_reasons: int) -> None:
        super().__init__()
        self.base = base
        self.sizes = (len(CLASSES), len(SEVERITY_CLASSES), n_reasons)
        self.dropout = nn.Dropout(0.1)
        self.attention = nn.Linear(base.config.hidden_size, sum(self.sizes), bias=False)
        self.scores = nn.Linear(base.config.hidden_size, sum(self.sizes))

    def forward(self, ids: Tensor, mask: Tensor, turn_of: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of every class, severity and reason (turns, sum(sizes)), and what each token adds (batch, tokens, …).

        Args:
            ids: Tokens (batch, tokens).
            mask: 1 for tokens, 0 for padding, (batch, tokens).
            turn_of: Which of the batch's turns a token is of, counted from 1; 0 for context, (batch, tokens).
        """
        states = self.dropout(self.base(input_ids=ids, attention_mask=mask).last_hidden_state)
        weights = self.attention(states).float().clamp(-_STEEPEST, _STEEPEST).exp()
        says = weights * self.scores(states).float()
        n_turns = int(turn_of.max()) + 1
        total, said = (
            torch.zeros(n_turns, sum(self.sizes), device=ids.device).index_add(0, turn_of.flatten(), part.flatten(0, 1))
            for part in (weights, says)
        )
        return (said / total)[1:], says / total[turn_of]

    def head_state(self) -> dict[str, Tensor]:
        return {k: v.detach().cpu().contiguous() for k, v in self.state_dict().items() if not k.startswith("base.")}


def encode_call(turns: Sequence[Turn], tokenizer: Any, window: Window) -> tuple[Passage, ...]:
    """The passages of a call, in order: each turn is an own turn of exactly one of them."""
    if not turns:
        return ()
    spoken = [f"{SPEAKERS[turn.role]} {turn.text}" for turn in turns]
    tokenised = tokenizer(spoken, add_special_tokens=False, return_offsets_mapping=True)
    first = tokenizer.cls_token_id if tokenizer.cls_token_id is not None else tokenizer.bos_token_id
    last = tokenizer.sep_token_id if tokenizer.sep_token_id is not None else tokenizer.eos_token_id
    ids = [[*own[: window.turn_tokens], last] for own in tokenised["input_ids"]]
    passages = []
    start = 0
    while start < len(turns):
        end, size = start + 1, len(ids[start])
        while end < len(turns) and size + len(ids[end]) <= window.own_tokens:
            size += len(ids[end])
            end += 1
        before = [token for own in ids[:start] for token in own][-window.context_tokens :]
        after = [token for own in ids[end:] for token in own][: window.context_tokens]
        at = 1 + len(before)
        own, places = [], []
        for i in range(start, end):
            n = len(ids[i]) - 1
            own.append((at, at + n))
            shift = len(spoken[i]) - len(turns[i].text)
            offsets = tokenised["offset_mapping"][i][:n]
            places.append(tuple((max(0, a - shift), max(0, b - shift)) for a, b in offsets))
            at += n + 1
        row = (first, *before, *(token for part in ids[start:end] for token in part), *after)
        passages.append(Passage(row, (start, end), tuple(own), tuple(places)))
        start = end
    return tuple(passages)


def batches_of(lengths: Sequence[int], most_tokens: int = TOKENS_A_BATCH) -> Iterator[list[int]]:
    """Positions of passages of about the same length, so many that a padded batch stays below `most_tokens`."""
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if batch and (len(batch) + 1) * lengths[i] > most_tokens:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def tensors_of(passages: Sequence[Passage], padding: int, device: str) -> tuple[Tensor, Tensor, Tensor]:
    """Token ids, attention mask and turns of tokens as `TurnEncoder.forward` reads them, each (batch, tokens)."""
    longest = max(len(passage.ids) for passage in passages)
    ids = torch.full((len(passages), longest), padding)
    mask, turn_of = torch.zeros_like(ids), torch.zeros_like(ids)
    n_turns = 0
    for i, passage in enumerate(passages):
        ids[i, : len(passage.ids)] = torch.tensor(passage.ids)
        mask[i, : len(passage.ids)] = 1
        for start, end in passage.own:
            n_turns += 1
            turn_of[i, start:end] = n_turns
    return ids.to(device), mask.to(device), turn_of.to(device)


def has_bfloat16(device: str) -> bool:
    """Whether products in bfloat16 are faster there than in float32: on a CPU it needs instructions for them."""
    if device != "cpu":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return bool(torch.cpu.get_capabilities().get("avx512_bf16"))


@dataclass(frozen=True)
class EncoderReader:
    """`models.classifiers.reader.Reader` on a transformers encoder.

    Attributes:
        network: In evaluation mode.
        tokenizer: Of the base model, a fast one.
        window: How calls are cut.
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
        cut = [encode_call(call.turns, self.tokenizer, self.window) for call in calls]
        for call, passages, told in zip(calls, cut, self.tell(cut), strict=True):
            mask = np.array([of_role(turn.role) for turn in call.turns], bool).reshape(len(call.turns), len(CLASSES))
            odds = told.classes * self.slopes[0] + self.slopes[1]
            chances = np.where(mask, 1 / (1 + np.exp(-odds)), 0.0).astype(np.float32)
            places = tuple(place for passage in passages for place in passage.places)
            yield EncoderReading(call.turns, chances, told, places)

    @torch.inference_mode()
    def tell(self, calls: Sequence[Sequence[Passage]]) -> Iterator[Told]:
        """What the network says of calls, one after the other: all their passages in one pass, sorted by length."""
        passages = [passage for call in calls for passage in call]
        found: list[list[npt.NDArray[np.float32]]] = [[] for _ in passages]
        added: list[list[Scores]] = [[] for _ in passages]
        padding = int(self.tokenizer.pad_token_id or 0)
        for batch in batches_of([len(passage.ids) for passage in passages]):
            with torch.autocast(self.device, torch.bfloat16, enabled=has_bfloat16(self.device)):
                scores, adds = self.network(*tensors_of([passages[i] for i in batch], padding, self.device))
            rows = iter(scores.float().cpu().numpy())
            tokens = adds[..., : len(CLASSES)].float().cpu().numpy()
            for k, i in enumerate(batch):
                found[i] = [next(rows) for _ in passages[i].own]
                added[i] = [tokens[k, start:end].copy() for start, end in passages[i].own]
        at = 0
        edges = np.cumsum(self.network.sizes)[:-1]
        for call in calls:
            own = slice(at, at + len(call))
            at += len(call)
            rows_of_call = [row for part in found[own] for row in part]
            table = np.array(rows_of_call, np.float32).reshape(len(rows_of_call), sum(self.network.sizes))
            classes, severities, reasons = np.split(table, edges, axis=1)
            yield Told(classes, severities, reasons, tuple(turn for part in added[own] for turn in part))


@dataclass(frozen=True, slots=True)
class EncoderReading:
    """`models.classifiers.reader.CallReading` of an encoder."""

    turns: tuple[Turn, ...]
    probabilities: Scores
    told: Told
    places: tuple[tuple[tuple[int, int], ...], ...]

    def reason(self, i: int, labels: Sequence[Label]) -> str | None:
        return likeliest_reason(self.turns[i], self.told.reasons[i], labels)

    def severity(self, i: int) -> Severity:
        above = self.told.severities[i] > 0
        return SEVERITIES[2 if above[1] else int(above[0])]

    def evidence(self, i: int, name: str) -> str:
        text = self.turns[i].text
        words, scores = self._words(i, CLASSES.index(name))
        if not words:
            return text
        first, last = best_stretch(scores, EVIDENCE_WORDS)
        return text[words[first][0] : words[last][1]]

    def _words(self, i: int, position: int) -> tuple[list[tuple[int, int]], Scores]:
        """Places of the turn's words and what each adds: the sum over its tokens."""
        text = self.turns[i].text
        edges: list[tuple[int, int]] = []
        at = 0
        for word in text.split():
            start = text.index(word, at)
            at = start + len(word)
            edges.append((start, at))
        sums = np.zeros(len(edges), np.float32)
        for (start, end), weight in zip(self.places[i], self.told.added[i][:, position], strict=True):
            for k, (first, last) in enumerate(edges):
                if start < last and end > first:
                    sums[k] += weight
                    break
        return edges, sums


def save_encoder(reader: EncoderReader, folder: Path, *, small: bool = False) -> tuple[str, ...]:
    """Writes the folder that `load_encoder` reads; returns the names of its files.

    Args:
        reader: What to write.
        folder: Where to.
        small: The base model in a byte a weight, a scale a row, and half precision for what has one dimension.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if small:
        reader.network.base.config.save_pretrained(folder)
        save_file(_in_bytes(reader.network.base.state_dict()), folder / SMALL_BASE)
    else:
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


def _in_bytes(state: dict[str, Tensor]) -> dict[str, Tensor]:
    small = {}
    for name, weight in state.items():
        if weight.ndim == 2:
            scale = weight.abs().amax(1, keepdim=True).clamp(min=1e-12) / 127
            small[name] = (weight / scale).round().to(torch.int8)
            small[f"{name}/scale"] = scale.half()
        elif weight.is_floating_point():
            small[name] = weight.half()
    return {name: weight.cpu().contiguous() for name, weight in small.items()}


def _from_bytes(small: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights in float32: inference computes as with any other base model."""
    return {
        name: weight.float() * small[f"{name}/scale"].float() if f"{name}/scale" in small else weight.float()
        for name, weight in small.items()
        if not name.endswith("/scale")
    }


def _about() -> dict[str, object]:
    """What weights and code must agree on."""
    return {"layout": 2, "classes": list(CLASSES), "reasons": list(load_reasons())}


def load_base(name: str | Path) -> tuple[TurnEncoder, Any]:
    """An untrained head on a base model of a folder, and its tokenizer. Nothing is downloaded.

    Raises:
        ModelError: The folder holds no encoder with a fast tokenizer.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=True)
        if (small := Path(name) / SMALL_BASE).is_file():
            base = AutoModel.from_config(AutoConfig.from_pretrained(name, local_files_only=True))
            base.load_state_dict(_from_bytes(load_file(small)), strict=False)
        else:
            base = AutoModel.from_pretrained(name, local_files_only=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelError(
            f"{Path(name).name}: a transformers encoder with its tokenizer expected ({type(error).__name__}); give its "
            "folder, or bring it with `palabra models fetch`"
        ) from error
    if not tokenizer.is_fast:
        raise ModelError(f"{Path(name).name}: a fast tokenizer expected (tokenizer.json); choose another base model")
    return TurnEncoder(base, len(load_reasons())), tokenizer


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
        np.asarray(about["slopes"], np.float32),
        np.asarray(about["thresholds"], np.float32),
        device,
    )
