"""Answers of a causal language model that can only be what a schema allows: fixed text with choices in between.

A schema is a list of steps: text that stands there whatever the model thinks, and choices among a closed list of
texts. Text is not generated but read in; at a choice the model's scores are kept for the tokens of the list alone. So
any weights give a well-formed answer, every alternative gets a probability, and an answer costs as many rounds as it
has choices. Rows of a batch go forward together: what a row does not need is padding, and padding is masked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some texts, none of which begins another. `after` says which of them still fit what was chosen before.

    Attributes:
        name: By which the answer tells it.
        texts: In the order of a tie.
        after: What was chosen so far, by name -> the texts that are allowed now; all where it is None.
    """

    name: str
    texts: tuple[str, ...]
    after: Callable[[Mapping[str, str]], tuple[str, ...]] | None = None

    def allowed(self, chosen: Mapping[str, str]) -> tuple[str, ...]:
        return self.texts if self.after is None else self.after(chosen)


Step = str | Choice


@dataclass(frozen=True, slots=True)
class Answer:
    """What was chosen, and the probability of each text that was allowed, by the choice's name; the whole text."""

    chosen: Mapping[str, str]
    chances: Mapping[str, Mapping[str, float]]
    text: str


@dataclass
class _Row:
    """One answer under way."""

    steps: Sequence[Step]
    pieces: "Pieces"
    at: int = 0
    text: str = ""
    chosen: dict[str, str] = field(default_factory=dict)
    chances: dict[str, Mapping[str, float]] = field(default_factory=dict)
    open: dict[str, Tokens] = field(default_factory=dict)
    told: dict[str, float] = field(default_factory=dict)
    depth: int = 0

    def advance(self) -> list[int]:
        """Tokens of the text up to the next choice, which is opened; the answer is done where none is left."""
        tokens: list[int] = []
        while self.at < len(self.steps):
            step = self.steps[self.at]
            if isinstance(step, Choice):
                allowed = step.allowed(self.chosen)
                self.open = {text: self.pieces.of(text) for text in allowed}
                self.told = dict.fromkeys(allowed, 1.0)
                self.depth = 0
                if len(allowed) > 1:
                    return tokens
                tokens += self._take(step, allowed[0])
            else:
                tokens += self.pieces.of(step)
                self.text += step
                self.at += 1
        return tokens

    @property
    def is_done(self) -> bool:
        return self.at >= len(self.steps)

    def choose(self, scores: Tensor) -> list[int]:
        """Takes the likeliest of the next tokens that the open texts allow; `scores` are of the whole vocabulary."""
        nexts = list(dict.fromkeys(tokens[self.depth] for tokens in self.open.values()))
        shares = torch.softmax(scores[nexts].double(), 0).tolist() if len(nexts) > 1 else [1.0]
        share_of = dict(zip(nexts, shares, strict=True))
        for text, tokens in self.open.items():
            self.told[text] *= share_of[tokens[self.depth]]
        best = max(nexts, key=lambda token: share_of[token])
        self._leave({text: tokens for text, tokens in self.open.items() if tokens[self.depth] != best})
        self.open = {text: tokens for text, tokens in self.open.items() if tokens[self.depth] == best}
        self.depth += 1
        if len(self.open) > 1:
            return [best]
        (text, rest), step = next(iter(self.open.items())), self.steps[self.at]
        assert isinstance(step, Choice)
        last = [best, *rest[self.depth :]]
        self._take(step, text)
        return [*last, *self.advance()]

    def _leave(self, texts: Mapping[str, Tokens]) -> None:
        """Texts left behind that still shared a token share its probability evenly: nobody asked further."""
        groups: dict[int, list[str]] = {}
        for text, tokens in texts.items():
            groups.setdefault(tokens[self.depth], []).append(text)
        for group in groups.values():
            for text in group:
                self.told[text] /= len(group)

    def _take(self, step: Choice, text: str) -> Tokens:
        self.chosen[step.name] = text
        self.chances[step.name] = self.told
        self.text += text
        self.at += 1
        return self.pieces.of(text)


class Pieces:
    """Tokens of texts as they stand inside a line, whatever a tokenizer puts before a text of its own."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._anchor = self._ids(":")
        self._known: dict[str, Tokens] = {}

    def of(self, text: str) -> Tokens:
        if text not in self._known:
            whole = self._ids(f":{text}")
            n = len(self._anchor)
            self._known[text] = whole[n:] if whole[:n] == self._anchor and len(whole) > n else self._ids(text)
        return self._known[text]

    def _ids(self, text: str) -> Tokens:
        return tuple(self._tokenizer(text, add_special_tokens=False)["input_ids"])


@torch.inference_mode()
def answers(
    network: Any, prompts: Sequence[Sequence[int]], schemas: Sequence[Sequence[Step]], pieces: Pieces, padding: int
) -> tuple[Answer, ...]:
    """Fills each schema after its prompt, all in one batch.

    Args:
        network: A causal language model of transformers, in evaluation mode.
        prompts: Tokens of each prompt, not empty.
        schemas: What each answer is made of.
        pieces: Of the model's tokenizer.
        padding: Any token.
    """
    rows = [_Row(steps, pieces) for steps in schemas]
    chunks = [[*prompt, *row.advance()] for prompt, row in zip(prompts, rows, strict=True)]
    mask = torch.zeros((len(rows), 0), dtype=torch.long, device=network.device)
    lengths = torch.zeros(len(rows), dtype=torch.long, device=network.device)
    cache = None
    while not all(row.is_done for row in rows):
        ids, new = _padded(chunks, padding, network.device)
        mask = torch.cat([mask, new], 1)
        places = (lengths[:, None] + new.cumsum(1) - 1).clamp(min=0)
        lengths = lengths + new.sum(1)
        told = network(
            input_ids=ids, attention_mask=mask, position_ids=places, past_key_values=cache, use_cache=True,
            logits_to_keep=1,
        )  # fmt: skip
        cache = told.past_key_values
        scores = told.logits[:, -1].float().cpu()
        chunks = [[] if row.is_done else row.choose(scores[i]) for i, row in enumerate(rows)]
    return tuple(Answer(row.chosen, row.chances, row.text) for row in rows)


def _padded(chunks: Sequence[Sequence[int]], padding: int, device: Any) -> tuple[Tensor, Tensor]:
    """Tokens and mask (rows, longest), padded on the left, so that the last column is the one to go on from."""
    longest = max(len(chunk) for chunk in chunks)
    ids = torch.full((len(chunks), longest), padding)
    mask = torch.zeros_like(ids)
    for i, chunk in enumerate(chunks):
        if chunk:
            ids[i, longest - len(chunk) :] = torch.tensor(chunk)
            mask[i, longest - len(chunk) :] = 1
    return ids.to(device), mask.to(device)
