"""Lines, noises and signals: bands, levels, lengths."""

import numpy as np
import pytest

from models.recipes.telephone import (
    Samples,
    add_at_ratio,
    babble,
    band_pass,
    hold_music,
    mu_law,
    noise,
    resample,
    set_peak,
    telephone,
    tones,
)

RATE = 16_000


def sine(hz: float, seconds: float = 1.0, rate: int = RATE) -> Samples:
    return np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate).astype(np.float32)


def share_of_power(samples: Samples, low: float, high: float) -> float:
    power = np.abs(np.fft.rfft(samples)) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / RATE)
    return float(power[(hz >= low) & (hz <= high)].sum() / power.sum())


def test_resampling_keeps_a_tone() -> None:
    out = resample(sine(1000, rate=22_050), 22_050, RATE)
    assert len(out) == RATE
    np.testing.assert_allclose(out[200:-200], sine(1000)[200:-200], atol=0.03)


def test_telephone_passes_speech_and_stops_what_is_outside_its_band() -> None:
    for hz, passes in ((100, False), (1000, True), (3000, True), (5000, False)):
        level = float(np.abs(telephone(0.5 * sine(hz), RATE)[1000:-1000]).max())
        assert (level > 0.4) is passes, hz


def test_mu_law_is_g711_and_keeps_small_sounds_finer_than_large_ones() -> None:
    loud, quiet = 0.9 * sine(440), 0.01 * sine(440)
    assert np.abs(mu_law(loud) - loud).max() < 0.03
    assert np.abs(mu_law(quiet) - quiet).max() < 0.0006
    assert len(np.unique(mu_law(loud))) <= 256


def test_band_pass_leaves_the_band() -> None:
    white = noise(RATE, RATE, "white", np.random.default_rng(0))
    assert share_of_power(band_pass(white, RATE), 250, 4000) > 0.99


@pytest.mark.parametrize("colour", ["white", "pink", "brown", "hum", "crackle"])
def test_noise_has_unit_level_and_follows_its_seed(colour: str) -> None:
    first, second = (noise(RATE, RATE, colour, np.random.default_rng(5)) for _ in range(2))  # type: ignore[arg-type]
    np.testing.assert_array_equal(first, second)
    assert float(np.sqrt(np.mean(first**2))) == pytest.approx(1.0, rel=1e-3)


def test_noise_is_added_at_the_ratio_asked_for() -> None:
    speech = sine(300)
    out = add_at_ratio(speech, noise(RATE, RATE, "pink", np.random.default_rng(1)), 20.0)
    assert float(np.mean((out - speech) ** 2)) == pytest.approx(float(np.mean(speech**2)) / 100, rel=0.01)


def test_busy_tone_is_425_hertz_on_and_off() -> None:
    busy = tones(4 * RATE, RATE, "busy", np.random.default_rng(2))
    assert share_of_power(busy, 400, 450) > 0.9
    quiet = float(np.mean(np.abs(busy).reshape(-1, 160).max(axis=1) < 0.01))
    assert 0.4 < quiet < 0.6


def test_music_and_babble_fill_their_length() -> None:
    rng = np.random.default_rng(3)
    assert np.abs(hold_music(3 * RATE, RATE, rng)).max() == pytest.approx(1.0)
    assert len(babble([sine(200), sine(300, 0.3)], 2 * RATE, rng)) == 2 * RATE
    assert float(np.abs(set_peak(sine(200) * 0.1, 0.7)).max()) == pytest.approx(0.7, rel=1e-3)
