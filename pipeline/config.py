"""One TOML file into frozen dataclasses: a section a stage, each with its reasons beside it.

An unknown key is an error that names file, key and the nearest known key. Secrets and paths may come from the
environment; that is the command line's business, nothing here reads it.
"""

import difflib
import hashlib
import json
import tomllib
import types
import typing
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from decimal import Decimal
from typing import Any, Literal, TypeVar

from pipeline.errors import ConfigError

Profile = Literal["gpu", "cpu", "demo"]


@dataclass(frozen=True, slots=True)
class ManifestConfig:
    """How the list of calls is read; `None` is recognised from the file itself."""

    delimiter: str | None = None
    encoding: str | None = None
    decimal_mark: Literal[".", ","] | None = None
    date_order: Literal["ymd", "dmy", "mdy"] | None = None
    # Offset of starts that have none, as "-06:00": the zone of whoever exported the list, told by a person.
    utc_offset: str | None = None
    # A regular expression with named groups, such as (?P<call_id>…)_(?P<agent_id>…), over the file's name.
    file_name_pattern: str | None = None
    # Our column name -> theirs, where a dialler's export uses other headings.
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DecodeConfig:
    # Three hours: the longest call that was asked for; a longer file is a recorder left running.
    max_seconds: float = 3 * 3600.0
    # A recording that ends this much before its header says is cut off; encoders' padding stays below it.
    truncation_tolerance: float = 1.0
    # Above this share of packets that the codec refuses, what is left is no longer the conversation.
    max_bad_packets: float = 0.02


@dataclass(frozen=True, slots=True)
class TriageConfig:
    enabled: bool = True
    # Model work is skipped only above this certainty.
    skip_above: float = 0.98
    # A share of the calls that would be skipped is analysed all the same, so that errors of triage show.
    analyse_anyway: float = 0.02
    # Below this level, in dB of full scale, a whole recording counts as silent: comfort noise lies near -60.
    silence_db: float = -55.0


@dataclass(frozen=True, slots=True)
class TranscribeConfig:
    model: str = "whisper-demo-es"
    language: str = "es"
    compute_type: str = "int8"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    # Windows of any calls in one batch; 0 is by the device's free memory. A batch that does not fit is halved.
    batch_size: int = 4
    # Batches at a time, and processor threads of each (0: CTranslate2's own choice).
    workers: int = 1
    threads: int = 0
    beam_size: int = 5
    # Whisper's window is 30 s. The shipped weights lose words in long ones: on six fixtures word error is 15.1 % with
    # windows of 10 s, 15.5 % of 8 s and 16.7 % of 12 s; with beam 1 it is 17 % of 8 s, 19 % of 12 s and 50 % of 30 s.
    max_clip_seconds: float = 10.0
    # What the encoder is given, the clip and silence after it. Real Whisper weights need 30. The shipped ones heard
    # short inputs in training: on nine fixtures (1,208 words) word error is 12.9 % with 30 s, 13.4 % with 15 s and
    # 13.5 % with 10.5 s, in 31, 12 and 8 seconds of processor.
    encoder_seconds: float = 10.5
    min_silence: float = 0.5
    speech_pad: float = 0.2
    vad_threshold: float = 0.5
    # The batched path of faster-whisper ignores these three, so the adapter applies them itself.
    no_speech_threshold: float = 0.6
    log_prob_threshold: float = -1.0
    compression_ratio_threshold: float = 2.4
    # A phrase that comes more often than this in a row is a loop of the decoder: «no, no, no» is not.
    max_repeats: int = 5
    # Nobody says more words a second than this over a whole window; 0 does not check.
    max_words_per_second: float = 8.0
    # Mean anomaly of a window's words (improbable, too short, too long) above which none of them counts; 0: no check.
    max_anomaly: float = 1.0
    # A window that fails a check is read again with no run of so many tokens coming twice; 0 does not.
    retry_no_repeat: int = 3
    # What is read after a loop counts only above this mean log probability: kept from repeating itself the decoder
    # writes something else, whatever was said (-0.7 to -1.4 on sounds that do repeat; speech is above -0.5).
    retry_log_prob: float = -0.5
    # Temperatures at which it is read after that; none, because sampling would make verdicts differ by chance.
    retry_temperatures: tuple[float, ...] = ()
    # A figure (number, weekday, month) below this probability is read a second time; where the readings differ, the
    # promise made of it is doubtful. 0 does not.
    reread_below: float = 0.8
    # Bias to company and names of the manifest and to the glossary. The shipped weights never learned prompts: with
    # one, word error is 98 %.
    use_hints: bool = False
    # Amounts of the manifest among the hints: off, for a balance that is expected is heard where another was said.
    hint_amounts: bool = False
    # Tokens of hints a clip, the same for all; Whisper takes 223 at most, and what they take words cannot have.
    hint_tokens: int = 60
    glossary: tuple[str, ...] = (
        *("saldo", "abono", "cuota", "pago mínimo", "convenio", "quita", "quincena", "transferencia", "mora", "plazo"),
        *("WhatsApp", "buró", "depósito", "comprobante", "vencimiento"),
    )


