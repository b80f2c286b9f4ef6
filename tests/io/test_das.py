"""Fibre-optic recordings in the dialects of interrogators, and patches of DASCore."""

from __future__ import annotations

import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from processes import crash

from wavefact.errors import CorruptFileError, InputError, MissingPackageError
from wavefact.io import FORMATS, from_patch, read, to_patch, write
from wavefact.recording import Recording

dc = pytest.importorskip("dascore", reason="dascore is not installed")
SHARED = Path(__file__).resolve().parents[2] / "../shared/data/das_small"
VALUES = np.random.default_rng(8).standard_normal((50, 6)).astype(np.float32)
"""Of 50 samples at 6 distances."""


def silixa(file):
    data = file.create_dataset("Acoustic", data=VALUES)
    attributes = {
        "GaugeLength": 10.0,
        "SamplingFrequency[Hz]": 500.0,
        "Fibre Length Multiplier": 1.0,
        "Start Distance (m)": 100.0,
        "Stop Distance (m)": 110.0,
        "Fibre Length per Metre": 1.0,
        "GPSTimeStamp": "01/05/2024 12:00:00.000 (UTC)",
        "CPUTimeStamp": "01/05/2024 12:00:00.000 (UTC)",
        "Tags": "",
        "PulseWidth[ns]": 50.0,
        "MeasureLength[m]": 0.0,
        "StartPosition[m]": 100.0,
        "SpatialResolution[m]": 2.0,
        "SystemInfomation.Devices1.SerialNum": "7",
    }
    data.attrs.update(attributes)


def prodml(file):
    acquisition = file.create_group("Acquisition")
    attributes = {
        "PulseRate": 500.0,
        "PulseWidth": 50.0,
        "NumberOfLoci": 6,
        "StartLocusIndex": 50,
        "SpatialSamplingInterval": 2.0,
        "SpatialSamplingIntervalUnit": "m",
        "GaugeLength": 10.0,
        "schemaVersion": "2.0",
        "uuid": "0",
    }
    acquisition.attrs.update(attributes)
    raw = acquisition.create_group("Raw[0]")
    raw["RawData"] = VALUES
    times = 1_714_564_800_000_000 + 2000 * np.arange(50)
    raw["RawDataTime"] = times
    raw["RawDataTime"].attrs["PartStartTime"] = "2024-05-01T12:00:00.000000+00:00"
    raw["RawDataTime"].attrs["PartEndTime"] = "2024-05-01T12:00:00.098000+00:00"


def optodas(file):
    header = file.create_group("header")
    file.create_group("acqSpec")
    file.create_group("cableSpec")
    file["data"], file["fileVersion"] = VALUES, 8
    header["dimensionNames"], header["dimensionUnits"] = ["time", "distance"], ["s", "m"]
    header["time"], header["channels"] = 1_714_564_800.0, np.arange(50, 56)
    for i, (scale, stop) in enumerate([(0.002, 49), (2.0, 5)]):
        limits = {"unitScale": scale, "min": 0, "max": stop}
        for name, value in limits.items():
            header[f"dimensionRanges/dimension{i}/{name}"] = value
    header["gaugeLength"], header["unit"] = 10.0, "rad/m"
    header["instrument"], header["experiment"] = "7", "line"


def terra15(file):
    attributes = {
        "acoustic_bandwidth_end": 1.0,
        "amplifier_incoming_current": 1.0,
        "file_start_computer_time": 0.0,
        "file_version": "4",
        "data_product": "velocity",
        "data_product_units": "m/s",
        "sensing_range_start": 100.0,
        "dx": 2.0,
        "nx": 6,
    }
    file.attrs.update(attributes)
    file["velocity/data"] = VALUES
    file["velocity/gps_time"] = 1_714_564_800.0 + 0.002 * np.arange(50)


