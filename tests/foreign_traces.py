"""Files of seismic, fibre-optic and labelled data as other programs write them, with what they hold."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wavefact.recording import Recording

__all__ = ["das", "miniseed", "netcdf", "parquet", "sac", "seg2", "segy", "stream"]

START = "2024-02-29T23:59:59.5"


def held(n_sensors: int = 3, dtype: Any = np.float32) -> Recording:
    """Return a recording of which no channel is like another."""
    signals = np.random.default_rng(6).standard_normal((n_sensors, 60)).astype(dtype)
    names = ("XX.PIER..HHZ", "XX.DECK..HHZ", "XX.DECK..HHN")[:n_sensors]
    return Recording(signals, sampling_rate=250.0, names=names)


def stream(recording: Recording) -> Any:
    """Return a recording as obspy's traces."""
    obspy = pytest.importorskip("obspy", reason="obspy is not installed")
    traces = []
    for name, row in zip(recording.names, recording.signals, strict=True):
        network, station, location, channel = name.split(".")
        header = {"network": network, "station": station, "location": location, "channel": channel}
        header |= {"sampling_rate": recording.sampling_rate, "starttime": obspy.UTCDateTime(START)}
        traces.append(obspy.Trace(np.array(row), header))
    return obspy.Stream(traces)


def miniseed(path: Path) -> Recording:
    """Write three channels with obspy."""
    recording = held()
    stream(recording).write(str(path), "MSEED", reclen=512, encoding="FLOAT32")
    return recording


def sac(path: Path) -> Recording:
    """Write a channel with obspy."""
    recording = held(1)
    stream(recording)[0].write(str(path), "SAC")
    return recording


def segy(path: Path) -> Recording:
    """Write three traces with obspy."""
    recording = held()
    traces = stream(recording)
    for trace in traces:
        trace.stats.starttime = type(trace.stats.starttime)("2024-02-29T23:59:59")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that headers are made up
        traces.write(str(path), "SEGY", data_encoding=5)
    return recording.replace(names=None)


def seg2(path: Path) -> Recording:
    """Copy obspy's example, of a trigger box for geophones."""
    obspy = pytest.importorskip("obspy", reason="obspy is not installed")
    example = Path(obspy.__file__).parent / "io/seg2/tests/data/20180307_031245000.0.seg2"
    shutil.copyfile(example, path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trace = obspy.read(str(example), format="SEG2")[0]
    return Recording(trace.data[None] * trace.stats.calib, sampling_rate=trace.stats.sampling_rate)


def das(path: Path) -> Recording:
    """Write DASCore's example of a fibre with DASCore."""
    dascore = pytest.importorskip("dascore", reason="dascore is not installed")
    patch = dascore.get_example_patch("random_das", shape=(7, 90))
    patch.io.write(path, "DASDAE")
    return Recording(patch.data, sampling_rate=250.0, positions=np.arange(7.0))


def netcdf(path: Path) -> Recording:
    """Write a Dataset in netCDF 3 with xarray: samples first, times with a date, another variable beside."""
    xarray = pytest.importorskip("xarray", reason="xarray is not installed")
    recording = held().replace(unit="m/s^2", names=None)
    times = np.datetime64(START, "ns") + np.arange(60) * np.timedelta64(4_000_000, "ns")
    dataset = xarray.Dataset(
        {
            "motion": (("time", "station"), recording.signals.T, {"units": "m/s^2"}),
            "temperature": ("time", np.arange(60.0)),
        },
        {"time": times, "station": ("station", [0.0, 2.5, 4.0], {"units": "m"})},
    )
    dataset.to_netcdf(path, engine="scipy", format="NETCDF3_64BIT")
    return recording.replace(positions=[0.0, 2.5, 4.0])


def parquet(path: Path) -> Recording:
    """Write a table with pandas: an index of dates, and a column of text."""
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    recording = held(dtype=np.float64).replace(names=("pier", "deck", "deck y"))
    table = pandas.DataFrame(dict(zip(recording.names, recording.signals, strict=True)))
    table["quality"] = "good"
    table.index = pandas.date_range(START, periods=60, freq="4ms", name="when")
    table.to_parquet(path)
    return recording
