"""The prompt of each clip: names and terms that the recogniser is biased to, before Whisper's own control tokens.

CTranslate2 wants the start token of all prompts of a batch at one position, and a clip's words must not depend on the
clips beside it. So every hint text has the same number of tokens whatever the call: its own hints come last, where
they weigh most, and the glossary fills what is left.
"""

from collections.abc import Sequence
from functools import cached_property

from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from pipeline.config import TranscribeConfig
from pipeline.ports import Clip


class Prompts:
    """Token ids of the prompt of any clip."""

    def __init__(self, model: WhisperModel, tokenizer: Tokenizer, config: TranscribeConfig) -> None:
        self._tokenizer = tokenizer
        self._config = config
        # Half of the model's positions belong to what it writes.
        self._room = min(config.hint_tokens, model.max_length // 2 - 1)

    def of(self, clip: Clip) -> list[int]:
        """The control tokens, with hints before them where they are used and there are any."""
        control = [*self._tokenizer.sot_sequence, self._tokenizer.no_timestamps]
        hints = self.hints_of(clip)
        return [self._tokenizer.sot_prev, *hints, *control] if hints else control

    def hints_of(self, clip: Clip) -> list[int]:
        """Exactly the configured number of tokens, or none."""
        if not self._config.use_hints or self._room <= 0:
            return []
        own = self._tokens(clip.hints)[: self._room]
        fill = self._glossary or own
        if not fill:
            return []
        n_missing = self._room - len(own)
        return [*(fill * (n_missing // len(fill) + 1))[:n_missing], *own]

    @cached_property
    def _glossary(self) -> list[int]:
        return self._tokens(self._config.glossary)

    def _tokens(self, texts: Sequence[str]) -> list[int]:
        return list(self._tokenizer.encode(" " + ", ".join(texts))) if texts else []
