"""Weights from a hub: pinned, compared, listed; each way to fail is one message with its remedy and status 2."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from cli.main import app
from models.hub import fetch
from models.registry import CARD, find_weights, forget_checked, missing_files
from pipeline.errors import ModelError, PalabraError
from tests.models.hub_server import COMMIT, Hub, serving

NAME = "acme/whisper-es"
FILES = {
    "config.json": b"{}",
    "model.bin": b"weights" * 1000,
    "tokenizer.json": b'{"version": "1.0"}',
    "vocabulary.json": b"[]",
    "preprocessor_config.json": b"{}",
    "README.md": b"---\nlicense: mit\n---\n",
    "pytorch_model.bin": b"another framework's" * 1000,
}


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of fetched weights, and an environment without a token or a hub."""
    for name in ("HF_TOKEN", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PALABRA_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    forget_checked()
    return tmp_path / "models"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serving(Hub(NAME, dict(FILES))) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.endpoint)
        yield served


def run(*arguments: str) -> tuple[int, str, str]:
    """Status, output and the message of a command, as `palabra` would end."""
    result = CliRunner().invoke(app, list(arguments))
    if isinstance(result.exception, PalabraError):
        return 2, result.stdout, str(result.exception)
    return result.exit_code, result.stdout, result.stderr


def refused(*words: str) -> str:
    """The message of `models fetch`, which must end with status 2 and hold these words."""
    status, out, message = run("models", "fetch", NAME, "--kind", "recogniser")
    assert (status, out) == (2, ""), message
    for word in words:
        assert word in message
    assert "127.0.0.1" not in message
    return message


def test_fetched_weights_are_pinned_compared_and_found_by_name(hub: Hub, root: Path) -> None:
    got = fetch(NAME, "recogniser")
    assert (got.revision, got.licence, got.was_there) == (COMMIT, "mit", False)
    folder = root / "acme--whisper-es"
    assert sorted(p.name for p in folder.iterdir()) == sorted({*FILES, CARD} - {"pytorch_model.bin"})
    card = json.loads((folder / CARD).read_text("utf-8"))
    assert card["source"] == NAME
    assert set(card["files"]) == set(FILES) - {"pytorch_model.bin"}
    found = find_weights(NAME, kind="recogniser")
    assert (found.origin, found.digest, found.synthetic_only) == ("hub", got.digest, False)
    assert not any("pytorch_model" in path for _, path, _ in hub.asked)
    assert all(token is None for _, _, token in hub.asked)


def test_fetching_the_same_commit_again_downloads_nothing(hub: Hub) -> None:
    fetch(NAME, "recogniser")
    before = len(hub.asked)
    again = fetch(NAME, "recogniser")
    assert (again.was_there, again.bytes) == (True, 0)
    assert [path for _, path, _ in hub.asked[before:]] == [f"/api/models/{NAME}/revision/main"]


@pytest.mark.usefixtures("hub")
def test_a_changed_file_is_found_by_verify(root: Path) -> None:
    fetch(NAME, "recogniser")
    assert run("models", "verify")[0] == 0
    (root / "acme--whisper-es" / "model.bin").write_bytes(b"other")
    forget_checked()
    status, out, _ = run("models", "verify", "--json")
    assert status == 2
    (line,) = [entry for entry in json.loads(out) if entry["name"] == NAME]
    assert "model.bin has SHA-256" in line["state"]


@pytest.mark.usefixtures("hub")
def test_list_shows_where_weights_are_and_under_which_licence() -> None:
    fetch(NAME, "recogniser")
    lines = {entry["name"]: entry for entry in json.loads(run("models", "list", "--json")[1])}
    assert lines[NAME]["origin"] == "hub"
    assert lines[NAME]["licence"] == "mit"
    assert lines["whisper-demo-es"]["trained_on"] == "synthetic speech only"
    assert lines["Systran/faster-whisper-small"]["state"].startswith("not on this machine")
    assert "cpu" in lines["Systran/faster-whisper-small"]["profiles"]


def test_the_token_comes_from_the_environment_alone(hub: Hub, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.gated = True
    home = Path(root.parent / "home")
    home.mkdir()
    (home / "token").write_text("hf_accepted")
    refused("no token found in HF_TOKEN", "accepted the conditions", "set HF_TOKEN")
    monkeypatch.setenv("HF_TOKEN", "hf_other")
    assert "hf_other" not in refused("a token without access")
    monkeypatch.setenv("HF_TOKEN", "hf_accepted")
    assert fetch(NAME, "recogniser").revision == COMMIT


def test_unreachable_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    refused("cannot be reached", "check network, proxy and HF_ENDPOINT", "copy a folder")


@pytest.mark.usefixtures("hub")
def test_unknown_weights_and_unknown_revision() -> None:
    with pytest.raises(ModelError, match="no such weights found on the hub; check owner and name, or set HF_TOKEN"):
        fetch("acme/other", "recogniser")
    with pytest.raises(ModelError, match="revision 'nowhere' not found"):
        fetch(NAME, "recogniser", "nowhere")


def test_weights_of_another_kind_name_what_is_missing(hub: Hub, root: Path) -> None:
    hub.files = {"README.md": b"", "model.safetensors": b"x", "config.json": b"{}"}
    refused("model.bin, tokenizer.json, vocabulary.json expected", "converted for CTranslate2")
    assert not root.exists() or not any(root.iterdir())


@pytest.mark.usefixtures("hub")
def test_too_little_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.hub.shutil.disk_usage", lambda _: SimpleNamespace(free=10))
    refused("GB of disk expected", "GB free", "PALABRA_MODELS")


def test_a_download_that_is_not_what_the_hub_says_is_not_kept(hub: Hub, root: Path) -> None:
    hub.lies_about = "model.bin"
    refused("model.bin has SHA-256", "the hub says", "fetch it again")
    assert not (root / "acme--whisper-es").exists()


def test_a_folder_of_something_else_names_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").touch()
    with pytest.raises(
        ModelError, match=r"segmentation/pytorch_model.bin, .*plda/xvec_transform.npz expected of a dia"
    ):
        find_weights(str(tmp_path), kind="diarizer")
    assert missing_files("recogniser", ("config.json", "model.bin", "tokenizer.json", "vocabulary.txt")) == ()


def test_a_file_name_is_no_hub_name() -> None:
    with pytest.raises(ModelError, match="hub name such as"):
        fetch("./weights", "recogniser")


@pytest.mark.usefixtures("hub")
def test_fetching_after_a_broken_download_goes_on(root: Path) -> None:
    draft = root / ".acme--whisper-es.part"
    draft.mkdir(parents=True)
    (draft / "config.json").write_bytes(b"{")
    fetch(NAME, "recogniser")
    assert (root / "acme--whisper-es" / "config.json").read_bytes() == b"{}"
    assert not draft.exists()
    shutil.rmtree(root)