@dataclass(frozen=True, slots=True)
class DiarizeConfig:
    # "auto": two channels are two voices, one channel goes to the diarizer.
    mode: Literal["auto", "channels", "mono"] = "auto"
    model: str = "pyannote-demo"
    min_speakers: int = 2
    max_speakers: int = 2
    device: Literal["auto", "cpu", "cuda"] = "auto"
    # Two channels whose samples correlate above this are one conversation copied twice.
    copy_correlation: float = 0.98
    # A word heard on a channel that is this much quieter than the other at that moment is crosstalk.
    crosstalk_db: float = 12.0
    # The same word, this much quieter and up to half a second later than on the other channel, is its echo.
    echo_db: float = 6.0


@dataclass(frozen=True, slots=True)
class AlignConfig:
    # A pause longer than this ends a turn, seconds.
    max_pause: float = 1.2
    # A word up to this far outside every voice still goes to the nearest one, seconds.
    reach: float = 0.5


@dataclass(frozen=True, slots=True)
class RolesConfig:
    # Turns at the start of the call that decide who is the collector.
    opening_turns: int = 12


@dataclass(frozen=True, slots=True)
class RedactConfig:
    enabled: bool = True
    kinds: tuple[str, ...] = ("card", "document", "phone", "email", "account")


@dataclass(frozen=True, slots=True)
class ClassifyConfig:
    model: str = "turns-es"
    # "unclear" when a class's probability is this close to its threshold.
    unclear_margin: float = 0.08


@dataclass(frozen=True, slots=True)
class ToneConfig:
    model: str = "turns-es"
    min_score: float = 0.5
    # The voice counts as raised this far above the speaker's own median level, dB.
    raised_db: float = 8.0
    # Half of that is enough where the pitch is this far above the speaker's own median, semitones.
    raised_semitones: float = 4.0
    # The collector speaks over the debtor where the debtor goes on for this long after the collector began, seconds.
    over_seconds: float = 0.7
    # A call without a flag is marked to be listened to where the collector's voice is raised in so many turns.
    listen_turns: int = 2


@dataclass(frozen=True, slots=True)
class PromisesConfig:
    # A word recognised below this probability inside a date or amount, or within two words of it, makes the promise
    # doubtful.
    doubtful_below: float = 0.5


@dataclass(frozen=True, slots=True)
class MetricsConfig:
    # Silence of both sides longer than this is dead air, seconds.
    dead_air: float = 4.0
    # Speech that starts this long before the other side ends is an interruption, seconds.
    interruption: float = 0.3


@dataclass(frozen=True, slots=True)
class OutcomeConfig:
    # Outcomes are read from the last turns first: this many.
    closing_turns: int = 8


@dataclass(frozen=True, slots=True)
class ScorecardConfig:
    """Weight of each item in the score of a call; 0 leaves an item out."""

    greeting: float = 5.0
    identification: float = 10.0
    # To tell a stranger of the debt is what regulators punish first, so whom one speaks to weighs most beside respect.
    identity_check: float = 15.0
    no_disclosure: float = 15.0
    purpose: float = 10.0
    # Applies where a hardship was told.
    empathy: float = 10.0
    options: float = 10.0
    # These two apply where a promise stands.
    agreement: float = 10.0
    recap: float = 10.0
    farewell: float = 5.0
    # No threat, insult, intimidation or impersonation.
    respect: float = 20.0
    # No hostility.
    calm: float = 10.0
    listening: float = 5.0
    no_dead_air: float = 5.0
    # The collector may cut in this often a minute; people who understand each other do now and then.
    max_interruptions_per_minute: float = 2.0
    max_dead_air: int = 2


@dataclass(frozen=True, slots=True)
class RunConfig:
    """How work is cut and stored."""

    # A shard is bounded in audio seconds: half an hour of calls is minutes of work on a CPU.
    shard_seconds: float = 1800.0
    data_dir: str = "palabra-data"
    # The published copy is renewed at most this often, seconds.
    publish_every: float = 60.0
    # Calls decoded and searched for speech at a time; FFmpeg and the voice-activity network leave the lock alone.
    prepare_threads: int = 4


