"""A local instruction model as a reader: it is told the guidelines and answers for every turn within a closed schema.

For users with a GPU and a model of their own. Nothing is claimed for how right it is: that depends on the model, and
`palabra evaluate` tells. Form is certain: `models.classifiers.choices` leaves the model nothing but the classes. Calls
are cut into windows that fit the model, windows of about the same length go forward together, and a class's score is
the probability of saying it among what could have been said.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from models.classifiers.choices import Answer, Choice, Pieces, Step, answers
from models.classifiers.reader import ANY_TONE, CLASSES, Scores, of_role
from models.registry import LocalWeights
from pipeline.errors import ModelError
from pipeline.labels import LABELS, SEVERITIES, STEPS, TONE_CATEGORIES, Label, Role, Severity
from pipeline.ports import Conversation
from pipeline.reasons import load_reasons
from pipeline.types import Turn

GUIDELINES: Final = "instruct.md"
# With the space before them, as JSON is usually written: to most tokenizers a word with its space is one token.
YES, NO, NOTHING, FINE = " true", " false", " null", ' "none"'
WHETHER: Final = (NO, YES)
GRADES: Final = (FINE, *(f' "{severity}"' for severity in SEVERITIES))
REASONS: Final = (NOTHING, *(f' "{name}"' for name in load_reasons()))
MOST_RECENT: Final = 2000
"""Calls whose readings are kept for the next classifier that asks."""

SPEAKERS: Final[Mapping[Role, str]] = {
    "agent": "cobrador",
    "debtor": "deudor",
    "third_party": "tercero",
    "system": "grabación",
}

_Said = tuple[tuple[Role, str], ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """What is asked at a time.

    Attributes:
        own: Turns that one answer is about.
        before: Turns shown before them.
        after: Turns shown after them.
        characters: The most of one turn; what is beyond is cut.
        tokens_a_batch: Prompts go forward together up to so many padded tokens.
    """

    own: int = 12
    before: int = 6
    after: int = 2
    characters: int = 600
    tokens_a_batch: int = 16384


@dataclass(frozen=True, slots=True)
class _Window:
    """Turns `start` to `end` of the call at `call`, with the prompt that asks for them."""

    call: int
    start: int
    end: int
    prompt: tuple[int, ...]


@dataclass(frozen=True)
class InstructReader:
    """`models.classifiers.reader.Reader` on a causal language model with a chat template."""

    network: Any
    tokenizer: Any
    reach: Reach = field(default_factory=Reach)
    recent: "dict[_Said, tuple[Answer | None, ...]]" = field(default_factory=dict, repr=False, compare=False)

    @property
    def thresholds(self) -> Scores:
        return np.full(len(CLASSES), 0.5, np.float32)

    def read(self, calls: Sequence[Conversation]) -> Iterator["InstructReading"]:
        """What was read a moment ago is not read again: both classifiers ask of the same calls, one after the other."""
        said = [tuple((turn.role, turn.text) for turn in call.turns) for call in calls]
        unread = {key: call.turns for key, call in zip(said, calls, strict=True) if key not in self.recent}
        if len(self.recent) + len(unread) > MOST_RECENT:
            self.recent.clear()
            unread = {key: call.turns for key, call in zip(said, calls, strict=True)}
        self.recent.update(zip(unread, self._read_anew(list(unread.values())), strict=True))
        for key, call in zip(said, calls, strict=True):
            yield InstructReading(call.turns, self.recent[key])

    def _read_anew(self, calls: Sequence[Sequence[Turn]]) -> list[tuple[Answer | None, ...]]:
        pieces = Pieces(self.tokenizer)
        windows = [window for i, turns in enumerate(calls) for window in self._windows(i, turns)]
        windows.sort(key=lambda window: len(window.prompt))
        found: list[list[Answer | None]] = [[None] * len(turns) for turns in calls]
        for batch in self._batches(windows):
            schemas = [schema_of(calls[w.call][w.start : w.end], w.start) for w in batch]
            padding = int(self.tokenizer.pad_token_id or 0)
            told = answers(self.network, [w.prompt for w in batch], schemas, pieces, padding)
            for window, answer in zip(batch, told, strict=True):
                for i in range(window.start, window.end):
                    found[window.call][i] = _of_turn(answer, i)
        return [tuple(of_call) for of_call in found]

    def _batches(self, windows: Sequence[_Window]) -> Iterator[list[_Window]]:
        batch: list[_Window] = []
        for window in windows:
            if batch and (len(batch) + 1) * len(window.prompt) > self.reach.tokens_a_batch:
                yield batch
                batch = []
            batch.append(window)
        if batch:
            yield batch

    def _windows(self, call: int, turns: Sequence[Turn]) -> Iterator[_Window]:
        for start in range(0, len(turns), self.reach.own):
            end = min(start + self.reach.own, len(turns))
            if any(turn.role != "system" for turn in turns[start:end]):
                yield _Window(call, start, end, self._prompt(turns, start, end))

    def _prompt(self, turns: Sequence[Turn], start: int, end: int) -> tuple[int, ...]:
        shown = range(max(0, start - self.reach.before), min(len(turns), end + self.reach.after))
        lines = [f"{i}. {SPEAKERS[turns[i].role]}: {turns[i].text[: self.reach.characters]}" for i in shown]
        asked = f"Responde por los turnos {start} a {end - 1}, sin las grabaciones."
        talk = [
            {"role": "system", "content": guidelines()},
            {"role": "user", "content": "\n".join([*lines, "", asked])},
        ]
        text = self.tokenizer.apply_chat_template(talk, tokenize=False, add_generation_prompt=True)
        return tuple(self.tokenizer(text, add_special_tokens=False)["input_ids"])


@dataclass(frozen=True, slots=True)
class InstructReading:
    """`models.classifiers.reader.CallReading` of an instruction model; `answers` are None for recordings."""

    turns: tuple[Turn, ...]
    answers: tuple[Answer | None, ...]

    @property
    def probabilities(self) -> Scores:
        rows = [_chances(turn, answer) for turn, answer in zip(self.turns, self.answers, strict=True)]
        return np.array(rows, np.float32).reshape(len(rows), len(CLASSES))

    def reason(self, i: int, labels: Sequence[Label]) -> str | None:
        answer = self.answers[i]
        said = NOTHING if answer is None else answer.chosen.get("reason", NOTHING)
        name = None if said == NOTHING else said.strip(' "')
        return name if name is not None and set(load_reasons()[name].labels).intersection(labels) else None

    def severity(self, i: int) -> Severity:
        """Of the likeliest category: the likeliest severity besides none."""
        answer = self.answers[i]
        graded = [answer.chances[name] for name in TONE_CATEGORIES if name in answer.chances] if answer else []
        if not graded:
            return SEVERITIES[0]
        worst = min(graded, key=lambda chances: chances[FINE])
        return max(SEVERITIES, key=lambda severity: worst[f' "{severity}"'])

    def evidence(self, i: int, name: str) -> str:
        """The whole turn: which of its words counted is not known of such a model."""
        del name
        return self.turns[i].text


@cache
def guidelines() -> str:
    """What the model is told, with the closed list of reasons."""
    text = resources.files("models.classifiers").joinpath(GUIDELINES).read_text("utf-8")
    reasons = "; ".join(f"{reason.name} ({reason.title.lower()})" for reason in load_reasons().values())
    return f"{text}\nReasons: {reasons}."


def schema_of(turns: Sequence[Turn], first: int) -> list[Step]:
    """The answer about some turns: a JSON list with one object a turn; `first` is the place of the first one."""
    steps: list[Step] = ["["]
    said = [(i, turn) for i, turn in enumerate(turns, first) if turn.role != "system"]
    for position, (i, turn) in enumerate(said):
        steps.append(f'{", " if position else ""}{{"turn": {i}')
        if turn.role == "agent":
            steps += [part for name in STEPS for part in (f', "{name}":', Choice(f"{i} {name}", WHETHER))]
            steps += [part for name in TONE_CATEGORIES for part in (f', "{name}":', Choice(f"{i} {name}", GRADES))]
        else:
            steps += [part for name in LABELS for part in (f', "{name}":', Choice(f"{i} {name}", WHETHER))]
            steps += [', "reason":', Choice(f"{i} reason", REASONS, _reasons_after(i))]
        steps.append("}")
    return [*steps, "]"]


def _reasons_after(i: int) -> Callable[[Mapping[str, str]], tuple[str, ...]]:
    """The reasons that the labels said of a turn can have; nothing where they can have none."""

    def allowed(chosen: Mapping[str, str]) -> tuple[str, ...]:
        labels = {name for name in LABELS if chosen[f"{i} {name}"] == YES}
        fitting = tuple(f' "{r.name}"' for r in load_reasons().values() if labels.intersection(r.labels))
        return fitting or (NOTHING,)

    return allowed


def _of_turn(answer: Answer, i: int) -> Answer | None:
    """The part of an answer that is about turn `i`; None where nothing was asked of it."""
    chosen = {key.split(" ")[1]: text for key, text in answer.chosen.items() if key.split(" ")[0] == str(i)}
    chances = {key.split(" ")[1]: of for key, of in answer.chances.items() if key.split(" ")[0] == str(i)}
    return Answer(chosen, chances, "") if chosen else None


def _chances(turn: Turn, answer: Answer | None) -> list[float]:
    """Probability of each class, 0 where it is not of the speaker's role."""
    if answer is None:
        return [0.0] * len(CLASSES)
    said = {name: of.get(YES, 0.0) for name, of in answer.chances.items()}
    said |= {name: 1.0 - of[FINE] for name, of in answer.chances.items() if name in TONE_CATEGORIES}
    said[ANY_TONE] = max((said.get(name, 0.0) for name in TONE_CATEGORIES), default=0.0)
    return [said.get(name, 0.0) if own else 0.0 for name, own in zip(CLASSES, of_role(turn.role), strict=True)]


