"""Labelled arrays of xarray and netCDF files, as others make them, and back."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import numpy as np
import pytest
from cases import recordings

from wavefact.errors import InputError, MissingPackageError
from wavefact.io import from_xarray, read, scan, to_xarray, write
from wavefact.recording import Recording

xr = pytest.importorskip("xarray", reason="xarray is not installed")
VALUES = np.random.default_rng(3).standard_normal((4, 30))
TIMES = np.datetime64("2024-05-01T12:00", "ns") + np.arange(30) * np.timedelta64(20, "ms")


@pytest.mark.parametrize("name", recordings())
def test_a_recording_comes_back_from_xarray(name):
    recording = recordings()[name]
    found = from_xarray(to_xarray(recording))
    np.testing.assert_array_equal(found.signals, recording.signals)
    assert found.signals.dtype == recording.signals.dtype
    for field in ("sampling_rate", "names", "unit", "quantity", "metadata"):
        assert getattr(found, field) == getattr(recording, field), field
    np.testing.assert_array_equal(found.positions, recording.positions)


def test_samples_first_with_dates_and_a_distance():
    coordinates = {"time": TIMES, "distance": ("distance", [0.0, 1.0, 2.5, 4.0], {"units": "km"})}
    array = xr.DataArray(VALUES.T, coordinates, ("time", "distance"), attrs={"units": "m/s", "gauge": 10})
    found = from_xarray(array)
    np.testing.assert_array_equal(found.signals, VALUES)
    np.testing.assert_array_equal(found.positions, [0.0, 1000.0, 2500.0, 4000.0])
    assert (found.sampling_rate, found.unit) == (50.0, "m/s")
    assert found.metadata == {"gauge": 10, "start_time": "2024-05-01T12:00:00"}


def test_a_wavefield_has_a_sensor_for_each_point_of_the_grid():
    field = np.arange(2 * 3 * 5.0).reshape(3, 2, 5)
    coordinates = {
        "y": [0.0, 0.1, 0.2],
        "x": [0.0, 0.5],
        "time": ("time", np.arange(5) * 2.0, {"units": "ms"}),
    }
    found = from_xarray(xr.DataArray(field, coordinates, ("y", "x", "time")))
    assert found.sampling_rate == 500.0
    np.testing.assert_array_equal(found.signals, field.reshape(6, 5))
    np.testing.assert_array_equal(found.positions[:3], [[0.0, 0.0], [0.5, 0.0], [0.0, 0.1]])


def test_dask_arrays_stay_lazy():
    pytest.importorskip("dask", reason="dask is not installed")
    array = to_xarray(Recording(VALUES, 50.0)).chunk({"time": 10})
    found = from_xarray(array)
    assert found.is_lazy
    np.testing.assert_array_equal(found.load().signals, VALUES)
    np.testing.assert_array_equal(to_xarray(found), VALUES)


def test_irregular_times_are_refused_with_their_size_unless_a_rate_is_given():
    times = TIMES.copy()
    times[10:] += np.timedelta64(40, "ms")
    array = xr.DataArray(VALUES, {"time": times}, ("sensor", "time"))
    with pytest.raises(InputError, match=r"not uniform \(0.06 after sample 9, 0.0213793 on average\)"):
        from_xarray(array)
    assert from_xarray(array, sampling_rate=50.0).sampling_rate == 50.0


def test_what_is_no_recording_is_refused():
    with pytest.raises(InputError, match=r"dimensions a, b.*rename"):
        from_xarray(xr.DataArray(VALUES, dims=("a", "b")))
    with pytest.raises(InputError, match="not ndarray"):
        from_xarray(VALUES)
    one = xr.DataArray(VALUES, dims=("sensor", "time"))
    with pytest.raises(InputError, match=r"has 2 variables.*'a' .4 sensor × 30 time.*'b'"):
        from_xarray(xr.Dataset({"a": one, "b": one}))
    assert from_xarray(xr.Dataset({"a": one, "text": "hello"})).n_sensors == 4


@pytest.mark.parametrize("engine", ["netcdf4", "h5netcdf", "scipy"])
def test_files_of_each_library_are_read(engine, tmp_path):
    pytest.importorskip({"netcdf4": "netCDF4"}.get(engine, engine), reason="the library is not installed")
    coordinates = {"time": TIMES, "station": ["a", "b", "c", "dd"]}
    array = xr.DataArray(VALUES, coordinates, ("station", "time"), "acceleration", {"units": "m/s2"})
    array.to_dataset().to_netcdf(tmp_path / "a.nc", engine=engine)
    found = read(tmp_path / "a.nc")
    np.testing.assert_array_equal(found.signals, VALUES)
    assert (found.names, found.unit, found.quantity) == (("a", "b", "c", "dd"), "m/s2", "acceleration")
    assert (found.sampling_rate, scan(tmp_path / "a.nc").start_time) == (50.0, "2024-05-01T12:00:00")


def test_files_are_lazy_where_they_hold_the_signals_as_they_are(tmp_path, caplog):
    write(Recording(VALUES, 50.0), tmp_path / "a.nc")
    lazy = read(tmp_path / "a.nc", lazy=True)
    assert lazy.is_lazy
    np.testing.assert_array_equal(lazy.window(3, 9).load().signals, VALUES[:, 3:9])
    packed = {"signals": {"dtype": "i2", "scale_factor": 0.001, "_FillValue": -(2**15)}}
    to_xarray(Recording(VALUES, 50.0)).to_dataset().to_netcdf(
        tmp_path / "b.nc", encoding=packed, engine="h5netcdf"
    )
    with caplog.at_level(logging.INFO, "wavefact"):
        found = read(tmp_path / "b.nc", lazy=True)
    assert not found.is_lazy
    assert "lazy has no effect" in caplog.text
    np.testing.assert_allclose(found.signals, VALUES, atol=6e-4)


def test_one_variable_of_several_is_named(tmp_path):
    one = xr.DataArray(VALUES, dims=("sensor", "time"))
    xr.Dataset({"a": one, "b": 2 * one}).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with pytest.raises(InputError, match=r"several parts.*'a'.*'b'"):
        read(tmp_path / "a.nc")
    np.testing.assert_array_equal(read(tmp_path / "a.nc", part="b").signals, 2 * VALUES)


def test_examples_of_xarray_hold_no_recording():
    folder = Path(xr.__file__).parent / "tests/data"
    paths = sorted(folder.glob("*.nc"))
    if not paths:
        pytest.skip("xarray came without its examples")
    for path in paths:
        with pytest.raises(InputError, match=str(path)):
            read(path)


def test_without_xarray_the_error_says_what_to_install(monkeypatch, tmp_path):
    write(Recording(VALUES, 50.0), tmp_path / "a.nc")
    monkeypatch.setitem(sys.modules, "xarray", None)
    for call in (lambda: read(tmp_path / "a.nc"), lambda: to_xarray(Recording(VALUES))):
        with pytest.raises(MissingPackageError, match=r"pip install 'wavefact\[xarray\]'"):
            call()
