"""Tables of sentences that tests read: `tests/data/NAME.psv`, a row a line, columns parted by bars."""

from pathlib import Path

DATA = Path(__file__).parent / "data"


def load_rows(name: str) -> list[list[str]]:
    """The rows of a table; lines that begin with # say what it holds."""
    lines = (DATA / f"{name}.psv").read_text("utf-8").splitlines()
    return [line.split("|") for line in lines if not line.startswith("#")]


def load_lines(name: str) -> list[str]:
    """The rows of a table of one column."""
    return [text for (text,) in load_rows(name)]
