"""Spectral POD on coherent structures at known frequencies, and against scipy's transforms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import stft

from wavefact.baselines import SPOD
from wavefact.errors import InputError
from wavefact.modal.similarity import mac
from wavefact.operators import String
from wavefact.recording import Recording

N, M, RATE = 30, 2000, 100.0
STRING = String(N)
POINTS = np.arange(1, N + 1) / (N + 1)
STANDING, TRAVELLING = np.sin(2 * np.pi * POINTS), np.exp(-3j * np.pi * POINTS)


def narrow(frequency: float, rng: np.random.Generator) -> np.ndarray:
    """Return a complex course around a frequency, whose amplitude and phase wander."""
    steps = rng.standard_normal(M) + 1j * rng.standard_normal(M)
    wander = np.convolve(steps, np.hanning(201) / np.sqrt(np.sum(np.hanning(201) ** 2)), "same")
    return wander * np.exp(2j * np.pi * frequency * np.arange(M) / RATE)


def field(noise: float = 0.5) -> tuple[np.ndarray, Recording]:
    """Return a standing structure at 12 Hz and a travelling one at 31 Hz, clean and in noise."""
    rng = np.random.default_rng(4)
    clean = np.real(np.outer(STANDING, narrow(12.0, rng)) + np.outer(TRAVELLING, narrow(31.0, rng)))
    return clean, Recording(clean + noise * rng.standard_normal(clean.shape), RATE)


def test_two_coherent_structures_are_found_at_their_frequencies() -> None:
    _, recording = field()
    model = SPOD().identify(recording, STRING)
    for frequency, shape in ((12.0, STANDING), (31.0, TRAVELLING)):
        near = np.abs(model.frequencies - frequency) < 0.5
        likeness = mac(model.mode_shapes[:, near], shape)
        assert np.max(likeness) > 0.99
        imaginary = model.mode_shapes[:, near][:, np.argmax(likeness)].imag
        assert np.any(imaginary) == np.iscomplexobj(shape)
    assert np.all(np.min(np.abs(model.frequencies[:, None] - [12.0, 31.0]), axis=1) < 1.0)


def test_shapes_are_eigenvectors_of_the_cross_spectral_matrix() -> None:
    _, recording = field()
    length = 200
    centred = np.asarray(recording.signals) - np.mean(recording.signals, axis=1, keepdims=True)
    lines, _, blocks = stft(centred, RATE, "hann", length, length // 2, boundary="zeros")
    line = int(np.argmin(np.abs(lines - 31.0)))
    spectra = blocks[:, line]
    values, vectors = np.linalg.eigh(spectra @ spectra.conj().T)
    model = SPOD(length).identify(recording, STRING)
    peak = int(np.argmin(np.abs(model.frequencies - lines[line])))
    assert np.abs(model.frequencies[peak] - lines[line]) < 0.5 * RATE / length
    assert values[-1] > 5 * values[-2]
    assert mac(model.mode_shapes[:, peak], vectors[:, -1])[0, 0] > 1 - 1e-9


@pytest.mark.parametrize("length", [4, 5, 63, 200, 1999])
def test_all_modes_together_are_the_recording(length: int) -> None:
    _, recording = field()
    shifted = recording.replace(signals=np.asarray(recording.signals) + 7.0)
    result = SPOD(length, threshold=0.0).denoise(shifted, STRING)
    np.testing.assert_allclose(result.signals, shifted.signals, atol=1e-9)


def test_noise_goes_and_structures_stay() -> None:
    clean, recording = field()
    rest = np.asarray(SPOD().denoise(recording, STRING).signals) - clean
    assert np.linalg.norm(rest) < 0.3 * np.linalg.norm(np.asarray(recording.signals) - clean)


def test_blocks_out_of_range_are_refused() -> None:
    _, recording = field()
    with pytest.raises(InputError, match="longer than the recording of 2000"):
        SPOD(2001).denoise(recording, STRING)
    with pytest.raises(InputError, match="block_length is 3"):
        SPOD(3)
