"""The Whisper architecture for training on a CPU: any length, and letters by CTC beside it.

Same parameters and names as transformers' WhisperForConditionalGeneration, which a test
holds it to; written anew because that class takes 30 s windows only.
"""

import math
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own custom

from models.recipes.recogniser.vocabulary import CTC_LETTERS

N_POSITIONS: Final = 1500
# Where the heads of each encoder layer look at first, in positions of 20 ms; the last head
# of each layer is left to chance.
LOCAL_OFFSETS: Final = ((-2, 2, 5), (-4, 4, 0), (-7, 7, 2), (-3, 3, 12))
_LOCAL_GAIN: Final = 1.35


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Sizes of the network."""

    n_vocabulary: int
    n_mels: int = 80
    width: int = 256
    n_heads: int = 4
    n_inner: int = 1024
    n_encoder_layers: int = 4
    n_decoder_layers: int = 2
    n_tokens: int = 448


class Attention(nn.Module):
    """Multi-head attention with Whisper's names; keys carry no bias."""

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width, bias=False)
        self.v_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.n_heads, -1)).transpose(1, 2)

    def forward(self, x: Tensor, memory: Tensor | None = None, *, causal: bool = False) -> Tensor:
        source = x if memory is None else memory
        q, k, v = self.q_proj(x), self.k_proj(source), self.v_proj(source)
        if causal or x.is_cuda:
            y = F.scaled_dot_product_attention(self._split(q), self._split(k), self._split(v), is_causal=causal)
        else:
            # torch's fused attention is three times slower than this on a CPU, backward.
            q, k, v = self._split(q), self._split(k), self._split(v)
            scores = (q * (1.0 / math.sqrt(q.shape[-1]))) @ k.transpose(-1, -2)
            y = torch.softmax(scores, -1, dtype=scores.dtype) @ v
        out: Tensor = self.out_proj(y.transpose(1, 2).flatten(2))
        return out

    def forward_with_weights(self, x: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Also the attention (batch, heads, tokens, positions), to be guided."""
        q = self._split(self.q_proj(x))
        k, v = self._split(self.k_proj(memory)), self._split(self.v_proj(memory))
        scores = q @ k.transpose(-1, -2) * (1.0 / math.sqrt(q.shape[-1]))
        weights = scores.float().softmax(-1)
        y = weights.to(v.dtype) @ v
        return self.out_proj(y.transpose(1, 2).flatten(2)), weights


class Layer(nn.Module):
    """A pre-norm layer; `encoder_attn` only in the decoder."""

    def __init__(self, config: NetworkConfig, *, is_decoder: bool) -> None:
        super().__init__()
        width = config.width
        self.is_decoder = is_decoder
        self.self_attn = Attention(width, config.n_heads)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        if is_decoder:
            self.encoder_attn = Attention(width, config.n_heads)
            self.encoder_attn_layer_norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, config.n_inner)
        self.fc2 = nn.Linear(config.n_inner, width)
        self.final_layer_norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, memory: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        x = x + self.self_attn(self.self_attn_layer_norm(x), causal=self.is_decoder)
        weights = None
        if memory is not None:
            y, weights = self.encoder_attn.forward_with_weights(self.encoder_attn_layer_norm(x), memory)
            x = x + y
        return x + self.fc2(F.gelu(self.fc1(self.final_layer_norm(x)))), weights


class Encoder(nn.Module):
    """Log-mel frames (batch, frames, mels) to states (batch, ceil(frames / 2), width)."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(config.n_mels, config.width, 3, padding=1)
        self.conv2 = nn.Conv1d(config.width, config.width, 3, stride=2, padding=1)
        self.embed_positions = nn.Embedding(N_POSITIONS, config.width)
        self.embed_positions.weight.data = sinusoids(N_POSITIONS, config.width)
        self.embed_positions.weight.requires_grad = False
        self.layers = nn.ModuleList(Layer(config, is_decoder=False) for _ in range(config.n_encoder_layers))
        self.layer_norm = nn.LayerNorm(config.width)

    def forward(self, mel: Tensor, first_position: int = 0) -> Tensor:
        x = F.gelu(_convolve(mel, self.conv1, 1))
        x = F.gelu(_convolve(x, self.conv2, 2))
        places = self.embed_positions.weight[first_position : first_position + x.shape[1]]
        x = x + places.to(x.dtype)
        for layer in self.layers:
            x, _ = layer(x)
        out: Tensor = self.layer_norm(x)
        return out


def _convolve(x: Tensor, conv: nn.Conv1d, stride: int) -> Tensor:
    """The convolution of width 3 as one matrix product over (batch, frames, channels)."""
    x = F.pad(x, (0, 0, 1, 1))
    n = (x.shape[1] - 3) // stride + 1
    taps = [x[:, k : k + stride * (n - 1) + 1 : stride] for k in range(3)]
    return F.linear(torch.cat(taps, -1), conv.weight.permute(0, 2, 1).flatten(1), conv.bias)


class Decoder(nn.Module):
    """Tokens (batch, tokens) and states to states, and the attention of each layer."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(config.n_vocabulary, config.width)
        self.embed_positions = nn.Embedding(config.n_tokens, config.width)
        self.layers = nn.ModuleList(Layer(config, is_decoder=True) for _ in range(config.n_decoder_layers))
        self.layer_norm = nn.LayerNorm(config.width)

    def forward(self, tokens: Tensor, memory: Tensor) -> tuple[Tensor, list[Tensor]]:
        x = self.embed_tokens(tokens) + self.embed_positions.weight[: tokens.shape[1]]
        x = x.to(memory.dtype)
        attention = []
        for layer in self.layers:
            x, weights = layer(x, memory)
            attention.append(weights)
        return self.layer_norm(x), attention


class Recogniser(nn.Module):
    """Encoder, decoder with tied output, and two heads over letters, for training alone.

    `ctc` spells by CTC, `frames` names the letter that sounds at each position.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.model = nn.ModuleDict({"encoder": Encoder(config), "decoder": Decoder(config)})
        self.ctc = nn.Linear(config.width, len(CTC_LETTERS))
        self.frames = nn.Linear(config.width, len(CTC_LETTERS))
        self._initialise()

    def _initialise(self) -> None:
        depth = self.config.n_encoder_layers + self.config.n_decoder_layers
        for name, parameter in self.named_parameters():
            if not parameter.requires_grad:
                continue
            if name.endswith(("out_proj.weight", "fc2.weight")):
                nn.init.normal_(parameter, std=0.06 / math.sqrt(2 * depth))
            elif parameter.dim() >= 2 and "embed" not in name:
                fan_in = parameter[0].numel()
                nn.init.normal_(parameter, std=1.0 / math.sqrt(fan_in))
            elif parameter.dim() >= 2:
                nn.init.normal_(parameter, std=0.03)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)
        layers = self.model.get_submodule("encoder.layers")
        for layer, offsets in zip(layers.children(), LOCAL_OFFSETS, strict=False):
            attention = layer.get_submodule("self_attn")
            for head, offset in enumerate(offsets):
                look_beside(attention, head, offset)

    def encode(self, mel: Tensor, first_position: int = 0) -> Tensor:
        states: Tensor = self.model["encoder"](mel, first_position)
        return states

    def decode(self, tokens: Tensor, memory: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Logits (batch, tokens, vocabulary) and attention by layer."""
        x, attention = self.model["decoder"](tokens, memory)
        embedding: Tensor = self.get_parameter("model.decoder.embed_tokens.weight")
        return F.linear(x, embedding), attention


@torch.no_grad()
def look_beside(attention: nn.Module, head: int, offset: int) -> None:
    """Set a head to attend `offset` positions on, by the sinusoids alone.

    With sines and cosines of the 32 highest frequencies as keys, and the same rotated by
    the offset as queries, their product is a sum of cos(w (i + offset - j)): a peak some
    four positions wide, the same everywhere in the window. The network then need not find
    out first that what sounds beside a moment tells what is said in it.
    """
    query = attention.get_parameter("q_proj.weight")
    key = attention.get_parameter("k_proj.weight")
    width = query.shape[1]
    half, n = width // 2, 32
    rows = torch.arange(n)
    turn = torch.exp(-rows * math.log(10_000) / (half - 1)) * offset
    first = head * 2 * n
    for weight in (query, key):
        weight[first : first + 2 * n] *= 0.3
    sines, cosines = first + rows, first + n + rows
    key[sines, rows] += _LOCAL_GAIN
    key[cosines, half + rows] += _LOCAL_GAIN
    query[sines, rows] += _LOCAL_GAIN * turn.cos()
    query[sines, half + rows] += _LOCAL_GAIN * turn.sin()
    query[cosines, half + rows] += _LOCAL_GAIN * turn.cos()
    query[cosines, rows] -= _LOCAL_GAIN * turn.sin()


def sinusoids(length: int, channels: int) -> Tensor:
    """Whisper's fixed positions, from openai/whisper `model.py`."""
    step = math.log(10_000) / (channels // 2 - 1)
    scales = torch.exp(-step * torch.arange(channels // 2))
    angles = torch.arange(length)[:, None] * scales[None]
    return torch.cat([angles.sin(), angles.cos()], 1)
