"""Recording -> samples. The only module of the domain that opens a file.

PyAV brings FFmpeg's decoders, so container, codec, rate and file extension do not matter: the content decides.
"""

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
import numpy as np

from pipeline.config import DecodeConfig
from pipeline.errors import CallError
from pipeline.ports import MODEL_RATE
from pipeline.types import Audio, Samples

MAX_CHANNELS = 2
HASH_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file says of itself before it is decoded. `duration` in seconds, `None` where no header tells it."""

    sha256: str
    channels: int
    sample_rate: int
    codec: str
    duration: float | None


def file_digest(path: Path) -> str:
    """Hexadecimal SHA-256 of the file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def probe(path: Path, call_id: str, config: DecodeConfig) -> Probe:
    """Header of a recording, checked as far as that goes without decoding.

    Raises:
        CallError: file_missing, empty_file, not_audio, too_many_channels, too_long.
    """
    _check_file(path, call_id)
    with _open(path, call_id) as container:
        stream = container.streams.audio[0]
        channels = stream.codec_context.channels
        if channels > MAX_CHANNELS:
            raise CallError(
                call_id,
                "too_many_channels",
                f"{channels} channels found, 1 or 2 expected; export agent and debtor as two channels or mix to one",
            )
        duration = _header_duration(container, stream)
        if duration is not None and duration > config.max_seconds:
            raise CallError(
                call_id,
                "too_long",
                f"{duration:.0f} s found, at most {config.max_seconds:.0f} s expected; split it or raise "
                "decode.max_seconds",
            )
        return Probe(
            file_digest(path),
            channels,
            stream.codec_context.sample_rate,
            stream.codec_context.name,
            duration,
        )


def decode(path: Path, call_id: str, config: DecodeConfig) -> Audio:
    """All samples of a recording at `MODEL_RATE`, float32 of shape (1 or 2, n).

    Raises:
        CallError: as `probe`, and truncated, zero_length, decode_failed.
    """
    _check_file(path, call_id)
    with _open(path, call_id) as container:
        stream = container.streams.audio[0]
        expected = _header_duration(container, stream)
        told = expected if _tells_length(container, path) else None
        samples, n_packets, n_bad = _samples(container, stream, min(expected or 0.0, config.max_seconds))
    # One damaged packet, or the padding byte after the last GSM frame, costs its own milliseconds, not the call.
    if n_bad > max(1, config.max_bad_packets * n_packets):
        raise CallError(
            call_id,
            "decode_failed",
            f"{n_bad} of {n_packets} packets are damaged; copy the file again or export it in another codec",
        )
    if samples.shape[1] == 0:
        raise CallError(
            call_id,
            "zero_length",
            "an audio stream without samples found; check the recorder, then export again",
        )
    audio = Audio(samples, MODEL_RATE)
    _check_complete(path, call_id, audio.duration, told, config)
    return audio


def _check_complete(path: Path, call_id: str, found: float, expected: float | None, config: DecodeConfig) -> None:
    missing = _riff_missing_seconds(path)
    if missing is None and expected is not None:
        missing = expected - found
    if missing is not None and missing > config.truncation_tolerance:
        raise CallError(
            call_id,
            "truncated",
            f"{found:.1f} s found, {found + missing:.1f} s expected by its header; "
            "copy the file again from the recorder",
        )
    if _ogg_page_cut(path):
        raise CallError(
            call_id,
            "truncated",
            f"{found:.1f} s found, and the last page is cut; copy the file again from the recorder",
        )


def _check_file(path: Path, call_id: str) -> None:
    if not path.is_file():
        raise CallError(
            call_id,
            "file_missing",
            f"no file {path.name} found; copy it beside the manifest or drop the line",
        )
    if path.stat().st_size == 0:
        raise CallError(
            call_id,
            "empty_file",
            f"{path.name} has no bytes; copy it again from the recorder",
        )


def _open(path: Path, call_id: str) -> "av.container.InputContainer":
    try:
        container = av.open(str(path), metadata_errors="ignore")
    except av.error.FFmpegError as error:
        raise CallError(
            call_id,
            "not_audio",
            f"{path.name} is no recording that FFmpeg can read ({type(error).__name__}); export it as WAV, Opus or MP3",
        ) from error
    if not container.streams.audio:
        container.close()
        raise CallError(
            call_id,
            "not_audio",
            f"{path.name} holds no audio stream; export the call's audio",
        )
    return container


def _header_duration(container: "av.container.InputContainer", stream: "av.AudioStream") -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    if container.duration is not None:
        return container.duration / av.time_base
    return None


