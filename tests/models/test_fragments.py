"""Fragments of calls: what their lines say, and that nothing else passes."""

import gzip
from pathlib import Path

import pytest

from models.recipes.understanding.fragments import read_fragments
from pipeline.gold import GoldError

TEXT = """\
CR
A eo|Qué susto, doña Ana. ¿Lo pasamos al viernes?
D S:illness O P|Es que la bebé no respiraba. El viernes sí, pero no todo.

AR
A c H1 T2|¿Y a usted quién le dijo que se lo voy a repetir?
T |Yo soy el hijo.
"""


def packed(folder: Path, text: str) -> Path:
    (folder / "author0.txt.gz").write_bytes(gzip.compress(text.encode("utf-8")))
    return folder


def test_each_turn_says_what_stands_before_its_words(tmp_path: Path) -> None:
    first, second = read_fragments(packed(tmp_path, TEXT))
    assert (first.country, first.author, second.country) == ("CR", "author0", "AR")
    assert [turn.role for turn in (*first.turns, *second.turns)] == ["agent", "debtor", "agent", "third_party"]
    assert first.turns[0].text == "Qué susto, doña Ana. ¿Lo pasamos al viernes?"
    assert first.gold[0].steps == ("empathy", "options")
    assert (first.gold[1].labels, first.gold[1].reason) == (("situation", "objection", "promise"), "illness")
    assert second.gold[0].tone == (("hostility", "low"), ("threat", "medium"))
    assert second.gold[0].steps == ("identity_check",)
    assert second.gold[1].labels == ()


def test_no_folder_holds_no_fragments(tmp_path: Path) -> None:
    assert read_fragments(tmp_path / "nothing") == ()


@pytest.mark.parametrize(
    "line",
    [
        "A e",  # no words
        "X |Hola.",
        "A P|Le pago el lunes.",  # a collector promises nothing
        "D e|Qué susto.",
        "D E|Se me pasó.",  # the reason is missing
        "D E:hunger|No comí.",
        "D E:lost_job|Me corrieron.",  # which is a situation
        "A H4|¡Ya!",
    ],
)
def test_a_line_that_says_something_else_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(GoldError, match="author0:2"):
        read_fragments(packed(tmp_path, f"MX\n{line}\n"))
