"""Short-time spectra in blocks, so that a recording of three hours is never held as one spectrogram."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from pipeline.ports import MODEL_RATE
from pipeline.types import Samples

Spectrogram = npt.NDArray[np.float32]
"""Power, shape (frames, bins)."""

BLOCK_FRAMES = 1024


def bin_hz(window: int) -> float:
    """Width of a bin of `power_blocks`, Hz."""
    return MODEL_RATE / window


def power_blocks(samples: Samples, window: int, hop: int, margin: int = 0) -> Iterator[tuple[int, int, Spectrogram]]:
    """Power of Hann windows, a block of frames at a time.

    Args:
        samples: float32 of shape (n,) at `MODEL_RATE`; fewer than `window` give nothing.
        window: Samples of a frame.
        hop: Samples from frame to frame.
        margin: Frames of the neighbouring blocks that each block also holds, for whoever compares frames.

    Yields:
        The block's first frame, how many frames of margin come before it, and the power of margin, block and margin:
        a sine of amplitude 1 has 1 at its bin.
    """
    n_frames = (len(samples) - window) // hop + 1
    if n_frames <= 0:
        return
    hann = np.hanning(window).astype(np.float32)
    scale = np.float32((2.0 / float(hann.sum())) ** 2)
    frames = np.lib.stride_tricks.sliding_window_view(samples, window)[::hop][:n_frames]
    for first in range(0, n_frames, BLOCK_FRAMES):
        start, stop = max(0, first - margin), min(n_frames, first + BLOCK_FRAMES + margin)
        spectrum = np.fft.rfft(frames[start:stop] * hann, axis=1)
        power = (np.square(spectrum.real) + np.square(spectrum.imag)).astype(np.float32) * scale
        yield first, first - start, power