@dataclass(frozen=True, slots=True)
class Config:
    profile: Profile = "demo"
    manifest: ManifestConfig = field(default_factory=ManifestConfig)
    decode: DecodeConfig = field(default_factory=DecodeConfig)
    triage: TriageConfig = field(default_factory=TriageConfig)
    transcribe: TranscribeConfig = field(default_factory=TranscribeConfig)
    diarize: DiarizeConfig = field(default_factory=DiarizeConfig)
    align: AlignConfig = field(default_factory=AlignConfig)
    roles: RolesConfig = field(default_factory=RolesConfig)
    redact: RedactConfig = field(default_factory=RedactConfig)
    classify: ClassifyConfig = field(default_factory=ClassifyConfig)
    tone: ToneConfig = field(default_factory=ToneConfig)
    promises: PromisesConfig = field(default_factory=PromisesConfig)
    metrics: MetricsConfig = field(default_factory=MetricsConfig)
    outcome: OutcomeConfig = field(default_factory=OutcomeConfig)
    scorecard: ScorecardConfig = field(default_factory=ScorecardConfig)
    run: RunConfig = field(default_factory=RunConfig)


DEMO = Config()
CPU = Config(
    profile="cpu",
    transcribe=TranscribeConfig(
        model="Systran/faster-whisper-small",
        compute_type="int8",
        device="cpu",
        beam_size=5,
        max_clip_seconds=30.0,
        encoder_seconds=30.0,
        use_hints=True,
    ),
    diarize=DiarizeConfig(model="pyannote/speaker-diarization-community-1", device="cpu"),
)
GPU = Config(
    profile="gpu",
    transcribe=TranscribeConfig(
        model="mobiuslabsgmbh/faster-whisper-large-v3-turbo",
        compute_type="float16",
        device="cuda",
        batch_size=16,
        beam_size=5,
        max_clip_seconds=30.0,
        encoder_seconds=30.0,
        use_hints=True,
    ),
    diarize=DiarizeConfig(model="pyannote/speaker-diarization-community-1", device="cuda"),
)
PROFILES: dict[Profile, Config] = {"demo": DEMO, "cpu": CPU, "gpu": GPU}
"""What a profile sets where the file says nothing."""


def digest(section: object) -> str:
    """Hexadecimal SHA-256 of a section's values, the same for equal sections in every process."""
    if not is_dataclass(section) or isinstance(section, type):
        raise TypeError(f"a configuration section expected, found {type(section).__name__}")
    return hashlib.sha256(json.dumps(asdict(section), sort_keys=True, default=str).encode()).hexdigest()


def parse_config(text: str, source: str) -> Config:
    """Configuration of a TOML document; sections and keys left out keep their defaults.

    Args:
        text: The document.
        source: What to call it in an error, its file name.

    Raises:
        ConfigError: The document is no TOML, a key is unknown, or a value has another type than expected.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: no TOML ({error}); mend the line named") from error
    return config_from_table(table, source)


def config_from_table(table: dict[str, Any], source: str) -> Config:
    """Configuration of a table already read; what it leaves out is its profile's.

    Raises:
        ConfigError: As `parse_config`.
    """
    profile = _value(Profile, table.get("profile", "demo"), source, "profile")
    return _read(PROFILES[profile], table, source, "")


T = TypeVar("T")


def _read(base: T, table: dict[str, Any], source: str, prefix: str) -> T:
    hints = typing.get_type_hints(type(base))
    known = [f.name for f in fields(base)]  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            remedy = f"did you mean {prefix}{near[0]}?" if near else f"known are {', '.join(known)}"
            raise ConfigError(f"{source}: unknown key {prefix}{key}; {remedy}")
        inner = getattr(base, key)
        if is_dataclass(inner):
            if not isinstance(value, dict):
                raise ConfigError(f"{source}: {prefix}{key} is a section; write [{prefix}{key}] with its keys below it")
            values[key] = _read(inner, value, source, f"{prefix}{key}.")
        else:
            values[key] = _value(hints[key], value, source, f"{prefix}{key}")
    return replace(base, **values)  # type: ignore[type-var]


def _value(hint: Any, value: Any, source: str, key: str) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _value(next(a for a in args if a is not type(None)), value, source, key)
    if origin is Literal:
        if value not in args:
            raise ConfigError(f"{source}: {key} is one of {', '.join(map(repr, args))}; found {value!r}")
        return value
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ConfigError(f"{source}: {key} is a list; found {type(value).__name__}")
        return tuple(_value(args[0], item, source, key) for item in value)
    if origin is dict:
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise ConfigError(f"{source}: {key} is a table of strings")
        return dict(value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint is Decimal and isinstance(value, int | float | str):
        return Decimal(str(value))
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise ConfigError(f"{source}: {key} is of type {hint.__name__}; found {type(value).__name__}")
    return value
