"""Understanding: all turns of the validation corpus in one pass, beside a plain transformers pipeline, and its share.

    python -m benchmarks.understanding.measure              # a pipeline reads 400 turns, ours all of them
    python -m benchmarks.understanding.measure --turns 0    # the pipeline reads all turns too

Three parts. The shipped weights: turns a second of both classifiers. An encoder (the shipped one, else a small one of
random weights): ours against `pipeline("text-classification")` of transformers on the same weights, each turn with
as much context as ours gives it, and each turn alone. And the shipped classifiers' share of the time that the shipped
recogniser takes to hear the demo's calls. Gates: ours is faster than the pipeline with context; the share is at most a
tenth. Exit status 1 where one is missed.
"""

import argparse
import copy
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

from models.quiet import silence_libraries
from models.recipes.corpus import corpus_files, corpus_text
from models.registry import find_weights
from pipeline.config import DEMO
from pipeline.gold import GoldCall, read_gold
from pipeline.ports import Conversation

ROOT: Final = Path(__file__).parents[2]
VALIDATION: Final = ROOT / "corpora" / "validation"
AUDIO: Final = ROOT / "fixtures" / "audio"
SHARE: Final = 0.10
BATCH: Final = 32
WIDTH, LAYERS, HEADS, WORDS = 256, 4, 4, 8000
"""Of the random encoder: about what fits the budget of the shipped weights in a byte a weight."""

SPECIAL: Final = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=400, help="turns that the plain pipeline reads; 0: all")
    parser.add_argument("--calls", type=int, default=0, help="calls of the corpus; 0: all")
    parser.add_argument("--recordings", type=int, default=6, help="demo calls that the recogniser hears; 0: none")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    silence_libraries()
    import torch

    torch.set_num_threads(given.threads)
    calls = [call.conversation for call in islice(validation_calls(), given.calls or None)]
    n_turns = sum(len(call.turns) for call in calls)
    print(f"{len(calls)} calls, {n_turns} turns, {given.threads} threads")
    shipped(calls)
    kept = [beside_a_pipeline(calls, given.turns or n_turns)]
    if given.recordings:
        kept.append(share_of_recogniser(given.recordings, given.threads))
    return 0 if all(kept) else 1


def validation_calls() -> Iterable[GoldCall]:
    """Calls of the validation corpus, file by file."""
    for path in corpus_files(VALIDATION):
        yield from read_gold(corpus_text(path), path.name)


def shipped(calls: Sequence[Conversation]) -> None:
    """Turns a second of the shipped classifiers, each apart."""
    from models.tone_classifier import load_tone_classifier
    from models.turn_classifier import load_turn_classifier

    local = find_weights(DEMO.classify.model)
    turns, tone = load_turn_classifier(local, DEMO.classify), load_tone_classifier(local, DEMO.tone)
    n_turns = sum(len(call.turns) for call in calls)
    for name, run in (("labels and steps", turns.classify), ("tone", tone.flag)):
        seconds = timed(partial(_all_of, run, calls))
        print(f"{local.name}, {name:18} {n_turns / seconds:8.0f} turns/s", flush=True)


def beside_a_pipeline(calls: Sequence[Conversation], most: int) -> bool:
    """Ours and transformers' own way over the same weights; whether ours is faster with the same context."""
    from models.classifiers.encoder import encode_call

    reader = shipped_encoder() or random_encoder()
    pipe = plain_pipeline(reader)
    n_turns = sum(len(call.turns) for call in calls)
    seconds = timed(lambda: list(reader.tell([encode_call(c.turns, reader.tokenizer, reader.window) for c in calls])))
    ours = n_turns / seconds
    print(f"encoder, ours, sorted by length       {ours:8.0f} turns/s", flush=True)
    rates = {}
    for name, context in (("with context", reader.window.context_tokens), ("turns alone", 0)):
        texts = list(islice(texts_of(calls, reader.tokenizer, context), most))
        for batch in (1, BATCH):
            seconds = timed(partial(_all_of, pipe, texts, batch_size=batch))
            rates[name, batch] = len(texts) / seconds
            label = f"encoder, pipeline, {name}, batch {batch}"
            print(f"{label:37} {rates[name, batch]:8.0f} turns/s, of {len(texts)} turns", flush=True)
    best = max(rates["with context", batch] for batch in (1, BATCH))
    print(f"ours is {ours / best:.1f} times the pipeline with context: {_verdict(ours > best)}")
    return ours > best


def texts_of(calls: Sequence[Conversation], tokenizer: Any, context: int) -> Iterable[str]:
    """Each turn with so many tokens of what was said before and after it, as one text."""
    for call in calls:
        ids = tokenizer([turn.text for turn in call.turns], add_special_tokens=False)["input_ids"]
        for i, own in enumerate(ids):
            before = [token for part in ids[:i] for token in part][-context:] if context else []
            after = [token for part in ids[i + 1 :] for token in part][:context]
            yield tokenizer.decode([*before, *own, *after])


