"""Real files through real decoders: every format of the fixtures, every kind of damage."""

import io
import json
import struct
import wave
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from pipeline.config import DecodeConfig
from pipeline.decode import _Samples, decode, probe
from pipeline.errors import CallError
from pipeline.ports import MODEL_RATE

AUDIO = Path(__file__).parents[2] / "fixtures" / "audio"
CONFIG = DecodeConfig()


def write_wav(path: Path, samples: np.ndarray, rate: int = 8000) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(samples.shape[0])
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((samples.T * 32767).astype("<i2").tobytes())


def tone(seconds: float, *pitches: float, rate: int = 8000) -> np.ndarray:
    t = np.arange(int(seconds * rate)) / rate
    return np.stack([0.5 * np.sin(2 * np.pi * pitch * t) for pitch in pitches])


def reason_of(path: Path, config: DecodeConfig = CONFIG) -> str:
    def open_it() -> None:
        probe(path, "c1", config)
        decode(path, "c1", config)

    with pytest.raises(CallError) as caught:
        open_it()
    assert ";" in caught.value.message, "found, expected; remedy"
    return caught.value.reason


GOLD = [json.loads(line) for line in (AUDIO / "gold.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("gold", GOLD, ids=lambda g: g["id"])
def test_every_fixture_decodes_to_its_length_and_channels(gold: dict[str, Any]) -> None:
    told = gold["audio"]
    audio = decode(AUDIO / str(told["file"]), str(gold["id"]), CONFIG)
    assert audio.sample_rate == MODEL_RATE
    assert audio.samples.dtype == np.float32
    assert audio.channels == told["channels"]
    assert audio.duration == pytest.approx(told["duration"], abs=0.3)
    assert float(np.abs(audio.samples).max()) <= 1.2


def test_channels_stay_apart_and_pitch_survives_resampling(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", tone(2.0, 300, 700))
    audio = decode(tmp_path / "a.wav", "c1", CONFIG)
    for channel, pitch in enumerate((300, 700)):
        spectrum = np.abs(np.fft.rfft(audio.samples[channel]))
        assert spectrum.argmax() * MODEL_RATE / audio.samples.shape[1] == pytest.approx(pitch, abs=2)


def test_the_content_decides_not_the_ending(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.mp3", tone(1.0, 300))
    assert decode(tmp_path / "a.mp3", "c1", CONFIG).duration == pytest.approx(1.0, abs=0.05)


def test_damaged_files_tell_what_they_are(tmp_path: Path) -> None:
    write_wav(tmp_path / "whole.wav", tone(5.0, 300))
    whole = (tmp_path / "whole.wav").read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "text.wav").write_text("esto no es una grabación")
    write_wav(tmp_path / "none.wav", np.zeros((1, 0)))
    write_wav(tmp_path / "six.wav", tone(1.0, *(300.0,) * 6))
    assert reason_of(tmp_path / "cut.wav") == "truncated"
    assert reason_of(tmp_path / "empty.wav") == "empty_file"
    assert reason_of(tmp_path / "text.wav") == "not_audio"
    assert reason_of(tmp_path / "none.wav") == "zero_length"
    assert reason_of(tmp_path / "six.wav") == "too_many_channels"
    assert reason_of(tmp_path / "absent.wav") == "file_missing"
    assert reason_of(tmp_path / "whole.wav", DecodeConfig(max_seconds=2.0)) == "too_long"


def test_an_ogg_file_cut_inside_a_page_is_truncated(tmp_path: Path) -> None:
    whole = (AUDIO / "co-001.opus").read_bytes()
    (tmp_path / "cut.opus").write_bytes(whole[: len(whole) // 2])
    assert reason_of(tmp_path / "cut.opus") == "truncated"
    (tmp_path / "whole.opus").write_bytes(whole)
    assert decode(tmp_path / "whole.opus", "c1", CONFIG).duration > 20


def test_a_format_that_tells_no_length_is_never_called_truncated(tmp_path: Path) -> None:
    """What is called the duration of AMR is its size by a nominal rate: three per cent too long, and nothing misses."""
    whole = (AUDIO / "mx-002.amr").read_bytes()
    magic = b"#!AMR\n"
    assert whole.startswith(magic)
    (tmp_path / "long.amr").write_bytes(whole + 3 * whole[len(magic) :])
    told = probe(tmp_path / "long.amr", "c1", CONFIG).duration
    found = decode(tmp_path / "long.amr", "c1", CONFIG).duration
    assert found == pytest.approx(4 * decode(AUDIO / "mx-002.amr", "c1", CONFIG).duration, abs=0.1)
    assert told is not None
    assert told - found > CONFIG.truncation_tolerance, "or this test shows nothing"


def test_a_recorder_that_never_wrote_the_length_is_read_to_the_end(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", tone(3.0, 300))
    raw = bytearray((tmp_path / "a.wav").read_bytes())
    at = raw.index(b"data") + 4
    raw[at : at + 4] = b"\xff\xff\xff\xff"
    (tmp_path / "a.wav").write_bytes(bytes(raw))
    assert decode(tmp_path / "a.wav", "c1", CONFIG).duration == pytest.approx(3.0, abs=0.05)


def test_a_damaged_packet_costs_its_milliseconds(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp3") as container:
        stream = container.add_stream("mp3", rate=16000, layout="mono")
        samples = (tone(4.0, 300, rate=16000) * 32767).astype("<i2")
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = 16000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    raw = bytearray(buffer.getvalue())
    middle = len(raw) // 2
    raw[middle : middle + 40] = bytes(40)
    (tmp_path / "scratched.mp3").write_bytes(bytes(raw))
    assert decode(tmp_path / "scratched.mp3", "c1", DecodeConfig(max_bad_packets=0.1)).duration > 3.5


def write_float_wav(path: Path, samples: np.ndarray, rate: int = 16_000) -> None:
    """A WAV of 32-bit floats, which alone can hold what is no number; (channels, n)."""
    data = np.ascontiguousarray(samples.T, dtype="<f4").tobytes()
    channels = samples.shape[0]
    form = struct.pack("<HHIIHH", 3, channels, rate, rate * 4 * channels, 4 * channels, 32)
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)


def test_samples_that_are_no_numbers_are_silence_where_they_are_few(tmp_path: Path) -> None:
    samples = tone(60.0, 440.0, rate=16_000)
    samples[0, 480_000:480_010] = np.nan
    samples[0, 480_010] = np.inf
    write_float_wav(tmp_path / "few.wav", samples)
    audio = decode(tmp_path / "few.wav", "c1", CONFIG)
    assert np.isfinite(audio.samples).all()
    assert not audio.samples[0, 480_000:480_011].any()
    assert audio.samples[0, 490_000:500_000].std() == pytest.approx(0.5 / np.sqrt(2), rel=0.01)


def test_a_recording_full_of_what_is_no_number_is_set_aside(tmp_path: Path) -> None:
    write_float_wav(tmp_path / "all.wav", np.full((1, 160_000), np.nan))
    assert reason_of(tmp_path / "all.wav") == "decode_failed"


def test_more_samples_than_the_header_told_are_all_kept(tmp_path: Path) -> None:
    """A recorder that was cut off tells no length: the samples outgrow what was expected again and again."""
    write_wav(tmp_path / "open.wav", tone(30.0, 200.0, 300.0))
    header = bytearray((tmp_path / "open.wav").read_bytes())
    header[40:44] = b"\xff\xff\xff\xff"
    (tmp_path / "open.wav").write_bytes(header)
    held = _Samples(2, 0.0)
    for _ in range(40):
        held.add(np.ones((2, MODEL_RATE), np.float32))
    assert held.all.shape == (2, 40 * MODEL_RATE)
    assert held.all.all()
    assert decode(tmp_path / "open.wav", "c1", CONFIG).duration == pytest.approx(30.0, abs=0.05)
