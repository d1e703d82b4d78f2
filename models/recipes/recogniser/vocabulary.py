"""The recogniser's tokens: a small byte-level BPE and Whisper's control tokens behind it.

CTranslate2 and faster-whisper find everything by place, so the order is fixed: text tokens,
the empty token (its presence is what CTranslate2 takes for "multilingual"), end of text,
start of transcript, languages, tasks, no speech, no timestamps, 1501 times of 20 ms.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

LANGUAGE: Final = "es"
N_TIMES: Final = 1501
SECONDS_PER_TIME: Final = 0.02
CONTROL_TOKENS: Final = (
    "",
    "<|endoftext|>",
    "<|startoftranscript|>",
    f"<|{LANGUAGE}|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
)
_BLANK: Final = "Ġ"
_NEVER_IN_UTF8: Final = ("ý", "þ", "ÿ")  # how byte-level BPE writes the bytes FD to FF
_FORBIDDEN_STARTS: Final = ("â", "-", "'")  # "â" is the first byte of the notes U+2669 ff.
# Letters of the CTC head; 0 is its blank, 1 the gap between words.
CTC_LETTERS: Final = "_ abcdefghijklmnopqrstuvwxyzáéíóúüñ"
_CTC_ID: Final = {letter: i for i, letter in enumerate(CTC_LETTERS)}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokenizer with the ids of its control tokens."""

    tokenizer: Tokenizer
    n_text: int

    @property
    def end(self) -> int:
        return self.n_text + 1

    @property
    def start(self) -> int:
        return self.n_text + 2

    @property
    def language(self) -> int:
        return self.n_text + 3

    @property
    def transcribe(self) -> int:
        return self.n_text + 5

    @property
    def no_speech(self) -> int:
        return self.n_text + 8

    @property
    def no_timestamps(self) -> int:
        return self.n_text + 9

    @property
    def first_time(self) -> int:
        return self.n_text + len(CONTROL_TOKENS)

    @property
    def size(self) -> int:
        return self.first_time + N_TIMES

    def time(self, seconds: float) -> int:
        """Token of a time within the window, rounded to 20 ms."""
        return self.first_time + min(N_TIMES - 1, max(0, round(seconds / SECONDS_PER_TIME)))

    def encode_word(self, word: str) -> list[int]:
        """Text tokens of one word with the blank before it."""
        ids: list[int] = self.tokenizer.encode(" " + word, add_special_tokens=False).ids
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """Text of the text tokens among `ids`."""
        text: str = self.tokenizer.decode([i for i in ids if i < self.n_text])
        return text.strip()

    def tokens(self) -> list[str]:
        """Every token by id, as vocabulary.json must list them."""
        known = {i: t for t, i in self.tokenizer.get_vocab(with_added_tokens=True).items()}
        times = [f"<|{i * SECONDS_PER_TIME:.2f}|>" for i in range(N_TIMES)]
        return [known[i] for i in range(self.n_text)] + [*CONTROL_TOKENS, *times]


def train_vocabulary(texts: Iterable[str], n_text: int = 1024) -> Vocabulary:
    """A byte-level BPE of `n_text` tokens learned from texts; every byte is a token."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=n_text,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator((" " + text for text in texts), trainer)
    found = tokenizer.get_vocab_size()
    if found != n_text:
        raise ValueError(f"{n_text} text tokens expected, {found} learned; give more texts")
    tokenizer = free_blank(tokenizer)
    # The empty token cannot be an added token of a tokenizer: a stand-in keeps its place.
    names = ["<|empty|>", *CONTROL_TOKENS[1:]]
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in names])
    return Vocabulary(tokenizer, n_text)


def free_blank(tokenizer: Tokenizer) -> Tokenizer:
    """The same tokenizer with " -" and the like as tokens, in place of bytes UTF-8 never has.

    faster-whisper forbids the first token of " -", " '" and " ♪" always. Were that the bare
    blank, no word that begins with it, like " iba", could ever be written.
    """
    data = json.loads(tokenizer.to_str())
    vocabulary, merges = data["model"]["vocab"], data["model"]["merges"]
    for unused, mark in zip(_NEVER_IN_UTF8, _FORBIDDEN_STARTS, strict=True):
        vocabulary[_BLANK + mark] = vocabulary.pop(unused)
        merges.append([_BLANK, mark])
    return Tokenizer.from_str(json.dumps(data))


def load_vocabulary(path: Path) -> Vocabulary:
    """The vocabulary of a saved tokenizer.json."""
    tokenizer = Tokenizer.from_file(str(path))
    n_text = tokenizer.token_to_id("<|empty|>")
    if n_text is None:
        raise ValueError(f"{path.name}: the control token <|empty|> expected, none found; train it with this recipe")
    return Vocabulary(tokenizer, n_text)


def ctc_ids(text: str) -> list[int]:
    """Letters of a text for the CTC head; letters it does not know are left out."""
    return [_CTC_ID[letter] for letter in text if letter in _CTC_ID]


def ctc_text(ids: Iterable[int]) -> str:
    """Text of a best path: repeats and blanks removed."""
    letters: list[str] = []
    before = 0
    for i in ids:
        if i not in (0, before):
            letters.append(CTC_LETTERS[i])
        before = i
    return "".join(letters)
