"""One TOML file; a wrong key is told by name with the nearest known one."""

from dataclasses import asdict
from pathlib import Path

import pytest

from pipeline.config import Config, config_from_table, digest, parse_config
from pipeline.errors import ConfigError


def test_nothing_said_is_the_demo_profile() -> None:
    assert parse_config("", "palabra.toml") == Config()


def test_a_profile_sets_what_the_file_leaves_out() -> None:
    config = parse_config('profile = "gpu"\n[transcribe]\nbatch_size = 32\n', "palabra.toml")
    assert (config.transcribe.compute_type, config.transcribe.batch_size) == ("float16", 32)
    assert config.diarize.model == "pyannote/speaker-diarization-community-1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('profil = "cpu"', "palabra.toml: unknown key profil; did you mean profile?"),
        ("[transcribe]\nbeam = 5", "unknown key transcribe.beam; did you mean transcribe.beam_size?"),
        ('[transcribe]\nbeam_size = "5"', "transcribe.beam_size is of type int; found str"),
        ("[transcribe]\nbeam_size = true", "transcribe.beam_size is of type int; found bool"),
        ('profile = "tpu"', "profile is one of 'gpu', 'cpu', 'demo'"),
        ("transcribe = 3", "transcribe is a section"),
        ("[redact]\nkinds = 'card'", "redact.kinds is a list"),
        ("[manifest]\ncolumns = 'x'", "manifest.columns is a table of strings"),
        ("= 3", "no TOML"),
    ],
)
def test_mistakes_are_named(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "palabra.toml")
    assert message in str(caught.value)


def test_a_section_survives_json() -> None:
    config = parse_config('profile = "cpu"\n[manifest.columns]\ncall_id = "ID"\n', "palabra.toml")
    assert config_from_table(asdict(config), "job") == config


def test_digest_changes_with_a_value_and_with_nothing_else() -> None:
    assert digest(Config().tone) == digest(parse_config("[tone]\nmin_score = 0.5", "x").tone)
    assert digest(Config().tone) != digest(parse_config("[tone]\nmin_score = 0.6", "x").tone)


def test_every_setting_has_its_reason_in_the_documentation() -> None:
    document = (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")
    for section, values in asdict(Config()).items():
        if isinstance(values, dict):
            assert f"## `[{section}]`" in document, section
            for key in values:
                assert f"`{key}`" in document.split(f"## `[{section}]`")[1].split("\n## ")[0], f"{section}.{key}"
