"""Configuration -> the models of this process, loaded once and shared by all shards that come after."""

from flows.progress import WatchedTranscriber
from models.registry import find_weights, forbid_synthetic
from models.silero import silero_weights
from pipeline.config import Config, digest
from pipeline.ports import Diarizer, ToneClassifier, Transcriber, TurnClassifier, VoiceActivity, Weights
from pipeline.state import ModelRole, Models


def weights_of(config: Config, *, allow_synthetic: bool) -> dict[ModelRole, Weights]:
    """Which weights would answer. Reads and checks files, loads no model.

    Raises:
        ModelError: Weights are missing or damaged, or trained on synthetic speech and not allowed.
    """
    transcriber = find_weights(config.transcribe.model).weights
    diarizer = find_weights(config.diarize.model).weights
    for weights in (transcriber, diarizer):
        forbid_synthetic(weights, forced=allow_synthetic)
    return {
        "voice_activity": silero_weights(),
        "transcriber": transcriber,
        "diarizer": diarizer,
        "turn_classifier": find_weights(config.classify.model).weights,
        "tone_classifier": find_weights(config.tone.model).weights,
    }


_LOADED: dict[tuple[str, bool], Models] = {}


def shared_models(config: Config, *, allow_synthetic: bool) -> Models:
    """The models of this process. A worker takes many shards; imports and weights are paid once.

    Only those of the newest configuration are held: two sets of weights would not fit a small GPU.
    """
    key = (digest(config), allow_synthetic)
    if key not in _LOADED:
        _LOADED.clear()
        _LOADED[key] = _models(config, allow_synthetic=allow_synthetic)
    return _LOADED[key]


def loaded_models(config: Config) -> Models:
    """Models for a trial of this machine: synthetic weights allowed, nothing shared, missing ones told when asked."""
    return _models(config, allow_synthetic=True)


def _models(config: Config, *, allow_synthetic: bool) -> Models:
    return Models(
        weights=weights_of(config, allow_synthetic=allow_synthetic),
        make_voice_activity=lambda: _voice_activity(config),
        make_transcriber=lambda: _transcriber(config),
        make_diarizer=lambda: _diarizer(config),
        make_turn_classifier=lambda: _turn_classifier(config),
        make_tone_classifier=lambda: _tone_classifier(config),
    )


def _voice_activity(config: Config) -> VoiceActivity:
    from models.voice_activity import SileroVoiceActivity

    return SileroVoiceActivity(config.transcribe)


def _transcriber(config: Config) -> Transcriber:
    from models.transcriber import WhisperTranscriber

    return WatchedTranscriber(WhisperTranscriber(find_weights(config.transcribe.model), config.transcribe))


def _diarizer(config: Config) -> Diarizer:
    from models.diarizer import PyannoteDiarizer

    return PyannoteDiarizer(find_weights(config.diarize.model), config.diarize)


def _turn_classifier(config: Config) -> TurnClassifier:
    from models.turn_classifier import load_turn_classifier

    return load_turn_classifier(find_weights(config.classify.model), config.classify)


def _tone_classifier(config: Config) -> ToneClassifier:
    from models.tone_classifier import load_tone_classifier

    return load_tone_classifier(find_weights(config.tone.model), config.tone)