@pytest.mark.parametrize("dialect", [silixa, prodml, optodas, terra15])
def test_dialects_are_told_apart_and_read(dialect, tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        dialect(file)
    assert [form.name for form in FORMATS if form.sniff(path)] == ["das"]
    found = read(path)
    np.testing.assert_array_equal(found.signals, VALUES.T)
    assert found.sampling_rate == pytest.approx(500.0, rel=1e-5)
    np.testing.assert_allclose(found.positions, 100.0 + 2.0 * np.arange(6))
    assert found.metadata["start_time"].startswith("2024-05-01T12:00:00")
    assert (found.unit, found.quantity) == {
        "terra15": ("m/s", "velocity"),
        "optodas": ("rad/m", ""),
    }.get(dialect.__name__, ("", ""))


def test_a_measured_event_is_read():
    path = SHARED / "deformation_rate_event_1.hdf5"
    if not path.is_file():
        pytest.skip("the measured event is not beside this repository")
    found = read(path)
    assert (found.n_sensors, found.n_samples, found.unit, found.quantity) == (225, 900, "m/s", "velocity")
    assert found.sampling_rate == pytest.approx(2000.0, rel=1e-4)
    assert (round(found.positions[0], 1), round(found.positions[-1], 1)) == (2403.6, 3684.3)
    with h5py.File(path) as file:
        raw = next(iter(file["waveforms"].values()))["data"][()]
    np.testing.assert_array_equal(found.signals, raw.T)


def test_an_incomplete_file_is_refused(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        silixa(file)
        file["Acoustic"].attrs.clear()
    with pytest.raises(CorruptFileError, match="cannot be read as das"):
        read(tmp_path / "a.h5")
    with h5py.File(tmp_path / "b.h5", "w") as file:
        prodml(file)
        del file["Acquisition/Raw[0]"]
    with pytest.raises(InputError, match="holds no signals"):
        read(tmp_path / "b.h5")


def test_one_of_several_recordings_is_named(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        prodml(file)
        file.copy("Acquisition/Raw[0]", "Acquisition/Raw[1]")
        file["Acquisition/Raw[1]/RawData"][...] = 2 * VALUES
    with pytest.raises(InputError, match=r"several parts.*'1' \(50 time × 6 distance\), '2'"):
        read(tmp_path / "a.h5")
    np.testing.assert_array_equal(read(tmp_path / "a.h5", part="2").signals, 2 * VALUES.T)


def test_a_crash_of_the_libraries_below_is_an_error_of_ours(tmp_path, monkeypatch):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        silixa(file)
    monkeypatch.setattr("wavefact.io.das._read", crash)
    with pytest.raises(CorruptFileError, match="DASCore cannot read it: ended its process"):
        read(tmp_path / "a.h5")
    monkeypatch.undo()
    assert read(tmp_path / "a.h5").n_sensors == 6


def test_a_patch_goes_in_and_comes_out():
    patch = (
        dc.get_example_patch("random_das").set_units("m/s").update_attrs(data_type="velocity", station="N1")
    )
    recording = from_patch(patch)
    assert (recording.unit, recording.quantity, recording.metadata["station"]) == ("m/s", "velocity", "N1")
    back = to_patch(recording)
    np.testing.assert_array_equal(back.data, patch.transpose("distance", "time").data)
    for name in ("time", "distance"):
        np.testing.assert_array_equal(back.get_array(name), patch.get_array(name))
    assert back.attrs.data_units == patch.attrs.data_units
    turned = from_patch(patch.transpose("time", "distance"))
    np.testing.assert_array_equal(turned.signals, recording.signals)


@pytest.mark.parametrize("rate", [1000.0 / 3.0, 50.0, 0.25, 44100.0])
def test_a_recording_comes_back_from_a_patch(rate):
    recording = Recording(
        VALUES.T,
        rate,
        np.arange(6) ** 1.5,
        unit="m/s^2",
        quantity="acceleration",
        metadata={"site": "x", "n": 3},
    )
    found = from_patch(to_patch(recording))
    np.testing.assert_array_equal(found.signals, recording.signals)
    np.testing.assert_array_equal(found.positions, recording.positions)
    assert found.sampling_rate == pytest.approx(rate, rel=2e-5)  # steps are in nanoseconds
    assert (found.unit, found.quantity, found.metadata) == ("m/s^2", "acceleration", recording.metadata)


def test_patches_that_are_no_recording_are_refused():
    with pytest.raises(InputError, match="steps are not uniform"):
        from_patch(dc.get_example_patch("wacky_dim_coords_patch"))
    with pytest.raises(InputError, match="not ndarray"):
        from_patch(VALUES)
    spectrum = dc.get_example_patch("random_das").dft("time")
    with pytest.raises(InputError, match="dimensions distance, ft_time; expected distance and time"):
        from_patch(spectrum)
    with pytest.raises(InputError, match="2 coordinates"):
        to_patch(Recording(VALUES.T, 50.0, np.ones((6, 2))))
    with pytest.raises(InputError, match="no sampling rate"):
        to_patch(Recording(VALUES.T))


def test_distances_in_other_units_become_metres():
    patch = dc.get_example_patch("random_das").set_units(distance="km")
    np.testing.assert_allclose(from_patch(patch).positions, 1000.0 * np.arange(300))


def test_without_dascore_the_error_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "dascore", None)
    with pytest.raises(MissingPackageError, match=r"dascore.*pip install 'wavefact\[das\]'"):
        to_patch(Recording(VALUES.T, 50.0))
    write(Recording(VALUES.T), tmp_path / "ours.h5")
    assert read(tmp_path / "ours.h5").n_sensors == 6
