"""Every command is documented and shows an example; those that must start at once import nothing heavy."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from cli.main import app
from tests.house.tree import texts

LIGHT = ("parse", "report", "export", "brief")
HEAVY = ("ctranslate2", "faster_whisper", "prefect", "pyannote", "torch", "transformers")


def commands(group: TyperGroup, prefix: str = "") -> Iterator[tuple[str, TyperCommand]]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{prefix}{name} ")
        else:
            assert isinstance(command, TyperCommand)
            yield f"{prefix}{name}", command


ROOT_COMMAND = typer.main.get_command(app)
assert isinstance(ROOT_COMMAND, TyperGroup)
COMMANDS = dict(commands(ROOT_COMMAND))
DOCUMENTS = "\n".join(text for path, text in texts() if path.name == "README.md" or path.parts[0] == "docs")


@pytest.mark.parametrize("name", COMMANDS)
def test_command_is_documented(name: str) -> None:
    assert re.search(rf"\bpalabra {name}\b", DOCUMENTS), f"`palabra {name}` expected in README.md or docs/"


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_an_example(name: str) -> None:
    command = COMMANDS[name]
    assert f"palabra {name}" in f"{command.help or ''}\n{command.epilog or ''}"


@pytest.mark.parametrize("name", [name for name in COMMANDS if name.split()[0] in LIGHT])
def test_light_command_imports_no_model_library(name: str) -> None:
    probe = (
        f"import sys\nfrom cli.main import app\n"
        f"try:\n    app([*{name.split()!r}, '--help'])\nexcept SystemExit as ended:\n    assert not ended.code\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False, env=os.environ)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.splitlines()[-1] == "[]"
