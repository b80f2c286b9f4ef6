"""The result of a factorization: what it computes, and its file."""

import json
from dataclasses import fields, replace

import h5py
import numpy as np
import pytest
from independent import noise

import wavefact as wf
from wavefact.errors import CorruptFileError, NotCertifiedError, UnknownFormatError

UNEVEN = wf.String(positions=[0.31, 0.0, 0.12, 0.55, 0.91, 0.66])


def fit_of(is_complex=False, operator=UNEVEN, regularization=1.5, **settings):
    signals = noise(np.random.default_rng(8), 6, 40, is_complex)
    recording = wf.Recording(signals, sampling_rate=250.0, unit="m/s^2", quantity="acceleration")
    return wf.factorize(recording, operator, wave_weight=1e-3, regularization=regularization, **settings)


FITS = {
    "real": fit_of,
    "complex": lambda: fit_of(is_complex=True),
    "no components": lambda: fit_of(regularization=1e4),
    "automatic": lambda: fit_of(regularization="auto"),
    "beam": lambda: fit_of(operator=wf.Beam(6, 0.3, ends="clamped-free")),
    "not certified": lambda: fit_of(max_components=1),
}


@pytest.fixture(params=FITS.values(), ids=FITS)
def fit(request):
    return request.param()


def test_round_trip_is_exact(fit, tmp_path):
    fit.save(tmp_path / "fit.h5")
    found = wf.Factorization.load(tmp_path / "fit.h5")
    for name in ("spatial_factors", "time_courses", "eigenvalues"):
        expected = getattr(fit, name)
        assert getattr(found, name).dtype == expected.dtype
        assert np.array_equal(getattr(found, name), expected)
    names = {field.name for field in fields(fit)} - {"spatial_factors", "time_courses", "eigenvalues"}
    for name in names:
        assert getattr(found, name) == getattr(fit, name), name
    assert repr(found) == repr(fit)


def test_shapes_and_reconstruction(fit):
    count = fit.n_components
    assert fit.spatial_factors.shape == (6, count)
    assert fit.time_courses.shape == (40, count)
    assert fit.eigenvalues.shape == fit.wavenumbers.shape == (count,)
    np.testing.assert_allclose(
        fit.operator.eigenvalue(fit.wavenumbers), fit.eigenvalues, rtol=1e-9, atol=1e-12
    )
    assert fit.frequencies is None
    expected = sum(
        (np.outer(d, x) for d, x in zip(fit.spatial_factors.T, fit.time_courses.T, strict=True)),
        start=np.zeros((6, 40)),
    )
    np.testing.assert_allclose(fit.reconstruct(), expected, atol=1e-12)


def test_require_certified():
    certified = fit_of()
    assert certified.require_certified() is certified
    with pytest.raises(NotCertifiedError, match="Raise max_components"):
        fit_of(max_components=1).require_certified()


@pytest.mark.parametrize("fraction", [0.2, 0.6, 0.95])
def test_truncated_files_are_corrupt(tmp_path, fraction):
    path = tmp_path / "fit.h5"
    fit_of().save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(fraction * len(content))])
    with pytest.raises(CorruptFileError):
        wf.Factorization.load(path)


@pytest.mark.parametrize("name", ["spatial_factors", "time_courses", "eigenvalues", "history"])
def test_files_without_an_array_are_corrupt(tmp_path, name):
    path = tmp_path / "fit.h5"
    fit_of().save(path)
    with h5py.File(path, "r+") as file:
        del file[name]
    with pytest.raises(CorruptFileError, match=name):
        wf.Factorization.load(path)


def test_a_recording_is_no_factorization(tmp_path, rng):
    wf.write(wf.Recording(noise(rng, 3, 9)), tmp_path / "recording.h5")
    with pytest.raises(UnknownFormatError):
        wf.Factorization.load(tmp_path / "recording.h5")
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UnknownFormatError):
        wf.Factorization.load(tmp_path / "table.csv")


def test_files_from_before_courses_could_be_refitted_hold_shrunk_ones(tmp_path):
    path = tmp_path / "fit.h5"
    fit = replace(fit_of(), debiased=True)
    fit.save(path)
    assert wf.Factorization.load(path).debiased
    with h5py.File(path, "r+") as file:
        attributes = json.loads(file["attributes"][()].tobytes())
        del attributes["debiased"], file["attributes"]
        file["attributes"] = np.frombuffer(json.dumps(attributes).encode(), dtype=np.uint8)
    assert not wf.Factorization.load(path).debiased
