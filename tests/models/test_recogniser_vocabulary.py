"""The order of tokens that CTranslate2 and faster-whisper count on."""

import numpy as np
import pytest
from faster_whisper.tokenizer import Tokenizer as WhisperTokenizer

from models.recipes.recogniser.texts import Sources, TextMaker
from models.recipes.recogniser.vocabulary import (
    N_TIMES,
    Vocabulary,
    ctc_ids,
    ctc_text,
    train_vocabulary,
)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    maker = TextMaker(Sources((), ()), np.random.default_rng(3))
    return train_vocabulary((maker.make() for _ in range(3_000)), n_text=400)


def test_control_tokens_stand_where_ctranslate2_counts_them(vocabulary: Vocabulary) -> None:
    tokens = vocabulary.tokens()
    assert len(tokens) == len(set(tokens)) == vocabulary.size
    assert tokens[vocabulary.end - 1] == ""  # what makes CTranslate2 take it for multilingual
    start, no_speech = tokens.index("<|startoftranscript|>"), tokens.index("<|nospeech|>")
    assert no_speech - start - 5 == 1  # CTranslate2's count of languages
    assert tokens[vocabulary.no_timestamps + 1] == "<|0.00|>"
    assert tokens[-1] == "<|30.00|>"
    assert len(tokens) - vocabulary.first_time == N_TIMES
    assert vocabulary.time(12.34) == tokens.index("<|12.34|>")


def test_faster_whisper_finds_the_same_ids(vocabulary: Vocabulary) -> None:
    whisper = WhisperTokenizer(vocabulary.tokenizer, True, task="transcribe", language="es")
    assert whisper.sot_sequence == [vocabulary.start, vocabulary.language, vocabulary.transcribe]
    assert whisper.eot == vocabulary.end
    assert whisper.no_speech == vocabulary.no_speech
    assert whisper.timestamp_begin == vocabulary.first_time


def test_no_word_starts_with_a_token_that_faster_whisper_forbids(vocabulary: Vocabulary) -> None:
    forbidden = set(WhisperTokenizer(vocabulary.tokenizer, True, task="transcribe", language="es").non_speech_tokens)
    for letter in "abcdefghijklmnopqrstuvwxyzáéíóúüñ":
        ids = vocabulary.encode_word(letter + "xwk")
        assert not forbidden & set(ids), letter
        assert vocabulary.decode(ids) == letter + "xwk"


def test_ctc_text_undoes_ctc_ids_with_blanks_and_repeats() -> None:
    ids = ctc_ids("llave ñandú")
    stretched = [j for i in ids for j in (i, i, 0)]
    assert ctc_text(stretched) == "llave ñandú"