def load_instruct(local: LocalWeights) -> InstructReader:
    """The instruction model of a folder, on a GPU where there is one. Nothing is downloaded.

    Raises:
        ModelError: Its files are no causal language model with a tokenizer and a chat template, or it cannot read as
            much as the guidelines and a window of turns take.
    """
    try:
        config = AutoConfig.from_pretrained(local.folder, local_files_only=True)
        kinds = config.architectures or ["none"]
        if not any(kind.endswith("ForCausalLM") for kind in kinds):
            raise ModelError(
                f"{local.name}: a trained reader or an instruction model expected, found {kinds[0]}; an encoder is "
                "trained first with `palabra train --base`"
            )
        tokenizer = AutoTokenizer.from_pretrained(local.folder, local_files_only=True)
        network = AutoModelForCausalLM.from_pretrained(local.folder, local_files_only=True, dtype="auto")
        most = int(getattr(config, "max_position_embeddings", 1 << 30))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{local.name}: a causal language model with its tokenizer expected ({type(error).__name__}); fetch it "
            "again with `palabra models fetch`"
        ) from error
    if not tokenizer.chat_template:
        raise ModelError(f"{local.name}: a chat template expected in the tokenizer, none found; name a model that "
                         "follows instructions")  # fmt: skip
    device = "cuda" if torch.cuda.is_available() else "cpu"
    pieces = Pieces(tokenizer)
    if any(len({pieces.of(text) for text in texts}) < len(texts) for texts in (WHETHER, GRADES, REASONS)):
        raise ModelError(f"{local.name}: a tokenizer that tells the classes apart expected; name a model that was "
                         "trained on ordinary text")  # fmt: skip
    if (needed := len(tokenizer(guidelines())["input_ids"]) * 3) > most:
        raise ModelError(f"{local.name}: reads {most} tokens at a time, about {needed} are needed for the guidelines, "
                         "a window of turns and the answer; name a model with a longer context")  # fmt: skip
    return InstructReader(network.eval().to(device), tokenizer)