_MP3_BEGINNING = 1 << 16
"""Bytes in which the first frame of an MP3 file stands, tags before it."""

_WITHOUT_LENGTH = frozenset({"aac", "ac3", "alaw", "amr", "amrnb", "amrwb", "g722", "g729", "gsm", "mulaw"})
"""Formats that are frames and nothing else: what is called their duration is a guess from the size of the first."""


def _tells_length(container: "av.container.InputContainer", path: Path) -> bool:
    """Whether the duration was written down by the recorder; an MP3 file says so in a frame of its own."""
    formats = set(container.format.name.split(","))
    if "mp3" in formats:
        with path.open("rb") as stream:
            beginning = stream.read(_MP3_BEGINNING)
        return any(mark in beginning for mark in (b"Xing", b"Info", b"VBRI"))
    return not formats & _WITHOUT_LENGTH


class _Samples:
    """Blocks of (channels, n) as one array, which grows where they are more than was expected.

    Three hours in two channels are 1.4 GB; a list of blocks and their joint copy would be twice that.
    """

    def __init__(self, channels: int, expected: float) -> None:
        self._held: Samples = np.empty((channels, int((expected + 1.0) * MODEL_RATE)), dtype=np.float32)
        self._n = 0

    def add(self, block: Samples) -> None:
        """Appends a block of shape (channels, n)."""
        end = self._n + block.shape[1]
        if end > self._held.shape[1]:
            grown: Samples = np.empty((len(self._held), end * 3 // 2), dtype=np.float32)
            grown[:, : self._n] = self._held[:, : self._n]
            self._held = grown
        self._held[:, self._n : end] = block
        self._n = end

    @property
    def all(self) -> Samples:
        """What was added so far, not copied."""
        return self._held[:, : self._n]


def _samples(
    container: "av.container.InputContainer", stream: "av.AudioStream", expected: float
) -> tuple[Samples, int, int]:
    """Samples of shape (channels, n) at `MODEL_RATE`, packets read, packets that are damaged.

    A packet is damaged where the codec refuses it, or where its samples are no numbers, which then count as silence: a
    single one would spoil whatever is computed from the call.
    """
    layout = "mono" if stream.codec_context.channels == 1 else "stereo"
    resampler = av.AudioResampler(format="fltp", layout=layout, rate=MODEL_RATE)
    held = _Samples(1 if layout == "mono" else MAX_CHANNELS, expected)
    n_packets = n_bad = 0
    for packet in container.demux(stream):
        n_packets += 1
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            n_bad += 1
            continue
        blocks = [_block(out) for frame in frames for out in resampler.resample(frame)]
        n_bad += not all(np.isfinite(block).all() for block in blocks)
        for block in blocks:
            held.add(np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0))
    for out in resampler.resample(None):
        held.add(np.nan_to_num(_block(out), nan=0.0, posinf=0.0, neginf=0.0))
    return held.all, n_packets, n_bad


def _block(frame: "av.AudioFrame") -> Samples:
    return np.asarray(frame.to_ndarray(), dtype=np.float32)


def _riff_missing_seconds(path: Path) -> float | None:
    """Seconds by which a RIFF file is shorter than its data chunk says; `None` for other containers.

    FFmpeg silently clips the duration of a WAV to the bytes that are there, so the header is read here.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(12)
        if len(head) < 12 or head[:4] != b"RIFF" or head[8:12] != b"WAVE":
            return None
        byte_rate = 0
        while len(chunk := stream.read(8)) == 8:
            name, length = struct.unpack("<4sI", chunk)
            if name == b"fmt ":
                byte_rate = int.from_bytes(stream.read(length)[8:12], "little")
            elif name == b"data":
                # 0 and the largest value are what a recorder writes that never came back to fill in the length.
                if length in (0, 0xFFFFFFFF) or byte_rate == 0:
                    return None
                return float(max(0, stream.tell() + length - size)) / byte_rate
            else:
                stream.seek(length + length % 2, 1)
    return None


def _ogg_page_cut(path: Path) -> bool:
    """Whether an Ogg file ends inside a page. Its pages carry no total, so this is what tells a cut copy."""
    with path.open("rb") as stream:
        if stream.read(4) != b"OggS":
            return False
        # A page is at most 65,307 bytes, so its header lies within these.
        stream.seek(max(0, path.stat().st_size - (1 << 17)))
        tail = stream.read()
    page = tail.rfind(b"OggS")
    segments = tail[page + 27 : page + 27 + tail[page + 26]] if len(tail) > page + 27 else b""
    return len(tail) < page + 27 + len(segments) + sum(segments) or not segments
