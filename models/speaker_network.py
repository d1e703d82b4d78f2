"""The speaker embedding of the shipped diarization weights: WeSpeaker's ResNet, one block a stage, telephone band.

A checkpoint names this class, and pyannote imports it when it loads one; nothing else should, it takes 20 s.
"""

from functools import partial
from typing import Any

from pyannote.audio.core.task import Task
from pyannote.audio.models.embedding.wespeaker import BaseWeSpeakerResNet
from pyannote.audio.models.embedding.wespeaker.resnet import BasicBlock, ResNet

MEL_BINS = 40
CHANNELS = 12
DIMENSION = 64

TELEPHONE_HZ = (80.0, 3800.0)
"""What a telephone carries; above it lie only the traces of codecs and resamplers."""


class TelephoneResNet(BaseWeSpeakerResNet):
    """Embeddings of shape (batch, 64), or (batch, speakers, 64) for weights of several speakers.

    `forward_frames` and `forward_embedding` are the base class's: the trunk once, then a pooling per speaker.
    """

    embedding_size = DIMENSION

    def __init__(self, sample_rate: int = 16_000, num_channels: int = 1, task: Task | None = None, **_: Any) -> None:
        super().__init__(sample_rate=sample_rate, num_channels=num_channels, num_mel_bins=MEL_BINS, task=task)
        low, high = TELEPHONE_HZ
        self._fbank = partial(self._fbank, low_freq=low, high_freq=high)
        self.resnet = ResNet(
            BasicBlock,
            [1, 1, 1, 1],
            m_channels=CHANNELS,
            feat_dim=MEL_BINS,
            embed_dim=DIMENSION,
            pooling_func="TSTP",
            two_emb_layer=False,
        )