def shipped_encoder() -> Any:
    """The encoder among the shipped weights, alone or in a blend; `None` where they have none."""
    from models.classifiers.reader import load_reader

    reader = load_reader(find_weights(DEMO.classify.model))
    return getattr(reader, "encoder", reader if hasattr(reader, "network") else None)


def random_encoder() -> Any:
    """Ours on a small encoder that has learnt nothing: how fast it is does not depend on what it says."""
    import numpy as np
    import torch
    from transformers import BertConfig, BertModel

    from models.classifiers.encoder import EncoderReader, TurnEncoder, Window
    from models.classifiers.reader import CLASSES
    from pipeline.reasons import load_reasons

    torch.manual_seed(0)
    tokenizer = _tokenizer()
    sizes = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=4 * WIDTH,
    )
    network = TurnEncoder(BertModel(sizes, add_pooling_layer=False), len(load_reasons())).eval()
    slopes = np.stack([np.ones(len(CLASSES)), np.zeros(len(CLASSES))]).astype(np.float32)
    return EncoderReader(network, tokenizer, Window(), slopes, np.full(len(CLASSES), 0.5, np.float32))


def plain_pipeline(reader: Any) -> Any:
    """Text classification as transformers does it, on the reader's base model, with a head of as many classes."""
    from transformers import AutoModelForSequenceClassification, pipeline

    from models.classifiers.reader import CLASSES

    config = copy.deepcopy(reader.network.base.config)
    config.num_labels = len(CLASSES)
    model = AutoModelForSequenceClassification.from_config(config)
    model.base_model.load_state_dict(reader.network.base.state_dict(), strict=False)
    return pipeline(
        "text-classification",
        model=model.eval(),
        tokenizer=reader.tokenizer,
        top_k=None,
        function_to_apply="sigmoid",
        truncation=True,
        max_length=512,
        device=reader.device,
    )


def _tokenizer() -> Any:
    from tokenizers import BertWordPieceTokenizer
    from transformers import PreTrainedTokenizerFast

    words = BertWordPieceTokenizer(strip_accents=False)
    texts = (turn.text for call in validation_calls() for turn in call.conversation.turns)
    words.train_from_iterator(texts, vocab_size=WORDS, show_progress=False)
    return PreTrainedTokenizerFast(
        tokenizer_object=words._tokenizer,  # noqa: SLF001 - what every fast tokenizer of transformers wraps
        model_max_length=512,
        **SPECIAL,
    )


def share_of_recogniser(n_calls: int, threads: int) -> bool:
    """Seconds of both classifiers by those of the recogniser over the same calls; whether they are a tenth at most."""
    from benchmarks.recognition.listen import Job
    from benchmarks.recognition.product import load
    from models.tone_classifier import load_tone_classifier
    from models.turn_classifier import load_turn_classifier
    from pipeline.decode import decode
    from pipeline.transcribe import find_speech, recognise, speech_of

    lines = [json.loads(line) for line in (AUDIO / "gold.jsonl").read_text("utf-8").splitlines()]
    spoken = [line for line in lines if line["turns"]][:n_calls]
    job = Job(DEMO.transcribe.model, (), threads, "cpu", "int8", DEMO.transcribe.beam_size, 10.0, 1, word_times=True)
    detector, transcriber, config = load(job)
    audio = {line["id"]: decode(AUDIO / line["audio"]["file"], line["id"], DEMO.decode) for line in spoken}
    speech = {name: find_speech(sound, detector) for name, sound in audio.items()}
    heard = timed(
        lambda: list(recognise((speech_of(n, a, speech[n], config, ()) for n, a in audio.items()), transcriber))
    )
    local = find_weights(DEMO.classify.model)
    turns, tone = load_turn_classifier(local, DEMO.classify), load_tone_classifier(local, DEMO.tone)
    list(turns.classify([next(iter(validation_calls())).conversation]))
    text = "\n".join(json.dumps({**line, "part": "validation"}, ensure_ascii=False) for line in spoken)
    calls = [call.conversation for call in read_gold(text, "gold.jsonl")]
    read = timed(lambda: [list(turns.classify(calls)), list(tone.flag(calls))])
    print(
        f"{len(spoken)} demo calls, {sum(len(c.turns) for c in calls)} turns: recogniser {heard:.1f} s, classifiers "
        f"{read:.2f} s, {read / heard:.3f} of it (gate {SHARE}): {_verdict(read <= SHARE * heard)}"
    )
    return read <= SHARE * heard


def _all_of(read: Callable[..., Iterable[object]], *given: object, **how: object) -> list[object]:
    """What a reader gives, a generator's work included."""
    return list(read(*given, **how))


def timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _verdict(is_kept: bool) -> str:
    return "kept" if is_kept else "missed"


if __name__ == "__main__":
    sys.exit(main())
