"""The same recordings by pyOMA-2 and PyDMD: independent programs find the same modes.

Both are optional: ``python -m pip install "wavefact[compare]"``.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from benchmarks.scenes import storey_frame
from benchmarks.ssi import ssi_cov, stable_modes

import wavefact as wf

FREQUENCIES, DAMPING = np.array([3.0, 7.1, 7.9]), np.array([0.01, 0.006, 0.008])


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def decays() -> tuple[np.ndarray, np.ndarray]:
    """Return three decaying modes at 12 points, 20 s at 60 Hz, with weak noise, and their shapes."""
    times = np.arange(1200) / 60.0
    angular = 2 * np.pi * FREQUENCIES
    rates = angular * (-DAMPING + 1j * np.sqrt(1 - DAMPING**2))
    shapes = np.sin(np.pi * np.outer(np.arange(1, 13), [1, 2, 3]) / 13)
    noise = 1e-3 * np.random.default_rng(0).standard_normal((12, 1200))
    return shapes @ np.imag(np.exp(np.outer(rates, times))) + noise, shapes


def test_an_ambient_frame_as_pyoma_finds_it() -> None:
    scene = storey_frame(5)
    result = ssi_cov(scene.signals, scene.sampling_rate, n_references=5)
    theirs, their_damping = stable_modes(result, scene.frequencies)
    modes = wf.identify(wf.Recording(scene.signals, scene.sampling_rate, quantity="velocity"))
    assert modes.n_modes == 5
    assert np.all(np.abs(modes.frequencies - theirs) < 3 * modes.frequency_errors + 0.005 * theirs)
    limits = 4 * modes.damping_errors + 0.2 * their_damping
    assert np.all(np.abs(modes.damping_ratios - their_damping) < limits)


def test_free_decays_as_pydmd_finds_them() -> None:
    with quiet():
        pydmd = pytest.importorskip("pydmd", reason="PyDMD is not installed: pip install 'wavefact[compare]'")
        signals, shapes = decays()
        dmd = pydmd.HankelDMD(svd_rank=6, exact=True, d=200).fit(signals)
        rates = np.log(dmd.eigs) * 60.0
    upper = rates[rates.imag > 0]
    upper = upper[np.argsort(np.abs(upper))]
    modes = wf.identify(wf.Recording(signals, sampling_rate=60.0))
    assert modes.n_modes == upper.size == 3
    assert np.allclose(modes.frequencies, np.abs(upper) / (2 * np.pi), rtol=1e-4)
    assert np.allclose(modes.damping_ratios, -upper.real / np.abs(upper), rtol=0.02)
    assert np.allclose(modes.damping_ratios, DAMPING, rtol=0.01)
    assert np.all(np.diag(wf.mac(modes.mode_shapes, shapes)) > 0.9999)
