"""Spanish speech made by espeak-ng, with the time of every word.

espeak-ng is loaded through ctypes, from the system, else from the wheel `espeakng-loader`
(whose 0.2.4 crashes in a process that has loaded faster-whisper before, hence the order).
It keeps its state in globals, so one lock guards the whole process; use several processes to
go faster. What was said before moves the phase of its oscillators: the same samples again
need a process of their own.
"""

import ctypes
import ctypes.util
import importlib.util
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

LANGUAGES: Final = ("es", "es-419")
# espeak-ng's own limits, speak_lib.h: words per minute, then 0 to 100.
MIN_RATE: Final = 80
MAX_RATE: Final = 450

_RETRIEVAL: Final = 1
_DO_NOT_EXIT: Final = 0x8000
_UTF8: Final = 1
_BY_CHARACTER: Final = 1
_RATE, _VOLUME, _PITCH, _RANGE, _WORD_GAP = 1, 2, 3, 4, 7
_EVENT_LAST, _EVENT_WORD, _EVENT_END = 0, 1, 5
_WORD = re.compile(r"\S*\w\S*")
# Below this share of the loudest sample a word's tail is a pause, not speech.
_PAUSE_LEVEL: Final = 0.01


class SpeechUnavailableError(RuntimeError):
    """espeak-ng is missing or cannot speak what was asked for."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How espeak-ng speaks.

    Attributes:
        variant: File name of a voice under `!v`, "" for the plain voice.
        language: One of `LANGUAGES`.
        pitch: 0 to 100, 50 is the voice's own.
        rate: Words per minute.
        range: 0 (monotone) to 100.
        gain: Factor on the samples, 1 leaves them as they are.
        word_gap: Extra pause between words, in units of 10 ms.
    """

    variant: str = ""
    language: str = "es"
    pitch: int = 50
    rate: int = 160
    range: int = 50
    gain: float = 1.0
    word_gap: int = 0


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """One word as written in the text, and when it sounds, in seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class SpokenText:
    """Speech of one text: float32 samples in -1 to 1, shape (n,), and its words."""

    samples: Samples
    sample_rate: int
    words: tuple[SpokenWord, ...]


class _EventId(ctypes.Union):
    _fields_ = [  # noqa: RUF012 - ctypes wants a plain list
        ("number", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("string", ctypes.c_char * 8),
    ]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    ]


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


def _find_library() -> tuple[str, Path | None]:
    """Path or name of the library, and the folder that holds its data (None: built in)."""
    system = ctypes.util.find_library("espeak-ng")
    if system is not None:
        return system, None
    spec = importlib.util.find_spec("espeakng_loader")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for name in ("libespeak-ng.so", "libespeak-ng.dylib", "espeak-ng.dll"):
            if (Path(folder) / name).exists():
                return str(Path(folder) / name), Path(folder)
    raise SpeechUnavailableError(
        "espeak-ng expected, none found; install the system package espeak-ng or the Python package espeakng-loader"
    )


class _Engine:
    """The one espeak-ng of this process."""

    def __init__(self) -> None:
        path, data = _find_library()
        self._lib: Any = ctypes.CDLL(path)
        self._lib.espeak_Synth.argtypes = [
            ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int,
            ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p,
        ]  # fmt: skip
        folder = None if data is None else str(data).encode()
        self.sample_rate: int = self._lib.espeak_Initialize(_RETRIEVAL, 0, folder, _DO_NOT_EXIT)
        if self.sample_rate <= 0:
            raise SpeechUnavailableError(f"espeak-ng's voices expected beside {path}, none could be read; reinstall it")
        self.variants = self._list_variants()
        self._callback = _CALLBACK(self._receive)
        self._lib.espeak_SetSynthCallback(self._callback)
        self._voice = ""
        self._chunks: list[NDArray[np.int16]] = []
        self._words: list[tuple[int, int]] = []
        self._ends: list[int] = []

    def _list_variants(self) -> frozenset[str]:
        info = self._lib.espeak_Info
        info.restype = ctypes.c_char_p
        where = ctypes.c_char_p()
        info(ctypes.byref(where))
        folder = Path((where.value or b"").decode()) / "voices" / "!v"
        return frozenset(p.name for p in folder.iterdir()) if folder.is_dir() else frozenset()

    def _receive(self, wav: Any, n: int, events: Any) -> int:
        if wav and n > 0:
            self._chunks.append(np.ctypeslib.as_array(wav, shape=(n,)).copy())
        i = 0
        while events[i].type != _EVENT_LAST:
            event = events[i]
            if event.type == _EVENT_WORD:
                self._words.append((event.text_position - 1, event.sample))
            elif event.type == _EVENT_END:
                self._ends.append(event.sample)
            i += 1
        return 0

    def speak(self, text: str, voice: Voice) -> tuple[NDArray[np.int16], list[tuple[int, int]], list[int]]:
        """Samples, (character, sample) of each word event, samples where clauses end."""
        name = f"{voice.language}+{voice.variant}" if voice.variant else voice.language
        if voice.variant and voice.variant not in self.variants:
            raise SpeechUnavailableError(f"voice variant {voice.variant!r} not found; known: {sorted(self.variants)}")
        if name != self._voice:
            if self._lib.espeak_SetVoiceByName(name.encode()) != 0:
                raise SpeechUnavailableError(f"voice {name!r} not found; known: {LANGUAGES}")
            self._voice = name
        for parameter, value in (
            (_RATE, voice.rate),
            (_VOLUME, 100),
            (_PITCH, voice.pitch),
            (_RANGE, voice.range),
            (_WORD_GAP, voice.word_gap),
        ):
            self._lib.espeak_SetParameter(parameter, value, 0)
        self._chunks, self._words, self._ends = [], [], []
        data = text.encode()
        self._lib.espeak_Synth(data, len(data) + 1, 0, _BY_CHARACTER, 0, _UTF8, None, None)
        self._lib.espeak_Synchronize()
        samples = np.concatenate(self._chunks) if self._chunks else np.zeros(0, np.int16)
        return samples, self._words, self._ends


_lock = threading.Lock()
_engine: _Engine | None = None


def _shared_engine() -> _Engine:
    global _engine  # noqa: PLW0603 - espeak-ng itself is one global
    if _engine is None:
        _engine = _Engine()
    return _engine


def list_variants() -> tuple[str, ...]:
    """Names that `Voice.variant` may have on this machine, sorted."""
    with _lock:
        return tuple(sorted(_shared_engine().variants))


def synthesize(text: str, voice: Voice) -> SpokenText:
    """Speech of a text with one entry a word, in the order and spelling of the text.

    A word is what stands between blanks and holds a letter or digit; "1.500" is one. Words
    that espeak-ng runs together ("de la") share the time between its marks by length.

    Raises:
        SpeechUnavailableError: espeak-ng, the language or the variant is missing.
    """
    flat = re.sub(r"\s+", " ", text)
    with _lock:
        engine = _shared_engine()
        raw, marks, ends = engine.speak(flat, voice)
        rate = engine.sample_rate
    spans = [m.span() for m in _WORD.finditer(flat)]
    levels = np.abs(raw.astype(np.int32))
    words = tuple(
        SpokenWord(flat[a:b], start / rate, end / rate)
        for (a, b), (start, end) in zip(spans, _word_samples(spans, marks, ends, levels), strict=True)
    )
    samples = np.clip(raw.astype(np.float32) / 32768.0 * voice.gain, -1.0, 1.0)
    return SpokenText(samples.astype(np.float32), rate, words)


def _word_samples(
    spans: list[tuple[int, int]],
    marks: list[tuple[int, int]],
    ends: list[int],
    levels: NDArray[np.int32],
) -> list[tuple[int, int]]:
    """First and last sample of each word, by espeak-ng's marks."""
    if not spans:
        return []
    starts: list[int | None] = [None] * len(spans)
    word = 0
    for character, sample in marks:
        while word + 1 < len(spans) and character >= spans[word][1]:
            word += 1
        if starts[word] is None:
            starts[word] = sample
    first = starts[0] if starts[0] is not None else 0
    starts[0] = first
    total = len(levels)
    result: list[tuple[int, int]] = []
    i = 0
    while i < len(spans):
        j = i + 1
        while j < len(spans) and starts[j] is None:
            j += 1
        begin = starts[i]
        assert begin is not None  # the loop stops at known starts only
        following = starts[j] if j < len(spans) else None
        limit = total if following is None else following
        limit = min([e for e in ends if begin < e < limit], default=limit)
        begin, limit = _trim_pause(levels, min(begin, total), limit)
        edges = np.cumsum([0, *(b - a for a, b in spans[i:j])])
        cuts = begin + (limit - begin) * edges / edges[-1]
        result += [(int(cuts[k]), int(cuts[k + 1])) for k in range(j - i)]
        i = j
    return result


def _trim_pause(levels: NDArray[np.int32], begin: int, limit: int) -> tuple[int, int]:
    """The same span without silence at its ends; unchanged when it is all silence."""
    if limit <= begin:
        return begin, begin
    loud = np.flatnonzero(levels[begin:limit] > _PAUSE_LEVEL * max(int(levels.max()), 1))
    if not len(loud):
        return begin, limit
    return begin + int(loud[0]), begin + int(loud[-1]) + 1
