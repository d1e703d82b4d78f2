"""Which words tell the collector from the other side, learned from the corpora: `pipeline/lexicon/collector.toml`.

`python -m models.recipes.collector_words` writes it: logistic regression over words, pairs and triples of words of a
turn, nearly all of whose weights are pressed to nothing. The training calls alone are read.
"""

import json
from importlib import resources
from pathlib import Path
from typing import Final

from models.recipes.corpus import corpus_files, corpus_text
from pipeline.cues import fold_words

CORPORA: Final = Path(__file__).parents[2] / "corpora" / "train"
MIN_TURNS: Final = 25
"""Turns that must hold a phrase before it is looked at."""

SPARSITY: Final = 0.05
MIN_WEIGHT: Final = 0.1
HEADER: Final = """\
# How much a word speaks for the collector (above 0) or against: log-odds of a turn, added up over a voice's turns.
# Written by `python -m models.recipes.collector_words` from corpora/train. Folded text, whole words.

[words]
"""


def read_turns() -> tuple[list[str], list[bool]]:
    """Folded turns of all training calls, recordings left out, and whether the collector says them."""
    texts, is_collector = [], []
    for path in corpus_files(CORPORA):
        for line in corpus_text(path).splitlines():
            for turn in json.loads(line)["turns"] if line.strip() else ():
                if turn["speaker"] != "system":
                    texts.append(fold_words(turn["text"]))
                    is_collector.append(turn["speaker"] == "agent")
    return texts, is_collector


def learn(texts: list[str], is_collector: list[bool]) -> dict[str, float]:
    """Phrases and weights, the strongest first."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    words = r"[a-z0-9]+"
    counter = CountVectorizer(ngram_range=(1, 3), min_df=MIN_TURNS, binary=True, token_pattern=words)
    held = counter.fit_transform(texts)
    # No constant: a voice must not gain by the number of its turns.
    model = LogisticRegression(penalty="l1", C=SPARSITY, solver="liblinear", fit_intercept=False, random_state=0)
    model.fit(held, is_collector)
    found = {
        str(name): round(float(weight), 2)
        for name, weight in zip(counter.get_feature_names_out(), model.coef_[0], strict=True)
    }
    kept = {name: weight for name, weight in found.items() if abs(weight) >= MIN_WEIGHT}
    return dict(sorted(kept.items(), key=lambda item: (-item[1], item[0])))


def main() -> None:
    weights = learn(*read_turns())
    lines = [f"{json.dumps(name)} = {weight}" for name, weight in weights.items()]
    path = Path(str(resources.files("pipeline.lexicon"))) / "collector.toml"
    path.write_text(HEADER + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
